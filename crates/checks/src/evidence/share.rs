//! What percentages, proportions and rates are out of: their scale, and the column that holds their base.

use super::statistic::Statistic;
use super::words::{Words, on};
use super::{Described, Spec};
use crate::read::Grid;
use crate::read::names;
use crate::read::value::{Number, Value};
use crate::table::{Role, Table};

/// Rows that are looked at to tell what a percentage is out of.
const ROWS: usize = 300;
/// Columns of counts that are tried as its numerator and base.
const COUNTS: usize = 8;
/// Scales that are tried where the header tells none.
const SCALES: [f64; 6] = [100.0, 1.0, 1e3, 1e4, 1e5, 1e6];

/// What a percentage is out of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Of {
    /// Nothing in its row says.
    #[default]
    Unknown,
    /// Its count is printed beside it.
    Printed,
    /// The count in this column.
    Column(usize),
}

/// What numbers under a header are out of, where the header tells it.
pub(super) fn told(header: &str) -> Option<f64> {
    let words = Words::of(header);
    if words.any("million") {
        return Some(1e6);
    }
    if header.contains('‰') {
        return Some(1e3);
    }
    if let Some(scale) = per(&words.words) {
        return Some(scale);
    }
    if header.contains('%') || words.any("percent") {
        return Some(100.0);
    }
    words.any("proportion").then_some(1.0)
}

/// The number in `per 1,000` and `per100k`.
fn per(words: &[String]) -> Option<f64> {
    let at = words.iter().position(|word| {
        word.starts_with("per") && word[3..].bytes().next().is_none_or(|byte| byte.is_ascii_digit())
            || matches!(word.as_str(), "pour" | "op" | "je")
    })?;
    let first = words.get(at)?.strip_prefix("per").unwrap_or_default().to_owned();
    let rest = words.iter().skip(at + 1).take_while(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let text = first + &rest.cloned().collect::<String>();
    let (digits, thousand) = text.strip_suffix('k').map_or((text.as_str(), 1.0), |digits| (digits, 1e3));
    let scale = digits.parse::<f64>().ok()? * thousand;
    (scale >= 1.0).then_some(scale)
}

/// What the numbers of a column of percentages are out of.
pub(super) fn scale(table: &Table, at: usize) -> Option<f64> {
    let (column, profile) = (table.columns.get(at)?, table.profiles.get(at)?);
    if profile.percents > 0 {
        return Some(100.0);
    }
    let proportions = profile.min >= 0.0 && profile.max <= 1.0;
    match told(&column.name) {
        Some(scale) if (scale - 1.0).abs() < 0.5 && !proportions => Some(100.0),
        Some(scale)
            if (scale - 100.0).abs() < 0.5 && proportions && profile.precise * 2 > profile.numbers =>
        {
            Some(1.0)
        }
        Some(scale) => Some(scale),
        None if proportions && profile.whole < profile.numbers => Some(1.0),
        None => {
            let of_hundred = profile.min >= 0.0 && profile.max <= 100.0;
            (of_hundred && Words::of(&column.name).any("share-of")).then_some(100.0)
        }
    }
}

/// Half of the last digit that is printed.
pub(crate) fn half(number: Number) -> f64 {
    0.5 * 10_f64.powi(-i32::from(number.decimals))
}

/// Finds the columns that nothing names and that are percentages because they, or their rows, sum to 100.
pub(super) fn unnamed(table: &Table, columns: &mut [Described]) {
    let nameless = |at: &usize| {
        let numeric =
            table.profiles.get(*at).is_some_and(|p| p.numbers > 1 && p.min >= 0.0 && p.whole < p.numbers);
        let statistic = table.columns.get(*at).is_some_and(|column| column.role == Role::Statistic);
        numeric && statistic && columns.get(*at).is_some_and(|c| c.figures && c.spec.is_none())
    };
    let at: Vec<usize> = (0..columns.len()).filter(nameless).take(60).collect();
    let Some(grid) = table.grid().filter(|_| !at.is_empty()) else { return };
    let rows: Vec<usize> = (0..grid.rows()).filter(|row| !is_total(table, grid, *row)).take(2000).collect();
    let cell = |row: usize, column: usize| match grid.value(row, column) {
        Value::Number(number) if (0.0..=100.5).contains(&number.value) => Some(number),
        _ => None,
    };
    let down = |column: &usize| sums_to(rows.iter().filter_map(|row| cell(*row, *column)));
    let whole: Vec<Option<f64>> = at.iter().map(down).collect();
    let found = match whole.as_slice() {
        [Some(scale)] if rows.len() >= 3 => Some(*scale),
        [Some(scale), rest @ ..] if !rest.is_empty() && rest.iter().all(Option::is_some) => Some(*scale),
        _ => across(&rows, &at, cell),
    };
    for (column, scale) in at.iter().filter_map(|at| Some((*at, found?))) {
        if let Some(described) = columns.get_mut(column) {
            described.spec = Some(Spec::single(Statistic::Share(Some(scale))));
        }
    }
}

/// What nearly all rows sum to over these columns.
fn across(rows: &[usize], columns: &[usize], cell: impl Fn(usize, usize) -> Option<Number>) -> Option<f64> {
    let (mut all, mut whole, mut found) = (0, 0, None);
    for row in rows {
        let numbers: Vec<Number> = columns.iter().filter_map(|column| cell(*row, *column)).collect();
        if numbers.len() < 2 {
            continue;
        }
        all += 1;
        if let Some(scale) = sums_to(numbers.into_iter()) {
            (whole, found) = (whole + 1, Some(scale));
        }
    }
    found.filter(|_| whole * 10 >= all * 9 && whole * columns.len() >= 3)
}

/// The 100, or for proportions 1, that percentages with a decimal (proportions with three) sum to, give or take a hundredth.
pub(crate) fn sums_to(numbers: impl Iterator<Item = Number>) -> Option<f64> {
    let (mut sum, mut decimals, mut count) = (0.0, 0, 0);
    for number in numbers {
        (sum, decimals, count) = (sum + number.value, number.decimals.max(decimals), count + 1);
    }
    let scale = if decimals >= 3 && sum <= 2.0 { 1.0 } else { 100.0 };
    (count > 1 && decimals >= 1 && (sum - scale).abs() <= scale / 100.0 + 1e-9).then_some(scale)
}

/// Whether a row is labelled as a total.
pub(crate) fn is_total(table: &Table, grid: &Grid, row: usize) -> bool {
    (0..grid.width().min(4)).any(|at| {
        table.columns.get(at).is_some_and(|column| column.role == Role::Dimension)
            && names::is_total(grid.text(row, at))
    })
}

/// Finds what each column of percentages is out of.
pub(super) fn bases(table: &Table, columns: &mut [Described]) {
    let Some(grid) = table.grid() else { return };
    let of = |is: fn(Statistic) -> bool, columns: &[Described]| -> Vec<usize> {
        let single =
            |at: &usize| columns.get(*at).and_then(|column| column.spec.as_ref()?.first).is_some_and(is);
        (0..columns.len()).filter(single).collect()
    };
    let mut counts = of(|statistic| matches!(statistic, Statistic::Count | Statistic::Base), columns);
    counts.truncate(COUNTS);
    let keys: Vec<usize> = (0..columns.len())
        .filter(|at| table.columns.get(*at).is_some_and(|c| matches!(c.role, Role::Dimension | Role::Period)))
        .take(3)
        .collect();
    for at in of(|statistic| matches!(statistic, Statistic::Share(_)), columns).into_iter().take(40) {
        let shares = Shares { grid, at };
        let told = match columns.get(at).and_then(|column| column.spec.as_ref()?.first) {
            Some(Statistic::Share(scale)) => scale,
            _ => None,
        };
        let scales = told.map_or(SCALES.to_vec(), |scale| vec![scale]);
        let pair = scales.iter().find(|scale| {
            counts.iter().any(|of| counts.iter().any(|n| n != of && shares.are(*n, *of, **scale)))
        });
        let lone = || {
            counts
                .iter()
                .any(|n| keys.iter().any(|key| shares.constant(*n, Some(*key))) || shares.constant(*n, None))
        };
        let found = match pair {
            Some(_) => Of::Printed,
            None if lone() => Of::Printed,
            None => told
                .and_then(|scale| base(table, columns, &counts, &shares, scale, at))
                .map_or(Of::Unknown, Of::Column),
        };
        let Some(column) = columns.get_mut(at) else { continue };
        column.of = found;
        if let (Some(scale), Some(spec)) = (pair, column.spec.as_mut()) {
            spec.first = Some(Statistic::Share(Some(*scale)));
        }
    }
}

/// The column that by its name and numbers is the base of the percentages in `at`.
fn base(
    table: &Table,
    columns: &[Described],
    counts: &[usize],
    shares: &Shares,
    scale: f64,
    at: usize,
) -> Option<usize> {
    let own = columns.get(at)?;
    let score = |of: &usize| {
        let (column, described) = (table.columns.get(*of)?, columns.get(*of)?);
        let words = Words::of(&column.name);
        let named = column.role == Role::Base || words.words.iter().any(|word| on("base-like", word));
        let shared = described.stem.iter().filter(|word| own.stem.contains(word)).count();
        let other = !described.stem.is_empty() && shared == 0;
        let good = named && names::counts_things(&column.name).is_none() && shares.can_be_of(*of, scale);
        good.then_some((shared, !other, column.role == Role::Base))
    };
    counts
        .iter()
        .filter_map(|of| Some((score(of)?, *of)))
        .max_by_key(|(score, of)| (*score, usize::MAX - of))
        .map(|(_, of)| of)
}

/// A column of percentages.
struct Shares<'a> {
    grid: &'a Grid,
    at: usize,
}

impl Shares<'_> {
    fn count(&self, row: usize, column: usize) -> Option<f64> {
        match self.grid.value(row, column) {
            Value::Number(number) | Value::CountWith(number) => number.count().map(|n| n as f64),
            _ => None,
        }
    }

    fn share(&self, row: usize) -> Option<Number> {
        match self.grid.value(row, self.at) {
            Value::Number(number) if number.value >= 0.0 => Some(number),
            _ => None,
        }
    }

    fn rows(&self) -> std::ops::Range<usize> {
        0..self.grid.rows().min(ROWS)
    }

    /// Whether they are the counts in `n` out of those in `of`.
    fn are(&self, n: usize, of: usize, scale: f64) -> bool {
        let (mut rows, mut good, mut telling) = (0, 0, 0);
        for row in self.rows() {
            let (Some(n), Some(of), Some(share)) = (self.count(row, n), self.count(row, of), self.share(row))
            else {
                continue;
            };
            if of <= 0.0 {
                continue;
            }
            rows += 1;
            // Counts may be rounded while the percentages are not.
            let off = (n / of * scale - share.value).abs();
            good += usize::from(off <= half(share) * 1.001 + 0.03 * share.value);
            telling += usize::from(share.value > 0.0);
        }
        telling > 0 && good * 10 >= rows * 9
    }

    /// Whether the counts in `n` have the same base in all rows, or in all that share a label: they are the numerators then.
    fn constant(&self, n: usize, key: Option<usize>) -> bool {
        let (mut groups, mut more) = (std::collections::BTreeMap::new(), 0);
        for row in self.rows() {
            let (Some(n), Some(share)) = (self.count(row, n), self.share(row)) else { continue };
            if n <= 0.0 || share.value <= 0.0 {
                continue;
            }
            let (least, most) = (n / (share.value + half(share)), n / (share.value - half(share)).max(1e-12));
            let key = key.map_or("", |key| self.grid.text(row, key));
            match groups.entry(key).or_insert((least, most, n)) {
                (low, high, first) if (*low, *high) != (least, most) => {
                    (*low, *high) = (low.max(least), high.min(most));
                    // Rounded counts shift it a little.
                    if *low > *high * 1.03 {
                        return false;
                    }
                    more += usize::from((*first - n).abs() > 0.5);
                }
                _ => {}
            }
        }
        more > 0 && more * 2 >= groups.len()
    }

    /// Whether the numbers in `of` can be their base: where the base is so small that not every percentage can occur, these do.
    fn can_be_of(&self, of: usize, scale: f64) -> bool {
        let (mut rows, mut telling, mut bad, mut chance) = (0, 0, 0, 1.0);
        for row in self.rows() {
            let (Some(of), Some(share)) = (self.count(row, of), self.share(row)) else { continue };
            if share.value > scale {
                return false;
            }
            rows += 1;
            let by_chance = of * 2.0 * half(share) / scale;
            if by_chance < 0.5 {
                telling += 1;
                match within(share, scale, of) {
                    Some(_) => chance *= by_chance,
                    None => bad += 1,
                }
            }
        }
        // Where others fit that would hardly do so by chance, one that does not is an oddity of its own.
        rows == 1 || bad * 5 <= telling || bad * 3 <= telling && chance < 0.05
    }
}

/// The whole numbers that a share of this base can stand for; none where it can stand for no whole number.
pub(crate) fn within(share: Number, scale: f64, of: f64) -> Option<(u64, u64)> {
    let at = |value: f64| value / scale * of;
    let slack = 1e-9 * of.max(1.0);
    let least = (at(share.value - half(share)) - slack).ceil().max(0.0);
    let greatest = (at(share.value + half(share)) + slack).floor().min(of);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, not negative, and at most a base that was read from a whole number"
    )]
    (least <= greatest).then_some((least as u64, greatest as u64))
}
