//! What tables give away beside those that left before: each file of a request is held against every earlier release, one
//! release at a time, so that of those only their differences are kept.

mod align;
mod atoms;
mod cells;
mod level;
mod nested;
mod refine;
mod sheet;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use exeat_domain::finding::{Claim, Place};
use rayon::prelude::*;

use crate::input::Input;
use crate::policy::Policy;
use crate::read::{self, Held, Read};
use crate::request::Request;
use crate::rule::{Declared as _, Evidence, Piece};
use crate::rules::dif_lp::ImpliedGroup;
pub(crate) use crate::table::{Table, shown};
pub(crate) use cells::{Pair, Span, What};
pub(crate) use refine::Implied;
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
    /// Groups that can be worked out from it and one release together.
    pub(crate) implied: Vec<Implied>,
    /// Releases that are too large for that.
    pub(crate) too_large: Vec<Arc<str>>,
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
    seen: Vec<Seen>,
}

/// Holds the files of a request against what left before.
pub(crate) fn gather(
    request: &mut Request,
    claims: &[Option<Claim>],
    before: impl Iterator<Item = Input> + Send,
    policy: &Policy,
) {
    let mut before = before.enumerate().peekable();
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
    let mut compared: Vec<Compared> =
        before.par_bridge().map(|(number, input)| compare(number, input, &asked, policy)).collect();
    compared.sort_by_key(|compared| compared.number);
    let mut all: Vec<Differences> = asked
        .into_iter()
        .map(|(file, asked)| Differences { file, unreadable: asked.unreadable, ..Differences::default() })
        .collect();
    let mut same: Vec<BTreeSet<(u32, u32, u32)>> = vec![BTreeSet::new(); all.len()];
    for Compared { released, seen, .. } in compared {
        for ((differences, same), seen) in all.iter_mut().zip(&mut same).zip(seen) {
            differences.pairs.extend(seen.cells.pairs);
            same.extend(seen.cells.same);
            differences.implied.extend(seen.refined.implied);
            if seen.refined.too_large {
                differences.too_large.push(Arc::clone(&released.label));
            }
        }
        request.before.push(released);
    }
    for (differences, same) in all.iter_mut().zip(&same) {
        // What was shown just so before is known already.
        differences.pairs.retain(|pair| !same.contains(&(pair.table, pair.row, pair.column)));
        let tables = request.files.get(differences.file).map_or(&[][..], |read| read.held.tables());
        for pair in &mut differences.pairs {
            pair.place = place(tables, (pair.table, pair.row, pair.column), &pair.release);
        }
        for implied in &mut differences.implied {
            implied.place = place(tables, (implied.table, implied.row, implied.column), &implied.release);
        }
    }
    request.differences = all;
}

/// Where a cell of a file lies, and what it says.
fn place(tables: &[Table], (table, row, column): (u32, u32, u32), release: &str) -> Place {
    let found = tables.iter().find(|known| known.index == table);
    let place = found.and_then(|table| {
        let text = table.grid()?.text(row as usize, column as usize);
        Some(table.cell(u64::from(row), column as usize, text))
    });
    Place { baseline: Some(shown(release)), ..place.unwrap_or_default() }
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
    let enough = enough(policy);
    let read = read::read(input, policy);
    let label: Arc<str> = read.path.as_str().into();
    let unreadable = match &read.held {
        Held::Unread { why, .. } | Held::Undecided { why, .. } => Some(why.clone()),
        Held::Tables { .. } | Held::Picture(_) | Held::Refused { .. } => None,
    };
    let (old, large) = sheets(&read, None);
    let seen = asked.values().map(|asked| seen(&asked.sheets, &old, &label, enough)).collect();
    Compared { number, released: Released { label, unreadable: unreadable.or(large) }, seen }
}

/// What one file gives beside one release.
#[derive(Debug, Default)]
struct Seen {
    cells: cells::Seen,
    refined: refine::Refined,
}

fn seen(new: &[Sheet], old: &[Sheet], label: &Arc<str>, enough: i64) -> Seen {
    let mut all = Seen::default();
    for new in new {
        for old in old {
            let Some(fit) = align::fit(new, old) else { continue };
            let Some(seen) = cells::compare(new, old, &fit, label) else { continue };
            let room = KEPT.saturating_sub(all.cells.pairs.len());
            all.cells.pairs.extend(seen.pairs.into_iter().take(room));
            all.cells.same.extend(seen.same);
            let refined = refine::refine(new, old, &fit, &seen.matched, label, enough);
            let room = KEPT.saturating_sub(all.refined.implied.len());
            all.refined.implied.extend(refined.implied.into_iter().take(room));
            all.refined.too_large |= refined.too_large;
        }
    }
    all
}

/// The smallest count that may leave, or one that is as good.
fn enough(policy: &Policy) -> i64 {
    let set = policy.settings(ImpliedGroup::DECLARATION.id).params;
    set.get("threshold").and_then(toml::Value::as_integer).unwrap_or(100)
}

#[cfg(test)]
mod tests;
