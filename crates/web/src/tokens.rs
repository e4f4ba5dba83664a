//! Tokens for scripts: made once, shown once, kept as a digest, good for a while, and never more than their owner may.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use exeat_desk::ports::{Accounts, People, Token};
use exeat_domain::context::plain;
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::Actor;
use exeat_domain::roster::Role;
use exeat_domain::token::Reach;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Digest as _;

use crate::sign_in::{SignInError, base32, may_sign_in};

/// What every token begins with, so that whoever scans for secrets finds it.
pub const PREFIX: &str = "exeat_";
/// How many days a token is good, if nothing else is said.
pub const USUAL_DAYS: u32 = 90;
/// Bytes of a secret.
const BYTES: usize = 32;
/// The letters and digits that they make.
const LETTERS: usize = 52;
/// Tokens that an account may have at once.
const MOST: usize = 20;
/// The longest name, in characters.
const LONGEST: usize = 80;

/// A token cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// It has no name.
    #[error("the token has no name: say what it is for, in at most {LONGEST} characters")]
    Nameless,
    /// It would be good for too long, or not at all.
    #[error("a token is good for 1 to {0} days here")]
    Days(u32),
    /// There are too many already.
    #[error("there are {MOST} tokens already: revoke one that is not needed any more")]
    TooMany,
    /// The roles are not the person's, or none is left.
    #[error("{0} has none of these roles on the roster")]
    Roles(String),
    /// Signing in is shut.
    #[error("{0} may not sign in: `exeat account enable {0}` opens the account again")]
    Shut(String),
    /// What signing in says.
    #[error(transparent)]
    SignIn(#[from] SignInError),
}

impl From<exeat_desk::ports::StoreError> for TokenError {
    fn from(error: exeat_desk::ports::StoreError) -> Self {
        SignInError::Store(error).into()
    }
}

impl From<exeat_desk::ports::Failure> for TokenError {
    fn from(failure: exeat_desk::ports::Failure) -> Self {
        SignInError::Roster(failure).into()
    }
}

/// What is wanted of a token.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// In whose name it acts.
    pub account: &'a str,
    /// What it is for.
    pub name: &'a str,
    /// How far it reaches.
    pub reach: Reach,
    /// Its roles; none: all that the person has.
    pub roles: BTreeSet<Role>,
    /// How many days it is good.
    pub days: u32,
    /// How many it may be at most.
    pub most_days: u32,
}

/// A token that was made, with its secret, which is told this once.
#[derive(Debug)]
pub struct Made {
    /// The token.
    pub token: Token,
    /// What the script sends.
    pub secret: SecretString,
}

/// Makes a token.
///
/// # Errors
/// [`TokenError`] saying what will not do.
pub async fn make(
    accounts: &dyn Accounts,
    people: &dyn People,
    actor: &Actor,
    wanted: Wanted<'_>,
    now: DateTime<Utc>,
) -> Result<Made, TokenError> {
    let name = plain(wanted.name).replace('\n', " ");
    if name.is_empty() || name.chars().count() > LONGEST {
        return Err(TokenError::Nameless);
    }
    if wanted.days == 0 || wanted.days > wanted.most_days {
        return Err(TokenError::Days(wanted.most_days));
    }
    let roster = people.roster().await?;
    let person = roster.person(wanted.account).filter(|person| may_sign_in(person));
    let person = person.ok_or_else(|| SignInError::NotOnRoster(wanted.account.to_owned()))?;
    let account = person.account.clone();
    if accounts.account(&account).await?.is_some_and(|known| known.shut) {
        return Err(TokenError::Shut(account));
    }
    let roles: BTreeSet<Role> = if wanted.roles.is_empty() {
        person.roles.clone()
    } else {
        person.roles.intersection(&wanted.roles).copied().collect()
    };
    if roles.is_empty() {
        return Err(TokenError::Roles(account));
    }
    let good = accounts.tokens(Some(&account)).await?.iter().filter(|token| token.is_good(now)).count();
    if good >= MOST {
        return Err(TokenError::TooMany);
    }
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| SignInError::System(error.to_string()))?;
    let secret = SecretString::from(format!("{PREFIX}{}", base32(&bytes).to_lowercase()));
    let until = now + TimeDelta::days(i64::from(wanted.days));
    let reach = wanted.reach;
    let token =
        Token { id: 0, account, name, reach, roles, created_at: now, until, used_at: None, revoked_at: None };
    let token = accounts.keep_token(&digest(secret.expose_secret()), token, actor).await?;
    Ok(Made { token, secret })
}

/// The digest that a secret is kept and found by. A secret of 256 random bits needs no slow one: it cannot be guessed,
/// and how long it takes to find tells only of the digest.
fn digest(secret: &str) -> Sha256 {
    Sha256(sha2::Sha256::digest(secret.as_bytes()).into())
}

/// The digest of what a script sent, if that looks like a token at all.
pub(crate) fn presented(secret: &str) -> Option<Sha256> {
    let letters = secret.strip_prefix(PREFIX)?;
    let looks = letters.len() == LETTERS
        && letters.bytes().all(|byte| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte));
    looks.then(|| digest(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_presented_looks_like_a_token_or_is_not_looked_for() {
        let secret = format!("{PREFIX}{}", base32(&[7; BYTES]).to_lowercase());
        assert_eq!(secret.len(), PREFIX.len() + LETTERS);
        assert_eq!(presented(&secret), Some(digest(&secret)));
        for wrong in ["", PREFIX, &secret[1..], &secret.to_uppercase(), &format!("{secret}a")] {
            assert_eq!(presented(wrong), None, "{wrong}");
        }
    }
}
