//! What can be typed: every command, its help, and how its end becomes an exit code.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::Secret;
use crate::out::{self, Failed};
use crate::{
    account, check, config_command, demo, doctor, init, inspector, ledger, request, review, rules, serve,
};

/// The release desk of a secure research environment.
///
/// Researchers ask for result files; Exeat seals them, finds disclosure risk in them, shows an output checker where
/// to look, and, once approved, archives, packs, tests, sends and wipes.
#[derive(Debug, Parser)]
#[command(name = "exeat", version, max_term_width = 80, after_help = AFTER)]
pub(crate) struct Cli {
    /// The configuration [default: exeat.toml in this folder, or $EXEAT_CONFIG].
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Say on standard error what is being done; twice for more.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    #[command(subcommand)]
    command: Command,
}

const AFTER: &str = "\
Start here:
  exeat demo                 see a desk at work, and open it in your browser
  exeat check results/       what would a checker find in these files?
  exeat init desk/           set up a desk of your own

Exit codes: 0 done; 1 it failed or was refused, and the message says why;
2 the command or the configuration is wrong.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Look for disclosure risk in files, before anyone asks for their release.
    Check(check::Args),
    /// What the checks look for.
    Rules(rules::Args),
    /// See a desk at work, in a temporary folder, and open it in your browser.
    Demo(demo::Args),
    /// Set up an empty desk with a commented configuration.
    Init(init::Args),
    /// Do the desk's work: seal, check, release, send.
    Serve(serve::Args),
    /// Try every connection of the configuration, and say what to mend.
    Doctor(doctor::Args),
    /// Ask for files, and see how it stands.
    Request(request::Args),
    /// Decide on what others ask for.
    Review(review::Args),
    /// The signed record of everything that happened.
    Ledger(ledger::Args),
    /// Who may sign in at the web desk.
    Account(account::Args),
    /// Look at the configuration.
    Config(config_command::Args),
    /// Checks sealed files in a process that can reach nothing else.
    #[command(hide = true)]
    InspectSealed(inspector::Args),
}

/// How a command prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For scripts: one JSON document.
    Json,
}

/// Options of commands that act in someone's name.
#[derive(Clone, Debug, Args)]
pub(crate) struct Acting {
    /// Act for this account (only for users listed under desk.operators).
    #[arg(long = "as", global = true, value_name = "ACCOUNT")]
    pub(crate) account: Option<String>,
    /// For people, or for scripts.
    #[arg(long, global = true, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Options of commands that can work against a desk elsewhere.
#[derive(Clone, Debug, Args)]
pub(crate) struct Elsewhere {
    /// Work against the desk at this address, such as `https://exeat.example.org` [default: `server.url` of the
    /// configuration, or else the desk that lies here].
    #[arg(long, global = true, value_name = "URL", conflicts_with = "account")]
    pub(crate) server: Option<String>,
    /// Where its token is: `env:NAME` or `file:PATH` [default: env:EXEAT_TOKEN].
    #[arg(long, global = true, value_name = "WHERE", requires = "server")]
    pub(crate) token: Option<Secret>,
}

/// Runs one command.
pub(crate) fn run(cli: Cli) -> ExitCode {
    out::log(cli.verbose);
    let config = cli.config;
    let (format, ended) = match cli.command {
        Command::Check(args) => return check::run(args),
        Command::Rules(args) => return rules::run(args),
        Command::InspectSealed(args) => return inspector::run(&args),
        Command::Doctor(args) => return doctor::run(args, config.as_ref()),
        Command::Demo(args) => (args.format(), demo::run(args)),
        Command::Init(args) => (args.format(), init::run(args)),
        Command::Serve(args) => (args.format(), serve::run(args, config)),
        Command::Request(args) => (args.format(), request::run(args, config)),
        Command::Review(args) => (args.format(), review::run(args, config)),
        Command::Ledger(args) => (args.format(), ledger::run(args, config)),
        Command::Account(args) => (args.format(), account::run(args, config)),
        Command::Config(args) => (args.format(), config_command::run(args, config)),
    };
    out::end(format, ended)
}

/// What every command's `run` gives.
pub(crate) type Ended = Result<(), Failed>;
