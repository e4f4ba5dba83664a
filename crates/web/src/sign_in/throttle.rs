//! How often someone may try: counted by address, by account, and by both together, and forgotten after a while.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// How long failures count.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// Failures from one address on one account.
const MOST_OF_BOTH: u32 = 5;
/// Failures from one address.
const MOST_FROM: u32 = 30;
/// Failures on one account, from wherever.
const MOST_ON: u32 = 50;
/// Counts that are kept at most.
const MOST_KEPT: usize = 20_000;

#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    From(IpAddr),
    On(String),
    Both(IpAddr, String),
}

impl Key {
    fn most(&self) -> u32 {
        match self {
            Self::From(_) => MOST_FROM,
            Self::On(_) => MOST_ON,
            Self::Both(..) => MOST_OF_BOTH,
        }
    }
}

/// Failures since a first one.
struct Count {
    since: DateTime<Utc>,
    failures: u32,
}

/// Counts failed tries.
#[derive(Default)]
pub(crate) struct Throttle {
    counts: Mutex<HashMap<Key, Count>>,
}

impl Throttle {
    /// Lets one more try in, and counts it as failed until it is known to have succeeded: however many come at once,
    /// no more get in than are allowed.
    ///
    /// # Errors
    /// Seconds to wait.
    pub(crate) fn enter(&self, from: IpAddr, account: &str, now: DateTime<Utc>) -> Result<(), u64> {
        let mut counts = self.counts();
        let keys = keys(from, account);
        let left = |key: &Key| {
            let count = counts.get(key).filter(|count| count.failures >= key.most())?;
            let left = (count.since + WINDOW - now).num_seconds();
            u64::try_from(left).ok().filter(|left| *left > 0)
        };
        if let Some(left) = keys.iter().filter_map(left).max() {
            return Err(left);
        }
        make_room(&mut counts, now);
        for key in keys {
            let count = counts.entry(key).or_insert(Count { since: now, failures: 0 });
            if now - count.since >= WINDOW {
                *count = Count { since: now, failures: 0 };
            }
            count.failures += 1;
        }
        Ok(())
    }

    /// The last try was none to count, and what failed before it from this address on this account is forgotten.
    pub(crate) fn succeeded(&self, from: IpAddr, account: &str) {
        let mut counts = self.counts();
        for key in keys(from, account) {
            if matches!(key, Key::Both(..)) {
                counts.remove(&key);
            } else if let Some(count) = counts.get_mut(&key) {
                count.failures = count.failures.saturating_sub(1);
            }
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Key, Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets what no longer counts, once there is much of it.
fn make_room(counts: &mut HashMap<Key, Count>, now: DateTime<Utc>) {
    if counts.len() > MOST_KEPT {
        counts.retain(|_, count| now - count.since < WINDOW);
    }
    if counts.len() > MOST_KEPT {
        // Someone tries with ever new names from ever new addresses: what is counted of accounts is worth more.
        counts.retain(|key, _| matches!(key, Key::On(_)));
    }
}

fn keys(from: IpAddr, account: &str) -> [Key; 3] {
    let from = network(from);
    let account: String = account.trim().to_lowercase().chars().take(64).collect();
    [Key::From(from), Key::On(account.clone()), Key::Both(from, account)]
}

/// Of IPv6, the network of one subscriber.
pub(crate) fn network(from: IpAddr) -> IpAddr {
    match from {
        IpAddr::V4(_) => from,
        IpAddr::V6(address) => address.to_ipv4_mapped().map_or_else(
            || {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::from([a, b, c, d, 0, 0, 0, 0])
            },
            IpAddr::V4,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_counted_and_forgotten() {
        let throttle = Throttle::default();
        let now: DateTime<Utc> = "2026-11-23T09:00:00Z".parse().unwrap();
        let (here, there): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for _ in 0..MOST_OF_BOTH {
            assert_eq!(throttle.enter(here, " CLEO", now), Ok(()), "whether it fails is not known yet");
        }
        assert_eq!(throttle.enter(here, "cleo", now), Err(900));
        assert_eq!(throttle.enter(there, "cleo", now), Ok(()));
        assert_eq!(throttle.enter(here, "ann_P", now), Ok(()));
        assert_eq!(throttle.enter(here, "cleo", now + WINDOW), Ok(()));
        throttle.succeeded(here, "cleo");
        assert_eq!(throttle.enter(here, "cleo", now), Ok(()));
        for _ in 0..2 * MOST_FROM {
            assert_eq!(throttle.enter(there, "cleo", now), Ok(()), "who gets in is not counted");
            throttle.succeeded(there, "cleo");
        }
        for name in 1..MOST_FROM {
            assert_eq!(throttle.enter(there, &format!("name {name}"), now), Ok(()));
        }
        assert_eq!(throttle.enter(there, "anyone", now), Err(900));
    }

    #[test]
    fn a_network_of_many_addresses_is_one_visitor() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
