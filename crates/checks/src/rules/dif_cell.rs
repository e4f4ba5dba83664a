//! DIF-CELL: a count differs by a few people from the same count of an earlier release.

use std::collections::BTreeMap;

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::differ::{Differences, Pair, Span, What};
use crate::rule::{Check, Findings, Judgement, Said, rule};
use crate::table::shown;
use crate::threshold::Threshold;

rule! {
    /// ## What it looks for
    /// A count that differs by 1 to `threshold - 1` from the count that an earlier release of the project gives under the
    /// same key: the same statistic, the same levels of the same dimensions, the same period. Where `block_below` is set,
    /// what is wholly below it blocks and the rest is for review. Two rounded counts are for review, with the interval of
    /// their difference; what rounding alone explains is nothing, and nor is a table that is released again unchanged.
    /// Counts of practices, sites, contacts or codes are for review.
    ///
    /// ## Why it matters
    /// The difference between the two releases counts the few who came or went, and tells everything that the table says of
    /// them.
    pub struct ChangedCell {
        id: "DIF-CELL", title: "a count differs by few people from an earlier release", severities: [Block, Review],
        risk: Some(Risk::Differencing),
        fix: "Show the same cut of the data as the earlier release does, or coarsen the categories.",
    }
}

/// What a policy sets under `[rules.DIF-CELL]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What is small.
    #[serde(flatten)]
    small: Threshold,
}

impl Check for ChangedCell {
    type Params = Params;
    type Evidence = Differences;

    fn check(params: &Params, differences: &Differences) -> Judgement {
        // Of several releases the one that comes closest tells most of a cell.
        let mut closest: BTreeMap<(u32, u32, u32), (&Pair, Told)> = BTreeMap::new();
        for pair in &differences.pairs {
            let Some(told) = told(params, pair) else { continue };
            let known = closest.entry((pair.table, pair.row, pair.column)).or_insert((pair, told));
            if (told.severity, -told.by.high) > (known.1.severity, -known.1.by.high) {
                *known = (pair, told);
            }
        }
        let mut found = Findings::default();
        for (pair, told) in closest.into_values() {
            let place = pair.place.clone();
            let interval = told.rounded.then_some((told.by.low, Some(told.by.high)));
            found.say(Said { severity: told.severity, message: message(pair, told), place, interval });
        }
        Judgement::Decided(found)
    }
}

/// A difference that counts.
#[derive(Clone, Copy)]
struct Told {
    severity: Severity,
    new: i64,
    old: i64,
    by: Span,
    rounded: bool,
}

fn told(params: &Params, pair: &Pair) -> Option<Told> {
    let What::Changed { new, old, by, rounded } = pair.what else { return None };
    if !params.small.is_small(new.abs_diff(old)) {
        return None;
    }
    let review = rounded || pair.things.is_some();
    let severity = if review { Severity::Review } else { params.small.severity(by.high.unsigned_abs()) };
    Some(Told { severity, new, old, by, rounded })
}

fn message(pair: &Pair, told: Told) -> String {
    let release = shown(&pair.release);
    let what = pair.things.as_deref().unwrap_or("people");
    let Told { new, old, by, rounded, .. } = told;
    let less = if new < old { "fewer" } else { "more" };
    let what = if by.high == 1 && pair.things.is_none() { "person" } else { what };
    if rounded {
        format!(
            "The cell shows {new} and {release} shows {old}, rounded: they differ by {} {what}.",
            by.words()
        )
    } else {
        format!("The cell counts {} {less} {what} than in {release}, where it is {old}.", by.words())
    }
}
