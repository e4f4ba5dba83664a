//! The same margin in two tables: same dimensions, same levels, and numbers that agree.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Draft;
use super::cells::{At, Content};
use super::families;
use super::frame::{Dimension, Key};

/// Cells of a table that are compared with those of others.
const CELLS: usize = 50_000;
/// Bits of agreeing numbers that make two margins the same, where their dimensions have the same names.
const NAMED: f64 = 5.0;
/// The same where they have none.
const UNNAMED: f64 = 10.0;

/// Two cells that say the same thing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Same {
    /// Number of the draft, and the cell in it.
    pub(super) one: (usize, At),
    /// The other.
    pub(super) other: (usize, At),
}

/// Part of a table: the cells over some of its dimensions, all others being totals.
struct View {
    draft: usize,
    names: Vec<String>,
    /// By the levels, in the order of the dimensions' levels.
    cells: BTreeMap<Vec<String>, At>,
}

/// Cells of different tables that say the same; only where something is hidden on either side.
pub(super) fn same(drafts: &[Draft], hides: &[bool]) -> Vec<Same> {
    if drafts.len() < 2 || !hides.contains(&true) {
        return Vec::new();
    }
    let mut views: HashMap<Vec<Vec<String>>, Vec<View>> = HashMap::new();
    for (number, draft) in drafts.iter().enumerate() {
        if draft.frame.height * draft.frame.measures.len() <= CELLS {
            for (key, view) in views_of(number, draft) {
                views.entry(key).or_default().push(view);
            }
        }
    }
    let mut found = Vec::new();
    for views in views.into_values() {
        for (at, one) in views.iter().enumerate() {
            for other in views.iter().skip(at + 1) {
                let hidden = hides.get(one.draft) == Some(&true) || hides.get(other.draft) == Some(&true);
                if one.draft != other.draft && hidden && agree(drafts, one, other) {
                    let both = one.cells.iter().filter_map(|(key, &at)| Some((at, *other.cells.get(key)?)));
                    found.extend(both.map(|(a, b)| Same { one: (one.draft, a), other: (other.draft, b) }));
                }
            }
        }
    }
    found
}

/// The views of a table by the levels of their dimensions.
fn views_of(number: usize, draft: &Draft) -> Vec<(Vec<Vec<String>>, View)> {
    let frame = &draft.frame;
    let levels = draft.families.iter().any(|family| family.along_rows);
    let mut views: BTreeMap<(Vec<bool>, usize), View> = BTreeMap::new();
    for row in 0..frame.height {
        for (measure, &column) in frame.measures.iter().enumerate() {
            let rows = frame.rows.iter().map(|dimension| (dimension, dimension.keys.get(row)));
            let columns = frame.columns.iter().map(|dimension| (dimension, dimension.keys.get(measure)));
            let keys: Vec<(&Dimension, Option<&Key>)> = rows.chain(columns.filter(|_| levels)).collect();
            let open: Vec<bool> = keys.iter().map(|(_, key)| matches!(key, Some(Key::Level(_)))).collect();
            if !open.contains(&true) {
                continue;
            }
            let which = if levels { 0 } else { measure };
            let mut named: Vec<(&Vec<String>, &str, &str)> = keys
                .iter()
                .filter_map(|(dimension, key)| match key {
                    Some(Key::Level(level)) => Some((
                        &dimension.levels,
                        dimension.name.as_str(),
                        dimension.levels.get(*level as usize)?.as_str(),
                    )),
                    _ => None,
                })
                .collect();
            named.sort();
            let view = views.entry((open, which)).or_insert_with(|| View {
                draft: number,
                names: named.iter().map(|(_, name, _)| (*name).to_owned()).collect(),
                cells: BTreeMap::new(),
            });
            view.cells.insert(named.iter().map(|(.., level)| (*level).to_owned()).collect(), (row, column));
        }
    }
    let key = |open: &[bool]| {
        let dimensions = frame.rows.iter().chain(frame.columns.iter().filter(|_| levels));
        let mut key: Vec<Vec<String>> = dimensions
            .zip(open)
            .filter(|(_, open)| **open)
            .map(|(dimension, _)| {
                let mut levels = dimension.levels.clone();
                levels.sort();
                levels
            })
            .collect();
        key.sort();
        key
    };
    views.into_iter().map(|((open, _), view)| (key(&open), view)).collect()
}

/// Whether two views are of the same population: their numbers agree, but for totals of which something was left out.
fn agree(drafts: &[Draft], one: &View, other: &View) -> bool {
    let differ = one.names.iter().zip(&other.names).any(|(a, b)| !a.is_empty() && !b.is_empty() && a != b);
    let numeric = one.cells.keys().flatten().all(|level| level.parse::<f64>().is_ok());
    let (Some(first), Some(second)) = (drafts.get(one.draft), drafts.get(other.draft)) else { return false };
    if differ && numeric
        || one.cells.values().any(|&at| first.rounding.at(at).is_some())
            != other.cells.values().any(|&at| second.rounding.at(at).is_some())
    {
        return false;
    }
    let left_out: HashSet<(usize, At)> = [(one.draft, first), (other.draft, second)]
        .into_iter()
        .flat_map(|(number, draft)| recomputed(number, draft))
        .collect();
    let (mut bits, mut equal, mut unequal) = (0.0, 0, 0);
    for (key, &a) in &one.cells {
        let Some(&b) = other.cells.get(key) else { continue };
        if let (Content::Known(x), Content::Known(y)) = (first.cells.get(a), second.cells.get(b)) {
            if x == y {
                equal += 1;
                bits += (x as f64 + 1.0).log2();
            } else if left_out.contains(&(one.draft, a)) || left_out.contains(&(other.draft, b)) {
                unequal += 1;
            } else {
                return false;
            }
        }
    }
    let named =
        !one.names.is_empty() && one.names == other.names && one.names.iter().all(|name| !name.is_empty());
    bits >= if named { NAMED } else { UNNAMED } && equal >= unequal
}

/// Totals that what is shown adds up to although something is hidden.
pub(super) fn recomputed(number: usize, draft: &Draft) -> Vec<(usize, At)> {
    let sums = draft.families.iter().flat_map(|family| &family.sums);
    families::recomputed(sums, &draft.cells).into_iter().map(|at| (number, at)).collect()
}
