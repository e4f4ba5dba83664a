//! The same margin in two tables: same dimensions, same levels, and numbers that agree.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Draft;
use super::cells::{At, Content};
use super::families;
use super::frame::{Dimension, Key};

/// Cells of a table that are compared with those of others.
const CELLS: usize = 50_000;
/// Bits of agreement that make two margins the same.
const BITS: f64 = 10.0;
/// What dimensions of the same names are worth, and each level in words.
const NAMED: f64 = 5.0;
const WORDED: f64 = 3.0;
/// Pairs of views that are compared in one request.
const PAIRS: usize = 100_000;

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

/// Cells of different tables that say the same, only where something is hidden on either side; and whether all tables could
/// be compared.
pub(super) fn same(drafts: &[Draft], hides: &[bool]) -> (Vec<Same>, bool) {
    if drafts.len() < 2 || !hides.contains(&true) {
        return (Vec::new(), true);
    }
    let mut views: HashMap<Vec<Vec<String>>, Vec<View>> = HashMap::new();
    for (number, draft) in drafts.iter().enumerate() {
        if draft.frame.height * draft.frame.measures.len() <= CELLS {
            for (key, view) in views_of(number, draft) {
                views.entry(key).or_default().push(view);
            }
        }
    }
    let left_out: Vec<HashSet<At>> = drafts.iter().map(recomputed).collect();
    let mut found = Vec::new();
    let (mut left, mut all) = (PAIRS, true);
    for views in views.into_values() {
        for (at, one) in views.iter().enumerate() {
            for other in views.iter().skip(at + 1) {
                let hidden = hides.get(one.draft) == Some(&true) || hides.get(other.draft) == Some(&true);
                if one.draft == other.draft || !hidden {
                    continue;
                }
                if left == 0 {
                    all = false;
                    continue;
                }
                left -= 1;
                if agree(drafts, &left_out, one, other) {
                    let both = one.cells.iter().filter_map(|(key, &at)| Some((at, *other.cells.get(key)?)));
                    found.extend(both.map(|(a, b)| Same { one: (one.draft, a), other: (other.draft, b) }));
                }
            }
        }
    }
    (found, all)
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
fn agree(drafts: &[Draft], left_out: &[HashSet<At>], one: &View, other: &View) -> bool {
    let differ = one.names.iter().zip(&other.names).any(|(a, b)| !a.is_empty() && !b.is_empty() && a != b);
    let numeric = one.cells.keys().flatten().all(|level| level.parse::<f64>().is_ok());
    let (Some(first), Some(second)) = (drafts.get(one.draft), drafts.get(other.draft)) else { return false };
    if differ && numeric
        || one.cells.values().any(|&at| first.rounding.at(at).is_some())
            != other.cells.values().any(|&at| second.rounding.at(at).is_some())
    {
        return false;
    }
    let again = |draft: usize, at: &At| left_out.get(draft).is_some_and(|left_out| left_out.contains(at));
    let (mut bits, mut equal, mut unequal) = (0.0, 0, 0);
    for (key, &a) in &one.cells {
        let Some(&b) = other.cells.get(key) else { continue };
        if let (Content::Known(x), Content::Known(y)) = (first.cells.get(a), second.cells.get(b)) {
            if x == y {
                equal += 1;
                bits += (x as f64 + 1.0).log2();
            } else if again(one.draft, &a) || again(other.draft, &b) {
                unequal += 1;
            } else {
                return false;
            }
        }
    }
    let named = one.names == other.names && one.names.iter().all(|name| !name.is_empty());
    let words: HashSet<&String> =
        one.cells.keys().flatten().filter(|level| level.parse::<f64>().is_err()).collect();
    let alike = if named { NAMED } else { 0.0 } + WORDED * words.len() as f64;
    equal >= 1.max(unequal) && bits + alike >= BITS
}

/// Totals that what is shown adds up to although something is hidden.
pub(super) fn recomputed(draft: &Draft) -> HashSet<At> {
    families::recomputed(draft.families.iter().flat_map(|family| &family.sums), &draft.cells)
}
