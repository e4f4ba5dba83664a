//! SUP-INT: a hidden cell can be worked out closely.

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use super::sup_exact::judge;
use crate::evidence::margins::{LARGE, Margins};
use crate::rule::{Check, Judgement, rule};
use crate::threshold::Threshold;

/// An interval of these many steps or fewer is narrow.
const NARROW: i64 = 2;

rule! {
    /// ## What it looks for
    /// Hidden cells that the totals of the whole request leave a few small values only: both ends below `threshold`, and at most
    /// 2 apart (which blocks; where `block_below` is set, what is wholly below it, and the rest is for review) or less than half
    /// the threshold apart (which is for review). An interval that the marker itself tells, one that is wide and one that reaches the
    /// threshold are no finding.
    ///
    /// ## Why it matters
    /// To know that a cell counts one to three people is nearly as good as to know the number.
    pub struct CloselyRecovered {
        id: "SUP-INT", title: "a suppressed cell can be worked out closely", severities: [Block, Review], risk: Some(Risk::Differencing),
        fix: "Suppress one more cell in that row and column.",
    }
}

/// What a policy sets under `[rules.SUP-INT]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What is small.
    #[serde(flatten)]
    small: Threshold,
}

impl Check for CloselyRecovered {
    type Params = Params;
    type Evidence = Margins;

    fn check(params: &Params, margins: &Margins) -> Judgement {
        let threshold = i64::try_from(params.small.least()).unwrap_or(i64::MAX);
        if threshold > LARGE && margins.hidden > 0 {
            let why =
                format!("hidden cells are worked out up to {LARGE}, and the policy's threshold is larger");
            return Judgement::Undecided(why);
        }
        judge(margins, |recovered| {
            let (least, most) = (recovered.interval.least, recovered.interval.most?);
            let steps = most - least;
            let close = steps > 0 && most < threshold && (steps <= NARROW || steps * 2 < threshold);
            let severity = if steps <= NARROW {
                params.small.severity(u64::try_from(most).ok()?)
            } else {
                Severity::Review
            };
            close.then(|| {
                (
                    severity,
                    format!(
                        "The hidden cell can be worked out closely: the totals leave it {least} to {most}."
                    ),
                )
            })
        })
    }
}
