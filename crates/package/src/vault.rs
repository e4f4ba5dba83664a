//! The KeePass vault (KDBX 3.1 or 4) that holds the password of the packages.

use std::io::{Read, Write};

use keepass::config::{DatabaseConfig, KdfConfig};
use keepass::db::{GroupRef, fields};
use keepass::error::{CryptographyError, DatabaseKeyError, DatabaseOpenError};
use keepass::{Database, DatabaseKey};
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use crate::error::VaultError;

/// A vault is read whole; one beyond this is not a vault.
const LONGEST_VAULT: u64 = 256 * 1024 * 1024;

/// What opens a vault.
#[derive(Clone, Debug)]
pub struct Unlock {
    /// The master password; a vault may have a key file only.
    pub password: Option<SecretString>,
    /// The bytes of the key file, if there is one.
    pub keyfile: Option<SecretSlice<u8>>,
}

impl Unlock {
    /// A master password alone.
    #[must_use]
    pub fn with_password(password: SecretString) -> Self {
        Self { password: Some(password), keyfile: None }
    }

    fn key(&self) -> Result<DatabaseKey, VaultError> {
        let mut key = DatabaseKey::new();
        if let Some(password) = &self.password {
            key = key.with_password(password.expose_secret());
        }
        if let Some(keyfile) = &self.keyfile {
            key = key.with_keyfile(&mut keyfile.expose_secret()).map_err(VaultError::Read)?;
        }
        Ok(key)
    }
}

/// Reads the password of the entry titled `entry` in the group at `group` (names separated by `/`, from the
/// root, which is not named; upper and lower case differ).
///
/// # Errors
/// [`VaultError`] says what is wrong: the vault, what unlocks it, the group or the entry. It names groups, never
/// anything secret.
pub fn read_password(
    vault: impl Read,
    unlock: &Unlock,
    group: &str,
    entry: &str,
) -> Result<SecretString, VaultError> {
    let mut bytes = Vec::new();
    vault.take(LONGEST_VAULT).read_to_end(&mut bytes).map_err(VaultError::Read)?;
    let database = Database::parse(&bytes, unlock.key()?).map_err(opening)?;
    find(&database, group, entry)
}

/// Writes a new vault (KDBX 4) with one group, which holds one entry with this password.
///
/// # Errors
/// [`VaultError::Write`]: the output or the randomness of the operating system fails.
pub fn write_vault(
    out: &mut dyn Write,
    unlock: &Unlock,
    group: &str,
    entry: &str,
    password: &SecretString,
) -> Result<(), VaultError> {
    let mut config = DatabaseConfig::default();
    // RFC 9106, section 4, second recommendation: 64 MiB, 3 passes, 4 lanes.
    if let KdfConfig::Argon2 { version, .. } = config.kdf_config {
        config.kdf_config =
            KdfConfig::Argon2id { iterations: 3, memory: 64 * 1024 * 1024, parallelism: 4, version };
    }
    let mut database = Database::with_config(config);
    let mut root = database.root_mut();
    let mut made = root.add_group();
    made.edit(|made| made.name = group.to_owned());
    made.add_entry().edit(|made| {
        made.set_unprotected(fields::TITLE, entry);
        made.set_protected(fields::PASSWORD, password.expose_secret());
    });
    database.save(out, unlock.key()?).map_err(|error| VaultError::Write(error.to_string()))
}

fn opening(error: DatabaseOpenError) -> VaultError {
    match error {
        DatabaseOpenError::Io(error) => VaultError::Read(error),
        DatabaseOpenError::Key(DatabaseKeyError::IncorrectKey | DatabaseKeyError::EmptyKey) => {
            VaultError::Locked
        }
        // With a wrong key, KDBX 3 decrypts to noise, whose padding is wrong 255 times in 256.
        DatabaseOpenError::Cryptography(CryptographyError::InvalidPadding(_)) => VaultError::Locked,
        other => VaultError::Unreadable(other.to_string()),
    }
}

fn find(database: &Database, group: &str, entry: &str) -> Result<SecretString, VaultError> {
    let groups = groups(database);
    let has_entry = |at: &GroupRef<'_>| at.entries().any(|found| found.get_title() == Some(entry));
    let wanted: Vec<_> = groups.iter().filter(|(path, _)| path == group).collect();
    if wanted.is_empty() {
        let groups = groups.into_iter().map(|(path, _)| path).collect();
        return Err(VaultError::NoGroup { group: group.to_owned(), groups });
    }
    let found: Vec<_> = wanted
        .iter()
        .flat_map(|(_, at)| at.entries())
        .filter(|found| found.get_title() == Some(entry))
        .collect();
    let (group, entry) = (group.to_owned(), entry.to_owned());
    match &*found {
        [] => {
            let others = groups.iter().filter(|(_, at)| has_entry(at));
            let elsewhere = others.map(|(path, _)| path.clone()).collect();
            Err(VaultError::NoEntry { group, entry, elsewhere })
        }
        [one] => match one.get_password() {
            Some(password) if !password.is_empty() => Ok(SecretString::from(password)),
            _ => Err(VaultError::NoPassword { group, entry }),
        },
        several => Err(VaultError::Ambiguous { group, entry, count: several.len() }),
    }
}

/// Every group but the root with its path, in the order of the paths.
fn groups(database: &Database) -> Vec<(String, GroupRef<'_>)> {
    let mut found = Vec::new();
    let mut open: Vec<_> = database.root().groups().map(|group| (group.name.clone(), group.id())).collect();
    while let Some((path, id)) = open.pop() {
        if let Some(group) = database.group(id) {
            open.extend(group.groups().map(|inner| (format!("{path}/{}", inner.name), inner.id())));
            found.push((path, group));
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found
}

#[cfg(test)]
mod tests {
    use keepass::db::GroupMut;

    use super::*;

    fn add(group: &mut GroupMut<'_>, name: &str, entries: &[(&str, &str)]) -> keepass::db::GroupId {
        let mut made = group.add_group();
        made.edit(|made| made.name = name.to_owned());
        for (title, password) in entries {
            made.add_entry().edit(|entry| {
                entry.set_unprotected(fields::TITLE, *title);
                entry.set_protected(fields::PASSWORD, *password);
            });
        }
        made.id()
    }

    /// Checks what is found for an entry of a vault with nested, twin and empty groups.
    fn check(group: &str, entry: &str, expected: Result<&str, &str>) {
        let mut database = Database::new();
        let mut root = database.root_mut();
        let external = add(&mut root, "External", &[("twin", "1"), ("twin", "2"), ("INTEGO ZIP", "hush")]);
        add(&mut root, "Twin", &[("a", "first")]);
        add(&mut root, "Twin", &[("a", "second"), ("b", "only")]);
        let mut external = root.group_mut(external).unwrap();
        add(&mut external, "Old", &[("INTEGO ZIP", "old"), ("none", "")]);
        let found = find(&database, group, entry);
        let found =
            found.map(|password| password.expose_secret().to_owned()).map_err(|error| error.to_string());
        assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned));
    }

    #[test]
    fn an_entry_is_found_by_path_and_title() {
        check("External", "INTEGO ZIP", Ok("hush"));
        check("External/Old", "INTEGO ZIP", Ok("old"));
        check("Twin", "b", Ok("only"));
    }

    #[test]
    fn an_entry_that_is_not_there_is_looked_for_elsewhere() {
        check(
            "Twin",
            "INTEGO ZIP",
            Err(
                r#"group "Twin" of the vault has no entry "INTEGO ZIP"; there is one in External, External/Old"#,
            ),
        );
        check("External", "intego zip", Err(r#"group "External" of the vault has no entry "intego zip""#));
    }

    #[test]
    fn two_entries_are_one_too_many() {
        check("External", "twin", Err(r#"group "External" of the vault has 2 entries "twin": keep one"#));
        check("Twin", "a", Err(r#"group "Twin" of the vault has 2 entries "a": keep one"#));
    }

    #[test]
    fn a_group_that_is_not_there_is_answered_with_those_that_are() {
        let groups = "its groups: External, External/Old, Twin, Twin";
        for group in ["", "external", "Old", "External/", "/External", "Root"] {
            check(group, "a", Err(&format!("the vault has no group {group:?}; {groups}")));
        }
    }

    #[test]
    fn an_empty_password_is_an_error() {
        check(
            "External/Old",
            "none",
            Err(r#"entry "none" in group "External/Old" of the vault has no password"#),
        );
    }
}
