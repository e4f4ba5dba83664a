//! What can go wrong with a use case: a message for the person, and a stable code.

use exeat_domain::claim::ClaimError;
use exeat_domain::comment::CommentError;
use exeat_domain::draft::Gap;
use exeat_domain::path::PathProblem;
use exeat_domain::pickup::Closed;
use exeat_domain::request::{RequestId, TakeBackError};
use exeat_domain::review::ReviewError;
use exeat_domain::roster::Role;
use exeat_domain::state::NotOpen;

use crate::ports::{Failure, StoreError};

/// A use case could not be carried out; nothing was changed unless the message says so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum DeskError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Port(#[from] Failure),
    #[error(transparent)]
    Review(#[from] ReviewError),
    #[error(transparent)]
    Claim(#[from] ClaimError),
    #[error(transparent)]
    Comment(#[from] CommentError),
    #[error(transparent)]
    NotOpen(#[from] NotOpen),
    #[error(transparent)]
    TakeBack(#[from] TakeBackError),
    #[error(transparent)]
    Path(#[from] PathProblem),
    #[error("the request is empty: name at least one file or folder of the share")]
    NothingAsked,
    #[error(
        "{account} works on several projects ({projects}): say which one this request is for (--project)"
    )]
    WhichProject { account: String, projects: String },
    #[error("{account} does not work on the project {project:?}; the roster has: {projects}")]
    NotYourProject { account: String, project: String, projects: String },
    #[error("{account} is not an active {} on the roster", role_name(*.role))]
    NotAllowed { account: String, role: Role },
    #[error("{id} belongs to another requester")]
    NotYours { id: RequestId },
    #[error("the package of {id} cannot be picked up: {why}")]
    NoPickup { id: RequestId, why: Closed },
    #[error("nothing waits to be picked up for {id}")]
    NothingWaits { id: RequestId },
    #[error(
        "this file can no longer be looked at: what was kept of it was removed when the request was settled"
    )]
    Wiped,
    #[error("{id} was not released, so there is no record of a release")]
    NotReleased { id: RequestId },
    #[error(
        "you check requests too, and the whole ledger holds decisions that are not yours to see yet: export it when \
         nothing waits, or have someone do it who does not check"
    )]
    Blind,
    #[error("something is missing before this can be sent: {}", crate::drafting::gap_words(.gaps))]
    Incomplete { gaps: Vec<Gap> },
    #[error("you have {most} drafts already: send or throw away one of them first")]
    TooManyDrafts { most: usize },
    #[error("the request was refused and kept as {id}: {reason}")]
    Refused { id: RequestId, reason: String },
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Requester => "requester",
        Role::Checker => "output checker",
        Role::Auditor => "auditor",
        Role::Admin => "administrator",
    }
}

impl DeskError {
    /// A stable code for scripts.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Store(
                StoreError::Conflict(_) | StoreError::AccountConflict(_) | StoreError::DraftConflict(_),
            ) => "conflict",
            Self::Store(StoreError::KnownMessage(_)) => "known-message",
            Self::Store(StoreError::NoSuchDraft(_)) => "no-such-draft",
            Self::Store(StoreError::NoSuchRequest(_)) => "no-such-request",
            Self::Store(StoreError::NoSuchMove { .. }) => "no-such-move",
            Self::Store(StoreError::Failure(failure)) | Self::Port(failure) => failure.code,
            Self::Review(_) | Self::Claim(ClaimError::Review(_)) => "review-refused",
            Self::Claim(ClaimError::Taken(_)) => "taken",
            Self::Comment(_) => "comment-refused",
            Self::NotOpen(_) => "not-open",
            Self::TakeBack(_) => "take-back-refused",
            Self::Path(problem) => problem.code(),
            Self::NothingAsked => "nothing-asked",
            Self::WhichProject { .. } => "which-project",
            Self::NotYourProject { .. } => "not-your-project",
            Self::NotAllowed { .. } => "not-allowed",
            Self::NotYours { .. } => "not-yours",
            Self::NoPickup { .. } => "no-pickup",
            Self::NothingWaits { .. } => "nothing-waits",
            Self::Wiped => "wiped",
            Self::NotReleased { .. } => "not-released",
            Self::Blind => "blind",
            Self::Incomplete { .. } => "incomplete",
            Self::TooManyDrafts { .. } => "too-many-drafts",
            Self::Refused { .. } => "refused",
        }
    }
}
