//! Personal numbers of the neighbours: NHS number, Dutch BSN, French NIR, German KVNR.

use std::borrow::Cow;

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
    read: |text| Some(nhs_number(number(text, &[3, 3, 4], 10)?)),
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
        let short = || whole_number(text).filter(|number| number.len() == 8)?.parse().ok();
        let long = number(text, &[4, 2, 3], 9).or_else(|| number(text, &[3, 3, 3], 9));
        long.or_else(short).map(bsn_number)
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

/// French social security number without its key, as the statistical files have it: no check digits, so what tells it is
/// that sex, month, department, commune and order can all be, in many different combinations. It is no form of a single
/// text, and stands in no list: [`super::split`] looks for whole columns.
pub(super) static NIR_WITHOUT_KEY: Form = Form {
    name: "fr-nir13",
    title: "French social security number (NIR) without its key",
    chance: 0.025,
    check_chance: 0.025,
    within: Within::Nothing,
    telling: |_| false,
    read: |text| nir_without_key(text).map(|(_, reading)| reading),
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
        let digits: u64 = compact.get(1..).filter(|rest| numeric(rest))?.parse().ok()?;
        Some(kvnr_number(u64::from(letter - b'A' + 1) * 1_000_000_000 + digits))
    },
};

/// What ten digits say, as one number.
pub(super) fn nhs_number(number: u64) -> Reading {
    agrees(number > 0 && (11 - weighted(number / 10, 2) % 11) % 11 == number % 10)
}

/// What nine digits say, as one number.
pub(super) fn bsn_number(number: u64) -> Reading {
    agrees(number > 0 && weighted(number / 10, 2) % 11 == number % 10)
}

/// What fifteen digits say, as one number, with 19 and 18 for the departments 2A and 2B.
pub(super) fn nir_number(number: u64) -> Reading {
    let (sex, month) = (number / 100_000_000_000_000, number / 10_000_000_000 % 100);
    if !matches!(sex, 1..=4 | 7 | 8) || !matches!(month, 1..=12 | 20 | 30..=42 | 50..=99) {
        return Reading::Implausible;
    }
    agrees(97 - number / 100 % 97 == number % 100)
}

/// What a letter, as 1 to 26, and nine digits say, as one number.
pub(super) fn kvnr_number(number: u64) -> Reading {
    let mut rest = number / 10;
    let mut sum = 0;
    // Ten digits, weighted 1, 2, 1, 2 …: the last of them has weight 2.
    for at in 0..10 {
        let product = rest % 10 * if at % 2 == 0 { 2 } else { 1 };
        sum += product / 10 + product % 10;
        rest /= 10;
    }
    agrees(sum % 10 == number % 10)
}

/// The sum of a number's digits with weights that rise by one from the last digit's.
fn weighted(mut number: u64, of_last: u64) -> u64 {
    let (mut weight, mut sum) = (of_last, 0);
    while number > 0 {
        sum += number % 10 * weight;
        number /= 10;
        weight += 1;
    }
    sum
}

fn agrees(right: bool) -> Reading {
    if right { Reading::Valid } else { Reading::Mismatch }
}

/// The number that `length` digits make, bare or in groups.
fn number(text: &str, groups: &[usize], length: usize) -> Option<u64> {
    let digits = whole_number(text).or_else(|| grouped(text, groups).map(Cow::Owned))?;
    (digits.len() == length && numeric(&digits)).then(|| digits.parse().ok())?
}

fn numeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The letters and digits of a NIR without its key, as a number: the departments 2A and 2B count as 19 and 18.
fn nir_body(compact: &str) -> Option<u64> {
    let (before, department, behind) = (compact.get(..5)?, compact.get(5..7)?, compact.get(7..)?);
    let department = match department {
        "2A" => "19",
        "2B" => "18",
        other => other,
    };
    let all = [before, department, behind].concat();
    numeric(&all).then(|| all.parse().ok())?
}

fn read_nir(text: &str) -> Option<Reading> {
    let compact = whole_number(text).or_else(|| grouped(text, &[1, 2, 2, 2, 3, 3, 2]).map(Cow::Owned))?;
    if compact.len() != 15 {
        return None;
    }
    nir_body(&compact).map(nir_number)
}

/// What thirteen characters say, and the first seven of them: sex, year, month and department.
pub(super) fn nir_without_key(text: &str) -> Option<(u64, Reading)> {
    let compact = whole_number(text).or_else(|| grouped(text, &[1, 2, 2, 2, 3, 3]).map(Cow::Owned))?;
    let corsican = matches!(compact.get(5..7), Some("2A" | "2B"));
    if compact.len() != 13 {
        return None;
    }
    let number = nir_body(&compact)?;
    let (sex, month, department) =
        (number / 1_000_000_000_000, number / 100_000_000 % 100, number / 1_000_000 % 100);
    let place = corsican || matches!(department, 1..=19 | 21..=95 | 97..=99);
    let birth = number / 1000 % 1000 > 0 && number % 1000 > 0;
    let right = matches!(sex, 1 | 2) && matches!(month, 1..=12) && place && birth;
    Some((number / 1_000_000, agrees(right)))
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
            &["9434765918", "94 34765919", "943476591", "0000000000"],
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
        check(
            &NIR_WITHOUT_KEY,
            &["2951099126111", "2 95 10 99 126 111", "253072B073004"],
            &["2951399126111", "9951099126111", "2951099126000", "253072C073004"],
        );
        check(&KVNR, &["A123456780", "a123456780"], &["A123456781", "1123456780", "AB23456780"]);
    }

    #[test]
    fn a_dropped_zero_is_put_back() {
        // 012345672: 8·1 + 7·2 + 6·3 + 5·4 + 4·5 + 3·6 + 2·7 = 112, and 112 mod 11 = 2.
        check(&BSN, &["012345672", "12345672"], &["12345673"]);
    }
}
