//! Issues, comments and attachments as the API writes them.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::super::Writer;

/// How the API writes a time.
const TIME: &str = "%Y-%m-%dT%H:%M:%S%.f%z";

/// A page of a search.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Found {
    pub(super) issues: Vec<Issue>,
    #[serde(default)]
    pub(super) next_page_token: Option<String>,
    #[serde(default)]
    pub(super) is_last: Option<bool>,
}

/// An issue with the fields that were asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Issue {
    pub(super) id: String,
    pub(super) key: String,
    pub(super) fields: serde_json::Map<String, Value>,
}

impl Issue {
    /// A field, read as what is expected of it.
    pub(super) fn read<T: serde::de::DeserializeOwned>(&self, field: &str) -> Option<T> {
        serde_json::from_value(self.fields.get(field)?.clone()).ok()
    }
}

/// Someone.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    #[serde(default)]
    pub(super) account_id: String,
    #[serde(default)]
    pub(super) email_address: Option<String>,
    #[serde(default)]
    pub(super) display_name: String,
    #[serde(default)]
    pub(super) time_zone: Option<String>,
}

impl User {
    pub(super) fn writer(self) -> Writer {
        let address = self.email_address.filter(|address| !address.is_empty());
        // People of Jira Cloud have no account by a name.
        Writer { key: self.account_id, account: None, address }
    }
}

/// A state.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status {
    pub(super) name: String,
    pub(super) status_category: Category,
}

/// What kind of state it is: `new`, `indeterminate`, `done`.
#[derive(Debug, Deserialize)]
pub(super) struct Category {
    pub(super) key: String,
}

/// A page of comments.
#[derive(Debug, Deserialize)]
pub(super) struct Comments {
    pub(super) comments: Vec<Said>,
    pub(super) total: usize,
}

/// A comment.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Said {
    pub(super) id: String,
    #[serde(default)]
    pub(super) author: User,
    pub(super) body: Value,
    pub(super) created: String,
    /// Whether the caller can see it. Where it is not said, nobody knows.
    #[serde(default)]
    pub(super) jsd_public: Option<bool>,
}

/// A file of an issue.
#[derive(Debug, Deserialize)]
pub(super) struct Attached {
    pub(super) id: String,
    pub(super) filename: String,
    pub(super) size: u64,
    #[serde(default)]
    pub(super) author: User,
}

/// What became of files that were attached.
#[derive(Debug, Deserialize)]
pub(super) struct Kept {
    #[serde(default)]
    pub(super) comment: Option<Shown>,
}

/// Whether the caller can see it.
#[derive(Debug, Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    pub(super) public: Option<bool>,
}

/// Files that are not attached yet.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Temporary {
    pub(super) temporary_attachments: Vec<TemporaryFile>,
}

/// One of them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TemporaryFile {
    pub(super) temporary_attachment_id: String,
}

/// Where an issue's service desk is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asked {
    pub(super) service_desk_id: String,
}

/// The ways out of a state.
#[derive(Debug, Deserialize)]
pub(super) struct Transitions {
    pub(super) transitions: Vec<Transition>,
}

/// One of them.
#[derive(Debug, Deserialize)]
pub(super) struct Transition {
    pub(super) id: String,
    pub(super) to: Status,
}

/// What an account may do.
#[derive(Debug, Deserialize)]
pub(super) struct Rights {
    pub(super) permissions: std::collections::BTreeMap<String, Right>,
}

/// One of the rights.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Right {
    pub(super) have_permission: bool,
}

/// Whether a text can be the key of a record: a number.
pub(super) fn is_key(text: &str) -> bool {
    !text.is_empty() && text.len() <= 19 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A time of the API.
pub(super) fn time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_str(text, TIME).ok().map(|time| time.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_their_zone() {
        assert_eq!(time("2026-11-24T10:00:00.000+0100").unwrap().to_rfc3339(), "2026-11-24T09:00:00+00:00");
        assert_eq!(time("2026-11-24T10:00:00"), None);
        assert!(is_key("10023") && !is_key("REL-1") && !is_key("") && !is_key("1/../2"));
    }
}
