//! The desk: its ports, its settings, and the handles by which people reach it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use exeat_domain::ledger::{Actor, Event, Fact};
use exeat_domain::path::Roots;
use exeat_domain::policy::Policy;
use exeat_domain::request::{Request, RequestId};
use exeat_domain::roster::{Person, Role, Roster};
use exeat_domain::state::State;
use regex::Regex;

use crate::asking::Requester;
use crate::doctor::Doctor;
use crate::error::DeskError;
use crate::ports::{
    Archive, Change, Clock, Connection, Courier, Dice, Effects, Inspector, LedgerEntry, People, Scanner,
    Scratch, Seals, Share, Store, Vault,
};
use crate::reviewing::Checker;

/// Everything the desk reaches the world through.
#[derive(Clone)]
#[allow(missing_docs, reason = "each is named after its port")]
pub struct Ports {
    pub store: Arc<dyn Store>,
    pub share: Arc<dyn Share>,
    pub seals: Arc<dyn Seals>,
    pub inspector: Arc<dyn Inspector>,
    /// Not every site has one.
    pub scanner: Option<Arc<dyn Scanner>>,
    pub archive: Arc<dyn Archive>,
    pub scratch: Arc<dyn Scratch>,
    pub vault: Arc<dyn Vault>,
    pub courier: Arc<dyn Courier>,
    pub people: Arc<dyn People>,
    pub clock: Arc<dyn Clock>,
    pub dice: Arc<dyn Dice>,
    pub observer: Arc<dyn Observer>,
    /// What an administrator can have tried.
    pub connections: Vec<Connection>,
}

/// What the site has settled.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How requests are decided and released.
    pub policy: Policy,
    /// The names under which the desktop knows the share.
    pub roots: Roots,
    /// What accounts that may ask look like, such as `_P$`.
    pub accounts: Regex,
    /// Folders of the share that a requester may ask from, with `{account}` and `{project}`; empty: all of it.
    pub scope: Vec<String>,
    /// What tells this desk's Message-IDs from another's.
    pub desk: String,
    /// Where people find the web desk, without a path; without one, nothing can be picked up.
    pub web: Option<String>,
}

/// Is told what the desk has done, once it is kept: for progress on a terminal or a page.
pub trait Observer: Send + Sync {
    /// An entry was written to the ledger.
    fn saw(&self, event: &Event);
}

/// Nobody watches.
#[derive(Clone, Copy, Debug)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn saw(&self, _: &Event) {}
}

/// The release desk.
#[derive(Clone)]
pub struct Desk {
    pub(crate) ports: Ports,
    pub(crate) settings: Arc<Settings>,
    pub(crate) doctor: Arc<Doctor>,
}

impl Desk {
    /// A desk with these ports and settings.
    #[must_use]
    pub fn new(ports: Ports, settings: Settings) -> Self {
        let doctor = Arc::new(Doctor::new(ports.connections.clone()));
        Self { ports, settings: Arc::new(settings), doctor }
    }

    /// What a requester can do.
    #[must_use]
    pub fn requester(&self, actor: Actor) -> Requester<'_> {
        Requester::new(self, actor)
    }

    /// What an output checker can do.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] where the account is no active output checker.
    pub async fn checker(&self, actor: Actor) -> Result<Checker<'_>, DeskError> {
        let roster = self.ports.people.roster().await?;
        let person = allowed(&roster, &actor.account, Role::Checker)?.clone();
        Ok(Checker::new(self, Actor { account: person.account.clone(), ..actor }, roster))
    }

    /// The ledger, for an auditor, an administrator or a checker.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] where the account is none of these.
    pub async fn ledger(
        &self,
        actor: &Actor,
        only: Option<RequestId>,
        after: u64,
        limit: u64,
    ) -> Result<Vec<LedgerEntry>, DeskError> {
        let roster = self.ports.people.roster().await?;
        let readers = [Role::Auditor, Role::Admin, Role::Checker];
        if !roster.person(&actor.account).is_some_and(|person| readers.iter().any(|role| person.may(*role))) {
            return Err(DeskError::NotAllowed { account: actor.account.clone(), role: Role::Auditor });
        }
        let entries = self.ports.store.ledger(only, after, limit).await?;
        if roster.person(&actor.account).is_some_and(|person| person.may(Role::Checker)) {
            return self.blinded(&actor.account, entries).await;
        }
        Ok(entries)
    }

    /// The entries without decisions that this checker may not see yet.
    pub(crate) async fn blinded(
        &self,
        viewer: &str,
        entries: Vec<LedgerEntry>,
    ) -> Result<Vec<LedgerEntry>, DeskError> {
        let mut visible = vec![];
        for entry in entries {
            let mine = entry.event.actor.account.to_lowercase() == viewer.to_lowercase();
            let blind = match (&entry.event.fact, entry.event.request) {
                (Fact::Decided { .. } | Fact::Chosen { .. } | Fact::DecisionUndone { .. }, Some(id))
                    if !mine =>
                {
                    !self.ports.store.load(id).await?.is_open_to_view()
                }
                _ => false,
            };
            if !blind {
                visible.push(entry);
            }
        }
        Ok(visible)
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.settings.policy
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.ports.clock.now()
    }

    /// An event of now.
    pub(crate) fn event(&self, actor: &Actor, request: Option<RequestId>, fact: Fact) -> Event {
        Event { at: self.now(), actor: actor.clone(), request, fact }
    }

    /// An event that the desk itself makes.
    pub(crate) fn own(&self, request: RequestId, fact: Fact) -> Event {
        self.event(&Actor::desk(), Some(request), fact)
    }

    /// Commits a change and tells the observer.
    pub(crate) async fn commit(
        &self,
        from: State,
        mut request: Request,
        effects: Effects,
    ) -> Result<Request, DeskError> {
        request.updated_at = self.now();
        let events = effects.events.clone();
        let committed = self.ports.store.commit(Change { from, request, effects }).await?;
        events.iter().for_each(|event| self.ports.observer.saw(event));
        Ok(committed)
    }

    /// Writes effects that change no request, and tells the observer.
    pub(crate) async fn record(&self, effects: Effects) -> Result<(), DeskError> {
        let events = effects.events.clone();
        self.ports.store.record(effects).await?;
        events.iter().for_each(|event| self.ports.observer.saw(event));
        Ok(())
    }
}

/// The person with this account, if active and in this role.
pub(crate) fn allowed<'a>(roster: &'a Roster, account: &str, role: Role) -> Result<&'a Person, DeskError> {
    roster
        .person(account)
        .filter(|person| person.may(role))
        .ok_or_else(|| DeskError::NotAllowed { account: account.to_owned(), role })
}
