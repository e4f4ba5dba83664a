//! `[tickets]`: ticket systems that requests come in by.

use std::collections::BTreeMap;
use std::path::PathBuf;

use exeat_channels::tickets::{Known, Milestone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Secret;

/// `[tickets]`: tickets become requests, and are answered in. Without it none do.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TicketsSection {
    /// An instance of ServiceNow.
    #[serde(default)]
    pub(crate) servicenow: Option<ServiceNowSection>,
}

/// `[tickets.servicenow]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceNowSection {
    /// Its address: `https://example.service-now.com`.
    pub(crate) url: String,
    /// Which tickets are the desk's, as an encoded query: `active=true^assignment_group.name=Release desk`.
    pub(crate) queue: String,
    /// The account that the desk has there.
    #[serde(default)]
    pub(crate) user: Option<String>,
    /// Its password.
    #[serde(default)]
    pub(crate) password: Option<Secret>,
    /// Or an OAuth client (client credentials).
    #[serde(default)]
    pub(crate) client: Option<String>,
    /// Its secret.
    #[serde(default)]
    pub(crate) client_secret: Option<Secret>,
    /// Where tokens are given, if not at the instance's own `/oauth_token.do`.
    #[serde(default)]
    pub(crate) token_url: Option<String>,
    /// What a token is for, where the instance asks.
    #[serde(default)]
    pub(crate) scope: Option<String>,
    /// The table that tickets are in.
    #[serde(default = "table")]
    pub(crate) table: String,
    /// Which fields of a ticket say what.
    #[serde(default)]
    pub(crate) fields: FieldsSection,
    /// What of a ticket's caller is looked up in the roster: `account`, or `address` where people cannot change theirs.
    #[serde(default)]
    pub(crate) known_by: Known,
    /// Take tickets, too, that someone else has opened for their caller; without it a person looks at them.
    #[serde(default)]
    pub(crate) for_others: bool,
    /// The value of the state field at each step: `received`, `returned`, `released`, `rejected`, `withdrawn`. At a step
    /// that is not named the ticket stays as it is.
    #[serde(default)]
    pub(crate) states: BTreeMap<Milestone, String>,
    /// A proxy on the way: `http://proxy.example.org:3128`.
    #[serde(default)]
    pub(crate) proxy: Option<String>,
    /// A further root certificate to trust, as PEM, for a private authority.
    #[serde(default)]
    pub(crate) ca_file: Option<PathBuf>,
    /// Seconds between two looks.
    #[serde(default = "poll")]
    pub(crate) poll: u64,
    /// Seconds until an answer is given up on.
    #[serde(default = "super::default_timeout")]
    pub(crate) timeout: u64,
}

/// `[tickets.servicenow.fields]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FieldsSection {
    /// Its number.
    pub(crate) number: String,
    /// Its title.
    pub(crate) title: String,
    /// What is asked, one or several: `variables.NAME` for the answers of a catalogue item.
    pub(crate) text: Vec<String>,
    /// For whom it is: a reference to a user.
    pub(crate) caller: String,
    /// Who opened it: a reference to a user.
    pub(crate) opened_by: String,
    /// Its state.
    pub(crate) state: String,
    /// Whether it is open.
    pub(crate) active: String,
}

impl Default for FieldsSection {
    fn default() -> Self {
        let usual = exeat_channels::tickets::Fields::default();
        Self {
            number: usual.number,
            title: usual.title,
            text: usual.text,
            caller: usual.caller,
            opened_by: usual.opened_by,
            state: usual.state,
            active: usual.active,
        }
    }
}

fn table() -> String {
    "sc_req_item".to_owned()
}

const fn poll() -> u64 {
    60
}

impl ServiceNowSection {
    /// Sees that it makes sense.
    pub(super) fn vet(&self) -> Result<(), String> {
        let account = (self.user.is_some(), self.password.is_some());
        let client = (self.client.is_some(), self.client_secret.is_some());
        if !matches!((account, client), ((true, true), (false, false)) | ((false, false), (true, true))) {
            return Err("give either user and password, or client and client_secret".to_owned());
        }
        if !(1..=3600).contains(&self.timeout) || !(1..=86400).contains(&self.poll) {
            return Err("give 1 to 3600 seconds for timeout, and 1 to 86400 for poll".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(more: &str) -> Result<(), String> {
        let text = format!("url = \"https://example.service-now.com\"\nqueue = \"active=true\"\n{more}");
        toml::from_str::<ServiceNowSection>(&text).map_err(|error| error.to_string())?.vet()
    }

    #[test]
    fn an_account_or_a_client_and_never_half_of_either() {
        assert!(section("user = \"exeat\"\npassword = \"env:X\"").is_ok());
        assert!(section("client = \"exeat\"\nclient_secret = \"env:X\"\n[states]\nreceived = \"2\"").is_ok());
        for more in [
            "",
            "user = \"exeat\"",
            "user = \"exeat\"\nclient_secret = \"env:X\"",
            "user = \"exeat\"\npassword = \"hunter2\"",
            "user = \"exeat\"\npassword = \"env:X\"\nclient = \"c\"\nclient_secret = \"env:Y\"",
            "user = \"exeat\"\npassword = \"env:X\"\ntimeout = 0",
            "user = \"exeat\"\npassword = \"env:X\"\n[states]\nclosed = \"2\"",
        ] {
            let why = section(more).unwrap_err();
            assert!(!why.contains("hunter2") || why.contains("by reference"), "{more}: {why}");
        }
    }
}
