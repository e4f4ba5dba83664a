//! Taking a problem apart into what hangs together.

use super::{OPEN, Problem};

/// Cells and relations that hang together, numbered among themselves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Local {
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

/// The components of a problem.
pub(crate) fn components(problem: &Problem) -> Vec<Part> {
    let all = Local {
        least: problem.cells.iter().map(|cell| cell.least).collect(),
        most: problem.cells.iter().map(|cell| cell.most.unwrap_or(OPEN)).collect(),
        relations: problem.relations.iter().map(|relation| (relation.terms.clone(), relation.sum)).collect(),
    };
    apart(&all, |_| true)
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
            parts.push(Part { cells: Vec::new(), relations: Vec::new(), local: Local::default() });
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
