//! The request as one system of relations, and what it leaves for its hidden cells.

use std::collections::{BTreeSet, HashMap, HashSet};

use exeat_domain::finding::Place;

use super::cells::{At, Content};
use super::families::{self, Sum};
use super::link::{self, Same, Side};
use super::{Draft, LARGE, Margins};
use crate::audit::{self, Answer, Interval, Problem, Reach, Relation, Solved};

/// A hidden cell that has little choice.
#[derive(Clone, Debug)]
pub(crate) struct Recovered {
    /// Where it is.
    pub(crate) place: Place,
    /// What it can be.
    pub(crate) interval: Interval,
    /// Other files of the request that this rests on, and where in them.
    pub(crate) rests_on: Vec<(usize, Place)>,
}

/// A cell of the request: the number of its draft, and its place there.
type Cell = (usize, At);

/// Works out what the request leaves for the hidden cells of each table.
pub(super) fn recover(drafts: &[Draft], margins: &mut [Margins]) {
    let hides: Vec<bool> = drafts.iter().map(|draft| !draft.hidden.is_empty()).collect();
    if !hides.contains(&true) {
        return;
    }
    let (same, all) = link::same(drafts, &hides);
    let related = related(drafts, &same);
    let alone = solved(drafts, &hides, &[]);
    let together = if same.is_empty() { None } else { Some(solved(drafts, &hides, &same)) };
    for (number, ((draft, margins), related)) in drafts.iter().zip(margins).zip(&related).enumerate() {
        let judged = judged(draft, related);
        margins.hidden = judged.len();
        if !all && margins.hidden > 0 {
            margins.undecided =
                Some("it has margins in common with more tables than can be compared".to_owned());
        }
        for (at, stated) in judged {
            let cell = (number, at);
            let own = alone.answer(cell);
            let (answer, linked) = match together.as_ref().map(|together| together.answer(cell)) {
                Some(Known::Is(answer)) if Known::Is(answer) != own => (Known::Is(answer), true),
                Some(Known::Contradiction) | None => (own, false),
                Some(other) => (other, false),
            };
            let answer = match (answer, draft.told.get(&at)) {
                (Known::Nothing, Some(told)) => {
                    Known::Is(Answer { interval: both(stated, *told).unwrap_or(stated), reach: Reach::Tight })
                }
                (answer, _) => answer,
            };
            match answer {
                Known::Nothing => {}
                Known::Contradiction => {
                    margins.undecided.get_or_insert_with(|| {
                        "its totals contradict each other, so that what they tell of hidden cells was not worked out".to_owned()
                    });
                }
                Known::Is(answer) => {
                    if answer.reach == Reach::Within && !narrow(answer.interval) {
                        margins.undecided.get_or_insert_with(|| {
                            "it has too many totals over hidden cells for all of them to be worked out"
                                .to_owned()
                        });
                    }
                    let missing = draft.cells.get(at) == Content::Missing;
                    if narrow(answer.interval)
                        && answer.interval != stated
                        && (!missing || answer.interval.least > 0 || proved(draft, at))
                    {
                        let rests_on = if linked { others(drafts, number, &same) } else { Vec::new() };
                        let place = place(draft, at);
                        margins.recovered.push(Recovered { place, interval: answer.interval, rests_on });
                    }
                }
            }
        }
    }
}

fn place(draft: &Draft, at: At) -> Place {
    draft.table.cell(at.0 as u64, at.1, draft.cells.text(at))
}

/// Whether an interval may be narrow under some policy, or exact.
fn narrow(interval: Interval) -> bool {
    interval.most.is_some_and(|most| most < LARGE || most == interval.least)
}

/// What two intervals have in common.
fn both(one: Interval, other: Interval) -> Option<Interval> {
    let least = one.least.max(other.least);
    let most = match (one.most, other.most) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    most.is_none_or(|most| least <= most).then_some(Interval { least, most })
}

/// The hidden cells of each table of which something is told: by its own totals, runs and percentages, or by another table.
fn related(drafts: &[Draft], same: &[Same]) -> Vec<BTreeSet<At>> {
    let own = |draft: &Draft| -> BTreeSet<At> {
        if draft.hidden.is_empty() {
            return BTreeSet::new();
        }
        let sums = draft.families.iter().flat_map(|family| &family.sums);
        let sums = sums.flat_map(|sum| sum.parts.iter().chain([&sum.total]));
        let runs = draft.equal.iter().flat_map(|equal| &equal.cells);
        sums.chain(runs).chain(draft.told.keys()).filter(|at| draft.hidden.contains(at)).copied().collect()
    };
    let mut related: Vec<BTreeSet<At>> = drafts.iter().map(own).collect();
    for side in same.iter().flat_map(|same| [&same.one, &same.other]) {
        if let (Some(draft), Some(related)) = (drafts.get(side.draft), related.get_mut(side.draft)) {
            related.extend(side.cells.iter().filter(|at| draft.hidden.contains(at)));
        }
    }
    related
}

/// Those that are judged, with what their markers say: totals are not.
fn judged(draft: &Draft, hidden: &BTreeSet<At>) -> Vec<(At, Interval)> {
    let totals: HashSet<At> =
        draft.families.iter().flat_map(|family| &family.sums).map(|sum| sum.total).collect();
    let of_total = |&(row, column): &At| {
        let measure = draft.frame.measures.iter().position(|&at| at == column);
        draft.frame.total_row(row) || measure.is_some_and(|measure| draft.frame.total_column(measure))
    };
    let judged = hidden.iter().copied().filter(|at| !totals.contains(at) && !of_total(at));
    judged
        .map(|at| match draft.cells.get(at) {
            Content::Hidden(stated) => (at, stated),
            Content::Known(_) | Content::Missing | Content::Other => (at, Interval::new(0, None)),
        })
        .collect()
}

/// Whether a margin says that the missing cells of a line are not all zero.
fn proved(draft: &Draft, at: At) -> bool {
    let sums = draft.families.iter().flat_map(|family| &family.sums).filter(|sum| sum.parts.contains(&at));
    sums.into_iter().any(|sum| {
        let mut rest = draft.cells.known(sum.total).unwrap_or(0);
        for &part in &sum.parts {
            match draft.cells.get(part) {
                Content::Known(count) => rest -= count,
                Content::Missing => {}
                Content::Hidden(_) | Content::Other => return false,
            }
        }
        rest > 0
    })
}

/// The files, other than its own, of the tables that this one shares a margin with.
fn others(drafts: &[Draft], number: usize, same: &[Same]) -> Vec<(usize, Place)> {
    let mut found: Vec<(usize, Place)> = Vec::new();
    for link in same {
        let other = match (&link.one, &link.other) {
            (one, other) if one.draft == number => other,
            (other, one) if one.draft == number => other,
            _ => continue,
        };
        let (Some(draft), Some(own), Some(&at)) =
            (drafts.get(other.draft), drafts.get(number), other.cells.first())
        else {
            continue;
        };
        let there = found.iter().any(|(file, _)| *file == draft.file);
        if draft.file != own.file && !there {
            found.push((draft.file, place(draft, at)));
        }
    }
    found
}

/// What is known of a cell after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// It stands in no relation.
    Nothing,
    /// The relations around it contradict each other.
    Contradiction,
    /// This.
    Is(Answer),
}

/// A system, solved.
struct System {
    numbers: HashMap<Cell, usize>,
    solved: Solved,
}

impl System {
    fn answer(&self, cell: Cell) -> Known {
        match self.numbers.get(&cell).map(|&number| self.solved.answers.get(number).copied().flatten()) {
            None => Known::Nothing,
            Some(None) => Known::Contradiction,
            Some(Some(answer)) => Known::Is(answer),
        }
    }
}

/// A system that is being put together.
#[derive(Default)]
struct Builder {
    problem: Problem,
    numbers: HashMap<Cell, usize>,
    /// Relations whose totals were worked out from what is shown.
    recomputed: HashSet<usize>,
}

/// Solves all tables that hide something, with these cells being the same; totals that were worked out again after something
/// was hidden give way where they contradict the others.
fn solved(drafts: &[Draft], hides: &[bool], same: &[Same]) -> System {
    let first = build(drafts, hides, same, &HashSet::new());
    let solved = audit::solve(&first.problem, Some(LARGE));
    let give_way: HashSet<usize> = solved
        .conflicts
        .iter()
        .flatten()
        .copied()
        .filter(|number| first.recomputed.contains(number))
        .collect();
    if give_way.is_empty() {
        return System { numbers: first.numbers, solved };
    }
    let second = build(drafts, hides, same, &give_way);
    let solved = audit::solve(&second.problem, Some(LARGE));
    System { numbers: second.numbers, solved }
}

fn build(drafts: &[Draft], hides: &[bool], same: &[Same], without: &HashSet<usize>) -> Builder {
    let mut builder = Builder::default();
    let mut number = 0;
    for (at, draft) in drafts.iter().enumerate().filter(|(at, _)| hides.get(*at) == Some(&true)) {
        let left_out = link::recomputed(draft);
        for family in &draft.families {
            for sum in &family.sums {
                let known = |cell: At, total: bool| match draft.cells.get(cell) {
                    Content::Known(count) => {
                        let mixed = family.mixed(sum).filter(|_| !total);
                        Some(families::stands_for(draft.rounding.at(cell).or(mixed), count))
                    }
                    Content::Hidden(_) | Content::Missing => Some(open(draft, cell)),
                    Content::Other => None,
                };
                let Some(relation) = builder.relation(at, sum, known) else { continue };
                let recomputed = left_out.contains(&sum.total);
                let gives_way = recomputed && without.contains(&number);
                builder.problem.relation(if gives_way {
                    Relation { terms: Vec::new(), sum: 0 }
                } else {
                    relation
                });
                if recomputed {
                    builder.recomputed.insert(number);
                }
                number += 1;
            }
        }
    }
    for (at, draft) in drafts.iter().enumerate() {
        for equal in &draft.equal {
            builder.equal(drafts, &[(at, &equal.cells, true)], equal.sum);
        }
    }
    for link in same {
        builder.link(drafts, link);
    }
    builder
}

/// What a hidden cell can be by its marker, and by a percentage that goes with it.
fn open(draft: &Draft, at: At) -> Interval {
    let stated = match draft.cells.get(at) {
        Content::Hidden(stated) => stated,
        Content::Known(_) | Content::Missing | Content::Other => Interval::new(0, None),
    };
    draft.told.get(&at).and_then(|told| both(stated, *told)).unwrap_or(stated)
}

impl Builder {
    fn number(&mut self, cell: Cell, known: Interval) -> usize {
        let problem = &mut self.problem;
        *self.numbers.entry(cell).or_insert_with(|| problem.cell(known))
    }

    /// A relation of cells that are not settled; none where all are, or one is no count.
    fn relation(
        &mut self,
        draft: usize,
        sum: &Sum,
        known: impl Fn(At, bool) -> Option<Interval>,
    ) -> Option<Relation> {
        let mut relation = Relation { terms: Vec::new(), sum: 0 };
        let cells = sum.parts.iter().map(|&at| (at, true)).chain([(sum.total, false)]);
        let cells: Option<Vec<(At, bool, Interval)>> =
            cells.map(|(at, plus)| Some((at, plus, known(at, !plus)?))).collect();
        for (at, plus, known) in cells? {
            if known.most == Some(known.least) {
                relation.sum += if plus { -known.least } else { known.least };
            } else {
                relation.terms.push((self.number((draft, at), known), plus));
            }
        }
        (!relation.terms.is_empty()).then_some(relation)
    }

    /// Signed cells of tables come to a number, as far as any of them is open; whether any is.
    fn equal(&mut self, drafts: &[Draft], sides: &[(usize, &[At], bool)], sum: i64) -> bool {
        let mut relation = Relation { terms: Vec::new(), sum };
        for &(number, cells, plus) in sides {
            let Some(draft) = drafts.get(number) else { return false };
            for &at in cells {
                let known = match draft.cells.get(at) {
                    Content::Known(count) => families::stands_for(draft.rounding.at(at), count),
                    Content::Hidden(_) | Content::Missing => open(draft, at),
                    Content::Other => return false,
                };
                if known.most == Some(known.least) {
                    relation.sum += if plus { -known.least } else { known.least };
                } else {
                    relation.terms.push((self.number((number, at), known), plus));
                }
            }
        }
        let some = !relation.terms.is_empty();
        if some {
            self.problem.relation(relation);
        }
        some
    }

    /// Makes two sides the same, as far as either is open; where two totals differ, the parts of the one come to the other.
    fn link(&mut self, drafts: &[Draft], link: &Same) {
        let (one, other) = (&link.one, &link.other);
        if self.equal(drafts, &[(one.draft, &one.cells, true), (other.draft, &other.cells, false)], 0) {
            return;
        }
        let value = |side: &Side| -> Option<i64> {
            let draft = drafts.get(side.draft)?;
            side.cells.iter().map(|&at| draft.cells.known(at)).sum()
        };
        let (Some(x), Some(y)) = (value(one), value(other)) else { return };
        if x != y {
            let (less, more) = if x < y { (one, y) } else { (other, x) };
            if let [at] = less.cells.as_slice() {
                self.instead(drafts, (less.draft, *at), more);
            }
        }
    }

    /// The parts of a total come to another number than is printed.
    fn instead(&mut self, drafts: &[Draft], (number, total): Cell, sum: i64) {
        let Some(draft) = drafts.get(number) else { return };
        for of in draft.families.iter().flat_map(|family| &family.sums).filter(|of| of.total == total) {
            let mut relation = Relation { terms: Vec::new(), sum };
            for &at in &of.parts {
                match (self.numbers.get(&(number, at)), draft.cells.known(at)) {
                    (Some(&open), _) => relation.terms.push((open, true)),
                    (None, Some(count)) => relation.sum -= count,
                    (None, None) => return,
                }
            }
            if !relation.terms.is_empty() {
                self.problem.relation(relation);
            }
        }
    }
}
