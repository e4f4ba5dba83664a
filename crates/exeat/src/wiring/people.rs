//! The roster: its file, read anew whenever it is asked for so that a change holds at once, and the people of a directory.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use exeat_channels::directory::{Attributes, Directory, DirectoryConfig};
use exeat_desk::ports::{Failure, People, Port};
use exeat_domain::roster::{Exception, Person, Roster};
use serde::Deserialize;

use crate::config::{self, LdapSection, Loaded};
use crate::out::Failed;

/// A TOML file with `[[people]]` and `[[exceptions]]`.
#[derive(Clone, Debug)]
pub(crate) struct RosterFile(pub(crate) PathBuf);

/// A file and a directory: what the file says of an account counts.
#[derive(Clone)]
pub(crate) struct Everyone {
    pub(crate) file: RosterFile,
    pub(crate) directory: Option<Directory>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    #[serde(default)]
    people: Vec<Person>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

impl RosterFile {
    /// The roster as it is now.
    ///
    /// # Errors
    /// [`Failure`] naming the file, and the line where it is about one.
    pub(crate) fn read(&self) -> Result<Roster, Failure> {
        self.with(vec![])
    }

    /// The same, with people from elsewhere.
    fn with(&self, others: Vec<Person>) -> Result<Roster, Failure> {
        let name = self.0.display();
        let wrong = |why: String| Failure::new(Port::Roster, "roster-wrong", format!("{name}: {why}"), "");
        let text = std::fs::read_to_string(&self.0).map_err(|error| {
            Failure::new(Port::Roster, "roster-unreadable", format!("{name} cannot be read: {error}"), "")
        })?;
        let rows: Rows = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let mut people = rows.people;
        let known = |people: &[Person], one: &Person| {
            people.iter().any(|row| row.account.to_lowercase() == one.account.to_lowercase())
        };
        let new: Vec<Person> = others.into_iter().filter(|one| !known(&people, one)).collect();
        people.extend(new);
        Roster::new(people, rows.exceptions).map_err(|error| wrong(error.to_string()))
    }
}

impl Everyone {
    /// Who the configuration knows.
    ///
    /// # Errors
    /// [`Failed`] where `[roster.ldap]` will not do, or refers to what is not there.
    pub(crate) fn of(loaded: &Loaded) -> Result<Self, Failed> {
        let roster = &loaded.config.roster;
        let directory = roster.ldap.as_ref().map(|section| directory(loaded, section, Duration::MAX));
        Ok(Self { file: RosterFile(loaded.path(&roster.file)), directory: directory.transpose()? })
    }
}

#[async_trait]
impl People for Everyone {
    async fn roster(&self) -> Result<Roster, Failure> {
        match &self.directory {
            None => self.file.read(),
            Some(directory) => self.file.with(directory.read().await?.people),
        }
    }
}

/// The directory of this section; everything together may take so long at most.
///
/// # Errors
/// [`Failed`] where the section is wrong, or what it refers to is not there.
pub(crate) fn directory(loaded: &Loaded, section: &LdapSection, most: Duration) -> Result<Directory, Failed> {
    let wrong = |why: String| Failed::usage("roster", format!("roster.ldap: {why}"));
    let roots = section.ca_file.as_ref().map(|file| {
        std::fs::read(loaded.path(file))
            .map_err(|error| wrong(format!("ca_file {}: {error}", config::display(file))))
    });
    let (reference, base) = (section.password.clone(), loaded.base.clone());
    reference.read(&base).map_err(&wrong)?;
    let unread = |why: String| {
        let message = format!("The directory's password cannot be read: {why}.");
        Failure::new(Port::Roster, "roster-login", message, why)
    };
    let projects = section.projects.as_deref().map(regex::Regex::new).transpose();
    let a = section.attributes.clone();
    let config = DirectoryConfig {
        url: section.url.clone(),
        starttls: section.starttls,
        bind: section.bind.clone(),
        password: std::sync::Arc::new(move || reference.read(&base).map_err(unread)),
        roots: roots.transpose()?,
        base: section.base.clone(),
        filter: section.filter.clone(),
        attributes: Attributes {
            account: a.account,
            name: a.name,
            address: a.address,
            language: a.language,
            groups: a.groups,
        },
        roles: section.roles.clone(),
        projects: projects.map_err(|error| wrong(format!("projects: {error}")))?,
        disabled: section.disabled.clone().map(|disabled| (disabled.attribute, disabled.value)),
        timeout: Duration::from_secs(section.timeout).min(most),
        keep: Duration::from_secs(section.keep),
    };
    Directory::new(config).map_err(|error| wrong(error.to_string()))
}
