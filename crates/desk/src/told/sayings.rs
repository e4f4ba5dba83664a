//! What was said in English, in Dutch or in French: found by the sentence that it is made from.

use std::sync::LazyLock;

use exeat_domain::roster::Language;
use serde::Deserialize;

/// The longest text that is looked up, in bytes: longer ones are no sentence of ours.
const LONGEST: usize = 4000;
/// How deep sayings lie in one another at most, as the signs of a score do.
const DEEPEST: u8 = 60;

/// A sentence, or a part of one.
struct Saying {
    english: Vec<Part>,
    dutch: Vec<Part>,
    french: Vec<Part>,
}

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Blank(Kind, String),
}

/// What stands in a blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Anything, repeated as it stands: `{name}`.
    Raw,
    /// A number: `{#n}`.
    Number,
    /// Words of ours where they are found among the sayings; otherwise as they stand: `{*what}`.
    Words,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sayings {
    say: Vec<[String; 3]>,
}

// A test holds that it parses; what is missing all the same is told in English.
static SAYINGS: LazyLock<Vec<Saying>> = LazyLock::new(|| {
    let read: Sayings = toml::from_str(include_str!("../../told/sayings.toml")).unwrap_or_default();
    let parsed = |[english, dutch, french]: &[String; 3]| Saying {
        english: parts(english),
        dutch: parts(dutch),
        french: parts(french),
    };
    let mut all: Vec<Saying> = read.say.iter().map(parsed).collect();
    // Of those that fit, the one with the most words of its own is meant.
    all.sort_by_key(|saying| std::cmp::Reverse(saying.own_words()));
    all
});

/// The same in this language; none where nothing that is known says it. English is as it stands.
#[must_use]
pub fn say(language: Language, english: &str) -> Option<String> {
    if language == Language::En {
        return Some(english.to_owned());
    }
    told(language, english, 0)
}

fn told(language: Language, english: &str, depth: u8) -> Option<String> {
    if english.len() > LONGEST || depth > DEEPEST {
        return None;
    }
    SAYINGS.iter().find_map(|saying| {
        let mut blanks = vec![];
        fits(&saying.english, english, &mut blanks).then(|| saying.with(language, &blanks, depth))
    })
}

/// What stood in the blanks.
type Blanks<'a> = Vec<(Kind, &'a str, &'a str)>;

impl Saying {
    /// How much of it is not blank.
    fn own_words(&self) -> usize {
        let own = |part: &Part| match part {
            Part::Text(text) => text.len(),
            Part::Blank(..) => 0,
        };
        self.english.iter().map(own).sum()
    }

    fn with(&self, language: Language, blanks: &Blanks<'_>, depth: u8) -> String {
        let parts = if language == Language::Nl { &self.dutch } else { &self.french };
        let written = parts.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Blank(_, name) => {
                let Some((kind, _, value)) = blanks.iter().find(|(_, known, _)| known == name) else {
                    return String::new();
                };
                let words = (*kind == Kind::Words).then(|| told(language, value, depth + 1)).flatten();
                words.unwrap_or_else(|| (*value).to_owned())
            }
        });
        written.collect()
    }
}

/// Whether a text is made of these parts, and what stands in their blanks: each as short as it can be.
fn fits<'a>(parts: &'a [Part], text: &'a str, blanks: &mut Blanks<'a>) -> bool {
    match parts {
        [] => text.is_empty(),
        [Part::Text(own), rest @ ..] => {
            text.strip_prefix(own.as_str()).is_some_and(|behind| fits(rest, behind, blanks))
        }
        [Part::Blank(kind, name)] => {
            let holds = kind.holds(text);
            if holds {
                blanks.push((*kind, name, text));
            }
            holds
        }
        [Part::Blank(kind, name), rest @ ..] => {
            let Some(Part::Text(own)) = rest.first() else { return false };
            text.match_indices(own.as_str()).any(|(at, _)| {
                let (value, behind) = text.split_at(at);
                if !kind.holds(value) {
                    return false;
                }
                let known = blanks.len();
                blanks.push((*kind, name, value));
                let all = fits(rest, behind, blanks);
                if !all {
                    blanks.truncate(known);
                }
                all
            })
        }
    }
}

impl Kind {
    fn holds(self, value: &str) -> bool {
        let number = || {
            value.chars().any(|c| c.is_ascii_digit())
                && value.chars().all(|c| c.is_ascii_digit() || "+-.,e".contains(c))
        };
        !value.is_empty() && (self != Self::Number || number())
    }
}

/// A sentence in its parts. A brace that does not close is text.
fn parts(sentence: &str) -> Vec<Part> {
    let (mut parts, mut rest) = (vec![], sentence);
    while let Some((before, behind)) = rest.split_once('{') {
        let Some((name, after)) = behind.split_once('}') else { break };
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        let (kind, name) = match name.split_at_checked(1) {
            Some(("#", name)) => (Kind::Number, name),
            Some(("*", name)) => (Kind::Words, name),
            _ => (Kind::Raw, name),
        };
        parts.push(Part::Blank(kind, name.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    parts
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test reads the sources and the fixtures")]
mod tests;
