//! `exeat init`: an empty desk with a commented configuration. Nothing that is there is overwritten.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use exeat_desk::ports::Clock as _;
use exeat_domain::ledger::{Actor, Event, Fact};
use exeat_store::{SigningKey, SqliteStore};
use serde_json::json;

use crate::cli::{Ended, Format};
use crate::config::display;
use crate::identity;
use crate::out::{self, Failed};
use crate::wiring::{SystemClock, state};

const CONFIG: &str = include_str!("init/exeat.toml");
const ROSTER: &str = include_str!("init/roster.toml");

/// Set up an empty desk with a commented configuration.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder, made if need be.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// For people, or for scripts.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    pub(crate) fn format(&self) -> Format {
        self.format
    }
}

pub(crate) fn run(args: Args) -> Ended {
    let Args { folder, format } = args;
    let user = identity::user_name().unwrap_or_default();
    let desk = desk_id()?;
    make(&folder, &config(&desk, &user), ROSTER, (&desk, &user), SystemClock.now())?;
    let file = display(&folder.join("exeat.toml"));
    match format {
        Format::Json => out::json(&json!({ "folder": display(&folder), "config": file, "desk": desk })),
        Format::Text => out::text(&format!(
            "An empty desk lies in {}.\n\n\
             Next:\n  1. Read {file} and set share, archive, vault and mail.\n  \
             2. Put people into {}.\n  \
             3. exeat --config {file} config check\n  \
             4. exeat --config {file} serve\n\n\
             Give auditors {}: with it they can verify\nany export of the ledger offline.",
            display(&folder),
            display(&folder.join("roster.toml")),
            display(&folder.join("state").join(state::PUBLIC_KEY)),
        )),
    }
}

/// Makes a desk in `folder` with this configuration and roster, opened by this user at this time.
///
/// # Errors
/// [`Failed`] where something is there already, or cannot be made. What was made before stays.
pub(crate) fn make(
    folder: &Path,
    config: &str,
    roster: &str,
    (desk, user): (&str, &str),
    at: DateTime<Utc>,
) -> Ended {
    let state = folder.join("state");
    if let Some(there) =
        ["exeat.toml", "roster.toml", "state"].iter().map(|name| folder.join(name)).find(|path| path.exists())
    {
        let message = format!(
            "{} is there already; nothing was changed. Name another folder, or remove it first.",
            display(&there)
        );
        return Err(Failed::refused("exists", message));
    }
    private_folder(folder)?;
    for name in ["share", "archive"] {
        private_folder(&folder.join(name))?;
    }
    private_folder(&state)?;
    let key = SigningKey::generate()?;
    write(&state.join(state::KEY), &key.to_pem()?, 0o600)?;
    write(&state.join(state::PUBLIC_KEY), &key.public().to_pem()?, 0o644)?;
    let fact = Fact::DeskOpened { desk: desk.to_owned() };
    open_store(&state, key, Event { at, actor: Actor::person(user), request: None, fact })?;
    write(&folder.join("roster.toml"), roster, 0o600)?;
    write(&folder.join("exeat.toml"), config, 0o600)
}

fn open_store(state: &Path, key: SigningKey, event: Event) -> Ended {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        SqliteStore::create(&state.join(state::STORE), key, event).await?.close().await?;
        Ok(())
    })
}

/// A name for the desk that no other has: `desk-` and eight random hexadecimal digits.
pub(crate) fn desk_id() -> Result<String, Failed> {
    let bits = getrandom::u32().map_err(|error| Failed::refused("random", error))?;
    Ok(format!("desk-{bits:08x}"))
}

/// The commented configuration of a new desk, with this user as its operator.
pub(crate) fn config(desk: &str, user: &str) -> String {
    let operator = if user.is_empty() { String::new() } else { format!("{user:?}") };
    CONFIG.replace("@ID@", desk).replace("@OPERATOR@", &operator)
}

/// Every file under a folder, whatever it is; none where there is no such folder.
pub(crate) fn files_under(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = vec![];
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop().filter(|folder| folder.is_dir()) {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() { folders.push(entry.path()) } else { files.push(entry.path()) }
        }
    }
    files.sort();
    Ok(files)
}

fn private_folder(path: &Path) -> Ended {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| cannot(path, &error))
}

pub(crate) fn write(path: &Path, text: &str, mode: u32) -> Ended {
    let open = || OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let fill = |mut file: File| file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    open().and_then(fill).map_err(|error| cannot(path, &error))
}

fn cannot(path: &Path, error: &std::io::Error) -> Failed {
    Failed::refused("init", format!("{} cannot be made: {error}", display(path)))
}
