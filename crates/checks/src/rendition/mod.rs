//! The canonical rendition of a file's tables: its cells as text, in chunks, with an index at the end.
//!
//! The checks write it once, in their cage, from the rows that they judged. From it a window of rows, a search or an order
//! is read in bounded memory, and the stranger's own bytes are never read again for a page. A reader trusts it no further
//! than its form: the checks that wrote it had read a hostile file.
//!
//! ```text
//! EXRT1\n                                   6 bytes
//! chunk …        rows: u32 cells, then for each cell u32 bytes and the text
//! index          JSON: tables with their columns and chunks, and the text outside them
//! u64 offset of the index, u64 length of it, EXRT1\n
//! ```

mod compare;
mod order;
mod read;
mod write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use compare::{Comparison, MOST_CELLS, Was};
pub use read::{Rendition, RenditionError, Row};
pub use write::write;

/// What a rendition begins and ends with.
const MAGIC: &[u8; 6] = b"EXRT1\n";
/// Bytes of rows in all; what lies beyond is not shown, and the index says so.
pub const MOST_BYTES: u64 = 256 << 20;
/// The longest cell, in bytes; a longer one is cut, with an ellipsis.
const LONGEST_CELL: usize = 4096;
/// The longest row, in bytes; the cells beyond are left empty.
const LONGEST_ROW: usize = 1 << 20;
/// A chunk is closed when it holds so many rows,
const CHUNK_ROWS: u64 = 256;
/// or so many bytes.
const CHUNK_BYTES: usize = 64 << 10;
/// The longest chunk: all but a row's worth of the above, and one row, with its lengths.
const LONGEST_CHUNK: u64 = (CHUNK_BYTES + LONGEST_ROW + 16_384 * 4 + 4) as u64;
/// The longest index.
const LONGEST_INDEX: u64 = 64 << 20;

/// What is at the end of a rendition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Index {
    pub(crate) tables: Vec<Shown>,
    pub(crate) outside: Vec<Outside>,
}

/// One table as it can be shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// Which table of the file, from 0.
    pub index: u32,
    /// Rows of its body.
    pub rows: u64,
    /// How many of them are in the rendition, from the first.
    pub written: u64,
    /// Its columns, in the order of the file.
    pub columns: Vec<ShownColumn>,
    /// The chunks: where each begins, its first row, and how many rows it has.
    pub(crate) chunks: Vec<Chunk>,
}

/// A column as it was understood, and what its cells come to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShownColumn {
    /// Its header, with what hides or controls written out; empty where it has none.
    pub name: String,
    /// What it is: `count`, `dimension`, ….
    pub role: String,
    /// Why it was taken for that.
    pub reason: String,
    /// Cells that are not blank.
    pub filled: u64,
    /// Different values among them; a lower bound above a hundred thousand.
    pub distinct: u64,
    /// Cells that are numbers.
    pub numbers: u64,
    /// The least of them.
    pub least: Option<f64>,
    /// The greatest of them.
    pub greatest: Option<f64>,
    /// What they come to.
    pub sum: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Chunk {
    pub(crate) at: u64,
    pub(crate) length: u64,
    pub(crate) first: u64,
    pub(crate) rows: u64,
}

/// A line of text outside the tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Outside {
    /// Its number in the file, from 1.
    pub line: u64,
    /// What it says.
    pub text: String,
}

#[cfg(test)]
mod tests;
