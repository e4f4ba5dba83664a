//! A desk's store in a folder of its own, and requests to put into it.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use exeat_desk::ports::{Change, Effects, Store};
use exeat_domain::digest::Sha256;
use exeat_domain::finding::{FileReport, Verdict};
use exeat_domain::ledger::{Actor, Event, Fact};
use exeat_domain::path::SharePath;
use exeat_domain::request::{Door, File, NewRequest, Purpose, Request, RequestId, Round, Seal, Thread};
use exeat_domain::state::State;
use exeat_store::{SigningKey, SqliteStore};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};

pub(crate) const KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f
-----END PRIVATE KEY-----
";

pub(crate) fn key() -> SigningKey {
    SigningKey::from_pem(KEY).unwrap()
}

/// A store and the folder it lies in.
pub(crate) struct House {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) store: SqliteStore,
}

impl House {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::create(&folder.path().join("desk.db"), key(), opened()).await.unwrap();
        Self { folder, store }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("desk.db")
    }

    /// The same file, opened a second time.
    pub(crate) async fn again(&self) -> SqliteStore {
        SqliteStore::open(&self.path(), key()).await.unwrap()
    }

    /// The same file, past the store.
    pub(crate) async fn raw(&self) -> DatabaseConnection {
        Database::connect(format!("sqlite://{}", self.path().display())).await.unwrap()
    }

    /// Changes the file past the store.
    pub(crate) async fn tamper(&self, sql: &str) {
        self.raw().await.execute_unprepared(sql).await.unwrap();
    }

    /// Takes in one request in this state, with these files.
    pub(crate) async fn request(&self, state: State, files: &[u8]) -> Request {
        let id = self.store.reserve().await.unwrap();
        let request = request(id, state, files);
        self.store.insert(&request, effects(id)).await.unwrap();
        request
    }
}

/// A time, in seconds after the desk opened.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    "2026-11-23T09:00:00.000001Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(seconds)
}

pub(crate) fn opened() -> Event {
    Event {
        at: at(0),
        actor: Actor::desk(),
        request: None,
        fact: Fact::DeskOpened { desk: "test desk".into() },
    }
}

pub(crate) fn event(id: RequestId, fact: Fact) -> Event {
    Event { at: at(1), actor: Actor::person("ann_P"), request: Some(id), fact }
}

pub(crate) fn effects(id: RequestId) -> Effects {
    Effects::of(event(id, Fact::ReviewSubmitted { round: 1 }))
}

pub(crate) fn seal(byte: u8) -> Seal {
    Seal { sha256: Sha256([byte; 32]), bytes: 10 }
}

fn file(byte: u8) -> File {
    let path = format!("Users/ann/table {byte}.csv");
    File {
        path: SharePath::new(&path).unwrap(),
        purpose: Purpose::Output,
        seal: seal(byte),
        leaving: None,
        report: FileReport {
            path,
            sha256: Some(seal(byte).sha256),
            bytes: 10,
            kind: "csv".into(),
            supporting: false,
            verdict: Verdict::Review,
            claim: None,
            table: None,
            findings: vec![],
        },
        shown: None,
        drawn: None,
        settled: None,
        taken_back: false,
        forgotten: false,
    }
}

pub(crate) fn request(id: RequestId, state: State, files: &[u8]) -> Request {
    let new = NewRequest {
        door: Door::Cli,
        requester: "ann_P".into(),
        project: Some("diabetes".into()),
        purpose: "table 2 of the yearly report".into(),
        thread: Thread::default(),
    };
    let mut request = Request::open(id, new, state, at(1));
    let files = files.iter().copied().map(file).collect();
    request.rounds.push(Round { files, ..Round::new(1, at(1), vec![]) });
    request
}

/// The change of this request to `to`.
pub(crate) fn change(request: &Request, to: State) -> Change {
    let mut after = request.clone();
    after.state = to;
    after.updated_at = at(5);
    Change { from: request.state, effects: effects(request.id), request: after }
}
