//! The store as the desk uses it, on files of its own.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the tests look at the file itself, and fail by panicking"
)]

mod crash;
mod drafts;
mod insights;
mod jobs;
mod ledger;
mod opening;
mod requests;
mod searching;
mod support;
mod tokens;
