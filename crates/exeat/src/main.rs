//! The `exeat` command: parses what was typed, runs one command, and says how it ended.
#![allow(
    clippy::disallowed_methods,
    reason = "the binary is where environment, clock and files become values"
)]

mod account;
mod check;
mod cli;
mod config;
mod config_command;
mod demo;
mod desks;
mod doctor;
mod identity;
mod init;
mod inspector;
mod ledger;
mod lock;
mod mailbox;
mod out;
mod render;
mod request;
mod review;
mod rules;
mod serve;
mod status;
mod tickets;
mod web;
mod wiring;
mod words;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    cli::run(cli::Cli::parse())
}
