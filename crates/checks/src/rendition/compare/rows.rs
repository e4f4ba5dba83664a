//! Which row is which: by their labels where these tell all rows apart, otherwise in order, by what stays the same.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use super::{Side, pairs};
use crate::rendition::Shown;

/// How long the order of rows is looked at; beyond, larger pieces are taken for changed.
const LONGEST: Duration = Duration::from_secs(2);
/// Rows that are gone among which the one that a changed row was is looked for.
const NEAR: usize = 8;

/// The columns, as they stand now, whose cells say which row it is.
pub(super) fn labels(now: &Shown, columns: &[Option<usize>]) -> Vec<usize> {
    let label = |at: usize| {
        let role = now.columns.get(at).map_or("", |column| column.role.as_str());
        matches!(role, "dimension" | "period" | "term" | "identifier")
    };
    pairs(columns).map(|(at, _)| at).filter(|at| label(*at)).collect()
}

/// For each row of the later side, the row of the earlier one.
pub(super) fn align(
    old: &Side,
    new: &Side,
    columns: &[Option<usize>],
    labels: &[usize],
) -> Vec<Option<usize>> {
    let all: Vec<(usize, usize)> = pairs(columns).collect();
    let named: Vec<(usize, usize)> = all.iter().copied().filter(|(at, _)| labels.contains(at)).collect();
    let keys = |pairs: &[(usize, usize)]| {
        let (from, at): (Vec<_>, Vec<_>) = pairs.iter().map(|(at, from)| (*from, *at)).unzip();
        (keys(old, &from), keys(new, &at))
    };
    let (before, now) = keys(&named);
    let mut was = match by_label(&before, &now) {
        Some(was) if !named.is_empty() => was,
        _ => {
            let (before, now) = if named.is_empty() { keys(&all) } else { (before, now) };
            in_order(&before, &now)
        }
    };
    nearest(old, new, &all, &mut was);
    was
}

/// What tells each row of a side from the others, by these columns.
fn keys(side: &Side, columns: &[usize]) -> Vec<Vec<u64>> {
    let key = |row: usize| columns.iter().filter_map(|at| side.cell(row, *at)).collect();
    (0..side.rows).map(key).collect()
}

/// Rows by labels of their own; none where a label stands twice.
fn by_label(before: &[Vec<u64>], now: &[Vec<u64>]) -> Option<Vec<Option<usize>>> {
    let numbered = |keys: &[Vec<u64>]| {
        let known: HashMap<Vec<u64>, usize> = keys.iter().cloned().zip(0..).collect();
        (known.len() == keys.len()).then_some(known)
    };
    let (known, _) = (numbered(before)?, numbered(now)?);
    Some(now.iter().map(|key| known.get(key).copied()).collect())
}

/// Rows in order: the longest run of those that are the same.
fn in_order(before: &[Vec<u64>], now: &[Vec<u64>]) -> Vec<Option<usize>> {
    let mut was = vec![None; now.len()];
    let until = Instant::now() + LONGEST;
    for op in capture_diff_slices_deadline(Algorithm::Myers, before, now, Some(until)) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            for step in 0..len {
                if let Some(row) = was.get_mut(new_index + step) {
                    *row = Some(old_index + step);
                }
            }
        }
    }
    was
}

/// Takes a row that no row was for one of those that are gone behind the row before it, where half of their cells or more
/// are the same: its label was mended, or it has none.
fn nearest(old: &Side, new: &Side, columns: &[(usize, usize)], was: &mut [Option<usize>]) {
    let mut taken = vec![false; old.rows];
    for row in was.iter().flatten() {
        if let Some(taken) = taken.get_mut(*row) {
            *taken = true;
        }
    }
    let mut behind = 0;
    for row in 0..was.len() {
        if let Some(before) = was.get(row).copied().flatten() {
            behind = before + 1;
            continue;
        }
        let free = (behind..old.rows).take_while(|at| !taken.get(*at).copied().unwrap_or(true)).take(NEAR);
        let same = |at: usize| {
            columns.iter().filter(|(now, from)| new.cell(row, *now) == old.cell(at, *from)).count()
        };
        let best = free.map(|at| (same(at), at)).max_by_key(|(same, at)| (*same, std::cmp::Reverse(*at)));
        if let Some((_, at)) = best.filter(|(same, _)| *same > 0 && same * 2 >= columns.len()) {
            if let (Some(taken), Some(was)) = (taken.get_mut(at), was.get_mut(row)) {
                (*taken, *was) = (true, Some(at));
            }
            behind = at + 1;
        }
    }
}
