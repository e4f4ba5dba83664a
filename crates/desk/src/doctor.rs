//! Tries every connection at once, and keeps what was seen last.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::task::JoinHandle;

use crate::ports::{Clock, Connection, Health, Sign};

/// How long a connection may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// For so long what was seen is not asked for again: whoever presses a button twice knocks once.
const RESTS: TimeDelta = TimeDelta::seconds(3);

/// What was seen of one connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Examined {
    /// What it is called, after its section of the configuration.
    pub name: String,
    /// Where it leads.
    pub place: String,
    /// The worst of what was seen.
    pub health: Health,
    /// What was seen, in the order in which it was tried.
    pub signs: Vec<Sign>,
}

/// What was seen of all connections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Checkup {
    /// When.
    pub at: DateTime<Utc>,
    /// The worst of it.
    pub health: Health,
    /// Each connection, in the order of the configuration.
    pub connections: Vec<Examined>,
}

impl Checkup {
    /// How many connections do so.
    #[must_use]
    pub fn count(&self, health: Health) -> usize {
        self.connections.iter().filter(|one| one.health == health).count()
    }
}

/// Tries the connections of a site.
pub struct Doctor {
    connections: Vec<Connection>,
    patience: Duration,
    /// One at a time: a server that is slow is not asked twice.
    turn: tokio::sync::Mutex<()>,
    last: Mutex<Option<Checkup>>,
}

impl Doctor {
    /// Tries these.
    #[must_use]
    pub fn new(connections: Vec<Connection>) -> Self {
        Self { connections, patience: PATIENCE, turn: tokio::sync::Mutex::default(), last: Mutex::default() }
    }

    /// What was seen last, if anything was.
    #[must_use]
    pub fn last(&self) -> Option<Checkup> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tries all of them now, each beside the others.
    pub async fn examine(&self, clock: &dyn Clock) -> Checkup {
        let _turn = self.turn.lock().await;
        let fresh = |checkup: &Checkup| (TimeDelta::zero()..RESTS).contains(&(clock.now() - checkup.at));
        if let Some(last) = self.last().filter(fresh) {
            return last;
        }
        let begun: Vec<_> = self.connections.iter().map(|one| (one, self.begin(one))).collect();
        let mut connections = vec![];
        for (Connection { name, place, .. }, trying) in begun {
            let signs = trying.await.unwrap_or_else(|error| vec![fault().because(error)]);
            let signs = if signs.is_empty() { vec![fault()] } else { signs };
            let health = worst(signs.iter().map(|sign| sign.health));
            connections.push(Examined { name: (*name).to_owned(), place: place.clone(), health, signs });
        }
        let health = worst(connections.iter().map(|one| one.health));
        let checkup = Checkup { at: clock.now(), health, connections };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(checkup.clone());
        checkup
    }

    fn begin(&self, connection: &Connection) -> JoinHandle<Vec<Sign>> {
        let (probe, patience) = (connection.probe.clone(), self.patience);
        tokio::spawn(async move {
            let silent = |_| {
                let saw = format!("It gave no answer within {} seconds.", patience.as_secs());
                vec![Sign::broken(saw, "See whether its server or its mount is up and answers.")]
            };
            tokio::time::timeout(patience, probe.probe()).await.unwrap_or_else(silent)
        })
    }
}

fn worst(all: impl Iterator<Item = Health>) -> Health {
    all.max().unwrap_or(Health::Fine)
}

fn fault() -> Sign {
    Sign::broken("It could not be tried.", "This is a fault of the program: report it with the log.")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

    use async_trait::async_trait;

    use super::*;
    use crate::ports::{Failure, Port, Probe};

    #[derive(Default)]
    struct Still(AtomicI64);

    impl Clock for Still {
        fn now(&self) -> DateTime<Utc> {
            DateTime::UNIX_EPOCH + TimeDelta::seconds(self.0.load(Ordering::SeqCst))
        }
    }

    enum Does {
        Says(Vec<Sign>),
        Hangs,
        Panics,
    }

    struct Tried(Does, AtomicUsize);

    #[async_trait]
    impl Probe for Tried {
        async fn probe(&self) -> Vec<Sign> {
            self.1.fetch_add(1, Ordering::SeqCst);
            match &self.0 {
                Does::Says(signs) => signs.clone(),
                Does::Hangs => std::future::pending().await,
                Does::Panics => panic!("on purpose"),
            }
        }
    }

    fn doctor(all: Vec<Does>) -> (Doctor, Vec<Arc<Tried>>) {
        let tried: Vec<_> = all.into_iter().map(|does| Arc::new(Tried(does, AtomicUsize::new(0)))).collect();
        let connection = |probe: &Arc<Tried>| Connection {
            name: "share",
            place: "/srv/share".into(),
            probe: Arc::<Tried>::clone(probe),
        };
        let connections = tried.iter().map(connection).collect();
        (Doctor { patience: Duration::from_millis(50), ..Doctor::new(connections) }, tried)
    }

    #[tokio::test]
    async fn nothing_is_fine_that_hangs_panics_or_says_nothing() {
        let warning = Sign::warning("It can be written.", "Mount it read-only.");
        let down = Sign::from(Failure::new(Port::Share, "share-gone", "There is no folder.", "ENOENT"));
        assert_eq!(down.detail.as_deref(), Some("ENOENT"));
        let (doctor, _) = doctor(vec![
            Does::Says(vec![Sign::fine("It is there.")]),
            Does::Says(vec![Sign::fine("It is there."), warning]),
            Does::Says(vec![down]),
            Does::Hangs,
            Does::Panics,
            Does::Says(vec![]),
        ]);
        assert_eq!(doctor.last(), None);
        let seen = doctor.examine(&Still::default()).await;
        let healths: Vec<Health> = seen.connections.iter().map(|one| one.health).collect();
        let broken = Health::Broken;
        assert_eq!(healths, [Health::Fine, Health::Warning, broken, broken, broken, broken]);
        assert_eq!((seen.health, seen.count(broken)), (broken, 4));
        assert_eq!(doctor.last(), Some(seen));
    }

    #[tokio::test]
    async fn it_is_tried_anew_after_a_rest_and_never_twice_at_once() {
        let clock = Still::default();
        let (doctor, tried) = doctor(vec![Does::Says(vec![Sign::fine("It is there.")])]);
        let (one, other) = tokio::join!(doctor.examine(&clock), doctor.examine(&clock));
        assert_eq!((one, tried[0].1.load(Ordering::SeqCst)), (other, 1));
        clock.0.store(4, Ordering::SeqCst);
        doctor.examine(&clock).await;
        assert_eq!(tried[0].1.load(Ordering::SeqCst), 2);
    }
}
