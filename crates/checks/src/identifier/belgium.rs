//! Belgian numbers: of persons (NRN, in Dutch INSZ, with the BIS numbers) and of care providers (NIHDI).

use super::text::{grouped, whole_number};
use super::{Form, Reading, Within};

/// Number of the national register, and BIS number of a person who is not in it.
///
/// `YYMMDD SSS CC`, `CC = 97 - (the nine digits mod 97)`, with a 2 in front of the nine for births from 2000. Month and day
/// may be 00 where unknown; a BIS number adds 20 or 40 to the month. Chance: two check values in a hundred, on 39 months
/// in a hundred and 32 days in a hundred.
pub(super) const NRN: Form = Form {
    name: "be-nrn",
    title: "Belgian national number (NRN, INSZ, NISS, BIS)",
    chance: 0.0025,
    check_chance: 0.02,
    within: Within::Digits,
    telling: |text| (punctuated(text) || dated(text)) && dated_evenly(text),
    read: |text| Some(read_nrn(&nrn_digits(text)?)),
};

/// Number of a care provider at the health insurer (NIHDI, in Dutch RIZIV, in French INAMI).
///
/// Six digits, `CC = 97 - (n mod 97)` (89 in place of 97 in newer numbers), and three digits of qualification, which the
/// eight-digit form leaves out.
pub(super) const NIHDI: Form = Form {
    name: "be-nihdi",
    title: "Belgian care provider number (NIHDI, RIZIV, INAMI)",
    chance: 0.02,
    check_chance: 0.02,
    within: Within::Digits,
    telling: punctuated,
    read: |text| Some(read_nihdi(&nihdi_digits(text)?)),
};

/// Whether a number is written in groups of its own: two marks or more, and not those of decimals, thousands or exponents.
pub(super) fn punctuated(text: &str) -> bool {
    let marks = text.split(|c: char| c.is_ascii_alphanumeric()).filter(|mark| !mark.is_empty()).count();
    marks >= 2 && whole_number(text).is_none()
}

/// Whether one hyphen or slash stands behind the date: `850730-03328`.
fn dated(text: &str) -> bool {
    text.len() > 7 && matches!(text.as_bytes()[6], b'-' | b'/')
}

/// Whether the marks within the six digits of the date, if any, are two of a kind: `12.34 11.222 33` is no date.
fn dated_evenly(text: &str) -> bool {
    let mut digits = 0;
    let mut marks = [None; 2];
    for c in text.chars() {
        match digits {
            _ if c.is_ascii_digit() => digits += 1,
            2 => marks[0] = Some(c),
            4 => marks[1] = Some(c),
            _ => {}
        }
    }
    marks[0] == marks[1]
}

fn nrn_digits(text: &str) -> Option<String> {
    if let Some(number) = whole_number(text) {
        // A spreadsheet drops the zeros in front: one for births in 2000-2009, up to three in 2000 itself.
        return (8..=11).contains(&number.len()).then(|| format!("{number:0>11}"));
    }
    grouped(text, &[2, 2, 2, 3, 2]).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn read_nrn(digits: &str) -> Reading {
    digits.parse().map_or(Reading::Implausible, nrn_number)
}

/// What eleven digits say, as one number.
pub(super) fn nrn_number(number: u64) -> Reading {
    let (month, day, serial) = (number / 10_000_000 % 100, number / 100_000 % 100, number / 100 % 1000);
    let (nine, check) = (number / 100, number % 100);
    if !matches!(month, 0..=12 | 20..=32 | 40..=52) || day > 31 || serial == 0 {
        return Reading::Implausible;
    }
    let matches = |first_digit: u64| 97 - (first_digit * 1_000_000_000 + nine) % 97 == check;
    if matches(0) || matches(2) { Reading::Valid } else { Reading::Mismatch }
}

fn nihdi_digits(text: &str) -> Option<String> {
    if let Some(number) = whole_number(text) {
        return matches!(number.len(), 8 | 11).then(|| number.into_owned());
    }
    grouped(text, &[1, 5, 2, 3])
        .or_else(|| grouped(text, &[1, 5, 2]))
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn read_nihdi(digits: &str) -> Reading {
    // The qualification, if it is there, takes no part.
    let padded = if digits.len() == 8 { format!("{digits}000") } else { digits.to_owned() };
    padded.parse().map_or(Reading::Implausible, nihdi_number)
}

/// What eleven digits say, as one number.
pub(super) fn nihdi_number(number: u64) -> Reading {
    let (six, check) = (number / 100_000, number / 1000 % 100);
    let matches = |modulus: u64| modulus - six % modulus == check;
    if six > 0 && (matches(97) || matches(89)) { Reading::Valid } else { Reading::Mismatch }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn national_numbers_are_told_by_their_check_digits() {
        for text in [
            "85073003328",
            "17073003384",
            "98472899765",
            "01490700185",
            "85.07.30-033.28",
            "85 07 30 033 28",
            "850730-033.28",
            "850730 03328",
            "85.073.003.328",
            "1490700185",
        ] {
            assert!(NRN.is_valid(text), "{text}");
        }
        for text in ["79121137740", "85073003329", "85.07.30-033.29", "85133003328"] {
            assert!(NRN.has_shape(text) && !NRN.is_valid(text), "{text}");
        }
        for text in ["850730033281", "8507300", "850.73.003.328", "85073OO3328", ""] {
            assert!(!NRN.has_shape(text), "{text}");
        }
        assert_eq!(NRN.read("85993003328"), Some(Reading::Implausible));
    }

    #[test]
    fn unknown_birthdays_are_dates_too() {
        // 97 - 850000001 mod 97, 97 - 2000000001 mod 97.
        for nine in ["850000001", "850700001", "000000001", "002001001"] {
            let n: u64 = nine.parse().unwrap();
            assert!(NRN.is_valid(&format!("{nine}{:02}", 97 - n % 97)), "{nine}");
            assert!(NRN.is_valid(&format!("{nine}{:02}", 97 - (2_000_000_000 + n) % 97)), "{nine}");
        }
    }

    #[test]
    fn provider_numbers_are_told_by_either_modulus() {
        for text in ["11530231003", "10829059104", "45094508408", "11530231", "1-15302-31-003", "1/15302/31"]
        {
            assert!(NIHDI.is_valid(text), "{text}");
        }
        let newer = format!("115302{:02}003", 89 - 115_302 % 89);
        assert!(NIHDI.is_valid(&newer), "{newer}");
        for text in ["11530232003", "00000097003"] {
            assert!(NIHDI.has_shape(text) && !NIHDI.is_valid(text), "{text}");
        }
    }

    #[test]
    fn only_a_form_of_its_own_is_telling() {
        for text in ["85.07.30-033.28", "850730-03328", "85 07 30 033 28"] {
            assert!((NRN.telling)(text), "{text}");
        }
        for text in [
            "85073003328",
            "850730033.28",
            "85,073,003,328",
            "85 073 003 328",
            "85.07 30.033 28",
            "184842 11000",
            "8.5073003328E+10",
        ] {
            assert!(!(NRN.telling)(text), "{text}");
        }
    }
}
