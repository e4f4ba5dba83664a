//! `exeat demo`: two requests through the whole desk, on real files in a temporary folder.

mod report;
mod story;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use exeat_desk::{Observer, Unobserved};
use exeat_domain::ledger::Event;
use exeat_package::{Unlock, generate_password, write_vault};
use secrecy::{ExposeSecret as _, SecretString};

use crate::cli::{Ended, Format};
use crate::config::display;
use crate::init;
use crate::out::{self, Failed};
use crate::wiring::Site;
use crate::words;

/// See two requests go through the whole desk, in a temporary folder.
///
/// It makes a share, a vault, a roster and two requests, and runs them with the real parts: one is checked, approved,
/// archived, packed, tested, sent and wiped; one, with patient numbers and small cells, goes back with a message that
/// says what to mend.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// End without the commands to go on with.
    #[arg(long)]
    once: bool,
    /// Use this folder, which must not exist yet, instead of a temporary one.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// For people, or for scripts.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    pub(crate) fn format(&self) -> Format {
        self.format
    }
}

/// The files of the share, by path.
const FILES: [(&str, &str); 5] = [
    ("Users/ann_P/diabetes/prevalence_by_age.csv", include_str!("files/diabetes/prevalence_by_age.csv")),
    ("Users/ann_P/diabetes/new_cases_by_year.csv", include_str!("files/diabetes/new_cases_by_year.csv")),
    ("Users/ann_P/diabetes/new_cases.svg", include_str!("files/diabetes/new_cases.svg")),
    ("Users/bram_P/cohort/patients.csv", include_str!("files/cohort/patients.csv")),
    ("Users/bram_P/cohort/complications.csv", include_str!("files/cohort/complications.csv")),
];

const ROSTER: &str = r#"# The people of the demo.

[[people]]
account = "ann_P"
name = "Ann Peeters"
address = "ann.peeters@example.org"
roles = ["requester"]
projects = ["diabetes"]

[[people]]
account = "bram_P"
name = "Bram Claes"
address = "bram.claes@example.org"
roles = ["requester"]
projects = ["complications"]

[[people]]
account = "cleo"
name = "Cleo Maes"
address = "cleo.maes@example.org"
roles = ["checker", "auditor"]
"#;

pub(crate) fn run(args: Args) -> Ended {
    let Args { once, folder, format } = args;
    let folder = place(folder)?;
    let observer: Arc<dyn Observer> =
        if format == Format::Text { Arc::new(Aloud) } else { Arc::new(Unobserved) };
    say(format, &format!("A desk in {}", display(&folder)));
    furnish(&folder)?;
    let site = Site::watched(Some(folder.join("exeat.toml")), observer)?;
    let told = story::tell(&site, &folder, format)?;
    match format {
        Format::Json => out::json(&told),
        Format::Text => out::text(&report::text(&told, &folder, once)),
    }
}

/// Says a line of progress.
fn say(format: Format, line: &str) {
    if format == Format::Text {
        out::progress(line);
    }
}

/// Says what the desk does as it does it.
struct Aloud;

impl Observer for Aloud {
    fn saw(&self, event: &Event) {
        words::progress(event).iter().for_each(|line| out::progress(&format!("  {line}")));
    }
}

fn place(named: Option<PathBuf>) -> Result<PathBuf, Failed> {
    match named {
        Some(folder) => {
            std::fs::create_dir(&folder).map_err(|error| cannot(&folder, &error))?;
            Ok(std::path::absolute(folder)?)
        }
        None => Ok(tempfile::Builder::new().prefix("exeat-demo-").tempdir()?.keep()),
    }
}

/// A desk as `exeat init` makes it, with people, a vault and files.
fn furnish(folder: &Path) -> Ended {
    let user = crate::identity::user_name().unwrap_or_default();
    let desk = init::desk_id()?;
    init::make(folder, &init::config(&desk, &user), ROSTER, &desk, &user)?;
    let random = |error: getrandom::Error| Failed::refused("random", error);
    let (master, password) = (generate_password().map_err(random)?, generate_password().map_err(random)?);
    vault(&folder.join("vault.kdbx"), master.clone(), &password)?;
    init::write(&folder.join("vault.password"), master.expose_secret(), 0o600)?;
    for (path, text) in FILES {
        let path = folder.join("share").join(path);
        path.parent().map(std::fs::create_dir_all).transpose()?;
        init::write(&path, text, 0o644)?;
    }
    Ok(())
}

fn vault(path: &Path, master: SecretString, password: &SecretString) -> Ended {
    let mut bytes = vec![];
    write_vault(&mut bytes, &Unlock::with_password(master), "External", "INTEGO ZIP", password)
        .map_err(|error| Failed::refused(error.code(), error))?;
    std::fs::write(path, bytes).map_err(|error| cannot(path, &error))
}

fn cannot(path: &Path, error: &std::io::Error) -> Failed {
    Failed::refused("demo", format!("{} cannot be made: {error}", display(path)))
}
