//! The API: everything a page does, for scripts with a token, and never more than the page would.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use exeat_domain::ledger::Actor;
use exeat_domain::roster::Role;
use exeat_domain::token::Reach;
use exeat_testkit::site::run;
use exeat_web::routes::{Who, openapi, permissions};
use exeat_web::sign_in::change;
use exeat_web::tokens::{Wanted, make};
use serde_json::{Value, json};

use crate::house::{Everyone, House, settings};

/// A request of `ann`'s, asked for by a script.
fn asked() -> Value {
    json!({ "files": ["ann"], "purpose": "table 1", "context": { "population": "adults", "controls": ["rounded"] } })
}

#[test]
fn the_document_and_the_table_tell_of_the_same_routes() {
    let document = openapi();
    assert_eq!(document["openapi"], "3.1.0");
    let mut told = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            told.insert(format!("{} {path}", method.to_uppercase()));
            assert!(operation["responses"]["default"].is_object(), "{method} {path}");
        }
    }
    let of_api = |path: &str| path.starts_with("/api/v1/");
    let routes = permissions().into_iter().filter(|(_, path, _)| of_api(path));
    let routes: Vec<(String, Who)> =
        routes.map(|(method, path, who)| (format!("{method} {path}"), who)).collect();
    assert!(routes.len() > 40, "{}", routes.len());
    assert_eq!(told, routes.iter().map(|(route, _)| route.clone()).collect());
    let open: Vec<&str> = routes
        .iter()
        .filter(|(_, who)| !matches!(who, Who::Token(_)))
        .map(|(route, _)| route.as_str())
        .collect();
    assert_eq!(open, ["GET /api/v1/openapi.json"], "all else takes a token");
    let text = document.to_string();
    for reference in
        text.split("\"$ref\":\"#/components/").skip(1).map(|rest| rest.split('"').next().unwrap())
    {
        let (kind, name) = reference.split_once('/').unwrap();
        assert!(document["components"][kind][name].is_object(), "{reference}");
    }
}

#[tokio::test]
async fn a_script_asks_and_another_decides() {
    let house = House::new().await;
    let ann = house.script("ann_P", Reach::Write).await;
    let made = ann.post("/api/v1/requests", &asked()).await;
    assert_eq!((made.status, made.header("location")), (StatusCode::CREATED, "/api/v1/requests/EX-1"));
    assert_eq!(made.json()["request"]["door"], "api");
    run(&house.desk).await.unwrap();
    let shown = ann.get("/api/v1/requests/EX-1").await.json();
    assert_eq!((&shown["request"]["state"], &shown["jobs"]), (&json!("submitted"), &json!([])));
    assert_eq!(shown["request"]["rounds"][0]["context"]["population"], "adults");
    assert_eq!(ann.get("/api/v1/requests").await.json()["requests"][0]["id"], "EX-1");

    let cleo = house.script("cleo", Reach::Decide).await;
    assert_eq!(cleo.get("/api/v1/reviews/next").await.json()["request"], "EX-1");
    let waiting = cleo.get("/api/v1/queue?claim=free&find=table").await.json();
    assert_eq!(
        (&waiting["waiting"][0]["id"], &waiting["waiting"][0]["outputs"]),
        (&json!("EX-1"), &json!(2))
    );
    let claimed = cleo.post("/api/v1/reviews/EX-1/claim", &json!({})).await.json();
    assert_eq!(claimed["standing"]["claimed"], true);
    let rows = cleo.get("/api/v1/reviews/EX-1/rounds/1/files/1/rows?from=2&count=3").await.json();
    assert_eq!((rows["rows"].as_array().unwrap().len(), &rows["rows"][0]["number"]), (3, &json!(2)));
    assert_eq!(rows["columns"][2]["name"], "patients");

    let refusal = json!({ "file": "ann/sexes.csv", "choice": "return", "words": "Which years?" });
    let letter = cleo.post("/api/v1/reviews/EX-1/letter", &refusal).await.json();
    assert!(letter["text"].as_str().unwrap().contains("Which years?"), "{letter}");
    cleo.post("/api/v1/reviews/EX-1/refusals", &refusal).await.json();
    let comment = json!({ "visibility": "public", "text": "see the note" });
    cleo.post("/api/v1/reviews/EX-1/comments", &comment).await.json();
    let decided = cleo
        .post("/api/v1/reviews/EX-1/decisions", &json!({ "choice": "approve", "hold": true }))
        .await
        .json();
    assert_eq!((&decided["decided"], &decided["open"]), (&json!(["ann/regions.csv"]), &json!([])));
    assert!(
        cleo.post("/api/v1/reviews/EX-1/submit", &json!({})).await.json()["standing"]["undo"]
            .as_bool()
            .unwrap()
    );
    cleo.post("/api/v1/reviews/EX-1/undo", &json!({})).await.json();
    let approve = json!({ "choice": "approve", "files": ["ann/regions.csv"] });
    let decided = cleo.post("/api/v1/reviews/EX-1/decisions", &approve).await.json();
    assert_eq!(decided["state"], "approved");
    assert!(!decided["jobs"].as_array().unwrap().is_empty(), "what now waits is told: {decided}");
    run(&house.desk).await.unwrap();

    let told = ann.get("/api/v1/requests/EX-1").await.json();
    assert_eq!(told["request"]["state"], "released");
    let wiped = cleo.get("/api/v1/reviews/EX-1/rounds/1/files/1/rows").await;
    assert_eq!((wiped.status, wiped.problem().as_str()), (StatusCode::NOT_FOUND, "wiped"));
    assert_eq!(told["reasons"][0]["reason"], "Which years?");
    assert!(!told.to_string().contains("cleo"), "no checker is named to a requester");
    let release = cleo.get("/api/v1/reviews/EX-1/release").await.json();
    let decided: Vec<&Value> = release["entries"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["fact"]["event"] == "decided")
        .collect();
    assert!(!decided.is_empty());
    assert!(decided.iter().all(|entry| entry["actor"]["token"] == cleo.id), "{decided:?}");
    audited(&house).await;
}

/// What an auditor sees of it.
async fn audited(house: &House) {
    let aude = house.script("aude", Reach::Read).await;
    assert_eq!(aude.get("/api/v1/releases").await.json()["requests"][0]["id"], "EX-1");
    assert_eq!(aude.get("/api/v1/releases/EX-1").await.json()["schema"], "exeat.release/1");
    let found = aude.get("/api/v1/ledger?account=cleo&kind=decision&limit=2").await.json();
    assert_eq!(found["entries"].as_array().unwrap().len(), 2);
    assert!(found["before"].is_u64());
    assert_eq!(aude.get("/api/v1/ledger/verification").await.json()["broken"], Value::Null);
    assert!(aude.get("/api/v1/ledger/export").await.text().lines().count() > 10);
}

#[tokio::test]
async fn a_draft_is_checked_and_sent_by_a_script() {
    let house = House::new().await;
    house.put("ann/small.csv", "region,patients\nnorth,3\nsouth,512\neast,377\nwest,401\n");
    let ann = house.script("ann_P", Reach::Write).await;
    let folder = ann.get("/api/v1/share?folder=ann").await.json();
    assert_eq!(folder["entries"][0]["path"], "ann/regions.csv");
    assert!(folder["entries"][0]["askable"].as_bool().unwrap());
    let draft =
        ann.post("/api/v1/drafts", &json!({ "files": ["ann/small.csv"], "purpose": "table 2" })).await.json();
    assert_eq!(draft["missing"], json!(["population", "people", "checklist"]));
    let at = format!("/api/v1/drafts/{}", draft["draft"]);
    assert_eq!(ann.post(&format!("{at}/send"), &json!({})).await.problem(), "incomplete");
    ann.post(&format!("{at}/check"), &json!({})).await.json();
    let mut checked = Value::Null;
    for _ in 0..100 {
        checked = ann.get(&format!("{at}/check")).await.json();
        if checked["stage"] == "done" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!((&checked["files"][0]["verdict"], &checked["stale"]), (&json!("blocked"), &json!(false)));
    assert_eq!(checked["files"][0]["findings"][0]["rule"], "CNT-MIN");
    let whole = json!({ "files": ["ann/sexes.csv"], "purpose": "table 2",
        "context": { "population": "adults", "people": "9990" },
        "assured": ["aggregated", "no-identifiers", "small-counts", "counts", "needed"] });
    let changed = ann.send(Method::PUT, &at, &whole.to_string()).await.json();
    assert_eq!(changed["missing"], json!([]));
    assert_eq!(ann.post(&format!("{at}/send"), &json!({})).await.json()["request"]["id"], "EX-1");
    run(&house.desk).await.unwrap();
    let withdrawn = ann.post("/api/v1/requests/EX-1/withdraw", &json!({})).await.json();
    assert_eq!(withdrawn["request"]["state"], "withdrawn");
    let other = ann.post("/api/v1/drafts", &json!({})).await.json()["draft"].clone();
    let gone = ann.send(Method::DELETE, &format!("/api/v1/drafts/{other}"), "").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_script_sees_no_more_than_a_page() {
    let house = House::with(settings(), |site| site.policy.reviewers = 2).await;
    let id = house.ask(&["ann"], "table 1").await;
    let (cleo, dirk) = (house.script("cleo", Reach::Decide).await, house.script("dirk", Reach::Decide).await);
    let decide = json!({ "choice": "return", "reason": "I doubt this" });
    let decisions = format!("/api/v1/reviews/{id}/decisions");
    assert_eq!(cleo.post(&decisions, &decide).await.json()["state"], "submitted");
    cleo.post(&format!("/api/v1/reviews/{id}/comments"), &json!({ "visibility": "checkers", "text": "hm" }))
        .await
        .json();
    for path in [format!("/api/v1/reviews/{id}"), "/api/v1/queue".to_owned()] {
        let seen = dirk.get(&path).await.text();
        assert!(!seen.contains("I doubt this") && !seen.contains("\"hm\""), "{path}: {seen}");
        assert!(cleo.get(&format!("/api/v1/reviews/{id}")).await.text().contains("I doubt this"));
    }
    // The next round does not lift the blind from one that was never settled.
    let ann = house.script("ann_P", Reach::Write).await;
    ann.post(&format!("/api/v1/requests/{id}/rounds"), &json!({ "files": ["ann/sexes.csv"] })).await.json();
    run(&house.desk).await.unwrap();
    assert!(!dirk.get(&format!("/api/v1/reviews/{id}")).await.text().contains("I doubt this"));
    let bram = house.script("bram_P", Reach::Write).await;
    for path in [format!("/api/v1/requests/{id}"), "/api/v1/requests/EX-99".to_owned()] {
        assert_eq!(bram.get(&path).await.problem(), "no-such-request");
    }
    assert_eq!(
        bram.post(&format!("/api/v1/requests/{id}/withdraw"), &json!({})).await.status,
        StatusCode::NOT_FOUND
    );
    // What was looked at is not what is open any more.
    let late = json!({ "choice": "approve", "round": 1 });
    assert_eq!(dirk.post(&decisions, &late).await.problem(), "conflict");
}

#[tokio::test]
async fn a_token_is_good_until_its_day_and_no_longer_than_its_owner() {
    let house = House::new().await;
    let cleo = house.script("cleo", Reach::Read).await;
    let whose = cleo.get("/api/v1/account").await.json();
    assert_eq!(
        (&whose["account"], &whose["reach"], &whose["token"]),
        (&json!("cleo"), &json!("read"), &json!(cleo.id))
    );
    let used = house.accounts.tokens(Some("cleo")).await.unwrap().remove(0).used_at;
    assert!(used.is_some());
    house.clock.forward(TimeDelta::days(31));
    assert_eq!(cleo.get("/api/v1/account").await.problem(), "bad-token");
    house.clock.forward(TimeDelta::days(-31));
    assert_eq!(cleo.get("/api/v1/account").await.status, StatusCode::OK);
    house.enrol("dirk", None).await;
    let dirk = house.script("dirk", Reach::Read).await;
    change(house.accounts.as_ref(), (&Actor::person("test"), "dirk"), true, house.app_now()).await.unwrap();
    assert_eq!(dirk.get("/api/v1/account").await.problem(), "bad-token", "shut with the account");
    let wanted = |account, days, roles: &[Role]| Wanted {
        account,
        name: "x",
        reach: Reach::Read,
        roles: roles.iter().copied().collect(),
        days,
        most_days: 365,
    };
    let now = house.app_now();
    for refused in [
        wanted("gone", 30, &[]),
        wanted("nobody", 30, &[]),
        wanted("dirk", 30, &[]),
        wanted("cleo", 366, &[]),
        wanted("cleo", 0, &[]),
        wanted("cleo", 30, &[Role::Admin]),
        Wanted { name: " \u{202e} ", ..wanted("cleo", 30, &[]) },
    ] {
        let what = format!("{refused:?}");
        let made = make(house.accounts.as_ref(), &Everyone, &Actor::person("cleo"), refused, now).await;
        assert!(made.is_err(), "{what}");
    }
}

#[tokio::test]
async fn what_is_no_token_opens_nothing_and_is_told_so() {
    let house = House::new().await;
    let cookie = house.visitor("cleo").await.cookie;
    let cleo = house.script("cleo", Reach::Read).await;
    let good = format!("Bearer {}", cleo.secret);
    let wrong = [
        String::new(),
        "Bearer".to_owned(),
        format!("Basic {}", cleo.secret),
        good.replace("exeat_", "exeat-"),
        format!("{good}a"),
        format!("Bearer exeat_{}", "a".repeat(52)),
        format!("Bearer exeat_{}' OR 1=1 --", "a".repeat(41)),
    ];
    for header in &wrong {
        let mut visitor = house.stranger();
        visitor.cookie.clone_from(&cookie);
        let answer =
            visitor.send(Method::GET, "/api/v1/queue", &[("authorization", header)], Body::empty()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{header}");
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{header}");
        assert!(answer.headers.get("set-cookie").is_none(), "{header}");
        answer.problem();
    }
    for n in wrong.len()..60 {
        assert_eq!(house.stranger().get("/api/v1/queue").await.status, StatusCode::UNAUTHORIZED, "{n}");
    }
    let slowed = house.stranger().get("/api/v1/queue").await;
    assert_eq!(slowed.problem(), "too-often");
    assert_eq!(
        cleo.get("/api/v1/queue").await.status,
        StatusCode::OK,
        "a good token beside them is not slowed"
    );
    assert!(slowed.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds <= 60));
    house.clock.forward(TimeDelta::seconds(61));
    assert_eq!(cleo.get("/api/v1/queue").await.status, StatusCode::OK);
}

#[tokio::test]
async fn whatever_goes_wrong_is_a_problem() {
    let house = House::new().await;
    house.ask(&["ann"], "table 1").await;
    let (ann, cleo) = (house.script("ann_P", Reach::Write).await, house.script("cleo", Reach::Decide).await);
    for (method, path, body, code) in [
        (Method::GET, "/api/v1/nothing", "", "not-found"),
        (Method::GET, "/api/v2/requests", "", "not-found"),
        (Method::PATCH, "/api/v1/requests", "", "method-not-allowed"),
        (Method::POST, "/api/v1/requests", "{", "malformed"),
        (Method::POST, "/api/v1/requests", "{\"files\": [], \"suporting\": []}", "malformed"),
        (Method::POST, "/api/v1/requests", "{\"files\": []}", "nothing-asked"),
        (Method::POST, "/api/v1/requests", "{\"files\": [\"a\"], \"message_id\": \"a b\"}", "malformed"),
        (
            Method::POST,
            "/api/v1/requests",
            "[null, \"positional\", [\"a\"], [], {}, null, null]",
            "malformed",
        ),
        (Method::POST, "/api/v1/requests/EX-1/withdraw", "[]", "malformed"),
        (Method::POST, "/api/v1/requests/EX-1/withdraw", "{\"files\": []}", "malformed"),
        (Method::GET, "/api/v1/requests?limit=x", "", "malformed"),
        (Method::GET, "/api/v1/requests?nonsense=1", "", "malformed"),
        (Method::GET, "/api/v1/requests/x%ff", "", "bad-request"),
        (Method::GET, "/api/v1/requests/EX-0", "", "not-found"),
        (Method::GET, "/api/v1/drafts/1", "", "no-such-draft"),
        (Method::POST, "/api/v1/requests/EX-1/withdraw", "{\"files\": [\"..\"]}", "path-outside"),
    ] {
        assert_eq!(ann.send(method, path, body).await.problem(), code, "{path} {body}");
    }
    let long = format!("{{\"files\": [\"{}\"]}}", "x".repeat(300 << 10));
    assert_eq!(ann.send(Method::POST, "/api/v1/requests", &long).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    for (path, body, code) in [
        ("/api/v1/reviews/EX-1/decisions", json!({ "choice": "reject" }), "review-refused"),
        (
            "/api/v1/reviews/EX-1/decisions",
            json!({ "choice": "approve", "files": ["ann/gone.csv"] }),
            "review-refused",
        ),
        ("/api/v1/reviews/EX-1/decisions", json!({ "choice": "maybe" }), "malformed"),
        (
            "/api/v1/reviews/EX-1/refusals",
            json!({ "choice": "approve", "file": "ann/sexes.csv" }),
            "malformed",
        ),
        ("/api/v1/reviews/EX-9/claim", json!({}), "no-such-request"),
        ("/api/v1/reviews/EX-1/submit", json!({}), "review-refused"),
    ] {
        assert_eq!(cleo.post(path, &body).await.problem(), code, "{path} {body}");
    }
    assert_eq!(cleo.get("/api/v1/reviews/EX-1/release").await.problem(), "not-found");
    let bearer = format!("Bearer {}", cleo.secret);
    let foreign = [
        ("authorization", bearer.as_str()),
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ];
    let answer =
        house.stranger().send(Method::POST, "/api/v1/reviews/EX-1/claim", &foreign, Body::empty()).await;
    assert_eq!(answer.problem(), "foreign");
}

#[tokio::test]
async fn a_person_makes_and_revokes_tokens_on_their_page() {
    let house = House::new().await;
    let mut cleo = house.visitor("cleo").await;
    let form = |name: &'static str, days: &'static str| {
        [("name", name), ("days", days), ("reach", "decide"), ("role", "checker"), ("role", "admin")]
    };
    for (name, days, words) in [("", "30", "Give the token a name"), ("nightly", "366", "1 to 365 days")] {
        let refused = cleo.post("/account/tokens", &form(name, days)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains(words), "{words}");
    }
    let made = cleo.post("/account/tokens", &form("<b>nightly</b>", "30")).await.text();
    crate::safety::inert(&made);
    let secret =
        made.split("value=\"exeat_").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    let page = cleo.get("/account").await.text();
    assert!(page.contains("nightly") && page.contains("look, ask and decide") && !page.contains(&secret));
    let bearer = format!("Bearer exeat_{secret}");
    let mut script = house.stranger();
    let authorization = [("authorization", bearer.as_str())];
    let whose = script.send(Method::GET, "/api/v1/account", &authorization, Body::empty()).await.json();
    assert_eq!(whose["roles"], json!(["checker"]), "at most the person's own");
    let mut aude = house.visitor("aude").await;
    assert_eq!(aude.post("/account/tokens/1/revoke", &[]).await.status, StatusCode::NOT_FOUND, "another's");
    assert!(aude.get("/ledger?q=nightly").await.text().contains("créé le jeton 1"));
    assert_eq!(cleo.post("/account/tokens/1/revoke", &[]).await.header("location"), "/account?done=revoked");
    assert_eq!(
        script.send(Method::GET, "/api/v1/account", &authorization, Body::empty()).await.problem(),
        "bad-token"
    );
    assert!(aude.get("/ledger?q=nightly").await.text().contains("révoqué le jeton 1"));
    assert!(cleo.get("/account?done=revoked").await.text().contains("The token is revoked"));
}
