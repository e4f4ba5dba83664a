//! Messages that were taken in: each once, whatever is done again.

use exeat_desk::ports::{Failure, Known, StoreError};
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::Event;
use exeat_domain::message::Posted;
use exeat_domain::request::Door;
use sea_orm::{ConnectionTrait, DatabaseTransaction, SqlErr};

use crate::convert::{key, micros, request_id};
use crate::drafts::sql;
use crate::failure::{corrupt, failed};

/// The name of a door in the table, which is never changed.
const fn name(door: Door) -> &'static str {
    match door {
        Door::Cli => "cli",
        Door::Web => "web",
        Door::Mail => "mail",
        Door::Ticket => "ticket",
        Door::Api => "api",
    }
}

/// Notes that a message is taken in, in the transaction of what it comes to.
pub(crate) async fn write(
    txn: &DatabaseTransaction,
    posted: Option<&Posted>,
    event: &Event,
) -> Result<(), StoreError> {
    let Some(Posted { door, id, sha256 }) = posted else { return Ok(()) };
    let values = [
        name(*door).into(),
        id.as_str().into(),
        sha256.0.to_vec().into(),
        event.request.map(key).transpose()?.into(),
        micros(event.at).into(),
    ];
    let text = "INSERT INTO messages (door, id, sha256, request_id, at) VALUES (?, ?, ?, ?, ?)";
    match txn.execute_raw(sql(text, values)).await {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Err(StoreError::KnownMessage(id.clone()))
        }
        Err(error) => Err(failed(error).into()),
    }
}

pub(crate) async fn find(db: &impl ConnectionTrait, door: Door, id: &str) -> Result<Option<Known>, Failure> {
    let text = "SELECT sha256, request_id FROM messages WHERE door = ? AND id = ?";
    let row = db.query_one_raw(sql(text, [name(door).into(), id.into()])).await.map_err(failed)?;
    let Some(row) = row else { return Ok(None) };
    let digest: Vec<u8> = row.try_get("", "sha256").map_err(failed)?;
    let digest = digest.try_into().map_err(|_| corrupt(format_args!("The message {id}"), "no digest"))?;
    let request: Option<i64> = row.try_get("", "request_id").map_err(failed)?;
    Ok(Some(Known { sha256: Sha256(digest), request: request.map(request_id).transpose()? }))
}
