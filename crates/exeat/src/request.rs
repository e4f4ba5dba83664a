//! `exeat request`: ask for files, correct, take back, and see how it stands.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use exeat_desk::document::RequestDocument;
use exeat_domain::context::{Context, Control};
use exeat_domain::request::RequestId;

use crate::cli::{Acting, Elsewhere, Ended, Format};
use crate::desks::{self, NewRequest, NewRound};
use crate::out::{self, Failed};
use crate::status;

/// Ask for files, and see how it stands.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    acting: Acting,
    #[command(flatten)]
    elsewhere: Elsewhere,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Ask for files, folders (with all in them) and wildcards of the share.
    ///
    /// Paths are written as on the desktop (\\server\share\folder\file.csv, also in quotes or as file://…), or
    /// relative to the share.
    Create {
        /// The project, if you work on several.
        #[arg(long)]
        project: Option<String>,
        /// What the files are and what they are for.
        #[arg(long, default_value = "")]
        purpose: String,
        #[command(flatten)]
        about: About,
        /// Checked and shown beside the others, but it never leaves: counts under a figure, for example.
        #[arg(long, value_name = "PATH")]
        supporting: Vec<String>,
        /// Read further paths from a file, one a line; `-` is standard input.
        #[arg(long, value_name = "FILE")]
        from_file: Option<PathBuf>,
        /// Message-ID of the mail that asked, for the reply to stand in its thread.
        #[arg(long, value_name = "ID")]
        message_id: Option<String>,
        /// Subject of that mail.
        #[arg(long)]
        subject: Option<String>,
        /// What to ask for.
        #[arg(value_name = "PATH", required_unless_present = "from_file")]
        paths: Vec<String>,
    },
    /// Send corrected files: opens the next round.
    Correct {
        /// The request, such as EX-7.
        id: RequestId,
        #[command(flatten)]
        about: About,
        /// Checked and shown, but it never leaves.
        #[arg(long, value_name = "PATH")]
        supporting: Vec<String>,
        /// What to ask for.
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<String>,
    },
    /// Your requests, oldest first.
    List {
        /// Start after this one.
        #[arg(long, value_name = "ID")]
        after: Option<RequestId>,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: u64,
    },
    /// One request: files, verdicts, findings, what waits.
    Show {
        /// The request.
        id: RequestId,
    },
    /// Take the request back, or single files of it.
    Withdraw {
        /// The request.
        id: RequestId,
        /// Only these files.
        #[arg(value_name = "PATH")]
        paths: Vec<String>,
    },
}

/// What is said about the files.
#[derive(Debug, clap::Args)]
struct About {
    /// Whom the results describe: diagnosis, place, years.
    #[arg(long, value_name = "TEXT", default_value = "")]
    population: String,
    /// How many people that are, and how many in the smallest group.
    #[arg(long, value_name = "TEXT", default_value = "")]
    people: String,
    /// What was done against disclosure: suppressed, secondary, rounded, merged, capped, noise.
    #[arg(long, value_name = "NAME", value_parser = control)]
    control: Vec<Control>,
    /// More about that: to what it was rounded, below what it was left out.
    #[arg(long, value_name = "TEXT", default_value = "")]
    control_note: String,
}

impl From<About> for Context {
    fn from(about: About) -> Self {
        let About { population, people, control, control_note } = about;
        Self { population, people, controls: control.into_iter().collect(), more: control_note }
    }
}

fn control(name: &str) -> Result<Control, String> {
    let all = || Control::ALL.map(Control::name).join(", ");
    Control::named(name).ok_or_else(|| format!("one of: {}", all()))
}

impl Args {
    pub(crate) fn format(&self) -> Format {
        self.acting.format
    }
}

pub(crate) fn run(args: Args, config: Option<PathBuf>) -> Ended {
    let Args { acting, elsewhere, what } = args;
    let format = acting.format;
    let desk = desks::asking(&acting, &elsewhere, config)?;
    match what {
        What::Create { project, purpose, about, supporting, from_file, message_id, subject, paths } => {
            let mut files = paths;
            files.extend(from_file.as_deref().map(lines).transpose()?.unwrap_or_default());
            let round = NewRound { files, supporting, context: about.into() };
            let message_id = message_id.as_deref().map(bare);
            print(&desk.ask(NewRequest { project, purpose, round, message_id, subject })?, format)
        }
        What::Correct { id, about, supporting, paths } => {
            print(&desk.correct(id, NewRound { files: paths, supporting, context: about.into() })?, format)
        }
        What::List { after, limit } => status::list(&desk.list(after, limit)?, format),
        What::Show { id } => print(&desk.show(id)?, format),
        What::Withdraw { id, paths } => print(&desk.withdraw(id, &paths)?, format),
    }
}

fn lines(file: &Path) -> Result<Vec<String>, Failed> {
    let failed =
        |error: std::io::Error| Failed::usage("input", format!("{} cannot be read: {error}", file.display()));
    let text = if file.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(failed)?;
        text
    } else {
        std::fs::read_to_string(file).map_err(failed)?
    };
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

/// A Message-ID without its angle brackets.
fn bare(id: &str) -> String {
    id.trim().trim_start_matches('<').trim_end_matches('>').to_owned()
}

fn print(document: &RequestDocument, format: Format) -> Ended {
    if format == Format::Json {
        return out::json(document);
    }
    let RequestDocument { request, jobs, .. } = document;
    let mut text = status::heading(request);
    status::files(&mut text, request);
    status::waiting(&mut text, jobs);
    status::standing(&mut text, request);
    out::text(&text)
}
