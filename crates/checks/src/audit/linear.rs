//! What is no network: three dimensions, hierarchies, linked tables. Each end is a linear program in whole numbers.

use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOptions, Variable};

use super::{Local, OPEN, Reach};

/// Terms of all relations that a program may have.
const TERMS: usize = 20_000;
/// Programs that one component may take, times its terms.
const WORK: usize = 400_000;
/// Branches that one program may take.
const BRANCHES: u64 = 2_000;
/// Values from here on are not told apart well enough.
const LARGE: i64 = 1 << 30;

/// Narrows each cell to what it can be; none where there is no solution.
pub(crate) fn intervals(local: &mut Local, enough: Option<i64>) -> Option<Vec<Reach>> {
    let cells = local.least.len();
    let terms: usize = local.relations.iter().map(|(terms, _)| terms.len()).sum();
    let large = local.relations.iter().any(|(_, sum)| sum.abs() >= LARGE)
        || local.least.iter().any(|least| least.abs() >= LARGE);
    if terms > TERMS || large {
        return Some(vec![Reach::Within; cells]);
    }
    let mut seen = Seen { least: vec![i64::MAX; cells], most: vec![i64::MIN; cells] };
    let mut left = (WORK / terms.max(1)).max(8);
    let mut reach = vec![Reach::Within; cells];
    for (cell, reach) in reach.iter_mut().enumerate() {
        let two = |seen: &Seen| {
            enough.is_some_and(|enough| seen.most[cell] >= enough) && seen.least[cell] < seen.most[cell]
        };
        let mut tight = true;
        for direction in [OptimizationDirection::Maximize, OptimizationDirection::Minimize] {
            let end = match direction {
                OptimizationDirection::Maximize => local.most[cell] == seen.most[cell],
                OptimizationDirection::Minimize => local.least[cell] == seen.least[cell],
            };
            if end || two(&seen) {
                continue;
            }
            if left == 0 {
                tight = false;
                continue;
            }
            left -= 1;
            tight &= seek(local, cell, direction, &mut seen)?;
        }
        *reach = if two(&seen)
            && !(local.least[cell] == seen.least[cell] && local.most[cell] == seen.most[cell])
        {
            Reach::Enough
        } else if tight {
            Reach::Tight
        } else {
            Reach::Within
        };
    }
    Some(reach)
}

/// The ends that solutions had so far.
struct Seen {
    least: Vec<i64>,
    most: Vec<i64>,
}

impl Seen {
    fn note(&mut self, values: &[i64]) {
        for (at, &value) in values.iter().enumerate() {
            self.least[at] = self.least[at].min(value);
            self.most[at] = self.most[at].max(value);
        }
    }
}

/// Seeks one end of a cell and narrows its bound to it; whether it was attained, or none where there is no solution.
fn seek(local: &mut Local, cell: usize, direction: OptimizationDirection, seen: &mut Seen) -> Option<bool> {
    let up = matches!(direction, OptimizationDirection::Maximize);
    let (problem, variables) = program(local, cell, direction);
    let mut options = SolveOptions::default();
    options.node_limit = Some(BRANCHES);
    match problem.solve_with(options) {
        Err(microlp::Error::Infeasible) => None,
        Err(_) => Some(false),
        Ok(outcome) => {
            if !outcome.is_optimal() {
                return Some(false);
            }
            let Some(solution) = outcome.solution() else { return Some(false) };
            #[allow(
                clippy::cast_possible_truncation,
                reason = "bounded by LARGE, and whole within a tolerance"
            )]
            let values: Vec<i64> = variables
                .iter()
                .zip(&local.least)
                .map(|(&variable, least)| solution.var_value(variable).round() as i64 + least)
                .collect();
            if !holds(local, &values) {
                return Some(false);
            }
            seen.note(&values);
            // A solution that leans on an end that only the program has says nothing of a greatest value.
            let leans = (0..values.len()).any(|at| local.most[at] == OPEN && values[at] >= far(local, at));
            if up && !leans {
                local.most[cell] = values[cell];
            } else if !up {
                local.least[cell] = values[cell];
            }
            Some(true)
        }
    }
}

/// The greatest value of a cell that a program asks about.
fn far(local: &Local, cell: usize) -> i64 {
    let most = local.most[cell];
    if most == OPEN { local.least[cell] + LARGE } else { most.min(local.least[cell] + LARGE) }
}

/// The program for one end of a cell, counted from the least value of each.
fn program(local: &Local, cell: usize, direction: OptimizationDirection) -> (Problem, Vec<Variable>) {
    let mut problem = Problem::new(direction);
    let variables: Vec<Variable> = (0..local.least.len())
        .map(|at| {
            let span = i32::try_from(far(local, at) - local.least[at]).unwrap_or(i32::MAX);
            problem.add_integer_var(f64::from(u8::from(at == cell)), (0, span))
        })
        .collect();
    for (terms, sum) in &local.relations {
        let mut rest = *sum;
        let expression: Vec<(Variable, f64)> = terms
            .iter()
            .map(|&(at, plus)| {
                rest -= if plus { local.least[at] } else { -local.least[at] };
                (variables[at], if plus { 1.0 } else { -1.0 })
            })
            .collect();
        #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
        problem.add_constraint(expression, ComparisonOp::Eq, rest as f64);
    }
    (problem, variables)
}

/// Whether these values are a solution.
fn holds(local: &Local, values: &[i64]) -> bool {
    let within =
        values.iter().enumerate().all(|(at, &value)| local.least[at] <= value && value <= local.most[at]);
    within
        && local.relations.iter().all(|(terms, sum)| {
            let signed = terms.iter().map(|&(at, plus)| if plus { values[at] } else { -values[at] });
            signed.sum::<i64>() == *sum
        })
}
