//! Looks at a ticket system again and again: for what changed since the last look, and now and then for everything.

use std::time::Duration;

use chrono::{DateTime, Utc};
use exeat_desk::ports::Failure;
use tokio::time::Instant;

use super::clerk::{Clerk, Seen};

/// So often the whole queue is looked through, whatever its tickets' dates say: an import can leave them as they were.
const WHOLE: Duration = Duration::from_secs(6 * 3600);
/// The longest wait after failures.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// A ticket system that is watched.
#[derive(Clone)]
pub struct Watch {
    /// Who takes its tickets in.
    pub clerk: Clerk,
    /// Seconds between two looks.
    pub poll: Duration,
    /// Where it is, for people.
    pub place: String,
}

impl Watch {
    /// Looks through the whole queue once.
    ///
    /// # Errors
    /// [`Failure`] where the system does not say what is in it.
    pub async fn pass(&self) -> Result<Seen, Failure> {
        Ok(self.clerk.look(None).await?.0)
    }

    /// Looks until it is ended. Nothing is kept from one run to the next: each begins with the whole queue, and what was
    /// taken in before is known.
    pub async fn watch(&self) {
        let (mut since, mut whole): (Option<DateTime<Utc>>, Option<Instant>) = (None, None);
        let mut wait = self.poll;
        loop {
            if whole.is_none_or(|at| at.elapsed() >= WHOLE) {
                since = None;
            }
            let began = Instant::now();
            match self.clerk.look(since).await {
                Ok((seen, reached)) => {
                    if since.is_none() {
                        whole = Some(began);
                    }
                    (since, wait) = (Some(reached), self.poll);
                    if seen != Seen::default() {
                        tracing::info!(?seen, place = self.place, "tickets were looked at");
                    }
                }
                Err(failure) => {
                    tracing::warn!(code = failure.code, detail = failure.detail, "{}", failure.message);
                    wait = (wait * 2).min(LONGEST_WAIT.max(self.poll));
                }
            }
            tokio::time::sleep(wait).await;
        }
    }
}
