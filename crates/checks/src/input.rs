//! What is handed in to be checked: open files, never paths, so that the checks run where no file can be opened.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

use exeat_domain::digest::Sha256;
use sha2::Digest as _;

use crate::policy::Limits;

/// A file up to this many bytes is kept in memory while it is checked; a larger one is read again for each pass.
const KEPT: u64 = 8 << 20;

/// One file to check.
#[derive(Debug)]
pub struct Input {
    /// Its name as it was asked for: shown in the report, and its extension is held against the content.
    pub path: String,
    /// Checked and used as evidence, but it never leaves.
    pub supporting: bool,
    /// Where its bytes come from.
    pub source: Source,
}

/// Where the bytes of an [`Input`] come from.
#[derive(Debug)]
pub enum Source {
    /// An open regular file, read from its start.
    File(File),
    /// Bytes in memory.
    Bytes(Vec<u8>),
    /// Nothing was read, and why: a link, a device, a file that may not be opened.
    Unread {
        /// The reason, for people.
        why: String,
    },
}

/// Bytes that were read and hashed once, and can be read again from the start.
#[derive(Debug)]
pub(crate) struct Content {
    body: Body,
    /// Digest of all bytes.
    pub(crate) sha256: Sha256,
    /// Size in bytes.
    pub(crate) bytes: u64,
}

#[derive(Debug)]
enum Body {
    Memory(Vec<u8>),
    File(File),
}

/// Why there is no [`Content`].
#[derive(Debug)]
pub(crate) enum NotRead {
    /// The reason, for people.
    Unread(String),
    /// It is larger than the limit: its size in bytes.
    TooLarge(u64),
}

/// What was opened.
#[derive(Debug)]
pub(crate) enum Opened {
    /// Its bytes are in memory and hashed.
    Small(Content),
    /// A file that is too large for that, within the limit.
    Large(File),
}

impl Content {
    /// Opens `source`, and reads and hashes what is small.
    pub(crate) fn open_source(source: Source, limits: &Limits) -> Result<Opened, NotRead> {
        match source {
            Source::Unread { why } => Err(NotRead::Unread(why)),
            Source::Bytes(bytes) if bytes.len() as u64 > limits.bytes => {
                Err(NotRead::TooLarge(bytes.len() as u64))
            }
            Source::Bytes(bytes) => Ok(Opened::Small(Self::of_bytes(bytes))),
            Source::File(file) => Self::open_file(file, limits),
        }
    }

    fn open_file(mut file: File, limits: &Limits) -> Result<Opened, NotRead> {
        let failed = |error: io::Error| NotRead::Unread(format!("it could not be read: {error}"));
        let claimed = file.metadata().map_err(failed)?;
        if !claimed.is_file() {
            return Err(NotRead::Unread("it is not a regular file".to_owned()));
        }
        if claimed.len() > limits.bytes {
            return Err(NotRead::TooLarge(claimed.len()));
        }
        if claimed.len() > KEPT {
            return Ok(Opened::Large(file));
        }
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let mut bytes = Vec::with_capacity(usize::try_from(claimed.len()).unwrap_or(0) + 1);
        (&file).take(KEPT + 1).read_to_end(&mut bytes).map_err(failed)?;
        // It may have grown since it was measured.
        Ok(if bytes.len() as u64 > KEPT { Opened::Large(file) } else { Opened::Small(Self::of_bytes(bytes)) })
    }

    fn of_bytes(bytes: Vec<u8>) -> Self {
        let (sha256, size) = (Sha256(sha2::Sha256::digest(&bytes).into()), bytes.len() as u64);
        Self { body: Body::Memory(bytes), sha256, bytes: size }
    }

    /// Text that is no file of its own, such as the head of one: its hash is of no meaning.
    pub(crate) fn of_text(text: String) -> Self {
        let bytes = text.len() as u64;
        Self { body: Body::Memory(text.into_bytes()), sha256: Sha256([0; 32]), bytes }
    }

    /// A large file that was hashed while it was read.
    pub(crate) fn passed(file: File, sha256: Sha256, bytes: u64) -> Self {
        Self { body: Body::File(file), sha256, bytes }
    }

    /// Hashes a large file, up to the limit of bytes.
    pub(crate) fn hashed(mut file: File, limits: &Limits) -> Result<Self, NotRead> {
        let failed = |error: io::Error| NotRead::Unread(format!("it could not be read: {error}"));
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let mut hasher = sha2::Sha256::new();
        let (mut chunk, mut bytes) = (vec![0; 256 << 10], 0_u64);
        loop {
            let got = file.read(&mut chunk).map_err(failed)?;
            if got == 0 {
                return Ok(Self { body: Body::File(file), sha256: Sha256(hasher.finalize().into()), bytes });
            }
            bytes += got as u64;
            if bytes > limits.bytes {
                return Err(NotRead::TooLarge(bytes));
            }
            hasher.update(&chunk[..got]);
        }
    }

    /// The bytes, where they are in memory.
    pub(crate) fn in_memory(&self) -> Option<&[u8]> {
        match &self.body {
            Body::Memory(bytes) => Some(bytes),
            Body::File(_) => None,
        }
    }

    /// The bytes from the start.
    pub(crate) fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        match &self.body {
            Body::Memory(bytes) => Ok(Box::new(Cursor::new(bytes))),
            Body::File(file) => {
                let mut file = file;
                file.seek(SeekFrom::Start(0))?;
                Ok(Box::new(file))
            }
        }
    }

    /// The first bytes, at most `most`.
    pub(crate) fn head(&self, most: u64) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.open()?.take(most).read_to_end(&mut head)?;
        Ok(head)
    }
}
