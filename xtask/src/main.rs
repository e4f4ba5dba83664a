//! The house's own chores, as `cargo xtask TASK`: a task is a module with `Args` and `run`, and one line in `tasks!`.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a chore reads the tree, starts programs and talks to the terminal of whoever builds Exeat"
)]

mod advisories;
mod bench;
mod corpus;
mod fit;
mod fresh;
mod fuzz;
mod generate;
mod layers;
mod pictures;
#[cfg(test)]
mod prose;
mod python;
mod test;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The house's own chores.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

/// Declares each task once: its name on the command line, its module and what it does.
macro_rules! tasks {
    ($($(#[$doc:meta])* $name:ident => $module:ident,)*) => {
        #[derive(Subcommand)]
        enum Task {
            $($(#[$doc])* $name($module::Args),)*
        }

        fn run(task: &Task) -> anyhow::Result<()> {
            match task {
                $(Task::$name(args) => $module::run(args),)*
            }
        }
    };
}

tasks! {
    /// Ask whether anything locked has a known vulnerability.
    Advisories => advisories,
    /// Measure a part of Exeat against its peer.
    Bench => bench,
    /// Put every file of a folder through the checks and count the verdicts.
    Corpus => corpus,
    /// Fit the points of REC-LEVEL to labelled files.
    Fit => fit,
    /// Find locked crates that are younger than a week.
    Fresh => fresh,
    /// Put strange files through the checks until the time is up or one breaks them.
    Fuzz => fuzz,
    /// Write the pages of docs/ that come from code, or compare them.
    Generate => generate,
    /// Hold the arrows between the crates against their manifests.
    Layers => layers,
    /// Take the pictures of the guide anew from the browser test.
    Pictures => pictures,
    /// Install what the tests need, saying so, and run everything.
    Test => test,
}

fn main() -> ExitCode {
    match run(&Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
