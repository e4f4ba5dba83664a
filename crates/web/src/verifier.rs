//! How far the ledger is verified: walked in the background, from its first entry on, and further as it grows.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use exeat_desk::DeskError;
use exeat_desk::ports::LedgerPlace;
use exeat_domain::ledger::Actor;

use crate::app::App;

/// How long a page waits for a walk that it has begun.
const PATIENCE: Duration = Duration::from_millis(400);
/// How long it is before the whole ledger is walked anew.
const WHOLE: TimeDelta = TimeDelta::hours(24);

/// What is known of the ledger.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The last entry that is as it was written.
    pub(crate) place: LedgerPlace,
    /// When that was seen.
    pub(crate) at: Option<DateTime<Utc>>,
    /// What is wrong with the entry after it.
    pub(crate) broken: Option<String>,
    /// Whether someone is at it.
    pub(crate) walking: bool,
    /// When the walk began at the first entry.
    begun: Option<DateTime<Utc>>,
}

/// Keeps what is known while the desk is open.
pub(crate) struct Verifier(Mutex<Seen>);

impl Default for Verifier {
    fn default() -> Self {
        let place = LedgerPlace::START;
        Self(Mutex::new(Seen { place, at: None, broken: None, walking: false, begun: None }))
    }
}

impl Verifier {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the walk up, unless someone is at it: from the first entry if that is asked for or was long ago.
    fn begin(&self, anew: bool, now: DateTime<Utc>) -> bool {
        let mut seen = self.seen();
        if seen.walking {
            return false;
        }
        if anew || seen.broken.is_some() || seen.begun.is_none_or(|begun| now - begun >= WHOLE) {
            *seen = Seen { place: LedgerPlace::START, broken: None, begun: Some(now), ..seen.clone() };
        }
        seen.walking = true;
        true
    }

    fn came_to(&self, place: LedgerPlace, broken: Option<String>, at: DateTime<Utc>) {
        let mut seen = self.seen();
        *seen = Seen { place, at: Some(at), broken, ..seen.clone() };
    }
}

/// Puts the walk down, however it ends.
struct Walk(App);

impl Drop for Walk {
    fn drop(&mut self) {
        self.0.inner.verifier.seen().walking = false;
    }
}

/// Goes on with the verification, in this auditor's name, and says how far it is; `anew` begins at the first entry.
pub(crate) async fn verified(app: &App, actor: Actor, anew: bool) -> Seen {
    if app.inner.verifier.begin(anew, app.now()) {
        let walk = Walk(app.clone());
        let walking = tokio::spawn(async move {
            if let Err(error) = follow(&walk.0, actor).await {
                tracing::warn!(%error, "the ledger could not be verified to its end");
            }
        });
        // A long walk goes on when the page is long written.
        let _ = tokio::time::timeout(PATIENCE, walking).await;
    }
    app.inner.verifier.seen().clone()
}

async fn follow(app: &App, actor: Actor) -> Result<(), DeskError> {
    let auditor = app.desk().auditor(actor).await?;
    let mut place = app.inner.verifier.seen().place;
    loop {
        let walked = auditor.verify(place).await?;
        place = walked.place;
        app.inner.verifier.came_to(place, walked.broken, app.now());
        if walked.done {
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
}
