//! Where a finding lies, in words, and of what lies there no more than a count.
//!
//! A mail leaves the enclave, and a file that goes back has not been released. The value of a count is repeated where a
//! person sent the file back, as it is what has to be mended; any other value, or a header that may be one, never is, and
//! nobody can have data mailed to themselves by asking for files that are sure to come back.

use exeat_desk::told;
use exeat_domain::finding::{Finding, Place};

use super::view::visible;
use super::words::Words;

/// The longest header that is repeated, in characters.
const LONGEST_HEADER: usize = 32;

/// The most digits of a count that is repeated.
const MOST_DIGITS: usize = 4;

/// The place of a finding in words, with the count that lies there where it may be told.
pub(super) fn of(finding: &Finding, by_person: bool, words: &Words) -> String {
    let place = in_words(&finding.place, words);
    let told = finding
        .place
        .value
        .as_deref()
        .filter(|value| by_person && finding.rule.starts_with("CNT-") && is_a_count(value));
    match told {
        Some(value) => format!("{place}{} {value}", words.colon),
        None => place,
    }
}

/// Whether a value is a count and nothing else: a few digits, perhaps with a sign of rounding or suppression.
fn is_a_count(value: &str) -> bool {
    let digits = value.chars().filter(char::is_ascii_digit).count();
    (1..=MOST_DIGITS).contains(&digits) && value.chars().all(|c| c.is_ascii_digit() || "<>=.,".contains(c))
}

/// The place in words, with a header only where it reads as a name.
fn in_words(place: &Place, words: &Words) -> String {
    told::place(words.language, place, |name| is_a_name(name).then(|| visible(name, LONGEST_HEADER)))
}

/// Whether a header reads as a name: short, no address, and no run of digits that could number a person.
fn is_a_name(header: &str) -> bool {
    let longest_number =
        header.split(|c: char| !c.is_numeric()).map(|run| run.chars().count()).max().unwrap_or(0);
    !header.trim().is_empty()
        && header.chars().count() <= LONGEST_HEADER
        && !header.contains('@')
        && longest_number <= 4
}

#[cfg(test)]
mod tests {
    use exeat_domain::finding::{Outcome, Severity};
    use exeat_domain::roster::Language;

    use super::*;

    #[test]
    fn a_count_is_told_where_a_person_looked_and_nothing_else_is() {
        let told = |rule: &str, value: &str, by_person| {
            let finding = Finding {
                rule: rule.into(),
                risk: None,
                severity: Severity::Block,
                outcome: Outcome::Found,
                message: String::new(),
                fix: String::new(),
                place: Place { cell: Some([3, 2]), value: Some(value.into()), ..Place::default() },
                interval: None,
            };
            of(&finding, by_person, Words::of(Language::En))
        };
        assert_eq!(told("CNT-MIN", "4", true), "row 4, column 3: 4");
        assert_eq!(told("CNT-MIN", "<5", true), "row 4, column 3: <5");
        for (rule, value, by_person) in [
            ("CNT-MIN", "4", false),
            ("CNT-MIN", "85073003328", true),
            ("CNT-MIN", "4 Ann", true),
            ("DID-VAL", "4", true),
        ] {
            assert_eq!(told(rule, value, by_person), "row 4, column 3", "{rule} {value} {by_person}");
        }
    }

    fn en(place: &Place) -> String {
        in_words(place, Words::of(Language::En))
    }

    #[test]
    fn places_count_from_one_and_hold_no_value() {
        let value = || Some("85073003328".to_owned());
        let cell = Place {
            column: Some("n".into()),
            row: Some(3),
            cell: Some([3, 2]),
            value: value(),
            ..Place::default()
        };
        assert_eq!(en(&cell), "row 4, column 3 (“n”)");
        assert_eq!(en(&Place { row: Some(0), table: Some(1), ..Place::default() }), "table 2, row 1");
        assert_eq!(en(&Place { line: Some(12), value: value(), ..Place::default() }), "line 12 of the file");
        let area = Place { pixels: Some([10, 20, 30, 40]), ..Place::default() };
        assert_eq!(en(&area), "the area of 30 × 40 pixels at 10, 20 from the top left");
        assert_eq!(en(&Place { value: value(), ..Place::default() }), "the file as a whole");
    }

    #[test]
    fn a_header_is_repeated_only_where_it_reads_as_a_name() {
        let of = |column: &str, cell| en(&Place { column: Some(column.into()), cell, ..Place::default() });
        assert_eq!(of("deaths 2024", None), "column “deaths 2024”");
        assert_eq!(of("85073003328", Some([0, 6])), "row 1, column 7");
        assert_eq!(of("85.07.30-033.28", None), "column “85.07.30-033.28”");
        assert_eq!(of("ann@example.org", None), "a column");
        assert_eq!(of(&"long ".repeat(20), None), "a column");
    }
}
