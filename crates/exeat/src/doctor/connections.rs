//! Every connection of a configuration, with what tries it. A new kind of connection adds its line here; what tries it
//! stands beside its adapter.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use exeat_channels::MaildirCourier;
use exeat_desk::ports::{Connection, Probe, Sign};
use exeat_shares::{ArchiveRoom, FolderArchive, FolderShare, SmbShare, StateFolder};
use exeat_store::{LedgerProbe, StoreProbe};

use super::checks::Cage;
use super::{here, web};
use crate::config::{Loaded, TicketCommon, display};
use crate::out::Failed;
use crate::wiring::people::Everyone;
use crate::wiring::shares::{Place, smb_archive, there};
use crate::wiring::vault::KeePassVault;
use crate::wiring::{sender, smtp_courier, state};

/// How long one step of a conversation with a mail server or a ticket system may take here.
const STEP: Duration = Duration::from_secs(10);
/// Folders in the state folder that are the desk's alone, too.
const INNER: &[&str] = &[state::SEALS, state::SCRATCH];

/// Every connection that the configuration names, in its order. Nothing is opened yet.
pub(crate) fn connections(loaded: &Loaded) -> Vec<Connection> {
    let config = &loaded.config;
    let mut all = vec![];
    all.extend(kept(loaded));
    all.extend(folders(loaded));
    all.push(to("vault", &loaded.path(&config.vault.file), KeePassVault::of(loaded)));
    all.extend(mail(loaded));
    all.extend(mailbox(loaded));
    all.extend(tickets(loaded));
    let owned = loaded.clone();
    let people = Anew::of(move || Everyone::of(&owned).map_err(unmade));
    all.push(to("roster", &loaded.path(&config.roster.file), people));
    all.extend(directory(loaded));
    all.push(checks(loaded));
    all.extend(scanner(loaded));
    all.extend(config.web.as_ref().map(|section| web::here(section.clone())));
    all.extend(config.server.as_ref().map(|server| web::elsewhere(server.clone(), loaded.base.clone())));
    all
}

/// What the desk keeps: its folder, its store, its ledger.
fn kept(loaded: &Loaded) -> [Connection; 3] {
    let (folder, largest) = (loaded.path(&loaded.config.desk.state), loaded.config.policy.max_file);
    let (file, key) = (folder.join(state::STORE), folder.join(state::KEY));
    let opened = folder.clone();
    let ledger = (file.clone(), folder.clone());
    [
        to("desk.state", &folder, Anew::of(move || Ok(StateFolder::open(&opened, INNER, largest)?))),
        to("store", &file, StoreProbe(file.clone())),
        to(
            "ledger",
            &key,
            Anew::of(move || here::key(&ledger.1).map(|key| LedgerProbe { file: ledger.0.clone(), key })),
        ),
    ]
}

/// What lies in folders, here or on a file server: the share and the archive.
fn folders(loaded: &Loaded) -> [Connection; 2] {
    let largest = loaded.config.policy.max_file;
    let (share, archive) = (Place::of_share(loaded), Place::of_archive(loaded));
    let places = [share.shown(), archive.shown()];
    let share: Arc<dyn Probe> = match share {
        Place::Here(at) => Arc::new(Anew::of(move || Ok(FolderShare::open(&at)?))),
        Place::There(smb) => {
            let owned = loaded.clone();
            let share = move || Ok(SmbShare::new(there(&owned, &smb, "share").map_err(unmade)?));
            Arc::new(Anew::of(share))
        }
    };
    let archive: Arc<dyn Probe> = match archive {
        Place::Here(at) => {
            let room = move || Ok(ArchiveRoom { archive: FolderArchive::open(&at)?, largest });
            Arc::new(Anew::of(room))
        }
        Place::There(smb) => {
            let owned = loaded.clone();
            let room =
                move || Ok(ArchiveRoom { archive: smb_archive(&owned, &smb).map_err(unmade)?, largest });
            Arc::new(Anew::of(room))
        }
    };
    let [at, kept] = places;
    [
        Connection { name: "share", place: at, probe: share },
        Connection { name: "archive", place: kept, probe: archive },
    ]
}

/// What messages leave by.
fn mail(loaded: &Loaded) -> Option<Connection> {
    let mail = &loaded.config.mail;
    let owned = loaded.clone();
    if let Some(folder) = &mail.maildir {
        let folder = loaded.path(folder);
        let at = folder.clone();
        let courier = move || Ok(MaildirCourier::new(at.clone(), sender(&owned).map_err(unmade)?)?);
        return Some(to("mail.maildir", &folder, Anew::of(courier)));
    }
    let smtp = mail.smtp.clone()?;
    let place = match smtp.port {
        Some(port) => format!("{}:{port}", smtp.host),
        None => smtp.host.clone(),
    };
    let courier = move || smtp_courier(&owned, &smtp, STEP).map_err(unmade);
    Some(Connection { name: "mail.smtp", place, probe: Arc::new(Anew::of(courier)) })
}

/// The directory that people are in.
fn directory(loaded: &Loaded) -> Option<Connection> {
    let section = loaded.config.roster.ldap.clone()?;
    let place = section.url.clone();
    let owned = loaded.clone();
    let probe = Anew::of(move || crate::wiring::people::directory(&owned, &section, STEP).map_err(unmade));
    Some(Connection { name: "roster.ldap", place, probe: Arc::new(probe) })
}

/// The ticket systems that requests come in by.
fn tickets(loaded: &Loaded) -> Vec<Connection> {
    let one = |(number, section): (usize, TicketCommon<'_>)| {
        let (name, place, owned) = (section.name, section.url.to_owned(), loaded.clone());
        let system = move || crate::tickets::system(&owned, &owned.config.tickets.all()[number], STEP);
        Connection { name, place, probe: Arc::new(Anew::of(move || system().map_err(unmade))) }
    };
    loaded.config.tickets.all().into_iter().enumerate().map(one).collect()
}

/// What requests come in by.
fn mailbox(loaded: &Loaded) -> Option<Connection> {
    let section = loaded.config.mailbox.clone()?;
    let place = format!("{} at {}", section.user, section.host);
    let owned = loaded.clone();
    let probe = Anew::of(move || crate::mailbox::to_try(&owned, &section, STEP).map_err(unmade));
    Some(Connection { name: "mailbox", place, probe: Arc::new(probe) })
}

/// What looks for viruses.
fn scanner(loaded: &Loaded) -> Option<Connection> {
    let scanner = crate::wiring::scanner(loaded, STEP)?;
    Some(Connection { name: "scanner", place: scanner.place(), probe: Arc::new(scanner) })
}

/// What files are checked against, and where.
fn checks(loaded: &Loaded) -> Connection {
    let place = match &loaded.config.checks.policy {
        Some(file) => display(&loaded.path(file)),
        None => loaded.config.checks.preset.clone(),
    };
    let owned = loaded.clone();
    let probe = Anew::of(move || Cage::of(&owned).map_err(unmade));
    Connection { name: "checks", place, probe: Arc::new(probe) }
}

fn to(name: &'static str, path: &Path, probe: impl Probe + 'static) -> Connection {
    Connection { name, place: display(path), probe: Arc::new(probe) }
}

/// A connection that is made anew whenever it is tried: what does not hold when it is made is what was seen.
struct Anew<F>(Arc<F>);

impl<F, P> Anew<F>
where
    F: Fn() -> Result<P, Sign> + Send + Sync + 'static,
    P: Probe + 'static,
{
    fn of(make: F) -> Self {
        Self(Arc::new(make))
    }
}

#[async_trait]
impl<F, P> Probe for Anew<F>
where
    F: Fn() -> Result<P, Sign> + Send + Sync + 'static,
    P: Probe + 'static,
{
    async fn probe(&self) -> Vec<Sign> {
        let make = Arc::clone(&self.0);
        match here::beside(move || make()).await {
            Ok(probe) => probe.probe().await,
            Err(sign) => vec![sign],
        }
    }
}

/// What cannot be made as the configuration has it.
fn unmade(failed: Failed) -> Sign {
    Sign::broken(failed.message, "Mend that in the configuration, or what it refers to.")
}
