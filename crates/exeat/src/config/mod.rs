//! `exeat.toml`: one file, strict, with secrets by reference only.

mod ldap;
mod load;
mod mailbox;
mod scanner;
mod secret;
mod server;
mod smb;
mod tickets;
mod web;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use exeat_domain::policy::Policy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use ldap::LdapSection;
pub(crate) use load::{ConfigError, Loaded, load};
pub(crate) use mailbox::MailboxSection;
pub(crate) use scanner::ScannerSection;
pub(crate) use secret::Secret;
pub(crate) use server::{ServerSection, secure};
pub(crate) use smb::SmbSection;
pub(crate) use tickets::{Common as TicketCommon, TicketsSection};
pub(crate) use web::{HeaderSection, WebSection};

/// The whole configuration. Relative paths are relative to the folder that the file lies in.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The desk itself.
    pub(crate) desk: DeskSection,
    /// The folder that files are asked from.
    pub(crate) share: ShareSection,
    /// Where copies of what was released are kept.
    pub(crate) archive: ArchiveSection,
    /// The KeePass vault with the packages' password.
    pub(crate) vault: VaultSection,
    /// How messages leave.
    pub(crate) mail: MailSection,
    /// Where requests come in by mail.
    #[serde(default)]
    pub(crate) mailbox: Option<MailboxSection>,
    /// Where requests come in by tickets.
    #[serde(default)]
    pub(crate) tickets: TicketsSection,
    /// Who may ask.
    #[serde(default)]
    pub(crate) requests: RequestsSection,
    /// How requests are decided.
    #[serde(default)]
    #[schemars(with = "PolicySchema")]
    pub(crate) policy: Policy,
    /// What the checks look for.
    #[serde(default)]
    pub(crate) checks: ChecksSection,
    /// What looks for viruses.
    #[serde(default)]
    pub(crate) scanner: Option<ScannerSection>,
    /// Who is known.
    pub(crate) roster: RosterSection,
    /// The web desk; without it `exeat serve` opens none.
    #[serde(default)]
    pub(crate) web: Option<WebSection>,
    /// A desk elsewhere that `exeat request` and `exeat review` work against, in place of this one.
    #[serde(default)]
    pub(crate) server: Option<ServerSection>,
}

/// `[desk]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeskSection {
    /// What tells this desk's Message-IDs and ledger from another's. Never change it.
    pub(crate) id: String,
    /// The folder for the store, the seals, the temporary files and the ledger's key.
    pub(crate) state: PathBuf,
    /// Operating-system users who may act for others with `--as`; the ledger keeps both names.
    #[serde(default)]
    pub(crate) operators: BTreeSet<String>,
}

/// `[share]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShareSection {
    /// The folder, as this machine sees it. Exeat only reads it.
    #[serde(default)]
    pub(crate) folder: Option<PathBuf>,
    /// Or a folder of a file server.
    #[serde(default)]
    pub(crate) smb: Option<SmbSection>,
    /// The names under which the desktop knows it, such as `\\server\intego_shared`; `share.smb.path` is one of them.
    #[serde(default)]
    pub(crate) unc: Vec<String>,
    /// Folders that a requester may ask from, with `{account}` and `{project}`; empty: all of it.
    #[serde(default)]
    pub(crate) scope: Vec<String>,
    /// Drive letters as the desktop maps them: `G = ""` for the share itself, `H = "Users/{account}"` for a folder of it.
    #[serde(default)]
    pub(crate) drives: BTreeMap<char, String>,
    /// The folder that “my folder” means in a message, with `{account}` and `{project}`.
    #[serde(default)]
    pub(crate) home: Option<String>,
}

impl ShareSection {
    /// Every name under which the desktop may know the share.
    pub(crate) fn names(&self) -> Vec<String> {
        let there = self.smb.iter().map(|smb| smb.path.trim_end_matches('\\').to_owned());
        self.unc.iter().cloned().chain(there).collect()
    }
}

/// `[archive]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArchiveSection {
    /// The folder that gets a `Sent to <name>` folder for every person.
    #[serde(default)]
    pub(crate) folder: Option<PathBuf>,
    /// Or a folder of a file server.
    #[serde(default)]
    pub(crate) smb: Option<SmbSection>,
}

/// `[vault]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VaultSection {
    /// The KDBX file (version 3.1 or 4).
    pub(crate) file: PathBuf,
    /// The group, as a path: `External` or `Desk/External`.
    pub(crate) group: String,
    /// The title of the entry whose password protects the packages.
    pub(crate) entry: String,
    /// The vault's own password.
    #[serde(default)]
    pub(crate) password: Option<Secret>,
    /// The vault's key file.
    #[serde(default)]
    pub(crate) key_file: Option<PathBuf>,
}

/// `[mail]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailSection {
    /// The desk's own address, which messages come from.
    pub(crate) from: String,
    /// The name beside it.
    #[serde(default = "default_name")]
    pub(crate) name: String,
    /// Write messages into this Maildir; a mail program or server takes them from there.
    #[serde(default)]
    pub(crate) maildir: Option<PathBuf>,
    /// Or hand them to this server.
    #[serde(default)]
    pub(crate) smtp: Option<SmtpSection>,
}

fn default_name() -> String {
    "Release desk".to_owned()
}

/// `[mail.smtp]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SmtpSection {
    /// The server's name, as its certificate has it.
    pub(crate) host: String,
    /// Its port; without it 465 for `tls`, 587 for `starttls`, 25 for `none`.
    #[serde(default)]
    pub(crate) port: Option<u16>,
    /// How the connection is protected.
    #[serde(default)]
    pub(crate) security: Security,
    /// The account, where the server asks for one.
    #[serde(default)]
    pub(crate) user: Option<String>,
    /// Its password.
    #[serde(default)]
    pub(crate) password: Option<Secret>,
    /// A further root certificate to trust, as PEM, for a private authority.
    #[serde(default)]
    pub(crate) ca_file: Option<PathBuf>,
    /// Seconds until an answer is given up on.
    #[serde(default = "default_timeout")]
    pub(crate) timeout: u64,
}

fn default_timeout() -> u64 {
    60
}

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Security {
    /// TLS from the first byte.
    #[default]
    Tls,
    /// STARTTLS, and nothing without it.
    Starttls,
    /// None: for a server on this machine only.
    None,
}

/// `[requests]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RequestsSection {
    /// What accounts that may ask look like: a regular expression.
    pub(crate) account_pattern: String,
}

impl Default for RequestsSection {
    fn default() -> Self {
        Self { account_pattern: "_P$".to_owned() }
    }
}

/// `[checks]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ChecksSection {
    /// The preset, where no policy file is named (`exeat rules list` shows what there is).
    pub(crate) preset: String,
    /// A policy file, which names its own preset.
    pub(crate) policy: Option<PathBuf>,
    /// Seconds that the checks of one request may take.
    pub(crate) seconds: u64,
    /// Memory that the checks may take, in MiB.
    pub(crate) memory: u64,
}

impl Default for ChecksSection {
    fn default() -> Self {
        Self { preset: "be-default".to_owned(), policy: None, seconds: 600, memory: 4096 }
    }
}

/// `[roster]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RosterSection {
    /// The TOML file with `[[people]]` and `[[exceptions]]`; read anew whenever it is needed.
    pub(crate) file: PathBuf,
    /// A directory, for the people who are not in the file.
    #[serde(default)]
    pub(crate) ldap: Option<LdapSection>,
}

/// The schema of `[policy]`; its values are the domain's.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct PolicySchema {
    /// How many checkers review each file, each blind to the others until they have submitted.
    reviewers: Option<u8>,
    /// `release`: approved files go when others are returned; `hold`: they wait for the next round.
    partial: Option<String>,
    /// Send a round with a blocked file back at once, without a person.
    return_blocked_at_once: Option<bool>,
    /// `exception`: a record-level file needs a permit on the roster; `reason`: a written reason is enough.
    record_level: Option<String>,
    /// For so many seconds after the last review is submitted at the web desk it can be taken back, and nothing is sent.
    undo_seconds: Option<u32>,
    /// For so many days after a round was opened the tables of files that went back are kept, as text, so that the next
    /// round can be compared with them; 0: not at all.
    compare_days: Option<u32>,
    /// The share of automatic releases that goes to a person all the same, from 0 to 1.
    sample: Option<f64>,
    /// Whether the package hides the names and sizes of its files.
    hide_names: Option<bool>,
    /// The largest attachment, in bytes; a larger package is split by file.
    max_attachment: Option<u64>,
    /// How packages reach their requesters.
    deliver: Option<DeliverSchema>,
    /// The largest file that can be asked for, in bytes.
    max_file: Option<u64>,
    /// The most files one round may hold.
    max_files: Option<usize>,
}

/// The configuration that was named, or the one that lies here.
pub(crate) fn file(named: Option<PathBuf>) -> PathBuf {
    named
        .or_else(|| std::env::var_os("EXEAT_CONFIG").map(PathBuf::from))
        .unwrap_or_else(|| PathBuf::from("exeat.toml"))
}

/// `[policy.deliver]`: where there is no web desk, everything goes by mail.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct DeliverSchema {
    /// `mail`; or `pickup`: every package is picked up at the web desk, and the mail carries only a link.
    by: Option<String>,
    /// A release whose packages take more bytes is picked up.
    largest_mail: Option<u64>,
    /// Projects whose packages are picked up, whatever their size.
    pickup_projects: Option<BTreeSet<String>>,
    /// Release modes (`validated`, `automatic`) whose packages are picked up.
    pickup_modes: Option<BTreeSet<String>>,
    /// For so many days a link is good.
    link_days: Option<u16>,
    /// For so many hours a download that was broken off may be continued.
    continue_hours: Option<u16>,
    /// For so many days a package is kept for a new link, from the first link on.
    kept_days: Option<u16>,
}

/// A path for people.
pub(crate) fn display(path: &std::path::Path) -> String {
    exeat_domain::path::shown(&path.to_string_lossy())
}
