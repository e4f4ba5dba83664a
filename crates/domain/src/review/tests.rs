//! Reviews: what needs words, who is blind to whom, and what a round comes to.

use std::collections::BTreeSet;

use super::*;
use crate::digest::Sha256;
use crate::finding::{FileReport, Finding, Outcome as Found, Place, Verdict};
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
        drawn: None,
        settled: None,
        taken_back: false,
        forgotten: false,
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
    Decision { choice, reason: reason.map(str::to_owned), told: None, exceptions: vec![], at: at() }
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
        ("review.csv", Choice::Return, None, false),
        ("blocked.csv", Choice::Return, None, false),
        ("blocked.csv", Choice::Reject, Some("one row a person"), true),
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
fn an_infected_file_is_approved_by_nobody_and_never_leaves() {
    for (severity, outcome, infected) in [
        (Severity::Block, Found::Found, true),
        (Severity::Note, Found::Found, true),
        (Severity::Review, Found::Undecided, false),
    ] {
        let mut sick = file("a.csv", Verdict::Clear);
        sick.report.findings = vec![Finding {
            rule: MALWARE.into(),
            risk: None,
            severity,
            outcome,
            message: "Test.Signature".into(),
            fix: "Leave it out.".into(),
            place: Place::default(),
            interval: None,
        }];
        let mut request = request(vec![sick]);
        let permit = Exception {
            name: "permit 13".into(),
            project: "diabetes".into(),
            rules: BTreeSet::from([MALWARE.to_owned(), RECORD_LEVEL.to_owned()]),
            files: vec!["*".into()],
            approvers: BTreeSet::from(["cleo".to_owned(), "dirk".to_owned()]),
            reason: "article 4".into(),
            expires: at().date_naive(),
        };
        let policy = Policy { record_level: RecordLevel::Reason, ..Policy::default() };
        let covered = Measure { exceptions: &[permit], ..measure(&policy) };
        let approving = say(Choice::Approve, Some("it is a false alarm"));
        let decided = request.decide("cleo", &path("a.csv"), approving, covered);
        assert_eq!(decided.is_err(), infected, "{severity:?} {outcome:?}");
        if infected {
            assert_eq!(decided, Err(ReviewError::Infected(path("a.csv"))));
        }
        // Not even where a file is settled by other means than a review.
        request.rounds[0].files[0].settled = Some(Choice::Approve);
        assert_eq!(request.approved().count(), usize::from(!infected));
        request
            .decide("cleo", &path("a.csv"), say(Choice::Return, Some("infected")), measure(&policy))
            .unwrap();
    }
}

#[test]
fn reviews_are_blind_until_submitted_and_the_graver_decision_holds() {
    let policy = Policy { reviewers: 2, ..Policy::default() };
    let mut request = request(vec![file("a.csv", Verdict::Review), file("b.csv", Verdict::Review)]);
    for (reviewer, on_b) in [("cleo", Choice::Approve), ("dirk", Choice::Return)] {
        request.decide(reviewer, &path("a.csv"), say(Choice::Approve, None), measure(&policy)).unwrap();
        assert!(matches!(request.submit_review(reviewer, &policy, at()), Err(ReviewError::Undecided(_))));
        request.decide(reviewer, &path("b.csv"), say(on_b, Some("why")), measure(&policy)).unwrap();
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
            request.decide("cleo", &path(name), say(choice, Some("why")), measure(&policy)).unwrap();
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
    let mut request = request(vec![file("a.csv", Verdict::Clear), file("b.csv", Verdict::Clear), support]);
    request.take_back(&path("b.csv")).unwrap();
    let mut try_on = |name| request.decide("cleo", &path(name), say(Choice::Approve, None), measure(&policy));
    assert_eq!(try_on("n.csv"), Err(ReviewError::Supporting(path("n.csv"))));
    assert_eq!(try_on("b.csv"), Err(ReviewError::TakenBack(path("b.csv"))));
    assert_eq!(try_on("c.csv"), Err(ReviewError::NoSuchFile(path("c.csv"))));
    assert_eq!(try_on("a.csv"), Ok(()));
    assert_eq!(request.submit_review("cleo", &policy, at()), Ok(Some(Outcome::Approve)));
}

#[test]
fn what_is_foreseen_rests_on_ones_own_decisions_alone() {
    let policy = Policy { reviewers: 2, ..Policy::default() };
    let mut request = request(vec![file("a.csv", Verdict::Review), file("b.csv", Verdict::Review)]);
    for name in ["a.csv", "b.csv"] {
        request.decide("cleo", &path(name), say(Choice::Reject, Some("never")), measure(&policy)).unwrap();
    }
    request.submit_review("cleo", &policy, at()).unwrap();
    assert_eq!(request.foreseen("dirk", &policy, at()).0.rounds[0].reviews.len(), 0);
    request.decide("dirk", &path("a.csv"), say(Choice::Return, Some("merge")), measure(&policy)).unwrap();
    let (foreseen, outcome) = request.foreseen("dirk", &policy, at());
    assert_eq!(outcome, Some(Outcome::Return));
    let settled: Vec<_> = foreseen.rounds[0].files.iter().map(|file| file.settled).collect();
    assert_eq!(settled, [Some(Choice::Return), None]);
    assert!(foreseen.rounds[0].reviews.iter().all(|review| review.reviewer == "dirk"));
    assert_eq!(request.rounds[0].files[0].settled, None, "nothing is changed by looking ahead");
}
