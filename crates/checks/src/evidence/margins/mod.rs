//! What a table's totals say: which cells add up to which, and what that leaves for those that are hidden or rounded.

mod blocks;
mod cells;
mod families;
mod frame;
mod link;
mod modes;
mod outline;
mod percent;
mod shares;
mod system;
#[cfg(test)]
mod tests;
mod views;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use exeat_domain::finding::Place;
use rayon::prelude::*;

use crate::audit::Interval;
use crate::read::Read;
use crate::request::Request;
use crate::rule::{Evidence, Piece};
use crate::table::Table;
use blocks::Equal;
use cells::{At, Cells, Content, Rounding};
use families::Family;
use frame::Frame;
use outline::Outline;
pub(crate) use shares::{Holds, Share};
pub(crate) use system::Recovered;

/// From here on the ends of what a hidden cell can be are not looked for.
pub(crate) const LARGE: i64 = 64;

/// Counts, not zero, from which on their all being round is no chance.
const FEW: usize = 6;

/// The margins of one table, and what they come to.
#[derive(Debug, Default)]
pub struct Margins {
    /// Number of its file in the request.
    file: usize,
    /// Cells that are hidden and counted into something.
    pub(crate) hidden: usize,
    /// Those of them whose values the request leaves little choice.
    pub(crate) recovered: Vec<Recovered>,
    /// Why some could not be worked out, if so.
    pub(crate) undecided: Option<String>,
    /// Totals that are not rounded over cells that are, and what these are rounded to.
    pub(crate) unrounded: Vec<(Place, i64, &'static str)>,
    /// Whether any total stands over cells.
    pub(crate) totals: bool,
    /// Cells of a crosstab that hold all or nearly all of a margin; none where it is no crosstab.
    pub(crate) shares: Option<Vec<Share>>,
    /// Why it is not told whether everybody shares a value, if so.
    pub(crate) unshared: Option<String>,
}

impl Evidence for Margins {
    fn gather(request: &Request) -> Vec<Piece<'_, Self>> {
        request.margins.iter().map(|evidence| Piece { file: evidence.file, evidence }).collect()
    }
}

/// A table with what adds up in it.
#[derive(Debug)]
struct Draft<'a> {
    file: usize,
    table: &'a Table,
    cells: Cells<'a>,
    frame: Frame,
    outline: Outline,
    families: Vec<Family>,
    rounding: Rounding,
    /// Cells that are hidden, or may be.
    hidden: BTreeSet<At>,
    /// What percentages tell of hidden cells.
    told: HashMap<At, Interval>,
    /// Runs of rows with something hidden that come to a number that stands elsewhere.
    equal: Vec<Equal>,
    /// It has so few counts that their being round may be chance.
    few: bool,
}

impl<'a> Draft<'a> {
    fn of(file: usize, table: &'a Table, beside_others: bool) -> Option<Self> {
        let (frame, grid) = Frame::of(table, beside_others)?;
        let cells = Cells::of(table, grid, &frame.measures);
        let each = !frame.columns.iter().any(frame::Dimension::has_total);
        let rounding = Rounding::of(&cells, &frame.measures, frame.height, each);
        let outline = Outline::of(&frame, grid);
        let families = families::families(&frame, &outline, &cells, &rounding);
        let hidden = if frame::may_hide(table) { hidden(&frame, &outline, &cells) } else { BTreeSet::new() };
        let told =
            if hidden.is_empty() { HashMap::new() } else { percent::told(table, grid, &frame, &cells) };
        let few = few(&frame, &cells);
        let (equal, told) = (Vec::new(), told);
        let draft = Self { file, table, cells, frame, outline, families, rounding, hidden, told, equal, few };
        Some(Self { equal: blocks::equal(&draft), ..draft })
    }

    fn unrounded(&self) -> Vec<(Place, i64, &'static str)> {
        let mut found: BTreeMap<(usize, usize), (Place, i64, &'static str)> = BTreeMap::new();
        for family in &self.families {
            for sum in &family.sums {
                let Some(base) = family.mixed(sum) else { continue };
                let shown: Option<Vec<i64>> = sum.parts.iter().map(|&at| self.cells.known(at)).collect();
                let (Some(total), Some(shown)) = (self.cells.known(sum.total), shown) else { continue };
                if !base.leaves(total) && shown.iter().sum::<i64>() != total {
                    let (row, column) = sum.total;
                    let place = self.table.cell(row as u64, column, self.cells.text(sum.total));
                    found.insert(sum.total, (place, total, base.name()));
                }
            }
        }
        found.into_values().collect()
    }
}

/// The cells that are hidden, or may be.
fn hidden(frame: &Frame, outline: &Outline, cells: &Cells) -> BTreeSet<At> {
    let rows = (0..frame.height).filter(|&row| !outline.is_heading(row));
    let all = rows.flat_map(|row| frame.measures.iter().map(move |&column| (row, column)));
    all.filter(|&at| matches!(cells.get(at), Content::Hidden(_) | Content::Missing)).collect()
}

/// Whether a table has so few counts, not zero and no totals, that their being round may be chance.
fn few(frame: &Frame, cells: &Cells) -> bool {
    let parts = frame.measures.iter().flat_map(|&column| {
        (0..frame.height).filter(|&row| !frame.total_row(row)).map(move |row| (row, column))
    });
    parts.filter(|&at| cells.known(at).is_some_and(|count| count > 0)).take(FEW).count() < FEW
}

/// The margins of every table of a request.
pub(crate) fn margins(files: &[Read]) -> Vec<Margins> {
    let tables: Vec<(usize, &Table)> = files
        .iter()
        .enumerate()
        .flat_map(|(file, read)| read.held.tables().iter().map(move |table| (file, table)))
        .collect();
    let (drafts, shares): (Vec<_>, Vec<_>) = tables
        .par_iter()
        .map(|&(file, table)| (Draft::of(file, table, false), other_shares(file, table)))
        .unzip();
    let bare: Vec<(usize, &Table)> =
        tables.iter().zip(&drafts).filter(|(_, draft)| draft.is_none()).map(|(table, _)| *table).collect();
    let mut drafts: Vec<Draft> = drafts.into_iter().flatten().collect();
    if tables.len() > 1 && drafts.iter().any(|draft| !draft.hidden.is_empty()) {
        let beside: Vec<Draft> =
            bare.into_par_iter().filter_map(|(file, table)| Draft::of(file, table, true)).collect();
        drafts.extend(beside);
    }
    let mut margins: Vec<Margins> = drafts
        .par_iter()
        .map(|draft| Margins {
            file: draft.file,
            unrounded: draft.unrounded(),
            totals: !draft.families.is_empty(),
            shares: shares::shares(draft),
            ..Margins::default()
        })
        .collect();
    system::recover(&drafts, &mut margins);
    margins.extend(shares.into_iter().flatten());
    margins.extend(tables.iter().filter_map(|(file, table)| too_large(*file, table)));
    margins
}

/// A table in which something is hidden and that has too many cells for its totals to be found.
fn too_large(file: usize, table: &Table) -> Option<Margins> {
    let hides = table.profiles.iter().any(|profile| profile.suppressed + profile.at_most > 0);
    if !hides || table.is_record_level() || table.grid().is_some() {
        return None;
    }
    let why = "it has too many cells for what its totals tell of the hidden ones to be worked out".to_owned();
    Some(Margins { file, hidden: 1, undecided: Some(why), ..Margins::default() })
}

/// What a table that is no crosstab of counts says of groups that fall into one category.
fn other_shares(file: usize, table: &Table) -> Option<Margins> {
    let modes = modes::modes(table);
    if modes.is_none() && modes::are_bare(table) {
        let why = "it gives the most frequent value without how frequent it is: everybody may have it";
        return Some(Margins { file, unshared: Some(why.to_owned()), ..Margins::default() });
    }
    let shares = modes.or_else(|| shares::percentages(table))?;
    Some(Margins { file, shares: Some(shares), ..Margins::default() })
}
