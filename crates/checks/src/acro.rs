//! acro's record of its session, `results.json` (0.4 to 1.0.2): what it claims of each output. A claim is a hint that is
//! shown; it never changes a verdict.

use std::collections::BTreeMap;

use exeat_domain::finding::{Claim, Fair};
use serde_json::{Map, Value};

use crate::table::hidden;

/// A record up to this many bytes is read.
pub(crate) const LARGEST: u64 = 32 << 20;
/// Characters of one text of the record that are kept.
const TEXT: usize = 600;
/// Entries of one list of the record that are kept.
const ENTRIES: usize = 50;

/// What a record claims.
#[derive(Debug, Default)]
pub(crate) struct Session {
    /// By the name of the file, in the record's own folder.
    pub(crate) claims: BTreeMap<String, Claim>,
}

/// Whether a file of this name is the record of a session.
pub(crate) fn is_record(path: &str) -> bool {
    path.rsplit(['/', '\\']).next().is_some_and(|name| name.eq_ignore_ascii_case("results.json"))
}

/// Reads a record.
///
/// # Errors
/// Why it cannot be read, for people.
pub(crate) fn read(bytes: &[u8]) -> Result<Session, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let document: Value =
        serde_json::from_slice(bytes).map_err(|error| format!("it is no JSON document: {error}"))?;
    let records = document
        .get("results")
        .and_then(Value::as_object)
        .ok_or("it has no list of results, as acro's records do")?;
    let version = text(document.get("version"));
    let tool = if version.is_empty() { "acro".to_owned() } else { format!("acro {version}") };
    let mut session = Session::default();
    for (output, record) in records {
        let Some(record) = record.as_object() else {
            return Err(format!("its result {:?} is no record", shown(output)));
        };
        let claim = claim(&tool, output, record);
        for file in record.get("files").and_then(Value::as_array).into_iter().flatten() {
            let Some(name) = file.get("name").and_then(Value::as_str) else { continue };
            let checks = checks(file);
            session.claims.entry(name.to_owned()).or_insert_with(|| Claim { checks, ..claim.clone() });
        }
    }
    Ok(session)
}

fn claim(tool: &str, output: &str, record: &Map<String, Value>) -> Claim {
    let of = |key: &str| text(record.get(key));
    let property = |key: &str| text(record.get("properties").and_then(|properties| properties.get(key)));
    let status = of("status").to_lowercase();
    let uid = of("uid");
    Claim {
        tool: tool.to_owned(),
        output: if uid.is_empty() { shown(output) } else { uid },
        status: if status.is_empty() { "unknown".to_owned() } else { status },
        kind: of("type"),
        method: property("method"),
        mitigation: property("mitigation"),
        command: of("command"),
        summary: of("summary"),
        exception: of("exception"),
        comments: texts(record.get("comments")),
        checks: BTreeMap::new(),
        fair: record.get("fair").and_then(Value::as_object).map(fair),
    }
}

/// How many cells each check named in one file.
fn checks(file: &Value) -> BTreeMap<String, u64> {
    let summary = file.get("sdc").and_then(|sdc| sdc.get("summary")).and_then(Value::as_object);
    let named = |(check, cells): (&String, &Value)| Some((shown(check), cells.as_u64()?));
    summary.into_iter().flatten().filter_map(named).take(ENTRIES).collect()
}

fn fair(fair: &Map<String, Value>) -> Fair {
    let statuses = fair.get("check_status").and_then(Value::as_object);
    Fair {
        context: text(fair.get("context")),
        statbarn: text(fair.get("statbarn")),
        risks: texts(fair.get("risks")),
        checks_needed: texts(fair.get("checks_needed")),
        check_status: statuses
            .into_iter()
            .flatten()
            .map(|(check, status)| (shown(check), text(Some(status))))
            .take(ENTRIES)
            .collect(),
        dependent: text(fair.get("dependent")),
        independent: texts(fair.get("independent")),
    }
}

/// A text of the record; empty where it has none.
fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => shown(text),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => String::new(),
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(all)) => {
            all.iter().take(ENTRIES).map(|one| text(Some(one))).filter(|text| !text.is_empty()).collect()
        }
        Some(Value::String(one)) if !one.is_empty() => vec![shown(one)],
        _ => Vec::new(),
    }
}

/// A text as it may be shown: on one line, control and format characters escaped, cut.
fn shown(text: &str) -> String {
    let mut out = String::new();
    for character in text.split_whitespace().flat_map(|word| word.chars().chain([' '])).take(TEXT) {
        if hidden(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str = include_str!("../fixtures/acro/results.json");
    const OLD: &str = include_str!("../fixtures/acro/results-0.4.json");

    #[test]
    fn a_record_claims_something_of_each_file() {
        let session = read(NEW.as_bytes()).unwrap();
        let claim = &session.claims["output_0_0.csv"];
        assert_eq!(
            (claim.tool.as_str(), claim.output.as_str(), claim.status.as_str()),
            ("acro 1.0.2", "output_0", "pass")
        );
        assert_eq!((claim.kind.as_str(), claim.method.as_str()), ("table", "crosstab"));
        assert_eq!(claim.checks["MinimumThresholdCheck"], 0);
        let fair = claim.fair.as_ref().unwrap();
        assert_eq!(fair.independent, ["year", "grant"]);
        assert_eq!(fair.check_status["MinimumThresholdCheck"], "pass");
        assert_eq!(session.claims["output_1_0.csv"].exception, "only the largest is asked for");
        assert!(!session.claims["output_1_0.csv"].summary.contains('\n'));
    }

    #[test]
    fn older_records_have_no_words_of_the_ontology() {
        let session = read(OLD.as_bytes()).unwrap();
        let claim = &session.claims["output_0_0.csv"];
        assert_eq!((claim.tool.as_str(), claim.status.as_str()), ("acro 0.4.2", "fail"));
        assert_eq!(claim.checks["threshold"], 2);
        assert_eq!(claim.fair, None);
    }

    #[test]
    fn what_is_no_record_is_said_and_what_is_odd_is_left_out() {
        for text in ["", "{", "[]", "{}", "{\"results\": []}", "{\"results\": {\"a\": 3}}", "\u{0}"] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        assert!(read(b"\xff\xfe").is_err());
        assert!(read("[".repeat(100_000).as_bytes()).is_err());
        let odd = r#"{"version": 3, "results": {"a": {"status": 7, "files": [{}, {"name": 4}, {"name": "a.csv", "sdc": []}],
            "comments": {"x": 1}, "fair": {"risks": "one", "independent": [1, null, "\u001b[31m\u202e"]}}}}"#;
        let session = read(odd.as_bytes()).unwrap();
        let claim = &session.claims["a.csv"];
        assert_eq!((claim.tool.as_str(), claim.status.as_str(), claim.output.as_str()), ("acro 3", "7", "a"));
        let fair = claim.fair.as_ref().unwrap();
        assert_eq!(fair.risks, ["one"]);
        assert_eq!(fair.independent, ["1", "\\u{1b}[31m\\u{202e}"]);
    }
}
