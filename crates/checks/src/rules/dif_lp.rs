//! DIF-LP: an earlier release and this one together tell a small group apart that neither shows.

use std::collections::HashSet;

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::differ::{Differences, Implied};
use crate::rule::{Check, Findings, Judgement, Said, rule};
use crate::table::shown;
use crate::threshold::{Threshold, Zeros};

rule! {
    /// ## What it looks for
    /// Groups that can be worked out from this file and an earlier release of the project, though neither shows them: ages
    /// 18-24 and 25-34 released before and 18-29 and 30-34 now give 25-29 away; so do all people and some of them, a region
    /// and its sexes, or "other" and what it was made of. All that both print is stacked, rounded and hidden cells as
    /// intervals. A group that is known exactly and is small blocks, and one that is known within two; one that is known
    /// within half the threshold is for review. Exact groups of the threshold or more are nothing, and nor is what one
    /// release shows by itself. That nobody is in the group weighs what a count of zero does.
    ///
    /// ## Why it matters
    /// Whoever holds both releases subtracts one from the other, and what is left tells of the few who make up the
    /// difference.
    pub struct ImpliedGroup {
        id: "DIF-LP", title: "it gives a group away with an earlier release", severities: [Block, Review, Note],
        risk: Some(Risk::Differencing),
        fix: "Use the same categories as the earlier release does, or coarser ones that are made of them.",
    }
}

/// What a policy sets under `[rules.DIF-LP]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What is small.
    #[serde(flatten)]
    small: Threshold,
    /// What it means that nobody is in a group.
    zeros: Zeros,
}

impl Check for ImpliedGroup {
    type Params = Params;
    type Evidence = Differences;

    fn check(params: &Params, differences: &Differences) -> Judgement {
        let mut found = Findings::default();
        let mut said = HashSet::new();
        for implied in &differences.implied {
            let group = (implied.table, implied.row, implied.column, &implied.group);
            if let Some(severity) = severity(params, implied)
                && said.insert(group)
            {
                found.say(Said {
                    severity,
                    message: message(implied),
                    place: implied.place.clone(),
                    interval: Some((implied.least, Some(implied.most))),
                });
            }
        }
        Judgement::Decided(found)
    }
}

/// How much it weighs that a group is known to be from `least` to `most`, if anything.
fn severity(params: &Params, implied: &Implied) -> Option<Severity> {
    let Implied { least, most, rest, .. } = *implied;
    let threshold = i64::try_from(params.small.least()).unwrap_or(i64::MAX);
    if most == 0 {
        // That the two releases agree is no news of whoever has no level at all.
        return (!rest).then_some(match params.zeros {
            Zeros::Disclosive | Zeros::Review => Severity::Review,
            Zeros::Fine => Severity::Note,
        });
    }
    if most >= threshold {
        return None;
    }
    if most - least <= 2 {
        let severity = params.small.severity(most.unsigned_abs());
        return Some(if implied.things.is_some() { Severity::Review } else { severity });
    }
    ((most - least) * 2 < threshold).then_some(Severity::Review)
}

fn message(implied: &Implied) -> String {
    let (release, group) = (shown(&implied.release), shown(&implied.group));
    let many = if implied.least == implied.most {
        implied.most.to_string()
    } else {
        format!("{} to {}", implied.least, implied.most)
    };
    let what = implied.things.as_deref().unwrap_or("people");
    let what = if implied.most == 1 && implied.things.is_none() { "person" } else { what };
    format!("With {release} it can be worked out that {many} {what} are in {group}.")
}
