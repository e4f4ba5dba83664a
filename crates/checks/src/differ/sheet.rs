//! One table as cells under keys: which level of which dimension each speaks of, and what it measures. A long table and a
//! wide one of the same numbers come to the same cells.

use std::collections::HashMap;

use exeat_domain::finding::Claim;

use super::level;
use crate::read::Grid;
use crate::read::names::{self, Meaning};
use crate::read::profile::Rounded;
use crate::read::value::{Marker, Value};
use crate::rules::cnt_min::Rounding;
use crate::table::{Role, Table};

/// The level that stands for all of a dimension.
pub(super) const TOTAL: u32 = u32::MAX;
/// Cells of one table that are compared at most.
const MOST: usize = 1_000_000;
/// Dimensions of one table that are compared at most.
const DIMENSIONS: usize = 12;

/// A table as cells under keys.
#[derive(Debug)]
pub(crate) struct Sheet {
    /// Which table of its file.
    pub(super) table: u32,
    pub(super) dims: Vec<Dim>,
    pub(super) measures: Vec<Measure>,
    pub(super) cells: Vec<Cell>,
    /// Reporting periods that the file's name or titles state.
    pub(super) stated: Vec<String>,
}

/// A dimension.
#[derive(Debug, Default)]
pub(super) struct Dim {
    /// In one spelling; none for that of a wide table's columns.
    pub(super) name: Option<String>,
    /// It is a time.
    pub(super) period: bool,
    pub(super) levels: Vec<String>,
    known: HashMap<String, u32>,
}

/// What cells hold.
#[derive(Debug)]
pub(super) struct Measure {
    /// In one spelling; `n` where it counts people and says no more.
    pub(super) name: String,
    /// It counts.
    pub(super) counts: bool,
    /// The word by which it counts things rather than people.
    pub(super) things: Option<String>,
    /// What its cells tell of rounding, those of totals apart.
    pub(super) rounded: Rounded,
    pub(super) rounded_totals: Rounded,
}

/// One cell.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) measure: u32,
    /// Level of each dimension.
    pub(super) levels: Box<[u32]>,
    pub(super) shows: Shows,
}

/// What a cell shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shows {
    /// So many.
    Count(i64),
    /// A number that counts nobody.
    Number(f64),
    /// Hidden: what its marker tells of it.
    Hidden(i64, Option<i64>),
    /// Blank, or a marker of absence, among cells that show something.
    Absent,
}

impl Measure {
    /// Whether its cells, or its totals, are rounded.
    pub(super) fn is_rounded(&self) -> bool {
        Rounding::ALL.iter().any(|rounding| rounding.fits(&self.rounded))
    }
}

impl Dim {
    fn level(&mut self, text: &str) -> u32 {
        if names::is_total(text) {
            return TOTAL;
        }
        let level = level::level(text);
        if let Some(known) = self.known.get(&level) {
            return *known;
        }
        let number = u32::try_from(self.levels.len()).unwrap_or(TOTAL - 1);
        self.levels.push(level.clone());
        self.known.insert(level, number);
        number
    }

    /// Whether both have the same levels.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        self.levels.len() == other.levels.len() && self.levels.iter().all(|level| other.find(level).is_some())
    }

    /// The number of a level that another sheet has under this spelling.
    pub(super) fn find(&self, level: &str) -> Option<u32> {
        self.known.get(level).copied()
    }
}

/// What one column is to the cells.
#[derive(Clone, Copy)]
enum Part {
    /// A dimension, by its number.
    Dim(usize),
    /// A measure, and the level of the dimension that the columns make, if they do.
    Measure(u32, Option<u32>),
    Neither,
}

impl Sheet {
    /// The cells of a table; none where it holds none that can be compared: persons, models, too many.
    pub(super) fn of(table: &Table, path: &str, titles: &[String], claim: Option<&Claim>) -> Option<Self> {
        if table.is_record_level() || !table.has_aggregates() {
            return None;
        }
        let grid = table.grid()?;
        let mut sheet = Self {
            table: table.index,
            dims: Vec::new(),
            measures: Vec::new(),
            cells: Vec::new(),
            stated: stated(path, titles),
        };
        let parts = sheet.parts(table);
        if sheet.measures.is_empty() || sheet.dims.len() > DIMENSIONS {
            return None;
        }
        sheet.name_columns(claim);
        sheet.fill(table, grid, &parts);
        sheet.tidy();
        (!sheet.cells.is_empty()).then_some(sheet)
    }

    /// What each column is; the dimension that the columns make, if they do, is the last one.
    fn parts(&mut self, table: &Table) -> Vec<Part> {
        let level = |at: usize| {
            let column = &table.columns[at];
            column.role == Role::Count
                && !level::is_generic(&column.name)
                && !names::is_total(&column.name)
                && !matches!(
                    names::meaning(&column.name),
                    Some((Meaning::Count | Meaning::CountOfThings | Meaning::Base | Meaning::Percentage, _))
                )
        };
        let level_columns: Vec<usize> = (0..table.columns.len()).filter(|&at| level(at)).collect();
        let wide = level_columns.len() >= 2 && !table.statistic_rows && !measures(table, &level_columns);
        let mut across = Dim::default();
        let parts = (0..table.columns.len())
            .map(|at| {
                let column = &table.columns[at];
                match column.role {
                    Role::Dimension | Role::Period | Role::Term | Role::FreeText | Role::Identifier => {
                        self.dims.push(Dim {
                            name: level::dimension(&column.name),
                            period: column.role == Role::Period,
                            ..Dim::default()
                        });
                        Part::Dim(self.dims.len() - 1)
                    }
                    Role::Count if wide && level(at) => {
                        let level = across.level(&column.name);
                        Part::Measure(self.measure("n".to_owned(), true, None), Some(level))
                    }
                    Role::Count | Role::Base | Role::Percentage | Role::Statistic => {
                        let counts = matches!(column.role, Role::Count | Role::Base) || table.statistic_rows;
                        let total = wide && column.role == Role::Count;
                        let name = if total && names::is_total(&column.name) {
                            "n".to_owned()
                        } else {
                            level::measure(&column.name)
                        };
                        let things = names::counts_things(&column.name);
                        Part::Measure(self.measure(name, counts, things), total.then_some(TOTAL))
                    }
                    Role::Estimate
                    | Role::StandardError
                    | Role::PValue
                    | Role::Bound
                    | Role::RowNumber
                    | Role::Value
                    | Role::Empty => Part::Neither,
                }
            })
            .collect();
        if wide {
            across.period = across.levels.iter().all(|level| !level::periods(level).is_empty());
            self.dims.push(across);
        }
        parts
    }

    fn measure(&mut self, name: String, counts: bool, things: Option<String>) -> u32 {
        let known = self.measures.iter().position(|measure| measure.name == name && measure.counts == counts);
        let at = known.unwrap_or_else(|| {
            self.measures.push(Measure {
                name,
                counts,
                things,
                rounded: Rounded::default(),
                rounded_totals: Rounded::default(),
            });
            self.measures.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// The name of the one dimension without a name, where acro says by what the table was made and only it can be meant.
    fn name_columns(&mut self, claim: Option<&Claim>) {
        let Some(fair) = claim.and_then(|claim| claim.fair.as_ref()) else { return };
        let mut left: Vec<String> =
            fair.independent.iter().filter_map(|name| level::dimension(name)).collect();
        left.retain(|name| self.dims.iter().all(|dim| dim.name.as_ref() != Some(name)));
        let mut unnamed = self.dims.iter_mut().filter(|dim| dim.name.is_none());
        if let (Some(dim), None, [name]) = (unnamed.next(), unnamed.next(), left.as_slice()) {
            dim.name = Some(name.clone());
        }
    }

    fn fill(&mut self, table: &Table, grid: &Grid, parts: &[Part]) {
        let labels: Vec<(usize, usize)> = parts
            .iter()
            .enumerate()
            .filter_map(|(at, part)| if let Part::Dim(dim) = part { Some((at, *dim)) } else { None })
            .collect();
        let wide = parts.iter().any(|part| matches!(part, Part::Measure(_, Some(_))));
        let single = parts.iter().filter(|part| matches!(part, Part::Measure(..))).count() == 1;
        let mut key = vec![TOTAL; self.dims.len()];
        for row in 0..grid.rows() {
            self.key(grid, row, &labels, &mut key);
            let telling = single
                || parts.iter().enumerate().any(|(at, part)| {
                    matches!(part, Part::Measure(..))
                        && !matches!(grid.value(row, at), Value::Blank | Value::Marker(_))
                });
            let counted = !table.statistic_rows
                || names::meaning(grid.text(row, 0)).is_some_and(|(meaning, _)| meaning == Meaning::Count);
            for (at, part) in parts.iter().enumerate() {
                let Part::Measure(measure, across) = *part else { continue };
                let counts =
                    counted && self.measures.get(measure as usize).is_some_and(|measure| measure.counts);
                let Some(shows) = shows(grid.value(row, at), counts, telling && has_numbers(table, at))
                else {
                    continue;
                };
                if let (true, Some(last)) = (wide, key.last_mut()) {
                    *last = across.unwrap_or(TOTAL);
                }
                self.push(row, at, measure, &key, shows);
                if self.cells.len() >= MOST {
                    return;
                }
            }
        }
    }

    /// The levels of one row. A blank label repeats the one above, or stands for all where another label does.
    fn key(&mut self, grid: &Grid, row: usize, labels: &[(usize, usize)], key: &mut [u32]) {
        let any_total = labels.iter().any(|&(at, _)| names::is_total(grid.text(row, at)));
        let last = labels.len().saturating_sub(1);
        for (place, &(at, dim)) in labels.iter().enumerate() {
            let text = grid.text(row, at);
            let repeats = text.is_empty() && row > 0 && place < last && !any_total;
            let level = match self.dims.get_mut(dim) {
                _ if text.is_empty() && any_total => TOTAL,
                Some(dim) if !repeats => dim.level(text),
                _ => continue,
            };
            if let Some(slot) = key.get_mut(dim) {
                *slot = level;
            }
        }
    }

    fn push(&mut self, row: usize, column: usize, measure: u32, key: &[u32], shows: Shows) {
        if let (Shows::Count(count), Some(measure)) = (shows, self.measures.get_mut(measure as usize)) {
            let total = key.contains(&TOTAL);
            let rounded = if total { &mut measure.rounded_totals } else { &mut measure.rounded };
            rounded.add(count.unsigned_abs(), 1);
        }
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.cells.push(Cell {
            row: number(row),
            column: number(column),
            measure,
            levels: key.into(),
            shows,
        });
    }

    /// Drops dimensions that only ever stand for all, unless nothing else says of what the cells are totals, and cells that
    /// two rows hold under one key.
    fn tidy(&mut self) {
        let totals = self.dims.iter().all(|dim| dim.levels.is_empty());
        let is_kept = |dim: &Dim| !dim.levels.is_empty() || totals && dim.name.is_some();
        let kept: Vec<usize> = (0..self.dims.len()).filter(|&at| is_kept(&self.dims[at])).collect();
        if kept.len() < self.dims.len() {
            for cell in &mut self.cells {
                cell.levels = kept.iter().filter_map(|&at| cell.levels.get(at).copied()).collect();
            }
            let mut at = 0;
            self.dims.retain(|_| {
                at += 1;
                kept.contains(&(at - 1))
            });
        }
        let mut times: HashMap<(u32, &[u32]), u32> = HashMap::new();
        for cell in &self.cells {
            *times.entry((cell.measure, &cell.levels)).or_default() += 1;
        }
        let once: Vec<bool> =
            self.cells.iter().map(|cell| times.get(&(cell.measure, &*cell.levels)) == Some(&1)).collect();
        let mut at = 0;
        self.cells.retain(|_| {
            at += 1;
            once[at - 1]
        });
    }
}

/// Rows that are looked at to tell measures from levels.
const ROWS: usize = 300;

/// Whether columns of counts hold measures of their own rather than levels: another is headed as a total of something, such
/// as `TOTAL_IN` beside `NEW_IN` and `NEW_OUT`, and is not their sum.
fn measures(table: &Table, levels: &[usize]) -> bool {
    let Some(grid) = table.grid() else { return false };
    let total = |column: &crate::table::Column| {
        column.role == Role::Count && names::is_total(&column.name) && names::words(&column.name).len() > 1
    };
    let count = |row: usize, at: usize| match grid.value(row, at) {
        Value::Number(number) => number.count(),
        _ => None,
    };
    table.columns.iter().enumerate().filter(|(_, column)| total(column)).any(|(at, _)| {
        let (mut rows, mut off) = (0_usize, 0_usize);
        for row in 0..grid.rows().min(ROWS) {
            let sum = levels.iter().map(|level| count(row, *level)).sum::<Option<u64>>();
            let (Some(total), Some(sum)) = (count(row, at), sum) else { continue };
            rows += usize::from(total + sum > 0);
            // Rounded numbers need not add up.
            off += usize::from(total.abs_diff(sum) > 3 * levels.len() as u64 + 3);
        }
        rows > 0 && off * 2 > rows
    })
}

/// Whether a column shows any number, so that a blank in it is a cell that does not.
fn has_numbers(table: &Table, at: usize) -> bool {
    table.profiles.get(at).is_some_and(|profile| profile.numbers + profile.with + profile.out_of > 0)
}

/// What a cell shows; none where it says nothing that could be compared.
fn shows(value: Value, counts: bool, telling: bool) -> Option<Shows> {
    let whole = |count: u64| i64::try_from(count).ok();
    match value {
        Value::Number(number) | Value::CountWith(number) | Value::OutOf(number, _) if counts => {
            match number.count() {
                Some(count) => whole(count).map(Shows::Count),
                // OHDSI writes -5 for a count below 5.
                None if number.value < 0.0 && number.value.fract() == 0.0 && number.value > -1000.0 =>
                {
                    #[allow(clippy::cast_possible_truncation, reason = "whole and small")]
                    Some(Shows::Hidden(1, Some(-number.value as i64 - 1)))
                }
                None => Some(Shows::Number(number.value)),
            }
        }
        Value::Number(number)
        | Value::CountWith(number)
        | Value::OutOf(number, _)
        | Value::Estimate(number) => Some(Shows::Number(number.value)),
        Value::Marker(Marker::AtMost(most)) => {
            Some(Shows::Hidden(1.min(i64::from(most)), Some(i64::from(most))))
        }
        Value::Marker(Marker::Suppressed) => Some(Shows::Hidden(0, None)),
        Value::Blank | Value::Marker(Marker::Missing) => (counts && telling).then_some(Shows::Absent),
        Value::Date | Value::Text => None,
    }
}

/// The reporting periods that a file's titles state, or else its name.
fn stated(path: &str, titles: &[String]) -> Vec<String> {
    let mut stated: Vec<String> = titles.iter().flat_map(|title| level::periods(title)).collect();
    if stated.is_empty() {
        stated = level::periods(path.rsplit(['/', '\\']).next().unwrap_or_default());
    }
    stated.sort();
    stated.dedup();
    stated
}
