//! Signing in: a password and a second factor, held against what the store keeps, and never saying which was wrong.

mod invitation;
mod password;
mod second_factor;
mod throttle;

use std::net::IpAddr;

use exeat_desk::ports::{Account, StoreError};
use exeat_domain::ledger::{Actor, Event, Fact};
use exeat_domain::roster::{Person, Role};

use crate::app::App;

pub use invitation::{Enrolment, Invited, change, invite};
pub(crate) use password::Passwords;
pub use password::{SHORTEST, WeakPassword};
pub use second_factor::SecondFactor;
pub(crate) use second_factor::base32;
pub(crate) use throttle::{Throttle, network};

/// Signing in, or setting it up, did not work.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Account, password or code are not right; which of them is not told.
    #[error("the account, the password or the code is not right")]
    Refused,
    /// Too many tries.
    #[error("too many tries; wait {} minutes", .0.div_ceil(60))]
    Wait(
        /// Seconds to wait.
        u64,
    ),
    /// The password will not do.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// The invitation is not, or no longer, good.
    #[error("this code is not, or no longer, good; ask an administrator for a new invitation")]
    NoInvitation,
    /// The code of the second factor is not right.
    #[error("the six digits are not right; check that the clock of your phone is set automatically")]
    WrongCode,
    /// No account of that name.
    #[error("there is no web account {0}; `exeat account list` shows those there are")]
    NoAccount(String),
    /// It is there already.
    #[error("there is a web account {0} already; `exeat account reset {0}` invites the person anew")]
    Exists(String),
    /// Nobody of that name on the roster.
    #[error("{0} is not an active person on the roster; add them there first")]
    NotOnRoster(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The roster could not be read.
    #[error(transparent)]
    Roster(#[from] exeat_desk::ports::Failure),
    /// Hashing or randomness failed.
    #[error("the password could not be worked with: {0}")]
    System(String),
}

/// What a visitor typed.
pub(crate) struct Tried<'a> {
    pub(crate) account: &'a str,
    pub(crate) password: &'a str,
    pub(crate) code: &'a str,
}

impl App {
    /// The person who signed in, once it is in the ledger.
    ///
    /// # Errors
    /// [`SignInError::Refused`] whatever was wrong; [`SignInError::Wait`] after too many tries.
    pub(crate) async fn sign_in(&self, from: IpAddr, tried: Tried<'_>) -> Result<Person, SignInError> {
        let (now, inner) = (self.now(), &self.inner);
        inner.throttle.enter(from, tried.account, now).map_err(SignInError::Wait)?;
        let known = self.known(tried.account).await?;
        // The same work is done whether or not the account is there.
        let hash = known.as_ref().and_then(|(account, _)| account.password.clone());
        let password = inner.passwords.verify(tried.password, hash).await?;
        let code = self.code_is_good(known.as_ref().map(|(account, _)| account), tried.code);
        let signed_in = match known {
            Some((account, person)) if password && code.is_some() => {
                self.take(&account, code.flatten()).await?.then_some(person)
            }
            _ => None,
        };
        let Some(person) = signed_in else {
            tracing::warn!(%from, account = %exeat_domain::path::shown(&cut(tried.account)), "a sign-in was refused");
            return Err(SignInError::Refused);
        };
        inner.throttle.succeeded(from, tried.account);
        self.note_sign_in(&person, None).await?;
        Ok(person)
    }

    /// The person whom a proxy has let in, once it is in the ledger; nobody where the roster knows no such person, or has
    /// nothing for them to do here.
    ///
    /// # Errors
    /// [`SignInError`] where the store or the roster fails.
    pub(crate) async fn let_in(&self, account: &str, proxy: IpAddr) -> Result<Option<Person>, SignInError> {
        let roster = self.inner.people.roster().await?;
        let Some(person) = roster.person(account).filter(|person| may_sign_in(person)).cloned() else {
            tracing::warn!(%proxy, account = %exeat_domain::path::shown(&cut(account)), "nobody on the roster was let in");
            return Ok(None);
        };
        self.note_sign_in(&person, Some(proxy.to_string())).await?;
        Ok(Some(person))
    }

    async fn note_sign_in(&self, person: &Person, by_proxy: Option<String>) -> Result<(), SignInError> {
        let (actor, account) = (Actor::person(&person.account), person.account.clone());
        let fact = Fact::SignedIn { account, by_proxy };
        Ok(self.inner.accounts.note(Event { at: self.now(), actor, request: None, fact }).await?)
    }

    /// An account that may sign in, and whose it is.
    async fn known(&self, account: &str) -> Result<Option<(Account, Person)>, SignInError> {
        let account =
            if account.len() > 200 { None } else { self.inner.accounts.account(account.trim()).await? };
        let roster = self.inner.people.roster().await?;
        Ok(account.filter(|account| !account.shut && account.password.is_some()).and_then(|account| {
            let person = roster.person(&account.account).filter(|person| may_sign_in(person)).cloned();
            person.map(|person| (account, person))
        }))
    }

    /// Whether the code is good for the account; with its time step, where there is a second factor.
    fn code_is_good(&self, account: Option<&Account>, code: &str) -> Option<Option<u64>> {
        let secret = account.and_then(|account| account.totp.as_deref());
        match secret {
            Some(secret) => SecondFactor::of(secret).step_of(code, self.now()).map(Some),
            // Set up before the site asked for one: the person is to be invited anew.
            None => (!self.settings().second_factor).then_some(None),
        }
    }

    /// Takes the code, which is then good no more.
    async fn take(&self, account: &Account, step: Option<u64>) -> Result<bool, SignInError> {
        match step {
            Some(step) => Ok(self.inner.accounts.take_code(&account.account, step).await?),
            None => Ok(true),
        }
    }
}

/// Whether a person has anything to do at the desk.
pub(crate) fn may_sign_in(person: &Person) -> bool {
    [Role::Requester, Role::Checker, Role::Auditor, Role::Admin].iter().any(|role| person.may(*role))
}

fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}
