//! Counts of one table that tell the size of groups in another of the request: a supporting file, or a table beside it.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;
use rayon::prelude::*;

use crate::read::{Grid, Held, Read};
use crate::table::{Role, Table};

/// Rows of a table of counts that are looked at.
const ROWS: usize = 50_000;

/// A table of the request: its file's number, and its own in the file.
type At = (usize, u32);

/// The counts that tables of the request give, by the labels of their groups: one index, however many tables there are.
#[derive(Debug, Default)]
struct Index {
    /// By the hash of the labels in order.
    counts: HashMap<u64, Known, RandomState>,
    hasher: RandomState,
}

/// What is known of a group.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// None where two rows give different counts.
    n: Option<u64>,
    /// The first table that gives it, and whether another does too.
    of: At,
    several: bool,
}

/// What the other tables of the request say of the groups of one.
#[derive(Clone, Debug)]
pub(super) struct Elsewhere {
    own: At,
    /// Of supporting files, and of the others.
    indexes: Arc<[Index; 2]>,
    paths: Arc<Vec<String>>,
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

impl Index {
    fn key(&self, labels: &[String]) -> u64 {
        self.hasher.hash_one(labels)
    }

    fn add(&mut self, labels: &[String], n: u64, of: At) {
        if labels.is_empty() {
            return;
        }
        let known = self.counts.entry(self.key(labels)).or_insert(Known { n: Some(n), of, several: false });
        known.several |= known.of != of;
        if known.n != Some(n) {
            known.n = None;
        }
    }

    fn read(&mut self, of: At, table: &Table) {
        let columns: Vec<usize> = (0..table.columns.len())
            .filter(|at| table.columns.get(*at).is_some_and(|c| matches!(c.role, Role::Count | Role::Base)))
            .collect();
        if columns.is_empty() || table.rows > ROWS as u64 {
            return;
        }
        let Some(grid) = table.grid() else { return };
        for row in 0..grid.rows() {
            let labels = labels(table, grid, row, None);
            for &at in &columns {
                let counted = super::size::count(grid, row, at).filter(|(least, most)| least == most);
                let (Some((n, _)), Some(column)) = (counted, table.columns.get(at)) else { continue };
                if columns.len() == 1 {
                    self.add(&labels, n, of);
                    continue;
                }
                if column.role == Role::Base || super::words::Words::of(&column.name).is("whole-n") {
                    self.add(&labels, n, of);
                }
                let mut with = labels.clone();
                with.push(normal(&column.name));
                with.sort_unstable();
                self.add(&with, n, of);
            }
        }
    }

    /// The count of the group with these labels, those and the column's header, or all of them but one.
    fn of(&self, labels: &[String], header: &str, own: At) -> Option<(u64, At)> {
        let get = |labels: &[String]| {
            let known =
                self.counts.get(&self.key(labels)).filter(|known| known.of != own || known.several)?;
            known.n.map(|n| (n, known.of))
        };
        let mut with = labels.to_vec();
        with.push(header.to_owned());
        with.sort_unstable();
        get(&with).or_else(|| get(labels)).or_else(|| {
            (0..labels.len()).filter(|_| labels.len() > 1).find_map(|at| {
                let mut fewer = labels.to_vec();
                fewer.remove(at);
                get(&fewer)
            })
        })
    }
}

impl Elsewhere {
    /// The count of a group, and the path of the file that gives it: a supporting one before the others.
    pub(super) fn of(&self, labels: &[String], header: &str) -> Option<(u64, &str)> {
        let (n, (file, _)) = self.indexes.iter().find_map(|index| index.of(labels, header, self.own))?;
        Some((n, self.paths.get(file)?))
    }
}

/// Gives the tables that lack the size of a group the counts of the others.
pub(super) fn share(files: &mut [Read]) {
    let lacking = |table: &Table| table.groups.as_ref().is_some_and(|groups| groups.lacks(table));
    let others = files.len() > 1 || files.iter().any(|read| read.held.tables().len() > 1);
    if !others {
        return;
    }
    let lack: Vec<Vec<bool>> =
        files.par_iter().map(|read| read.held.tables().iter().map(lacking).collect()).collect();
    if !lack.iter().flatten().any(|lacks| *lacks) {
        return;
    }
    let mut indexes = [Index::default(), Index::default()];
    for (file, read) in files.iter().enumerate() {
        let [supporting, output] = &mut indexes;
        let index = if read.supporting { supporting } else { output };
        for table in read.held.tables().iter().filter(|table| !table.is_record_level()) {
            index.read((file, table.index), table);
        }
    }
    let indexes = Arc::new(indexes);
    let paths = Arc::new(files.iter().map(|read| read.path.clone()).collect());
    for ((file, read), lack) in files.iter_mut().enumerate().zip(lack) {
        let Held::Tables { tables, .. } = &mut read.held else { continue };
        for (table, _) in tables.iter_mut().zip(lack).filter(|(_, lacks)| *lacks) {
            let own = (file, table.index);
            if let Some(groups) = &mut table.groups {
                let (indexes, paths) = (Arc::clone(&indexes), Arc::clone(&paths));
                groups.elsewhere = Some(Elsewhere { own, indexes, paths });
            }
        }
    }
}
