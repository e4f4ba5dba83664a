//! What `cargo xtask bench audit` measures: 200 rows by 200 columns with their totals, every tenth cell hidden.
//!
//! `audit time ROUNDS` prints the milliseconds of each round and how many cells are hidden; `audit system` prints the system as JSON.
#![allow(clippy::print_stdout, reason = "it prints what it measures")]

use std::time::Instant;

use exeat_checks::audit::{Interval, Problem, Relation, solve};

/// Rows, and columns.
const SIDE: usize = 200;
/// One in so many cells is hidden.
const HIDDEN: u64 = 10;
/// Counts are below this.
const MOST: u64 = 200;
/// What a rule calls large enough.
const ENOUGH: i64 = 64;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let problem = table();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["time", rounds] => time(&problem, rounds.parse().unwrap_or(1)),
        ["system"] => println!("{}", written(&problem)),
        _ => println!("audit time ROUNDS, or audit system"),
    }
}

fn time(problem: &Problem, rounds: u32) {
    println!("{}", problem.cells().len());
    for _ in 0..rounds {
        let start = Instant::now();
        let solved = solve(problem, Some(ENOUGH));
        let took = start.elapsed();
        assert!(solved.answers.iter().all(Option::is_some));
        println!("{}", took.as_secs_f64() * 1e3);
    }
}

fn written(problem: &Problem) -> String {
    let relations: Vec<(Vec<usize>, i64)> = problem
        .relations()
        .iter()
        .map(|relation| (relation.terms.iter().map(|&(cell, _)| cell).collect(), relation.sum))
        .collect();
    serde_json::json!({ "cells": problem.cells().len(), "relations": relations }).to_string()
}

/// The table: the same numbers in every run.
fn table() -> Problem {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = |most: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % most
    };
    let mut problem = Problem::default();
    let mut rows = vec![Relation { terms: Vec::new(), sum: 0 }; SIDE];
    let mut columns = rows.clone();
    for row in &mut rows {
        for column in &mut columns {
            let value = random(MOST).cast_signed();
            if random(HIDDEN) == 0 {
                let cell = problem.cell(Interval::new(0, None));
                for line in [&mut *row, column] {
                    line.terms.push((cell, true));
                    line.sum += value;
                }
            }
        }
    }
    for line in rows.into_iter().chain(columns) {
        problem.relation(line);
    }
    problem
}
