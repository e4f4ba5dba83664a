//! The same margin in two tables: same dimensions, same levels, and numbers that agree, whether they are printed or come of
//! adding up; and the same total, where what is hidden leaves so little room that it is hardly chance.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use foldhash::fast::FixedState;
use rayon::prelude::*;

use super::Draft;
use super::cells::{At, Content};
use super::families;
use super::views::{Axes, View};

/// Bits of agreement that make two margins the same.
const BITS: f64 = 10.0;
/// Bits that are enough where no two numbers can be compared.
const HALF: f64 = 3.0;
/// What dimensions of the same names are worth, and each level in words.
const NAMED: f64 = 5.0;
const WORDED: f64 = 3.0;
/// Pairs of views that are compared in one request.
const PAIRS: usize = 100_000;
/// Tables among which a total alone may tell that two are of the same people.
const TOTALS: usize = 200;
/// What a hidden cell may leave of a total that alone tells so.
const ROOM: i64 = 10;

/// Cells of one table that come to something.
#[derive(Clone, Debug)]
pub(super) struct Side {
    /// Number of the draft.
    pub(super) draft: usize,
    /// The cells.
    pub(super) cells: Vec<At>,
}

/// Two sides that come to the same.
#[derive(Clone, Debug)]
pub(super) struct Same {
    pub(super) one: Side,
    pub(super) other: Side,
}

/// Sums of different tables that are the same, only where something is hidden on either side; and whether all tables could be
/// compared.
pub(super) fn same(drafts: &[Draft], hides: &[bool]) -> (Vec<Same>, bool) {
    if drafts.len() < 2 || !hides.contains(&true) {
        return (Vec::new(), true);
    }
    let hasher = FixedState::default();
    let axes: Vec<Axes> = drafts.par_iter().map(|draft| Axes::of(draft, &hasher)).collect();
    let wanted = wanted(&axes, hides);
    let whole = drafts.len() <= TOTALS;
    let of = |(number, axes): (usize, &Axes)| match drafts.get(number) {
        Some(draft) => axes.views((number, draft), &wanted, whole),
        None => Vec::new(),
    };
    let all: Vec<(Vec<u64>, View)> = axes.par_iter().enumerate().flat_map_iter(of).collect();
    let mut views: BTreeMap<Vec<u64>, Vec<View>> = BTreeMap::new();
    for (key, view) in all {
        views.entry(key).or_default().push(view);
    }
    let totals = views.remove(&Vec::new()).unwrap_or_default();
    let again: Vec<HashSet<At>> = drafts
        .iter()
        .zip(hides)
        .map(|(draft, hides)| if *hides { recomputed(draft) } else { HashSet::new() })
        .collect();
    let mut compared = pairs(drafts, hides, &again, &views);
    by_total(drafts, hides, &totals, &mut compared);
    (compared.found, compared.complete)
}

/// What comparing views came to.
#[derive(Debug, Default)]
struct Compared {
    found: Vec<Same>,
    /// Drafts of which some numbers contradict each other.
    apart: HashSet<(usize, usize)>,
    complete: bool,
}

/// The levels that a table with something hidden has in common with another.
fn wanted(axes: &[Axes], hides: &[bool]) -> HashSet<u64> {
    let mut tables: HashMap<u64, (bool, usize)> = HashMap::new();
    for (axes, hides) in axes.iter().zip(hides) {
        let own: BTreeSet<u64> = axes.all().map(|axis| axis.hash).collect();
        for hash in own {
            let (any, count) = tables.entry(hash).or_default();
            *any |= hides;
            *count += 1;
        }
    }
    tables.into_iter().filter(|(_, (any, count))| *any && *count >= 2).map(|(hash, _)| hash).collect()
}

/// The views of the same levels that agree.
fn pairs(
    drafts: &[Draft],
    hides: &[bool],
    again: &[HashSet<At>],
    views: &BTreeMap<Vec<u64>, Vec<View>>,
) -> Compared {
    let hides = |view: &View| hides.get(view.draft) == Some(&true);
    let pairs = views.values().flat_map(|views| {
        let others = move |(at, one)| views.iter().skip(at + 1).map(move |other| (one, other));
        views.iter().enumerate().flat_map(others)
    });
    let mut pairs: Vec<(&View, &View)> = pairs
        .filter(|(one, other)| one.draft != other.draft && (hides(one) || hides(other)))
        .take(PAIRS + 1)
        .collect();
    let mut compared = Compared { complete: pairs.len() <= PAIRS, ..Compared::default() };
    pairs.truncate(PAIRS);
    let agree: Vec<Option<bool>> =
        pairs.par_iter().map(|(one, other)| agree(drafts, again, one, other)).collect();
    for ((one, other), agrees) in pairs.into_iter().zip(agree) {
        if agrees == Some(false) {
            compared.apart.extend([(one.draft, other.draft), (other.draft, one.draft)]);
        }
        if agrees == Some(true) {
            let both = one.cells.iter().filter_map(|(key, a)| Some((a, other.cells.get(key)?)));
            compared.found.extend(both.map(|(a, b)| Same {
                one: Side { draft: one.draft, cells: a.clone() },
                other: Side { draft: other.draft, cells: b.clone() },
            }));
        }
    }
    compared
}

/// What cells come to.
#[derive(Clone, Copy, Debug, Default)]
struct Worth {
    shown: i64,
    hidden: i64,
    least: i64,
    most: Option<i64>,
    rounded: bool,
}

impl Worth {
    /// That of cells; none where one is no count.
    fn of(draft: &Draft, cells: &[At]) -> Option<Self> {
        let mut worth = Self { most: Some(0), ..Self::default() };
        for &at in cells {
            let can = match draft.cells.get(at) {
                Content::Known(count) => {
                    let base = draft.rounding.at(at);
                    worth.shown += count;
                    worth.rounded |= base.is_some();
                    families::stands_for(base, count)
                }
                Content::Hidden(known) => {
                    worth.hidden += 1;
                    known
                }
                Content::Missing => {
                    worth.hidden += 1;
                    worth.most = None;
                    continue;
                }
                Content::Other => return None,
            };
            worth.least += can.least;
            worth.most = worth.most.zip(can.most).map(|(sum, most)| sum + most);
        }
        Some(worth)
    }

    /// Whether both can be the same number.
    fn meets(self, other: Self) -> bool {
        self.most.is_none_or(|most| other.least <= most) && other.most.is_none_or(|most| self.least <= most)
    }
}

/// How two views compare.
#[derive(Debug, Default)]
struct Agreement {
    bits: f64,
    half: f64,
    equal: usize,
    unequal: usize,
}

impl Agreement {
    /// Takes in two sums; false where they cannot be the same.
    fn add(&mut self, one: Worth, other: Worth, again: bool) -> bool {
        let meet = one.meets(other);
        match (one.hidden, other.hidden) {
            (0, 0) if one.shown == other.shown => {
                self.equal += 1;
                self.bits += (one.shown as f64 + 1.0).log2();
            }
            (0, 0) if meet && one.rounded && other.rounded => {}
            (0, 0) if again => self.unequal += 1,
            (0, 0) => return false,
            (0, _) | (_, 0) if meet => {
                let (settled, open) = if one.hidden == 0 { (one, other) } else { (other, one) };
                let room = (settled.shown - open.shown).max(0) as f64;
                self.half += ((settled.shown as f64 + 1.0) / (room + 1.0)).log2().max(0.0);
            }
            (0, _) | (_, 0) => return again,
            _ => {}
        }
        true
    }
}

/// Whether two views are of the same population: their numbers agree, but for totals of which something was left out. None where
/// they neither contradict each other nor tell.
fn agree(drafts: &[Draft], left_out: &[HashSet<At>], one: &View, other: &View) -> Option<bool> {
    let differ = one.names.iter().zip(&other.names).any(|(a, b)| !a.is_empty() && !b.is_empty() && a != b);
    let (first, second) = (drafts.get(one.draft)?, drafts.get(other.draft)?);
    if differ && one.numeric {
        return None;
    }
    let again = |draft: usize, cells: &[At]| {
        left_out.get(draft).is_some_and(|left_out| cells.iter().any(|at| left_out.contains(at)))
    };
    let mut agreement = Agreement::default();
    let (mut first_rounds, mut second_rounds) = (false, false);
    for (key, a) in &one.cells {
        let Some(b) = other.cells.get(key) else { continue };
        let (Some(x), Some(y)) = (Worth::of(first, a), Worth::of(second, b)) else { continue };
        first_rounds |= x.rounded;
        second_rounds |= y.rounded;
        let again = again(one.draft, a) || again(other.draft, b);
        if !agreement.add(x, y, again) {
            return Some(false);
        }
    }
    let Agreement { bits, half, equal, unequal } = agreement;
    let named = one.names == other.names && one.names.iter().all(|name| !name.is_empty());
    let alike = if named { NAMED } else { 0.0 } + WORDED * one.words as f64;
    let enough = if named { HALF } else { BITS };
    let compared = equal >= 1.max(unequal) || equal == 0 && unequal == 0 && one.words > 0 && half >= enough;
    (first_rounds == second_rounds && compared && bits + half.min(BITS) + alike >= BITS).then_some(true)
}

/// Tables of the same total: what is hidden in the one leaves so little of the total of the other that it is hardly chance.
fn by_total(drafts: &[Draft], hides: &[bool], totals: &[View], compared: &mut Compared) {
    let linked = compared
        .found
        .iter()
        .flat_map(|same| [(same.one.draft, same.other.draft), (same.other.draft, same.one.draft)]);
    let done: HashSet<(usize, usize)> = linked.chain(compared.apart.iter().copied()).collect();
    let settled: Vec<(&View, Worth, &Vec<At>)> = totals
        .iter()
        .filter_map(|view| Some((view, of_all(drafts, view)?)))
        .filter(|(_, (worth, _))| worth.hidden == 0 && !worth.rounded && worth.shown > 0)
        .map(|(view, (worth, cells))| (view, worth, cells))
        .collect();
    for view in totals.iter().filter(|view| hides.get(view.draft) == Some(&true)) {
        let Some((open, cells)) = of_all(drafts, view) else { continue };
        if open.hidden == 0 || open.rounded || open.shown == 0 {
            continue;
        }
        let others = || settled.iter().filter(|(other, ..)| other.draft != view.draft);
        let chances: BTreeSet<i64> = others().map(|(_, worth, _)| worth.shown).collect();
        for (other, total, parts) in others() {
            let room = total.shown - open.shown;
            let little = (0..=ROOM * open.hidden).contains(&room) && total.meets(open);
            let chance = chances.len() as f64 * (room + 1) as f64 / (total.shown + 1) as f64;
            let apart =
                !other_levels(drafts, view.draft, other.draft) && !done.contains(&(view.draft, other.draft));
            if little && chance <= 0.1 && apart && same_measure(&view.header, &other.header) {
                compared.found.push(Same {
                    one: Side { draft: view.draft, cells: cells.clone() },
                    other: Side { draft: other.draft, cells: (*parts).clone() },
                });
            }
        }
    }
}

/// Whether two tables have a dimension of the same name with other levels.
fn other_levels(drafts: &[Draft], one: usize, other: usize) -> bool {
    let (Some(one), Some(other)) = (drafts.get(one), drafts.get(other)) else { return true };
    one.frame.rows.iter().any(|a| {
        let levels = |levels: &[String]| levels.iter().cloned().collect::<BTreeSet<String>>();
        let mut same = other.frame.rows.iter().filter(|b| !b.name.is_empty() && a.name == b.name);
        same.any(|b| levels(&a.levels) != levels(&b.levels))
    })
}

/// What all cells of a table come to, and which make it up.
fn of_all<'a>(drafts: &[Draft], view: &'a View) -> Option<(Worth, &'a Vec<At>)> {
    let cells = view.cells.get(&Vec::new())?;
    Some((Worth::of(drafts.get(view.draft)?, cells)?, cells))
}

/// Whether two headers of counts can count the same: they are the same words, or one of them says no more than that it counts.
fn same_measure(one: &str, other: &str) -> bool {
    let plain = |header: &str| {
        crate::read::names::words(header).iter().all(|word| {
            let word = word.as_str();
            !matches!(word, "deaths" | "cases") && crate::read::names::lists("people", word)
                || [
                    "n",
                    "count",
                    "total",
                    "number",
                    "freq",
                    "frequency",
                    "aantal",
                    "effectif",
                    "nombre",
                    "of",
                ]
                .contains(&word)
        })
    };
    one == other || plain(one) && plain(other)
}

/// Totals that what is shown adds up to although something is hidden.
pub(super) fn recomputed(draft: &Draft) -> HashSet<At> {
    families::recomputed(draft.families.iter().flat_map(|family| &family.sums), &draft.cells)
}
