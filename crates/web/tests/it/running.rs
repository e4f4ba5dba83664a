//! What an administrator sees: who is trusted how far, what is in force, and what is stuck.

use axum::http::StatusCode;
use chrono::TimeDelta;

use exeat_domain::ledger::Actor;
use exeat_domain::pickup::Way;
use exeat_domain::review::Choice;
use exeat_domain::token::Reach;
use exeat_testkit::site::{Site, files_under, run};
use serde_json::json;

use crate::house::{House, settings};
use crate::safety::inert;

#[tokio::test]
async fn an_administrator_sees_who_is_trusted_and_what_is_in_force() {
    let house = House::new().await;
    let mut adam = house.visitor("adam").await;
    let page = adam.get("/admin").await.text();
    inert(&page);
    for there in
        ["Er zit niets vast", "Ann Peeters", "ann_P@example.org", "niet actief", "be-default", "aanvrager"]
    {
        assert!(page.contains(there), "{there}: {page}");
    }
}

#[tokio::test]
async fn the_policy_is_shown_whole_in_each_language() {
    let change = |site: &mut Site| {
        (site.policy.undo_seconds, site.policy.compare_days) = (1, 0);
        site.policy.deliver.by = Way::Pickup;
        site.policy.deliver.pickup_projects.insert("asthma".into());
        site.policy.deliver.link_days = 1;
    };
    let house = House::with(settings(), change).await;
    let mut adam = house.visitor("adam").await;
    let page = adam.get("/admin").await.text();
    for there in [
        "1 seconde<",
        "helemaal niet<",
        "via afhalen op deze desk",
        "asthma",
        "geldt",
        "1 dag<",
        "24 uur",
        "30 dagen",
    ] {
        assert!(page.contains(there), "{there}: {page}");
    }
    // Every setting has its line; a schema that gains one fails here.
    let serde_json::Value::Object(policy) = serde_json::to_value(&house.site.policy).unwrap() else {
        panic!("a policy is an object")
    };
    let deliver = policy["deliver"].as_object().unwrap();
    let lines = page.split("id=\"policy\"").nth(1).unwrap().matches("<tr>").count();
    let empty = ["pickup_modes"].len();
    assert_eq!(lines, 1 + (policy.len() - 1) + deliver.len() - empty, "{page}");
}

#[tokio::test]
async fn a_stuck_job_shows_its_cause_and_is_tried_again() {
    let house = House::new().await;
    let id = house.ask(&["ann"], "table 1").await;
    // The sealed copies are gone: the release cannot take its first step.
    let checker = house.desk.checker(Actor::person("cleo")).await.unwrap();
    checker.decide(id, &[], Choice::Approve, Some("fine"), false).await.unwrap();
    let seals = files_under(&house.folder.path().join("state/seals")).unwrap();
    let away = |at: usize| house.folder.path().join(format!("away-{at}"));
    seals.iter().enumerate().for_each(|(at, seal)| std::fs::rename(seal, away(at)).unwrap());
    let causes = run(&house.desk).await.unwrap();
    assert_eq!(causes.len(), 1, "{causes:?}");

    let mut adam = house.visitor("adam").await;
    let page = adam.get("/admin").await.text();
    assert!(page.contains("Vrijgeven") && page.contains("1 poging"), "{page}");
    let words: String = causes[0].chars().take(30).collect();
    assert!(page.contains(&words), "{words}: {page}");

    seals.iter().enumerate().for_each(|(at, seal)| std::fs::rename(away(at), seal).unwrap());
    let answer = adam.post(&format!("/admin/requests/{id}/retry"), &[]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/admin"));
    assert!(
        matches!(house.desk.work(Some(id)).await.unwrap(), exeat_desk::Worked::Done(_)),
        "it is due at once"
    );
    assert!(adam.get("/admin").await.text().contains("Er zit niets vast"));
    assert_eq!(adam.post("/admin/requests/x/retry", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_connections_are_tried_and_told_in_the_language_of_whoever_reads() {
    let house = House::new().await;
    let mut adam = house.visitor("adam").await;
    assert!(adam.get("/admin").await.text().contains("Niet geprobeerd sinds de desk gestart is"));
    let script = house.script("adam", Reach::Write).await;
    assert!(script.get("/api/v1/admin/connections").await.json()["last"].is_null());

    let answer = adam.post("/admin/connections", &[]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/admin#connections"));
    let page = adam.get("/admin").await.text();
    inert(&page);
    for there in [
        "in orde",
        "te verhelpen",
        "defect",
        "/srv/share",
        "De map is er en is leesbaar.",
        "Te doen:",
        "Koppel ze voor de desk alleen-lezen",
        "De mailserver noemt zich &#60;script&#62;",
        "refused &#60;img",
    ] {
        assert!(page.contains(there), "{there}: {page}");
    }
    let last = script.get("/api/v1/admin/connections").await.json()["last"].clone();
    assert_eq!((&last["health"], &last["connections"][1]["health"]), (&"broken".into(), &"warning".into()));
    house.clock.forward(TimeDelta::minutes(1));
    let anew = script.post("/api/v1/admin/connections", &json!({})).await.json()["last"].clone();
    assert_eq!(anew["connections"], last["connections"]);
    assert_ne!(anew["at"], last["at"]);
}
