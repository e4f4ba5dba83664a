//! The folders against a real file system: hostile trees, files that change, disks that fill, work that is cut off.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "the tests make the trees that the adapters are tried on, and fail by panicking"
)]

mod archive;
mod copy;
mod find;
mod folder;
mod look;
mod probe;
mod scratch;
mod seals;
