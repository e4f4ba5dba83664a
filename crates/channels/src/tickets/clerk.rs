//! What the tickets of a system come to: each one's text and its caller's comments are handed to the desk, each once.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use exeat_desk::ports::{Failure, People};
use exeat_desk::{Desk, DeskError, Taken};
use exeat_domain::digest::Sha256;
use exeat_domain::message::Posted;
use exeat_domain::path::shown;
use exeat_domain::request::{Door, Thread, TicketRef};
use exeat_domain::roster::{Person, Roster};
use sha2::Digest as _;

use super::{Entry, Known, System, Ticket, Writer};
use crate::interpreter::Interpreter;
use crate::mailbox::reading::{Settings, Words};

/// So much is looked at again each time: the clocks of a system's machines differ, and what was written while it was
/// asked may be dated earlier than what it gave.
const OVERLAP: TimeDelta = TimeDelta::minutes(5);
/// The most pages of one look; more is for the next.
const MOST_PAGES: usize = 1000;
/// The longest text that is read, in bytes.
const LONGEST: usize = 256 * 1024;
/// Why tickets are put aside.
const EDITED: &str = "ticket-edited";
const FOR_ANOTHER: &str = "ticket-for-another";
const TOO_LONG: &str = "ticket-too-long";
const POISON: &str = "poison";

/// Takes the tickets of one system in for a desk. What a ticket comes to is the same however often it is brought.
#[derive(Clone)]
pub struct Clerk {
    /// The desk.
    pub desk: Desk,
    /// Who is known.
    pub people: Arc<dyn People>,
    /// How the people of the site name its share.
    pub settings: Settings,
    /// The system.
    pub system: Arc<dyn System>,
    /// What tells who a caller is.
    pub known: Known,
    /// Whether a ticket counts that someone else has opened for its caller.
    pub for_others: bool,
}

/// What one look came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Texts and comments that were taken in or refused.
    pub done: usize,
    /// Those that a person has to look at.
    pub parked: usize,
    /// Tickets that are looked at again, because the desk or the system failed.
    pub later: usize,
}

impl Clerk {
    /// Takes in what changed at or after `since`; without it, all that is in the desk's queue. Gives what the next look
    /// begins from: nothing that changed after it was left out.
    ///
    /// # Errors
    /// [`Failure`] where the system does not say what changed; what was taken in until then is.
    pub async fn look(&self, since: Option<DateTime<Utc>>) -> Result<(Seen, DateTime<Utc>), Failure> {
        let since = since.unwrap_or(DateTime::UNIX_EPOCH);
        let (mut seen, mut reached, mut held) = (Seen::default(), since, None);
        let mut after: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let page = self.system.changed(since, after.as_deref()).await?;
            for ticket in &page.tickets {
                reached = reached.max(ticket.changed);
                if let Err(error) = self.beside(ticket, &mut seen).await {
                    tracing::warn!(
                        code = error.code(), %error, ticket = shown(&ticket.number),
                        "a ticket could not be taken in and is tried again"
                    );
                    seen.later += 1;
                    held = Some(held.map_or(ticket.changed, |held: DateTime<Utc>| held.min(ticket.changed)));
                }
            }
            match page.next {
                Some(next) if after.as_ref() != Some(&next) => after = Some(next),
                _ => break,
            }
        }
        // Never back of where it began, and never past what was not taken in.
        let reached = held.map_or(reached, |held| held.min(reached));
        Ok((seen, (reached - OVERLAP).max(since)))
    }

    /// In a task of its own: a fault in one ticket ends nothing else, and the ticket is put aside.
    async fn beside(&self, ticket: &Ticket, seen: &mut Seen) -> Result<(), DeskError> {
        let (clerk, copy) = (self.clone(), ticket.clone());
        match tokio::spawn(async move { clerk.take(&copy).await }).await {
            Ok(taken) => {
                let taken = taken?;
                seen.done += taken.done;
                seen.parked += taken.parked;
                Ok(())
            }
            Err(fault) => {
                tracing::error!(%fault, ticket = shown(&ticket.number), "the desk stumbled on a ticket; it is put aside");
                let id = format!("{}#stumbled", self.id(ticket));
                self.count(&self.desk.park(posted(id, &ticket.text), POISON).await?, seen);
                Ok(())
            }
        }
    }

    /// A ticket as it is now: its text, then what its caller wrote on it since.
    async fn take(&self, ticket: &Ticket) -> Result<Seen, DeskError> {
        let mut seen = Seen::default();
        let text = format!("{}\n\n{}", ticket.title, ticket.text);
        let asked = posted(self.id(ticket), &text);
        match self.desk.known(&asked).await? {
            Some(Taken::Parked(_)) => {
                // Who changed the text of a ticket is not known: it may be another than its caller.
                let changed = Posted { id: format!("{}#{}", asked.id, short(asked.sha256)), ..asked.clone() };
                if self.desk.known(&changed).await?.is_none() {
                    self.count(&self.desk.park(changed, EDITED).await?, &mut seen);
                }
            }
            Some(_) => {}
            None if !ticket.open => return Ok(seen),
            None => {
                let words = Words::of_text(&ticket.title, &ticket.text);
                let long = text.len() > LONGEST;
                self.count(&self.hear(ticket, asked, (&words, long), &[]).await?, &mut seen);
            }
        }
        for entry in self.system.entries(&ticket.key).await? {
            if entry.by.same(&ticket.caller) {
                self.entry(ticket, &entry, &mut seen).await?;
            }
        }
        Ok(seen)
    }

    /// Something that the caller wrote.
    async fn entry(&self, ticket: &Ticket, entry: &Entry, seen: &mut Seen) -> Result<(), DeskError> {
        let posted = posted(format!("{}/{}", self.id(ticket), entry.key), &entry.text);
        if self.desk.known(&posted).await?.is_some() {
            return Ok(());
        }
        let words = Words::of_text("", &entry.text);
        let long = entry.text.len() > LONGEST;
        let taken = self.hear(ticket, posted, (&words, long), &[self.id(ticket)]).await?;
        self.count(&taken, seen);
        Ok(())
    }

    /// Hands words of the caller to the desk, if the roster knows them.
    async fn hear(
        &self,
        ticket: &Ticket,
        posted: Posted,
        (words, long): (&Words, bool),
        references: &[String],
    ) -> Result<Taken, DeskError> {
        if long {
            return self.desk.park(posted, TOO_LONG).await;
        }
        if !ticket.opened_by.same(&ticket.caller) && !self.for_others {
            return self.desk.park(posted, FOR_ANOTHER).await;
        }
        let thread = Thread {
            message_id: Some(posted.id.clone()),
            references: references.to_vec(),
            subject: Some(ticket.number.clone()),
            ticket: Some(TicketRef {
                system: self.system.name().to_owned(),
                key: ticket.key.clone(),
                caller: ticket.caller.key.clone(),
            }),
        };
        let roster = self.people.roster().await?;
        let Some(person) = self.known.person(&roster, &ticket.caller) else {
            let claimed = self.known.claimed(&ticket.caller);
            let reason = "the caller of the ticket is not on the roster (ticket-unknown-caller)";
            return self.desk.refuse_message(posted, thread, (&claimed, false), reason).await;
        };
        let interpreter = Interpreter { desk: &self.desk, settings: &self.settings };
        let message = interpreter.message(words, person, (posted, thread)).await?;
        self.desk.receive(&person.account, message).await
    }

    fn count(&self, taken: &Taken, seen: &mut Seen) {
        match taken {
            Taken::Parked(why) => {
                tracing::warn!(
                    why,
                    system = self.system.name(),
                    "something of a ticket is put aside for a person"
                );
                seen.parked += 1;
            }
            _ => seen.done += 1,
        }
    }

    /// The name of a ticket's own text among the desk's messages.
    fn id(&self, ticket: &Ticket) -> String {
        format!("{}/{}", self.system.name(), ticket.key)
    }
}

impl Known {
    /// The active row of the roster that a caller is, or any row of theirs; none where two are it.
    fn person<'r>(self, roster: &'r Roster, caller: &Writer) -> Option<&'r Person> {
        match self {
            Self::Account => roster.person(caller.account.as_deref()?),
            Self::Address => {
                let address = caller.address.as_deref()?.parse().ok()?;
                let mut rows: Vec<&Person> =
                    roster.people().filter(|person| person.address.same(&address)).collect();
                if rows.len() > 1 {
                    rows.retain(|person| person.active);
                }
                match rows.as_slice() {
                    [one] => Some(one),
                    _ => None,
                }
            }
        }
    }

    /// Whom a caller claims to be, for the ledger.
    fn claimed(self, caller: &Writer) -> String {
        let claimed = match self {
            Self::Account => &caller.account,
            Self::Address => &caller.address,
        };
        shown(claimed.as_deref().unwrap_or(&caller.key)).chars().take(200).collect()
    }
}

fn posted(id: String, text: &str) -> Posted {
    Posted { door: Door::Ticket, id, sha256: Sha256(sha2::Sha256::digest(text).into()) }
}

fn short(sha256: Sha256) -> String {
    sha256.to_string().chars().take(16).collect()
}
