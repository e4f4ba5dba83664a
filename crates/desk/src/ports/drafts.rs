//! Drafts and the time that decisions take, as the store keeps them.

use chrono::{DateTime, Utc};
use exeat_domain::draft::DraftId;

/// The draft that a change sends. It is marked as sent in the transaction of the change, or the change is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The draft.
    pub draft: DraftId,
    /// The revision that was sent.
    pub revision: u64,
}

/// A round that people decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// When it was asked for.
    pub asked: DateTime<Utc>,
    /// When it was approved, returned or rejected.
    pub decided: DateTime<Utc>,
}
