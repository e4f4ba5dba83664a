//! DIF-UNMASK: a cell is hidden here and was shown by an earlier release, or the reverse.

use std::collections::HashSet;

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::differ::{Differences, Pair, Span, What};
use crate::rule::{Check, Findings, Judgement, Said, rule};
use crate::table::shown;
use crate::threshold::Threshold;

rule! {
    /// ## What it looks for
    /// Cells that are hidden here (`*`, `<5`, `[REDACTED]`, a blank among numbers) and that an earlier release of the
    /// project shows, or the reverse: the same statistic, of the same levels of the same dimensions, in the same period. A
    /// cell that was blank and is filled now counts only where its number is small: later numbers fill tables up.
    ///
    /// ## Why it matters
    /// Laid side by side, the two releases undo the suppression, whichever came first.
    pub struct UnmaskedCell {
        id: "DIF-UNMASK", title: "a cell is hidden in one release and shown in another", severities: [Block],
        risk: Some(Risk::Differencing),
        fix: "Show and hide the same cells as the earlier release does, or coarsen the categories.",
    }
}

/// What a policy sets under `[rules.DIF-UNMASK]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What is small.
    #[serde(flatten)]
    small: Threshold,
}

impl Check for UnmaskedCell {
    type Params = Params;
    type Evidence = Differences;

    fn check(params: &Params, differences: &Differences) -> Judgement {
        let mut found = Findings::default();
        let mut said = HashSet::new();
        for pair in &differences.pairs {
            let cell = (pair.table, pair.row, pair.column);
            if let Some((message, span)) = told(params, pair)
                && said.insert(cell)
            {
                let place = pair.place.clone();
                let interval = span.map(|span| (span.low, Some(span.high)));
                found.say(Said { severity: Severity::Block, message, place, interval });
            }
        }
        Judgement::Decided(found)
    }
}

/// What is said of a pair, if one of the two is hidden, and what the hidden one is.
fn told(params: &Params, pair: &Pair) -> Option<(String, Option<Span>)> {
    let release = shown(&pair.release);
    match pair.what {
        What::Hidden(Some(span)) => {
            Some((format!("The cell is hidden here, and {release} shows {}.", span.words()), Some(span)))
        }
        What::Hidden(None) => Some((format!("The cell is hidden here, and {release} shows it."), None)),
        What::Shown(span) => Some((format!("The cell is shown here, and {release} hides it."), span)),
        What::Filled(span) if span.low >= 1 && params.small.is_small(span.high.unsigned_abs()) => {
            Some((format!("The cell counts {}, and is blank in {release}.", span.words()), Some(span)))
        }
        What::Filled(_) | What::Changed { .. } => None,
    }
}
