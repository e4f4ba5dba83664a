//! RND-MIX: rounded cells stand beside an unrounded total.

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::evidence::margins::Margins;
use crate::rule::{Check, Findings, Judgement, rule};

rule! {
    /// ## What it looks for
    /// Totals that are not rounded over cells that are: three or more of them, not zero, all multiples of 5, 6, 7 or 10, or middles
    /// of 6, which come to another number than the total within what rounding explains.
    ///
    /// ## Why it matters
    /// The exact total tells in which direction the cells were rounded: 10, 15 and 25, rounded to 5, with a total of 56 can only
    /// be 12, 17 and 27.
    pub struct MixedRounding {
        id: "RND-MIX", title: "rounded cells stand beside an unrounded total", severities: [Block], risk: Some(Risk::Differencing),
        fix: "Round the totals too.",
    }
}

/// What a policy sets under `[rules.RND-MIX]`: nothing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

impl Check for MixedRounding {
    type Params = Params;
    type Evidence = Margins;

    fn check(_: &Params, margins: &Margins) -> Judgement {
        if !margins.totals {
            return Judgement::NotApplicable;
        }
        let mut found = Findings::default();
        for (place, total, base) in &margins.unrounded {
            let message =
                format!("The total {total} is exact, but the cells that it counts are rounded to {base}.");
            found.push(Severity::Block, place.clone(), message);
        }
        Judgement::Decided(found)
    }
}
