//! What a reviewer decides, what must be given for it, and what several reviewers come to.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{self, Finding, Severity};
use crate::path::SharePath;
use crate::policy::{Partial, Policy, RecordLevel};
use crate::request::{File, Purpose, Request, Round};
use crate::roster::Exception;
use crate::state::State;

/// The rule whose blocking findings mean that a file holds one row a person.
pub const RECORD_LEVEL: &str = "REC-LEVEL";

/// The rule that says what the virus scanner found. What it found no reason and no exception lets leave.
pub const MALWARE: &str = "FMT-MALWARE";

/// What a reviewer says of a file. Ordered: of two, the graver one holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// It may leave.
    Approve,
    /// It goes back to be mended.
    Return,
    /// It will not leave in any form.
    Reject,
}

impl Choice {
    /// What has been done to the file: "approved", "returned", "rejected".
    #[must_use]
    pub const fn past(self) -> &'static str {
        match self {
            Self::Approve => "approved",
            Self::Return => "returned",
            Self::Reject => "rejected",
        }
    }
}

/// One reviewer's decision on one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// What is decided.
    pub choice: Choice,
    /// Why, in the reviewer's words; demanded for what does not leave, and where it goes against the machine.
    pub reason: Option<String>,
    /// The rules whose findings the reviewer chose to tell the requester, of which the reason says what to mend; none
    /// where nothing was chosen: the machine then tells all of them in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<BTreeSet<String>>,
    /// The exceptions it rests on, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// One reviewer's review of a round. Nobody else sees it until it is submitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Review {
    /// The reviewer's account.
    pub reviewer: String,
    /// Decisions by path.
    pub decisions: BTreeMap<SharePath, Decision>,
    /// When it was submitted; none while it is being written.
    pub submitted_at: Option<DateTime<Utc>>,
}

/// What a round comes to once every review is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// At least one file leaves.
    Approve,
    /// Nothing leaves now; files go back.
    Return,
    /// Nothing leaves, and nothing is asked again.
    Reject,
}

/// What a decision is measured against.
#[derive(Clone, Copy, Debug)]
pub struct Measure<'a> {
    /// The site's policy.
    pub policy: &'a Policy,
    /// The permits on the roster.
    pub exceptions: &'a [Exception],
    /// The day of the decision.
    pub today: NaiveDate,
}

/// A decision cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum ReviewError {
    #[error("{0} asked for these files, and no one reviews their own request")]
    Own(String),
    #[error("the request is {0}; files are decided while it is submitted")]
    NotOpen(State),
    #[error("the request has no output {0} in its open round")]
    NoSuchFile(SharePath),
    #[error("{0} was taken back by its requester; there is nothing to decide")]
    TakenBack(SharePath),
    #[error("{0} is a supporting file: it never leaves, and is not decided")]
    Supporting(SharePath),
    #[error(
        "you have submitted your review of this round; to change it, take it back before it takes effect"
    )]
    Submitted,
    #[error("the reviews of this round have taken effect, and what they brought about is not undone")]
    Settled,
    #[error("there is nothing of yours to take back here")]
    NotDecided,
    #[error("{path} is blocked by {rules}: approving it needs a written reason (--reason)")]
    ApproveNeedsReason { path: SharePath, rules: String },
    #[error("{path} cannot be {} without a written reason (--reason)", .choice.past())]
    RefuseNeedsReason { path: SharePath, choice: Choice },
    #[error(
        "{0} is infected, by what the virus scanner found: nobody can approve it, with no reason and under no exception. Return \
         or reject it"
    )]
    Infected(SharePath),
    #[error("{0} is record-level: it can only be approved under an exception on the roster that covers it")]
    NeedsException(SharePath),
    #[error("{0} is not decided yet: a review is submitted when every output is")]
    Undecided(SharePath),
    #[error("there is nothing in this round for you to decide")]
    Nothing,
    #[error("all {0} reviews of this round are in")]
    Enough(u8),
}

impl Request {
    /// Records one decision in the reviewer's open review, opening it if need be.
    ///
    /// # Errors
    /// [`ReviewError`] where the decision may not be taken, or needs words or a permit that it lacks.
    pub fn decide(
        &mut self,
        reviewer: &str,
        path: &SharePath,
        mut decision: Decision,
        measure: Measure<'_>,
    ) -> Result<(), ReviewError> {
        self.may_review(reviewer, measure.policy)?;
        let project = self.project.clone();
        let round = self.round_mut().ok_or_else(|| ReviewError::NoSuchFile(path.clone()))?;
        let file = round.file(path).ok_or_else(|| ReviewError::NoSuchFile(path.clone()))?;
        decision.reason = decision.reason.filter(|reason| !reason.trim().is_empty());
        decision.exceptions = vet(file, &decision, project.as_deref(), measure)?;
        let at =
            round.reviews.iter().position(|review| same(&review.reviewer, reviewer)).unwrap_or_else(|| {
                let reviewer = reviewer.to_owned();
                round.reviews.push(Review { reviewer, decisions: BTreeMap::new(), submitted_at: None });
                round.reviews.len() - 1
            });
        round.reviews[at].decisions.insert(path.clone(), decision);
        Ok(())
    }

    /// Submits the reviewer's review, and says what the round comes to if it was the last one needed.
    ///
    /// # Errors
    /// [`ReviewError::Undecided`] naming an output that has no decision, or why the review is not open.
    pub fn submit_review(
        &mut self,
        reviewer: &str,
        policy: &Policy,
        at: DateTime<Utc>,
    ) -> Result<Option<Outcome>, ReviewError> {
        self.hand_in(reviewer, policy, at)?;
        Ok(self.settle(policy))
    }

    /// Submits the reviewer's review without settling the round: it can be taken back until [`Self::settle`].
    ///
    /// # Errors
    /// [`ReviewError::Undecided`] naming an output that has no decision, or why the review is not open.
    pub fn hand_in(&mut self, reviewer: &str, policy: &Policy, at: DateTime<Utc>) -> Result<(), ReviewError> {
        self.may_review(reviewer, policy)?;
        if let Some(path) = self.undecided_by(reviewer).first() {
            return Err(ReviewError::Undecided((*path).clone()));
        }
        let Some(round) = self.rounds.last_mut() else { return Err(ReviewError::Nothing) };
        if !round.reviews.iter().any(|review| same(&review.reviewer, reviewer)) {
            return Err(ReviewError::Nothing);
        }
        for review in round.reviews.iter_mut().filter(|review| same(&review.reviewer, reviewer)) {
            review.submitted_at = Some(at);
        }
        Ok(())
    }

    /// The request as it would stand, and what the round would come to, by this reviewer's decisions alone as far as
    /// they go: nobody else's are in it.
    #[must_use]
    pub fn foreseen(&self, reviewer: &str, policy: &Policy, at: DateTime<Utc>) -> (Self, Option<Outcome>) {
        let mut foreseen = self.clone();
        if let Some(round) = foreseen.rounds.last_mut() {
            round.reviews.retain(|review| same(&review.reviewer, reviewer));
            round.reviews.iter_mut().for_each(|review| review.submitted_at = Some(at));
        }
        let outcome = foreseen.settle(&Policy { reviewers: 1, ..policy.clone() });
        (foreseen, outcome)
    }

    /// Whether this account may decide on the open round now.
    ///
    /// # Errors
    /// [`ReviewError`] saying why not.
    pub fn may_review(&self, reviewer: &str, policy: &Policy) -> Result<(), ReviewError> {
        if same(reviewer, &self.requester) {
            return Err(ReviewError::Own(self.requester.clone()));
        }
        if self.state != State::Submitted {
            return Err(ReviewError::NotOpen(self.state));
        }
        let submitted: Vec<&Review> = self.submitted_reviews().collect();
        if submitted.iter().any(|review| same(&review.reviewer, reviewer)) {
            return Err(ReviewError::Submitted);
        }
        if submitted.len() >= usize::from(policy.reviewers) {
            return Err(ReviewError::Enough(policy.reviewers));
        }
        Ok(())
    }

    /// The outputs of the open round that this reviewer has yet to decide.
    #[must_use]
    pub fn undecided_by(&self, reviewer: &str) -> Vec<&SharePath> {
        let Some(round) = self.round() else { return vec![] };
        let mine = round.reviews.iter().find(|review| same(&review.reviewer, reviewer));
        round
            .outputs()
            .map(|file| &file.path)
            .filter(|path| mine.is_none_or(|review| !review.decisions.contains_key(*path)))
            .collect()
    }

    /// The reviews of the open round that this account may see: its own, and the others' once the round is settled.
    pub fn visible_reviews(&self, viewer: &str) -> impl Iterator<Item = &Review> {
        let unblinded = self.is_open_to_view();
        let reviews = self.round().into_iter().flat_map(|round| &round.reviews);
        reviews.filter(move |review| {
            same(&review.reviewer, viewer) || (unblinded && review.submitted_at.is_some())
        })
    }

    /// Whether everyone may see what the others decided: the round is settled. Before that a submitted review can be
    /// taken back, and whoever takes theirs back must not have seen another's.
    #[must_use]
    pub fn is_open_to_view(&self) -> bool {
        let settled = |round: &Round| round.outputs().all(|file| file.settled.is_some());
        self.state != State::Submitted || self.round().is_some_and(settled)
    }

    /// The reviews of the open round that are in.
    pub fn submitted_reviews(&self) -> impl Iterator<Item = &Review> {
        self.round()
            .into_iter()
            .flat_map(|round| &round.reviews)
            .filter(|review| review.submitted_at.is_some())
    }

    /// Settles every output once enough reviews are in: of several decisions on a file the gravest holds.
    pub fn settle(&mut self, policy: &Policy) -> Option<Outcome> {
        if self.submitted_reviews().count() < usize::from(policy.reviewers) {
            return None;
        }
        let round = self.rounds.last_mut()?;
        let reviews = round.reviews.iter().filter(|review| review.submitted_at.is_some()).collect::<Vec<_>>();
        let open = |file: &&mut File| file.purpose == Purpose::Output && !file.taken_back;
        let mut choices = vec![];
        for file in round.files.iter_mut().filter(open) {
            let graver =
                reviews.iter().filter_map(|review| review.decisions.get(&file.path)).map(|d| d.choice).max();
            file.settled = graver;
            choices.extend(graver);
        }
        let back = choices.contains(&Choice::Return);
        let held = back && policy.partial == Partial::Hold;
        Some(match (self.approved().next().is_some() && !held, back) {
            (true, _) => Outcome::Approve,
            (false, true) => Outcome::Return,
            (false, false) => Outcome::Reject,
        })
    }
}

pub(crate) fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// Whether the decision has what it needs; gives the exceptions that it rests on.
fn vet(
    file: &File,
    decision: &Decision,
    project: Option<&str>,
    measure: Measure<'_>,
) -> Result<Vec<String>, ReviewError> {
    let path = &file.path;
    if file.purpose == Purpose::Supporting {
        return Err(ReviewError::Supporting(path.clone()));
    }
    if file.taken_back {
        return Err(ReviewError::TakenBack(path.clone()));
    }
    if decision.choice != Choice::Approve {
        let wordless = ReviewError::RefuseNeedsReason { path: path.clone(), choice: decision.choice };
        return if decision.reason.is_some() { Ok(vec![]) } else { Err(wordless) };
    }
    if file.is_infected() {
        return Err(ReviewError::Infected(path.clone()));
    }
    let blocking: Vec<&str> = file.blocking_rules();
    if !blocking.is_empty() && decision.reason.is_none() {
        return Err(ReviewError::ApproveNeedsReason { path: path.clone(), rules: blocking.join(", ") });
    }
    if measure.policy.record_level == RecordLevel::Reason || !blocking.contains(&RECORD_LEVEL) {
        return Ok(vec![]);
    }
    let covering =
        |exception: &&Exception| exception.covers(project, RECORD_LEVEL, path.as_str(), measure.today);
    match measure.exceptions.iter().find(covering) {
        Some(exception) => Ok(vec![exception.name.clone()]),
        None => Err(ReviewError::NeedsException(path.clone())),
    }
}

impl File {
    /// The rules that block it, each once.
    #[must_use]
    pub fn blocking_rules(&self) -> Vec<&str> {
        self.rules_of(|severity| severity == Severity::Block)
    }

    /// Whether the virus scanner found something in it. Whatever weight a policy gives the finding, such a file never leaves.
    #[must_use]
    pub fn is_infected(&self) -> bool {
        let found = |finding: &Finding| finding.rule == MALWARE && finding.outcome == finding::Outcome::Found;
        self.report.findings.iter().any(found)
    }

    /// The rules that a person has to judge, or that block it: what is told of it unless a reviewer chooses.
    #[must_use]
    pub fn grave_rules(&self) -> Vec<&str> {
        self.rules_of(|severity| severity > Severity::Note)
    }

    fn rules_of(&self, weighs: impl Fn(Severity) -> bool) -> Vec<&str> {
        let found = |finding: &&Finding| weighs(finding.severity);
        let found = self.report.findings.iter().filter(found).map(|finding| finding.rule.as_str());
        found.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

#[cfg(test)]
pub(crate) mod tests;
