//! What one cell says: a number, a marker that something is suppressed, a count with its percentage, a date, or text.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

use super::dates;

mod hiding;

/// Which character separates decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decimal {
    /// `1,234.5`
    #[default]
    Point,
    /// `1.234,5`
    Comma,
}

/// What a cell says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Blank,
    /// Something is hidden here.
    Marker(Marker),
    /// A number.
    Number(Number),
    /// A whole number and a percentage or other number in brackets behind it: `65,695 (50)`.
    CountWith(Number),
    /// `n/N`, a numerator and its denominator.
    OutOf(Number, Number),
    /// An estimate with its interval or spread: `1.44 (1.36-1.53)`, `3.2 ± 1.1`.
    Estimate(Number),
    /// A date or a month.
    Date,
    /// Anything else.
    Text,
}

/// How a cell says that something is hidden or missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// At most so many, and at least one: `<5` is 4, `<=7` is 7.
    AtMost(u32),
    /// Suppressed: `*`, `[REDACTED]`, `s`, `c`, `x`.
    Suppressed,
    /// Missing, or not applicable: `NA`, `-`, `..`.
    Missing,
}

/// A number as printed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number {
    /// Its value.
    pub value: f64,
    /// Decimals printed.
    pub decimals: u8,
    /// Whether a percent sign follows it.
    pub percent: bool,
}

impl Number {
    /// The value as a whole number, if it is printed as one that is not negative and no percentage. `5.0` counts:
    /// a column of counts with blanks is written so by pandas.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        let whole = self.value >= 0.0 && self.value.fract() == 0.0 && self.value < 9e15 && !self.percent;
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole, not negative and below 2^53"
        )]
        (whole && self.decimals <= 1).then_some(self.value as u64)
    }
}

/// What a cell says, with decimals separated as told.
#[must_use]
pub fn value(cell: &str, decimal: Decimal) -> Value {
    let cell = cell.trim();
    if cell.is_empty() {
        return Value::Blank;
    }
    if let Some((number, _)) = plain_number(cell, decimal) {
        return Value::Number(number);
    }
    if let Some(marker) = marker(cell) {
        return Value::Marker(marker);
    }
    if cell.len() > 200 {
        return Value::Text;
    }
    if let Some(number) = number(cell, decimal) {
        return Value::Number(number);
    }
    if date(cell) {
        return Value::Date;
    }
    compound(cell, decimal).or_else(|| hiding::worded(cell).map(Value::Marker)).unwrap_or(Value::Text)
}

/// Reads a marker of suppression or absence.
fn marker(cell: &str) -> Option<Marker> {
    if cell.len() > 24 {
        return None;
    }
    if let Some(rest) = cell.strip_prefix("<=").or_else(|| cell.strip_prefix('≤')) {
        return rest.trim().parse().ok().map(Marker::AtMost);
    }
    if let Some(rest) = cell.strip_prefix('<') {
        return rest.trim().parse::<u32>().ok().map(|below| Marker::AtMost(below.saturating_sub(1)));
    }
    let bare = cell.trim_matches(['[', ']', '(', ')']);
    if bare.len() > 10 || bare.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    match bare.to_lowercase().as_str() {
        "redacted" | "suppressed" | "masked" | "hidden" | "*" | "**" | "***" | "#" | "s" | "c" | "x" => {
            Some(Marker::Suppressed)
        }
        "na" | "n/a" | "nan" | "null" | "none" | "-" | "--" | "–" | "—" | "." | ".." | "..." | "…" | "·"
        | "/" | ":" | "nd" | "z" | "<na>" | "missing" | "inf" | "-inf" => {
            // "None", "missing" and the like are also names of groups, which makes no difference to a number.
            Some(Marker::Missing)
        }
        _ => None,
    }
}

/// Digits of any script as ASCII digits, and every kind of blank between digits dropped.
pub(super) fn plain(cell: &str) -> Cow<'_, str> {
    if cell.is_ascii() && !cell.bytes().any(|byte| matches!(byte, b' ' | b'\'')) {
        return Cow::Borrowed(cell);
    }
    let mut out = String::with_capacity(cell.len());
    let characters: Vec<char> = cell.chars().collect();
    for (at, &character) in characters.iter().enumerate() {
        let between = |at: usize| characters.get(at).is_some_and(|c| digit(*c).is_some());
        match digit(character) {
            Some(digit) => out.push(char::from(b'0' + digit)),
            // What groups thousands: one to three digits before, and exactly three behind.
            None if groups(character)
                && at > 0
                && between(at - 1)
                && !(at >= 4 && (2..=4).all(|behind| between(at - behind)))
                && (1..=3).all(|ahead| between(at + ahead))
                && !between(at + 4) => {}
            None if matches!(character, '\u{2212}' | '\u{2010}' | '\u{2011}') => out.push('-'),
            None => out.push(character),
        }
    }
    Cow::Owned(out)
}

/// Whether a character may stand between thousands: blanks of several widths, and apostrophes.
fn groups(character: char) -> bool {
    matches!(
        character,
        ' ' | '\u{a0}'
            | '\u{2007}'
            | '\u{2008}'
            | '\u{2009}'
            | '\u{200a}'
            | '\u{202f}'
            | '\u{205f}'
            | '\''
            | '’'
            | '‘'
            | '´'
    )
}

/// The value of a decimal digit of any script.
pub(crate) fn digit(character: char) -> Option<u8> {
    if let Some(digit) = character.to_digit(10) {
        return u8::try_from(digit).ok();
    }
    const ZEROS: [u32; 18] = [
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0,
        0xf20, 0x1040, 0x17e0, 0xff10,
    ];
    let code = u32::from(character);
    ZEROS
        .iter()
        .find(|&&zero| (zero..zero + 10).contains(&code))
        .and_then(|zero| u8::try_from(code - zero).ok())
}

/// The short way for most numbers: up to fifteen digits with a minus and a decimal separator at most. Beside the number,
/// the same for the same digits at the same places, and for no others.
#[must_use]
pub(crate) fn plain_number(cell: &str, decimal: Decimal) -> Option<(Number, u64)> {
    const TENS: [f64; 16] =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let point = if decimal == Decimal::Point { b'.' } else { b',' };
    let bytes = cell.as_bytes();
    let (negative, unsigned) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, bytes),
    };
    if unsigned.len() > 16 || !unsigned.first()?.is_ascii_digit() {
        return None;
    }
    let (mut digits, mut decimals, mut pointed) = (0_u64, 0_u8, false);
    for &byte in unsigned {
        match byte {
            b'0'..=b'9' => {
                digits = digits * 10 + u64::from(byte - b'0');
                decimals += u8::from(pointed);
            }
            _ if byte == point && !pointed => pointed = true,
            _ => return None,
        }
    }
    if unsigned.len() - usize::from(pointed) > 15 || pointed && decimals == 0 {
        return None;
    }
    // Below 2^53 over a power of ten that is exact: correctly rounded.
    let size = digits as f64 / TENS.get(usize::from(decimals))?;
    let value = if negative { -size } else { size };
    let same = digits | (unsigned.len() as u64) << 50 | u64::from(decimals) << 56 | u64::from(negative) << 60;
    Some((Number { value, decimals, percent: false }, same))
}

/// Whether a cell is plainly a day, `2020-03-01`, with or without a time behind it: the short way for most dates.
#[must_use]
pub(crate) fn day(cell: &str) -> bool {
    let bytes = cell.as_bytes();
    let two = |at: usize| match bytes.get(at..at + 2) {
        Some([tens @ b'0'..=b'9', ones @ b'0'..=b'9']) => Some((tens - b'0') * 10 + ones - b'0'),
        _ => None,
    };
    if !matches!(bytes.len(), 10 | 19) || bytes[4] != b'-' || bytes[7] != b'-' {
        return false;
    }
    let time = bytes.len() == 10
        || matches!(bytes[10], b'T' | b' ')
            && bytes[13] == b':'
            && bytes[16] == b':'
            && [11, 14, 17].into_iter().all(|at| two(at).is_some());
    time && matches!(two(0), Some(18..=21))
        && two(2).is_some()
        && matches!(two(5), Some(1..=12))
        && matches!(two(8), Some(1..=31))
}

/// Reads a number that takes up the whole cell.
#[must_use]
pub fn number(cell: &str, decimal: Decimal) -> Option<Number> {
    let first = cell.chars().next()?;
    if !(digit(first).is_some()
        || matches!(first, '+' | '-' | '.' | ',' | '\u{2212}' | '£' | '$' | '€' | '('))
    {
        return None;
    }
    // Most cells are a few digits.
    if cell.len() <= 15 && cell.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Number { value: cell.parse().ok()?, decimals: 0, percent: false });
    }
    let plain = plain(cell.trim());
    let mut text = plain.as_ref();
    let percent = text.ends_with('%');
    text = text.trim_end_matches('%').trim_end().trim_start_matches(['£', '$', '€']).trim();
    let (group, point) = match decimal {
        Decimal::Point => (',', '.'),
        Decimal::Comma => ('.', ','),
    };
    let unsigned = text.trim_start_matches(['+', '-']);
    let (whole, fraction) =
        unsigned.split_once(point).map_or((unsigned, None), |(whole, fraction)| (whole, Some(fraction)));
    let whole = if whole.contains(group) { Cow::Owned(grouped(whole, group)?) } else { Cow::Borrowed(whole) };
    let (mantissa, exponent) = match fraction.unwrap_or(&whole).split_once(['e', 'E']) {
        None => (fraction.unwrap_or_default(), ""),
        Some((before, exponent)) => (if fraction.is_some() { before } else { "" }, exponent),
    };
    if !mantissa.bytes().all(|byte| byte.is_ascii_digit())
        || (exponent.is_empty() && whole.is_empty() && mantissa.is_empty())
    {
        return None;
    }
    let head =
        if fraction.is_some() { whole.as_ref() } else { whole.split(['e', 'E']).next().unwrap_or_default() };
    if !head.bytes().all(|byte| byte.is_ascii_digit()) || (head.is_empty() && mantissa.is_empty()) {
        return None;
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    let exponent = if exponent.is_empty() { String::new() } else { format!("e{exponent}") };
    let value: f64 = format!("{sign}{head}.{mantissa}0{exponent}").parse().ok()?;
    let decimals = u8::try_from(mantissa.len()).unwrap_or(u8::MAX);
    value.is_finite().then_some(Number { value, decimals, percent })
}

/// Digits without their grouping, if they are grouped by threes.
fn grouped(whole: &str, group: char) -> Option<String> {
    let mut parts = whole.split(group);
    let first = parts.next()?;
    let good = (1..=3).contains(&first.len())
        && parts.all(|part| part.len() == 3)
        && whole.chars().all(|c| c.is_ascii_digit() || c == group);
    good.then(|| whole.chars().filter(|&c| c != group).collect())
}

/// Whether a cell is a date or a month: `2020-03-01`, `01/03/2020`, `2020-03`, `Mar 2020`, `2020W12`, with or without a time.
#[must_use]
pub fn date(cell: &str) -> bool {
    let bytes = cell.as_bytes();
    if bytes.len() > 32 || !bytes.iter().any(u8::is_ascii_digit) {
        return false;
    }
    let day = cell.split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    let numbers: Vec<Option<u32>> =
        parts.iter().map(|part| if part.len() <= 4 { part.parse().ok() } else { None }).collect();
    let year = |n: u32| (1800..=2200).contains(&n);
    match numbers.as_slice() {
        [Some(a), Some(b), Some(c)] => {
            let iso = year(*a) && (1..=12).contains(b) && (1..=31).contains(c)
                || year(*a) && (1..=31).contains(b) && (1..=12).contains(c);
            let day_first = (1..=31).contains(a) && (1..=31).contains(b) && (year(*c) || parts[2].len() == 2);
            iso || day_first && !day.contains('.') || day_first && parts[2].len() == 4
        }
        [Some(a), Some(b)] => {
            year(*a)
                && (1..=12).contains(b)
                && parts[0].len() == 4
                && parts[1].len() == 2
                && !day.contains('.')
        }
        _ => month_name(cell),
    }
}

/// Whether a cell is a month by name with a year or day, or a week or quarter of a year.
fn month_name(cell: &str) -> bool {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let weekday = |word: &str| {
        DAYS.iter().any(|start| word.get(..3).is_some_and(|three| three.eq_ignore_ascii_case(start)))
    };
    let (mut months, mut words) = (0, 0);
    for word in cell.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        words += 1;
        let name = word.trim_start_matches(|c: char| c.is_ascii_digit());
        let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
        if is_month(name) {
            months += 1;
        } else if !name.is_empty() && !weekday(name) {
            return week(cell) || dates::day(cell).is_some();
        }
    }
    months > 0 && (words >= 2 || cell.len() >= 5)
}

/// Whether a word is the name of a month, or its beginning.
fn is_month(name: &str) -> bool {
    if name.is_ascii() {
        return dates::month(name).is_some();
    }
    let bare: String = name.nfd().filter(char::is_ascii).collect();
    dates::month(&bare).is_some()
}

/// Whether a cell is a week or quarter of a year: `2020W12`, `2020-Q1`.
fn week(cell: &str) -> bool {
    let year =
        cell.get(..4).is_some_and(|year| year.parse::<u32>().is_ok_and(|n| (1800..=2200).contains(&n)));
    let rest = cell.get(4..).unwrap_or_default().trim_start_matches(['-', ' ', '_']);
    year && rest.starts_with(['w', 'W', 'q', 'Q']) && rest[1..].parse::<u32>().is_ok()
}

/// What stands behind `n=`, as statistics print their counts.
pub(crate) fn behind_n(cell: &str) -> Option<&str> {
    cell.strip_prefix(['n', 'N'])?.trim_start().strip_prefix('=').map(str::trim_start)
}

/// A count with the mark of a footnote, or a number with the flag of a statistical office behind it: `210*`, `4²`, `12.5 b`.
fn flagged(cell: &str, decimal: Decimal) -> Option<Number> {
    // Flags that are no unit: break, estimate, provisional, revised.
    const FLAGS: [&str; 10] = ["b", "e", "p", "r", "be", "bp", "br", "ep", "er", "pr"];
    let marks =
        ['*', '†', '‡', '§', '¶', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹', 'ᵃ', 'ᵇ', 'ᶜ', 'ᵈ', 'ᵉ'];
    let marked = cell.trim_end_matches(marks);
    if marked.len() < cell.len() {
        return number(marked.trim_end(), decimal)
            .filter(|number| number.decimals == 0 && number.count().is_some());
    }
    let (before, flag) = cell.rsplit_once([' ', '\u{a0}'])?;
    FLAGS
        .contains(&flag)
        .then(|| number(before.trim_end(), decimal))
        .flatten()
        .filter(|number| !number.percent)
}

/// Whether a cell that says nothing known holds a number all the same: one with a mark that is not known behind it, `120 d`.
pub(crate) fn is_unread(cell: &str) -> bool {
    let Some((first, mark)) = cell.split_once([' ', '\u{a0}', '[', '(']) else { return false };
    let mark = mark.trim_matches([' ', '\u{a0}', '[', '(', ']', ')']);
    let whole = (1..=9).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_digit());
    whole && (1..=2).contains(&mark.len()) && mark.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Whether a cell holds several numbers with runs of blanks between, as a line of a print-out does that was not split.
pub(crate) fn is_unsplit(cell: &str, decimal: Decimal) -> bool {
    let parts = || cell.split("  ").map(str::trim).filter(|part| !part.is_empty());
    let numbers = parts().filter(|part| number(part, decimal).is_some()).count();
    cell.contains("  ") && (2..10).contains(&numbers) && parts().count() <= numbers + 2
}

/// A numerator and its denominator, which is not less: `132/84` is a blood pressure.
fn out_of(over: Number, of: Number) -> Option<Value> {
    (over.count()? <= of.count()?).then_some(Value::OutOf(over, of))
}

/// Reads `n (p)`, `n/N` and `estimate (interval)`.
fn compound(cell: &str, decimal: Decimal) -> Option<Value> {
    if let Some(count) = behind_n(cell) {
        let read = value(count, decimal);
        return matches!(read, Value::Number(_) | Value::CountWith(_)).then_some(read);
    }
    if let Some(number) = flagged(cell, decimal) {
        return Some(Value::Number(number));
    }
    let open = cell.find(['(', '[', '{', '±']);
    if let Some(open) = open {
        let first = number(cell[..open].trim().trim_end_matches([';', ',']).trim(), decimal);
        let inside =
            cell[open..].trim_start_matches(['(', '[', '{', '±']).trim_end_matches([')', ']', '}']).trim();
        if let Some((over, of)) = cell[..open].split_once('/') {
            let (over, of) = (number(over.trim(), decimal)?, number(of.trim(), decimal)?);
            return out_of(over, of);
        }
        let first = first?;
        if let Some(inside) = number(inside, decimal)
            .or_else(|| number(inside.trim_start_matches(['<', '>', '=']).trim(), decimal))
        {
            // "1.2 (0.3)" is a mean with its spread.
            let percentage = first.count().is_some()
                && first.decimals == 0
                && (0.0..=100.0).contains(&inside.value)
                && !cell[open..].starts_with('±');
            return Some(if percentage { Value::CountWith(first) } else { Value::Estimate(first) });
        }
        let range = inside.chars().filter(char::is_ascii_digit).count() >= 2
            && !inside.chars().any(char::is_alphabetic);
        let missing = marker(inside).is_some();
        let noted = matches!(inside.as_bytes(), [b'a'..=b'z' | b'*' | b'#']);
        return if range {
            Some(Value::Estimate(first))
        } else {
            ((missing || noted) && first.count().is_some()).then_some(Value::CountWith(first))
        };
    }
    if let Some((over, of)) = cell.split_once('/') {
        let (over, of) = (number(over.trim(), decimal)?, number(of.trim(), decimal)?);
        return out_of(over, of);
    }
    // "12; 34 %" and "12 34%"
    let (first, rest) = cell.split_once([';', ' '])?;
    let (first, rest) = (number(first.trim(), decimal)?, number(rest.trim(), decimal)?);
    (rest.percent && first.count().is_some()).then_some(Value::CountWith(first))
}

#[cfg(test)]
mod tests;
