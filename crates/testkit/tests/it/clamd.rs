//! A real virus scanner before the desk: what it finds never leaves, and what it could not look at is undecided.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use exeat_channels::scanner::{ClamAv, Clamd};
use exeat_desk::Desk;
use exeat_desk::Ports;
use exeat_desk::ports::{Failure, Health, People, Probe as _, Scanned, Scanner as _, Store as _};
use exeat_domain::finding::{Outcome, Verdict};
use exeat_domain::ledger::{Actor, Fact};
use exeat_domain::path::SharePath;
use exeat_domain::request::{Request, RequestId};
use exeat_domain::review::Choice;
use exeat_domain::roster::{Person, Role, Roster};
use exeat_domain::state::State;
use exeat_testkit::clamd::{ClamdServer, FOUND, MOST};
use exeat_testkit::proxy::{Fault, Proxy};
use exeat_testkit::site::{Site, SystemClock, ask, decide, run};

fn scanner(at: Clamd) -> ClamAv {
    ClamAv { at, largest: 100 << 20, timeout: Duration::from_secs(20), clock: Arc::new(SystemClock) }
}

fn of(server: &ClamdServer) -> ClamAv {
    scanner(Clamd::Socket(server.socket()))
}

/// A site whose share has an infected table beside those of every site.
async fn site(root: &Path) -> Site {
    let site = Site::furnish(root).await.unwrap();
    std::fs::write(root.join("share/ann/odd.csv"), format!("{FOUND},patients\nF,5120\nM,4870\n")).unwrap();
    site
}

async fn desk(site: &Site, scanner: ClamAv) -> Desk {
    let wrap = |ports: Ports| {
        let people = Arc::new(WithAdmin(ports.people));
        Ports { scanner: Some(Arc::new(scanner)), people, ..ports }
    };
    site.desk(wrap).await.unwrap()
}

/// The site's people, and an administrator.
struct WithAdmin(Arc<dyn People>);

#[async_trait::async_trait]
impl People for WithAdmin {
    async fn roster(&self) -> Result<Roster, Failure> {
        let mut people: Vec<Person> = self.0.roster().await?.people().cloned().collect();
        let olga = Person {
            account: "olga".into(),
            address: "olga@example.org".parse().unwrap(),
            roles: BTreeSet::from([Role::Admin]),
            ..people[0].clone()
        };
        people.push(olga);
        Ok(Roster::new(people, vec![]).unwrap())
    }
}

async fn checked(site: &Site, desk: &Desk) -> Request {
    let id = ask(desk).await.unwrap();
    assert!(run(desk).await.unwrap().is_empty());
    site.store().await.unwrap().load(id).await.unwrap()
}

async fn facts(desk: &Desk, id: RequestId) -> Vec<Fact> {
    let entries = desk.ledger(&Actor::person("cleo"), Some(id), 0, 1000).await.unwrap();
    entries.into_iter().map(|entry| entry.event.fact).collect()
}

fn path(text: &str) -> SharePath {
    SharePath::new(text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_infected_goes_back_at_once_and_the_administrators_are_told() {
    let (server, folder) = (ClamdServer::start().unwrap(), tempfile::tempdir().unwrap());
    let site = site(folder.path()).await;
    let desk = desk(&site, of(&server)).await;
    let request = checked(&site, &desk).await;
    assert_eq!(request.state, State::Returned, "whatever the policy says of blocked files");
    let odd = request.rounds[0].files.iter().find(|file| file.path == path("ann/odd.csv")).unwrap();
    assert_eq!((odd.report.verdict, odd.settled), (Verdict::Blocked, Some(Choice::Return)));
    assert!(odd.is_infected() && request.approved().count() == 0);
    let facts = facts(&desk, request.id).await;
    let found =
        Fact::Infected { round: 1, file: path("ann/odd.csv"), signature: "Exeat.Test.UNOFFICIAL".into() };
    assert!(facts.contains(&found), "{facts:?}");
    let scanned = facts.iter().find_map(|fact| match fact {
        Fact::Scanned { scanner: Some(scanner), files: 3, unscanned, .. } if unscanned.is_empty() => {
            Some(scanner)
        }
        _ => None,
    });
    assert!(scanned.unwrap().starts_with("ClamAV 1."), "{scanned:?}");
    let messages = site.messages().unwrap();
    let written = |id: &str| messages.iter().find(|message| message.message_id.contains(id)).unwrap();
    let back = &written(".returned.1.").text;
    assert!(back.contains("virus scanner") && !back.contains("olga"), "{back}");
    let told = written(".infected.1.");
    for words in ["Exeat.Test.UNOFFICIAL", "ann/odd.csv", "Ann Peeters (ann_P)", "nobody can approve"] {
        assert!(told.text.replace('\n', " ").contains(words), "{words}: {}", told.text);
    }
    assert_eq!(messages.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_approves_what_is_infected() {
    let (server, folder) = (ClamdServer::start().unwrap(), tempfile::tempdir().unwrap());
    let site = site(folder.path()).await;
    let desk = desk(&site, of(&server)).await;
    let id = checked(&site, &desk).await.id;
    // The others wait for their next round; nothing of this one leaves.
    assert!(decide(&desk, id, Choice::Approve).await.is_err());
    assert_eq!(std::fs::read_dir(folder.path().join("archive")).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_clean_goes_on_and_what_is_too_large_is_undecided() {
    let (server, folder) = (ClamdServer::start().unwrap(), tempfile::tempdir().unwrap());
    let site = Site::furnish(folder.path()).await.unwrap();
    let rows = (0..40_000).map(|row| format!("{row},500\n")).collect::<String>();
    assert!(rows.len() > MOST);
    std::fs::write(folder.path().join("share/ann/long.csv"), format!("group,patients\n{rows}")).unwrap();
    let desk = desk(&site, of(&server)).await;
    let request = checked(&site, &desk).await;
    assert_eq!(request.state, State::Submitted);
    for file in &request.rounds[0].files {
        let said = file.report.findings.iter().find(|finding| finding.rule == "FMT-MALWARE");
        assert_eq!(said.is_some(), file.path == path("ann/long.csv"), "{:?}", file.report);
        assert!(said.is_none_or(|said| said.outcome == Outcome::Undecided && said.message.contains("not scanned")));
    }
    let small = ClamAv { largest: 10, ..of(&server) };
    let any = || std::fs::File::open(folder.path().join("share/ann/long.csv")).unwrap();
    assert!(matches!(small.scan(any()).await, Ok(Scanned::Not(why)) if why.contains("larger")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_that_is_down_makes_files_undecided_and_holds_nothing_up() {
    let (mut server, folder) = (ClamdServer::start().unwrap(), tempfile::tempdir().unwrap());
    let site = site(folder.path()).await;
    let desk = desk(&site, of(&server)).await;
    server.kill().unwrap();
    let request = checked(&site, &desk).await;
    assert_eq!(request.state, State::Submitted);
    let undecided = request.rounds[0].files.iter().filter(|file| {
        file.report.findings.iter().any(|finding| finding.rule == "FMT-MALWARE")
            && file.report.verdict != Verdict::Clear
    });
    assert_eq!(undecided.count(), 3);
    let facts = facts(&desk, request.id).await;
    let unscanned = |fact: &Fact| matches!(fact, Fact::Scanned { scanner: None, files: 0, unscanned, .. } if unscanned.len() == 3);
    assert!(facts.iter().any(unscanned), "{facts:?}");
    assert_eq!(of(&server).probe().await[0].health, Health::Broken);
    server.again().unwrap();
    assert_eq!(checked(&site, &desk).await.state, State::Returned, "it is found again");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_sees_that_it_finds_something() {
    let server = ClamdServer::start().unwrap();
    let signs = of(&server).probe().await;
    let said: Vec<&str> = signs.iter().map(|sign| sign.saw.as_str()).collect();
    assert!(said[0].starts_with("It calls itself ClamAV 1."), "{said:?}");
    assert_eq!(signs[1].health, Health::Warning, "its signatures have no date: {said:?}");
    assert_eq!(said[2], "It finds the EICAR test file.");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_breaks_off_stalls_or_is_garbage_is_never_clean() {
    let server = ClamdServer::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let clean = folder.path().join("clean.csv");
    std::fs::write(&clean, "sex,patients\nF,5120\n".repeat(2000)).unwrap();
    let bytes = || std::fs::File::open(&clean).unwrap();
    assert_eq!(of(&server).scan(bytes()).await, Ok(Scanned::Clean));
    let way = Proxy::to(server.port).unwrap();
    let through = SocketAddr::from(([127, 0, 0, 1], way.port()));
    let quick = ClamAv { timeout: Duration::from_millis(500), ..scanner(Clamd::Address(through)) };
    for fault in [Fault::Reset, Fault::Silence, Fault::Garbage] {
        // In the middle of its answer to the first question, between the two, and in its word on the file.
        for after in [0, 3, 5, 12, 14] {
            way.spoil(Some((fault, after)));
            let heard = quick.scan(bytes()).await;
            assert!(!matches!(heard, Ok(Scanned::Clean)), "{fault:?} {after}: {heard:?}");
        }
        way.spoil(None);
        assert_eq!(quick.scan(bytes()).await, Ok(Scanned::Clean), "{fault:?} is over");
    }
    // A server that says anything but what clamd says, or nothing at all.
    for said in [&b""[..], b"\0", b"PONG\0", b"OK\0", b"<html>OK</html>", &[b'A'; 100_000]] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answer = said.to_vec();
        std::thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                drop(stream.write_all(&answer));
            }
        });
        let quick = ClamAv { timeout: Duration::from_millis(500), ..scanner(Clamd::Address(address)) };
        let heard = quick.scan(bytes()).await;
        assert!(!matches!(heard, Ok(Scanned::Clean)), "{said:?}: {heard:?}");
        assert!(quick.probe().await.iter().any(|sign| sign.health == Health::Broken), "{said:?}");
    }
}
