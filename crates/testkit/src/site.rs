//! A desk on real adapters in a folder: it can be left at any moment and opened again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, SubsecRound as _, Utc};
use exeat_channels::{MaildirCourier, Opened, Sender};
use exeat_checks::{Input, Policy as Checks, Source, check_after};
use exeat_desk::ports::{Before, Clock, Dice, Failure, Inspectable, Inspected, Inspector, People, Vault};
use exeat_desk::{Ask, Desk, Ports, Settings, Unobserved, Worked};
use exeat_domain::context::Context;
use exeat_domain::ledger::{Actor, Event, Fact};
use exeat_domain::path::Roots;
use exeat_domain::policy::Policy;
use exeat_domain::request::{Asked, Door, Purpose, RequestId, Thread};
use exeat_domain::review::Choice;
use exeat_domain::roster::{Language, Person, ReleaseMode, Role, Roster};
use exeat_shares::{FolderArchive, FolderScratch, FolderSeals, FolderShare};
use exeat_store::{SigningKey, SqliteStore};
use secrecy::SecretString;

/// The password of the packages, which only tests may know.
pub const PASSWORD: &str = "correct-horse-battery";

/// What went wrong while a test's site was made or used.
pub type Oops = Box<dyn std::error::Error + Send + Sync>;

/// The folder of a site.
#[derive(Clone, Debug)]
pub struct Site {
    /// Where everything lies.
    pub root: PathBuf,
    /// How requests are decided and released.
    pub policy: Policy,
    /// Folders that may be asked from; empty: all of the share.
    pub scope: Vec<String>,
    /// Where people find its web desk, if it has one.
    pub web: Option<String>,
    /// The names under which the desktop knows its share.
    pub unc: Vec<String>,
}

impl Site {
    /// Makes a site in an empty folder, with two aggregated tables of `ann_P` in the share.
    ///
    /// # Errors
    /// What the file system or the store says.
    pub async fn furnish(root: &Path) -> Result<Self, Oops> {
        for folder in ["share/ann", "archive", "state"] {
            std::fs::create_dir_all(root.join(folder))?;
        }
        let mut table = String::from("region,year,patients\n");
        for region in 0..12 {
            (2019..2024).for_each(|year| {
                table.push_str(&format!("R{region},{year},{}\n", 200 + region * 37 + year % 7));
            });
        }
        std::fs::write(root.join("share/ann/regions.csv"), &table)?;
        std::fs::write(root.join("share/ann/sexes.csv"), "sex,patients\nF,5120\nM,4870\n")?;
        let key = SigningKey::generate()?;
        std::fs::write(root.join("state/ledger.key"), key.to_pem()?.as_bytes())?;
        let fact = Fact::DeskOpened { desk: "test".into() };
        let opened = Event { at: SystemClock.now(), actor: Actor::person("test"), request: None, fact };
        SqliteStore::create(&root.join("state/exeat.db"), key, opened).await?.close().await?;
        Ok(Self { root: root.to_owned(), policy: Policy::default(), scope: vec![], web: None, unc: vec![] })
    }

    /// A site that was furnished before.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned(), policy: Policy::default(), scope: vec![], web: None, unc: vec![] }
    }

    /// Its store.
    ///
    /// # Errors
    /// What the store says.
    pub async fn store(&self) -> Result<SqliteStore, Oops> {
        let key = std::fs::read_to_string(self.root.join("state/ledger.key"))?;
        Ok(SqliteStore::open(&self.root.join("state/exeat.db"), SigningKey::from_pem(&key)?).await?)
    }

    /// The real ports.
    ///
    /// # Errors
    /// What an adapter says.
    pub async fn ports(&self) -> Result<Ports, Oops> {
        let from = Sender { name: "Release desk".into(), address: "desk@example.org".parse()? };
        Ok(Ports {
            store: Arc::new(self.store().await?),
            share: Arc::new(FolderShare::open(self.root.join("share"))?),
            seals: Arc::new(FolderSeals::open(self.root.join("state/seals"))?),
            inspector: Arc::new(InProcess),
            scanner: None,
            archive: Arc::new(FolderArchive::open(self.root.join("archive"))?),
            scratch: Arc::new(FolderScratch::open(self.root.join("state/scratch"))?),
            vault: Arc::new(OpenVault),
            courier: Arc::new(MaildirCourier::new(self.root.join("outbox"), from)?),
            people: Arc::new(TwoPeople),
            clock: Arc::new(SystemClock),
            dice: Arc::new(NeverDrawn),
            observer: Arc::new(Unobserved),
            connections: vec![],
        })
    }

    /// The desk, its ports changed by `wrap`.
    ///
    /// # Errors
    /// What an adapter says.
    pub async fn desk(&self, wrap: impl FnOnce(Ports) -> Ports) -> Result<Desk, Oops> {
        let settings = Settings {
            policy: self.policy.clone(),
            roots: Roots::new(&self.unc)?,
            accounts: regex::Regex::new("_P$")?,
            scope: self.scope.clone(),
            desk: "test".into(),
            web: self.web.clone(),
        };
        Ok(Desk::new(wrap(self.ports().await?), settings))
    }

    /// The messages in the outbox.
    ///
    /// # Errors
    /// What the file system says.
    pub fn messages(&self) -> Result<Vec<Opened>, Oops> {
        let mut messages = vec![];
        for path in files_under(&self.root.join("outbox/new"))? {
            messages.push(Opened::read(&std::fs::read(path)?).ok_or("no message")?);
        }
        Ok(messages)
    }
}

/// Asks for everything of `ann_P`.
///
/// # Errors
/// What the desk says.
pub async fn ask(desk: &Desk) -> Result<RequestId, Oops> {
    let asked = vec![Asked { line: "ann".into(), purpose: Purpose::Output }];
    let thread = Thread {
        message_id: Some("asked@example.org".into()),
        references: vec![],
        subject: Some("results".into()),
        ticket: None,
    };
    let ask = Ask {
        door: Door::Cli,
        project: None,
        purpose: "table 1".into(),
        context: Context::default(),
        thread,
        asked,
    };
    Ok(desk.requester(Actor::person("ann_P")).ask(ask).await?.id)
}

/// Decides every file of a request, as `cleo`.
///
/// # Errors
/// What the desk says.
pub async fn decide(desk: &Desk, id: RequestId, choice: Choice) -> Result<(), Oops> {
    let checker = desk.checker(Actor::person("cleo")).await?;
    checker.decide(id, &[], choice, Some("a reason"), false).await?;
    Ok(())
}

/// What a start does: frees what a dead process held, works until nothing is due, sweeps. Gives the causes of failures.
///
/// # Errors
/// What the store says.
pub async fn run(desk: &Desk) -> Result<Vec<String>, Oops> {
    desk.retry(None).await?;
    let mut causes = vec![];
    loop {
        match desk.work(None).await? {
            Worked::Done(_) => {}
            Worked::Failed(_, cause) => causes.push(cause),
            Worked::Idle => break,
        }
    }
    desk.sweep().await?;
    Ok(causes)
}

/// Every file under a folder, in order; none where there is no such folder.
///
/// # Errors
/// What the file system says.
pub fn files_under(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = vec![];
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { files.extend(files_under(&path)?) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

/// The checks in this process: the cage is the binary's, and tested there.
struct InProcess;

#[async_trait]
impl Inspector for InProcess {
    async fn inspect(&self, files: Vec<Inspectable>, before: Before) -> Result<Vec<Inspected>, Failure> {
        let input = |file: Inspectable| Input {
            path: file.path.to_string(),
            supporting: file.supporting,
            source: Source::File(file.bytes),
        };
        let policy = Checks::preset("be-default").map_err(|error| {
            Failure::new(exeat_desk::ports::Port::Checks, "policy", error.to_string(), "")
        })?;
        let checked = check_after(files.into_iter().map(input).collect(), before.inputs(), &policy);
        let spooled = checked.into_iter().map(|one| Inspected::of(one, tempfile::tempfile));
        spooled.collect::<std::io::Result<_>>().map_err(|error| {
            Failure::new(exeat_desk::ports::Port::Checks, "spool", "the tables cannot be written", error)
        })
    }

    fn policy(&self) -> &str {
        "be-default"
    }
}

struct OpenVault;

#[async_trait]
impl Vault for OpenVault {
    async fn password(&self) -> Result<SecretString, Failure> {
        Ok(SecretString::from(PASSWORD.to_owned()))
    }
}

struct TwoPeople;

#[async_trait]
impl People for TwoPeople {
    async fn roster(&self) -> Result<Roster, Failure> {
        let person = |account: &str, name: &str, role| {
            Ok(Person {
                account: account.into(),
                name: name.into(),
                address: format!("{account}@example.org").parse().map_err(wrong)?,
                language: Language::En,
                roles: BTreeSet::from([role]),
                mode: ReleaseMode::Validated,
                projects: BTreeSet::new(),
                automatic_since: None,
                trained_until: None,
                active: true,
            })
        };
        let people = vec![
            person("ann_P", "Ann Peeters", Role::Requester)?,
            person("cleo", "Cleo Maes", Role::Checker)?,
        ];
        Roster::new(people, vec![]).map_err(wrong)
    }
}

fn wrong(error: impl std::fmt::Display) -> Failure {
    Failure::new(exeat_desk::ports::Port::Roster, "roster", "the roster is wrong", error)
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// No automatic release is drawn for a person.
struct NeverDrawn;

impl Dice for NeverDrawn {
    fn draw(&self) -> f64 {
        1.0
    }

    fn secret(&self) -> Result<[u8; 32], Failure> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(wrong)?;
        Ok(secret)
    }
}
