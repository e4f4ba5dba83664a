//! From the queue to the decision: by forms alone, without scripts.

use axum::http::StatusCode;
use exeat_domain::ledger::Actor;
use exeat_domain::request::RequestId;
use exeat_domain::state::State;

use crate::house::{House, settings};

async fn state(house: &House, id: RequestId) -> State {
    house.desk.checker(Actor::person("cleo")).await.unwrap().show(id).await.unwrap().0.state
}

#[tokio::test]
async fn a_clear_request_is_found_approved_and_submitted() {
    let house = House::new().await;
    let id = house.ask(&["ann"], "table 1 of the paper").await;
    let mut cleo = house.visitor("cleo").await;
    let queue = cleo.get("/queue").await.text();
    for words in
        ["1 request waits for a checker", "EX-1", "Ann Peeters", "table 1 of the paper", "0 of 2", "2 files"]
    {
        assert!(queue.contains(words), "{words}: {queue}");
    }
    assert_eq!(cleo.post(&format!("/requests/{id}/claim"), &[]).await.status, StatusCode::SEE_OTHER);
    assert!(cleo.get("/queue?claim=mine").await.text().contains("EX-1"));
    assert!(cleo.get("/queue?claim=free").await.text().contains("No waiting request fits"));
    let page = cleo.get(&format!("/requests/{id}")).await.text();
    for words in ["regions.csv", "sexes.csv", "0 of 2 decided", "rows 1 to 60 of 60", ">R0<", "dimension"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.contains("disabled>Submit review"), "a button that cannot be pressed says why: {page}");
    let form = [("round", "1"), ("file", "1"), ("choice", "approve"), ("reason", "")];
    let next = cleo.post(&format!("/requests/{id}/decide"), &form).await;
    assert_eq!(next.header("location"), format!("/requests/{id}?file=2"));
    assert!(cleo.get("/queue").await.text().contains("1 of 2"));
    let form = [("round", "1"), ("file", "2"), ("choice", "approve-all"), ("reason", "")];
    cleo.post(&format!("/requests/{id}/decide"), &form).await;
    let page = cleo.get(&format!("/requests/{id}")).await.text();
    assert!(page.contains("Submitting releases 2, returns 0, rejects 0"), "{page}");
    assert_eq!(state(&house, id).await, State::Submitted, "nothing moves before it is submitted");
    cleo.post(&format!("/requests/{id}/submit"), &[]).await;
    house.run_past_undo().await;
    assert_eq!(state(&house, id).await, State::Released);
    let page = cleo.get(&format!("/requests/{id}")).await.text();
    assert!(page.contains("This file can no longer be looked at"), "{page}");
    let (request, _) = house.desk.checker(Actor::person("cleo")).await.unwrap().show(id).await.unwrap();
    let release = request.release.unwrap();
    let entries = house.desk.ledger(&Actor::person("aude"), Some(id), 0, 100).await.unwrap();
    let left = cleo.get(&format!("/requests/{id}/release")).await.text();
    let hashes = release.files.iter().map(|file| file.seal.sha256.to_string());
    let hashes = hashes.chain(entries.last().map(|entry| entry.hash.to_string()));
    let names = [release.archive.unwrap().path, release.deliveries[0].message_id.clone()];
    let all = names.into_iter().chain(hashes).chain(["Cleo Maes".into(), "ann_P@example.org".into()]);
    for told in all {
        assert!(left.contains(&told), "{told}: {left}");
    }
    let queue = cleo.get("/queue").await.text();
    assert!(
        queue.contains("Nothing waits for a checker") && queue.contains("The last one came today"),
        "{queue}"
    );
}

#[tokio::test]
async fn what_goes_against_the_machine_needs_words_and_keeps_what_was_typed() {
    let house = House::new().await;
    house.put("small/small.csv", "age,women,men,total\n18-39,120,98,218\n40-59,340,377,717\n80+,88,4,92\n");
    let id = house.ask(&["small"], "").await;
    let mut cleo = house.visitor("cleo").await;
    let page = cleo.get(&format!("/requests/{id}")).await.text();
    for words in
        ["CNT-MIN", "The cell counts 4 people", "class=\"n flag blocked\"", "no purpose given", "href=\"#f"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let decide = format!("/requests/{id}/decide");
    let refused =
        cleo.post(&decide, &[("round", "1"), ("file", "1"), ("choice", "approve"), ("reason", " ")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("role=\"alert\""));
    let stale =
        cleo.post(&decide, &[("round", "7"), ("file", "1"), ("choice", "return"), ("reason", "x")]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.text().contains("Someone else was quicker"));
    let form =
        [("round", "1"), ("file", "1"), ("choice", "return"), ("reason", "Merge the oldest two groups.")];
    cleo.post(&decide, &form).await;
    assert!(
        cleo.get(&format!("/requests/{id}?file=1")).await.text().contains("Merge the oldest two groups.")
    );
    let mut ann = house.visitor("ann_P").await;
    let page = ann.get(&format!("/mine/{id}")).await.text();
    assert!(!page.contains("Merge the oldest two groups."), "not before the decision");
    cleo.post(&format!("/requests/{id}/submit"), &[]).await;
    house.run_past_undo().await;
    assert_eq!(state(&house, id).await, State::Returned);
    let page = ann.get(&format!("/mine/{id}")).await.text();
    for words in ["returned to you", "Merge the oldest two groups.", "CNT-MIN", "Withdraw the request"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Cleo"), "who checks is not told");
    ann.post(&format!("/mine/{id}/withdraw"), &[]).await;
    assert_eq!(state(&house, id).await, State::Withdrawn);
}

#[tokio::test]
async fn two_reviewers_are_blind_to_one_another() {
    let house = House::with(settings(), |site| site.policy.reviewers = 2).await;
    let id = house.ask(&["ann"], "table 1").await;
    let (mut cleo, mut dirk) = (house.visitor("cleo").await, house.visitor("dirk").await);
    let back = [("round", "1"), ("file", "1"), ("choice", "return"), ("reason", "the wrong population")];
    cleo.post(&format!("/requests/{id}/decide"), &back).await;
    let rest = [("round", "1"), ("file", "2"), ("choice", "approve"), ("reason", "")];
    cleo.post(&format!("/requests/{id}/decide"), &rest).await;
    cleo.post(&format!("/requests/{id}/submit"), &[]).await;
    let page = dirk.get(&format!("/requests/{id}")).await.text();
    assert!(page.contains("1 van 2 oordelen zijn binnen"), "{page}");
    assert!(!page.contains("the wrong population") && !page.contains("Cleo"), "blind: {page}");
    assert!(dirk.get("/queue").await.text().contains("0 van 2"));
    for file in ["1", "2"] {
        let form = [("round", "1"), ("file", file), ("choice", "approve"), ("reason", "")];
        dirk.post(&format!("/requests/{id}/decide"), &form).await;
    }
    dirk.post(&format!("/requests/{id}/submit"), &[]).await;
    assert!(
        !dirk.get(&format!("/requests/{id}")).await.text().contains("Cleo Maes"),
        "blind until it is settled"
    );
    house.run_past_undo().await;
    let page = dirk.get(&format!("/requests/{id}")).await.text();
    assert!(page.contains("the wrong population") && page.contains("Cleo Maes"), "{page}");
    let again = cleo.post(&format!("/requests/{id}/decide"), &back).await;
    assert!(again.status.is_client_error());
}

#[tokio::test]
async fn a_table_is_read_in_windows() {
    let house = House::new().await;
    let mut table = String::from("region,year,patients\n");
    for row in 0..5000 {
        table += &format!("R{row},{},{}\n", 2000 + row % 20, if row == 4321 { 3 } else { 100 + row % 700 });
    }
    house.put("long/long.csv", &table);
    let id = house.ask(&["long"], "long").await;
    let mut cleo = house.visitor("cleo").await;
    let rows = format!("/requests/{id}/rounds/1/files/1/rows");
    let window = cleo.get(&format!("{rows}?from=4000&count=50")).await;
    assert_eq!(window.header("x-rows"), "5000");
    let text = window.text();
    assert_eq!(text.matches("<tr").count(), 50);
    assert!(text.contains(">R4000<") && text.contains(">R4049<") && !text.contains("<html"));
    let found = cleo.get(&format!("{rows}?find=r4321")).await;
    assert_eq!((found.header("x-rows"), found.text().matches("<tr").count()), ("1", 1));
    let ordered = cleo.get(&format!("{rows}?order=3&count=1")).await.text();
    assert!(ordered.contains(">R4321<"), "the least of the third column: {ordered}");
    let most = cleo.get(&format!("{rows}?count=100000")).await;
    assert_eq!(most.text().matches("<tr").count(), 200, "no more than a window");
    let page = cleo.get(&format!("/requests/{id}?file=1&row=4321")).await.text();
    assert!(page.contains("id=\"r4321\"") && page.contains("Earlier rows"), "{page}");
}
