//! What the demo has of its own while it tells its history: time, chance, and a vault that is opened once.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use exeat_desk::ports::{Clock, Dice, Failure, Vault};
use exeat_desk::{Observer, Ports};
use exeat_domain::ledger::Event;
use secrecy::SecretString;
use tokio::sync::OnceCell;

use super::Aloud;
use crate::wiring::SystemClock;

/// The time that the demo says it is; the system's, once the history is told.
#[derive(Debug, Default)]
pub(super) struct OwnTime(Mutex<Option<DateTime<Utc>>>);

impl OwnTime {
    /// It is so late.
    pub(super) fn set(&self, at: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }

    /// From now on it is as late as elsewhere.
    pub(super) fn end(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn said(&self) -> Option<DateTime<Utc>> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for OwnTime {
    fn now(&self) -> DateTime<Utc> {
        self.said().unwrap_or_else(|| SystemClock.now())
    }
}

/// The ports of a desk that tells its history in this time.
pub(super) fn ports(ports: Ports, time: &Arc<OwnTime>, aloud: bool) -> Ports {
    let vault = Arc::new(Remembered { inner: Arc::clone(&ports.vault), password: OnceCell::new() });
    let dice = Arc::new(Even(Arc::clone(&ports.dice)));
    let observer = Arc::new(Later { time: Arc::clone(time), aloud });
    Ports { clock: Arc::<OwnTime>::clone(time), dice, vault, observer, ..ports }
}

/// Says what the desk does, but for its history.
struct Later {
    time: Arc<OwnTime>,
    aloud: bool,
}

impl Observer for Later {
    fn saw(&self, event: &Event) {
        if self.aloud && self.time.said().is_none() {
            Aloud.saw(event);
        }
    }
}

/// Dice that always fall the same, so that the history is always the same.
struct Even(Arc<dyn Dice>);

impl Dice for Even {
    fn draw(&self) -> f64 {
        0.5
    }

    fn secret(&self) -> Result<[u8; 32], Failure> {
        self.0.secret()
    }
}

/// A vault that is opened once: it takes a good part of a second by design, and the history would open it a hundred
/// times.
struct Remembered {
    inner: Arc<dyn Vault>,
    password: OnceCell<SecretString>,
}

#[async_trait]
impl Vault for Remembered {
    async fn password(&self) -> Result<SecretString, Failure> {
        self.password.get_or_try_init(|| self.inner.password()).await.cloned()
    }
}
