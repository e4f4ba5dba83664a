//! What a requester can do: ask, correct, take back, withdraw, and see how it stands.

use exeat_domain::comment::Visibility;
use exeat_domain::context::Context;
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::{Actor, Fact};
use exeat_domain::message::{Answer, Posted};
use exeat_domain::path::SharePath;
use exeat_domain::request::{Asked, Door, NewRequest, Problem, Purpose, Request, RequestId, Thread};
use exeat_domain::roster::{Person, Role, Roster};
use exeat_domain::state::{Action, Owner, State};
use sha2::Digest as _;

use crate::checking::swept;
use crate::commenting::Remark;
use crate::desk::{Desk, allowed};
use crate::drafting::said;
use crate::error::DeskError;
use crate::ports::{Effects, Filter, Job, Sent, Summary, Task};

/// What a requester asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// How it came in.
    pub door: Door,
    /// The project, or none where the requester has only one.
    pub project: Option<String>,
    /// What the files are and what they are for.
    pub purpose: String,
    /// What is said about them.
    pub context: Context,
    /// The thread to reply in.
    pub thread: Thread,
    /// The files, folders and wildcards, as they were written.
    pub asked: Vec<Asked>,
}

/// What opens a round, beside the person who asks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    /// A draft that is sent.
    pub(crate) sent: Option<Sent>,
    /// A message that is taken in.
    pub(crate) posted: Option<Posted>,
    /// What the message left open.
    pub(crate) problems: Vec<Problem>,
}

/// A requester's handle on the desk: it has no checker's methods.
pub struct Requester<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) actor: Actor,
}

impl<'a> Requester<'a> {
    pub(crate) fn new(desk: &'a Desk, actor: Actor) -> Self {
        Self { desk, actor }
    }

    /// Opens a request with its first round; its files are sealed and checked next.
    ///
    /// # Errors
    /// [`DeskError::Refused`] where the account may not ask (that is kept as a record); [`DeskError`] where nothing is
    /// asked for, or the project is not the requester's.
    pub async fn ask(&self, ask: Ask) -> Result<Request, DeskError> {
        self.open(ask, Origin::default()).await
    }

    /// The same, from a draft or a message.
    pub(crate) async fn open(&self, ask: Ask, origin: Origin) -> Result<Request, DeskError> {
        let roster = self.desk.ports.people.roster().await?;
        let person = match self.trusted(&roster) {
            Ok(person) => person,
            Err(reason) => {
                let told = roster.person(&self.actor.account).is_some();
                return Err(self.refuse(ask.door, ask.thread, reason, (told, origin.posted)).await?);
            }
        };
        let asked = said(ask.asked);
        if asked.is_empty() {
            return Err(DeskError::NothingAsked);
        }
        let project = project_of(person, ask.project)?;
        let id = self.desk.ports.store.reserve().await?;
        let new = NewRequest {
            door: ask.door,
            requester: person.account.clone(),
            project,
            purpose: ask.purpose,
            thread: ask.thread,
        };
        let now = self.desk.now();
        let mut request = Request::open(id, new, State::Draft, now);
        let count = asked.len();
        let round = request.open_round(asked, ask.context.tidied(), Owner::Requester, now)?;
        let effects = self.asked(&mut request, round, count, origin);
        self.desk.ports.store.insert(&request, effects.clone()).await?;
        effects.events.iter().for_each(|event| self.desk.ports.observer.saw(event));
        Ok(request)
    }

    /// Opens the next round with corrected files. Files that were not decided yet move into it.
    ///
    /// # Errors
    /// [`DeskError::NotOpen`] once the request is approved or ended; [`DeskError::NotYours`] for another's request.
    pub async fn correct(
        &self,
        id: RequestId,
        asked: Vec<Asked>,
        context: Context,
    ) -> Result<Request, DeskError> {
        self.next_round(id, asked, context, Origin::default()).await
    }

    /// The same, from a draft or a message.
    pub(crate) async fn next_round(
        &self,
        id: RequestId,
        asked: Vec<Asked>,
        context: Context,
        origin: Origin,
    ) -> Result<Request, DeskError> {
        let mut request = self.own(id).await?;
        let asked = said(asked);
        if asked.is_empty() {
            return Err(DeskError::NothingAsked);
        }
        let from = request.state;
        let asked = unfinished(&request).into_iter().chain(asked).collect::<Vec<_>>();
        let count = asked.len();
        let round = request.open_round(asked, context.tidied(), Owner::Requester, self.desk.now())?;
        let effects = self.asked(&mut request, round, count, origin);
        self.desk.commit(from, request, effects).await
    }

    /// Takes the whole request back.
    ///
    /// # Errors
    /// [`DeskError::NotOpen`] once the request is approved or ended.
    pub async fn withdraw(&self, id: RequestId) -> Result<Request, DeskError> {
        self.withdraw_by(id, None).await
    }

    /// The same, by a message, which is answered.
    pub(crate) async fn withdraw_by(
        &self,
        id: RequestId,
        posted: Option<Posted>,
    ) -> Result<Request, DeskError> {
        let mut request = self.own(id).await?;
        let from = request.state;
        request.step(Action::Withdraw, Owner::Requester)?;
        let event = self.desk.event(&self.actor, Some(id), Fact::Withdrawn);
        let effects = Effects::of(event).then(Task::Sweep { request: id });
        self.desk.commit(from, request, answering(effects, id, Answer::Withdrawn, posted)).await
    }

    /// Takes single files back; the last one takes the request with it.
    ///
    /// # Errors
    /// [`DeskError::TakeBack`] where the request is past changing or has no such file.
    pub async fn take_back(&self, id: RequestId, paths: &[SharePath]) -> Result<Request, DeskError> {
        self.take_back_by(id, paths, None).await
    }

    /// The same, by a message, which is answered.
    pub(crate) async fn take_back_by(
        &self,
        id: RequestId,
        paths: &[SharePath],
        posted: Option<Posted>,
    ) -> Result<Request, DeskError> {
        let mut request = self.own(id).await?;
        let from = request.state;
        let mut events = vec![];
        for path in paths {
            request.take_back(path)?;
            events.push(self.desk.event(&self.actor, Some(id), Fact::TakenBack { file: path.clone() }));
        }
        let left =
            request.current_files().any(|(_, file)| file.purpose == Purpose::Output && !file.taken_back);
        if !left {
            return self.withdraw_by(id, posted).await;
        }
        let mut events = events.into_iter();
        match events.next() {
            None => Ok(request),
            Some(first) => {
                let effects = swept(&request, events.fold(Effects::of(first), Effects::and));
                let answer = Answer::TakenBack { files: paths.to_vec() };
                self.desk.commit(from, request, answering(effects, id, answer, posted)).await
            }
        }
    }

    /// The same, of files as people write them.
    ///
    /// # Errors
    /// [`DeskError::Path`] where a line is no path of the share; otherwise as [`Self::take_back`].
    pub async fn take_back_lines(&self, id: RequestId, lines: &[String]) -> Result<Request, DeskError> {
        self.take_back(id, &self.paths(lines)?).await
    }

    /// Files as people write them, as paths of the share.
    pub(crate) fn paths(&self, lines: &[String]) -> Result<Vec<SharePath>, DeskError> {
        let path = |line: &String| self.desk.settings.roots.read(line).map(|wanted| wanted.path);
        Ok(lines.iter().map(path).collect::<Result<_, _>>()?)
    }

    /// The requester's own requests, oldest first.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn list(&self, after: Option<RequestId>, limit: u64) -> Result<Vec<Summary>, DeskError> {
        let filter =
            Filter { requester: Some(self.actor.account.clone()), after, limit, ..Filter::default() };
        Ok(self.desk.ports.store.list(&filter).await?)
    }

    /// The requester's own requests, newest first.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn newest(&self, before: Option<RequestId>, limit: u64) -> Result<Vec<Summary>, DeskError> {
        let requester = Some(self.actor.account.clone());
        let filter = Filter { requester, after: before, limit, newest: true, ..Filter::default() };
        Ok(self.desk.ports.store.list(&filter).await?)
    }

    /// What the checkers wrote on the requester's files that are settled, without their names.
    ///
    /// # Errors
    /// [`DeskError::NotYours`] for another's request.
    pub async fn reasons(&self, id: RequestId) -> Result<Vec<(u32, SharePath, String)>, DeskError> {
        let request = self.own(id).await?;
        let mut reasons = vec![];
        for round in &request.rounds {
            let settled = |path: &SharePath| round.file(path).is_some_and(|file| file.settled.is_some());
            let submitted = round.reviews.iter().filter(|review| review.submitted_at.is_some());
            for (path, decision) in submitted.flat_map(|review| &review.decisions) {
                if let Some(reason) = decision.reason.as_ref().filter(|_| settled(path)) {
                    reasons.push((round.number, path.clone(), reason.clone()));
                }
            }
        }
        Ok(reasons)
    }

    /// One of the requester's own requests, and the jobs that wait for it.
    ///
    /// # Errors
    /// [`DeskError::NotYours`] for another's request.
    pub async fn show(&self, id: RequestId) -> Result<(Request, Vec<Job>), DeskError> {
        let mut request = self.own(id).await?;
        // What the checkers write reaches the requester with their decision, not before, and without their names.
        request.rounds.iter_mut().for_each(|round| round.reviews.clear());
        request.claimed.iter_mut().for_each(|claim| claim.by.clear());
        request.keep_public_comments();
        let jobs = self.desk.jobs(Some(id)).await?;
        Ok((request, jobs))
    }

    /// Writes to the checkers, on a request of one's own or a file of it.
    ///
    /// # Errors
    /// [`DeskError::Comment`] where it says nothing or too much; [`DeskError::NotYours`] for another's request.
    pub async fn comment(&self, id: RequestId, file: Option<SharePath>, text: &str) -> Result<(), DeskError> {
        let request = self.own(id).await?;
        let remark = Remark { file, visibility: Visibility::Public, text: text.to_owned() };
        self.desk.comment(&self.actor, request, &remark, None).await.map(|_| ())
    }

    pub(crate) async fn own(&self, id: RequestId) -> Result<Request, DeskError> {
        let roster = self.desk.ports.people.roster().await?;
        let person = allowed(&roster, &self.actor.account, Role::Requester)?;
        let request = self.desk.ports.store.load(id).await?;
        if request.requester == person.account { Ok(request) } else { Err(DeskError::NotYours { id }) }
    }

    /// What opening a round writes beside the request.
    pub(crate) fn asked(&self, request: &mut Request, round: u32, asked: usize, origin: Origin) -> Effects {
        request.pending = None;
        if let Some(open) = request.round_mut() {
            open.problems = origin.problems;
        }
        let fact = Fact::Requested {
            door: request.door,
            requester: request.requester.clone(),
            project: request.project.clone(),
            round,
            asked,
        };
        Effects::of(self.desk.event(&self.actor, Some(request.id), fact))
            .then(Task::Check { request: request.id, round })
            .sending(origin.sent)
            .taking(origin.posted)
    }

    pub(crate) fn trusted<'r>(&self, roster: &'r Roster) -> Result<&'r Person, &'static str> {
        let account = &self.actor.account;
        let person = roster.person(account).ok_or("the account is not on the roster")?;
        if !person.active {
            return Err("the account is no longer active");
        }
        if !self.desk.settings.accounts.is_match(&person.account) {
            return Err("the account is not one of the secure desktop");
        }
        if !person.may(Role::Requester) { Err("the account may not ask for files") } else { Ok(person) }
    }

    /// Keeps a record of who asked and why it was refused; of the files there is nothing in it. With `told`, whoever is on
    /// the roster under that account is told in a fixed sentence.
    pub(crate) async fn refuse(
        &self,
        door: Door,
        thread: Thread,
        reason: &str,
        (told, posted): (bool, Option<Posted>),
    ) -> Result<DeskError, DeskError> {
        let id = self.desk.ports.store.reserve().await?;
        let message_id = thread.message_id.clone();
        let new = NewRequest {
            door,
            requester: self.actor.account.clone(),
            project: None,
            purpose: String::new(),
            thread,
        };
        let mut request = Request::open(id, new, State::Received, self.desk.now());
        request.step(Action::Refuse, Owner::System)?;
        request.reason = Some(reason.to_owned());
        let claimed = self.actor.account.clone();
        let fact = Fact::Refused { door, claimed, message_id, reason: reason.to_owned() };
        let mut effects = Effects::of(self.desk.event(&self.actor, Some(id), fact)).taking(posted);
        if told {
            effects = effects.then(Task::TellRefused { request: id });
        }
        self.desk.ports.store.insert(&request, effects).await?;
        Ok(DeskError::Refused { id, reason: reason.to_owned() })
    }
}

/// With the answer to the message that asked for it, if one did.
pub(crate) fn answering(effects: Effects, id: RequestId, answer: Answer, posted: Option<Posted>) -> Effects {
    let Some(posted) = posted else { return effects };
    let digest = Sha256(sha2::Sha256::digest(&posted.id).into()).to_string();
    let mark = digest.chars().take(16).collect();
    effects.then(Task::Answer { request: id, answer, mark }).taking(Some(posted))
}

/// What the open round asks for, while it has not been sealed: the next round takes it along.
fn unfinished(request: &Request) -> Vec<Asked> {
    let open = request.round().filter(|round| request.state == State::Checking && round.files.is_empty());
    open.map(|round| round.asked.clone()).unwrap_or_default()
}

/// The project that the request is for: the one named, or the only one there is.
pub(crate) fn project_of(person: &Person, named: Option<String>) -> Result<Option<String>, DeskError> {
    let projects = || person.projects.iter().cloned().collect::<Vec<_>>().join(", ");
    let account = person.account.clone();
    match named {
        Some(project) if person.projects.contains(&project) => Ok(Some(project)),
        Some(project) => Err(DeskError::NotYourProject { account, project, projects: projects() }),
        None if person.projects.len() > 1 => Err(DeskError::WhichProject { account, projects: projects() }),
        None => Ok(person.projects.first().cloned()),
    }
}
