//! The request as one system of relations, and what it leaves for its hidden cells.

use std::collections::{BTreeSet, HashMap, HashSet};

use exeat_domain::finding::Place;

use super::cells::{At, Content};
use super::families::{self, Sum};
use super::link::{self, Same};
use super::{Draft, LARGE, Margins};
use crate::audit::{self, Interval, Problem, Reach, Relation, Solved};

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
    let hidden: Vec<BTreeSet<At>> = drafts.iter().map(hidden_cells).collect();
    let hides: Vec<bool> = hidden.iter().map(|cells| !cells.is_empty()).collect();
    if !hides.contains(&true) {
        return;
    }
    let (same, all) = link::same(drafts, &hides);
    let alone = solved(drafts, &hides, &[]);
    let together = if same.is_empty() { None } else { Some(solved(drafts, &hides, &same)) };
    for (number, (draft, margins)) in drafts.iter().zip(margins).enumerate() {
        let judged = judged(draft, &hidden[number]);
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

/// Cells that are hidden, or may be, and stand in a relation.
fn hidden_cells(draft: &Draft) -> BTreeSet<At> {
    let sums = draft.families.iter().flat_map(|family| &family.sums);
    let cells = sums.flat_map(|sum| sum.parts.iter().copied().chain([sum.total]));
    cells.filter(|&at| matches!(draft.cells.get(at), Content::Hidden(_) | Content::Missing)).collect()
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
        let other = match (link.one, link.other) {
            (one, other) if one.0 == number => other,
            (other, one) if one.0 == number => other,
            _ => continue,
        };
        let (Some(draft), Some(own)) = (drafts.get(other.0), drafts.get(number)) else { continue };
        let there = found.iter().any(|(file, _)| *file == draft.file);
        if draft.file != own.file && !there {
            found.push((draft.file, place(draft, other.1)));
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
    Is(audit::Answer),
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
                    Content::Hidden(stated) => Some(stated),
                    Content::Missing => Some(Interval::new(0, None)),
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
    for link in same {
        builder.link(drafts, *link);
    }
    builder
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

    /// Makes two cells the same, as far as either is open; where two totals differ, the parts of the one come to the other.
    fn link(&mut self, drafts: &[Draft], link: Same) {
        let value = |(draft, at): Cell| drafts.get(draft).and_then(|draft| draft.cells.known(at));
        match (self.numbers.get(&link.one).copied(), self.numbers.get(&link.other).copied()) {
            (Some(one), Some(other)) => {
                self.problem.relation(Relation { terms: vec![(one, true), (other, false)], sum: 0 });
            }
            (Some(open), None) | (None, Some(open)) => {
                let settled = if self.numbers.contains_key(&link.one) { link.other } else { link.one };
                let Some(sum) = value(settled) else { return };
                match drafts.get(settled.0).and_then(|draft| draft.rounding.at(settled.1)) {
                    None => drop(self.problem.relation(Relation { terms: vec![(open, true)], sum })),
                    Some(base) => {
                        let rounded = self.number(settled, base.hides(sum));
                        self.problem
                            .relation(Relation { terms: vec![(open, true), (rounded, false)], sum: 0 });
                    }
                }
            }
            (None, None) => {
                let (Some(one), Some(other)) = (value(link.one), value(link.other)) else { return };
                if one != other {
                    let (less, more) = if one < other { (link.one, other) } else { (link.other, one) };
                    self.instead(drafts, less, more);
                }
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
