//! PCT-BASE: percentages without a base fit a very small one.

use std::num::NonZeroU32;

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::band::people;
use crate::evidence::{Groups, Of, Statistic, is_total, sums_to};
use crate::read::Grid;
use crate::read::names;
use crate::read::value::{Number, Value};
use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::{Role, Table};

rule! {
    /// ## What it looks for
    /// Percentages with a decimal or more, or proportions with three, in a row or column that sums to 100 (give or take 1),
    /// whose base is not known: the smallest number of people that gives all of them, where that is below the threshold.
    ///
    /// ## Why it matters
    /// 14.3, 28.6 and 57.1 % are 1, 2 and 4 of 7 people: decimals give the size of a small group away, and with it every count.
    pub struct SmallBase {
        id: "PCT-BASE", title: "percentages fit a very small group", severities: [Review], risk: Some(Risk::LowCount),
        fix: "State the base, or round to whole percentages.",
    }
}

/// What a policy sets under `[rules.PCT-BASE]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Smallest base that percentages may give away.
    threshold: NonZeroU32,
}

impl Check for SmallBase {
    type Params = Params;
    type Evidence = Table;

    fn check(params: &Params, table: &Table) -> Judgement {
        let Some(groups) = table.groups.as_deref() else { return Judgement::NotApplicable };
        let columns: Vec<usize> = (0..table.columns.len()).filter(|at| may_be(table, groups, *at)).collect();
        if columns.is_empty() {
            return Judgement::NotApplicable;
        }
        let Some(grid) = table.grid() else {
            return Judgement::Undecided(
                "it has too many cells for its percentages to be looked at".to_owned(),
            );
        };
        let mut found = Findings::default();
        let shares = Shares { table, groups, grid };
        for &column in &columns {
            if let Some(base) = shares.column(column, u64::from(params.threshold.get())) {
                let message = format!("The percentages are those of {}.", people(base));
                found.push(Severity::Review, table.column(column), message);
            }
        }
        let across: Vec<usize> =
            columns.into_iter().filter(|at| !names::is_total(&table.columns[*at].name)).collect();
        for (row, base) in shares.rows(&across, u64::from(params.threshold.get())) {
            let message = format!("The percentages of the row are those of {}.", people(base));
            found.push(Severity::Review, table.row(row as u64), message);
        }
        Judgement::Decided(found)
    }
}

/// Whether a column can hold percentages: it says so, or says nothing and holds numbers from 0 to 100 with decimals.
fn may_be(table: &Table, groups: &Groups, at: usize) -> bool {
    let (Some(described), Some(profile)) = (groups.column(at), table.profiles.get(at)) else { return false };
    let first = described.spec.as_ref().map(|spec| spec.first);
    let kind = match first {
        Some(Some(Statistic::Share(_))) => described.of == Of::Unknown,
        None => table.columns.get(at).is_some_and(|column| column.role == Role::Statistic),
        Some(_) => false,
    };
    kind && described.figures
        && profile.numbers > 0
        && profile.min >= 0.0
        && profile.max <= 100.0
        && (profile.whole < profile.numbers || profile.numbers <= 20)
}

struct Shares<'a> {
    table: &'a Table,
    groups: &'a Groups,
    grid: &'a Grid,
}

impl Shares<'_> {
    fn share(&self, row: usize, column: usize) -> Option<Number> {
        if self.groups.is_named(row) && !self.groups.holds_share(row, column) {
            return None;
        }
        match self.grid.value(row, column) {
            Value::Number(number) if number.value >= 0.0 => Some(number),
            _ => None,
        }
    }

    fn size_is_known(&self, row: usize, column: usize) -> bool {
        self.groups.size(self.table, self.grid, row, column).is_some()
    }

    /// The smallest base of a column that sums to 100, whole or for each label of another column.
    fn column(&self, column: usize, below: u64) -> Option<u64> {
        let rows: Vec<usize> =
            (0..self.grid.rows()).filter(|row| !is_total(self.table, self.grid, *row)).collect();
        let base = |rows: &[usize]| {
            let numbers: Vec<Number> = rows.iter().filter_map(|row| self.share(*row, column)).collect();
            let first = *rows.first()?;
            base(&numbers, below).filter(|_| !self.size_is_known(first, column))
        };
        if let Some(found) = base(&rows) {
            return Some(found);
        }
        let labels = (0..self.grid.width()).filter(|at| {
            let labels = self.table.columns.get(*at).is_some_and(|column| column.role == Role::Dimension);
            labels
                && self
                    .table
                    .profiles
                    .get(*at)
                    .is_some_and(|profile| profile.distinct * 2 <= rows.len() as u64)
        });
        for at in labels.take(3) {
            let mut groups: std::collections::BTreeMap<&str, Vec<usize>> = std::collections::BTreeMap::new();
            for &row in &rows {
                groups.entry(self.grid.text(row, at)).or_default().push(row);
            }
            if let Some(found) = groups.values().filter_map(|rows| base(rows)).min() {
                return Some(found);
            }
        }
        None
    }

    /// The rows that sum to 100 over these columns, where nine in ten do, with the smallest base of each.
    fn rows(&self, columns: &[usize], below: u64) -> Vec<(usize, u64)> {
        if columns.len() < 2 {
            return Vec::new();
        }
        let (mut all, mut whole, mut found) = (0, 0, Vec::new());
        for row in 0..self.grid.rows() {
            let numbers: Vec<Number> = columns.iter().filter_map(|at| self.share(row, *at)).collect();
            if numbers.len() < 2 {
                continue;
            }
            all += 1;
            whole += usize::from(sums_to(numbers.iter().copied()).is_some());
            let base = base(&numbers, below);
            found.extend(base.filter(|_| !self.size_is_known(row, columns[0])).map(|base| (row, base)));
        }
        if whole * 10 >= all * 9 { found } else { Vec::new() }
    }
}

/// The smallest base that gives all these percentages, where it is below the threshold; at least two of them are of someone.
fn base(numbers: &[Number], below: u64) -> Option<u64> {
    if numbers.iter().filter(|number| number.value > 0.0).count() < 2 {
        return None;
    }
    let scale = sums_to(numbers.iter().copied())?;
    // All are printed with the same digits, even where a last 0 was left out.
    let decimals = numbers.iter().map(|number| number.decimals).max()?;
    let half = 0.5 * 10_f64.powi(-i32::from(decimals)) + 1e-9 * scale;
    (1..below).find(|base| {
        let base = *base as f64;
        numbers.iter().all(|number| {
            let people = (number.value / scale * base).round();
            (people / base * scale - number.value).abs() <= half
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::trial::found;

    fn numbers(text: &str) -> Vec<Number> {
        text.split(' ')
            .map(|cell| crate::read::value::number(cell, crate::read::value::Decimal::Point).unwrap())
            .collect()
    }

    #[test]
    fn the_smallest_base_is_found_below_the_threshold() {
        for (cells, expected) in [
            ("14.3 28.6 57.1", Some(7)),
            ("23.1 30.8 46.2", None),
            ("0.143 0.286 0.571", Some(7)),
            ("33.3 66.7", Some(3)),
            ("50.0 50.0", Some(2)),
            ("50 50", None),
            ("0.5 0.5", None),
            ("14.285714285714286 28.571428571428573 57.14285714285714", Some(7)),
            ("12.5 25 62.5", Some(8)),
            ("100.0 0.0", None),
            ("14.3 28.6", None),
            ("13.7 28.6 57.7", None),
        ] {
            assert_eq!(base(&numbers(cells), 10), expected, "{cells}");
        }
        assert_eq!(base(&numbers("23.1 30.8 46.2"), 14), Some(13));
    }

    #[test]
    fn rows_and_columns_without_a_base_are_looked_at() {
        assert_eq!(
            found::<SmallBase>("", include_str!("../../fixtures/pct-base/found.csv")),
            [(Severity::Review, None)]
        );
        assert_eq!(found::<SmallBase>("", include_str!("../../fixtures/pct-base/clear.csv")), []);
        for (text, many) in [
            ("group,never,past,current\nA,14.3,28.6,57.1\nB,20.5,30.2,49.3\n", 1),
            ("group,never %,past %,current %,Total\nA,14.3,28.6,57.1,100.0\nB,20.5,30.2,49.3,100.0\n", 1),
            ("region,answer,pct\nA,yes,14.3\nA,no,85.7\nB,yes,40.2\nB,no,59.8\n", 1),
            ("answer,pct\nyes,14.3\nno,85.7\nTotal,100.0\n", 1),
            ("answer;pct\nyes;14,3\nno;85,7\n", 1),
            ("answer,n,pct\nyes,1,14.3\nno,6,85.7\n", 0),
            ("answer,pct (N=7)\nyes,14.3\nno,85.7\n", 0),
            ("answer,pct\nyes,14\nno,86\n", 0),
            ("answer,pct\nyes,14.3\n", 0),
            ("sex,mean\nF,14.3\nM,85.7\n", 0),
        ] {
            assert_eq!(found::<SmallBase>("", text).len(), many, "{text}");
        }
    }
}
