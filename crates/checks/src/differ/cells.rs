//! Cells of two releases under one key: hidden in one and shown in the other, or not the same number.

use std::collections::HashMap;
use std::sync::Arc;

use exeat_domain::finding::Place;

use super::align::Fit;
use super::level;
use super::sheet::{Cell, Measure, Sheet, Shows, TOTAL};
use crate::read::profile::Rounded;
use crate::rules::cnt_min::Rounding;

/// A measure of the old table, and the levels of the new one.
pub(super) type Key = (u32, Box<[u32]>);

/// The most that rounding takes away or adds.
const WIDEST: u64 = 5;
/// Round counts that are no chance.
const ROUND: u64 = 6;
/// Matched counts from which it is asked whether two tables are of the same thing at all.
const MATCHED: usize = 5;

/// A whole number that may be known only within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) low: i64,
    pub(crate) high: i64,
}

impl Span {
    /// As people say it: `4`, or `18 to 22`.
    pub(crate) fn words(self) -> String {
        if self.low == self.high { self.low.to_string() } else { format!("{} to {}", self.low, self.high) }
    }
}

/// One cell of a table that asks to leave, beside the same cell of one that left.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    /// Where the new one lies; told once it is known which pairs count.
    pub(crate) place: Place,
    /// Which table of the file, its row and its column.
    pub(crate) table: u32,
    pub(crate) row: u32,
    pub(crate) column: u32,
    /// Which release.
    pub(crate) release: Arc<str>,
    /// The word by which the cell counts things rather than people.
    pub(crate) things: Option<String>,
    pub(crate) what: What,
}

/// How the two cells differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum What {
    /// The new one is hidden, the old one showed this count, or a number that counts nobody.
    Hidden(Option<Span>),
    /// The new one shows this, the old one was hidden.
    Shown(Option<Span>),
    /// The new one shows this, the old one was blank among cells that are not.
    Filled(Span),
    /// Both show a count, as printed and as it may be, and they are not the same.
    Changed {
        /// As printed.
        new: i64,
        /// As printed.
        old: i64,
        /// How much they can differ by.
        by: Span,
        /// Whether rounding is why that is not one number.
        rounded: bool,
    },
}

/// What was seen of one pair of tables.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) pairs: Vec<Pair>,
    /// Cells of the new table that the old one shows just so: table, row and column.
    pub(super) same: Vec<(u32, u32, u32)>,
    /// By pair of measures.
    pub(super) matched: Vec<Matched>,
}

/// Compares all cells that two tables have under one key; none where they cannot be of the same thing.
pub(super) fn compare(new: &Sheet, old: &Sheet, fit: &Fit, release: &Arc<str>) -> Option<Seen> {
    let index = index(new, old, fit);
    let mut matches: Vec<(&Cell, &Cell, usize)> = Vec::new();
    let mut seen = Seen { matched: vec![Matched::default(); fit.measures.len()], ..Seen::default() };
    for cell in new.cells.iter().filter(|cell| !new_only(cell, fit)) {
        for (at, (_, other)) in fit.measures.iter().enumerate().filter(|(_, pair)| pair.0 == cell.measure) {
            let Some(before) = index.get(&(*other, cell.levels.clone())) else { continue };
            matches.push((cell, before, at));
            if let (Shows::Count(new), Shows::Count(old), Some(matched)) =
                (cell.shows, before.shows, seen.matched.get_mut(at))
            {
                matched.add(new, old);
            }
        }
    }
    let mut alike = Alike::default();
    for (cell, before, at) in matches {
        let Some((one, two)) = fit.measures.get(at).and_then(|(one, two)| {
            Some((new.measures.get(*one as usize)?, old.measures.get(*two as usize)?))
        }) else {
            continue;
        };
        let matched = seen.matched.get(at).copied().unwrap_or_default();
        let spans = Spans::of(one, two, cell.levels.contains(&TOTAL), matched);
        match what(cell.shows, before.shows, &spans, &mut alike) {
            Known::Same => seen.same.push((new.table, cell.row, cell.column)),
            Known::Nothing => {}
            Known::Differs(what) => seen.pairs.push(Pair {
                place: Place::default(),
                table: new.table,
                row: cell.row,
                column: cell.column,
                release: Arc::clone(release),
                things: one.things.clone().or_else(|| two.things.clone()),
                what,
            }),
        }
    }
    (!alike.strangers()).then_some(seen)
}

/// How the counts agree that two tables have under one key.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Matched {
    all: usize,
    equal: usize,
    /// Differ by more than rounding does.
    off: usize,
}

impl Matched {
    fn add(&mut self, new: i64, old: i64) {
        if new != 0 && old != 0 {
            self.all += 1;
            self.equal += usize::from(new == old);
            self.off += usize::from(new.abs_diff(old) > WIDEST);
        }
    }

    /// Whether a table is rounded, all counts of which are round, beside one whose counts are not: the round ones may be so
    /// by chance.
    fn believes(self, rounded: &Rounded) -> bool {
        if self.all > 0 && self.off == 0 { self.equal * 2 < self.all } else { rounded.nonzero >= ROUND }
    }
}

/// Whether a cell lies in a part that the old table does not tell apart.
fn new_only(cell: &Cell, fit: &Fit) -> bool {
    fit.dims.iter().zip(&cell.levels).any(|(other, level)| other.is_none() && *level != TOTAL)
}

/// The cells of the old table under the keys of the new one.
pub(super) fn index<'a>(new: &Sheet, old: &'a Sheet, fit: &Fit) -> HashMap<Key, &'a Cell> {
    let mut index = HashMap::new();
    let translated = translations(new, old, fit);
    let same = |(at, other): (usize, &Option<usize>)| {
        let (one, two) = (new.dims.get(at), other.and_then(|other| old.dims.get(other)));
        one.zip(two).is_some_and(|(one, two)| one.is_as(two))
    };
    let same: Vec<bool> = fit.dims.iter().enumerate().map(same).collect();
    'cells: for cell in &old.cells {
        if fit.extra.iter().any(|&at| cell.levels.get(at).is_some_and(|level| *level != TOTAL)) {
            continue;
        }
        let mut key = vec![TOTAL; new.dims.len()];
        for (at, other) in fit.dims.iter().enumerate() {
            let Some(other) = other else { continue };
            let level = cell.levels.get(*other).copied().unwrap_or(TOTAL);
            let (Some(one), Some(two)) = (new.dims.get(at), old.dims.get(*other)) else { continue };
            let differ = !same.get(at).is_some_and(|same| *same);
            key[at] = match level {
                // Totals over other periods, and what is left beside other levels, are of other people.
                TOTAL if differ && (one.period || two.period) => continue 'cells,
                TOTAL => TOTAL,
                level
                    if differ
                        && two.levels.get(level as usize).is_some_and(|level| level::is_rest(level)) =>
                {
                    continue 'cells;
                }
                level => match translated[at].get(level as usize) {
                    Some(Some(level)) => *level,
                    _ => continue 'cells,
                },
            };
        }
        index.insert((cell.measure, key.into_boxed_slice()), cell);
    }
    index
}

/// For each dimension of the new table: the number there of each level of the old one.
pub(super) fn translations(new: &Sheet, old: &Sheet, fit: &Fit) -> Vec<Vec<Option<u32>>> {
    let of = |(at, other): (usize, &Option<usize>)| match other.and_then(|other| old.dims.get(other)) {
        Some(dim) => dim.levels.iter().map(|level| new.dims[at].find(level)).collect(),
        None => Vec::new(),
    };
    fit.dims.iter().enumerate().map(of).collect()
}

/// How the counts of two measures are rounded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spans {
    new: Option<Rounding>,
    old: Option<Rounding>,
}

impl Spans {
    /// Told from both tables: the narrowest rounding that fits all that both show, or else each by itself.
    pub(super) fn of(new: &Measure, old: &Measure, total: bool, matched: Matched) -> Self {
        let own = |measure: &Measure| {
            let all = both(&measure.rounded, &measure.rounded_totals);
            let cells = narrowest(&measure.rounded);
            if total { narrowest(&all).filter(|_| cells.is_some()) } else { cells }
        };
        match (own(new), own(old)) {
            (Some(one), Some(two)) => {
                let common = narrowest(&both(&new.rounded, &old.rounded));
                Self { new: common.or(Some(one)), old: common.or(Some(two)) }
            }
            (one, two) => Self {
                new: one.filter(|_| matched.believes(&new.rounded)),
                old: two.filter(|_| matched.believes(&old.rounded)),
            },
        }
    }

    pub(super) fn of_new(&self, count: i64) -> Span {
        span(self.new, count)
    }

    pub(super) fn of_old(&self, count: i64) -> Span {
        span(self.old, count)
    }
}

fn both(one: &Rounded, two: &Rounded) -> Rounded {
    let mut both = *one;
    both.merge(two);
    both
}

/// The rounding that hides least, of those that fit.
fn narrowest(rounded: &Rounded) -> Option<Rounding> {
    Rounding::ALL.into_iter().rev().find(|rounding| rounding.fits(rounded))
}

fn span(rounding: Option<Rounding>, count: i64) -> Span {
    let Some(rounding) = rounding else { return Span { low: count, high: count } };
    let (low, high) = rounding.hides(count.unsigned_abs());
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    Span { low: whole(low), high: whole(high) }
}

enum Known {
    Same,
    Nothing,
    Differs(What),
}

fn what(new: Shows, old: Shows, spans: &Spans, alike: &mut Alike) -> Known {
    let is = Known::Differs;
    match (new, old) {
        (Shows::Count(new), Shows::Count(old)) => {
            alike.add(new, old);
            if new == old { Known::Same } else { changed(new, old, spans) }
        }
        (Shows::Hidden(..), Shows::Count(old)) => is(What::Hidden(Some(spans.of_old(old)))),
        (Shows::Hidden(..), Shows::Number(_)) => is(What::Hidden(None)),
        (Shows::Absent, Shows::Count(old)) if old != 0 => is(What::Hidden(Some(spans.of_old(old)))),
        (Shows::Count(new), Shows::Hidden(..)) => is(What::Shown(Some(spans.of_new(new)))),
        (Shows::Number(_), Shows::Hidden(..)) => is(What::Shown(None)),
        (Shows::Count(new), Shows::Absent) if new != 0 => is(What::Filled(spans.of_new(new))),
        (Shows::Number(_), Shows::Number(_)) if new == old => Known::Same,
        _ => Known::Nothing,
    }
}

fn changed(new: i64, old: i64, spans: &Spans) -> Known {
    let (one, two) = (spans.of_new(new), spans.of_old(old));
    let (low, high) = (one.low - two.high, one.high - two.low);
    if low <= 0 && high >= 0 {
        // Rounding alone can make the difference.
        return Known::Nothing;
    }
    let by = Span { low: low.abs().min(high.abs()), high: low.abs().max(high.abs()) };
    Known::Differs(What::Changed { new, old, by, rounded: one.low != one.high || two.low != two.high })
}

/// Whether two tables under the same keys can be of the same thing at all.
#[derive(Debug, Default)]
struct Alike {
    equal: usize,
    relative: Vec<f64>,
}

impl Alike {
    fn add(&mut self, new: i64, old: i64) {
        let most = new.max(old);
        if most > 0 {
            self.equal += usize::from(new == old);
            self.relative.push((new - old).abs() as f64 / most as f64);
        }
    }

    /// Hardly a count is the same, and half of them differ by more than half: not the same people, another disease, another
    /// country.
    fn strangers(mut self) -> bool {
        let matched = self.relative.len();
        if matched < MATCHED || self.equal * 10 > matched {
            return false;
        }
        self.relative.sort_by(f64::total_cmp);
        self.relative.get(matched / 2).is_some_and(|median| *median > 0.5)
    }
}
