//! A mailbox that is read by IMAP: which, how it is reached, and what becomes of each mail in it.

mod connect;
mod inbox;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use exeat_desk::ports::Failure;
use secrecy::SecretString;

use crate::smtp::{Tls, is_this_machine};

pub(crate) use connect::client_config;
pub use inbox::{Inbox, Passed};

/// The largest mail that is fetched whole; of a larger one only its header is, in bytes.
pub const LARGEST: u32 = 25 << 20;

/// The account's secret, asked for anew at each connection: a token is good for an hour.
pub type Secret = Arc<dyn Fn() -> Result<SecretString, Failure> + Send + Sync>;

/// How the desk proves at the server that it may read.
#[derive(Clone)]
pub enum Proof {
    /// With a password (`LOGIN`).
    Password(Secret),
    /// With an access token (`XOAUTH2`).
    Token(Secret),
}

impl fmt::Debug for Proof {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Password(_) => "Password",
            Self::Token(_) => "Token",
        })
    }
}

/// The mailbox's folders. Their names are written in ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// Where mails come in.
    pub inbox: String,
    /// Where those go that were taken in, or refused.
    pub done: String,
    /// Where those go that a person has to look at.
    pub parked: String,
}

/// Which mailbox, and how to reach it.
#[derive(Clone, Debug)]
pub struct ImapConfig {
    /// The server's name, which its certificate must carry, or its IP address.
    pub host: String,
    /// Its port: 993 for TLS, 143 for STARTTLS.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// The account.
    pub user: String,
    /// How it is proved.
    pub proof: Proof,
    /// Its folders.
    pub folders: Folders,
    /// How long the server may be silent within a step.
    pub timeout: Duration,
    /// How often is looked where the server does not say that something came; also how long it is believed to be there.
    pub poll: Duration,
    /// Certificates in PEM of the site's own authorities, trusted beside the system's.
    pub roots: Option<Vec<u8>>,
}

/// The mailbox cannot be used as configured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum ImapError {
    #[error("`tls = \"none\"` reads mail across the network to {0} in the open: use `starttls` or `tls`")]
    PlainAcrossNetwork(String),
    #[error("the folder {0:?} of the mailbox is not a plain name: use letters, digits, blanks and . / - _")]
    Folder(String),
    #[error("the folders of the mailbox are not three different ones")]
    SameFolder,
    #[error("the name {0:?} of the mail server is neither a host name nor an IP address")]
    Host(String),
    #[error("the root certificates for the mailbox are no certificates in PEM")]
    BadRoot,
    #[error("this machine trusts no certificate authority: install ca-certificates, or name `roots`")]
    NoRoots,
    #[error("protected connections to the mailbox cannot be made: {0}")]
    Trust(String),
}

impl ImapConfig {
    fn check(&self) -> Result<(), ImapError> {
        if self.tls == Tls::None && !is_this_machine(&self.host) {
            return Err(ImapError::PlainAcrossNetwork(self.host.clone()));
        }
        let Folders { inbox, done, parked } = &self.folders;
        let plain = |c: char| c.is_ascii_alphanumeric() || " ./-_".contains(c);
        if let Some(odd) =
            [inbox, done, parked].into_iter().find(|name| name.is_empty() || !name.chars().all(plain))
        {
            return Err(ImapError::Folder(odd.clone()));
        }
        let same = |one: &String, other: &String| one.eq_ignore_ascii_case(other);
        if same(inbox, done) || same(inbox, parked) || same(done, parked) {
            return Err(ImapError::SameFolder);
        }
        Ok(())
    }
}

/// A mail as the server gave it.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The whole mail; of one over [`LARGEST`], its header.
    pub bytes: Vec<u8>,
    /// How large it is, in bytes.
    pub size: u32,
}

impl fmt::Debug for Fetched {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "a mail of {} bytes", self.size)
    }
}

/// What becomes of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was taken in or refused, durably, and may go.
    Done,
    /// A person has to look at it, for this reason: a stable code.
    Parked(&'static str),
    /// It stays where it is and is tried again later.
    Later,
}

/// Takes mails in. One that is brought again, after a stop or a lost answer, must come to the same.
#[async_trait]
pub trait Reader: Send + Sync {
    /// Takes one mail in.
    async fn read(&self, mail: Fetched) -> Fate;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(host: &str, tls: Tls, folders: [&str; 3]) -> ImapConfig {
        let [inbox, done, parked] = folders.map(str::to_owned);
        ImapConfig {
            host: host.into(),
            port: 143,
            tls,
            user: "desk".into(),
            proof: Proof::Password(Arc::new(|| Ok(String::new().into()))),
            folders: Folders { inbox, done, parked },
            timeout: Duration::from_secs(1),
            poll: Duration::from_secs(60),
            roots: None,
        }
    }

    #[test]
    fn what_would_be_unsafe_or_unclear_is_no_mailbox() {
        let folders = ["INBOX", "Done", "Parked"];
        assert_eq!(config("127.0.0.1", Tls::None, folders).check(), Ok(()));
        assert_eq!(config("mail.example.org", Tls::Starttls, folders).check(), Ok(()));
        let wrong = |host, folders| config(host, Tls::None, folders).check().unwrap_err();
        assert!(matches!(wrong("mail.example.org", folders), ImapError::PlainAcrossNetwork(_)));
        assert!(matches!(wrong("localhost", ["INBOX", "Done\"", "Parked"]), ImapError::Folder(_)));
        assert!(matches!(wrong("localhost", ["INBOX", "", "Parked"]), ImapError::Folder(_)));
        assert!(matches!(wrong("localhost", ["INBOX", "Done", "done"]), ImapError::SameFolder));
        assert!(matches!(wrong("localhost", ["Inbox", "INBOX", "Parked"]), ImapError::SameFolder));
    }
}
