//! Which column is which: by header, the first of a name being the first of it before.

use std::collections::HashMap;

use crate::rendition::Shown;

/// For each column of the later table, the column of the earlier one.
pub(super) fn align(before: &Shown, now: &Shown) -> Vec<Option<usize>> {
    let name = |table: &Shown, at: usize| table.columns.get(at).map(|column| column.name.trim().to_owned());
    let nameless = |table: &Shown| table.columns.iter().all(|column| column.name.trim().is_empty());
    if nameless(before) || nameless(now) {
        return (0..now.columns.len()).map(|at| (at < before.columns.len()).then_some(at)).collect();
    }
    let mut known: HashMap<(String, usize), usize> = HashMap::new();
    for (key, at) in numbered((0..before.columns.len()).filter_map(|at| name(before, at))).zip(0..) {
        known.insert(key, at);
    }
    numbered((0..now.columns.len()).filter_map(|at| name(now, at)))
        .map(|key| known.get(&key).copied())
        .collect()
}

/// Each name with how many of the same stand before it.
fn numbered(names: impl Iterator<Item = String>) -> impl Iterator<Item = (String, usize)> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    names.map(move |name| {
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        (name, *count)
    })
}
