//! Full dates: the day that a cell names, as a number of days, so that dates can be put in order.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The day that a text names, counted from 1970-01-01; none for months, weeks, years and anything else. A time of day
/// behind it is left out; of `03/04/2020` the first number is the day, unless it cannot be.
pub(crate) fn day(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.len() < 8 || text.len() > 40 || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let folded;
    let text = if text.is_ascii() {
        text
    } else {
        // "1er février", "14 août": no letter of a month needs its accent.
        folded = text.nfd().filter(|c| !is_combining_mark(*c)).collect::<String>();
        folded.as_str()
    };
    let date = without_time(text);
    let parts: Vec<&str> = date.split(['-', '/', '.', ' ', ',']).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [whole] => compact(whole),
        [year, week, day] if week.len() == 3 && week.starts_with(['W', 'w']) => {
            of_week(year, &week[1..], day)
        }
        [a, b, c] => three(a, b, c),
        // "Sun, 18 Jun 2023"
        [weekday, a, b, c] if weekday.bytes().all(|byte| byte.is_ascii_alphabetic()) => three(a, b, c),
        _ => None,
    }
}

/// The day that eight digits name: `20200301`.
pub(crate) fn digits(number: f64) -> Option<i64> {
    if number.fract() != 0.0 || !(18_000_101.0..=22_001_231.0).contains(&number) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, reason = "whole, and of eight digits")]
    let number = number as i64;
    of(number / 10_000, number / 100 % 100, number % 100)
}

/// The day that a spreadsheet writes as a number, counted from its own first day: 1950 to 2079.
pub(crate) fn serial(number: f64) -> Option<i64> {
    if number.fract() != 0.0 || !(18_264.0..=65_745.0).contains(&number) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, reason = "whole, and of five digits")]
    let number = number as i64;
    Some(number - 25_569)
}

/// The day of a week of a year: `2021-W11-7`.
fn of_week(year: &str, week: &str, day: &str) -> Option<i64> {
    let (year, week, day): (i64, i64, i64) = (year.parse().ok()?, week.parse().ok()?, day.parse().ok()?);
    if !(1..=53).contains(&week) || !(1..=7).contains(&day) {
        return None;
    }
    // The fourth of January lies in the first week; 1970-01-01 was a Thursday.
    let fourth = of(year, 1, 4)?;
    let monday = fourth - (fourth + 3).rem_euclid(7);
    Some(monday + (week - 1) * 7 + day - 1)
}

/// The weekday-free beginning of a text, up to its time of day.
fn without_time(text: &str) -> &str {
    let Some(colon) = text.find(':') else { return text };
    let before = &text[..colon];
    let hours = before.trim_end_matches(|c: char| c.is_ascii_digit());
    if hours.len() == before.len() || before.len() - hours.len() > 2 {
        return text;
    }
    hours.trim_end_matches('T').trim_end()
}

/// `01mar2020`, as Stata writes it, `20200301` and `2021W117`; a time may follow, as in `20200301T100554`.
fn compact(text: &str) -> Option<i64> {
    let bare = text.split(['T', 'Z']).next().unwrap_or_default();
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if bare.len() == 8 && all_digits(bare) {
        return digits(bare.parse().ok()?);
    }
    if text.len() == 8 && matches!(text.as_bytes().get(4), Some(b'W' | b'w')) {
        return of_week(text.get(..4)?, text.get(5..7)?, text.get(7..)?);
    }
    if bare.len() == 14 && all_digits(bare) {
        let clock = |at: usize, end: u32| {
            bare.get(at..at + 2).and_then(|two| two.parse::<u32>().ok()).is_some_and(|n| n < end)
        };
        return if clock(8, 24) && clock(10, 60) && clock(12, 60) {
            digits(bare.get(..8)?.parse().ok()?)
        } else {
            None
        };
    }
    let month = text.find(|c: char| c.is_ascii_alphabetic())?;
    let year = month + text.get(month..)?.find(|c: char| c.is_ascii_digit())?;
    three(text.get(..month)?, text.get(month..year)?, text.get(year..)?)
}

fn three(a: &str, b: &str, c: &str) -> Option<i64> {
    let number = |part: &str| part.parse::<i64>().ok();
    match (number(a), number(b), number(c)) {
        (Some(year), Some(month), Some(day)) if a.len() == 4 => {
            of(year, month, day).or_else(|| of(year, day, month))
        }
        (Some(day), Some(month), Some(_)) => {
            let year = year(c)?;
            of(year, month, day).or_else(|| of(year, day, month))
        }
        (Some(year), None, Some(day)) if a.len() == 4 => of(year, month(b)?, day),
        (Some(day), None, Some(_)) => of(year(c)?, month(b)?, day),
        // "1er mars 2021", "March 3rd 2021"
        (None, None, Some(_)) => match (ordinal(a), ordinal(b)) {
            (Some(day), _) => of(year(c)?, month(b)?, day),
            (None, Some(day)) => of(year(c)?, month(a)?, day),
            (None, None) => None,
        },
        (None, Some(day), Some(_)) => of(year(c)?, month(a)?, day),
        _ => None,
    }
}

/// The number of `1er`, `2nd`, `3e` and the like.
fn ordinal(text: &str) -> Option<i64> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let ending = text.get(end..)?.to_ascii_lowercase();
    matches!(ending.as_str(), "er" | "e" | "st" | "nd" | "rd" | "th" | "de" | "ste")
        .then(|| text.get(..end)?.parse().ok())?
}

/// A year of four digits, or of two.
fn year(text: &str) -> Option<i64> {
    let year: i64 = text.parse().ok()?;
    match text.len() {
        4 => Some(year),
        2 if year < 50 => Some(2000 + year),
        2 => Some(1900 + year),
        _ => None,
    }
}

/// The number of a month by its name, or the beginning of it, in English, Dutch, French or German.
pub(crate) fn month(name: &str) -> Option<i64> {
    const MONTHS: [&[&str]; 12] = [
        &["january", "januari", "janvier", "januar"],
        &["february", "februari", "fevrier"],
        &["march", "maart", "mars", "mrt", "marz"],
        &["april", "avril"],
        &["may", "mei", "mai"],
        &["june", "juni", "juin"],
        &["july", "juli", "juillet"],
        &["august", "augustus", "aout"],
        &["september", "septembre"],
        &["october", "oktober", "octobre"],
        &["november", "novembre"],
        &["december", "decembre", "dezember"],
    ];
    let begins = |full: &&str| full.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    if name.len() < 3 || name.len() > 9 {
        return None;
    }
    let found = MONTHS.iter().position(|names| names.iter().any(begins))?;
    i64::try_from(found + 1).ok()
}

/// Days from 1970-01-01 to a day of the Gregorian calendar.
fn of(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1800..=2200).contains(&year) || !(1..=longest).contains(&day) {
        return None;
    }
    // Years that begin in March, so that the leap day is a year's last.
    let (years, months) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = years * 365 + years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400);
    Some(days + (153 * months + 2) / 5 + day - 1 - 719_468)
}

/// The day of the month of a day counted from 1970-01-01, and whether it is the month's last.
fn day_of_month(day: i64) -> (i64, bool) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let within = of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = (year_of_era + era * 400 + i64::from(month >= 10), (month + 2) % 12 + 1);
    (within, of(year, month, within + 1).is_none())
}

/// Whether days are periods: they step evenly (days, weeks), or each is the same day of its month, or its last. A few gaps
/// (one step in ten) leave them periods. The days are sorted and all different; a single one is no series.
pub(crate) fn are_periods(days: &[i64]) -> bool {
    let (Some(first), true) = (days.first(), days.len() >= 3) else { return false };
    let months: Vec<(i64, bool)> = days.iter().map(|day| day_of_month(*day)).collect();
    let same = months.iter().all(|(day, _)| *day == day_of_month(*first).0);
    if same || months.iter().all(|(_, last)| *last) {
        return true;
    }
    let steps: Vec<i64> = days.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mut sorted = steps.clone();
    sorted.sort_unstable();
    let usual = sorted[sorted.len() / 2];
    let even = steps.iter().filter(|step| **step == usual).count();
    // Weeks with gaps still fall on one weekday.
    let weeks = usual >= 7 && steps.iter().all(|step| step % 7 == 0);
    even * 10 >= steps.len() * 9 || weeks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_every_print() {
        let first = day("2020-03-01").unwrap();
        assert_eq!(first, 18_322);
        for text in [
            "2020/03/01",
            "01/03/2020",
            "1.3.2020",
            "1-Mar-20",
            "01mar2020",
            "1 March 2020",
            "March 1, 2020",
            "2020-03-01 10:05:54",
            "2020-03-01T00:00:00Z",
            "20200301",
            "Sun, 1 Mar 2020",
            "1 mrt 2020",
            "1 mars 2020",
            "1er mars 2020",
            "March 1st, 2020",
            "1 maart 2020",
            "2020-W09-7",
            "2020W097",
            "20200301T100554",
            "20200301100554",
            "2020-03-01T10:05:54.123+01:00",
        ] {
            assert_eq!(day(text), Some(first), "{text}");
        }
        assert_eq!(day("14 août 2021"), day("2021-08-14"));
        assert_eq!(day("3 févr. 2021"), day("2021-02-03"));
        assert_eq!(day("9 décembre 2021"), day("2021-12-09"));
        assert_eq!(serial(44_269.0), day("2021-03-14"));
        assert_eq!(day("13/25/2020"), None);
        assert_eq!(day("03/25/2020"), day("2020-03-25"));
        for text in [
            "2020-03",
            "2020W12",
            "Mar 2020",
            "1.2.3",
            "2020",
            "12:30",
            "2020-02-30",
            "1,234,567",
            "2020-W54-1",
            "3 marie 2020",
            "20200301996054",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
        assert_eq!(digits(20_200_301.0), Some(first));
        assert_eq!(digits(20_201_301.0), None);
        assert_eq!(digits(f64::NAN), None);
    }

    #[test]
    fn even_steps_are_periods() {
        let days = |texts: &[&str]| texts.iter().map(|text| day(text).unwrap()).collect::<Vec<_>>();
        assert!(are_periods(&(0..30).collect::<Vec<_>>()));
        assert!(are_periods(&(0..30).map(|week| week * 7).collect::<Vec<_>>()));
        assert!(are_periods(&days(&["2020-01-01", "2020-02-01", "2020-03-01", "2020-05-01"])));
        assert!(are_periods(&days(&["2020-01-31", "2020-02-29", "2020-03-31"])));
        assert!(are_periods(&days(&["2019-06-15", "2020-06-15", "2021-06-15"])));
        assert!(!are_periods(&days(&["2020-01-01", "2020-02-01"])));
        assert!(!are_periods(&days(&["2020-01-03", "2020-01-20", "2020-02-11", "2020-02-12"])));
        assert!(!are_periods(&[]));
    }
}
