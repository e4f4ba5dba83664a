//! Tokens: kept under a digest, found by it, revoked once, and gone with their account.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use exeat_desk::ports::{Account, Accounts as _, Store as _, Token, Tokens as _};
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::{Actor, Event, Fact};
use exeat_domain::roster::Role;
use exeat_domain::token::Reach;

use crate::support::House;

fn now() -> DateTime<Utc> {
    "2026-11-23T09:00:00Z".parse().unwrap()
}

fn token(account: &str) -> Token {
    Token {
        id: 0,
        account: account.to_owned(),
        name: "nightly".to_owned(),
        reach: Reach::Write,
        roles: BTreeSet::from([Role::Requester]),
        created_at: now(),
        until: now() + TimeDelta::days(1),
        used_at: None,
        revoked_at: None,
    }
}

#[tokio::test]
async fn a_token_is_found_by_its_digest_alone_and_revoked_once() {
    let house = House::new().await;
    let (actor, digest) = (Actor::person("ann_P"), Sha256([7; 32]));
    let kept = house.store.keep_token(&digest, token("ann_P"), &actor).await.unwrap();
    assert_eq!(house.store.token(&digest).await.unwrap(), Some(kept.clone()));
    assert_eq!(house.store.token(&Sha256([8; 32])).await.unwrap(), None);
    house.store.keep_token(&digest, token("bram_P"), &actor).await.unwrap_err();
    let other = house.store.keep_token(&Sha256([9; 32]), token("bram_P"), &actor).await.unwrap();
    assert_eq!(house.store.tokens(Some("ANN_p")).await.unwrap(), std::slice::from_ref(&kept));
    assert_eq!(house.store.tokens(None).await.unwrap(), [other.clone(), kept.clone()]);
    let used = now() + TimeDelta::minutes(5);
    house.store.token_used(kept.id, used).await.unwrap();
    assert_eq!(house.store.token(&digest).await.unwrap().unwrap().used_at, Some(used));

    let revoke = |id, account| house.store.revoke_token(id, account, &actor, now());
    assert_eq!(revoke(other.id, Some("ann_P")).await.unwrap(), None, "another's");
    assert_eq!(revoke(99, None).await.unwrap(), None);
    assert!(revoke(kept.id, Some("ann_p")).await.unwrap().is_some());
    assert_eq!(revoke(kept.id, None).await.unwrap(), None, "once");
    assert!(!house.store.token(&digest).await.unwrap().unwrap().is_good(now()));
    let facts: Vec<Fact> =
        house.store.ledger(None, 0, 100).await.unwrap().into_iter().map(|entry| entry.event.fact).collect();
    let made = facts.iter().filter(|fact| matches!(fact, Fact::TokenMade { .. })).count();
    let revoked = facts.iter().filter(|fact| matches!(fact, Fact::TokenRevoked { .. })).count();
    assert_eq!((made, revoked), (2, 1));
    house.store.verify_store(None).await.unwrap();
}

#[tokio::test]
async fn tokens_go_with_an_account_that_is_shut() {
    let house = House::new().await;
    let (actor, digest) = (Actor::person("cleo"), Sha256([7; 32]));
    let account = Account {
        account: "cleo".to_owned(),
        revision: 0,
        password: Some("hash".to_owned()),
        totp: None,
        totp_used: 0,
        invitation: None,
        shut: false,
        created_at: now(),
    };
    let event = |fact| Event { at: now(), actor: actor.clone(), request: None, fact };
    house.store.keep_token(&digest, token("cleo"), &actor).await.unwrap();
    house.store.keep_account(&account, event(Fact::Enrolled { account: "cleo".into() })).await.unwrap();
    assert!(house.store.token(&digest).await.unwrap().unwrap().is_good(now()), "a new password leaves it");
    let shut = Account { revision: 1, shut: true, ..account.clone() };
    house.store.keep_account(&shut, event(Fact::AccountShut { account: "cleo".into() })).await.unwrap();
    assert!(!house.store.token(&digest).await.unwrap().unwrap().is_good(now()));
    let open = Account { revision: 2, ..account };
    house.store.keep_account(&open, event(Fact::AccountOpened { account: "cleo".into() })).await.unwrap();
    assert!(!house.store.token(&digest).await.unwrap().unwrap().is_good(now()), "it does not come back");
}
