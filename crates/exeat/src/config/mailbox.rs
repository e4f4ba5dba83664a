//! `[mailbox]`: where requests come in by mail.

use std::path::PathBuf;

use exeat_channels::mailbox::TrustConfig;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Secret, Security};

/// `[mailbox]`: mails in it become requests. Without it none do.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailboxSection {
    /// The IMAP server's name, as its certificate has it.
    pub(crate) host: String,
    /// Its port; without it 993 for `tls`, 143 otherwise.
    #[serde(default)]
    pub(crate) port: Option<u16>,
    /// How the connection is protected.
    #[serde(default)]
    pub(crate) security: Security,
    /// The account.
    pub(crate) user: String,
    /// Its password.
    #[serde(default)]
    pub(crate) password: Option<Secret>,
    /// Or an access token (XOAUTH2), read anew at each connection: whatever renews it writes it there.
    #[serde(default)]
    pub(crate) token: Option<Secret>,
    /// A further root certificate to trust, as PEM, for a private authority.
    #[serde(default)]
    pub(crate) ca_file: Option<PathBuf>,
    /// The folder that mails come into.
    #[serde(default = "inbox")]
    pub(crate) inbox: String,
    /// The folder that mails go to once they are taken in or refused.
    #[serde(default = "done")]
    pub(crate) done: String,
    /// The folder that mails go to that a person has to look at; why is in the ledger.
    #[serde(default = "parked")]
    pub(crate) parked: String,
    /// Seconds between two looks, where the server does not say by itself that a mail came.
    #[serde(default = "poll")]
    pub(crate) poll: u64,
    /// Seconds until an answer is given up on.
    #[serde(default = "super::default_timeout")]
    pub(crate) timeout: u64,
    /// Further addresses under which mail reaches the desk, beside `mail.from`.
    #[serde(default)]
    pub(crate) addresses: Vec<String>,
    /// What proves who sent a mail.
    #[serde(default)]
    pub(crate) trust: TrustConfig,
}

fn inbox() -> String {
    "INBOX".to_owned()
}

fn done() -> String {
    "Exeat done".to_owned()
}

fn parked() -> String {
    "Exeat parked".to_owned()
}

const fn poll() -> u64 {
    60
}
