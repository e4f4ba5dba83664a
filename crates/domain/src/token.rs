//! How far a token reaches: what a script may do in a person's name, which is never more than the person may.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far a token reaches. Ordered: each reaches as far as those before it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// It looks, and changes nothing.
    #[default]
    Read,
    /// It also asks, corrects, withdraws, comments, claims and tries again.
    Write,
    /// It also decides on others' files.
    Decide,
}

impl Reach {
    /// Every reach, the shortest first.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Decide];

    /// Its name, as scripts and forms write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Decide => "decide",
        }
    }

    /// The reach of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reach| reach.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_not_asked_for_decides() {
        assert_eq!(Reach::default(), Reach::Read);
        assert!(Reach::Read < Reach::Write && Reach::Write < Reach::Decide);
        for reach in Reach::ALL {
            assert_eq!(Reach::named(reach.name()), Some(reach));
            assert_eq!(serde_json::to_value(reach).unwrap(), reach.name());
        }
        assert_eq!(Reach::named("all"), None);
    }
}
