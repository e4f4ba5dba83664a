//! The mails as people get them, the bytes as servers get them, and what hostile words become in both.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests make files, and panic where they fail"
)]

mod bytes;
mod hostile;
mod maildir;
mod mails;
mod reading;
mod reading_any;
mod sample;
mod smtp;
