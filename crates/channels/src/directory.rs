//! People as a directory has them, by LDAP: who they are, which groups they are in, and whether they are still there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use exeat_desk::ports::{Failure, Port, Probe, Sign};
use exeat_domain::path::shown;
use exeat_domain::roster::{Language, Person, ReleaseMode, Role};
use ldap3::adapters::{Adapter, EntriesOnly, PagedResults};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, Scope, SearchEntry};
use regex::Regex;
use secrecy::ExposeSecret as _;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::mailbox::{ImapError, Secret, client_config};
use crate::smtp::is_this_machine;

/// How many people are asked for at once: what servers give in one answer, at least.
const PAGE: i32 = 500;
/// The most that are taken.
const MOST: usize = 100_000;
/// In Active Directory, the bit of `userAccountControl` of an account that is disabled (MS-ADTS, 2.2.16).
const DISABLED: u32 = 0x2;

/// Which attributes of a person say what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// The account inside the enclave.
    pub account: String,
    /// The name.
    pub name: String,
    /// The address outside, where replies go.
    pub address: String,
    /// The language, such as `nl-BE`; others than the desk's three are English.
    pub language: String,
    /// The distinguished names of the groups.
    pub groups: String,
}

/// A directory, and whom of it the desk knows.
#[derive(Clone)]
pub struct DirectoryConfig {
    /// `ldaps://dc.example.org`, or `ldap://…` with `starttls` or on this machine.
    pub url: String,
    /// Whether a plain connection must change to TLS before anything is said.
    pub starttls: bool,
    /// As whom the desk asks.
    pub bind: String,
    /// Its password.
    pub password: Secret,
    /// Certificates in PEM of the site's own authorities, trusted beside the system's.
    pub roots: Option<Vec<u8>>,
    /// Below what is looked.
    pub base: String,
    /// Who counts as a person there.
    pub filter: String,
    /// Which attributes say what.
    pub attributes: Attributes,
    /// What the members of a group may do, by its distinguished name. Whoever is in none of them is not known.
    pub roles: BTreeMap<String, BTreeSet<Role>>,
    /// How the first part of a group's name gives a project, with one group in brackets: `^PRJ-(.+)$`.
    pub projects: Option<Regex>,
    /// An attribute and the value that it has where an account is disabled, beside Active Directory's own way.
    pub disabled: Option<(String, String)>,
    /// How long everything together may take.
    pub timeout: Duration,
    /// For so long what was read is used again.
    pub keep: Duration,
}

/// The directory cannot be used as configured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum DirectoryError {
    #[error("the address {0:?} is none: write it like ldaps://dc.example.org")]
    Url(String),
    #[error("without TLS the password could be read on the way to {0}: write ldaps://, or starttls = true")]
    Plain(String),
    #[error("the group {0:?} is no distinguished name: write it like CN=Release,OU=Groups,DC=example,DC=org")]
    Group(String),
    #[error("no group has a role: nobody would be known")]
    Nobody,
    #[error("projects must have one group in brackets, like ^PRJ-(.+)$")]
    Projects,
    #[error("{0}")]
    Trust(String),
}

/// What was read of a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Who is known: people with a role and an address.
    pub people: Vec<Person>,
    /// The accounts with a role that cannot be known, and why not.
    pub odd: Vec<String>,
    /// Configured groups that nobody is in.
    pub empty: Vec<String>,
}

/// A directory that is read by LDAP.
#[derive(Clone)]
pub struct Directory {
    config: Arc<DirectoryConfig>,
    roles: Arc<BTreeMap<String, BTreeSet<Role>>>,
    kept: Arc<Mutex<Option<(Instant, Read)>>>,
}

impl Directory {
    /// Nothing is connected yet.
    ///
    /// # Errors
    /// [`DirectoryError`] where the configuration will not do.
    pub fn new(config: DirectoryConfig) -> Result<Self, DirectoryError> {
        let (scheme, rest) =
            config.url.split_once("://").ok_or_else(|| DirectoryError::Url(config.url.clone()))?;
        let authority = rest.trim_end_matches('/');
        let host = match authority.rsplit_once(':') {
            Some((host, port)) if port.parse::<u16>().is_ok() => host,
            _ => authority,
        };
        if host.is_empty() || host.contains(['/', '@', '?', ' ']) {
            return Err(DirectoryError::Url(config.url.clone()));
        }
        match scheme {
            "ldaps" if !config.starttls => {}
            "ldap" if config.starttls || is_this_machine(host) => {}
            "ldap" => return Err(DirectoryError::Plain(host.to_owned())),
            _ => return Err(DirectoryError::Url(config.url.clone())),
        }
        if config.roles.is_empty() {
            return Err(DirectoryError::Nobody);
        }
        if let Some(odd) = config.roles.keys().find(|group| !group.contains('=')) {
            return Err(DirectoryError::Group(odd.clone()));
        }
        if config.projects.as_ref().is_some_and(|projects| projects.captures_len() != 2) {
            return Err(DirectoryError::Projects);
        }
        let roles = config.roles.iter().map(|(group, roles)| (same(group), roles.clone())).collect();
        Ok(Self { config: Arc::new(config), roles: Arc::new(roles), kept: Arc::default() })
    }

    /// Who is known there now, or was so short a time ago as the configuration allows. Never anyone from longer ago.
    ///
    /// # Errors
    /// [`Failure`] where the directory does not say it: `roster-down`, `roster-login` or `roster-wrong`.
    pub async fn read(&self) -> Result<Read, Failure> {
        let mut kept = self.kept.lock().await;
        if let Some((at, read)) = &*kept
            && at.elapsed() < self.config.keep
        {
            return Ok(read.clone());
        }
        *kept = None;
        let read = self.anew().await?;
        *kept = Some((Instant::now(), read.clone()));
        Ok(read)
    }

    /// In a task of its own: the library stumbles where an answer is none.
    async fn anew(&self) -> Result<Read, Failure> {
        let directory = self.clone();
        let asked = tokio::spawn(async move {
            let patience = directory.config.timeout;
            match timeout(patience, directory.ask()).await {
                Ok(done) => done,
                Err(_) => Err(directory.down(format!("no answer within {} s", patience.as_secs()))),
            }
        });
        asked
            .await
            .map_err(|fault| self.failure("roster-wrong", "does not answer as a directory does", fault))?
    }

    async fn ask(&self) -> Result<Read, Failure> {
        let mut ldap = self.bind().await?;
        let entries = self.search(&mut ldap).await;
        // A goodbye that nobody waits for.
        drop(timeout(Duration::from_secs(1), ldap.unbind()).await);
        Ok(self.people(entries?))
    }

    async fn bind(&self) -> Result<Ldap, Failure> {
        let config = &self.config;
        let mut settings =
            LdapConnSettings::new().set_conn_timeout(config.timeout).set_starttls(config.starttls);
        if config.url.starts_with("ldaps:") || config.starttls {
            let trust = client_config(config.roots.as_deref())
                .map_err(|error: ImapError| self.failure("roster-wrong", "cannot be trusted", error))?;
            settings = settings.set_config(Arc::new(trust));
        }
        let (connection, mut ldap) =
            LdapConnAsync::with_settings(settings, &config.url).await.map_err(|error| self.down(error))?;
        tokio::spawn(async move {
            if let Err(error) = connection.drive().await {
                tracing::debug!(%error, "the connection to the directory ended");
            }
        });
        let password = (config.password)()?;
        // An empty password would be no login at all, and every server lets that in (RFC 4513, 5.1.2).
        if password.expose_secret().is_empty() || config.bind.is_empty() {
            return Err(self.login("the account or its password is empty"));
        }
        let bound = ldap.simple_bind(&config.bind, password.expose_secret()).await;
        bound.map_err(|error| self.down(error))?.success().map_err(|error| self.login(error))?;
        Ok(ldap)
    }

    async fn search(&self, ldap: &mut Ldap) -> Result<Vec<SearchEntry>, Failure> {
        let (config, wanted) = (&self.config, &self.config.attributes);
        let mut asked =
            vec![&wanted.account, &wanted.name, &wanted.address, &wanted.language, &wanted.groups]
                .into_iter()
                .cloned()
                .collect::<Vec<String>>();
        asked.push("userAccountControl".to_owned());
        asked.extend(config.disabled.iter().map(|(attribute, _)| attribute.clone()));
        let adapters: Vec<Box<dyn Adapter<'_, String, Vec<String>>>> =
            vec![Box::new(EntriesOnly::new()), Box::new(PagedResults::new(PAGE))];
        let found = ldap.streaming_search_with(adapters, &config.base, Scope::Subtree, &config.filter, asked);
        let mut found = found.await.map_err(|error| self.unfit(error))?;
        let mut entries = vec![];
        while let Some(entry) = found.next().await.map_err(|error| self.unfit(error))? {
            if entries.len() >= MOST {
                return Err(self.failure("roster-wrong", "knows more people than the desk takes", MOST));
            }
            entries.push(SearchEntry::construct(entry));
        }
        // Half an answer is none: who is not in it would be gone.
        found.finish().await.success().map_err(|error| self.unfit(error))?;
        Ok(entries)
    }

    fn people(&self, entries: Vec<SearchEntry>) -> Read {
        let mut read = Read::default();
        let mut seen = BTreeSet::new();
        for entry in entries {
            let groups = values(&entry, &self.config.attributes.groups);
            let named: Vec<String> = groups.iter().map(|group| same(group)).collect();
            let roles: BTreeSet<Role> =
                named.iter().filter_map(|group| self.roles.get(group)).flatten().copied().collect();
            seen.extend(named);
            if roles.is_empty() {
                continue;
            }
            match self.person(&entry, &groups, roles) {
                Ok(person) => read.people.push(person),
                Err(why) => read.odd.push(format!("{}: {why}", shown(&entry.dn))),
            }
        }
        read.empty = self.config.roles.keys().filter(|group| !seen.contains(&same(group))).cloned().collect();
        read
    }

    fn person(
        &self,
        entry: &SearchEntry,
        groups: &[String],
        roles: BTreeSet<Role>,
    ) -> Result<Person, String> {
        let wanted = &self.config.attributes;
        let one = |attribute: &str| match values(entry, attribute).as_slice() {
            [one] if !one.trim().is_empty() => Ok(one.trim().to_owned()),
            [] | [_] => Err(format!("it has no {attribute}")),
            _ => Err(format!("it has more than one {attribute}")),
        };
        let address = one(&wanted.address)?;
        let address = address.parse().map_err(|_| format!("its {} is no address", wanted.address))?;
        let language = match one(&wanted.language).unwrap_or_default().get(..2) {
            Some(tag) if tag.eq_ignore_ascii_case("nl") => Language::Nl,
            Some(tag) if tag.eq_ignore_ascii_case("fr") => Language::Fr,
            _ => Language::En,
        };
        let projects = groups.iter().filter_map(|group| self.project(group)).collect();
        Ok(Person {
            account: one(&wanted.account)?,
            name: one(&wanted.name)?,
            address,
            language,
            roles,
            mode: ReleaseMode::Validated,
            projects,
            automatic_since: None,
            trained_until: None,
            active: self.active(entry),
        })
    }

    /// The project that a group stands for.
    fn project(&self, group: &str) -> Option<String> {
        let first = group.split(',').next()?.split_once('=')?.1;
        Some(self.config.projects.as_ref()?.captures(first)?.get(1)?.as_str().to_owned())
    }

    /// Whether the account is still in use; what cannot be read is not.
    fn active(&self, entry: &SearchEntry) -> bool {
        let control = values(entry, "userAccountControl");
        let enabled = control.iter().all(|value| value.parse::<u32>().is_ok_and(|bits| bits & DISABLED == 0));
        let disabled = self.config.disabled.as_ref().is_some_and(|(attribute, value)| {
            values(entry, attribute).iter().any(|held| held.eq_ignore_ascii_case(value))
        });
        enabled && !disabled
    }

    fn failure(&self, code: &'static str, what: &str, detail: impl std::fmt::Display) -> Failure {
        let message = format!("The directory {} {what}.", self.config.url);
        Failure::new(Port::Roster, code, message, detail)
    }

    fn down(&self, detail: impl std::fmt::Display) -> Failure {
        let what = "cannot be reached; check that it runs, its address and its certificate";
        self.failure("roster-down", what, detail)
    }

    fn login(&self, detail: impl std::fmt::Display) -> Failure {
        let what =
            "does not let the desk in; check the account and the password that the configuration refers to";
        self.failure("roster-login", what, detail)
    }

    /// A search that did not come to its end.
    fn unfit(&self, error: LdapError) -> Failure {
        match error {
            LdapError::LdapResult { result } => {
                let what = "does not say who is there; check base, filter and the rights of the account";
                self.failure("roster-wrong", what, result)
            }
            LdapError::FilterParsing => {
                self.failure("roster-wrong", "is asked with a filter that is none", error)
            }
            other => self.down(other),
        }
    }
}

#[async_trait]
impl Probe for Directory {
    async fn probe(&self) -> Vec<Sign> {
        let read = match self.anew().await {
            Ok(read) => read,
            Err(failure) => return vec![failure.into()],
        };
        let way = if self.config.url.starts_with("ldaps:") || self.config.starttls {
            "The connection is protected by TLS, with a certificate that is trusted for this name."
        } else {
            "The connection is not protected, and leads to this machine only."
        };
        let number = |role| read.people.iter().filter(|person| person.may(role)).count();
        let mut signs = vec![
            Sign::fine(way),
            Sign::fine(format!("It lets the desk in as {}.", shown(&self.config.bind))),
            Sign::fine(format!(
                "In it, {} may ask and {} may decide.",
                number(Role::Requester),
                number(Role::Checker)
            )),
        ];
        for group in &read.empty {
            let mend = "Mend its name under roster.ldap.roles, or put someone into it.";
            signs.push(Sign::warning(format!("Nobody is in {}.", shown(group)), mend));
        }
        if let Some(first) = read.odd.first() {
            let saw = format!("{} of its people cannot be known, such as {first}.", read.odd.len());
            signs.push(Sign::warning(saw, "Mend the person there, or roster.ldap.attributes."));
        }
        signs
    }
}

/// The values of an attribute, whose name is written in any case.
fn values(entry: &SearchEntry, attribute: &str) -> Vec<String> {
    let named = entry.attrs.iter().filter(|(name, _)| name.eq_ignore_ascii_case(attribute));
    named.flat_map(|(_, values)| values.iter().cloned()).collect()
}

/// A distinguished name in one form: its parts without blanks around them, in small letters.
fn same(name: &str) -> String {
    name.split(',').map(str::trim).collect::<Vec<_>>().join(",").to_lowercase()
}
