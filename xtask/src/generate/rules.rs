//! `docs/rules/`: a page for each rule, from its declaration, and a list of all.

use anyhow::{Context as _, Result};
use exeat_checks::policy::Policy;
use exeat_checks::rules::{self, Rule};
use exeat_domain::finding::Severity;
use serde_json::Value;

use super::{Pages, schema};
use crate::workspace;

pub(super) fn pages(pages: &mut Pages) -> Result<()> {
    pages.insert("docs/rules/README.md".into(), list());
    for rule in rules::all() {
        pages.insert(format!("docs/rules/{}.md", rule.declaration().id), page(rule)?);
    }
    Ok(())
}

fn list() -> String {
    let mut text = String::from(
        "# Rules\n\nWhat the checks look for. The worst severity comes first: *block* breaks a rule (a checker may\n\
         overrule it, with a written reason), *review* means that a person must look, *note* is for information.\n\n\
         | rule | finds | severity | risk |\n|---|---|---|---|\n",
    );
    for rule in rules::all() {
        let declared = rule.declaration();
        let (id, title) = (declared.id, declared.title);
        text += &format!("| [{id}]({id}.md) | {title} | {} | {} |\n", severities(rule), risk(rule));
    }
    text
}

fn page(rule: &Rule) -> Result<String> {
    let declared = rule.declaration();
    Ok(format!(
        "# {}: {}\n\nSeverity: {}. Risk: {}.\n\n{}\n\n## How to mend it\n\n{}\n\n## Settings\n\n{}",
        declared.id,
        declared.title,
        severities(rule),
        risk(rule),
        unindented(declared.docs),
        declared.fix,
        settings(rule)?
    ))
}

/// A documentation comment without the blank that follows its slashes.
fn unindented(docs: &str) -> String {
    let lines = docs.trim_end().lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

fn severities(rule: &Rule) -> String {
    let names = rule.declaration().severities.iter().map(|severity| match severity {
        Severity::Block => "block",
        Severity::Review => "review",
        Severity::Note => "note",
    });
    names.collect::<Vec<_>>().join(", ")
}

/// The ontology's name of the risk.
fn risk(rule: &Rule) -> String {
    rule.declaration().risk.map_or_else(|| "–".to_owned(), |risk| format!("{risk:?}"))
}

/// What a policy may set, and what each preset sets.
fn settings(rule: &Rule) -> Result<String> {
    let id = rule.declaration().id;
    let mut text = format!("Under `[rules.{id}]` of a policy; `severity` can be set for every rule.\n");
    let schema = rule.schema().to_value();
    let Some(table) = schema::table(&schema, &schema, &Value::Null) else {
        return Ok(text + "\nIt has no others.\n");
    };
    text += &format!("\n{table}\n| preset | sets |\n|---|---|\n");
    for preset in Policy::presets() {
        text += &format!("| {preset} | {} |\n", set_by(preset, id)?);
    }
    Ok(text)
}

/// What a preset sets for a rule.
fn set_by(preset: &str, id: &str) -> Result<String> {
    let file = workspace::root().join(format!("crates/checks/presets/{preset}.toml"));
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let policy: toml::Table = toml::from_str(&text)?;
    let rule = policy.get("rules").and_then(|rules| rules.get(id)).and_then(toml::Value::as_table);
    let set: Vec<_> = rule.into_iter().flatten().map(|(name, value)| format!("`{name} = {value}`")).collect();
    Ok(if set.is_empty() { "–".to_owned() } else { set.join(", ") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_page_and_its_line() {
        let mut written = Pages::new();
        pages(&mut written).unwrap();
        assert_eq!(written.len(), rules::all().len() + 1);
        for rule in rules::all() {
            let declared = rule.declaration();
            assert!(written["docs/rules/README.md"].contains(&format!("| [{0}]({0}.md) |", declared.id)));
            let page = &written[&format!("docs/rules/{}.md", declared.id)];
            assert!(page.contains(declared.fix) && page.contains("## Why it matters"), "{page}");
        }
    }

    #[test]
    fn comments_lose_the_blank_after_their_slashes_and_keep_their_own() {
        assert_eq!(unindented(" ## A\n b\n\n   code\n"), "## A\nb\n\n  code");
    }
}
