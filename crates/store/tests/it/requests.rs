//! Requests come back whole, change by compare-and-set, and are listed page by page.

use std::sync::Arc;

use exeat_desk::ports::{Effects, Filter, Store, StoreError, Summary};
use exeat_domain::finding::Verdict;
use exeat_domain::request::{Request, RequestId};
use exeat_domain::roster::{Demotion, DemotionCause};
use exeat_domain::state::State;
use tokio::task::JoinSet;

use crate::support::{House, at, change, effects, request, seal};

#[tokio::test]
async fn a_request_is_loaded_as_it_was_kept() {
    let house = House::new().await;
    let kept = house.request(State::Submitted, &[1, 2]).await;
    assert_eq!(kept.id, RequestId(1));
    assert_eq!(house.store.load(kept.id).await, Ok(kept.clone()));
    let after = house.store.commit(change(&kept, State::Returned)).await.unwrap();
    assert_eq!((after.revision, after.state), (1, State::Returned));
    assert_eq!(house.store.load(kept.id).await, Ok(after));
    assert_eq!(house.store.insert(&kept, effects(kept.id)).await, Err(StoreError::Conflict(kept.id)));
}

#[tokio::test]
async fn a_number_is_given_once() {
    let house = House::new().await;
    let other = house.again().await;
    for id in 1..=6 {
        let store = if id % 2 == 0 { &house.store } else { &other };
        assert_eq!(store.reserve().await, Ok(RequestId(id)));
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_not_to_be() {
    let house = House::new().await;
    for id in [RequestId(7), RequestId(u64::MAX)] {
        assert_eq!(house.store.load(id).await, Err(StoreError::NoSuchRequest(id)));
        let none = request(id, State::Submitted, &[]);
        let answer = house.store.commit(change(&none, State::Returned)).await;
        assert_eq!(answer, Err(StoreError::NoSuchRequest(id)));
    }
}

#[tokio::test]
async fn only_moves_of_the_table_are_kept() {
    let house = House::new().await;
    let kept = house.request(State::Returned, &[]).await;
    let (id, from, to) = (kept.id, State::Returned, State::Released);
    let refused = house.store.commit(change(&kept, to)).await;
    assert_eq!(refused, Err(StoreError::NoSuchMove { id, from, to }));
    assert_eq!(house.store.load(id).await, Ok(kept.clone()));
    // A change without a move is one, too: a reviewer's decision.
    assert_eq!(house.store.commit(change(&kept, from)).await.map(|after| after.revision), Ok(1));
}

#[tokio::test]
async fn a_change_without_a_ledger_entry_is_refused_whole() {
    let house = House::new().await;
    let kept = house.request(State::Submitted, &[1]).await;
    let silent = Effects { events: vec![], ..effects(kept.id) };
    let mut change = change(&kept, State::Returned);
    change.effects = silent.clone();
    for answer in [house.store.commit(change).await.map(|_| ()), house.store.record(silent).await] {
        let Err(StoreError::Failure(failure)) = answer else { panic!("{answer:?}") };
        assert_eq!(failure.code, "store-no-entry");
    }
    assert_eq!(house.store.load(kept.id).await, Ok(kept));
}

#[tokio::test]
async fn of_two_changes_from_one_revision_one_is_kept() {
    let house = House::new().await;
    let kept = house.request(State::Submitted, &[1]).await;
    let (from, id) = (kept.clone(), kept.id);
    let before = house.store.ledger(None, 0, 100).await.unwrap().len();
    let stores = [Arc::new(house.again().await), Arc::new(house.again().await)];
    let mut tries = JoinSet::new();
    for turn in 0..40 {
        let store = Arc::clone(&stores[turn % 2]);
        let to = if turn % 3 == 0 { State::Returned } else { State::Approved };
        let change = change(&from, to);
        tries.spawn(async move { store.commit(change).await });
    }
    let (won, lost): (Vec<_>, Vec<_>) = tries.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    assert!(lost.iter().all(|answer| *answer == Err(StoreError::Conflict(id))), "{lost:?}");
    assert_eq!(house.store.load(id).await, won[0]);
    assert_eq!(house.store.ledger(None, 0, 100).await.unwrap().len(), before + 1);
}

#[tokio::test]
async fn a_state_changed_behind_the_revision_is_a_conflict() {
    let house = House::new().await;
    let kept = house.request(State::Submitted, &[]).await;
    let stale = Request { state: State::Checking, ..kept.clone() };
    let answer = house.store.commit(change(&stale, State::Submitted)).await;
    assert_eq!(answer, Err(StoreError::Conflict(kept.id)));
}

#[tokio::test]
async fn lists_page_by_key_and_narrow_by_state_and_requester() {
    let house = House::new().await;
    let states = [State::Submitted, State::Returned, State::Submitted, State::Rejected, State::Submitted];
    for state in states {
        house.request(state, &[1, 2]).await;
    }
    let list = async |filter: Filter| -> Vec<u64> {
        house.store.list(&filter).await.unwrap().into_iter().map(|summary| summary.id.0).collect()
    };
    let all = Filter { limit: 10, ..Filter::default() };
    assert_eq!(list(all.clone()).await, [1, 2, 3, 4, 5]);
    let after = Some(RequestId(2));
    assert_eq!(list(Filter { after, limit: 2, ..Filter::default() }).await, [3, 4]);
    let states = vec![State::Returned, State::Submitted, State::Submitted];
    assert_eq!(list(Filter { states: states.clone(), ..all.clone() }).await, [1, 2, 3, 5]);
    assert_eq!(list(Filter { states, after, limit: 1, ..all.clone() }).await, [3]);
    assert_eq!(list(Filter { requester: Some("ANN_p".into()), ..all.clone() }).await, [1, 2, 3, 4, 5]);
    assert_eq!(list(Filter { requester: Some("bob_P".into()), ..all.clone() }).await, [0; 0]);
    let project = |project: &str| Filter { project: Some(project.into()), ..all.clone() };
    assert_eq!(list(project("diabetes")).await, [1, 2, 3, 4, 5]);
    assert_eq!(list(project("Diabetes")).await, [0; 0]);
    assert_eq!(list(Filter { states: vec![State::Rejected], ..project("diabetes") }).await, [4]);
    assert_eq!(
        house.store.list(&Filter { limit: 1, ..all }).await.unwrap(),
        [Summary {
            id: RequestId(1),
            state: State::Submitted,
            requester: "ann_P".into(),
            project: Some("diabetes".into()),
            purpose: "table 2 of the yearly report".into(),
            created_at: at(1),
            updated_at: at(1),
            round: 1,
            files: 2,
            verdict: Some(Verdict::Review),
        }]
    );
}

#[tokio::test]
async fn a_seal_is_held_until_its_last_request_ends() {
    let house = House::new().await;
    let one = house.request(State::Submitted, &[1, 2]).await;
    let two = house.request(State::Submitted, &[2]).await;
    let held = async |byte, except| house.store.holds_seal(&seal(byte), except).await.unwrap();
    assert!(held(1, None).await && held(2, Some(one.id)).await && held(2, Some(two.id)).await);
    assert!(!held(1, Some(one.id)).await && !held(3, None).await);
    house.store.commit(change(&one, State::Withdrawn)).await.unwrap();
    assert!(!held(1, None).await && held(2, None).await && !held(2, Some(two.id)).await);
    // Another round's files take the place of the first one's.
    let mut change = change(&two, State::Submitted);
    change.request.rounds = request(two.id, State::Submitted, &[3]).rounds;
    house.store.commit(change).await.unwrap();
    assert!(!held(2, None).await && held(3, None).await);
}

#[tokio::test]
async fn the_last_demotion_holds_for_the_account_however_it_is_written() {
    let house = House::new().await;
    let demotion = |day| Demotion {
        account: "ann_P".into(),
        since: at(day),
        why: DemotionCause::Blocked { request: "EX-7".into() },
    };
    assert_eq!(house.store.demotion("ann_P").await, Ok(None));
    for day in [1, 2] {
        let demoted = Effects { demoted: vec![demotion(day)], ..effects(RequestId(7)) };
        house.store.record(demoted).await.unwrap();
    }
    assert_eq!(house.store.demotion("ANN_p").await, Ok(Some(demotion(2))));
    assert_eq!(house.store.demotion("bob_P").await, Ok(None));
}
