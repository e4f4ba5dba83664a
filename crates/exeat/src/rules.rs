//! `exeat rules`: what the checks look for, from the rules' own declarations.

use std::io;
use std::process::ExitCode;

use clap::Subcommand;
use exeat_checks::rule::Declaration;
use exeat_checks::rules::{self, Rule};
use exeat_domain::finding::Severity;
use serde_json::{Value, json};

use crate::check::{Output, PlainJson, print, refuse};
use crate::cli::Format;
use crate::render::{Look, Tone, section, width};

/// What the checks look for.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Every rule, one line each.
    List {
        /// For people, or for scripts.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// What a rule looks for, why it matters, how to mend it, and what a policy may set.
    Explain {
        /// The rule's id, such as CNT-MIN.
        rule: String,
        /// For people, or for scripts.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

/// Runs the command: exit code 0, or 2 where the rule is unknown or the output cannot be written.
pub(crate) fn run(args: Args) -> ExitCode {
    let written = match args.what {
        What::List { format: Format::Text } => print(|out| list(out, Look::of_stdout())),
        What::List { format: Format::Json } => print(|out| PlainJson::write(out, &listed())),
        What::Explain { rule, format } => match rules::find(&rule.to_uppercase()) {
            None => return refuse(&format!("there is no rule {rule}; `exeat rules list` names them all")),
            Some(rule) if format == Format::Json => print(|out| PlainJson::write(out, &explained(rule))),
            Some(rule) => print(|out| explain(out, rule, Look::of_stdout())),
        },
    };
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(&format!("the output cannot be written: {error}")),
    }
}

fn list(out: &mut Output, look: Look) -> io::Result<()> {
    let widest = rules::all().iter().map(|rule| width(rule.declaration().id)).max().unwrap_or(0);
    for rule in rules::all() {
        let declared = rule.declaration();
        let line = format!("{:<widest$}  {:<13}  {}", declared.id, severities(declared), declared.title);
        writeln!(out, "{line}")?;
    }
    writeln!(out, "{}", look.paint(Tone::Quiet, "\nMore on a rule: exeat rules explain RULE"))
}

/// "block, review".
fn severities(declared: &Declaration) -> String {
    let words = declared.severities.iter().map(|severity| match severity {
        Severity::Block => "block",
        Severity::Review => "review",
        Severity::Note => "note",
    });
    words.collect::<Vec<_>>().join(", ")
}

fn explain(out: &mut Output, rule: &Rule, look: Look) -> io::Result<()> {
    let declared = rule.declaration();
    writeln!(out, "{}", look.paint(Tone::Strong, &format!("{}  {}", declared.id, declared.title)))?;
    let risk = declared.risk.map(|risk| format!("; risk: {risk:?}")).unwrap_or_default();
    writeln!(out, "severity: {}{risk}", severities(declared))?;
    for heading in ["What it looks for", "Why it matters"] {
        if let Some(body) = section(declared.docs, heading) {
            part(out, look, heading, &body)?;
        }
    }
    part(out, look, "How to mend it", declared.fix)?;
    let settings = settings(rule);
    if !settings.is_empty() {
        let heading = format!("What a policy may set under [rules.{}]", declared.id);
        writeln!(out, "\n{}", look.paint(Tone::Strong, &heading))?;
        for (name, what) in settings {
            write!(out, "{}", look.paragraph(&format!("  {name}: "), &what))?;
        }
    }
    Ok(())
}

fn part(out: &mut Output, look: Look, heading: &str, body: &str) -> io::Result<()> {
    writeln!(out, "\n{}", look.paint(Tone::Strong, heading))?;
    write!(out, "{}", look.paragraph("  ", body))
}

/// The parameters with their descriptions, and `severity`, which every rule takes.
fn settings(rule: &Rule) -> Vec<(String, String)> {
    let schema = rule.schema();
    let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let described = properties.into_iter().map(|(name, value)| {
        let text = value.get("description").and_then(Value::as_str).unwrap_or_default();
        (name, text.replace('\n', " "))
    });
    let severity = ("severity".to_owned(), "block, review or note, instead of the rule's own.".to_owned());
    described.chain([severity]).collect()
}

fn summary(declared: &Declaration) -> Value {
    json!({
        "id": declared.id,
        "title": declared.title,
        "severities": declared.severities,
        "risk": declared.risk,
        "fix": declared.fix,
    })
}

fn listed() -> Value {
    let all: Vec<Value> = rules::all().iter().map(|rule| summary(rule.declaration())).collect();
    json!({ "schema": "exeat.rules/1", "rules": all })
}

fn explained(rule: &Rule) -> Value {
    let declared = rule.declaration();
    let mut document = summary(declared);
    document["schema"] = json!("exeat.rule/1");
    document["looks_for"] = json!(section(declared.docs, "What it looks for"));
    document["why"] = json!(section(declared.docs, "Why it matters"));
    document["parameters"] = json!(rule.schema());
    document
}
