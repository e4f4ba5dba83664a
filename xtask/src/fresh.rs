//! `cargo xtask fresh [--hold]`: no locked crate is younger than a week, so that a release that is
//! withdrawn in its first days never gets in. The dates are the registry index's own (`pubtime`).

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use cargo_metadata::semver::Version;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::workspace;

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Put every crate that is too young back to its newest release that is old enough.
    #[arg(long)]
    hold: bool,
}

/// How long a release must have been out before it is taken.
const AGE: TimeDelta = TimeDelta::days(7);

/// Putting one crate back may bring in another; this often is tried.
const HOLD_ROUNDS: usize = 5;

#[derive(Deserialize)]
struct Lockfile {
    package: Vec<Locked>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Locked {
    name: String,
    version: Version,
    source: Option<String>,
}

/// One release, as a line of the index tells it.
#[derive(Debug, Deserialize)]
struct Release {
    vers: Version,
    pubtime: Option<DateTime<Utc>>,
    yanked: bool,
}

/// A locked crate that is too young, and the release to take instead.
#[derive(Debug, PartialEq, Eq)]
struct Young {
    name: String,
    version: Version,
    instead: Option<Version>,
}

/// Fails with every locked crate that is too young, and what to do about it.
pub(crate) fn run(args: &Args) -> Result<()> {
    let oldest = Utc::now() - AGE;
    for _ in 0..HOLD_ROUNDS {
        let young = young(oldest)?;
        if young.is_empty() || !args.hold {
            return report(&young);
        }
        hold(&young);
    }
    check()
}

/// Fails with every locked crate that is too young.
pub(crate) fn check() -> Result<()> {
    report(&young(Utc::now() - AGE)?)
}

fn report(young: &[Young]) -> Result<()> {
    let lines: Vec<_> = young.iter().map(sentence).collect();
    ensure!(lines.is_empty(), "locked releases younger than a week:\n  {}", lines.join("\n  "));
    println!("fresh: every locked crate has been out for a week or more");
    Ok(())
}

fn sentence(young: &Young) -> String {
    let Young { name, version, instead } = young;
    match instead {
        Some(older) => format!("{name} {version}: cargo update {name}@{version} --precise {older}"),
        None => format!("{name} {version}: no release of it is old enough; do without it for now"),
    }
}

/// Asks cargo for the older releases; what it refuses, or has done along with another crate, shows in the next count.
fn hold(young: &[Young]) {
    for Young { name, version, instead } in young {
        if let Some(older) = instead {
            let mut update = Command::new("cargo");
            update.args(["update", "--quiet", &format!("{name}@{version}"), "--precise", &older.to_string()]);
            if update.output().is_ok_and(|output| output.status.success()) {
                println!("fresh: {name} {version} put back to {older}");
            }
        }
    }
}

/// The locked crates published after `oldest`.
fn young(oldest: DateTime<Utc>) -> Result<Vec<Young>> {
    let lock =
        std::fs::read_to_string(workspace::root().join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let lock: Lockfile = toml::from_str(&lock).context("cannot read Cargo.lock")?;
    let caches = caches()?;
    let foreign = lock.package.into_iter().filter(|package| package.source.is_some());
    foreign.filter_map(|package| judge(&package, &caches, oldest).transpose()).collect()
}

fn judge(package: &Locked, caches: &[PathBuf], oldest: DateTime<Utc>) -> Result<Option<Young>> {
    let Locked { name, version, .. } = package;
    let files = caches.iter().filter_map(|cache| std::fs::read(cache.join(index_path(name))).ok());
    let releases: Vec<Release> = files.flat_map(|file| releases(&file)).collect();
    too_young(name, version, &releases, oldest).with_context(|| {
        format!("cannot tell the age of {name} {version} (`cargo fetch` brings the index up to date)")
    })
}

/// What to do about one locked release, if anything.
fn too_young(name: &str, version: &Version, all: &[Release], oldest: DateTime<Utc>) -> Result<Option<Young>> {
    let Some(locked) = all.iter().find(|release| release.vers == *version) else {
        bail!("the index on this machine does not hold this release");
    };
    let published = locked.pubtime.context("the index gives no date for it")?;
    if published <= oldest {
        return Ok(None);
    }
    let older = all.iter().filter(|release| {
        release.vers < *version && !release.yanked && release.pubtime.is_some_and(|time| time <= oldest)
    });
    let instead = older.map(|release| release.vers.clone()).filter(|found| found.pre.is_empty()).max();
    Ok(Some(Young { name: name.to_owned(), version: version.clone(), instead }))
}

/// Where cargo keeps its copies of the index, one folder a registry.
fn caches() -> Result<Vec<PathBuf>> {
    let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo = cargo.or_else(|| Some(std::env::home_dir()?.join(".cargo"))).context("no cargo home")?;
    let index = cargo.join("registry/index");
    let found = index.read_dir().with_context(|| format!("cannot list {}", index.display()))?;
    found.map(|entry| Ok(entry?.path().join(".cache"))).collect()
}

/// The file of a crate in an index: `1/a`, `2/ab`, `3/a/abc`, `ab/cd/abcd…`, in lower case.
fn index_path(name: &str) -> PathBuf {
    let name = name.to_lowercase();
    let folder = match name.len() {
        length @ (1 | 2) => length.to_string(),
        3 => format!("3/{}", &name[..1]),
        _ => format!("{}/{}", &name[..2], &name[2..4]),
    };
    Path::new(&folder).join(&name)
}

/// The releases in a cached index file: after a header, NUL-separated pairs of a version and its line.
fn releases(file: &[u8]) -> Vec<Release> {
    file.split(|byte| *byte == 0).filter_map(|part| serde_json::from_slice(part).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] = b"\x03\x02\x00\x00\x00etag\x001.0.0\x00\
        {\"vers\":\"1.0.0\",\"yanked\":false,\"pubtime\":\"2026-01-01T00:00:00Z\"}\x001.0.1\x00\
        {\"vers\":\"1.0.1\",\"yanked\":true,\"pubtime\":\"2026-01-02T00:00:00Z\"}\x001.1.0\x00\
        {\"vers\":\"1.1.0\",\"yanked\":false,\"pubtime\":\"2026-02-02T00:00:00Z\"}\x001.2.0\x00\
        {\"vers\":\"1.2.0\",\"yanked\":false}\x00";

    fn check(version: &str, oldest: &str) -> Result<Option<Young>> {
        too_young("a", &version.parse()?, &releases(FILE), oldest.parse()?)
    }

    fn young(version: &str, instead: Option<&str>) -> Young {
        let version = version.parse().unwrap();
        Young { name: "a".into(), version, instead: instead.map(|text| text.parse().unwrap()) }
    }

    #[test]
    fn a_young_release_is_answered_with_the_newest_old_one_that_was_not_withdrawn() {
        assert_eq!(check("1.1.0", "2026-01-15T00:00:00Z").unwrap(), Some(young("1.1.0", Some("1.0.0"))));
        assert_eq!(check("1.1.0", "2026-02-02T00:00:00Z").unwrap(), None);
        assert_eq!(check("1.0.0", "2025-12-31T00:00:00Z").unwrap(), Some(young("1.0.0", None)));
    }

    #[test]
    fn an_unknown_age_is_not_taken_for_old() {
        assert!(check("1.2.0", "2026-03-01T00:00:00Z").unwrap_err().to_string().contains("no date"));
        assert!(check("9.9.9", "2026-03-01T00:00:00Z").unwrap_err().to_string().contains("does not hold"));
    }

    #[test]
    fn the_sentence_says_what_to_type() {
        let line = sentence(&young("1.1.0", Some("1.0.0")));
        assert_eq!(line, "a 1.1.0: cargo update a@1.1.0 --precise 1.0.0");
    }

    #[test]
    fn index_paths() {
        let paths = ["a", "ab", "abc", "Abcde"].map(|name| index_path(name).display().to_string());
        assert_eq!(paths, ["1/a", "2/ab", "3/a/abc", "ab/cd/abcde"]);
    }
}
