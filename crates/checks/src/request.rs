//! One request as rules that look across files see it.

use crate::read::Read;

/// The files of one request, read.
#[derive(Debug)]
pub struct Request {
    /// In the order in which they were asked for.
    pub files: Vec<Read>,
}
