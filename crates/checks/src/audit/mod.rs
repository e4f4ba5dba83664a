//! The attacker's problem: what published cells and the relations between cells leave for the hidden ones.
//!
//! A [`Problem`] holds whole-numbered cells within bounds and relations `± cell ± cell … = sum`. [`solve`] answers for each
//! cell with the least and the greatest value that it can take. The problem falls apart into components; in each, bounds are
//! passed along the relations, which settles most cells; what is left is a flow in a network where every cell stands in two
//! relations at most (a plain table with its margins), and a linear program otherwise (three dimensions, hierarchies, linked
//! tables).

mod bounds;
mod linear;
mod network;
mod split;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

pub(crate) use split::Local;

/// No upper end.
pub(crate) const OPEN: i64 = i64::MAX;

/// What a cell can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The least value.
    pub least: i64,
    /// The greatest value; none where nothing bounds it.
    pub most: Option<i64>,
}

impl Interval {
    /// An interval from `least` to `most`.
    #[must_use]
    pub fn new(least: i64, most: impl Into<Option<i64>>) -> Self {
        Self { least, most: most.into() }
    }
}

/// Cells add up: the signed sum of these is `sum`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Cells by number, and whether each is added rather than taken away.
    pub terms: Vec<(usize, bool)>,
    /// What they come to.
    pub sum: i64,
}

/// Cells within bounds, and the relations between them.
#[derive(Clone, Debug, Default)]
pub struct Problem {
    cells: Vec<Interval>,
    relations: Vec<Relation>,
}

impl Problem {
    /// Adds a cell with what is known of it by itself, and gives its number.
    pub fn cell(&mut self, known: Interval) -> usize {
        self.cells.push(known);
        self.cells.len() - 1
    }

    /// Adds a relation and gives its number.
    pub fn relation(&mut self, relation: Relation) -> usize {
        self.relations.push(relation);
        self.relations.len() - 1
    }

    /// The cells, as they were added.
    #[must_use]
    pub fn cells(&self) -> &[Interval] {
        &self.cells
    }

    /// The relations, as they were added.
    #[must_use]
    pub fn relations(&self) -> &[Relation] {
        &self.relations
    }
}

/// How far an answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Both ends are attained.
    Tight,
    /// The cell can take two values, and one that is `enough`; the ends were not looked for.
    Enough,
    /// The cell lies within; whether the ends are attained was not found out within bounds of work.
    Within,
}

/// What is known of one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What it can be.
    pub interval: Interval,
    /// How far that goes.
    pub reach: Reach,
}

/// The answers.
#[derive(Clone, Debug, Default)]
pub struct Solved {
    /// By cell; none where the relations around it contradict each other.
    pub answers: Vec<Option<Answer>>,
    /// Relations that cannot hold together, by component.
    pub conflicts: Vec<Vec<usize>>,
}

/// Works out what each cell can be. With `enough`, the ends of a cell that can take two values, one of them at least this, are
/// not looked for.
#[must_use]
pub fn solve(problem: &Problem, enough: Option<i64>) -> Solved {
    let parts = split::components(problem);
    let done: Vec<_> = parts
        .into_par_iter()
        .map(|part| {
            let answers = component(part.local, enough);
            (part.cells, part.relations, answers)
        })
        .collect();
    let mut solved = Solved { answers: vec![None; problem.cells.len()], conflicts: Vec::new() };
    for (cells, relations, answers) in done {
        match answers {
            None => solved.conflicts.push(relations),
            Some(answers) => {
                for (cell, answer) in cells.into_iter().zip(answers) {
                    solved.answers[cell] = Some(answer);
                }
            }
        }
    }
    solved
}

/// The answers of one component; none where its relations contradict each other.
fn component(mut local: Local, enough: Option<i64>) -> Option<Vec<Answer>> {
    let mut reach = vec![Reach::Tight; local.least.len()];
    if local.relations.is_empty() {
        return Some(local.answers(&reach));
    }
    bounds::propagate(&mut local)?;
    for (cells, mut rest) in split::rest(&local) {
        let reached = match network::Network::of(&rest) {
            Some(network) => network.intervals(&mut rest, enough)?,
            None => linear::intervals(&mut rest, enough)?,
        };
        for (at, &cell) in cells.iter().enumerate() {
            local.least[cell] = rest.least[at];
            local.most[cell] = rest.most[at];
            reach[cell] = reached[at];
        }
    }
    Some(local.answers(&reach))
}
