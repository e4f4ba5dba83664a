//! Records as the API writes them.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;

/// How the API writes a time.
const TIME: &str = "%Y-%m-%d %H:%M:%S";

/// An answer with many records.
#[derive(Debug, Deserialize)]
pub(super) struct Listed<T> {
    pub(super) result: Vec<T>,
}

/// An answer with one.
#[derive(Debug, Deserialize)]
pub(super) struct One<T> {
    pub(super) result: T,
}

/// A record whose fields have their value and what is shown for it (`sysparm_display_value=all`). A field that the account
/// may not read is not there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Record(HashMap<String, Field>);

/// What the Attachment API says of a file.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Attached {
    pub(super) sys_id: String,
    pub(super) file_name: String,
    pub(super) size_bytes: String,
    #[serde(default)]
    pub(super) hash: String,
    #[serde(default)]
    pub(super) sys_created_by: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Field {
    Both { display_value: Option<String>, value: Option<String> },
    Value(String),
}

impl Record {
    /// The value of a field; nothing where it has none.
    pub(super) fn value(&self, field: &str) -> String {
        match self.0.get(field) {
            Some(Field::Both { value: Some(value), .. } | Field::Value(value)) => value.clone(),
            // Of a dotted field the API gives some kinds as shown only.
            Some(Field::Both { display_value: Some(shown), value: None }) => shown.clone(),
            _ => String::new(),
        }
    }

    /// A field as people read it.
    pub(super) fn text(&self, field: &str) -> String {
        let text = match self.0.get(field) {
            Some(Field::Both { display_value: Some(shown), .. }) => shown.clone(),
            _ => self.value(field),
        };
        text.replace("\r\n", "\n").trim().to_owned()
    }

    /// Whether a time is shown to the account as it is kept: in UTC.
    pub(super) fn in_utc(&self, field: &str) -> bool {
        self.text(field) == self.value(field)
    }
}

/// Whether a text can be the key of a record: 32 hexadecimal digits.
pub(super) fn is_key(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether an account's name can stand in a query: nothing in it ends a condition or a list.
pub(super) fn plain(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 100
        && !name.contains([',', '^', '\n', '\r'])
        && !name.starts_with("javascript:")
}

/// A time of the API.
pub(super) fn time(text: &str) -> Option<DateTime<Utc>> {
    NaiveDateTime::parse_from_str(text, TIME).ok().map(|time| time.and_utc())
}

/// A time for the API, to the second.
pub(super) fn written(time: DateTime<Utc>) -> String {
    time.format(TIME).to_string()
}

/// Words that the instance shows as they are: what stands between `[code]` and `[/code]` it would show as HTML.
pub(super) fn inert(text: &str) -> String {
    let mut inert = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let (before, after) = rest.split_at(at + 1);
        inert.push_str(before);
        let tail = after.strip_prefix('/').unwrap_or(after);
        if tail.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("code")) {
            inert.push(' ');
        }
        rest = after;
    }
    inert.push_str(rest);
    inert
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_words_become_html() {
        assert_eq!(inert("a [code]<b>x</b>[/CODE] [ok]"), "a [ code]<b>x</b>[ /CODE] [ok]");
        assert_eq!(inert("[[code]["), "[[ code][");
    }

    #[test]
    fn no_name_ends_a_condition() {
        assert!(plain("ann_P") && plain("ann@example.org"));
        for name in ["", "a^ORactive=true", "a,b", "javascript:gs.getUserID()"] {
            assert!(!plain(name), "{name}");
        }
    }

    #[test]
    fn fields_are_read_in_each_form() {
        let json = r#"{"a":{"display_value":"Open","value":"1"},"b":"x","c":{"display_value":null,"value":null},
            "sys_updated_on":{"display_value":"24/11/2026 10:00:00","value":"2026-11-24 09:00:00"}}"#;
        let record: Record = serde_json::from_str(json).unwrap();
        assert_eq!((record.value("a").as_str(), record.text("a").as_str()), ("1", "Open"));
        assert_eq!((record.value("b").as_str(), record.value("c").as_str()), ("x", ""));
        assert_eq!(record.value("no-right-to-read"), "");
        assert!(!record.in_utc("sys_updated_on"));
        let at = time(&record.value("sys_updated_on")).unwrap();
        assert_eq!(written(at), "2026-11-24 09:00:00");
        assert!(!is_key("abc") && is_key("0123456789abcdef0123456789ABCDEF"));
    }
}
