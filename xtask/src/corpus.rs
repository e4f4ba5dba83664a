//! `cargo xtask corpus DIR`: every file of a folder through the checks.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder.
    dir: PathBuf,
}

/// Lists the folder.
pub(crate) fn run(args: &Args) -> Result<()> {
    for entry in args.dir.read_dir().with_context(|| format!("cannot list {}", args.dir.display()))? {
        println!("{}", entry?.path().display());
    }
    Ok(())
}
