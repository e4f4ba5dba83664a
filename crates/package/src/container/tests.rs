//! The container is read back by the `zip` crate, an implementation that shares no code with it.

use std::io::{Cursor, Read, Seek, SeekFrom};

use secrecy::SecretString;
use zip::ZipArchive;

use super::*;
use crate::container::records::ZIP64_FROM;

fn moment() -> NaiveDateTime {
    "2026-11-23T13:45:58".parse().unwrap()
}

fn add(zip: &mut ZipWriter<Vec<u8>>, name: &str, content: &[u8], most: u64) -> u64 {
    let mut entry = zip.begin(name, Method::Stored, most, None).unwrap();
    entry.write_all(content).unwrap();
    entry.finish(Held { crc: crc32fast::hash(content), bytes: content.len() as u64 }).unwrap()
}

fn read(zip: &[u8], at: usize) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut content = Vec::new();
    archive.by_index(at).unwrap().read_to_end(&mut content).unwrap();
    content
}

#[test]
fn entries_with_32_and_64_bit_sizes_are_read_back() {
    for most in [3, ZIP64_FROM - 1, ZIP64_FROM, u64::MAX] {
        let mut zip = ZipWriter::new(Vec::new(), moment());
        add(&mut zip, "a", b"abc", most);
        add(&mut zip, "é/b", b"", most);
        let zip = zip.finish().unwrap();
        assert_eq!(read(&zip, 0), b"abc");
        assert_eq!(read(&zip, 1), b"");
        let mut archive = ZipArchive::new(Cursor::new(&zip)).unwrap();
        archive.validate_header_consistency().unwrap();
        let entry = archive.by_index(1).unwrap();
        assert_eq!(entry.name().unwrap(), "é/b");
        assert_eq!(entry.last_modified().unwrap().to_string(), "2026-11-23 13:45:58");
        let version_needed = u16::from_le_bytes([zip[4], zip[5]]);
        assert_eq!(version_needed, if most >= ZIP64_FROM { 45 } else { 20 });
    }
}

#[test]
fn what_entries_take_and_the_end_make_up_the_whole() {
    for most in [3, ZIP64_FROM] {
        let mut zip = ZipWriter::new(Vec::new(), moment());
        let taken = add(&mut zip, "a", b"abc", most) + add(&mut zip, "bcd", b"1234567", most);
        assert_eq!(zip.finish().unwrap().len() as u64, taken + 22);
    }
}

#[test]
fn an_encrypted_entry_shows_no_crc_anywhere() {
    let content = b"region,n\nNorth,120\n";
    let password = ZipPassword::new(SecretString::from("correct horse")).unwrap();
    let mut zip = ZipWriter::new(Vec::new(), moment());
    let mut entry = zip.begin("a.csv", Method::Stored, 100, Some(&password)).unwrap();
    entry.write_all(content).unwrap();
    entry.finish(Held { crc: crc32fast::hash(content), bytes: content.len() as u64 }).unwrap();
    let zip = zip.finish().unwrap();

    let crc = crc32fast::hash(content).to_le_bytes();
    assert!(!zip.windows(4).any(|window| window == crc));
    let mut archive = ZipArchive::new(Cursor::new(&zip)).unwrap();
    let mut back = Vec::new();
    archive.by_index_decrypt(0, b"correct horse").unwrap().read_to_end(&mut back).unwrap();
    assert_eq!(back, content);
}

#[test]
fn an_entry_longer_than_announced_is_an_error() {
    let mut zip = ZipWriter::new(Vec::new(), moment());
    let entry = zip.begin("a", Method::Stored, 3, None).unwrap();
    assert!(entry.finish(Held { crc: 0, bytes: u64::from(u32::MAX) }).is_err());
}

#[test]
fn more_entries_than_16_bits_count_are_read_back() {
    for entries in [65_534_usize, 65_535] {
        let mut zip = ZipWriter::new(Vec::new(), moment());
        for at in 0..entries {
            add(&mut zip, &format!("{at}"), b"", 0);
        }
        let zip = zip.finish().unwrap();
        let locator = u32::from_le_bytes(zip[zip.len() - 42..zip.len() - 38].try_into().unwrap());
        assert_eq!(locator == 0x0706_4b50, entries >= 65_535);
        assert_eq!(ZipArchive::new(Cursor::new(&zip)).unwrap().len(), entries);
    }
}

/// `before` zeros and then the bytes, without holding the zeros.
struct AfterHole {
    before: u64,
    bytes: Vec<u8>,
    at: u64,
}

impl Read for AfterHole {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at < self.before {
            let zeros = buffer.len().min(usize::try_from(self.before - self.at).unwrap());
            buffer[..zeros].fill(0);
            self.at += zeros as u64;
            return Ok(zeros);
        }
        let rest = self.bytes.get(usize::try_from(self.at - self.before).unwrap()..).unwrap_or_default();
        let read = (&*rest).read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for AfterHole {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let end = self.before + self.bytes.len() as u64;
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => end.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::other("before the start"))?;
        Ok(self.at)
    }
}

#[test]
fn entries_beyond_4_gib_are_read_back() {
    let edge = u64::from(u32::MAX);
    for before in [edge - 200, edge - 1, edge, edge + 1, 3 * edge] {
        let mut zip = ZipWriter::new(Vec::new(), moment());
        zip.out.bytes = before;
        add(&mut zip, "a", b"abc", 3);
        add(&mut zip, "b", b"defg", ZIP64_FROM);
        let bytes = zip.finish().unwrap();
        let mut archive = ZipArchive::new(AfterHole { before, bytes, at: 0 }).unwrap();
        assert_eq!(archive.len(), 2);
        archive.validate_header_consistency().unwrap();
        let mut content = String::new();
        assert_eq!(archive.by_index(0).unwrap().header_start(), before);
        archive.by_index(0).unwrap().read_to_string(&mut content).unwrap();
        archive.by_index(1).unwrap().read_to_string(&mut content).unwrap();
        assert_eq!(content, "abcdefg");
    }
}
