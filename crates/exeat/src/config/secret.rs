//! A secret by reference: where it is to be found, never what it is.

use std::fmt;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// The longest secret that is read, in bytes.
const LONGEST: u64 = 64 * 1024;

/// `env:NAME`, `file:/path` or `credential:NAME` (systemd).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "toml::Value", into = "String")]
#[schemars(with = "String")]
pub(crate) enum Secret {
    /// A variable of the environment.
    Env(String),
    /// A file that only its owner can read.
    File(PathBuf),
    /// A credential that systemd hands to the service.
    Credential(String),
}

impl TryFrom<toml::Value> for Secret {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, String> {
        match value.as_str().and_then(|text| text.split_once(':')) {
            Some(("env", name)) if !name.is_empty() => Ok(Self::Env(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            Some(("credential", name)) if !name.is_empty() && !name.contains('/') => {
                Ok(Self::Credential(name.to_owned()))
            }
            // What was written may be the secret itself: it is not repeated.
            _ => Err("a secret is given by reference: \"env:NAME\", \"file:PATH\" or \"credential:NAME\""
                .to_owned()),
        }
    }
}

impl std::str::FromStr for Secret {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::try_from(toml::Value::from(text))
    }
}

impl From<Secret> for String {
    fn from(secret: Secret) -> Self {
        secret.to_string()
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(out, "env:{name}"),
            Self::File(path) => write!(out, "file:{}", path.display()),
            Self::Credential(name) => write!(out, "credential:{name}"),
        }
    }
}

impl Secret {
    /// The secret itself; a line end at its end is dropped.
    ///
    /// # Errors
    /// A sentence that says which reference leads nowhere and what to do; never the secret.
    pub(crate) fn read(&self, base: &Path) -> Result<SecretString, String> {
        let text = match self {
            Self::Env(name) => std::env::var(name).map_err(|_| {
                format!("{self}: the environment has no such variable (or it is not text); set it")
            })?,
            Self::File(path) => self.file(&base.join(path))?,
            Self::Credential(name) => {
                let folder = std::env::var_os("CREDENTIALS_DIRECTORY").ok_or_else(|| {
                    format!("{self}: no credentials were handed over; start Exeat as a systemd service with LoadCredential={name}:…")
                })?;
                self.file(&Path::new(&folder).join(name))?
            }
        };
        let text =
            text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
        if text.is_empty() {
            Err(format!("{self}: it is empty"))
        } else {
            Ok(SecretString::from(text.to_owned()))
        }
    }

    fn file(&self, path: &Path) -> Result<String, String> {
        let failed = |error: std::io::Error| format!("{self}: {} cannot be read: {error}", path.display());
        let file = std::fs::File::open(path).map_err(failed)?;
        let about = file.metadata().map_err(failed)?;
        if !about.is_file() {
            return Err(format!("{self}: {} is not a file", path.display()));
        }
        if about.mode() & 0o077 != 0 {
            let mode = about.mode() & 0o777;
            return Err(format!(
                "{self}: {} can be read by others (mode {mode:o}); run: chmod 600 {}",
                path.display(),
                path.display()
            ));
        }
        let mut text = String::new();
        file.take(LONGEST).read_to_string(&mut text).map_err(failed)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn what_is_no_reference_is_refused_without_being_repeated() {
        for text in ["hunter2", "vault:hunter2", "credential:a/hunter2", "", "env:", "file:"] {
            let error = Secret::try_from(toml::Value::from(text)).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "s3cret\r\n").unwrap();
        let secret = Secret::try_from(toml::Value::from("file:secret")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(secret.read(folder.path()).unwrap_err().contains("chmod 600"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(secret.read(folder.path()).unwrap().expose_secret(), "s3cret");
    }
}
