//! The rows of a table, read again from its file for each pass over them.

use std::sync::Arc;

use encoding_rs::Encoding;

use super::kept::Kept;
use super::record::{Delimiter, Record, RecordError, Records};
use super::text;
use crate::input::Content;
use crate::policy::Limits;

/// Text of a file that can be read as records, as often as needed.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    pub(crate) content: Arc<Content>,
    pub(crate) encoding: &'static Encoding,
    pub(crate) delimiter: Delimiter,
    pub(crate) limits: Limits,
    /// All lines, where they are few enough to be held.
    pub(crate) kept: Option<Arc<Kept>>,
}

impl Lines {
    /// Splits the lines of a file that is in memory, once and for all; its bytes are not needed any more.
    pub(crate) fn keep(&mut self) -> Result<(), RecordError> {
        if let Some(bytes) = self.content.in_memory() {
            let mut kept = Kept::of_about(bytes.len());
            self.each(|_, record| {
                kept.push(record);
                true
            })?;
            kept.shrink();
            self.kept = Some(Arc::new(kept));
            self.content = Arc::new(Content::of_text(String::new()));
        }
        Ok(())
    }

    /// Calls `each` with the number of each record and the record, until it says false.
    pub(crate) fn each(&self, mut each: impl FnMut(u64, &Record) -> bool) -> Result<(), RecordError> {
        if let Some(kept) = &self.kept {
            return kept.each(0, u64::MAX, each);
        }
        let text =
            text::open(&self.content, self.encoding).map_err(|error| RecordError::Io(error.to_string()))?;
        let mut record = Record::default();
        let mut records = Records::new(self.content.bytes, text, self.delimiter, &self.limits);
        let mut number = 0;
        while records.next(&mut record)? {
            if number >= self.limits.rows {
                return Err(RecordError::TooManyRows(self.limits.rows));
            }
            if !each(number, &record) {
                break;
            }
            number += 1;
        }
        Ok(())
    }
}

/// The rows of one table's body.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    pub(crate) lines: Lines,
    /// Number of the first record of the body.
    pub(crate) start: u64,
    /// Number of the record after the last.
    pub(crate) end: u64,
}

impl Rows {
    /// Calls `each` with every row and its number, from 0.
    ///
    /// # Errors
    /// The file changed or could not be read again.
    pub(crate) fn each(&self, mut each: impl FnMut(u64, &Record)) -> Result<(), RecordError> {
        if let Some(kept) = &self.lines.kept {
            return kept.each(self.start, self.end, |number, record| {
                each(number - self.start, record);
                true
            });
        }
        self.lines.each(|number, record| {
            if number >= self.start && number < self.end {
                each(number - self.start, record);
            }
            number + 1 < self.end
        })
    }
}
