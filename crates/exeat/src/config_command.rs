//! `exeat config`: does the configuration hold, and what can stand in it?

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use crate::cli::{Ended, Format};
use crate::config::{self, Config};
use crate::out;
use crate::wiring::Site;

/// Look at the configuration.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Args {
    /// For people, or for scripts.
    #[arg(long, value_enum, default_value_t, global = true)]
    format: Format,
    #[command(subcommand)]
    what: What,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum What {
    /// Read it with all that it refers to, and say what is wrong.
    Check,
    /// The JSON Schema of exeat.toml, for editors.
    Schema,
}

impl Args {
    pub(crate) fn format(&self) -> Format {
        self.format
    }
}

pub(crate) fn run(args: Args, file: Option<PathBuf>) -> Ended {
    match args.what {
        What::Schema => out::json(&schemars::schema_for!(Config)),
        What::Check => {
            let site = Site::open(file)?;
            let people = site.block_on(async { Ok(site.ports.people.roster().await?.people().count()) })?;
            let file = config::display(&site.loaded.file);
            match args.format {
                Format::Json => out::json(
                    &json!({ "file": file, "people": people, "policy": site.ports.inspector.policy() }),
                ),
                Format::Text => out::text(&format!(
                    "{file} holds together: {people} people on the roster, files checked under {}.",
                    site.ports.inspector.policy()
                )),
            }
        }
    }
}
