//! Any mail at all: it is read in bounded time, nothing that is quoted is a wish, and what is spelled out comes back.

use std::time::{Duration, Instant};

use exeat_channels::mailbox::reading::{Reading, read};
use mail_parser::MessageParser;
use proptest::prelude::*;

use crate::reading::{settings, writer};

fn reading(bytes: &[u8]) -> Reading {
    let Some(message) = MessageParser::default().parse(bytes) else { return Reading::default() };
    read(&message, &settings(), writer())
}

fn mail(kind: &str, body: &str) -> Vec<u8> {
    format!("From: requester one <requester.one@example.org>\r\nSubject: export\r\nMIME-Version: 1.0\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n{body}\r\n").into_bytes()
}

/// Paths that a reading wants, of all candidates.
fn wanted(reading: &Reading) -> Vec<Vec<String>> {
    let paths = |wish: &exeat_channels::mailbox::reading::Wish| {
        wish.candidates.iter().map(|candidate| candidate.wanted.path.to_string()).collect()
    };
    reading.wishes.iter().map(paths).collect()
}

/// Names as people give them to folders and files.
fn path() -> impl Strategy<Value = String> {
    let name = "[A-Za-zé0-9][A-Za-zéà0-9_()-]{0,10}( [A-Za-z0-9é][A-Za-z0-9_-]{0,8}){0,2}";
    let names = proptest::collection::vec(name, 1..4);
    (names, prop_oneof![Just("csv"), Just("png"), Just("txt")]).prop_filter_map(
        "a device",
        |(names, kind)| {
            let path = format!("{}.{kind}", names.join("\\"));
            exeat_domain::path::SharePath::new(&path).ok().map(|_| path)
        },
    )
}

const ROOT: &str = r"\\files.example.org\intego_shared";

proptest! {
    #[test]
    fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..2000), html: bool) {
        let mut whole = mail(if html { "html" } else { "plain" }, "");
        whole.extend(bytes);
        let _ = reading(&whole);
    }

    #[test]
    fn no_words_are_too_strange(words in proptest::collection::vec(prop_oneof![
        Just(r"\\files.example.org\intego_shared\"), Just("a.csv"), Just("\r\n"), Just(" "), Just("<"), Just(">"), Just("file://"), Just("S:\\"),
        Just("\""), Just("’"), Just("é"), Just("> "), Just("*"), Just("\u{202e}"), Just("my folder"), Just("and"), Just("to"), Just("except"), Just("<div style=\"display:none\">"),
        Just("</div>"), Just("<a href=\"file:///S:/x\">"), Just("</a>"), Just("."), Just(":"), Just("all csv in"), Just("..\\"), Just("&nbsp;"), Just("<style>p{"),
    ], 0..60), html: bool) {
        let reading = reading(&mail(if html { "html" } else { "plain" }, &words.concat()));
        for path in wanted(&reading).into_iter().flatten() {
            prop_assert!(!path.split('/').any(|name| name == "..") && !path.starts_with('/') && !path.contains(':'), "{path}");
        }
    }

    #[test]
    fn what_is_spelled_out_and_quoted_comes_back(path in path()) {
        let due = vec![vec![path.replace('\\', "/")]];
        prop_assert_eq!(wanted(&reading(&mail("plain", &format!("Please release \"{ROOT}\\{path}\" today.")))), due.clone());
        let escaped = format!("<p>Please release &#8220;{ROOT}\\{path}&#8221; today.</p>");
        prop_assert_eq!(wanted(&reading(&mail("html", &escaped))), due);
    }

    #[test]
    fn what_is_quoted_and_wrapped_is_among_what_is_meant(path in path(), at in 0usize..80) {
        let line = format!("{ROOT}\\{path}");
        let at = line.char_indices().map(|(at, _)| at).filter(|&at| at > 0).nth(at % (line.chars().count() - 1)).unwrap_or(1);
        let (head, tail) = line.split_at(at);
        // Where a space falls on the end of the line, it is the end of the line that says so.
        prop_assume!(!head.ends_with(' ') && !tail.starts_with(' '));
        // A line that begins like an item of a list is one.
        let mark = tail.split(' ').next().unwrap_or_default();
        prop_assume!(mark.len() == tail.len() || !(matches!(mark, "-" | "o") || mark.ends_with(')')));
        let reading = reading(&mail("plain", &format!("Please release <{head}\r\n{tail}>")));
        let found = wanted(&reading);
        let due = path.replace('\\', "/");
        prop_assert!(found.iter().any(|all| all.contains(&due)), "{found:?} {:?}", reading.questions);
    }

    #[test]
    fn what_is_quoted_from_an_earlier_mail_is_never_a_wish(path in path()) {
        for (before, after) in [
            ("Thanks!\r\n\r\nOn Mon, 23 Nov 2026, release desk wrote:\r\n> ", ""),
            ("Merci\r\n\r\n-----Message d'origine-----\r\nDe : release desk\r\n", ""),
            ("Dank!\r\n\r\nVan: release desk\r\nVerzonden: maandag\r\nAan: requester one\r\n\r\n", ""),
            ("---------- Forwarded message ---------\r\nFrom: x\r\n\r\n", ""),
            ("-- \r\n", ""),
        ] {
            let reading = reading(&mail("plain", &format!("{before}\"{ROOT}\\{path}\"{after}")));
            prop_assert!(reading.wishes.is_empty() && reading.take_back.is_empty(), "{before}");
        }
        for (before, after) in [
            ("<p>Thanks</p><blockquote type=\"cite\">", "</blockquote>"),
            ("<p>Thanks</p><div class=\"gmail_quote\"><div>", "</div></div>"),
            ("<p>Thanks</p><div id=\"divRplyFwdMsg\">x</div><div>", "</div>"),
            ("<p>Thanks</p><div style=\"display:none\">", "</div>"),
            ("<p>Thanks</p><!-- ", " -->"),
        ] {
            let reading = reading(&mail("html", &format!("{before}\"{ROOT}\\{path}\"{after}")));
            prop_assert!(reading.wishes.is_empty() && reading.take_back.is_empty(), "{before}");
        }
    }
}

/// What takes longest for its size, at the size of a mail that is read whole and at the largest that comes in.
#[test]
fn the_largest_mail_is_read_in_bounded_time() {
    for size in [250 * 1024, 25 * 1024 * 1024] {
        for (kind, unit) in [
            ("plain", "a "),
            ("plain", "\"\\\\ "),
            ("plain", "“"),
            ("plain", r"\\files.example.org\intego_shared\x "),
            ("plain", "\\\\files.example.org\\intego_shared\\x\r\n\r\n"),
            ("plain", "> \r\n"),
            ("plain", "On 1\r\n"),
            ("plain", "<"),
            ("plain", "a.csv or "),
            ("plain", "a.csv\r\n"),
            ("html", "<div>"),
            ("html", "<p></p>"),
            ("html", "<a href=\"file:///S:/x\">a b c</a> "),
            ("html", "<b><p>"),
            ("html", "&amp;"),
            ("html", "<style>.c{display:none}</style>"),
        ] {
            let bytes = mail(kind, &unit.repeat(size / unit.len()));
            let message = MessageParser::default().parse(&bytes).unwrap();
            let begun = Instant::now();
            let _ = read(&message, &settings(), writer());
            let took = begun.elapsed();
            println!("{size} {kind} {unit:?}: {took:?}");
            assert!(took < Duration::from_secs(20), "{size} {kind} {unit:?}: {took:?}");
        }
    }
}
