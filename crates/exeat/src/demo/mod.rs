//! `exeat demo`: a desk in a temporary folder, with requests that went through it, and its web desk open.

mod cases;
mod history;
mod house;
mod open;
mod own_time;
mod report;
mod sign_ins;
mod story;
mod tables;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use exeat_desk::{Observer, Ports, Unobserved};
use exeat_domain::ledger::Event;
use tempfile::TempDir;

use crate::cli::{Ended, Format};
use crate::config::display;
use crate::out::{self, Failed};
use crate::wiring::Site;
use crate::words;

/// See a desk at work, in a temporary folder, and open it in your browser.
///
/// It makes a share, a vault, a roster and a few months of history, and runs two more requests with the real parts:
/// one is checked, approved, archived, packed, tested, sent and wiped; one, with patient numbers and small cells, goes
/// back with a message that says what to mend. Then the web desk opens, on this machine alone, and says who may sign
/// in. Ctrl-C ends it and removes the folder.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// End after the two requests: no history, no web desk, and the folder stays.
    #[arg(long)]
    once: bool,
    /// Use this folder, which must not exist yet and stays, instead of a temporary one.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Let signing in take six digits from an app too.
    ///
    /// The secret for the app is then printed beside each password.
    #[arg(long, conflicts_with = "once")]
    second_factor: bool,
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
    let Args { once, folder, second_factor, format } = args;
    let place = Place::of(folder)?;
    say(format, &format!("A desk in {}", display(place.folder())));
    if once { tell(&place.keep(), format) } else { open::run(place, second_factor, format) }
}

/// The two requests alone.
fn tell(folder: &Path, format: Format) -> Ended {
    house::furnish(folder, &house::House::small())?;
    let observer: Arc<dyn Observer> =
        if format == Format::Text { Arc::new(Aloud) } else { Arc::new(Unobserved) };
    let site = Site::changed(Some(folder.join("exeat.toml")), |ports| Ports { observer, ..ports })?;
    let _lock = site.lock()?;
    let told = site.block_on(story::tell(&site, folder, format))?;
    match format {
        Format::Json => out::json(&told),
        Format::Text => out::text(&report::once(&told, folder)),
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

/// Where the demo lies.
enum Place {
    /// A folder that goes when the demo ends.
    Temporary(TempDir),
    /// A folder that was named, and stays.
    Named(PathBuf),
}

impl Place {
    fn of(named: Option<PathBuf>) -> Result<Self, Failed> {
        match named {
            Some(folder) => {
                std::fs::create_dir(&folder).map_err(|error| cannot(&folder, &error))?;
                Ok(Self::Named(std::path::absolute(folder)?))
            }
            None => Ok(Self::Temporary(tempfile::Builder::new().prefix("exeat-demo-").tempdir()?)),
        }
    }

    fn folder(&self) -> &Path {
        match self {
            Self::Temporary(folder) => folder.path(),
            Self::Named(folder) => folder,
        }
    }

    /// Whether it is there when the demo has ended.
    fn stays(&self) -> bool {
        matches!(self, Self::Named(_))
    }

    /// Lets the folder stay, whichever it is.
    fn keep(self) -> PathBuf {
        match self {
            Self::Temporary(folder) => folder.keep(),
            Self::Named(folder) => folder,
        }
    }

    /// Removes what is temporary.
    fn clear(self) -> Ended {
        match self {
            Self::Temporary(folder) => {
                let path = folder.path().to_owned();
                folder.close().map_err(|error| {
                    Failed::refused("demo", format!("{} is not wholly removed: {error}", display(&path)))
                })
            }
            Self::Named(_) => Ok(()),
        }
    }
}

fn cannot(path: &Path, error: &std::io::Error) -> Failed {
    Failed::refused("demo", format!("{} cannot be made: {error}", display(path)))
}
