//! The web desk over a real store, share and seals, asked as a browser asks.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test makes files and fails where something is not as it should be"
)]

mod api;
mod asking;
mod auditing;
mod comparing;
mod deciding;
mod hostile;
mod house;
mod insights;
mod languages;
mod permissions;
mod pickup;
mod running;
mod safety;
mod signing_in;
mod telling;
mod vouched;
