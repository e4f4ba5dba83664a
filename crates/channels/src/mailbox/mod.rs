//! The mailbox: a mail is opened within limits, judged, and only then read as a request.

mod imap;
pub mod reading;

pub use imap::{
    Fate, Fetched, Folders, ImapConfig, ImapError, Inbox, LARGEST, Passed, Proof as ImapProof, Reader, Secret,
};
