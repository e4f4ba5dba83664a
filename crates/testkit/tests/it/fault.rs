//! Each port fails once: the request stays, the desk shows the cause, and the retry ends it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use exeat_desk::ports::{Failure, Port, Store as _};
use exeat_domain::state::State;
use exeat_testkit::gate::{Gate, Moment, gated};
use exeat_testkit::site::{Site, run};

use crate::whole::{REQUEST, approved, asked, released_once};

/// Fails one call of one port, once.
pub(crate) struct Once {
    pub(crate) port: Port,
    pub(crate) call: &'static str,
    pub(crate) moment: Moment,
    pub(crate) done: AtomicBool,
}

impl Gate for Once {
    fn pass(&self, port: Port, call: &'static str, moment: Moment) -> Result<(), Failure> {
        let meant = (port, call, moment) == (self.port, self.call, self.moment);
        if meant && !self.done.swap(true, Ordering::SeqCst) {
            return Err(Failure::new(port, "test", "it is down for a moment", "no space left on device"));
        }
        Ok(())
    }
}

/// Fails the call, sees the cause on the desk with the request where it was, and lets the retry end it.
async fn fails_once(site: &Site, from: State, to: State, (port, call, moment): (Port, &'static str, Moment)) {
    let gate: Arc<dyn Gate> = Arc::new(Once { port, call, moment, done: AtomicBool::new(false) });
    let desk = site.desk(|ports| gated(ports, &gate)).await.unwrap();
    let name = format!("{port} {call} {moment:?}");
    let causes = run(&desk).await.unwrap();
    assert_eq!(causes.len(), 1, "{name}: {causes:?}");
    let store = site.store().await.unwrap();
    let jobs = store.jobs(Some(REQUEST)).await.unwrap();
    let cause = jobs
        .iter()
        .find_map(|job| job.cause.clone())
        .unwrap_or_else(|| panic!("{name}: no cause in {jobs:?}"));
    assert_eq!(store.load(REQUEST).await.unwrap().state, from, "{name}");
    assert_eq!(cause, causes[0], "{name}");
    assert_eq!(run(&desk).await.unwrap(), Vec::<String>::new(), "{name}");
    assert_eq!(store.load(REQUEST).await.unwrap().state, to, "{name}");
}

#[tokio::test]
async fn while_it_is_checked() {
    for fault in [
        (Port::Share, "find", Moment::Before),
        (Port::Share, "copy", Moment::Before),
        (Port::Share, "copy", Moment::After),
        (Port::Seals, "writer", Moment::Before),
        (Port::Seals, "write", Moment::Before),
        (Port::Seals, "finish", Moment::Before),
        (Port::Seals, "open", Moment::Before),
        (Port::Checks, "inspect", Moment::Before),
        (Port::Roster, "roster", Moment::Before),
        (Port::Store, "load", Moment::Before),
        (Port::Store, "commit", Moment::Before),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let site = asked(folder.path()).await;
        fails_once(&site, State::Checking, State::Submitted, fault).await;
        let seals = exeat_testkit::site::files_under(&folder.path().join("state/seals")).unwrap();
        assert_eq!(seals.len(), 4, "each file, and its table as text: {fault:?}");
    }
}

#[tokio::test]
async fn while_it_is_released() {
    for fault in [
        (Port::Scratch, "folder", Moment::Before),
        (Port::Seals, "open", Moment::Before),
        (Port::Archive, "put", Moment::Before),
        (Port::Archive, "put", Moment::After),
        (Port::Vault, "password", Moment::Before),
        (Port::Roster, "roster", Moment::Before),
        (Port::Courier, "send", Moment::Before),
        (Port::Courier, "send", Moment::After),
        (Port::Scratch, "wipe", Moment::Before),
        (Port::Scratch, "wipe", Moment::After),
        (Port::Seals, "remove", Moment::Before),
        (Port::Store, "commit", Moment::Before),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let site = approved(folder.path()).await;
        fails_once(&site, State::Approved, State::Released, fault).await;
        released_once(&site).await;
    }
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let site = approved(folder.path()).await;
    let gate: Arc<dyn Gate> = Arc::new(Once {
        port: Port::Store,
        call: "commit",
        moment: Moment::After,
        done: AtomicBool::new(false),
    });
    let desk = site.desk(|ports| gated(ports, &gate)).await.unwrap();
    assert_eq!(run(&desk).await.unwrap().len(), 1);
    assert_eq!(run(&desk).await.unwrap(), Vec::<String>::new());
    released_once(&site).await;
}
