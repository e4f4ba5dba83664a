//! What a requester says about the files of a round: who is in them, how many, and what was done against disclosure.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::path::hides;

/// What was done so that nobody can be told from the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Control {
    /// Small counts are left out.
    Suppressed,
    /// Further cells are left out, so that totals do not give them away.
    Secondary,
    /// Counts are rounded.
    Rounded,
    /// Small categories are merged.
    Merged,
    /// Extremes are left out or capped: no smallest, largest or single value.
    Capped,
    /// Noise was added.
    Noise,
}

impl Control {
    /// Every control.
    pub const ALL: [Self; 6] =
        [Self::Suppressed, Self::Secondary, Self::Rounded, Self::Merged, Self::Capped, Self::Noise];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Suppressed => "suppressed",
            Self::Secondary => "secondary",
            Self::Rounded => "rounded",
            Self::Merged => "merged",
            Self::Capped => "capped",
            Self::Noise => "noise",
        }
    }

    /// The control of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|control| control.name() == name)
    }
}

/// What is said of the files of one round, in the requester's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Context {
    /// Whom the results describe: diagnosis, place, years.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub population: String,
    /// How many people that are, and how many in the smallest group.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub people: String,
    /// What was done against disclosure.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub controls: BTreeSet<Control>,
    /// More about that: to what it was rounded, below what it was left out.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub more: String,
}

impl Context {
    /// The most characters of one answer.
    pub const LONGEST: usize = 2000;

    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The same in plain text: see [`plain`].
    #[must_use]
    pub fn tidied(self) -> Self {
        Self {
            population: plain(&self.population),
            people: plain(&self.people),
            more: plain(&self.more),
            controls: self.controls,
        }
    }
}

/// The text without its ends of white space and without characters that hide something, cut to
/// [`Context::LONGEST`]; lines stay lines.
#[must_use]
pub fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let kept: String = text.chars().filter(|c| *c == '\n' || !hides(*c)).take(Context::LONGEST).collect();
    kept.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_plain_text_of_bounded_length() {
        assert_eq!(plain(" a\r\nb\u{202e}c\u{7}\u{200b} "), "a\nbc");
        assert_eq!(plain(&"é".repeat(3000)).chars().count(), Context::LONGEST);
    }

    #[test]
    fn controls_are_known_by_name() {
        for control in Control::ALL {
            assert_eq!(Control::named(control.name()), Some(control));
            assert_eq!(serde_json::to_value(control).unwrap(), control.name());
        }
        assert_eq!(Control::named("none"), None);
    }

    #[test]
    fn a_request_of_before_says_nothing() {
        assert!(serde_json::from_str::<Context>("{}").unwrap().is_empty());
    }
}
