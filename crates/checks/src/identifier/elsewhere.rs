//! Personal numbers of the neighbours: NHS number, Dutch BSN, French NIR, German KVNR.

use super::belgium::punctuated;
use super::text::{grouped, whole_number};
use super::{Form, Reading, Within};

/// British NHS number, and with it the Scottish CHI number, which has the same check digit.
///
/// `c = 11 - (Σ (11 - i)·d_i mod 11)`; 11 is written 0, and 10 is never issued.
pub(super) const NHS_NUMBER: Form = Form {
    name: "nhs-number",
    title: "NHS number",
    chance: 1.0 / 11.0,
    check_chance: 1.0 / 11.0,
    within: Within::Digits,
    telling: punctuated,
    read: |text| {
        let digits = digits(text, &[3, 3, 4], 10)?;
        let sum: u32 = (2..=10).rev().zip(&digits).map(|(weight, digit)| weight * digit).sum();
        Some(agrees((11 - sum % 11) % 11 == digits[9]))
    },
};

/// Dutch citizen service number: `Σ (9..2)·d1..d8 - d9` is a multiple of 11. A spreadsheet drops the zero in front.
pub(super) const BSN: Form = Form {
    name: "nl-bsn",
    title: "Dutch citizen service number (BSN)",
    chance: 1.0 / 11.0,
    check_chance: 1.0 / 11.0,
    within: Within::Digits,
    telling: punctuated,
    read: |text| {
        let digits = digits(text, &[4, 2, 3], 9).or_else(|| digits(text, &[3, 3, 3], 9)).or_else(|| {
            let short = whole_number(text).filter(|number| number.len() == 8)?;
            digits(&format!("0{short}"), &[9], 9)
        })?;
        let sum: u32 = (2..=9).rev().zip(&digits).map(|(weight, digit)| weight * digit).sum();
        Some(agrees(sum > 0 && sum % 11 == digits[8]))
    },
};

/// French social security number: key = 97 - (13 digits mod 97), where the departments 2A and 2B count as 19 and 18.
///
/// Chance: one key in a hundred, on six first digits in ten and 76 months in a hundred.
pub(super) const NIR: Form = Form {
    name: "fr-nir",
    title: "French social security number (NIR)",
    chance: 0.00456,
    check_chance: 0.01,
    within: Within::Codes,
    telling: |text| punctuated(text) || text.contains(['A', 'B', 'a', 'b']),
    read: read_nir,
};

/// German health insurance number: a letter as 01 to 26 and eight digits, weighted 1, 2, 1, 2 …, the digit sums mod 10.
pub(super) const KVNR: Form = Form {
    name: "de-kvnr",
    title: "German health insurance number (KVNR)",
    chance: 0.1,
    check_chance: 0.1,
    within: Within::Codes,
    telling: |text| text.starts_with(|c: char| c.is_ascii_uppercase()),
    read: |text| {
        let compact = grouped(text, &[1, 3, 3, 3])?;
        let letter = compact.bytes().next().filter(u8::is_ascii_uppercase)?;
        let digits = values(&compact[1..])?;
        let number = u32::from(letter - b'A' + 1);
        let ten = [number / 10, number % 10].into_iter().chain(digits[..8].iter().copied());
        let sum: u32 = ten
            .zip([1, 2].into_iter().cycle())
            .map(|(digit, weight)| digit * weight)
            .map(|n| n / 10 + n % 10)
            .sum();
        Some(agrees(sum % 10 == digits[8]))
    },
};

fn agrees(right: bool) -> Reading {
    if right { Reading::Valid } else { Reading::Mismatch }
}

/// The `length` digits of a number, bare or in groups.
fn digits(text: &str, groups: &[usize], length: usize) -> Option<Vec<u32>> {
    match whole_number(text) {
        Some(number) => values(&number),
        None => values(&grouped(text, groups)?),
    }
    .filter(|digits| digits.len() == length)
}

fn values(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

fn read_nir(text: &str) -> Option<Reading> {
    let compact = match whole_number(text) {
        Some(number) => number.into_owned(),
        None => grouped(text, &[1, 2, 2, 2, 3, 3, 2])?,
    };
    if compact.len() != 15 {
        return None;
    }
    let department = match &compact[5..7] {
        "2A" => "19",
        "2B" => "18",
        other => other,
    };
    let number: u64 = format!("{}{department}{}", &compact[..5], &compact[7..13]).parse().ok()?;
    let key: u64 = compact[13..].parse().ok()?;
    let month: u32 = compact[3..5].parse().ok()?;
    if !matches!(compact.as_bytes()[0], b'1'..=b'4' | b'7' | b'8')
        || !matches!(month, 1..=12 | 20 | 30..=42 | 50..=99)
    {
        return Some(Reading::Implausible);
    }
    Some(agrees(97 - number % 97 == key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(form: &Form, valid: &[&str], wrong: &[&str]) {
        for text in valid {
            assert!(form.is_valid(text), "{} {text}", form.name);
        }
        for text in wrong {
            assert!(!form.is_valid(text), "{} {text}", form.name);
        }
    }

    #[test]
    fn the_numbers_of_the_neighbours_are_told_by_their_check_digits() {
        check(
            &NHS_NUMBER,
            &["9434765919", "9990000018", "943 476 5919", "943-476-5919"],
            &["9434765918", "94 34765919", "943476591"],
        );
        check(&BSN, &["111222333", "1112.22.333", "111.222.333"], &["111222334", "000000000", "11122233"]);
        check(
            &NIR,
            &[
                "295109912611193",
                "2 95 10 99 126 111 93",
                "253072B07300470",
                "253072b07300470",
                "253072A07300443",
            ],
            &["295109912611199", "253072C07300443", "995109912611193"],
        );
        check(&KVNR, &["A123456780", "a123456780"], &["A123456781", "1123456780", "AB23456780"]);
    }

    #[test]
    fn a_dropped_zero_is_put_back() {
        // 012345672: 8·1 + 7·2 + 6·3 + 5·4 + 4·5 + 3·6 + 2·7 = 112, and 112 mod 11 = 2.
        check(&BSN, &["012345672", "12345672"], &["12345673"]);
    }
}
