//! How long the checks take, all rules on: a row-level table of a gigabyte against DuckDB's `SUMMARIZE` on two threads and
//! against a bare SIMD parse, and every table of a corpus against pandas' `read_csv` and `describe` in one process.
//!
//! Each side runs in turns; the medians count. Ours is the whole process; of DuckDB and pandas only the work, without the
//! start of Python.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::figures::{Taken, median, timed, words};
use crate::python::Python;
use crate::workspace;

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often each side works.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..))]
    rounds: u8,
    /// Rows of the made-up table; 16 million are a gigabyte.
    #[arg(long, default_value_t = FULL)]
    rows: u64,
    /// A folder with `manifest.tsv` and `files.tar.gz`; without it, only the big table is measured.
    #[arg(long)]
    corpus: Option<PathBuf>,
}

/// The packages that we measure against.
pub(crate) const PYTHON: &str = "xtask/src/bench/requirements.txt";
/// Rows of the table that the promises speak of.
const FULL: u64 = 16_000_000;
/// What the project promises: how much faster than DuckDB and than pandas at least, and how much memory at most.
const THAN_DUCKDB: f64 = 4.0;
const THAN_PANDAS: f64 = 20.0;
const MEMORY: u64 = 256_000_000;

/// The programs, as they are shipped.
struct Programs {
    exeat: PathBuf,
    example: PathBuf,
    python: PathBuf,
}

/// One side's seconds.
#[derive(Default)]
struct Times {
    ours: Vec<f64>,
    theirs: Vec<f64>,
    parse: Vec<f64>,
    memory: u64,
}

/// Measures, prints, and fails where a promise is not kept.
pub(crate) fn run(args: &Args) -> Result<()> {
    let programs = build()?;
    let folder = tempfile::tempdir_in(workspace::target()?)?;
    let (table, tables) = (folder.path().join("table.csv"), folder.path().join("corpus"));
    words(Command::new(&programs.example).arg("table").arg(&table).arg(args.rows.to_string()))?;
    println!("a table of {} rows, {:.0} MB", args.rows, table.metadata()?.len() as f64 / 1e6);
    let files = match &args.corpus {
        Some(corpus) => unpack(corpus, &tables)?,
        None => 0,
    };
    let (mut big, mut many) = (Times::default(), Times::default());
    for round in 1..=args.rounds {
        one_table(&programs, &table, &mut big)?;
        println!("round {round}: {}", said(&big, "DuckDB SUMMARIZE"));
        if files > 0 {
            a_corpus(&programs, &tables, &mut many)?;
            println!("round {round}: {files} tables: {}", said(&many, "pandas"));
        }
    }
    println!("{}", of_table(&big));
    if files > 0 {
        println!("{}", of_corpus(&many, files));
    }
    // A shorter table tells whether the measurement works, not whether the promise holds.
    if args.rows >= FULL { kept(&big, files > 0, &many) } else { Ok(()) }
}

/// Builds our side, and provides the other.
fn build() -> Result<Programs> {
    let cargo = ["cargo", "build", "--quiet", "--release", "--locked"];
    workspace::run(&mut workspace::command(&[&cargo[..], &["--package", "exeat"]].concat()))?;
    let example = ["--package", "exeat-checks", "--example", "tables"];
    workspace::run(&mut workspace::command(&[&cargo[..], &example].concat()))?;
    let release = workspace::target()?.join("release");
    Ok(Programs {
        exeat: release.join("exeat"),
        example: release.join("examples").join("tables"),
        python: Python::provide_with("python-bench", PYTHON)?.program("python"),
    })
}

/// Lays out the tables of a corpus, without its pictures; gives how many there are.
fn unpack(corpus: &Path, to: &Path) -> Result<usize> {
    std::fs::create_dir(to)?;
    let archive = corpus.join("files.tar.gz");
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(&archive).arg("-C").arg(to).arg("--exclude").arg("image/*");
    words(&mut tar).with_context(|| format!("cannot unpack {}", archive.display()))?;
    let mut folders = vec![to.to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir()? {
            let path = entry?.path();
            let table = ["csv", "tsv", "txt"].map(std::ffi::OsStr::new).map(Some).contains(&path.extension());
            match (path.is_dir(), table) {
                (true, _) => folders.push(path),
                (false, true) => files += 1,
                (false, false) => std::fs::remove_file(path)?,
            }
        }
    }
    ensure!(files > 0, "{} holds no tables", archive.display());
    Ok(files)
}

/// The checks with every rule, as a researcher runs them. What is found is no failure: 1 is an answer.
fn checked(programs: &Programs, path: &Path) -> Result<Taken> {
    let mut command = Command::new(&programs.exeat);
    timed(command.args(["check", "--format", "json"]).arg(path), |code| code <= 1)
}

fn script(programs: &Programs, name: &str, path: &Path) -> Result<f64> {
    let script = workspace::root().join("xtask/src/bench").join(name);
    let said = words(Command::new(&programs.python).arg(script).arg(path))?;
    Ok(said.first().context("it printed nothing")?.parse()?)
}

fn one_table(programs: &Programs, table: &Path, times: &mut Times) -> Result<()> {
    let ours = checked(programs, table)?;
    times.memory = times.memory.max(ours.memory);
    times.ours.push(ours.time.as_secs_f64());
    times.theirs.push(script(programs, "summarize.py", table)?);
    let parse = timed(Command::new(&programs.example).arg("parse").arg(table), |code| code == 0)?;
    times.parse.push(parse.time.as_secs_f64());
    Ok(())
}

fn a_corpus(programs: &Programs, tables: &Path, times: &mut Times) -> Result<()> {
    let ours = checked(programs, tables)?;
    times.memory = times.memory.max(ours.memory);
    times.ours.push(ours.time.as_secs_f64());
    times.theirs.push(script(programs, "describe.py", tables)?);
    Ok(())
}

/// The last round.
fn said(times: &Times, them: &str) -> String {
    let last = |all: &[f64]| all.last().copied().unwrap_or_default();
    let parse = times.parse.last().map_or_else(String::new, |parse| format!(", bare parse {parse:.2} s"));
    let (ours, theirs) = (last(&times.ours), last(&times.theirs));
    format!("Exeat {ours:.2} s, {them} {theirs:.2} s{parse}, memory {} MB", times.memory / 1_000_000)
}

fn of_table(times: &Times) -> String {
    let (ours, theirs, parse) = (median(&times.ours), median(&times.theirs), median(&times.parse));
    format!(
        "big table: Exeat {ours:.2} s, {:.1} times faster than DuckDB SUMMARIZE ({theirs:.2} s), {:.1} times a bare SIMD \
         parse ({parse:.2} s); memory at most {} MB",
        theirs / ours,
        ours / parse,
        times.memory.div_ceil(1_000_000)
    )
}

fn of_corpus(times: &Times, files: usize) -> String {
    let (ours, theirs) = (median(&times.ours), median(&times.theirs));
    format!(
        "corpus of {files} tables: Exeat {ours:.2} s, {:.1} times faster than pandas read_csv and describe ({theirs:.2} s); \
         memory at most {} MB",
        theirs / ours,
        times.memory.div_ceil(1_000_000)
    )
}

fn kept(big: &Times, corpus: bool, many: &Times) -> Result<()> {
    let faster = |times: &Times| median(&times.theirs) / median(&times.ours);
    ensure!(big.memory < MEMORY, "it took {} bytes of memory, not less than {MEMORY}", big.memory);
    ensure!(faster(big) >= THAN_DUCKDB, "less than {THAN_DUCKDB} times faster than DuckDB");
    ensure!(!corpus || faster(many) >= THAN_PANDAS, "less than {THAN_PANDAS} times faster than pandas");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(ours: f64, theirs: f64, memory: u64) -> Times {
        Times { ours: vec![ours], theirs: vec![theirs], parse: vec![0.5], memory }
    }

    #[test]
    fn the_last_lines_read_as_the_pages_quote_them() {
        assert_eq!(
            of_table(&times(2.5, 12.5, 199_000_001)),
            "big table: Exeat 2.50 s, 5.0 times faster than DuckDB SUMMARIZE (12.50 s), 5.0 times a bare SIMD parse \
             (0.50 s); memory at most 200 MB"
        );
        assert!(
            of_corpus(&times(0.2, 5.0, 1), 972)
                .starts_with("corpus of 972 tables: Exeat 0.20 s, 25.0 times faster")
        );
    }

    #[test]
    fn a_promise_that_is_not_kept_is_an_error() {
        let many = times(0.2, 4.0, 1);
        assert!(kept(&times(2.5, 10.0, MEMORY - 1), true, &many).is_ok());
        assert!(kept(&times(2.6, 10.0, 1), true, &many).is_err());
        assert!(kept(&times(2.5, 10.0, MEMORY), true, &many).is_err());
        assert!(kept(&times(2.5, 10.0, 1), true, &times(0.3, 4.0, 1)).is_err());
        assert!(kept(&times(2.5, 10.0, 1), false, &Times::default()).is_ok());
    }
}
