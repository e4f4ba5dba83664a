//! How much a table looks like one row a person or event rather than one a group: points with their reasons.

mod crossing;
mod keys;
mod measures;
mod score;
pub(crate) mod stack;

use super::profile::Profile;
use super::record::{Record, RecordError};
use super::roles::Sketch;
pub(crate) use measures::{Features, Gather};
pub(crate) use score::{Likeness, SIGNS, Side, likeness, weights};

/// Rows that are looked at for combinations that repeat.
pub(crate) const LOOKED_AT: u64 = 20_000;
/// Rows from which a table is judged as a whole; below, identifiers and quasi-identifiers decide.
pub(crate) const LEAST_ROWS: u64 = 20;

/// The cells of one row.
pub(crate) trait Cells {
    /// The cell of this column; empty where there is none.
    fn cell(&self, at: usize) -> &str;
}

impl Cells for Record {
    fn cell(&self, at: usize) -> &str {
        self.get(at)
    }
}

/// Gathers what is counted of a table from its rows, of which a sample of the first will do.
pub(crate) fn features(
    sketches: &[Sketch],
    profiles: &[Profile],
    rows: u64,
    each: impl Fn(&mut dyn FnMut(u64, &dyn Cells)) -> Result<(), RecordError>,
) -> Result<Features, RecordError> {
    let mut gather = Gather::new(sketches, profiles, rows);
    each(&mut |row, cells| gather.add(row, cells))?;
    Ok(gather.done())
}
