//! How long the pages of the web desk take with very many requests in the store and many people at once, and what a table
//! of a million cells costs. The peer is the desk's own `/health`, which does nothing: what a page costs above it is ours.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use super::figures;
use crate::workspace;

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many requests the store holds.
    #[arg(long, default_value_t = 100_000)]
    requests: u32,
    /// How many people look at pages at once.
    #[arg(long, default_value_t = 50)]
    users: u32,
    /// How long each kind of page is asked for, in seconds.
    #[arg(long, default_value_t = 15)]
    seconds: u32,
}

/// How long a person reads before the next page, in milliseconds.
const READING: &str = "1000";
/// What the project promises: the 99th of a hundred pages, in milliseconds, while people read.
const LONGEST: f64 = 50.0;
/// What the project promises: how much memory a table of a million cells may cost the server, in MB.
const MEMORY: u64 = 64;

/// The desk that is measured, in a process of its own.
struct Served {
    process: Child,
    url: String,
    cookie: String,
    /// Addresses of pages, by what they show.
    pages: Vec<(String, String)>,
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// What a load came to; times in milliseconds.
struct Loaded {
    pages: f64,
    bytes: f64,
    middle: f64,
    late: f64,
    longest: f64,
}

/// Fills a desk, serves it, and asks it for pages.
pub(crate) fn run(args: &Args) -> Result<()> {
    let busy = build()?;
    let folder = tempfile::tempdir_in(workspace::target()?)?;
    let served = serve(&busy, folder.path(), args.requests)?;
    let page = |what: &str| {
        let found = served.pages.iter().find(|(name, _)| name == what);
        found.map(|(_, path)| path.as_str()).with_context(|| format!("there is no page {what}"))
    };
    let (clear, found, big) = (page("clear")?, page("found")?, page("big")?);
    let users = args.users.to_string();
    println!("\nas fast as {users} people can ask, {} requests", args.requests);
    for (name, path) in [("/health", "/health"), ("queue", "/queue"), ("clear", clear), ("found", found)] {
        let loaded = load(&busy, &served, [&users, &args.seconds.to_string(), "0"], &[path])?;
        println!("{}", said(name, &loaded, f64::from(args.seconds)));
    }
    println!("\n{users} people who read each page for a second");
    let mixed = ["/queue", clear, found, clear, "/queue?q=study"];
    let read = load(&busy, &served, [&users, &args.seconds.to_string(), READING], &mixed)?;
    println!("{}", said("queue and requests", &read, f64::from(args.seconds)));

    println!("\na table of a million cells");
    let before = memory(&served)?;
    let rows: Vec<String> =
        (0..100).map(|at| format!("{big}/rounds/1/files/1/rows?from={}", at * 997)).collect();
    let first = load(&busy, &served, ["1", "3", "0"], &[big])?;
    println!("{}", said("page", &first, 3.0));
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let scrolled = load(&busy, &served, ["4", &args.seconds.to_string(), "0"], &rows)?;
    println!("{}", said("rows, 4 at once", &scrolled, f64::from(args.seconds)));
    let after = memory(&served)?;
    println!("memory of the server: {before} MB before, {after} MB after");
    ensure!(read.late < LONGEST, "the 99th of a hundred pages took {:.1} ms, not under {LONGEST}", read.late);
    ensure!(after < before + MEMORY, "the table cost {} MB of memory", after - before);
    Ok(())
}

fn build() -> Result<PathBuf> {
    let cargo = ["cargo", "build", "--quiet", "--release", "--locked"];
    let example = ["--package", "exeat-testkit", "--example", "busy"];
    workspace::run(&mut workspace::command(&[&cargo[..], &example].concat()))?;
    Ok(workspace::target()?.join("release").join("examples").join("busy"))
}

fn serve(busy: &Path, folder: &Path, requests: u32) -> Result<Served> {
    let mut command = Command::new(busy);
    command.arg("serve").arg(folder).arg(requests.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn()?;
    let said = process.stdout.take().context("it says nothing")?;
    let mut pages = vec![];
    for line in BufReader::new(said).lines() {
        let line = line?;
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["ready", url, cookie] => {
                let (url, cookie) = ((*url).to_owned(), (*cookie).to_owned());
                return Ok(Served { process, url, cookie, pages });
            }
            ["filled", seconds] => println!("{requests} requests were filled in, in {seconds} s"),
            [name, path] => pages.push(((*name).to_owned(), (*path).to_owned())),
            _ => bail!("the desk said {line:?}"),
        }
    }
    bail!("the desk ended before it was ready: {}", process.wait()?)
}

fn load(busy: &Path, served: &Served, how: [&str; 3], paths: &[&str]) -> Result<Loaded> {
    let mut command = Command::new(busy);
    command.arg("load").arg(&served.url).arg(&served.cookie).args(how).args(paths);
    let words = figures::words(&mut command)?;
    let numbers: Vec<f64> = words.iter().map(|word| word.parse()).collect::<Result<_, _>>()?;
    let [pages, bytes, middle, late, longest] = numbers[..] else { bail!("the load said {words:?}") };
    Ok(Loaded { pages, bytes, middle, late, longest })
}

fn said(name: &str, loaded: &Loaded, seconds: f64) -> String {
    let Loaded { pages, bytes, middle, late, longest } = loaded;
    format!(
        "{name:20} {:6.0} a second of {:5.1} kB, middle {middle:6.1} ms, 99 of 100 within {late:6.1} ms, longest \
         {longest:6.1} ms",
        pages / seconds,
        bytes / pages / 1e3
    )
}

/// What the server holds of memory now, in MB.
fn memory(served: &Served) -> Result<u64> {
    let path = format!("/proc/{}/status", served.process.id());
    let status = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_said_in_a_line() {
        let loaded = Loaded { pages: 3000.0, bytes: 30e6, middle: 4.2, late: 17.0, longest: 41.3 };
        assert_eq!(
            said("queue", &loaded, 15.0),
            "queue                   200 a second of  10.0 kB, middle    4.2 ms, 99 of 100 within   17.0 ms, \
             longest   41.3 ms"
        );
    }
}
