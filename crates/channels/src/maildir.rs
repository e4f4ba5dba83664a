//! A folder as courier: each message is a file that a mail program, or a person, can open. What a trial uses.
#![allow(clippy::disallowed_methods, reason = "this courier delivers into a folder")]

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use exeat_desk::ports::{Courier, Failure, Letter, Port, Receipt, Written};
use exeat_domain::digest::Sha256;
use exeat_domain::finding::Finding;
use exeat_domain::roster::Language;
use sha2::Digest;

use crate::compose::{Sender, compose, words};
use crate::render::draft;

/// Delivers into a Maildir: written under `tmp`, made durable, then linked into `new`, so that nobody sees half a message.
///
/// A message's file name comes from its Message-ID: one that is there already, read or not, is not delivered again.
#[derive(Clone, Debug)]
pub struct MaildirCourier {
    root: PathBuf,
    from: Sender,
    domain: String,
}

impl MaildirCourier {
    /// A courier into this folder; it and its `tmp`, `new` and `cur` are made if need be, for the desk's eyes alone.
    ///
    /// # Errors
    /// [`Failure`] `courier-down` where a folder cannot be made.
    pub fn new(root: PathBuf, from: Sender) -> Result<Self, Failure> {
        for folder in ["tmp", "new", "cur"].map(|name| root.join(name)) {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&folder)
                .map_err(|error| unwritable(&folder, &error))?;
        }
        let domain = from.domain();
        Ok(Self { root, from, domain })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    fn deliver(&self, letter: &Letter) -> Result<Receipt, Failure> {
        let bytes = compose(letter, &self.from)?.formatted();
        let name = name_of(letter);
        let receipt = Receipt(format!("maildir {}", self.root.join("new").join(&name).display()));
        match self.delivered(&name).map_err(|error| unwritable(&self.root, &error))? {
            // A process that ended right after the message was there has left its draft.
            Some(there) if there == bytes => {
                self.clear(&name).map_err(|error| unwritable(&self.root, &error))?;
                return Ok(receipt);
            }
            Some(_) => return Err(conflict(&name)),
            None => {}
        }
        self.write(&name, &bytes).map_err(|error| unwritable(&self.root, &error))?;
        Ok(receipt)
    }

    /// The bytes of a message that was delivered under this name; a reader moves it to `cur` and adds its flags.
    fn delivered(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let fresh = self.root.join("new").join(name);
        if fresh.try_exists()? {
            return fs::read(fresh).map(Some);
        }
        for entry in fs::read_dir(self.root.join("cur"))? {
            let entry = entry?;
            let found = entry.file_name();
            if found.to_string_lossy().split(':').next() == Some(name) {
                return fs::read(entry.path()).map(Some);
            }
        }
        Ok(None)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let draft = self.root.join("tmp").join(name);
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        let new = self.root.join("new");
        fs::hard_link(&draft, new.join(name))?;
        File::open(&new)?.sync_all()?;
        self.clear(name)
    }

    /// Removes the draft of a message, if there is one.
    fn clear(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.root.join("tmp").join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// The time of the decision, as Maildir names begin, and what only this Message-ID gives.
fn name_of(letter: &Letter) -> String {
    let digest = Sha256(sha2::Sha256::digest(&letter.message_id).into()).to_string();
    format!("{}.{}.exeat", letter.date.timestamp(), &digest[..32])
}

pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let message = format!(
        "The mail folder {} cannot be written; check that it exists, has room and belongs to the desk.",
        path.display()
    );
    Failure::new(Port::Courier, "courier-down", message, error)
}

fn conflict(name: &str) -> Failure {
    let message =
        format!("The mail folder already holds another message under {name}; look at it and move it away.");
    Failure::new(Port::Courier, "courier-conflict", message, "same Message-ID, other bytes")
}

#[async_trait]
impl Courier for MaildirCourier {
    async fn send(&self, letter: &Letter) -> Result<Receipt, Failure> {
        let (courier, letter) = (self.clone(), letter.clone());
        tokio::task::spawn_blocking(move || courier.deliver(&letter)).await.map_err(|error| {
            Failure::new(
                Port::Courier,
                "courier-down",
                "The message was not delivered; it is tried again.",
                error,
            )
        })?
    }

    fn words(&self, letter: &Letter) -> Result<Written, Failure> {
        words(letter, &self.from)
    }

    fn draft(&self, language: Language, findings: &[Finding]) -> String {
        draft(language, findings)
    }

    fn domain(&self) -> &str {
        &self.domain
    }
}
