//! What the desk has to say, in the language of the person: rules and what they found, places in files, what could not be
//! taken up, and why something is refused. Pages and mails tell it from here.
//!
//! The checks and the desk itself speak English: so a finding is kept, and so it stands in the ledger. What they say is
//! matched with the sentences in `told/sayings.toml`, each of which is told in Dutch and in French beside it; a test reads
//! the sources for sentences that are not among them.

mod places;
mod rules;
mod sayings;

use std::fmt::Display;

pub use places::{place, quoted};
pub use rules::{Rule, of_finding, problem, rule};
pub use sayings::say;

/// The phrase with its blanks filled in.
#[must_use]
pub fn fill(phrase: &str, blanks: &[(&str, &dyn Display)]) -> String {
    blanks.iter().fold(phrase.to_owned(), |text, (blank, value)| {
        text.replace(&format!("{{{blank}}}"), &value.to_string())
    })
}
