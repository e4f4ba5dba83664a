//! `cargo xtask corpus ../shared/corpus`: labelled real files through the checks, and how often the checks are right.

use std::collections::BTreeMap;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use exeat_checks::{Checked, Input, Policy, Source};
use exeat_domain::finding::{Outcome, Verdict};

/// Files of each class that a run must have seen to mean anything.
const LEAST: [(&str, usize); 2] = [("aggregated", 200), ("microdata", 100)];

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder with `manifest.tsv` and `files.tar.gz`, or the files themselves.
    dir: PathBuf,
    /// The preset to check with.
    #[arg(long, default_value = "be-default")]
    preset: String,
    /// Name the microdata that is not blocked and the aggregates that are taken for records.
    #[arg(long)]
    misses: bool,
    /// Name every finding of this rule on an aggregate.
    #[arg(long)]
    rule: Option<String>,
}

/// One line of the manifest.
struct Labelled {
    class: String,
    kind: String,
    file: String,
}

/// What became of one file.
struct Ran {
    labelled: Labelled,
    /// None where the checks crashed.
    checked: Option<Checked>,
    took: Duration,
}

/// Checks every labelled file and prints what they come to.
pub(crate) fn run(args: &Args) -> Result<()> {
    let policy = Policy::preset(&args.preset)?;
    let unpacked = tempfile::tempdir()?;
    let root = unpack(&args.dir, unpacked.path())?;
    let labelled = manifest(&args.dir.join("manifest.tsv"))?;
    let mut ran = Vec::new();
    for labelled in labelled {
        ran.push(check(&root, labelled, &policy)?);
    }
    print(&ran, args);
    for (class, least) in LEAST {
        let seen = ran.iter().filter(|ran| ran.labelled.class == class && ran.checked.is_some()).count();
        ensure!(seen >= least, "{seen} files of class {class} were checked; {least} are needed");
    }
    let crashed: Vec<&str> =
        ran.iter().filter(|ran| ran.checked.is_none()).map(|ran| ran.labelled.file.as_str()).collect();
    if !crashed.is_empty() {
        bail!("the checks crashed on {}", crashed.join(", "));
    }
    Ok(())
}

/// The folder that the manifest's paths start from.
fn unpack(dir: &Path, into: &Path) -> Result<PathBuf> {
    let archive = dir.join("files.tar.gz");
    if !archive.exists() {
        return Ok(dir.to_owned());
    }
    let status = Command::new("tar")
        .arg("-xzf")
        .arg(&archive)
        .arg("-C")
        .arg(into)
        .status()
        .context("cannot start tar")?;
    ensure!(status.success(), "tar could not unpack {}", archive.display());
    Ok(into.to_owned())
}

fn manifest(path: &Path) -> Result<Vec<Labelled>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| {
        header
            .iter()
            .position(|column| *column == name)
            .with_context(|| format!("{} has no column {name}", path.display()))
    };
    let (class, kind, file) = (column("class")?, column("kind")?, column("file")?);
    let field = |line: &str, at: usize| line.split('\t').nth(at).unwrap_or_default().to_owned();
    Ok(lines
        .map(|line| Labelled { class: field(line, class), kind: field(line, kind), file: field(line, file) })
        .collect())
}

fn check(root: &Path, labelled: Labelled, policy: &Policy) -> Result<Ran> {
    let path = root.join(&labelled.file);
    let file = File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
    let input = Input { path: labelled.file.clone(), supporting: false, source: Source::File(file) };
    let start = Instant::now();
    let checked = catch_unwind(AssertUnwindSafe(|| exeat_checks::check(vec![input], policy)))
        .ok()
        .and_then(|mut checked| checked.pop());
    Ok(Ran { labelled, checked, took: start.elapsed() })
}

fn print(ran: &[Ran], args: &Args) {
    println!(
        "{:<12} {:<18} {:>6} {:>8} {:>8} {:>8} {:>8}",
        "class", "kind", "files", "blocked", "review", "clear", "crashed"
    );
    for (class, kind) in groups(ran) {
        let of: Vec<&Ran> = ran
            .iter()
            .filter(|ran| ran.labelled.class == class && (kind.is_empty() || ran.labelled.kind == kind))
            .collect();
        let count = |verdict: Verdict| {
            of.iter()
                .filter(|ran| ran.checked.as_ref().is_some_and(|checked| checked.report.verdict == verdict))
                .count()
        };
        let crashed = of.iter().filter(|ran| ran.checked.is_none()).count();
        let kind = if kind.is_empty() { "all" } else { kind };
        println!(
            "{class:<12} {kind:<18} {:>6} {:>8} {:>8} {:>8} {crashed:>8}",
            of.len(),
            count(Verdict::Blocked),
            count(Verdict::Review),
            count(Verdict::Clear)
        );
    }
    records(ran, args);
    rules(ran, args);
    let bytes: u64 =
        ran.iter().filter_map(|ran| ran.checked.as_ref()).map(|checked| checked.report.bytes).sum();
    let took: Duration = ran.iter().map(|ran| ran.took).sum();
    println!(
        "\n{:.1} MB in {:.2} s: {:.1} MB/s",
        bytes as f64 / 1e6,
        took.as_secs_f64(),
        bytes as f64 / 1e6 / took.as_secs_f64().max(1e-9)
    );
}

/// Each class with each of its kinds, and with none for all of them.
fn groups(ran: &[Ran]) -> Vec<(&str, &str)> {
    let mut groups: Vec<(&str, &str)> = ran
        .iter()
        .flat_map(|ran| {
            [(ran.labelled.class.as_str(), ran.labelled.kind.as_str()), (ran.labelled.class.as_str(), "")]
        })
        .collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// Whether a rule that speaks of records or identifiers found something on a file.
fn taken_for_records(ran: &Ran) -> bool {
    let rules = ["REC-LEVEL", "DID-NAME", "DID-VAL"];
    ran.checked.as_ref().is_some_and(|checked| {
        checked.report.findings.iter().any(|finding| rules.contains(&finding.rule.as_str()))
    })
}

fn records(ran: &[Ran], args: &Args) {
    let of = |class: &str| ran.iter().filter(|ran| ran.labelled.class == class).collect::<Vec<_>>();
    let (microdata, aggregated) = (of("microdata"), of("aggregated"));
    let missed: Vec<&&Ran> = microdata
        .iter()
        .filter(|ran| ran.checked.as_ref().is_some_and(|checked| checked.report.verdict != Verdict::Blocked))
        .collect();
    let alarms: Vec<&&Ran> = aggregated.iter().filter(|ran| taken_for_records(ran)).collect();
    println!("\nmicrodata not blocked: {} of {}", missed.len(), microdata.len());
    println!("aggregates taken for records (REC-LEVEL or DID): {} of {}", alarms.len(), aggregated.len());
    if args.misses {
        for ran in missed.iter().chain(&alarms) {
            let Some(checked) = &ran.checked else { continue };
            let findings: Vec<String> = checked
                .report
                .findings
                .iter()
                .take(3)
                .map(|finding| format!("{} {}", finding.rule, finding.message))
                .collect();
            println!("  {:?} {}: {}", checked.report.verdict, ran.labelled.file, findings.join(" | "));
        }
    }
}

/// Findings and files by class and rule, the undecided apart.
fn rules(ran: &[Ran], args: &Args) {
    let mut counts: BTreeMap<(&str, &str, &str), (u64, usize)> = BTreeMap::new();
    for ran in ran {
        let Some(checked) = &ran.checked else { continue };
        let mut here: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for finding in &checked.report.findings {
            let outcome = if finding.outcome == Outcome::Undecided { "undecided" } else { severity(finding) };
            *here.entry((finding.rule.as_str(), outcome)).or_default() += finding.place.more.unwrap_or(1);
            if ran.labelled.class == "aggregated" && args.rule.as_deref() == Some(finding.rule.as_str()) {
                println!("  {} {:?} {}", ran.labelled.file, finding.place, finding.message);
            }
        }
        for ((rule, outcome), findings) in here {
            let count = counts.entry((ran.labelled.class.as_str(), rule, outcome)).or_default();
            *count = (count.0 + findings, count.1 + 1);
        }
    }
    println!("\n{:<12} {:<10} {:<10} {:>10} {:>6}", "class", "rule", "outcome", "findings", "files");
    for ((class, rule, outcome), (findings, files)) in counts {
        println!("{class:<12} {rule:<10} {outcome:<10} {findings:>10} {files:>6}");
    }
}

fn severity(finding: &exeat_domain::finding::Finding) -> &'static str {
    match finding.severity {
        exeat_domain::finding::Severity::Block => "block",
        exeat_domain::finding::Severity::Review => "review",
        exeat_domain::finding::Severity::Note => "note",
    }
}
