//! The bytes of a message: the same for the same letter, threaded, and with the package that was reviewed or none.

use exeat_channels::compose;
use exeat_desk::ports::{Body, Letter};
use exeat_domain::digest::Sha256;
use exeat_domain::roster::Language;

use crate::sample;

fn formatted(letter: &Letter) -> String {
    String::from_utf8(compose(letter, &sample::sender()).unwrap().formatted()).unwrap()
}

fn subject(asked: Option<&str>) -> String {
    let mut letter = sample::letter(Language::Nl, Body::Refused);
    letter.body = sample::blocked();
    letter.thread.subject = asked.map(str::to_owned);
    let bytes = formatted(&letter);
    bytes.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap().to_owned()
}

#[test]
fn a_message_is_what_it_was_and_stays_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut letter = sample::letter(Language::Fr, sample::lapsed());
    letter.attachments = vec![sample::package(folder.path(), "résultats 1.zip", b"PK\x03\x04 not really")];
    let bytes = formatted(&letter);
    assert_eq!(bytes, formatted(&letter));
    insta::assert_snapshot!(bytes.replace('\r', ""));
}

#[test]
fn an_answer_says_re_once_and_else_the_subject_is_our_own() {
    assert_eq!(subject(Some("tables")), "Re: tables");
    assert_eq!(subject(Some("RE: Antw: Re : tables")), "Re: tables");
    assert_eq!(subject(Some("Re:")), "Uw vrijgaven worden opnieuw door een persoon bekeken");
    assert_eq!(subject(None), "Uw vrijgaven worden opnieuw door een persoon bekeken");
}

#[test]
fn a_long_thread_keeps_its_first_and_latest_mails() {
    let mut letter = sample::letter(Language::En, sample::blocked());
    letter.thread.references = (0..100).map(|number| format!("m{number}@example.org")).collect();
    let unfolded = formatted(&letter).replace("\r\n ", " ");
    let references: Vec<&str> =
        unfolded.lines().find_map(|line| line.strip_prefix("References: ")).unwrap().split(' ').collect();
    assert_eq!(references.len(), 21);
    assert_eq!(
        (references[0], references[1], references[20]),
        ("<m0@example.org>", "<m81@example.org>", "<ask-2@mail.example.org>")
    );
}

#[test]
fn a_message_outside_a_thread_answers_nobody() {
    let mut letter = sample::letter(Language::En, sample::blocked());
    letter.thread = Default::default();
    let bytes = formatted(&letter);
    assert!(
        !bytes.contains("In-Reply-To")
            && !bytes.contains("References")
            && bytes.contains("Auto-Submitted: auto-generated")
    );
}

#[test]
fn other_bytes_than_those_reviewed_are_never_sent() {
    let folder = tempfile::tempdir().unwrap();
    let mut letter = sample::letter(Language::En, sample::released());
    let mut package = sample::package(folder.path(), "p.zip", b"reviewed");
    std::fs::write(&package.path, b"reviewed?").unwrap();
    letter.attachments = vec![package.clone()];
    let failure = compose(&letter, &sample::sender()).unwrap_err();
    assert_eq!(failure.code, "courier-changed");
    package.path = folder.path().join("gone.zip");
    letter.attachments = vec![package];
    assert_eq!(compose(&letter, &sample::sender()).unwrap_err().code, "courier-attachment");
}

#[test]
fn a_message_id_that_is_none_goes_nowhere() {
    for id in ["", "no-at", "a b@example.org", "a@b>\r\nBcc: x"] {
        let letter = Letter { message_id: id.into(), ..sample::letter(Language::En, sample::blocked()) };
        assert_eq!(compose(&letter, &sample::sender()).unwrap_err().code, "courier-letter", "{id:?}");
    }
}

#[test]
fn the_digest_of_a_sample_is_a_digest() {
    let folder = tempfile::tempdir().unwrap();
    let package = sample::package(folder.path(), "p.zip", b"");
    let empty: Sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".parse().unwrap();
    assert_eq!(package.sha256, empty);
}
