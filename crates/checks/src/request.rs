//! One request as rules that look across files see it.

use crate::differ::{Differences, Released};
use crate::evidence::margins::Margins;
use crate::read::Read;

/// The files of one request, read.
#[derive(Debug, Default)]
pub struct Request {
    /// In the order in which they were asked for.
    pub files: Vec<Read>,
    /// What left before and speaks of the same things, in the order of the releases.
    pub before: Vec<Released>,
    /// How the files differ from what left before; none where nothing did, or nothing was named.
    pub(crate) differences: Vec<Differences>,
    /// What adds up in its tables, and what that tells.
    pub(crate) margins: Vec<Margins>,
}
