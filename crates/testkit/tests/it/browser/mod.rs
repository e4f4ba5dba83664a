//! The web desk in a real browser: the whole story from both sides, in three languages, by key alone and without scripts.
//!
//! Chromium is Debian's; `EXEAT_TEST_PYTHON` names a Python that has playwright and axe-core. With
//! `EXEAT_TEST_PICTURES`, a folder, a picture of every page is left there: the guide's are made so.

mod furnish;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use exeat_desk::ports::{Accounts, Clock, Failure, People};
use exeat_desk::{Ask, Desk, Ports, Worked};
use exeat_domain::context::Context;
use exeat_domain::hours::WorkingHours;
use exeat_domain::ledger::Actor;
use exeat_domain::request::{Asked, Door, Purpose, RequestId, Thread};
use exeat_domain::review::Choice;
use exeat_domain::roster::{Language, Person, ReleaseMode, Role, Roster};
use exeat_domain::state::State;
use exeat_testkit::PAYLOADS;
use exeat_testkit::site::{Site, run};
use exeat_web::sign_in::invite;
use exeat_web::{App, Settings, listen, serve};

/// A requester and a checker in each language, one who asks in strange words, one who has asked for nothing, an auditor
/// and an administrator.
const PEOPLE: [(&str, &str, Role, Language); 10] = [
    ("ann_P", "Ann Peeters", Role::Requester, Language::En),
    ("bram_P", "Bram Claes", Role::Requester, Language::Nl),
    ("zoe_P", "Zoé Lambert", Role::Requester, Language::Fr),
    ("dora_P", "Dora Smet", Role::Requester, Language::En),
    ("nina_P", "Nina Jacobs", Role::Requester, Language::Nl),
    ("cleo", "Cleo Maes", Role::Checker, Language::En),
    ("dirk", "Dirk-Jan van den Broeck-Vanderlinden", Role::Checker, Language::Nl),
    ("elise", "Élise Dubois", Role::Checker, Language::Fr),
    ("aude", "Aude Lemaire", Role::Auditor, Language::En),
    ("adam", "Adam Baert", Role::Admin, Language::En),
];

/// Who asks in each language, and for what.
const STORIES: [(&str, &str, &str, &str); 3] = [
    ("en", "ann_P", "Tables 1 to 5 of the paper", "Table 6, by age and sex, and figure 1"),
    ("nl", "bram_P", "Tabellen 1 tot 5 van het artikel", "Tabel 6, naar leeftijd en geslacht, en figuur 1"),
    ("fr", "zoe_P", "Tableaux 1 à 5 de l’article", "Tableau 6, par âge et par sexe, et figure 1"),
];

struct Everyone;

#[async_trait]
impl People for Everyone {
    async fn roster(&self) -> Result<Roster, Failure> {
        let person = |(account, name, role, language): (&str, &str, Role, Language)| Person {
            account: account.into(),
            name: name.into(),
            address: format!("{account}@example.org").parse().unwrap(),
            language,
            roles: BTreeSet::from([role]),
            mode: ReleaseMode::Validated,
            projects: BTreeSet::from([if account == "dora_P" { "PRJ-9" } else { "PRJ-7" }.to_owned()]),
            automatic_since: None,
            trained_until: None,
            active: true,
        };
        Ok(Roster::new(PEOPLE.into_iter().map(person).collect(), vec![]).unwrap())
    }
}

struct Now;

impl Clock for Now {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        chrono::Utc::now()
    }
}

async fn ask(desk: &Desk, who: &str, line: &str, purpose: &str) -> RequestId {
    let asked = vec![Asked { line: line.into(), purpose: Purpose::Output }];
    let thread = Thread { subject: Some(purpose.into()), ..Thread::default() };
    let ask = Ask {
        door: Door::Web,
        project: None,
        purpose: purpose.into(),
        context: Context::default(),
        thread,
        asked,
    };
    desk.requester(Actor::person(who)).ask(ask).await.unwrap().id
}

/// What waits: in each language a clear request of five files, then one with a small count; then the odd ones.
async fn fill(desk: &Desk) -> Vec<(RequestId, State)> {
    let mut expected = vec![];
    for (language, who, purpose, _) in STORIES {
        expected.push((ask(desk, who, &format!("clear-{language}"), purpose).await, State::Released));
    }
    for (language, who, _, purpose) in STORIES {
        expected.push((ask(desk, who, &format!("small-{language}"), purpose).await, State::Returned));
    }
    let words = "A million cells and forty columns, for the appendix of the report to the ministry, as it was agreed upon";
    ask(desk, "ann_P", "big", words).await;
    ask(desk, "ann_P", "many", "Two hundred tables").await;
    ask(desk, "dora_P", "strange", &PAYLOADS.join(" ")).await;
    run(desk).await.unwrap();
    for (language, who, ..) in STORIES {
        mend(desk, who, language).await;
    }
    expected
}

/// A table that went back and came again, mended and under another name.
async fn mend(desk: &Desk, who: &str, language: &str) {
    let id = ask(desk, who, &format!("mended-{language}/table7.csv"), &format!("Mended {language}")).await;
    run(desk).await.unwrap();
    let checker = desk.checker(Actor::person("cleo")).await.unwrap();
    checker.decide(id, &[], Choice::Return, Some("Mask the four."), false).await.unwrap();
    run(desk).await.unwrap();
    let line = |name: &str| Asked { line: format!("mended-{language}/{name}"), purpose: Purpose::Output };
    let asked = vec![line("table7_v2.csv"), line("figure7.svg")];
    desk.requester(Actor::person(who)).correct(id, asked, Context::default()).await.unwrap();
    run(desk).await.unwrap();
}

fn settings(address: SocketAddr) -> Settings {
    Settings {
        address,
        public_url: format!("http://{address}"),
        trusted_proxies: vec![],
        header: None,
        idle: TimeDelta::minutes(30),
        longest: TimeDelta::hours(10),
        second_factor: true,
        token_days: 365,
        zone: chrono_tz::Europe::Brussels,
        hours: WorkingHours::default(),
        name: "Release desk".into(),
    }
}

/// An invitation for everyone, as the browser is told: `account=code`.
async fn invitations(accounts: &dyn Accounts) -> Vec<String> {
    let mut codes = vec![];
    for (account, ..) in PEOPLE {
        let who = (&Actor::person("test"), account);
        let invited = invite(accounts, &Everyone, who, false, chrono::Utc::now()).await.unwrap();
        codes.push(format!("{account}={}", invited.code));
    }
    codes
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_is_worked_from_both_sides_in_three_languages() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = Site::furnish(folder.path()).await.unwrap();
    site.policy.undo_seconds = 2;
    furnish::furnish(folder.path());
    let desk = site.desk(|ports| Ports { people: Arc::new(Everyone), ..ports }).await.unwrap();
    let expected = fill(&desk).await;
    let receipts = site.messages().unwrap().len();

    let listener = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let accounts: Arc<dyn Accounts> = Arc::new(site.store().await.unwrap());
    let codes = invitations(accounts.as_ref()).await;
    let app = App::new(desk.clone(), accounts, Arc::new(Everyone), Arc::new(Now), settings(address)).unwrap();
    let (stop, told) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(serve(app, listener, async {
        let _ = told.await;
    }));
    let worker = desk.clone();
    let working = tokio::spawn(async move {
        loop {
            if worker.work(None).await.unwrap() == Worked::Idle {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    });
    let url = format!("http://{address}");
    let (well, said) = tokio::task::spawn_blocking(move || look(&url, &codes)).await.unwrap();
    println!("{said}");
    assert!(well, "{said}");
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    working.abort();

    let checker = desk.checker(Actor::person("cleo")).await.unwrap();
    for (id, state) in &expected {
        assert_eq!(checker.show(*id).await.unwrap().0.state, *state, "{id}");
    }
    assert_eq!(site.messages().unwrap().len() - receipts, expected.len(), "each of them was answered once");
}

/// Runs the browser's part, which says what it saw and ends well if all was as it should be.
fn look(url: &str, codes: &[String]) -> (bool, String) {
    let python = std::env::var_os("EXEAT_TEST_PYTHON").unwrap_or_else(|| "python3".into());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/browser/main.py");
    let mut command = Command::new(&python);
    command.arg("-B").arg(script).arg(url).args(codes);
    let ran = command.output().unwrap_or_else(|error| panic!("{}: {error}", python.display()));
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    (ran.status.success(), said)
}
