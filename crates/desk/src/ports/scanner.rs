//! The port for a virus scanner: what it says of a sealed file.

use std::fs::File;

use async_trait::async_trait;

use super::{Failure, Probe};

/// What a scanner says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scanned {
    /// It found nothing.
    Clean,
    /// It found this: the name of a signature, as the scanner writes it.
    Infected(String),
    /// It could not look at this file, or not at all of it; why, for people.
    Not(String),
}

/// A virus scanner.
#[async_trait]
pub trait Scanner: Probe {
    /// What it calls itself, with the version of its signatures: `ClamAV 1.4.6/27500`.
    ///
    /// # Errors
    /// [`Failure`] `scanner-down` where it does not answer.
    async fn version(&self) -> Result<String, Failure>;

    /// Scans these bytes, from the first on.
    ///
    /// # Errors
    /// [`Failure`] `scanner-down` where it does not answer; another file would fare no better.
    async fn scan(&self, bytes: File) -> Result<Scanned, Failure>;
}
