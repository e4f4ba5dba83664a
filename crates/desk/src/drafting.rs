//! What a requester does before asking: look through the share, keep a draft, check it, and send it.

use exeat_domain::draft::{Draft, DraftId, Gap, Plan};
use exeat_domain::path::{SharePath, Wanted};
use exeat_domain::request::{Asked, Door, Purpose, Request, RequestId, Thread};
use exeat_domain::review::Choice;
use exeat_domain::roster::{Person, Role};
use exeat_domain::state::{Action, Owner};

use crate::asking::{Ask, Origin, Requester};
use crate::desk::allowed;
use crate::error::DeskError;
use crate::ports::{Answered, FileProblem, Listing, Look, Sent, StoreError};
use crate::preview::{Previewed, Progress};
use crate::scope::Scope;

/// Drafts that an account may have at once.
const MOST: usize = 50;
/// How often a change is tried again that met another one.
const TRIES: usize = 3;
/// Decisions that the usual time is taken from.
const DECISIONS: u64 = 50;

impl Requester<'_> {
    /// A folder of the share, or the share itself, as far as files may be asked from it.
    ///
    /// # Errors
    /// [`DeskError::Port`] where the share cannot be reached; the inner error says why the folder cannot be shown.
    pub async fn look(
        &self,
        project: Option<&str>,
        folder: Option<&SharePath>,
        look: Look,
    ) -> Result<Result<Listing, FileProblem>, DeskError> {
        let person = self.person().await?;
        self.desk.look(scope(&person, project), folder, look).await
    }

    /// Whether the share has what is wanted, where files may be asked from: exactly one file, a folder, or what fits.
    ///
    /// # Errors
    /// [`DeskError::Port`] where the share cannot be reached.
    pub async fn finds(&self, project: Option<&str>, wanted: &Wanted) -> Result<bool, DeskError> {
        let person = self.person().await?;
        let line = Asked { line: wanted.path.to_string(), purpose: Purpose::Output };
        Ok(!self.desk.find(scope(&person, project), &line, &mut vec![]).await?.is_empty())
    }

    /// The folder that one begins to look in: the first that one may ask from and that has one name.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] where the account may not ask.
    pub async fn home(&self, project: Option<&str>) -> Result<Option<SharePath>, DeskError> {
        let person = self.person().await?;
        let folders = self.desk.folders(scope(&person, project)).unwrap_or_default();
        let named = folders.into_iter().filter(|folder| !folder.contains(['*', '?']));
        Ok(named.filter_map(|folder| SharePath::new(&folder).ok()).next())
    }

    /// Checks files before they are asked for, with what checks them then. Nothing is kept and nothing leaves.
    ///
    /// # Errors
    /// [`DeskError::Port`] where the share or the checks fail.
    pub async fn preview(
        &self,
        plan: &Plan,
        told: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Previewed, DeskError> {
        let person = self.person().await?;
        self.desk.preview(scope(&person, plan.project.as_deref()), &plan.asked, told).await
    }

    /// Begins a draft of a new request.
    ///
    /// # Errors
    /// [`DeskError::TooManyDrafts`] where there are too many already.
    pub async fn begin(&self) -> Result<Draft, DeskError> {
        let person = self.person().await?;
        let project =
            Some(&person.projects).filter(|all| all.len() == 1).and_then(|all| all.first().cloned());
        self.keep_new(None, Plan { project, ..Plan::default() }).await
    }

    /// The draft of a request's next round: what was sent back is named in it, and what was said is said again.
    ///
    /// # Errors
    /// [`DeskError::NotOpen`] where no round can be opened; [`DeskError::NotYours`] for another's request.
    pub async fn begin_next(&self, id: RequestId) -> Result<Draft, DeskError> {
        let request = self.own(id).await?;
        request.state.after(Action::Resubmit, Owner::Requester)?;
        let known = self.drafts().await?.into_iter().find(|draft| draft.request == Some(id));
        if let Some(known) = known {
            return Ok(known);
        }
        let mut plan = Plan {
            project: request.project.clone(),
            purpose: request.purpose.clone(),
            context: request.context().cloned().unwrap_or_default(),
            ..Plan::default()
        };
        let back = request.current_files().filter(|(_, file)| file.settled == Some(Choice::Return));
        for (_, file) in back {
            plan.add(file.path.to_string(), file.purpose);
        }
        let supporting = request.current_files().filter(|(_, file)| file.purpose == Purpose::Supporting);
        for (_, file) in supporting.filter(|(_, file)| !file.taken_back) {
            plan.add(file.path.to_string(), file.purpose);
        }
        self.keep_new(Some(id), plan).await
    }

    async fn keep_new(&self, request: Option<RequestId>, plan: Plan) -> Result<Draft, DeskError> {
        if self.drafts().await?.len() >= MOST {
            return Err(DeskError::TooManyDrafts { most: MOST });
        }
        let (account, updated_at) = (self.actor.account.clone(), self.desk.now());
        let draft = Draft { id: DraftId(0), revision: 0, account, request, plan, updated_at, sent: None };
        Ok(self.desk.ports.store.new_draft(draft).await?)
    }

    /// The requester's drafts, the one changed last first.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn drafts(&self) -> Result<Vec<Draft>, DeskError> {
        let person = self.person().await?;
        Ok(self.desk.ports.store.drafts(&person.account, MOST as u64).await?)
    }

    /// One of the requester's drafts, sent or not.
    ///
    /// # Errors
    /// [`StoreError::NoSuchDraft`] where there is none, or it is another's.
    pub async fn draft(&self, id: DraftId) -> Result<Draft, DeskError> {
        let person = self.person().await?;
        let draft = self.desk.ports.store.draft(id).await?;
        let own = draft.account.to_lowercase() == person.account.to_lowercase();
        if own { Ok(draft) } else { Err(StoreError::NoSuchDraft(id).into()) }
    }

    /// Changes a draft. A change that another one of the same person's has overtaken is made again, on what that left.
    ///
    /// # Errors
    /// [`StoreError::NoSuchDraft`] as for [`Requester::draft`]; [`StoreError::DraftConflict`] where it was sent.
    pub async fn redraft(
        &self,
        id: DraftId,
        change: &(dyn Fn(&mut Plan) + Send + Sync),
    ) -> Result<Draft, DeskError> {
        let mut tries = 0;
        loop {
            let mut draft = self.draft(id).await?;
            change(&mut draft.plan);
            draft.plan = draft.plan.tidied();
            draft.updated_at = self.desk.now();
            match self.desk.ports.store.keep_draft(draft).await {
                Err(StoreError::DraftConflict(_)) if tries < TRIES => tries += 1,
                kept => return Ok(kept?),
            }
        }
    }

    /// Of these lines, those that may be picked by looking: each names one file or folder that may be asked for.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] where the account may not ask.
    pub async fn pickable(
        &self,
        project: Option<&str>,
        lines: Vec<String>,
    ) -> Result<Vec<String>, DeskError> {
        let person = self.person().await?;
        let scope = scope(&person, project);
        Ok(lines.into_iter().filter(|line| self.desk.may_pick(scope, line)).collect())
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// [`StoreError::NoSuchDraft`] as for [`Requester::draft`].
    pub async fn discard(&self, id: DraftId) -> Result<(), DeskError> {
        self.draft(id).await?;
        Ok(self.desk.ports.store.drop_draft(id).await?)
    }

    /// Asks for what a draft names: a new request, or the next round of one. A draft is sent once; sent again, it
    /// gives what became of it.
    ///
    /// # Errors
    /// [`DeskError::Incomplete`] where something is missing; otherwise what asking says.
    pub async fn send(&self, id: DraftId) -> Result<Request, DeskError> {
        let draft = self.draft(id).await?;
        if let Some(request) = draft.sent {
            return self.own(request).await;
        }
        let gaps = draft.plan.gaps();
        if !gaps.is_empty() {
            return Err(DeskError::Incomplete { gaps });
        }
        let sent = Some(Sent { draft: draft.id, revision: draft.revision });
        let origin = Origin { sent, ..Origin::default() };
        let Plan { project, purpose, context, asked, .. } = draft.plan;
        match draft.request {
            Some(request) => self.next_round(request, asked, context, origin).await,
            None => {
                let (door, thread) = (Door::Web, Thread::default());
                self.open(Ask { door, project, purpose, context, thread, asked }, origin).await
            }
        }
    }

    /// The last rounds that checkers decided on, whosever they were: when they were asked for, and when decided.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn turnarounds(&self) -> Result<Vec<Answered>, DeskError> {
        self.person().await?;
        Ok(self.desk.ports.store.turnarounds(DECISIONS).await?)
    }

    /// The person who asks, as the roster has them now.
    async fn person(&self) -> Result<Person, DeskError> {
        let roster = self.desk.ports.people.roster().await?;
        allowed(&roster, &self.actor.account, Role::Requester).cloned()
    }
}

/// Where a person may look for a project. Who names none, or one that is not theirs, looks in what is theirs alone; what is
/// asked for such a project is refused when it is sent.
fn scope<'p>(person: &'p Person, project: Option<&'p str>) -> Scope<'p> {
    let only = person.projects.first().filter(|_| person.projects.len() == 1).map(String::as_str);
    let named = project.filter(|project| person.projects.contains(*project));
    Scope { account: &person.account, project: named.or(only) }
}

/// What is missing, in words.
pub(crate) fn gap_words(gaps: &[Gap]) -> String {
    let word = |gap: &Gap| match gap {
        Gap::Files => "a file that is to leave",
        Gap::Purpose => "what the files are",
        Gap::Population => "whom they describe",
        Gap::People => "how many people that are",
        Gap::Checklist => "a tick on every line of the checklist",
    };
    gaps.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// What is asked for, without lines that say nothing.
pub(crate) fn said(asked: Vec<Asked>) -> Vec<Asked> {
    asked.into_iter().filter(|asked| !asked.line.trim().is_empty()).collect()
}
