//! How long a protected ZIP of a big table takes, and how big it gets, against `7z a -tzip -mem=AES256 -mx5`.
//! Both run in turns, as processes of their own, on the same file; the medians count.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use crate::workspace;

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often each side packs the table.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..))]
    rounds: u8,
    /// Length of the table.
    #[arg(long, default_value_t = 500)]
    megabytes: u32,
}

/// A password for files that live as long as the measurement.
const PASSWORD: &str = "of-a-made-up-table";
/// What the project promises: how much faster at least, how much bigger and how much memory (in kB) at most.
const FASTER: f64 = 10.0;
const BIGGER: f64 = 1.15;
const MEMORY: u64 = 200_000;

/// One packing.
struct Packed {
    took: Duration,
    bytes: u64,
}

/// Makes the table, packs it in turns, and says how the two compare.
pub(crate) fn run(args: &Args) -> Result<()> {
    let seven_zip = seven_zip()?;
    let ours = build()?;
    let folder = tempfile::tempdir_in(workspace::target()?)?;
    let table = folder.path().join("table.csv");
    run_quietly(Command::new(&ours).arg("table").arg(&table).arg(args.megabytes.to_string()))?;
    let digest = run_quietly(Command::new(&ours).arg("digest").arg(&table))?;

    let (mut us, mut them, mut memory) = (Vec::new(), Vec::new(), 0);
    for round in 1..=args.rounds {
        let zip = folder.path().join("exeat.zip");
        let (packed, peak) = pack(&ours, &table, &zip, digest.trim())?;
        memory = memory.max(peak);
        let theirs = pack_with_seven_zip(seven_zip, &table, &folder.path().join("7z.zip"))?;
        if round == 1 {
            run_quietly(Command::new(seven_zip).args(["t", &format!("-p{PASSWORD}")]).arg(&zip))?;
        }
        std::fs::remove_file(&zip)?;
        println!("round {round}: Exeat {}, 7z {}", said(&packed), said(&theirs));
        us.push(packed);
        them.push(theirs);
    }
    println!("memory at most: {} MB", memory.div_ceil(1000));
    conclude(&us, &them, memory)
}

fn conclude(us: &[Packed], them: &[Packed], memory: u64) -> Result<()> {
    let faster =
        median(them, |packed| packed.took.as_secs_f64()) / median(us, |packed| packed.took.as_secs_f64());
    let bigger = median(us, |packed| packed.bytes as f64) / median(them, |packed| packed.bytes as f64);
    println!("{}", verdict(faster, bigger));
    ensure!(memory < MEMORY, "it took {memory} kB of memory, not less than {MEMORY}");
    ensure!(faster >= FASTER, "less than {FASTER} times faster");
    ensure!(bigger <= BIGGER, "more than {BIGGER} times the size");
    Ok(())
}

fn verdict(faster: f64, bigger: f64) -> String {
    format!("{faster:.1}x faster than 7z, {bigger:.2} times its size")
}

/// 7-Zip under the name that it has here: Debian's `7zip` and `p7zip-full` differ.
fn seven_zip() -> Result<&'static str> {
    let answers = |name: &&str| {
        let mut command = Command::new(name);
        command.arg("i").stdout(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    match ["7z", "7zz"].into_iter().find(answers) {
        Some(name) => Ok(name),
        None => bail!("7-Zip is not here: on Debian, apt-get install 7zip"),
    }
}

/// Builds our side as it is shipped, whatever this program was built as.
fn build() -> Result<PathBuf> {
    let cargo = ["cargo", "build", "--quiet", "--release", "--locked"];
    let example = ["--package", "exeat-package", "--example", "packages"];
    workspace::run(&mut workspace::command(&[&cargo[..], &example].concat()))?;
    Ok(workspace::target()?.join("release").join("examples").join("packages"))
}

/// One packing of ours, and the most memory that it held (kB).
fn pack(ours: &Path, table: &Path, zip: &Path, digest: &str) -> Result<(Packed, u64)> {
    let start = Instant::now();
    let said = run_quietly(Command::new(ours).arg("pack").args([table, zip]).args([PASSWORD, digest]))?;
    let took = start.elapsed();
    let (bytes, memory) = said.trim().split_once(' ').with_context(|| format!("it said {said:?}"))?;
    Ok((Packed { took, bytes: bytes.parse()? }, memory.parse()?))
}

fn pack_with_seven_zip(seven_zip: &str, table: &Path, zip: &Path) -> Result<Packed> {
    let options = ["a", "-tzip", "-mem=AES256", "-mx5", &format!("-p{PASSWORD}")];
    let start = Instant::now();
    run_quietly(Command::new(seven_zip).args(options).args([zip, table]))?;
    let packed = Packed { took: start.elapsed(), bytes: zip.metadata()?.len() };
    std::fs::remove_file(zip)?;
    Ok(packed)
}

/// What a program prints, if it ends well.
fn run_quietly(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    let line = workspace::line(command);
    ensure!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn said(packed: &Packed) -> String {
    format!("{:.2} s, {:.1} MB", packed.took.as_secs_f64(), packed.bytes as f64 / 1e6)
}

/// The middle value; the mean of the two in the middle when there is an even number.
fn median(all: &[Packed], of: impl Fn(&Packed) -> f64) -> f64 {
    let mut values: Vec<f64> = all.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(seconds: u64, bytes: u64) -> Packed {
        Packed { took: Duration::from_secs(seconds), bytes }
    }

    #[test]
    fn the_last_line_reads_as_the_readme_quotes_it() {
        assert_eq!(verdict(12.34, 1.018), "12.3x faster than 7z, 1.02 times its size");
    }

    #[test]
    fn the_middle_counts() {
        let of = |seconds: &[u64]| {
            let all: Vec<_> = seconds.iter().map(|seconds| packed(*seconds, 1)).collect();
            median(&all, |packed| packed.took.as_secs_f64())
        };
        assert_eq!(of(&[9, 1, 2]), 2.0);
        assert_eq!(of(&[9, 1, 2, 4]), 3.0);
    }

    #[test]
    fn a_promise_that_is_not_kept_is_an_error() {
        let conclude = |ours, memory| conclude(&[ours], &[packed(100, 100)], memory);
        assert!(conclude(packed(10, 115), MEMORY - 1).is_ok());
        assert!(conclude(packed(11, 100), 1).is_err());
        assert!(conclude(packed(1, 116), 1).is_err());
        assert!(conclude(packed(1, 100), MEMORY).is_err());
    }
}
