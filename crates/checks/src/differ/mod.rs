//! What tables give away beside those that left before: each file of a request is held against every earlier release, one
//! release at a time, so that of those only their differences are kept.

mod align;
mod cells;
mod level;
mod sheet;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use exeat_domain::finding::{Claim, Place};
use rayon::prelude::*;

use crate::input::Input;
use crate::policy::Policy;
use crate::read::{self, Held, Read};
use crate::request::Request;
use crate::rule::{Evidence, Piece};
pub(crate) use crate::table::{Table, shown};
pub(crate) use cells::{Pair, Span, What};
use sheet::Sheet;

/// Cells that differ which are kept of one file and one release.
const KEPT: usize = 20_000;

/// One file that left before.
#[derive(Clone, Debug)]
pub struct Released {
    /// The release and the file's name in it.
    pub label: Arc<str>,
    /// Why it cannot be compared, if it cannot; what holds no table has nothing to be compared.
    pub unreadable: Option<String>,
}

/// How one file of the request differs from what left before.
#[derive(Debug, Default)]
pub struct Differences {
    /// Its number in the request.
    pub(crate) file: usize,
    /// Cells that are not as they were; of those that several releases show differently, each.
    pub(crate) pairs: Vec<Pair>,
    /// Why a table of it could not be compared.
    pub(crate) unreadable: Option<String>,
}

impl Evidence for Differences {
    fn gather(request: &Request) -> Vec<Piece<'_, Self>> {
        request.differences.iter().map(|evidence| Piece { file: evidence.file, evidence }).collect()
    }
}

/// The tables of one file that asks to leave.
struct Asked {
    sheets: Vec<Sheet>,
    unreadable: Option<String>,
}

/// What one earlier release gives.
struct Compared {
    number: usize,
    released: Released,
    /// By the number of the asked file.
    seen: Vec<cells::Seen>,
}

/// Holds the files of a request against what left before.
pub(crate) fn gather(
    request: &mut Request,
    claims: &[Option<Claim>],
    before: impl Iterator<Item = Input> + Send,
    policy: &Policy,
) {
    let mut before = before.peekable();
    if before.peek().is_none() {
        return;
    }
    let asked: BTreeMap<usize, Asked> = request
        .files
        .iter()
        .enumerate()
        .filter(|(_, read)| !read.supporting)
        .filter_map(|(file, read)| Some((file, asked(read, claims.get(file).and_then(Option::as_ref))?)))
        .collect();
    if asked.is_empty() {
        return;
    }
    let mut compared: Vec<Compared> = before
        .enumerate()
        .par_bridge()
        .map(|(number, input)| compare(number, input, &asked, policy))
        .collect();
    compared.sort_by_key(|compared| compared.number);
    if compared.is_empty() {
        return;
    }
    let mut all: Vec<Differences> = asked
        .into_iter()
        .map(|(file, asked)| Differences { file, unreadable: asked.unreadable, ..Differences::default() })
        .collect();
    let mut same: Vec<BTreeSet<(u32, u32, u32)>> = vec![BTreeSet::new(); all.len()];
    for Compared { released, seen, .. } in compared {
        request.before.push(released);
        for ((differences, same), seen) in all.iter_mut().zip(&mut same).zip(seen) {
            differences.pairs.extend(seen.pairs);
            same.extend(seen.same);
        }
    }
    for (differences, same) in all.iter_mut().zip(&same) {
        // What was shown just so before is known already.
        differences.pairs.retain(|pair| !same.contains(&(pair.table, pair.row, pair.column)));
        let tables = request.files.get(differences.file).map_or(&[][..], |read| read.held.tables());
        for pair in &mut differences.pairs {
            if let Some(place) = place(tables, pair) {
                pair.place = place;
            }
        }
    }
    request.differences = all;
}

/// Where a cell of a file lies, and what it says.
fn place(tables: &[Table], pair: &Pair) -> Option<Place> {
    let table = tables.iter().find(|table| table.index == pair.table)?;
    let text = table.grid()?.text(pair.row as usize, pair.column as usize);
    Some(Place {
        baseline: Some(shown(&pair.release)),
        ..table.cell(u64::from(pair.row), pair.column as usize, text)
    })
}

/// The tables of a file that asks to leave; none where it holds nothing to be compared.
fn asked(read: &Read, claim: Option<&Claim>) -> Option<Asked> {
    let (sheets, unreadable) = sheets(read, claim);
    (!sheets.is_empty() || unreadable.is_some()).then_some(Asked { sheets, unreadable })
}

/// The tables of a file, and why one of them cannot be compared.
fn sheets(read: &Read, claim: Option<&Claim>) -> (Vec<Sheet>, Option<String>) {
    let Held::Tables { tables, outside } = &read.held else { return (Vec::new(), None) };
    let titles: Vec<String> = outside.iter().map(|line| line.text.clone()).collect();
    let sheets = tables.iter().filter_map(|table| Sheet::of(table, &read.path, &titles, claim)).collect();
    let large = tables
        .iter()
        .any(|table| table.has_aggregates() && !table.is_record_level() && table.grid().is_none());
    (sheets, large.then(|| "it is too large to be compared cell by cell".to_owned()))
}

fn compare(number: usize, input: Input, asked: &BTreeMap<usize, Asked>, policy: &Policy) -> Compared {
    let read = read::read(input, policy);
    let label: Arc<str> = read.path.as_str().into();
    let unreadable = match &read.held {
        Held::Unread { why, .. } | Held::Undecided { why, .. } => Some(why.clone()),
        Held::Tables { .. } | Held::Picture(_) | Held::Refused { .. } => None,
    };
    let (old, large) = sheets(&read, None);
    let seen = asked.values().map(|asked| seen(&asked.sheets, &old, &label)).collect();
    Compared { number, released: Released { label, unreadable: unreadable.or(large) }, seen }
}

/// What one file gives beside one release.
fn seen(new: &[Sheet], old: &[Sheet], label: &Arc<str>) -> cells::Seen {
    let mut all = cells::Seen::default();
    for new in new {
        for old in old {
            let Some(fit) = align::fit(new, old) else { continue };
            let seen = cells::compare(new, old, &fit, label);
            let room = KEPT.saturating_sub(all.pairs.len());
            all.pairs.extend(seen.pairs.into_iter().take(room));
            all.same.extend(seen.same);
        }
    }
    all
}

#[cfg(test)]
mod tests;
