//! The worked examples, and random systems against trying out every value.

use proptest::prelude::*;

use super::*;

/// A table of two dimensions with the margins of `values`; those named are hidden. A single row has its own total alone.
fn crosstab(values: &[&[i64]], hidden: &[(usize, usize)], known: Interval) -> Problem {
    let mut problem = Problem::default();
    let cells: Vec<usize> = hidden.iter().map(|_| problem.cell(known)).collect();
    let line = |inside: &dyn Fn(usize, usize) -> bool| {
        let of = hidden.iter().enumerate().filter(|&(_, &(row, column))| inside(row, column));
        let mut sum = 0;
        let terms = of.map(|(at, &(row, column))| {
            sum += values[row][column];
            (cells[at], true)
        });
        let terms = terms.collect();
        Relation { terms, sum }
    };
    for row in 0..values.len() {
        problem.relation(line(&|r, _| r == row));
    }
    let columns = if values.len() > 1 { values[0].len() } else { 0 };
    for column in 0..columns {
        problem.relation(line(&|_, c| c == column));
    }
    problem
}

fn intervals(problem: &Problem) -> Vec<(i64, Option<i64>)> {
    let solved = solve(problem, None);
    assert_eq!(solved.conflicts, Vec::<Vec<usize>>::new());
    solved
        .answers
        .into_iter()
        .map(|answer| {
            let answer = answer.unwrap();
            assert_eq!(answer.reach, Reach::Tight);
            (answer.interval.least, answer.interval.most)
        })
        .collect()
}

const ANY: Interval = Interval { least: 0, most: None };

fn all(rows: usize, columns: usize) -> Vec<(usize, usize)> {
    (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))).collect()
}

#[test]
fn one_hidden_cell_is_what_is_missing() {
    let problem = crosstab(&[&[10, 15, 25, 1]], &[(0, 3)], ANY);
    assert_eq!(intervals(&problem), [(1, Some(1))]);
}

#[test]
fn four_hidden_cells_with_both_margins() {
    let problem = crosstab(&[&[3, 7], &[7, 13]], &all(2, 2), ANY);
    assert_eq!(intervals(&problem), [(0, Some(10)), (0, Some(10)), (0, Some(10)), (10, Some(20))]);
}

#[test]
fn what_the_marker_says_counts() {
    let below_five = Interval::new(1, 4);
    assert_eq!(intervals(&crosstab(&[&[4, 4]], &[(0, 0), (0, 1)], below_five)), [(4, Some(4)), (4, Some(4))]);
    assert_eq!(intervals(&crosstab(&[&[4, 4]], &[(0, 0), (0, 1)], ANY)), [(0, Some(8)), (0, Some(8))]);
    let rows: [&[i64]; 2] = [&[5, 5], &[7, 7]];
    assert_eq!(
        intervals(&crosstab(&rows, &all(2, 2), Interval::new(1, 9))),
        [(3, Some(7)), (3, Some(7)), (5, Some(9)), (5, Some(9))]
    );
    assert_eq!(
        intervals(&crosstab(&rows, &all(2, 2), ANY)),
        [(0, Some(10)), (0, Some(10)), (2, Some(12)), (2, Some(12))]
    );
}

#[test]
fn a_bridge_is_found_though_every_line_hides_two() {
    let values: [&[i64]; 4] = [&[4, 12, 30, 41], &[13, 5, 3, 52], &[60, 33, 11, 6], &[44, 38, 7, 14]];
    let hidden = [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 2), (2, 3), (3, 2), (3, 3)];
    let found = intervals(&crosstab(&values, &hidden, ANY));
    assert_eq!((found[4], found[0], found[8]), ((3, Some(3)), (0, Some(16)), (3, Some(20))));
}

#[test]
fn a_residual_of_two_over_two_cells() {
    assert_eq!(intervals(&crosstab(&[&[1, 1]], &[(0, 0), (0, 1)], ANY)), [(0, Some(2)), (0, Some(2))]);
}

#[test]
fn what_nothing_bounds_stays_open() {
    let mut problem = Problem::default();
    let (one, other) = (problem.cell(ANY), problem.cell(ANY));
    let alone = problem.cell(Interval::new(2, None));
    problem.relation(Relation { terms: vec![(one, true), (other, false)], sum: 3 });
    assert_eq!(intervals(&problem), [(3, None), (0, None), (2, None)]);
    assert_eq!(alone, 2);
}

#[test]
fn what_cannot_be_is_a_conflict_and_claims_nothing() {
    for (sum, known) in [(-1, ANY), (9, Interval::new(1, 4))] {
        let mut problem = Problem::default();
        let (one, other) = (problem.cell(known), problem.cell(known));
        let relation = problem.relation(Relation { terms: vec![(one, true), (other, true)], sum });
        let alone = problem.cell(ANY);
        let solved = solve(&problem, None);
        assert_eq!(solved.conflicts, [vec![relation]]);
        assert!(solved.answers[one].is_none() && solved.answers[other].is_none());
        assert!(solved.answers[alone].is_some());
    }
    // Each line by itself can hold; together they cannot.
    let mut problem = crosstab(&[&[5, 5], &[5, 5]], &all(2, 2), ANY);
    problem.relation(Relation { terms: vec![(0, true), (1, true)], sum: 11 });
    assert_eq!(solve(&problem, None).conflicts.len(), 1);
}

#[test]
fn enough_is_enough() {
    let problem = crosstab(&[&[300, 700], &[700, 1300]], &all(2, 2), ANY);
    let solved = solve(&problem, Some(10));
    assert!(solved.answers.iter().all(|answer| answer.unwrap().reach == Reach::Enough));
    // An exact cell is exact however large it is.
    let problem = crosstab(&[&[300, 700]], &[(0, 1)], ANY);
    assert_eq!(solve(&problem, Some(10)).answers[0].unwrap().interval, Interval::new(700, 700));
}

/// Tries every value of every cell, each at most this.
fn tried(problem: &Problem, most: i64) -> Vec<Option<(i64, i64)>> {
    let cells = problem.cells.len();
    let mut ends = vec![None; cells];
    let mut values = vec![0; cells];
    try_from(problem, most, 0, &mut values, &mut ends);
    ends
}

fn try_from(
    problem: &Problem,
    most: i64,
    cell: usize,
    values: &mut Vec<i64>,
    ends: &mut [Option<(i64, i64)>],
) {
    let short = problem.relations.iter().any(|relation| {
        let done = relation.terms.iter().all(|&(at, _)| at < cell);
        let signed = relation.terms.iter().map(|&(at, plus)| if plus { values[at] } else { -values[at] });
        done && signed.sum::<i64>() != relation.sum
    });
    if short {
        return;
    }
    if cell == values.len() {
        for (end, &value) in ends.iter_mut().zip(values.iter()) {
            let (low, high) = end.unwrap_or((value, value));
            *end = Some((low.min(value), high.max(value)));
        }
        return;
    }
    let known = problem.cells[cell];
    for value in known.least..=known.most.unwrap_or(most).min(most) {
        values[cell] = value;
        try_from(problem, most, cell + 1, values, ends);
    }
}

/// Up to five cells, their total, and five relations over any of them, all of which one assignment meets.
fn systems() -> impl Strategy<Value = Problem> {
    let cells = prop::collection::vec((0_i64..4, prop::bool::ANY, 0_i64..3, 0_i64..3), 1..6);
    let relations = prop::collection::vec(prop::collection::vec(0_u8..6, 7), 0..6);
    (cells, relations).prop_map(|(cells, relations)| {
        let mut problem = Problem::default();
        for &(value, open, below, above) in &cells {
            let most = if open { None } else { Some(value + above) };
            problem.cell(Interval { least: (value - below).max(0), most });
        }
        let everything = std::iter::once(vec![0; 7]);
        for signs in everything.chain(relations) {
            let terms: Vec<(usize, bool)> =
                (0..cells.len()).filter(|&at| signs[at] < 3).map(|at| (at, signs[at] != 2)).collect();
            let sum = terms.iter().map(|&(at, plus)| if plus { cells[at].0 } else { -cells[at].0 }).sum();
            problem.relation(Relation { terms, sum });
        }
        problem
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn intervals_are_those_of_trying_everything(problem in systems()) {
        let tried = tried(&problem, problem.relations[0].sum);
        for (answer, tried) in solve(&problem, None).answers.into_iter().zip(tried) {
            let (answer, (low, high)) = (answer.unwrap(), tried.unwrap());
            prop_assert_eq!(answer.reach, Reach::Tight);
            prop_assert_eq!(answer.interval.least, low);
            prop_assert_eq!(answer.interval.most, Some(high));
        }
    }

    #[test]
    fn no_system_is_too_strange(cells in prop::collection::vec((0_i64..9, 0_i64..9), 1..9), relations in prop::collection::vec((prop::collection::vec(0_u8..3, 9), -9_i64..30), 0..12)) {
        sound(&strange(&cells, &relations))?;
    }

    #[test]
    fn no_number_is_too_large(cells in prop::collection::vec((large(), 0_i64..9), 1..9), relations in prop::collection::vec((prop::collection::vec(0_u8..3, 9), large()), 0..9)) {
        sound(&strange(&cells, &relations))?;
    }
}

/// Numbers of every size.
fn large() -> impl Strategy<Value = i64> {
    prop_oneof![
        -9_i64..30,
        any::<i64>(),
        Just(i64::MAX),
        Just(i64::MIN),
        (0_u32..63).prop_map(|bits| 1_i64 << bits)
    ]
}

/// A system of these cells and relations, with no care for whether it makes sense.
fn strange(cells: &[(i64, i64)], relations: &[(Vec<u8>, i64)]) -> Problem {
    let mut problem = Problem::default();
    for &(least, span) in cells {
        problem.cell(Interval { least, most: (span > 2).then_some(least.saturating_add(span)) });
    }
    for (signs, sum) in relations {
        let terms = (0..cells.len()).filter(|&at| signs[at] < 2).map(|at| (at, signs[at] == 0)).collect();
        problem.relation(Relation { terms, sum: *sum });
    }
    problem
}

/// Every answer is an interval.
fn sound(problem: &Problem) -> Result<(), TestCaseError> {
    for answer in solve(problem, Some(5)).answers.into_iter().flatten() {
        prop_assert!(answer.interval.most.is_none_or(|most| answer.interval.least <= most));
    }
    Ok(())
}

/// Two cells that are each the sum of the other and a third drive each other up for ever.
#[test]
fn cells_that_chase_each_other_contradict() {
    let mut problem = Problem::default();
    for least in [1, 1, 1] {
        problem.cell(Interval::new(least, None));
    }
    for (sum, parts) in [(0, [1, 2]), (1, [0, 2]), (2, [0, 1])] {
        let terms = vec![(sum, true), (parts[0], false), (parts[1], false)];
        problem.relation(Relation { terms, sum: 0 });
    }
    let solved = solve(&problem, Some(5));
    assert_eq!(solved.conflicts, vec![vec![0, 1, 2]]);
    assert!(solved.answers.iter().all(Option::is_none));
}
