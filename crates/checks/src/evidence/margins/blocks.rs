//! Runs of rows that all count the same people: the levels of each characteristic of a "Table 1".

use std::collections::BTreeMap;

use super::Draft;
use super::cells::{At, Content};
use super::frame::{Frame, Key};
use crate::evidence::size;
use crate::read::names::{self, Meaning};
use crate::read::roles;

/// What each hidden cell may leave where little else says that a run counts the same people.
const ROOM: i64 = 10;
/// The same where more does.
const WIDE: i64 = 64;

/// Cells that come to a number that stands elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Equal {
    pub(super) cells: Vec<At>,
    pub(super) sum: i64,
}

/// How runs of rows are known to belong together.
struct Runs {
    rows: Vec<Vec<usize>>,
    /// What heads them says that they are characteristics of the same people.
    told: bool,
}

/// The runs of rows that come to the same in each column of counts, only where something is hidden.
pub(super) fn equal(draft: &Draft) -> Vec<Equal> {
    if draft.hidden.is_empty() {
        return Vec::new();
    }
    let frame = &draft.frame;
    let total = (0..frame.height).find(|&row| {
        !frame.rows.is_empty()
            && frame.rows.iter().all(|dimension| dimension.keys.get(row) == Some(&Key::Total))
    });
    let runs = headed(draft).or_else(|| paired(draft));
    let mut found = Vec::new();
    for &column in &frame.measures {
        if (0..frame.height).any(|row| draft.rounding.at((row, column)).is_some()) {
            continue;
        }
        match &runs {
            Some(runs) => found.extend(in_column(draft, runs, total, column)),
            None => {
                let flat = total.and_then(|total| flat(draft, total, column));
                found.extend(flat.into_iter().flat_map(|runs| in_column(draft, &runs, total, column)));
            }
        }
    }
    found
}

/// The levels under each heading.
fn headed(draft: &Draft) -> Option<Runs> {
    let rows = draft.outline.blocks(&draft.frame);
    (!rows.is_empty()).then_some(Runs { rows, told: true })
}

/// The levels of each characteristic, where one column names the characteristic and the next the level.
fn paired(draft: &Draft) -> Option<Runs> {
    let [outer, inner] = draft.frame.rows.as_slice() else { return None };
    if outer.levels.len() < 2 || outer.period || inner.period {
        return None;
    }
    let mut runs: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for row in 0..draft.frame.height {
        if let (Some(Key::Level(level)), Some(Key::Level(_))) = (outer.keys.get(row), inner.keys.get(row)) {
            runs.entry(*level).or_default().push(row);
        }
    }
    let attributes = outer
        .levels
        .iter()
        .filter(|level| {
            roles::is_quasi(level) || matches!(names::meaning(level), Some((Meaning::Attribute, _)))
        })
        .count();
    let words = names::words(&outer.name);
    let named = words.iter().any(|word| {
        [
            "characteristic",
            "characteristics",
            "variable",
            "variabele",
            "kenmerk",
            "caracteristique",
            "merkmal",
            "factor",
            "covariate",
        ]
        .contains(&word.as_str())
    });
    let rows: Vec<Vec<usize>> = runs.into_values().filter(|rows| rows.len() >= 2).collect();
    // Crossed dimensions have the same levels in every group, characteristics have levels of their own.
    let crossed = draft.frame.height >= outer.levels.len() * inner.levels.len();
    (rows.len() >= 2 && (named || !crossed))
        .then_some(Runs { rows, told: named || attributes * 2 > outer.levels.len() })
}

/// The rows between a total and the end, or the rows before it, in runs that each come to the total.
fn flat(draft: &Draft, total: usize, column: usize) -> Option<Runs> {
    let frame: &Frame = &draft.frame;
    if frame.rows.len() != 1 || draft.outline.is_nested() || !(total == 0 || total + 1 == frame.height) {
        return None;
    }
    let whole = draft.cells.known((total, column)).filter(|whole| *whole > 0)?;
    let mut runs = vec![Vec::new()];
    let (mut sum, mut hidden) = (0, 0);
    for row in (0..frame.height).filter(|row| *row != total) {
        let (count, is_hidden) = match draft.cells.get((row, column)) {
            Content::Known(count) => (count, 0),
            Content::Hidden(_) | Content::Missing => (0, 1),
            Content::Other => return None,
        };
        let full = hidden == 0 && sum == whole || sum + count > whole;
        if full && runs.last().is_some_and(|run| run.len() >= 2) {
            if hidden == 0 && sum != whole {
                return None;
            }
            runs.push(Vec::new());
            (sum, hidden) = (0, 0);
        }
        sum += count;
        hidden += is_hidden;
        runs.last_mut()?.push(row);
        if sum > whole {
            return None;
        }
    }
    let sound = runs.len() >= 2 && runs.iter().all(|run| run.len() >= 2);
    sound.then_some(Runs { rows: runs, told: false })
}

/// What the cells of a run come to, and how many are hidden; none where one is no count.
fn shown(draft: &Draft, run: &[usize], column: usize) -> Option<(i64, i64)> {
    let (mut sum, mut hidden) = (0, 0);
    for &row in run {
        match draft.cells.get((row, column)) {
            Content::Known(count) => sum += count,
            Content::Hidden(_) | Content::Missing => hidden += 1,
            Content::Other => return None,
        }
    }
    Some((sum, hidden))
}

/// The runs of one column with something hidden, and what they come to.
fn in_column(draft: &Draft, runs: &Runs, total: Option<usize>, column: usize) -> Vec<Equal> {
    let worth: Vec<Option<(i64, i64)>> = runs.rows.iter().map(|run| shown(draft, run, column)).collect();
    let mut complete: BTreeMap<i64, usize> = BTreeMap::new();
    for (sum, hidden) in worth.iter().flatten() {
        if *hidden == 0 {
            *complete.entry(*sum).or_default() += 1;
        }
    }
    let header = draft.table.columns.get(column).map_or("", |column| column.name.as_str());
    let printed = total
        .and_then(|row| draft.cells.known((row, column)))
        .or_else(|| size::written(header).and_then(|n| i64::try_from(n).ok()));
    let most = complete.iter().max_by_key(|(_, times)| **times).map(|(sum, _)| *sum);
    let Some(whole) = printed.or(most).filter(|whole| *whole > 0) else { return Vec::new() };
    let agree = complete.get(&whole).copied().unwrap_or_default();
    let others: usize = complete.values().sum::<usize>() - agree;
    let support = agree + usize::from(printed.is_some());
    // By themselves, two runs that come to the same number may do so by chance.
    let known = support >= 2 && (runs.told || whole > 30 || support >= 3);
    let accepted = known || runs.told && support >= 1;
    if others > agree || !accepted {
        return Vec::new();
    }
    let room = if support >= 2 { WIDE } else { ROOM };
    let open = runs.rows.iter().zip(&worth).filter_map(|(run, worth)| Some((run, (*worth)?)));
    open.filter(|(_, (sum, hidden))| *hidden > 0 && (0..=room * hidden).contains(&(whole - sum)))
        .map(|(run, _)| Equal { cells: run.iter().map(|&row| (row, column)).collect(), sum: whole })
        .collect()
}
