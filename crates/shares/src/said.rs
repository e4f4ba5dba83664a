//! What the system, or a file server, said: one code for both, so that one table of words serves them.

use std::fmt;
use std::io;

use rustix::io::Errno;

/// A file server's answer, with the code of the system's that is nearest to it.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) errno: Errno,
    /// What it said, for the log.
    pub(crate) detail: String,
}

impl fmt::Display for Said {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.detail)
    }
}

impl std::error::Error for Said {}

impl From<Said> for io::Error {
    fn from(said: Said) -> Self {
        let kind = io::Error::from(said.errno).kind();
        Self::new(kind, said)
    }
}

/// The code of what was said, if it has one.
pub(crate) fn errno(error: &io::Error) -> Option<Errno> {
    let said = error.get_ref().and_then(|inner| inner.downcast_ref::<Said>());
    said.map(|said| said.errno).or_else(|| Errno::from_io_error(error))
}
