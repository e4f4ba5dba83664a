//! The parts of the Rust toolchain that a minimal installation leaves out.

use anyhow::{Result, ensure};

use crate::workspace;

/// Installs rustfmt and clippy where rustup can, saying so first.
///
/// # Errors
/// When one of them is still missing afterwards.
pub(crate) fn provide() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if there(subcommand) {
            continue;
        }
        println!("installing {component} with rustup: the tests run `cargo {subcommand}`");
        let added = workspace::run(&mut workspace::command(&["rustup", "component", "add", component]));
        ensure!(
            added.is_ok() && there(subcommand),
            "`cargo {subcommand}` does not run; install the component {component} of your Rust toolchain"
        );
    }
    Ok(())
}

fn there(subcommand: &str) -> bool {
    workspace::command(&["cargo", subcommand, "--version"])
        .output()
        .is_ok_and(|output| output.status.success())
}
