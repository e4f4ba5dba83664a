//! `exeat config`: does the configuration hold, and what can stand in it?

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use crate::cli::{Ended, Format};
use crate::config::{self, Config, Loaded, Secret, ServerSection};
use crate::out::{self, Failed};
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
    /// The OpenAPI document of the web desk's API, for scripts and generators.
    Api,
}

impl Args {
    pub(crate) fn format(&self) -> Format {
        self.format
    }
}

pub(crate) fn run(args: Args, file: Option<PathBuf>) -> Ended {
    match args.what {
        What::Schema => out::json(&schemars::schema_for!(Config)),
        What::Api => out::json(exeat_web::routes::openapi()),
        What::Check => {
            if let Some(url) = elsewhere(file.as_ref())? {
                let file = config::display(&config::file(file));
                if args.format == Format::Json {
                    return out::json(&json!({ "file": file, "server": url }));
                }
                return out::text(&format!(
                    "{file} holds together: requests and reviews go to the desk at {url}."
                ));
            }
            let site = Site::open(file)?;
            let people = site.block_on(async { Ok(site.ports.people.roster().await?.people().count()) })?;
            let file = config::display(&site.loaded.file);
            let (policy, missing) = (site.ports.inspector.policy(), missing(&site.loaded));
            if args.format == Format::Json {
                return out::json(
                    &json!({ "file": file, "people": people, "policy": policy, "missing": missing }),
                );
            }
            let mut text = format!(
                "{file} holds together: {people} people on the roster, files checked under {policy}."
            );
            for one in missing {
                text.push_str(&format!("\nStill missing: {one}"));
            }
            out::text(&text)
        }
    }
}

/// Where the desk is that a configuration names without having one of its own.
fn elsewhere(file: Option<&PathBuf>) -> Result<Option<String>, Failed> {
    if config::load(&config::file(file.cloned())).is_ok() {
        return Ok(None);
    }
    let Some((server, base)) = ServerSection::of(file)? else { return Ok(None) };
    config::secure(&server.url)
        .map_err(|why| Failed::usage("config", format!("server.url is {:?}: {why}", server.url)))?;
    server.token.read(&base).map_err(|why| Failed::usage("config", format!("server.token: {why}")))?;
    Ok(Some(server.url))
}

/// What the configuration refers to and is not there yet, without which nothing is released.
fn missing(loaded: &Loaded) -> Vec<String> {
    let Config { share, archive, vault, .. } = &loaded.config;
    let paths = [
        ("share.folder", share.folder.as_ref()),
        ("archive.folder", archive.folder.as_ref()),
        ("vault.file", Some(&vault.file)),
        ("vault.key_file", vault.key_file.as_ref()),
    ];
    let absent = |(key, path): (&str, Option<&PathBuf>)| {
        let path = loaded.path(path?);
        (!path.exists()).then(|| format!("{key}: {}", config::display(&path)))
    };
    let mut missing: Vec<String> = paths.into_iter().filter_map(absent).collect();
    let secrets = [
        ("vault.password", vault.password.as_ref()),
        ("share.smb.password", share.smb.as_ref().map(|smb| &smb.password)),
        ("archive.smb.password", archive.smb.as_ref().map(|smb| &smb.password)),
    ];
    let unread = |(key, secret): (&str, Option<&Secret>)| {
        secret?.read(&loaded.base).err().map(|why| format!("{key}: {why}"))
    };
    missing.extend(secrets.into_iter().filter_map(unread));
    missing
}
