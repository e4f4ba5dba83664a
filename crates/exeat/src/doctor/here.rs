//! Trying what the binary itself reads: the ledger's key, the vault, the roster.

use std::path::Path;

use async_trait::async_trait;
use exeat_desk::ports::{Failure, People as _, Probe, Sign};
use exeat_domain::roster::{Person, Role};
use exeat_store::PublicKey;

use crate::wiring::people::Everyone;
use crate::wiring::signing_key;
use crate::wiring::vault::KeePassVault;

/// Runs what may block beside the runtime's own threads.
pub(super) async fn beside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Sign> + Send + 'static,
) -> Result<T, Sign> {
    let lost = |error: tokio::task::JoinError| {
        Sign::broken("It could not be tried.", "This is a fault of the program: report it with the log.")
            .because(error)
    };
    tokio::task::spawn_blocking(work).await.map_err(lost)?
}

/// The key that verifies the ledger in this state folder.
///
/// # Errors
/// The sign of a key that cannot be had.
pub(super) fn key(state: &Path) -> Result<PublicKey, Sign> {
    let mend = "Put the key back from its backup: the ledger goes on with no other.";
    signing_key(state).map(|key| key.public()).map_err(|failed| Sign::broken(failed.message, mend))
}

#[async_trait]
impl Probe for KeePassVault {
    async fn probe(&self) -> Vec<Sign> {
        let vault = self.clone();
        let read = beside(move || vault.read().map(drop).map_err(locked)).await;
        vec![read.err().unwrap_or_else(|| Sign::fine("It opens, and its entry has a password."))]
    }
}

/// A vault that gives no password.
fn locked(failure: Failure) -> Sign {
    let mend = match failure.code {
        "vault-reference" => "Mend vault.password, or what it refers to.",
        "vault-key-file" => "Mend vault.key_file, or put the key file there.",
        "vault-missing" => "Mend vault.file, or put the vault there.",
        "vault-locked" => "Mend what vault.password and vault.key_file refer to.",
        "vault-entry" => "Mend vault.group and vault.entry, or the vault.",
        "vault-empty" => "Give the entry a password in KeePassXC.",
        _ => "Put the vault back from its backup.",
    };
    Sign { mend: Some(mend.to_owned()), ..failure.into() }
}

#[async_trait]
impl Probe for Everyone {
    async fn probe(&self) -> Vec<Sign> {
        let file = self.file.clone();
        let read = beside(move || {
            file.read().map_err(|failure| Sign {
                mend: Some("Mend the roster file: it is read anew whenever it is needed.".to_owned()),
                ..failure.into()
            })
        });
        let alone = match read.await {
            Ok(roster) => roster,
            Err(sign) => return vec![sign],
        };
        if self.directory.is_none() {
            return known(alone.people());
        }
        match self.roster().await {
            Ok(everyone) => known(everyone.people()),
            // The directory's own connection says why; what it would add is not missed here.
            Err(_) => known(alone.people()).into_iter().take(1).collect(),
        }
    }
}

/// What a roster is worth on which these are.
fn known<'a>(people: impl Iterator<Item = &'a Person>) -> Vec<Sign> {
    let (mut asking, mut deciding) = (0, 0);
    for person in people {
        asking += u64::from(person.may(Role::Requester));
        deciding += u64::from(person.may(Role::Checker));
    }
    let mut signs = vec![Sign::fine(format!("On it, {asking} may ask and {deciding} may decide."))];
    for (number, saw, mend) in [
        (asking, "Nobody on it may ask.", "Give someone active the role requester."),
        (deciding, "Nobody on it may decide.", "Give someone active the role checker."),
    ] {
        if number == 0 {
            signs.push(Sign::warning(saw, mend));
        }
    }
    signs
}
