//! Every route with every role: who gets in is what the table says, and the table is what stands here.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use exeat_domain::roster::Role;
use exeat_domain::token::Reach;
use exeat_web::routes::{Token, Who, permissions};

use crate::house::House;

/// The table as it was agreed. A new route is added here by hand, with who may use it.
const AGREED: &str = "\
GET /assets/{*name}: anyone
GET /health: anyone
GET /sign-in: anyone
POST /sign-in: anyone
GET /enrol: anyone
POST /enrol: anyone
POST /enrol/finish: anyone
GET /: signed in
GET /account: signed in
POST /account/tokens: signed in
POST /account/tokens/{token}/revoke: signed in
POST /sign-out: signed in
POST /sign-out-everywhere: signed in
GET /queue: checker
GET /requests/{id}: checker
GET /requests/{id}/rounds/{round}/files/{file}/rows: checker
GET /requests/{id}/rounds/{round}/files/{file}/picture: checker
POST /requests/{id}/claim: checker
POST /requests/{id}/unclaim: checker
POST /requests/{id}/decide: checker
GET /requests/{id}/refuse: checker
POST /requests/{id}/refuse: checker
POST /requests/{id}/submit: checker
POST /requests/{id}/undo: checker
GET /requests/{id}/release: checker
POST /requests/{id}/comment: checker
GET /mine: requester
GET /mine/{id}: requester
POST /mine/{id}/comment: requester
POST /mine/{id}/withdraw: requester
POST /mine/{id}/take-back: requester
GET /ledger: auditor
POST /ledger/verify: auditor
GET /ledger/export: auditor
GET /ledger/entries.csv: auditor
GET /ledger/entries.jsonl: auditor
GET /releases: auditor
GET /releases/{id}/record.json: auditor
GET /releases/{id}/crate.zip: auditor
GET /insights: checker or auditor or admin
GET /insights/{what}: checker or auditor or admin
GET /admin: admin
POST /admin/requests/{id}/retry: admin
POST /admin/connections: admin
POST /mine/{id}/again: requester
POST /mine/drafts: requester
GET /mine/drafts/{draft}: requester
POST /mine/drafts/{draft}: requester
GET /mine/drafts/{draft}/events: requester
GET /mine/drafts/{draft}/files: requester
POST /mine/drafts/{draft}/files: requester
POST /mine/drafts/{draft}/discard: requester
GET /pickup/{id}/{secret}: signed in
GET /pickup/{id}/{secret}/package: signed in
POST /mine/{id}/pickup: requester
POST /requests/{id}/pickup: checker
GET /api/v1/openapi.json: anyone
GET /api/v1/requests: token of requester, read
POST /api/v1/requests: token of requester, write
GET /api/v1/requests/{id}: token of requester, read
POST /api/v1/requests/{id}/rounds: token of requester, write
POST /api/v1/requests/{id}/withdraw: token of requester, write
POST /api/v1/requests/{id}/comments: token of requester, write
POST /api/v1/requests/{id}/draft: token of requester, write
GET /api/v1/share: token of requester, read
GET /api/v1/drafts: token of requester, read
POST /api/v1/drafts: token of requester, write
GET /api/v1/drafts/{draft}: token of requester, read
PUT /api/v1/drafts/{draft}: token of requester, write
DELETE /api/v1/drafts/{draft}: token of requester, write
POST /api/v1/drafts/{draft}/send: token of requester, write
POST /api/v1/drafts/{draft}/check: token of requester, write
GET /api/v1/drafts/{draft}/check: token of requester, read
GET /api/v1/queue: token of checker, read
GET /api/v1/reviews: token of checker, read
GET /api/v1/reviews/next: token of checker, read
GET /api/v1/reviews/{id}: token of checker, read
GET /api/v1/reviews/{id}/rounds/{round}/files/{file}/rows: token of checker, read
GET /api/v1/reviews/{id}/rounds/{round}/files/{file}/picture: token of checker, read
GET /api/v1/reviews/{id}/release: token of checker, read
POST /api/v1/reviews/{id}/letter: token of checker, read
POST /api/v1/reviews/{id}/claim: token of checker, write
DELETE /api/v1/reviews/{id}/claim: token of checker, write
POST /api/v1/reviews/{id}/comments: token of checker, write
POST /api/v1/reviews/{id}/retry: token of checker, write
POST /api/v1/reviews/{id}/decisions: token of checker, decide
DELETE /api/v1/reviews/{id}/decisions: token of checker, decide
POST /api/v1/reviews/{id}/refusals: token of checker, decide
POST /api/v1/reviews/{id}/submit: token of checker, decide
POST /api/v1/reviews/{id}/undo: token of checker, decide
GET /api/v1/ledger: token of auditor, read
GET /api/v1/ledger/verification: token of auditor, read
POST /api/v1/ledger/verification: token of auditor, read
GET /api/v1/ledger/export: token of auditor, read
GET /api/v1/releases: token of auditor, read
GET /api/v1/releases/{id}: token of auditor, read
GET /api/v1/releases/{id}/crate: token of auditor, read
GET /api/v1/account: token of anyone, read
GET /api/v1/insights: token of checker or auditor or admin, read
GET /api/v1/admin/people: token of admin, read
GET /api/v1/admin/policy: token of admin, read
GET /api/v1/admin/jobs: token of admin, read
GET /api/v1/admin/connections: token of admin, read
POST /api/v1/admin/connections: token of admin, write
POST /api/v1/admin/requests/{id}/retry: token of admin, write
";

fn words(who: Who) -> String {
    let name = |role: &Role| match role {
        Role::Requester => "requester",
        Role::Checker => "checker",
        Role::Auditor => "auditor",
        Role::Admin => "admin",
    };
    match who {
        Who::Anyone => "anyone".to_owned(),
        Who::SignedIn => "signed in".to_owned(),
        Who::Has(role) => name(&role).to_owned(),
        Who::HasOneOf(roles) => roles.iter().map(name).collect::<Vec<_>>().join(" or "),
        Who::Token(Token { roles: [], reach }) => format!("token of anyone, {}", reach.name()),
        Who::Token(Token { roles, reach }) => {
            let roles = roles.iter().map(name).collect::<Vec<_>>().join(" or ");
            format!("token of {roles}, {}", reach.name())
        }
    }
}

#[test]
fn the_table_is_the_agreed_one() {
    let table: String = permissions()
        .into_iter()
        .map(|(method, path, who)| format!("{method} {path}: {}\n", words(who)))
        .collect();
    assert_eq!(table, AGREED);
}

#[test]
fn no_route_is_made_past_the_table() {
    fn sources(folder: &std::path::Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else {
                found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = vec![];
    sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 20);
    for (path, text) in found {
        let made = text.matches(".route(").count()
            + text.matches(".nest(").count()
            + text.matches(".merge(").count();
        assert_eq!(made, usize::from(path.ends_with("routes.rs")), "{path}");
    }
}

#[tokio::test]
async fn every_route_lets_in_whom_the_table_names_and_nobody_else() {
    let house = House::new().await;
    let id = house.ask(&["ann"], "table 1").await;
    let mut visitors = vec![(None, house.stranger())];
    for (account, role) in
        [("ann_P", Role::Requester), ("cleo", Role::Checker), ("aude", Role::Auditor), ("adam", Role::Admin)]
    {
        visitors.push((Some(role), house.visitor(account).await));
    }
    for (role, visitor) in &mut visitors {
        for (method, path, who) in permissions() {
            if path.starts_with("/sign-out") {
                continue;
            }
            let path = path
                .replace("{id}", &id.to_string())
                .replace("{what}", "reasons.csv")
                .replace("{round}", "1")
                .replace("{file}", "1")
                .replace("{draft}", "1")
                .replace("{token}", "99")
                .replace("{secret}", "none")
                .replace("{*name}", "desk.css");
            // As slowly as scripts without a token may come.
            house.clock.forward(TimeDelta::seconds(2));
            let answer = match method {
                Method::GET => visitor.get(&path).await,
                Method::PUT | Method::DELETE => visitor.send(method.clone(), &path, &[], Body::empty()).await,
                _ => visitor.post(&path, &[("round", "1"), ("file", "1"), ("choice", "none")]).await,
            };
            let open = match who {
                Who::Anyone => true,
                Who::SignedIn => role.is_some(),
                Who::Has(needed) => *role == Some(needed),
                Who::HasOneOf(roles) => role.is_some_and(|role| roles.contains(&role)),
                Who::Token(_) => {
                    // A cookie opens nothing there, whoever's it is.
                    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path} as {role:?}");
                    assert_eq!(answer.header("content-type"), "application/problem+json");
                    continue;
                }
            };
            let to = answer.header("location").to_owned();
            let what = format!("{method} {path} as {role:?}: {} {to}", answer.status);
            if open {
                assert_ne!(answer.status, StatusCode::FORBIDDEN, "{what}");
                assert!(!to.starts_with("/sign-in?to="), "{what}");
                assert!(answer.status.as_u16() < 500, "{what}");
            } else if role.is_none() {
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{what}");
                assert!(to.starts_with("/sign-in"), "{what}");
            } else {
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn every_token_gets_as_far_as_its_roles_and_reach_and_no_further() {
    let house = House::new().await;
    let id = house.ask(&["ann"], "table 1").await;
    let accounts =
        [("ann_P", Role::Requester), ("cleo", Role::Checker), ("aude", Role::Auditor), ("adam", Role::Admin)];
    for (account, role) in accounts {
        for has in Reach::ALL {
            let script = house.script(account, has).await;
            for (method, path, who) in permissions() {
                let Who::Token(Token { roles, reach }) = who else { continue };
                let path = path.replace("{id}", &id.to_string()).replace("{round}", "1");
                let path = path.replace("{file}", "99").replace("{draft}", "99");
                // A body that is not understood: who is not let in is told so before it is read.
                let answer = script.send(method.clone(), &path, "{\"?\": 1}").await;
                let open = (roles.is_empty() || roles.contains(&role)) && has >= reach;
                let what = format!(
                    "{method} {path} as {role:?} to {has:?}: {} {}",
                    answer.status,
                    answer.text_lossy()
                );
                if open {
                    assert!(![401, 403].contains(&answer.status.as_u16()), "{what}");
                    assert!(answer.status.as_u16() < 500, "{what}");
                } else {
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
                    assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_requester_sees_their_own_requests_alone() {
    let house = House::new().await;
    let id = house.ask(&["ann"], "table 1").await;
    let mut bram = house.visitor("bram_P").await;
    for answer in [
        bram.get(&format!("/mine/{id}")).await,
        bram.get("/mine/EX-99").await,
        bram.post(&format!("/mine/{id}/withdraw"), &[]).await,
        bram.post(&format!("/mine/{id}/take-back"), &[("path", "ann/regions.csv")]).await,
        bram.post(&format!("/mine/{id}/again"), &[]).await,
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    assert!(!bram.get("/mine").await.text().contains(&id.to_string()));
}

#[tokio::test]
async fn a_draft_is_its_requesters_alone() {
    let house = House::new().await;
    let (mut ann, mut bram) = (house.visitor("ann_P").await, house.visitor("bram_P").await);
    let begun = ann.post("/mine/drafts", &[]).await.header("location").to_owned();
    let draft = begun.trim_end_matches("/files").to_owned();
    ann.post(&draft, &[("purpose", "table for Ann alone"), ("then", "save")]).await;
    for answer in [
        bram.get(&draft).await,
        bram.get(&format!("{draft}/files")).await,
        bram.get(&format!("{draft}/events")).await,
        bram.post(&draft, &[("purpose", "mine now"), ("then", "save")]).await,
        bram.post(&draft, &[("then", "check")]).await,
        bram.post(&draft, &[("then", "send")]).await,
        bram.post(&format!("{draft}/files"), &[("path", "ann/regions.csv")]).await,
        bram.post(&format!("{draft}/discard"), &[]).await,
        bram.get("/mine/drafts/99").await,
        bram.get("/mine/drafts/x").await,
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    assert!(!bram.get("/mine").await.text().contains("Ann alone"));
    assert!(ann.get(&draft).await.text().contains("table for Ann alone"));
}
