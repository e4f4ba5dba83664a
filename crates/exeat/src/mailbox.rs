//! The mailbox beside the worker: watched while the desk works.

use std::sync::Arc;
use std::time::Duration;

use exeat_channels::Tls;
use exeat_channels::mailbox::{
    Clerk, Fate, Fetched, Folders, ImapConfig, ImapProof, Inbox, Judge, Ours, Reader, Resolver, Secret,
};
use exeat_desk::ports::{Failure, Port};
use exeat_domain::roster::Address;

use crate::config::{self, Loaded, MailboxSection, Security};
use crate::out::Failed;
use crate::wiring::Site;

/// The mailbox of a site, if its configuration has one.
///
/// # Errors
/// [`Failed`] where the section is wrong.
pub(crate) fn of(site: &Site) -> Result<Option<Inbox>, Failed> {
    let Some(section) = &site.loaded.config.mailbox else { return Ok(None) };
    let clerk = clerk(site, section).map_err(|why| wrong(&why))?;
    Ok(Some(inbox(&site.loaded, section, Duration::MAX, Arc::new(clerk))?))
}

/// The mailbox alone, whose mails nobody reads: to try it. One step may take so long at most.
///
/// # Errors
/// [`Failed`] where the section is wrong, or what it refers to is not there.
pub(crate) fn to_try(loaded: &Loaded, section: &MailboxSection, most: Duration) -> Result<Inbox, Failed> {
    inbox(loaded, section, most, Arc::new(Nobody))
}

fn clerk(site: &Site, section: &MailboxSection) -> Result<Clerk, String> {
    let loaded = &site.loaded;
    let address = |text: &String| text.parse::<Address>().map_err(|error| format!("addresses: {error}"));
    let mut addresses = vec![address(&loaded.config.mail.from)?];
    for text in &section.addresses {
        addresses.push(address(text)?);
    }
    let ours = Ours { addresses, desk: loaded.config.desk.id.clone() };
    let names = Resolver::new(&section.trust.name_servers).map_err(|error| error.to_string())?;
    let judge = Judge::new(section.trust.clone(), ours, loaded.accounts.clone(), Arc::new(names))
        .map_err(|why| format!("trust: {why}"))?;
    let settings = loaded.settings()?;
    let (people, clock) = (Arc::clone(&site.ports.people), Arc::clone(&site.ports.clock));
    Ok(Clerk { desk: site.desk.clone(), people, clock, judge, settings })
}

fn inbox(
    loaded: &Loaded,
    section: &MailboxSection,
    most: Duration,
    reader: Arc<dyn Reader>,
) -> Result<Inbox, Failed> {
    let (tls, usual) = match section.security {
        Security::Tls => (Tls::Tls, 993),
        Security::Starttls => (Tls::Starttls, 143),
        Security::None => (Tls::None, 143),
    };
    let roots = section.ca_file.as_ref().map(|file| {
        std::fs::read(loaded.path(file))
            .map_err(|error| wrong(&format!("ca_file {}: {error}", config::display(file))))
    });
    let config = ImapConfig {
        host: section.host.clone(),
        port: section.port.unwrap_or(usual),
        tls,
        user: section.user.clone(),
        proof: proof(loaded, section)?,
        folders: Folders {
            inbox: section.inbox.clone(),
            done: section.done.clone(),
            parked: section.parked.clone(),
        },
        timeout: Duration::from_secs(section.timeout.max(1)).min(most),
        poll: Duration::from_secs(section.poll.max(1)),
        roots: roots.transpose()?,
    };
    Inbox::new(config, reader).map_err(|error| wrong(&error.to_string()))
}

/// The account's secret, read whenever a connection is made; once here, so that a reference that leads nowhere is told now.
fn proof(loaded: &Loaded, section: &MailboxSection) -> Result<ImapProof, Failed> {
    let (reference, of): (_, fn(Secret) -> ImapProof) = match (&section.password, &section.token) {
        (Some(password), None) => (password.clone(), ImapProof::Password),
        (None, Some(token)) => (token.clone(), ImapProof::Token),
        _ => return Err(wrong("give either password or token")),
    };
    reference.read(&loaded.base).map_err(|why| wrong(&why))?;
    let base = loaded.base.clone();
    let unread = |why: String| {
        Failure::new(
            Port::Door,
            "mailbox-secret",
            format!("The mailbox's secret cannot be read: {why}."),
            why,
        )
    };
    Ok(of(Arc::new(move || reference.read(&base).map_err(unread))))
}

fn wrong(why: &str) -> Failed {
    Failed::usage("mailbox", format!("mailbox: {why}"))
}

/// Leaves every mail where it is.
struct Nobody;

#[async_trait::async_trait]
impl Reader for Nobody {
    async fn read(&self, _: Fetched) -> Fate {
        Fate::Later
    }
}
