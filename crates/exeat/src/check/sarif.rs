//! The findings as SARIF 2.1.0, for tools that show the results of code analysis.

use std::io;

use exeat_checks::rules;
use exeat_domain::finding::{FileReport, Finding, Outcome, Place, Severity};
use exeat_domain::path::shown;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{Output, PlainJson, Report};
use crate::render::section;

/// Where the format's JSON schema is published.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes one log with one run.
///
/// # Errors
/// The output cannot be written.
pub(super) fn write(out: &mut Output, report: &Report<'_>) -> io::Result<()> {
    PlainJson::write(out, &log(report))
}

fn log(report: &Report<'_>) -> Value {
    let files = || report.checked.iter().map(|file| &file.report);
    let results: Vec<Value> = files()
        .enumerate()
        .flat_map(|(at, file)| file.findings.iter().map(move |finding| result(finding, file, at)))
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "exeat",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules::all().iter().map(rule).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation(report)],
            "artifacts": files().map(artifact).collect::<Vec<_>>(),
            "results": results,
            "properties": { "preset": report.preset },
        }],
    })
}

fn invocation(report: &Report<'_>) -> Value {
    let notices: Vec<Value> = report
        .problems
        .iter()
        .map(|problem| json!({ "level": "error", "message": { "text": shown(problem) } }))
        .collect();
    json!({ "executionSuccessful": report.problems.is_empty(), "toolExecutionNotifications": notices })
}

fn rule(rule: &rules::Rule) -> Value {
    let declared = rule.declaration();
    let worst = declared.severities.iter().copied().max().unwrap_or(Severity::Review);
    let looks = section(declared.docs, "What it looks for").unwrap_or_else(|| declared.title.to_owned());
    let why = section(declared.docs, "Why it matters").unwrap_or_default();
    let help = format!("{looks}\n\nWhy it matters: {why}\n\nHow to mend it: {}", declared.fix);
    let markdown = format!("{}\n\n## How to mend it\n{}", dedented(declared.docs), declared.fix);
    json!({
        "id": declared.id,
        "shortDescription": { "text": declared.title },
        "fullDescription": { "text": looks },
        "help": { "text": help, "markdown": markdown },
        "defaultConfiguration": { "level": level(worst) },
        "properties": { "risk": declared.risk, "tags": ["statistical-disclosure-control"] },
    })
}

/// Documentation as it comes from doc comments, without the blank that each line begins with.
fn dedented(docs: &str) -> String {
    docs.lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect::<Vec<_>>()
        .join("\n")
        .trim()
        .to_owned()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Block => "error",
        Severity::Review => "warning",
        Severity::Note => "note",
    }
}

fn artifact(file: &FileReport) -> Value {
    let mut artifact = json!({
        "location": { "uri": uri(&file.path) },
        "length": file.bytes,
        "properties": { "kind": file.kind, "verdict": file.verdict, "supporting": file.supporting },
    });
    if let Some(claim) = &file.claim {
        artifact["properties"]["claim"] = json!(claim);
    }
    if let Some(sha256) = &file.sha256 {
        artifact["hashes"] = json!({ "sha-256": sha256.to_string() });
    }
    artifact
}

fn result(finding: &Finding, file: &FileReport, at: usize) -> Value {
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": { "text": format!("{} {}", shown(&finding.message), finding.fix) },
        "locations": [location(&finding.place, file, at)],
        "partialFingerprints": { "exeat/v1": fingerprint(finding, file) },
        "properties": properties(finding),
    });
    if let Some(index) = rules::all().iter().position(|rule| rule.declaration().id == finding.rule) {
        result["ruleIndex"] = json!(index);
    }
    result
}

fn properties(finding: &Finding) -> Value {
    let outcome = match finding.outcome {
        Outcome::Found => "found",
        Outcome::Undecided => "undecided",
    };
    let mut properties = json!({ "outcome": outcome, "where": finding.place });
    if let Some(interval) = &finding.interval {
        properties["interval"] = json!(interval);
    }
    properties
}

fn location(place: &Place, file: &FileReport, at: usize) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(&file.path), "index": at } });
    if let Some(line) = place.line {
        physical["region"] = json!({ "startLine": line });
    }
    let mut location = Map::new();
    location.insert("physicalLocation".to_owned(), physical);
    if let Some(name) = logical(place) {
        location.insert(
            "logicalLocations".to_owned(),
            json!([{ "fullyQualifiedName": name, "kind": "element" }]),
        );
    }
    Value::Object(location)
}

/// The place within a table: rows and columns from 0, as in `exeat.check/1`.
fn logical(place: &Place) -> Option<String> {
    let table = place.table.map(|table| format!("table[{table}]"));
    let row = place.row.or(place.cell.map(|[row, _]| row)).map(|row| format!("row[{row}]"));
    let column = match (place.cell, &place.column) {
        (Some([_, column]), _) => Some(format!("column[{column}]")),
        (None, Some(name)) => Some(format!("column[{name}]")),
        (None, None) => None,
    };
    let parts: Vec<String> = [table, row, column].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("."))
}

/// The same finding in the same file has the same fingerprint in the next run.
fn fingerprint(finding: &Finding, file: &FileReport) -> String {
    let place = &finding.place;
    let text = json!([finding.rule, file.path, finding.message, place]);
    let digest = Sha256::digest(text.to_string());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// A path as a URI reference: relative as it was typed, or a `file:` URI.
fn uri(path: &str) -> String {
    let encoded: String = path
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect();
    if path.starts_with('/') { format!("file://{encoded}") } else { encoded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_valid_uri_reference() {
        assert_eq!(uri("tables/été 1:2.csv"), "tables/%C3%A9t%C3%A9%201%3A2.csv");
        assert_eq!(uri("/data/a.csv"), "file:///data/a.csv");
    }
}
