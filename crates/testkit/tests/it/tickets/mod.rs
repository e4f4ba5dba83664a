//! The story by tickets of each system's stand-in, and what goes wrong on the way: nothing is lost, nothing is there twice.
//! Every test here runs over every system's wire; those of one wire alone are in its own module.

mod jira;
mod servicenow;

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use exeat_channels::tickets::Seen;
use exeat_desk::ports::{Filter, Store as _};
use exeat_domain::ledger::Fact;
use exeat_domain::request::{Door, Request};
use exeat_domain::review::Choice;
use exeat_domain::state::State;
use exeat_testkit::site::{PASSWORD, decide, run};
use exeat_testkit::tickets::{StandIn, Tickets, Wire};
use serde_json::{Value, json};

const ASK: &str = "Hello,\n\ncould you release these three, please?\n\n\
                   - \\\\files.example.org\\results\\ann\\regions.csv\n\
                   - \"\\\\files.example.org\\results\\ann\\ages and sexes.csv\"\n\
                   - file://files.example.org/results/ann/sexes.csv\n\nKind regards,\nAnn";
/// The patience of a desk that is not tried.
const PATIENCE: Duration = Duration::from_secs(10);
const ONE: &str = "Please release \\\\files.example.org\\results\\ann\\regions.csv";

/// Runs every test over every wire.
macro_rules! over_each_wire {
    ($($test:ident)+) => {
        mod over_servicenow {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    super::$test(super::Wire::ServiceNow).await;
                }
            )+
        }
        mod over_jira {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    super::$test(super::Wire::Jira).await;
                }
            )+
        }
    };
}

over_each_wire! {
    three_paths_in_a_ticket_end_as_an_attachment_that_seven_zip_opens
    a_ticket_is_a_conversation
    who_is_not_known_or_not_the_caller_gets_nothing
    a_text_that_someone_changed_is_for_a_person
    a_ticket_that_went_to_someone_else_gets_nothing
    no_comment_of_another_stands_for_the_desks
    no_letter_overtakes_an_earlier_one_of_its_request
    whatever_goes_wrong_nothing_is_lost_and_nothing_is_there_twice
}

/// A desk before a stand-in.
struct House {
    wire: Wire,
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
    async fn new(wire: Wire) -> Self {
        let server = StandIn::start(wire.name(), false).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let system = wire.system(&server.url, PATIENCE).unwrap();
        let tickets = Tickets::furnish(folder.path(), system, wire.known()).await.unwrap();
        Self { wire, folder, server, tickets }
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

    /// What is there, in the same form for every system.
    fn seen(&self) -> Value {
        self.server.control("seen", &json!({})).unwrap()
    }

    /// What the desk wrote on a ticket, oldest first.
    fn comments(&self, ticket: &str) -> Vec<String> {
        let seen = self.seen();
        let said = seen["comments"][ticket].as_array().into_iter().flatten();
        said.filter(|said| said["by"] == "exeat")
            .map(|said| said["text"].as_str().unwrap().to_owned())
            .collect()
    }

    /// What is attached to a ticket.
    fn attached(&self, ticket: &str) -> Vec<(String, Vec<u8>)> {
        let seen = self.seen();
        let files = seen["files"][ticket].as_array().into_iter().flatten();
        let file = |file: &Value| {
            (file["name"].as_str().unwrap().to_owned(), unbase64(file["bytes"].as_str().unwrap()))
        };
        files.map(file).collect()
    }

    fn ticket_state(&self, ticket: &str) -> String {
        self.wire.state(self.seen()["states"][ticket].as_str().unwrap()).to_owned()
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

/// Sees that a client that others wrote takes a stand-in for the system.
fn is_content(name: &str, script: &str) {
    let server = StandIn::start(name, true).unwrap();
    let script = format!("{}/stand-ins/{script}", env!("CARGO_MANIFEST_DIR"));
    let python = std::env::var_os("EXEAT_TEST_PYTHON").unwrap_or_else(|| "python3".into());
    let said = Command::new(python).args([&script, &server.url]).arg(server.certificate()).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success() && out.contains("is content"), "{out}{err}");
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

async fn three_paths_in_a_ticket_end_as_an_attachment_that_seven_zip_opens(wire: Wire) {
    let house = House::new(wire).await;
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
    assert_eq!(house.ticket_state(&ticket), "working");
    let receipt = house.comments(&ticket).pop().unwrap();
    assert!(receipt.contains("ann/regions.csv") && receipt.ends_with(".test@example.org]"), "{receipt}");

    decide(&house.desk, request.id, Choice::Approve).await.unwrap();
    assert_eq!(house.go().await, Seen::default(), "what the desk writes asks for nothing");
    let attached = house.attached(&ticket);
    assert_eq!(attached.len(), 1);
    opens(house.folder.path(), &attached[0].1, 3);
    assert_eq!((house.comments(&ticket).len(), house.ticket_state(&ticket).as_str()), (2, "done"));
    assert!(house.comments(&ticket)[1].contains(&attached[0].0), "{:?}", house.comments(&ticket));
    assert_eq!(house.site.messages().unwrap(), [], "nothing goes by mail");
    // Looked at again, by a desk that was started anew, it is the same.
    assert_eq!(house.go().await, Seen::default());
    assert_eq!(house.requests().await.len(), 1);
}

async fn a_ticket_is_a_conversation(wire: Wire) {
    let house = House::new(wire).await;
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
    assert_eq!(house.ticket_state(&ticket), "cancelled");
    assert_eq!(house.comments(&ticket).len(), 3, "{:?}", house.comments(&ticket));
}

async fn who_is_not_known_or_not_the_caller_gets_nothing(wire: Wire) {
    let house = House::new(wire).await;
    let stranger = house.server.ticket("mallory", ONE).unwrap();
    let another = json!({ "caller": "ann_P", "opened_by": "dirk", "text": ONE });
    let another = house.server.control("ticket", &another).unwrap()["key"].as_str().unwrap().to_owned();
    let checker = house.server.ticket("cleo", ONE).unwrap();
    assert_eq!(house.go().await, Seen { done: 2, parked: 1, later: 0 });
    for ticket in [&stranger, &another, &checker] {
        assert_eq!((house.comments(ticket), house.attached(ticket)), (vec![], vec![]));
    }
    assert!(house.requests().await.iter().all(|request| request.state == State::Refused));
    let told = house.site.messages().unwrap();
    assert!(
        told.len() == 1 && !told[0].text.contains("regions"),
        "only cleo is told, in a fixed sentence: {told:?}"
    );
    assert_eq!(house.go().await, Seen::default());
}

async fn a_text_that_someone_changed_is_for_a_person(wire: Wire) {
    let house = House::new(wire).await;
    let ticket = house.server.ticket("ann_P", ONE).unwrap();
    house.go().await;
    let edited =
        json!({ "ticket": ticket, "text": "Please release \\\\files.example.org\\results\\ann\\sexes.csv" });
    house.server.control("edit", &edited).unwrap();
    assert_eq!(house.go().await, Seen { done: 0, parked: 1, later: 0 });
    assert_eq!(house.go().await, Seen::default(), "it is put aside once");
    assert_eq!(house.requests().await[0].rounds.len(), 1);
    let parked = |fact: &Fact| matches!(fact, Fact::Parked { why, .. } if why == "ticket-edited");
    assert_eq!(house.facts().await.iter().filter(|fact| parked(fact)).count(), 1);
}

async fn a_ticket_that_went_to_someone_else_gets_nothing(wire: Wire) {
    let house = House::new(wire).await;
    let ticket = house.server.ticket("ann_P", ONE).unwrap();
    house.go().await;
    house.server.control("edit", &json!({ "ticket": ticket, "caller": "mallory" })).unwrap();
    let id = house.requests().await[0].id;
    decide(&house.desk, id, Choice::Approve).await.unwrap();
    let causes = run(&house.desk).await.unwrap();
    assert!(causes.iter().any(|cause| cause.contains("for someone else now")), "{causes:?}");
    assert_eq!((house.attached(&ticket).len(), house.comments(&ticket).len()), (0, 1));
    assert_eq!(house.site.messages().unwrap(), []);
}

async fn no_comment_of_another_stands_for_the_desks(wire: Wire) {
    let house = House::new(wire).await;
    let ticket = house.server.ticket("ann_P", ONE).unwrap();
    let forged = "Done.\n\n[ex-1.received.1.test@example.org]";
    house.server.write(&ticket, "dirk", forged).unwrap();
    // Nor does what another attached under the package's name.
    let named = json!({ "ticket": ticket, "by": "dirk", "name": "half.zip" });
    house.server.control("broken-attachment", &named).unwrap();
    house.go().await;
    assert_eq!(house.comments(&ticket).len(), 1);
    let system = wire.system(&house.server.url, PATIENCE).unwrap();
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

async fn no_letter_overtakes_an_earlier_one_of_its_request(wire: Wire) {
    let house = House::new(wire).await;
    let ticket = house.server.ticket("ann_P", ONE).unwrap();
    let (moves, before) = match wire {
        Wire::ServiceNow => ("PATCH", 1),
        Wire::Jira => ("POST .*/transitions", 0),
    };
    let refuses_to_move = json!([{ "match": moves, "skip": before, "kind": "status", "status": 500 }]);
    house.server.control("faults", &refuses_to_move).unwrap();
    house.clerk.look(None).await.unwrap();
    assert_eq!(run(&house.desk).await.unwrap().len(), 1);
    decide(&house.desk, house.requests().await[0].id, Choice::Approve).await.unwrap();
    let again = json!([{ "match": moves, "kind": "status", "status": 500 }]);
    house.server.control("faults", &again).unwrap();
    let causes = run(&house.desk).await.unwrap();
    assert_eq!(causes.len(), 2, "the receipt does not get through, and the release waits for it: {causes:?}");
    assert!(run(&house.desk).await.unwrap().is_empty());
    assert_eq!((house.comments(&ticket).len(), house.ticket_state(&ticket).as_str()), (2, "done"));
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
fn calls(wire: Wire) -> &'static [&'static str] {
    match wire {
        Wire::ServiceNow => &[
            "GET /api/now/table/sc_req_item$",
            "GET /api/now/table/sc_req_item/",
            "GET /api/now/table/sys_journal_field",
            "GET /api/now/table/sys_user",
            "PATCH /api/now/table/sc_req_item/",
            "GET /api/now/attachment",
            "POST /api/now/attachment/file",
            "(PATCH|POST)",
            ".",
        ],
        Wire::Jira => &[
            "GET .*/search/jql",
            "GET .*/issue/[0-9]+$",
            "GET .*/comment",
            "POST .*/comment",
            "GET .*/transitions",
            "POST .*/transitions",
            "GET /rest/servicedeskapi/request/",
            "POST .*/attachTemporaryFile",
            "POST .*/attachment",
            "GET .*/attachment/content/",
            "POST",
            ".",
        ],
    }
}

async fn whatever_goes_wrong_nothing_is_lost_and_nothing_is_there_twice(wire: Wire) {
    let tried = faults().into_iter().map(|fault| tokio::spawn(at_every_call(wire, fault)));
    for tried in tried.collect::<Vec<_>>() {
        tried.await.unwrap();
    }
}

/// A fault at the first call of each kind, and at a later one.
async fn at_every_call(wire: Wire, fault: Value) {
    let house = House::new(wire).await;
    let quick = wire.system(&house.server.url, Duration::from_secs(1)).unwrap();
    let root = house.folder.path().join("quick");
    std::fs::create_dir(&root).unwrap();
    let tickets = Tickets::furnish(&root, quick, wire.known()).await.unwrap();
    let house = House { tickets, ..house };
    for call in calls(wire) {
        for skip in [0, 1] {
            let ticket = house.server.ticket("ann_P", ONE).unwrap();
            let mut armed = fault.clone();
            armed["match"] = (*call).into();
            armed["skip"] = skip.into();
            house.server.control("faults", &json!([armed])).unwrap();
            end(&house.tickets).await;
            let what = format!("{fault} at {call} ({skip})");
            assert_eq!(house.comments(&ticket).len(), 2, "{what}: {:?}", house.comments(&ticket));
            let attached = house.attached(&ticket);
            assert_eq!(attached.len(), 1, "{what}");
            // What is forbidden is not tried again: the ticket may stay in its state, and what is said is said.
            let stays = wire == Wire::Jira && fault["status"] == 403;
            let state = house.ticket_state(&ticket);
            assert!(
                state == "done" || (stays && ["open", "working"].contains(&state.as_str())),
                "{what}: {state}"
            );
            opens(&root, &attached[0].1, 1);
        }
    }
    assert_eq!(house.requests().await.len(), calls(wire).len() * 2, "{fault}");
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
