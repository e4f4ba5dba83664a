//! The ZIP container, written front to back (nothing is sought): records by PKWARE's APPNOTE 6.3.10, AES-256
//! entries as AE-2 by WinZip's specification 1.04. Why it is not the `zip` crate's: docs/decisions/0005.

mod records;

use std::io::{self, Write};

use chrono::NaiveDateTime;

use crate::aes256::Encryption;
use crate::deflate::Method;
use crate::password::ZipPassword;
use records::{DosStamp, Record};

/// A ZIP being written to `W`.
pub(crate) struct ZipWriter<W> {
    out: Counted<W>,
    stamp: DosStamp,
    entries: Vec<Record>,
}

/// One entry being written; its bytes are those that the method made.
pub(crate) struct EntryWriter<'zip, W> {
    zip: &'zip mut ZipWriter<W>,
    record: Record,
    encryption: Option<Encryption>,
    scratch: Vec<u8>,
    bytes: u64,
}

/// What an entry held before compression.
#[derive(Clone, Copy)]
pub(crate) struct Held {
    /// CRC-32; never written for an encrypted entry.
    pub(crate) crc: u32,
    /// Length.
    pub(crate) bytes: u64,
}

impl<W: Write> ZipWriter<W> {
    /// Starts a ZIP whose entries all carry the time `modified`.
    pub(crate) fn new(out: W, modified: NaiveDateTime) -> Self {
        Self { out: Counted { out, bytes: 0 }, stamp: DosStamp::from(modified), entries: Vec::new() }
    }

    /// Starts an entry of at most `most` bytes; encrypted if there is a password.
    pub(crate) fn begin(
        &mut self,
        name: &str,
        method: Method,
        most: u64,
        password: Option<&ZipPassword>,
    ) -> io::Result<EntryWriter<'_, W>> {
        let record = Record::new(name, method, most, password.is_some(), self.stamp, self.out.bytes);
        self.out.write_all(&record.local_header())?;
        let encryption = match password {
            Some(password) => {
                let started = Encryption::start(password);
                let (preamble, encryption) = started
                    .map_err(|error| io::Error::other(format!("no randomness for a salt: {error}")))?;
                self.out.write_all(&preamble)?;
                Some(encryption)
            }
            None => None,
        };
        Ok(EntryWriter { zip: self, record, encryption, scratch: Vec::new(), bytes: 0 })
    }

    /// Writes the central directory and gives the output back.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        let start = self.out.bytes;
        for entry in &self.entries {
            self.out.write_all(&entry.central_header())?;
        }
        let size = self.out.bytes - start;
        self.out.write_all(&records::end(self.entries.len() as u64, size, start))?;
        Ok(self.out.out)
    }
}

impl<W: Write> EntryWriter<'_, W> {
    /// How many bytes the entry has so far.
    pub(crate) fn written(&self) -> u64 {
        self.bytes
    }

    /// Ends the entry; returns what it takes in the ZIP with all its records, in bytes.
    pub(crate) fn finish(self, held: Held) -> io::Result<u64> {
        let Self { zip, mut record, encryption, .. } = self;
        if let Some(encryption) = encryption {
            zip.out.write_all(&encryption.finish())?;
        }
        record.close(zip.out.bytes, held)?;
        zip.out.write_all(&record.descriptor())?;
        let taken = zip.out.bytes - record.offset + record.central_header().len() as u64;
        zip.entries.push(record);
        Ok(taken)
    }
}

impl<W: Write> Write for EntryWriter<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.encryption {
            Some(encryption) => {
                self.scratch.clear();
                self.scratch.extend_from_slice(bytes);
                encryption.apply(&mut self.scratch);
                self.zip.out.write_all(&self.scratch)?;
            }
            None => self.zip.out.write_all(bytes)?,
        }
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.zip.out.flush()
    }
}

/// Counts what has been written.
struct Counted<W> {
    out: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests;
