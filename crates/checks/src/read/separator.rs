//! Which sign separates decimals in a file, and which groups thousands: what its cells say together.

use std::collections::BTreeSet;

use super::names::{self, Meaning};
use super::record::{Delimiter, Record};
use super::value::{Decimal, plain};

/// Cells that are looked at, and of them those that may vote.
const LOOKED_AT: usize = 500_000;
const VOTES: usize = 20_000;

/// What the cells of a file say of the decimal separator, from the first on.
#[derive(Default)]
pub(super) struct Votes {
    sum: i32,
    cast: usize,
    looked_at: usize,
    /// Columns with numbers that a point groups by threes.
    grouped: BTreeSet<usize>,
}

impl Votes {
    /// Takes in the cells of one record.
    pub(super) fn of(&mut self, record: &Record) {
        if self.cast >= VOTES || self.looked_at >= LOOKED_AT {
            return;
        }
        for (at, cell) in record.fields().enumerate() {
            self.looked_at += 1;
            if cell.bytes().any(|byte| matches!(byte, b',' | b'.')) {
                self.cast += 1;
                self.sum += vote(cell);
                if in_thousands(leading(cell)) {
                    self.grouped.insert(at);
                }
            }
        }
    }

    /// Which separator the cells voted for; `tables` are the first records of each.
    pub(super) fn decimal<'a>(
        &self,
        delimiter: Delimiter,
        mut tables: impl Iterator<Item = &'a [Record]>,
    ) -> Decimal {
        // Desktops that write `;` or tabs write thousands with a point: 1.234 beside 345 is a whole number there.
        let of_a_desktop = matches!(delimiter, Delimiter::Byte(b';' | b'\t'));
        let mut grouped = || tables.any(|records| self.grouped.iter().any(|at| has_thousands(records, *at)));
        if self.sum > 0 || self.sum == 0 && of_a_desktop && grouped() {
            Decimal::Comma
        } else {
            Decimal::Point
        }
    }
}

/// Whether a column with numbers that a point groups by threes holds whole numbers below a thousand, or has a header that counts.
fn has_thousands(records: &[Record], at: usize) -> bool {
    let small = |cell: &str| (1..=3).contains(&cell.len()) && cell.bytes().all(|byte| byte.is_ascii_digit());
    let header = records.first().map(|record| record.get(at));
    let counts = header.and_then(names::meaning).is_some_and(|(meaning, _)| meaning == Meaning::Count);
    counts || records.iter().any(|record| small(leading(record.get(at))))
}

/// Of a count with a percentage behind it, the count.
fn leading(cell: &str) -> &str {
    let cell = cell.trim();
    cell.split(' ').next().unwrap_or(cell)
}

/// Whether a cell is a number that a point groups by threes: `1.234`, `12.345.678`.
fn in_thousands(cell: &str) -> bool {
    let mut groups = cell.split('.');
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    let led = (1..=3).contains(&first.len()) && digits(first) && !first.starts_with('0');
    led && cell.contains('.') && groups.all(|group| group.len() == 3 && digits(group))
}

/// What a cell tells of the decimal separator: more than 0 for the comma, less for the point.
fn vote(cell: &str) -> i32 {
    if let Some((before, inside)) = cell.split_once(['(', '[']) {
        return vote(before) + vote(inside.trim().trim_end_matches([')', ']']));
    }
    let grouped = plain(cell.trim());
    let text = grouped.trim_end_matches('%').trim_start_matches(['+', '-']).trim();
    if text.len() > 24
        || text.is_empty()
        || !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
    {
        return 0;
    }
    match (text.rfind(','), text.rfind('.')) {
        (Some(comma), Some(point)) => {
            if comma > point {
                1
            } else {
                -1
            }
        }
        (Some(at), None) if text.matches(',').count() == 1 => separator(text, at),
        (None, Some(at)) if text.matches('.').count() == 1 => -separator(text, at),
        (Some(_), None) => -1,
        (None, Some(_)) => 1,
        (None, None) => 0,
    }
}

/// 1 where the one separator at `at` cannot group thousands, so that it separates decimals; 0 where it may.
fn separator(text: &str, at: usize) -> i32 {
    let (before, after) = (&text[..at], &text[at + 1..]);
    i32::from(after.len() != 3 || before.len() > 3 || before.is_empty() || before.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threes_behind_a_point_are_thousands() {
        for cell in ["1.234", "12.345.678"] {
            assert!(in_thousands(cell), "{cell}");
        }
        for cell in ["0.234", "1234", "1.23", "1.2345", "1.234,5", "a.bcd", "1..234"] {
            assert!(!in_thousands(cell), "{cell}");
        }
        assert_eq!((leading(" 1.234 (12,5) "), leading("7")), ("1.234", "7"));
    }

    #[test]
    fn the_decimal_separator_is_told_by_what_cannot_group() {
        for (cell, expected) in [
            ("1,5", 1),
            ("1.5", -1),
            ("1,234", 0),
            ("1.234", 0),
            ("1.234,5", 1),
            ("1,234.5", -1),
            ("0,123", 1),
            ("1.234.567", 1),
            ("1 204,5", 1),
            ("1'204.5", -1),
            ("1\u{202f}204", 0),
            ("a", 0),
        ] {
            assert_eq!(vote(cell), expected, "{cell}");
        }
    }
}
