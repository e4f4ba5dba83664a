//! What a requester can do: ask, correct, take back, withdraw, and see how it stands.

use exeat_domain::comment::Visibility;
use exeat_domain::context::Context;
use exeat_domain::ledger::{Actor, Fact};
use exeat_domain::path::SharePath;
use exeat_domain::request::{Asked, Door, NewRequest, Purpose, Request, RequestId, Thread};
use exeat_domain::roster::{Person, Role, Roster};
use exeat_domain::state::{Action, Owner, State};

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
        self.open(ask, None).await
    }

    /// The same, sending a draft.
    pub(crate) async fn open(&self, ask: Ask, sent: Option<Sent>) -> Result<Request, DeskError> {
        let roster = self.desk.ports.people.roster().await?;
        let person = match self.trusted(&roster) {
            Ok(person) => person,
            Err(reason) => return self.refuse(&ask, roster.person(&self.actor.account), reason).await,
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
        let effects = Effects::of(self.requested(&request, round, count))
            .then(Task::Check { request: id, round })
            .sending(sent);
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
        self.next_round(id, asked, context, None).await
    }

    /// The same, sending a draft.
    pub(crate) async fn next_round(
        &self,
        id: RequestId,
        asked: Vec<Asked>,
        context: Context,
        sent: Option<Sent>,
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
        let effects = Effects::of(self.requested(&request, round, count))
            .then(Task::Check { request: id, round })
            .sending(sent);
        self.desk.commit(from, request, effects).await
    }

    /// Takes the whole request back.
    ///
    /// # Errors
    /// [`DeskError::NotOpen`] once the request is approved or ended.
    pub async fn withdraw(&self, id: RequestId) -> Result<Request, DeskError> {
        let mut request = self.own(id).await?;
        let from = request.state;
        request.step(Action::Withdraw, Owner::Requester)?;
        let event = self.desk.event(&self.actor, Some(id), Fact::Withdrawn);
        self.desk.commit(from, request, Effects::of(event).then(Task::Sweep { request: id })).await
    }

    /// Takes single files back; the last one takes the request with it.
    ///
    /// # Errors
    /// [`DeskError::TakeBack`] where the request is past changing or has no such file.
    pub async fn take_back(&self, id: RequestId, paths: &[SharePath]) -> Result<Request, DeskError> {
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
            return self.withdraw(id).await;
        }
        let mut events = events.into_iter();
        match events.next() {
            None => Ok(request),
            Some(first) => {
                let effects = swept(&request, events.fold(Effects::of(first), Effects::and));
                self.desk.commit(from, request, effects).await
            }
        }
    }

    /// The same, of files as people write them.
    ///
    /// # Errors
    /// [`DeskError::Path`] where a line is no path of the share; otherwise as [`Self::take_back`].
    pub async fn take_back_lines(&self, id: RequestId, lines: &[String]) -> Result<Request, DeskError> {
        let path = |line: &String| self.desk.settings.roots.read(line).map(|wanted| wanted.path);
        let paths: Vec<SharePath> = lines.iter().map(path).collect::<Result<_, _>>()?;
        self.take_back(id, &paths).await
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
        self.desk.comment(&self.actor, request, &remark).await.map(|_| ())
    }

    pub(crate) async fn own(&self, id: RequestId) -> Result<Request, DeskError> {
        let roster = self.desk.ports.people.roster().await?;
        let person = allowed(&roster, &self.actor.account, Role::Requester)?;
        let request = self.desk.ports.store.load(id).await?;
        if request.requester == person.account { Ok(request) } else { Err(DeskError::NotYours { id }) }
    }

    fn requested(&self, request: &Request, round: u32, asked: usize) -> exeat_domain::ledger::Event {
        let fact = Fact::Requested {
            door: request.door,
            requester: request.requester.clone(),
            project: request.project.clone(),
            round,
            asked,
        };
        self.desk.event(&self.actor, Some(request.id), fact)
    }

    fn trusted<'r>(&self, roster: &'r Roster) -> Result<&'r Person, &'static str> {
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

    /// Keeps a record of who asked and why it was refused; of the files there is nothing in it.
    async fn refuse(&self, ask: &Ask, person: Option<&Person>, reason: &str) -> Result<Request, DeskError> {
        let id = self.desk.ports.store.reserve().await?;
        let new = NewRequest {
            door: ask.door,
            requester: self.actor.account.clone(),
            project: None,
            purpose: String::new(),
            thread: ask.thread.clone(),
        };
        let mut request = Request::open(id, new, State::Received, self.desk.now());
        request.step(Action::Refuse, Owner::System)?;
        request.reason = Some(reason.to_owned());
        let fact = Fact::Refused {
            door: ask.door,
            claimed: self.actor.account.clone(),
            message_id: ask.thread.message_id.clone(),
            reason: reason.to_owned(),
        };
        let mut effects = Effects::of(self.desk.event(&self.actor, Some(id), fact));
        if person.is_some() {
            effects = effects.then(Task::TellRefused { request: id });
        }
        self.desk.ports.store.insert(&request, effects).await?;
        Err(DeskError::Refused { id, reason: reason.to_owned() })
    }
}

/// What the open round asks for, while it has not been sealed: the next round takes it along.
fn unfinished(request: &Request) -> Vec<Asked> {
    let open = request.round().filter(|round| request.state == State::Checking && round.files.is_empty());
    open.map(|round| round.asked.clone()).unwrap_or_default()
}

/// The project that the request is for: the one named, or the only one there is.
fn project_of(person: &Person, named: Option<String>) -> Result<Option<String>, DeskError> {
    let projects = || person.projects.iter().cloned().collect::<Vec<_>>().join(", ");
    let account = person.account.clone();
    match named {
        Some(project) if person.projects.contains(&project) => Ok(Some(project)),
        Some(project) => Err(DeskError::NotYourProject { account, project, projects: projects() }),
        None if person.projects.len() > 1 => Err(DeskError::WhichProject { account, projects: projects() }),
        None => Ok(person.projects.first().cloned()),
    }
}
