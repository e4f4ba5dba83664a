//! The sizes of groups that are too small, and how much a small one weighs.

use exeat_domain::finding::Severity;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::read::profile::Rounded;
use crate::read::value::Value;
use crate::threshold::Threshold;

/// What a policy sets for a rule that compares counts of people with the threshold and with nothing else.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What is small.
    #[serde(flatten)]
    small: Threshold,
}

impl Params {
    /// The smallest count that may leave.
    pub(crate) fn threshold(&self) -> u64 {
        self.small.least()
    }

    /// The severity of a set of people whose greatest size is this, if it is small: from 1 to below the threshold.
    pub(crate) fn severity(&self, greatest: u64) -> Option<Severity> {
        self.small.is_small(greatest).then(|| self.small.severity(greatest))
    }
}

/// The greatest count that a printed one can stand for, where the whole column agrees with a rounding.
pub(crate) fn greatest(count: u64, rounded: &Rounded) -> u64 {
    let up = match rounded {
        Rounded { nonzero: 0..=2, .. } => 0,
        Rounded { not_ten: false, .. } => 5,
        Rounded { not_seven: false, .. }
        | Rounded { not_six: false, .. }
        | Rounded { not_midpoint_six: false, .. } => 3,
        Rounded { not_five: false, .. } => 2,
        Rounded { .. } => 0,
    };
    if count == 0 { 0 } else { count + up }
}

/// The count that a cell shows.
pub(crate) fn count(value: Value) -> Option<u64> {
    let (Value::Number(number) | Value::CountWith(number) | Value::OutOf(number, _)) = value else {
        return None;
    };
    number.count()
}

/// So many people, in words.
pub(crate) fn people(count: u64) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_counts_weigh_by_their_band() {
        let be: Params = toml::from_str("threshold = 10\nblock_below = 5").unwrap();
        let severities: Vec<_> = [0, 1, 4, 5, 9, 10].map(|count| be.severity(count)).to_vec();
        assert_eq!(
            severities,
            [
                None,
                Some(Severity::Block),
                Some(Severity::Block),
                Some(Severity::Review),
                Some(Severity::Review),
                None
            ]
        );
        assert_eq!((people(1), people(2)), ("1 person".to_owned(), "2 people".to_owned()));
    }
}
