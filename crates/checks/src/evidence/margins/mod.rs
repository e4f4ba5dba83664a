//! What a table's totals say: which cells add up to which, and what that leaves for those that are hidden or rounded.

mod cells;
mod families;
mod frame;
mod link;
mod shares;
mod system;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use exeat_domain::finding::Place;
use rayon::prelude::*;

use crate::read::Read;
use crate::request::Request;
use crate::rule::{Evidence, Piece};
use crate::table::Table;
use cells::{Cells, Content, Rounding};
use families::Family;
use frame::Frame;
pub(crate) use shares::{Holds, Share};
pub(crate) use system::Recovered;

/// From here on the ends of what a hidden cell can be are not looked for.
pub(crate) const LARGE: i64 = 64;

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
    families: Vec<Family>,
    rounding: Rounding,
}

impl<'a> Draft<'a> {
    fn of(file: usize, table: &'a Table, beside_others: bool) -> Option<Self> {
        let (frame, grid) = Frame::of(table, beside_others)?;
        let cells = Cells::of(table, grid, &frame.measures);
        let each = !frame.columns.iter().any(frame::Dimension::has_total);
        let rounding = Rounding::of(&cells, &frame.measures, frame.height, each);
        let families = families::families(&frame, &cells, &rounding);
        Some(Self { file, table, cells, frame, families, rounding })
    }

    /// Whether something is hidden that is counted into a total.
    fn hides(&self) -> bool {
        let sums = self.families.iter().flat_map(|family| &family.sums);
        let mut cells = sums.flat_map(|sum| sum.parts.iter().chain([&sum.total]));
        cells.any(|&at| matches!(self.cells.get(at), Content::Hidden(_) | Content::Missing))
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
    if drafts.iter().any(Draft::hides) {
        drafts.extend(bare.into_iter().filter_map(|(file, table)| Draft::of(file, table, true)));
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
    let shares = shares::modes(table).or_else(|| shares::percentages(table))?;
    Some(Margins { file, shares: Some(shares), ..Margins::default() })
}
