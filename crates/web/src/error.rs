//! What can go wrong with a page, and the page that says so: what happened, and what to do.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use exeat_desk::DeskError;
use exeat_desk::ports::StoreError;
use exeat_domain::claim::ClaimError;
use exeat_domain::comment::CommentError;
use exeat_domain::pickup::Closed;
use exeat_domain::review::ReviewError;

use crate::api::ApiError;
use crate::pages::Shell;
use crate::sign_in::SignInError;
use crate::words::{Said, Words, fill};

/// A page that could not be given.
#[derive(Clone, Debug)]
pub(crate) enum PageError {
    /// There is nothing there, or nothing for this person.
    NotFound,
    /// The person's roles do not suffice.
    Forbidden,
    /// It came from another site.
    Foreign,
    /// It is too large.
    TooLarge,
    /// The desk refused it, or could not.
    Desk(Box<DeskError>),
    /// Something that should not happen; told in the log.
    System(String),
    /// What only a script can do wrong.
    Api(ApiError),
}

impl From<ApiError> for PageError {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<DeskError> for PageError {
    fn from(error: DeskError) -> Self {
        match error {
            // That another's request is there is nobody's business.
            DeskError::NotYours { id } => DeskError::Store(StoreError::NoSuchRequest(id)).into(),
            DeskError::NotAllowed { .. } => Self::Forbidden,
            other => Self::Desk(Box::new(other)),
        }
    }
}

impl From<exeat_desk::ports::Failure> for PageError {
    fn from(failure: exeat_desk::ports::Failure) -> Self {
        DeskError::Port(failure).into()
    }
}

impl From<tower_sessions::session::Error> for PageError {
    fn from(error: tower_sessions::session::Error) -> Self {
        Self::System(error.to_string())
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        Self::System(error.to_string())
    }
}

impl From<SignInError> for PageError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Store(error) => DeskError::Store(error).into(),
            SignInError::Roster(failure) => failure.into(),
            other => Self::System(other.to_string()),
        }
    }
}

impl PageError {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::Foreign => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Api(error) => error.status(),
            Self::Desk(error) => match **error {
                DeskError::NotReleased { .. }
                | DeskError::NothingWaits { .. }
                | DeskError::Wiped
                | DeskError::Store(StoreError::NoSuchRequest(_) | StoreError::NoSuchDraft(_)) => {
                    StatusCode::NOT_FOUND
                }
                DeskError::Store(StoreError::Conflict(_) | StoreError::DraftConflict(_)) => {
                    StatusCode::CONFLICT
                }
                DeskError::Store(_) | DeskError::Port(_) => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            },
            Self::System(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A stable code.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::NotFound => "not-found",
            Self::Forbidden => "not-allowed",
            Self::Foreign => "foreign",
            Self::TooLarge => "too-large",
            Self::Desk(error) => error.code(),
            Self::Api(error) => error.code(),
            Self::System(_) => "internal",
        }
    }

    /// What happened, and what to do, in words.
    pub(crate) fn words(&self, w: &Words) -> (&'static str, Said) {
        let c = w.common;
        match self {
            Self::NotFound => (c.not_found, c.not_found_hint.to_owned().into()),
            Self::Forbidden => (c.forbidden, c.forbidden_hint.to_owned().into()),
            Self::Foreign => (c.foreign, c.foreign_hint.to_owned().into()),
            Self::TooLarge => (c.too_large, c.too_large_hint.to_owned().into()),
            Self::System(_) => (c.failed, c.failed_hint.to_owned().into()),
            Self::Api(error) => (c.refused, error.to_string().into()),
            Self::Desk(error) => match &**error {
                DeskError::NotReleased { .. }
                | DeskError::NothingWaits { .. }
                | DeskError::Store(StoreError::NoSuchRequest(_) | StoreError::NoSuchDraft(_)) => {
                    (c.not_found, c.not_found_hint.to_owned().into())
                }
                DeskError::Store(StoreError::Conflict(_) | StoreError::DraftConflict(_)) => {
                    (c.changed, c.changed_hint.to_owned().into())
                }
                DeskError::Store(_) => (c.failed, c.failed_hint.to_owned().into()),
                DeskError::Port(failure) => (c.failed, w.said(&failure.message)),
                DeskError::Review(error) => (c.refused, review(error, w).into()),
                DeskError::Claim(ClaimError::Review(error)) => (c.refused, review(error, w).into()),
                DeskError::Claim(ClaimError::Taken(who)) => {
                    (c.refused, fill(w.request.taken, &[("who", who)]).into())
                }
                DeskError::Wiped => (w.request.gone, w.request.gone_hint.to_owned().into()),
                DeskError::Blind => (c.refused, w.ledger.blind.to_owned().into()),
                DeskError::NoPickup { why, .. } => {
                    let hint = crate::pages::pickup::word(&w.pickup.closed_hint, *why);
                    (closed(w, *why), hint.to_owned().into())
                }
                DeskError::Comment(error) => (c.refused, comment(error, w).into()),
                other => (c.refused, w.said(&other.to_string())),
            },
        }
    }

    /// The page that says so.
    pub(crate) fn page(&self, shell: Shell<'_>) -> Response {
        self.log();
        let (title, hint) = self.words(shell.w);
        let page = ErrorPage { shell: shell.titled(title), hint, code: self.code() };
        let body = page.render().unwrap_or_else(|_| title.to_owned());
        (self.status(), axum::response::Html(body)).into_response()
    }
}

impl PageError {
    /// Tells the log what is the desk's own failure.
    pub(crate) fn log(&self) {
        match self {
            Self::System(detail) => tracing::error!(%detail, "a page could not be given"),
            Self::Desk(error) if self.status().is_server_error() => {
                tracing::error!(detail = ?error, "a page could not be given");
            }
            _ => {}
        }
    }
}

/// Why a package cannot be picked up, as a title.
fn closed(w: &Words, why: Closed) -> &'static str {
    match why {
        Closed::Used => w.pickup.used,
        other => crate::pages::pickup::word(&w.pickup.closed, other),
    }
}

/// Why a decision may not be taken, in words.
pub(crate) fn review(error: &ReviewError, w: &Words) -> String {
    let r = w.request;
    match error {
        ReviewError::Own(_) => r.own.to_owned(),
        ReviewError::NotOpen(state) => fill(r.not_open, &[("state", &w.state(*state))]),
        ReviewError::Submitted => r.submitted.to_owned(),
        ReviewError::Settled => w.review.settled.to_owned(),
        ReviewError::NotDecided => w.review.not_decided.to_owned(),
        ReviewError::Enough(_) => r.enough.to_owned(),
        ReviewError::Nothing => r.nothing.to_owned(),
        ReviewError::ApproveNeedsReason { .. } => r.reason_needed_block.to_owned(),
        ReviewError::RefuseNeedsReason { .. } => r.reason_needed_clear.to_owned(),
        ReviewError::NeedsException(_) => r.exception_needed.to_owned(),
        ReviewError::NoSuchFile(_)
        | ReviewError::TakenBack(_)
        | ReviewError::Supporting(_)
        | ReviewError::Infected(_)
        | ReviewError::Undecided(_) => w.said(&error.to_string()).text,
    }
}

/// Why a comment cannot be made, in words.
fn comment(error: &CommentError, w: &Words) -> String {
    match error {
        CommentError::Empty => w.review.comment_empty.to_owned(),
        CommentError::TooLong => w.review.comment_long.to_owned(),
        CommentError::Ended(state) => fill(w.review.comment_ended, &[("state", &w.state(*state))]),
        CommentError::NoSuchFile(_) => w.said(&error.to_string()).text,
    }
}

impl IntoResponse for PageError {
    /// Carries the error to the guard of the route, which knows the language and writes the page.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    shell: Shell<'a>,
    hint: Said,
    code: &'a str,
}
