//! One estimate with what tells how sure it is, from one cell or several.

use super::is_intercept;
use crate::cells::Row;
use crate::read::value::{Decimal, Value, number};

/// The columns of one estimate.
#[derive(Clone, Debug)]
pub(crate) struct Measure {
    /// The column of the estimate.
    pub(crate) estimate: usize,
    /// Its header says that it is a ratio.
    pub(crate) ratio: bool,
    /// Its header says that it is the logarithm of one.
    pub(crate) logarithm: bool,
    pub(crate) lower: Option<usize>,
    pub(crate) upper: Option<usize>,
    pub(crate) interval: Option<usize>,
    pub(crate) error: Option<usize>,
    /// Its cells hold the interval too.
    pub(crate) compound: bool,
}

/// A number as printed, which may be infinite, or be printed as a bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figure {
    pub(crate) value: f64,
    pub(crate) decimals: u8,
    /// Printed as `<0.001` or `>999.999`.
    pub(crate) bounded: Option<bool>,
}

impl Figure {
    /// Whether it is infinite, or printed as larger than anything.
    pub(crate) fn is_infinite(self) -> bool {
        self.value.is_infinite()
            || self.bounded == Some(true) && self.value >= 99.0
            || self.value.abs() >= 1e100
    }

    /// Whether it is printed as zero: exactly, or as what rounds to it.
    pub(crate) fn is_zero(self) -> bool {
        self.value == 0.0 || self.bounded == Some(false) && self.value <= 0.01 || self.value.abs() <= 1e-100
    }

    /// Whether it is zero and cannot be a rounded number.
    pub(crate) fn is_exactly_zero(self) -> bool {
        self.value == 0.0 && self.bounded.is_none() && !(1..=3).contains(&self.decimals)
            || self.value != 0.0 && self.value.abs() <= 1e-100
    }
}

/// What a row says of one estimate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) value: Option<Figure>,
    pub(crate) lower: Option<Figure>,
    pub(crate) upper: Option<Figure>,
    pub(crate) error: Option<Figure>,
}

impl Measure {
    /// Whether anything tells how sure the estimate is.
    pub(crate) fn is_told(&self) -> bool {
        self.compound
            || self.lower.is_some() && self.upper.is_some()
            || self.interval.is_some()
            || self.error.is_some()
    }

    /// Reads a row.
    pub(crate) fn read(&self, row: &Row<'_>, decimal: Decimal) -> Estimate {
        let one = |at: usize| match row.value(at) {
            Value::Number(number) => {
                Some(Figure { value: number.value, decimals: number.decimals, bounded: None })
            }
            Value::Blank => None,
            _ => figures(row.text(at), decimal).first().copied(),
        };
        let mut read = Estimate {
            value: one(self.estimate),
            lower: self.lower.and_then(one),
            upper: self.upper.and_then(one),
            error: self.error.and_then(one),
        };
        if read.lower.is_none() || read.upper.is_none() {
            let within = self.interval.map(|at| figures(row.text(at), decimal)).unwrap_or_default();
            let behind = match row.value(self.estimate) {
                Value::Number(_) | Value::Blank => Vec::new(),
                _ => figures(row.text(self.estimate), decimal).into_iter().skip(1).collect(),
            };
            for both in [within, behind] {
                if let [lower, upper, ..] = both.as_slice() {
                    (read.lower, read.upper) = (Some(*lower), Some(*upper));
                }
            }
        }
        read
    }
}

/// Whether one of the labels of a row is that of an intercept.
pub(crate) fn has_intercept(row: &Row<'_>, labels: &[usize]) -> bool {
    labels.iter().any(|at| is_intercept(row.text(*at)))
}

/// The numbers in a cell, in their order: `1.44 (1.36-1.53)`, `0.00 [0.00; Inf]`, `<0.001 (<0.001, >999.999)`.
pub(crate) fn figures(text: &str, decimal: Decimal) -> Vec<Figure> {
    let mut found = Vec::new();
    // The key to the stars of a print-out is no estimate.
    if text.contains("'*") || text.contains("‘*") {
        return found;
    }
    let point = if decimal == Decimal::Point { '.' } else { ',' };
    let characters: Vec<char> = text.chars().take(120).collect();
    let mut at = 0;
    let mut before = ' ';
    while let Some(&c) = characters.get(at) {
        let start = at;
        let mut bounded = None;
        if matches!(c, '<' | '>') {
            bounded = Some(c == '>');
            at += 1;
            while characters.get(at).is_some_and(|c| matches!(c, ' ' | '=')) {
                at += 1;
            }
        }
        // A dash behind a digit or a letter parts two numbers.
        let negative = matches!(characters.get(at), Some('-' | '\u{2212}')) && !before.is_alphanumeric();
        at += usize::from(negative);
        let rest: String = characters.get(at..).unwrap_or_default().iter().collect();
        let lowered = rest.to_lowercase();
        let infinite = ["infinity", "inf", "∞"].iter().find(|word| lowered.starts_with(**word));
        let length = infinite.map_or_else(|| number_length(&rest, point), |word| word.chars().count());
        if length == 0 || before.is_alphabetic() {
            at = start + 1;
            before = c;
            continue;
        }
        let digits: String = rest.chars().take(length).collect();
        let read = if infinite.is_some() {
            Some((f64::INFINITY, 0))
        } else {
            number(&digits, decimal).map(|number| (number.value, number.decimals))
        };
        if let Some((value, decimals)) = read {
            found.push(Figure { value: if negative { -value } else { value }, decimals, bounded });
        }
        at += length;
        before = '0';
        // "95 % CI" says which interval it is.
        let mut behind = characters.iter().skip(at).filter(|c| **c != ' ');
        if behind.next() == Some(&'%') && behind.any(|c| c.is_alphabetic()) {
            found.pop();
        }
    }
    found
}

/// How many characters of a text are one number.
fn number_length(text: &str, point: char) -> usize {
    let mut length = 0;
    let mut pointed = false;
    let characters: Vec<char> = text.chars().take(40).collect();
    while let Some(&c) = characters.get(length) {
        let next = characters.get(length + 1);
        let digit = c.is_ascii_digit();
        let decimal = c == point && !pointed && next.is_some_and(char::is_ascii_digit);
        let exponent = matches!(c, 'e' | 'E')
            && length > 0
            && match next {
                Some('+' | '-') => characters.get(length + 2).is_some_and(char::is_ascii_digit),
                Some(c) => c.is_ascii_digit(),
                None => false,
            };
        if exponent {
            let signed = usize::from(matches!(next, Some('+' | '-')));
            length += 1 + signed;
            while characters.get(length).is_some_and(char::is_ascii_digit) {
                length += 1;
            }
            break;
        }
        if !digit && !decimal {
            break;
        }
        pointed |= decimal;
        length += 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_a_cell_are_read_in_their_order() {
        let read = |text: &str, decimal| -> Vec<f64> {
            figures(text, decimal).iter().map(|figure| figure.value).collect()
        };
        for (text, expected) in [
            ("1.44 (1.36-1.53)", vec![1.44, 1.36, 1.53]),
            ("0.95 [0.80, 1.10]", vec![0.95, 0.8, 1.1]),
            ("(-33, -11)", vec![-33.0, -11.0]),
            ("-0.2 (-0.5 to 0.1)***", vec![-0.2, -0.5, 0.1]),
            ("0.00 (0.00, Inf)", vec![0.0, 0.0, f64::INFINITY]),
            ("1.2e-05; 3e4", vec![1.2e-5, 3e4]),
            (">999.999", vec![999.999]),
            ("1.44 (95% CI 1.36 to 1.53)", vec![1.44, 1.36, 1.53]),
            ("Ref", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(read(text, Decimal::Point), expected, "{text}");
        }
        assert_eq!(read("1,44 (1,36-1,53)", Decimal::Comma), [1.44, 1.36, 1.53]);
        assert_eq!(figures("<0.001", Decimal::Point)[0].bounded, Some(false));
    }

    #[test]
    fn zero_and_infinity_are_told_from_rounding() {
        let one = |text: &str| figures(text, Decimal::Point)[0];
        assert!(one("Inf").is_infinite() && one(">999.999").is_infinite() && !one("999").is_infinite());
        assert!(
            one("0").is_exactly_zero() && one("0.000000").is_exactly_zero() && !one("0.00").is_exactly_zero()
        );
        assert!(one("0.00").is_zero() && one("<0.001").is_zero() && !one("0.5").is_zero());
    }
}
