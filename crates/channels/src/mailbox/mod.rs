//! The mailbox: a mail is opened within limits, judged, and only then read as a request.

mod arrived;
mod clerk;
mod imap;
pub mod reading;
mod trust;
mod why;

pub use arrived::{Arrived, Ours, Stopped};
pub use clerk::Clerk;
pub(crate) use imap::client_config;
pub use imap::{
    Fate, Fetched, Folders, ImapConfig, ImapError, Inbox, LARGEST, Passed, Proof as ImapProof, Reader, Secret,
};
pub use trust::{Judge, Names, Proof, Resolver, SiteHeader, TrustConfig, Trusted, Unanswered, Verdict};
pub use why::{Outcome, Why};
