//! The ledger: append-only, chained by hash, signed, and verifiable by a stranger with the public key.

mod chain;
mod export;
mod fault;
mod key;
mod line;
mod rows;
mod search;
mod verify;

pub use chain::Anchor;
pub use export::ExportError;
pub use fault::{Broken, Fault};
pub use key::{BadKey, PublicKey, SigningKey};
pub use line::Head;
pub use rows::VerifyError;
pub use verify::{Report, verify};

pub(crate) use export::{Step, export, lines};
#[cfg(test)]
pub(crate) use rows::entries_query;
pub(crate) use rows::{append, check_end, entries, verify_rows, walk};
pub(crate) use search::search;
#[cfg(test)]
pub(crate) use search::statement as search_statement;
