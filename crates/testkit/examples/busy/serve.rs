//! The desk, filled and served until nobody listens any more.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use chrono::{TimeDelta, Utc};
use exeat_desk::Ports;
use exeat_desk::ports::{Accounts, Clock, Failure, People};
use exeat_domain::hours::WorkingHours;
use exeat_domain::ledger::Actor;
use exeat_domain::roster::{Language, Person, ReleaseMode, Role, Roster};
use exeat_testkit::site::{Oops, Site};
use exeat_web::sign_in::{Enrolment, invite};
use exeat_web::{App, Settings, listen, serve as serve_web};

use crate::fill;

/// Of somebody who exists as long as the measurement.
const PASSWORD: &str = "four words in a row";
/// How many people are on the roster.
const PEOPLE: usize = 250;

/// Two hundred requesters and fifty checkers.
struct Everyone;

#[async_trait]
impl People for Everyone {
    async fn roster(&self) -> Result<Roster, Failure> {
        let mut people = vec![person("ann_P", Role::Requester), person("cleo", Role::Checker)];
        people.extend((0..PEOPLE).map(|at| match at {
            0..200 => person(&format!("person{at:03}_P"), Role::Requester),
            _ => person(&format!("checker{at:03}"), Role::Checker),
        }));
        Roster::new(people, vec![])
            .map_err(|error| Failure::new(exeat_desk::ports::Port::Roster, "roster", error.to_string(), ""))
    }
}

fn person(account: &str, role: Role) -> Person {
    Person {
        account: account.into(),
        name: format!("The person {account}"),
        address: format!("{account}@example.org").parse().unwrap_or_else(|_| unreachable!()),
        language: Language::En,
        roles: BTreeSet::from([role]),
        mode: ReleaseMode::Validated,
        projects: BTreeSet::new(),
        automatic_since: None,
        trained_until: None,
        active: true,
    }
}

struct Now;

impl Clock for Now {
    fn now(&self) -> chrono::DateTime<Utc> {
        Utc::now()
    }
}

/// Fills a desk in this folder and serves it; says where, with which cookie, and what there is, and ends when its
/// standard input does.
///
/// # Errors
/// What the desk says.
pub(crate) async fn serve(root: &Path, requests: usize) -> Result<(), Oops> {
    let mut site = Site::furnish(root).await?;
    site.policy.undo_seconds = 0;
    let mut store = None;
    let desk = site
        .desk(|ports| {
            store = Some(Arc::clone(&ports.store));
            Ports { people: Arc::new(Everyone), ..ports }
        })
        .await?;
    let store = store.ok_or("the desk has a store")?;
    let start = Instant::now();
    let filled = fill::fill(root, &desk, &store, requests).await?;
    println!("filled {:.0}", start.elapsed().as_secs_f64());

    let listener = listen("127.0.0.1:0".parse()?).await?;
    let address = listener.local_addr()?;
    let accounts: Arc<dyn Accounts> = Arc::new(site.store().await?);
    let app = App::new(desk, Arc::clone(&accounts), Arc::new(Everyone), Arc::new(Now), settings(address))?;
    let invited =
        invite(accounts.as_ref(), &Everyone, (&Actor::person("test"), "cleo"), false, Utc::now()).await?;
    let enrolment =
        Enrolment { code: &invited.code, password: PASSWORD, again: PASSWORD, second_factor: None };
    app.enrol(enrolment).await.map_err(|error| format!("{error:?}"))?;
    let over = async {
        let _ = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut vec![])).await;
    };
    let serving = tokio::spawn(serve_web(app, listener, over));
    let url = format!("http://{address}");
    let signing = url.clone();
    let cookie = tokio::task::spawn_blocking(move || sign_in(&signing)).await??;
    println!("clear /requests/{}", filled.clear);
    println!("found /requests/{}", filled.found);
    println!("big /requests/{}", filled.big);
    println!("ready {url} {cookie}");
    Ok(serving.await??)
}

fn sign_in(url: &str) -> Result<String, Oops> {
    let answer = ureq::post(format!("{url}/sign-in"))
        .config()
        .max_redirects(0)
        .build()
        .header("sec-fetch-site", "same-origin")
        .send_form([("account", "cleo"), ("password", PASSWORD)])?;
    let cookie = answer.headers().get("set-cookie").ok_or("nobody could sign in")?.to_str()?;
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

fn settings(address: SocketAddr) -> Settings {
    Settings {
        address,
        public_url: format!("http://{address}"),
        trusted_proxies: vec![],
        header: None,
        idle: TimeDelta::minutes(30),
        longest: TimeDelta::hours(10),
        second_factor: false,
        token_days: 365,
        zone: chrono_tz::Europe::Brussels,
        hours: WorkingHours::default(),
        name: "Release desk".into(),
    }
}
