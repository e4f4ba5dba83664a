//! Writes the ledger out as lines of JSON that a stranger can verify.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use exeat_desk::ports::{ExportCursor, Failure, LedgerPlace};
use exeat_domain::digest::Sha256;
use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde_json::value::RawValue;

use super::chain::Anchor;
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
    let mut from = None;
    loop {
        let (bytes, step) = lines(db, signing, from, exported_at).await?;
        out.write_all(&bytes)?;
        match step {
            Step::On(cursor) => from = Some(cursor),
            Step::End(head) => {
                out.flush()?;
                return Ok(head);
            }
        }
    }
}

/// How an export goes on.
pub(crate) enum Step {
    On(ExportCursor),
    End(Head),
}

/// The next lines: a page of entries, or the closing one.
pub(crate) async fn lines(
    db: &impl ConnectionTrait,
    signing: &SigningKey,
    from: Option<ExportCursor>,
    exported_at: DateTime<Utc>,
) -> Result<(Vec<u8>, Step), ExportError> {
    let ExportCursor { mut at, last } = match from {
        Some(cursor) => cursor,
        None => {
            let Anchor { seq, hash } = end(db).await?;
            ExportCursor { at: LedgerPlace::START, last: LedgerPlace { seq, hash } }
        }
    };
    let mut out = vec![];
    if at.seq >= last.seq {
        let (exported_at, key) = (whole(exported_at)?, signing.public().fingerprint());
        let head = Head { seq: last.seq, hash: last.hash, exported_at, key };
        let sig = signing.sign(&head.digest().map_err(io::Error::from)?);
        write(&mut out, &ClosingLine { head, sig })?;
        return Ok((out, Step::End(head)));
    }
    let page = entries_query(None, signed(at.seq)?, PAGE.min(last.seq - at.seq));
    let page = page.all(db).await.map_err(failed)?;
    if page.is_empty() {
        return Err(corrupt(format_args!("Ledger entry {}", at.seq + 1), "missing").into());
    }
    for row in &page {
        let (seq, hash) = entry(&mut out, row, at.hash)?;
        at = LedgerPlace { seq, hash };
    }
    Ok((out, Step::On(ExportCursor { at, last })))
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
