//! Sign-in on a proxy's word: from its own address alone, one plain name, someone on the roster, and no longer than it says so.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use exeat_domain::ledger::{Actor, Fact};
use exeat_web::{ProxyHeader, Settings};

use crate::house::{Answer, House, Visitor, settings};

/// The address that every visitor of these tests comes from.
const PEER: &str = "192.0.2.7";

async fn house(from: &str) -> House {
    let header = ProxyHeader {
        name: "x-remote-user".parse().unwrap(),
        from: vec![from.parse().unwrap()],
        realm: Some("EXAMPLE.ORG".into()),
    };
    House::with(Settings { header: Some(header), ..settings() }, |_| {}).await
}

async fn get(visitor: &mut Visitor<'_>, path: &str, names: &[&str]) -> Answer {
    let headers: Vec<(&str, &str)> = names.iter().map(|name| ("X-Remote-User", *name)).collect();
    visitor.send(Method::GET, path, &headers, Body::empty()).await
}

#[tokio::test]
async fn whoever_the_proxy_lets_in_is_in_and_the_ledger_says_how() {
    let house = house(PEER).await;
    let mut cleo = house.stranger();
    let answer = get(&mut cleo, "/queue", &["cleo@EXAMPLE.ORG"]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert!(cleo.cookie.is_some());
    // The same session goes on; it is one sign-in.
    assert_eq!(get(&mut cleo, "/queue", &["CLEO"]).await.status, StatusCode::OK);
    let ledger = house.desk.ledger(&Actor::person("aude"), None, 0, 100).await.unwrap();
    let ways: Vec<Option<String>> = ledger
        .into_iter()
        .filter_map(|entry| match entry.event.fact {
            Fact::SignedIn { by_proxy, .. } => Some(by_proxy),
            _ => None,
        })
        .collect();
    assert_eq!(ways, [Some(PEER.to_owned())]);
    // What a person may do is the roster's to say.
    assert_eq!(get(&mut cleo, "/admin", &["cleo"]).await.status, StatusCode::FORBIDDEN);
    // It rests as every session does, and then begins anew.
    house.clock.forward(TimeDelta::hours(1));
    assert_eq!(get(&mut cleo, "/queue", &["cleo"]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn nobody_else_is_let_in() {
    let inside = house(PEER).await;
    for names in [
        &["nobody"][..],
        &["gone"],
        &["cleo", "adam"],
        &["cleo", "cleo"],
        &["cleo, adam"],
        &[""],
        &["cleo@EVIL.EXAMPLE"],
        &["EXAMPLE\\cleo"],
    ] {
        let mut visitor = inside.stranger();
        let answer = get(&mut visitor, "/queue", names).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{names:?}");
        assert!(visitor.cookie.is_none(), "{names:?}");
    }
    // The same words from an address that is not the proxy's, whatever it says of where it comes from.
    let outside = house("192.0.2.8").await;
    let mut visitor = outside.stranger();
    let headers =
        [("x-remote-user", "adam"), ("x-forwarded-for", "192.0.2.8"), ("forwarded", "for=192.0.2.8")];
    let answer = visitor.send(Method::GET, "/admin", &headers, Body::empty()).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/sign-in?to=%2Fadmin"));
    // Nor does it open the API, for which a token is needed.
    let mut script = inside.stranger();
    let answer = get(&mut script, "/api/v1/requests", &["ann_P"]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_session_is_good_only_together_with_the_word_it_began_on() {
    let house = house(PEER).await;
    let mut cleo = house.stranger();
    assert_eq!(get(&mut cleo, "/queue", &["cleo"]).await.status, StatusCode::OK);
    let cookie = cleo.cookie.clone();
    // Somebody who has the cookie, and not the proxy's word.
    let mut thief = house.stranger();
    thief.cookie.clone_from(&cookie);
    assert_eq!(get(&mut thief, "/queue", &[]).await.status, StatusCode::SEE_OTHER);
    // Somebody else at the same browser: no right of the first is left.
    let mut next = house.stranger();
    next.cookie.clone_from(&cookie);
    assert_eq!(get(&mut next, "/queue", &["aude"]).await.status, StatusCode::FORBIDDEN);
    assert_ne!(next.cookie, cookie, "it is another session");
    assert_eq!(get(&mut next, "/ledger", &["aude"]).await.status, StatusCode::OK);
    // Another site's form does nothing in anyone's name.
    let foreign = [("x-remote-user", "adam"), ("sec-fetch-site", "cross-site")];
    let answer = house.stranger().send(Method::POST, "/admin/connections", &foreign, Body::empty()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    // Pages for anyone begin no session.
    let mut passing = house.stranger();
    assert_eq!(get(&mut passing, "/health", &["cleo"]).await.status, StatusCode::OK);
    assert_eq!(get(&mut passing, "/sign-in", &["cleo", "adam"]).await.status, StatusCode::OK);
    assert!(passing.cookie.is_none());
}

#[tokio::test]
async fn who_has_a_password_may_still_use_it() {
    let house = house(PEER).await;
    let mut dirk = house.visitor("dirk").await;
    assert_eq!(dirk.get("/queue").await.status, StatusCode::OK);
    // The proxy's word counts for more than an older session.
    assert_eq!(get(&mut dirk, "/ledger", &["aude"]).await.status, StatusCode::OK);
    assert_eq!(dirk.get("/queue").await.status, StatusCode::SEE_OTHER);
}
