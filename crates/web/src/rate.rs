//! How often scripts may ask: so many requests a minute by token, and so many wrong tokens a minute by address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// How long a count lasts.
const WINDOW: TimeDelta = TimeDelta::minutes(1);
/// Requests of one token within it.
const MOST_OF_TOKEN: u32 = 600;
/// Wrong tokens from one address within it.
const MOST_WRONG: u32 = 60;
/// Counts that are kept at most.
const MOST_KEPT: usize = 20_000;

/// Who is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Asker {
    /// Whoever comes with this token.
    Token(u64),
    /// Whoever comes from this address without a good one.
    Wrong(IpAddr),
}

impl Asker {
    fn most(self) -> u32 {
        match self {
            Self::Token(_) => MOST_OF_TOKEN,
            Self::Wrong(_) => MOST_WRONG,
        }
    }
}

/// Counts requests.
#[derive(Default)]
pub(crate) struct Rate(Mutex<HashMap<Asker, (DateTime<Utc>, u32)>>);

impl Rate {
    /// Seconds to wait, where there were too many.
    pub(crate) fn wait(&self, asker: Asker, now: DateTime<Utc>) -> Option<u64> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, count) = counts.get(&asker)?;
        let left = (*since + WINDOW - now).num_seconds();
        let left = u64::try_from(left).ok().filter(|left| *left > 0)?;
        (*count >= asker.most()).then_some(left)
    }

    /// Counts one more.
    pub(crate) fn count(&self, asker: Asker, now: DateTime<Utc>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST_KEPT {
            counts.retain(|_, (since, _)| now - *since < WINDOW);
        }
        if counts.len() >= MOST_KEPT {
            // Someone comes from ever new addresses: what is counted of tokens is worth more.
            counts.retain(|asker, _| matches!(asker, Asker::Token(_)));
        }
        let (since, count) = counts.entry(asker).or_insert((now, 0));
        if now - *since >= WINDOW {
            (*since, *count) = (now, 0);
        }
        *count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_too_often_waits_and_holds_up_nobody_else() {
        let rate = Rate::default();
        let now: DateTime<Utc> = "2026-11-23T09:00:00Z".parse().unwrap();
        for _ in 0..MOST_OF_TOKEN {
            assert_eq!(rate.wait(Asker::Token(1), now), None);
            rate.count(Asker::Token(1), now);
        }
        assert_eq!(rate.wait(Asker::Token(1), now + TimeDelta::seconds(20)), Some(40));
        assert_eq!(rate.wait(Asker::Token(2), now), None);
        assert_eq!(rate.wait(Asker::Token(1), now + WINDOW), None);
        rate.count(Asker::Token(1), now + WINDOW);
        assert_eq!(rate.wait(Asker::Token(1), now + WINDOW), None);
    }
}
