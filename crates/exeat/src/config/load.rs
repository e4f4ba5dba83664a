//! Reading `exeat.toml`: every error names the file, the line and what to do.

use std::path::{Path, PathBuf};

use exeat_channels::mailbox::reading;
use exeat_domain::path::{Roots, SharePath};
use regex::Regex;

use super::{Config, SmbSection};

/// A configuration that was read and makes sense, with the folder that its relative paths start from.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    /// What it says.
    pub(crate) config: Config,
    /// The folder of the file.
    pub(crate) base: PathBuf,
    /// The file.
    pub(crate) file: PathBuf,
    /// The names under which the desktop knows the share.
    pub(crate) roots: Roots,
    /// What accounts that may ask look like.
    pub(crate) accounts: Regex,
}

/// The configuration cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ConfigError {
    /// There is none.
    Missing(PathBuf),
    /// It cannot be read.
    Unreadable(PathBuf, String),
    /// It is not understood; the message names line and key.
    Wrong(PathBuf, String),
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing(path) => write!(
                out,
                "there is no configuration at {}; name one with --config, or make one with: exeat init",
                path.display()
            ),
            Self::Unreadable(path, why) => write!(out, "{} cannot be read: {why}", path.display()),
            Self::Wrong(path, why) => write!(out, "{}: {why}", path.display()),
        }
    }
}

impl std::error::Error for ConfigError {}

/// Reads the configuration at `file`.
///
/// # Errors
/// [`ConfigError`] naming the file, and the line and key where it is about one.
pub(crate) fn load(file: &Path) -> Result<Loaded, ConfigError> {
    let wrong = |why: String| ConfigError::Wrong(file.to_owned(), why);
    let text = std::fs::read_to_string(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => ConfigError::Missing(file.to_owned()),
        _ => ConfigError::Unreadable(file.to_owned(), error.to_string()),
    })?;
    let config: Config = toml::from_str(&text).map_err(|error| wrong(unread(&text, &error)))?;
    let absolute = std::path::absolute(file).map_err(|error| wrong(error.to_string()))?;
    let base = absolute.parent().unwrap_or(Path::new("/")).to_owned();
    config.policy.vet().map_err(|error| wrong(error.to_string()))?;
    vet(&config).map_err(wrong)?;
    let roots = Roots::new(&config.share.names()).map_err(|_| {
        wrong(format!("share.unc is {:?}: write each name like '\\\\server\\share'", config.share.unc))
    })?;
    let accounts = Regex::new(&config.requests.account_pattern)
        .map_err(|error| wrong(format!("requests.account_pattern: {error}")))?;
    let loaded = Loaded { config, base, file: absolute, roots, accounts };
    loaded.settings().map_err(wrong)?;
    Ok(loaded)
}

/// Where the text is not understood, and why. The line itself is not repeated: a secret may stand in it.
fn unread(text: &str, error: &toml::de::Error) -> String {
    let line = |at: usize| 1 + text.bytes().take(at).filter(|&byte| byte == b'\n').count();
    match error.span() {
        Some(span) => format!("line {}: {}", line(span.start), error.message()),
        None => error.message().to_owned(),
    }
}

/// Whether a pattern names folders of the share, with no blanks to fill in but those that there are.
fn is_scope(pattern: &str) -> bool {
    let filled = pattern.replace("{account}", "a").replace("{project}", "p");
    !filled.contains(['{', '}']) && SharePath::new(&filled.replace(['*', '?'], "x")).is_ok()
}

/// A folder here or one there, and one of both.
fn one_place(section: &str, folder: Option<&PathBuf>, smb: Option<&SmbSection>) -> Result<(), String> {
    match (folder, smb) {
        (Some(_), None) => Ok(()),
        (None, Some(smb)) => smb.vet().map_err(|why| format!("{section}.smb: {why}")),
        (None, None) => Err(format!("{section}: say where it is, with {section}.folder or [{section}.smb]")),
        (Some(_), Some(_)) => {
            Err(format!("{section}: both {section}.folder and [{section}.smb] are given; keep one"))
        }
    }
}

/// Whether the share and the archive are each somewhere, and nobody can ask for what the desk keeps.
fn vet_folders(config: &Config) -> Result<(), String> {
    one_place("share", config.share.folder.as_ref(), config.share.smb.as_ref())?;
    one_place("archive", config.archive.folder.as_ref(), config.archive.smb.as_ref())?;
    if let Some(odd) = config.share.scope.iter().find(|pattern| !is_scope(pattern)) {
        return Err(format!(
            "share.scope has {odd:?}: write folders of the share such as \"Users/{{account}}\"; {{account}} and \
             {{project}} stand for the requester's, and .. leads nowhere"
        ));
    }
    let own = [Some(&config.desk.state), config.archive.folder.as_ref()];
    if config.share.folder.is_some() && own.contains(&config.share.folder.as_ref()) {
        return Err(
            "share.folder is also desk.state or archive.folder: requesters could ask for what the desk keeps"
                .to_owned(),
        );
    }
    Ok(())
}

fn vet(config: &Config) -> Result<(), String> {
    vet_folders(config)?;
    let id = &config.desk.id;
    if id.is_empty()
        || !id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    {
        return Err(format!("desk.id is {id:?}: use small letters, digits and hyphens"));
    }
    if config.mail.name.trim().is_empty() || config.mail.name.chars().any(char::is_control) {
        return Err(format!("mail.name is {:?}: it must be a name, in one line", config.mail.name));
    }
    for (key, value) in [("seconds", config.checks.seconds), ("memory", config.checks.memory)] {
        if value == 0 {
            return Err(format!("checks.{key} is 0: no file could be checked"));
        }
    }
    if config.policy.deliver.asks_for_pickup() && config.web.is_none() {
        return Err("policy.deliver: packages are picked up at the web desk, and there is no [web] section"
            .to_owned());
    }
    if let Some(mailbox) = &config.mailbox {
        mailbox.trust.vet().map_err(|why| format!("mailbox.trust: {why}"))?;
        if mailbox.password.is_some() == mailbox.token.is_some() {
            return Err("mailbox: give either password or token".to_owned());
        }
    }
    config.tickets.vet()?;
    if let Some(scanner) = &config.scanner {
        scanner.vet().map_err(|why| format!("scanner: {why}"))?;
    }
    if let Some(ldap) = &config.roster.ldap {
        ldap.vet().map_err(|why| format!("roster.ldap: {why}"))?;
    }
    if let Some(web) = &config.web {
        web.settings(&config.mail.name)?;
    }
    if let Some(server) = &config.server {
        super::server::secure(&server.url).map_err(|why| format!("server.url is {:?}: {why}", server.url))?;
        if config.web.is_none() {
            return Err("server.url: this desk has no [web] section, so that requests and reviews would go to another desk. \
                 Add [web], or keep [server] alone in a file of its own"
                .to_owned());
        }
    }
    match (&config.mail.maildir, &config.mail.smtp) {
        (None, None) => Err("mail: say where messages go, with mail.maildir or [mail.smtp]".to_owned()),
        (Some(_), Some(_)) => Err("mail: both mail.maildir and [mail.smtp] are given; keep one".to_owned()),
        _ => Ok(()),
    }
}

impl Loaded {
    /// A path of the configuration, from the file's folder.
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        self.base.join(path)
    }

    /// How the people of the site name its share in what they write.
    ///
    /// # Errors
    /// What is wrong with `share.drives` or `share.home`.
    pub(crate) fn settings(&self) -> Result<reading::Settings, String> {
        let share = &self.config.share;
        reading::Settings::new(&share.names(), &share.drives, share.home.as_deref())
            .map_err(|error| format!("share.drives or share.home: {error}"))
    }
}
