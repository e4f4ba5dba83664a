//! The tests that need a whole desk on real adapters, or real programs beside it.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test makes files, starts programs, and fails where something is not as it should be"
)]

mod audit;
mod browser;
mod by_mail;
mod clamd;
mod crash;
mod doors;
mod fault;
mod imap;
mod mail;
mod messages;
mod numbers;
mod package;
mod research_object;
mod rounds;
mod samba;
mod scripts;
mod slapd;
mod tickets;
mod whole;
