//! Views of a table: its cells over some of its dimensions, printed as totals over the others or summed up over them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use super::Draft;
use super::cells::{At, Content};
use super::frame::{Dimension, Key};
use super::shares;

/// Dimensions of a table that is looked at over each choice of them.
const AXES: usize = 5;
/// Columns of counts that are measures of their own and are looked at.
const MEASURES: usize = 64;
/// Cells of a table that are compared with those of others.
const CELLS: usize = 50_000;

/// A dimension as it is compared with those of other tables.
#[derive(Debug)]
pub(super) struct Axis<'a> {
    dimension: &'a Dimension,
    /// Of its levels, in whatever order.
    pub(super) hash: u64,
    /// The place of each level among all, in order of the alphabet.
    ranks: Vec<u32>,
}

/// The dimensions of a table.
#[derive(Debug)]
pub(super) struct Axes<'a> {
    rows: Vec<Axis<'a>>,
    columns: Vec<Axis<'a>>,
    /// The columns of counts are measures of their own, as far as is known.
    apart: bool,
}

/// Part of a table: cells over some of its dimensions.
#[derive(Debug)]
pub(super) struct View {
    /// Number of its draft.
    pub(super) draft: usize,
    /// The headers of its dimensions.
    pub(super) names: Vec<String>,
    /// Levels in words.
    pub(super) words: usize,
    /// Whether all levels are numbers.
    pub(super) numeric: bool,
    /// The header of its one column of counts; empty where it goes over several.
    pub(super) header: String,
    /// By the ranks of the levels: the cells that add up to it.
    pub(super) cells: BTreeMap<Vec<u32>, Vec<At>>,
}

impl<'a> Axes<'a> {
    /// Those of a draft; none where it is too large, or has none.
    pub(super) fn of(draft: &'a Draft, hasher: &FixedState) -> Self {
        let frame = &draft.frame;
        let added = draft.families.iter().any(|family| family.along_rows);
        let crossed = added || frame.measures.len() >= 2 && shares::are_levels(draft);
        let axis = |dimension| Axis::of(dimension, hasher);
        let fits = frame.height * frame.measures.len() <= CELLS && frame.rows.len() <= AXES;
        let columns = if crossed && fits { frame.columns.iter().map(axis).collect() } else { Vec::new() };
        let rows = if fits { frame.rows.iter().map(axis).collect() } else { Vec::new() };
        Self { rows, columns, apart: !added && fits }
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &Axis<'a>> {
        self.rows.iter().chain(&self.columns)
    }

    /// The views over dimensions whose levels are among these, and with `whole` that over none; each with its key.
    pub(super) fn views(
        &self,
        (number, draft): (usize, &Draft),
        wanted: &HashSet<u64>,
        whole: bool,
    ) -> Vec<(Vec<u64>, View)> {
        let mut views = Vec::new();
        if !self.columns.is_empty() {
            let axes: Vec<&Axis> = self.all().collect();
            let items = items(draft, &axes, self.rows.len(), None);
            views.extend(cuts((number, draft), &axes, &items, "", wanted, whole));
        }
        if self.apart {
            let axes: Vec<&Axis> = self.rows.iter().collect();
            for (measure, &column) in draft.frame.measures.iter().enumerate().take(MEASURES) {
                let header = draft.table.columns.get(column).map_or("", |column| column.name.as_str());
                let items = items(draft, &axes, axes.len(), Some(measure));
                views.extend(cuts((number, draft), &axes, &items, &header.to_lowercase(), wanted, whole));
            }
        }
        views
    }
}

impl<'a> Axis<'a> {
    fn of(dimension: &'a Dimension, hasher: &FixedState) -> Self {
        let mut order: Vec<usize> = (0..dimension.levels.len()).collect();
        order.sort_by_key(|&at| dimension.levels.get(at));
        let levels: Vec<&String> = order.iter().filter_map(|&at| dimension.levels.get(at)).collect();
        let mut ranks = vec![0; levels.len()];
        for (rank, &level) in (0_u32..).zip(&order) {
            if let Some(of_level) = ranks.get_mut(level) {
                *of_level = rank;
            }
        }
        Self { dimension, hash: hasher.hash_one(&levels), ranks }
    }

    /// The rank of what stands at this row or column; none for a total.
    fn rank(&self, item: usize) -> Option<u32> {
        match self.dimension.keys.get(item) {
            Some(Key::Level(level)) => self.ranks.get(*level as usize).copied(),
            Some(Key::Total) | None => None,
        }
    }
}

/// Cells by how many of the other axes they go into, and which.
type Patterns = BTreeMap<(u32, u32), Vec<At>>;

/// A cell and its ranks along all axes.
type Item = (At, Vec<Option<u32>>);

/// The cells of a draft with their ranks; none where two cells have the same.
fn items(draft: &Draft, axes: &[&Axis], of_rows: usize, only: Option<usize>) -> Vec<Item> {
    let mut items = Vec::new();
    let mut seen = HashSet::new();
    for row in (0..draft.frame.height).filter(|&row| !draft.outline.is_heading(row)) {
        for (measure, &column) in draft.frame.measures.iter().enumerate() {
            if only.is_some_and(|only| only != measure) {
                continue;
            }
            let rank = |(at, axis): (usize, &&Axis)| axis.rank(if at < of_rows { row } else { measure });
            let ranks: Vec<Option<u32>> = axes.iter().enumerate().map(rank).collect();
            if !seen.insert(ranks.clone()) {
                return Vec::new();
            }
            items.push(((row, column), ranks));
        }
    }
    items
}

/// The views over each choice of axes whose levels are wanted.
fn cuts(
    (number, draft): (usize, &Draft),
    axes: &[&Axis],
    items: &[Item],
    header: &str,
    wanted: &HashSet<u64>,
    whole: bool,
) -> Vec<(Vec<u64>, View)> {
    if items.is_empty() || axes.len() > AXES {
        return Vec::new();
    }
    let mut views = Vec::new();
    for choice in 0..1_usize << axes.len() {
        let mut open: Vec<usize> = (0..axes.len()).filter(|at| choice >> at & 1 == 1).collect();
        let known = |at: &usize| axes.get(*at).is_some_and(|axis| wanted.contains(&axis.hash));
        if choice == 0 && !whole || !open.iter().all(known) {
            continue;
        }
        open.sort_by_key(|&at| axes.get(at).map(|axis| (axis.hash, &axis.dimension.name)));
        let chosen: Vec<&Axis> = open.iter().filter_map(|&at| axes.get(at).copied()).collect();
        let levels = || chosen.iter().flat_map(|axis| &axis.dimension.levels);
        let is_number = |level: &String| level.parse::<f64>().is_ok();
        let view = View {
            draft: number,
            names: chosen.iter().map(|axis| axis.dimension.name.clone()).collect(),
            words: levels().filter(|level| !is_number(level)).count(),
            numeric: levels().all(is_number),
            header: header.to_owned(),
            cells: cells(draft, items, &open),
        };
        views.push((chosen.iter().map(|axis| axis.hash).collect(), view));
    }
    views
}

/// The cells over the open axes: of those that are totals over most of the others, or what these are made of if they are hidden.
fn cells(draft: &Draft, items: &[Item], open: &[usize]) -> BTreeMap<Vec<u32>, Vec<At>> {
    let mut groups: HashMap<Vec<u32>, Patterns> = HashMap::new();
    for (at, ranks) in items {
        let key: Option<Vec<u32>> = open.iter().map(|&axis| ranks.get(axis).copied().flatten()).collect();
        let Some(key) = key else { continue };
        let (mut levels, mut pattern) = (0, 0);
        for (axis, rank) in ranks.iter().enumerate().filter(|(axis, _)| !open.contains(axis)) {
            if rank.is_some() {
                levels += 1;
                pattern |= 1 << axis;
            }
        }
        groups.entry(key).or_default().entry((levels, pattern)).or_default().push(*at);
    }
    let hidden = |at: &At| matches!(draft.cells.get(*at), Content::Hidden(_) | Content::Missing);
    let chosen = |patterns: Patterns| {
        let mut last = None;
        for cells in patterns.into_values() {
            let all = cells.len() == 1 && cells.iter().all(hidden);
            // A part of what a hidden total is made of says less than the total itself.
            let more = last.is_none() || cells.len() > 1;
            if more {
                last = Some(cells);
            }
            if !all {
                break;
            }
        }
        last
    };
    groups.into_iter().filter_map(|(key, patterns)| Some((key, chosen(patterns)?))).collect()
}
