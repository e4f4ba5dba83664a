//! What a checker tells: words for a file that goes back, comments, and taking both decisions and reviews back.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use axum::http::StatusCode;
use exeat_desk::ports::{Failure, People};
use exeat_desk::{Ask, Ports, Wording, Worked};
use exeat_domain::context::Context;
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::{Actor, Fact};
use exeat_domain::path::SharePath;
use exeat_domain::request::{Asked, Door, Purpose, RequestId, Thread};
use exeat_domain::review::Choice;
use exeat_domain::roster::{Language, Person, ReleaseMode, Role, Roster};
use exeat_domain::state::State;
use exeat_testkit::site::{Site, run};
use sha2::Digest as _;

use crate::house::{House, settings};

const SMALL: &str = "age,women,men,total\n18-39,120,98,218\n40-59,340,377,717\n80+,88,4,92\n";

fn lines(line: &str) -> Vec<Asked> {
    vec![Asked { line: line.into(), purpose: Purpose::Output }]
}

/// `bram_P`, who reads French, asks for a table with a small cell.
async fn small(house: &House) -> RequestId {
    house.put("small/small.csv", SMALL);
    let ask = Ask {
        door: Door::Web,
        project: None,
        purpose: "table 2".into(),
        thread: Thread::default(),
        asked: lines("small"),
        context: Context::default(),
    };
    let id = house.desk.requester(Actor::person("bram_P")).ask(ask).await.unwrap().id;
    run(&house.desk).await.unwrap();
    id
}

async fn state(house: &House, id: RequestId) -> State {
    house.desk.checker(Actor::person("cleo")).await.unwrap().show(id).await.unwrap().0.state
}

async fn facts(house: &House, id: RequestId) -> Vec<Fact> {
    let entries = house.desk.ledger(&Actor::person("aude"), Some(id), 0, 100).await.unwrap();
    entries.into_iter().map(|entry| entry.event.fact).collect()
}

#[tokio::test]
async fn a_file_goes_back_in_the_words_that_were_drafted_chosen_and_edited() {
    let house = House::new().await;
    let id = small(&house).await;
    let mut cleo = house.visitor("cleo").await;
    let form = [("round", "1"), ("file", "1"), ("choice", "return"), ("reason", "")];
    let asked = cleo.post(&format!("/requests/{id}/decide"), &form).await;
    let page = format!("/requests/{id}/refuse?file=1&choice=return");
    assert_eq!(asked.header("location"), page, "without words a draft is given");
    let drafted = cleo.get(&page).await.text();
    for words in
        ["lang=\"fr\"", "in French", "(CNT-MIN)", "name=\"rule\" value=\"CNT-MIN\" checked", "Bram Claes"]
    {
        assert!(drafted.contains(words), "{words}: {drafted}");
    }
    assert!(drafted.contains("ligne 3, colonne 3"), "the letter stands beside: {drafted}");
    let refuse = format!("/requests/{id}/refuse");
    let base = [("round", "1"), ("file", "1"), ("choice", "return")];
    let with = |more: &[(&'static str, &'static str)]| [&base[..], more].concat();
    let bare = cleo.post(&refuse, &with(&[("words", ""), ("drafted", ""), ("what", "see")])).await.text();
    assert!(bare.contains("Write why, and the letter stands here.") && !bare.contains("ligne 3"), "{bare}");
    let nothing = cleo.post(&refuse, &with(&[("words", " "), ("drafted", "x"), ("what", "send")])).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = "Regroupez les deux âges <les plus hauts>.";
    let told = with(&[("rule", "CNT-MIN"), ("words", words), ("drafted", "x"), ("what", "see")]);
    let seen = cleo.post(&refuse, &told).await.text();
    assert!(seen.contains("&#62; Regroupez les deux âges &#60;les plus hauts&#62;."), "{seen}");
    let told = with(&[("rule", "CNT-MIN"), ("words", words), ("drafted", "x"), ("what", "send")]);
    assert_eq!(cleo.post(&refuse, &told).await.status, StatusCode::SEE_OTHER);
    assert!(cleo.get(&page).await.text().contains("les plus hauts"), "what was written is there again");
    cleo.post(&format!("/requests/{id}/submit"), &[]).await;
    house.run_past_undo().await;
    assert_eq!(state(&house, id).await, State::Returned);
    let messages = Site::at(house.folder.path()).messages().unwrap();
    let mail = messages.iter().map(|mail| mail.text.replace("\r\n", "\n")).find(|text| text.contains(words));
    let mail = mail.expect("the words are in the mail that was sent");
    assert!(mail.contains("CNT-MIN") && mail.contains("ligne 3, colonne 3"), "{mail}");
    assert!(!mail.contains("Que faire"), "what to mend is said once, in the checker's words: {mail}");
    let facts = facts(&house, id).await;
    let digest = Sha256(sha2::Sha256::digest(&mail).into());
    let worded = |fact: &Fact| matches!(fact, Fact::Worded { text_sha256, .. } if *text_sha256 == digest);
    assert!(facts.iter().any(worded), "{facts:?}");
    let chosen = |fact: &Fact| matches!(fact, Fact::Chosen { rules, .. } if rules.contains("CNT-MIN"));
    assert!(facts.iter().any(chosen), "{facts:?}");
}

#[tokio::test]
async fn decisions_and_reviews_are_taken_back_until_they_take_effect() {
    let house = House::new().await;
    let id = house.ask(&["ann"], "table 1").await;
    let mut cleo = house.visitor("cleo").await;
    let (decide, submit) = (format!("/requests/{id}/decide"), format!("/requests/{id}/submit"));
    let all = [("round", "1"), ("file", "1"), ("choice", "approve-all")];
    cleo.post(&decide, &all).await;
    cleo.post(&decide, &[("round", "1"), ("file", "2"), ("choice", "undo")]).await;
    assert!(cleo.get(&format!("/requests/{id}")).await.text().contains("1 of 2 decided"));
    cleo.post(&decide, &all).await;
    let submitted = cleo.post(&submit, &[]).await;
    let queue = cleo.get(submitted.header("location")).await.text();
    assert!(queue.contains("Your review of EX-1 is submitted.") && queue.contains("/undo\""), "{queue}");
    assert_eq!(house.desk.work(None).await.unwrap(), Worked::Idle, "nothing is done yet");
    assert_eq!(state(&house, id).await, State::Submitted);
    for roused in [Some(id), None] {
        house.desk.retry(roused).await.unwrap();
        assert_eq!(
            house.desk.work(None).await.unwrap(),
            Worked::Idle,
            "neither a retry nor a start is sooner"
        );
        assert_eq!(state(&house, id).await, State::Submitted);
    }
    let back = cleo.post(&format!("/requests/{id}/undo"), &[]).await;
    assert_eq!(back.header("location"), format!("/requests/{id}"));
    house.run_past_undo().await;
    assert_eq!(state(&house, id).await, State::Submitted, "what was taken back takes no effect");
    let page = cleo.get(&format!("/requests/{id}")).await.text();
    assert!(page.contains("2 of 2 decided") && page.contains("data-key=\"s\""), "{page}");
    cleo.post(&submit, &[]).await;
    house.run_past_undo().await;
    assert_eq!(state(&house, id).await, State::Released);
    let late = cleo.post(&format!("/requests/{id}/undo"), &[]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.text().contains("what they brought about is not undone"));
}

#[tokio::test]
async fn comments_reach_whom_they_are_for_and_stay_through_the_rounds() {
    let house = House::with(settings(), |site| site.policy.reviewers = 2).await;
    let id = house.ask(&["ann"], "table 1").await;
    let (mut cleo, mut dirk) = (house.visitor("cleo").await, house.visitor("dirk").await);
    let mut ann = house.visitor("ann_P").await;
    let say = format!("/requests/{id}/comment");
    let private = [("file", "1"), ("on_file", "1"), ("visibility", "checkers"), ("text", "I doubt the base")];
    assert_eq!(cleo.post(&say, &private).await.status, StatusCode::SEE_OTHER);
    cleo.post(&say, &[("file", "1"), ("visibility", "public"), ("text", "Which years are these?")]).await;
    let empty = cleo.post(&say, &[("file", "1"), ("text", "  ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mine = ann.get(&format!("/mine/{id}")).await.text();
    assert!(mine.contains("Which years are these?") && mine.contains("The checkers"), "{mine}");
    assert!(!mine.contains("I doubt the base") && !mine.contains("Cleo"), "{mine}");
    ann.post(&format!("/mine/{id}/comment"), &[("text", "From 2019 to 2023.")]).await;
    let page = cleo.get(&format!("/requests/{id}")).await.text();
    for words in ["I doubt the base", "regions.csv", "checkers only", "From 2019 to 2023.", "Ann Peeters"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let blind = dirk.get(&format!("/requests/{id}")).await.text();
    assert!(blind.contains("From 2019 to 2023.") && !blind.contains("I doubt the base"), "{blind}");
    house
        .desk
        .requester(Actor::person("ann_P"))
        .correct(id, lines("ann/sexes.csv"), Context::default())
        .await
        .unwrap();
    run(&house.desk).await.unwrap();
    let next = dirk.get(&format!("/requests/{id}")).await.text();
    assert!(next.contains("I doubt the base") && next.contains("ronde 1"), "kept, and open to all: {next}");
    let bram = house.visitor("bram_P").await.post(&format!("/mine/{id}/comment"), &[("text", "x")]).await;
    assert_eq!(bram.status, StatusCode::NOT_FOUND);
    let told = facts(&house, id).await.into_iter().filter(|fact| matches!(fact, Fact::Commented { .. }));
    assert_eq!(told.count(), 3);
}

/// A requester on automatic release whose training has ended, or not yet, and a checker.
struct Trained(bool);

#[async_trait]
impl People for Trained {
    async fn roster(&self) -> Result<Roster, Failure> {
        let trained = if self.0 { "2999-12-31" } else { "2020-01-01" };
        let person = |account: &str, role, mode| Person {
            account: account.into(),
            name: account.into(),
            address: format!("{account}@example.org").parse().unwrap(),
            language: Language::En,
            roles: BTreeSet::from([role]),
            mode,
            projects: BTreeSet::new(),
            automatic_since: None,
            trained_until: Some(trained.parse().unwrap()),
            active: true,
        };
        let people = vec![
            person("ann_P", Role::Requester, ReleaseMode::Automatic),
            person("cleo", Role::Checker, ReleaseMode::Validated),
        ];
        Ok(Roster::new(people, vec![]).unwrap())
    }
}

#[tokio::test]
async fn a_letter_is_previewed_by_the_release_mode_of_the_day() {
    let house = House::with(settings(), |site| {
        site.policy.deliver.pickup_modes.insert(ReleaseMode::Automatic);
        site.web = Some("https://desk.example.org".into());
    })
    .await;
    let id = house.ask(&["ann"], "table 1").await;
    for trained in [true, false] {
        let people: Arc<dyn People> = Arc::new(Trained(trained));
        let desk = house.site.desk(|ports| Ports { people, ..ports }).await.unwrap();
        let checker = desk.checker(Actor::person("cleo")).await.unwrap();
        let path = |name| SharePath::new(name).unwrap();
        checker.decide(id, &[path("ann/regions.csv")], Choice::Approve, Some("fine"), true).await.unwrap();
        let (request, _) = checker.show(id).await.unwrap();
        let wording = Wording { choice: Choice::Return, told: BTreeSet::new(), words: "Which years?".into() };
        let letter = checker.preview(&request, &path("ann/sexes.csv"), wording).await.unwrap();
        assert_eq!(letter.text.contains("/pickup/"), trained, "{}", letter.text);
    }
}
