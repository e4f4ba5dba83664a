//! Which cells add up to which: by labels of totals, and by arithmetic where it holds on several complete lines.

use std::collections::{BTreeMap, HashSet};

use super::cells::{At, Base, Cells, Content, Rounding};
use super::frame::{Dimension, Frame, Key};
use super::outline::Outline;
use crate::audit::Interval;

/// Lines that a run of lines is compared with before it is looked at whole.
const PROBES: usize = 8;
/// Rows or columns among which runs are looked for.
const ITEMS: usize = 400;
/// Bits of coincidence that arithmetic needs to be believed, beyond those of having looked so often.
const BITS: f64 = 8.0;

/// Cells and what they add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sum {
    /// Where the total stands.
    pub(crate) total: At,
    /// Its parts.
    pub(crate) parts: Vec<At>,
}

/// Relations of one kind: the totals of one dimension, or of one run of rows or columns.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    /// The relations that can hold.
    pub(crate) sums: Vec<Sum>,
    /// The rounding of parts whose totals do not share it, by their column; by none where they lie along rows.
    mixed: BTreeMap<Option<usize>, Base>,
    /// Whether totals stand at the end of rows rather than under columns.
    pub(crate) along_rows: bool,
}

impl Family {
    /// The rounding of the parts of a sum, where its total does not share it.
    pub(crate) fn mixed(&self, sum: &Sum) -> Option<Base> {
        self.mixed.get(&line(sum, self.along_rows)).copied()
    }
}

/// What the parts of a sum are compared with for a rounding of their own: the column that they stand in, or all rows.
fn line(sum: &Sum, along_rows: bool) -> Option<usize> {
    (!along_rows).then_some(sum.total.1)
}

/// How a relation stands to the numbers that are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// All its cells are shown, and they add up.
    Holds,
    /// As far as rounding tells, they do.
    Near,
    /// They cannot.
    Fails,
    /// Something is hidden, so that it may.
    May,
    /// Something is hidden, and what is shown adds up without it.
    Recomputed,
    /// A cell is no count, or all are zero.
    Nothing,
}

/// Every family of a table.
pub(crate) fn families(frame: &Frame, outline: &Outline, cells: &Cells, rounding: &Rounding) -> Vec<Family> {
    let mut labelled: Vec<(Vec<Sum>, bool)> = Vec::new();
    let nested = outline.is_nested();
    if nested {
        let sums = frame.measures.iter().flat_map(|&column| outline.sums(frame, column));
        labelled.push((sums.collect(), false));
    }
    let totals = frame.rows.iter().enumerate().filter(|(_, dimension)| dimension.has_total() && !nested);
    for (at, _) in totals {
        let sums = by_label(&frame.rows, at, frame.height);
        let sums = sums.iter().flat_map(|(total, parts)| {
            frame.measures.iter().map(move |&column| Sum {
                total: (*total, column),
                parts: parts.iter().map(|&row| (row, column)).collect(),
            })
        });
        labelled.push((sums.collect(), false));
    }
    for (at, _) in frame.columns.iter().enumerate().filter(|(_, dimension)| dimension.has_total()) {
        let sums = by_label(&frame.columns, at, frame.measures.len());
        let column = |measure: usize| frame.measures.get(measure).copied().unwrap_or_default();
        let sums = sums.iter().flat_map(|(total, parts)| {
            (0..frame.height).map(move |row| Sum {
                total: (row, column(*total)),
                parts: parts.iter().map(|&measure| (row, column(measure))).collect(),
            })
        });
        labelled.push((sums.collect(), true));
    }
    let again = recomputed(labelled.iter().flat_map(|(sums, _)| sums), cells);
    let accept = |(sums, along_rows)| accepted(sums, cells, rounding, along_rows, &again);
    let mut families: Vec<Family> = labelled.into_iter().filter_map(accept).collect();
    unlabelled(frame, cells, &mut families);
    families
}

/// Totals that what is shown adds up to although something is hidden.
pub(crate) fn recomputed<'a>(sums: impl Iterator<Item = &'a Sum>, cells: &Cells) -> HashSet<At> {
    let again = sums.filter(|sum| standing(sum, cells, &Rounding::default(), None) == Standing::Recomputed);
    again.map(|sum| sum.total).collect()
}

/// Totals and their parts along one dimension, all others being the same.
fn by_label(dimensions: &[Dimension], along: usize, items: usize) -> Vec<(usize, Vec<usize>)> {
    let mut groups: BTreeMap<Vec<u32>, Vec<usize>> = BTreeMap::new();
    for item in 0..items {
        let others = dimensions.iter().enumerate().filter(|(at, _)| *at != along);
        let key = others.map(|(_, dimension)| number(dimension.keys.get(item))).collect();
        groups.entry(key).or_default().push(item);
    }
    let Some(dimension) = dimensions.get(along) else { return Vec::new() };
    groups.into_values().flat_map(|items| of_group(dimension, &items, dimensions.len() == 1)).collect()
}

fn number(key: Option<&Key>) -> u32 {
    match key {
        Some(Key::Level(level)) => level + 1,
        Some(Key::Total) | None => 0,
    }
}

/// The totals of one group: one total takes all levels; of several, each takes the levels since the one before, and the last takes all.
fn of_group(dimension: &Dimension, items: &[usize], alone: bool) -> Vec<(usize, Vec<usize>)> {
    let is_total = |item: &usize| dimension.keys.get(*item) == Some(&Key::Total);
    let totals: Vec<usize> = items.iter().copied().filter(is_total).collect();
    let parts: Vec<usize> = items.iter().copied().filter(|item| !is_total(item)).collect();
    let distinct = parts.iter().map(|&item| number(dimension.keys.get(item))).collect::<HashSet<_>>().len();
    match totals.as_slice() {
        [total] if parts.len() >= 2 && distinct == parts.len() => vec![(*total, parts)],
        [.., last] if alone && totals.len() > 2 && items.last() == Some(last) => {
            let mut found = Vec::new();
            let mut since = Vec::new();
            for &item in items {
                if !is_total(&item) {
                    since.push(item);
                } else if item != *last && since.len() >= 2 {
                    found.push((item, std::mem::take(&mut since)));
                }
            }
            if since.is_empty() {
                found.push((*last, parts));
            }
            found
        }
        _ => Vec::new(),
    }
}

/// The family of these relations, without those that cannot hold; none where too many cannot.
fn accepted(
    sums: Vec<Sum>,
    cells: &Cells,
    rounding: &Rounding,
    along_rows: bool,
    again: &HashSet<At>,
) -> Option<Family> {
    let mixed = mixed(&sums, cells, rounding, along_rows);
    let of = |sum: &Sum| mixed.get(&line(sum, along_rows)).copied();
    let standings: Vec<Standing> = sums.iter().map(|sum| standing(sum, cells, rounding, of(sum))).collect();
    let (mut holds, mut fails) = (0, 0);
    for (sum, standing) in sums.iter().zip(&standings) {
        match standing {
            Standing::Holds | Standing::Near => holds += 1,
            // Totals that were worked out again after something was hidden do not add up to those that were not.
            Standing::Fails
                if !again.contains(&sum.total) && !sum.parts.iter().any(|at| again.contains(at)) =>
            {
                fails += 1;
            }
            Standing::Fails | Standing::May | Standing::Recomputed | Standing::Nothing => {}
        }
    }
    if fails * 2 > holds {
        return None;
    }
    let near =
        |(sum, standing): (&Sum, &Standing)| (*standing == Standing::Near).then(|| line(sum, along_rows));
    let near: HashSet<Option<usize>> = sums.iter().zip(&standings).filter_map(near).collect();
    let mixed = mixed.into_iter().filter(|(line, _)| near.contains(line)).collect();
    let kept = sums
        .into_iter()
        .zip(standings)
        .filter(|(_, standing)| !matches!(standing, Standing::Fails | Standing::Nothing));
    let sums: Vec<Sum> = kept.map(|(sum, _)| sum).collect();
    (!sums.is_empty()).then_some(Family { sums, mixed, along_rows })
}

/// The rounding of parts whose totals do not share it.
fn mixed(
    sums: &[Sum],
    cells: &Cells,
    rounding: &Rounding,
    along_rows: bool,
) -> BTreeMap<Option<usize>, Base> {
    let totals: HashSet<At> = sums.iter().map(|sum| sum.total).collect();
    let mut lines: BTreeMap<Option<usize>, Vec<&Sum>> = BTreeMap::new();
    for sum in sums.iter().filter(|sum| rounding.at(sum.total).is_none()) {
        lines.entry(line(sum, along_rows)).or_default().push(sum);
    }
    let base = |sums: &[&Sum]| {
        let parts = sums.iter().flat_map(|sum| &sum.parts).filter(|at| !totals.contains(at));
        let base = Base::of(parts.filter_map(|&at| cells.known(at)))?;
        sums.iter().any(|sum| cells.known(sum.total).is_some_and(|total| !base.leaves(total))).then_some(base)
    };
    lines.into_iter().filter_map(|(line, sums)| Some((line, base(&sums)?))).collect()
}

/// What the parts of a sum come to.
#[derive(Default)]
struct Parts {
    shown: i64,
    positive: bool,
    hidden: usize,
    /// The least that they can come to.
    least: i64,
    /// The greatest; none where nothing bounds it.
    most: Option<i64>,
}

/// What the parts of a sum come to, with the rounding of each; none where one is no count.
fn parts(sum: &Sum, cells: &Cells, rounding: &Rounding, mixed: Option<Base>) -> Option<Parts> {
    let mut parts = Parts { most: Some(0), ..Parts::default() };
    for &at in &sum.parts {
        let can = match cells.get(at) {
            Content::Known(count) => {
                parts.shown += count;
                parts.positive |= count > 0;
                stands_for(rounding.at(at).or(mixed), count)
            }
            Content::Hidden(known) => {
                parts.hidden += 1;
                known
            }
            Content::Missing => {
                parts.hidden += 1;
                Interval::new(0, None)
            }
            Content::Other => return None,
        };
        parts.least += can.least;
        parts.most = parts.most.zip(can.most).map(|(sum, most)| sum + most);
    }
    Some(parts)
}

/// What a count that is rounded so can stand for.
pub(crate) fn stands_for(base: Option<Base>, count: i64) -> Interval {
    base.map_or(Interval::new(count, count), |base| base.hides(count))
}

/// How a relation stands, with the rounding of all cells, or of its parts alone.
fn standing(sum: &Sum, cells: &Cells, rounding: &Rounding, mixed: Option<Base>) -> Standing {
    let Some(parts) = parts(sum, cells, rounding, mixed) else { return Standing::Nothing };
    let total = match cells.get(sum.total) {
        Content::Known(total) => total,
        Content::Hidden(_) | Content::Missing => return Standing::May,
        Content::Other => return Standing::Nothing,
    };
    let can = stands_for(rounding.at(sum.total), total);
    let fits =
        can.most.is_none_or(|most| parts.least <= most) && parts.most.is_none_or(|most| most >= can.least);
    match (parts.hidden, fits) {
        (0, _) if total == 0 && !parts.positive => Standing::Nothing,
        (0, _) if parts.shown == total => Standing::Holds,
        (0, true) => Standing::Near,
        (1.., _) if parts.shown == total && parts.positive => Standing::Recomputed,
        (1.., true) => Standing::May,
        (_, false) => Standing::Fails,
    }
}

/// Families that no label tells, by arithmetic.
fn unlabelled(frame: &Frame, cells: &Cells, families: &mut Vec<Family>) {
    let width = frame.measures.len();
    let column = |measure: usize| frame.measures.get(measure).copied().unwrap_or_default();
    let told = |at: At, along_rows: bool, families: &[Family]| {
        families
            .iter()
            .any(|family| family.along_rows == along_rows && family.sums.iter().any(|sum| sum.total == at))
    };
    if (3..=ITEMS).contains(&width) && frame.height >= 2 {
        for (total, parts) in runs(width, frame.height, |line, item| cells.get((line, column(item)))) {
            let at = |measure: usize, row: usize| (row, column(measure));
            if (0..frame.height).any(|row| told(at(total, row), true, families)) {
                continue;
            }
            let sums = (0..frame.height).map(|row| Sum {
                total: at(total, row),
                parts: parts.clone().map(|part| at(part, row)).collect(),
            });
            families.extend(accepted(sums.collect(), cells, &Rounding::default(), true, &HashSet::new()));
        }
    }
    if (3..=ITEMS).contains(&frame.height) && width >= 2 {
        for (total, parts) in runs(frame.height, width, |line, item| cells.get((item, column(line)))) {
            if (0..width).any(|measure| told((total, column(measure)), false, families)) {
                continue;
            }
            let sums = (0..width).map(|measure| Sum {
                total: (total, column(measure)),
                parts: parts.clone().map(|row| (row, column(measure))).collect(),
            });
            families.extend(accepted(sums.collect(), cells, &Rounding::default(), false, &HashSet::new()));
        }
    }
}

/// Items that are the sum of a run of items right before or behind them, on every complete line.
fn runs(
    items: usize,
    lines: usize,
    get: impl Fn(usize, usize) -> Content,
) -> Vec<(usize, std::ops::Range<usize>)> {
    let needed = BITS + 2.0 * (items as f64).log2();
    let mut found: Vec<(usize, std::ops::Range<usize>)> = Vec::new();
    for total in 0..items {
        let probes: Vec<(usize, i64)> = (0..lines)
            .filter_map(|line| match get(line, total) {
                Content::Known(count) if count > 0 => Some((line, count)),
                _ => None,
            })
            .take(PROBES)
            .collect();
        if probes.len() < 2 {
            continue;
        }
        let before: Vec<usize> = (0..total).rev().collect();
        let behind: Vec<usize> = (total + 1..items).collect();
        let longest =
            [before, behind].into_iter().filter_map(|order| longest(&order, &probes, &get)).find(|run| {
                let bits = evidence(total, run, lines, &get);
                bits.is_some_and(|bits| bits >= needed)
            });
        if let Some(run) = longest {
            found.push((total, run));
        }
    }
    found
}

/// The longest run from the beginning of the order whose sums agree with every probe that is complete.
fn longest(
    order: &[usize],
    probes: &[(usize, i64)],
    get: &impl Fn(usize, usize) -> Content,
) -> Option<std::ops::Range<usize>> {
    let mut sums: Vec<Option<i64>> = vec![Some(0); probes.len()];
    let mut best = None;
    for (length, &item) in order.iter().enumerate() {
        for (sum, &(line, _)) in sums.iter_mut().zip(probes) {
            *sum = match (*sum, get(line, item)) {
                (Some(sum), Content::Known(count)) => Some(sum + count),
                _ => None,
            };
        }
        let complete = sums.iter().zip(probes).filter_map(|(sum, &(_, total))| sum.map(|sum| (sum, total)));
        let (mut agree, mut more, mut all) = (0, 0, 0);
        for (sum, total) in complete {
            all += 1;
            agree += usize::from(sum == total);
            more += usize::from(sum > total);
        }
        if all < 2 || more > 0 {
            break;
        }
        if length >= 1 && agree == all {
            let (first, last) = (order.first().copied().unwrap_or(item), item);
            best = Some(first.min(last)..first.max(last) + 1);
        }
    }
    best
}

/// How unlikely it is that a run adds up by chance, in bits; none where it does not on some complete line.
fn evidence(
    total: usize,
    run: &std::ops::Range<usize>,
    lines: usize,
    get: &impl Fn(usize, usize) -> Content,
) -> Option<f64> {
    let mut bits = 0.0;
    let mut agree = 0;
    for line in 0..lines {
        let Content::Known(count) = get(line, total) else { continue };
        let mut parts = 0;
        let sum = run.clone().try_fold(0_i64, |sum, item| match get(line, item) {
            Content::Known(part) => {
                parts += usize::from(part > 0);
                Some(sum + part)
            }
            Content::Hidden(_) | Content::Missing | Content::Other => None,
        });
        match sum {
            // A total of one part alone says little.
            Some(sum) if sum == count && parts >= 2 => {
                agree += 1;
                bits += (count as f64 + 1.0).log2();
            }
            Some(sum) if sum == count => {}
            Some(_) => return None,
            None => {}
        }
    }
    (agree >= 2).then_some(bits)
}
