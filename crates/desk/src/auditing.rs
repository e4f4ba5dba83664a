//! What an auditor can do: look through the ledger, verify it, take it away, and have a record of each release.

use chrono::{DateTime, Utc};
use exeat_domain::ledger::Actor;
use exeat_domain::request::{Request, RequestId};
use exeat_domain::roster::{Person, Role, Roster};
use exeat_domain::state::State;

use crate::desk::{Desk, allowed};
use crate::error::DeskError;
use crate::ports::{ExportCursor, Filter, LedgerEntry, LedgerPlace, LedgerQuery, Summary, Walked};
use crate::record::ReleaseRecord;
use crate::sheet;

/// Entries that are verified in one go.
const STRIDE: u64 = 256;
/// The most entries of one request that a record is made from.
const MOST: u64 = 100_000;

/// An auditor's handle on the desk: it changes nothing.
pub struct Auditor<'a> {
    desk: &'a Desk,
    actor: Actor,
    roster: Roster,
}

/// Some entries of the ledger, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerPage {
    /// The entries.
    pub entries: Vec<LedgerEntry>,
    /// Before which entry the next page begins; none where there are no more.
    pub before: Option<u64>,
}

impl Desk {
    /// What an auditor can do.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] where the account is no active auditor.
    pub async fn auditor(&self, actor: Actor) -> Result<Auditor<'_>, DeskError> {
        let roster = self.ports.people.roster().await?;
        let account = allowed(&roster, &actor.account, Role::Auditor)?.account.clone();
        Ok(Auditor { desk: self, actor: Actor { account, ..actor }, roster })
    }
}

impl Auditor<'_> {
    /// Who someone is.
    #[must_use]
    pub fn person(&self, account: &str) -> Option<&Person> {
        self.roster.person(account)
    }

    /// Entries that fit, the newest first. An auditor who checks too does not see decisions that are not theirs to see
    /// yet; such a page is shorter.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn search(&self, query: &LedgerQuery) -> Result<LedgerPage, DeskError> {
        let entries = self.desk.ports.store.search_ledger(query).await?;
        let full = u64::try_from(entries.len()).is_ok_and(|found| found >= query.limit);
        let before = entries.last().map(|last| last.seq).filter(|_| full);
        Ok(LedgerPage { entries: self.visible(entries).await?, before })
    }

    async fn visible(&self, entries: Vec<LedgerEntry>) -> Result<Vec<LedgerEntry>, DeskError> {
        if self.checks() { self.desk.blinded(&self.actor.account, entries).await } else { Ok(entries) }
    }

    fn checks(&self) -> bool {
        self.roster.person(&self.actor.account).is_some_and(|person| person.may(Role::Checker))
    }

    /// Verifies the next entries after a place that an earlier call came to.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails; a ledger that is broken is no error.
    pub async fn verify(&self, after: LedgerPlace) -> Result<Walked, DeskError> {
        Ok(self.desk.ports.store.walk_ledger(after, STRIDE).await?)
    }

    /// Whether the whole ledger is theirs to take away now: not for an auditor who checks too, while requests wait.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn may_export(&self) -> Result<bool, DeskError> {
        Ok(!self.checks() || self.desk.ports.store.backlog(1).await? == 0)
    }

    /// The next lines of the whole ledger as anyone can verify it, and where to go on.
    ///
    /// # Errors
    /// [`DeskError::Blind`] for an auditor who checks too, while requests wait: it holds every decision.
    pub async fn export(
        &self,
        from: Option<ExportCursor>,
        exported_at: DateTime<Utc>,
    ) -> Result<(Vec<u8>, Option<ExportCursor>), DeskError> {
        if from.is_none() && !self.may_export().await? {
            return Err(DeskError::Blind);
        }
        Ok(self.desk.ports.store.export_ledger(from, exported_at).await?)
    }

    /// Requests that were released, the newest first.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn released(&self, before: Option<RequestId>, limit: u64) -> Result<Vec<Summary>, DeskError> {
        let states = vec![State::Released];
        let filter = Filter { states, after: before, newest: true, limit, ..Filter::default() };
        Ok(self.desk.ports.store.list(&filter).await?)
    }

    /// The record of a release.
    ///
    /// # Errors
    /// [`DeskError::NotReleased`] where nothing of the request has left.
    pub async fn record(&self, id: RequestId) -> Result<ReleaseRecord, DeskError> {
        let request: Request = self.desk.ports.store.load(id).await?;
        let entries = self.desk.ports.store.ledger(Some(id), 0, MOST).await?;
        ReleaseRecord::of(&request, &entries, &self.roster).ok_or(DeskError::NotReleased { id })
    }
}

/// The columns of [`csv`].
pub const CSV_HEAD: [&str; 8] = ["seq", "at", "account", "operator", "request", "event", "details", "hash"];

/// An entry as a line of comma-separated values.
///
/// # Errors
/// Where its details cannot be written as JSON.
pub fn csv(entry: &LedgerEntry) -> Result<String, serde_json::Error> {
    let mut details = serde_json::to_value(&entry.event.fact)?;
    let named = details.as_object_mut().and_then(|fact| fact.remove("event"));
    let event = named.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
    let actor = &entry.event.actor;
    Ok(sheet::line([
        entry.seq.to_string().as_str(),
        &entry.event.at.to_rfc3339(),
        &actor.account,
        actor.operator.as_deref().unwrap_or_default(),
        &entry.event.request.map(|id| id.to_string()).unwrap_or_default(),
        event,
        &serde_json::to_string(&details)?,
        &entry.hash.to_string(),
    ]))
}
