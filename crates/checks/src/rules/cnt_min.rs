//! CNT-MIN: a cell of a table counts too few people.

use std::num::NonZeroU32;

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::{Role, Table};

rule! {
    /// ## What it looks for
    /// Counts of people from 1 to `threshold - 1`. Where `block_below` is set, those wholly below it block and the
    /// others are for review.
    ///
    /// ## Why it matters
    /// Someone who knows a person in the cell learns the rest of the row.
    pub struct SmallCount {
        id: "CNT-MIN", title: "a cell counts too few people", severities: [Block, Review], risk: Some(Risk::LowCount),
        fix: "Merge categories, or suppress this cell and one more in its row and column.",
    }
}

/// What a policy sets under `[rules.CNT-MIN]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Smallest count that may leave.
    threshold: NonZeroU32,
    /// Counts below this block and those from here to the threshold are for review; all small counts block where it is not set.
    block_below: Option<NonZeroU32>,
    /// Roundings that the data owner prescribes or allows: a rounded count that may hide a small one is fine there.
    #[serde(default)]
    rounding: Vec<Rounding>,
}

/// A rounding of counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
enum Rounding {
    /// To the nearest multiple of 5.
    #[serde(rename = "5")]
    Five,
    /// To the nearest multiple of 6.
    #[serde(rename = "6")]
    Six,
    /// To the nearest multiple of 7.
    #[serde(rename = "7")]
    Seven,
    /// To the nearest multiple of 10.
    #[serde(rename = "10")]
    Ten,
    /// To the middle of each run of six.
    #[serde(rename = "midpoint-6")]
    MidpointSix,
}

impl Check for SmallCount {
    type Params = Params;
    type Evidence = Table;

    fn check(params: &Params, table: &Table) -> Judgement {
        let counts: Vec<usize> = (0..table.columns.len()).filter(|&at| matches!(table.columns[at].role, Role::Count | Role::Base)).collect();
        if counts.is_empty() {
            return Judgement::NotApplicable;
        }
        let mut found = Findings::default();
        let read = table.body.each(|row, record| {
            for &column in &counts {
                let Ok(count) = record.get(column).parse::<u32>() else { continue };
                if count > 0 && count < params.threshold.get() {
                    let block = params.block_below.is_none_or(|least| count < least.get());
                    let severity = if block { Severity::Block } else { Severity::Review };
                    found.push(severity, table.cell(row, column, record.get(column)), format!("The cell counts {count} people."));
                }
            }
        });
        match read {
            Ok(()) => Judgement::Decided(found),
            Err(error) => Judgement::Undecided(error.to_string()),
        }
    }
}
