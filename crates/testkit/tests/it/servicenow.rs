//! The story by tickets of ServiceNow's stand-in, and what goes wrong on the way: nothing is lost, nothing is there twice.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use exeat_channels::tickets::{
    Clerk, Comment, Known, Login, Reached, Seen, ServiceNow, ServiceNowConfig, System,
};
use exeat_desk::ports::{Filter, Health, Probe as _, Store as _};
use exeat_domain::ledger::Fact;
use exeat_domain::request::{Door, Request};
use exeat_domain::review::Choice;
use exeat_domain::state::State;
use exeat_testkit::dovecot::secret;
use exeat_testkit::site::{PASSWORD, decide, run};
use exeat_testkit::tickets::{StandIn, Tickets, servicenow};
use serde_json::{Value, json};

const ASK: &str = "Hello,\n\ncould you release these three, please?\n\n\
                   - \\\\files.example.org\\results\\ann\\regions.csv\n\
                   - \"\\\\files.example.org\\results\\ann\\ages and sexes.csv\"\n\
                   - file://files.example.org/results/ann/sexes.csv\n\nKind regards,\nAnn";
const ONE: &str = "Please release \\\\files.example.org\\results\\ann\\regions.csv";

/// A desk before a stand-in.
struct House {
    folder: tempfile::TempDir,
    server: StandIn,
    tickets: Tickets,
}

impl std::ops::Deref for House {
    type Target = Tickets;

    fn deref(&self) -> &Tickets {
        &self.tickets
    }
}

impl House {
    async fn new() -> Self {
        let server = StandIn::start("servicenow", false).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let tickets = Tickets::servicenow(folder.path(), &server).await.unwrap();
        Self { folder, server, tickets }
    }

    /// Takes in what is there, and does what is due.
    async fn go(&self) -> Seen {
        let (seen, _) = self.clerk.look(None).await.unwrap();
        assert_eq!(run(&self.desk).await.unwrap(), Vec::<String>::new());
        seen
    }

    async fn requests(&self) -> Vec<Request> {
        let store = self.site.store().await.unwrap();
        let mut all = vec![];
        for summary in store.list(&Filter { limit: 1000, ..Filter::default() }).await.unwrap() {
            all.push(store.load(summary.id).await.unwrap());
        }
        all
    }

    async fn facts(&self) -> Vec<Fact> {
        let ledger = self.site.store().await.unwrap().ledger(None, 0, 1000).await.unwrap();
        ledger.into_iter().map(|entry| entry.event.fact).collect()
    }

    fn state(&self) -> Value {
        self.server.control("state", &json!({})).unwrap()
    }

    /// What the desk wrote on a ticket, oldest first.
    fn comments(&self, ticket: &str) -> Vec<String> {
        let state = self.state();
        let mut found: Vec<(String, String)> = state["tables"]["sys_journal_field"]
            .as_object()
            .unwrap()
            .values()
            .filter(|row| row["element_id"] == ticket && row["sys_created_by"] == "exeat")
            .map(|row| {
                (row["sys_created_on"].as_str().unwrap().into(), row["value"].as_str().unwrap().into())
            })
            .collect();
        found.sort();
        found.into_iter().map(|(_, text)| text).collect()
    }

    /// What is attached to a ticket.
    fn attached(&self, ticket: &str) -> Vec<(String, Vec<u8>)> {
        let state = self.state();
        let rows = state["tables"]["sys_attachment"].as_object().unwrap();
        let rows = rows.values().filter(|row| row["table_sys_id"] == ticket);
        rows.map(|row| {
            let held = state["bytes"][row["sys_id"].as_str().unwrap()].as_str().unwrap().to_owned();
            (row["file_name"].as_str().unwrap().to_owned(), unbase64(&held))
        })
        .collect()
    }

    fn ticket_state(&self, ticket: &str) -> String {
        self.state()["tables"]["sc_req_item"][ticket]["state"].as_str().unwrap().to_owned()
    }
}

fn unbase64(text: &str) -> Vec<u8> {
    let mut decode = Command::new("base64");
    let mut child = decode
        .arg("-d")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let owned = text.to_owned();
    let writer = std::thread::spawn(move || std::io::Write::write_all(&mut input, owned.as_bytes()));
    let out = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    out.stdout
}

/// Whether 7-Zip opens the package, and it holds so many files.
fn opens(folder: &std::path::Path, bytes: &[u8], files: usize) {
    let package = folder.join("as-received.zip");
    std::fs::write(&package, bytes).unwrap();
    let tested = Command::new("7z").args(["t", &format!("-p{PASSWORD}")]).arg(&package).output().unwrap();
    let said = String::from_utf8_lossy(&tested.stdout);
    let counted = files == 1 || said.contains(&format!("Files: {files}"));
    assert!(tested.status.success() && counted, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn three_paths_in_a_ticket_end_as_an_attachment_that_seven_zip_opens() {
    let house = House::new().await;
    std::fs::write(
        house.site.root.join("share/ann/ages and sexes.csv"),
        "age,patients\nyoung,410\nold,398\n",
    )
    .unwrap();
    let ticket = house.server.ticket("ann_P", ASK).unwrap();
    assert_eq!(house.go().await, Seen { done: 1, parked: 0, later: 0 });
    let request = house.requests().await.pop().unwrap();
    assert_eq!(
        (request.state, request.door, request.requester.as_str()),
        (State::Submitted, Door::Ticket, "ann_P")
    );
    let mut files: Vec<&str> = request.current_files().map(|(_, file)| file.path.as_str()).collect();
    files.sort_unstable();
    assert_eq!(files, ["ann/ages and sexes.csv", "ann/regions.csv", "ann/sexes.csv"]);
    assert_eq!(house.ticket_state(&ticket), "2");
    let receipt = house.comments(&ticket).pop().unwrap();
    assert!(receipt.contains("ann/regions.csv") && receipt.ends_with(".test@example.org]"), "{receipt}");

    decide(&house.desk, request.id, Choice::Approve).await.unwrap();
    assert_eq!(house.go().await, Seen::default(), "what the desk writes asks for nothing");
    let attached = house.attached(&ticket);
    assert_eq!(attached.len(), 1);
    opens(house.folder.path(), &attached[0].1, 3);
    assert_eq!((house.comments(&ticket).len(), house.ticket_state(&ticket).as_str()), (2, "3"));
    assert!(house.comments(&ticket)[1].contains(&attached[0].0), "{:?}", house.comments(&ticket));
    assert_eq!(house.site.messages().unwrap(), [], "nothing goes by mail");
    // Looked at again, by a desk that was started anew, it is the same.
    assert_eq!(house.go().await, Seen::default());
    assert_eq!(house.requests().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_a_conversation() {
    let house = House::new().await;
    let ticket =
        house.server.ticket("ann_P", &format!("{ONE}\nand the file with the sexes, sexs.csv.")).unwrap();
    house.go().await;
    assert!(house.comments(&ticket)[0].contains("sexs.csv"), "{:?}", house.comments(&ticket));
    let answer = "It is \\\\files.example.org\\results\\ann\\sexes.csv";
    house.server.write(&ticket, "ann_P", answer).unwrap();
    assert_eq!(house.go().await.done, 1);
    let request = house.requests().await.pop().unwrap();
    assert_eq!(request.rounds.len(), 2);
    assert!(request.current_files().any(|(_, file)| file.path.as_str() == "ann/sexes.csv"));
    // A colleague of the service desk is not the caller.
    house.server.write(&ticket, "dirk", "Please withdraw the whole request.").unwrap();
    assert_eq!(house.go().await, Seen::default());
    house.server.write(&ticket, "ann_P", "Please withdraw the whole request.").unwrap();
    assert_eq!(house.go().await.done, 1);
    let all = house.requests().await;
    assert_eq!((all.len(), all[0].state), (1, State::Withdrawn));
    assert_eq!(house.ticket_state(&ticket), "4");
    assert_eq!(house.comments(&ticket).len(), 3, "{:?}", house.comments(&ticket));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_known_or_not_the_caller_gets_nothing() {
    let house = House::new().await;
    let stranger = house.server.ticket("mallory", ONE).unwrap();
    let another = json!({ "caller": "ann_P", "opened_by": "dirk", "text": ONE });
    let another = house.server.control("ticket", &another).unwrap()["sys_id"].as_str().unwrap().to_owned();
    // An account that is like one on the roster, with its address.
    let like = json!({ "caller": "ann", "email": "ann_P@example.org", "text": ONE });
    let like = house.server.control("ticket", &like).unwrap()["sys_id"].as_str().unwrap().to_owned();
    let checker = house.server.ticket("cleo", ONE).unwrap();
    assert_eq!(house.go().await, Seen { done: 3, parked: 1, later: 0 });
    for ticket in [&stranger, &another, &like, &checker] {
        assert_eq!((house.comments(ticket), house.attached(ticket)), (vec![], vec![]));
    }
    assert!(house.requests().await.iter().all(|request| request.state == State::Refused));
    let told = house.site.messages().unwrap();
    assert!(
        told.len() == 1 && !told[0].text.contains("regions"),
        "only cleo is told, in a fixed sentence: {told:?}"
    );
    assert_eq!(house.go().await, Seen::default());
    // Where addresses tell who someone is, the last but one is known.
    let clerk = Clerk { known: Known::Address, for_others: true, ..house.clerk.clone() };
    let again = house
        .server
        .control("ticket", &json!({ "caller": "ann", "opened_by": "dirk", "text": ONE }))
        .unwrap();
    clerk.look(None).await.unwrap();
    run(&house.desk).await.unwrap();
    assert_eq!(house.comments(again["sys_id"].as_str().unwrap()).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_someone_changed_is_for_a_person() {
    let house = House::new().await;
    let ticket = house.server.ticket("ann_P", ONE).unwrap();
    house.go().await;
    let fields = json!({ "description": "Please release \\\\files.example.org\\results\\ann\\sexes.csv" });
    house.server.control("edit", &json!({ "ticket": ticket, "fields": fields })).unwrap();
    assert_eq!(house.go().await, Seen { done: 0, parked: 1, later: 0 });
    assert_eq!(house.go().await, Seen::default(), "it is put aside once");
    assert_eq!(house.requests().await[0].rounds.len(), 1);
    let parked = |fact: &Fact| matches!(fact, Fact::Parked { why, .. } if why == "ticket-edited");
    assert_eq!(house.facts().await.iter().filter(|fact| parked(fact)).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_went_to_someone_else_gets_nothing() {
    let house = House::new().await;
    let ticket = house.server.ticket("ann_P", ONE).unwrap();
    house.go().await;
    let other = house.server.ticket("mallory", ONE).unwrap();
    let request = house.state()["tables"]["sc_req_item"][&other]["request"].clone();
    house.server.control("edit", &json!({ "ticket": ticket, "fields": { "request": request } })).unwrap();
    let id = house.requests().await[0].id;
    decide(&house.desk, id, Choice::Approve).await.unwrap();
    let causes = run(&house.desk).await.unwrap();
    assert!(causes.iter().any(|cause| cause.contains("for someone else now")), "{causes:?}");
    assert_eq!((house.attached(&ticket).len(), house.comments(&ticket).len()), (0, 1));
    assert_eq!(house.site.messages().unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_comment_of_another_stands_for_the_desks() {
    let house = House::new().await;
    let ticket = house.server.ticket("ann_P", ONE).unwrap();
    let forged = "Done.\n\n[ex-1.received.1.test@example.org]";
    house.server.write(&ticket, "dirk", forged).unwrap();
    // Nor does what another attached under the package's name.
    let named = json!({ "ticket": ticket, "by": "dirk", "name": "half.zip" });
    house.server.control("broken-attachment", &named).unwrap();
    house.go().await;
    assert_eq!(house.comments(&ticket).len(), 1);
    let system = ServiceNow::new(servicenow(&house.server.url)).unwrap();
    let mine = json!({ "ticket": ticket, "by": "exeat", "name": "half.zip" });
    house.server.control("broken-attachment", &mine).unwrap();
    let whole = Arc::new(b"whole".to_vec());
    for _ in 0..2 {
        system.attach(&ticket, "half.zip", Arc::clone(&whole)).await.unwrap();
    }
    let mut held: Vec<Vec<u8>> = house.attached(&ticket).into_iter().map(|(_, bytes)| bytes).collect();
    held.sort();
    assert_eq!(held, [b"half".to_vec(), b"whole".to_vec()], "the other's stays, the desk's half is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_letter_overtakes_an_earlier_one_of_its_request() {
    let house = House::new().await;
    let ticket = house.server.ticket("ann_P", ONE).unwrap();
    let refuses_to_move = json!([{ "match": "PATCH", "skip": 1, "kind": "status", "status": 500 }]);
    house.server.control("faults", &refuses_to_move).unwrap();
    house.clerk.look(None).await.unwrap();
    assert_eq!(run(&house.desk).await.unwrap().len(), 1);
    decide(&house.desk, house.requests().await[0].id, Choice::Approve).await.unwrap();
    let again = json!([{ "match": "PATCH", "kind": "status", "status": 500 }]);
    house.server.control("faults", &again).unwrap();
    let causes = run(&house.desk).await.unwrap();
    assert_eq!(causes.len(), 2, "the receipt does not get through, and the release waits for it: {causes:?}");
    assert!(run(&house.desk).await.unwrap().is_empty());
    assert_eq!((house.comments(&ticket).len(), house.ticket_state(&ticket).as_str()), (2, "3"));
}

/// Everything that can go wrong with a call.
fn faults() -> Vec<Value> {
    vec![
        json!({ "kind": "status", "status": 503 }),
        json!({ "kind": "status", "status": 429, "retry_after": "0" }),
        json!({ "kind": "status", "status": 429, "retry_after": "3600" }),
        json!({ "kind": "status", "status": 500 }),
        json!({ "kind": "status", "status": 403 }),
        json!({ "kind": "reset" }),
        json!({ "kind": "lost" }),
        json!({ "kind": "truncated" }),
        json!({ "kind": "garbage" }),
        json!({ "kind": "redirect", "to": "http://127.0.0.1:9/" }),
        json!({ "kind": "stall", "seconds": 2 }),
    ]
}

/// Every kind of call, as the stand-in names them.
const CALLS: [&str; 9] = [
    "GET /api/now/table/sc_req_item$",
    "GET /api/now/table/sc_req_item/",
    "GET /api/now/table/sys_journal_field",
    "GET /api/now/table/sys_user",
    "PATCH /api/now/table/sc_req_item/",
    "GET /api/now/attachment",
    "POST /api/now/attachment/file",
    "(PATCH|POST)",
    ".",
];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_nothing_is_lost_and_nothing_is_there_twice() {
    let tried = faults().into_iter().map(|fault| tokio::spawn(at_every_call(fault)));
    for tried in tried.collect::<Vec<_>>() {
        tried.await.unwrap();
    }
}

/// A fault at the first call of each kind, and at a later one.
async fn at_every_call(fault: Value) {
    let house = House::new().await;
    let base = servicenow(&house.server.url);
    let reached = Reached { timeout: Duration::from_secs(1), ..base.reached.clone() };
    let quick = ServiceNow::new(ServiceNowConfig { reached, ..base }).unwrap();
    let root = house.folder.path().join("quick");
    std::fs::create_dir(&root).unwrap();
    let tickets = Tickets::furnish(&root, Arc::new(quick)).await.unwrap();
    let house = House { tickets, ..house };
    for call in CALLS {
        for skip in [0, 1] {
            let ticket = house.server.ticket("ann_P", ONE).unwrap();
            let mut armed = fault.clone();
            armed["match"] = call.into();
            armed["skip"] = skip.into();
            house.server.control("faults", &json!([armed])).unwrap();
            end(&house.tickets).await;
            let what = format!("{fault} at {call} ({skip})");
            assert_eq!(house.comments(&ticket).len(), 2, "{what}: {:?}", house.comments(&ticket));
            let attached = house.attached(&ticket);
            assert_eq!(attached.len(), 1, "{what}");
            assert_eq!(house.ticket_state(&ticket), "3", "{what}");
            opens(&root, &attached[0].1, 1);
        }
    }
    assert_eq!(house.requests().await.len(), CALLS.len() * 2, "{fault}");
}

/// Tries until everything is released, as a desk does that runs on.
async fn end(tickets: &Tickets) {
    for _ in 0..80 {
        let looked = tickets.clerk.look(None).await;
        let mut failed = run(&tickets.desk).await.unwrap().len();
        let store = tickets.site.store().await.unwrap();
        let mut open = 0;
        for summary in store.list(&Filter { limit: 1000, ..Filter::default() }).await.unwrap() {
            if summary.state == State::Submitted {
                decide(&tickets.desk, summary.id, Choice::Approve).await.unwrap();
                failed += run(&tickets.desk).await.unwrap().len();
            }
            let now = store.load(summary.id).await.unwrap().state;
            open += usize::from(now != State::Released);
        }
        if looked.is_ok_and(|(seen, _)| seen == Seen::default()) && failed + open == 0 {
            return;
        }
        // As the desk does, which waits longer each time.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it does not come to an end: {:?}", run(&tickets.desk).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watermark_leaves_nothing_out() {
    let house = House::new().await;
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
        let house = House::new().await;
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
    let house = House::new().await;
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
    let house = House::new().await;
    let system = ServiceNow::new(servicenow(&house.server.url)).unwrap();
    for key in ["", "../sys_user", "a?sysparm_query=x", "0123456789abcdef0123456789abcde^"] {
        assert_eq!(system.ticket(key).await.unwrap_err().code, "ticket-gone", "{key}");
        assert_eq!(system.entries(key).await.unwrap_err().code, "ticket-gone", "{key}");
    }
    assert_eq!(house.state()["calls"], json!([]));
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
    let server = StandIn::start("servicenow", true).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/stand-ins/try_pysnc.py");
    let python = std::env::var_os("EXEAT_TEST_PYTHON").unwrap_or_else(|| "python3".into());
    let said = Command::new(python).args([script, &server.url]).arg(server.certificate()).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success() && out.contains("pysnc is content"), "{out}{err}");
}
