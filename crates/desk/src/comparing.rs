//! How long the tables of an earlier round are kept, so that checkers can see what changed since.

use chrono::{DateTime, TimeDelta, Utc};
use exeat_domain::ledger::Fact;
use exeat_domain::request::{Request, RequestId};

use crate::desk::Desk;
use crate::error::DeskError;
use crate::ports::{Effects, Job, Task};

impl Desk {
    /// Lets what is kept for comparison go when its time is over: at once where the policy keeps nothing.
    pub(crate) fn keep_for_comparison(&self, request: &mut Request, effects: Effects) -> Effects {
        let Some(round) = request.round() else { return effects };
        let task = Task::Forget { request: request.id, round: round.number };
        let due = self.kept_until(round.opened_at);
        if self.policy().compare_days == 0 {
            request.forget();
        }
        match due {
            Some(due) if request.compared().next().is_some() => effects.then_at(task, due),
            _ => effects,
        }
    }

    /// Until when the tables of a round are kept that was opened then.
    fn kept_until(&self, opened: DateTime<Utc>) -> Option<DateTime<Utc>> {
        opened.checked_add_signed(TimeDelta::days(i64::from(self.policy().compare_days)))
    }

    /// The day on which a round is forgotten; none where there is nothing to wait for.
    pub(crate) async fn forgotten_on(
        &self,
        id: RequestId,
        number: u32,
    ) -> Result<Option<DateTime<Utc>>, DeskError> {
        let request = self.ports.store.load(id).await?;
        let last = request.round().filter(|round| round.number == number && !request.state.is_final());
        Ok(last.and_then(|round| self.kept_until(round.opened_at)))
    }

    /// Removes what is kept for comparison; a request that has ended or gone on drops the job.
    pub(crate) async fn forget(&self, job: &Job, id: RequestId, number: u32) -> Result<(), DeskError> {
        let mut request = self.ports.store.load(id).await?;
        let last = request.round().filter(|round| round.number == number);
        if request.state.is_final() || last.is_none() || !request.forget() {
            return Ok(self.ports.store.drop_job(job).await?);
        }
        let from = request.state;
        let seals = self.remove_seals(&request).await?;
        let effects = Effects::of(self.own(id, Fact::Wiped { seals, paths: 0 }));
        self.commit(from, request, effects.completing(job)).await?;
        Ok(())
    }
}
