//! Passing bounds along relations: what is left of the sum when all the others are at their ends.

use std::collections::VecDeque;

use super::{Local, OPEN};

/// How often a relation is looked at, on average, before the rest is left to the solvers.
const ROUNDS: usize = 30;

/// Narrows the bounds of every cell until nothing moves; none where a cell is left without a value.
pub(crate) fn propagate(local: &mut Local) -> Option<()> {
    let places = local.places();
    let mut queue: VecDeque<usize> = (0..local.relations.len()).collect();
    let mut queued = vec![true; local.relations.len()];
    let mut left = ROUNDS * (local.relations.len() + 8);
    while let Some(number) = queue.pop_front() {
        if left == 0 {
            break;
        }
        left -= 1;
        queued[number] = false;
        for cell in narrow(local, number)? {
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

/// Narrows the cells of one relation; gives those that moved.
fn narrow(local: &mut Local, number: usize) -> Option<Vec<usize>> {
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
        let mut changed = false;
        if let Some(most) = at_most.and_then(|most| i64::try_from(most).ok())
            && most < local.most[cell]
        {
            local.most[cell] = most;
            changed = true;
        }
        if let Some(least) = at_least.and_then(|least| i64::try_from(least).ok())
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
