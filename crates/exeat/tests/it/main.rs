//! The binary, run as people and scripts run it.

mod cage;
mod check;
mod demo;
mod desk;
mod init;
mod ledger;
mod story;
