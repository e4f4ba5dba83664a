//! How many people stand behind a number: the count in its row, its header or label, the margin, a row of counts, a title,
//! or another table of the request, in this order.

use std::collections::HashMap;

use super::kinds;
use super::label::Label;
use super::share::{Of, is_total, sums_to};
use super::statistic::Statistic;
use super::words::{Words, on};
use super::{Described, Groups};
use crate::read::Grid;
use crate::read::names;
use crate::read::value::{Decimal, Marker, Number, Value, number};
use crate::table::{Role, Table};

/// The size of a group: between `least` and `greatest` people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) least: u64,
    pub(crate) greatest: u64,
    pub(crate) source: Source,
}

/// Where a size was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// This column of the same row.
    Row(usize),
    /// The header of the column.
    Header,
    /// The label of the row.
    Label,
    /// The total of the column.
    Margin,
    /// The row that counts.
    CountRow,
    /// The row of what its row of percentages is out of.
    BaseRow,
    /// A title or note of the file.
    Note,
    /// Another file or table of the request.
    Elsewhere(String),
}

impl Size {
    pub(super) fn exact(n: u64, source: Source) -> Self {
        Self { least: n, greatest: n, source }
    }

    /// The size as words: `120 (column "n")`.
    pub(crate) fn words(&self, table: &Table) -> String {
        let size = match self.greatest {
            u64::MAX => "a hidden number".to_owned(),
            greatest if greatest == self.least => greatest.to_string(),
            greatest => format!("{} to {greatest}", self.least),
        };
        let place = match &self.source {
            Source::Row(at) => {
                let name = table.columns.get(*at).map(|column| crate::table::shown(&column.name));
                format!("column {:?}", name.unwrap_or_default())
            }
            Source::Header => "the header".to_owned(),
            Source::Label => "the label of the row".to_owned(),
            Source::Margin => "the total of the column".to_owned(),
            Source::CountRow => "the row of counts".to_owned(),
            Source::BaseRow => "the row of what it is out of".to_owned(),
            Source::Note => "a title or note".to_owned(),
            Source::Elsewhere(path) => crate::table::shown(path),
        };
        format!("{size} ({place})")
    }

    /// The size, where it is known exactly.
    pub(crate) fn known(&self) -> Option<u64> {
        (self.least == self.greatest).then_some(self.least)
    }
}

/// Rows that count, by what else names their group, from the top.
pub(super) type CountRows = HashMap<String, Vec<usize>>;

/// Finds the rows that count the group of the others.
pub(super) fn count_rows(table: &Table, label: Option<&Label>) -> CountRows {
    let mut rows = CountRows::new();
    let (Some(label), Some(grid)) = (label, table.grid()) else { return rows };
    for row in 0..grid.rows() {
        let counts = label
            .row(row)
            .is_some_and(|spec| spec.inner.is_empty() && matches!(spec.first, Some(Statistic::Count)));
        if counts {
            rows.entry(label.key(grid, row)).or_default().push(row);
        }
    }
    rows
}

/// The words of a header that say of what it speaks, without those that say which statistic it is.
pub(super) fn stem(header: &str) -> Vec<String> {
    const LISTS: [&str; 18] = [
        "whole-n",
        "base-like",
        "mean",
        "median",
        "sd",
        "variance",
        "min",
        "max",
        "range",
        "percent",
        "proportion",
        "iqr",
        "quartile",
        "sum",
        "largest",
        "second",
        "mode",
        "herfindahl",
    ];
    let of = |word: &str| !LISTS.iter().any(|list| on(list, word)) && word.len() > 1;
    Words::of(header).words.into_iter().filter(|word| of(word)).collect()
}

/// Finds for each column of statistics the column that counts the groups of its rows.
pub(super) fn beside(table: &Table, columns: &mut [Described]) {
    let counts: Vec<(usize, u8)> = (0..columns.len())
        .filter_map(|at| {
            let (column, described) = (table.columns.get(at)?, columns.get(at)?);
            let statistic = described.spec.as_ref()?.first?;
            let counted = matches!(statistic, Statistic::Count | Statistic::Base)
                && names::counts_things(&column.name).is_none();
            let words = Words::of(&column.name);
            let plain = u8::from(words.is("whole-n")) * 2 + u8::from(column.role == Role::Base);
            counted.then_some((at, plain))
        })
        .take(200)
        .collect();
    for at in 0..columns.len() {
        let Some(own) = columns.get(at).filter(|column| column.figures) else { continue };
        let share = own.spec.as_ref().is_some_and(|spec| matches!(spec.first, Some(Statistic::Share(_))));
        if share {
            // Any other count of the row may be the numerator, or of something else.
            columns[at].beside = if let Of::Column(of) = own.of { Some(of) } else { None };
            continue;
        }
        let score = |(count, plain): &(usize, u8)| {
            let other = &columns.get(*count)?.stem;
            let shared = other.iter().filter(|word| own.stem.contains(word)).count();
            Some((shared, other.is_empty(), *plain, usize::MAX - *count))
        };
        let best = counts
            .iter()
            .filter(|(count, _)| *count != at)
            .filter_map(|count| Some((score(count)?, count.0)))
            .max()
            .map(|(_, count)| count);
        columns[at].beside = best;
    }
}

/// Finds for each column of percentages the count in the row of totals under or over it.
pub(super) fn margins(table: &Table, columns: &mut [Described]) {
    let Some(grid) = table.grid() else { return };
    let labelled = |row: &usize| {
        let plain = |at: usize| {
            table.columns.get(at).is_some_and(|column| column.role == Role::Dimension)
                && Words::of(grid.text(*row, at)).is("whole-n")
        };
        is_total(table, grid, *row) || (0..grid.width().min(4)).any(plain)
    };
    let ends = [grid.rows().checked_sub(1), Some(0)].into_iter().flatten();
    let Some(total) = ends.into_iter().find(labelled) else { return };
    for (at, described) in columns.iter_mut().enumerate() {
        let share = described.spec.as_ref().and_then(|spec| spec.first);
        if !matches!(share, Some(Statistic::Share(_))) {
            continue;
        }
        let Value::Number(number) = grid.value(total, at) else { continue };
        let others =
            (0..grid.rows()).filter(|row| *row != total).filter_map(|row| match grid.value(row, at) {
                Value::Number(number) => Some(number),
                _ => None,
            });
        // 45 under percentages that sum to 100 is no percentage.
        let signs = others.clone().any(|other| other.percent);
        let counts = number.decimals == 0
            && !number.percent
            && (number.value > 100.5
                || signs
                || (number.value - 100.0).abs() > 1.5 && sums_to(others).is_some());
        described.margin = number.count().filter(|_| counts).map(|n| (n, total));
    }
}

/// The size in `Male (N=120)` and `n = 45`.
pub(crate) fn written(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = text.get(at..)?.find(['n', 'N']) {
        let here = at + found;
        at = here + 1;
        let alone = here.checked_sub(1).is_none_or(|before| !bytes[before].is_ascii_alphanumeric());
        let Some(behind) = text[here + 1..].trim_start().strip_prefix('=').filter(|_| alone) else {
            continue;
        };
        let digits: String = behind
            .trim_start()
            .chars()
            .take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | ' ' | '\u{a0}' | '\u{202f}'))
            .collect();
        let digits = digits.trim_end_matches([',', '.', ' ', '\u{a0}', '\u{202f}']);
        let read = |decimal| number(digits, decimal).and_then(|number| Number::count(&number));
        if let Some(n) = read(Decimal::Point).or_else(|| read(Decimal::Comma)) {
            return Some(n);
        }
    }
    None
}

impl Groups {
    /// How many people stand behind the number in a cell; none where nothing tells.
    pub(crate) fn size(&self, table: &Table, grid: &Grid, row: usize, column: usize) -> Option<Size> {
        let described = self.columns.get(column)?;
        let row_of_statistics = self.label.as_ref().is_some_and(|label| label.row(row).is_some());
        if let Some(label) = self.label.as_ref().filter(|label| label.kinds && row_of_statistics) {
            return kinds::size(label, grid, row, column);
        }
        let beside = || {
            let at = described.beside?;
            count(grid, row, at).map(|(least, greatest)| Size { least, greatest, source: Source::Row(at) })
        };
        let counted = || {
            let (least, greatest) = self.count_row(grid, row, column)?;
            Some(Size { least, greatest, source: Source::CountRow })
        };
        let first = if row_of_statistics { counted() } else { beside() };
        first
            .or_else(|| described.noted.map(|n| Size::exact(n, Source::Header)))
            .or_else(|| self.labelled(table, grid, row))
            .or_else(|| {
                described.margin.filter(|(_, at)| *at != row).map(|(n, _)| Size::exact(n, Source::Margin))
            })
            .or_else(|| if row_of_statistics { beside() } else { counted() })
            .or_else(|| self.noted.map(|n| Size::exact(n, Source::Note)))
            .or_else(|| self.elsewhere(table, grid, row, column))
    }

    /// The count of the row's group in the row that counts: the nearest above, else below.
    fn count_row(&self, grid: &Grid, row: usize, column: usize) -> Option<(u64, u64)> {
        let label = self.label.as_ref()?;
        let rows = self.count_rows.get(&label.key(grid, row)).or_else(|| {
            // A row of counts over a table of characteristics.
            self.count_rows.values().next().filter(|_| self.count_rows.len() == 1)
        })?;
        let above = rows.iter().rev().find(|at| **at <= row);
        let at = above.or_else(|| rows.first()).copied().filter(|at| *at != row)?;
        count(grid, at, column)
    }

    /// The size in a label of the row.
    fn labelled(&self, table: &Table, grid: &Grid, row: usize) -> Option<Size> {
        let labels = table
            .columns
            .iter()
            .enumerate()
            .take(4)
            .filter(|(_, column)| matches!(column.role, Role::Dimension | Role::Term | Role::FreeText));
        labels
            .filter_map(|(at, _)| {
                let text = grid.text(row, at);
                text.contains('=').then(|| written(text)).flatten()
            })
            .next()
            .map(|n| Size::exact(n, Source::Label))
    }

    /// The size that another table of the request gives for the row's labels.
    fn elsewhere(&self, table: &Table, grid: &Grid, row: usize, column: usize) -> Option<Size> {
        let elsewhere = self.elsewhere.as_ref()?;
        let statistic = self.label.as_ref().map(|label| label.column);
        let header = &table.columns.get(column)?.name;
        let (n, path) = elsewhere.of(table, grid, row, header, statistic)?;
        Some(Size::exact(n, Source::Elsewhere(path.to_owned())))
    }
}

/// The count that a cell holds: from, to.
pub(super) fn count(grid: &Grid, row: usize, column: usize) -> Option<(u64, u64)> {
    match grid.value(row, column) {
        Value::Number(n) | Value::CountWith(n) | Value::OutOf(n, _) => n.count().map(|n| (n, n)),
        Value::Marker(Marker::AtMost(most)) => Some((1, u64::from(most).max(1))),
        Value::Marker(Marker::Suppressed) => Some((1, u64::MAX)),
        Value::Blank | Value::Marker(_) | Value::Estimate(_) | Value::Date | Value::Text => None,
    }
}
