//! A table as a cross-classification: which columns label the rows, which hold counts, and which labels are totals.

use std::collections::{HashMap, HashSet};

use crate::read::Grid;
use crate::read::names;
use crate::table::{Role, Table};

/// Columns of counts that are looked at.
const MEASURES: usize = 512;
/// Rows of a table without any label of a total that are looked at.
const UNLABELLED: u64 = 2_000;

/// A level of a dimension: its total, or one of its levels by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// All levels together.
    Total,
    /// One of them.
    Level(u32),
}

/// A dimension: what classifies rows or columns.
#[derive(Debug, Default)]
pub(crate) struct Dimension {
    /// Its header, in plain words; empty where it has none.
    pub(crate) name: String,
    /// Its levels, in plain words.
    pub(crate) levels: Vec<String>,
    /// The key of each row, or of each column of counts.
    pub(crate) keys: Vec<Key>,
    /// It names times.
    pub(crate) period: bool,
}

impl Dimension {
    /// The keys of labels, in their order; `None` is a blank that stands for all.
    fn of<'a>(name: &str, labels: impl Iterator<Item = Option<&'a str>>, period: bool) -> Self {
        let mut dimension = Self { name: plain(name), period, ..Self::default() };
        let mut numbers: HashMap<&str, Key> = HashMap::new();
        let mut levels: HashMap<String, u32> = HashMap::new();
        for label in labels {
            let key = label.map_or(Key::Total, |label| {
                *numbers.entry(label).or_insert_with(|| {
                    if is_total(label) {
                        return Key::Total;
                    }
                    let next = u32::try_from(levels.len()).unwrap_or(u32::MAX);
                    Key::Level(*levels.entry(plain(label)).or_insert(next))
                })
            });
            dimension.keys.push(key);
        }
        let mut named: Vec<(String, u32)> = levels.into_iter().collect();
        named.sort_unstable_by_key(|(_, number)| *number);
        dimension.levels = named.into_iter().map(|(level, _)| level).collect();
        dimension
    }

    /// Whether a label of it is a total.
    pub(crate) fn has_total(&self) -> bool {
        self.keys.contains(&Key::Total)
    }
}

/// Words as they are compared: lower case, single blanks.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Whether a label names a total; longer than that it names something else.
pub(crate) fn is_total(label: &str) -> bool {
    label.len() <= 40 && names::is_total(label)
}

/// The frame of a table.
#[derive(Debug)]
pub(crate) struct Frame {
    /// Columns of counts.
    pub(crate) measures: Vec<usize>,
    /// What classifies the rows.
    pub(crate) rows: Vec<Dimension>,
    /// What classifies the columns of counts: one dimension for each line of their headers.
    pub(crate) columns: Vec<Dimension>,
    /// Number of rows.
    pub(crate) height: usize,
    /// The column that labels the rows, where it is just one.
    pub(crate) label: Option<usize>,
}

impl Frame {
    /// The frame of a table of groups; none where it holds no counts, or too much to look at. A table of one column of counts and
    /// one of labels, without a total, only matters beside others.
    pub(crate) fn of(table: &Table, beside_others: bool) -> Option<(Self, &Grid)> {
        if table.is_record_level() || table.statistic_rows || !table.is_held() || table.rows == 0 {
            return None;
        }
        let measures: Vec<usize> =
            (0..table.columns.len()).filter(|&at| is_measure(table, at)).take(MEASURES).collect();
        let told = table.profiles.iter().any(|profile| profile.total_label)
            || measures.iter().any(|&at| is_total(&table.columns[at].name));
        let crossed = beside_others
            || measures.len() >= 2
            || measures.iter().any(|&at| hides(table, at))
            || table.columns.iter().filter(|column| column.role == Role::Dimension).count() >= 2;
        if measures.is_empty() || !told && (table.rows > UNLABELLED || !crossed) {
            return None;
        }
        let grid = table.grid()?;
        let labels: Vec<usize> =
            (0..table.columns.len()).filter(|&at| is_label(table, at, &measures)).collect();
        let rows = classify_rows(table, grid, &labels);
        let columns = classify_columns(table, &measures);
        let label = if let [label] = labels.as_slice() { Some(*label) } else { None };
        Some((Self { measures, rows, columns, height: grid.rows(), label }, grid))
    }

    /// Whether the row is a total of some dimension.
    pub(crate) fn total_row(&self, row: usize) -> bool {
        self.rows.iter().any(|dimension| dimension.keys.get(row) == Some(&Key::Total))
    }

    /// Whether the column of counts, by its number among them, is a total of some dimension.
    pub(crate) fn total_column(&self, measure: usize) -> bool {
        self.columns.iter().any(|dimension| dimension.keys.get(measure) == Some(&Key::Total))
    }
}

/// Whether a column may hide a cell.
fn hides(table: &Table, at: usize) -> bool {
    table.profiles.get(at).is_some_and(|profile| {
        profile.suppressed + profile.at_most + profile.missing + profile.texts > 0
            || profile.filled < profile.rows
            || profile.min < 0.0
    })
}

/// Whether a table holds counts some of which may be hidden.
pub(super) fn may_hide(table: &Table) -> bool {
    let counts = |at: &usize| is_measure(table, *at) && hides(table, *at);
    !table.is_record_level() && table.is_held() && (0..table.columns.len()).any(|at| counts(&at))
}

/// Whether a column holds counts, or nothing but what hides them.
fn is_measure(table: &Table, at: usize) -> bool {
    let (Some(column), Some(profile)) = (table.columns.get(at), table.profiles.get(at)) else { return false };
    if profile.total_label {
        return false;
    }
    let whole = profile.numbers > 0 && profile.whole == profile.numbers && profile.percents == 0;
    let marked = profile.suppressed + profile.at_most > 0;
    match column.role {
        Role::Count | Role::Base => true,
        Role::Statistic => {
            whole && profile.is_numeric() && profile.min < 0.0 && profile.min >= -20.0 && profile.max > 0.0
                || is_total(&column.name) && whole && profile.is_numeric()
        }
        Role::Dimension | Role::Value => {
            profile.said() == 0 && marked
                || marked && profile.numbers + profile.with == profile.said() && whole && at > 0
        }
        Role::Empty => at > 0 && !column.name.is_empty() && profile.missing == profile.filled,
        Role::Period
        | Role::Percentage
        | Role::Term
        | Role::Estimate
        | Role::StandardError
        | Role::PValue
        | Role::Bound
        | Role::Identifier
        | Role::FreeText
        | Role::RowNumber => false,
    }
}

/// Whether a column labels the rows.
fn is_label(table: &Table, at: usize, measures: &[usize]) -> bool {
    if measures.contains(&at) {
        return false;
    }
    let (Some(column), Some(profile)) = (table.columns.get(at), table.profiles.get(at)) else { return false };
    profile.total_label
        || match column.role {
            Role::Dimension | Role::Period | Role::Term | Role::Identifier | Role::FreeText => true,
            Role::RowNumber => false,
            _ => false,
        }
}

/// Dimensions of the rows; what is constant, or another name for one before, is left out.
fn classify_rows(table: &Table, grid: &Grid, labels: &[usize]) -> Vec<Dimension> {
    let height = grid.rows();
    let total: Vec<bool> =
        (0..height).map(|row| labels.iter().any(|&at| is_total(grid.text(row, at)))).collect();
    let mut dimensions: Vec<Dimension> = Vec::new();
    for &at in labels {
        let mut last = "";
        let texts = (0..height).map(|row| {
            let text = grid.text(row, at);
            let blank = text.is_empty() || matches!(text, "-" | "NA" | "NaN");
            if blank && total.get(row) == Some(&true) {
                return None;
            }
            // Nothing in the last column of labels: all that the ones before name.
            if text.is_empty()
                && labels.len() > 1
                && Some(&at) == labels.last()
                && some_filled(grid, row, labels)
            {
                return None;
            }
            // A label that is written once stands for the rows below it too.
            if text.is_empty() && labels.len() > 1 {
                return Some(last);
            }
            last = text;
            Some(text)
        });
        let column = table.columns.get(at);
        let period = column.is_some_and(|column| column.role == Role::Period);
        let dimension = Dimension::of(column.map_or("", |column| column.name.as_str()), texts, period);
        let constant = dimension.levels.len() <= 1
            && !(dimension.has_total() && labels.len() == 1)
            && !dimension.has_total();
        if !constant && !dimensions.iter().any(|before| same(before, &dimension)) {
            dimensions.push(dimension);
        }
    }
    dimensions
}

/// Whether a row has a label.
fn some_filled(grid: &Grid, row: usize, labels: &[usize]) -> bool {
    labels.iter().any(|&at| !grid.text(row, at).is_empty())
}

/// Whether two dimensions tell the same levels apart.
fn same(one: &Dimension, other: &Dimension) -> bool {
    if one.levels.len() != other.levels.len() || one.keys.len() != other.keys.len() {
        return false;
    }
    let pairs: HashSet<(Key, Key)> = one.keys.iter().copied().zip(other.keys.iter().copied()).collect();
    let distinct = |keys: &[Key]| keys.iter().collect::<HashSet<_>>().len();
    pairs.len() == distinct(&one.keys) && pairs.len() == distinct(&other.keys)
}

/// Dimensions of the columns of counts, from the lines of their headers.
fn classify_columns(table: &Table, measures: &[usize]) -> Vec<Dimension> {
    let names: Vec<Vec<&str>> = measures
        .iter()
        .map(|&at| table.columns.get(at).map_or(Vec::new(), |column| column.name.split(" / ").collect()))
        .collect();
    let depth = names.iter().map(Vec::len).max().unwrap_or(1);
    let regular =
        names.iter().all(|parts| parts.len() == depth || parts.first().is_some_and(|name| is_total(name)));
    if depth > 1 && regular {
        let part = |parts: &[&'_ str], at: usize| -> Option<String> {
            parts.get(at).filter(|_| parts.len() == depth).map(|part| (*part).to_owned())
        };
        return (0..depth)
            .map(|at| {
                let parts: Vec<Option<String>> = names.iter().map(|parts| part(parts, at)).collect();
                Dimension::of("", parts.iter().map(Option::as_deref), false)
            })
            .filter(|dimension| dimension.levels.len() > 1 || dimension.has_total())
            .collect();
    }
    let whole = measures.iter().map(|&at| table.columns.get(at).map(|column| column.name.as_str()));
    vec![Dimension::of("", whole, false)]
}
