//! Packages and vaults as the desk uses them: through the public functions, on a real disk.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the tests look at what is on the disk, and fail by panicking"
)]

mod packages;
mod vaults;
