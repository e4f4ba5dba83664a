//! How fast mails in a mailbox become requests: fetched from a real server, judged, read, looked up in the share, kept with
//! their ledger entries, and moved.

use std::process::Command;

use anyhow::{Result, ensure};

use super::figures;
use crate::workspace;

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many mails lie in the mailbox.
    #[arg(long, default_value_t = 1000)]
    mails: u32,
    /// How often a full mailbox is read.
    #[arg(long, default_value_t = 3)]
    runs: u32,
}

/// What the project promises, in mails a second on two cores.
const LEAST: f64 = 100.0;

/// Starts a Dovecot, fills its mailbox and reads it, a few times.
pub(crate) fn run(args: &Args) -> Result<()> {
    let cargo = ["cargo", "build", "--quiet", "--release", "--locked"];
    let example = ["--package", "exeat-testkit", "--example", "mailbox"];
    workspace::run(&mut workspace::command(&[&cargo[..], &example].concat()))?;
    let program = workspace::target()?.join("release").join("examples").join("mailbox");
    let mut seconds = vec![];
    for _ in 0..args.runs {
        let folder = tempfile::tempdir_in(workspace::target()?)?;
        let mut command = Command::new(&program);
        command.arg(folder.path()).arg(args.mails.to_string());
        for word in figures::words(&mut command)? {
            seconds.push(word.parse()?);
        }
    }
    let middle = figures::median(&seconds);
    let rate = f64::from(args.mails) / middle;
    println!(
        "{} mails became requests in {middle:.1} s: {rate:.0} a second (median of {})",
        args.mails, args.runs
    );
    ensure!(rate >= LEAST, "fewer than {LEAST:.0} mails a second become requests");
    Ok(())
}
