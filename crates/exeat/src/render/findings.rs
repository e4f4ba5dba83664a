//! What each rule found in a file: why it matters, where it is, how to mend it.

use std::collections::{BTreeMap, BTreeSet};

use exeat_checks::rules;
use exeat_domain::finding::{FileReport, Finding, Outcome, Severity};

use super::look::Look;
use super::{Content, excerpt, place};
use crate::words;

/// Different sentences of one rule that are shown.
const SENTENCES: usize = 4;

/// The rules whose reasons were given, so that they are given once.
#[derive(Debug, Default)]
pub(crate) struct Explained(BTreeSet<String>);

/// The findings of one rule.
pub(super) struct Group<'a> {
    rule: &'a str,
    severity: Severity,
    findings: Vec<&'a Finding>,
}

impl<'a> Group<'a> {
    /// By rule, the worst first, in the order in which the rules spoke.
    fn all(report: &'a FileReport) -> Vec<Self> {
        let mut groups: Vec<Self> = vec![];
        for finding in &report.findings {
            match groups.iter_mut().find(|group| group.rule == finding.rule) {
                Some(group) => {
                    group.severity = group.severity.max(finding.severity);
                    group.findings.push(finding);
                }
                None => groups.push(Self {
                    rule: &finding.rule,
                    severity: finding.severity,
                    findings: vec![finding],
                }),
            }
        }
        for group in &mut groups {
            group.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        }
        groups.sort_by_key(|group| std::cmp::Reverse(group.severity));
        groups
    }

    /// Those that have a place of their own; the others only count further ones.
    fn placed(&self) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter().copied().filter(|finding| finding.place.more.is_none())
    }

    fn count(&self) -> u64 {
        self.findings.iter().map(|finding| finding.place.more.unwrap_or(1)).sum()
    }
}

/// Rows that must be read for the findings to be shown with what stands around them.
pub(super) fn deepest(report: &FileReport) -> u64 {
    let groups = Group::all(report);
    groups.iter().map(|group| excerpt::deepest(&group.placed().collect::<Vec<_>>())).max().unwrap_or(0)
}

/// Rows of tables that the findings are shown in.
pub(super) fn wanted(report: &FileReport) -> BTreeMap<u32, BTreeSet<u64>> {
    let mut wanted: BTreeMap<u32, BTreeSet<u64>> = BTreeMap::new();
    for group in Group::all(report).iter().filter(|group| group.severity > Severity::Note) {
        if let Some((table, rows)) = excerpt::wanted(&group.placed().collect::<Vec<_>>()) {
            wanted.entry(table).or_default().extend(rows);
        }
    }
    wanted
}

/// Every rule that has something to say.
pub(super) fn groups(
    report: &FileReport,
    content: &Content,
    look: Look,
    explained: &mut Explained,
) -> String {
    let tables = report.findings.iter().any(|finding| finding.place.table.is_some_and(|table| table > 0));
    let mut drawn = false;
    let mut text = String::new();
    for group in Group::all(report) {
        text.push_str(&before(&group, tables, look, explained));
        if group.severity > Severity::Note {
            // The table as a whole need not be drawn again where a part of it was.
            let excerpt = excerpt::of(&group.placed().collect::<Vec<_>>(), &content.tables, !drawn, look);
            drawn |= !excerpt.is_empty();
            text.push_str(&excerpt);
        }
        if let Some(first) = group.findings.first() {
            text.push_str(&look.paragraph("    fix: ", &first.fix));
        }
    }
    text
}

/// What stands before the excerpt: the rule, why it matters, what was seen where.
fn before(group: &Group<'_>, tables: bool, look: Look, explained: &mut Explained) -> String {
    let rule = rules::find(group.rule).map(rules::Rule::declaration);
    let mut text = String::from("\n");
    text.push_str(&title(group, rule.map(|rule| rule.title), look));
    if group.severity > Severity::Note {
        let why = rule.and_then(|rule| section(rule.docs, "Why it matters"));
        if let Some(why) = why.filter(|_| explained.0.insert(group.rule.to_owned())) {
            text.push_str(&look.paragraph("    why: ", &why));
        }
    }
    text.push_str(&sentences(group, tables, look));
    text
}

fn title(group: &Group<'_>, title: Option<&str>, look: Look) -> String {
    let sign = match group.severity {
        Severity::Block => "✗",
        Severity::Review => "?",
        Severity::Note => "·",
    };
    let weight = match (group.severity, group.findings.iter().all(|one| one.outcome == Outcome::Undecided)) {
        (Severity::Block, _) => "blocks",
        (_, true) => "undecided",
        (Severity::Review, _) => "for review",
        (Severity::Note, _) => "note",
    };
    let times = match group.count() {
        1 => String::new(),
        many => format!(", {many} places"),
    };
    let head = format!("  {sign} {}  ", group.rule);
    let told = look.paragraph(&head, &format!("{} ({weight}{times})", title.unwrap_or_default()));
    let told = told.strip_prefix(&head).unwrap_or(&told);
    format!("{}{told}", look.paint(group.severity.into(), &head))
}

/// What was seen and where: one paragraph a sentence, with the places that it is said of.
fn sentences(group: &Group<'_>, tables: bool, look: Look) -> String {
    let mut said: Vec<(&str, Vec<&Finding>)> = vec![];
    for finding in group.placed() {
        match said.iter_mut().find(|(message, _)| *message == finding.message) {
            Some((_, findings)) => findings.push(finding),
            None => said.push((&finding.message, vec![finding])),
        }
    }
    let mut text = String::new();
    for (message, findings) in said.iter().take(SENTENCES) {
        text.push_str(&look.paragraph("    ", &sentence(message, findings, tables)));
    }
    let told: usize = said.iter().take(SENTENCES).map(|(_, findings)| findings.len()).sum();
    let more = group.count().saturating_sub(told as u64);
    if more > 0 {
        text.push_str(&format!(
            "    … and {}\n",
            words::count(usize::try_from(more).unwrap_or(usize::MAX), "more place")
        ));
    }
    text
}

/// "column n, rows 3, 7: The cell counts 4 people."
fn sentence(message: &str, findings: &[&Finding], tables: bool) -> String {
    let mut places = place::words(findings, tables);
    let only = findings.first().and_then(|finding| finding.interval);
    if let Some((low, high)) = only.filter(|_| findings.len() == 1) {
        places.push_str(&format!(" (can be worked out: {})", place::interval(low, high)));
    }
    let mut told = if places.is_empty() { capital(message) } else { format!("{places}: {message}") };
    if !told.ends_with(['.', '!', '?', ':']) {
        told.push('.');
    }
    told
}

/// The sentence with a capital at its beginning.
fn capital(sentence: &str) -> String {
    let mut rest = sentence.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// A section of a rule's documentation, as one paragraph.
pub(crate) fn section(docs: &str, heading: &str) -> Option<String> {
    let mut lines =
        docs.lines().map(str::trim).skip_while(|line| line.strip_prefix("## ") != Some(heading)).skip(1);
    let body: Vec<&str> =
        lines.by_ref().take_while(|line| !line.starts_with("## ")).filter(|line| !line.is_empty()).collect();
    (!body.is_empty()).then(|| body.join(" "))
}
