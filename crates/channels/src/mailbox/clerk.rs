//! What the mailbox's mails come to: each is opened, judged, read, settled against the share, and handed to the desk.

use std::sync::Arc;

use async_trait::async_trait;
use exeat_desk::ports::{Clock, People};
use exeat_desk::{Desk, DeskError, Taken};
use exeat_domain::digest::Sha256;
use exeat_domain::message::Posted;
use exeat_domain::request::{Door, Thread};
use exeat_domain::roster::{Address, Person, Roster};
use sha2::Digest as _;

use super::arrived::same;
use super::imap::{Fate, Fetched, LARGEST, Reader};
use super::reading::{self, Settings};
use super::trust::{Judge, Verdict};
use super::why::{Outcome, Why};
use super::{Arrived, Stopped};
use crate::interpreter::Interpreter;

/// Why a mail is put aside on which the program stumbled.
const POISON: &str = "poison";

/// Takes mails in for a desk. What a mail comes to is the same however often it is brought.
#[derive(Clone)]
pub struct Clerk {
    /// The desk.
    pub desk: Desk,
    /// Who is known.
    pub people: Arc<dyn People>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Who is trusted.
    pub judge: Judge,
    /// How the people of the site name its share.
    pub settings: Settings,
}

#[async_trait]
impl Reader for Clerk {
    async fn read(&self, mail: Fetched) -> Fate {
        // In a thread of its own: reading a large mail takes a moment, and a fault in it ends nothing else.
        let (clerk, copy) = (self.clone(), mail.clone());
        let runtime = tokio::runtime::Handle::current();
        let done = tokio::task::spawn_blocking(move || runtime.block_on(clerk.take(&copy))).await;
        match done {
            Ok(Ok(fate)) => fate,
            Ok(Err(error)) => {
                tracing::warn!(code = error.code(), %error, "a mail could not be taken in and is tried again");
                Fate::Later
            }
            Err(fault) => {
                tracing::error!(%fault, "the desk stumbled on a mail; it is put aside");
                let posted = unnamed(&mail.bytes, None);
                self.desk.park(posted, POISON).await.map_or(Fate::Later, |taken| fate(&taken))
            }
        }
    }
}

impl Clerk {
    async fn take(&self, mail: &Fetched) -> Result<Fate, DeskError> {
        let opened = self.judge.open(&mail.bytes, self.clock.now());
        let arrived = match opened {
            Ok(arrived) if mail.size <= LARGEST => arrived,
            Ok(arrived) => {
                let posted = unnamed(&mail.bytes, Some(arrived.message_id().to_owned()));
                return self.put_aside(posted, Why::TooLarge).await;
            }
            Err(stopped) => return self.stopped(&mail.bytes, stopped).await,
        };
        let posted =
            Posted { door: Door::Mail, id: arrived.message_id().to_owned(), sha256: arrived.digest() };
        match self.desk.known(&posted).await? {
            Some(Taken::Parked(_)) => return self.put_aside(posted, Why::MessageIdReused).await,
            Some(known) => return Ok(fate(&known)),
            None => {}
        }
        let roster = self.people.roster().await?;
        let verdict = self.judge.judge(&arrived, None, &roster, self.clock.now()).await;
        match verdict {
            Verdict::Trusted(trusted) => self.ask(&arrived, posted, &trusted.person).await,
            Verdict::Refused { why, answer } => {
                let known = answer.is_some().then(|| row(&roster, arrived.claimed())).flatten();
                let claimed = known.map_or_else(|| arrived.claimed().to_string(), |row| row.account.clone());
                let claim = (claimed.as_str(), known.is_some());
                let thread = arrived.thread().clone();
                Ok(fate(&self.desk.refuse_message(posted, thread, claim, &refusal(why)).await?))
            }
            Verdict::Parked(why) => self.put_aside(posted, why).await,
            Verdict::Waiting(why) => {
                tracing::warn!(code = why.code(), "{}", why.words());
                Ok(Fate::Later)
            }
        }
    }

    /// A mail that is not to be read, whoever sent it.
    async fn stopped(&self, bytes: &[u8], stopped: Stopped) -> Result<Fate, DeskError> {
        let Stopped { why, claimed, message_id } = stopped;
        let posted = unnamed(bytes, message_id);
        match why.outcome() {
            Outcome::Parked => self.put_aside(posted, why).await,
            Outcome::Waiting => Ok(Fate::Later),
            Outcome::Refused => {
                let claim = (claimed.as_deref().unwrap_or_default(), false);
                let taken = self.desk.refuse_message(posted, Thread::default(), claim, &refusal(why)).await?;
                Ok(fate(&taken))
            }
        }
    }

    async fn put_aside(&self, posted: Posted, why: Why) -> Result<Fate, DeskError> {
        Ok(fate(&self.desk.park(posted, why.code()).await?))
    }

    /// Hands what a trusted mail asks to the desk.
    async fn ask(&self, mail: &Arrived<'_>, posted: Posted, person: &Person) -> Result<Fate, DeskError> {
        let interpreter = Interpreter { desk: &self.desk, settings: &self.settings };
        let words = reading::Words::of_mail(mail.message());
        let message = interpreter.message(&words, person, (posted, mail.thread().clone())).await?;
        Ok(fate(&self.desk.receive(&person.account, message).await?))
    }
}

/// What becomes of the mail itself.
fn fate(taken: &Taken) -> Fate {
    match taken {
        // What is known and belongs to no request was put aside.
        Taken::Known(None) => Fate::Parked("known"),
        Taken::Parked(why) => Fate::Parked(why),
        _ => Fate::Done,
    }
}

fn refusal(why: Why) -> String {
    format!("{} ({})", why.words(), why.code())
}

/// The row of the roster with this address.
fn row<'r>(roster: &'r Roster, address: &Address) -> Option<&'r Person> {
    roster.people().find(|person| same(&person.address, address))
}

/// What tells a mail from others that could not be opened; without a Message-ID, its bytes.
fn unnamed(bytes: &[u8], message_id: Option<String>) -> Posted {
    let sha256 = Sha256(sha2::Sha256::digest(bytes).into());
    Posted { door: Door::Mail, id: message_id.unwrap_or_else(|| format!("sha256:{sha256}")), sha256 }
}
