//! `[share.smb]` and `[archive.smb]`: a folder of a file server, in place of one that is mounted.

use std::path::Path;
use std::time::Duration;

use exeat_shares::SmbPlace;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Secret;

/// A folder of a file server: SMB 3.1.1, encrypted.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SmbSection {
    /// Where it is: `\\server\share` or `\\server\share\folder`.
    pub(crate) path: String,
    /// The account that the desk uses.
    pub(crate) user: String,
    /// Its password.
    pub(crate) password: Secret,
    /// The account's domain; without it the server's own accounts.
    #[serde(default)]
    pub(crate) domain: String,
    /// The server's port.
    #[serde(default = "default_port")]
    pub(crate) port: u16,
    /// Seconds until an answer is given up on.
    #[serde(default = "default_timeout")]
    pub(crate) timeout: u64,
    /// Use a server that signs and cannot encrypt: whoever listens on the way can then read what is asked for.
    #[serde(default)]
    pub(crate) unencrypted: bool,
}

fn default_port() -> u16 {
    445
}

fn default_timeout() -> u64 {
    30
}

impl SmbSection {
    /// Sees that it makes sense.
    pub(super) fn vet(&self) -> Result<(), String> {
        self.parts()?;
        if !(1..=3600).contains(&self.timeout) {
            return Err(format!("timeout is {}: give 1 to 3600 seconds", self.timeout));
        }
        if self.user.is_empty() {
            return Err("user is empty: name the account that the desk uses".to_owned());
        }
        Ok(())
    }

    /// The place with the account's password, which is read now.
    pub(crate) fn place(&self, base: &Path) -> Result<SmbPlace, String> {
        let (server, share, folder) = self.parts()?;
        Ok(SmbPlace {
            server,
            port: self.port,
            share,
            folder,
            user: self.user.clone(),
            domain: self.domain.clone(),
            password: self.password.read(base)?,
            patience: Duration::from_secs(self.timeout),
            unencrypted: self.unencrypted,
        })
    }

    /// Server, share, and the folder by `/`.
    fn parts(&self) -> Result<(String, String, String), String> {
        let wrong = || format!("path is {:?}: write it as '\\\\server\\share\\folder'", self.path);
        let rest = self.path.strip_prefix("\\\\").ok_or_else(wrong)?;
        let mut names = rest.strip_suffix('\\').unwrap_or(rest).split('\\');
        let (server, share) = names.next().zip(names.next()).ok_or_else(wrong)?;
        let folders: Vec<&str> = names.collect();
        let odd = |name: &&str| {
            matches!(*name, "" | "." | "..")
                || name.contains(['/', '*', '?', '"', '<', '>', '|'])
                || name.contains(char::is_control)
        };
        if [server, share].iter().chain(&folders).any(odd) || share.contains(':') {
            return Err(wrong());
        }
        Ok((server.to_owned(), share.to_owned(), folders.join("/")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(path: &str) -> SmbSection {
        SmbSection {
            path: path.to_owned(),
            user: "exeat".to_owned(),
            password: Secret::Env("PASSWORD".to_owned()),
            domain: String::new(),
            port: default_port(),
            timeout: default_timeout(),
            unencrypted: false,
        }
    }

    #[test]
    fn a_path_names_a_server_a_share_and_perhaps_a_folder() {
        for (path, folder) in [
            (r"\\files.example.org\results", ""),
            (r"\\files.example.org\results\", ""),
            (r"\\files.example.org\results\Out going\é", "Out going/é"),
        ] {
            let (server, share, found) = section(path).parts().unwrap();
            assert_eq!(
                (server.as_str(), share.as_str(), found.as_str()),
                ("files.example.org", "results", folder)
            );
        }
        for bad in [
            r"\\files",
            r"\files\share",
            "//files/share",
            r"\\files\share\..\c",
            r"\\files\\share",
            r"\\f\a:b",
            r"\\f\s\*",
        ] {
            let why = section(bad).vet().unwrap_err();
            assert!(why.contains("write it as"), "{bad}: {why}");
        }
    }

    #[test]
    fn no_waiting_for_ever_and_no_nameless_account() {
        let vetted = |change: fn(&mut SmbSection)| {
            let mut section = section(r"\\files\share");
            change(&mut section);
            section.vet()
        };
        assert!(vetted(|_| {}).is_ok());
        assert!(vetted(|section| section.timeout = 0).is_err());
        assert!(vetted(|section| section.user.clear()).is_err());
    }
}
