//! The port for tokens: what a script comes with in place of a password. A token's secret is kept by nobody but whoever
//! made it; here is a digest of it.

use std::collections::BTreeSet;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::Actor;
use exeat_domain::roster::Role;
use exeat_domain::token::Reach;

use super::StoreError;

/// A token as it is kept, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: u64,
    /// In whose name it acts.
    pub account: String,
    /// What its owner calls it.
    pub name: String,
    /// How far it reaches.
    pub reach: Reach,
    /// The roles that it has at most; what the roster has taken away since is gone all the same.
    pub roles: BTreeSet<Role>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when it is good.
    pub until: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Token {
    /// Whether it opens anything.
    #[must_use]
    pub fn is_good(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.until && self.created_at <= now
    }
}

/// Keeps tokens.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// Keeps a new token under the digest of its secret, with its ledger entry; its number is given by the store.
    async fn keep_token(&self, digest: &Sha256, token: Token, actor: &Actor) -> Result<Token, StoreError>;

    /// The token whose secret has this digest, good or not.
    async fn token(&self, digest: &Sha256) -> Result<Option<Token>, StoreError>;

    /// Every token that is not revoked, of one account or of all, the newest first.
    async fn tokens(&self, account: Option<&str>) -> Result<Vec<Token>, StoreError>;

    /// Revokes a token, of this account where one is named, with its ledger entry; gives it, or none where there is no
    /// such token that is not revoked.
    async fn revoke_token(
        &self,
        id: u64,
        account: Option<&str>,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Option<Token>, StoreError>;

    /// Says that a token was used.
    async fn token_used(&self, id: u64, at: DateTime<Utc>) -> Result<(), StoreError>;
}
