//! How fast a large file is sealed from a file server: read, decrypted, hashed, and kept durably. The peer is smbclient, which
//! reads the same file from the same server to the same disk in the same run.

use std::process::Command;

use anyhow::{Result, ensure};

use super::figures;
use crate::workspace;

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How large the file is, in MB.
    #[arg(long, default_value_t = 1000)]
    megabytes: u32,
    /// How often each reads it, in turns.
    #[arg(long, default_value_t = 5)]
    runs: u32,
}

/// What the project promises: this share of smbclient's rate.
const LEAST: f64 = 0.8;

/// Starts a Samba that demands encryption, and reads from it in turns.
pub(crate) fn run(args: &Args) -> Result<()> {
    let cargo = ["cargo", "build", "--quiet", "--release", "--locked"];
    let example = ["--package", "exeat-testkit", "--example", "smb"];
    workspace::run(&mut workspace::command(&[&cargo[..], &example].concat()))?;
    let program = workspace::target()?.join("release").join("examples").join("smb");
    let folder = tempfile::tempdir_in(workspace::target()?)?;
    let mut command = Command::new(program);
    command.arg(folder.path()).args([args.megabytes.to_string(), args.runs.to_string()]);
    let seconds: Vec<f64> =
        figures::words(&mut command)?.iter().map(|word| word.parse()).collect::<Result<_, _>>()?;
    let (ours, theirs) = turns(&seconds);
    let rate = |seconds: f64| f64::from(args.megabytes) / seconds;
    println!("sealed by Exeat        {:6.2} s, {:6.0} MB/s", ours, rate(ours));
    println!("fetched by smbclient   {:6.2} s, {:6.0} MB/s", theirs, rate(theirs));
    println!("Exeat's rate is {:.0} % of smbclient's (medians of {})", 100.0 * theirs / ours, args.runs);
    ensure!(
        theirs / ours >= LEAST,
        "a file is sealed at less than {:.0} % of smbclient's rate",
        100.0 * LEAST
    );
    Ok(())
}

/// The middle of ours, and of theirs.
fn turns(seconds: &[f64]) -> (f64, f64) {
    let every = |first: usize| -> Vec<f64> { seconds.iter().skip(first).step_by(2).copied().collect() };
    (figures::median(&every(0)), figures::median(&every(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_told_apart() {
        assert_eq!(turns(&[3.0, 10.0, 1.0, 30.0, 2.0, 20.0]), (2.0, 20.0));
    }
}
