//! An auditor finds what they look for in the ledger, and what is wrong with it, page by page.

use exeat_desk::ports::{ExportCursor, LedgerPlace, LedgerQuery, Store};
use exeat_domain::ledger::{Actor, Event, Fact, Kind};
use exeat_domain::request::RequestId;
use exeat_store::verify;

use crate::support::{House, at, key};

/// A ledger of which entry `n` happened at second `n`, after the opening.
async fn house() -> House {
    let house = House::new().await;
    let facts = [
        ("ann_P", 1, Fact::Withdrawn),
        ("cleo", 2, Fact::ReviewSubmitted { round: 1 }),
        ("Cleo", 2, Fact::Rejected { round: 1, reason: Some("count of 3 in \"régions\".csv".into()) }),
        ("exeat", 2, Fact::Released),
        ("cleo", 3, Fact::SignedIn { account: "cleo".into(), by_proxy: None }),
    ];
    for (second, (account, request, fact)) in (2..).zip(facts) {
        let request = Some(RequestId(request));
        let event = Event { at: at(second), actor: Actor::person(account), request, fact };
        house.store.record(exeat_desk::ports::Effects::of(event)).await.unwrap();
    }
    house
}

fn all() -> LedgerQuery {
    LedgerQuery { limit: 50, ..LedgerQuery::default() }
}

async fn found(house: &House, query: LedgerQuery) -> Vec<u64> {
    house.store.search_ledger(&query).await.unwrap().into_iter().map(|entry| entry.seq).collect()
}

#[tokio::test]
async fn entries_are_found_by_who_what_when_request_and_words() {
    let house = house().await;
    let words = |words: &str| LedgerQuery { words: words.into(), ..all() };
    for (query, seqs) in [
        (all(), vec![6, 5, 4, 3, 2, 1]),
        (LedgerQuery { account: Some("CLEO".into()), ..all() }, vec![6, 4, 3]),
        (LedgerQuery { request: Some(RequestId(2)), ..all() }, vec![5, 4, 3]),
        (LedgerQuery { kind: Some(Kind::Decision), ..all() }, vec![4, 3]),
        (LedgerQuery { kind: Some(Kind::House), ..all() }, vec![6, 1]),
        (LedgerQuery { kind: Some(Kind::Decision), limit: 1, ..all() }, vec![4]),
        (LedgerQuery { before: Some(4), ..all() }, vec![3, 2, 1]),
        (LedgerQuery { before: Some(4), kind: Some(Kind::Decision), ..all() }, vec![3]),
        (LedgerQuery { from: Some(at(3)), until: Some(at(5)), ..all() }, vec![4, 3]),
        (words("régions"), vec![4]),
        (words("RÉGIONS count"), vec![4]),
        (words("régions absent"), vec![]),
        (words("of 3"), vec![4]),
        (words("\"ab\" OR \"cd\""), vec![]),
        (words("released"), vec![5]),
        (LedgerQuery { before: Some(4), ..words("cleo") }, vec![3]),
        (LedgerQuery { account: Some("nobody' OR 1=1 --".into()), ..all() }, vec![]),
    ] {
        let question = format!("{query:?}");
        assert_eq!(found(&house, query).await, seqs, "{question}");
    }
}

#[tokio::test]
async fn a_walk_goes_on_where_it_was_and_finds_what_changed() {
    let house = house().await;
    let walk = async |after, limit| house.store.walk_ledger(after, limit).await.unwrap();
    let first = walk(LedgerPlace::START, 2).await;
    assert_eq!((first.place.seq, first.done, first.broken.clone()), (2, false, None));
    let rest = walk(first.place, 50).await;
    assert_eq!((rest.place.seq, rest.broken.clone()), (6, None));
    let end = walk(rest.place, 50).await;
    assert_eq!((end.place, end.done, end.broken), (rest.place, true, None));

    house.tamper("DROP TRIGGER ledger_is_not_changed; DROP TRIGGER ledger_is_not_cut").await;
    house.tamper("UPDATE ledger SET entry = replace(entry, 'count of 3', 'count of 9') WHERE seq = 4").await;
    let broken = walk(first.place, 50).await;
    assert_eq!((broken.place.seq, broken.done), (3, true));
    assert!(broken.broken.unwrap().starts_with("entry 4 does not fit its hash"));
    house.tamper("UPDATE ledger SET entry = 'garbled' WHERE seq = 5").await;
    assert_eq!(walk(first.place, 50).await.place.seq, 3);

    house.tamper("DELETE FROM ledger WHERE seq > 5").await;
    let cut = walk(rest.place, 50).await;
    assert_eq!(cut.place, LedgerPlace::START, "nothing of what was verified is sure any more");
    assert!(cut.broken.unwrap().contains("entry 6 is on record"));
}

#[tokio::test]
async fn an_export_in_parts_is_the_export() {
    let house = house().await;
    let (mut bytes, mut next): (Vec<u8>, Option<ExportCursor>) =
        house.store.export_ledger(None, at(60)).await.unwrap();
    house.request(exeat_domain::state::State::Checking, &[1]).await;
    while let Some(from) = next {
        let (more, on) = house.store.export_ledger(Some(from), at(60)).await.unwrap();
        bytes.extend(more);
        next = on;
    }
    let report = verify(bytes.as_slice(), &key().public(), None).unwrap();
    assert_eq!(report.entries, 6, "what was written meanwhile is not in it");
}

#[tokio::test]
async fn a_store_of_before_is_searched_too() {
    let house = house().await;
    // As the version before left it.
    house
        .tamper(
            "DROP TRIGGER ledger_is_searched; DROP TABLE ledger_words; DROP INDEX ledger_by_actor; \
             DROP INDEX ledger_by_event; DROP INDEX ledger_by_time; ALTER TABLE ledger DROP COLUMN at; \
             ALTER TABLE ledger DROP COLUMN actor; ALTER TABLE ledger DROP COLUMN event; \
             DELETE FROM seaql_migrations WHERE version = '0006_ledger_search'",
        )
        .await;
    let again = house.again().await;
    let query = LedgerQuery { words: "régions".into(), account: Some("cleo".into()), ..all() };
    assert_eq!(again.search_ledger(&query).await.unwrap().len(), 1);
}
