//! What is Jira's own: its documents, its time zones to the minute, its rights and its cloud.

use chrono::DateTime;
use exeat_channels::tickets::{Comment, Jira, JiraConfig, Login, Reached, Seen, System as _};
use exeat_desk::ports::{Health, Probe as _};
use exeat_testkit::dovecot::secret;
use exeat_testkit::site::run;
use exeat_testkit::tickets::{StandIn, Wire, jira};
use serde_json::json;

use super::{House, ONE, is_content};

#[tokio::test(flavor = "multi_thread")]
async fn the_time_zone_of_the_account_hides_nothing() {
    for zone in [json!("America/Los_Angeles"), json!("Asia/Tokyo"), json!(null), json!("Nowhere/Else")] {
        let house = House::new(Wire::Jira).await;
        let set = zone.as_str().is_some_and(|zone| zone.starts_with('A'));
        house
            .server
            .control("settings", &json!({ "zone": if set { zone.clone() } else { json!(null) } }))
            .unwrap();
        house.server.ticket("mallory", "before").unwrap();
        let (_, reached) = house.clerk.look(None).await.unwrap();
        let ticket = house.server.ticket("ann_P", ONE).unwrap();
        assert_eq!(house.clerk.look(Some(reached)).await.unwrap().0.done, 1, "{zone}");
        run(&house.desk).await.unwrap();
        assert_eq!(house.comments(&ticket).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_asked_for_and_what_is_old_is_left_alone() {
    let house = House::new(Wire::Jira).await;
    for number in 0..230 {
        let ticket = json!({ "caller": "mallory", "text": format!("{number}"), "at": "2026-11-20 08:00:00" });
        house.server.control("ticket", &ticket).unwrap();
    }
    let (seen, reached) = house.clerk.look(None).await.unwrap();
    assert_eq!(seen.done, 230);
    assert!(
        house.seen()["calls"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|call| *call == "GET /rest/api/3/search/jql")
            .count()
            == 3
    );
    house.server.ticket("ann_P", ONE).unwrap();
    assert_eq!(house.clerk.look(Some(reached)).await.unwrap().0, Seen { done: 1, parked: 0, later: 0 });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_caller_cannot_see_is_not_there() {
    let house = House::new(Wire::Jira).await;
    let ticket = house.server.ticket("ann_P", ONE).unwrap();
    house.go().await;
    // A note among agents asks for nothing, whoever wrote it.
    let note = json!({ "ticket": ticket, "by": "ann_P", "text": "Please withdraw the whole request.", "public": false });
    house.server.control("comment", &note).unwrap();
    assert_eq!(house.go().await, Seen::default());
    // An account that only writes notes is told so, and nothing counts as said.
    house.server.control("settings", &json!({ "agent": false })).unwrap();
    let system = Jira::new(jira(&house.server.url)).unwrap();
    let comment = Comment { text: "one", mark: "mark-1" };
    assert_eq!(system.comment(&ticket, &comment).await.unwrap_err().code, "ticket-refused");
    let attached = system.attach(&ticket, "one.zip", std::sync::Arc::new(b"one".to_vec())).await;
    assert_eq!(attached.unwrap_err().code, "ticket-refused");
    let signs = system.probe().await;
    assert!(
        signs.iter().any(|sign| sign.health == Health::Broken && sign.saw.contains("CREATE_ATTACHMENTS")),
        "{signs:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_written_as_they_are() {
    let house = House::new(Wire::Jira).await;
    let ticket = house.server.ticket("mallory", "none").unwrap();
    let system = Jira::new(jira(&house.server.url)).unwrap();
    let text = "*a* {code}x{code} [b|https://example.org]\n\\\\files\\share\\a.csv\n\nlast";
    for _ in 0..2 {
        system.comment(&ticket, &Comment { text, mark: "mark-1" }).await.unwrap();
    }
    assert_eq!(house.comments(&ticket), [format!("{text}\n\n[mark-1]")]);
    for key in ["", "REL-1", "1/comment", "10001?x"] {
        assert_eq!(system.ticket(key).await.unwrap_err().code, "ticket-gone", "{key}");
        assert_eq!(system.entries(key).await.unwrap_err().code, "ticket-gone", "{key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_that_has_no_way_holds_nothing_up_and_hidden_addresses_are_told() {
    let house = House::new(Wire::Jira).await;
    house.server.control("settings", &json!({ "stuck": true, "hidden": true })).unwrap();
    let ticket = house.server.ticket("ann_P", ONE).unwrap();
    let system = Jira::new(jira(&house.server.url)).unwrap();
    assert_eq!(system.move_to(&ticket, "done").await.unwrap_err().code, "ticket-refused");
    let signs = system.probe().await;
    assert!(
        signs.iter().any(|sign| sign.health == Health::Broken && sign.saw.contains("mail address")),
        "{signs:?}"
    );
    house.go().await;
    assert_eq!(house.comments(&ticket), Vec::<String>::new(), "whom nobody knows nobody answers");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_a_cloud_and_tls_are_proved_or_nothing_is_said() {
    let server = StandIn::start("jira", true).unwrap();
    let config = |password: &'static str, roots: bool| {
        let base = jira(&server.url);
        let login = Login::Client {
            token_url: format!("{}/oauth/token", server.url),
            id: "exeat-client".into(),
            secret: secret(password),
            scope: None,
        };
        let roots = roots.then(|| std::fs::read(server.certificate()).unwrap());
        let cloud_id = Some("11111111-2222-3333-4444-555555555555".to_owned());
        JiraConfig { reached: Reached { login, roots, ..base.reached }, cloud_id, ..base }
    };
    let code = |config| async move {
        let changed = Jira::new(config).unwrap().changed(DateTime::UNIX_EPOCH, None).await;
        changed.err().map(|failure| failure.code)
    };
    assert_eq!(code(config("correct-staple", true)).await, None);
    assert_eq!(code(config("wrong", true)).await, Some("ticket-login"));
    assert_eq!(code(config("correct-staple", false)).await, Some("ticket-down"));
    let elsewhere = JiraConfig { cloud_id: Some("abc".into()), ..config("correct-staple", true) };
    assert_eq!(code(elsewhere).await, Some("ticket-gone"));
    let signs = Jira::new(config("correct-staple", true)).unwrap().probe().await;
    let healths: Vec<Health> = signs.iter().map(|sign| sign.health).collect();
    assert_eq!(healths, [Health::Fine, Health::Fine, Health::Warning], "{signs:?}");
    let odd = |change: fn(&mut JiraConfig)| {
        let mut config = jira(&server.url);
        change(&mut config);
        Jira::new(config).is_err()
    };
    assert!(odd(|config| config.queue = " ".into()));
    assert!(odd(|config| config.queue = "project = REL order  by key".into()));
    assert!(odd(|config| config.text = vec!["a,b".into()]));
    assert!(odd(|config| config.cloud_id = Some("../x".into())));
}

#[test]
fn a_client_of_its_community_takes_the_stand_in_for_a_site() {
    is_content("jira", "try_jira.py");
}
