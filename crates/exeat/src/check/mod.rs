//! `exeat check`: what a checker would find in these files, before anyone asks for their release.

mod baseline;
mod json;
mod output;
mod sarif;
mod text;
mod walk;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use exeat_checks::policy::DEFAULT_PRESET;
use exeat_checks::{Checked, Policy};
use exeat_domain::finding::Verdict;
use exeat_domain::path::shown;
use indicatif::ProgressBar;

use crate::words;
use baseline::Baseline;

pub(crate) use output::{Output, PlainJson, print};

const HELP: &str = "\
Examples:
  exeat check results/                     every file in a folder
  exeat check table1.csv figure1.png       two files
  exeat check fig.png --supporting n.csv   a figure, with the counts behind it
  exeat check t2.csv --baseline released/  a table, beside what left before
  exeat check --format json results/       the same for a script
  exeat check --preset opensafely out/     by the thresholds of OpenSAFELY
  exeat rules explain CNT-MIN              what a rule looks for, and why

Verdicts: clear: nothing was found; review: a person must look; blocked: a rule
is broken, mend it before you ask. Rows are counted from 1 under the header
here, from 0 in JSON and SARIF.

Exit codes:
  0  nothing at or above --fail-on
  1  something is; what could not be decided counts as review
  2  usage, a path that is missing or may not be opened, or output that cannot
     be written; the other paths are checked and shown all the same

Nothing is sent anywhere, and no configuration is read.";

/// Look for disclosure risk in files, before anyone asks for their release.
///
/// Tables (.csv .tsv .txt) and pictures (.png .jpg .gif .bmp .tif .webp .svg) are
/// read as what they are; folders are walked. Every finding says where it is,
/// why it matters and how to mend it.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Args {
    /// Files and folders that are to leave.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Checked and used as evidence, but it never leaves (the counts under a figure); may be repeated.
    #[arg(long, value_name = "PATH")]
    supporting: Vec<PathBuf>,
    /// Thresholds to check by.
    #[arg(long, value_name = "NAME", default_value = DEFAULT_PRESET, value_parser = PossibleValuesParser::new(Policy::presets()))]
    preset: String,
    /// Your data owner's own thresholds, in TOML, instead of a preset.
    #[arg(long, value_name = "FILE", conflicts_with = "preset")]
    policy: Option<PathBuf>,
    /// What to print: for people, for scripts, or for code review tools.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The least verdict for which the exit code is 1.
    #[arg(long, value_enum, default_value_t, value_name = "VERDICT")]
    fail_on: FailOn,
    /// Every table under it was released before: what the files give away beside them is found; may be repeated.
    #[arg(long, value_name = "DIR")]
    baseline: Vec<PathBuf>,
}

/// How the findings are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// One document, exeat.check/1.
    Json,
    /// SARIF 2.1.0.
    Sarif,
}

/// The least verdict that fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// A broken rule.
    #[default]
    Block,
    /// A file that a person must look at.
    Review,
}

impl FailOn {
    fn verdict(self) -> Verdict {
        match self {
            Self::Block => Verdict::Blocked,
            Self::Review => Verdict::Review,
        }
    }
}

/// Everything that a run has to say.
struct Report<'a> {
    preset: &'a str,
    checked: &'a [Checked],
    /// Where each of `checked` was read, to show its tables.
    places: &'a [PathBuf],
    /// Paths that are missing or may not be opened.
    problems: &'a [String],
}

/// Runs the command; see [`HELP`] for the exit codes.
pub(crate) fn run(args: Args) -> ExitCode {
    match policy(&args) {
        Ok(policy) => check(args, &policy),
        Err(why) => refuse(&why),
    }
}

fn check(args: Args, policy: &Policy) -> ExitCode {
    let progress = ProgressBar::new_spinner();
    progress.enable_steady_tick(Duration::from_millis(120));
    progress.set_message("looking for files");
    let earlier = Baseline::find(&args.baseline);
    let walk::Found { inputs, places, mut problems } =
        walk::find(args.paths, args.supporting, &earlier.folders, &progress);
    problems.extend_from_slice(&earlier.problems);
    progress.set_message(format!("checking {}", words::count(inputs.len(), "file")));
    let checked = exeat_checks::check_after(inputs, earlier.inputs(), policy);
    progress.finish_and_clear();
    for problem in &problems {
        complain(problem);
    }
    let report = Report { preset: policy.name(), checked: &checked, places: &places, problems: &problems };
    let written = print(|out| match args.format {
        Format::Text => text::write(out, &report, policy),
        Format::Json => json::write(out, &report),
        Format::Sarif => sarif::write(out, &report),
    });
    let worst = checked.iter().map(|file| file.report.verdict).max().unwrap_or(Verdict::Clear);
    match written {
        Err(error) => refuse(&format!("the output cannot be written: {error}")),
        Ok(()) if !problems.is_empty() => ExitCode::from(2),
        Ok(()) => ExitCode::from(u8::from(worst >= args.fail_on.verdict())),
    }
}

#[allow(clippy::disallowed_methods, reason = "the binary reads the file that was named to it")]
fn policy(args: &Args) -> Result<Policy, String> {
    let Some(path) = &args.policy else {
        return Policy::preset(&args.preset).map_err(|error| error.to_string());
    };
    let name = path.to_string_lossy();
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("--policy {name}: {}", walk::why(&error)))?;
    Policy::from_toml(&text).map_err(|error| format!("--policy {name}: {error}"))
}

/// Says what is wrong with the command or its surroundings.
pub(crate) fn refuse(why: &str) -> ExitCode {
    complain(why);
    ExitCode::from(2)
}

fn complain(why: &str) {
    for line in why.lines() {
        // Where there is nobody to complain to, the exit code still says it.
        drop(writeln!(io::stderr(), "exeat: {}", shown(line)));
    }
}
