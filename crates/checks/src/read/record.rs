//! Lines of delimited text as fields, one at a time and within limits. Quotes that do not close are an error, never
//! read again leniently: a lenient reading shows a checker something else than what the next program sees.

use std::io::Read;

use memchr::memchr3;
use thiserror::Error;

use self::spaces::{between_bars, split_at_spaces};
use crate::policy::Limits;

/// Bytes of one line at most, whatever its fields.
const LINE: usize = 64 << 20;

/// What separates the fields of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delimiter {
    /// This byte, each time that it occurs.
    Byte(u8),
    /// Runs of at least so many spaces, as in a print-out.
    Spaces(u8),
    /// Runs of two spaces or more, and bars that stand free, as in a print-out with lines drawn between.
    Drawn,
}

impl Delimiter {
    /// The spaces that part two fields; none where a byte does.
    fn spaces(self) -> Option<usize> {
        match self {
            Self::Byte(_) => None,
            Self::Spaces(least) => Some(usize::from(least)),
            Self::Drawn => Some(2),
        }
    }
}

/// Why the text cannot be read as a table.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RecordError {
    /// A quote opens on this line and does not close, or something follows the closing one.
    #[error("the quotes of line {0} do not match")]
    Quotes(u64),
    /// A cell is longer than the limit.
    #[error("a cell of line {line} is longer than the limit of {limit} bytes")]
    CellTooLong {
        /// Line of the file, from 1.
        line: u64,
        /// The limit, in bytes.
        limit: usize,
    },
    /// A line is longer than any table has.
    #[error("line {0} is longer than {LINE} bytes")]
    LineTooLong(u64),
    /// A line has more fields than the limit.
    #[error("line {line} has more than the limit of {limit} columns")]
    TooManyColumns {
        /// Line of the file, from 1.
        line: u64,
        /// The limit.
        limit: usize,
    },
    /// There are more lines than the limit.
    #[error("there are more than the limit of {0} rows")]
    TooManyRows(u64),
    /// The bytes could not be read.
    #[error("the file could not be read: {0}")]
    Io(String),
}

/// The fields of one line.
#[derive(Clone, Debug, Default)]
pub struct Record {
    text: String,
    /// Where each field begins and ends in the text.
    spans: Vec<(u32, u32)>,
    /// Line of the file on which it begins, from 1.
    pub line: u64,
    /// Whether an empty line stands before it.
    pub(crate) gap: bool,
}

impl Record {
    /// How many fields it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether it has no fields.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The field of this number without the blanks around it; empty where there is none.
    #[must_use]
    pub fn get(&self, at: usize) -> &str {
        trimmed(self.raw(at))
    }

    /// The field of this number as written; empty where there is none.
    #[must_use]
    pub fn raw(&self, at: usize) -> &str {
        let Some((start, end)) = self.spans.get(at) else { return "" };
        self.text.get(*start as usize..*end as usize).unwrap_or_default()
    }

    /// The fields without the blanks around them.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.get(at))
    }

    /// Fields up to the last one that is not blank.
    #[must_use]
    pub fn filled_len(&self) -> usize {
        (0..self.len()).rev().find(|&at| !self.get(at).is_empty()).map_or(0, |at| at + 1)
    }

    /// Whether the line holds nothing, not even a delimiter.
    fn is_nothing(&self) -> bool {
        self.spans.len() <= 1 && self.raw(0).is_empty()
    }

    /// Whether the line is drawn, as those of a print-out are.
    fn is_ruled(&self) -> bool {
        let drawn =
            |field: &str| field.len() >= 3 && field.bytes().all(|byte| matches!(byte, b'-' | b'=' | b'+'));
        self.fields().any(drawn) && self.fields().all(|field| field.is_empty() || drawn(field))
    }

    /// Text and spans, for a store of many lines.
    pub(super) fn parts(&self) -> (&str, &[(u32, u32)]) {
        (&self.text, &self.spans)
    }

    /// Takes over a line from a store.
    pub(super) fn set(&mut self, text: &str, spans: impl Iterator<Item = (u32, u32)>, line: u64, gap: bool) {
        self.gap = gap;
        self.text.clear();
        self.text.push_str(text);
        self.spans.clear();
        self.spans.extend(spans);
        self.line = line;
    }

    /// Takes the fields of a line that has no quotes but around whole fields; false where it has.
    fn split(&mut self, line: &str, delimiter: u8, quotes: bool) -> bool {
        self.text.clear();
        self.text.push_str(line);
        self.spans.clear();
        if quotes {
            return self.split_quoted(line.as_bytes(), delimiter);
        }
        let mut start = 0;
        let mut ends = |at: usize| {
            self.spans.push((short(start), short(at)));
            start = at + 1;
        };
        let (words, rest) = line.as_bytes().as_chunks::<8>();
        for (number, word) in words.iter().enumerate() {
            let mut marks = equal(u64::from_le_bytes(*word), delimiter);
            while marks != 0 {
                ends(number * 8 + marks.trailing_zeros() as usize / 8);
                marks &= marks - 1;
            }
        }
        for (at, _) in rest.iter().enumerate().filter(|(_, byte)| **byte == delimiter) {
            ends(words.len() * 8 + at);
        }
        ends(line.len());
        true
    }

    fn split_quoted(&mut self, line: &[u8], delimiter: u8) -> bool {
        let mut start = 0;
        loop {
            let rest = line.get(start..).unwrap_or_default();
            let (from, to, next) = match rest.first() {
                Some(b'"') => {
                    let Some(closing) = memchr::memchr(b'"', &rest[1..]) else { return false };
                    if rest.get(closing + 2).is_some_and(|&byte| byte != delimiter) {
                        return false;
                    }
                    (start + 1, start + 1 + closing, start + closing + 2)
                }
                _ => {
                    let length = memchr::memchr(delimiter, rest).unwrap_or(rest.len());
                    if rest.first() == Some(&b' ') && memchr::memchr(b'"', &rest[..length]).is_some() {
                        return false;
                    }
                    (start, start + length, start + length)
                }
            };
            self.spans.push((short(from), short(to)));
            if next >= line.len() {
                return true;
            }
            start = next + 1;
        }
    }
}

/// The high bit of each byte of a word that is this one, and no other bit: most fields are too short for a search of their own.
fn equal(word: u64, byte: u8) -> u64 {
    const LOW: u64 = u64::from_le_bytes([0x7f; 8]);
    let differ = word ^ u64::from_le_bytes([byte; 8]);
    !(((differ & LOW) + LOW) | differ | LOW)
}

/// An offset in a line; lines are far shorter than 4 GiB, by [`LINE`].
fn short(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// A text without the blanks around it; most have none.
pub(crate) fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}

/// Where the reader stands within a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    QuoteInQuoted,
}

/// Reads [`Record`]s from text that is already UTF-8.
pub(crate) struct Records<R> {
    from: R,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
    delimiter: Delimiter,
    limits: Limits,
    line: u64,
    state: State,
    ended: bool,
    /// The line that is read byte by byte, and where its fields end.
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Line on which it begins.
    begins: u64,
}

impl<R: Read> Records<R> {
    /// Reads text of about so many bytes.
    pub(crate) fn new(bytes: u64, from: R, delimiter: Delimiter, limits: &Limits) -> Self {
        let buffer = vec![0; usize::try_from(bytes).unwrap_or(usize::MAX).clamp(64, 64 << 10)];
        Self {
            from,
            buffer,
            at: 0,
            filled: 0,
            delimiter,
            limits: *limits,
            line: 1,
            state: State::FieldStart,
            ended: false,
            bytes: Vec::new(),
            ends: Vec::new(),
            begins: 1,
        }
    }

    /// Reads the next line that is not wholly empty into `record`; false at the end.
    pub(crate) fn next(&mut self, record: &mut Record) -> Result<bool, RecordError> {
        let mut gap = false;
        loop {
            let more = self.quick(record) || self.line_into(record)?;
            let ruled = self.spaced() && record.is_ruled();
            if !ruled && !record.is_nothing() {
                record.gap = gap;
                return Ok(true);
            }
            if !more {
                return Ok(false);
            }
            // `====` parts tables, `----` stands under a header.
            gap |= !ruled || record.raw(0).starts_with('=');
        }
    }

    /// Reads a line that lies whole in the buffer and is plain; false where it must be read byte by byte.
    fn quick(&mut self, record: &mut Record) -> bool {
        let (Delimiter::Byte(delimiter), rest) = (self.delimiter, &self.buffer[self.at..self.filled]) else {
            return false;
        };
        // To the first end of any kind: a file of old systems has no line feed, however far one looks.
        let Some(length) =
            memchr::memchr2(b'\n', b'\r', rest).filter(|&length| length <= self.limits.cell_bytes)
        else {
            return false;
        };
        let end = match rest.get(length..length + 2) {
            Some(b"\r\n") => 2,
            _ if rest[length] == b'\n' => 1,
            _ => return false,
        };
        let line = &rest[..length];
        let quotes = memchr::memchr(b'"', line).is_some();
        let read = std::str::from_utf8(line).is_ok_and(|line| record.split(line, delimiter, quotes))
            && record.len() <= self.limits.columns;
        if read {
            record.line = self.line;
            self.at += length + end;
            self.line += 1;
        }
        read
    }

    /// Reads one line; false where the text ended with it.
    fn line_into(&mut self, record: &mut Record) -> Result<bool, RecordError> {
        self.bytes.clear();
        self.ends.clear();
        self.begins = self.line;
        self.state = State::FieldStart;
        let more = loop {
            if self.at == self.filled && !self.fill()? {
                if self.state == State::Quoted {
                    return Err(RecordError::Quotes(self.begins));
                }
                break false;
            }
            if self.step()? {
                break true;
            }
        };
        self.end_line()?;
        let text = std::str::from_utf8(&self.bytes);
        let text = text.map_err(|_| RecordError::Io("it is not the text that it was".to_owned()))?;
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        record.set(
            text,
            starts.zip(&self.ends).map(|(start, end)| (short(start), short(*end))),
            self.begins,
            false,
        );
        Ok(more)
    }

    fn fill(&mut self) -> Result<bool, RecordError> {
        if self.ended {
            return Ok(false);
        }
        self.at = 0;
        self.filled = loop {
            match self.from.read(&mut self.buffer) {
                Ok(got) => break got,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(RecordError::Io(error.to_string())),
            }
        };
        self.ended = self.filled == 0;
        Ok(!self.ended)
    }

    /// Takes one byte, or a run of plain ones; true where the line ended.
    fn step(&mut self) -> Result<bool, RecordError> {
        let byte = self.buffer[self.at];
        match self.state {
            State::Quoted => return self.quoted().map(|()| false),
            State::QuoteInQuoted if byte == b'"' => {
                self.bytes.push(byte);
                self.state = State::Quoted;
            }
            _ if byte == b'\n' => {
                self.at += 1;
                self.line += 1;
                return Ok(true);
            }
            _ if byte == b'\r' => {
                self.at += 1;
                // "\r\n" ends one line; a lone "\r" is a line end of old systems.
                let lone =
                    if self.at < self.filled || self.fill()? { self.buffer[self.at] != b'\n' } else { true };
                if lone {
                    self.line += 1;
                }
                return Ok(lone);
            }
            _ if self.separates(byte) => self.end_field()?,
            State::QuoteInQuoted if byte != b' ' && byte != b'\t' => {
                return Err(RecordError::Quotes(self.line));
            }
            State::QuoteInQuoted => {}
            State::FieldStart if byte == b'"' && !self.spaced() => {
                self.bytes.truncate(self.ends.last().copied().unwrap_or(0));
                self.state = State::Quoted;
            }
            State::FieldStart if byte == b' ' => self.bytes.push(byte),
            State::FieldStart | State::Plain => return self.plain().map(|()| false),
        }
        self.at += 1;
        Ok(false)
    }

    fn spaced(&self) -> bool {
        self.delimiter.spaces().is_some()
    }

    fn separates(&self, byte: u8) -> bool {
        match self.delimiter {
            Delimiter::Byte(delimiter) => byte == delimiter,
            Delimiter::Spaces(_) | Delimiter::Drawn => false,
        }
    }

    fn plain(&mut self) -> Result<(), RecordError> {
        self.state = State::Plain;
        let delimiter = match self.delimiter {
            Delimiter::Byte(delimiter) => delimiter,
            Delimiter::Spaces(_) | Delimiter::Drawn => b'\n',
        };
        let rest = &self.buffer[self.at..self.filled];
        let run = memchr3(delimiter, b'\n', b'\r', rest).unwrap_or(rest.len());
        self.bytes.extend_from_slice(&rest[..run]);
        self.at += run;
        self.within()
    }

    fn quoted(&mut self) -> Result<(), RecordError> {
        let rest = &self.buffer[self.at..self.filled];
        let run = memchr::memchr(b'"', rest);
        let taken = &rest[..run.unwrap_or(rest.len())];
        self.line += memchr::memchr_iter(b'\n', taken).count() as u64;
        self.bytes.extend_from_slice(taken);
        self.at += taken.len();
        if run.is_some() {
            self.at += 1;
            self.state = State::QuoteInQuoted;
        }
        self.within()
    }

    /// Whether the field being read is within the limit.
    fn within(&self) -> Result<(), RecordError> {
        let length = self.bytes.len() - self.ends.last().copied().unwrap_or(0);
        if length > self.limits.cell_bytes && !self.spaced() {
            return Err(RecordError::CellTooLong { line: self.begins, limit: self.limits.cell_bytes });
        }
        if self.bytes.len() > LINE {
            return Err(RecordError::LineTooLong(self.begins));
        }
        Ok(())
    }

    fn end_field(&mut self) -> Result<(), RecordError> {
        self.ends.push(self.bytes.len());
        self.state = State::FieldStart;
        self.few_enough()
    }

    fn few_enough(&self) -> Result<(), RecordError> {
        if self.ends.len() > self.limits.columns {
            return Err(RecordError::TooManyColumns { line: self.begins, limit: self.limits.columns });
        }
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), RecordError> {
        self.end_field()?;
        if let Some(least) = self.delimiter.spaces() {
            let line = std::mem::take(&mut self.bytes);
            self.ends.clear();
            let parts =
                if self.delimiter == Delimiter::Drawn { between_bars(&line) } else { vec![&line[..]] };
            for part in parts {
                if !split_at_spaces(part, least, &mut self.bytes, &mut self.ends) {
                    return Err(RecordError::Quotes(self.begins));
                }
            }
            let starts = std::iter::once(0).chain(self.ends.iter().copied());
            let longest = starts.zip(&self.ends).map(|(start, end)| end - start).max().unwrap_or(0);
            if longest > self.limits.cell_bytes {
                return Err(RecordError::CellTooLong { line: self.begins, limit: self.limits.cell_bytes });
            }
        }
        self.few_enough()
    }
}

mod spaces;
#[cfg(test)]
mod tests;
