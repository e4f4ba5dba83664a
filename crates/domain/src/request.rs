//! A request with its rounds and files, and the moves it can make.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::claim::Claimed;
use crate::comment::Comment;
use crate::context::Context;
use crate::digest::Sha256;
use crate::drawn::Drawn;
use crate::finding::{FileReport, Verdict};
use crate::message::Pending;
use crate::path::SharePath;
use crate::release::Release;
use crate::review::{Choice, Review};
use crate::state::{Action, NotOpen, Owner, State};

/// The number of a request. People write it `EX-7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String", extend("pattern" = "^EX-[1-9][0-9]*$"))]
pub struct RequestId(pub u64);

/// The text is no request number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a request: {0:?} (write it as EX-7)")]
pub struct BadRequestId(pub String);

impl fmt::Display for RequestId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "EX-{}", self.0)
    }
}

impl FromStr for RequestId {
    type Err = BadRequestId;

    fn from_str(text: &str) -> Result<Self, BadRequestId> {
        let digits =
            text.get(..3).filter(|head| head.eq_ignore_ascii_case("ex-")).map_or(text, |_| &text[3..]);
        let number =
            if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None };
        number.filter(|&number| number > 0).map(Self).ok_or_else(|| BadRequestId(text.to_owned()))
    }
}

impl From<RequestId> for String {
    fn from(id: RequestId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for RequestId {
    type Error = BadRequestId;

    fn try_from(text: String) -> Result<Self, BadRequestId> {
        text.parse()
    }
}

/// How a request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Door {
    /// The command line.
    Cli,
    /// The web desk.
    Web,
    /// The mailbox.
    Mail,
    /// A ticket system.
    Ticket,
    /// A script, by the API.
    Api,
}

/// The ticket that replies go to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct TicketRef {
    /// The ticket system, as the configuration names it.
    pub system: String,
    /// The ticket's key there, which never changes.
    pub key: String,
    /// The key of its caller there; nobody else is answered.
    pub caller: String,
}

/// The thread that replies go to: of mails, or a ticket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Thread {
    /// Message-ID of the mail that asked, without angle brackets.
    pub message_id: Option<String>,
    /// What that mail referred to, oldest first, without angle brackets.
    #[serde(default)]
    pub references: Vec<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// The ticket, where the request came in by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketRef>,
}

/// Bytes that were copied once and are kept by their digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Seal {
    /// SHA-256 of the bytes.
    pub sha256: Sha256,
    /// How many there are.
    pub bytes: u64,
}

/// What a file is in the request for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// It asks to leave.
    Output,
    /// It is checked and shown beside the outputs, and never leaves.
    Supporting,
}

/// What would leave for a file: its own bytes, or the canonical re-encoding of a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Leaving {
    /// The name it leaves under; no other file of the request leaves under it.
    pub name: String,
    /// The bytes that were checked and shown.
    pub seal: Seal,
}

/// What people look at in place of a file's own bytes, made by the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Shown {
    /// Its tables as text.
    Tables(Seal),
    /// The picture encoded anew: of an output, what leaves.
    Picture(Seal),
}

impl Shown {
    /// Where it is kept.
    #[must_use]
    pub fn seal(self) -> Seal {
        match self {
            Self::Tables(seal) | Self::Picture(seal) => seal,
        }
    }
}

/// One file of a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct File {
    /// Where it lies in the share.
    pub path: SharePath,
    /// Output or supporting.
    pub purpose: Purpose,
    /// The bytes as they were in the share.
    pub seal: Seal,
    /// What would leave; none for a supporting file.
    pub leaving: Option<Leaving>,
    /// What the checks say.
    pub report: FileReport,
    /// What is shown of it; none where the checks could not make anything of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Shown>,
    /// Of a picture, how large it is and what was left out of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawn: Option<Drawn>,
    /// What the reviewers came to, once all have submitted.
    #[serde(default)]
    pub settled: Option<Choice>,
    /// Taken back by the requester.
    #[serde(default)]
    pub taken_back: bool,
    /// What was kept of it to be compared with the next round is let go.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forgotten: bool,
}

impl File {
    /// The bytes as they were in the share, what would leave for them, and what is shown of them.
    pub fn seals(&self) -> impl Iterator<Item = Seal> + use<> {
        let leaving = self.leaving.as_ref().map(|leaving| leaving.seal);
        std::iter::once(self.seal).chain(leaving).chain(self.shown.map(Shown::seal))
    }
}

/// Why something that was asked for is not among the files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// The words of the request.
    pub asked: String,
    /// A stable code, such as `missing` or `path-outside`.
    pub code: String,
    /// What happened and what to do about it.
    pub message: String,
    /// What a plain yes would ask for in its place, where a message was understood, but not surely.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offer: Vec<String>,
}

/// One thing a round asks for, as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Asked {
    /// The line of the request.
    pub line: String,
    /// Output or supporting.
    pub purpose: Purpose,
}

/// One round: what was asked, what was found of it, and what the reviewers said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Round {
    /// From 1.
    pub number: u32,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// What it asks for.
    pub asked: Vec<Asked>,
    /// What the requester says about it.
    #[serde(default, skip_serializing_if = "Context::is_empty")]
    pub context: Context,
    /// What could not be taken up.
    pub problems: Vec<Problem>,
    /// What was sealed and checked.
    pub files: Vec<File>,
    /// One a reviewer.
    pub reviews: Vec<Review>,
}

impl Round {
    /// A round that has yet to be sealed and checked.
    #[must_use]
    pub fn new(number: u32, opened_at: DateTime<Utc>, asked: Vec<Asked>) -> Self {
        Self {
            number,
            opened_at,
            asked,
            context: Context::default(),
            problems: vec![],
            files: vec![],
            reviews: vec![],
        }
    }

    /// The files that ask to leave and were not taken back.
    pub fn outputs(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.purpose == Purpose::Output && !file.taken_back)
    }

    /// The file at this path.
    #[must_use]
    pub fn file(&self, path: &SharePath) -> Option<&File> {
        self.files.iter().find(|file| file.path == *path)
    }

    /// The worst verdict among its files; none where it has none.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        self.files.iter().filter(|file| !file.taken_back).map(|file| file.report.verdict).max()
    }
}

/// What a requester asks, before it has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRequest {
    /// How it came in.
    pub door: Door,
    /// The account that asks.
    pub requester: String,
    /// The project it is for.
    pub project: Option<String>,
    /// What the files are and what they are for, in the requester's words.
    pub purpose: String,
    /// The thread to reply in.
    pub thread: Thread,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    /// Its number.
    pub id: RequestId,
    /// How often it was changed; every change names the revision it starts from.
    pub revision: u64,
    /// Where it stands.
    pub state: State,
    /// How it came in.
    pub door: Door,
    /// The account that asks.
    pub requester: String,
    /// The project it is for.
    pub project: Option<String>,
    /// What the files are and what they are for.
    pub purpose: String,
    /// The thread to reply in.
    pub thread: Thread,
    /// When it came in.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Its rounds, oldest first.
    pub rounds: Vec<Round>,
    /// The release, once it is approved.
    pub release: Option<Release>,
    /// Why it ended where it did, where that needs words (refused, rejected).
    pub reason: Option<String>,
    /// The checkers who said that they look at it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claimed: Vec<Claimed>,
    /// What people wrote to one another about it, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<Comment>,
    /// What messages asked for and could not be taken up yet, until a round is opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
}

impl Request {
    /// A request as it stands when it comes in; `id` is given by the store.
    #[must_use]
    pub fn open(id: RequestId, new: NewRequest, state: State, at: DateTime<Utc>) -> Self {
        let NewRequest { door, requester, project, purpose, thread } = new;
        Self {
            id,
            revision: 0,
            state,
            door,
            requester,
            project,
            purpose,
            thread,
            created_at: at,
            updated_at: at,
            rounds: vec![],
            release: None,
            reason: None,
            claimed: vec![],
            comments: vec![],
            pending: None,
        }
    }

    /// Makes a move of the table.
    ///
    /// # Errors
    /// [`NotOpen`] where the table has no such move; the request is then unchanged.
    pub fn step(&mut self, action: Action, by: Owner) -> Result<(), NotOpen> {
        self.state = self.state.after(action, by)?;
        Ok(())
    }

    /// Opens the next round, by the move that is open for it.
    ///
    /// # Errors
    /// [`NotOpen`] where no round can be opened.
    pub fn open_round(
        &mut self,
        asked: Vec<Asked>,
        context: Context,
        by: Owner,
        at: DateTime<Utc>,
    ) -> Result<u32, NotOpen> {
        let action = match (self.state, by) {
            (_, Owner::System) => Action::Accept,
            (State::Draft, _) => Action::Submit,
            _ => Action::Resubmit,
        };
        self.step(action, by)?;
        let number = self.rounds.last().map_or(1, |round| round.number + 1);
        self.rounds.push(Round { context, ..Round::new(number, at, asked) });
        Ok(number)
    }

    /// The round that is open or was last open.
    #[must_use]
    pub fn round(&self) -> Option<&Round> {
        self.rounds.last()
    }

    /// The same, to change.
    pub fn round_mut(&mut self) -> Option<&mut Round> {
        self.rounds.last_mut()
    }

    /// What the requester says about the files: the last round's word, or that of the one before it.
    #[must_use]
    pub fn context(&self) -> Option<&Context> {
        self.rounds.iter().rev().map(|round| &round.context).find(|context| !context.is_empty())
    }

    /// Every file as it now stands: of files that several rounds name, the last round's.
    pub fn current_files(&self) -> impl Iterator<Item = (&Round, &File)> {
        self.rounds.iter().enumerate().flat_map(move |(at, round)| {
            let later = &self.rounds[at + 1..];
            let superseded = move |file: &File| later.iter().any(|round| round.file(&file.path).is_some());
            round.files.iter().filter(move |file| !superseded(file)).map(move |file| (round, file))
        })
    }

    /// What may leave: current outputs that the reviewers settled on approving and that were not taken back. What is
    /// infected is never among them, whoever approved it and however.
    pub fn approved(&self) -> impl Iterator<Item = &File> {
        self.current_files().map(|(_, file)| file).filter(|file| {
            file.purpose == Purpose::Output
                && !file.taken_back
                && file.settled == Some(Choice::Approve)
                && !file.is_infected()
        })
    }

    /// Takes a file of the open round back.
    ///
    /// # Errors
    /// [`TakeBackError`] where the request is past changing or has no such file.
    pub fn take_back(&mut self, path: &SharePath) -> Result<(), TakeBackError> {
        if !matches!(self.state, State::Submitted | State::Returned) {
            return Err(TakeBackError::TooLate(self.state));
        }
        let found = self
            .rounds
            .iter_mut()
            .rev()
            .find_map(|round| round.files.iter_mut().find(|file| file.path == *path));
        match found {
            Some(file) => {
                file.taken_back = true;
                Ok(())
            }
            None => Err(TakeBackError::NoSuchFile(path.clone())),
        }
    }
}

/// A file cannot be taken back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum TakeBackError {
    #[error("files can be taken back while a request is submitted or returned; this one is {0}")]
    TooLate(State),
    #[error("the request has no file {0}")]
    NoSuchFile(SharePath),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::tests::{file, request};

    #[test]
    fn a_number_is_read_however_people_write_it() {
        for text in ["EX-7", "ex-7", "7"] {
            assert_eq!(text.parse(), Ok(RequestId(7)), "{text}");
        }
        for text in ["", "EX-", "EX-0", "-7", "+7", "EX-7x", "é-7"] {
            assert!(text.parse::<RequestId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_later_round_supersedes_only_the_files_it_names() {
        let mut request = request(vec![file("a.csv", Verdict::Clear), file("b.csv", Verdict::Clear)]);
        for file in &mut request.rounds[0].files {
            file.settled = Some(Choice::Approve);
        }
        request.rounds.push(Round {
            files: vec![file("b.csv", Verdict::Clear)],
            ..Round::new(2, request.created_at, vec![])
        });
        let approved: Vec<_> = request.approved().map(|file| file.path.as_str()).collect();
        assert_eq!(approved, ["a.csv"]);
        assert_eq!(request.current_files().count(), 2);
    }

    #[test]
    fn what_was_said_of_an_earlier_round_holds_until_something_else_is() {
        let mut request = request(vec![file("a.csv", Verdict::Clear)]);
        assert_eq!(request.context(), None);
        let said = Context { people: "480".into(), ..Context::default() };
        request.rounds[0].context = said.clone();
        request.rounds.push(Round::new(2, request.created_at, vec![]));
        assert_eq!(request.context(), Some(&said));
    }

    #[test]
    fn what_was_taken_back_does_not_leave() {
        let mut request = request(vec![file("a.csv", Verdict::Clear)]);
        request.rounds[0].files[0].settled = Some(Choice::Approve);
        assert_eq!(request.approved().count(), 1);
        request.take_back(&SharePath::new("a.csv").unwrap()).unwrap();
        assert_eq!(request.approved().count(), 0);
        request.state = State::Approved;
        assert!(matches!(
            request.take_back(&SharePath::new("a.csv").unwrap()),
            Err(TakeBackError::TooLate(_))
        ));
    }

    #[test]
    fn the_next_round_opens_until_approval() {
        let mut request = request(vec![]);
        assert_eq!(
            request.open_round(vec![], Context::default(), Owner::Requester, request.created_at),
            Ok(2)
        );
        assert_eq!(request.state, State::Checking);
        request.state = State::Approved;
        assert!(
            request.open_round(vec![], Context::default(), Owner::Requester, request.created_at).is_err()
        );
        assert_eq!(request.rounds.len(), 2);
    }
}
