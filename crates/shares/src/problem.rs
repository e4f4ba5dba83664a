//! Why one file cannot be taken up, in words for the person who asked.

use std::io;

use exeat_desk::ports::FileProblem;
use rustix::io::Errno;

use crate::entry::Kind;
use crate::said::errno;

/// What is wrong with one thing that was asked for; every path and name in it is fit for a terminal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("There is no “{name}” in {}.{} Check how it is written, or copy it there, and ask again.", folder(.at), hint(.near.as_deref()))]
    Missing { name: String, at: String, near: Option<String> },
    #[error("“{0}” was there a moment ago and has gone. Ask for it again once it is back.")]
    Vanished(String),
    #[error("“{name}” is not written like that in {}, and may mean {}. Ask again with the exact name.", folder(.at), listed(.candidates))]
    Ambiguous { name: String, at: String, candidates: Vec<String> },
    #[error("No file in the shared folder fits “{0}”. Check how it is written, or name the files.")]
    NoMatch(String),
    #[error(
        "Only folders fit “{0}”, and a pattern takes files. To have everything in a folder, name the folder."
    )]
    OnlyFolders(String),
    #[error("The folder “{0}” holds no files. Copy the files there, or name another folder.")]
    Empty(String),
    #[error("“{asked}” means more than {most} {what}. Name the ones that are needed, or a smaller folder.")]
    TooMany { asked: String, most: usize, what: &'static str },
    #[error("The folder “{0}” lies too many folders deep. Move the files up, and ask for them there.")]
    TooDeep(String),
    #[error("“{0}” is a file, not a folder, so nothing can lie in it. Check the path.")]
    NotAFolder(String),
    #[error("“{0}” is a folder, not a file. Ask for the folder to have what is in it.")]
    NotAFile(String),
    #[error(
        "“{0}” is a link to something else, and links are not followed. Copy the file itself to the shared folder and ask for that."
    )]
    Symlink(String),
    #[error(
        "“{0}” is a named pipe, not a file that holds results. Write them to an ordinary file and ask for that."
    )]
    Fifo(String),
    #[error(
        "“{0}” is a socket, not a file that holds results. Write them to an ordinary file and ask for that."
    )]
    Socket(String),
    #[error(
        "“{0}” is a device, not a file that holds results. Write them to an ordinary file and ask for that."
    )]
    Device(String),
    #[error(
        "The folder “{0}” lies on another disk or server than the shared folder. Copy the files to the shared folder and ask for them there."
    )]
    OtherDisk(String),
    #[error("“{path}” cannot be asked for: {why}. Give it a plain name and ask again.")]
    BadName { path: String, why: String },
    #[error(
        "The desk may not read “{0}”. Copy it anew into the shared folder, or have the desk be given the right to read it, and ask again."
    )]
    Denied(String),
    #[error("“{0}” is open in another program. Close it there and ask again.")]
    InUse(String),
    #[error("“{path}” has {}, and no file over {} is taken up. Summarise it further, or ask the desk what to do.", size(*.bytes), size(*.limit))]
    TooLarge { path: String, bytes: u64, limit: u64 },
    #[error(
        "“{0}” was changed while it was copied. Wait until the program that writes it is done, and ask again."
    )]
    Changed(String),
}

impl Trouble {
    /// The stable code.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } | Self::Vanished(_) => "missing",
            Self::Ambiguous { .. } => "ambiguous",
            Self::NoMatch(_) | Self::OnlyFolders(_) | Self::Empty(_) => "no-match",
            Self::TooMany { .. } => "too-many",
            Self::TooDeep(_) => "too-deep",
            Self::NotAFolder(_) => "not-a-folder",
            Self::NotAFile(_) => "not-a-file",
            Self::Symlink(_) => "symlink",
            Self::Fifo(_) => "fifo",
            Self::Socket(_) => "socket",
            Self::Device(_) => "device",
            Self::OtherDisk(_) => "other-disk",
            Self::BadName { .. } => "bad-name",
            Self::Denied(_) => "denied",
            Self::InUse(_) => "in-use",
            Self::TooLarge { .. } => "too-large",
            Self::Changed(_) => "changed",
        }
    }

    /// The problem with what was asked for.
    pub(crate) fn with(&self, asked: impl Into<String>) -> FileProblem {
        FileProblem { asked: asked.into(), code: self.code(), message: self.to_string() }
    }

    /// What is wrong with something that is neither the file nor the folder that is needed.
    pub(crate) fn wrong_kind(kind: Kind, path: String) -> Self {
        match kind {
            Kind::File => Self::NotAFolder(path),
            Kind::Folder => Self::NotAFile(path),
            Kind::Symlink => Self::Symlink(path),
            Kind::Fifo => Self::Fifo(path),
            Kind::Socket => Self::Socket(path),
            Kind::Device => Self::Device(path),
        }
    }

    /// What the system's answer about this path says of the file; none where it speaks of the share.
    pub(crate) fn of(error: &io::Error, path: &str) -> Option<Self> {
        let path = path.to_owned();
        match errno(error)? {
            Errno::NOENT | Errno::NOTDIR => Some(Self::Vanished(path)),
            Errno::ACCESS | Errno::PERM => Some(Self::Denied(path)),
            Errno::LOOP => Some(Self::Symlink(path)),
            Errno::XDEV => Some(Self::OtherDisk(path)),
            Errno::NXIO => Some(Self::Device(path)),
            Errno::TXTBSY | Errno::BUSY | Errno::AGAIN => Some(Self::InUse(path)),
            _ => None,
        }
    }
}

fn folder(at: &str) -> String {
    if at.is_empty() { "the shared folder".into() } else { format!("the folder “{at}”") }
}

fn hint(near: Option<&str>) -> String {
    near.map(|near| format!(" There is “{near}”.")).unwrap_or_default()
}

fn listed(names: &[String]) -> String {
    const MOST: usize = 5;
    let quoted = |name: &String| format!("“{name}”");
    let mut words: Vec<String> = names.iter().take(MOST).map(quoted).collect();
    if names.len() > MOST {
        words.push(format!("{} more", names.len() - MOST));
    }
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

pub(crate) fn size(bytes: u64) -> String {
    let tenths = |unit: u64, name: &str| format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => tenths(1_000, "kB"),
        1_000_000..1_000_000_000 => tenths(1_000_000, "MB"),
        _ => tenths(1_000_000_000, "GB"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_says_what_happened_and_what_to_do() {
        let path = || "Users/ann/table.csv".to_owned();
        let (name, at) = (|| "table.csv".to_owned(), || "Users/ann".to_owned());
        let troubles = [
            Trouble::Missing { name: name(), at: at(), near: Some("tables.csv".into()) },
            Trouble::Missing { name: name(), at: String::new(), near: None },
            Trouble::Vanished(path()),
            Trouble::Ambiguous {
                name: name(),
                at: at(),
                candidates: vec!["Table.csv".into(), "TABLE.csv".into()],
            },
            Trouble::Ambiguous {
                name: name(),
                at: at(),
                candidates: (1..=7).map(|n| n.to_string()).collect(),
            },
            Trouble::NoMatch("Users/ann/*.csv".into()),
            Trouble::OnlyFolders("Users/ann/*".into()),
            Trouble::Empty(at()),
            Trouble::TooMany { asked: at(), most: 500, what: "files" },
            Trouble::TooDeep(at()),
            Trouble::NotAFolder(path()),
            Trouble::NotAFile(at()),
            Trouble::Symlink(path()),
            Trouble::Fifo(path()),
            Trouble::Socket(path()),
            Trouble::Device(path()),
            Trouble::OtherDisk(at()),
            Trouble::BadName { path: "Users/ann/a\\xff.csv".into(), why: "its name is not UTF-8".into() },
            Trouble::Denied(path()),
            Trouble::InUse(path()),
            Trouble::TooLarge { path: path(), bytes: 123_456_789, limit: 50_000_000 },
            Trouble::Changed(path()),
        ];
        let text: Vec<String> =
            troubles.iter().map(|trouble| format!("{}: {trouble}", trouble.code())).collect();
        insta::assert_snapshot!(text.join("\n"));
    }

    #[test]
    fn the_system_is_believed_about_files_but_not_blamed_on_them() {
        let of = |errno: Errno| Trouble::of(&errno.into(), "a").map(|trouble| trouble.code());
        assert_eq!(of(Errno::ACCESS), Some("denied"));
        assert_eq!(of(Errno::LOOP), Some("symlink"));
        assert_eq!(of(Errno::TXTBSY), Some("in-use"));
        for errno in [Errno::IO, Errno::STALE, Errno::HOSTDOWN, Errno::TIMEDOUT, Errno::MFILE] {
            assert_eq!(of(errno), None);
        }
    }
}
