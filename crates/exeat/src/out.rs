//! What reaches the terminal: text without control characters, JSON documents, errors with what to do next.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use exeat_desk::DeskError;
use exeat_domain::path::shown;
use serde::Serialize;

use crate::cli::{Ended, Format};
use crate::config::ConfigError;
use crate::identity::NoIdentity;

/// A command could not do what was asked.
#[derive(Debug)]
pub(crate) struct Failed {
    /// A stable code for scripts.
    pub(crate) code: String,
    /// What happened, where, and what to do next.
    pub(crate) message: String,
    /// 1: it failed or was refused; 2: the command or the configuration is wrong.
    exit: u8,
    /// What scripts get beside the error.
    beside: serde_json::Map<String, serde_json::Value>,
}

impl Failed {
    /// The action failed or was refused.
    pub(crate) fn refused(code: &str, message: impl fmt::Display) -> Self {
        Self { code: code.to_owned(), message: message.to_string(), exit: 1, beside: serde_json::Map::new() }
    }

    /// The command or the configuration is wrong.
    pub(crate) fn usage(code: &str, message: impl fmt::Display) -> Self {
        Self { code: code.to_owned(), message: message.to_string(), exit: 2, beside: serde_json::Map::new() }
    }

    /// The same, with something beside the error for scripts.
    pub(crate) fn beside(mut self, name: &str, value: serde_json::Value) -> Self {
        self.beside.insert(name.to_owned(), value);
        self
    }
}

impl From<DeskError> for Failed {
    fn from(error: DeskError) -> Self {
        Self::refused(error.code(), error)
    }
}

impl From<exeat_desk::ports::StoreError> for Failed {
    fn from(error: exeat_desk::ports::StoreError) -> Self {
        DeskError::Store(error).into()
    }
}

impl From<exeat_desk::ports::Failure> for Failed {
    fn from(error: exeat_desk::ports::Failure) -> Self {
        DeskError::Port(error).into()
    }
}

impl From<ConfigError> for Failed {
    fn from(error: ConfigError) -> Self {
        Self::usage("config", error)
    }
}

impl From<NoIdentity> for Failed {
    fn from(error: NoIdentity) -> Self {
        Self::refused("identity", error)
    }
}

impl From<exeat_store::BadKey> for Failed {
    fn from(error: exeat_store::BadKey) -> Self {
        Self::usage("ledger-key", error)
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::refused("io", error)
    }
}

/// Prints a JSON document, on one line.
pub(crate) fn json(document: &impl Serialize) -> Result<(), Failed> {
    let text = serde_json::to_string(document).map_err(|error| Failed::refused("json", error))?;
    raw(&text)
}

/// Prints text, line by line, with what hides or controls written out.
pub(crate) fn text(text: &str) -> Result<(), Failed> {
    raw(&text.lines().map(shown).collect::<Vec<_>>().join("\n"))
}

/// Prints a line that is already safe.
fn raw(line: &str) -> Result<(), Failed> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        // Whoever read has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => {
            other.map_err(|error| Failed::usage("output", format!("the output cannot be written: {error}")))
        }
    }
}

/// Says lines of progress on standard error.
pub(crate) fn progress(text: &str) {
    // Progress that cannot be shown is no reason to stop the work.
    text.lines().for_each(|line| drop(writeln!(io::stderr(), "{}", shown(line))));
}

/// Whether a person watches standard error.
pub(crate) fn watched() -> bool {
    io::stderr().is_terminal()
}

/// Says how a command ended.
pub(crate) fn end(format: Format, ended: Ended) -> ExitCode {
    let Err(failed) = ended else { return ExitCode::SUCCESS };
    let exit = failed.exit;
    if format == Format::Json {
        let error = serde_json::json!({ "code": failed.code, "message": failed.message });
        drop(json(&failed.beside("error", error).beside));
    } else {
        progress(&format!("error: {}", failed.message));
    }
    ExitCode::from(exit)
}

/// Sends the program's own log to standard error: nothing but warnings, or more with `-v` and `-vv`.
pub(crate) fn log(verbose: u8) {
    let level = match verbose {
        0 => tracing::Level::ERROR,
        1 => tracing::Level::INFO,
        _ => tracing::Level::DEBUG,
    };
    tracing_subscriber::fmt().with_writer(io::stderr).with_max_level(level).with_target(false).init();
}
