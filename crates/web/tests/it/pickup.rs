//! Picking a package up: once, by its requester alone, while the link is good; whole, or from where it broke off.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use exeat_domain::ledger::Fact;
use exeat_domain::pickup::{Closed, Way};
use exeat_domain::request::{Request, RequestId};
use exeat_domain::review::Choice;
use exeat_domain::state::State;
use exeat_testkit::site::{PASSWORD, Site, decide, files_under, run};
use sha2::{Digest as _, Sha256};

use crate::house::{House, Visitor, settings};

/// A site whose every mail is too large.
fn small_mails(site: &mut Site) {
    site.web = Some("https://desk.example.org".into());
    site.policy.deliver.largest_mail = 10;
}

/// A house in which a package waits, and the path of its link.
async fn ready() -> (House, RequestId, String) {
    let house = House::with(settings(), small_mails).await;
    let id = house.ask(&["ann"], "table 1").await;
    decide(&house.desk, id, Choice::Approve).await.unwrap();
    assert_eq!(run(&house.desk).await.unwrap(), Vec::<String>::new());
    let link = link(&house);
    (house, id, link)
}

/// The path in the last letter that has one; the letter carries neither a package nor a password.
fn link(house: &House) -> String {
    let mut messages = house.site.messages().unwrap();
    messages.retain(|message| message.text.contains("/pickup/"));
    messages.sort_by_key(|message| message.message_id.clone());
    let mut links: Vec<String> = messages
        .iter()
        .map(|message| {
            assert!(message.attachments.is_empty() && !message.text.contains(PASSWORD), "{}", message.text);
            let rest = message.text.split("https://desk.example.org").nth(1).unwrap();
            rest.split_whitespace().next().unwrap().to_owned()
        })
        .collect();
    links.dedup();
    let known = SEEN.with(|seen| seen.borrow().clone());
    let fresh = links.iter().find(|link| !known.contains(link)).unwrap().clone();
    SEEN.with(|seen| seen.borrow_mut().push(fresh.clone()));
    fresh
}

thread_local! {
    /// Links that a test has met.
    static SEEN: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(vec![]) };
}

async fn request(house: &House, id: RequestId) -> Request {
    use exeat_domain::ledger::Actor;
    house.desk.checker(Actor::person("cleo")).await.unwrap().show(id).await.unwrap().0
}

/// What the ledger says of the pickup.
async fn facts(house: &House, id: RequestId) -> Vec<Fact> {
    let store = house.site.store().await.unwrap();
    let entries = exeat_desk::ports::Store::ledger(&store, Some(id), 0, 1000).await.unwrap();
    let of_pickup = |fact: &Fact| {
        matches!(
            fact,
            Fact::FetchBegun { .. }
                | Fact::FetchContinued { .. }
                | Fact::FetchRefused { .. }
                | Fact::Fetched { .. }
                | Fact::LinkRenewed
                | Fact::PickupLapsed
        )
    };
    entries.into_iter().map(|entry| entry.event.fact).filter(of_pickup).collect()
}

/// The package as it lies in the scratch folder.
fn package(house: &House) -> Vec<u8> {
    let files = files_under(&house.folder.path().join("state/scratch")).unwrap();
    let zip = files.iter().find(|path| path.components().any(|part| part.as_os_str() == "packages")).unwrap();
    std::fs::read(zip).unwrap()
}

/// Waits until the server has let go of the download and written down that it was whole.
async fn until_fetched(house: &House, id: RequestId) {
    until_fetched_times(house, id, 1).await;
}

async fn until_fetched_times(house: &House, id: RequestId, times: usize) {
    for _ in 0..500 {
        let told = facts(house, id).await;
        if told.iter().filter(|fact| matches!(fact, Fact::Fetched { .. })).count() == times {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nothing was fetched: {:?}", facts(house, id).await);
}

/// Kept for as long as its download could be continued; then gone from the scratch folder and from the seals, and the release
/// is done.
async fn wiped(house: &House, id: RequestId) {
    if request(house, id).await.release.unwrap().pickup.unwrap().completed_at.is_some() {
        assert_eq!(run(&house.desk).await.unwrap(), Vec::<String>::new());
        assert_eq!(request(house, id).await.state, State::Approved);
        assert!(!package(house).is_empty());
        house.clock.forward(TimeDelta::hours(25));
    }
    assert_eq!(run(&house.desk).await.unwrap(), Vec::<String>::new());
    assert_eq!(request(house, id).await.state, State::Released);
    for folder in ["state/scratch", "state/seals"] {
        assert_eq!(files_under(&house.folder.path().join(folder)).unwrap(), Vec::<std::path::PathBuf>::new());
    }
}

async fn refused(visitor: &mut Visitor<'_>, link: &str, says: &str) {
    let page = visitor.get(link).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains(says) && !page.text().contains("/package"), "{says}: {}", page.text());
    let package = visitor.get(&format!("{link}/package")).await;
    assert_eq!(package.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(package.text().contains("<html"), "a page says why");
}

#[tokio::test]
async fn a_package_is_picked_up_whole_and_once() {
    let (house, id, link) = ready().await;
    assert_eq!(link.split('/').next_back().unwrap().len(), 43, "256 bits: {link}");
    let waiting = request(&house, id).await;
    let release = waiting.release.unwrap();
    assert_eq!((waiting.state, release.way, release.packages.len()), (State::Approved, Way::Pickup, 1));
    let stored = serde_json::to_string(&release).unwrap();
    assert!(!stored.contains(link.split('/').next_back().unwrap()), "only a digest of it is kept");

    let mut ann = house.visitor("ann_P").await;
    let mine = ann.get(&format!("/mine/{id}")).await.text();
    assert!(mine.contains("The link is in the message of") && !mine.contains(&link), "{mine}");
    for _ in 0..2 {
        let page = ann.get(&link).await;
        assert!(page.text().contains(&format!("{link}/package")), "looking uses nothing up");
    }
    let head = ann.send(Method::HEAD, &format!("{link}/package"), &[], Body::empty()).await;
    assert_eq!(head.status, StatusCode::METHOD_NOT_ALLOWED, "the head alone begins no download");
    assert_eq!(facts(&house, id).await, []);
    let got = ann.get(&format!("{link}/package")).await;
    assert_eq!((got.status, got.header("content-type")), (StatusCode::OK, "application/zip"));
    assert_eq!(got.header("content-disposition"), format!("attachment; filename=\"{id}.zip\""));
    assert_eq!((got.header("x-content-type-options"), got.header("cache-control")), ("nosniff", "no-store"));
    assert_eq!(got.header("content-encoding"), "");
    assert_eq!(Sha256::digest(&got.body).as_slice(), release.packages[0].sha256.0);

    until_fetched(&house, id).await;
    refused(&mut ann, &link, "The package was picked up").await;
    let renewed = ann.post(&format!("/mine/{id}/pickup"), &[]).await;
    assert_eq!(renewed.status, StatusCode::UNPROCESSABLE_ENTITY, "once is once, without a checker");
    wiped(&house, id).await;
    let mut ann = house.back("ann_P").await;
    refused(&mut ann, &link, "The package was picked up").await;
    let bytes = got.body.len() as u64;
    let used = Fact::FetchRefused { why: Closed::Used };
    let told = facts(&house, id).await;
    let fetched = [Fact::FetchBegun { from: 0 }, Fact::Fetched { from: 0, bytes }];
    assert_eq!(
        told,
        [&fetched[..], &[used.clone(), used]].concat(),
        "each refused download once, and no look"
    );
    assert_eq!(ann.post(&format!("/mine/{id}/pickup"), &[]).await.status, StatusCode::NOT_FOUND);

    assert!(!facts(&house, id).await.contains(&Fact::PickupLapsed), "somebody came");
    let mut aude = house.visitor("aude").await;
    let record = aude.get(&format!("/releases/{id}/record.json")).await.text();
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    assert!(
        record["pickup"]["completed_at"].is_string() && record["pickup"]["begun_at"].is_string(),
        "{record}"
    );
    assert_eq!(record["deliveries"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_did_not_come_whole_is_sent_anew_by_a_checker() {
    let (house, id, link) = ready().await;
    let mut ann = house.visitor("ann_P").await;
    assert_eq!(ann.get(&format!("{link}/package")).await.status, StatusCode::OK);
    until_fetched(&house, id).await;
    let mine = ann.get(&format!("/mine/{id}")).await.text();
    assert!(mine.contains("Picked up") && !mine.contains("Send a new link"), "{mine}");

    // It came damaged, because it lay damaged: it is made anew before the new link goes.
    let files = files_under(&house.folder.path().join("state/scratch")).unwrap();
    let zip = files.iter().find(|path| path.components().any(|part| part.as_os_str() == "packages")).unwrap();
    let mut bytes = std::fs::read(zip).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    std::fs::write(zip, bytes).unwrap();
    let mut cleo = house.visitor("cleo").await;
    let page = cleo.get(&format!("/requests/{id}/release")).await.text();
    assert!(page.contains("Send a new link"), "{page}");
    assert_eq!(cleo.post(&format!("/requests/{id}/pickup"), &[]).await.status, StatusCode::SEE_OTHER);
    let failed = run(&house.desk).await.unwrap();
    assert_eq!(failed.len(), 1, "the damage is told: {failed:?}");
    house.clock.forward(TimeDelta::hours(1));
    assert_eq!(run(&house.desk).await.unwrap(), Vec::<String>::new());

    let (mut ann, new) = (house.back("ann_P").await, self::link(&house));
    refused(&mut ann, &link, "A newer link took the place").await;
    let got = ann.get(&format!("{new}/package")).await;
    let release = request(&house, id).await.release.unwrap();
    assert_eq!(Sha256::digest(&got.body).as_slice(), release.packages[0].sha256.0);
    until_fetched_times(&house, id, 2).await;
    wiped(&house, id).await;
}

#[tokio::test]
async fn a_broken_download_goes_on_after_the_server_was_started_again() {
    let (house, id, link) = ready().await;
    let whole = package(&house);
    let path = format!("{link}/package");
    let mut ann = house.visitor("ann_P").await;
    // Nothing to go on with yet: it begins at the first byte.
    let begun = ann.begin(&path, &[("range", "bytes=100-")]).await;
    assert_eq!(begun.status(), StatusCode::OK);
    let tag = begun.headers()["etag"].to_str().unwrap().to_owned();
    drop(begun);
    let cookie = ann.cookie.clone();

    let house = house.restarted().await;
    assert_eq!(run(&house.desk).await.unwrap(), Vec::<String>::new());
    let mut ann = house.stranger();
    ann.cookie = cookie;
    assert!(ann.get(&link).await.text().contains("Go on with the download"));
    let range = [("range", "bytes=100-"), ("if-range", tag.as_str())];
    let got = ann.send(Method::GET, &path, &range, Body::empty()).await;
    assert_eq!(got.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(got.header("content-range"), format!("bytes 100-{}/{}", whole.len() - 1, whole.len()));
    assert_eq!(got.body, whole[100..]);
    until_fetched(&house, id).await;
    let bytes = whole.len() as u64;
    let expected = [
        Fact::FetchBegun { from: 0 },
        Fact::FetchContinued { from: 100 },
        Fact::Fetched { from: 100, bytes },
    ];
    assert_eq!(facts(&house, id).await, expected);
    wiped(&house, id).await;
}

#[tokio::test]
async fn a_download_cannot_be_continued_for_ever() {
    let (house, id, link) = ready().await;
    let path = format!("{link}/package");
    let mut ann = house.visitor("ann_P").await;
    drop(ann.begin(&path, &[]).await);
    house.clock.forward(TimeDelta::hours(25));
    let mut ann = house.back("ann_P").await;
    refused(&mut ann, &link, "This link has expired").await;
    assert_eq!(facts(&house, id).await[1], Fact::FetchRefused { why: Closed::Expired });
}

#[tokio::test]
async fn an_expired_link_is_renewed_while_the_package_is_kept() {
    let (house, id, old) = ready().await;
    house.enrol("ann_P", None).await;
    house.clock.forward(TimeDelta::days(8));
    let mut ann = house.back("ann_P").await;
    refused(&mut ann, &old, "This link has expired").await;
    assert!(ann.get(&old).await.text().contains("Send a new link"));
    assert_eq!(ann.post(&format!("/mine/{id}/pickup"), &[]).await.status, StatusCode::SEE_OTHER);
    assert!(ann.get(&format!("/mine/{id}")).await.text().contains("The link is being sent"));
    assert_eq!(run(&house.desk).await.unwrap(), Vec::<String>::new());
    let new = link(&house);
    refused(&mut ann, &old, "A newer link took the place").await;
    assert!(ann.get(&new).await.text().contains("The package is ready"));
    assert!(facts(&house, id).await.contains(&Fact::LinkRenewed));

    // A checker can have one made as well; and at last the package is given up.
    let mut cleo = house.visitor("cleo").await;
    let page = cleo.get(&format!("/requests/{id}/release")).await.text();
    assert!(page.contains("Send a new link") && page.contains("link sent"), "{page}");
    assert_eq!(cleo.post(&format!("/requests/{id}/pickup"), &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(run(&house.desk).await.unwrap(), Vec::<String>::new());
    let newest = link(&house);
    house.clock.forward(TimeDelta::days(23));
    wiped(&house, id).await;
    let mut ann = house.back("ann_P").await;
    refused(&mut ann, &newest, "The package is not kept any more").await;
    assert!(facts(&house, id).await.contains(&Fact::PickupLapsed));
    let told = house.site.messages().unwrap();
    let told = told.iter().filter(|message| message.subject.contains("was not picked up")).count();
    assert_eq!(told, 1, "and its requester hears of it");
}

#[tokio::test]
async fn nobody_else_picks_it_up_and_whoever_tries_is_written_down() {
    let (house, id, link) = ready().await;
    let mut stranger = house.stranger();
    for path in [link.clone(), format!("{link}/package")] {
        let answer = stranger.get(&path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert!(answer.header("location").starts_with("/sign-in?to=%2Fpickup%2F"));
    }
    for account in ["bram_P", "cleo"] {
        let mut visitor = house.visitor(account).await;
        for path in [link.clone(), format!("{link}/package")] {
            assert_eq!(visitor.get(&path).await.status, StatusCode::NOT_FOUND, "{account}");
        }
        assert_ne!(visitor.post(&format!("/mine/{id}/pickup"), &[]).await.status, StatusCode::SEE_OTHER);
    }
    let theirs = Fact::FetchRefused { why: Closed::NotTheirs };
    assert_eq!(facts(&house, id).await, vec![theirs; 4]);
    let mut ann = house.visitor("ann_P").await;
    let wrong = format!("/pickup/{id}/{}", "A".repeat(43));
    for path in [wrong.clone(), format!("{wrong}/package"), format!("/pickup/EX-99/{}", "A".repeat(43))] {
        assert_eq!(ann.get(&path).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(facts(&house, id).await.len(), 4, "a guess names no package");
    assert_eq!(ann.get(&format!("{link}/package")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn without_a_web_desk_everything_goes_by_mail() {
    let house = House::with(settings(), |site| site.policy.deliver.largest_mail = 10).await;
    let id = house.ask(&["ann"], "table 1").await;
    decide(&house.desk, id, Choice::Approve).await.unwrap();
    assert_eq!(run(&house.desk).await.unwrap(), Vec::<String>::new());
    let released = request(&house, id).await;
    assert_eq!((released.state, released.release.unwrap().way), (State::Released, Way::Mail));
}

#[tokio::test]
async fn no_link_leads_nowhere() {
    let (mut house, id, _) = ready().await;
    let mut cleo = house.visitor("cleo").await;
    assert_eq!(cleo.post(&format!("/requests/{id}/pickup"), &[]).await.status, StatusCode::SEE_OTHER);
    let sent = house.site.messages().unwrap().len();
    house.site.web = None;
    let house = house.restarted().await;
    let failed = run(&house.desk).await.unwrap();
    assert!(failed.len() == 1 && failed[0].contains("Put [web] back"), "{failed:?}");
    assert_eq!(house.site.messages().unwrap().len(), sent);
}
