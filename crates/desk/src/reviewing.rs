//! What an output checker can do: find what waits, look at it, decide, and submit.

use std::fs::File as SealedBytes;

use chrono::{DateTime, TimeDelta, Utc};
use exeat_domain::ledger::{Actor, Event, Fact};
use exeat_domain::path::SharePath;
use exeat_domain::request::{Request, RequestId};
use exeat_domain::review::{Choice, Decision, Measure, Outcome, Review, ReviewError};
use exeat_domain::roster::{Person, Roster};
use exeat_domain::state::State;

use crate::checking::effects_of;
use crate::desk::Desk;
use crate::error::DeskError;
use crate::ports::{Filter, Job, Summary};

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
        Ok((self.desk.ports.store.load(id).await?, self.desk.jobs(Some(id)).await?))
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
        let request = self.desk.ports.store.load(id).await?;
        let named: Vec<SharePath> = if files.is_empty() {
            request.undecided_by(&self.actor.account).into_iter().cloned().collect()
        } else {
            files.to_vec()
        };
        let decisions =
            named.into_iter().map(|path| (path.clone(), self.worded(&request, &path, choice, reason)));
        let decisions = decisions.collect();
        self.record_decisions(request, decisions, hold).await
    }

    /// Keeps decisions; the review is submitted once every output is decided, unless `hold` keeps it open.
    pub(crate) async fn record_decisions(
        &self,
        mut request: Request,
        decisions: Vec<(SharePath, Decision)>,
        hold: bool,
    ) -> Result<Decided, DeskError> {
        let from = request.state;
        self.not_their_own(&request)?;
        request.may_review(&self.actor.account, self.desk.policy())?;
        let mut named = vec![];
        for (path, decision) in decisions {
            request.decide(&self.actor.account, &path, decision, self.measure(self.desk.now()))?;
            named.push(path);
        }
        let open: Vec<SharePath> = request.undecided_by(&self.actor.account).into_iter().cloned().collect();
        if open.is_empty() && !hold {
            return self.submit(request, from, named, TimeDelta::zero()).await;
        }
        let events = named.iter().flat_map(|path| self.decided(&request, path)).collect();
        let Some(effects) = effects_of(events) else {
            return Ok(Decided { request, files: named, open, outcome: None });
        };
        let request = self.desk.commit(from, request, effects).await?;
        Ok(Decided { request, files: named, open, outcome: None })
    }

    /// What decisions of now are measured against.
    pub(crate) fn measure(&self, now: DateTime<Utc>) -> Measure<'_> {
        Measure { policy: self.desk.policy(), exceptions: self.roster.exceptions(), today: now.date_naive() }
    }

    /// No one reviews their own request, in another's name either.
    pub(crate) fn not_their_own(&self, request: &Request) -> Result<(), ReviewError> {
        let own = |operator: &String| operator.to_lowercase() == request.requester.to_lowercase();
        if self.actor.operator.as_ref().is_some_and(own) {
            return Err(ReviewError::Own(request.requester.clone()));
        }
        Ok(())
    }

    /// The ledger's words for one decision of this checker.
    pub(crate) fn decided(&self, request: &Request, path: &SharePath) -> Vec<Event> {
        let round = request.round().map_or(0, |round| round.number);
        let mut reviews = request.round().into_iter().flat_map(|round| &round.reviews);
        let own = reviews.find(|review| review.reviewer.eq_ignore_ascii_case(&self.actor.account));
        let Some(decision) = own.and_then(|review| review.decisions.get(path)) else { return vec![] };
        let fact = Fact::Decided {
            round,
            file: path.clone(),
            choice: decision.choice,
            reason: decision.reason.clone(),
            exceptions: decision.exceptions.clone(),
        };
        let chosen = decision.told.clone();
        let chosen = chosen.map(|rules| Fact::Chosen { round, file: path.clone(), rules });
        let facts = std::iter::once(fact).chain(chosen);
        facts.map(|fact| self.desk.event(&self.actor, Some(request.id), fact)).collect()
    }
}
