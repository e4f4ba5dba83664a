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
    /// A site of Jira Service Management (Cloud).
    #[serde(default)]
    pub(crate) jira: Option<JiraSection>,
}

/// What the sections of every ticket system have.
pub(crate) struct Common<'a> {
    /// The name of the section: `tickets.servicenow`.
    pub(crate) name: &'static str,
    pub(crate) url: &'a str,
    pub(crate) user: Option<&'a str>,
    pub(crate) password: Option<&'a Secret>,
    pub(crate) client: Option<&'a str>,
    pub(crate) client_secret: Option<&'a Secret>,
    /// Where tokens are given.
    pub(crate) token_url: String,
    pub(crate) scope: Option<&'a str>,
    /// What of a caller is looked up in the roster.
    pub(crate) known_by: Known,
    pub(crate) for_others: bool,
    pub(crate) states: &'a BTreeMap<Milestone, String>,
    pub(crate) proxy: Option<&'a str>,
    pub(crate) ca_file: Option<&'a PathBuf>,
    pub(crate) poll: u64,
    pub(crate) timeout: u64,
}

impl Common<'_> {
    fn vet(&self) -> Result<(), String> {
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

impl TicketsSection {
    /// What the sections have in common, of each that is there.
    pub(crate) fn all(&self) -> Vec<Common<'_>> {
        let servicenow = self.servicenow.as_ref().map(ServiceNowSection::common);
        servicenow.into_iter().chain(self.jira.as_ref().map(JiraSection::common)).collect()
    }

    /// Sees that they make sense.
    pub(super) fn vet(&self) -> Result<(), String> {
        self.all().iter().try_for_each(|one| one.vet().map_err(|why| format!("{}: {why}", one.name)))
    }
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
    fn common(&self) -> Common<'_> {
        let own = || format!("{}/oauth_token.do", self.url.trim_end_matches('/'));
        Common {
            name: "tickets.servicenow",
            url: &self.url,
            user: self.user.as_deref(),
            password: self.password.as_ref(),
            client: self.client.as_deref(),
            client_secret: self.client_secret.as_ref(),
            token_url: self.token_url.clone().unwrap_or_else(own),
            scope: self.scope.as_deref(),
            known_by: self.known_by,
            for_others: self.for_others,
            states: &self.states,
            proxy: self.proxy.as_deref(),
            ca_file: self.ca_file.as_ref(),
            poll: self.poll,
            timeout: self.timeout,
        }
    }
}

/// `[tickets.jira]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JiraSection {
    /// Its address: `https://example.atlassian.net`, or `https://api.atlassian.com` with a `cloud_id`.
    pub(crate) url: String,
    /// The site's identifier, for service accounts with a client: they reach it by `https://api.atlassian.com` alone.
    #[serde(default)]
    pub(crate) cloud_id: Option<String>,
    /// Which tickets are the desk's, in JQL: `project = REL AND statusCategory != Done`.
    pub(crate) queue: String,
    /// The account that the desk has there: its mail address.
    #[serde(default)]
    pub(crate) user: Option<String>,
    /// An API token of the account.
    #[serde(default)]
    pub(crate) password: Option<Secret>,
    /// Or an OAuth client (client credentials of a service account).
    #[serde(default)]
    pub(crate) client: Option<String>,
    /// Its secret.
    #[serde(default)]
    pub(crate) client_secret: Option<Secret>,
    /// Where tokens are given.
    #[serde(default = "atlassian")]
    pub(crate) token_url: String,
    /// What a token is for, where it is asked.
    #[serde(default)]
    pub(crate) scope: Option<String>,
    /// The fields that say what is asked, one or several: `customfield_10050` for a field of the site's own.
    #[serde(default = "description")]
    pub(crate) text: Vec<String>,
    /// Take tickets, too, that someone else has opened for their caller; without it a person looks at them.
    #[serde(default)]
    pub(crate) for_others: bool,
    /// The status at each step: `received`, `returned`, `released`, `rejected`, `withdrawn`. At a step that is not named the
    /// ticket stays as it is.
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

fn atlassian() -> String {
    "https://auth.atlassian.com/oauth/token".to_owned()
}

fn description() -> Vec<String> {
    vec!["description".to_owned()]
}

impl JiraSection {
    fn common(&self) -> Common<'_> {
        Common {
            name: "tickets.jira",
            url: &self.url,
            user: self.user.as_deref(),
            password: self.password.as_ref(),
            client: self.client.as_deref(),
            client_secret: self.client_secret.as_ref(),
            token_url: self.token_url.clone(),
            scope: self.scope.as_deref(),
            // People have no account by a name there.
            known_by: Known::Address,
            for_others: self.for_others,
            states: &self.states,
            proxy: self.proxy.as_deref(),
            ca_file: self.ca_file.as_ref(),
            poll: self.poll,
            timeout: self.timeout,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(more: &str) -> Result<(), String> {
        let text = format!("url = \"https://example.service-now.com\"\nqueue = \"active=true\"\n{more}");
        let section: ServiceNowSection = toml::from_str(&text).map_err(|error| error.to_string())?;
        TicketsSection { servicenow: Some(section), jira: None }.vet()
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

    #[test]
    fn both_systems_can_be_there() {
        let text = "[servicenow]\nurl = \"https://example.service-now.com\"\nqueue = \"active=true\"\nuser = \"exeat\"\n\
                    password = \"env:X\"\n[jira]\nurl = \"https://example.atlassian.net\"\nqueue = \"project = REL\"\n\
                    user = \"exeat@example.org\"\npassword = \"env:Y\"\n[jira.states]\nreleased = \"Done\"";
        let section: TicketsSection = toml::from_str(text).unwrap();
        section.vet().unwrap();
        assert_eq!(
            section.all().iter().map(|one| one.name).collect::<Vec<_>>(),
            ["tickets.servicenow", "tickets.jira"]
        );
        let half: TicketsSection = toml::from_str(&text.replace("password = \"env:Y\"", "")).unwrap();
        assert!(half.vet().unwrap_err().starts_with("tickets.jira: "));
    }
}
