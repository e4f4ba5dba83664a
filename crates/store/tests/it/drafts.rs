//! Drafts are changed by compare-and-set, sent once, and gone from the list then; decisions are timed.

use exeat_desk::ports::{Answered, Effects, Sent, Store, StoreError};
use exeat_domain::draft::{Draft, DraftId, Plan};
use exeat_domain::ledger::Fact;
use exeat_domain::state::State;

use crate::support::{House, at, change, effects, event, request};

fn draft(account: &str) -> Draft {
    let plan = Plan { purpose: "table 1".into(), ..Plan::default() };
    Draft {
        id: DraftId(0),
        revision: 0,
        account: account.into(),
        request: None,
        plan,
        updated_at: at(1),
        sent: None,
    }
}

#[tokio::test]
async fn a_draft_is_kept_and_a_change_that_was_overtaken_is_refused() {
    let house = House::new().await;
    let kept = house.store.new_draft(draft("ann_P")).await.unwrap();
    assert_eq!(house.again().await.draft(kept.id).await.unwrap(), kept);
    let mut later = kept.clone();
    later.plan.purpose = "table 2".into();
    later.updated_at = at(9);
    let later = house.store.keep_draft(later).await.unwrap();
    assert_eq!(house.store.keep_draft(kept.clone()).await, Err(StoreError::DraftConflict(kept.id)));
    house.store.new_draft(draft("bram_P")).await.unwrap();
    assert_eq!(house.store.drafts("ANN_p", 9).await.unwrap(), std::slice::from_ref(&later));
    house.store.drop_draft(later.id).await.unwrap();
    assert_eq!(house.store.draft(later.id).await, Err(StoreError::NoSuchDraft(later.id)));
    for id in [DraftId(99), DraftId(u64::MAX)] {
        assert_eq!(house.store.draft(id).await, Err(StoreError::NoSuchDraft(id)));
    }
}

#[tokio::test]
async fn a_draft_is_sent_once_with_its_request_or_not_at_all() {
    let house = House::new().await;
    let kept = house.store.new_draft(draft("ann_P")).await.unwrap();
    let sent = |revision| Some(Sent { draft: kept.id, revision });
    let id = house.store.reserve().await.unwrap();
    let asked = request(id, State::Checking, &[1]);
    let early = effects(id).sending(sent(7));
    assert_eq!(house.store.insert(&asked, early).await, Err(StoreError::DraftConflict(kept.id)));
    assert_eq!(house.store.load(id).await, Err(StoreError::NoSuchRequest(id)), "nothing is half done");
    house.store.insert(&asked, effects(id).sending(sent(1))).await.unwrap();
    let after = house.store.draft(kept.id).await.unwrap();
    assert_eq!((after.sent, after.plan), (Some(id), Plan::default()));
    assert_eq!(house.store.drafts("ann_P", 9).await.unwrap(), []);

    let other = house.store.reserve().await.unwrap();
    let twice = effects(other).sending(sent(2));
    let refused = house.store.insert(&request(other, State::Checking, &[1]), twice).await;
    assert_eq!(refused, Err(StoreError::DraftConflict(kept.id)), "a draft is sent once");
    house.store.drop_draft(kept.id).await.unwrap();
    assert!(house.store.draft(kept.id).await.is_ok(), "what was sent is not thrown away");
}

#[tokio::test]
async fn what_people_decided_is_timed_once_a_round() {
    let house = House::new().await;
    let waiting = house.request(State::Submitted, &[1]).await;
    house.store.commit(change(&waiting, State::Returned)).await.unwrap();
    let returned_at_once = house.request(State::Checking, &[2]).await;
    house.store.commit(change(&returned_at_once, State::Returned)).await.unwrap();
    let taken = Answered { asked: at(1), decided: at(5) };
    assert_eq!(house.store.turnarounds(9).await.unwrap(), [taken], "only what people decided");
}

#[tokio::test]
async fn decisions_of_before_are_read_from_the_ledger() {
    let house = House::new().await;
    let asked = house.request(State::Submitted, &[1]).await;
    let requested =
        Fact::Requested { door: asked.door, requester: "ann_P".into(), project: None, round: 1, asked: 1 };
    let returned = Fact::Returned { round: 1, files: vec![], automatic: false };
    let record = async |fact, seconds| {
        let mut entry = event(asked.id, fact);
        entry.at = at(seconds);
        house.store.record(Effects::of(entry)).await.unwrap();
    };
    record(requested, 10).await;
    record(returned, 70).await;
    let older = "DROP TABLE turnarounds; DROP TABLE drafts; \
                 DELETE FROM seaql_migrations WHERE version = '0005_asking'";
    house.tamper(older).await;
    let found = house.again().await.turnarounds(9).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].decided - found[0].asked).num_seconds(), 60);
}
