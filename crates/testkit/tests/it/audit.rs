//! What totals leave for hidden cells, against HiGHS: a thousand random tables, each end of each hidden cell.
//!
//! `EXEAT_TEST_PYTHON` names a Python that has scipy; without it, `python3` must have it.

use std::io::Write as _;
use std::process::{Command, Stdio};

use exeat_checks::audit::{Interval, Problem, Reach, Relation, solve};

/// Tables that are compared.
const TABLES: usize = 1000;

/// Both ends of every cell of every system, by HiGHS: a whole-numbered program for each.
const HIGHS: &str = "
import json, sys
import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
for line in sys.stdin:
    system = json.loads(line)
    low = [cell[0] for cell in system['cells']]
    high = [np.inf if cell[1] is None else cell[1] for cell in system['cells']]
    rows = np.zeros((len(system['relations']), len(low)))
    for at, (terms, _) in enumerate(system['relations']):
        for cell, plus in terms:
            rows[at, cell] = 1 if plus else -1
    sums = [relation[1] for relation in system['relations']]
    ends = []
    for cell in range(len(low)):
        found = []
        for sign in (1, -1):
            aim = np.zeros(len(low))
            aim[cell] = sign
            answer = milp(aim, constraints=LinearConstraint(rows, sums, sums), bounds=Bounds(low, high), integrality=np.ones(len(low)), options={'presolve': True})
            assert answer.status == 0, answer
            found.append(round(sign * answer.fun))
        ends.append(found)
    print(json.dumps(ends))
";

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }

    fn size(&mut self, least: usize, most: usize) -> usize {
        least + self.below((most - least + 1) as u64) as usize
    }
}

/// A table of two or three dimensions with all its margins; some cells are hidden, by `<T` or without a word.
fn table(random: &mut Random) -> Problem {
    let shape = if random.below(2) == 0 {
        vec![random.size(2, 6), random.size(2, 6)]
    } else {
        vec![random.size(2, 4), random.size(2, 3), random.size(2, 3)]
    };
    let cells: usize = shape.iter().product();
    let most = [5, 12, 40, 1000][random.size(0, 3)];
    let values: Vec<i64> = (0..cells).map(|_| random.below(most) as i64).collect();
    // Below a threshold all are hidden and a few more are; or any of them.
    let threshold = (random.below(2) == 0).then(|| 3 + random.below(8) as i64);
    let share = 2 + random.below(4);
    let mut problem = Problem::default();
    let numbers: Vec<Option<usize>> = values
        .iter()
        .map(|&value| {
            let known = match threshold {
                Some(threshold) if value >= 1 && value < threshold => Interval::new(1, threshold - 1),
                _ if random.below(share) == 0 => Interval::new(0, None),
                _ => return None,
            };
            Some(problem.cell(known))
        })
        .collect();
    // The lines along each dimension: cells that differ in it alone.
    let mut step = 1;
    for &length in shape.iter().rev() {
        for start in (0..cells).filter(|cell| cell / step % length == 0) {
            let line = (0..length).map(|at| start + at * step);
            let hidden: Vec<(usize, i64)> =
                line.filter_map(|cell| Some((numbers[cell]?, values[cell]))).collect();
            let sum = hidden.iter().map(|(_, value)| value).sum();
            problem.relation(Relation {
                terms: hidden.into_iter().map(|(number, _)| (number, true)).collect(),
                sum,
            });
        }
        step *= length;
    }
    problem
}

fn written(problem: &Problem) -> String {
    let cells: Vec<(i64, Option<i64>)> = problem.cells().iter().map(|cell| (cell.least, cell.most)).collect();
    let relations: Vec<(&[(usize, bool)], i64)> =
        problem.relations().iter().map(|relation| (relation.terms.as_slice(), relation.sum)).collect();
    serde_json::json!({ "cells": cells, "relations": relations }).to_string()
}

#[test]
fn a_thousand_tables_are_worked_out_as_highs_works_them_out() {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let tables: Vec<Problem> = std::iter::repeat_with(|| table(&mut random))
        .filter(|table| !table.cells().is_empty())
        .take(TABLES)
        .collect();
    let program = std::env::var("EXEAT_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut child = Command::new(&program)
        .args(["-c", HIGHS])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program} is needed: {error}"));
    let mut input = child.stdin.take().unwrap();
    let lines: Vec<String> = tables.iter().map(written).collect();
    let writing = std::thread::spawn(move || lines.iter().try_for_each(|line| writeln!(input, "{line}")));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program} needs scipy");
    writing.join().unwrap().unwrap();
    let answers: Vec<Vec<(i64, i64)>> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), TABLES);
    let mut compared = 0;
    for (problem, highs) in tables.iter().zip(answers) {
        let solved = solve(problem, None);
        assert!(solved.conflicts.is_empty());
        for (answer, (least, most)) in solved.answers.iter().zip(highs) {
            let answer = answer.unwrap();
            assert_eq!(answer.reach, Reach::Tight);
            assert_eq!(answer.interval, Interval::new(least, most), "{}", written(problem));
            compared += 1;
        }
    }
    assert!(compared > 5 * TABLES, "{compared}");
}
