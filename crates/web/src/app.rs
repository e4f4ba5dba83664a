//! What every page needs: the desk, the accounts, the clock, and how the site wants its desk.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use exeat_desk::Desk;
use exeat_desk::ports::{Accounts, Clock, People};
use exeat_domain::hours::WorkingHours;

use crate::comparisons::Comparisons;
use crate::previews::Previews;
use crate::rate::Rate;
use crate::sign_in::{Passwords, Throttle};
use crate::verifier::Verifier;
use crate::vouched::ProxyHeader;

/// How the site wants its web desk.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where people find it, such as `https://exeat.example.org`; without a path.
    pub public_url: String,
    /// Proxies whose word on a visitor's address counts.
    pub trusted_proxies: Vec<IpAddr>,
    /// A header in which a proxy says who it let in, where there is one.
    pub header: Option<ProxyHeader>,
    /// How long a session may rest.
    pub idle: TimeDelta,
    /// How long it lasts at most.
    pub longest: TimeDelta,
    /// Whether signing in takes a second factor.
    pub second_factor: bool,
    /// The time that people live by.
    pub zone: Tz,
    /// When the desk is open.
    pub hours: WorkingHours,
    /// How many days a token for scripts is good at most.
    pub token_days: u32,
    /// What the desk is called, in the head of every page and in a second factor's app.
    pub name: String,
}

impl Settings {
    /// Whether people reach it under TLS: cookies are then for that alone.
    #[must_use]
    pub fn secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// The web desk.
#[derive(Clone)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) desk: Desk,
    pub(crate) accounts: Arc<dyn Accounts>,
    pub(crate) people: Arc<dyn People>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: Settings,
    pub(crate) passwords: Passwords,
    pub(crate) throttle: Throttle,
    pub(crate) verifier: Verifier,
    pub(crate) previews: Previews,
    pub(crate) rate: Rate,
    pub(crate) comparisons: Comparisons,
}

impl App {
    /// A web desk over a desk and its accounts.
    ///
    /// # Errors
    /// [`crate::sign_in::SignInError`] where the system gives no randomness.
    pub fn new(
        desk: Desk,
        accounts: Arc<dyn Accounts>,
        people: Arc<dyn People>,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Result<Self, crate::sign_in::SignInError> {
        let (passwords, throttle, verifier) = (Passwords::new()?, Throttle::default(), Verifier::default());
        let inner = Inner {
            desk,
            accounts,
            people,
            clock,
            settings,
            passwords,
            throttle,
            verifier,
            previews: Previews::default(),
            rate: Rate::default(),
            comparisons: Comparisons::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(crate) fn desk(&self) -> &Desk {
        &self.inner.desk
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.inner.clock.now()
    }
}
