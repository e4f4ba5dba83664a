//! Checks before asking, while they run and for a while after: in memory alone, one a person at a time.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use exeat_desk::{DeskError, Previewed, Progress};
use exeat_domain::draft::{Draft, DraftId};
use exeat_domain::ledger::Actor;
use exeat_domain::request::Asked;
use tokio::sync::{Semaphore, watch};

use crate::app::App;

/// Checks that run at once, of all requesters together.
const AT_ONCE: usize = 2;
/// How long what was found is shown.
const SHOWN: TimeDelta = TimeDelta::minutes(30);
/// Outcomes that are held at most.
const MOST: usize = 200;
/// Checks that one account may start within [`WINDOW`].
const OFTEN: usize = 20;
/// See [`OFTEN`].
const WINDOW: TimeDelta = TimeDelta::minutes(10);

/// How far a check is.
#[derive(Clone, Debug)]
pub(crate) enum Stage {
    /// It has not begun: others are running.
    Waiting,
    /// It is at work.
    At(Progress),
    /// It has ended.
    Done(Arc<Previewed>),
    /// It could not be made.
    Failed(Arc<DeskError>),
}

impl Stage {
    /// Whether it has ended.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Failed(_))
    }
}

/// A check of a draft.
#[derive(Clone, Debug)]
pub(crate) struct Preview {
    account: String,
    /// When it was started.
    pub(crate) at: DateTime<Utc>,
    asked: Vec<Asked>,
    project: Option<String>,
    /// How far it is.
    pub(crate) stage: watch::Receiver<Stage>,
}

impl Preview {
    /// Whether it is of these files.
    pub(crate) fn is_of(&self, draft: &Draft) -> bool {
        self.asked == draft.plan.asked && self.project == draft.plan.project
    }
}

/// Why a check is not started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// One of the same person's is running.
    Running,
    /// There were too many; the next one may start then.
    TooOften(DateTime<Utc>),
}

/// All checks before asking.
pub(crate) struct Previews {
    known: Mutex<HashMap<DraftId, Preview>>,
    started: Mutex<HashMap<String, VecDeque<DateTime<Utc>>>>,
    turns: Arc<Semaphore>,
}

impl Default for Previews {
    fn default() -> Self {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        Self { known: Mutex::default(), started: Mutex::default(), turns }
    }
}

impl Previews {
    /// The check of a draft, if one was made lately.
    pub(crate) fn of(&self, draft: &Draft, now: DateTime<Utc>) -> Option<Preview> {
        let known = lock(&self.known).get(&draft.id).cloned();
        known.filter(|preview| preview.account == draft.account && now - preview.at < SHOWN)
    }

    /// Forgets what was found.
    pub(crate) fn forget(&self, draft: DraftId) {
        lock(&self.known).remove(&draft);
    }

    /// Starts the check of a draft.
    pub(crate) fn start(&self, app: &App, draft: &Draft, now: DateTime<Utc>) -> Result<(), Refused> {
        let (tell, stage) = watch::channel(Stage::Waiting);
        {
            let mut known = lock(&self.known);
            let own = |preview: &Preview| preview.account == draft.account;
            if known.values().any(|preview| own(preview) && !preview.stage.borrow().is_over()) {
                return Err(Refused::Running);
            }
            self.count(&draft.account, now)?;
            known.retain(|_, preview| now - preview.at < SHOWN || !preview.stage.borrow().is_over());
            if known.len() >= MOST {
                let oldest = known.iter().min_by_key(|(_, preview)| preview.at).map(|(id, _)| *id);
                oldest.map(|id| known.remove(&id));
            }
            let (account, asked) = (draft.account.clone(), draft.plan.asked.clone());
            let project = draft.plan.project.clone();
            known.insert(draft.id, Preview { account, at: now, asked, project, stage });
        }
        let (desk, turns) = (app.desk().clone(), Arc::clone(&self.turns));
        let (actor, plan) = (Actor::person(&draft.account), draft.plan.clone());
        tokio::spawn(async move {
            // The semaphore is never closed; if it were, the check would only not wait its turn.
            let _turn = turns.acquire_owned().await;
            let told = |progress| drop(tell.send_replace(Stage::At(progress)));
            let ended = desk.requester(actor).preview(&plan, &told).await;
            tell.send_replace(match ended {
                Ok(found) => Stage::Done(Arc::new(found)),
                Err(error) => Stage::Failed(Arc::new(error)),
            });
        });
        Ok(())
    }

    fn count(&self, account: &str, now: DateTime<Utc>) -> Result<(), Refused> {
        let mut all = lock(&self.started);
        all.retain(|_, started| started.back().is_some_and(|last| now - *last < WINDOW));
        let started = all.entry(account.to_owned()).or_default();
        while started.front().is_some_and(|first| now - *first >= WINDOW) {
            started.pop_front();
        }
        if let Some(first) = started.front().filter(|_| started.len() >= OFTEN) {
            return Err(Refused::TooOften(*first + WINDOW));
        }
        started.push_back(now);
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_checks_too_often_waits_and_holds_up_nobody_else() {
        let previews = Previews::default();
        let at =
            |minutes| "2026-11-23T09:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes);
        for _ in 0..OFTEN {
            assert_eq!(previews.count("ann_P", at(0)), Ok(()));
        }
        assert_eq!(previews.count("ann_P", at(1)), Err(Refused::TooOften(at(10))));
        assert_eq!(previews.count("bram_P", at(1)), Ok(()));
        assert_eq!(previews.count("ann_P", at(10)), Ok(()));
    }
}
