//! A plain ZIP, in memory, of what the desk itself has written.

use std::io;

use chrono::NaiveDateTime;

use crate::container::{Held, ZipWriter};
use crate::contents::check_names;
use crate::deflate::Body;

/// A plain ZIP of these entries, each a name and its bytes, in this order.
///
/// # Errors
/// Where a name is none, or occurs twice.
pub fn bundle(entries: &[(&str, &[u8])], modified: NaiveDateTime) -> io::Result<Vec<u8>> {
    check_names(entries.iter().map(|(name, _)| *name)).map_err(io::Error::other)?;
    let mut zip = ZipWriter::new(vec![], modified);
    for (name, content) in entries {
        let bytes = content.len() as u64;
        let body = Body::open(*content)?;
        let mut entry = zip.begin(name, body.method(), bytes, None)?;
        body.write_to(&mut entry)?;
        entry.finish(Held { crc: crc32fast::hash(content), bytes })?;
    }
    zip.finish()
}
