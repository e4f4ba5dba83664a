//! Ticket systems: one door and one courier over whatever wire the system speaks.

mod clerk;
mod courier;
mod http;
mod jira;
mod servicenow;
mod watch;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use exeat_desk::ports::{Failure, Probe};

pub use clerk::{Clerk, Seen};
pub use courier::{Followed, Milestone, TicketCourier};
pub use http::{Login, Reached, TicketError};
pub use jira::{Jira, JiraConfig};
pub use servicenow::{Fields, ServiceNow, ServiceNowConfig};
pub use watch::Watch;

/// A ticket system, as the desk sees it: what changed, what is in it, and what can be written to it. Whatever it gives is
/// a stranger's bytes.
///
/// Every failure has [`Port::Door`](exeat_desk::ports::Port) and one of the codes `ticket-down` (not reached, or no
/// sensible answer; tried again), `ticket-busy` (told to wait), `ticket-login`, `ticket-refused`, `ticket-gone` (no such
/// ticket), `ticket-odd` (an answer that is none).
#[async_trait]
pub trait System: Probe {
    /// Its name in the configuration, which begins the names of its messages: `servicenow`.
    fn name(&self) -> &str;

    /// The tickets of the desk's queue that changed at or after `since`, oldest change first, one page of them.
    ///
    /// `after` is the last page's `next`, or none for the first page.
    ///
    /// # Errors
    /// [`Failure`] where the system does not give them.
    async fn changed(&self, since: DateTime<Utc>, after: Option<&str>) -> Result<Page, Failure>;

    /// One ticket as it is now, by its key.
    ///
    /// # Errors
    /// [`Failure`], with `ticket-gone` where there is none (any more) that the desk may see.
    async fn ticket(&self, key: &str) -> Result<Ticket, Failure>;

    /// What people wrote on it that its caller can see, oldest first.
    ///
    /// # Errors
    /// [`Failure`] where the system does not give them.
    async fn entries(&self, key: &str) -> Result<Vec<Entry>, Failure>;

    /// Writes a comment that the caller can see. Written again under the same mark, it is there once.
    ///
    /// # Errors
    /// [`Failure`] where it is not certain that it is there.
    async fn comment(&self, key: &str, comment: &Comment<'_>) -> Result<(), Failure>;

    /// Attaches a file under this name. Attached again with the same name and content, it is there once.
    ///
    /// # Errors
    /// [`Failure`] where it is not certain that it is there, whole.
    async fn attach(&self, key: &str, name: &str, bytes: Arc<Vec<u8>>) -> Result<(), Failure>;

    /// Moves the ticket to a state that the configuration names. One that is there already stays.
    ///
    /// # Errors
    /// [`Failure`] where it is not certain that it is there.
    async fn move_to(&self, key: &str, state: &str) -> Result<(), Failure>;
}

/// A page of tickets, and what to ask the next one with, if there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The tickets.
    pub tickets: Vec<Ticket>,
    /// What the next page is asked with.
    pub next: Option<String>,
}

/// A ticket, as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The system's own key, which never changes: a `sys_id`, an issue's id.
    pub key: String,
    /// What people call it: `RITM0010001`, `REL-12`.
    pub number: String,
    /// Its title.
    pub title: String,
    /// What is asked, in the caller's words.
    pub text: String,
    /// For whom it is.
    pub caller: Writer,
    /// Who opened it.
    pub opened_by: Writer,
    /// The state it is in, as the configuration names states.
    pub state: String,
    /// Whether it is open to its caller still.
    pub open: bool,
    /// When it was changed last, as the system says.
    pub changed: DateTime<Utc>,
}

/// Who wrote something, as the system knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Writer {
    /// The system's own key.
    pub key: String,
    /// The account, where the system tells it.
    pub account: Option<String>,
    /// The mail address, where the system tells it.
    pub address: Option<String>,
}

impl Writer {
    /// Whether it is the same, certainly.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        !self.key.is_empty() && self.key == other.key
    }
}

/// What of a caller is looked up in the roster.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Known {
    /// The account: the ticket system knows people by the accounts of the desktop.
    #[default]
    Account,
    /// The mail address, where people cannot change it themselves there.
    Address,
}

/// Something that was written on a ticket for its caller to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The system's own key.
    pub key: String,
    /// Who wrote it.
    pub by: Writer,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub text: String,
}

/// A comment of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment<'a> {
    /// Its words.
    pub text: &'a str,
    /// What tells it from every other comment of the desk; it stands at the comment's end.
    pub mark: &'a str,
}
