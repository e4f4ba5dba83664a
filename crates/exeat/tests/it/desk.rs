//! A desk to act on: the one that `exeat demo` leaves behind, with its two requests told.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regex::{Captures, Regex};
use serde_json::Value;
use tempfile::TempDir;

/// Where the results of the demo's first requester lie in the share.
pub(crate) const RESULTS: &str = "Users/ann_P/diabetes";
/// A table without findings.
pub(crate) const CLEAR: &str = "Users/ann_P/diabetes/prevalence_by_age.csv";

/// How a command ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// What was printed, by a command that did what was asked.
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    /// The one JSON document that was printed, by a command that did what was asked.
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.done()).unwrap()
    }

    /// The words of a command that was refused.
    pub(crate) fn refused(self) -> String {
        assert_eq!(self.code, 1, "{self:?}");
        self.err
    }
}

/// Runs `exeat` in a folder.
pub(crate) fn exeat(folder: &Path, args: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_exeat"));
    ran(command.current_dir(folder).args(args).env_remove("EXEAT_CONFIG"))
}

/// Runs a command to its end.
pub(crate) fn ran(command: &mut Command) -> Ran {
    let output = command.stdin(Stdio::null()).output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A furnished desk in a folder of its own. `EX-1` is released, `EX-2` returned.
pub(crate) struct Desk {
    place: TempDir,
}

impl Desk {
    /// A desk as the demo leaves it.
    pub(crate) fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        exeat(place.path(), &["demo", "--once", "--folder", "desk", "--format", "json"]).done();
        Self { place }
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.place.path().join("desk")
    }

    /// Runs a command on this desk; the words are split at spaces.
    pub(crate) fn run(&self, words: &str) -> Ran {
        self.with(words, &[])
    }

    /// The same, with further words that may hold spaces.
    pub(crate) fn with(&self, words: &str, more: &[&str]) -> Ran {
        let words: Vec<&str> = words.split_whitespace().chain(more.iter().copied()).collect();
        exeat(&self.folder(), &words)
    }

    /// Puts a file into the share.
    pub(crate) fn put(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.folder().join("share").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Changes a line of the configuration: the one that begins like this.
    pub(crate) fn configure(&self, begins: &str, line: &str) {
        let file = self.folder().join("exeat.toml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.lines().any(|old| old.starts_with(begins)), "{begins} stands nowhere");
        let change = |old: &str| if old.starts_with(begins) { line.to_owned() } else { old.to_owned() };
        fs::write(file, text.lines().map(change).collect::<Vec<_>>().join("\n")).unwrap();
    }

    /// Adds someone to the roster.
    pub(crate) fn enrol(&self, account: &str, roles: &str) {
        let file = self.folder().join("roster.toml");
        let person = format!(
            "\n[[people]]\naccount = \"{account}\"\nname = \"Dirk Wouters\"\naddress = \"dirk@example.org\"\n\
             roles = {roles}\nprojects = [\"diabetes\"]\n"
        );
        fs::write(&file, fs::read_to_string(&file).unwrap() + &person).unwrap();
    }

    /// A request as its requester sees it in JSON.
    pub(crate) fn request(&self, account: &str, id: &str) -> Value {
        self.run(&format!("request --as {account} --format json show {id}")).json()["request"].clone()
    }

    /// The last entry of the ledger, which any change moves on.
    pub(crate) fn end(&self) -> Value {
        self.run("ledger --format json verify").json()["end"].clone()
    }

    /// What was printed, with what differs from run to run replaced.
    pub(crate) fn redacted(&self, text: &str) -> String {
        redacted(&text.replace(self.place.path().to_str().unwrap(), "/tmp/place"))
    }
}

/// The text with times, digests, names of messages and the desk's own name replaced, all as long as they were.
pub(crate) fn redacted(text: &str) -> String {
    let replacements = [
        (r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "2026-11-30 09:30 UTC"),
        (r"_\d{8}\.zip", "_20261130.zip"),
        (r"\b[0-9a-f]{64}\b", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        (r"\b\d{10}\.[0-9a-f]{32}\.", "1796030000.0123456789abcdef0123456789abcdef."),
        (r"desk-[0-9a-f]{8}", "desk-01234567"),
        (r"password      \S+", "password      ABCDEFGHJKLMNPQRSTUVWXYZ"),
    ];
    replacements.iter().fold(text.to_owned(), |text, (pattern, with)| {
        Regex::new(pattern).unwrap().replace_all(&text, |_: &Captures<'_>| *with).into_owned()
    })
}
