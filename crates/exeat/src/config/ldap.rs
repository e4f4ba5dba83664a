//! `[roster.ldap]`: people of a directory, beside those of the roster's file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use exeat_domain::roster::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Secret;

/// `[roster.ldap]`: who is in its groups is known; a row of the file with the same account counts in its place.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LdapSection {
    /// Its address: `ldaps://dc.example.org`.
    pub(crate) url: String,
    /// With `ldap://`: change to TLS before anything is said.
    #[serde(default)]
    pub(crate) starttls: bool,
    /// As whom the desk asks: a distinguished name, or `exeat@example.org` in Active Directory.
    pub(crate) bind: String,
    /// Its password.
    pub(crate) password: Secret,
    /// A further root certificate to trust, as PEM, for a private authority.
    #[serde(default)]
    pub(crate) ca_file: Option<PathBuf>,
    /// Below what is looked: `DC=example,DC=org`.
    pub(crate) base: String,
    /// Who counts as a person.
    #[serde(default = "filter")]
    pub(crate) filter: String,
    /// What the members of a group may do, by its distinguished name. Whoever is in none of them is not known.
    pub(crate) roles: BTreeMap<String, BTreeSet<Role>>,
    /// How the first part of a group's name gives a project: a regular expression with one group, like `^PRJ-(.+)$`.
    #[serde(default)]
    pub(crate) projects: Option<String>,
    /// Which attributes say what.
    #[serde(default)]
    pub(crate) attributes: AttributesSection,
    /// An attribute that says that an account is disabled, beside Active Directory's own, and its value then.
    #[serde(default)]
    pub(crate) disabled: Option<DisabledSection>,
    /// Seconds for which what was read is used again.
    #[serde(default = "keep")]
    pub(crate) keep: u64,
    /// Seconds until an answer is given up on.
    #[serde(default = "timeout")]
    pub(crate) timeout: u64,
}

/// `[roster.ldap.attributes]`: Active Directory's, if nothing else is written.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AttributesSection {
    /// The account inside the enclave.
    pub(crate) account: String,
    /// The name.
    pub(crate) name: String,
    /// The address outside, where replies go.
    pub(crate) address: String,
    /// The language.
    pub(crate) language: String,
    /// The distinguished names of the groups.
    pub(crate) groups: String,
}

/// `[roster.ldap.disabled]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DisabledSection {
    /// The attribute.
    pub(crate) attribute: String,
    /// Its value.
    pub(crate) value: String,
}

impl Default for AttributesSection {
    fn default() -> Self {
        Self {
            account: "sAMAccountName".to_owned(),
            name: "displayName".to_owned(),
            address: "mail".to_owned(),
            language: "preferredLanguage".to_owned(),
            groups: "memberOf".to_owned(),
        }
    }
}

fn filter() -> String {
    "(objectClass=person)".to_owned()
}

const fn keep() -> u64 {
    60
}

const fn timeout() -> u64 {
    15
}

impl LdapSection {
    /// Sees that it makes sense.
    pub(super) fn vet(&self) -> Result<(), String> {
        if self.keep > 3600 || !(1..=3600).contains(&self.timeout) {
            return Err("give at most 3600 seconds for keep, and 1 to 3600 for timeout".to_owned());
        }
        if self.base.is_empty() || self.bind.is_empty() {
            return Err("bind and base cannot be empty".to_owned());
        }
        Ok(())
    }
}
