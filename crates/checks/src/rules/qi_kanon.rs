//! QI-KANON: a combination of quasi-identifiers is that of too few rows of a record-level table.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher};
use std::num::NonZeroU32;

use exeat_domain::finding::{Risk, Severity};
use foldhash::fast::RandomState;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::read::persons::{self, LEAST_ROWS};
use crate::read::{Rows, roles};
use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::{Role, Table};

/// Rows whose classes are counted; those of a longer table are a sample.
const LOOKED_AT: u64 = 200_000;

rule! {
    /// ## What it looks for
    /// In a table of persons (REC-LEVEL finds something, or, below twenty rows, two columns are headed as quasi-identifiers and
    /// none counts or summarises): the smallest number of rows that share their values in all columns headed as
    /// quasi-identifiers, such as age, sex, postcode or profession. Fewer than `threshold` is a finding; the row named is one
    /// of the smallest class. Of a table longer than 200,000 rows the first are counted.
    ///
    /// ## Why it matters
    /// Who knows somebody's age, sex and municipality finds them among so few others, and reads the rest of the row.
    pub struct SmallClass {
        id: "QI-KANON", title: "a combination of quasi-identifiers is too rare", severities: [Block, Review],
        risk: Some(Risk::AuxiliaryInformation),
        fix: "Aggregate, or coarsen: age groups for ages, provinces for municipalities.",
    }
}

/// What a policy sets under `[rules.QI-KANON]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// Smallest class that may leave.
    threshold: NonZeroU32,
    /// Classes below this block and those from here to the threshold are for review; all small classes block where it is not set.
    block_below: Option<NonZeroU32>,
}

impl Default for Params {
    fn default() -> Self {
        Self { threshold: NonZeroU32::MIN.saturating_add(9), block_below: None }
    }
}

impl Check for SmallClass {
    type Params = Params;
    type Evidence = Table;

    fn check(params: &Params, table: &Table) -> Judgement {
        let (_, review) = persons::weights();
        let speaks =
            if table.rows >= LEAST_ROWS { table.likeness.score >= review } else { table.likeness.quasi };
        let columns: Vec<usize> = (0..table.columns.len())
            .filter(|&at| {
                let column = &table.columns[at];
                column.distinct > 0 && column.role != Role::RowNumber && roles::is_quasi(&column.name)
            })
            .collect();
        if !speaks || columns.is_empty() || table.rows == 0 {
            return Judgement::NotApplicable;
        }
        match Classes::of(table, &columns) {
            Ok(classes) => classes.judge(params, table, &columns),
            Err(error) => Judgement::Undecided(error),
        }
    }
}

/// How many rows share each combination, and the first of them.
struct Classes(HashMap<u64, (u64, u64), RandomState>);

impl Classes {
    fn of(table: &Table, columns: &[usize]) -> Result<Self, String> {
        let mut classes = HashMap::<u64, (u64, u64), RandomState>::default();
        let sample = Rows { end: table.body.end.min(table.body.start + LOOKED_AT), ..table.body.clone() };
        let read = sample.each(|row, record| {
            let mut hasher = classes.hasher().build_hasher();
            columns.iter().for_each(|&at| record.get(at).hash(&mut hasher));
            classes.entry(hasher.finish()).or_insert((0, row)).0 += 1;
        });
        read.map(|()| Self(classes)).map_err(|error| error.to_string())
    }

    fn judge(&self, params: &Params, table: &Table, columns: &[usize]) -> Judgement {
        let Some((smallest, row)) = self.0.values().min().copied() else { return Judgement::NotApplicable };
        let (least, looked_at) = (u64::from(params.threshold.get()), table.rows.min(LOOKED_AT));
        if smallest >= least {
            if table.rows > LOOKED_AT {
                return Judgement::Undecided(format!("only the first {LOOKED_AT} rows were counted"));
            }
            return Judgement::Decided(Findings::default());
        }
        let small = self.0.values().filter(|(rows, _)| *rows < least).count();
        let names: Vec<&str> = columns.iter().map(|&at| table.columns[at].name.as_str()).collect();
        let blocks = params.block_below.is_none_or(|below| smallest < u64::from(below.get()));
        let message = format!(
            "The smallest class by {} has {smallest} of {looked_at} rows; {small} of {} classes have fewer than {least}.",
            crate::table::shown(&names.join(", ")),
            self.0.len()
        );
        let mut found = Findings::default();
        found.push(if blocks { Severity::Block } else { Severity::Review }, table.row(row), message);
        Judgement::Decided(found)
    }
}

#[cfg(test)]
mod tests {
    use exeat_domain::finding::{
        Outcome,
        Severity::{self, Block, Review},
    };

    use crate::{Input, Policy, Source, check};

    fn found(policy: &str, table: &str) -> Vec<(Severity, Option<u64>, String)> {
        let input = Input { path: "a.csv".into(), supporting: false, source: Source::Bytes(table.into()) };
        let report = check(vec![input], &Policy::from_toml(policy).unwrap()).remove(0).report;
        let ours = report.findings.into_iter().filter(|finding| finding.rule == "QI-KANON");
        ours.map(|finding| {
            assert_eq!(finding.outcome, Outcome::Found);
            (finding.severity, finding.place.row, finding.message)
        })
        .collect()
    }

    #[test]
    fn the_smallest_class_of_persons_is_found() {
        let found = found("", include_str!("../../fixtures/qi-kanon/found.csv"));
        let [(Block, Some(row), message)] = &found[..] else { panic!("{found:?}") };
        assert_eq!(*row, 24);
        assert!(
            message.contains("sex, age_group has 1 of 25 rows") && message.contains("of 3 classes"),
            "{message}"
        );
    }

    #[test]
    fn large_classes_and_tables_of_groups_are_clear() {
        assert_eq!(found("", include_str!("../../fixtures/qi-kanon/clear.csv")), []);
        assert_eq!(found("", "sex,age_group,n\nM,0-39,120\nM,40+,130\nF,0-39,140\nF,40+,150\n"), []);
    }

    #[test]
    fn below_twenty_rows_two_quasi_identifiers_are_enough() {
        let few = "sex,age,sbp\nM,41,120\nF,52,131\nF,38,118\nM,41,126\n";
        assert_eq!(found("", few).len(), 1);
        assert_eq!(found("", "sex,sbp\nM,120\nF,131\nF,118\n"), [], "one is not");
        assert_eq!(found("", "sex,age,cases\nM,41,120\nF,52,131\n"), [], "nor are groups that are counted");
        assert_eq!(found("", "sex,age,mean_sbp\nM,41,120.5\nF,52,131.2\n"), [], "or summarised");
        assert_eq!(found("", "sex,age_group\n"), [], "or none at all");
    }

    #[test]
    fn the_policy_sets_what_is_small() {
        let few = "sex,age,sbp\nM,41,120\nM,41,121\nM,41,131\nM,41,118\nM,41,126\nM,41,127\n";
        let severity = |policy: &str| found(policy, few).first().map(|found| found.0);
        assert_eq!(severity(""), Some(Review), "six rows");
        assert_eq!(severity("[rules.QI-KANON]\nthreshold = 6"), None);
        assert_eq!(severity("preset = 'acro'"), Some(Block));
        assert_eq!(severity("preset = 'datashield'"), None);
    }
}
