//! Verifies an export offline: with the file and the public key alone, line by line.

use std::io::{BufRead, Read};

use serde::{Deserialize, Serialize};

use super::chain::{Anchor, Chain, Link};
use super::fault::{Broken, Fault};
use super::key::PublicKey;
use super::line::{CLOSING, ClosingLine, EntryLine, Head, LONGEST};

/// What a whole ledger holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How many entries there are.
    pub entries: u64,
    /// Where it ends; write it down, and a later export can be held against it.
    pub end: Anchor,
    /// The closing line; none where the store itself was verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
}

/// Verifies an export: every entry is there, in order, as written and signed with `key`, up to the closing line.
/// With an `anchor` from earlier, an older or a rewritten ledger is found too. Holds one line in memory at a time.
///
/// # Errors
/// [`Broken`]: the first line that is not as Exeat wrote it, and what that means.
pub fn verify(mut export: impl BufRead, key: &PublicKey, anchor: Option<Anchor>) -> Result<Report, Broken> {
    let mut chain = Chain::new(key, anchor);
    let mut bytes = Vec::new();
    let mut line = 1;
    loop {
        let step = read(&mut export, &mut bytes).and_then(|more| match more {
            false => Err(Fault::Unclosed { last: chain.seq }),
            true if bytes.starts_with(CLOSING) => close(&chain, key, &bytes).map(Some),
            true => entry(&mut chain, &bytes).map(|()| None),
        });
        match step {
            Ok(None) => line += 1,
            Ok(Some(head)) => {
                return match read(&mut export, &mut bytes) {
                    Ok(false) => Ok(report(&chain, Some(head))),
                    Ok(true) => Err(Broken { line: line + 1, fault: Fault::AfterClosing }),
                    Err(Fault::Unended | Fault::TooLong) => {
                        Err(Broken { line: line + 1, fault: Fault::AfterClosing })
                    }
                    Err(fault) => Err(Broken { line: line + 1, fault }),
                };
            }
            Err(fault) => return Err(Broken { line, fault }),
        }
    }
}

pub(crate) fn report(chain: &Chain<'_>, head: Option<Head>) -> Report {
    Report { entries: chain.seq, end: Anchor { seq: chain.seq, hash: chain.hash }, head }
}

/// Reads the next line, without its end; false where there is none.
fn read(export: &mut impl BufRead, bytes: &mut Vec<u8>) -> Result<bool, Fault> {
    bytes.clear();
    let most = LONGEST as u64 + 1;
    export
        .by_ref()
        .take(most)
        .read_until(b'\n', bytes)
        .map_err(|error| Fault::Unreadable(error.to_string()))?;
    match bytes.pop() {
        None => Ok(false),
        Some(b'\n') => Ok(true),
        Some(_) if bytes.len() as u64 + 1 == most => Err(Fault::TooLong),
        Some(_) => Err(Fault::Unended),
    }
}

/// Reads one line as `T`, and demands that `T` is written exactly so.
fn parse<'a, T: Deserialize<'a> + Serialize>(bytes: &'a [u8]) -> Result<T, Fault> {
    let garbled = |error: serde_json::Error| Fault::NotALine(error.to_string());
    let line: T = serde_json::from_slice(bytes).map_err(garbled)?;
    let again = serde_json::to_vec(&line).map_err(garbled)?;
    if again == bytes { Ok(line) } else { Err(Fault::Rewritten) }
}

fn entry(chain: &mut Chain<'_>, bytes: &[u8]) -> Result<(), Fault> {
    let line: EntryLine<'_> = parse(bytes)?;
    if line.seq == chain.seq + 1 && line.prev != chain.hash {
        return Err(Fault::Unchained { seq: line.seq });
    }
    chain.take(line.seq, &Link { entry: line.entry.get(), hash: line.hash, sig: line.sig })
}

fn close(chain: &Chain<'_>, key: &PublicKey, bytes: &[u8]) -> Result<Head, Fault> {
    let ClosingLine { head, sig } = parse(bytes)?;
    let digest = head.digest().map_err(|error| Fault::NotALine(error.to_string()))?;
    if head.key != key.fingerprint() || !key.made(&sig, &digest) {
        return Err(Fault::HeadForged { key: key.fingerprint() });
    }
    if (head.seq, head.hash) != (chain.seq, chain.hash) {
        return Err(Fault::OtherHead { head: head.seq, last: chain.seq });
    }
    chain.end()?;
    Ok(head)
}
