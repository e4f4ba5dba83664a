//! What an output checker can do: find what waits, look at it, decide, and submit.

use std::fs::File as SealedBytes;

use exeat_domain::ledger::{Actor, Fact};
use exeat_domain::path::SharePath;
use exeat_domain::request::{Request, RequestId};
use exeat_domain::review::{Choice, Decision, Measure, Outcome, Review, ReviewError};
use exeat_domain::roster::{Person, Roster};
use exeat_domain::state::{Action, Owner, State};

use crate::checking::effects_of;
use crate::desk::Desk;
use crate::error::DeskError;
use crate::ports::{Effects, Filter, Job, Summary, Task};

/// An output checker's handle on the desk: it has no requester's methods.
pub struct Checker<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) actor: Actor,
    pub(crate) roster: Roster,
}

/// What came of a decision.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The request after it.
    pub request: Request,
    /// The files that were decided by this call.
    pub files: Vec<SharePath>,
    /// The outputs that this checker has yet to decide.
    pub open: Vec<SharePath>,
    /// What the round came to, if this was the last review it needed.
    pub outcome: Option<Outcome>,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(desk: &'a Desk, actor: Actor, roster: Roster) -> Self {
        Self { desk, actor, roster }
    }

    /// Requests that wait for a checker, oldest first.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn queue(&self, after: Option<RequestId>, limit: u64) -> Result<Vec<Summary>, DeskError> {
        let filter = Filter { states: vec![State::Submitted], after, limit, ..Filter::default() };
        Ok(self.desk.ports.store.list(&filter).await?)
    }

    /// Every request, whatever its state, oldest first.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn all(
        &self,
        states: Vec<State>,
        after: Option<RequestId>,
        limit: u64,
    ) -> Result<Vec<Summary>, DeskError> {
        Ok(self.desk.ports.store.list(&Filter { states, after, limit, ..Filter::default() }).await?)
    }

    /// The oldest request that this checker may decide on; none if nothing waits.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn next(&self) -> Result<Option<Request>, DeskError> {
        let mut after = None;
        loop {
            let page = self.queue(after, 50).await?;
            let Some(last) = page.last() else { return Ok(None) };
            after = Some(last.id);
            for summary in page {
                let request = self.desk.ports.store.load(summary.id).await?;
                if request.may_review(&self.actor.account, self.desk.policy()).is_ok() {
                    return Ok(Some(request));
                }
            }
        }
    }

    /// One request, and the jobs that wait for it with their causes.
    ///
    /// # Errors
    /// [`DeskError::Store`] where there is none.
    pub async fn show(&self, id: RequestId) -> Result<(Request, Vec<Job>), DeskError> {
        Ok((self.desk.ports.store.load(id).await?, self.desk.ports.store.jobs(Some(id)).await?))
    }

    /// Who asked.
    #[must_use]
    pub fn person(&self, account: &str) -> Option<&Person> {
        self.roster.person(account)
    }

    /// The reviews that this checker may see.
    pub fn reviews<'r>(&self, request: &'r Request) -> impl Iterator<Item = &'r Review> {
        request.visible_reviews(&self.actor.account)
    }

    /// The bytes of a file that were sealed and checked.
    ///
    /// # Errors
    /// [`DeskError::Port`] where they are gone.
    pub async fn open(&self, file: &exeat_domain::request::File) -> Result<SealedBytes, DeskError> {
        Ok(self.desk.ports.seals.open(&file.seal).await?)
    }

    /// Decides files of the open round: those named, or all that this checker has not decided yet. Once every output
    /// is decided the review is submitted, unless `hold` keeps it open.
    ///
    /// # Errors
    /// [`DeskError::Review`] where a decision may not be taken; none of them is then kept.
    pub async fn decide(
        &self,
        id: RequestId,
        files: &[SharePath],
        choice: Choice,
        reason: Option<&str>,
        hold: bool,
    ) -> Result<Decided, DeskError> {
        let mut request = self.desk.ports.store.load(id).await?;
        let (from, now) = (request.state, self.desk.now());
        self.not_their_own(&request)?;
        request.may_review(&self.actor.account, self.desk.policy())?;
        let named: Vec<SharePath> = if files.is_empty() {
            request.undecided_by(&self.actor.account).into_iter().cloned().collect()
        } else {
            files.to_vec()
        };
        let measure = Measure {
            policy: self.desk.policy(),
            exceptions: self.roster.exceptions(),
            today: now.date_naive(),
        };
        for path in &named {
            let reason = reason.map(str::to_owned);
            let decision = Decision { choice, reason, exceptions: vec![], at: now };
            request.decide(&self.actor.account, path, decision, measure)?;
        }
        let open: Vec<SharePath> = request.undecided_by(&self.actor.account).into_iter().cloned().collect();
        if open.is_empty() && !hold {
            return self.submit(request, from, named).await;
        }
        let events = named.iter().filter_map(|path| self.decided(&request, path)).collect();
        let Some(effects) = effects_of(events) else {
            return Ok(Decided { request, files: named, open, outcome: None });
        };
        let request = self.desk.commit(from, request, effects).await?;
        Ok(Decided { request, files: named, open, outcome: None })
    }

    /// Submits the review, once every output is decided.
    ///
    /// # Errors
    /// [`DeskError::Review`] naming an output that is not decided, or why the review is not open.
    pub async fn finish(&self, id: RequestId) -> Result<Decided, DeskError> {
        let request = self.desk.ports.store.load(id).await?;
        let from = request.state;
        self.not_their_own(&request)?;
        self.submit(request, from, vec![]).await
    }

    /// No one reviews their own request, in another's name either.
    pub(crate) fn not_their_own(&self, request: &Request) -> Result<(), ReviewError> {
        let own = |operator: &String| operator.to_lowercase() == request.requester.to_lowercase();
        if self.actor.operator.as_ref().is_some_and(own) {
            return Err(ReviewError::Own(request.requester.clone()));
        }
        Ok(())
    }

    /// The ledger's word for one decision of this checker.
    fn decided(&self, request: &Request, path: &SharePath) -> Option<exeat_domain::ledger::Event> {
        let round = request.round()?;
        let review =
            round.reviews.iter().find(|review| review.reviewer.eq_ignore_ascii_case(&self.actor.account))?;
        let decision = review.decisions.get(path)?;
        let fact = Fact::Decided {
            round: round.number,
            file: path.clone(),
            choice: decision.choice,
            reason: decision.reason.clone(),
            exceptions: decision.exceptions.clone(),
        };
        Some(self.desk.event(&self.actor, Some(request.id), fact))
    }

    /// Submits the review; when it was the last one needed, the request moves on in the same transaction.
    async fn submit(
        &self,
        mut request: Request,
        from: State,
        files: Vec<SharePath>,
    ) -> Result<Decided, DeskError> {
        let outcome = request.submit_review(&self.actor.account, self.desk.policy(), self.desk.now())?;
        let round = request.round().map_or(0, |round| round.number);
        let mut events: Vec<_> = files.iter().filter_map(|path| self.decided(&request, path)).collect();
        events.push(self.desk.event(&self.actor, Some(request.id), Fact::ReviewSubmitted { round }));
        let Some(effects) = effects_of(events) else {
            return Err(ReviewError::NotOpen(from).into());
        };
        let effects = match outcome {
            None => effects,
            Some(Outcome::Approve) => {
                request.step(Action::Approve, Owner::Checkers)?;
                self.desk.begin_release(&mut request, effects, &self.actor, false)
            }
            Some(Outcome::Return) => self.send_back(&mut request, effects, round)?,
            Some(Outcome::Reject) => self.reject(&mut request, effects, round)?,
        };
        let request = self.desk.commit(from, request, effects).await?;
        Ok(Decided { request, files, open: vec![], outcome })
    }

    fn send_back(&self, request: &mut Request, effects: Effects, round: u32) -> Result<Effects, DeskError> {
        request.step(Action::Return, Owner::Checkers)?;
        let back = |(_, file): &(_, &exeat_domain::request::File)| file.settled == Some(Choice::Return);
        let files = request.current_files().filter(back).map(|(_, file)| file.path.clone()).collect();
        let fact = Fact::Returned { round, files, automatic: false };
        let event = self.desk.event(&self.actor, Some(request.id), fact);
        let id = request.id;
        Ok(effects
            .and(event)
            .then(Task::TellReturned { request: id, round })
            .then(Task::Sweep { request: id }))
    }

    fn reject(&self, request: &mut Request, effects: Effects, round: u32) -> Result<Effects, DeskError> {
        request.step(Action::Reject, Owner::Checkers)?;
        let words = request.round().into_iter().flat_map(|round| &round.reviews);
        let reasons =
            words.flat_map(|review| review.decisions.values()).filter_map(|decision| decision.reason.clone());
        let mut reasons: Vec<String> = reasons.collect();
        reasons.dedup();
        request.reason = (!reasons.is_empty()).then(|| reasons.join("\n"));
        let fact = Fact::Rejected { round, reason: request.reason.clone() };
        let event = self.desk.event(&self.actor, Some(request.id), fact);
        let id = request.id;
        Ok(effects.and(event).then(Task::TellRejected { request: id }).then(Task::Sweep { request: id }))
    }
}
