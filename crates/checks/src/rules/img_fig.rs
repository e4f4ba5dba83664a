//! IMG-FIG: a figure, whose counts and marks a person must look at.

use exeat_domain::finding::{Place, Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::read::{Held, Read};
use crate::rule::{Check, Findings, Judgement, rule};

rule! {
    /// ## What it looks for
    /// A picture. How many people its bars, steps and marks stand for cannot be read from pixels, so every figure is
    /// for review.
    ///
    /// ## Why it matters
    /// A bar may stand for three people, and each mark of a scatter plot for one.
    pub struct Figure {
        id: "IMG-FIG", title: "a figure to look at", severities: [Review], risk: Some(Risk::ImplicitTables),
        fix: "Attach the counts behind the figure as a supporting file; draw hexagonal bins or boxes instead of one mark a person.",
    }
}

/// IMG-FIG takes no parameters.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

impl Check for Figure {
    type Params = Params;
    type Evidence = Read;

    fn check(_: &Params, read: &Read) -> Judgement {
        let Held::Picture(_) = &read.held else { return Judgement::NotApplicable };
        let mut found = Findings::default();
        found.push(
            Severity::Review,
            Place::default(),
            "A person must look at the figure: the counts behind it cannot be read from it.",
        );
        Judgement::Decided(found)
    }
}
