//! Counts of one table that tell the size of groups in another of the request: a supporting file, or a table beside it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::read::{Grid, Held, Read};
use crate::table::{Role, Table};

/// Rows of a table of counts that are looked at.
const ROWS: usize = 50_000;

/// The counts of a table by the labels of their groups.
#[derive(Debug)]
pub(super) struct Counts {
    pub(super) path: String,
    /// By the labels in order; none where two rows give different counts.
    counts: HashMap<String, Option<u64>>,
}

/// A label as it is compared.
pub(super) fn normal(label: &str) -> String {
    label.trim().to_lowercase()
}

/// The labels of a row in order, without that in column `but`.
pub(super) fn labels(table: &Table, grid: &Grid, row: usize, but: Option<usize>) -> Vec<String> {
    let named = |role: Role| matches!(role, Role::Dimension | Role::Period | Role::Term);
    let mut labels: Vec<String> = table
        .columns
        .iter()
        .enumerate()
        .filter(|(at, column)| named(column.role) && Some(*at) != but)
        .map(|(at, _)| normal(grid.text(row, at)))
        .filter(|label| !label.is_empty())
        .collect();
    labels.sort_unstable();
    labels
}

fn key(labels: &[String]) -> String {
    labels.join("\u{1f}")
}

impl Counts {
    fn read(path: &str, table: &Table) -> Option<Self> {
        let columns: Vec<usize> = (0..table.columns.len())
            .filter(|at| table.columns.get(*at).is_some_and(|c| matches!(c.role, Role::Count | Role::Base)))
            .collect();
        let grid = table.grid().filter(|grid| !columns.is_empty() && grid.rows() <= ROWS)?;
        let mut counts = HashMap::new();
        let mut add = |labels: &[String], n: u64| {
            let known = counts.entry(key(labels)).or_insert(Some(n));
            if *known != Some(n) {
                *known = None;
            }
        };
        for row in 0..grid.rows() {
            let labels = labels(table, grid, row, None);
            for &at in &columns {
                let Some((n, _)) = super::size::count(grid, row, at).filter(|(least, most)| least == most)
                else {
                    continue;
                };
                if columns.len() == 1 {
                    add(&labels, n);
                } else if let Some(column) = table.columns.get(at) {
                    let plain =
                        super::words::Words::of(&column.name).is("whole-n") || column.role == Role::Base;
                    if plain {
                        add(&labels, n);
                    }
                    let mut with = labels.clone();
                    with.push(normal(&column.name));
                    with.sort_unstable();
                    add(&with, n);
                }
            }
        }
        counts.remove("");
        (!counts.is_empty()).then(|| Self { path: path.to_owned(), counts })
    }

    /// The count of the group with these labels, those and the column's header, or all of them but one.
    pub(super) fn of(&self, labels: &[String], header: &str) -> Option<u64> {
        let get = |labels: &[String]| self.counts.get(&key(labels)).copied().flatten();
        let mut with = labels.to_vec();
        with.push(header.to_owned());
        with.sort_unstable();
        if let Some(n) = get(&with).or_else(|| get(labels)) {
            return Some(n);
        }
        (0..labels.len()).filter(|_| labels.len() > 1).find_map(|at| {
            let mut fewer = labels.to_vec();
            fewer.remove(at);
            get(&fewer)
        })
    }
}

/// Gives the tables that lack the size of a group the counts of the others.
pub(super) fn share(files: &mut [Read]) {
    let lacking = |table: &Table| table.groups.as_ref().is_some_and(|groups| groups.lacks(table));
    let lack = files.iter().flat_map(|read| read.held.tables()).any(lacking);
    let others = files.len() > 1 || files.iter().any(|read| read.held.tables().len() > 1);
    if !lack || !others {
        return;
    }
    let mut counts: Vec<(usize, u32, Arc<Counts>)> = Vec::new();
    for supporting in [true, false] {
        for (file, read) in files.iter().enumerate().filter(|(_, read)| read.supporting == supporting) {
            for table in read.held.tables().iter().filter(|table| !table.is_record_level()) {
                let read = Counts::read(&read.path, table);
                counts.extend(read.map(|read| (file, table.index, Arc::new(read))));
            }
        }
    }
    for (file, read) in files.iter_mut().enumerate() {
        let Held::Tables { tables, .. } = &mut read.held else { continue };
        for table in tables {
            if !lacking(table) {
                continue;
            }
            let other = counts.iter().filter(|(of, at, _)| (*of, *at) != (file, table.index));
            let elsewhere = other.map(|(.., counts)| Arc::clone(counts)).collect();
            if let Some(groups) = &mut table.groups {
                groups.elsewhere = elsewhere;
            }
        }
    }
}
