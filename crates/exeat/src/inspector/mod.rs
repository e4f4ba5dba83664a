//! Checks sealed files in a child process that can reach nothing but them: strangers' bytes are read there only.

mod answer;
mod cage;
mod child;

use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use command_fds::{CommandFdExt as _, FdMapping};
use exeat_checks::Policy;
use exeat_desk::ports::{Before, Earlier, Failure, Inspectable, Inspected, Inspector, Port};
use exeat_domain::drawn::Drawn;
use exeat_domain::finding::{FileReport, Finding, Outcome, Place, Severity, Verdict};
use serde::{Deserialize, Serialize};

pub(crate) use child::{Args, NO_LANDLOCK, run};

use crate::config::{self, Loaded};
use crate::out::Failed;

/// The first descriptor of the files in the child; 0, 1 and 2 are the standard ones.
const FIRST: i32 = 3;
/// How much of a child's last words is kept for the log.
const LAST_WORDS: u64 = 4096;

/// What the child is asked.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    policy: String,
    files: Vec<Asked>,
    /// What left before; its bytes are the descriptor behind those of the files, if it has any.
    before: Vec<Earlier>,
    spooled: bool,
    /// Seconds of one core.
    seconds: u64,
    /// Bytes of address space.
    memory: u64,
}

/// One file of an [`Order`]; its bytes are the descriptor of its place.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Asked {
    path: String,
    supporting: bool,
}

/// What the child answers: this on one line, then the pictures one behind another, then the tables as text in frames.
#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    reports: Vec<FileReport>,
    /// Each file's picture, where it has one.
    pictures: Vec<Option<Announced>>,
}

/// A picture that follows.
#[derive(Debug, Serialize, Deserialize)]
struct Announced {
    /// How many bytes it has.
    length: usize,
    /// How large it is, and what was left out of it.
    drawn: Drawn,
}

/// The checks in a child process with limits.
#[derive(Debug)]
pub(crate) struct Sandboxed {
    program: PathBuf,
    /// The policy's text, as the child reads it.
    rules: String,
    /// What the policy is called.
    policy: String,
    seconds: u64,
    memory: u64,
    /// Where tables as text lie until they are kept.
    scratch: PathBuf,
}

impl Sandboxed {
    /// The checks as the configuration has them.
    ///
    /// # Errors
    /// [`Failed`] where the policy is wrong.
    pub(crate) fn of(loaded: &Loaded) -> Result<Self, Failed> {
        let checks = &loaded.config.checks;
        let (policy, from) = match &checks.policy {
            Some(file) => {
                let file = loaded.path(file);
                let shown = config::display(&file);
                let text = std::fs::read_to_string(&file)
                    .map_err(|error| Failed::usage("policy", format!("{shown} cannot be read: {error}")))?;
                (text, shown)
            }
            None => (format!("preset = {:?}\n", checks.preset), "checks.preset".to_owned()),
        };
        let read = Policy::from_toml(&policy)
            .map_err(|error| Failed::usage("policy", format!("{from}: {error}")))?;
        Ok(Self {
            program: std::env::current_exe()?,
            policy: read.name().to_owned(),
            rules: policy,
            seconds: checks.seconds,
            memory: checks.memory << 20,
            scratch: loaded.path(&loaded.config.desk.state).join(crate::wiring::state::SCRATCH),
        })
    }

    /// The command that tries to get out of where the checks run.
    pub(crate) fn escape(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["inspect-sealed", "--try-to-escape"]).env_clear().stdin(Stdio::null());
        command
    }

    /// Runs one child over these files.
    fn child(&self, files: &[Inspectable], before: &Before) -> Result<Vec<Inspected>, Failure> {
        let lost = |error: std::io::Error| {
            Failure::new(Port::Checks, "checks-start", "the checks could not be started", error)
        };
        let asked: Vec<Asked> = files
            .iter()
            .map(|file| Asked { path: file.path.to_string(), supporting: file.supporting })
            .collect();
        let order = Order {
            policy: self.rules.clone(),
            files: asked,
            before: before.files.clone(),
            spooled: before.spool.is_some(),
            seconds: self.seconds,
            memory: self.memory,
        };
        let order = serde_json::to_vec(&order).map_err(|error| lost(error.into()))?;
        let mut mappings = vec![];
        let all = files.iter().map(|file| &file.bytes).chain(before.spool.as_deref());
        for (at, bytes) in (FIRST..).zip(all) {
            let descriptor: OwnedFd = bytes.try_clone().map_err(lost)?.into();
            mappings.push(FdMapping { parent_fd: descriptor, child_fd: at });
        }
        let mut command = Command::new(&self.program);
        command
            .arg("inspect-sealed")
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.fd_mappings(mappings).map_err(|error| lost(std::io::Error::other(error)))?;
        let child = command.spawn().map_err(lost)?;
        drop(command);
        let spool = tempfile::tempfile_in(&self.scratch).map_err(lost)?;
        let count = files.len();
        let take = move |stdout: std::process::ChildStdout| answer::take(stdout, count, spool);
        let (status, inspected, stderr) =
            converse(child, &order, Duration::from_secs(self.seconds.saturating_add(5)), take)?;
        if !status.success() {
            let words = String::from_utf8_lossy(&stderr).into_owned();
            return Err(Failure::new(
                Port::Checks,
                "checks-ended",
                format!("the checks ended early ({status})"),
                words,
            ));
        }
        inspected.map_err(|why| {
            let message = "the checks gave no answer that can be understood";
            Failure::new(Port::Checks, "checks-answer", message, why)
        })
    }
}

/// Gives the child its order, takes its answer, and ends it when its time is over.
fn converse<T: Send + 'static>(
    mut child: std::process::Child,
    order: &[u8],
    patience: Duration,
    take: impl FnOnce(std::process::ChildStdout) -> std::io::Result<T> + Send + 'static,
) -> Result<(std::process::ExitStatus, std::io::Result<T>, Vec<u8>), Failure> {
    use std::io::Write as _;
    let lost = |error: std::io::Error| {
        Failure::new(Port::Checks, "checks-lost", "the checks could not be followed", error)
    };
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let gone = || std::io::Error::other("no answer");
    let answer = std::thread::spawn(move || stdout.ok_or_else(gone).and_then(take));
    let words = std::thread::spawn(move || bounded(stderr, LAST_WORDS));
    if let Some(mut stdin) = stdin {
        // A child that dies before it has read is told by its status.
        drop(stdin.write_all(order));
    }
    let waited = std::time::Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(lost)? {
            break status;
        }
        if waited.elapsed() > patience {
            child.kill().map_err(lost)?;
            child.wait().map_err(lost)?;
            let message = format!("the checks took longer than {} seconds", patience.as_secs());
            return Err(Failure::new(Port::Checks, "checks-timeout", message, ""));
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let answer = answer.join().unwrap_or_else(|_| Err(gone()));
    Ok((status, answer, words.join().unwrap_or_default()))
}

fn bounded(pipe: Option<impl std::io::Read>, most: u64) -> Vec<u8> {
    let mut bytes = vec![];
    if let Some(pipe) = pipe {
        // What could not be read is missing from the answer, which is then not understood.
        drop(pipe.take(most).read_to_end(&mut bytes));
    }
    bytes
}

#[async_trait]
impl Inspector for Sandboxed {
    /// All files in one child; if that fails, each in a child of its own, and a file whose child fails again is
    /// undecided.
    async fn inspect(&self, files: Vec<Inspectable>, before: Before) -> Result<Vec<Inspected>, Failure> {
        tokio::task::block_in_place(|| {
            let together = match self.child(&files, &before) {
                Err(failure) if failure.code != "checks-start" => failure,
                other => return other,
            };
            tracing::warn!(
                code = together.code,
                detail = together.detail,
                "the checks failed over all files together"
            );
            let alone = |file: Inspectable| {
                let (path, supporting, bytes) = (file.path.to_string(), file.supporting, length(&file.bytes));
                match self.child(std::slice::from_ref(&file), &before) {
                    Ok(mut one) if one.len() == 1 => Ok(one.remove(0)),
                    Err(failure) if failure.code == "checks-start" => Err(failure),
                    Ok(_) => {
                        Ok(undecided(path, supporting, bytes, "the checks gave another number of answers"))
                    }
                    Err(failure) => Ok(undecided(path, supporting, bytes, &failure.message)),
                }
            };
            files.into_iter().map(alone).collect()
        })
    }

    fn policy(&self) -> &str {
        &self.policy
    }
}

fn length(file: &File) -> u64 {
    file.metadata().map(|about| about.len()).unwrap_or_default()
}

/// The report of a file that the checks could not decide: for a person, never clear.
fn undecided(path: String, supporting: bool, bytes: u64, why: &str) -> Inspected {
    let finding = Finding {
        rule: "FMT-TYPE".to_owned(),
        risk: None,
        severity: Severity::Review,
        outcome: Outcome::Undecided,
        message: format!("nothing was checked: {why}"),
        fix: "Export as CSV or PNG, in smaller files".to_owned(),
        place: Place::default(),
        interval: None,
    };
    let report = FileReport {
        path,
        sha256: None,
        bytes,
        kind: "unknown".to_owned(),
        supporting,
        verdict: Verdict::Review,
        claim: None,
        table: None,
        findings: vec![finding],
    };
    Inspected { report, picture: None, rendition: None }
}
