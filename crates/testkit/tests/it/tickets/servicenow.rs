//! What is ServiceNow's own: its watermark, its time zones, its rights and its client.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use exeat_channels::tickets::{
    Clerk, Comment, Known, Login, Reached, Seen, ServiceNow, ServiceNowConfig, System as _,
};
use exeat_desk::ports::{Health, Probe as _};
use exeat_domain::ledger::Fact;
use exeat_domain::review::Choice;
use exeat_domain::state::State;
use exeat_testkit::dovecot::secret;
use exeat_testkit::site::{decide, run};
use exeat_testkit::tickets::{StandIn, Wire, servicenow};
use serde_json::json;

use super::{House, ONE, is_content};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_like_another_is_nobody_and_an_address_counts_where_it_is_said() {
    let house = House::new(Wire::ServiceNow).await;
    // An account that is like one on the roster, with its address.
    let like = json!({ "caller": "ann", "email": "ann_P@example.org", "text": ONE });
    let like = house.server.control("ticket", &like).unwrap()["key"].as_str().unwrap().to_owned();
    house.go().await;
    assert_eq!(house.comments(&like), Vec::<String>::new());
    // Where addresses tell who someone is, the last but one is known.
    let clerk = Clerk { known: Known::Address, for_others: true, ..house.clerk.clone() };
    let again = house
        .server
        .control("ticket", &json!({ "caller": "ann", "opened_by": "dirk", "text": ONE }))
        .unwrap();
    clerk.look(None).await.unwrap();
    run(&house.desk).await.unwrap();
    assert_eq!(house.comments(again["key"].as_str().unwrap()).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watermark_leaves_nothing_out() {
    let house = House::new(Wire::ServiceNow).await;
    // So many within one second that no page holds them, and some before and after.
    let at = "2026-11-24 08:00:00";
    for number in 0..230 {
        let at = if number < 205 { at } else { "2026-11-24 08:00:01" };
        let ticket = json!({ "caller": "mallory", "text": format!("{number}"), "at": at });
        house.server.control("ticket", &ticket).unwrap();
    }
    let (seen, reached) = house.clerk.look(None).await.unwrap();
    assert_eq!(seen.done, 230);
    let last: DateTime<Utc> = "2026-11-24T08:00:01Z".parse().unwrap();
    assert_eq!(reached, last - TimeDelta::minutes(5), "it looks back, for clocks that differ");
    let (again, same) = house.clerk.look(Some(reached)).await.unwrap();
    assert_eq!((again, same), (Seen::default(), reached));
    let ticket = house.server.ticket("ann_P", ONE).unwrap();
    assert_eq!(house.clerk.look(Some(reached)).await.unwrap().0.done, 1);
    run(&house.desk).await.unwrap();
    assert_eq!(house.comments(&ticket).len(), 1);

    // A ticket that cannot be taken in now is not behind the watermark.
    let held = house.server.ticket("ann_P", ONE).unwrap();
    house.server.ticket("mallory", "later").unwrap();
    let fault = json!([{ "match": "sys_journal_field", "kind": "status", "status": 500, "times": 9999 }]);
    house.server.control("faults", &fault).unwrap();
    let (seen, reached) = house.clerk.look(Some(reached)).await.unwrap();
    assert!(seen.later > 0);
    house.server.control("faults", &json!([])).unwrap();
    house.clerk.look(Some(reached)).await.unwrap();
    run(&house.desk).await.unwrap();
    assert_eq!(house.comments(&held).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_zone_of_the_account_hides_nothing() {
    for shift in [-8, 9] {
        let house = House::new(Wire::ServiceNow).await;
        house.server.control("settings", &json!({ "shift": shift })).unwrap();
        house.server.ticket("mallory", "before").unwrap();
        let (_, reached) = house.clerk.look(None).await.unwrap();
        let ticket = house.server.ticket("ann_P", ONE).unwrap();
        assert_eq!(house.clerk.look(Some(reached)).await.unwrap().0.done, 1, "{shift}");
        run(&house.desk).await.unwrap();
        assert_eq!(house.comments(&ticket).len(), 1);
        let signs = house.clerk.system.probe().await;
        assert!(signs.iter().any(|sign| sign.saw.contains("UTC")), "{signs:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_and_tls_are_proved_or_nothing_is_said() {
    let server = StandIn::start("servicenow", true).unwrap();
    // The control connection of the tests trusts no certificate of its own: what is asked is asked by the wire.
    let config = |password: &'static str, roots: bool| {
        let base = servicenow(&server.url);
        let login = Login::Client {
            token_url: format!("{}/oauth_token.do", server.url),
            id: "exeat-client".into(),
            secret: secret(password),
            scope: None,
        };
        let roots = roots.then(|| std::fs::read(server.certificate()).unwrap());
        ServiceNowConfig { reached: Reached { login, roots, ..base.reached }, ..base }
    };
    let code = |config| async move {
        ServiceNow::new(config)
            .unwrap()
            .changed(DateTime::UNIX_EPOCH, None)
            .await
            .err()
            .map(|failure| failure.code)
    };
    assert_eq!(code(config("correct-staple", true)).await, None);
    assert_eq!(code(config("wrong", true)).await, Some("ticket-login"));
    assert_eq!(
        code(config("correct-staple", false)).await,
        Some("ticket-down"),
        "an authority that is not known"
    );
    let signs = ServiceNow::new(config("correct-staple", true)).unwrap().probe().await;
    let healths: Vec<Health> = signs.iter().map(|sign| sign.health).collect();
    assert_eq!(healths, [Health::Fine, Health::Fine, Health::Warning, Health::Fine], "{signs:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ended_is_renewed_and_a_state_that_is_kept_holds_nothing_up() {
    let house = House::new(Wire::ServiceNow).await;
    let base = servicenow(&house.server.url);
    let login = Login::Client {
        token_url: format!("{}/oauth_token.do", house.server.url),
        id: "exeat-client".into(),
        secret: secret("correct-staple"),
        scope: Some("useraccount".into()),
    };
    let reached = Reached { login, ..base.reached.clone() };
    let system = ServiceNow::new(ServiceNowConfig { reached, ..base }).unwrap();
    let ticket = house.server.ticket("ann_P", ONE).unwrap();
    let comment = Comment { text: "one [code]<b>x</b>[/code]", mark: "mark-1" };
    system.comment(&ticket, &comment).await.unwrap();
    house.server.control("settings", &json!({ "expire": true, "readonly": ["state"] })).unwrap();
    system.comment(&ticket, &comment).await.unwrap();
    let comments = house.comments(&ticket);
    assert!(comments.len() == 1 && !comments[0].contains("[code]"), "{comments:?}");
    assert_eq!(system.move_to(&ticket, "done").await.unwrap_err().code, "ticket-refused");
    assert_eq!(system.move_to(&ticket, "nowhere").await.unwrap_err().code, "ticket-refused");
    house.go().await;
    let request = house.requests().await.pop().unwrap();
    decide(&house.desk, request.id, Choice::Approve).await.unwrap();
    house.go().await;
    assert_eq!(house.requests().await[0].state, State::Released);
    let receipts: Vec<String> = house
        .facts()
        .await
        .into_iter()
        .filter_map(|fact| match fact {
            Fact::Delivered { receipt, .. } => Some(receipt),
            _ => None,
        })
        .collect();
    assert!(receipts[0].contains("not moved to done"), "{receipts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_keys_and_settings_are_never_asked_for() {
    let house = House::new(Wire::ServiceNow).await;
    let system = ServiceNow::new(servicenow(&house.server.url)).unwrap();
    for key in ["", "../sys_user", "a?sysparm_query=x", "0123456789abcdef0123456789abcde^"] {
        assert_eq!(system.ticket(key).await.unwrap_err().code, "ticket-gone", "{key}");
        assert_eq!(system.entries(key).await.unwrap_err().code, "ticket-gone", "{key}");
    }
    assert_eq!(house.seen()["calls"], json!([]));
    let base = servicenow(&house.server.url);
    for (table, queue) in
        [("sc_req_item/../x", "a=b"), ("task", ""), ("task", "a=b^NQc=d"), ("task", "ORDERBYx")]
    {
        let odd = ServiceNowConfig { table: table.into(), queue: queue.into(), ..base.clone() };
        assert!(ServiceNow::new(odd).is_err(), "{table} {queue}");
    }
    let states: BTreeMap<String, String> = BTreeMap::new();
    assert!(ServiceNow::new(ServiceNowConfig { states, ..base }).is_ok());
}

#[test]
fn its_own_client_takes_the_stand_in_for_an_instance() {
    is_content("servicenow", "try_pysnc.py");
}
