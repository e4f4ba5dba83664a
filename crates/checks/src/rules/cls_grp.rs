//! CLS-GRP: a group falls wholly, or nearly so, into one category.

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::evidence::margins::{Holds, Margins};
use crate::rule::{Check, Findings, Judgement, rule};
use crate::threshold::Zeros;

rule! {
    /// ## What it looks for
    /// Crosstabs of two by two or more, with their margins printed or summed, in counts or in percentages of rows or columns: a
    /// cell that holds all of its margin (which blocks where the policy calls zeros disclosive and is for review elsewhere), all
    /// but one (which blocks), or nine in ten or more (which is for review); and a most frequent value that everybody has,
    /// which stays undecided where it is not said how frequent it is. A combination that a long table leaves out is for review.
    /// Numerators with their denominators and coverage are no crosstabs.
    ///
    /// ## Why it matters
    /// Whoever is known to belong to the group is then known to have that trait.
    pub struct ClassDisclosure {
        id: "CLS-GRP", title: "a group falls wholly, or nearly so, into one category", severities: [Block, Review], risk: Some(Risk::ClassDisclosure),
        fix: "Merge the categories.",
    }
}

/// What a policy sets under `[rules.CLS-GRP]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What it means that a cell counts nobody.
    zeros: Zeros,
}

impl Check for ClassDisclosure {
    type Params = Params;
    type Evidence = Margins;

    fn check(params: &Params, margins: &Margins) -> Judgement {
        if let Some(why) = &margins.unshared {
            return Judgement::Undecided(why.clone());
        }
        let Some(shares) = &margins.shares else { return Judgement::NotApplicable };
        let mut found = Findings::default();
        for share in shares {
            let severity = match (share.holds, params.zeros) {
                (Holds::All, Zeros::Disclosive) | (Holds::AllButOne, _) => Severity::Block,
                (Holds::All, Zeros::Review | Zeros::Fine) | (Holds::Most, _) => Severity::Review,
            };
            found.push(severity, share.place.clone(), share.message.clone());
        }
        Judgement::Decided(found)
    }
}
