//! Submitting a review, taking it back, and what a round's reviews bring about once they take effect.

use chrono::{DateTime, TimeDelta, Utc};
use exeat_domain::ledger::{Actor, Fact};
use exeat_domain::path::SharePath;
use exeat_domain::request::{File, Request, RequestId};
use exeat_domain::review::{Choice, Outcome, ReviewError};
use exeat_domain::state::{Action, Owner, State};

use crate::checking::{effects_of, swept};
use crate::desk::Desk;
use crate::error::DeskError;
use crate::ports::{Effects, Job, Task};
use crate::reviewing::{Checker, Decided};

impl Checker<'_> {
    /// Submits the review, once every output is decided. The last review that a round needs takes effect at once.
    ///
    /// # Errors
    /// [`DeskError::Review`] naming an output that is not decided, or why the review is not open.
    pub async fn finish(&self, id: RequestId) -> Result<Decided, DeskError> {
        let request = self.desk.ports.store.load(id).await?;
        let from = request.state;
        self.submit(request, from, vec![], TimeDelta::zero()).await
    }

    /// Submits the review; it can be taken back until it takes effect, which the policy puts off for a moment.
    ///
    /// # Errors
    /// As [`Self::finish`].
    pub async fn hand_in(&self, id: RequestId) -> Result<Decided, DeskError> {
        let request = self.desk.ports.store.load(id).await?;
        let from = request.state;
        self.submit(request, from, vec![], self.desk.policy().undo()).await
    }

    /// Takes the submitted review back, with its decisions as they were.
    ///
    /// # Errors
    /// [`DeskError::Review`] where it has taken effect, or there is none.
    pub async fn reopen(&self, id: RequestId) -> Result<Request, DeskError> {
        let mut request = self.desk.ports.store.load(id).await?;
        let from = request.state;
        self.not_their_own(&request)?;
        request.reopen_review(&self.actor.account)?;
        let round = request.round().map_or(0, |round| round.number);
        let event = self.desk.event(&self.actor, Some(id), Fact::ReviewReopened { round });
        self.desk.commit(from, request, Effects::of(event)).await
    }

    /// Takes one decision back while the review is open.
    ///
    /// # Errors
    /// [`DeskError::Review`] where the review is not open, or the file was not decided.
    pub async fn undecide(&self, id: RequestId, path: &SharePath) -> Result<Request, DeskError> {
        let mut request = self.desk.ports.store.load(id).await?;
        let from = request.state;
        self.not_their_own(&request)?;
        request.undecide(&self.actor.account, path, self.desk.policy())?;
        let round = request.round().map_or(0, |round| round.number);
        let fact = Fact::DecisionUndone { round, file: path.clone() };
        let event = self.desk.event(&self.actor, Some(id), fact);
        self.desk.commit(from, request, Effects::of(event)).await
    }

    /// Submits the review; when it was the last one needed, the request moves on, in the same transaction or, where that
    /// is put off, by a job.
    pub(crate) async fn submit(
        &self,
        mut request: Request,
        from: State,
        files: Vec<SharePath>,
        moment: TimeDelta,
    ) -> Result<Decided, DeskError> {
        self.not_their_own(&request)?;
        let (policy, now) = (self.desk.policy(), self.desk.now());
        request.hand_in(&self.actor.account, policy, now)?;
        let (id, round) = (request.id, request.round().map_or(0, |round| round.number));
        let mut events: Vec<_> = files.iter().flat_map(|path| self.decided(&request, path)).collect();
        events.push(self.desk.event(&self.actor, Some(id), Fact::ReviewSubmitted { round }));
        let Some(mut effects) = effects_of(events) else {
            return Err(ReviewError::NotOpen(from).into());
        };
        let last = request.submitted_reviews().count() >= usize::from(policy.reviewers);
        let outcome = if moment.is_zero() { request.settle(policy) } else { None };
        if let Some(outcome) = outcome {
            effects = self.desk.follow(&mut request, outcome, &self.actor, effects)?;
        } else if last {
            effects = effects.then_at(Task::Settle { request: id, round, at: now }, now + moment);
        }
        let request = self.desk.commit(from, request, effects).await?;
        Ok(Decided { request, files, open: vec![], outcome })
    }
}

impl Desk {
    /// Lets the reviews of a round take effect. A review that was taken back, or submitted anew, drops the job.
    pub(crate) async fn settle(
        &self,
        job: &Job,
        id: RequestId,
        number: u32,
        at: DateTime<Utc>,
    ) -> Result<(), DeskError> {
        let mut request = self.ports.store.load(id).await?;
        let from = request.state;
        let last = request.submitted_reviews().max_by_key(|review| review.submitted_at);
        let last = last.filter(|review| review.submitted_at == Some(at));
        let open = from == State::Submitted && request.round().is_some_and(|round| round.number == number);
        let Some(actor) = last.filter(|_| open).map(|review| Actor::person(&review.reviewer)) else {
            return Ok(self.ports.store.drop_job(job).await?);
        };
        let Some(outcome) = request.settle(self.policy()) else {
            return Ok(self.ports.store.drop_job(job).await?);
        };
        let effects = Effects::of(self.own(id, Fact::ReviewsSettled { round: number }));
        let effects = self.follow(&mut request, outcome, &actor, effects)?;
        self.commit(from, request, effects.completing(job)).await?;
        Ok(())
    }

    /// Moves a settled request on to where its reviews lead.
    fn follow(
        &self,
        request: &mut Request,
        outcome: Outcome,
        actor: &Actor,
        effects: Effects,
    ) -> Result<Effects, DeskError> {
        let (id, round) = (request.id, request.round().map_or(0, |round| round.number));
        let (fact, told) = match outcome {
            Outcome::Approve => {
                request.step(Action::Approve, Owner::Checkers)?;
                return Ok(self.begin_release(request, effects, actor, false));
            }
            Outcome::Return => {
                request.step(Action::Return, Owner::Checkers)?;
                (returned(request, round), Task::TellReturned { request: id, round })
            }
            Outcome::Reject => {
                request.step(Action::Reject, Owner::Checkers)?;
                request.reason = reasons(request);
                let fact = Fact::Rejected { round, reason: request.reason.clone() };
                (fact, Task::TellRejected { request: id })
            }
        };
        let event = self.event(actor, Some(id), fact);
        let effects = self.keep_for_comparison(request, effects.and(event).then(told));
        Ok(swept(request, effects))
    }
}

fn returned(request: &Request, round: u32) -> Fact {
    let back = |(_, file): &(_, &File)| file.settled == Some(Choice::Return);
    let files = request.current_files().filter(back).map(|(_, file)| file.path.clone()).collect();
    Fact::Returned { round, files, automatic: false }
}

/// Everything that the reviewers of the open round wrote.
fn reasons(request: &Request) -> Option<String> {
    let reviews = request.round().into_iter().flat_map(|round| &round.reviews);
    let reasons = reviews.flat_map(|review| review.decisions.values());
    let mut reasons: Vec<String> = reasons.filter_map(|decision| decision.reason.clone()).collect();
    reasons.dedup();
    (!reasons.is_empty()).then(|| reasons.join("\n"))
}
