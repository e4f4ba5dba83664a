//! SUP-EXACT: a hidden cell can be worked out exactly.

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::evidence::margins::{Margins, Recovered};
use crate::rule::{Check, Findings, Judgement, Said, rule};
use crate::threshold::{Threshold, Zeros};

rule! {
    /// ## What it looks for
    /// Hidden cells (blank, `*`, `[REDACTED]`, `<5`, `<=7`, a negative number that stands for few) to which the totals of the
    /// whole request leave one value only: totals of rows and columns, subtotals, margins that several tables repeat or that the
    /// cells of one come to, the same total in two tables, the levels of several characteristics of the same people, and a percentage
    /// of a known base. What the marker itself tells counts, and counts are whole numbers. A small value blocks (where `block_below` is set, one below
    /// it; the rest is for review), a zero weighs what zeros weigh under the policy, and a large value is for review, as hiding
    /// it protects nothing. `-` and `NA` count as hidden where a margin says that they are not zero; hidden totals are not
    /// judged.
    ///
    /// ## Why it matters
    /// Whoever subtracts the cells that are shown from the total has the number that was to be hidden.
    pub struct ExactlyRecovered {
        id: "SUP-EXACT", title: "a suppressed cell can be worked out exactly", severities: [Block, Review, Note], risk: Some(Risk::Differencing),
        fix: "Suppress one more cell in that row and column.",
    }
}

/// What a policy sets under `[rules.SUP-EXACT]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What is small.
    #[serde(flatten)]
    small: Threshold,
    /// What it means that a cell counts nobody.
    zeros: Zeros,
}

impl Check for ExactlyRecovered {
    type Params = Params;
    type Evidence = Margins;

    fn check(params: &Params, margins: &Margins) -> Judgement {
        judge(margins, |recovered| {
            let (least, most) = (recovered.interval.least, recovered.interval.most?);
            if least != most {
                return None;
            }
            let value = u64::try_from(most).ok()?;
            let (severity, what) = match (value, params.zeros) {
                (0, Zeros::Disclosive | Zeros::Review) => (Severity::Review, "nobody"),
                (0, Zeros::Fine) => (Severity::Note, "nobody"),
                _ if params.small.is_small(value) => (params.small.severity(value), "too few"),
                _ => (Severity::Review, "so hiding it protects nothing"),
            };
            Some((
                severity,
                format!("The totals and the cells shown give the hidden cell: it is {value}, {what}."),
            ))
        })
    }
}

/// What is said of the hidden cells of a table, each on every file that it rests on.
pub(super) fn judge(margins: &Margins, told: impl Fn(&Recovered) -> Option<(Severity, String)>) -> Judgement {
    if margins.hidden == 0 {
        return Judgement::NotApplicable;
    }
    let mut found = Findings::default();
    for recovered in &margins.recovered {
        let Some((severity, message)) = told(recovered) else { continue };
        let interval = Some((recovered.interval.least, recovered.interval.most));
        for (file, place) in &recovered.rests_on {
            let message =
                "A hidden cell of another file of this request can be worked out with what this one shows."
                    .to_owned();
            found.say_of(Some(*file), Said { severity, message, place: place.clone(), interval });
        }
        found.say(Said { severity, message, place: recovered.place.clone(), interval });
    }
    match &margins.undecided {
        Some(why) if found.is_empty() => Judgement::Undecided(why.clone()),
        _ => Judgement::Decided(found),
    }
}
