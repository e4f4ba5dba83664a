//! Headers as words in plain lower-case letters: without case, accents, punctuation, or a disguise.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::confusable_detection::skeleton;

use crate::identifier::hidden;

/// Shorter headers are not read as written with digits for letters: `1p` is no *ip*.
const SHORTEST_DISGUISE: usize = 4;
/// A digit at the end of a shorter word is its number: `NIS5` is the code of a municipality.
const SHORTEST_WITH_LAST: usize = 5;

/// The words of a header, read as they stand and, where digits or signs stand among its letters, with those as letters.
pub(super) fn readings(header: &str) -> Vec<Vec<String>> {
    let plain = letters(header);
    let mut readings = vec![words(&plain)];
    for one in ['i', 'l'] {
        let read: String = disguised(&plain, one);
        if read != plain && read.chars().filter(char::is_ascii_alphabetic).count() >= SHORTEST_DISGUISE {
            let words = words(&read);
            if !readings.contains(&words) {
                readings.push(words);
            }
        }
    }
    readings
}

/// What is seen of a header: accents and hidden characters gone, letters of other scripts that look Latin made Latin.
fn letters(header: &str) -> String {
    let seen =
        header.chars().filter(|c| !hidden(*c)).nfkd().filter(|c| !is_combining_mark(*c) && !hidden(*c));
    seen.fold(String::with_capacity(header.len()), |mut plain, c| {
        match c {
            _ if c.is_ascii() => plain.push(c),
            'ß' => plain.push_str("ss"),
            'æ' | 'Æ' => plain.push_str("ae"),
            'œ' | 'Œ' => plain.push_str("oe"),
            'ø' | 'Ø' => plain.push('o'),
            _ => latin_look(c, &mut plain),
        }
        plain
    })
}

/// The Latin letters that a letter looks like, by Unicode's own list (UTS 39), or the letter itself.
fn latin_look(c: char, plain: &mut String) {
    let mut buffer = [0; 4];
    let alike: String = skeleton(c.encode_utf8(&mut buffer)).collect();
    if alike.chars().all(|c| c.is_ascii_alphabetic()) { plain.push_str(&alike) } else { plain.push(c) }
}

/// The header with digits and signs read as the letters that they stand for, but not whole numbers.
fn disguised(plain: &str, one: char) -> String {
    let chars: Vec<char> = plain.chars().collect();
    let letter = |at: usize| {
        Some(match chars[at] {
            '0' => 'o',
            '1' | '!' | '|' => one,
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            '8' => 'b',
            '9' => 'g',
            _ => return None,
        })
    };
    let among_letters = |at: usize| {
        let joins = |c: &char| c.is_alphanumeric() || "!|@$".contains(*c);
        let start = chars[..at].iter().rposition(|c| !joins(c)).map_or(0, |before| before + 1);
        let end = chars[at..].iter().position(|c| !joins(c)).map_or(chars.len(), |behind| at + behind);
        let numbers = at + 1 == end && end - start < SHORTEST_WITH_LAST;
        !numbers && chars[start..end].iter().any(|c| c.is_alphabetic())
    };
    (0..chars.len()).map(|at| letter(at).filter(|_| among_letters(at)).unwrap_or(chars[at])).collect()
}

/// Words in lower case: parted by anything but letters and digits, between letters and digits, and at a capital.
fn words(plain: &str) -> Vec<String> {
    let chars: Vec<char> = plain.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for (at, c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            open = false;
            continue;
        }
        let before = at.checked_sub(1).map(|before| chars[before]).filter(|_| open);
        let behind = chars.get(at + 1);
        let begins = before.is_none_or(|before| {
            before.is_numeric() != c.is_numeric()
                || (before.is_lowercase() && c.is_uppercase())
                || (before.is_uppercase() && c.is_uppercase() && behind.is_some_and(|c| c.is_lowercase()))
        });
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
        open = true;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_parted_into_words() {
        for (header, expected) in [
            ("patientID", "patient id"),
            ("NHSNumber", "nhs number"),
            ("n_2020 (total)", "n 2020 total"),
            ("ÂgeMoyen", "age moyen"),
            ("tel2", "tel 2"),
            ("", ""),
        ] {
            assert_eq!(readings(header)[0].join(" "), expected, "{header}");
        }
    }

    #[test]
    fn numbers_are_not_read_as_letters() {
        assert_eq!(readings("2020"), [["2020"]]);
        assert_eq!(readings("n 1750"), [["n", "1750"]]);
        assert_eq!(readings("1p").len(), 1);
    }
}
