//! The read model of the queue: what a checker is told of a request before opening it.

use chrono::{DateTime, Utc};
use exeat_domain::finding::Verdict;
use exeat_domain::request::RequestId;

use super::Summary;

/// Which waiting requests to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// Only this project's.
    pub project: Option<String>,
    /// Only those whose worst file has this verdict.
    pub verdict: Option<Verdict>,
    /// Only those that this checker has claimed.
    pub claimed_by: Option<String>,
    /// Only those that nobody has claimed.
    pub unclaimed: bool,
    /// Only those in which all of these words occur: number, requester, project, purpose, names of files.
    pub words: String,
    /// Only those that have waited less long than this one (lists page by key).
    pub after: Option<(DateTime<Utc>, RequestId)>,
    /// The most to list.
    pub limit: u64,
}

/// One line of the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The request.
    pub summary: Summary,
    /// When the round that waits was opened.
    pub since: DateTime<Utc>,
    /// Outputs to be decided.
    pub outputs: u64,
    /// How many files of the round are clear, for review, and blocked.
    pub verdicts: [u64; 3],
    /// The checkers at work on it.
    pub at_work: Vec<AtWork>,
}

/// A checker at work on a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtWork {
    /// The account.
    pub checker: String,
    /// Since when the checker claims it.
    pub claimed: Option<DateTime<Utc>>,
    /// How many files the checker has decided. Another's is not shown before one's own review is in.
    pub decided: u64,
    /// Whether the review is submitted.
    pub submitted: bool,
}
