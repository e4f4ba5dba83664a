//! What can be wrong with a ledger, in words for an auditor.

use exeat_domain::digest::Sha256;

/// A ledger that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the ledger is broken at line {line}: {fault}")]
pub struct Broken {
    /// The line of the export, or the row of the store, from 1. Everything before it is as it was written.
    pub line: u64,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong with a line of a ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Fault {
    #[error("it could not be read ({0}); read it again, and if that fails too, take another copy")]
    Unreadable(String),
    #[error("it is longer than any line that Exeat writes, so this is no ledger export or it was added to")]
    TooLong,
    #[error("it is no line of a ledger export ({0}); its bytes were changed")]
    NotALine(String),
    #[error("it says what it should in another writing than Exeat's; its bytes were changed")]
    Rewritten,
    #[error("it has no end; its last byte was changed or the file was cut off here")]
    Unended,
    #[error("entries {first} to {last} are missing before it; they were removed or moved")]
    Missing { first: u64, last: u64 },
    #[error("entry {seq} stands where entry {next} belongs; a line was doubled, moved or added")]
    Again { seq: u64, next: u64 },
    #[error(
        "entry {seq} names another entry before it than the one that stands there; one of the two was replaced"
    )]
    Unchained { seq: u64 },
    #[error("entry {seq} does not fit its hash; what it says was changed after it was written")]
    Changed { seq: u64 },
    #[error(
        "entry {seq} was not signed with the key {key}; this is the ledger of another key, or someone without the \
         key wrote the entry"
    )]
    Forged { seq: u64, key: Sha256 },
    #[error("entry {seq} is filed under another request than the one it speaks of; its row was changed")]
    Misfiled { seq: u64 },
    #[error("the export stops after entry {last} without its closing line; its end was cut off")]
    Unclosed { last: u64 },
    #[error(
        "the closing line was not signed with the key {key}; it was changed or made by someone without the key"
    )]
    HeadForged { key: Sha256 },
    #[error(
        "the closing line counts {head} entries, but entry {last} is the last here; the end was cut off, or \
             the closing line is another export's"
    )]
    OtherHead { head: u64, last: u64 },
    #[error("it stands after the closing line, where nothing belongs; it was added")]
    AfterClosing,
    #[error(
        "the ledger ends with entry {last}, but entry {anchor} is on record; everything after entry {last} was \
         removed, or this is an older export"
    )]
    BeforeAnchor { last: u64, anchor: u64 },
    #[error(
        "entry {seq} is another than the one on record; the ledger was written anew from some entry before it"
    )]
    OtherHistory { seq: u64 },
}
