//! What two releases give away together that neither shows: the parts that their cells have in common, worked out from all
//! that both print.

use std::collections::HashMap;
use std::sync::Arc;

use exeat_domain::finding::Place;

use super::align::Fit;
use super::atoms::{self, Atoms, Side};
use super::cells::{Matched, Span, Spans};
use super::nested::{Nested, nested};
use super::sheet::{Cell, Sheet, Shows, TOTAL};
use crate::audit::{Interval, Problem, Relation, solve};

/// Parts, and parts of cells, that are worked out at most.
const PARTS: usize = 100_000;
const TERMS: usize = 1_000_000;
/// A cell of more parts tells next to nothing of one of them, and is left out.
const WIDEST: usize = 400;

/// A group that two releases tell apart together.
#[derive(Clone, Debug)]
pub(crate) struct Implied {
    /// The cell of the new table that it is a part of.
    pub(crate) place: Place,
    pub(crate) table: u32,
    pub(crate) row: u32,
    pub(crate) column: u32,
    /// Which release.
    pub(crate) release: Arc<str>,
    /// The levels that make it up.
    pub(crate) group: String,
    /// Nobody has a level that says so: the group is whoever is left.
    pub(crate) rest: bool,
    /// The word by which things are counted rather than people.
    pub(crate) things: Option<String>,
    /// How many they are.
    pub(crate) least: i64,
    pub(crate) most: i64,
}

/// What was found, or that the tables are too large for it.
#[derive(Debug, Default)]
pub(super) struct Refined {
    pub(super) implied: Vec<Implied>,
    pub(super) too_large: bool,
}

/// Works out what two tables give away together; groups of `enough` or more may be told roughly.
pub(super) fn refine(
    new: &Sheet,
    old: &Sheet,
    fit: &Fit,
    matched: &[Matched],
    release: &Arc<str>,
    enough: i64,
) -> Refined {
    let mut all = Refined::default();
    let refined = atoms::is_refined(new, old, fit);
    let hides = |sheet: &Sheet| sheet.cells.iter().any(|cell| matches!(cell.shows, Shows::Hidden(..)));
    if !(refined || hides(new) && hides(old)) {
        return all;
    }
    let Some(dims) = atoms::dimensions(new, old, fit) else { return all };
    for (at, &(one, two)) in fit.measures.iter().enumerate() {
        let (Some(measure), Some(other)) = (new.measures.get(one as usize), old.measures.get(two as usize))
        else {
            continue;
        };
        if !measure.counts {
            continue;
        }
        let matched = matched.get(at).copied().unwrap_or_default();
        let spans = [false, true].map(|total| Spans::of(measure, other, total, matched));
        let Some(table) = Stacked::of(new, old, fit, &dims, (one, two), &spans) else {
            all.too_large = true;
            continue;
        };
        // Where each tells apart what the other does not, "at most so many" of both is what one of them shows by itself.
        let crossed = !fit.extra.is_empty() && fit.dims.iter().any(Option::is_none);
        let things = measure.things.clone().or_else(|| other.things.clone());
        let mut implied = table.implied(new, release, things.as_ref(), enough);
        implied.retain(|implied| !crossed || implied.least > 0);
        all.implied.extend(implied);
    }
    all
}

/// One cell of either table as a sum of parts.
struct Sum {
    side: Side,
    /// Its number in its table.
    cell: usize,
    parts: Vec<usize>,
    least: i64,
    most: Option<i64>,
}

/// Both tables over their common parts.
struct Stacked<'a> {
    dims: &'a [Atoms],
    /// What each part is, by dimension.
    parts: Vec<Box<[u16]>>,
    sums: Vec<Sum>,
    /// The bands of one cell that the other table's cell leaves over: the larger sum, the smaller one, the parts.
    over: Vec<(usize, usize, Vec<usize>)>,
}

impl<'a> Stacked<'a> {
    fn of(
        new: &Sheet,
        old: &Sheet,
        fit: &Fit,
        dims: &'a [Atoms],
        measures: (u32, u32),
        spans: &[Spans; 2],
    ) -> Option<Self> {
        let mut stacked = Self { dims, parts: Vec::new(), sums: Vec::new(), over: Vec::new() };
        let mut known = HashMap::new();
        let mut terms = 0;
        let nested = nested(new, old, fit, dims);
        for (side, sheet, measure) in [(Side::New, new, measures.0), (Side::Old, old, measures.1)] {
            for (at, cell) in sheet.cells.iter().enumerate().filter(|(_, cell)| cell.measure == measure) {
                let span = &spans[usize::from(cell.levels.contains(&TOTAL))];
                let Some((least, most)) = bounds(cell.shows, side, span) else { continue };
                let levels = levels(cell, side, fit, dims.len());
                let sets: Vec<&[u16]> =
                    dims.iter().zip(&levels).map(|(atoms, level)| atoms.of(side, *level)).collect();
                let size = sets.iter().try_fold(1_usize, |size, set| size.checked_mul(set.len()))?;
                if size > WIDEST {
                    continue;
                }
                terms += size;
                if terms > TERMS {
                    return None;
                }
                let parts = stacked.product(&sets, &nested, &mut known);
                if parts.is_empty() {
                    continue;
                }
                if stacked.parts.len() > PARTS {
                    return None;
                }
                stacked.sums.push(Sum { side, cell: at, parts, least, most });
            }
        }
        stacked.leave_over();
        Some(stacked)
    }

    /// The numbers of the parts that are one of each set, without those that cannot be.
    fn product(
        &mut self,
        sets: &[&[u16]],
        nested: &[Nested],
        known: &mut HashMap<Box<[u16]>, usize>,
    ) -> Vec<usize> {
        let mut tuples: Vec<Vec<u16>> = vec![Vec::new()];
        for set in sets {
            let longer = |tuple: &Vec<u16>| {
                set.iter().map(|part| [tuple.as_slice(), &[*part]].concat()).collect::<Vec<_>>()
            };
            tuples = tuples.iter().flat_map(longer).collect();
        }
        let mut parts: Vec<usize> = tuples
            .into_iter()
            .filter(|tuple| nested.iter().all(|nested| nested.allows(tuple)))
            .map(|tuple| {
                let tuple = tuple.into_boxed_slice();
                *known.entry(tuple.clone()).or_insert_with(|| {
                    self.parts.push(tuple);
                    self.parts.len() - 1
                })
            })
            .collect();
        parts.sort_unstable();
        parts
    }

    /// Finds cells of bands that hold a cell of the other table and more than one part beside it.
    fn leave_over(&mut self) {
        if !self.dims.iter().any(|atoms| atoms.bands) || self.sums.len() > 2000 {
            return;
        }
        let published: std::collections::HashSet<&[usize]> =
            self.sums.iter().map(|sum| sum.parts.as_slice()).collect();
        let mut holders: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, sum) in self.sums.iter().enumerate() {
            sum.parts.iter().for_each(|part| holders.entry(*part).or_default().push(at));
        }
        let mut over = Vec::new();
        for (small, sum) in self.sums.iter().enumerate() {
            let Some(around) = sum.parts.first().and_then(|part| holders.get(part)) else { continue };
            for &large in around.iter().filter(|&&large| self.sums[large].side != sum.side) {
                let whole = &self.sums[large].parts;
                if whole.len() < sum.parts.len() + 2
                    || !sum.parts.iter().all(|part| whole.binary_search(part).is_ok())
                {
                    continue;
                }
                let left: Vec<usize> =
                    whole.iter().copied().filter(|part| sum.parts.binary_search(part).is_err()).collect();
                if !published.contains(left.as_slice()) && over.len() < PARTS {
                    over.push((large, small, left));
                }
            }
        }
        self.over = over;
    }

    /// What the printed cells leave for each part, and for what is left over; of both tables, or of one alone.
    fn solved(&self, only: Option<Side>, enough: i64) -> Vec<Option<Interval>> {
        let mut problem = Problem::default();
        let told = |sum: &&Sum| only.is_none_or(|side| side == sum.side);
        let mut known: Vec<(i64, Option<i64>)> = vec![(0, None); self.parts.len()];
        for sum in self.sums.iter().filter(told) {
            if let [part] = sum.parts.as_slice() {
                let (least, most) = &mut known[*part];
                *least = (*least).max(sum.least);
                *most = match (*most, sum.most) {
                    (Some(one), Some(two)) => Some(one.min(two)),
                    (one, two) => one.or(two),
                };
            }
        }
        let impossible: Vec<bool> =
            known.iter().map(|(least, most)| most.is_some_and(|most| most < *least)).collect();
        for &(least, most) in &known {
            problem.cell(Interval { least, most: most.filter(|most| *most >= least) });
        }
        for sum in self.sums.iter().filter(told).filter(|sum| sum.parts.len() > 1) {
            if sum.parts.iter().any(|part| impossible[*part]) {
                continue;
            }
            let mut terms: Vec<(usize, bool)> = sum.parts.iter().map(|part| (*part, true)).collect();
            let mut exact = sum.least;
            if sum.most != Some(sum.least) {
                terms.push((problem.cell(Interval { least: sum.least, most: sum.most }), false));
                exact = 0;
            }
            problem.relation(Relation { terms, sum: exact });
        }
        let over: Vec<usize> = self
            .over
            .iter()
            .map(|(_, _, left)| {
                let cell = problem.cell(Interval { least: 0, most: None });
                let mut terms: Vec<(usize, bool)> = left.iter().map(|part| (*part, true)).collect();
                terms.push((cell, false));
                problem.relation(Relation { terms, sum: 0 });
                cell
            })
            .collect();
        let solved = solve(&problem, Some(enough));
        let answer = |cell: usize| solved.answers.get(cell).copied().flatten().map(|answer| answer.interval);
        let parts = (0..self.parts.len()).map(|part| if impossible[part] { None } else { answer(part) });
        parts.chain(over.into_iter().map(answer)).collect()
    }

    fn implied(&self, new: &Sheet, release: &Arc<str>, things: Option<&String>, enough: i64) -> Vec<Implied> {
        let both = self.solved(None, enough);
        let contradicted = both.iter().filter(|told| told.is_none()).count();
        if contradicted * 5 > both.len() {
            // Their people are not the same, or not some of the others.
            return Vec::new();
        }
        let (one, two) = (self.solved(Some(Side::New), enough), self.solved(Some(Side::Old), enough));
        let finest = self.finest();
        let mut found = Vec::new();
        for (at, told) in both.iter().enumerate() {
            let Some(Interval { least, most: Some(most) }) = *told else { continue };
            let wider = |alone: &[Option<Interval>]| {
                alone
                    .get(at)
                    .copied()
                    .flatten()
                    .is_none_or(|alone| alone.most.is_none_or(|end| end > most) || alone.least < least)
            };
            if most >= enough || !wider(&one) || !wider(&two) {
                continue;
            }
            let (parts, cell) = match at.checked_sub(self.parts.len()).and_then(|over| self.over.get(over)) {
                None => (vec![at], finest.get(at).copied().flatten()),
                Some((large, small, left)) => {
                    let sums = [&self.sums[*large], &self.sums[*small]];
                    (left.clone(), sums.into_iter().find(|sum| sum.side == Side::New))
                }
            };
            let Some(cell) = cell.and_then(|sum| new.cells.get(sum.cell)) else { continue };
            found.push(Implied {
                place: Place::default(),
                table: new.table,
                row: cell.row,
                column: cell.column,
                release: Arc::clone(release),
                group: self.named(&parts),
                rest: parts.iter().any(|part| self.is_rest(*part)),
                things: things.cloned(),
                least,
                most,
            });
        }
        found
    }

    /// For each part the smallest cell of the new table that holds it, or else one that is held together with it.
    fn finest(&self) -> Vec<Option<&Sum>> {
        let mut finest: Vec<Option<&Sum>> = vec![None; self.parts.len()];
        for sum in self.sums.iter().filter(|sum| sum.side == Side::New) {
            for &part in &sum.parts {
                if finest[part].is_none_or(|known| sum.parts.len() < known.parts.len()) {
                    finest[part] = Some(sum);
                }
            }
        }
        let mut sums: Vec<&Sum> = self.sums.iter().filter(|sum| sum.side == Side::Old).collect();
        sums.sort_by_key(|sum| sum.parts.len());
        for sum in sums {
            let beside = sum.parts.iter().find_map(|part| finest[*part]);
            for &part in &sum.parts {
                finest[part] = finest[part].or(beside);
            }
        }
        finest
    }

    fn is_rest(&self, part: usize) -> bool {
        self.parts.get(part).is_some_and(|tuple| {
            self.dims.iter().zip(tuple.iter()).any(|(atoms, part)| atoms.rest == Some(*part))
        })
    }

    /// The levels that make up parts, dimension by dimension.
    fn named(&self, parts: &[usize]) -> String {
        let dims = self.dims.iter().enumerate().map(|(at, atoms)| {
            let mut names: Vec<&str> = Vec::new();
            for tuple in parts.iter().filter_map(|part| self.parts.get(*part)) {
                let name = tuple.get(at).and_then(|part| atoms.names.get(usize::from(*part)));
                names.extend(name.map(String::as_str).filter(|name| !names.contains(name)));
            }
            names.join(" and ")
        });
        dims.collect::<Vec<_>>().join(", ")
    }
}

/// The levels of a cell in the dimensions of both tables.
fn levels(cell: &Cell, side: Side, fit: &Fit, dims: usize) -> Vec<u32> {
    let own = |at: usize| cell.levels.get(at).copied().unwrap_or(TOTAL);
    (0..dims)
        .map(|at| match (side, fit.dims.get(at)) {
            (Side::New, Some(_)) => own(at),
            (Side::New, None) => TOTAL,
            (Side::Old, Some(other)) => other.map_or(TOTAL, own),
            (Side::Old, None) => fit.extra.get(at - fit.dims.len()).map_or(TOTAL, |extra| own(*extra)),
        })
        .collect()
}

/// What a cell tells of its sum; none where it tells nothing.
fn bounds(shows: Shows, side: Side, spans: &Spans) -> Option<(i64, Option<i64>)> {
    match shows {
        Shows::Count(count) => {
            let Span { low, high } =
                if side == Side::New { spans.of_new(count) } else { spans.of_old(count) };
            Some((low, Some(high)))
        }
        Shows::Hidden(low, high) => Some((low, high)),
        Shows::Number(_) | Shows::Absent => None,
    }
}
