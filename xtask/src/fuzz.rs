//! `cargo xtask fuzz --minutes N`: strange files through the reader and the rules, guided by the code that they reach.
//!
//! libFuzzer drives `crates/fuzz`, which knows how to change a table. The instruments are flags of a stable rustc, so no
//! other toolchain is needed. An input that panics, takes over `--seconds` or over [`MEGABYTES`] is saved and made small.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use crate::workspace;

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    minutes: u32,
    /// Where the dice start; what was found before in target/fuzz/corpus goes in as well.
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// How many processes look at once; they share what they find.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    processes: u32,
    /// Seconds that one input may take; more of them on a machine that has other work.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
}

/// What one input may take.
const MEGABYTES: u32 = 2048;
/// The longest input that is made up.
const LONGEST: u32 = 16 << 10;
/// How long an input that breaks something is made smaller.
const MINIMISE: Duration = Duration::from_secs(60);

/// Counters at every edge and comparisons of the code that is looked at, as cargo-fuzz sets them.
const INSTRUMENTS: &str = "--cfg fuzzing --cap-lints allow -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Builds the target, lets it run, and names what broke.
pub(crate) fn run(args: &Args) -> Result<()> {
    let target = build()?;
    let folder = workspace::target()?.join("fuzz");
    let (corpus, broken) = (folder.join("corpus"), folder.join("broken"));
    std::fs::create_dir_all(&broken)?;
    seed(&corpus)?;
    let before = names(&broken)?;
    let start = Instant::now();
    let mut children = Vec::new();
    for number in 0..args.processes {
        children.push(look(&target, &corpus, &broken, args, args.seed.wrapping_add(number))?);
    }
    let mut well = true;
    for mut child in children {
        well &= child.wait()?.success();
    }
    let found: Vec<PathBuf> = names(&broken)?.into_iter().filter(|path| !before.contains(path)).collect();
    for path in &found {
        println!("{}: {}", minimised(&target, path, args)?.display(), reason(path));
    }
    let (inputs, minutes) = (names(&corpus)?.len(), start.elapsed().as_secs_f64() / 60.0);
    println!("{minutes:.1} minutes, {inputs} inputs that each reach something of their own");
    ensure!(found.is_empty(), "{} inputs broke the checks", found.len());
    ensure!(well, "the fuzzer did not end well");
    println!("no crash, none over {} s or {MEGABYTES} MB", args.seconds);
    Ok(())
}

/// Builds the target for this machine, with its instruments, in a folder of its own.
fn build() -> Result<PathBuf> {
    let host = host()?;
    let folder = workspace::target()?.join("fuzz").join("build");
    let words = ["cargo", "build", "--locked", "--package", "exeat-fuzz", "--profile", "fuzz"];
    let mut command = workspace::command(&words);
    // Build scripts and macros go without instruments, because a target is named.
    command.args(["--target", &host]).arg("--target-dir").arg(&folder).env("RUSTFLAGS", INSTRUMENTS);
    workspace::run(&mut command)?;
    Ok(folder.join(host).join("fuzz").join("exeat-fuzz"))
}

/// The triple of this machine, as rustc names it.
fn host() -> Result<String> {
    let output = workspace::command(&["rustc", "-vV"]).output().context("cannot start rustc")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    Ok(host.to_owned())
}

/// Puts the seeds of the repository, and the fixtures of the rules, among the inputs.
fn seed(corpus: &Path) -> Result<()> {
    std::fs::create_dir_all(corpus)?;
    let mut folders = vec![workspace::root().join("crates/fuzz/seeds")];
    for rule in workspace::root().join("crates/checks/fixtures").read_dir()? {
        folders.push(rule?.path());
    }
    for (number, folder) in folders.iter().filter(|folder| folder.is_dir()).enumerate() {
        for seed in names(folder)? {
            let name = seed.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            std::fs::copy(&seed, corpus.join(format!("seed-{number}-{name}")))?;
        }
    }
    Ok(())
}

fn names(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for entry in folder.read_dir().with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_file() {
            names.push(path);
        }
    }
    names.sort();
    Ok(names)
}

fn look(target: &Path, corpus: &Path, broken: &Path, args: &Args, seed: u32) -> Result<Child> {
    let mut command = Command::new(target);
    command.arg(corpus).args([
        format!("-seed={seed}"),
        format!("-max_total_time={}", u64::from(args.minutes) * 60),
        format!("-timeout={}", args.seconds),
        format!("-rss_limit_mb={MEGABYTES}"),
        format!("-max_len={LONGEST}"),
        format!("-artifact_prefix={}/", broken.display()),
        "-reload=1".to_owned(),
        "-print_final_stats=1".to_owned(),
    ]);
    // One input at a time in one thread: what is found is found again.
    command.env("RAYON_NUM_THREADS", "1").stdin(Stdio::null());
    println!("$ {}", workspace::line(&command));
    command.spawn().with_context(|| format!("cannot start {}", target.display()))
}

/// The same input made small, if it could be, beside the first.
fn minimised(target: &Path, path: &Path, args: &Args) -> Result<PathBuf> {
    let small = path.with_extension("min");
    let mut command = Command::new(target);
    command.arg(path).args([
        "-minimize_crash=1".to_owned(),
        format!("-max_total_time={}", MINIMISE.as_secs()),
        format!("-timeout={}", args.seconds),
        format!("-rss_limit_mb={MEGABYTES}"),
        format!("-exact_artifact_path={}", small.display()),
    ]);
    command.env("RAYON_NUM_THREADS", "1").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // That it ends badly is the point.
    let _ = command.status()?;
    Ok(if small.is_file() { small } else { path.to_owned() })
}

/// What an input did, by the name that libFuzzer gave it.
fn reason(path: &Path) -> &'static str {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match name.split_once('-').map(|(kind, _)| kind) {
        Some("timeout" | "slow") => "it took too long",
        Some("oom") => "it took too much memory",
        _ => "the checks panicked",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_broke_is_named_by_its_kind() {
        assert_eq!(reason(Path::new("broken/timeout-0a1b")), "it took too long");
        assert_eq!(reason(Path::new("broken/oom-0a1b")), "it took too much memory");
        assert_eq!(reason(Path::new("broken/crash-0a1b")), "the checks panicked");
    }

    #[test]
    fn seeds_are_the_repositorys_own() {
        let folder = tempfile::tempdir().unwrap();
        seed(folder.path()).unwrap();
        assert!(names(folder.path()).unwrap().len() > 20);
    }
}
