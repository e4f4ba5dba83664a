//! The protected ZIP (written, reopened, verified) and the KeePass vault its password comes from.
//!
//! Everything here blocks: an asynchronous caller runs it on a thread for blocking work. A package is made of
//! files that were reviewed ([`Reviewed`]): while a file is packed its bytes are hashed, and a package in which
//! one differs from what was reviewed is never kept. [`verify`] opens the package from disk with another
//! implementation than the one that wrote it.
#![allow(
    clippy::disallowed_methods,
    reason = "this crate is the adapter that writes packages to disk and reads them again"
)]

mod aes256;
mod bundle;
mod container;
mod contents;
mod deflate;
mod error;
mod pack;
mod password;
mod place;
mod split;
mod unpack;
mod vault;
mod verify;

pub use bundle::bundle;
pub use contents::{BadName, Reviewed, check_names};
pub use error::{PackError, VaultError, VerifyError};
pub use pack::{Names, Order, Packed, Part, Protection, Written, pack, pack_parts};
pub use password::{BadPassword, ZipPassword, generate_password};
pub use place::TEMPORARY_PREFIX;
pub use split::{TooBig, plan};
pub use unpack::{UnpackError, transfer, unpack};
pub use vault::{Unlock, read_password, write_vault};
pub use verify::verify;
