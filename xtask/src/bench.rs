//! `cargo xtask bench NAME`: measures a part of Exeat against its peer.

use anyhow::{Result, bail};

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which measurement.
    name: String,
}

/// A measurement, and what it is called.
type Bench = (&'static str, fn() -> Result<()>);

/// The measurements by name.
const BENCHES: &[Bench] = &[];

/// Runs one measurement.
pub(crate) fn run(args: &Args) -> Result<()> {
    match BENCHES.iter().find(|(name, _)| *name == args.name) {
        Some((_, bench)) => bench(),
        None => bail!(
            "no measurement is called {}; there are {:?}",
            args.name,
            BENCHES.iter().map(|(name, _)| *name).collect::<Vec<_>>()
        ),
    }
}
