//! A desk elsewhere, by its API: its own process does the work, and is waited for a little.

use std::thread::sleep;
use std::time::Duration;

use exeat_desk::document::{DecidedDocument, RequestDocument, Requests, ReviewDocument, Waits, Window};
use exeat_domain::request::RequestId;
use exeat_domain::state::State;
use serde::Deserialize;
use serde_json::json;

use super::client::Client;
use super::{Asking, Deciding, NewRequest, NewRound, Reviewing, Spot};
use crate::out::{self, Failed};

/// How often, and how long between, a desk is asked whether its work is done.
const TRIES: u32 = 50;
const BETWEEN: Duration = Duration::from_millis(200);

/// A desk elsewhere.
pub(super) struct There(pub(super) Client);

#[derive(Deserialize)]
struct Next {
    request: Option<RequestId>,
}

impl There {
    /// Asks until it is done, or for a while.
    fn settled<T>(
        &self,
        id: RequestId,
        ask: impl Fn() -> Result<T, Failed>,
        done: impl Fn(&T) -> bool,
    ) -> Result<T, Failed> {
        let mut document = ask()?;
        for _ in 0..TRIES {
            if done(&document) {
                return Ok(document);
            }
            sleep(BETWEEN);
            document = ask()?;
        }
        out::progress(&format!("The desk has not come to {id} yet; it takes it up when it does."));
        Ok(document)
    }

    fn asked(&self, id: RequestId) -> Result<RequestDocument, Failed> {
        self.settled(id, || Asking::show(self, id), |document| tried(&document.jobs))
    }
}

/// Whether nothing waits but what has failed.
fn tried(jobs: &[Waits]) -> bool {
    jobs.iter().all(|job| job.cause.is_some())
}

fn list(path: &str, after: Option<RequestId>, limit: u64) -> String {
    let after = after.map(|after| format!("&after={after}")).unwrap_or_default();
    format!("{path}limit={limit}{after}")
}

impl Asking for There {
    fn ask(&self, new: NewRequest) -> Result<RequestDocument, Failed> {
        let asked: RequestDocument = self.0.post("requests", &new)?;
        self.asked(asked.request.id)
    }

    fn correct(&self, id: RequestId, round: NewRound) -> Result<RequestDocument, Failed> {
        let _: RequestDocument = self.0.post(&format!("requests/{id}/rounds"), &round)?;
        self.asked(id)
    }

    fn list(&self, after: Option<RequestId>, limit: u64) -> Result<Requests, Failed> {
        self.0.get(&list("requests?", after, limit))
    }

    fn show(&self, id: RequestId) -> Result<RequestDocument, Failed> {
        self.0.get(&format!("requests/{id}"))
    }

    fn withdraw(&self, id: RequestId, paths: &[String]) -> Result<RequestDocument, Failed> {
        let what = if paths.is_empty() { json!({}) } else { json!({ "files": paths }) };
        let _: RequestDocument = self.0.post(&format!("requests/{id}/withdraw"), &what)?;
        self.asked(id)
    }
}

impl Reviewing for There {
    fn next(&self) -> Result<Option<RequestId>, Failed> {
        Ok(self.0.get::<Next>("reviews/next")?.request)
    }

    fn list(&self, all: bool, after: Option<RequestId>, limit: u64) -> Result<Requests, Failed> {
        let path = if all { "reviews?" } else { "reviews?state=submitted&" };
        self.0.get(&list(path, after, limit))
    }

    fn show(&self, id: RequestId) -> Result<ReviewDocument, Failed> {
        self.0.get(&format!("reviews/{id}"))
    }

    fn rows(&self, spot: Spot) -> Result<Option<Window>, Failed> {
        let Spot { request, round, file, table, from, count } = spot;
        let rows = format!("reviews/{request}/rounds/{round}/files/{file}/rows");
        match self.0.get(&format!("{rows}?table={table}&from={from}&count={count}")) {
            Ok(window) => Ok(Some(window)),
            // A copy that was removed is shown without its rows.
            Err(failed) if matches!(failed.code.as_str(), "not-found" | "wiped") => Ok(None),
            Err(failed) => Err(failed),
        }
    }

    fn decide(&self, id: RequestId, deciding: Deciding) -> Result<DecidedDocument, Failed> {
        let decided: DecidedDocument = self.0.post(&format!("reviews/{id}/decisions"), &deciding)?;
        if decided.state == State::Submitted {
            return Ok(decided);
        }
        let after = self.settled(id, || Reviewing::show(self, id), |document| tried(&document.jobs))?;
        let ReviewDocument { request, jobs, .. } = after;
        Ok(DecidedDocument { state: request.state, release: request.release, jobs, ..decided })
    }

    fn retry(&self, id: RequestId) -> Result<(), Failed> {
        let before: ReviewDocument = self.0.post(&format!("reviews/{id}/retry"), &json!({}))?;
        // What failed before it was roused says nothing of the try that follows.
        let again = |job: &Waits| {
            before.jobs.iter().all(|known| known.task != job.task || known.attempts < job.attempts)
        };
        let done = |document: &ReviewDocument| tried(&document.jobs) && document.jobs.iter().all(again);
        self.settled(id, || Reviewing::show(self, id), done)?;
        Ok(())
    }
}
