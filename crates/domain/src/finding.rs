//! What a check says of a file: findings with their places, and the verdict that follows from them.
//!
//! These types are the JSON contract `exeat.check/1`: a field that is renamed here is renamed for every script
//! that reads `exeat check --format json`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;

/// How much a finding weighs. Ordered: a worse one is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Said for information; a file with notes alone is clear.
    Note,
    /// A person must look.
    Review,
    /// Breaks a rule; a checker may overrule it, with a written reason.
    Block,
}

/// Whether a rule found what it looks for, or could not decide. "Not applicable" and "clear" leave no finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The risk is there.
    Found,
    /// The rule could not tell, which is never fine: its severity is [`Severity::Review`].
    Undecided,
}

/// The seven disclosure risks of the StatbarnsSDC ontology (`https://www.w3id.org/statbarnsdc#`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the names are the ontology's own")]
pub enum Risk {
    LowCount,
    ClassDisclosure,
    Differencing,
    Dominance,
    LowDOF,
    ImplicitTables,
    AuxiliaryInformation,
}

/// Where in a file a finding lies; it holds what applies, and at least one thing.
///
/// Rows and cells are 0-based in the body: the first line under the header is row 0. The column of a cell counts
/// every field of the line, labels and index included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Header of the column, escaped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Row of the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// `[row, column]` of one cell of the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<[u64; 2]>,
    /// The value seen: escaped, and cut to 120 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Which table of the file, from 0, where it holds several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<u32>,
    /// `[x, y, width, height]` in pixels of a picture.
    #[serde(default, rename = "box", skip_serializing_if = "Option::is_none")]
    pub pixels: Option<[u32; 4]>,
    /// Line of the file, from 1, for text outside a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The released table that this one was compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// How many further findings of the rule this one stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more: Option<u64>,
}

/// One thing that a rule has to say of one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The rule's id, such as `CNT-MIN`.
    pub rule: String,
    /// The risk it speaks of; none for a rule of form.
    pub risk: Option<Risk>,
    /// How much it weighs under the policy in force.
    pub severity: Severity,
    /// Found or undecided.
    pub outcome: Outcome,
    /// What was seen, in one sentence.
    pub message: String,
    /// What the researcher can do about it.
    pub fix: String,
    /// Where it was seen.
    #[serde(rename = "where")]
    pub place: Place,
    /// For a recoverable cell: what it can be, in whole numbers; the upper end is `None` where unbounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<(i64, Option<i64>)>,
}

/// What the findings on a file come to. Ordered: a worse one is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing but notes.
    Clear,
    /// A person must look.
    Review,
    /// A rule is broken.
    Blocked,
}

impl Verdict {
    /// The verdict that these findings come to.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Self {
        match findings.iter().map(|finding| finding.severity).max() {
            None | Some(Severity::Note) => Self::Clear,
            Some(Severity::Review) => Self::Review,
            Some(Severity::Block) => Self::Blocked,
        }
    }
}

/// A column as the reader understood it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ColumnSummary {
    /// Its header, escaped; empty where it has none.
    pub name: String,
    /// Its role: `count`, `dimension`, `identifier`, …
    pub role: String,
}

/// A table as the reader understood it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TableSummary {
    /// Rows of the body.
    pub rows: u64,
    /// Columns, labels included, in the order of the file.
    pub columns: Vec<ColumnSummary>,
    /// The kinds of statistic it holds, by the names of the StatbarnsSDC ontology.
    pub statbarns: Vec<String>,
}

/// What another checker's own record (acro's `results.json`) claims of a file: a hint that is shown beside the findings.
/// Its texts are the record's, escaped and cut.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Claim {
    /// Who claims it, and in which version: `acro 1.0.2`.
    pub tool: String,
    /// The record's name for the output.
    pub output: String,
    /// What it came to: `pass`, `fail` or `review`.
    pub status: String,
    /// What the record says that the output is: `table`, `regression`, ….
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// How it was made: `crosstab`, `ols`, ….
    #[serde(skip_serializing_if = "String::is_empty")]
    pub method: String,
    /// What was done about what was found: `suppression`, `rounding`, `none`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mitigation: String,
    /// The command that made it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub command: String,
    /// The record's own words on it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// Why the researcher asks for an exception.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub exception: String,
    /// What the researcher wrote on it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<String>,
    /// How many cells each of its checks named in this file.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<String, u64>,
    /// What it says in the words of the StatbarnsSDC ontology, from acro 1.0.2 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fair: Option<Fair>,
}

/// See [`Claim::fair`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Fair {
    /// The ontology.
    pub context: String,
    /// The kind of statistic.
    pub statbarn: String,
    /// The risks that this kind has.
    pub risks: Vec<String>,
    /// The checks that it needs.
    pub checks_needed: Vec<String>,
    /// What each check came to.
    pub check_status: BTreeMap<String, String>,
    /// The variable that is described.
    pub dependent: String,
    /// The variables that it is described by.
    pub independent: Vec<String>,
}

/// What the checks say of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileReport {
    /// The path as it was asked for.
    pub path: String,
    /// SHA-256 of the bytes that were read; none where nothing was.
    pub sha256: Option<Sha256>,
    /// Size in bytes.
    pub bytes: u64,
    /// What the content is: `csv`, `png`, …, `unknown`.
    pub kind: String,
    /// Checked as evidence only; it never leaves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub supporting: bool,
    /// What the findings come to.
    pub verdict: Verdict,
    /// What another checker's own record claims of it; it never changes the verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
    /// The first table that was read, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<TableSummary>,
    /// Everything the rules had to say.
    pub findings: Vec<Finding>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(severity: Severity) -> Finding {
        Finding {
            rule: "CNT-MIN".into(),
            risk: Some(Risk::LowCount),
            severity,
            outcome: Outcome::Found,
            message: "3 people".into(),
            fix: "Merge categories.".into(),
            place: Place {
                column: Some("n".into()),
                row: Some(3),
                cell: Some([3, 2]),
                value: Some("3".into()),
                ..Place::default()
            },
            interval: Some((1, None)),
        }
    }

    #[test]
    fn the_verdict_is_the_worst_finding() {
        assert_eq!(Verdict::of(&[]), Verdict::Clear);
        assert_eq!(Verdict::of(&[finding(Severity::Note)]), Verdict::Clear);
        assert_eq!(Verdict::of(&[finding(Severity::Review), finding(Severity::Note)]), Verdict::Review);
        assert_eq!(Verdict::of(&[finding(Severity::Review), finding(Severity::Block)]), Verdict::Blocked);
    }

    #[test]
    fn a_finding_is_written_as_the_contract_gives_it() {
        let json = serde_json::to_string(&finding(Severity::Block)).unwrap();
        assert_eq!(
            json,
            r#"{"rule":"CNT-MIN","risk":"LowCount","severity":"block","outcome":"found","message":"3 people","fix":"Merge categories.","where":{"column":"n","row":3,"cell":[3,2],"value":"3"},"interval":[1,null]}"#
        );
    }
}
