//! Reading files back out of a package that has no password: the archive's copy of what was released.

use std::fs::File;
use std::io::{BufReader, Read, Write, copy};

use exeat_domain::digest::Sha256;
use sha2::Digest;
use zip::ZipArchive;

use crate::contents::Reviewed;

/// Why a file cannot be read back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnpackError {
    /// It is no ZIP, or not one that can be read.
    #[error("it cannot be opened as a ZIP: {0}")]
    Unreadable(String),
    /// A file is not in it, or cannot be read whole.
    #[error("{name:?} in it cannot be read: {reason}")]
    Lost {
        /// Name of the file.
        name: String,
        /// What the reader said.
        reason: String,
    },
    /// A file in it is not what was released.
    #[error("{name:?} in it is not what was released")]
    Differs {
        /// Name of the file.
        name: String,
    },
}

/// Writes files of an unprotected package one behind another, each seen to be what it was when it was released.
///
/// # Errors
/// The first file that is not; what was written by then means nothing.
pub fn unpack(zip: File, wanted: &[Reviewed], into: &mut impl Write) -> Result<(), UnpackError> {
    let unreadable = |error: zip::result::ZipError| UnpackError::Unreadable(error.to_string());
    let mut zip = ZipArchive::new(BufReader::new(zip)).map_err(unreadable)?;
    for file in wanted {
        let lost = |reason: String| UnpackError::Lost { name: file.name.clone(), reason };
        let entry = zip.by_name(&file.name).map_err(|error| lost(error.to_string()))?;
        transfer(entry, file, into)?;
    }
    Ok(())
}

/// Copies a file, and sees that it is what it was when it was released.
///
/// # Errors
/// That it is not, or cannot be read or written.
pub fn transfer(from: impl Read, file: &Reviewed, into: &mut impl Write) -> Result<(), UnpackError> {
    let mut hashing = Hashing { hash: sha2::Sha256::new(), into };
    let bytes = copy(&mut from.take(file.bytes.saturating_add(1)), &mut hashing)
        .map_err(|error| UnpackError::Lost { name: file.name.clone(), reason: error.to_string() })?;
    if bytes == file.bytes && Sha256(hashing.hash.finalize().into()) == file.sha256 {
        return Ok(());
    }
    Err(UnpackError::Differs { name: file.name.clone() })
}

/// Passes everything on, and hashes it.
struct Hashing<'a, W> {
    hash: sha2::Sha256,
    into: &'a mut W,
}

impl<W: Write> Write for Hashing<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.into.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.into.flush()
    }
}
