//! `exeat doctor`: tries every connection of the configuration, and says what was found and what to mend.

mod checks;
mod connections;
mod here;
mod text;
mod web;

use std::path::PathBuf;
use std::process::ExitCode;

use exeat_desk::ports::Health;
use exeat_desk::{Checkup, Doctor};

use crate::cli::Format;
use crate::config::{self, ServerSection};
use crate::out::{self, Failed};
use crate::wiring::SystemClock;

pub(crate) use connections::connections;

/// Try every connection of the configuration, and say what to mend.
///
/// It logs in where the desk does, sends nothing, and removes what it makes to try a folder. It needs no desk that runs
/// and changes none.
///
/// Exit code 0: all is fine; 1: something is to be mended; 2: the configuration cannot be read.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Args {
    /// For people, or for scripts.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Runs the command; what was found is printed whether it is fine or not.
pub(crate) fn run(args: Args, config: Option<&PathBuf>) -> ExitCode {
    let examined = examine(config).and_then(|checkup| {
        match args.format {
            Format::Json => out::json(&checkup)?,
            Format::Text => out::text(&text::written(&checkup))?,
        }
        Ok(checkup.health)
    });
    match examined {
        Ok(Health::Fine) => ExitCode::SUCCESS,
        Ok(Health::Warning | Health::Broken) => ExitCode::FAILURE,
        Err(failed) => out::end(args.format, Err(failed)),
    }
}

fn examine(config: Option<&PathBuf>) -> Result<Checkup, Failed> {
    let known = match config::load(&config::file(config.cloned())) {
        Ok(loaded) => connections(&loaded),
        // A machine without a desk of its own names one elsewhere, and nothing else.
        Err(error) => match ServerSection::of(config)? {
            Some((server, base)) => vec![web::elsewhere(server, base)],
            None => return Err(error.into()),
        },
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let checkup = runtime.block_on(Doctor::new(known).examine(&SystemClock));
    // A folder on a server that hangs is not waited for.
    runtime.shutdown_background();
    Ok(checkup)
}
