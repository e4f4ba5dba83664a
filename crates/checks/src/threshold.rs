//! What the data owner calls a small count, and what a count of nobody means: shared by every rule that compares with it.

use std::num::NonZeroU32;

use exeat_domain::finding::Severity;
use schemars::JsonSchema;
use serde::Deserialize;

/// What is small, as a policy sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Threshold {
    /// Smallest count that may leave.
    threshold: NonZeroU32,
    /// Counts below this block and those from here to the threshold are for review; all small counts block where it is not set.
    block_below: Option<NonZeroU32>,
}

impl Threshold {
    /// The smallest count that may leave.
    #[must_use]
    pub fn least(self) -> u64 {
        u64::from(self.threshold.get())
    }

    /// Whether a count is from 1 to one below the threshold.
    #[must_use]
    pub fn is_small(self, count: u64) -> bool {
        (1..self.least()).contains(&count)
    }

    /// The severity of a set of people that is small throughout and whose greatest size is this.
    #[must_use]
    pub fn severity(self, greatest: u64) -> Severity {
        let blocks = self.block_below.is_none_or(|below| greatest < u64::from(below.get()));
        if blocks { Severity::Block } else { Severity::Review }
    }
}

/// What it means that a cell counts nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Zeros {
    /// It tells something of everybody in the group.
    Disclosive,
    /// A person must look.
    Review,
    /// Nothing.
    Fine,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Params {
        #[serde(flatten)]
        small: Threshold,
        #[allow(dead_code, reason = "stands for a rule's own parameter")]
        zeros: Option<Zeros>,
    }

    #[test]
    fn a_rule_takes_it_in_beside_its_own_parameters_and_stays_strict() {
        let read = |text: &str| toml::from_str::<Params>(text);
        let params = read("threshold = 10\nblock_below = 5\nzeros = 'fine'").unwrap();
        assert_eq!((params.small.least(), params.small.severity(4)), (10, Severity::Block));
        assert_eq!(params.small.severity(5), Severity::Review);
        assert_eq!(read("threshold = 10").unwrap().small.severity(9), Severity::Block);
        assert!([1, 9].into_iter().all(|n| params.small.is_small(n)));
        assert!([0, 10].into_iter().all(|n| !params.small.is_small(n)));
        for (text, named) in [
            ("threshold = 10\nthresold = 3", "thresold"),
            ("zeros = 'fine'", "threshold"),
            ("threshold = 0", "zero"),
            ("threshold = 10\nzeros = 'maybe'", "zeros"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
        let schema = schemars::schema_for!(Params).to_value();
        assert!(schema["properties"]["threshold"].is_object() && schema["properties"]["zeros"].is_object());
    }
}
