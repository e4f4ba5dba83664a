//! A web desk in a folder of its own, and a visitor with a cookie.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, Response, StatusCode, header};
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use exeat_desk::ports::{Accounts, Clock, Connection, Failure, People, Probe, Sign};
use exeat_desk::{Ask, Desk, Ports};
use exeat_domain::context::Context;
use exeat_domain::hours::WorkingHours;
use exeat_domain::ledger::Actor;
use exeat_domain::request::{Asked, Door, Purpose, RequestId, Thread};
use exeat_domain::roster::{Language, Person, ReleaseMode, Role, Roster};
use exeat_domain::token::Reach;
use exeat_testkit::site::{Site, run};
use exeat_web::sign_in::{Enrolment, SecondFactor, invite};
use exeat_web::tokens::{Wanted, make};
use exeat_web::{App, Settings, routes};
use http_body_util::BodyExt as _;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tower::ServiceExt as _;

pub(crate) const PASSWORD: &str = "four words in a row";
pub(crate) const HOST: &str = "desk.example.org";

/// The system's clock, set forward.
#[derive(Default)]
pub(crate) struct Shifted(AtomicI64);

impl Shifted {
    pub(crate) fn forward(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_seconds(), Ordering::SeqCst);
    }
}

impl Clock for Shifted {
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6) + TimeDelta::seconds(self.0.load(Ordering::SeqCst))
    }
}

/// One person of each role, and one who has left.
pub(crate) struct Everyone;

pub(crate) const PEOPLE: [(&str, &str, Role, Language, bool); 7] = [
    ("ann_P", "Ann Peeters", Role::Requester, Language::En, true),
    ("bram_P", "Bram Claes", Role::Requester, Language::Fr, true),
    ("cleo", "Cleo Maes", Role::Checker, Language::En, true),
    ("dirk", "Dirk Smet", Role::Checker, Language::Nl, true),
    ("aude", "Aude Lemaire", Role::Auditor, Language::Fr, true),
    ("adam", "Adam Baert", Role::Admin, Language::Nl, true),
    ("gone", "Guy Gone", Role::Checker, Language::En, false),
];

#[async_trait]
impl People for Everyone {
    async fn roster(&self) -> Result<Roster, Failure> {
        let person = |(account, name, role, language, active): (&str, &str, Role, Language, bool)| Person {
            account: account.into(),
            name: name.into(),
            address: format!("{account}@example.org").parse().unwrap(),
            language,
            roles: BTreeSet::from([role]),
            mode: ReleaseMode::Validated,
            projects: BTreeSet::new(),
            automatic_since: None,
            trained_until: None,
            active,
        };
        Ok(Roster::new(PEOPLE.into_iter().map(person).collect(), vec![]).unwrap())
    }
}

/// What is seen of a connection whenever it is tried.
struct Seen(Vec<Sign>);

#[async_trait]
impl Probe for Seen {
    async fn probe(&self) -> Vec<Sign> {
        self.0.clone()
    }
}

/// A connection of each health; what a stranger's server says of itself is hostile.
fn connections() -> Vec<Connection> {
    let writable = Sign::warning(
        "The desk can put files into it, and never has to: whoever took the desk over could change what is asked for.",
        "Mount it read-only for the desk, or take the right to write from its account.",
    );
    let down = Sign::broken("The mail server calls itself <script>alert(1)</script>.", "Ask its keeper.");
    let to =
        |name, place: &str, signs| Connection { name, place: place.into(), probe: Arc::new(Seen(signs)) };
    let readable = || Sign::fine("The folder is there and can be read.");
    vec![
        to("archive", "/srv/archive", vec![readable()]),
        to("share", "/srv/share", vec![readable(), writable]),
        to("mail.smtp", "<b>mail</b>:25", vec![down.because("refused <img src=x onerror=alert(1)>")]),
    ]
}

/// The desk and its web.
pub(crate) struct House {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) site: Site,
    pub(crate) desk: Desk,
    pub(crate) app: App,
    pub(crate) accounts: Arc<dyn Accounts>,
    pub(crate) clock: Arc<Shifted>,
    pub(crate) router: Router,
}

pub(crate) fn settings() -> Settings {
    Settings {
        address: "127.0.0.1:0".parse().unwrap(),
        public_url: format!("https://{HOST}"),
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

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(settings(), |_| {}).await
    }

    pub(crate) async fn with(settings: Settings, change: impl FnOnce(&mut Site)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut site = Site::furnish(folder.path()).await.unwrap();
        change(&mut site);
        Self::over(folder, site, settings, (Arc::default(), Arc::new(Everyone))).await
    }

    /// The house with other people on its roster.
    pub(crate) async fn with_people(self, people: Arc<dyn People>) -> Self {
        let Self { folder, site, clock, .. } = self;
        Self::over(folder, site, settings(), (clock, people)).await
    }

    /// The house after its server was stopped and started again.
    pub(crate) async fn restarted(self) -> Self {
        let Self { folder, site, clock, .. } = self;
        Self::over(folder, site, settings(), (clock, Arc::new(Everyone))).await
    }

    async fn over(
        folder: tempfile::TempDir,
        site: Site,
        settings: Settings,
        (clock, people): (Arc<Shifted>, Arc<dyn People>),
    ) -> Self {
        let ports = |ports| Ports {
            people: Arc::clone(&people),
            clock: Arc::<Shifted>::clone(&clock),
            connections: connections(),
            ..ports
        };
        let desk = site.desk(ports).await.unwrap();
        let accounts: Arc<dyn Accounts> = Arc::new(site.store().await.unwrap());
        let app =
            App::new(desk.clone(), Arc::clone(&accounts), people, Arc::<Shifted>::clone(&clock), settings)
                .unwrap();
        let router = routes::router(app.clone()).unwrap();
        Self { folder, site, desk, app, accounts, clock, router }
    }

    /// What time it is here.
    pub(crate) fn app_now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Puts a file into the share.
    pub(crate) fn put(&self, path: &str, text: &str) {
        let path = self.folder.path().join("share").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// `ann_P` asks for these, and the desk checks them.
    pub(crate) async fn ask(&self, lines: &[&str], purpose: &str) -> RequestId {
        let asked =
            lines.iter().map(|line| Asked { line: (*line).to_owned(), purpose: Purpose::Output }).collect();
        let ask = Ask {
            door: Door::Web,
            project: None,
            purpose: purpose.into(),
            context: Context::default(),
            thread: Thread::default(),
            asked,
        };
        let id = self.desk.requester(Actor::person("ann_P")).ask(ask).await.unwrap().id;
        run(&self.desk).await.unwrap();
        id
    }

    /// What comes of it once no submitted review can be taken back any more.
    pub(crate) async fn run_past_undo(&self) {
        self.clock.forward(self.site.policy.undo() + TimeDelta::seconds(1));
        run(&self.desk).await.unwrap();
    }

    /// A visitor who has an account and is signed in.
    pub(crate) async fn visitor(&self, account: &str) -> Visitor<'_> {
        self.enrol(account, None).await;
        self.back(account).await
    }

    /// A visitor who has an account already, and signs in.
    pub(crate) async fn back(&self, account: &str) -> Visitor<'_> {
        let mut visitor = self.stranger();
        let form = [("account", account), ("password", PASSWORD)];
        assert_eq!(visitor.post("/sign-in", &form).await.status, StatusCode::SEE_OTHER, "{account}");
        visitor
    }

    /// Invites a person and sets the account up.
    pub(crate) async fn enrol(&self, account: &str, factor: Option<&SecondFactor>) {
        let actor = Actor::person("test");
        let now = self.clock.now();
        let invited = invite(self.accounts.as_ref(), &Everyone, (&actor, account), false, now).await.unwrap();
        let digits = factor.map(|factor| code(factor, now));
        let second_factor = factor.zip(digits.as_deref());
        let enrolment = Enrolment { code: &invited.code, password: PASSWORD, again: PASSWORD, second_factor };
        self.app.enrol(enrolment).await.unwrap();
    }

    /// A script with a token of this account.
    pub(crate) async fn script(&self, account: &str, reach: Reach) -> Script<'_> {
        let roles = BTreeSet::new();
        let wanted = Wanted { account, name: "a script", reach, roles, days: 30, most_days: 365 };
        let (actor, now) = (Actor::person(account), self.clock.now());
        let made = make(self.accounts.as_ref(), &Everyone, &actor, wanted, now).await.unwrap();
        Script { house: self, id: made.token.id, secret: made.secret.expose_secret().to_owned() }
    }

    /// A visitor without a cookie.
    pub(crate) fn stranger(&self) -> Visitor<'_> {
        Visitor { house: self, cookie: None, language: "en" }
    }
}

/// What the phone shows.
pub(crate) fn code(factor: &SecondFactor, at: DateTime<Utc>) -> String {
    factor.code_at(u64::try_from(at.timestamp()).unwrap())
}

/// Someone with a browser.
pub(crate) struct Visitor<'a> {
    house: &'a House,
    pub(crate) cookie: Option<String>,
    pub(crate) language: &'static str,
}

/// A script with a token.
pub(crate) struct Script<'a> {
    house: &'a House,
    pub(crate) id: u64,
    pub(crate) secret: String,
}

impl Script<'_> {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "").await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, &body.to_string()).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {}", self.secret);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.house.stranger().send(method, path, &headers, Body::from(body.to_owned())).await
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn text_lossy(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The JSON document of an answer that is well.
    pub(crate) fn json(&self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text_lossy());
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The code of a problem.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text_lossy());
        let problem: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem["status"], self.status.as_u16());
        for member in ["type", "title", "detail", "next"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member} of {problem}");
        }
        problem["code"].as_str().unwrap().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Visitor<'_> {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_from(path, form, &[("sec-fetch-site", "same-origin")]).await
    }

    pub(crate) async fn post_from(
        &mut self,
        path: &str,
        form: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let pairs: Vec<String> =
            form.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/x-www-form-urlencoded"));
        self.send(Method::POST, path, &headers, Body::from(pairs.join("&"))).await
    }

    /// An answer of which nothing but its head was read.
    pub(crate) async fn begin(&mut self, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        self.answer(Method::GET, path, headers, Body::empty()).await
    }

    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Answer {
        let answer = self.answer(method, path, headers, body).await;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn answer(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(header::HOST, HOST).header(header::ACCEPT_LANGUAGE, self.language);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(body).unwrap();
        let peer: SocketAddr = "192.0.2.7:4711".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer: Response<Body> = self.house.router.clone().oneshot(request).await.unwrap();
        if let Some(cookie) = answer.headers().get(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            self.cookie = (!cookie.ends_with('=')).then_some(cookie);
        }
        answer
    }
}

pub(crate) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
