//! The mails as people get them, the bytes as servers get them, what hostile words become in both, and which mails of
//! others are believed.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests make files, and panic where they fail"
)]

mod bytes;
mod forged;
mod hostile;
mod judged;
mod maildir;
mod mails;
mod naming;
mod reading;
mod reading_any;
mod sample;
mod signing;
mod site;
mod smtp;
