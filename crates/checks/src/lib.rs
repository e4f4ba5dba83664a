//! Reads strangers' files into evidence and lets the rules of statistical disclosure control judge it.
//!
//! The engine sees the released file alone, never the microdata behind it. [`check`] takes open files and gives a
//! [`FileReport`](exeat_domain::finding::FileReport) for each; [`read::tables`] gives the same tables for display;
//! [`rules::all`] lists what is looked for. A rule ends as clear, found, not applicable or undecided, and what could
//! not be read or decided is undecided: nothing passes by default.

mod acro;
pub mod audit;
pub mod band;
mod cells;
pub mod coverage;
pub mod differ;
mod engine;
mod evidence;
pub mod fitting;
pub mod identifier;
pub mod input;
mod model;
mod oddity;
pub mod picture;
pub mod policy;
pub mod read;
pub mod rendition;
pub mod request;
pub mod rule;
pub mod rules;
pub mod table;
pub mod threshold;
pub mod token;

pub use engine::{Checked, check, check_after};
pub use input::{Input, Source};
pub use policy::{Limits, Policy, PolicyError};
pub use table::{Column, Role, Table};
