//! The port for messages to people: what each says, before a language and a form are given to it.

use std::path::PathBuf;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use exeat_domain::digest::Sha256;
use exeat_domain::finding::Finding;
use exeat_domain::message::Answer;
use exeat_domain::request::{Leaving, Problem, Thread};
use exeat_domain::roster::{Address, DemotionCause, Language};

use super::Failure;

/// To whom. Always made from the roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The person's name.
    pub name: String,
    /// The roster's address.
    pub address: Address,
}

/// A file that goes along, to be read when the message is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its name in the message.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// What it must be; other bytes are never sent.
    pub sha256: Sha256,
}

/// A message to one person. The same letter gives the same bytes, however often it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
    /// Its date: that of the decision, not of the sending.
    pub date: DateTime<Utc>,
    /// To whom.
    pub to: Recipient,
    /// In which language.
    pub language: Language,
    /// Which thread it answers in.
    pub thread: Thread,
    /// What it says.
    pub body: Body,
    /// What goes along.
    pub attachments: Vec<Attachment>,
}

/// What a letter says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// The request was understood; its files are being looked at.
    Received(Received),
    /// What a message asked for that is no file is done, or cannot be.
    Answered(Answering),
    /// Files go back, with what to mend.
    Returned(Returned),
    /// The package is here.
    Released(Released),
    /// The package waits to be picked up.
    Ready(Ready),
    /// Nobody picked the package up in time.
    Lapsed(Lapsed),
    /// The desk cannot take requests from the sender. A fixed sentence.
    Refused,
    /// The request will not be released in any form.
    Rejected(Rejected),
    /// The requester's releases are looked at by a person again.
    Standing(Standing),
    /// The virus scanner found something; for administrators.
    Infected(Infected),
}

/// See [`Body::Received`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The request's number.
    pub request: String,
    /// The project, if given.
    pub project: Option<String>,
    /// Paths in the share and sizes in bytes of what was sealed.
    pub files: Vec<(String, u64)>,
    /// What could not be taken up.
    pub problems: Vec<Problem>,
}

/// See [`Body::Answered`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answering {
    /// The request's number.
    pub request: String,
    /// The project, if given.
    pub project: Option<String>,
    /// What is answered.
    pub answer: Answer,
}

/// One file that goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnedFile {
    /// Its path in the share.
    pub path: String,
    /// Whether a person looked at it; otherwise it went back at once.
    pub by_person: bool,
    /// What the checkers wrote, if anything.
    pub reasons: Vec<String>,
    /// What the checks found, as far as it is told.
    pub findings: Vec<Finding>,
    /// Whether the checkers chose what is told: their words then say what to mend, and the findings only where.
    pub chosen: bool,
}

/// See [`Body::Returned`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// The request's number.
    pub request: String,
    /// The project, if given.
    pub project: Option<String>,
    /// What goes back.
    pub files: Vec<ReturnedFile>,
    /// What is approved and waits for the others.
    pub held: Vec<String>,
    /// What could not be taken up at all.
    pub problems: Vec<Problem>,
}

/// See [`Body::Released`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
    /// The request's number.
    pub request: String,
    /// The project, if given.
    pub project: Option<String>,
    /// What is in this message's package.
    pub files: Vec<Leaving>,
    /// Which message of the release this is, from 1.
    pub part: usize,
    /// How many there are.
    pub of: usize,
    /// What was asked for and does not leave.
    pub returned: Vec<ReturnedFile>,
}

/// See [`Body::Ready`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// The request's number.
    pub request: String,
    /// The project, if given.
    pub project: Option<String>,
    /// How many files are in the package.
    pub files: usize,
    /// How many bytes it has.
    pub bytes: u64,
    /// Where it is picked up.
    pub link: String,
    /// The last day of the link.
    pub until: NaiveDate,
    /// What was asked for and does not leave.
    pub returned: Vec<ReturnedFile>,
}

/// See [`Body::Lapsed`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lapsed {
    /// The request's number.
    pub request: String,
    /// The project, if given.
    pub project: Option<String>,
    /// The last day that the package was kept.
    pub kept_until: NaiveDate,
}

/// See [`Body::Rejected`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The request's number.
    pub request: String,
    /// The project, if given.
    pub project: Option<String>,
    /// Each file with what the checkers wrote.
    pub files: Vec<ReturnedFile>,
}

/// See [`Body::Standing`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Since when.
    pub since: NaiveDate,
    /// What happened.
    pub why: DemotionCause,
}

/// See [`Body::Infected`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Infected {
    /// The request's number.
    pub request: String,
    /// The project, if given.
    pub project: Option<String>,
    /// Who asked for the files: name and account.
    pub requester: String,
    /// Paths in the share, and what was found in each.
    pub files: Vec<(String, String)>,
}

/// What the courier says of a message that it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt(
    /// Who took it over, and under which name, such as `smtp mail.example.org: 250 queued as 4F2`.
    pub String,
);

/// A letter in the words that are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its subject, as it stands in the thread.
    pub subject: String,
    /// Its plain text.
    pub text: String,
    /// SHA-256 of the plain text.
    pub sha256: Sha256,
}

/// Carries letters.
#[async_trait]
pub trait Courier: Send + Sync {
    /// The words of a letter, whether it is sent or not: the same as in the message.
    ///
    /// # Errors
    /// [`Failure`] where it cannot be written.
    fn words(&self, letter: &Letter) -> Result<Written, Failure>;

    /// What a checker may begin from: of each rule among the findings what is wrong, why, and how to mend it.
    fn draft(&self, language: Language, findings: &[Finding]) -> String;

    /// Hands one letter over.
    ///
    /// # Errors
    /// [`Failure`] where it was not taken, or where it cannot be known; it is then sent again, the same bytes.
    async fn send(&self, letter: &Letter) -> Result<Receipt, Failure>;

    /// The part of a Message-ID after the `@`.
    fn domain(&self) -> &str;
}
