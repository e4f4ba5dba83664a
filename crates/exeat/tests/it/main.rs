//! The binary, run as people and scripts run it.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the tests make and read files as people do, and fail by panicking"
)]

mod cage;
mod check;
mod demo;
mod desk;
mod doctor;
mod earlier;
mod elsewhere;
mod init;
mod ledger;
mod serve;
mod sizes;
mod story;
