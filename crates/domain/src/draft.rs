//! A draft: what a requester is about to ask, kept for them alone until it is sent.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::context::{Context, plain};
use crate::request::{Asked, Purpose, RequestId};

/// The number of a draft; no request has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DraftId(pub u64);

impl fmt::Display for DraftId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// A line of the checklist that a requester ticks before sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Assurance {
    /// Every table and figure is about groups; no row or point is one person.
    Aggregated,
    /// No name, number or date of a person, in cells, titles or names of files.
    NoIdentifiers,
    /// Small counts are dealt with, and no total gives them away.
    SmallCounts,
    /// The counts behind every figure and model are among the files.
    Counts,
    /// Nothing but what is needed.
    Needed,
}

impl Assurance {
    /// The whole checklist.
    pub const ALL: [Self; 5] =
        [Self::Aggregated, Self::NoIdentifiers, Self::SmallCounts, Self::Counts, Self::Needed];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aggregated => "aggregated",
            Self::NoIdentifiers => "no-identifiers",
            Self::SmallCounts => "small-counts",
            Self::Counts => "counts",
            Self::Needed => "needed",
        }
    }

    /// The line of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|line| line.name() == name)
    }
}

/// What is still missing before a draft can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// No file is named.
    Files,
    /// It does not say what the files are.
    Purpose,
    /// It does not say who is in them.
    Population,
    /// It does not say how many.
    People,
    /// Lines of the checklist are not ticked.
    Checklist,
}

/// What is about to be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Plan {
    /// For which project.
    pub project: Option<String>,
    /// What the files are and what they are for.
    pub purpose: String,
    /// What is said about them.
    pub context: Context,
    /// The files and folders.
    pub asked: Vec<Asked>,
    /// The lines of the checklist that are ticked.
    pub assured: BTreeSet<Assurance>,
}

impl Plan {
    /// The most lines that one names.
    pub const MOST: usize = 500;

    /// Adds a file or folder, once; says whether there was room for it.
    pub fn add(&mut self, line: String, purpose: Purpose) -> bool {
        let full = self.asked.len() >= Self::MOST;
        match self.asked.iter_mut().find(|asked| asked.line == line) {
            Some(asked) => asked.purpose = purpose,
            None if full => return false,
            None => self.asked.push(Asked { line, purpose }),
        }
        true
    }

    /// Leaves a file or folder out.
    pub fn leave_out(&mut self, line: &str) {
        self.asked.retain(|asked| asked.line != line);
    }

    /// Changes an output into a supporting file, or back.
    pub fn turn(&mut self, line: &str) {
        for asked in self.asked.iter_mut().filter(|asked| asked.line == line) {
            asked.purpose = match asked.purpose {
                Purpose::Output => Purpose::Supporting,
                Purpose::Supporting => Purpose::Output,
            };
        }
    }

    /// The same with plain text.
    #[must_use]
    pub fn tidied(self) -> Self {
        Self { purpose: plain(&self.purpose), context: self.context.tidied(), ..self }
    }

    /// What is missing before it can be sent.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap> {
        let output = |asked: &Asked| asked.purpose == Purpose::Output && !asked.line.trim().is_empty();
        let missing = [
            (Gap::Files, !self.asked.iter().any(output)),
            (Gap::Purpose, self.purpose.trim().is_empty()),
            (Gap::Population, self.context.population.trim().is_empty()),
            (Gap::People, self.context.people.trim().is_empty()),
            (Gap::Checklist, self.assured.len() < Assurance::ALL.len()),
        ];
        missing.into_iter().filter_map(|(gap, missing)| missing.then_some(gap)).collect()
    }
}

/// A draft as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its number.
    pub id: DraftId,
    /// How often it was changed; every change names the revision it starts from.
    pub revision: u64,
    /// Whose it is.
    pub account: String,
    /// The request whose next round it is; none for a new request.
    pub request: Option<RequestId>,
    /// What is about to be asked.
    pub plan: Plan,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// What became of it, once it was sent; it can then not be changed any more.
    pub sent: Option<RequestId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_says_what_is_missing() {
        let mut plan = Plan::default();
        assert_eq!(plan.gaps(), [Gap::Files, Gap::Purpose, Gap::Population, Gap::People, Gap::Checklist]);
        assert!(plan.add("ann/counts.csv".into(), Purpose::Supporting));
        assert_eq!(plan.gaps()[0], Gap::Files, "a supporting file alone asks for nothing");
        plan.turn("ann/counts.csv");
        plan.purpose = "table 1".into();
        plan.context.population = "adults".into();
        plan.context.people = "480".into();
        plan.assured = Assurance::ALL.into_iter().collect();
        assert_eq!(plan.gaps(), []);
        plan.leave_out("ann/counts.csv");
        assert_eq!(plan.gaps(), [Gap::Files]);
    }

    #[test]
    fn a_file_is_named_once_and_there_is_an_end_to_it() {
        let mut plan = Plan::default();
        assert!(plan.add("a.csv".into(), Purpose::Output));
        assert!(plan.add("a.csv".into(), Purpose::Supporting));
        assert_eq!(plan.asked, [Asked { line: "a.csv".into(), purpose: Purpose::Supporting }]);
        for n in 1..Plan::MOST {
            assert!(plan.add(format!("{n}.csv"), Purpose::Output));
        }
        assert!(!plan.add("one-more.csv".into(), Purpose::Output));
        assert!(plan.add("7.csv".into(), Purpose::Supporting));
    }

    #[test]
    fn the_checklist_is_known_by_name() {
        for line in Assurance::ALL {
            assert_eq!(Assurance::named(line.name()), Some(line));
            assert_eq!(serde_json::to_value(line).unwrap(), line.name());
        }
    }
}
