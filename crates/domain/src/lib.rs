//! Requests, rounds, files, reviews and the one table of states: values and rules, no input or output, no clock.

pub mod digest;
pub mod finding;
