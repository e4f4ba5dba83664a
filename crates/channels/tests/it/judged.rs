//! Mails of strangers, and of people who look like them: every one is judged as it should be.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use exeat_channels::mailbox::{Judge, Outcome, Why};

use crate::signing::{Sign, signed};
use crate::site::{fixtures, judge, judged, told, wrong};

/// A sound mail of a requester, with more fields and another body.
pub(crate) fn mail(fields: &str, body: &str) -> Vec<u8> {
    let kind =
        if fields.contains("Content-Type") { "" } else { "Content-Type: text/plain; charset=utf-8\r\n" };
    format!(
        "Return-Path: <one@example.org>\r\nReceived: from out.example.org by mx.example.org; Mon, 02 Mar 2026 \
         08:00:05 +0000\r\nFrom: Requester One <one@example.org>\r\nTo: desk@example.org\r\nSubject: Download of \
         results\r\nDate: Mon, 02 Mar 2026 09:00:00 +0100\r\nMessage-ID: <made@example.org>\r\nMIME-Version: \
         1.0\r\n{kind}{fields}\r\n{body}"
    )
    .into_bytes()
}

fn by_hand(fields: &str, body: &str) -> Vec<u8> {
    signed(&mail(fields, body), &Sign::default())
}

/// A hostile mail that is made here: its name, its bytes, what is to come of it.
type Made = (&'static str, Vec<u8>, &'static str);

const MIXED: &str = "Content-Type: multipart/mixed; boundary=b\r\n";
const LINE: &str = "A line of text that goes on and on.\r\n";

/// Mails that are hostile by how much is in their header, or in all.
fn large() -> Vec<Made> {
    let with = |fields: &str| by_hand(fields, "hello\r\n");
    let long = "a".repeat(1 << 20);
    let hops = "Received: from a by b; Mon, 02 Mar 2026 08:00:00 +0000\r\n".repeat(50);
    let signature = "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=a; h=from; bh=AA==; b=AA==\r\n";
    let in_a_part = format!("--b\r\nX-Long: {long}\r\n\r\nhello\r\n--b--\r\n");
    vec![
        ("over 25 MB", mail("", &LINE.repeat(710_000)), "parked too-large"),
        ("a header of 1 MB", with(&format!("X-Long: {long}\r\n")), "parked header-too-long"),
        (
            "one that is folded",
            with(&format!("X: {}a\r\n", "a\r\n ".repeat(1 << 18))),
            "parked header-too-long",
        ),
        ("one of a part", by_hand(MIXED, &in_a_part), "parked header-too-long"),
        ("10,000 header fields", with(&"X-Note: a\r\n".repeat(10_000)), "parked header-too-long"),
        ("51 servers", with(&hops), "parked too-many-hops"),
        ("11 signatures", with(&signature.repeat(10)), "parked too-many-signatures"),
        (
            "a signature of 10 KB",
            with(&format!("DKIM-Signature: v=1; h={}\r\n", "from:".repeat(2_000))),
            "parked too-many-signatures",
        ),
    ]
}

/// Mails that are hostile by how many parts they have, and how these lie in one another.
fn knotted() -> Vec<Made> {
    let deep = |levels: usize| {
        let part = |at| format!("--b{at}\r\nContent-Type: multipart/mixed; boundary=b{}\r\n\r\n", at + 1);
        let open: String = (0..levels).map(part).collect();
        let fields = "Content-Type: multipart/mixed; boundary=b0\r\n";
        by_hand(fields, &format!("{open}--b{levels}\r\n\r\nhello\r\n"))
    };
    let parts = |count: usize, head: &str, rest: &str| {
        by_hand(MIXED, &format!("{}{rest}--b--\r\n", format!("--b\r\n{head}\r\nhello\r\n").repeat(count)))
    };
    let text = "Content-Type: text/plain\r\n";
    let nowhere = "Content-Type: multipart/mixed; boundary=nowhere\r\n";
    let attached = "Content-Type: message/rfc822\r\n\r\n".repeat(100_000);
    vec![
        ("10,000 parts", parts(10_000, text, ""), "parked too-many-parts"),
        ("10,000 parts without a type", parts(10_000, "", ""), "parked too-many-parts"),
        ("100 parts and what holds them", parts(100, text, ""), "parked too-many-parts"),
        (
            "190 parts without an end in 22 MB",
            mail(MIXED, &format!("{}{}", format!("--b\r\n{nowhere}\r\n").repeat(190), LINE.repeat(600_000))),
            "parked too-many-parts",
        ),
        ("190 parts without an end", parts(190, nowhere, &LINE.repeat(40_000)), "parked too-many-parts"),
        ("parts 21 deep", deep(20), "parked too-deep"),
        ("parts 150 deep", deep(150), "parked too-deep"),
        ("parts 10,000 deep", deep(10_000), "parked too-many-parts"),
        (
            "100,000 mails in one another",
            by_hand("Content-Type: message/rfc822\r\n", &attached),
            "parked too-many-parts",
        ),
    ]
}

/// Sound mails that come near the limits.
fn near() -> Vec<(&'static str, Vec<u8>)> {
    let nowhere = "--b\r\nContent-Type: multipart/mixed; boundary=nowhere\r\n\r\n";
    let parts: String =
        (0..98).map(|at| format!("--b\r\nContent-Type: text/plain\r\n\r\n{at}\r\n")).collect();
    let hops = "Received: from a by b; Mon, 02 Mar 2026 08:00:00 +0000\r\n".repeat(49);
    vec![
        ("99 parts", by_hand(MIXED, &format!("{parts}--b--\r\n"))),
        ("50 servers", by_hand(&hops, "hello\r\n")),
        ("a header of 60 KB", by_hand(&format!("X-Long: {}\r\n", "a".repeat(60_000)), "hello\r\n")),
        (
            "4 MB with 90 parts without an end",
            by_hand(MIXED, &format!("{}{}", nowhere.repeat(90), LINE.repeat(110_000))),
        ),
        ("24 MB", by_hand("", &LINE.repeat(650_000))),
    ]
}

#[test]
fn no_hostile_mail_becomes_a_request_or_is_answered_with_content() {
    let judge = judge();
    let fixtures = fixtures("hostile-mails");
    let mut faults: Vec<String> = fixtures.iter().filter_map(|fixture| wrong(&judge, fixture)).collect();
    let mut seen: BTreeSet<String> = fixtures.iter().map(|(_, recipe, _)| recipe.expect.clone()).collect();
    let large: Vec<Made> = large().into_iter().chain(knotted()).collect();
    for (name, bytes, expected) in &large {
        let begun = Instant::now();
        let found = told(&judged(&judge, bytes, None));
        if found != *expected {
            faults.push(format!("{name}: {found}, not {expected}"));
        }
        if begun.elapsed() > Duration::from_secs(10) {
            faults.push(format!("{name}: took {:?}", begun.elapsed()));
        }
        seen.insert((*expected).to_owned());
    }
    println!("{} hostile mails: none a request, none answered with content", fixtures.len() + large.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(!seen.iter().any(|expected| expected.starts_with("trusted")));
    assert!(fixtures.len() + large.len() >= 40);
    let missing: Vec<&str> =
        Why::ALL.iter().copied().filter(|why| !has(&seen, *why)).map(Why::code).collect();
    assert!(missing.is_empty(), "no hostile mail shows {missing:?}");
}

fn has(seen: &BTreeSet<String>, why: Why) -> bool {
    let word = match why.outcome() {
        Outcome::Parked => "parked",
        Outcome::Refused => "refused",
        Outcome::Waiting => "waiting",
    };
    let plain = format!("{word} {}", why.code());
    seen.iter().any(|expected| expected == &plain || expected == &format!("{plain} answered"))
}

#[test]
fn sound_mails_are_trusted() {
    let judge = judge();
    let fixtures = fixtures("sound-mails");
    let mut faults: Vec<String> = fixtures.iter().filter_map(|fixture| wrong(&judge, fixture)).collect();
    let near = near();
    for (name, bytes) in &near {
        let begun = Instant::now();
        let found = told(&judged(&judge, bytes, None));
        if !found.starts_with("trusted one_P") {
            faults.push(format!("{name}: {found}"));
        }
        if begun.elapsed() > Duration::from_secs(10) {
            faults.push(format!("{name}: took {:?}", begun.elapsed()));
        }
    }
    println!("{} sound mails trusted", fixtures.len() + near.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(fixtures.iter().all(|(_, recipe, _)| recipe.expect.starts_with("trusted")));
}

#[test]
fn only_the_requesters_own_address_acts_in_a_thread() {
    let judge = judge();
    let verdict = judged(&judge, &by_hand("In-Reply-To: <ex-1.spe@example.org>\r\n", "withdraw\r\n"), None);
    let exeat_channels::mailbox::Verdict::Trusted(trusted) = verdict else { panic!("{verdict:?}") };
    assert!(trusted.may_act_for("one_P") && trusted.may_act_for("ONE_p"));
    assert!(!trusted.may_act_for("two_P"));
}

#[test]
fn a_mail_stands_in_its_thread_and_stays_the_same_wherever_it_went() {
    let judge = judge();
    let fields =
        "In-Reply-To: <b@example.org>\r\nReferences: <a@example.org>\r\n <b@example.org> <not sane>\r\n";
    let raw = by_hand(fields, "hello\r\n");
    let open = |raw: &[u8]| {
        let mail = judge.open(raw, crate::site::now()).unwrap();
        (mail.thread().clone(), mail.digest())
    };
    let (thread, digest) = open(&raw);
    assert_eq!(thread.message_id.as_deref(), Some("made@example.org"));
    assert_eq!(thread.references, ["a@example.org", "b@example.org"]);
    assert_eq!(thread.subject.as_deref(), Some("Download of results"));
    let moved = [b"Received: from a by b; Mon, 02 Mar 2026 08:10:00 +0000\r\n".as_slice(), &raw].concat();
    assert_eq!(open(&moved).1, digest);
    assert_ne!(open(&by_hand(fields, "Hello\r\n")).1, digest);
    assert_ne!(open(&by_hand("", "hello\r\n")).1, digest);
}

#[test]
fn what_is_said_of_a_mail_that_was_not_opened_steers_nothing() {
    let raw = b"From: \x1b[2J<one@example.org>\r\nMessage-ID: <a@example.org>\r\n\r\nhello\n";
    let stopped = stopped(&judge(), raw);
    assert_eq!(stopped.why, Why::BareLineEnds);
    assert_eq!(stopped.message_id.as_deref(), Some("a@example.org"));
    assert_eq!(stopped.claimed.as_deref(), Some("\\u{1b}[2J<one@example.org>"));
}

fn stopped(judge: &Judge, raw: &[u8]) -> exeat_channels::mailbox::Stopped {
    judge.open(raw, crate::site::now()).unwrap_err()
}
