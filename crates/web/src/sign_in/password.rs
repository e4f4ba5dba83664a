//! Passwords: argon2id, a few at a time, and the same work for an account that is not there.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};
use tokio::sync::Semaphore;

use super::SignInError;

/// The fewest characters of a password.
pub const SHORTEST: usize = 12;
/// The most bytes.
const LONGEST: usize = 512;
/// How many are worked on at once: each takes 19 MiB.
const AT_ONCE: usize = 4;

/// A password that will not do, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too short.
    #[error("the password is too short: take {SHORTEST} characters or more, such as four words")]
    Short,
    /// Too long.
    #[error("the password is too long: {LONGEST} bytes at most")]
    Long,
    /// The account, or one character over and over.
    #[error("the password is too easy to guess: take several words that have nothing to do with the account")]
    Plain,
    /// Typed differently the second time.
    #[error("the two passwords are not the same")]
    Different,
}

/// Hashes and verifies passwords.
pub(crate) struct Passwords {
    /// What is verified where there is no account, so that it takes as long.
    nobody: String,
    turns: Arc<Semaphore>,
}

impl Passwords {
    pub(crate) fn new() -> Result<Self, SignInError> {
        let mut random = [0; 32];
        getrandom::fill(&mut random).map_err(system)?;
        Ok(Self { nobody: hash(&random)?, turns: Arc::new(Semaphore::new(AT_ONCE)) })
    }

    /// The hash of a password.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, SignInError> {
        let password = password.as_bytes().to_vec();
        self.turn(move || hash(&password)).await?
    }

    /// Whether the password is the one with this hash; without a hash it never is, and takes as long.
    pub(crate) async fn verify(&self, password: &str, known: Option<String>) -> Result<bool, SignInError> {
        let there = known.is_some();
        let hash = known.unwrap_or_else(|| self.nobody.clone());
        let password = password.as_bytes()[..password.len().min(LONGEST)].to_vec();
        let fits = self.turn(move || fits(&password, &hash)).await??;
        Ok(fits && there)
    }

    async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, SignInError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(system)?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(system)
    }
}

/// Whether a password will do.
///
/// # Errors
/// [`WeakPassword`] saying why not.
pub(crate) fn vet(password: &str, again: &str, account: &str) -> Result<(), WeakPassword> {
    if password != again {
        return Err(WeakPassword::Different);
    }
    if password.chars().count() < SHORTEST {
        return Err(WeakPassword::Short);
    }
    if password.len() > LONGEST {
        return Err(WeakPassword::Long);
    }
    let lower = password.to_lowercase();
    let mut characters: Vec<char> = lower.chars().collect();
    characters.sort_unstable();
    characters.dedup();
    let plain =
        characters.len() < 5 || lower.replace(&account.to_lowercase(), "").chars().count() < SHORTEST / 2;
    if plain { Err(WeakPassword::Plain) } else { Ok(()) }
}

fn hash(password: &[u8]) -> Result<String, SignInError> {
    let hash: PasswordHash = Argon2::default().hash_password(password).map_err(system)?;
    Ok(hash.to_string())
}

fn fits(password: &[u8], hash: &str) -> Result<bool, SignInError> {
    let hash = PasswordHash::new(hash).map_err(system)?;
    Ok(Argon2::default().verify_password(password, &hash).is_ok())
}

fn system(error: impl std::fmt::Display) -> SignInError {
    SignInError::System(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_and_no_account_fits_none() {
        let passwords = Passwords::new().unwrap();
        let hash = passwords.hash("four words in a row").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("four words in a row", Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("four words in a raw", Some(hash)).await.unwrap());
        assert!(!passwords.verify("four words in a row", None).await.unwrap());
    }

    #[test]
    fn weak_passwords_are_told_why() {
        for (password, again, why) in [
            ("four words in a row", "four words in a row", None),
            ("four words in a row", "four words in a raw", Some(WeakPassword::Different)),
            ("short", "short", Some(WeakPassword::Short)),
            ("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", Some(WeakPassword::Plain)),
            ("cleo-cleo-cleo", "cleo-cleo-cleo", Some(WeakPassword::Plain)),
        ] {
            assert_eq!(vet(password, again, "cleo").err(), why, "{password}");
        }
    }
}
