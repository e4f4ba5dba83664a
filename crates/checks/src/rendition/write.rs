//! Writing a rendition, row by row: no more of it is in memory than one chunk.

use std::io::{self, Write};

use super::{
    CHUNK_BYTES, CHUNK_ROWS, Chunk, Index, LONGEST_CELL, LONGEST_ROW, MAGIC, MOST_BYTES, Outside, Shown,
    ShownColumn,
};
use crate::engine::Checked;
use crate::read::record::Record;
use crate::read::value::{Decimal, Value, value};
use crate::table::{Table, hidden};

/// Writes the tables that a file was found to hold. Gives false, and writes nothing, where it holds none.
///
/// # Errors
/// What `out` or the file itself says when it is read again.
pub fn write(checked: &Checked, out: &mut dyn Write) -> io::Result<bool> {
    write_within(checked, out, MOST_BYTES)
}

pub(super) fn write_within(checked: &Checked, out: &mut dyn Write, most: u64) -> io::Result<bool> {
    if checked.tables.is_empty() {
        return Ok(false);
    }
    out.write_all(MAGIC)?;
    let mut writer =
        Writer { out, at: MAGIC.len() as u64, left: most, buffer: vec![], chunks: vec![], first: 0, rows: 0 };
    let mut index = Index::default();
    for table in &checked.tables {
        index.tables.push(writer.table(table)?);
    }
    index.outside = checked
        .outside
        .iter()
        .take(1000)
        .map(|line| Outside { line: line.line, text: text_of(&line.text, LONGEST_CELL) })
        .collect();
    writer.close(&index)?;
    Ok(true)
}

struct Writer<'a> {
    out: &'a mut dyn Write,
    /// How many bytes are written.
    at: u64,
    /// How many bytes of rows may still be.
    left: u64,
    /// The chunk in hand.
    buffer: Vec<u8>,
    chunks: Vec<Chunk>,
    first: u64,
    rows: u64,
}

impl Writer<'_> {
    fn table(&mut self, table: &Table) -> io::Result<Shown> {
        let mut tallies = vec![Numbers::default(); table.columns.len()];
        let (mut written, mut failed) = (0, None);
        let read = table.body.each(|row, record| {
            if failed.is_some() || self.left == 0 {
                return;
            }
            tallies.iter_mut().enumerate().for_each(|(at, tally)| tally.add(record.get(at), table.decimal));
            match self.row(row, record) {
                Ok(()) => written = row + 1,
                Err(error) => failed = Some(error),
            }
        });
        read.map_err(|error| io::Error::other(error.to_string()))?;
        failed.map_or(Ok(()), Err)?;
        self.flush()?;
        let columns = table.columns.iter().zip(tallies).map(|(column, tally)| ShownColumn {
            name: text_of(&column.name, LONGEST_CELL),
            role: column.role.name().to_owned(),
            reason: text_of(&column.reason, LONGEST_CELL),
            filled: column.filled,
            distinct: column.distinct,
            numbers: tally.numbers,
            least: tally.least,
            greatest: tally.greatest,
            sum: tally.least.map(|_| tally.sum),
        });
        Ok(Shown {
            index: table.index,
            rows: table.rows,
            written,
            columns: columns.collect(),
            chunks: std::mem::take(&mut self.chunks),
        })
    }

    fn row(&mut self, number: u64, record: &Record) -> io::Result<()> {
        if self.rows == 0 {
            self.first = number;
        }
        let begun = self.buffer.len();
        self.buffer.extend(length(record.len()));
        for at in 0..record.len() {
            let room = LONGEST_ROW.saturating_sub(self.buffer.len() - begun).min(LONGEST_CELL);
            let text = text_of(record.raw(at), room);
            self.buffer.extend(length(text.len()));
            self.buffer.extend(text.as_bytes());
        }
        self.rows += 1;
        self.left = self.left.saturating_sub((self.buffer.len() - begun) as u64);
        if self.rows >= CHUNK_ROWS || self.buffer.len() >= CHUNK_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.rows > 0 {
            let length = self.buffer.len() as u64;
            self.chunks.push(Chunk { at: self.at, length, first: self.first, rows: self.rows });
            self.out.write_all(&self.buffer)?;
            self.at += length;
            self.buffer.clear();
            self.rows = 0;
        }
        Ok(())
    }

    fn close(self, index: &Index) -> io::Result<()> {
        let text = serde_json::to_vec(index)?;
        self.out.write_all(&text)?;
        self.out.write_all(&self.at.to_le_bytes())?;
        self.out.write_all(&(text.len() as u64).to_le_bytes())?;
        self.out.write_all(MAGIC)
    }
}

fn length(of: usize) -> [u8; 4] {
    u32::try_from(of).unwrap_or(u32::MAX).to_le_bytes()
}

/// A text with what hides or controls written out, cut to so many bytes.
fn text_of(text: &str, most: usize) -> String {
    const CUT: char = '…';
    if text.len() <= most && !text.chars().any(hidden) {
        return text.to_owned();
    }
    let mut out = String::new();
    for character in text.chars() {
        let before = out.len();
        if hidden(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
        if out.len() + CUT.len_utf8() > most {
            out.truncate(before);
            if most >= CUT.len_utf8() {
                out.push(CUT);
            }
            break;
        }
    }
    out
}

/// What the numbers of a column come to.
#[derive(Clone, Debug, Default)]
struct Numbers {
    numbers: u64,
    least: Option<f64>,
    greatest: Option<f64>,
    sum: f64,
}

impl Numbers {
    fn add(&mut self, cell: &str, decimal: Decimal) {
        let Value::Number(number) = value(cell, decimal) else { return };
        let number = number.value;
        if number.is_finite() {
            self.numbers += 1;
            self.least = Some(self.least.map_or(number, |least| least.min(number)));
            self.greatest = Some(self.greatest.map_or(number, |greatest| greatest.max(number)));
            self.sum += number;
        }
    }
}
