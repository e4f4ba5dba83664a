//! The API as scripts use it: the guide's own Python runs against a desk that serves.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use exeat_desk::Worked;
use exeat_desk::ports::{Accounts, Clock, People};
use exeat_domain::hours::WorkingHours;
use exeat_domain::ledger::Actor;
use exeat_domain::token::Reach;
use exeat_testkit::site::Site;
use exeat_web::tokens::{Wanted, make};
use exeat_web::{App, Settings, listen, serve};
use secrecy::ExposeSecret as _;

struct Now;

impl Clock for Now {
    fn now(&self) -> chrono::DateTime<Utc> {
        Utc::now()
    }
}

/// The block of the guide in this language.
fn block(language: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/scripts.md");
    let page = std::fs::read_to_string(page).unwrap();
    let begins = format!("```{language}\n");
    page.split(&begins).nth(1).and_then(|rest| rest.split("```").next()).unwrap().to_owned()
}

/// A token of `ann_P`.
async fn token(accounts: &dyn Accounts, people: &dyn People) -> String {
    let (account, reach, roles) = ("ann_P", Reach::Write, BTreeSet::new());
    let wanted = Wanted { account, name: "guide", reach, roles, days: 1, most_days: 1 };
    let made = make(accounts, people, &Actor::person(account), wanted, Utc::now()).await.unwrap();
    made.secret.expose_secret().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guides_python_asks_for_a_release() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::furnish(folder.path()).await.unwrap();
    std::fs::rename(folder.path().join("share/ann"), folder.path().join("share/results")).unwrap();
    std::fs::create_dir(folder.path().join("share/ann")).unwrap();
    std::fs::rename(folder.path().join("share/results"), folder.path().join("share/ann/results")).unwrap();
    let small = "region,patients\nnorth,3\nsouth,512\neast,377\nwest,401\n";
    std::fs::write(folder.path().join("share/ann/results/small.csv"), small).unwrap();
    let people = site.ports().await.unwrap().people;
    let desk = site.desk(|ports| ports).await.unwrap();
    let accounts: Arc<dyn Accounts> = Arc::new(site.store().await.unwrap());
    let token = token(accounts.as_ref(), people.as_ref()).await;
    let listener = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let settings = Settings {
        address,
        public_url: format!("http://{address}"),
        trusted_proxies: vec![],
        header: None,
        idle: TimeDelta::minutes(30),
        longest: TimeDelta::hours(10),
        second_factor: true,
        token_days: 1,
        zone: chrono_tz::Europe::Brussels,
        hours: WorkingHours::default(),
        name: "Release desk".into(),
    };
    let app = App::new(desk.clone(), accounts, people, Arc::new(Now), settings).unwrap();
    let (stop, told) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(serve(app, listener, async {
        let _ = told.await;
    }));
    let working = tokio::spawn(async move {
        loop {
            if desk.work(None).await.unwrap() == Worked::Idle {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    });
    let url = format!("http://{address}");
    let (well, said) = tokio::task::spawn_blocking(move || run(&url, &token)).await.unwrap();
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    working.abort();
    assert!(well, "{said}");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.first(), Some(&"EX-1 submitted"), "{said}");
    assert!(lines.contains(&"clear ann/results/regions.csv"), "{said}");
    assert!(said.contains("blocked ann/results/small.csv\n   CNT-MIN "), "{said}");
}

/// Runs the guide's Python as a researcher would.
fn run(url: &str, token: &str) -> (bool, String) {
    let python = std::env::var_os("EXEAT_TEST_PYTHON").unwrap_or_else(|| "python3".into());
    let mut command = Command::new(&python);
    command
        .arg("-c")
        .arg(block("python"))
        .env("EXEAT_URL", url)
        .env("EXEAT_TOKEN", token)
        .env("NO_PROXY", "*");
    let ran = command.output().unwrap_or_else(|error| panic!("{}: {error}", python.display()));
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    (ran.status.success(), said)
}
