//! The parts that the levels of two tables have in common: bands of ages cut at the ends of both, levels by their names, and
//! what is left beside them.

use std::collections::{BTreeSet, HashMap};

use super::align::Fit;
use super::cells::Key;
use super::level::{self, Band};
use super::sheet::{Cell, Dim, Sheet, Shows, TOTAL};

/// The parts of one dimension.
#[derive(Debug)]
pub(super) struct Atoms {
    /// What each part is called.
    pub(super) names: Vec<String>,
    /// Parts of each level of the new table, and of the old one.
    new: Vec<Vec<u16>>,
    old: Vec<Vec<u16>>,
    total_new: Vec<u16>,
    total_old: Vec<u16>,
    /// The part that no level names.
    pub(super) rest: Option<u16>,
    /// Both cut the same band at different ends.
    pub(super) bands: bool,
}

/// Which of the two tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    New,
    Old,
}

impl Atoms {
    /// The parts that a cell of one table holds.
    pub(super) fn of(&self, side: Side, level: u32) -> &[u16] {
        let (levels, total) = match side {
            Side::New => (&self.new, &self.total_new),
            Side::Old => (&self.old, &self.total_old),
        };
        if level == TOTAL { total } else { levels.get(level as usize).map_or(&[], Vec::as_slice) }
    }
}

/// The dimensions of two tables together: those of the new one, then those that only the old one has.
pub(super) fn dimensions(new: &Sheet, old: &Sheet, fit: &Fit) -> Option<Vec<Atoms>> {
    let mut all = Vec::new();
    let whole = complete(new, old, fit);
    for (at, other) in fit.dims.iter().enumerate() {
        let dim = new.dims.get(at)?;
        all.push(match other.and_then(|other| old.dims.get(other)) {
            Some(known) => shared(dim, known, closed(new, at), closed(old, (*other)?)),
            None => alone(dim, closed(new, at), whole, Side::New),
        });
    }
    let whole = !fit.extra.is_empty() && complete(old, new, &fit.turned(old));
    for &at in &fit.extra {
        all.push(alone(old.dims.get(at)?, closed(old, at), whole, Side::Old));
    }
    all.iter().all(|atoms| atoms.names.len() <= usize::from(u16::MAX)).then_some(all)
}

/// Whether one table tells apart what the other does not.
pub(super) fn is_refined(new: &Sheet, old: &Sheet, fit: &Fit) -> bool {
    if !fit.extra.is_empty() {
        return true;
    }
    fit.dims.iter().zip(&new.dims).any(|(other, dim)| {
        let Some(known) = other.and_then(|other| old.dims.get(other)) else { return true };
        let whole = dim.levels.is_empty() || known.levels.is_empty();
        !dim.is_as(known) && (whole || cut(dim) && cut(known) || left(dim) || left(known))
    })
}

/// Whether all levels are bands.
fn cut(dim: &Dim) -> bool {
    dim.levels.iter().all(|level| level::band(level).is_some())
}

/// Whether a level takes up what the others leave.
fn left(dim: &Dim) -> bool {
    dim.levels.iter().any(|level| level::is_rest(level))
}

fn number(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// A dimension that only one of them has: the other sums over it, with whoever has none of its levels; nobody has none
/// where the levels are the `whole`.
fn alone(dim: &Dim, closed: bool, whole: bool, side: Side) -> Atoms {
    let mut names = dim.levels.clone();
    let own: Vec<Vec<u16>> = (0..names.len()).map(|at| vec![number(at)]).collect();
    let rest = (!whole).then_some(number(names.len()));
    let levels: Vec<u16> = (0..number(names.len())).collect();
    names.extend(rest.map(|_| "none of these".to_owned()));
    let every: Vec<u16> = levels.iter().copied().chain(rest).collect();
    let total = if closed { levels } else { every.clone() };
    let (new, old, total_new, total_old) = match side {
        Side::New => (own, Vec::new(), total, every),
        Side::Old => (Vec::new(), own, every, total),
    };
    Atoms { names, new, old, total_new, total_old, rest, bands: false }
}

/// Whether the levels that only `one` tells apart come to what `two` shows of all of them, wherever all are shown, and are
/// shown at least once.
fn complete(one: &Sheet, two: &Sheet, fit: &Fit) -> bool {
    let lone: Vec<usize> = (0..one.dims.len()).filter(|at| fit.dims.get(*at) == Some(&None)).collect();
    let levels = lone.iter().filter_map(|at| one.dims.get(*at)).map(|dim| dim.levels.len());
    let whole = levels.fold(1, usize::saturating_mul);
    let rounded = |sheet: &Sheet| sheet.measures.iter().any(super::sheet::Measure::is_rounded);
    if lone.is_empty() || whole < 2 || rounded(one) || rounded(two) {
        return false;
    }
    let mut sums: HashMap<Key, (i64, usize)> = HashMap::new();
    for cell in &one.cells {
        let Shows::Count(count) = cell.shows else { continue };
        if lone.iter().any(|at| cell.levels.get(*at) == Some(&TOTAL)) {
            continue;
        }
        let mut key = cell.levels.clone();
        for &at in &lone {
            key[at] = TOTAL;
        }
        for (_, other) in fit.measures.iter().filter(|(own, _)| *own == cell.measure) {
            let (sum, shown) = sums.entry((*other, key.clone())).or_default();
            (*sum, *shown) = (*sum + count, *shown + 1);
        }
    }
    let totals = super::cells::index(one, two, fit);
    let mut told = sums.iter().filter(|(_, (_, shown))| *shown == whole).filter_map(|(key, (sum, _))| {
        match totals.get(key)?.shows {
            Shows::Count(total) => Some(total == *sum),
            _ => None,
        }
    });
    told.next() == Some(true) && told.all(|same| same)
}

/// A dimension that both have.
fn shared(new: &Dim, old: &Dim, new_closed: bool, old_closed: bool) -> Atoms {
    let same = new.is_as(old);
    let bands = |dim: &Dim| dim.levels.iter().map(|level| level::band(level)).collect::<Option<Vec<Band>>>();
    let mut atoms = match (bands(new), bands(old)) {
        (Some(one), Some(two)) if !same => banded(&one, &two),
        _ => named(new, old),
    };
    let rest = number(atoms.names.len());
    if !new_closed || !old_closed {
        atoms.names.push("none of these".to_owned());
        atoms.rest = Some(rest);
    }
    // Who shows nothing but the total speaks of the levels that the other shows.
    let total = |levels: &[Vec<u16>], others: &[Vec<u16>], closed: bool| -> Vec<u16> {
        if closed {
            let levels = if levels.is_empty() { others } else { levels };
            levels.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect()
        } else {
            (0..=rest).collect()
        }
    };
    atoms.total_new = total(&atoms.new, &atoms.old, new_closed);
    atoms.total_old = total(&atoms.old, &atoms.new, old_closed);
    atoms
}

/// Bands cut at every end that either table has.
fn banded(new: &[Band], old: &[Band]) -> Atoms {
    let mut cuts: BTreeSet<i64> = BTreeSet::new();
    let mut open = false;
    for band in new.iter().chain(old) {
        cuts.insert(band.low);
        match band.high {
            Some(high) => drop(cuts.insert(high + 1)),
            None => open = true,
        }
    }
    let cuts: Vec<i64> = cuts.into_iter().collect();
    let mut parts: Vec<Band> =
        cuts.windows(2).map(|pair| Band { low: pair[0], high: Some(pair[1] - 1) }).collect();
    if let (true, Some(last)) = (open, cuts.last()) {
        parts.push(Band { low: *last, high: None });
    }
    let within = |part: &Band, band: &Band| {
        part.low >= band.low && band.high.is_none_or(|most| part.high.is_some_and(|high| high <= most))
    };
    let of = |bands: &[Band]| -> Vec<Vec<u16>> {
        let parts_of =
            |band: &Band| (0..parts.len()).filter(|&at| within(&parts[at], band)).map(number).collect();
        bands.iter().map(parts_of).collect()
    };
    let name = |part: &Band| match part.high {
        Some(high) if high == part.low => high.to_string(),
        Some(high) => format!("{}-{high}", part.low),
        None => format!("{}+", part.low),
    };
    Atoms {
        names: parts.iter().map(name).collect(),
        new: of(new),
        old: of(old),
        total_new: Vec::new(),
        total_old: Vec::new(),
        rest: None,
        bands: true,
    }
}

/// Levels by their names; "other" takes up what the other table names apart.
fn named(new: &Dim, old: &Dim) -> Atoms {
    let mut names = new.levels.clone();
    let mut of_new: Vec<Vec<u16>> = (0..names.len()).map(|at| vec![number(at)]).collect();
    let mut of_old: Vec<Vec<u16>> = Vec::new();
    for level in &old.levels {
        match new.find(level) {
            Some(known) => of_old.push(vec![u16::try_from(known).unwrap_or(u16::MAX)]),
            None => {
                of_old.push(vec![number(names.len())]);
                names.push(level.clone());
            }
        }
    }
    let only = |one: &Dim, two: &Dim, parts: &[Vec<u16>]| -> Vec<u16> {
        let lone = one
            .levels
            .iter()
            .zip(parts)
            .filter(|(level, _)| two.find(level).is_none() && !level::is_rest(level));
        lone.flat_map(|(_, parts)| parts.iter().copied()).collect()
    };
    let (new_only, old_only) = (only(new, old, &of_new), only(old, new, &of_old));
    for (dim, parts, more) in [(new, &mut of_new, &old_only), (old, &mut of_old, &new_only)] {
        for (level, parts) in dim.levels.iter().zip(parts) {
            if level::is_rest(level) && !more.is_empty() {
                parts.extend_from_slice(more);
            }
        }
    }
    Atoms {
        names,
        new: of_new,
        old: of_old,
        total_new: Vec::new(),
        total_old: Vec::new(),
        rest: None,
        bands: false,
    }
}

/// Whether the levels of a dimension come to its totals, wherever all of them are shown; so unless they are seen not to.
fn closed(sheet: &Sheet, at: usize) -> bool {
    // By measure and the other levels: the sum, the total, and how many levels are shown.
    type Line = (i64, Option<i64>, usize);
    let mut lines: HashMap<(u32, Box<[u32]>), Line> = HashMap::new();
    let levels = sheet.dims.get(at).map_or(0, |dim| dim.levels.len());
    let counts =
        |cell: &&Cell| sheet.measures.get(cell.measure as usize).is_some_and(|measure| measure.counts);
    for cell in sheet.cells.iter().filter(counts) {
        let Shows::Count(count) = cell.shows else { continue };
        let Some(level) = cell.levels.get(at).copied() else { continue };
        let mut key = cell.levels.clone();
        if let Some(slot) = key.get_mut(at) {
            *slot = TOTAL;
        }
        let line = lines.entry((cell.measure, key)).or_default();
        if level == TOTAL {
            line.1 = Some(count);
        } else {
            line.0 += count;
            line.2 += 1;
        }
    }
    // Rounded numbers need not add up.
    let off = |sum: i64, total: i64| total - sum > 0 && (total - sum).unsigned_abs() > 3 * levels as u64 + 3;
    let exact = sheet.measures.iter().all(|measure| !measure.is_rounded());
    !lines.values().any(|&(sum, total, shown)| {
        total.is_some_and(|total| {
            shown == levels && levels > 0 && if exact { total > sum } else { off(sum, total) }
        })
    })
}
