//! Puts the adapters behind the ports, as the configuration says.

mod lazy;
pub(crate) mod people;
pub(crate) mod shares;
pub(crate) mod vault;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, Utc};
use exeat_channels::scanner::{ClamAv, Clamd};
use exeat_channels::{Login, MaildirCourier, Sender, SmtpConfig, SmtpCourier, Tls};
use exeat_desk::ports::{Clock, Courier, Dice, Failure, Letter, Port, Receipt, Scanner, Written};
use exeat_desk::{Desk, Observer, Ports, Settings, Worked};
use exeat_domain::finding::Finding;
use exeat_domain::ledger::{Actor, Event};
use exeat_domain::request::RequestId;
use exeat_domain::roster::Language;
use exeat_shares::{FolderScratch, FolderSeals};
use exeat_store::{SigningKey, SqliteStore};

use crate::cli::{Acting, Ended};
use crate::config::{self, Loaded, Security, SmtpSection};
use crate::doctor::connections;
use crate::inspector::Sandboxed;
use crate::lock::{self, Lock};
use crate::out::{self, Failed};
use crate::{identity, tickets, words};

use people::Everyone;
use vault::KeePassVault;

/// How long a command waits for another process of the desk.
const TRIES: u32 = 100;
const BETWEEN: Duration = Duration::from_millis(100);

/// A desk with everything behind it, as one configuration says.
pub(crate) struct Site {
    /// The configuration.
    pub(crate) loaded: Loaded,
    /// The adapters.
    pub(crate) ports: Ports,
    /// The store itself, for what only it can do: export and verify its ledger.
    pub(crate) store: Arc<SqliteStore>,
    /// The desk.
    pub(crate) desk: Desk,
    runtime: tokio::runtime::Runtime,
}

/// Names in the state folder.
pub(crate) mod state {
    /// The database.
    pub(crate) const STORE: &str = "exeat.db";
    /// The key that signs the ledger.
    pub(crate) const KEY: &str = "ledger.key";
    /// The key that auditors verify it with.
    pub(crate) const PUBLIC_KEY: &str = "ledger.pub";
    /// The sealed copies.
    pub(crate) const SEALS: &str = "seals";
    /// The temporary files.
    pub(crate) const SCRATCH: &str = "scratch";
}

impl Site {
    /// Opens the desk of the configuration that was named, or the one that lies here.
    ///
    /// # Errors
    /// [`Failed`] saying what does not hold: the configuration, the key, the store, a folder.
    pub(crate) fn open(config: Option<PathBuf>) -> Result<Self, Failed> {
        Self::changed(config, |ports| ports)
    }

    /// The same, with some of the ports changed.
    ///
    /// # Errors
    /// As [`Site::open`].
    pub(crate) fn changed(
        config: Option<PathBuf>,
        change: impl FnOnce(Ports) -> Ports,
    ) -> Result<Self, Failed> {
        let loaded = config::load(&config::file(config))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let state = loaded.path(&loaded.config.desk.state);
        let store =
            Arc::new(runtime.block_on(SqliteStore::open(&state.join(state::STORE), signing_key(&state)?))?);
        let ports = change(Ports {
            store: Arc::<SqliteStore>::clone(&store),
            share: shares::share(&loaded)?,
            seals: Arc::new(FolderSeals::open(state.join(state::SEALS))?),
            inspector: Arc::new(Sandboxed::of(&loaded)?),
            scanner: scanner(&loaded, Duration::MAX).map(|scanner| Arc::new(scanner) as Arc<dyn Scanner>),
            archive: shares::archive(&loaded)?,
            scratch: Arc::new(FolderScratch::open(state.join(state::SCRATCH))?),
            vault: Arc::new(KeePassVault::of(&loaded)),
            courier: tickets::answering(&loaded, courier(&loaded)?)?,
            people: Arc::new(Everyone::of(&loaded)?),
            clock: Arc::new(SystemClock),
            dice: Arc::new(SystemDice),
            observer: Arc::new(Progress),
            connections: connections(&loaded),
        });
        let settings = Settings {
            policy: loaded.config.policy.clone(),
            roots: loaded.roots.clone(),
            accounts: loaded.accounts.clone(),
            scope: loaded.config.share.scope.clone(),
            desk: loaded.config.desk.id.clone(),
            web: loaded.config.web.as_ref().map(|web| web.public_url.clone()),
        };
        let desk = Desk::new(ports.clone(), settings);
        Ok(Self { loaded, ports, store, desk, runtime })
    }

    /// Runs asynchronous work to its end.
    pub(crate) fn block_on<T>(&self, work: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
        self.runtime.block_on(work)
    }

    /// Who acts.
    ///
    /// # Errors
    /// [`Failed`] where the user has no name, or may not act for others.
    pub(crate) fn actor(&self, acting: &Acting) -> Result<Actor, Failed> {
        Ok(identity::actor(acting.account.as_deref(), &self.loaded.config.desk.operators)?)
    }

    /// The desk's lock, if no other process holds it.
    ///
    /// # Errors
    /// [`Failed`] where its file cannot be made.
    pub(crate) fn lock(&self) -> Result<Option<Lock>, Failed> {
        lock::take(&self.loaded.path(&self.loaded.config.desk.state))
    }

    /// The desk's lock; none where the process that holds it has done what waited for the request, or takes too long.
    async fn lock_or_done(&self, id: RequestId) -> Result<Option<Lock>, Failed> {
        for _ in 0..TRIES {
            if let Some(lock) = self.lock()? {
                return Ok(Some(lock));
            }
            // Done, or waiting with the cause of a failure.
            if self.desk.jobs(Some(id)).await?.iter().all(|job| job.cause.is_some()) {
                return Ok(None);
            }
            tokio::time::sleep(BETWEEN).await;
        }
        out::progress(&format!(
            "Another process does this desk's work and takes {id} up when it comes to it. If none does: exeat serve --once"
        ));
        Ok(None)
    }

    /// Does what waits for one request, unless another process does the desk's work: that one will take it up.
    ///
    /// # Errors
    /// [`Failed`] where the store fails; a job that fails waits with its cause.
    pub(crate) async fn carry_on(&self, id: RequestId) -> Ended {
        let Some(_lock) = self.lock_or_done(id).await? else { return Ok(()) };
        // Under the lock no other process is at work: what is leased was left by one that died.
        self.desk.retry(None).await?;
        while self.desk.work(Some(id)).await? != Worked::Idle {}
        // Afterwards, so that what the jobs remove is theirs to attest.
        self.sweep().await;
        Ok(())
    }
}

impl Site {
    /// Puts the house in order; what cannot be reached now is swept another time, and said.
    pub(crate) async fn sweep(&self) {
        if let Err(error) = self.desk.sweep().await {
            out::progress(&format!("not everything could be swept: {error}"));
        }
    }
}

/// The key that signs the ledger.
pub(crate) fn signing_key(state: &Path) -> Result<SigningKey, Failed> {
    let path = state.join(state::KEY);
    let wrong = |why: String| {
        Failed::usage("ledger-key", format!("the ledger's key {}: {why}", config::display(&path)))
    };
    let secret = config::Secret::File(path.clone());
    let pem = secret.read(Path::new("/")).map_err(wrong)?;
    SigningKey::from_pem(secrecy::ExposeSecret::expose_secret(&pem)).map_err(|error| wrong(error.to_string()))
}

fn courier(loaded: &Loaded) -> Result<Arc<dyn Courier>, Failed> {
    let mail = &loaded.config.mail;
    let from = sender(loaded)?;
    if let Some(folder) = &mail.maildir {
        let domain = mail.from.rsplit('@').next().unwrap_or_default().to_owned();
        return Ok(match MaildirCourier::new(loaded.path(folder), from.clone()) {
            Ok(courier) => Arc::new(courier),
            Err(failure) => Arc::new(Down { failure, from, domain }),
        });
    }
    let Some(smtp) = &mail.smtp else {
        return Err(bad_mail("neither mail.maildir nor [mail.smtp] is given"));
    };
    Ok(Arc::new(smtp_courier(loaded, smtp, Duration::MAX)?))
}

fn bad_mail(why: impl std::fmt::Display) -> Failed {
    Failed::usage("mail", format!("mail: {why}"))
}

/// The virus scanner, if the site has one. One file may take what its section says, and so long at most.
pub(crate) fn scanner(loaded: &Loaded, most: Duration) -> Option<ClamAv> {
    let section = loaded.config.scanner.as_ref()?;
    let at = match (&section.socket, section.address) {
        (Some(socket), _) => Clamd::Socket(loaded.path(socket)),
        (None, address) => Clamd::Address(address?),
    };
    Some(ClamAv {
        at,
        largest: section.largest << 20,
        timeout: Duration::from_secs(section.timeout).min(most),
        clock: Arc::new(SystemClock),
    })
}

/// As whom the desk writes.
///
/// # Errors
/// [`Failed`] where its address is none.
pub(crate) fn sender(loaded: &Loaded) -> Result<Sender, Failed> {
    let mail = &loaded.config.mail;
    Ok(Sender { name: mail.name.clone(), address: mail.from.parse().map_err(bad_mail)? })
}

/// The mail server of this section; one step may take what the section says, and so long at most.
///
/// # Errors
/// [`Failed`] where the section is wrong, or what it refers to is not there.
pub(crate) fn smtp_courier(
    loaded: &Loaded,
    smtp: &SmtpSection,
    most: Duration,
) -> Result<SmtpCourier, Failed> {
    let mut config = smtp_config(loaded, smtp, sender(loaded)?)?;
    config.timeout = config.timeout.min(most);
    SmtpCourier::new(config).map_err(bad_mail)
}

fn smtp_config(loaded: &Loaded, smtp: &SmtpSection, from: Sender) -> Result<SmtpConfig, Failed> {
    let wrong = |error: &dyn std::fmt::Display| Failed::usage("mail", format!("mail.smtp: {error}"));
    let (tls, usual) = match smtp.security {
        Security::Tls => (Tls::Tls, 465),
        Security::Starttls => (Tls::Starttls, 587),
        Security::None => (Tls::None, 25),
    };
    let login = match (&smtp.user, &smtp.password) {
        (Some(user), Some(password)) => {
            let password = password.read(&loaded.base).map_err(|error| wrong(&error))?;
            Some(Login { user: user.clone(), password })
        }
        (None, None) => None,
        _ => return Err(wrong(&"user and password go together")),
    };
    let roots = smtp.ca_file.as_ref().map(|file| {
        std::fs::read(loaded.path(file))
            .map_err(|error| wrong(&format!("ca_file {}: {error}", config::display(file))))
    });
    Ok(SmtpConfig {
        host: smtp.host.clone(),
        port: smtp.port.unwrap_or(usual),
        tls,
        login,
        from,
        timeout: Duration::from_secs(smtp.timeout),
        roots: roots.transpose()?,
    })
}

/// A courier that could not be had: what it would carry waits with the cause, and all else goes on.
struct Down {
    failure: Failure,
    from: Sender,
    domain: String,
}

#[async_trait::async_trait]
impl Courier for Down {
    async fn send(&self, _: &Letter) -> Result<Receipt, Failure> {
        Err(self.failure.clone())
    }

    fn words(&self, letter: &Letter) -> Result<Written, Failure> {
        exeat_channels::words(letter, &self.from)
    }

    fn draft(&self, language: Language, findings: &[Finding]) -> String {
        exeat_channels::draft(language, findings)
    }

    fn domain(&self) -> &str {
        &self.domain
    }
}

/// The system's clock, to the microsecond.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// What time it is.
pub(crate) fn now() -> DateTime<Utc> {
    SystemClock.now()
}

/// The system's randomness.
#[derive(Clone, Copy, Debug)]
struct SystemDice;

impl Dice for SystemDice {
    fn draw(&self) -> f64 {
        // Without randomness every release goes to a person: 0 is below every share that is not 0.
        let bits = getrandom::u32().unwrap_or(0);
        f64::from(bits) / (f64::from(u32::MAX) + 1.0)
    }

    fn secret(&self) -> Result<[u8; 32], Failure> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| {
            Failure::new(Port::Courier, "random", "the system gives no randomness for a link", error)
        })?;
        Ok(secret)
    }
}

/// Says on standard error what the desk does, where a person watches.
struct Progress;

impl Observer for Progress {
    fn saw(&self, event: &Event) {
        if let Some(line) = words::progress(event).filter(|_| out::watched()) {
            out::progress(&line);
        }
    }
}
