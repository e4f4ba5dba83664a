//! Opening a package from disk as its receiver would, with the `zip` crate, which had no part in writing it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write, copy, sink};
use std::path::Path;

use exeat_domain::digest::Sha256;
use secrecy::ExposeSecret;
use sha2::Digest;
use zip::{AesMode, ZipArchive};

use crate::contents::{Reviewed, check_names};
use crate::error::VerifyError;
use crate::pack::{INNER_NAME, Names, Protection};
use crate::password::generate_password;
use crate::place::folder_of;

/// An inner ZIP up to this length is tested in memory, a longer one in a file without a name.
const IN_MEMORY: usize = 32 * 1024 * 1024;

/// Tests a package: without a password and with a wrong one no entry opens; with the right one it holds exactly
/// the `expected` files, by name, length and SHA-256; every entry is AES-256 and shows no checksum. A package
/// without protection only has to hold exactly those files.
///
/// # Errors
/// The first thing that is not so; then the package may not be sent.
pub fn verify(path: &Path, protection: &Protection, expected: &[Reviewed]) -> Result<(), VerifyError> {
    let test = Test { path };
    let file = File::open(path).map_err(|error| test.unreadable(&error))?;
    let mut zip = test.open(BufReader::with_capacity(128 * 1024, file))?;
    match protection {
        Protection::None => test.contents(&mut zip, None, expected),
        Protection::Password { password, names } => {
            test.strength(&mut zip)?;
            test.stays_shut(&mut zip)?;
            match names {
                Names::Shown => test.contents(&mut zip, Some(password.bytes()), expected),
                Names::Hidden => test.inner(&mut zip, password.bytes(), expected),
            }
        }
    }
}

struct Test<'a> {
    path: &'a Path,
}

impl Test<'_> {
    fn unreadable(&self, reason: &dyn std::fmt::Display) -> VerifyError {
        VerifyError::Unreadable { path: self.path.to_owned(), reason: reason.to_string() }
    }

    /// Reads the directory, holds it against the headers of the entries, and checks the names.
    fn open<R: Read + Seek>(&self, source: R) -> Result<ZipArchive<R>, VerifyError> {
        let mut zip = ZipArchive::new(source).map_err(|error| self.unreadable(&error))?;
        zip.validate_header_consistency().map_err(|error| self.unreadable(&error))?;
        let names = names(&zip).map_err(|error| self.unreadable(&error))?;
        check_names(names.iter().map(String::as_str))?;
        Ok(zip)
    }

    /// Every entry is AES-256, and neither its headers nor what follows its data shows the CRC of its content.
    fn strength<R: Read + Seek>(&self, zip: &mut ZipArchive<R>) -> Result<(), VerifyError> {
        let mut file = File::open(self.path).map_err(|error| self.unreadable(&error))?;
        for at in 0..zip.len() {
            let entry = zip.by_index_raw(at).map_err(|error| self.unreadable(&error))?;
            let name = entry.name().map_err(|error| self.unreadable(&error))?.into_owned();
            let end = entry.data_start().map(|start| start + entry.compressed_size());
            let crc = entry.crc32();
            let descriptor = match end.filter(|_| entry.flags().is_using_data_descriptor()) {
                Some(end) => descriptor_crc(&mut file, end).map_err(|error| self.unreadable(&error))?,
                None => 0,
            };
            drop(entry);
            if crc != 0 || descriptor != 0 {
                return Err(VerifyError::Weak { name, problem: "the checksum of its content shows" });
            }
            let aes = zip.get_aes_verification_key_and_salt(at).map_err(|error| self.unreadable(&error))?;
            if aes.is_none_or(|aes| aes.aes_mode != AesMode::Aes256) {
                return Err(VerifyError::Weak { name, problem: "it is not encrypted with AES-256" });
            }
        }
        Ok(())
    }

    /// No entry opens without a password or with a wrong one. One wrong password in 65,536 passes the first
    /// test of the format by chance; then the authentication code at the end has to fail.
    fn stays_shut<R: Read + Seek>(&self, zip: &mut ZipArchive<R>) -> Result<(), VerifyError> {
        let wrong = generate_password().map_err(|error| VerifyError::Random(error.to_string()))?;
        for at in 0..zip.len() {
            if let Ok(mut entry) = zip.by_index(at)
                && copy(&mut entry, &mut sink()).is_ok()
            {
                let name = entry.name().unwrap_or_default().into_owned();
                return Err(VerifyError::Open { name });
            }
            if let Ok(mut entry) = zip.by_index_decrypt(at, wrong.expose_secret().as_bytes()) {
                let longest = entry.size() + 1;
                if copy(&mut entry.by_ref().take(longest), &mut sink()).is_ok_and(|read| read < longest) {
                    let name = entry.name().unwrap_or_default().into_owned();
                    return Err(VerifyError::AnyPassword { name });
                }
            }
        }
        Ok(())
    }

    /// The entries are the expected files and nothing more.
    fn contents<R: Read + Seek>(
        &self,
        zip: &mut ZipArchive<R>,
        password: Option<&[u8]>,
        expected: &[Reviewed],
    ) -> Result<(), VerifyError> {
        let mut expected: HashMap<&str, &Reviewed> =
            expected.iter().map(|file| (file.name.as_str(), file)).collect();
        for (at, name) in names(zip).map_err(|error| self.unreadable(&error))?.into_iter().enumerate() {
            let Some(file) = expected.remove(name.as_str()) else {
                return Err(VerifyError::Unexpected { name });
            };
            let mut digest = Hashing(sha2::Sha256::new());
            let bytes = extract(zip, at, password, file.bytes, &mut digest)
                .map_err(|reason| VerifyError::Locked { name: name.clone(), reason })?;
            if bytes != file.bytes || Sha256(digest.0.finalize().into()) != file.sha256 {
                return Err(VerifyError::Differs { name });
            }
        }
        match expected.into_keys().min() {
            Some(name) => Err(VerifyError::Missing { name: name.to_owned() }),
            None => Ok(()),
        }
    }

    /// The only entry is a ZIP that holds the expected files.
    fn inner<R: Read + Seek>(
        &self,
        zip: &mut ZipArchive<R>,
        password: &[u8],
        expected: &[Reviewed],
    ) -> Result<(), VerifyError> {
        let names = names(zip).map_err(|error| self.unreadable(&error))?;
        if let Some(name) = names.iter().find(|name| *name != INNER_NAME) {
            return Err(VerifyError::Unexpected { name: name.clone() });
        }
        if names.is_empty() {
            return Err(VerifyError::Missing { name: INNER_NAME.to_owned() });
        }
        let mut plain = tempfile::spooled_tempfile_in(IN_MEMORY, folder_of(self.path));
        extract(zip, 0, Some(password), u64::MAX - 1, &mut plain)
            .map_err(|reason| VerifyError::Locked { name: INNER_NAME.to_owned(), reason })?;
        plain.seek(SeekFrom::Start(0)).map_err(|error| self.unreadable(&error))?;
        self.contents(&mut self.open(BufReader::new(plain))?, None, expected)
    }
}

/// A writer that only hashes.
struct Hashing(sha2::Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Reads an entry to its end (where its authentication is checked), or to one byte over `most`.
fn extract<R: Read + Seek>(
    zip: &mut ZipArchive<R>,
    at: usize,
    password: Option<&[u8]>,
    most: u64,
    out: &mut impl Write,
) -> Result<u64, String> {
    let entry = match password {
        Some(password) => zip.by_index_decrypt(at, password),
        None => zip.by_index(at),
    };
    let entry = entry.map_err(|error| error.to_string())?;
    copy(&mut entry.take(most + 1), out).map_err(|error| error.to_string())
}

/// The CRC in the data descriptor that follows an entry's data (APPNOTE 4.3.9).
fn descriptor_crc(file: &mut File, end_of_data: u64) -> std::io::Result<u32> {
    let mut crc = [0; 4];
    file.seek(SeekFrom::Start(end_of_data + 4))?;
    file.read_exact(&mut crc)?;
    Ok(u32::from_le_bytes(crc))
}

fn names<R: Read + Seek>(zip: &ZipArchive<R>) -> zip::result::ZipResult<Vec<String>> {
    zip.file_names().map(|name| name.map(std::borrow::Cow::into_owned)).collect()
}
