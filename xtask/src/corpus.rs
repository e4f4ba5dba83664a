//! `cargo xtask corpus ../shared/corpus`: labelled real files through the checks, and how often the checks are right.

pub(crate) mod manifest;
mod tables;
mod variants;

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use exeat_checks::{Checked, Input, Policy, Source};
use exeat_domain::finding::Finding;
use rayon::prelude::*;

use manifest::Labelled;

/// Files of each class that a run must have seen to mean anything.
const LEAST: [(&str, usize); 2] = [("aggregated", 100), ("microdata", 10)];

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder with `manifest.tsv` and `files.tar.gz`, or the files themselves.
    dir: PathBuf,
    /// The preset to check with.
    #[arg(long, default_value = "be-default")]
    preset: String,
    /// Check the sources that nothing was fitted on, the others, or both apart.
    #[arg(long, value_enum, default_value_t = Part::Both)]
    part: Part,
    /// Name the microdata that is not blocked and the aggregates that are taken for records.
    #[arg(long)]
    misses: bool,
    /// Name every finding of this rule on an aggregate.
    #[arg(long)]
    rule: Option<String>,
    /// Print so many findings on aggregates, drawn at random with the same dice each time, for a person to judge.
    #[arg(long)]
    sample: Option<usize>,
    /// Write each table with other delimiters, encodings, decimal separators and orders too, and name the verdicts that change.
    #[arg(long)]
    variants: bool,
}

/// Which sources are checked.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// The third that is held out of all fitting.
    HeldOut,
    /// The others.
    Fitted,
    /// Both, and their figures apart.
    Both,
}

/// What became of one file.
struct Ran {
    labelled: Labelled,
    /// None where the checks crashed.
    checked: Option<Checked>,
    took: Duration,
}

impl Ran {
    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.checked.iter().flat_map(|checked| &checked.report.findings)
    }
}

/// Checks every labelled file by itself and prints what they come to.
pub(crate) fn run(args: &Args) -> Result<()> {
    let policy = Policy::preset(&args.preset)?;
    let unpacked = tempfile::tempdir()?;
    let root = manifest::unpack(&args.dir, unpacked.path())?;
    let mut labelled = manifest::read(&args.dir.join("manifest.tsv"))?;
    labelled
        .retain(|labelled| args.part == Part::Both || labelled.held_out() == (args.part == Part::HeldOut));
    if args.variants {
        return variants::print(&root, &labelled, &policy);
    }
    let start = Instant::now();
    let ran: Vec<Ran> =
        labelled.into_par_iter().map(|labelled| check(&root, labelled, &policy)).collect::<Result<_>>()?;
    let wall = start.elapsed();
    tables::print(&ran, wall);
    if args.misses {
        tables::misses(&ran);
    }
    if let Some(rule) = &args.rule {
        tables::of_rule(&ran, rule);
    }
    if let Some(sample) = args.sample {
        tables::sample(&ran, sample);
    }
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
