//! Which dimension of one table is which of another: by their names, or where a name is missing by what they hold.

use super::level;
use super::sheet::{Dim, Measure, Sheet};

/// How two tables fit together.
#[derive(Debug)]
pub(super) struct Fit {
    /// For each dimension of the first table that of the second.
    pub(super) dims: Vec<Option<usize>>,
    /// Dimensions of the second table that the first does not have.
    pub(super) extra: Vec<usize>,
    /// Pairs of measures that are the same.
    pub(super) measures: Vec<(u32, u32)>,
}

impl Fit {
    /// The same, seen from the second table.
    pub(super) fn turned(&self, old: &Sheet) -> Self {
        let dims =
            (0..old.dims.len()).map(|at| self.dims.iter().position(|other| *other == Some(at))).collect();
        let extra = (0..self.dims.len()).filter(|at| self.dims.get(*at) == Some(&None)).collect();
        Self { dims, extra, measures: self.measures.iter().map(|(one, two)| (*two, *one)).collect() }
    }
}

/// How two tables fit; none where they do not speak of the same thing.
pub(super) fn fit(new: &Sheet, old: &Sheet) -> Option<Fit> {
    let measures = measures(new, old);
    if measures.is_empty() {
        return None;
    }
    let dims = dims(new, old);
    let extra: Vec<usize> = (0..old.dims.len()).filter(|at| !dims.contains(&Some(*at))).collect();
    let aligned = dims.iter().flatten().count();
    if aligned == 0 && !(new.dims.is_empty() && old.dims.is_empty()) {
        return None;
    }
    // Both state a time, but not the same kind of it: their populations differ.
    let lone = |at: usize| {
        dims.get(at).is_some_and(Option::is_none) && new.dims.get(at).is_some_and(|dim| dim.period)
    };
    let period_of_new = (0..dims.len()).any(lone);
    let period_of_old = extra.iter().any(|&at| old.dims.get(at).is_some_and(|dim| dim.period));
    let timed = |sheet: &Sheet| sheet.dims.iter().any(|dim| dim.period);
    if period_of_new && period_of_old {
        return None;
    }
    if !timed(new)
        && !timed(old)
        && !new.stated.is_empty()
        && !old.stated.is_empty()
        && new.stated != old.stated
    {
        return None;
    }
    Some(Fit { dims, extra, measures })
}

fn dims(new: &Sheet, old: &Sheet) -> Vec<Option<usize>> {
    let mut fits: Vec<Option<usize>> = vec![None; new.dims.len()];
    for (at, dim) in new.dims.iter().enumerate() {
        let named =
            |(other, known): (usize, &Dim)| (dim.name.is_some() && dim.name == known.name).then_some(other);
        fits[at] = old.dims.iter().enumerate().filter_map(named).find(|other| !fits.contains(&Some(*other)));
    }
    for at in 0..new.dims.len() {
        if fits[at].is_some() {
            continue;
        }
        let best = old
            .dims
            .iter()
            .enumerate()
            .filter(|(other, _)| !fits.contains(&Some(*other)))
            .filter_map(|(other, known)| Some((alike(&new.dims[at], known)?, other)))
            .max_by(|(one, _), (two, _)| one.total_cmp(two));
        fits[at] = best.map(|(_, other)| other);
    }
    fits
}

/// How much two dimensions hold the same, from 0 to 1; none where that is too little for them to be one.
fn alike(one: &Dim, two: &Dim) -> Option<f64> {
    let least = one.levels.len().min(two.levels.len());
    let shared = one.levels.iter().filter(|level| two.find(level).is_some()).count();
    let share = shared as f64 / least.max(1) as f64;
    let named = one.name.is_some() && two.name.is_some();
    if named {
        (shared >= 2 && share >= 0.8).then_some(share)
    } else if share >= 0.5 && shared >= 1 {
        Some(share)
    } else {
        let bands =
            |dim: &Dim| dim.levels.len() >= 2 && dim.levels.iter().all(|level| level::band(level).is_some());
        (bands(one) && bands(two)).then_some(0.1)
    }
}

/// The measures of both: of the same name, or a count that is not named and the only one beside it.
fn measures(new: &Sheet, old: &Sheet) -> Vec<(u32, u32)> {
    let same = |(at, measure): (usize, &Measure)| {
        let other = old
            .measures
            .iter()
            .position(|known| known.name == measure.name && known.counts == measure.counts)?;
        Some((u32::try_from(at).ok()?, u32::try_from(other).ok()?))
    };
    let pairs: Vec<(u32, u32)> = new.measures.iter().enumerate().filter_map(same).collect();
    let counts = |sheet: &Sheet| {
        let mut counts = sheet.measures.iter().enumerate().filter(|(_, measure)| measure.counts);
        match (counts.next(), counts.next()) {
            (Some((at, only)), None) => Some((u32::try_from(at).ok()?, only.name == "n")),
            _ => None,
        }
    };
    match (counts(new), counts(old)) {
        (Some((one, one_bare)), Some((two, two_bare)))
            if (one_bare != two_bare) && across(new) != across(old) && !pairs.contains(&(one, two)) =>
        {
            pairs.into_iter().chain([(one, two)]).collect()
        }
        _ => pairs,
    }
}

/// Whether the columns of a table make a dimension: then its counts bear no name.
fn across(sheet: &Sheet) -> bool {
    sheet.dims.last().is_some_and(|dim| dim.name.is_none())
}
