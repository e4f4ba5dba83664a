//! Reading a rendition: windows of rows, one chunk in memory at a time, and nothing taken on trust.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Chunk, Index, LONGEST_CHUNK, LONGEST_INDEX, MAGIC, Outside, Shown};

/// A rendition cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RenditionError {
    /// The file could not be read.
    #[error("the tables as text could not be read: {0}")]
    Io(#[from] io::Error),
    /// It is not as the checks write it.
    #[error("the tables as text are not as the checks write them ({0}); let the request be checked again")]
    Form(&'static str),
}

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    /// Its number in the body, from 0.
    pub number: u64,
    /// Its cells, in the order of the file.
    pub cells: Vec<String>,
}

/// The tables of a file as text.
#[derive(Debug)]
pub struct Rendition {
    file: File,
    index: Index,
}

impl Rendition {
    /// Opens a rendition.
    ///
    /// # Errors
    /// [`RenditionError`] where it is none.
    pub fn open(file: File) -> Result<Self, RenditionError> {
        const TAIL: u64 = 16 + MAGIC.len() as u64;
        let size = file.metadata()?.len();
        let at = size.checked_sub(TAIL).filter(|at| *at >= MAGIC.len() as u64);
        let at = at.ok_or(RenditionError::Form("too short"))?;
        let mut tail = [0; TAIL as usize];
        file.read_exact_at(&mut tail, at)?;
        let (offset, length) = (number(&tail, 0), number(&tail, 8));
        if &tail[16..] != MAGIC || offset.checked_add(length) != Some(at) || length > LONGEST_INDEX {
            return Err(RenditionError::Form("no index"));
        }
        let mut text = vec![0; usize::try_from(length).map_err(|_| RenditionError::Form("index too long"))?];
        file.read_exact_at(&mut text, offset)?;
        let index: Index = serde_json::from_slice(&text).map_err(|_| RenditionError::Form("index"))?;
        index.tables.iter().try_for_each(|table| vet(table, offset))?;
        Ok(Self { file, index })
    }

    /// The tables, in the order of the file.
    #[must_use]
    pub fn tables(&self) -> &[Shown] {
        &self.index.tables
    }

    /// Lines of text outside the tables.
    #[must_use]
    pub fn outside(&self) -> &[Outside] {
        &self.index.outside
    }

    /// The rows of a table from one on, as many as are wanted and there.
    ///
    /// # Errors
    /// [`RenditionError`] where they cannot be read.
    pub fn rows(&self, table: usize, from: u64, most: usize) -> Result<Vec<Row>, RenditionError> {
        let mut rows = vec![];
        if most > 0 {
            self.each(table, from, |row| {
                rows.push(row);
                rows.len() < most
            })?;
        }
        Ok(rows)
    }

    /// These rows of a table, given in ascending order; those that are not there are left out.
    ///
    /// # Errors
    /// [`RenditionError`] where they cannot be read.
    pub fn picked(&self, table: usize, numbers: &[u64]) -> Result<Vec<Row>, RenditionError> {
        let Some(shown) = self.index.tables.get(table) else { return Ok(vec![]) };
        let mut rows = vec![];
        for chunk in &shown.chunks {
            let within = |number: &&u64| (chunk.first..chunk.first + chunk.rows).contains(number);
            let wanted: Vec<u64> = numbers.iter().filter(within).copied().collect();
            if !wanted.is_empty() {
                let found = self.chunk(chunk)?.into_iter();
                rows.extend(found.filter(|row| wanted.binary_search(&row.number).is_ok()));
            }
        }
        Ok(rows)
    }

    /// The numbers of the rows, from one on, with a cell that holds these words, whatever their case; at most so many.
    ///
    /// # Errors
    /// [`RenditionError`] where they cannot be read.
    pub fn find(
        &self,
        table: usize,
        words: &str,
        from: u64,
        most: usize,
    ) -> Result<Vec<u64>, RenditionError> {
        let words = words.to_lowercase();
        let mut found = vec![];
        if most > 0 {
            self.each(table, from, |row| {
                if row.cells.iter().any(|cell| cell.to_lowercase().contains(&words)) {
                    found.push(row.number);
                }
                found.len() < most
            })?;
        }
        Ok(found)
    }

    /// Calls `each` with every row from one on, until it says false.
    pub(super) fn each(
        &self,
        table: usize,
        from: u64,
        mut each: impl FnMut(Row) -> bool,
    ) -> Result<(), RenditionError> {
        let Some(shown) = self.index.tables.get(table) else { return Ok(()) };
        let begin = shown.chunks.partition_point(|chunk| chunk.first + chunk.rows <= from);
        for chunk in &shown.chunks[begin..] {
            for row in self.chunk(chunk)?.into_iter().filter(|row| row.number >= from) {
                if !each(row) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn chunk(&self, chunk: &Chunk) -> Result<Vec<Row>, RenditionError> {
        let mut bytes = vec![0; usize::try_from(chunk.length).map_err(|_| RenditionError::Form("chunk"))?];
        self.file.read_exact_at(&mut bytes, chunk.at)?;
        let mut rest = bytes.as_slice();
        let rows = (0..chunk.rows).map(|at| {
            let cells = take(&mut rest)?;
            // Every cell has a length of four bytes: more cannot be in what is left.
            if cells > rest.len() / 4 {
                return Err(RenditionError::Form("row"));
            }
            let cells = (0..cells).map(|_| {
                let length = take(&mut rest)?;
                let (cell, after) = rest.split_at_checked(length).ok_or(RenditionError::Form("cell"))?;
                rest = after;
                Ok(String::from_utf8_lossy(cell).into_owned())
            });
            Ok(Row { number: chunk.first + at, cells: cells.collect::<Result<_, RenditionError>>()? })
        });
        rows.collect()
    }
}

/// The chunks of a table follow one another, and lie before the index.
fn vet(table: &Shown, end: u64) -> Result<(), RenditionError> {
    let mut next = 0;
    for chunk in &table.chunks {
        let inside = chunk.at.checked_add(chunk.length).is_some_and(|behind| behind <= end);
        // A row has at least four bytes.
        let sized = chunk.length <= LONGEST_CHUNK && chunk.rows <= chunk.length / 4;
        if !inside || !sized || chunk.first != next {
            return Err(RenditionError::Form("chunks"));
        }
        next += chunk.rows;
    }
    if next == table.written { Ok(()) } else { Err(RenditionError::Form("rows")) }
}

fn take(rest: &mut &[u8]) -> Result<usize, RenditionError> {
    let (length, after) = rest.split_first_chunk::<4>().ok_or(RenditionError::Form("length"))?;
    *rest = after;
    usize::try_from(u32::from_le_bytes(*length)).map_err(|_| RenditionError::Form("length"))
}

fn number(bytes: &[u8], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(u64::MAX, |bytes| u64::from_le_bytes(*bytes))
}
