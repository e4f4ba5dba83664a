//! How far a path goes that is written without quotes: to the end of its name, through spaces, over the ends of lines.

use super::ext::name_end;
use super::settings::Settings;

/// One way of reading the words of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spelled {
    /// The path as this reading spells it.
    pub(super) text: String,
    /// Where it ends in the words.
    pub(super) end: usize,
    /// Whether it leaves words behind that look like part of a path.
    pub(super) leaves: bool,
}

/// How far ahead is looked, in bytes.
const LONGEST: usize = 1200;
/// Over how many ends of lines a path may go.
const MOST_LINES: usize = 3;
/// How many ends at a space are tried.
const MOST_CUTS: usize = 8;

/// Words between two things: a path may end before them.
const BETWEEN: &[&str] = &[
    "and",
    "en",
    "et",
    "or",
    "of",
    "ou",
    "&",
    "in",
    "for",
    "voor",
    "pour",
    "+",
    "plus",
    "to",
    "t/m",
    "tot",
    "à",
    "is",
    "are",
    "from",
    "uit",
    "van",
    "-",
    "except",
    "but",
    "not",
    "without",
    "instead",
    "behalve",
    "maar",
    "niet",
    "zonder",
    "sauf",
    "mais",
    "pas",
    "sans",
    "hormis",
    "excluding",
    "rather",
];

/// The readings of a path that begins with this text.
pub(super) fn full(text: &str, settings: &Settings) -> Vec<Spelled> {
    let region = region(text, settings);
    let name = name_end(region).and_then(|end| region.get(..end));
    let mut all = match name {
        Some(name) => named(name),
        None => unnamed(region),
    };
    for spelled in &mut all {
        let left = region.get(spelled.end..).unwrap_or_default();
        let left = name.map_or(left, |name| name.get(spelled.end..).unwrap_or_default());
        spelled.leaves = left.contains('\\') || name_end(left).is_some();
    }
    all.retain(|spelled| !spelled.text.is_empty());
    let mut known: Vec<Spelled> = vec![];
    for spelled in all {
        if !known.iter().any(|one| one.text == spelled.text) {
            known.push(spelled);
        }
    }
    known
}

/// A path that ends in a file's name.
fn named(name: &str) -> Vec<Spelled> {
    let end = name.len();
    let mut all: Vec<Spelled> =
        joins(name).into_iter().map(|text| Spelled { text, end, leaves: false }).collect();
    for cut in before_words_between(name) {
        all.push(ended(name, cut));
    }
    all.extend(in_folder(name));
    if let Some((first, next)) = name.split_once('\n') {
        // A name alone on the line below is a name of its own, or the rest of this one.
        if !first.ends_with(['\\', '/']) && next.contains(['\n', ' ', '\\', '/']) {
            all.push(ended(name, first.len()));
        }
        if !first.ends_with(['\\', '/']) && !next.contains(['\n', '\\', '/']) {
            all.push(Spelled { text: format!("{first}\\{next}"), end, leaves: false });
        }
    }
    all
}

/// Readings of "X I need y.csv" as the file `y.csv` in the folder X: the words between belong to the sentence.
fn in_folder(name: &str) -> Vec<Spelled> {
    /// How many words a name may have that is read so.
    const WORDS: usize = 3;
    let start = name.rfind(['\\', '/']).map_or(name.len(), |at| at + 1);
    let last = name.get(start..).unwrap_or_default();
    let spaces: Vec<usize> =
        last.char_indices().filter(|(_, c)| matches!(c, ' ' | '\n')).map(|(at, _)| at).collect();
    let mut all = vec![];
    for &from in spaces.iter().rev().take(WORDS) {
        for &to in spaces.iter().take(WORDS).filter(|&&to| to < from) {
            let head = trimmed(name.get(..start + to).unwrap_or_default());
            let tail = last.get(from + 1..).unwrap_or_default();
            all.push(Spelled {
                text: format!("{head}\\{tail}").replace('\n', " "),
                end: name.len(),
                leaves: false,
            });
        }
    }
    all
}

/// A path that ends somewhere: a folder, or a file without an extension.
fn unnamed(region: &str) -> Vec<Spelled> {
    let first = region.split('\n').next().unwrap_or_default();
    let mut all = vec![ended(region, first.trim_end().len())];
    let spaces = |text: &str, from: usize| -> Vec<usize> {
        text.char_indices()
            .filter(|&(at, c)| c == ' ' && at > from)
            .map(|(at, _)| at)
            .take(MOST_CUTS)
            .collect()
    };
    all.extend(spaces(first, 0).into_iter().rev().map(|cut| ended(region, cut)));
    if region.len() > first.len() {
        let two = region.match_indices('\n').nth(1).map_or(region.len(), |(at, _)| at);
        let both = region.get(..two).unwrap_or(region);
        let cuts = std::iter::once(both.trim_end().len()).chain(spaces(both, first.len() + 1));
        for cut in cuts {
            let head = both.get(..cut).unwrap_or_default();
            let end = trimmed(head).len();
            all.extend(joins(trimmed(head)).into_iter().map(|text| Spelled { text, end, leaves: false }));
        }
    }
    all
}

fn ended(text: &str, at: usize) -> Spelled {
    let text = trimmed(text.get(..at).unwrap_or_default());
    Spelled { text: text.to_owned(), end: text.len(), leaves: false }
}

/// A path without the punctuation of the sentence around it.
fn trimmed(text: &str) -> &str {
    let mut text = text.trim_end();
    loop {
        let balanced = text.contains(['(', '[']);
        let shorter = text.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '’', '`', ' ', '\n']);
        let shorter = if balanced { shorter } else { shorter.trim_end_matches([')', ']', '}']) };
        if shorter.len() == text.len() {
            return text;
        }
        text = shorter;
    }
}

/// Where the words end that may belong to the path at the beginning of the text.
fn region<'t>(text: &'t str, settings: &Settings) -> &'t str {
    let mut lines = 0;
    let mut before = None;
    for (at, c) in text.char_indices() {
        let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
        let spaced = rest.is_empty() || rest.starts_with(char::is_whitespace);
        let stops = match c {
            '<' | '>' | '"' | '|' | '\t' | '“' | '”' | '„' | '«' | '»' | super::link::ASTRAY => true,
            ',' | ';' | '!' => spaced,
            '?' => spaced && !rest.starts_with('.'),
            ':' => {
                at > 1
                    && (spaced || before == Some(' '))
                    && !text.get(..at).is_some_and(|head| head.eq_ignore_ascii_case("file"))
            }
            '.' => spaced,
            '\n' => {
                lines += 1;
                lines > MOST_LINES || starts_new(rest, settings)
            }
            _ => {
                at > LONGEST
                    || (at > 0
                        && before.is_some_and(|c: char| c.is_whitespace() || c == '(')
                        && settings.full(text.get(at..).unwrap_or_default()))
            }
        };
        if stops {
            return text.get(..at).unwrap_or_default().trim_end();
        }
        before = Some(c);
    }
    text.trim_end()
}

/// Whether a line begins something of its own.
fn starts_new(line: &str, settings: &Settings) -> bool {
    settings.full(line)
}

/// The text with each end of a line read as nothing or as a space; at most three ends are weighed.
pub(super) fn joins(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for (at, line) in text.split('\n').enumerate() {
        let line = line.trim();
        let both = at > 0 && at <= MOST_LINES;
        let mut next = vec![];
        for begun in all {
            let whole = begun.ends_with(['\\', '/']) || line.starts_with(['\\', '/']);
            if at == 0 || whole {
                next.push(format!("{begun}{line}"));
                continue;
            }
            next.push(format!("{begun} {line}"));
            if both {
                next.push(format!("{begun}{line}"));
            }
        }
        all = next;
    }
    all
}

/// The places right before words such as "and" in a text.
fn before_words_between(text: &str) -> Vec<usize> {
    let mut cuts = vec![];
    let mut at = 0;
    for word in text.split([' ', '\n']) {
        if at > 0 && BETWEEN.contains(&word.to_lowercase().as_str()) && cuts.len() < MOST_CUTS {
            cuts.push(at - 1);
        }
        at += word.len() + 1;
    }
    cuts
}
