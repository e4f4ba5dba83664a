//! The requester's side: choosing files, the check before asking, drafts, sending, the next round, what stands.

use std::os::unix::fs::symlink;

use axum::http::StatusCode;
use chrono::TimeDelta;
use exeat_domain::ledger::Actor;
use exeat_domain::review::Choice;
use exeat_testkit::site::{files_under, run};

use crate::house::{House, PASSWORD, Visitor, encoded, settings};

/// The form, filled in.
const SAID: [(&str, &str); 10] = [
    ("purpose", "table 1 of the yearly report"),
    ("population", "adults admitted in 2019 to 2023"),
    ("people", "9,990 people; smallest group 200"),
    ("control", "rounded"),
    ("more", "to 5"),
    ("assured", "aggregated"),
    ("assured", "no-identifiers"),
    ("assured", "small-counts"),
    ("assured", "counts"),
    ("assured", "needed"),
];

fn said(then: &'static str) -> Vec<(&'static str, &'static str)> {
    SAID.into_iter().chain([("then", then)]).collect()
}

/// `ann_P`, back again.
async fn signed_in(house: &House) -> Visitor<'_> {
    let mut ann = house.stranger();
    ann.post("/sign-in", &[("account", "ann_P"), ("password", PASSWORD)]).await;
    ann
}

/// A draft with these files.
async fn draft(visitor: &mut Visitor<'_>, files: &[&str]) -> String {
    let begun = visitor.post("/mine/drafts", &[]).await.header("location").to_owned();
    let form: Vec<(&str, &str)> = files.iter().map(|file| ("path", *file)).collect();
    visitor.post(&begun, &form).await;
    begun.trim_end_matches("/files").to_owned()
}

#[tokio::test]
async fn a_draft_becomes_a_request_that_says_what_the_checker_asks() {
    let house = House::new().await;
    let (mut ann, mut cleo) = (house.visitor("ann_P").await, house.visitor("cleo").await);
    let draft = draft(&mut ann, &["ann/sexes.csv"]).await;
    let missing = ann.post(&draft, &[("purpose", "table 1"), ("then", "send")]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.text().contains("say whom it describes; say how many people; tick every line"));
    let sent = ann.post(&draft, &said("send")).await;
    assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, "/mine/EX-1"));
    for again in [ann.post(&draft, &said("send")).await, ann.get(&draft).await] {
        assert_eq!(again.header("location"), "/mine/EX-1", "it is sent once");
    }
    assert!(ann.get("/mine/EX-1").await.text().contains("being sealed and checked"));
    run(&house.desk).await.unwrap();
    assert_eq!(ann.get("/mine/EX-2").await.status, StatusCode::NOT_FOUND);
    let page = cleo.get("/requests/EX-1").await.text();
    for words in [
        "table 1 of the yearly report",
        "adults admitted in 2019",
        "smallest group 200",
        "counts rounded",
        "to 5",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[tokio::test]
async fn the_check_before_asking_finds_what_the_request_would_and_keeps_nothing() {
    let house = House::new().await;
    house.put("ann/small.csv", "region,patients\nnorth,3\nsouth,512\neast,377\nwest,401\n");
    let mut ann = house.visitor("ann_P").await;
    let draft = draft(&mut ann, &["ann", "ann/gone.csv"]).await;
    let seals = files_under(&house.folder.path().join("state/seals")).unwrap();
    let checked = ann.post(&draft, &[("then", "check")]).await;
    assert_eq!(checked.header("location"), format!("{draft}#check"));
    let told = ann.get(&format!("{draft}/events")).await;
    assert_eq!(told.header("content-type"), "text/event-stream");
    let told = told.text();
    assert!(told.contains("event: progress") && told.trim_end().ends_with("data: done"), "{told}");
    let page = ann.get(&draft).await.text();
    let id = house.ask(&["ann", "ann/gone.csv"], "the same").await;
    let asked = ann.get(&format!("/mine/{id}")).await.text();
    for words in ["CNT-MIN", "small.csv", "regions.csv", "There is no “gone.csv”"] {
        assert!(page.contains(words) && asked.contains(words), "{words}");
    }
    let findings = |page: &str| page.matches("<li id=\"f").count();
    assert_eq!(findings(&page), findings(&asked), "the same engine says the same");
    let scratch = files_under(&house.folder.path().join("state/scratch")).unwrap();
    assert!(scratch.is_empty(), "{scratch:?}");
    let held = files_under(&house.folder.path().join("state/seals")).unwrap().len();
    assert!(seals.is_empty() && held > 0, "only the request has sealed anything");

    ann.post(&draft, &[("then", "drop:ann")]).await;
    assert!(ann.get(&draft).await.text().contains("You have chosen other files since"));
    house.clock.forward(TimeDelta::minutes(31));
    let mut ann = signed_in(&house).await;
    assert!(!ann.get(&draft).await.text().contains("CNT-MIN"), "nothing is shown for long");
}

#[tokio::test]
async fn whoever_checks_without_end_is_asked_to_wait() {
    let house = House::new().await;
    let mut ann = house.visitor("ann_P").await;
    let draft = draft(&mut ann, &["ann/sexes.csv"]).await;
    for n in 0..20 {
        assert_eq!(ann.post(&draft, &[("then", "check")]).await.status, StatusCode::SEE_OTHER, "{n}");
        // To its end: one check of a person runs at a time.
        ann.get(&format!("{draft}/events")).await;
    }
    let refused = ann.post(&draft, &[("then", "check")]).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.text().contains("You have checked many times"));
}

#[tokio::test]
async fn a_draft_survives_signing_out() {
    let house = House::new().await;
    let mut ann = house.visitor("ann_P").await;
    let draft = draft(&mut ann, &["ann/sexes.csv"]).await;
    let kept =
        [("purpose", "half a thought"), ("control", "merged"), ("assured", "needed"), ("then", "keep")];
    let headers = [("sec-fetch-site", "same-origin"), ("hx-request", "true")];
    assert_eq!(ann.post_from(&draft, &kept, &headers).await.status, StatusCode::NO_CONTENT);
    ann.post("/sign-out", &[]).await;
    assert_eq!(ann.get(&draft).await.status, StatusCode::SEE_OTHER, "signed out");
    let mut ann = signed_in(&house).await;
    assert!(ann.get("/mine").await.text().contains("half a thought"));
    let page = ann.get(&draft).await.text();
    assert!(page.contains("half a thought") && page.contains("sexes.csv"));
    assert!(page.contains("value=\"merged\" checked") && page.contains("value=\"needed\" checked"));
    assert_eq!(ann.post(&format!("{draft}/discard"), &[]).await.header("location"), "/mine");
    assert_eq!(ann.get(&draft).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_came_back_is_mended_and_asked_for_again() {
    let house = House::new().await;
    let id = house.ask(&["ann"], "table 1").await;
    let mut ann = house.visitor("ann_P").await;
    let early = ann.post("/mine/EX-1/again", &[]).await;
    assert_eq!(early.status, StatusCode::SEE_OTHER, "a round that waits can be followed by another");
    let checker = house.desk.checker(Actor::person("cleo")).await.unwrap();
    checker.claim(id).await.unwrap();
    let waits = ann.get("/mine/EX-1").await.text();
    assert!(waits.contains("with a checker since today") && !waits.contains("cleo"), "no name is told");
    checker.decide(id, &[], Choice::Return, Some("merge the small regions"), false).await.unwrap();
    run(&house.desk).await.unwrap();
    let page = ann.get("/mine/EX-1").await.text();
    assert!(page.contains("Mend and ask again") && page.contains("merge the small regions"));
    ann.post("/mine/drafts/1/discard", &[]).await;
    let draft = ann.post("/mine/EX-1/again", &[]).await.header("location").to_owned();
    let same = ann.post("/mine/EX-1/again", &[]).await.header("location").to_owned();
    assert_eq!(draft, same, "a round has one draft");
    let page = ann.get(&draft).await.text();
    assert!(
        page.contains("Next round of EX-1") && page.contains("regions.csv") && page.contains("sexes.csv")
    );
    let sent = ann.post(&draft, &said("send")).await;
    assert_eq!(sent.header("location"), "/mine/EX-1");
    run(&house.desk).await.unwrap();
    let (request, _) = house.desk.requester(Actor::person("ann_P")).show(id).await.unwrap();
    assert_eq!((request.rounds.len(), request.state.name()), (2, "submitted"));
    assert_eq!(request.context().unwrap().population, "adults admitted in 2019 to 2023");
    assert_eq!(ann.post("/mine/EX-1/withdraw", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(ann.post("/mine/EX-1/again", &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn only_what_may_be_asked_for_is_shown_and_taken() {
    let scope = vec!["{account}".to_owned()];
    let house = House::with(settings(), |site| site.scope = scope).await;
    house.put("bram_P/secret-name.csv", "sex,patients\nF,500\n");
    house.put("ann_P/own.csv", "sex,patients\nF,500\nM,400\n");
    house.put("ann_P/.hidden.csv", "sex,patients\nF,500\n");
    house.put("ann_P/'quoted'.csv", "sex,patients\nF,500\n");
    symlink(house.folder.path().join("share/bram_P"), house.folder.path().join("share/ann_P/link")).unwrap();
    let mut ann = house.visitor("ann_P").await;
    let begun = ann.post("/mine/drafts", &[]).await.header("location").to_owned();
    let home = ann.get(&begun).await.text();
    assert!(home.contains("own.csv") && !home.contains(".hidden") && !home.contains("link/"), "{home}");
    let root = ann.get(&format!("{begun}?folder=/")).await.text();
    assert!(root.contains("ann_P/") && !root.contains("bram_P"), "the way leads home alone");
    for folder in [
        "bram_P",
        "ann",
        "ann_P/link",
        "ann_P/../bram_P",
        "..",
        "../..",
        "ann_P/..",
        "/etc",
        "ann_P//",
        "C:/",
        "\\\\evil\\x",
        "ann_P/.git",
        "ann_P\u{0}",
        "ann_P/%2e%2e/bram_P",
        "BRAM_P",
        "*",
        "ann_P/*",
    ] {
        let answer = ann.get(&format!("{begun}?folder={}", encoded(folder))).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{folder}");
        assert!(!answer.text().contains("secret-name"), "{folder}");
    }
    let hostile = [
        "bram_P/secret-name.csv",
        "ann_P/../bram_P/secret-name.csv",
        "ann_P/.hidden.csv",
        "ann_P/*",
        "*",
        "../x.csv",
        "file:///etc/passwd",
        "\\\\evil\\share\\x.csv",
        "ann_P\\own.csv",
        "",
        "ann_P/own.csv:stream",
        "/ann_P/own.csv",
    ];
    let form: Vec<(&str, &str)> = hostile.iter().map(|path| ("path", *path)).collect();
    ann.post(&begun, &form).await;
    let draft = begun.trim_end_matches("/files");
    assert!(ann.get(draft).await.text().contains("No file is chosen yet"));
    ann.post(&begun, &[("path", "ann_P/own.csv"), ("supporting", "yes")]).await;
    let page = ann.get(draft).await.text();
    assert!(page.contains("drop:ann_P/own.csv") && page.contains("Make an output"));
    // The check itself reads by the same rules, whatever the draft came to hold.
    ann.post(draft, &[("then", "check")]).await;
    ann.get(&format!("{draft}/events")).await;
    assert!(ann.get(draft).await.text().contains("class=\"judged\""));
}

#[tokio::test]
async fn a_folder_of_thousands_is_shown_in_parts() {
    let house = House::new().await;
    for n in 0..450 {
        house.put(&format!("ann/many/{n:03}.csv"), "x\n1\n");
    }
    let mut ann = house.visitor("ann_P").await;
    let begun = ann.post("/mine/drafts", &[]).await.header("location").to_owned();
    let (mut to, mut seen) = (format!("{begun}?folder=ann%2Fmany"), 0);
    for window in 0..3 {
        let page = ann.get(&to).await.text();
        let rows = page.matches("name=\"path\"").count();
        assert!(rows <= 200 && page.contains("of 450"), "{window}: {rows}");
        seen += rows;
        let next = page.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
        to = next.unwrap_or_default().replace("&amp;", "&").replace("&#38;", "&");
    }
    assert_eq!((seen, to.as_str()), (450, ""));
}

#[tokio::test]
async fn the_usual_time_is_said_once_enough_was_decided() {
    let house = House::new().await;
    let mut ann = house.visitor("ann_P").await;
    for n in 0..5 {
        let id = house.ask(&["ann/sexes.csv"], "table").await;
        assert!(!ann.get(&format!("/mine/{id}")).await.text().contains("usually"), "{n}");
        let checker = house.desk.checker(Actor::person("cleo")).await.unwrap();
        checker.decide(id, &[], Choice::Return, Some("again"), false).await.unwrap();
    }
    let id = house.ask(&["ann/sexes.csv"], "table").await;
    assert!(ann.get(&format!("/mine/{id}")).await.text().contains("with the checkers since today"));
    assert!(ann.get(&format!("/mine/{id}")).await.text().contains("; usually 5 minutes"));
}
