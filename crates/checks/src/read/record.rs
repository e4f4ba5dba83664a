//! Lines of delimited text as fields, one at a time and within limits. Quotes that do not close are an error, never
//! read again leniently: a lenient reading shows a checker something else than what the next program sees.

use std::io::Read;

use memchr::memchr3;
use thiserror::Error;

use crate::policy::Limits;

/// What separates the fields of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delimiter {
    /// This byte, each time that it occurs.
    Byte(u8),
    /// Runs of at least so many spaces, as in a print-out.
    Spaces(u8),
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
    text: Vec<u8>,
    ends: Vec<usize>,
    /// Line of the file on which it begins, from 1.
    pub line: u64,
}

impl Record {
    /// How many fields it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has no fields.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The field of this number without the blanks around it; empty where there is none.
    #[must_use]
    pub fn get(&self, at: usize) -> &str {
        self.raw(at).trim()
    }

    /// The field of this number as written; empty where there is none.
    #[must_use]
    pub fn raw(&self, at: usize) -> &str {
        let Some(end) = self.ends.get(at) else { return "" };
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        std::str::from_utf8(&self.text[start..*end]).unwrap_or("\u{fffd}")
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
}

impl<R: Read> Records<R> {
    pub(crate) fn new(from: R, delimiter: Delimiter, limits: &Limits) -> Self {
        let buffer = vec![0; 64 << 10];
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
        }
    }

    /// Reads the next line that is not wholly empty into `record`; false at the end.
    pub(crate) fn next(&mut self, record: &mut Record) -> Result<bool, RecordError> {
        loop {
            let more = self.line_into(record)?;
            if !record.text.is_empty() || record.len() > 1 {
                return Ok(true);
            }
            if !more {
                return Ok(false);
            }
        }
    }

    /// Reads one line; false where the text ended with it.
    fn line_into(&mut self, record: &mut Record) -> Result<bool, RecordError> {
        record.text.clear();
        record.ends.clear();
        record.line = self.line;
        self.state = State::FieldStart;
        loop {
            if self.at == self.filled && !self.fill()? {
                if self.state == State::Quoted {
                    return Err(RecordError::Quotes(record.line));
                }
                self.end_line(record)?;
                return Ok(false);
            }
            if self.step(record)? {
                self.end_line(record)?;
                return Ok(true);
            }
        }
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
    fn step(&mut self, record: &mut Record) -> Result<bool, RecordError> {
        let byte = self.buffer[self.at];
        match self.state {
            State::Quoted => return self.quoted(record).map(|()| false),
            State::QuoteInQuoted if byte == b'"' => {
                record.text.push(byte);
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
            _ if self.separates(byte) => self.end_field(record)?,
            State::QuoteInQuoted if byte != b' ' && byte != b'\t' => {
                return Err(RecordError::Quotes(self.line));
            }
            State::QuoteInQuoted => {}
            State::FieldStart if byte == b'"' && !self.spaced() => {
                record.text.truncate(record.ends.last().copied().unwrap_or(0));
                self.state = State::Quoted;
            }
            State::FieldStart if byte == b' ' => record.text.push(byte),
            State::FieldStart | State::Plain => return self.plain(record).map(|()| false),
        }
        self.at += 1;
        Ok(false)
    }

    fn spaced(&self) -> bool {
        matches!(self.delimiter, Delimiter::Spaces(_))
    }

    fn separates(&self, byte: u8) -> bool {
        match self.delimiter {
            Delimiter::Byte(delimiter) => byte == delimiter,
            Delimiter::Spaces(_) => false,
        }
    }

    fn plain(&mut self, record: &mut Record) -> Result<(), RecordError> {
        self.state = State::Plain;
        let delimiter = match self.delimiter {
            Delimiter::Byte(delimiter) => delimiter,
            Delimiter::Spaces(_) => b'\n',
        };
        let rest = &self.buffer[self.at..self.filled];
        let run = memchr3(delimiter, b'\n', b'\r', rest).unwrap_or(rest.len());
        record.text.extend_from_slice(&rest[..run]);
        self.at += run;
        self.within(record)
    }

    fn quoted(&mut self, record: &mut Record) -> Result<(), RecordError> {
        let rest = &self.buffer[self.at..self.filled];
        let run = memchr::memchr(b'"', rest);
        let taken = &rest[..run.unwrap_or(rest.len())];
        self.line += memchr::memchr_iter(b'\n', taken).count() as u64;
        record.text.extend_from_slice(taken);
        self.at += taken.len();
        if run.is_some() {
            self.at += 1;
            self.state = State::QuoteInQuoted;
        }
        self.within(record)
    }

    /// Whether the field being read is within the limit.
    fn within(&self, record: &Record) -> Result<(), RecordError> {
        let length = record.text.len() - record.ends.last().copied().unwrap_or(0);
        if length > self.limits.cell_bytes {
            return Err(RecordError::CellTooLong { line: record.line, limit: self.limits.cell_bytes });
        }
        Ok(())
    }

    fn end_field(&mut self, record: &mut Record) -> Result<(), RecordError> {
        record.ends.push(record.text.len());
        self.state = State::FieldStart;
        if record.len() > self.limits.columns {
            return Err(RecordError::TooManyColumns { line: record.line, limit: self.limits.columns });
        }
        Ok(())
    }

    fn end_line(&mut self, record: &mut Record) -> Result<(), RecordError> {
        self.end_field(record)?;
        if let Delimiter::Spaces(least) = self.delimiter {
            split_at_spaces(record, usize::from(least))?;
        }
        if record.len() > self.limits.columns {
            return Err(RecordError::TooManyColumns { line: record.line, limit: self.limits.columns });
        }
        Ok(())
    }
}

/// Splits a line that was read as one field at runs of at least `least` spaces, or a tab, outside quotes.
fn split_at_spaces(record: &mut Record, least: usize) -> Result<(), RecordError> {
    let line = std::mem::take(&mut record.text);
    record.ends.clear();
    let text = line.trim_ascii();
    let (mut gap, mut blanks, mut quoted) = (0, 0, false);
    for (at, &byte) in text.iter().enumerate() {
        if !quoted && (byte == b' ' || byte == b'\t') {
            gap += if byte == b'\t' { least } else { 1 };
            blanks += 1;
            continue;
        }
        if gap >= least {
            record.ends.push(record.text.len());
        } else {
            record.text.extend_from_slice(&text[at - blanks..at]);
        }
        (gap, blanks) = (0, 0);
        if byte == b'"' {
            quoted = !quoted;
        } else {
            record.text.push(byte);
        }
    }
    if quoted {
        return Err(RecordError::Quotes(record.line));
    }
    record.ends.push(record.text.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, delimiter: Delimiter) -> Result<Vec<Vec<String>>, RecordError> {
        let limits = Limits { columns: 5, cell_bytes: 20, ..Limits::default() };
        let (mut records, mut record, mut all) =
            (Records::new(text.as_bytes(), delimiter, &limits), Record::default(), Vec::new());
        while records.next(&mut record)? {
            all.push(record.fields().map(str::to_owned).collect());
        }
        Ok(all)
    }

    #[test]
    fn lines_are_fields() {
        let comma = Delimiter::Byte(b',');
        assert_eq!(
            read("a,b\r\n1,\"x, \"\"y\"\"\"\n\n,\r2, \"3\" ", comma).unwrap(),
            [["a", "b"], ["1", "x, \"y\""], ["", ""], ["2", "3"]]
        );
        assert_eq!(read("\"two\nlines\",5\" nail", comma).unwrap(), [["two\nlines", "5\" nail"]]);
        assert_eq!(read("a b  c\n 1   2", Delimiter::Spaces(2)).unwrap(), [["a b", "c"], ["1", "2"]]);
        assert_eq!(read("\"a\" b", Delimiter::Spaces(1)).unwrap(), [["a", "b"]]);
        assert!(read("", comma).unwrap().is_empty());
    }

    #[test]
    fn quotes_that_do_not_match_are_an_error() {
        let comma = Delimiter::Byte(b',');
        assert_eq!(read("a\n\"b,c\n", comma), Err(RecordError::Quotes(2)));
        assert_eq!(read("\"b\"c,d", comma), Err(RecordError::Quotes(1)));
    }

    #[test]
    fn limits_hold() {
        let comma = Delimiter::Byte(b',');
        assert_eq!(read(",,,,,", comma), Err(RecordError::TooManyColumns { line: 1, limit: 5 }));
        assert_eq!(
            read(&format!("a\n{}", "b".repeat(21)), comma),
            Err(RecordError::CellTooLong { line: 2, limit: 20 })
        );
    }
}
