//! Sentences: which words stand around which paths.

use super::mention::Mention;
use super::prose::{PATH, says, words};
use super::vocabulary::{BELOW, SOME};

/// A path, and the words between it and what stands before it.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) mention: Mention,
    /// The sender's words for it.
    pub(super) quote: String,
    /// The words of the sentence since the path before.
    pub(super) before: String,
}

/// One sentence, or one line of a list.
#[derive(Clone, Debug, Default)]
pub(super) struct Sentence {
    /// As it stands in the mail.
    pub(super) quote: String,
    /// Its words, with a mark for each path.
    pub(super) words: String,
    pub(super) paths: Vec<Placed>,
    /// Whether it announces what follows.
    pub(super) announces: bool,
    pub(super) question: bool,
    pub(super) item: bool,
    /// Whether it limits what it names to some of it.
    pub(super) some: bool,
    /// Whether it speaks of what lies below a folder.
    pub(super) below: bool,
}

impl Sentence {
    /// Whether it is little more than its paths, as in a list.
    pub(super) fn is_listed(&self) -> bool {
        let count = self.words.split_whitespace().filter(|word| *word != PATH).count();
        !self.paths.is_empty() && (self.item || count <= 4)
    }
}

/// How long a line is at least that goes on in the next, as far as its length tells.
const WRAPPED: usize = 55;

/// The sentences of a paragraph.
pub(super) fn split(text: &str, mentions: Vec<Mention>, item: bool) -> Vec<Sentence> {
    let mut all = vec![];
    let mut open = Open::new(item);
    let mut mentions = mentions.into_iter().peekable();
    let (mut at, mut from, mut line) = (0, 0, 0);
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if let Some(mention) = mentions.next_if(|mention| mention.span.start <= at) {
            let least = mention.least().max(at + c.len_utf8());
            open.path(text, mention);
            at = least;
            continue;
        }
        let next = at + c.len_utf8();
        let rest = text.get(next..).unwrap_or_default();
        let ends = match c {
            '.' | '!' | '?' | ';' => rest.is_empty() || rest.starts_with(char::is_whitespace),
            '\n' => open.ends_with_line(
                text.get(line..at).unwrap_or_default(),
                rest,
                mentions.peek().is_some_and(|next_one| next_one.span.start == next),
            ),
            _ => false,
        };
        if c == '\n' {
            line = next;
        }
        open.raw.push(if c == '\n' { ' ' } else { c });
        at = next;
        if ends {
            open.question = c == '?';
            all.extend(open.finish(text.get(from..at).unwrap_or_default()));
            open = Open::new(item);
            from = at;
        }
    }
    all.extend(open.finish(text.get(from..).unwrap_or_default()));
    all
}

/// A sentence that is being read.
struct Open {
    raw: String,
    since: usize,
    paths: Vec<Placed>,
    question: bool,
    item: bool,
}

impl Open {
    fn new(item: bool) -> Self {
        Self { raw: String::new(), since: 0, paths: vec![], question: false, item }
    }

    fn path(&mut self, text: &str, mention: Mention) {
        let before = words(self.raw.get(self.since..).unwrap_or_default());
        let quote = squashed(text.get(mention.span.clone()).unwrap_or_default());
        self.raw.push_str(" § ");
        self.since = self.raw.len();
        self.paths.push(Placed { mention, quote, before });
    }

    /// Whether the end of a line ends the sentence, too.
    fn ends_with_line(&self, line: &str, next: &str, path_next: bool) -> bool {
        let raw = self.raw.trim_end();
        let capital = next.chars().next().is_some_and(char::is_uppercase);
        raw.ends_with(':')
            || (raw.ends_with('§') && (capital || path_next))
            || (line.chars().count() < WRAPPED && capital && !raw.ends_with(','))
    }

    fn finish(self, quote: &str) -> Option<Sentence> {
        let words = words(&self.raw);
        let announces = self.raw.trim_end().trim_end_matches(PATH).trim_end().ends_with(':')
            || self.raw.trim_end().ends_with([':', '：']);
        let quote: String = squashed(quote).chars().take(300).collect();
        if words.trim().is_empty() {
            return None;
        }
        let told = |phrases| !self.paths.is_empty() && says(&words, phrases);
        let (some, below) = (told(SOME), told(BELOW));
        let (question, item) = (self.question, self.item);
        Some(Sentence { quote, words, paths: self.paths, announces, question, item, some, below })
    }
}

/// The text with one space wherever it has white space.
pub(super) fn squashed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
