//! What an output checker sees before deciding: the queue, who is at work, and files as text or picture.

use std::fs::File as SealedBytes;

use chrono::{DateTime, Utc};
use exeat_checks::rendition::Rendition;
use exeat_domain::ledger::Fact;
use exeat_domain::policy::Policy;
use exeat_domain::request::{File, Request, RequestId, Seal, Shown};
use exeat_domain::review::{Decision, Review, ReviewError};

use crate::error::DeskError;
use crate::ports::{Effects, Failure, Filter, Port, Queue, Waiting};
use crate::reviewing::Checker;

/// Where a checker stands with a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Why the checker cannot decide on it now; none where it can.
    pub closed: Option<ReviewError>,
    /// The outputs that are to be decided.
    pub outputs: usize,
    /// How many of them the checker has decided.
    pub decided: usize,
    /// Whether the checker has claimed it.
    pub claimed: bool,
    /// How many reviews of the round are submitted.
    pub submitted: usize,
    /// How many it takes.
    pub reviewers: u8,
    /// Whether the checker's submitted review can be taken back.
    pub undo: bool,
    /// When the reviews take effect, once all are in.
    pub effective: Option<DateTime<Utc>>,
}

impl Checker<'_> {
    /// Requests that wait for a checker, those that have waited longest first. How far another checker is does not show
    /// before it is submitted.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn waiting(&self, queue: &Queue) -> Result<Vec<Waiting>, DeskError> {
        let mut waiting = self.desk.ports.store.queue(queue).await?;
        for one in waiting.iter_mut().flat_map(|waiting| &mut waiting.at_work) {
            if one.checker.to_lowercase() != self.actor.account.to_lowercase() && !one.submitted {
                one.decided = 0;
            }
        }
        Ok(waiting)
    }

    /// How many requests wait, counted up to `most`.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn backlog(&self, most: u64) -> Result<u64, DeskError> {
        Ok(self.desk.ports.store.backlog(most).await?)
    }

    /// When the last request came in, whatever became of it.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn last(&self) -> Result<Option<DateTime<Utc>>, DeskError> {
        let filter = Filter { newest: true, limit: 1, ..Filter::default() };
        let last = self.desk.ports.store.list(&filter).await?;
        Ok(last.first().map(|last| last.created_at))
    }

    /// How requests are decided here.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        self.desk.policy()
    }

    /// Where this checker stands with a request.
    #[must_use]
    pub fn standing(&self, request: &Request) -> Standing {
        let account = &self.actor.account;
        let open = self.not_their_own(request).and_then(|()| request.may_review(account, self.desk.policy()));
        let round = request.round();
        let outputs = round.map_or(0, |round| round.outputs().count());
        let reviews = round.into_iter().flat_map(|round| &round.reviews);
        Standing {
            closed: open.err(),
            outputs,
            decided: outputs - request.undecided_by(account).len(),
            claimed: request.is_claimed_by(account),
            submitted: reviews.filter(|review| review.submitted_at.is_some()).count(),
            reviewers: self.desk.policy().reviewers,
            undo: request.may_reopen(account).is_ok(),
            effective: self.effective(request),
        }
    }

    /// When the reviews of the open round take effect, once all are in and until they do.
    fn effective(&self, request: &Request) -> Option<DateTime<Utc>> {
        let policy = self.desk.policy();
        let all = request.submitted_reviews().count() >= usize::from(policy.reviewers);
        let last = request.submitted_reviews().filter_map(|review| review.submitted_at).max();
        last.filter(|_| all && !request.is_open_to_view()).map(|last| last + policy.undo())
    }

    /// What this checker has decided on a file of the open round.
    #[must_use]
    pub fn decision<'r>(&self, request: &'r Request, file: &File) -> Option<&'r Decision> {
        self.own_review(request).and_then(|review| review.decisions.get(&file.path))
    }

    fn own_review<'r>(&self, request: &'r Request) -> Option<&'r Review> {
        let own = |review: &&Review| review.reviewer.to_lowercase() == self.actor.account.to_lowercase();
        request.round()?.reviews.iter().find(own)
    }

    /// Says that this checker looks at a request.
    ///
    /// # Errors
    /// [`DeskError::Claim`] where the checker may not decide on it, or enough others look at it.
    pub async fn claim(&self, id: RequestId) -> Result<Request, DeskError> {
        let mut request = self.desk.ports.store.load(id).await?;
        let (from, now) = (request.state, self.desk.now());
        self.not_their_own(&request)?;
        if !request.claim(&self.actor.account, self.desk.policy(), now)? {
            return Ok(request);
        }
        let round = request.round().map_or(0, |round| round.number);
        let event = self.desk.event(&self.actor, Some(id), Fact::Claimed { round });
        self.desk.commit(from, request, Effects::of(event)).await
    }

    /// Takes that back.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn unclaim(&self, id: RequestId) -> Result<Request, DeskError> {
        let mut request = self.desk.ports.store.load(id).await?;
        let from = request.state;
        if !request.unclaim(&self.actor.account) {
            return Ok(request);
        }
        let round = request.round().map_or(0, |round| round.number);
        let event = self.desk.event(&self.actor, Some(id), Fact::Unclaimed { round });
        self.desk.commit(from, request, Effects::of(event)).await
    }

    /// The tables as text of a file of this request; none where the checks wrote none. The sealed bytes are not touched.
    ///
    /// # Errors
    /// [`DeskError::Wiped`] where the request needs them no more; [`DeskError::Port`] where they cannot be read.
    pub async fn rendition(&self, request: &Request, file: &File) -> Result<Option<Rendition>, DeskError> {
        let Some(Shown::Tables(seal)) = file.shown else { return Ok(None) };
        let bytes = self.held(request, seal).await?;
        let opened = Rendition::open(bytes)
            .map_err(|error| Failure::new(Port::Seals, "rendition", error.to_string(), &file.path))?;
        Ok(Some(opened))
    }

    /// A picture of this request as it would leave, encoded anew by the checks; none where the file is none.
    ///
    /// # Errors
    /// [`DeskError::Wiped`] where the request needs it no more; [`DeskError::Port`] where it cannot be read.
    pub async fn picture(&self, request: &Request, file: &File) -> Result<Option<SealedBytes>, DeskError> {
        match file.shown {
            Some(Shown::Picture(seal)) => Ok(Some(self.held(request, seal).await?)),
            Some(Shown::Tables(_)) | None => Ok(None),
        }
    }

    /// Bytes that the request still holds.
    async fn held(&self, request: &Request, seal: Seal) -> Result<SealedBytes, DeskError> {
        if request.spent().any(|spent| spent.sha256 == seal.sha256) {
            return Err(DeskError::Wiped);
        }
        Ok(self.desk.ports.seals.open(&seal).await?)
    }
}
