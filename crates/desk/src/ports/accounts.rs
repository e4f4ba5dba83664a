//! The port for signing in: what an account signs in with, and the sessions that are open.
//!
//! Who a person is and what they may do is the roster's; an account without a row there opens nothing.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::Event;

use super::{StoreError, Tokens};

/// What one person signs in with.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The account, as the roster has it; compared without case.
    pub account: String,
    /// How often it was changed; every change names the revision it starts from.
    pub revision: u64,
    /// The password's hash, in the PHC form; none until the person has set one.
    pub password: Option<String>,
    /// The secret of the second factor; none until it is set up.
    pub totp: Option<Vec<u8>>,
    /// The last time step of which a code was taken: no code is good twice.
    pub totp_used: u64,
    /// The invitation that waits to be taken up.
    pub invitation: Option<Invitation>,
    /// Whether signing in is shut.
    pub shut: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Leave to set a password and a second factor, once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Invitation {
    /// SHA-256 of its code.
    pub digest: Sha256,
    /// Until when it is good.
    pub until: DateTime<Utc>,
}

impl std::fmt::Debug for Account {
    /// Without what could be guessed at.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Account")
            .field("account", &self.account)
            .field("shut", &self.shut)
            .finish_non_exhaustive()
    }
}

/// An open session as it is kept: under a digest of its id, so that what is kept opens nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSession {
    /// SHA-256 of the session's id.
    pub key: Sha256,
    /// Whose it is; none before sign-in.
    pub account: Option<String>,
    /// What it holds, as JSON.
    pub data: String,
    /// When it ends.
    pub until: DateTime<Utc>,
}

/// Keeps accounts and sessions, and the tokens that scripts come with.
#[async_trait]
pub trait Accounts: Tokens {
    /// One account.
    async fn account(&self, account: &str) -> Result<Option<Account>, StoreError>;

    /// Every account, in order.
    async fn accounts(&self) -> Result<Vec<Account>, StoreError>;

    /// The account that an invitation is for, whether or not it is still good.
    async fn invited(&self, code: &Sha256) -> Result<Option<Account>, StoreError>;

    /// Keeps an account that was loaded with this revision (0: a new one), and what happened, in one transaction;
    /// every session of the account ends. Of one that is shut or invited anew, every token is revoked with it.
    ///
    /// # Errors
    /// [`StoreError::AccountConflict`] where it was changed in the meantime, or is there already.
    async fn keep_account(&self, account: &Account, event: Event) -> Result<(), StoreError>;

    /// Takes a time step's code, unless it or a later one was taken before: gives whether it was.
    async fn take_code(&self, account: &str, step: u64) -> Result<bool, StoreError>;

    /// An open session.
    async fn session(&self, key: &Sha256) -> Result<Option<KeptSession>, StoreError>;

    /// Keeps a session, `new` or changed. Gives false, and keeps nothing, where there is one under the key of a new one,
    /// or the one that was changed has ended.
    async fn keep_session(&self, session: &KeptSession, new: bool) -> Result<bool, StoreError>;

    /// Ends a session.
    async fn end_session(&self, key: &Sha256) -> Result<(), StoreError>;

    /// Ends every session of an account.
    async fn end_sessions(&self, account: &str) -> Result<(), StoreError>;

    /// Writes something that happened to the ledger: a sign-in.
    async fn note(&self, event: Event) -> Result<(), StoreError>;

    /// Forgets sessions that have ended.
    async fn sweep_sessions(&self, now: DateTime<Utc>) -> Result<u64, StoreError>;
}
