//! What a reviewer decides, what must be given for it, and what several reviewers come to.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::finding::{Severity, Verdict};
use crate::path::SharePath;
use crate::policy::{Partial, Policy, RecordLevel};
use crate::request::{File, Purpose, Request};
use crate::roster::Exception;
use crate::state::State;

/// The rule whose blocking findings mean that a file holds one row a person.
pub const RECORD_LEVEL: &str = "REC-LEVEL";

/// What a reviewer says of a file. Ordered: of two, the graver one holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What is decided.
    pub choice: Choice,
    /// Why, in the reviewer's words; demanded where it goes against the machine.
    pub reason: Option<String>,
    /// The exceptions it rests on, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// One reviewer's review of a round. Nobody else sees it until it is submitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    #[error("you have submitted your review of this round; it cannot be changed any more")]
    Submitted,
    #[error("{path} is blocked by {rules}: approving it needs a written reason (--reason)")]
    ApproveNeedsReason { path: SharePath, rules: String },
    #[error("{path} is clear: a file without findings is not {} without a written reason (--reason)", .choice.past())]
    RefuseNeedsReason { path: SharePath, choice: Choice },
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
        Ok(self.settle(policy))
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

    /// The reviews of the open round that this account may see: its own, and the others' once its own is submitted
    /// or the round is settled.
    pub fn visible_reviews(&self, viewer: &str) -> impl Iterator<Item = &Review> {
        let unblinded = self.is_open_to_view(viewer);
        let reviews = self.round().into_iter().flat_map(|round| &round.reviews);
        reviews.filter(move |review| {
            same(&review.reviewer, viewer) || (unblinded && review.submitted_at.is_some())
        })
    }

    /// Whether this account may see the others' decisions: its own review is submitted, or the round is settled.
    #[must_use]
    pub fn is_open_to_view(&self, viewer: &str) -> bool {
        self.state != State::Submitted
            || self.submitted_reviews().any(|review| same(&review.reviewer, viewer))
    }

    fn submitted_reviews(&self) -> impl Iterator<Item = &Review> {
        self.round()
            .into_iter()
            .flat_map(|round| &round.reviews)
            .filter(|review| review.submitted_at.is_some())
    }

    /// Settles every output once enough reviews are in: of several decisions on a file the gravest holds.
    fn settle(&mut self, policy: &Policy) -> Option<Outcome> {
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

fn same(one: &str, other: &str) -> bool {
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
        return match (file.report.verdict, &decision.reason) {
            (Verdict::Clear, None) => {
                Err(ReviewError::RefuseNeedsReason { path: path.clone(), choice: decision.choice })
            }
            _ => Ok(vec![]),
        };
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
        let blocking = self.report.findings.iter().filter(|finding| finding.severity == Severity::Block);
        let mut rules: Vec<&str> = blocking.map(|finding| finding.rule.as_str()).collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::digest::Sha256;
    use crate::finding::{FileReport, Finding, Outcome as Found, Place};
    use crate::request::{Door, Leaving, NewRequest, RequestId, Round, Seal, Thread};
    use crate::state::State;

    fn at() -> DateTime<Utc> {
        "2026-03-02T09:00:00Z".parse().unwrap()
    }

    pub(crate) fn file(path: &str, verdict: Verdict) -> File {
        let seal = Seal { sha256: Sha256([7; 32]), bytes: 12 };
        let finding = |severity| Finding {
            rule: RECORD_LEVEL.into(),
            risk: None,
            severity,
            outcome: Found::Found,
            message: "one row a person".into(),
            fix: "Aggregate first.".into(),
            place: Place::default(),
            interval: None,
        };
        let findings = match verdict {
            Verdict::Clear => vec![],
            Verdict::Review => vec![finding(Severity::Review)],
            Verdict::Blocked => vec![finding(Severity::Block)],
        };
        File {
            path: SharePath::new(path).unwrap(),
            purpose: Purpose::Output,
            seal,
            leaving: Some(Leaving { name: path.into(), seal }),
            report: FileReport {
                path: path.into(),
                sha256: Some(seal.sha256),
                bytes: 12,
                kind: "csv".into(),
                supporting: false,
                verdict,
                claim: None,
                table: None,
                findings,
            },
            shown: None,
            settled: None,
            taken_back: false,
        }
    }

    pub(crate) fn request(files: Vec<File>) -> Request {
        let new = NewRequest {
            door: Door::Cli,
            requester: "ann_P".into(),
            project: Some("diabetes".into()),
            purpose: "table 1".into(),
            thread: Thread::default(),
        };
        let mut request = Request::open(RequestId(1), new, State::Submitted, at());
        request.rounds.push(Round { files, ..Round::new(1, at(), vec![]) });
        request
    }

    fn say(choice: Choice, reason: Option<&str>) -> Decision {
        Decision { choice, reason: reason.map(str::to_owned), exceptions: vec![], at: at() }
    }

    fn measure(policy: &Policy) -> Measure<'_> {
        Measure { policy, exceptions: &[], today: at().date_naive() }
    }

    fn path(text: &str) -> SharePath {
        SharePath::new(text).unwrap()
    }

    #[test]
    fn no_one_reviews_their_own_request() {
        let policy = Policy::default();
        let mut request = request(vec![file("a.csv", Verdict::Clear)]);
        for account in ["ann_P", "ANN_p"] {
            let decision = say(Choice::Approve, Some("mine"));
            let refused = request.decide(account, &path("a.csv"), decision, measure(&policy));
            assert_eq!(refused, Err(ReviewError::Own("ann_P".into())));
            assert_eq!(request.submit_review(account, &policy, at()), Err(ReviewError::Own("ann_P".into())));
        }
        assert!(request.rounds[0].reviews.is_empty());
    }

    #[test]
    fn going_against_the_machine_needs_words() {
        let policy = Policy { record_level: RecordLevel::Reason, ..Policy::default() };
        let mut request = request(vec![
            file("clear.csv", Verdict::Clear),
            file("review.csv", Verdict::Review),
            file("blocked.csv", Verdict::Blocked),
        ]);
        for (name, choice, reason, fine) in [
            ("clear.csv", Choice::Approve, None, true),
            ("clear.csv", Choice::Return, None, false),
            ("clear.csv", Choice::Reject, Some("  "), false),
            ("clear.csv", Choice::Return, Some("wrong population"), true),
            ("review.csv", Choice::Approve, None, true),
            ("review.csv", Choice::Return, None, true),
            ("blocked.csv", Choice::Return, None, true),
            ("blocked.csv", Choice::Approve, None, false),
            ("blocked.csv", Choice::Approve, Some("synthetic"), true),
        ] {
            let said = request.decide("cleo", &path(name), say(choice, reason), measure(&policy));
            assert_eq!(said.is_ok(), fine, "{name} {choice:?} {reason:?}: {said:?}");
        }
    }

    #[test]
    fn a_record_level_file_needs_an_exception_where_the_policy_says_so() {
        let policy = Policy::default();
        let mut request = request(vec![file("a.csv", Verdict::Blocked)]);
        let decision = say(Choice::Approve, Some("permit"));
        let refused = request.decide("cleo", &path("a.csv"), decision.clone(), measure(&policy));
        assert_eq!(refused, Err(ReviewError::NeedsException(path("a.csv"))));
        let permit = Exception {
            name: "permit 12".into(),
            project: "diabetes".into(),
            rules: BTreeSet::from([RECORD_LEVEL.to_owned()]),
            files: vec!["a.csv".into()],
            approvers: BTreeSet::from(["cleo".to_owned(), "dirk".to_owned()]),
            reason: "article 4".into(),
            expires: at().date_naive(),
        };
        let covered = Measure { exceptions: &[permit], ..measure(&policy) };
        request.decide("cleo", &path("a.csv"), decision, covered).unwrap();
        assert_eq!(request.rounds[0].reviews[0].decisions[&path("a.csv")].exceptions, ["permit 12"]);
    }

    #[test]
    fn reviews_are_blind_until_submitted_and_the_graver_decision_holds() {
        let policy = Policy { reviewers: 2, ..Policy::default() };
        let mut request = request(vec![file("a.csv", Verdict::Review), file("b.csv", Verdict::Review)]);
        for (reviewer, on_b) in [("cleo", Choice::Approve), ("dirk", Choice::Return)] {
            request.decide(reviewer, &path("a.csv"), say(Choice::Approve, None), measure(&policy)).unwrap();
            assert!(matches!(request.submit_review(reviewer, &policy, at()), Err(ReviewError::Undecided(_))));
            request.decide(reviewer, &path("b.csv"), say(on_b, None), measure(&policy)).unwrap();
            assert_eq!(request.visible_reviews(reviewer).count(), 1, "blind before submitting");
            let outcome = request.submit_review(reviewer, &policy, at()).unwrap();
            assert_eq!(outcome, if reviewer == "dirk" { Some(Outcome::Approve) } else { None });
        }
        assert_eq!(request.visible_reviews("dirk").count(), 2);
        let settled: Vec<_> = request.rounds[0].files.iter().map(|file| file.settled).collect();
        assert_eq!(settled, [Some(Choice::Approve), Some(Choice::Return)]);
        assert_eq!(request.may_review("els", &policy), Err(ReviewError::Enough(2)));
    }

    #[test]
    fn what_a_round_comes_to() {
        use Choice::{Approve, Reject, Return};
        for (choices, partial, outcome) in [
            ([Approve, Approve], Partial::Release, Outcome::Approve),
            ([Approve, Return], Partial::Release, Outcome::Approve),
            ([Approve, Return], Partial::Hold, Outcome::Return),
            ([Approve, Reject], Partial::Hold, Outcome::Approve),
            ([Return, Reject], Partial::Release, Outcome::Return),
            ([Reject, Reject], Partial::Release, Outcome::Reject),
        ] {
            let policy = Policy { partial, ..Policy::default() };
            let mut request = request(vec![file("a.csv", Verdict::Review), file("b.csv", Verdict::Review)]);
            for (name, choice) in ["a.csv", "b.csv"].into_iter().zip(choices) {
                request.decide("cleo", &path(name), say(choice, None), measure(&policy)).unwrap();
            }
            assert_eq!(
                request.submit_review("cleo", &policy, at()),
                Ok(Some(outcome)),
                "{choices:?} {partial:?}"
            );
        }
    }

    #[test]
    fn supporting_and_taken_back_files_are_not_decided() {
        let policy = Policy::default();
        let mut support = file("n.csv", Verdict::Clear);
        support.purpose = Purpose::Supporting;
        let mut request =
            request(vec![file("a.csv", Verdict::Clear), file("b.csv", Verdict::Clear), support]);
        request.take_back(&path("b.csv")).unwrap();
        let mut try_on =
            |name| request.decide("cleo", &path(name), say(Choice::Approve, None), measure(&policy));
        assert_eq!(try_on("n.csv"), Err(ReviewError::Supporting(path("n.csv"))));
        assert_eq!(try_on("b.csv"), Err(ReviewError::TakenBack(path("b.csv"))));
        assert_eq!(try_on("c.csv"), Err(ReviewError::NoSuchFile(path("c.csv"))));
        assert_eq!(try_on("a.csv"), Ok(()));
        assert_eq!(request.submit_review("cleo", &policy, at()), Ok(Some(Outcome::Approve)));
    }
}
