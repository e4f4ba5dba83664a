//! What content is by its first bytes, whatever the name says.

use file_format::FileFormat;

/// What the content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A picture of an allowed format: its usual extension.
    Picture(&'static str),
    /// Something that is never released: its usual extension, and its name for people.
    Other(String, String),
    /// Nothing known.
    Unknown,
}

/// Pictures by the bytes that they begin with.
const PICTURES: &[(&str, &[u8])] = &[
    ("png", b"\x89PNG\r\n\x1a\n"),
    ("jpeg", b"\xff\xd8\xff"),
    ("gif", b"GIF87a"),
    ("gif", b"GIF89a"),
    ("tiff", b"II*\0"),
    ("tiff", b"MM\0*"),
];

/// The kind of content that is not text.
pub(crate) fn binary(head: &[u8]) -> Kind {
    if let Some((kind, _)) = PICTURES.iter().find(|(_, magic)| head.starts_with(magic)) {
        return Kind::Picture(kind);
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Kind::Picture("webp");
    }
    // "BM", the file's size, and four reserved bytes that are zero.
    if head.starts_with(b"BM") && head.get(6..10) == Some(&[0; 4]) {
        return Kind::Picture("bmp");
    }
    match FileFormat::from_bytes(head) {
        FileFormat::ArbitraryBinaryData | FileFormat::PlainText | FileFormat::Empty => Kind::Unknown,
        known => Kind::Other(known.extension().to_owned(), known.name().to_owned()),
    }
}

/// The kind of content that is text, by how it begins; [`Kind::Unknown`] may be a table.
pub(crate) fn text(head: &str) -> Kind {
    let start = head.trim_start();
    let lower: String = start.chars().take(4000).collect::<String>().to_lowercase();
    let begins = |marks: &[&str]| marks.iter().any(|mark| lower.starts_with(mark));
    if lower.starts_with('<') && lower.contains("<svg") && !lower.contains("<html") {
        return Kind::Picture("svg");
    }
    if begins(&[
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<table",
        "<script",
        "<div",
        "<style",
        "<p>",
        "<!--",
    ]) || lower.starts_with('<') && (lower.contains("<html>") || lower.contains("<html "))
    {
        return Kind::Other("html".to_owned(), "HTML".to_owned());
    }
    if begins(&["<?xml", "<!doctype"]) || element(&lower) {
        return Kind::Other("xml".to_owned(), "XML".to_owned());
    }
    if json(start) {
        return Kind::Other("json".to_owned(), "JSON".to_owned());
    }
    let known: &[(&[&str], &str, &str)] = &[
        (&["%pdf-"], "pdf", "PDF"),
        (&["{\\rtf"], "rtf", "Rich Text"),
        (&["%!ps"], "ps", "PostScript"),
        (&["#!"], "sh", "a script"),
        (&["mime-version:", "from: ", "received: ", "return-path:"], "eml", "a mail"),
        (&["-----begin "], "pem", "a key or signed text"),
        (&["\\documentclass", "\\begin{"], "tex", "LaTeX"),
        (&["<?php"], "php", "a script"),
    ];
    known
        .iter()
        .find(|(marks, ..)| begins(marks))
        .map_or(Kind::Unknown, |(_, kind, name)| Kind::Other((*kind).to_owned(), (*name).to_owned()))
}

/// Whether nearly all lines are sentences: words that a full stop closes, and nothing that parts fields but commas.
pub(crate) fn is_prose(head: &str) -> bool {
    let (mut lines, mut sentences) = (0_usize, 0_usize);
    for line in head.lines().map(str::trim).filter(|line| !line.is_empty()).take(1000) {
        lines += 1;
        let parted = line.contains([';', '\t', '|']) || line.contains("  ");
        let (mut words, mut all) = (0_usize, 0_usize);
        for word in line.split(' ') {
            all += 1;
            let bare = word.trim_matches(|c: char| c.is_ascii_punctuation());
            words += usize::from(
                !bare.is_empty() && bare.chars().all(|c| c.is_alphabetic() || c == '\'' || c == '-'),
            );
        }
        let sentence = line.starts_with(|c: char| c.is_alphabetic() || c == '"' || c == '(')
            && line.ends_with(['.', '!', '?'])
            && words >= 4
            && words * 4 >= all * 3;
        sentences += usize::from(sentence && !parted);
    }
    lines >= 3 && sentences * 4 >= lines * 3
}

/// Whether text begins with an XML element: a name directly after `<`, closed by `>`, and something closed later.
fn element(lower: &str) -> bool {
    let Some(rest) = lower.strip_prefix('<') else { return false };
    let name = rest.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default();
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && rest.contains('>')
        && (rest.contains("</") || rest.contains("/>"))
}

/// Whether text is JSON, a line of it a record, or the beginning of a JSON document.
fn json(start: &str) -> bool {
    if !start.starts_with(['{', '[']) {
        return false;
    }
    let mut values = serde_json::Deserializer::from_str(start).into_iter::<serde::de::IgnoredAny>();
    match values.next() {
        None => false,
        Some(Ok(_)) => {
            // "[1] 2" is a print-out of R, not a list.
            let rest = start[values.byte_offset()..].trim_start();
            rest.is_empty() || rest.starts_with(['{', '['])
        }
        Some(Err(error)) => error.is_eof() && start[1..].trim_start().starts_with(['"', '{', '[', '}', ']']),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_no_table_is_told() {
        for (head, kind) in [
            ("<!DOCTYPE html><p>", "html"),
            ("\n<html>", "html"),
            ("<?xml version='1.0'?><a/>", "xml"),
            ("<rows><row/></rows>", "xml"),
            ("{\"a\": 1}", "json"),
            ("[{\"a\": 1},", "json"),
            ("{\"a\": 1}\n{\"a\": 2}", "json"),
            ("%PDF-1.4", "pdf"),
            ("#!/bin/sh", "sh"),
        ] {
            assert!(matches!(text(head), Kind::Other(found, _) if found == kind), "{head}");
        }
        for head in ["a,b\n1,2", "[REDACTED],1", "[1] 2", "<5,7", "<5 people,<html-free", "{a},b", "BMI,n"] {
            assert_eq!(text(head), Kind::Unknown, "{head}");
        }
        assert_eq!(text("<?xml version='1.0'?>\n<svg/>"), Kind::Picture("svg"));
    }

    #[test]
    fn sentences_are_prose() {
        let of = |line: &str| is_prose(&line.repeat(5));
        assert!(of("The patient came in with fever, stayed two days, and went home.\n"));
        assert!(of("patiënt werd opgenomen na val thuis 12.\n"));
        for table in
            ["12,The patient came in with fever.\n", "a b c d\n1 2 3 4\n", "row | it went well here.\n"]
        {
            assert!(!of(table), "{table}");
        }
    }

    #[test]
    fn bytes_are_told() {
        assert_eq!(binary(b"\x89PNG\r\n\x1a\n"), Kind::Picture("png"));
        assert!(matches!(binary(b"PK\x03\x04\0\0"), Kind::Other(kind, _) if kind == "zip"));
        assert_eq!(binary(b"\x01\x02\x03"), Kind::Unknown);
    }
}
