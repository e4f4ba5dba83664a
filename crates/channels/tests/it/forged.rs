//! What holds for every mail: no bytes are too strange, and nothing but the proof makes a mail trusted.

use std::sync::LazyLock;

use exeat_channels::mailbox::{Judge, Verdict};
use proptest::prelude::*;

use crate::judged::mail;
use crate::signing::{Sign, signed};
use crate::site::{fixtures, judge, judged, told};

static JUDGE: LazyLock<Judge> = LazyLock::new(judge);

const BODY: &str = "Please send me \\\\server\\share\\Users\\one_P\\age.csv\r\n";

fn sound() -> Vec<u8> {
    signed(&mail("", BODY), &Sign::default())
}

fn trusted(raw: &[u8]) -> bool {
    matches!(judged(&JUDGE, raw, None), Verdict::Trusted(_))
}

/// Where the letters and digits of the signed fields and of the body stand: relaxed signing forgives spaces alone.
fn signed_places(raw: &[u8]) -> Vec<usize> {
    let text = String::from_utf8_lossy(raw);
    let mut places = vec![];
    for field in ["\r\nFrom: ", "\r\nTo: ", "\r\nSubject: ", "\r\nDate: ", "\r\nMessage-ID: ", "\r\n\r\n"] {
        let from = text.find(field).unwrap() + field.len();
        let to = if field == "\r\n\r\n" { raw.len() } else { from + text[from..].find("\r\n").unwrap() };
        places.extend((from..to).filter(|&at| raw[at].is_ascii_alphanumeric()));
    }
    places
}

#[test]
fn without_its_signature_a_mail_is_not_trusted() {
    let raw = sound();
    assert!(trusted(&raw));
    let end = raw.windows(2).position(|two| two == b"\r\n").unwrap() + 2;
    assert_eq!(told(&judged(&JUDGE, &raw[end..], None)), "refused unsigned");
}

#[test]
fn every_byte_that_is_signed_counts() {
    let raw = sound();
    for at in signed_places(&raw) {
        let mut other = raw.clone();
        other[at] = if raw[at] == b'x' { b'y' } else { b'x' };
        assert!(!trusted(&other), "{}", String::from_utf8_lossy(&other[at.saturating_sub(20)..]));
    }
}

#[test]
fn no_sound_fixture_is_trusted_without_what_proves_it() {
    const PROOFS: [&str; 6] = [
        "dkim-signature",
        "arc-seal",
        "arc-message-signature",
        "arc-authentication-results",
        "authentication-results",
        "x-example-verified",
    ];
    for (name, recipe, bytes) in fixtures("sound-mails") {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 2;
        let mut kept: Vec<u8> = vec![];
        let mut proof = false;
        for line in bytes[..end].split_inclusive(|&byte| byte == b'\n') {
            if !line.starts_with(b" ") && !line.starts_with(b"\t") {
                let field = String::from_utf8_lossy(line).to_lowercase();
                proof = PROOFS.iter().any(|proof| field.starts_with(&format!("{proof}:")));
            }
            if !proof {
                kept.extend(line);
            }
        }
        kept.extend(&bytes[end..]);
        assert_eq!(told(&judged(&JUDGE, &kept, None)), "refused unsigned", "{name}: {}", recipe.expect);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_are_too_strange(raw in prop::collection::vec(any::<u8>(), 0..2048)) {
        prop_assert!(!trusted(&raw));
    }

    #[test]
    fn no_header_is_too_strange(
        fields in prop::collection::vec((
            prop::sample::select(vec![
                "From", "Reply-To", "Sender", "DKIM-Signature", "ARC-Seal", "ARC-Message-Signature",
                "ARC-Authentication-Results", "Authentication-Results", "Content-Type", "Message-ID", "References",
                "Received", "Date", "Subject", "Return-Path", "X-Example-Verified",
            ]),
            "[ -~\r\n\t]{0,60}|([a-z]{1,3}=[a-z0-9./@:]{0,12}; ?){0,8}|[\"()<>@,;:a-z=? ]{0,40}",
        ), 0..12),
        body in "(--b\r\n|Content-Type: (multipart/mixed; boundary=b|message/rfc822)\r\n|\r\n|[a-z ]{1,20}\r\n){0,20}",
    ) {
        let head: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let whole = format!("{head}\r\n{body}");
        prop_assert!(!trusted(whole.as_bytes()));
        prop_assert!(!trusted(&mail(&head, &body)));
    }

    #[test]
    fn the_name_that_is_shown_decides_nothing(name in "[a-zA-Z0-9 .@'=?_-]{0,40}") {
        let named = |address: &str, domain: &str| {
            let text = String::from_utf8(mail("", BODY)).unwrap();
            let text = text.replace("Requester One <one@example.org>", &format!("\"{name}\" <{address}>"));
            signed(text.as_bytes(), &Sign { domain: domain.into(), ..Sign::default() })
        };
        let own = told(&judged(&JUDGE, &named("one@example.org", "example.org"), None));
        // A name in an encoded word may hide characters; then a person looks.
        prop_assert!(own.starts_with("trusted one_P") || own == "parked control-characters", "{}", own);
        let other = told(&judged(&JUDGE, &named("one@example.net", "example.net"), None));
        prop_assert!(other == "refused not-on-roster answered" || other == "parked control-characters", "{}", other);
    }

    #[test]
    fn a_changed_byte_never_makes_a_mail_of_another_trusted(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let stranger = mail("", BODY);
        let mut raw = signed(&stranger, &Sign { domain: "example.net".into(), ..Sign::default() });
        let at = at.index(raw.len());
        raw[at] = byte;
        prop_assert!(!trusted(&raw));
    }
}
