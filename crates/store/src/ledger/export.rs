//! Writes the ledger out as lines of JSON that a stranger can verify.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use exeat_desk::ports::Failure;
use exeat_domain::digest::Sha256;
use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde_json::value::RawValue;

use super::chain::{Anchor, START};
use super::key::SigningKey;
use super::line::{ClosingLine, EntryLine, Head};
use super::rows::{PAGE, digest, end, entries_query, signature, whole};
use crate::convert::{signed, unsigned};
use crate::entity::ledger::Model;
use crate::failure::{corrupt, failed};

/// The ledger could not be exported; what was written so far has no closing line and verifies as cut off.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It could not be read.
    #[error(transparent)]
    Store(#[from] Failure),
    /// It could not be written.
    #[error(
        "the export could not be written: {0}; free some space or choose another place, then export again"
    )]
    Write(#[from] io::Error),
}

/// Writes every entry that is there now, and the closing line.
pub(crate) async fn export(
    db: &impl ConnectionTrait,
    signing: &SigningKey,
    out: &mut (dyn Write + Send),
    exported_at: DateTime<Utc>,
) -> Result<Head, ExportError> {
    let Anchor { seq: last, hash } = end(db).await?;
    let (mut seq, mut prev) = (0, START);
    while seq < last {
        let page = entries_query(None, signed(seq)?, PAGE.min(last - seq)).all(db).await.map_err(failed)?;
        if page.is_empty() {
            return Err(corrupt(format_args!("Ledger entry {}", seq + 1), "missing").into());
        }
        for row in &page {
            (seq, prev) = entry(out, row, prev)?;
        }
    }
    let head =
        Head { seq: last, hash, exported_at: whole(exported_at)?, key: signing.public().fingerprint() };
    let sig = signing.sign(&head.digest().map_err(io::Error::from)?);
    write(out, &ClosingLine { head, sig })?;
    out.flush()?;
    Ok(head)
}

fn entry(out: &mut dyn Write, row: &Model, prev: Sha256) -> Result<(u64, Sha256), ExportError> {
    let entry: &RawValue = serde_json::from_str(&row.entry)
        .map_err(|error| corrupt(format_args!("Ledger entry {}", row.seq), error))?;
    let (seq, hash) = (unsigned(row.seq)?, digest(row)?);
    write(out, &EntryLine { seq, entry, prev, hash, sig: signature(row)? })?;
    Ok((seq, hash))
}

fn write(out: &mut dyn Write, line: &impl Serialize) -> Result<(), io::Error> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    out.write_all(&bytes)
}
