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

impl Content {
    /// Reads and hashes `source`, up to the limit of bytes.
    pub(crate) fn read(source: Source, limits: &Limits) -> Result<Self, NotRead> {
        match source {
            Source::Unread { why } => Err(NotRead::Unread(why)),
            Source::Bytes(bytes) => {
                let size = bytes.len() as u64;
                if size > limits.bytes {
                    return Err(NotRead::TooLarge(size));
                }
                let sha256 = Sha256(sha2::Sha256::digest(&bytes).into());
                Ok(Self { body: Body::Memory(bytes), sha256, bytes: size })
            }
            Source::File(file) => Self::read_file(file, limits),
        }
    }

    fn read_file(mut file: File, limits: &Limits) -> Result<Self, NotRead> {
        let failed = |error: io::Error| NotRead::Unread(format!("it could not be read: {error}"));
        let claimed = file.metadata().map_err(failed)?;
        if !claimed.is_file() {
            return Err(NotRead::Unread("it is not a regular file".to_owned()));
        }
        if claimed.len() > limits.bytes {
            return Err(NotRead::TooLarge(claimed.len()));
        }
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let (mut hasher, mut kept, mut bytes) = (sha2::Sha256::new(), Vec::new(), 0_u64);
        let mut chunk = vec![0; 256 << 10];
        loop {
            let got = file.read(&mut chunk).map_err(failed)?;
            if got == 0 {
                break;
            }
            bytes += got as u64;
            if bytes > limits.bytes {
                return Err(NotRead::TooLarge(bytes));
            }
            hasher.update(&chunk[..got]);
            if bytes <= KEPT {
                kept.extend_from_slice(&chunk[..got]);
            } else {
                kept = Vec::new();
            }
        }
        let body = if bytes <= KEPT { Body::Memory(kept) } else { Body::File(file) };
        Ok(Self { body, sha256: Sha256(hasher.finalize().into()), bytes })
    }

    /// Whether the bytes are in memory.
    pub(crate) fn is_in_memory(&self) -> bool {
        matches!(self.body, Body::Memory(_))
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
