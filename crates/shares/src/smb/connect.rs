//! Logging in at a file server, and what is said where that does not work.

use exeat_desk::ports::Failure;
use secrecy::ExposeSecret as _;
use smb2::Error;
use smb2::client::{Connection, Session, Tree};
use smb2::types::status::NtStatus;
use smb2::types::{Command, Dialect};
use tokio::runtime::Handle as Runtime;

use super::SmbPlace;
use super::announce::greet;
use super::live::Live;
use crate::root::Place;

/// Connects, logs in, and opens the share.
pub(super) async fn connect(at: &SmbPlace, place: &Place) -> Result<Live, Failure> {
    // Each step has its own end; this one ends a server that drips.
    match tokio::time::timeout(at.patience * 3, connected(at, place)).await {
        Ok(connected) => connected,
        Err(late) => Err(refused(at, place, Refusal::Silent, &late)),
    }
}

async fn connected(at: &SmbPlace, place: &Place) -> Result<Live, Failure> {
    let said = |error: Error| refused(at, place, Refusal::of(&error), &error);
    let mut connection = greet(&at.server, at.port, at.patience).await.map_err(said)?;
    let Some(params) = connection.params() else { return Err(said(Error::Disconnected)) };
    // Before 3.1.1 nothing binds the login to the greetings: somebody between could have talked both into less.
    if params.dialect != Dialect::Smb3_1_1 || (params.cipher.is_none() && !at.unencrypted) {
        return Err(refused(at, place, Refusal::Open, &format!("{} {:?}", params.dialect, params.cipher)));
    }
    let password = at.password.expose_secret();
    let session = Session::setup(&mut connection, &at.user, password, &at.domain).await.map_err(said)?;
    encrypt(&mut connection, &session);
    let protected = connection.should_encrypt() || (at.unencrypted && session.should_sign);
    if !protected {
        return Err(refused(at, place, Refusal::Open, &"no keys"));
    }
    let tree = Tree::connect(&mut connection, &at.share).await.map_err(said)?;
    // What is a link to another server stays one: it is named, and not followed.
    connection.deregister_dfs_tree(tree.tree_id);
    let protection = match params.cipher.filter(|_| connection.should_encrypt()) {
        Some(cipher) => format!("SMB 3.1.1, signed and encrypted ({cipher:?})"),
        None => format!("SMB 3.1.1, signed ({:?}), not encrypted", session.signing_algorithm),
    };
    Ok(Live {
        connection,
        tree: tree.tree_id,
        patience: at.patience,
        runtime: Runtime::current(),
        blocks: (Live::block(params.max_read_size), Live::block(params.max_write_size)),
        protection,
    })
}

/// Encrypts from here on, whether the server asks for it or not.
fn encrypt(connection: &mut Connection, session: &Session) {
    let cipher = connection.params().and_then(|params| params.cipher);
    if let (Some(cipher), Some(ours), Some(theirs), false) =
        (cipher, &session.encryption_key, &session.decryption_key, connection.should_encrypt())
    {
        connection.activate_encryption(ours.clone(), theirs.clone(), cipher);
    }
}

/// Why it did not come to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// The server cannot be reached, or has stopped talking.
    Silent,
    /// It does not take the account.
    Account,
    /// It has no such share.
    Share,
    /// It lets the account in, and not to the share.
    Forbidden,
    /// It cannot protect the connection.
    Open,
    /// It answers what cannot be understood, or what it did not sign.
    Garbled,
}

impl Refusal {
    fn of(error: &Error) -> Self {
        match error {
            Error::Auth { .. } | Error::GuestSessionRefused { .. } => Self::Account,
            Error::Protocol { status: NtStatus::BAD_NETWORK_NAME, .. } => Self::Share,
            Error::Protocol { status: NtStatus::ACCESS_DENIED, command: Command::TreeConnect } => {
                Self::Forbidden
            }
            Error::Protocol { command: Command::SessionSetup, .. } => Self::Account,
            Error::InvalidData { .. } | Error::SignatureInvalid { .. } | Error::Protocol { .. } => {
                Self::Garbled
            }
            _ => Self::Silent,
        }
    }
}

fn refused(at: &SmbPlace, place: &Place, why: Refusal, detail: &dyn std::fmt::Display) -> Failure {
    let shown = |text: &str| exeat_domain::path::shown(text);
    let (server, what) = (shown(&at.server), place.what);
    let (code, message) = match why {
        Refusal::Silent => (
            place.gone,
            format!(
                "The file server {server} (port {}) behind {what} does not answer. Bring it back, or mend its name in the configuration; the work then goes on by itself.",
                at.port
            ),
        ),
        Refusal::Account => (
            place.denied,
            format!(
                "The file server {server} does not let the desk in as “{}” for {what}. Check the account and its password; the work then goes on by itself.",
                shown(&at.user)
            ),
        ),
        Refusal::Share => (
            place.gone,
            format!(
                "The file server {server} has no share “{}” for {what}. Mend it in the configuration, or have it shared.",
                shown(&at.share)
            ),
        ),
        Refusal::Forbidden => (
            place.denied,
            format!(
                "The account “{}” may not use the share “{}” of {server} for {what}. Give it the right to; the work then goes on by itself.",
                shown(&at.user),
                shown(&at.share)
            ),
        ),
        Refusal::Open => (
            place.broken,
            format!(
                "The file server {server} behind {what} offers no SMB 3.1.1 with encryption. Switch it on there; a server that can only sign is used where the configuration says so."
            ),
        ),
        Refusal::Garbled => (
            place.broken,
            format!(
                "What the file server {server} behind {what} answers cannot be understood, or is not its own. See the log; it is tried again by itself."
            ),
        ),
    };
    Failure::new(place.port, code, message, detail)
}
