//! Whatever fails within a change, nothing of it is kept.

use exeat_desk::ports::{Effects, Store, StoreError, Task};
use exeat_domain::roster::{Demotion, DemotionCause};
use exeat_domain::state::State;

use crate::support::{House, at, change, effects, request, seal};

/// What is in the store, all of it.
async fn everything(house: &House) -> impl PartialEq + std::fmt::Debug {
    let store = &house.store;
    (
        store.load(exeat_domain::request::RequestId(1)).await,
        store.jobs(None).await,
        store.ledger(None, 0, 100).await,
        store.demotion("ann_P").await,
        store.holds_seal(&seal(1), None).await,
        store.holds_seal(&seal(2), None).await,
    )
}

#[tokio::test]
async fn a_change_is_kept_whole_or_not_at_all() {
    let house = House::new().await;
    let kept = house.request(State::Submitted, &[1]).await;
    let waits = effects(kept.id).then(Task::Release { request: kept.id });
    house.store.record(waits).await.unwrap();
    let job = house.store.claim(at(2), std::time::Duration::from_secs(9), None).await.unwrap().unwrap();
    let before = everything(&house).await;

    let mut change = change(&kept, State::Returned);
    change.request.rounds = request(kept.id, State::Returned, &[2]).rounds;
    let why = DemotionCause::Blocked { request: kept.id.to_string() };
    change.effects = Effects {
        demoted: vec![Demotion { account: "ann_P".into(), since: at(3), why }],
        ..effects(kept.id).then(Task::TellReturned { request: kept.id, round: 1 }).completing(&job)
    };
    let stands = "CREATE TRIGGER stands BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END";
    for table in ["ledger", "jobs", "demotions", "held_seals"] {
        house.tamper(&stands.replace("ON ledger", &format!("ON {table}"))).await;
        let answer = house.store.commit(change.clone()).await;
        assert!(matches!(answer, Err(StoreError::Failure(_))), "{table}: {answer:?}");
        assert_eq!(everything(&house).await, before, "{table}");
        house.tamper("DROP TRIGGER stands").await;
    }
    house.store.commit(change).await.unwrap();
    assert_ne!(everything(&house).await, before);
}

#[tokio::test]
async fn a_change_that_is_given_up_halfway_leaves_nothing() {
    let house = House::new().await;
    let kept = house.request(State::Submitted, &[1]).await;
    let before = everything(&house).await;
    for _ in 0..20 {
        let commit = house.store.commit(change(&kept, State::Returned));
        let stopped = tokio::time::timeout(std::time::Duration::from_micros(300), commit).await;
        if stopped.is_ok() {
            break;
        }
        // The one connection that writes is free again when what was given up is settled.
        house.store.reserve().await.unwrap();
        let now = house.store.load(kept.id).await.unwrap();
        if now.revision == 0 {
            assert_eq!(everything(&house).await, before);
        } else {
            assert_eq!(now.state, State::Returned);
            break;
        }
    }
    house.store.record(effects(kept.id)).await.unwrap();
    house.store.verify_store(None).await.unwrap();
}
