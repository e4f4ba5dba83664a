//! The desk that lies here: the commands do its work themselves, unless another process does.

use std::path::PathBuf;

use exeat_desk::document::{DecidedDocument, RequestDocument, Requests, ReviewDocument, Waits, Window};
use exeat_desk::{Ask, Checker, DeskError, Requester};
use exeat_domain::ledger::Actor;
use exeat_domain::request::{Asked, Door, Purpose, RequestId, Thread};
use exeat_domain::state::State;

use super::{Asking, Deciding, NewRequest, NewRound, Reviewing, Spot};
use crate::cli::Acting;
use crate::out::Failed;
use crate::wiring::Site;

/// A requester at the desk.
pub(super) struct Asker {
    site: Site,
    actor: Actor,
}

impl Asker {
    pub(super) fn open(acting: &Acting, config: Option<PathBuf>) -> Result<Self, Failed> {
        let site = Site::open(config)?;
        let actor = site.actor(acting)?;
        Ok(Self { site, actor })
    }

    fn requester(&self) -> Requester<'_> {
        self.site.desk.requester(self.actor.clone())
    }

    /// Does what waits, and gives how it stands.
    async fn carried_on(&self, id: RequestId) -> Result<RequestDocument, Failed> {
        self.site.carry_on(id).await?;
        Ok(self.requester().document(id).await?)
    }
}

fn asked(outputs: Vec<String>, supporting: Vec<String>) -> Vec<Asked> {
    let line = |purpose: Purpose| move |line: String| Asked { line, purpose };
    let outputs = outputs.into_iter().map(line(Purpose::Output));
    outputs.chain(supporting.into_iter().map(line(Purpose::Supporting))).collect()
}

impl Asking for Asker {
    fn ask(&self, new: NewRequest) -> Result<RequestDocument, Failed> {
        let NewRequest {
            project,
            purpose,
            round: NewRound { files, supporting, context },
            message_id,
            subject,
        } = new;
        let thread = Thread { message_id, references: vec![], subject, ticket: None };
        let asked = asked(files, supporting);
        let ask = Ask { door: Door::Cli, project, purpose, context, thread, asked };
        self.site.block_on(async {
            let request = self.requester().ask(ask).await?;
            self.carried_on(request.id).await
        })
    }

    fn correct(&self, id: RequestId, round: NewRound) -> Result<RequestDocument, Failed> {
        let NewRound { files, supporting, context } = round;
        self.site.block_on(async {
            self.requester().correct(id, asked(files, supporting), context).await?;
            self.carried_on(id).await
        })
    }

    fn list(&self, after: Option<RequestId>, limit: u64) -> Result<Requests, Failed> {
        self.site.block_on(async { Ok(Requests { requests: self.requester().list(after, limit).await? }) })
    }

    fn show(&self, id: RequestId) -> Result<RequestDocument, Failed> {
        self.site.block_on(async { Ok(self.requester().document(id).await?) })
    }

    fn withdraw(&self, id: RequestId, paths: &[String]) -> Result<RequestDocument, Failed> {
        self.site.block_on(async {
            if paths.is_empty() {
                self.requester().withdraw(id).await?;
            } else {
                self.requester().take_back_lines(id, paths).await?;
            }
            self.carried_on(id).await
        })
    }
}

/// An output checker at the desk.
pub(super) struct Judge {
    site: Site,
    actor: Actor,
}

impl Judge {
    pub(super) fn open(acting: &Acting, config: Option<PathBuf>) -> Result<Self, Failed> {
        let site = Site::open(config)?;
        let actor = site.actor(acting)?;
        Ok(Self { site, actor })
    }

    async fn checker(&self) -> Result<Checker<'_>, Failed> {
        Ok(self.site.desk.checker(self.actor.clone()).await?)
    }
}

impl Reviewing for Judge {
    fn next(&self) -> Result<Option<RequestId>, Failed> {
        self.site.block_on(async { Ok(self.checker().await?.next().await?.map(|request| request.id)) })
    }

    fn list(&self, all: bool, after: Option<RequestId>, limit: u64) -> Result<Requests, Failed> {
        let states = if all { vec![] } else { vec![State::Submitted] };
        self.site.block_on(async {
            Ok(Requests { requests: self.checker().await?.all(states, after, limit).await? })
        })
    }

    fn show(&self, id: RequestId) -> Result<ReviewDocument, Failed> {
        self.site.block_on(async { Ok(self.checker().await?.document(id).await?) })
    }

    fn rows(&self, spot: Spot) -> Result<Option<Window>, Failed> {
        self.site.block_on(async {
            let checker = self.checker().await?;
            let (request, _) = checker.show(spot.request).await?;
            let round = request.rounds.iter().find(|round| round.number == spot.round);
            let Some(file) = round.and_then(|round| round.files.get(spot.file.checked_sub(1)?)) else {
                return Ok(None);
            };
            let rendition = match checker.rendition(&request, file).await {
                Ok(Some(rendition)) => rendition,
                Ok(None) => return Ok(None),
                // A copy that was removed is shown without its rows.
                Err(DeskError::Wiped) => return Ok(None),
                Err(error) => return Err(error.into()),
            };
            let table = usize::try_from(spot.table).unwrap_or(usize::MAX);
            Window::of(&rendition, table, spot.from, spot.count)
                .map_err(|error| Failed::refused("rendition", error))
        })
    }

    fn decide(&self, id: RequestId, deciding: Deciding) -> Result<DecidedDocument, Failed> {
        let Deciding { choice, files, reason, hold } = deciding;
        self.site.block_on(async {
            let checker = self.checker().await?;
            let decided = checker.decide(id, &files, choice, reason.as_deref(), hold).await?;
            let settled = decided.outcome.is_some();
            let mut document = DecidedDocument::from(decided);
            if settled {
                self.site.carry_on(id).await?;
                let (request, jobs) = checker.show(id).await?;
                document.state = request.state;
                document.release = request.release;
                document.jobs = Waits::all(&jobs);
            }
            Ok(document)
        })
    }

    fn retry(&self, id: RequestId) -> Result<(), Failed> {
        self.site.block_on(async {
            self.checker().await?;
            self.site.desk.retry(Some(id)).await?;
            self.site.carry_on(id).await
        })
    }
}
