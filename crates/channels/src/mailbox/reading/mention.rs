//! The paths that a paragraph names, with every way in which its words can be read as one.

use std::ops::Range;

use super::ext::{ends, known, name_end};
use super::extent::{self, Spelled};
use super::link::ASTRAY;
use super::settings::Settings;

/// How a path is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// From its server or drive on.
    Full,
    /// Below some folder, or by its name alone.
    Below,
    /// "My folder".
    Home,
}

/// One path in a paragraph.
#[derive(Clone, Debug)]
pub(super) struct Mention {
    /// Where the words stand.
    pub(super) span: Range<usize>,
    pub(super) how: How,
    /// The ways of reading it, the likeliest first.
    pub(super) spelled: Vec<Spelled>,
}

impl Mention {
    /// Whether it is a folder: no way of reading it ends in the name of a file.
    pub(super) fn is_folder(&self) -> bool {
        !self.spelled.iter().any(|spelled| names_file(&spelled.text))
    }

    /// Where its shortest reading ends: what comes after is perhaps not part of it.
    pub(super) fn least(&self) -> usize {
        let ends = self.spelled.iter().map(|spelled| self.span.start + spelled.end);
        ends.min().map_or(self.span.end, |end| end.min(self.span.end))
    }
}

/// Whether a path ends in a name with an extension, or in a pattern.
pub(super) fn names_file(path: &str) -> bool {
    let name = path.rsplit(['\\', '/']).next().unwrap_or_default();
    name.contains(['*', '?']) || name.rsplit_once('.').is_some_and(|(_, extension)| known(extension))
}

/// How many words before a bare name may belong to it.
const WORDS_BEFORE: usize = 5;

/// The ways of saying "my folder".
const HOME: &[&str] = &[
    "my own folder",
    "my home folder",
    "my home directory",
    "my personal folder",
    "my folder",
    "my directory",
    "mijn eigen map",
    "mijn persoonlijke map",
    "mijn map",
    "mijn folder",
    "mijn thuismap",
    "mon propre dossier",
    "mon dossier personnel",
    "mon dossier",
    "mon répertoire",
];

/// The paths of a paragraph, in its order; at most `most`.
pub(super) fn find(text: &str, settings: &Settings, most: usize) -> Vec<Mention> {
    let mut found: Vec<Mention> = vec![];
    let (mut at, mut boundary) = (0, true);
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if found.len() >= most {
            break;
        }
        let rest = text.get(at..).unwrap_or_default();
        let mention = if boundary {
            here(text, at, found.last().map_or(0, |last| last.span.end), settings)
        } else {
            None
        };
        match mention {
            Some(Here::Path(mention)) => {
                at = mention.span.end.max(at + c.len_utf8());
                boundary = true;
                found.push(mention);
            }
            Some(Here::Skip(end)) => {
                at = end.max(at + c.len_utf8());
                boundary = true;
            }
            None => {
                let next = at + c.len_utf8();
                boundary = opens(c) && !(c == ':' && rest.starts_with("://"));
                at = next;
            }
        }
    }
    found
}

/// Whether a path may begin after this character.
fn opens(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '(' | '['
                | '{'
                | '"'
                | '\''
                | '<'
                | '>'
                | ':'
                | ','
                | ';'
                | '='
                | '*'
                | '“'
                | '‘'
                | '’'
                | '„'
                | '«'
                | '`'
                | '|'
                | '–'
                | '—'
                | '•'
                | '…'
        )
}

/// What begins at a place: a path, or words to be passed over.
enum Here {
    Path(Mention),
    Skip(usize),
}

fn here(text: &str, at: usize, last: usize, settings: &Settings) -> Option<Here> {
    let rest = text.get(at..)?;
    if let Some(found) = quoted(rest, at, settings) {
        return Some(found);
    }
    if settings.full(rest) {
        let spelled = extent::full(rest, settings);
        let end = spelled.iter().map(|spelled| spelled.end).max()?;
        return Some(Here::Path(Mention { span: at..at + end, how: How::Full, spelled }));
    }
    if let Some(length) = home(rest) {
        return Some(Here::Path(Mention { span: at..at + length, how: How::Home, spelled: vec![] }));
    }
    word(text, at, last, settings)
}

/// A path in quotes or angle brackets.
fn quoted(rest: &str, at: usize, settings: &Settings) -> Option<Here> {
    let open = rest.chars().next()?;
    let closing: &[char] = match open {
        '"' | '“' | '„' | '”' => &['"', '”', '“', '″'],
        '\'' | '‘' | '‚' | '’' => &['\'', '’', '‘'],
        '«' => &['»'],
        '<' => &['>'],
        '`' => &['`'],
        _ => return None,
    };
    let inner = rest.get(open.len_utf8()..)?;
    let mut close = None;
    for (offset, c) in inner.char_indices().take(2000) {
        let after = inner.get(offset + c.len_utf8()..).unwrap_or_default();
        if closing.contains(&c) && (open == '<' || !after.starts_with(char::is_alphanumeric)) {
            close = Some((offset, c.len_utf8()));
            break;
        }
        if c == open {
            return None;
        }
    }
    let (length, width) = close?;
    let content = inner.get(..length)?;
    let end = open.len_utf8() + length + width;
    if open == '<' && !settings.full(content.trim_start()) && !content.contains('\\') {
        let address = content.contains('@') || content.contains("://") || content.starts_with("mailto:");
        return address.then_some(Here::Skip(at + end));
    }
    let content_start = content.trim_start();
    let full = settings.full(content_start);
    if !(full || names_file(content.trim()) || content.contains('\\')) {
        return None;
    }
    let spelled = extent::joins(content)
        .into_iter()
        .map(|text| Spelled { text: text.trim().to_owned(), end, leaves: false })
        .collect();
    let how = if full { How::Full } else { How::Below };
    Some(Here::Path(Mention { span: at..at + end, how, spelled }))
}

fn home(rest: &str) -> Option<usize> {
    let head: String = rest.chars().take(30).collect();
    let head = head.to_lowercase().replace('\n', " ");
    let said = HOME.iter().find(|said| head.starts_with(**said))?;
    let after = rest.get(said.len()..)?;
    (!after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '\\' | '/'))).then_some(said.len())
}

/// A word that is a name or a path below some folder, with the words around that may belong to it.
fn word(text: &str, at: usize, last: usize, settings: &Settings) -> Option<Here> {
    let rest = text.get(at..)?;
    let length = rest
        .find(|c: char| {
            c.is_whitespace()
                || matches!(c, ',' | ';' | '<' | '>' | '"' | '|' | '“' | '”' | '«' | '»' | ASTRAY)
        })
        .unwrap_or(rest.len());
    let token = rest.get(..length)?;
    if token.is_empty() {
        return None;
    }
    if token.contains('@') || token.contains("://") || token.to_ascii_lowercase().starts_with("www.") {
        return Some(Here::Skip(at + length));
    }
    let lead = token.len() - token.trim_start_matches(['(', '[', '{', '*', '\'', '‘', '`', '-', '–']).len();
    let lead = if token.starts_with("*.") { 0 } else { lead };
    let body = token.get(lead..)?;
    let body = body.trim_end_matches([':', '!', '?', '\'', '’', ']', '}', '.']);
    let cut = name_end(body).or_else(|| is_below(body, settings).then_some(body.len()));
    let slashes = body.contains('\\') || is_below(body, settings);
    if !slashes && cut.is_none() {
        return Some(Here::Skip(at + length));
    }
    if !body.chars().any(char::is_alphanumeric) {
        return Some(Here::Skip(at + length));
    }
    let start = at + lead;
    let right = if slashes {
        extent::full(text.get(start..)?, settings)
    } else {
        let end = cut?;
        vec![Spelled { text: body.get(..end)?.to_owned(), end, leaves: false }]
    };
    let end = right.iter().map(|spelled| spelled.end).max()?;
    let spelled = with_words_before(text, start, last, &right);
    Some(Here::Path(Mention { span: start..start + end, how: How::Below, spelled }))
}

/// Whether a word without an extension is a path below some folder.
fn is_below(word: &str, settings: &Settings) -> bool {
    let folds = |head: &str| settings.first_name().is_some_and(|first| first.eq_ignore_ascii_case(head));
    if word.contains('\\') {
        return word.chars().any(char::is_alphanumeric);
    }
    word.split_once('/').is_some_and(|(head, rest)| !rest.is_empty() && folds(head))
        || (word.contains('/') && name_end(word).is_some_and(|end| ends(word.get(end..).unwrap_or_default())))
}

/// Each spelling, alone and with up to five of the words before it on its line.
fn with_words_before(text: &str, start: usize, last: usize, right: &[Spelled]) -> Vec<Spelled> {
    let before = text.get(last..start).unwrap_or_default();
    let stop = before
        .rfind(['\n', '\t', ',', ';', ':', '"', '(', '“', '«', '<', '>', ASTRAY])
        .map_or(0, |at| at + 1);
    let line = before.get(stop..).unwrap_or_default().trim_start_matches(|c: char| !c.is_alphanumeric());
    let mut starts = vec![];
    if line.ends_with(char::is_whitespace) {
        let mut end = line.trim_end().len();
        while end > 0 && starts.len() < WORDS_BEFORE {
            let head = line.get(..end).unwrap_or_default();
            let from = head.rfind(char::is_whitespace).map_or(0, |at| at + 1);
            if head.get(from..).unwrap_or_default().ends_with(['.', '!', '?']) {
                break;
            }
            starts.push(line.get(from..).unwrap_or_default().to_owned());
            end = head.get(..from).unwrap_or_default().trim_end().len();
        }
    }
    let mut spelled = right.to_vec();
    for words in starts {
        spelled.extend(
            right.iter().take(4).map(|one| Spelled { text: format!("{words}{}", one.text), ..one.clone() }),
        );
    }
    spelled
}
