//! Taking a problem apart into what hangs together.

use super::{Answer, Interval, OPEN, Problem, Reach, Relation};

/// No number beyond this is reckoned with, however few there are: a hundred times the people there are.
const LIMIT: i64 = 1 << 40;

/// Cells and relations that hang together, numbered among themselves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Local {
    /// The largest number that is reckoned with.
    pub(crate) limit: i64,
    /// Least value of each cell.
    pub(crate) least: Vec<i64>,
    /// Greatest value of each cell, or [`OPEN`].
    pub(crate) most: Vec<i64>,
    /// Relations: their terms, and what they come to.
    pub(crate) relations: Vec<(Vec<(usize, bool)>, i64)>,
}

impl Local {
    /// By cell, the relations it stands in and whether it is added there.
    pub(crate) fn places(&self) -> Vec<Vec<(usize, bool)>> {
        let mut places = vec![Vec::new(); self.least.len()];
        for (number, (terms, _)) in self.relations.iter().enumerate() {
            for &(cell, plus) in terms {
                places[cell].push((number, plus));
            }
        }
        places
    }

    /// A bound that reckoning has no reason to pass: what all that is given comes to. In a network no least or greatest value
    /// lies beyond it.
    pub(crate) fn bound(&self) -> i64 {
        let given = self
            .relations
            .iter()
            .map(|(_, sum)| sum)
            .chain(&self.least)
            .chain(self.most.iter().filter(|most| **most != OPEN));
        let total = given.fold(0_i64, |total, value| total.saturating_add(value.saturating_abs()));
        total.min(self.limit)
    }

    /// The cells as they stand, with how far each was followed.
    pub(crate) fn answers(&self, reach: &[Reach]) -> Vec<Answer> {
        let ends = self.least.iter().zip(&self.most).zip(reach);
        ends.map(|((&least, &most), &reach)| Answer {
            interval: Interval { least, most: (most != OPEN).then_some(most) },
            reach,
        })
        .collect()
    }

    /// Whether only one value is left to the cell.
    pub(crate) fn settled(&self, cell: usize) -> bool {
        self.least[cell] == self.most[cell]
    }
}

/// A component with the numbers that its cells and relations have in the problem.
pub(crate) struct Part {
    pub(crate) cells: Vec<usize>,
    pub(crate) relations: Vec<usize>,
    pub(crate) local: Local,
}

/// The components of a problem. A relation with a number that is too large to reckon with says nothing: no count of people is,
/// and what is left out can only make an interval wider.
pub(crate) fn components(problem: &Problem) -> Vec<Part> {
    let limit = limit(problem);
    let far = |value: i64| value.unsigned_abs() > limit.unsigned_abs();
    let large: Vec<bool> =
        problem.cells.iter().map(|cell| far(cell.least) || cell.most.is_some_and(far)).collect();
    let relation = |relation: &Relation| {
        let idle = far(relation.sum) || relation.terms.iter().any(|&(cell, _)| large[cell]);
        if idle { (Vec::new(), 0) } else { (relation.terms.clone(), relation.sum) }
    };
    let all = Local {
        limit,
        least: problem.cells.iter().map(|cell| cell.least).collect(),
        most: problem.cells.iter().map(|cell| cell.most.unwrap_or(OPEN)).collect(),
        relations: problem.relations.iter().map(relation).collect(),
    };
    apart(&all, |_| true)
}

/// The largest number that is reckoned with: what all terms come to stays far within 64 bits.
fn limit(problem: &Problem) -> i64 {
    let terms: usize = problem.relations.iter().map(|relation| relation.terms.len() + 1).sum();
    (i64::MAX / 16 / i64::try_from(terms + 1).unwrap_or(i64::MAX)).min(LIMIT)
}

/// The components of the cells that are not settled, with the settled ones taken into the sums.
pub(crate) fn rest(local: &Local) -> Vec<(Vec<usize>, Local)> {
    apart(local, |cell| !local.settled(cell)).into_iter().map(|part| (part.cells, part.local)).collect()
}

/// Takes apart what hangs together by the cells that are wanted; the others are settled and counted into the sums.
fn apart(all: &Local, wanted: impl Fn(usize) -> bool) -> Vec<Part> {
    let cells = all.least.len();
    let mut groups = Groups((0..cells).collect());
    for (terms, _) in &all.relations {
        let mut of = terms.iter().map(|&(cell, _)| cell).filter(|&cell| wanted(cell));
        if let Some(first) = of.next() {
            of.for_each(|cell| groups.join(first, cell));
        }
    }
    let mut part_of = vec![usize::MAX; cells];
    let mut number_of = vec![0; cells];
    let mut parts: Vec<Part> = Vec::new();
    for cell in (0..cells).filter(|&cell| wanted(cell)) {
        let root = groups.root(cell);
        if part_of[root] == usize::MAX {
            part_of[root] = parts.len();
            let local = Local { limit: all.limit, ..Local::default() };
            parts.push(Part { cells: Vec::new(), relations: Vec::new(), local });
        }
        let part = &mut parts[part_of[root]];
        number_of[cell] = part.cells.len();
        part.cells.push(cell);
        part.local.least.push(all.least[cell]);
        part.local.most.push(all.most[cell]);
    }
    for (number, (terms, sum)) in all.relations.iter().enumerate() {
        let Some(&(first, _)) = terms.iter().find(|(cell, _)| wanted(*cell)) else { continue };
        let part = &mut parts[part_of[groups.root(first)]];
        let (mut left, mut sum) = (Vec::with_capacity(terms.len()), *sum);
        for &(cell, plus) in terms {
            if wanted(cell) {
                left.push((number_of[cell], plus));
            } else if plus {
                sum -= all.least[cell];
            } else {
                sum += all.least[cell];
            }
        }
        part.relations.push(number);
        part.local.relations.push((left, sum));
    }
    parts
}

/// Disjoint groups.
struct Groups(Vec<usize>);

impl Groups {
    fn root(&mut self, mut of: usize) -> usize {
        while self.0[of] != of {
            self.0[of] = self.0[self.0[of]];
            of = self.0[of];
        }
        of
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.0[other] = one;
    }
}
