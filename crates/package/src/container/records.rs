//! The records of a ZIP as bytes; the section numbers are those of APPNOTE 6.3.10.

use std::io;

use chrono::{Datelike, NaiveDateTime, Timelike};

use crate::container::Held;
use crate::deflate::Method;

/// A 32-bit field with this value says that the number is in the ZIP64 extra field (4.4.8, 4.4.9, 4.4.16).
const IN_ZIP64_32: u32 = u32::MAX;
/// The same for a 16-bit field (4.4.21, 4.4.22).
const IN_ZIP64_16: u16 = u16::MAX;
/// From this length on an entry gets 64-bit sizes: below, what deflate may add still fits 32 bits.
pub(super) const ZIP64_FROM: u64 = 0xF000_0000;

/// General purpose flags (4.4.4): sizes follow the data; the name is UTF-8.
const DESCRIPTOR_FOLLOWS: u16 = 1 << 3;
const NAME_IS_UTF8: u16 = 1 << 11;
const ENCRYPTED: u16 = 1;

/// Made on Unix (4.4.2.1), by version 6.3 of the specification.
const MADE_BY: u16 = 3 << 8 | 63;
/// A regular file that its owner may write and everyone read, as Unix keeps it (4.4.15).
const REGULAR_FILE: u32 = 0o100_644 << 16;

/// "AE-x encrypted" instead of a compression method (WinZip, II.A).
const METHOD_AES: u16 = 99;
/// Header of WinZip's extra field (II.B).
const EXTRA_AES: u16 = 0x9901;
/// Header of the ZIP64 extra field (4.5.3).
const EXTRA_ZIP64: u16 = 0x0001;

/// Date and time as MS-DOS keeps them (4.4.6): local time, in steps of two seconds, from 1980 to 2107.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DosStamp {
    date: u16,
    time: u16,
}

impl From<NaiveDateTime> for DosStamp {
    fn from(moment: NaiveDateTime) -> Self {
        if moment.year() < 1980 {
            return Self { date: 1 << 5 | 1, time: 0 };
        }
        if moment.year() > 2107 {
            return Self { date: 127 << 9 | 12 << 5 | 31, time: 23 << 11 | 59 << 5 | 29 };
        }
        let [year, month, day] = [moment.year() as u32 - 1980, moment.month(), moment.day()];
        let [hour, minute, second] = [moment.hour(), moment.minute(), moment.second() / 2];
        Self { date: (year << 9 | month << 5 | day) as u16, time: (hour << 11 | minute << 5 | second) as u16 }
    }
}

/// What the container says of one entry.
#[derive(Clone, Debug)]
pub(super) struct Record {
    name: String,
    method: Method,
    encrypted: bool,
    zip64: bool,
    stamp: DosStamp,
    /// Where its local header begins.
    pub(super) offset: u64,
    crc: u32,
    packed: u64,
    bytes: u64,
}

impl Record {
    /// An entry of at most `most` bytes whose sizes are not known yet. All its numbers are kept in 64 bits as
    /// soon as one may need them.
    pub(super) fn new(
        name: &str,
        method: Method,
        most: u64,
        encrypted: bool,
        stamp: DosStamp,
        offset: u64,
    ) -> Self {
        let zip64 = most >= ZIP64_FROM || offset >= u64::from(IN_ZIP64_32);
        Self { name: name.to_owned(), method, encrypted, zip64, stamp, offset, crc: 0, packed: 0, bytes: 0 }
    }

    /// Sets the sizes, now that the data ends at `end`.
    pub(super) fn close(&mut self, end: u64, held: Held) -> io::Result<()> {
        self.packed = end - self.offset - self.local_header().len() as u64;
        self.bytes = held.bytes;
        // AE-2 leaves the CRC out, because it would tell of the content (WinZip, II.B "vendor version").
        self.crc = if self.encrypted { 0 } else { held.crc };
        if !self.zip64 && self.packed.max(self.bytes) >= u64::from(IN_ZIP64_32) {
            return Err(io::Error::other("an entry is longer than announced"));
        }
        Ok(())
    }

    /// Local file header (4.3.7).
    pub(super) fn local_header(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend(0x0403_4b50_u32.to_le_bytes());
        self.common(&mut out, 0, [0, 0]);
        // Both sizes must be there, although they only follow with the descriptor (4.5.3, 4.3.9.2).
        let zip64 = if self.zip64 { vec![0, 0] } else { vec![] };
        let extra = self.extra(&zip64);
        out.extend((extra.len() as u16).to_le_bytes());
        out.extend(self.name.as_bytes());
        out.extend(extra);
        out
    }

    /// Data descriptor (4.3.9).
    pub(super) fn descriptor(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend(0x0807_4b50_u32.to_le_bytes());
        out.extend(self.crc.to_le_bytes());
        for size in [self.packed, self.bytes] {
            if self.zip64 {
                out.extend(size.to_le_bytes());
            } else {
                out.extend((size as u32).to_le_bytes());
            }
        }
        out
    }

    /// Central directory header (4.3.12).
    pub(super) fn central_header(&self) -> Vec<u8> {
        let zip64 = if self.zip64 { vec![self.bytes, self.packed, self.offset] } else { vec![] };
        let extra = self.extra(&zip64);
        let mut out = Vec::new();
        out.extend(0x0201_4b50_u32.to_le_bytes());
        out.extend(MADE_BY.to_le_bytes());
        self.common(&mut out, self.crc, [self.packed, self.bytes]);
        out.extend((extra.len() as u16).to_le_bytes());
        // No comment (4.4.12), first disk (4.4.13), no internal attributes (4.4.14).
        out.extend([0; 6]);
        out.extend(REGULAR_FILE.to_le_bytes());
        out.extend(or_in_zip64(self.offset, self.zip64).to_le_bytes());
        out.extend(self.name.as_bytes());
        out.extend(extra);
        out
    }

    /// The fields that local and central header share, from "version needed" to the length of the name.
    fn common(&self, out: &mut Vec<u8>, crc: u32, sizes: [u64; 2]) {
        let plain_method = match self.method {
            Method::Stored => 0,
            Method::Deflated => 8,
        };
        let (method, encrypted) = if self.encrypted { (METHOD_AES, ENCRYPTED) } else { (plain_method, 0) };
        out.extend(self.version_needed().to_le_bytes());
        out.extend((encrypted | DESCRIPTOR_FOLLOWS | NAME_IS_UTF8).to_le_bytes());
        out.extend(method.to_le_bytes());
        out.extend(self.stamp.time.to_le_bytes());
        out.extend(self.stamp.date.to_le_bytes());
        out.extend(crc.to_le_bytes());
        for size in sizes {
            out.extend(or_in_zip64(size, self.zip64).to_le_bytes());
        }
        out.extend((self.name.len() as u16).to_le_bytes());
    }

    /// 4.4.3.2: AES needs 5.1, ZIP64 4.5, deflate 2.0.
    fn version_needed(&self) -> u16 {
        if self.encrypted {
            51
        } else if self.zip64 {
            45
        } else {
            20
        }
    }

    fn extra(&self, zip64: &[u64]) -> Vec<u8> {
        let mut out = Vec::new();
        if !zip64.is_empty() {
            out.extend(EXTRA_ZIP64.to_le_bytes());
            out.extend((8 * zip64.len() as u16).to_le_bytes());
            out.extend(zip64.iter().flat_map(|number| number.to_le_bytes()));
        }
        if self.encrypted {
            let method: u16 = if self.method == Method::Deflated { 8 } else { 0 };
            out.extend(EXTRA_AES.to_le_bytes());
            out.extend(7_u16.to_le_bytes());
            // AE-2, vendor "AE", strength 3: AES-256, and the method that 99 stands for (WinZip, II.B).
            out.extend(2_u16.to_le_bytes());
            out.extend(b"AE");
            out.push(3);
            out.extend(method.to_le_bytes());
        }
        out
    }
}

/// End of central directory (4.3.16), preceded by its ZIP64 form and locator (4.3.14, 4.3.15) where needed.
pub(super) fn end(entries: u64, size: u64, start: u64) -> Vec<u8> {
    let most = u64::from(IN_ZIP64_32);
    let zip64 = entries >= u64::from(IN_ZIP64_16) || size >= most || start >= most;
    let mut out = Vec::new();
    if zip64 {
        out.extend(0x0606_4b50_u32.to_le_bytes());
        // What follows this field: 44 bytes (4.3.14.1).
        out.extend(44_u64.to_le_bytes());
        out.extend(MADE_BY.to_le_bytes());
        out.extend(45_u16.to_le_bytes());
        out.extend([0; 8]);
        for number in [entries, entries, size, start] {
            out.extend(number.to_le_bytes());
        }
        out.extend(0x0706_4b50_u32.to_le_bytes());
        out.extend([0; 4]);
        out.extend((start + size).to_le_bytes());
        out.extend(1_u32.to_le_bytes());
    }
    out.extend(0x0605_4b50_u32.to_le_bytes());
    out.extend([0; 4]);
    let count = if zip64 { IN_ZIP64_16 } else { entries as u16 };
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(or_in_zip64(size, zip64).to_le_bytes());
    out.extend(or_in_zip64(start, zip64).to_le_bytes());
    out.extend([0; 2]);
    out
}

/// The number, or the mark that it is in the ZIP64 extra field.
fn or_in_zip64(number: u64, zip64: bool) -> u32 {
    if zip64 { IN_ZIP64_32 } else { number as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dos_keeps_two_seconds_from_1980_to_2107() {
        let stamp = |text: &str| DosStamp::from(text.parse::<NaiveDateTime>().unwrap());
        assert_eq!(stamp("1980-01-01T00:00:01"), DosStamp { date: 1 << 5 | 1, time: 0 });
        assert_eq!(
            stamp("2026-11-23T13:45:59"),
            DosStamp { date: 46 << 9 | 11 << 5 | 23, time: 13 << 11 | 45 << 5 | 29 }
        );
        assert_eq!(stamp("1970-06-15T12:00:00"), stamp("1980-01-01T00:00:00"));
        assert_eq!(stamp("2500-01-01T00:00:00"), stamp("2107-12-31T23:59:58"));
    }
}
