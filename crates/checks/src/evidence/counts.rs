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

/// Rows and columns of a table that are looked up at most before it is held that others count its groups.
const LOOKED_AT: usize = 50;
const COLUMNS: usize = 8;

/// A table of the request: its file's number, and its own in the file.
type At = (usize, u32);

/// The counts that tables of the request give, by the labels of their groups: one index, however many tables there are.
#[derive(Debug)]
struct Index {
    /// Of supporting files, and of the others.
    counts: [Counts; 2],
    hasher: RandomState,
    paths: Vec<String>,
}

/// Counts by the key of their labels.
type Counts = HashMap<u64, Known, RandomState>;

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
    index: Arc<Index>,
}

/// Whether a column of this role names the groups of its rows.
fn named(role: Role) -> bool {
    matches!(role, Role::Dimension | Role::Period | Role::Term)
}

/// The hash of a label as it is compared: blanks around it and its case do not count. None of an empty one.
fn hash(hasher: &RandomState, label: &str) -> Option<u64> {
    let label = label.trim();
    if label.is_empty() {
        return None;
    }
    let small = label.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    Some(if small { hasher.hash_one(label) } else { hasher.hash_one(label.to_lowercase().as_str()) })
}

/// The key of labels, in whatever order they stand.
fn key(labels: &[u64]) -> u64 {
    labels.iter().fold(0, |key, label| key.wrapping_add(*label))
}

/// The hashes of the labels of a row, without that in column `but`.
fn labels(hasher: &RandomState, table: &Table, grid: &Grid, row: usize, but: Option<usize>) -> Vec<u64> {
    let columns = table.columns.iter().enumerate();
    columns
        .filter(|(at, column)| named(column.role) && Some(*at) != but)
        .filter_map(|(at, _)| hash(hasher, grid.text(row, at)))
        .collect()
}

/// Groups that a table counts: the key of their labels, and how many.
type Groups = Vec<(u64, u64)>;

/// The groups that a table counts.
fn counted(hasher: &RandomState, table: &Table) -> Groups {
    let columns: Vec<(usize, bool, Option<u64>)> = table
        .columns
        .iter()
        .enumerate()
        .filter(|(_, column)| matches!(column.role, Role::Count | Role::Base))
        .map(|(at, column)| {
            let whole = column.role == Role::Base || super::words::Words::of(&column.name).is("whole-n");
            (at, whole, hash(hasher, &column.name))
        })
        .collect();
    let mut known = Vec::new();
    let Some(grid) = table.grid().filter(|_| !columns.is_empty() && table.rows <= ROWS as u64) else {
        return known;
    };
    for row in 0..grid.rows() {
        let labels = labels(hasher, table, grid, row, None);
        let key = key(&labels);
        for (at, whole, header) in &columns {
            let exact = super::size::count(grid, row, *at).filter(|(least, most)| least == most);
            let Some((n, _)) = exact else { continue };
            let alone = columns.len() == 1;
            if (alone || *whole) && !labels.is_empty() {
                known.push((key, n));
            }
            if let Some(header) = header.filter(|_| !alone) {
                known.push((key.wrapping_add(header), n));
            }
        }
    }
    known
}

/// The count of the group with these labels, those and the column's header, or all of them but one.
fn look_up(counts: &Counts, labels: &[u64], header: u64, own: At) -> Option<(u64, At)> {
    let key = key(labels);
    let get = |key: u64| {
        let known = counts.get(&key).filter(|known| known.of != own || known.several)?;
        known.n.map(|n| (n, known.of))
    };
    get(key.wrapping_add(header)).or_else(|| get(key)).or_else(|| {
        let fewer = labels.iter().filter(|_| labels.len() > 1);
        fewer.into_iter().find_map(|label| get(key.wrapping_sub(*label)))
    })
}

impl Index {
    /// Of every table of the request that is not of records.
    fn of(files: &[Read]) -> Self {
        let hasher = RandomState::default();
        let groups: Vec<(At, bool, Groups)> = files
            .par_iter()
            .enumerate()
            .flat_map_iter(|(file, read)| {
                let tables = read.held.tables().iter().filter(|table| !table.is_record_level());
                let hasher = &hasher;
                tables.map(move |table| ((file, table.index), read.supporting, counted(hasher, table)))
            })
            .collect();
        let mut counts = [Counts::default(), Counts::default()];
        for (of, supporting, groups) in groups {
            let [first, second] = &mut counts;
            let counts = if supporting { first } else { second };
            for (key, n) in groups {
                let known = counts.entry(key).or_insert(Known { n: Some(n), of, several: false });
                known.several |= known.of != of;
                known.n = known.n.filter(|known| *known == n);
            }
        }
        Self { counts, hasher, paths: files.iter().map(|read| read.path.clone()).collect() }
    }
}

impl Elsewhere {
    /// Whether other tables count the groups of half the rows of a table: one that shares a label here and there speaks of
    /// other people.
    fn speaks_of(&self, table: &Table) -> bool {
        let Some(grid) = table.grid() else { return false };
        let Index { counts, hasher, .. } = &*self.index;
        let label = table.groups.as_ref().and_then(|groups| groups.label.as_ref()).map(|label| label.column);
        let figures = table.columns.iter().filter(|column| !named(column.role)).take(COLUMNS);
        let headers: Vec<u64> =
            figures.map(|column| hash(hasher, &column.name).unwrap_or_default()).collect();
        let counted = |row: usize| {
            let labels = labels(hasher, table, grid, row, label);
            let mut found = headers
                .iter()
                .flat_map(|header| counts.iter().map(|counts| look_up(counts, &labels, *header, self.own)));
            found.any(|found| found.is_some())
        };
        let rows: Vec<usize> = (0..grid.rows()).step_by(grid.rows().div_ceil(LOOKED_AT).max(1)).collect();
        rows.iter().filter(|row| counted(**row)).count() * 2 >= rows.len()
    }

    /// The count of the group of a row, its label in column `but` left out, or of what the header of a column names in it;
    /// and the path of the file that gives it: a supporting one before the others.
    pub(super) fn of(
        &self,
        table: &Table,
        grid: &Grid,
        row: usize,
        header: &str,
        but: Option<usize>,
    ) -> Option<(u64, &str)> {
        let Index { counts, hasher, paths } = &*self.index;
        let labels = labels(hasher, table, grid, row, but);
        let header = hash(hasher, header).unwrap_or_default();
        let found = counts.iter().find_map(|counts| look_up(counts, &labels, header, self.own));
        let (n, (file, _)) = found?;
        Some((n, paths.get(file)?))
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
    let index = Arc::new(Index::of(files));
    files.par_iter_mut().zip(lack).enumerate().for_each(|(file, (read, lack))| {
        let Held::Tables { tables, .. } = &mut read.held else { return };
        for (table, _) in tables.iter_mut().zip(lack).filter(|(_, lacks)| *lacks) {
            let elsewhere = Elsewhere { own: (file, table.index), index: Arc::clone(&index) };
            let speaks = elsewhere.speaks_of(table);
            if let Some(groups) = table.groups.as_mut().filter(|_| speaks) {
                groups.elsewhere = Some(elsewhere);
            }
        }
    });
}
