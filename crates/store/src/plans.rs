//! What is asked often is answered from an index, however many requests there are.

use exeat_desk::ports::Filter;
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::{Actor, Event, Fact};
use exeat_domain::request::{RequestId, Seal};
use exeat_domain::state::State;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QueryTrait, Select};

use crate::ledger::entries_query;
use crate::{SigningKey, SqliteStore, jobs, requests};

async fn plan<E: EntityTrait>(store: &SqliteStore, query: Select<E>) -> String {
    let mut statement = query.build(DbBackend::Sqlite);
    statement.sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
    let rows = store.reader.query_all_raw(statement).await.unwrap();
    let steps: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
    steps.join("; ")
}

#[tokio::test]
async fn frequent_questions_use_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let at = "2026-11-23T09:00:00Z".parse().unwrap();
    let fact = Fact::DeskOpened { desk: "test desk".into() };
    let opened = Event { at, actor: Actor::desk(), request: None, fact };
    let key = SigningKey::generate().unwrap();
    let store = SqliteStore::create(&folder.path().join("desk.db"), key, opened).await.unwrap();

    let filter = |requester: bool| Filter {
        requester: requester.then(|| "ann_P".to_owned()),
        after: Some(RequestId(1000)),
        limit: 50,
        ..Filter::default()
    };
    let page = |requester, state| requests::page(&filter(requester), state).unwrap();
    let project = Filter { project: Some("diabetes".to_owned()), ..filter(false) };
    let of_project = requests::page(&project, Some(State::Released)).unwrap();
    let seal = Seal { sha256: Sha256([7; 32]), bytes: 1 };
    for (query, index) in [
        (plan(&store, page(false, None)).await, "INTEGER PRIMARY KEY (rowid>?)"),
        (plan(&store, page(false, Some(State::Submitted))).await, "requests_by_state (state=? AND id>?)"),
        (plan(&store, page(true, None)).await, "requests_by_requester (requester_key=? AND id>?)"),
        (
            plan(&store, page(true, Some(State::Submitted))).await,
            "requests_by_requester_and_state (requester_key=? AND state=? AND id>?)",
        ),
        (plan(&store, of_project).await, "requests_by_project_and_state (project=? AND state=? AND id>?)"),
        (plan(&store, requests::holders(&seal, Some(7))).await, "PRIMARY KEY (sha256=?"),
        (plan(&store, jobs::claimable(0, None)).await, "jobs_by_due (due_at<?)"),
        (plan(&store, jobs::claimable(0, Some(7))).await, "jobs_by_request (request_id=? AND due_at<?)"),
        (plan(&store, jobs::claimable(0, None)).await, "jobs_by_task (task=?)"),
        (plan(&store, entries_query(None, 7, 50)).await, "INTEGER PRIMARY KEY (rowid>?)"),
        (plan(&store, entries_query(Some(7), 7, 50)).await, "ledger_by_request (request_id=? AND seq>?)"),
    ] {
        assert!(query.contains(index) && !query.contains("SCAN"), "{index}: {query}");
        assert!(!query.contains("TEMP B-TREE"), "{query}");
    }
}
