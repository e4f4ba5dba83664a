//! The tests that need a whole desk on real adapters, or real programs beside it.

mod crash;
mod fault;
mod mail;
mod package;
mod whole;
