//! The words around the paths, in Dutch, French and English: what they ask for, and what makes them doubtful.

use super::link::ASTRAY;
use super::vocabulary::{
    AFTERTHOUGHT, ALL, CORRECTION, DOUBT, FILES, FILLER, HARMLESS, LINKS, NUMBERS, STATUS, STAYS, WITHIN, YES,
};

/// What stands for a path in the words of a sentence.
pub(super) const PATH: &str = "§";

/// The words of a sentence, each once between spaces, in lower case and without punctuation; a path is [`PATH`].
pub(super) fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 2);
    words.push(' ');
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            '’' | '\'' | '`' => {
                let elided = words.chars().rev().nth(1) == Some(' ') || words.ends_with(" qu");
                words.push('\'');
                if elided {
                    words.push(' ');
                }
            }
            c if c.is_alphanumeric() || matches!(c, '§' | '-' | '_' | ASTRAY) => words.push(c),
            '/' | '&' | '+' => words.push(c),
            _ if !words.ends_with(' ') => words.push(' '),
            _ => {}
        }
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
    words
}

/// Whether one of the phrases is in the words.
pub(super) fn says(words: &str, phrases: &str) -> bool {
    phrases.split('|').any(|phrase| {
        words.match_indices(phrase).any(|(at, _)| {
            let before = words.get(..at).is_none_or(|head| head.ends_with(' '));
            let after = words.get(at + phrase.len()..).is_none_or(|tail| tail.starts_with(' '));
            before && after
        })
    })
}

/// Whether a word, or words, is one of the phrases.
pub(super) fn among(phrases: &str, word: &str) -> bool {
    phrases.split('|').any(|phrase| phrase == word)
}

/// The words without phrases that mean nothing for the request.
fn without(words: &str, phrases: &str) -> String {
    phrases.split('|').fold(words.to_owned(), |words, phrase| words.replace(&format!(" {phrase} "), " "))
}

/// Whether the words make it doubtful that the paths in them are asked for.
pub(super) fn is_doubtful(words: &str, supporting: bool) -> bool {
    let words = without(words, HARMLESS);
    let words = if supporting { without(&words, STAYS) } else { words };
    let without_path = ["without", "zonder", "sans", "no", "geen"].iter().any(|word| {
        [" ", " the ", " the file ", " file ", " het bestand ", " le fichier "]
            .iter()
            .any(|between| words.contains(&format!(" {word}{between}{PATH} ")))
    });
    says(&words, DOUBT) || without_path
}

/// Whether words that name no path take something back of what stands elsewhere.
pub(super) fn is_afterthought(words: &str) -> bool {
    says(&without(words, HARMLESS), AFTERTHOUGHT)
}

/// Whether the words correct what was said before.
pub(super) fn is_correction(words: &str) -> bool {
    says(words, CORRECTION)
}

/// Whether a question asks how things stand, rather than for files.
pub(super) fn asks_how_it_stands(words: &str) -> bool {
    let first = words.trim_start();
    STATUS.split('|').any(|head| first.starts_with(&format!("{head} ")))
}

/// Whether the words are a yes and nothing else.
pub(super) fn is_yes(words: &str) -> bool {
    let mut count = 0;
    let mut yes = false;
    for word in words.split_whitespace() {
        count += 1;
        if among(YES, word) {
            yes = true;
        } else if !among(FILLER, word) {
            return false;
        }
    }
    yes && count <= 25
}

/// Whether the words begin with a yes, or a no.
pub(super) fn begins_with_answer(words: &str) -> bool {
    words.split_whitespace().next().is_some_and(|word| {
        matches!(
            word,
            "yes"
                | "yep"
                | "yeah"
                | "ja"
                | "oui"
                | "no"
                | "nope"
                | "nee"
                | "neen"
                | "non"
                | "akkoord"
                | "klopt"
        )
    })
}

/// How much of a folder the words before its path ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Amount {
    /// The folder is named, and nothing else.
    Named,
    /// All that is in it.
    Everything,
    /// Its files, where none of them is named.
    TheFiles,
    /// Its files of these types, and no deeper.
    Types(Vec<String>),
    /// Things in it that the words do not name by their files: it is only where they are.
    Place,
    /// Some of it.
    Some,
}

/// The types of files that words name, without the words for "files" joined to them.
fn type_of(word: &str) -> Option<&str> {
    let word = word.trim_start_matches('.');
    let stem = ["-bestanden", "-files", "-fichiers", "-bestand", "'s", "s", ""]
        .iter()
        .find_map(|tail| word.strip_suffix(tail).filter(|stem| super::ext::known(stem)))?;
    (!matches!(stem, "r" | "do" | "out" | "log" | "md")).then_some(stem)
}

/// What the words before a folder say of how much of it is asked for.
///
/// `listed` says that a path stands before them in the sentence, so that "of" alone says where that one lies.
pub(super) fn amount(words: &str, listed: bool) -> Amount {
    let all: Vec<&str> = words.split_whitespace().filter(|word| !word.is_empty()).collect();
    let linked = all.iter().rev().take_while(|word| among(LINKS, word) || among(WITHIN, word)).count();
    let (head, links) = all.split_at(all.len() - linked);
    let located = links
        .iter()
        .any(|word| among(WITHIN, word) && !matches!(*word, "de" | "of" | "van") || matches!(*word, "uit"))
        || (links.iter().any(|word| matches!(*word, "de" | "of" | "van"))
            && head
                .last()
                .map_or(listed, |word| among(ALL, word) || among(FILES, word) || type_of(word).is_some()));
    let mut types: Vec<String> = vec![];
    let (mut files, mut all_of_it) = (false, links.iter().any(|word| among(ALL, word)));
    for word in head.iter().rev().take(12) {
        if let Some(kind) = type_of(word) {
            if !types.iter().any(|known| known == kind) {
                types.push(kind.to_owned());
            }
        } else if among(ALL, word) {
            all_of_it = true;
            break;
        } else if among(FILES, word) {
            files = true;
        } else if !matches!(*word, "and" | "en" | "et" | "&" | "+" | "-") {
            break;
        }
    }
    types.reverse();
    let counted = head
        .iter()
        .rev()
        .take(4)
        .any(|word| among(NUMBERS, word) || word.chars().all(|c| c.is_ascii_digit()));
    match (types.is_empty(), located) {
        _ if counted && !all_of_it => Amount::Some,
        (false, true) => Amount::Types(types),
        (false, false) => Amount::Some,
        (true, _) if all_of_it => Amount::Everything,
        (true, true) if files => Amount::TheFiles,
        (true, true) => Amount::Place,
        (true, false) => Amount::Named,
    }
}
