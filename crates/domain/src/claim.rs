//! A checker says "I look at this one": advice to the others, never a lock on the decision.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::policy::Policy;
use crate::request::Request;
use crate::review::ReviewError;

/// One checker's word that they look at a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Claimed {
    /// The checker's account.
    pub by: String,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// A request cannot be claimed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// The checker could not decide on it anyway.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// As many look at it as are needed.
    #[error("{0} is looking at it already; they can give it back, or you can decide without a claim")]
    Taken(String),
}

impl Request {
    /// Says that this checker looks at it; once more changes nothing. Gives whether anything changed.
    ///
    /// # Errors
    /// [`ClaimError`] where the checker may not decide on it, or enough others have claimed it.
    pub fn claim(&mut self, checker: &str, policy: &Policy, at: DateTime<Utc>) -> Result<bool, ClaimError> {
        self.may_review(checker, policy)?;
        if self.is_claimed_by(checker) {
            return Ok(false);
        }
        if self.claimed.len() >= usize::from(policy.reviewers) {
            let others: Vec<&str> = self.claimed.iter().map(|claim| claim.by.as_str()).collect();
            return Err(ClaimError::Taken(others.join(", ")));
        }
        self.claimed.push(Claimed { by: checker.to_owned(), at });
        Ok(true)
    }

    /// Takes the word back; gives whether there was one.
    pub fn unclaim(&mut self, checker: &str) -> bool {
        let before = self.claimed.len();
        self.claimed.retain(|claim| !is(&claim.by, checker));
        self.claimed.len() < before
    }

    /// Whether this checker has claimed it.
    #[must_use]
    pub fn is_claimed_by(&self, checker: &str) -> bool {
        self.claimed.iter().any(|claim| is(&claim.by, checker))
    }
}

fn is(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Verdict;
    use crate::review::tests::{file, request};

    #[test]
    fn as_many_claim_as_review_and_never_the_requester() {
        let policy = Policy { reviewers: 2, ..Policy::default() };
        let mut request = request(vec![file("a.csv", Verdict::Clear)]);
        let at = request.created_at;
        assert!(matches!(request.claim("ANN_p", &policy, at), Err(ClaimError::Review(ReviewError::Own(_)))));
        assert_eq!(request.claim("cleo", &policy, at), Ok(true));
        assert_eq!(request.claim("CLEO", &policy, at), Ok(false));
        assert_eq!(request.claim("dirk", &policy, at), Ok(true));
        assert_eq!(request.claim("els", &policy, at), Err(ClaimError::Taken("cleo, dirk".into())));
        assert!(request.unclaim("Cleo") && !request.unclaim("cleo"));
        assert_eq!(request.claim("els", &policy, at), Ok(true));
    }
}
