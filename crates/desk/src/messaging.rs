//! What a message from a person comes to: a request, its next round, an answer, or a look by a person. Each message counts
//! once, whatever its door does again.

use exeat_domain::comment::{LONGEST, Visibility};
use exeat_domain::context::Context;
use exeat_domain::ledger::{Actor, Fact};
use exeat_domain::message::{Answer, MOST_QUESTIONS, Posted};
use exeat_domain::request::{Asked, Door, NewRequest, Problem, Request, RequestId, Thread};
use exeat_domain::state::{Owner, State};

use crate::asking::{Ask, Origin, Requester, answering, project_of};
use crate::commenting::Remark;
use crate::desk::Desk;
use crate::drafting::said;
use crate::error::DeskError;
use crate::ports::{Effects, StoreError, Task};

/// The most mails of a thread that are looked up.
const MOST_REFERENCES: usize = 50;

/// A message whose sender its door has found to be this account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What tells it from every other.
    pub posted: Posted,
    /// Where it stands in its thread; answers go there.
    pub thread: Thread,
    /// The sender's own words, for people to read.
    pub text: String,
    /// What it asks.
    pub wish: Wish,
}

/// What a message asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Files, or that nothing but what is asked back was understood.
    Files(Files),
    /// To take the whole request back.
    Withdraw,
    /// To take single files back, as they were written.
    TakeBack(Vec<String>),
    /// What the desk offered when it asked back.
    Yes,
}

/// See [`Wish::Files`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// What was understood, as it was written.
    pub asked: Vec<Asked>,
    /// What was not, to be asked back.
    pub problems: Vec<Problem>,
    /// The project, where one is named.
    pub project: Option<String>,
    /// What the files are, in the sender's words.
    pub purpose: String,
}

/// What a message came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It was taken in before.
    Known(Option<RequestId>),
    /// A round was opened: of a new request, or the next one.
    Round(RequestId, u32),
    /// The sender is asked what was meant.
    AskedBack(RequestId),
    /// The request, or files of it, are taken back.
    TakenBack(RequestId),
    /// It was too late to take anything back; the sender is told.
    TooLate(RequestId),
    /// It says something to the checkers.
    Commented(RequestId),
    /// The sender may not ask; that is kept.
    Refused(RequestId, String),
    /// A person has to look at it; nobody is answered. With a stable code that says why.
    Parked(&'static str),
}

impl Desk {
    /// What a message came to that was taken in before; one of the same name that says something else is for a person.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn known(&self, posted: &Posted) -> Result<Option<Taken>, DeskError> {
        let known = self.ports.store.message(posted.door, &posted.id).await?;
        Ok(known.map(|known| {
            if known.sha256 == posted.sha256 {
                Taken::Known(known.request)
            } else {
                Taken::Parked("known-id")
            }
        }))
    }

    /// Takes in a message of this account.
    ///
    /// # Errors
    /// [`DeskError`] where a port fails: nothing was taken in, and the message can be brought again.
    pub async fn receive(&self, account: &str, message: Message) -> Result<Taken, DeskError> {
        if let Some(known) = self.known(&message.posted).await? {
            return Ok(known);
        }
        let posted = message.posted.clone();
        match self.requester(Actor::person(account)).take_in(message).await {
            Err(DeskError::Refused { id, reason }) => Ok(Taken::Refused(id, reason)),
            Err(DeskError::Store(StoreError::KnownMessage(_))) => {
                Ok(self.known(&posted).await?.unwrap_or(Taken::Known(None)))
            }
            other => other,
        }
    }

    /// Keeps a record of a message whose sender is not trusted. Whoever it claims to be from is told only where that is
    /// `proved`, and then in a fixed sentence.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn refuse_message(
        &self,
        posted: Posted,
        thread: Thread,
        (claimed, proved): (&str, bool),
        reason: &str,
    ) -> Result<Taken, DeskError> {
        if let Some(known) = self.known(&posted).await? {
            return Ok(known);
        }
        let requester = self.requester(Actor::person(claimed));
        match requester.refuse(posted.door, thread, reason, (proved, Some(posted))).await? {
            DeskError::Refused { id, reason } => Ok(Taken::Refused(id, reason)),
            other => Err(other),
        }
    }

    /// Keeps a record of a message that a person has to look at.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn park(&self, posted: Posted, why: &'static str) -> Result<Taken, DeskError> {
        // One of a known name that says something else is no message of its own, and leaves its trace all the same.
        let new = match self.known(&posted).await? {
            Some(Taken::Known(_)) => return Ok(Taken::Parked(why)),
            known => known.is_none(),
        };
        let fact = Fact::Parked { door: posted.door, message_id: posted.id.clone(), why: why.to_owned() };
        let effects = Effects::of(self.event(&Actor::desk(), None, fact)).taking(new.then_some(posted));
        self.record(effects).await?;
        Ok(Taken::Parked(why))
    }

    /// The requests that a thread belongs to, the one referred to last first.
    async fn threaded(&self, door: Door, thread: &Thread) -> Result<Vec<RequestId>, DeskError> {
        let mut found = vec![];
        for id in thread.references.iter().rev().take(MOST_REFERENCES) {
            let request = match self.own_message(id) {
                Some(request) => Some(request),
                None => self.ports.store.message(door, id).await?.and_then(|known| known.request),
            };
            found.extend(request.filter(|request| !found.contains(request)));
        }
        Ok(found)
    }

    /// The request that a message of this desk was about, by its Message-ID.
    fn own_message(&self, id: &str) -> Option<RequestId> {
        let local = id.strip_suffix(&format!("@{}", self.ports.courier.domain()))?;
        let name = local.strip_suffix(&format!(".{}", self.settings.desk))?;
        name.split('.').next()?.to_uppercase().parse().ok()
    }
}

impl Requester<'_> {
    async fn take_in(&self, message: Message) -> Result<Taken, DeskError> {
        let roster = self.desk.ports.people.roster().await?;
        let door = message.posted.door;
        if let Err(reason) = self.trusted(&roster) {
            let told = roster.person(&self.actor.account).is_some();
            return Err(self.refuse(door, message.thread, reason, (told, Some(message.posted))).await?);
        }
        let Some(id) = self.desk.threaded(door, &message.thread).await?.first().copied() else {
            return self.begin_by(None, message).await;
        };
        let request = match self.own(id).await {
            Ok(request) => request,
            // Someone else's thread: only its own requester acts in it.
            Err(DeskError::NotYours { .. }) => {
                return self.desk.park(message.posted, "not-the-requester").await;
            }
            Err(other) => return Err(other),
        };
        self.go_on_by(request, message).await
    }

    /// A message in the thread of a request of one's own.
    async fn go_on_by(&self, request: Request, message: Message) -> Result<Taken, DeskError> {
        let (id, state, posted) = (request.id, request.state, message.posted.clone());
        let open = matches!(state, State::Checking | State::Submitted | State::Returned);
        match &message.wish {
            Wish::Withdraw if open || state == State::Draft => {
                self.withdraw_by(id, Some(posted)).await?;
                Ok(Taken::TakenBack(id))
            }
            Wish::TakeBack(lines) if open => self.take_back_lines_by(request, lines, message.clone()).await,
            Wish::Withdraw | Wish::TakeBack(_) => self.too_late(request, posted).await,
            Wish::Yes if open && !request.offered().is_empty() => {
                let origin = Origin { posted: Some(posted), ..Origin::default() };
                let after = self.next_round(id, request.offered(), Context::default(), origin).await?;
                Ok(Taken::Round(id, number(&after)))
            }
            Wish::Files(files) if open && !said(files.asked.clone()).is_empty() => {
                let origin =
                    Origin { posted: Some(posted), problems: files.problems.clone(), ..Origin::default() };
                let after = self.next_round(id, files.asked.clone(), Context::default(), origin).await?;
                Ok(Taken::Round(id, number(&after)))
            }
            _ if state == State::Draft => self.begin_by(Some(request), message).await,
            Wish::Files(files) if open && !files.problems.is_empty() => {
                self.ask_back_by(request, false, (vec![], files.problems.clone()), posted).await
            }
            // What is approved or ended stays as it is: more files are a request of their own, in the same thread.
            Wish::Files(files) if !open && !said(files.asked.clone()).is_empty() => {
                self.begin_by(None, message).await
            }
            Wish::Files(_) | Wish::Yes => self.say(request, message).await,
        }
    }

    /// The first round of a request, or what is missing for it: of a new one, or of one that has been asked back about.
    async fn begin_by(&self, known: Option<Request>, message: Message) -> Result<Taken, DeskError> {
        let roster = self.desk.ports.people.roster().await?;
        let person = self.trusted(&roster).map_err(|_| DeskError::NothingAsked)?.clone();
        let fresh = known.is_none();
        let mut request = match known {
            Some(known) => known,
            None => {
                let new = NewRequest {
                    door: message.posted.door,
                    requester: person.account.clone(),
                    project: None,
                    purpose: String::new(),
                    thread: message.thread.clone(),
                };
                Request::open(RequestId(0), new, State::Draft, self.desk.now())
            }
        };
        let Files { asked, mut problems, project, purpose } = match message.wish {
            Wish::Files(files) => files,
            Wish::Yes => Files { asked: request.offered(), ..Files::default() },
            Wish::Withdraw | Wish::TakeBack(_) => {
                Files { problems: vec![wanting("which-request", WHICH_REQUEST)], ..Files::default() }
            }
        };
        if request.purpose.is_empty() {
            request.purpose = purpose;
        }
        let before = request.pending.as_ref().map(|pending| pending.asked.clone()).unwrap_or_default();
        let all: Vec<Asked> = before.into_iter().chain(said(asked.clone())).collect();
        match project_of(&person, project.or_else(|| request.project.clone())) {
            Ok(project) => request.project = project,
            Err(missing) => problems.push(which_project(missing)?),
        }
        let unsettled = problems.iter().any(|problem| PROJECT.contains(&problem.code.as_str()));
        if all.is_empty() || unsettled {
            if problems.is_empty() {
                problems.push(wanting("nothing-understood", NOTHING));
            }
            return self.ask_back_by(request, fresh, (said(asked), problems), message.posted).await;
        }
        let origin = Origin { posted: Some(message.posted), problems, ..Origin::default() };
        if fresh {
            let Request { door, project, purpose, thread, .. } = request;
            let ask = Ask { door, project, purpose, context: Context::default(), thread, asked: all };
            let opened = self.open(ask, origin).await?;
            return Ok(Taken::Round(opened.id, number(&opened)));
        }
        let count = all.len();
        let round = request.open_round(all, Context::default(), Owner::Requester, self.desk.now())?;
        let effects = self.asked(&mut request, round, count, origin);
        let after = self.desk.commit(State::Draft, request, effects).await?;
        Ok(Taken::Round(after.id, round))
    }

    /// Keeps what was understood, and asks for the rest.
    async fn ask_back_by(
        &self,
        mut request: Request,
        fresh: bool,
        (asked, problems): (Vec<Asked>, Vec<Problem>),
        posted: Posted,
    ) -> Result<Taken, DeskError> {
        if fresh {
            request.id = self.desk.ports.store.reserve().await?;
        }
        let (id, from) = (request.id, request.state);
        let fact = Fact::AskedBack {
            door: request.door,
            requester: request.requester.clone(),
            problems: problems.len(),
        };
        let mut effects =
            Effects::of(self.desk.event(&self.actor, Some(id), fact)).taking(Some(posted.clone()));
        let question = request.ask_back(asked, problems);
        if question > MOST_QUESTIONS {
            return self.desk.park(posted, "too-many-questions").await;
        }
        effects = effects.then(Task::AskBack { request: id, question });
        if fresh {
            self.desk.ports.store.insert(&request, effects.clone()).await?;
            effects.events.iter().for_each(|event| self.desk.ports.observer.saw(event));
        } else {
            self.desk.commit(from, request, effects).await?;
        }
        Ok(Taken::AskedBack(id))
    }

    /// Takes files back that a message names; of names that are none, it says so to the checkers.
    async fn take_back_lines_by(
        &self,
        request: Request,
        lines: &[String],
        message: Message,
    ) -> Result<Taken, DeskError> {
        let (id, posted) = (request.id, message.posted.clone());
        let Ok(paths) = self.paths(lines) else { return self.say(request, message).await };
        match self.take_back_by(id, &paths, Some(posted)).await {
            Ok(_) => Ok(Taken::TakenBack(id)),
            Err(DeskError::TakeBack(_)) => self.say(request, message).await,
            Err(other) => Err(other),
        }
    }

    /// Tells that nothing can be taken back any more.
    async fn too_late(&self, request: Request, posted: Posted) -> Result<Taken, DeskError> {
        let (id, state) = (request.id, request.state);
        let fact = Fact::AskedBack { door: posted.door, requester: request.requester, problems: 0 };
        let event = self.desk.event(&self.actor, Some(id), fact);
        let effects = answering(Effects::of(event), id, Answer::TooLate { state }, Some(posted));
        self.desk.record(effects).await?;
        Ok(Taken::TooLate(id))
    }

    /// Hands the words on to the checkers; where nobody reads them there any more, a person looks at the message.
    async fn say(&self, request: Request, message: Message) -> Result<Taken, DeskError> {
        let id = request.id;
        let text: String = message.text.trim().chars().take(LONGEST).collect();
        let remark = Remark { file: None, visibility: Visibility::Public, text };
        match self.desk.comment(&self.actor, request, &remark, Some(&message.posted)).await {
            Ok(_) => Ok(Taken::Commented(id)),
            Err(DeskError::Comment(_)) => self.desk.park(message.posted, "nothing-to-do").await,
            Err(other) => Err(other),
        }
    }
}

/// Codes of what is missing while the project is not settled.
const PROJECT: [&str; 3] = ["which-project", "not-your-project", "which-request"];

const NOTHING: &str = "nothing in the message names a file or folder of the share: name each one by its whole path, on a \
                       line of its own.";

const WHICH_REQUEST: &str = "the message takes something back, and it does not say of which request: answer to a message \
                             of that request.";

/// What is asked where the project is not settled.
fn which_project(missing: DeskError) -> Result<Problem, DeskError> {
    let (asked, message) = match &missing {
        DeskError::WhichProject { projects, .. } => (
            String::new(),
            format!("you work on several projects: say which of {projects} this request is for."),
        ),
        DeskError::NotYourProject { project, projects, .. } => (
            project.clone(),
            format!("that is not a project of yours: say which of {projects} this request is for."),
        ),
        _ => return Err(missing),
    };
    Ok(Problem { asked, ..wanting(missing.code(), &message) })
}

/// Something that a message lacks.
fn wanting(code: &str, message: &str) -> Problem {
    Problem { asked: String::new(), code: code.to_owned(), message: message.to_owned(), offer: vec![] }
}

fn number(request: &Request) -> u32 {
    request.round().map_or(0, |round| round.number)
}
