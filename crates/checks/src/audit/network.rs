//! Cells that stand in two relations at most: arcs between relations, with a flow through them.
//!
//! Such systems are totally unimodular, so that the ends of every cell are whole numbers without further ado. A cell whose arc
//! is a bridge is told by what stands on either side of it; of the others one feasible flow is found, and each cell is pushed
//! along the cycles of the residual graph until there is none. Two nodes in different strongly connected components of that graph
//! are on no common cycle.

use super::{Local, OPEN, Reach};

/// Arcs, numbered as the cells, between relations; the last node stands for what lies outside.
#[derive(Debug)]
pub(crate) struct Network {
    from: Vec<usize>,
    to: Vec<usize>,
    /// What leaves each node, less what enters it.
    balance: Vec<i64>,
    /// By node, the arcs at it.
    arcs: Vec<Vec<usize>>,
}

impl Network {
    /// The network of these relations; none where a cell stands in three, or signs do not agree.
    pub(crate) fn of(local: &Local) -> Option<Self> {
        let places = local.places();
        let outside = local.relations.len();
        let turned = turned(&places, outside)?;
        let mut network = Self {
            from: Vec::with_capacity(places.len()),
            to: Vec::with_capacity(places.len()),
            balance: vec![0; outside + 1],
            arcs: vec![Vec::new(); outside + 1],
        };
        for (node, (_, sum)) in local.relations.iter().enumerate() {
            let sum = if turned[node] { -sum } else { *sum };
            network.balance[node] = sum;
            network.balance[outside] -= sum;
        }
        for (cell, places) in places.iter().enumerate() {
            let (mut from, mut to) = (outside, outside);
            for &(node, plus) in places {
                if plus == turned[node] { to = node } else { from = node }
            }
            network.from.push(from);
            network.to.push(to);
            network.arcs[from].push(cell);
            if to != from {
                network.arcs[to].push(cell);
            }
        }
        Some(network)
    }

    /// Narrows each cell to what it can be; none where there is no solution.
    pub(crate) fn intervals(&self, local: &mut Local, enough: Option<i64>) -> Option<Vec<Reach>> {
        self.bridges(local)?;
        let mut flow = Flow::feasible(self, local)?;
        let knots = flow.knots(local);
        let mut reach = vec![Reach::Tight; local.least.len()];
        for (cell, reach) in reach.iter_mut().enumerate() {
            let (from, to) = (self.from[cell], self.to[cell]);
            if from == to {
                continue;
            }
            if knots[from] != knots[to] {
                (local.least[cell], local.most[cell]) = (flow.value[cell], flow.value[cell]);
                continue;
            }
            if flow.stretch(local, cell, enough) {
                (local.least[cell], local.most[cell]) = (flow.least[cell], flow.most[cell]);
            } else {
                *reach = Reach::Enough;
            }
        }
        Some(reach)
    }

    /// Settles the cells whose arcs are bridges: the one way between two sides carries what the sides lack.
    fn bridges(&self, local: &mut Local) -> Option<()> {
        let nodes = self.arcs.len();
        let (mut seen, mut low, mut clock) = (vec![0_usize; nodes], vec![0_usize; nodes], 0);
        let mut below = self.balance.clone();
        for start in 0..nodes {
            if seen[start] != 0 {
                continue;
            }
            clock += 1;
            (seen[start], low[start]) = (clock, clock);
            let mut path = vec![(start, usize::MAX, 0_usize)];
            while let Some((node, by, next)) = path.last_mut() {
                let (node, by) = (*node, *by);
                if let Some(&arc) = self.arcs[node].get(*next) {
                    *next += 1;
                    let other = self.other(arc, node);
                    if arc == by || other == node {
                        continue;
                    }
                    if seen[other] == 0 {
                        clock += 1;
                        (seen[other], low[other]) = (clock, clock);
                        path.push((other, arc, 0));
                    } else {
                        low[node] = low[node].min(seen[other]);
                    }
                    continue;
                }
                path.pop();
                let Some(&(parent, ..)) = path.last() else { continue };
                low[parent] = low[parent].min(low[node]);
                if low[node] > seen[parent] {
                    let value = if self.from[by] == node { below[node] } else { -below[node] };
                    if value < local.least[by] || value > local.most[by] {
                        return None;
                    }
                    (local.least[by], local.most[by]) = (value, value);
                }
                below[parent] += below[node];
            }
        }
        Some(())
    }

    fn other(&self, arc: usize, node: usize) -> usize {
        if self.from[arc] == node { self.to[arc] } else { self.from[arc] }
    }
}

/// Which relations are turned round so that each cell leaves one and enters another; none where that cannot be.
fn turned(places: &[Vec<(usize, bool)>], relations: usize) -> Option<Vec<bool>> {
    let mut beside: Vec<Vec<(usize, bool)>> = vec![Vec::new(); relations];
    for places in places {
        match places.as_slice() {
            [(one, plus), (other, also)] if one != other => {
                beside[*one].push((*other, plus == also));
                beside[*other].push((*one, plus == also));
            }
            [] | [_] => {}
            _ => return None,
        }
    }
    let mut turned: Vec<Option<bool>> = vec![None; relations];
    for start in 0..relations {
        if turned[start].is_some() {
            continue;
        }
        turned[start] = Some(false);
        let mut open = vec![start];
        while let Some(node) = open.pop() {
            let own = turned[node] == Some(true);
            for &(other, differs) in &beside[node] {
                match turned[other] {
                    None => {
                        turned[other] = Some(own != differs);
                        open.push(other);
                    }
                    Some(way) if way == (own != differs) => {}
                    Some(_) => return None,
                }
            }
        }
    }
    Some(turned.into_iter().map(|way| way == Some(true)).collect())
}

/// A flow that meets every relation, and the ends that each cell had on the way.
struct Flow<'a> {
    network: &'a Network,
    value: Vec<i64>,
    least: Vec<i64>,
    most: Vec<i64>,
    /// For the search: which search saw the node, and by which arc.
    stamp: Vec<usize>,
    by: Vec<usize>,
    queue: Vec<usize>,
    searches: usize,
}

impl<'a> Flow<'a> {
    fn feasible(network: &'a Network, local: &Local) -> Option<Self> {
        let nodes = network.arcs.len();
        let value = local.least.clone();
        let mut flow = Self {
            network,
            least: Vec::new(),
            most: Vec::new(),
            value,
            stamp: vec![0; nodes],
            by: vec![0; nodes],
            queue: Vec::with_capacity(nodes),
            searches: 0,
        };
        let mut lacks = network.balance.clone();
        for (arc, value) in flow.value.iter().enumerate() {
            lacks[network.from[arc]] -= value;
            lacks[network.to[arc]] += value;
        }
        flow.spread(local, &mut lacks);
        for source in 0..nodes {
            while lacks[source] > 0 {
                let sink = flow.search(local, source, usize::MAX, |node| lacks[node] < 0)?;
                let amount = flow.room(local, source, sink).min(lacks[source]).min(-lacks[sink]);
                flow.push(source, sink, amount);
                lacks[source] -= amount;
                lacks[sink] += amount;
            }
        }
        if lacks.iter().any(|&lack| lack != 0) {
            return None;
        }
        flow.least.clone_from(&flow.value);
        flow.most.clone_from(&flow.value);
        Some(flow)
    }

    /// Begins with a share for each arc, as even as its ends allow; what does not fit is searched for afterwards.
    fn spread(&mut self, local: &Local, lacks: &mut [i64]) {
        let mut left: Vec<i64> =
            self.network.arcs.iter().map(|arcs| i64::try_from(arcs.len()).unwrap_or(1)).collect();
        for arc in 0..self.value.len() {
            let (from, to) = (self.network.from[arc], self.network.to[arc]);
            let share = lacks[from].div_euclid(left[from].max(1)) + 1;
            let amount = share.min(lacks[from]).min(-lacks[to]).min(self.along(local, arc, from));
            left[from] -= 1;
            left[to] -= 1;
            if amount > 0 {
                self.value[arc] += amount;
                lacks[from] -= amount;
                lacks[to] += amount;
            }
        }
    }

    /// How much more can go along this arc from this node.
    fn along(&self, local: &Local, arc: usize, node: usize) -> i64 {
        if self.network.from[arc] == node {
            if local.most[arc] == OPEN { OPEN } else { local.most[arc] - self.value[arc] }
        } else {
            self.value[arc] - local.least[arc]
        }
    }

    /// The nearest node that is wanted, by arcs other than the one shut.
    fn search(
        &mut self,
        local: &Local,
        start: usize,
        shut: usize,
        wanted: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        self.searches += 1;
        self.queue.clear();
        self.queue.push(start);
        self.stamp[start] = self.searches;
        let mut head = 0;
        while let Some(&node) = self.queue.get(head) {
            head += 1;
            for &arc in &self.network.arcs[node] {
                let other = self.network.other(arc, node);
                if arc == shut || self.stamp[other] == self.searches || self.along(local, arc, node) <= 0 {
                    continue;
                }
                self.stamp[other] = self.searches;
                self.by[other] = arc;
                if wanted(other) {
                    return Some(other);
                }
                self.queue.push(other);
            }
        }
        None
    }

    /// How much fits along the path that was found.
    fn room(&self, local: &Local, start: usize, end: usize) -> i64 {
        let (mut node, mut room) = (end, OPEN);
        while node != start {
            let arc = self.by[node];
            let before = self.network.other(arc, node);
            room = room.min(self.along(local, arc, before));
            node = before;
        }
        room
    }

    fn push(&mut self, start: usize, end: usize, amount: i64) {
        let mut node = end;
        while node != start {
            let arc = self.by[node];
            let before = self.network.other(arc, node);
            self.change(arc, if self.network.from[arc] == before { amount } else { -amount });
            node = before;
        }
    }

    fn change(&mut self, arc: usize, by: i64) {
        self.value[arc] += by;
        if let (Some(least), Some(most)) = (self.least.get_mut(arc), self.most.get_mut(arc)) {
            *least = (*least).min(self.value[arc]);
            *most = (*most).max(self.value[arc]);
        }
    }

    /// Pushes a cell to both its ends; whether it got there, or stopped where that was enough.
    fn stretch(&mut self, local: &Local, cell: usize, enough: Option<i64>) -> bool {
        let (from, to) = (self.network.from[cell], self.network.to[cell]);
        for up in [true, false] {
            let (start, end) = if up { (to, from) } else { (from, to) };
            loop {
                if enough
                    .is_some_and(|enough| self.most[cell] >= enough && self.least[cell] < self.most[cell])
                {
                    return false;
                }
                let room = match (up, local.most[cell]) {
                    (true, _) if self.most[cell] == local.most[cell] => break,
                    (false, _) if self.least[cell] == local.least[cell] => break,
                    (true, OPEN) => OPEN,
                    (true, most) => most - self.value[cell],
                    (false, _) => self.value[cell] - local.least[cell],
                };
                if room <= 0 || self.search(local, start, cell, |node| node == end).is_none() {
                    break;
                }
                let amount = self.room(local, start, end).min(room);
                if amount == OPEN {
                    // Nothing holds it: the upper end stays open.
                    self.most[cell] = OPEN;
                    break;
                }
                self.push(start, end, amount);
                self.change(cell, if up { amount } else { -amount });
            }
        }
        true
    }

    /// The strongly connected component of each node in the residual graph.
    fn knots(&self, local: &Local) -> Vec<usize> {
        let nodes = self.network.arcs.len();
        let mut knots = Knots {
            index: vec![0; nodes],
            low: vec![0; nodes],
            knot: vec![usize::MAX; nodes],
            stack: Vec::new(),
        };
        let (mut clock, mut count) = (0, 0);
        for start in 0..nodes {
            if knots.index[start] != 0 {
                continue;
            }
            let mut path = vec![(start, 0_usize)];
            while let Some((node, next)) = path.last_mut() {
                let node = *node;
                if *next == 0 && knots.index[node] == 0 {
                    clock += 1;
                    knots.enter(node, clock);
                }
                if let Some(&arc) = self.network.arcs[node].get(*next) {
                    *next += 1;
                    let other = self.network.other(arc, node);
                    if self.along(local, arc, node) <= 0 {
                        continue;
                    }
                    if knots.index[other] == 0 {
                        path.push((other, 0));
                    } else if knots.knot[other] == usize::MAX {
                        knots.low[node] = knots.low[node].min(knots.index[other]);
                    }
                    continue;
                }
                path.pop();
                if let Some(&(parent, _)) = path.last() {
                    knots.low[parent] = knots.low[parent].min(knots.low[node]);
                }
                count += usize::from(knots.leave(node, count));
            }
        }
        knots.knot
    }
}

/// What Tarjan's search keeps.
struct Knots {
    index: Vec<usize>,
    low: Vec<usize>,
    knot: Vec<usize>,
    stack: Vec<usize>,
}

impl Knots {
    fn enter(&mut self, node: usize, clock: usize) {
        (self.index[node], self.low[node]) = (clock, clock);
        self.stack.push(node);
    }

    /// Closes the component whose first node this is, if it is one.
    fn leave(&mut self, node: usize, number: usize) -> bool {
        let first = self.low[node] == self.index[node];
        while first && let Some(member) = self.stack.pop() {
            self.knot[member] = number;
            if member == node {
                break;
            }
        }
        first
    }
}
