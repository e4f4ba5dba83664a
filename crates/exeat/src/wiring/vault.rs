//! The password vault: a KeePass file, opened anew for every release and closed again.

use std::path::PathBuf;

use async_trait::async_trait;
use exeat_desk::ports::{Failure, Port, Vault};
use exeat_package::{Unlock, VaultError, read_password};
use secrecy::{SecretSlice, SecretString};

use crate::config::{Loaded, Secret};

/// A KDBX file and the entry in it.
#[derive(Clone, Debug)]
pub(crate) struct KeePassVault {
    base: PathBuf,
    file: PathBuf,
    group: String,
    entry: String,
    password: Option<Secret>,
    key_file: Option<PathBuf>,
}

impl KeePassVault {
    /// The vault of this configuration; nothing is opened yet.
    pub(crate) fn of(loaded: &Loaded) -> Self {
        let vault = &loaded.config.vault;
        Self {
            base: loaded.base.clone(),
            file: loaded.path(&vault.file),
            group: vault.group.clone(),
            entry: vault.entry.clone(),
            password: vault.password.clone(),
            key_file: vault.key_file.as_ref().map(|file| loaded.path(file)),
        }
    }

    /// The password that packages are protected with.
    ///
    /// # Errors
    /// [`Failure`] with what is wrong: a reference, the vault, what unlocks it, its entry.
    pub(crate) fn read(&self) -> Result<SecretString, Failure> {
        let reference = |why: String| {
            Failure::new(
                Port::Vault,
                "vault-reference",
                format!("the vault's own password cannot be had: {why}"),
                "",
            )
        };
        let password =
            self.password.as_ref().map(|secret| secret.read(&self.base)).transpose().map_err(reference)?;
        let key_file = self.key_file.as_ref().map(|file| std::fs::read(file).map(SecretSlice::from));
        let keyfile = key_file.transpose().map_err(|error| {
            let message = format!("the vault's key file {} cannot be read", shown(self.key_file.as_ref()));
            Failure::new(Port::Vault, "vault-key-file", message, error)
        })?;
        let vault = std::fs::File::open(&self.file).map_err(|error| {
            let message = format!("the vault {} cannot be opened: {error}", self.file.display());
            Failure::new(Port::Vault, "vault-missing", message, "")
        })?;
        let unlock = Unlock { password, keyfile };
        read_password(vault, &unlock, &self.group, &self.entry).map_err(|error| self.failure(&error))
    }

    fn failure(&self, error: &VaultError) -> Failure {
        let code = match error {
            VaultError::Locked => "vault-locked",
            VaultError::NoGroup { .. } | VaultError::NoEntry { .. } | VaultError::Ambiguous { .. } => {
                "vault-entry"
            }
            VaultError::NoPassword { .. } => "vault-empty",
            VaultError::Read(_) | VaultError::Unreadable(_) | VaultError::Write(_) => "vault-unreadable",
        };
        Failure::new(Port::Vault, code, format!("{}: {error}", self.file.display()), error.code())
    }
}

fn shown(path: Option<&PathBuf>) -> String {
    path.map(|path| path.display().to_string()).unwrap_or_default()
}

#[async_trait]
impl Vault for KeePassVault {
    async fn password(&self) -> Result<SecretString, Failure> {
        // Opening a vault takes a second of one core, by design: not on an asynchronous thread.
        tokio::task::block_in_place(|| self.read())
    }
}
