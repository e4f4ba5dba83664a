//! Passing bounds along relations: what is left of the sum when all the others are at their ends.

use std::collections::VecDeque;

use super::{Local, OPEN};

/// How often a relation is looked at, on average, before the rest is left to the solvers.
const ROUNDS: usize = 30;

/// Narrows the bounds of every cell until nothing moves; none where a cell is left without a value. Bounds that chase each
/// other up, as where two cells are each more than the other, go no further than any answer of a network: what contradicts is
/// left to the solvers.
pub(crate) fn propagate(local: &mut Local) -> Option<()> {
    let (places, bound) = (local.places(), local.bound());
    let mut queue: VecDeque<usize> = (0..local.relations.len()).collect();
    let mut queued = vec![true; local.relations.len()];
    let mut left = ROUNDS * (local.relations.len() + 8);
    while let Some(number) = queue.pop_front() {
        if left == 0 {
            break;
        }
        left -= 1;
        queued[number] = false;
        for cell in narrow(local, number, bound)? {
            for &(other, _) in &places[cell] {
                if other != number && !queued[other] {
                    queued[other] = true;
                    queue.push_back(other);
                }
            }
        }
    }
    local.least.iter().zip(&local.most).all(|(least, most)| least <= most).then_some(())
}

/// The ends of a sum: what is finite of it, and how many terms are unbounded.
#[derive(Clone, Copy, Default)]
struct End {
    sum: i128,
    open: usize,
}

impl End {
    fn add(&mut self, value: Option<i64>) {
        match value {
            Some(value) => self.sum += i128::from(value),
            None => self.open += 1,
        }
    }

    /// The end without one of its terms.
    fn without(self, value: Option<i64>) -> Option<i128> {
        match value {
            Some(value) => (self.open == 0).then(|| self.sum - i128::from(value)),
            None => (self.open == 1).then_some(self.sum),
        }
    }
}

/// Least and greatest value of a term, with its sign.
fn ends(local: &Local, cell: usize, plus: bool) -> (Option<i64>, Option<i64>) {
    let least = local.least[cell];
    let most = (local.most[cell] != OPEN).then_some(local.most[cell]);
    if plus { (Some(least), most) } else { (most.map(|most| -most), Some(-least)) }
}

/// Narrows the cells of one relation, to ends within the bound; gives those that moved.
fn narrow(local: &mut Local, number: usize, bound: i64) -> Option<Vec<usize>> {
    let (terms, sum) = std::mem::take(&mut local.relations[number]);
    let (mut low, mut high) = (End::default(), End::default());
    for &(cell, plus) in &terms {
        let (least, most) = ends(local, cell, plus);
        low.add(least);
        high.add(most);
    }
    let wanted = i128::from(sum);
    let holds = (low.open > 0 || low.sum <= wanted) && (high.open > 0 || high.sum >= wanted);
    let mut moved = Vec::new();
    for &(cell, plus) in terms.iter().filter(|_| holds) {
        let (least, most) = ends(local, cell, plus);
        let at_most = low.without(least).map(|others| wanted - others);
        let at_least = high.without(most).map(|others| wanted - others);
        let (at_least, at_most) =
            if plus { (at_least, at_most) } else { (at_most.map(|v| -v), at_least.map(|v| -v)) };
        let near =
            |end: Option<i128>| end.and_then(|end| i64::try_from(end).ok()).filter(|end| end.abs() <= bound);
        let (at_least, at_most) = (near(at_least), near(at_most));
        let mut changed = false;
        if let Some(most) = at_most
            && most < local.most[cell]
        {
            local.most[cell] = most;
            changed = true;
        }
        if let Some(least) = at_least
            && least > local.least[cell]
        {
            local.least[cell] = least;
            changed = true;
        }
        if changed {
            moved.push(cell);
        }
    }
    let stands = moved.iter().all(|&cell| local.least[cell] <= local.most[cell]);
    local.relations[number] = (terms, sum);
    (holds && stands).then_some(moved)
}
