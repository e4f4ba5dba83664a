//! Finds the places of a cell or a line where a form stands, whole or among other words.

use super::text::{plain, separates, whole_number};
use super::{FORMS, Form, Reading, Within};

/// One text that has the shape of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Where the form stands in [`FORMS`].
    pub form: usize,
    /// What reading it gave.
    pub reading: Reading,
    /// Whether it is the whole text that was scanned.
    pub whole: bool,
    /// Whether its punctuation or letters alone say what it is.
    pub telling: bool,
    /// The text itself.
    pub text: String,
}

/// The shortest text that any form reads: an IP address such as `1.2.3.4`, a name such as `Mr Li`.
const SHORTEST: usize = 5;
/// The longest text that joined groups can make: a UUID, or an IBAN with its blanks.
const LONGEST: usize = 48;
/// The most groups that a form is written in: an IBAN of 34 in fours.
const MOST_GROUPS: usize = 9;

/// Hands each text of a form's shape in `text` to `found`: the whole of it, and else what stands between other words.
pub fn scan(text: &str, found: &mut impl FnMut(Sighting)) {
    if text.len() < SHORTEST || plainly_none(text) {
        return;
    }
    let text = &*plain(text);
    let mut whole = [false; FORMS.len()];
    for (at, form) in FORMS.iter().enumerate() {
        whole[at] = offer(at, form, text, true, found);
    }
    // A number is one thing: nine digits behind a decimal point are no identifier.
    if is_number(text) || whole.iter().all(|read| *read) {
        return;
    }
    let rest = |within: Within| {
        FORMS.iter().enumerate().filter(move |(at, form)| form.within == within && !whole[*at])
    };
    let mut try_all = |within: Within, candidate: &str| {
        for (at, form) in rest(within) {
            offer(at, form, candidate, false, found);
        }
    };
    windows(text, |c| c.is_ascii_digit(), |candidate| try_all(Within::Digits, candidate));
    windows(text, |c| c.is_ascii_alphanumeric(), |candidate| try_all(Within::Codes, candidate));
    for word in text.split(|c: char| c.is_whitespace() || "<>()[]{}\",;|=:".contains(c)) {
        try_all(Within::Words, word.trim_matches(['.', '\'', '!', '?']));
    }
    if let Some(name) = super::titled_name(text) {
        try_all(Within::Titles, name);
    }
}

/// The short way out for most cells: numbers with decimals, small numbers, words.
fn plainly_none(text: &str) -> bool {
    let (mut digits, mut points, mut colons, mut others, mut blanks) = (0, 0, 0, 0, 0);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' => points += 1,
            b':' => colons += 1,
            b' ' => blanks += 1,
            b'@' | 0x80.. => return false,
            _ => others += 1,
        }
    }
    let decimals =
        || text.rsplit('.').next().is_some_and(|decimals| decimals.bytes().any(|byte| byte != b'0'));
    if others + blanks + colons == 0 && points == 1 {
        return digits < 4 || decimals();
    }
    // The fewest digits of a form are eight, but for internet addresses, e-mail addresses and names behind a title.
    digits < 8 && points < 3 && colons < 2 && (blanks == 0 || super::titled_name(text).is_none())
}

fn offer(at: usize, form: &Form, text: &str, whole: bool, found: &mut impl FnMut(Sighting)) -> bool {
    let Some(reading) = (form.read)(text) else { return false };
    found(Sighting { form: at, reading, whole, telling: (form.telling)(text), text: text.to_owned() });
    true
}

fn is_number(text: &str) -> bool {
    whole_number(text).is_some()
        || text.parse::<f64>().is_ok()
        || text.replacen(',', ".", 1).parse::<f64>().is_ok()
}

/// Every run of up to [`MOST_GROUPS`] neighbouring groups of `member` characters with separators between them, but for the
/// text as a whole and for pieces of a longer number.
fn windows(text: &str, member: fn(char) -> bool, mut candidate: impl FnMut(&str)) {
    let groups = groups(text, member);
    for (first, (start, _)) in groups.iter().enumerate() {
        if cut_before(text, *start) {
            continue;
        }
        // A plus in front belongs to a telephone number.
        let start = if text[..*start].ends_with('+') { start - 1 } else { *start };
        for (at, (from, end)) in groups[first..].iter().enumerate().take(MOST_GROUPS) {
            let joined = at == 0 || joins(&text[groups[first + at - 1].1..*from]);
            if !joined || end - start > LONGEST {
                break;
            }
            if !cut_behind(text, *end) && end - start < text.len() && end - start >= SHORTEST {
                candidate(&text[start..*end]);
            }
        }
    }
}

fn groups(text: &str, member: fn(char) -> bool) -> Vec<(usize, usize)> {
    let mut groups: Vec<(usize, usize)> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| member(*c)) {
        match groups.last_mut() {
            Some((_, end)) if *end == at => *end = at + c.len_utf8(),
            _ => groups.push((at, at + c.len_utf8())),
        }
    }
    groups
}

fn joins(between: &str) -> bool {
    between.len() <= 3 && between.chars().all(separates)
}

fn glued(mark: Option<char>, beyond: Option<char>) -> bool {
    mark.is_some_and(|c| matches!(c, '.' | ',' | '/' | '-')) && beyond.is_some_and(|c| c.is_ascii_digit())
}

fn cut_before(text: &str, start: usize) -> bool {
    let mut before = text[..start].chars().rev();
    glued(before.next(), before.next())
}

fn cut_behind(text: &str, end: usize) -> bool {
    let mut behind = text[end..].chars();
    glued(behind.next(), behind.next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        scan(text, &mut |seen| {
            if seen.reading == Reading::Valid && FORMS[seen.form].name != "be-nihdi" {
                all.push(format!(
                    "{}{} {}",
                    if seen.whole { "" } else { "in: " },
                    FORMS[seen.form].name,
                    seen.text
                ));
            }
        });
        all
    }

    #[test]
    fn identifiers_are_found_whole_and_among_words() {
        let cases = [
            ("85073003328", "be-nrn 85073003328"),
            ("INSZ:85073003328", "in: be-nrn 85073003328"),
            ("patient85073003328", "in: be-nrn 85073003328"),
            ("id_85073003328.csv", "in: be-nrn 85073003328"),
            ("patient 85.07.30-033.28 was seen in 2 sites", "in: be-nrn 85.07.30-033.28"),
            ("Source: an@example.org.", "in: email an@example.org"),
            ("mailto:an@example.org", "in: email an@example.org"),
            ("call +32 475 12 34 56", "in: phone +32 475 12 34 56"),
            ("pay to BE68 5390 0754 7034 now", "in: iban BE68 5390 0754 7034"),
            ("run_550e8400-e29b-41d4-a716-446655440000.csv", "in: uuid 550e8400-e29b-41d4-a716-446655440000"),
            ("KV-Nr. A123456780", "in: de-kvnr A123456780"),
            ("host 192.168.0.17", "in: ip 192.168.0.17"),
            ("seen by Dr. Peeters", "in: titled-name Dr. Peeters"),
        ];
        for (text, expected) in cases {
            assert!(valid(text).iter().any(|found| found == expected), "{text}: {:?}", valid(text));
        }
    }

    #[test]
    fn pieces_of_numbers_are_nothing() {
        for text in [
            "0.85073003328",
            "1.111222333",
            "1,111222333",
            "n = 0.111222333",
            "1.2.3.4.55",
            "12 (3.4)",
            "2020-01-31",
            "111222333.5",
            "",
            "p < 0.001",
        ] {
            assert_eq!(valid(text), Vec::<String>::new(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_scanned(text in "\\PC{0,60}|[0-9 ./@+A-Z-]{0,80}") {
            scan(&text, &mut |seen| assert!(!seen.text.is_empty()));
        }
    }
}
