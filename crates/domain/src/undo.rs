//! Taking back: a decision while its review is open, and a review until the round is settled.

use crate::path::SharePath;
use crate::policy::Policy;
use crate::request::Request;
use crate::review::{ReviewError, same};
use crate::state::State;

impl Request {
    /// Forgets a reviewer's decision on a file; it is open again.
    ///
    /// # Errors
    /// [`ReviewError`] where the review is not open, or has no such decision.
    pub fn undecide(&mut self, reviewer: &str, path: &SharePath, policy: &Policy) -> Result<(), ReviewError> {
        self.may_review(reviewer, policy)?;
        let reviews = self.round_mut().into_iter().flat_map(|round| &mut round.reviews);
        let mut own = reviews.filter(|review| same(&review.reviewer, reviewer));
        let forgotten = own.find_map(|review| review.decisions.remove(path));
        forgotten.map(|_| ()).ok_or(ReviewError::NotDecided)
    }

    /// Whether this account's submitted review can be taken back.
    ///
    /// # Errors
    /// [`ReviewError`] saying why not.
    pub fn may_reopen(&self, reviewer: &str) -> Result<(), ReviewError> {
        if self.state != State::Submitted || self.is_open_to_view() {
            return Err(ReviewError::Settled);
        }
        let submitted = self.submitted_reviews().any(|review| same(&review.reviewer, reviewer));
        if submitted { Ok(()) } else { Err(ReviewError::NotDecided) }
    }

    /// Opens a submitted review again, with its decisions as they were.
    ///
    /// # Errors
    /// [`ReviewError::Settled`] once the round is settled, [`ReviewError::NotDecided`] where there is none.
    pub fn reopen_review(&mut self, reviewer: &str) -> Result<(), ReviewError> {
        self.may_reopen(reviewer)?;
        let reviews = self.round_mut().into_iter().flat_map(|round| &mut round.reviews);
        reviews
            .filter(|review| same(&review.reviewer, reviewer))
            .for_each(|review| review.submitted_at = None);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Verdict;
    use crate::review::tests::{file, request};
    use crate::review::{Choice, Decision, Measure, Outcome};

    fn decided(reviewers: &[&str], policy: &Policy) -> Request {
        let mut request = request(vec![file("a.csv", Verdict::Review)]);
        let at = request.created_at;
        let measure = Measure { policy, exceptions: &[], today: at.date_naive() };
        for reviewer in reviewers {
            let choice = Choice::Approve;
            let decision = Decision { choice, reason: None, told: None, exceptions: vec![], at };
            request.decide(reviewer, &SharePath::new("a.csv").unwrap(), decision, measure).unwrap();
        }
        request
    }

    #[test]
    fn a_decision_is_taken_back_while_its_review_is_open() {
        let (policy, path) = (Policy::default(), SharePath::new("a.csv").unwrap());
        let mut request = decided(&["cleo"], &policy);
        assert_eq!(request.undecide("dirk", &path, &policy), Err(ReviewError::NotDecided));
        request.undecide("CLEO", &path, &policy).unwrap();
        assert_eq!(request.undecided_by("cleo").len(), 1);
        assert_eq!(request.undecide("cleo", &path, &policy), Err(ReviewError::NotDecided));
    }

    #[test]
    fn a_review_is_taken_back_until_the_round_is_settled_and_blind_until_then() {
        let policy = Policy { reviewers: 2, ..Policy::default() };
        let mut request = decided(&["cleo", "dirk"], &policy);
        let at = request.created_at;
        assert_eq!(request.reopen_review("cleo"), Err(ReviewError::NotDecided));
        for reviewer in ["cleo", "dirk"] {
            request.hand_in(reviewer, &policy, at).unwrap();
            assert_eq!(request.visible_reviews(reviewer).count(), 1, "blind while either can be taken back");
        }
        request.reopen_review("dirk").unwrap();
        assert_eq!(request.settle(&policy), None);
        request.hand_in("dirk", &policy, at).unwrap();
        assert_eq!(request.settle(&policy), Some(Outcome::Approve));
        assert_eq!(request.visible_reviews("dirk").count(), 2);
        assert_eq!(request.reopen_review("dirk"), Err(ReviewError::Settled));
        request.state = State::Approved;
        assert_eq!(request.reopen_review("cleo"), Err(ReviewError::Settled));
    }
}
