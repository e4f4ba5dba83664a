//! What can go wrong with a package or a vault. `Display` is for the log, `for_user` for the person who waits;
//! `code` is stable. None of them ever holds a password.

use std::io;
use std::path::PathBuf;

use crate::contents::BadName;
use crate::split::TooBig;

/// Why a package was not written. Nothing of it is left behind.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// There are no files.
    #[error("a package needs at least one file")]
    Empty,
    /// A name could lead out of the folder that the package is unpacked to, or occurs twice.
    #[error(transparent)]
    Name(#[from] BadName),
    /// A file could not be read.
    #[error("{name:?} could not be read: {source}")]
    Read {
        /// Name of the file.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// A file's bytes are not those that were reviewed.
    #[error("{name:?} is not what was reviewed: its length or SHA-256 differs")]
    Changed {
        /// Name of the file.
        name: String,
    },
    /// A single file is too big for a part.
    #[error(transparent)]
    TooBig(#[from] TooBig),
    /// There is something under the package's name already.
    #[error("{} exists already", .path.display())]
    Exists {
        /// Path of the package.
        path: PathBuf,
    },
    /// The package could not be written.
    #[error("{} could not be written: {source}", .path.display())]
    Write {
        /// Path of the package or its folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl PackError {
    /// Stable name of the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "pack.empty",
            Self::Name(_) => "pack.name",
            Self::Read { .. } => "pack.read",
            Self::Changed { .. } => "pack.changed",
            Self::TooBig(_) => "pack.too-big",
            Self::Exists { .. } => "pack.exists",
            Self::Write { .. } => "pack.write",
        }
    }

    /// What happened and what to do, for a person.
    #[must_use]
    pub fn for_user(&self) -> String {
        match self {
            Self::Empty => "There is no file to pack.".to_owned(),
            Self::Name(bad) => format!("Rename the file {:?}: {}.", bad.name, bad.problem),
            Self::Read { name, .. } => format!("The file {name:?} could not be read. Nothing was sent."),
            Self::Changed { name } => {
                format!(
                    "The file {name:?} changed after its review. Nothing was sent; it has to be reviewed again."
                )
            }
            Self::TooBig(big) => {
                format!("The file {:?} is too big to be sent, even packed on its own.", big.name)
            }
            Self::Exists { .. } => "A package with this name exists already and is kept.".to_owned(),
            Self::Write { .. } => "The package could not be written: is the disk full?".to_owned(),
        }
    }
}

/// Why a written package may not be sent.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The file could not be opened or is no ZIP.
    #[error("{} cannot be opened as a ZIP: {reason}", .path.display())]
    Unreadable {
        /// Path of the package.
        path: PathBuf,
        /// What the reader said.
        reason: String,
    },
    /// An entry opens without a password.
    #[error("{name:?} opens without a password")]
    Open {
        /// Name of the entry.
        name: String,
    },
    /// An entry opens with a wrong password.
    #[error("{name:?} opens with a wrong password")]
    AnyPassword {
        /// Name of the entry.
        name: String,
    },
    /// An entry is not encrypted with AES-256, or shows a checksum of its content.
    #[error("{name:?} is not protected well enough: {problem}")]
    Weak {
        /// Name of the entry.
        name: String,
        /// What is missing.
        problem: &'static str,
    },
    /// An entry cannot be read with the right password.
    #[error("{name:?} cannot be read with the password: {reason}")]
    Locked {
        /// Name of the entry.
        name: String,
        /// What the reader said.
        reason: String,
    },
    /// An entry does not hold what was reviewed.
    #[error("{name:?} in the package is not what was reviewed")]
    Differs {
        /// Name of the entry.
        name: String,
    },
    /// A reviewed file is not in the package.
    #[error("{name:?} is missing from the package")]
    Missing {
        /// Name of the file.
        name: String,
    },
    /// The package holds something that was not reviewed.
    #[error("{name:?} in the package was not reviewed")]
    Unexpected {
        /// Name of the entry.
        name: String,
    },
    /// A name could lead out of the folder that the package is unpacked to, or occurs twice.
    #[error(transparent)]
    Name(#[from] BadName),
    /// No wrong password could be made up, for want of randomness.
    #[error("no randomness for a wrong password: {0}")]
    Random(String),
}

impl VerifyError {
    /// Stable name of the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "verify.unreadable",
            Self::Open { .. } => "verify.open",
            Self::AnyPassword { .. } => "verify.any-password",
            Self::Weak { .. } => "verify.weak",
            Self::Locked { .. } => "verify.locked",
            Self::Differs { .. } => "verify.differs",
            Self::Missing { .. } => "verify.missing",
            Self::Unexpected { .. } => "verify.unexpected",
            Self::Name(_) => "verify.name",
            Self::Random(_) => "verify.random",
        }
    }

    /// What happened, for a person: the package is not sent, whichever check failed.
    #[must_use]
    pub fn for_user(&self) -> String {
        format!("The package did not pass its test and was not sent: {self}.")
    }
}

/// Why a password could not be had from a vault, or a vault not be written.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The vault could not be read.
    #[error("the vault could not be read: {0}")]
    Read(#[source] io::Error),
    /// The master password or the key file is wrong (or, for KDBX 3, the vault is damaged).
    #[error("the vault does not open: its master password or key file is wrong")]
    Locked,
    /// It is no KDBX 3.1 or 4 file, or it is damaged.
    #[error("this is not a KeePass vault of version 3.1 or 4, or it is damaged: {0}")]
    Unreadable(String),
    /// There is no such group.
    #[error("the vault has no group {group:?}; its groups: {}", .groups.join(", "))]
    NoGroup {
        /// The group asked for.
        group: String,
        /// Paths of the groups there are.
        groups: Vec<String>,
    },
    /// The group has no such entry.
    #[error("group {group:?} of the vault has no entry {entry:?}{}", also_in(.elsewhere))]
    NoEntry {
        /// The group asked for.
        group: String,
        /// The entry asked for.
        entry: String,
        /// Paths of other groups that have an entry with this title.
        elsewhere: Vec<String>,
    },
    /// The group has several entries with this title.
    #[error("group {group:?} of the vault has {count} entries {entry:?}: keep one")]
    Ambiguous {
        /// The group asked for.
        group: String,
        /// The entry asked for.
        entry: String,
        /// How many there are.
        count: usize,
    },
    /// The entry's password is empty.
    #[error("entry {entry:?} in group {group:?} of the vault has no password")]
    NoPassword {
        /// The group asked for.
        group: String,
        /// The entry asked for.
        entry: String,
    },
    /// A new vault could not be written.
    #[error("the vault could not be written: {0}")]
    Write(String),
}

fn also_in(groups: &[String]) -> String {
    if groups.is_empty() { String::new() } else { format!("; there is one in {}", groups.join(", ")) }
}

impl VaultError {
    /// Stable name of the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(_) => "vault.read",
            Self::Locked => "vault.locked",
            Self::Unreadable(_) => "vault.unreadable",
            Self::NoGroup { .. } => "vault.no-group",
            Self::NoEntry { .. } => "vault.no-entry",
            Self::Ambiguous { .. } => "vault.ambiguous",
            Self::NoPassword { .. } => "vault.no-password",
            Self::Write(_) => "vault.write",
        }
    }

    /// What happened, for a person who does not look after the vault.
    #[must_use]
    pub fn for_user(&self) -> String {
        "The password of the package could not be had from the vault. The log says why; \
         the release goes on once it is mended."
            .to_owned()
    }
}
