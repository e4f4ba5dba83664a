//! Rows that are named as statistics: those of `describe()`, long tables with a column of statistics, and tables of
//! characteristics whose rows say `Age, mean (SD)`.

use std::collections::{HashMap, HashSet};

use super::compound::Spec;
use super::kinds;
use super::share;
use super::statistic::Statistic;
use super::words::{Words, on};
use crate::read::Grid;
use crate::table::{Role, Table};

/// Labels that are read of a column of which each row may have its own.
const LABELS: u64 = 3000;

/// The column whose labels say what the numbers of each row are.
#[derive(Debug)]
pub(super) struct Label {
    pub(super) column: usize,
    pub(super) specs: Vec<Spec>,
    /// By row, the number of its spec.
    pub(super) rows: Vec<Option<u16>>,
    /// Columns that name the group: the other labels.
    pub(super) others: Vec<usize>,
    /// Each label says of which kind the numbers of its row are, and nothing else.
    pub(super) kinds: bool,
    /// The group of each row, where the other labels do not say it.
    pub(super) blocks: Option<Vec<u32>>,
}

impl Label {
    /// One of no rows yet, of a column among these.
    pub(super) fn of(column: usize, labels: &[usize]) -> Self {
        let others = labels.iter().copied().filter(|at| *at != column).collect();
        Self { column, specs: Vec::new(), rows: Vec::new(), others, kinds: false, blocks: None }
    }

    /// The number of what a label says of its row, which `read` tells where no row before had it.
    pub(super) fn add(&mut self, text: &str, read: impl Fn(&str) -> Option<Spec>) -> Option<u16> {
        let spec = read(text)?;
        let known = self.specs.iter().position(|known| *known == spec);
        let at = known.unwrap_or_else(|| {
            self.specs.push(spec);
            self.specs.len() - 1
        });
        u16::try_from(at).ok()
    }

    /// What the numbers of a row are.
    pub(super) fn row(&self, row: usize) -> Option<&Spec> {
        self.rows.get(row).copied().flatten().and_then(|spec| self.specs.get(usize::from(spec)))
    }

    /// What the numbers of any row are.
    pub(super) fn used(&self) -> impl Iterator<Item = &Spec> {
        let used: HashSet<u16> = self.rows.iter().copied().flatten().collect();
        self.specs
            .iter()
            .enumerate()
            .filter(move |(at, _)| u16::try_from(*at).is_ok_and(|at| used.contains(&at)))
            .map(|(_, spec)| spec)
    }

    /// What else names a row's group.
    pub(super) fn key(&self, grid: &Grid, row: usize) -> String {
        if let Some(block) = self.blocks.as_ref().and_then(|blocks| blocks.get(row)) {
            return block.to_string();
        }
        self.others.iter().map(|at| grid.text(row, *at)).collect::<Vec<_>>().join("\u{1f}")
    }

    /// The rows of the same group as this one.
    pub(super) fn group<'a>(&'a self, grid: &'a Grid, row: usize) -> impl Iterator<Item = usize> + 'a {
        let key = self.key(grid, row);
        // Statistics of one group stand together.
        let near = row.saturating_sub(60)..(row + 60).min(grid.rows());
        near.filter(move |other| self.key(grid, *other) == key)
    }
}

/// The label column, if the rows are named as statistics.
pub(super) fn find(table: &Table) -> Option<Label> {
    let numbers = table.columns.iter().any(|column| {
        matches!(column.role, Role::Count | Role::Percentage | Role::Statistic | Role::Estimate)
    });
    let labels: Vec<usize> = (0..table.columns.len())
        .filter(|at| {
            table.columns.get(*at).is_some_and(|column| {
                matches!(column.role, Role::Dimension | Role::Term | Role::FreeText | Role::Period)
            })
        })
        .collect();
    let grid = table.grid().filter(|_| numbers)?;
    let mut candidates = labels.clone();
    // A column headed as one of statistics comes before the first.
    candidates.sort_by_key(|at| !headed(table, *at));
    candidates.truncate(8);
    let figures: Vec<usize> = (0..table.columns.len())
        .filter(|at| table.columns.get(*at).is_some_and(|column| super::holds_figures(column.role)))
        .collect();
    let summaries = candidates.iter().find_map(|at| read(table, grid, *at, &labels));
    summaries.or_else(|| kinds::find(table, grid, &labels, &figures))
}

fn headed(table: &Table, at: usize) -> bool {
    table
        .columns
        .get(at)
        .is_some_and(|column| Words::of(&column.name).words.iter().any(|word| on("statistic-column", word)))
}

fn read(table: &Table, grid: &Grid, column: usize, labels: &[usize]) -> Option<Label> {
    let profile = table.profiles.get(column).filter(|profile| profile.texts + profile.numbers > 0)?;
    if profile.distinct > 200 && table.rows > LABELS {
        return None;
    }
    let mut label = Label::of(column, labels);
    let mut known: HashMap<&str, Option<u16>> = HashMap::new();
    let (mut filled, mut told) = (0_usize, 0_usize);
    for row in 0..grid.rows() {
        let text = grid.text(row, column);
        let spec = *known.entry(text).or_insert_with(|| {
            let at = u16::try_from(label.specs.len()).ok()?;
            label.specs.push(spec(text)?);
            Some(at)
        });
        filled += usize::from(!text.is_empty());
        told += usize::from(spec.is_some());
        label.rows.push(spec);
    }
    let distinct: HashSet<String> = label.specs.iter().map(|spec| format!("{spec:?}")).collect();
    let compound = label.specs.iter().any(|spec| !spec.inner.is_empty());
    let summary = label.specs.iter().any(|spec| spec.any(is_summary));
    if distinct.len() >= 2 && summary && told * 2 >= filled {
        let parts = label.specs.iter().any(|spec| spec.any(|s| s == Statistic::Largest));
        let sum =
            label.specs.iter().position(|spec| spec.first == Some(Statistic::Sum) && spec.inner.is_empty());
        if let Some(sum) = sum.filter(|_| !parts) {
            // A row that says no more than "total" sums up counts where nothing speaks of a largest part.
            let bare = |row: usize| Words::of(grid.text(row, column)).is("total");
            for (row, spec) in label.rows.iter_mut().enumerate() {
                *spec = spec.filter(|at| usize::from(*at) != sum || !bare(row));
            }
        }
        return Some(label);
    }
    // A table of characteristics: only the rows that say what stands in brackets, or a statistic behind a comma.
    let model = table.columns.iter().any(|column| matches!(column.role, Role::Bound | Role::StandardError));
    if model || !(compound || summary) {
        return None;
    }
    let loud: Vec<bool> = (0..grid.rows()).map(|row| is_loud(grid.text(row, column))).collect();
    for (row, loud) in label.rows.iter_mut().zip(loud) {
        let keep = loud
            || row.and_then(|spec| label.specs.get(usize::from(spec))).is_some_and(|s| !s.inner.is_empty());
        *row = row.filter(|_| keep);
    }
    label.rows.iter().any(Option::is_some).then_some(label)
}

/// Whether it is a statistic of values rather than a count, percentage or sum.
fn is_summary(statistic: Statistic) -> bool {
    !matches!(statistic, Statistic::Count | Statistic::Base | Statistic::Share(_) | Statistic::Sum)
}

/// Whether a label names its statistic behind a comma or colon: `Age, mean`.
fn is_loud(label: &str) -> bool {
    let Some((before, last)) = label.rsplit_once([',', ':']) else { return false };
    let words = Words::of(last);
    before.chars().filter(|c| c.is_alphabetic()).count() > 1
        && words.words.len() <= 2
        && Statistic::named(last).is_some()
}

/// What a label says of its row.
fn spec(label: &str) -> Option<Spec> {
    if label.is_empty() || label.len() > 120 {
        return None;
    }
    Spec::of(label).or_else(|| {
        let words = Words::of(label);
        let whole = words.words.join(" ");
        let counts = words.is("whole-n")
            || matches!(whole.as_str(), "no observations" | "number of patients" | "total n" | "n total");
        if counts {
            return Some(Spec::single(Statistic::Count));
        }
        if words.is("total") {
            return Some(Spec::single(Statistic::Sum));
        }
        let percent = label.trim() == "%" || words.is("percent") || words.is("proportion");
        percent.then(|| Spec::single(Statistic::Share(share::told(label))))
    })
}
