//! Dimensions of which one lies within another, such as provinces within regions: levels of the two that no cell shows
//! together are no group.

use std::collections::{HashMap, HashSet};

use super::align::Fit;
use super::atoms::{Atoms, Side};
use super::sheet::{Sheet, TOTAL};

/// Levels that a dimension has at least before it can lie within another.
const LEVELS: usize = 3;

/// Pairs of parts of two dimensions that do not go together.
#[derive(Debug)]
pub(super) struct Nested {
    one: usize,
    two: usize,
    /// The part of the second that each part of the first lies within.
    within: HashMap<u16, HashSet<u16>>,
    /// Parts of the second that hold a part of the first.
    around: HashSet<u16>,
}

impl Nested {
    /// Whether a group of these parts can be there.
    pub(super) fn allows(&self, parts: &[u16]) -> bool {
        let (Some(one), Some(two)) = (parts.get(self.one), parts.get(self.two)) else { return true };
        let Some(within) = self.within.get(one) else { return true };
        !self.around.contains(two) || within.contains(two)
    }
}

/// The dimensions of either table that lie within another of it, by their numbers among those of both.
pub(super) fn nested(new: &Sheet, old: &Sheet, fit: &Fit, dims: &[Atoms]) -> Vec<Nested> {
    let of_new: Vec<(usize, usize)> = (0..fit.dims.len()).map(|at| (at, at)).collect();
    let known = fit.dims.iter().enumerate().filter_map(|(at, other)| Some((at, (*other)?)));
    let extra = fit.extra.iter().enumerate().map(|(at, other)| (fit.dims.len() + at, *other));
    let of_old: Vec<(usize, usize)> = known.chain(extra).collect();
    [(new, Side::New, of_new), (old, Side::Old, of_old)]
        .into_iter()
        .flat_map(|(sheet, side, places)| {
            let pairs = places.iter().flat_map(|one| places.iter().map(move |two| (*one, *two)));
            let pairs: Vec<_> = pairs.filter(|(one, two)| one != two).collect();
            pairs.into_iter().filter_map(move |(one, two)| pair(sheet, side, dims, one, two))
        })
        .collect()
}

/// Whether the first of two dimensions lies within the second: each of its levels is shown with one level of that alone.
fn pair(
    sheet: &Sheet,
    side: Side,
    dims: &[Atoms],
    (one, own): (usize, usize),
    (two, other): (usize, usize),
) -> Option<Nested> {
    let (inner, outer) = (sheet.dims.get(own)?, sheet.dims.get(other)?);
    if inner.levels.len() < LEVELS || outer.levels.len() < 2 || inner.levels.len() <= outer.levels.len() {
        return None;
    }
    let mut holder: HashMap<u32, u32> = HashMap::new();
    for cell in &sheet.cells {
        let (level, of) = (*cell.levels.get(own)?, *cell.levels.get(other)?);
        if level == TOTAL || of == TOTAL {
            continue;
        }
        if *holder.entry(level).or_insert(of) != of {
            return None;
        }
    }
    let held: HashSet<u32> = holder.values().copied().collect();
    if holder.len() < inner.levels.len() || held.len() < 2 {
        return None;
    }
    let (atoms, of) = (dims.get(one)?, dims.get(two)?);
    let mut within: HashMap<u16, HashSet<u16>> = HashMap::new();
    for (level, around) in &holder {
        for part in atoms.of(side, *level) {
            within.entry(*part).or_default().extend(of.of(side, *around));
        }
    }
    let around = held.iter().flat_map(|level| of.of(side, *level)).copied().collect();
    Some(Nested { one, two, within, around })
}
