//! What strangers write into names, cells, subjects and reasons does nothing but be read.

use exeat_channels::{compose, render};
use exeat_desk::ports::{Body, Letter, Returned, ReturnedFile};
use exeat_domain::finding::{Place, Severity};
use exeat_domain::request::{Problem, Thread};
use exeat_domain::roster::Language;

use crate::sample;

const NASTY: &str =
    "<script>alert(1)</script>\r\nBcc: all@example.org\u{202e}gpj.exe\u{0}\u{1b}[31m\"><img src=x onerror=y>";

fn hostile(text: &str) -> Letter {
    let place = Place {
        column: Some(text.into()),
        value: Some(text.into()),
        baseline: Some(text.into()),
        ..Place::default()
    };
    let mut unknown = sample::finding(text, Severity::Block, place);
    unknown.fix = text.into();
    unknown.message = text.into();
    let file = ReturnedFile {
        by_person: true,
        chosen: false,
        path: text.into(),
        reasons: vec![text.into()],
        findings: vec![unknown],
    };
    let problem =
        Problem { asked: text.into(), code: text.into(), message: text.into(), offer: vec![text.into()] };
    let body = Body::Returned(Returned {
        request: text.into(),
        project: Some(text.into()),
        files: vec![file],
        held: vec![text.into()],
        problems: vec![problem],
    });
    let mut letter = sample::letter(Language::Fr, body);
    letter.to.name = text.into();
    letter.thread = Thread {
        message_id: Some(text.into()),
        references: vec![text.into(), "fine@example.org".into()],
        subject: Some(text.into()),
        ticket: None,
    };
    letter
}

#[test]
fn markup_and_controls_are_inert_in_text_and_html() {
    let mail = render(&hostile(NASTY), NASTY).unwrap();
    for said in [&mail.text, &mail.html, &mail.subject] {
        assert!(!said.chars().any(|c| c != '\n' && exeat_domain::path::hides(c)), "{said:?}");
    }
    assert!(!mail.html.contains("<script") && !mail.html.contains("<img"), "{}", mail.html);
    assert!(!mail.text.lines().any(|line| line.starts_with("Bcc:")), "{}", mail.text);
}

#[test]
fn no_stranger_adds_a_header() {
    let mut letter = hostile(NASTY);
    letter.thread.message_id = Some("asked@example.org".into());
    let bytes = String::from_utf8(compose(&letter, &sample::sender()).unwrap().formatted()).unwrap();
    let head = bytes.split("\r\n\r\n").next().unwrap();
    let names: Vec<&str> = head
        .split("\r\n")
        .filter(|line| !line.starts_with(' '))
        .map(|line| line.split(':').next().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Content-Language",
            "Auto-Submitted",
            "In-Reply-To",
            "References",
            "MIME-Version",
            "Content-Type",
        ]
    );
    assert!(bytes.is_ascii());
    assert!(head.contains("References: <fine@example.org> <asked@example.org>"), "{head}");
    assert!(bytes.split("\r\n").all(|line| line.len() <= 998));
}

#[test]
fn endless_words_are_cut() {
    let mail = render(&hostile(&"é".repeat(10_000)), "Release desk").unwrap();
    assert!(mail.html.len() < 40_000, "{}", mail.html.len());
    let bytes = compose(&hostile(&"é".repeat(10_000)), &sample::sender()).unwrap().formatted();
    assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 998));
}

#[test]
fn no_value_and_no_sentence_about_one_leaves_in_a_mail() {
    for language in Language::ALL {
        let mail = render(&sample::letter(language, sample::returned()), "Release desk").unwrap();
        for said in [&mail.text, &mail.html] {
            assert!(!said.contains("85073003328"), "{said}");
        }
    }
}

#[test]
fn a_stranger_gets_nothing_back_of_what_they_wrote() {
    let mut letter = sample::letter(Language::En, Body::Refused);
    letter.to.name = "Mallory Marker".into();
    letter.thread.subject = Some("Marker subject".into());
    letter.thread.references = vec!["marker@example.org".into()];
    let bytes = String::from_utf8(compose(&letter, &sample::sender()).unwrap().formatted()).unwrap();
    assert!(!bytes.to_lowercase().contains("marker"), "{bytes}");
    assert!(bytes.contains("In-Reply-To: <ask-2@mail.example.org>"));
}
