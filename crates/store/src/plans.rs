//! What is asked often is answered from an index, however many requests there are.

use exeat_desk::ports::{Filter, LedgerQuery, Month, Scope};
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::{Actor, Event, Fact};
use exeat_domain::request::{RequestId, Seal};
use exeat_domain::state::State;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QueryTrait, Select, Statement};

use crate::ledger::{entries_query, search_statement};
use crate::{SigningKey, SqliteStore, drafts, insights, jobs, requests};

async fn plan<E: EntityTrait>(store: &SqliteStore, query: Select<E>) -> String {
    plan_of(store, query.build(DbBackend::Sqlite)).await
}

async fn plan_of(store: &SqliteStore, mut statement: Statement) -> String {
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
    let search = async |query: LedgerQuery, event| {
        let query = LedgerQuery { before: Some(1000), limit: 50, ..query };
        plan_of(&store, search_statement(&query, event).unwrap()).await
    };
    let of_account = LedgerQuery { account: Some("cleo".into()), ..LedgerQuery::default() };
    let of_request = LedgerQuery { request: Some(RequestId(7)), ..LedgerQuery::default() };
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
        (plan_of(&store, drafts::listing("ann_P", 50).unwrap()).await, "drafts_by_account (account_key=?)"),
        (plan(&store, entries_query(None, 7, 50)).await, "INTEGER PRIMARY KEY (rowid>?)"),
        (plan(&store, entries_query(Some(7), 7, 50)).await, "ledger_by_request (request_id=? AND seq>?)"),
        (search(LedgerQuery::default(), None).await, "INTEGER PRIMARY KEY (rowid<?)"),
        (search(of_account, None).await, "ledger_by_actor (actor=? AND seq<?)"),
        (search(LedgerQuery::default(), Some("released")).await, "ledger_by_event (event=? AND seq<?)"),
        (search(of_request, None).await, "ledger_by_request (request_id=? AND seq<?)"),
    ] {
        assert!(query.contains(index) && !query.contains("SCAN"), "{index}: {query}");
        assert!(!query.contains("TEMP B-TREE"), "{query}");
    }
    let latest = plan_of(&store, drafts::latest(50).unwrap()).await;
    assert!(latest.contains("turnarounds_by_decision") && !latest.contains("TEMP B-TREE"), "{latest}");
}

#[tokio::test]
async fn words_of_the_ledger_are_found_in_order_and_without_a_sort() {
    let folder = tempfile::tempdir().unwrap();
    let at = "2026-11-23T09:00:00Z".parse().unwrap();
    let fact = Fact::DeskOpened { desk: "test desk".into() };
    let opened = Event { at, actor: Actor::desk(), request: None, fact };
    let key = SigningKey::generate().unwrap();
    let store = SqliteStore::create(&folder.path().join("desk.db"), key, opened).await.unwrap();
    let query =
        LedgerQuery { words: "diabetes".into(), before: Some(1000), limit: 50, ..LedgerQuery::default() };
    let steps = plan_of(&store, search_statement(&query, None).unwrap()).await;
    assert!(
        steps.contains("w VIRTUAL TABLE INDEX") && steps.contains("l USING INTEGER PRIMARY KEY"),
        "{steps}"
    );
    assert!(!steps.contains("TEMP B-TREE"), "{steps}");
}

#[tokio::test]
async fn insights_are_read_from_indexes_alone() {
    let folder = tempfile::tempdir().unwrap();
    let at = "2026-11-23T09:00:00Z".parse().unwrap();
    let fact = Fact::DeskOpened { desk: "test desk".into() };
    let opened = Event { at, actor: Actor::desk(), request: None, fact };
    let key = SigningKey::generate().unwrap();
    let store = SqliteStore::create(&folder.path().join("desk.db"), key, opened).await.unwrap();
    let until = Month::of(at);
    let all = Scope { project: None, from: until.before(11), until, today: at.date_naive(), days: 90 };
    let one = Scope { project: Some("diabetes".into()), ..all.clone() };
    for (statement, index) in [
        (insights::turnaround(&all, false), "COVERING INDEX rounds_by_month (month>? AND month<?)"),
        (
            insights::turnaround(&one, false),
            "COVERING INDEX rounds_by_project (project=? AND month>? AND month<?)",
        ),
        (insights::turnaround(&all, true), "SCAN rounds USING COVERING INDEX rounds_by_project"),
        (insights::spread(&all), "COVERING INDEX rounds_by_month (month>? AND month<?)"),
        (insights::spread(&one), "COVERING INDEX rounds_by_project (project=? AND month>? AND month<?)"),
        (insights::why(&all), "COVERING INDEX reasons_by_month (month>? AND month<?)"),
        (insights::why(&one), "COVERING INDEX reasons_by_project (project=? AND month>? AND month<?)"),
        (insights::per_day(&all, "opened_day", 20_000), "COVERING INDEX rounds_by_opening (opened_day>?)"),
        (
            insights::per_day(&one, "ended_day", 20_000),
            "COVERING INDEX rounds_of_project_by_ending (project=? AND ended_day>?)",
        ),
        (insights::open_now(&all), "COVERING INDEX rounds_by_ending (ended_day=?)"),
        (insights::open_now(&one), "COVERING INDEX rounds_of_project_by_ending (project=? AND ended_day=?)"),
    ] {
        let steps = plan_of(&store, statement).await;
        assert!(steps.contains(index) && !steps.contains("USING INDEX"), "{index}: {steps}");
    }
}
