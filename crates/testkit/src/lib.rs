//! A desk on real adapters in a temporary folder, and gates that make its ports fail or die. For tests only.
#![allow(clippy::disallowed_methods, reason = "tests make files, read clocks and start programs")]

pub mod clamd;
pub mod dovecot;
pub mod gate;
mod payloads;
pub mod post;
pub mod postfix;
pub mod proxy;
pub mod samba;
pub mod site;
pub mod slapd;
pub mod tickets;

pub use payloads::PAYLOADS;
