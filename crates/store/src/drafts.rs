//! Drafts, changed by compare-and-set until they are sent, and the time that decisions took.

use exeat_desk::ports::{Answered, Failure, Sent, StoreError};
use exeat_domain::draft::{Draft, DraftId};
use exeat_domain::request::{Request, RequestId};
use exeat_domain::state::State;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, QueryResult, Statement, Value};

use crate::convert::{account_key, from_json, key, micros, request_id, signed, time, to_json, unsigned};
use crate::failure::failed;

const COLUMNS: &str = "id, revision, account, request_id, plan, updated_at, sent";

pub(crate) fn sql(text: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Sqlite, text, values)
}

pub(crate) async fn insert(db: &impl ConnectionTrait, draft: Draft) -> Result<Draft, StoreError> {
    let values = [
        draft.account.as_str().into(),
        account_key(&draft.account).into(),
        draft.request.map(key).transpose()?.into(),
        to_json(&draft.plan)?.into(),
        micros(draft.updated_at).into(),
    ];
    let text = "INSERT INTO drafts (revision, account, account_key, request_id, plan, updated_at) \
                VALUES (1, ?, ?, ?, ?, ?)";
    let made = db.execute_raw(sql(text, values)).await.map_err(failed)?;
    Ok(Draft { id: DraftId(made.last_insert_id()), revision: 1, ..draft })
}

pub(crate) async fn load(db: &impl ConnectionTrait, id: DraftId) -> Result<Draft, StoreError> {
    let none = || StoreError::NoSuchDraft(id);
    let text = format!("SELECT {COLUMNS} FROM drafts WHERE id = ?");
    let number = signed(id.0).map_err(|_| none())?;
    let row = db.query_one_raw(sql(text, [number.into()])).await.map_err(failed)?;
    Ok(read(&row.ok_or_else(none)?)?)
}

pub(crate) fn listing(account: &str, limit: u64) -> Result<Statement, Failure> {
    let text = format!(
        "SELECT {COLUMNS} FROM drafts WHERE account_key = ? AND sent IS NULL ORDER BY updated_at DESC LIMIT ?"
    );
    Ok(sql(text, [account_key(account).into(), signed(limit)?.into()]))
}

pub(crate) async fn list(
    db: &impl ConnectionTrait,
    account: &str,
    limit: u64,
) -> Result<Vec<Draft>, Failure> {
    let rows = db.query_all_raw(listing(account, limit)?).await.map_err(failed)?;
    rows.iter().map(read).collect()
}

pub(crate) async fn replace(db: &impl ConnectionTrait, draft: Draft) -> Result<Draft, StoreError> {
    let (id, revision) = (signed(draft.id.0)?, signed(draft.revision)?);
    let values = [to_json(&draft.plan)?.into(), micros(draft.updated_at).into(), id.into(), revision.into()];
    let text = "UPDATE drafts SET plan = ?, updated_at = ?, revision = revision + 1 \
                WHERE id = ? AND revision = ? AND sent IS NULL";
    let changed = db.execute_raw(sql(text, values)).await.map_err(failed)?;
    if changed.rows_affected() == 0 {
        return Err(StoreError::DraftConflict(draft.id));
    }
    Ok(Draft { revision: draft.revision + 1, ..draft })
}

pub(crate) async fn drop(db: &impl ConnectionTrait, id: DraftId) -> Result<(), Failure> {
    let text = "DELETE FROM drafts WHERE id = ? AND sent IS NULL";
    db.execute_raw(sql(text, [signed(id.0)?.into()])).await.map_err(failed)?;
    Ok(())
}

/// Marks a draft as sent, in the transaction of what it becomes.
pub(crate) async fn send(
    txn: &DatabaseTransaction,
    sent: Option<Sent>,
    request: RequestId,
) -> Result<(), StoreError> {
    let Some(Sent { draft, revision }) = sent else { return Ok(()) };
    let values = [key(request)?.into(), signed(draft.0)?.into(), signed(revision)?.into()];
    let text = "UPDATE drafts SET sent = ?, plan = '{}', revision = revision + 1 \
                WHERE id = ? AND revision = ? AND sent IS NULL";
    let changed = txn.execute_raw(sql(text, values)).await.map_err(failed)?;
    if changed.rows_affected() == 1 { Ok(()) } else { Err(StoreError::DraftConflict(draft)) }
}

fn read(row: &QueryResult) -> Result<Draft, Failure> {
    let number = |name: &str| -> Result<i64, Failure> { row.try_get("", name).map_err(failed) };
    let named = |name: &str| -> Result<Option<RequestId>, Failure> {
        row.try_get::<Option<i64>>("", name).map_err(failed)?.map(request_id).transpose()
    };
    let (id, plan): (u64, String) = (unsigned(number("id")?)?, row.try_get("", "plan").map_err(failed)?);
    Ok(Draft {
        id: DraftId(id),
        revision: unsigned(number("revision")?)?,
        account: row.try_get("", "account").map_err(failed)?,
        request: named("request_id")?,
        plan: from_json(format_args!("The draft {id}"), &plan)?,
        updated_at: time(number("updated_at")?)?,
        sent: named("sent")?,
    })
}

/// Notes how long a round took that people have decided on.
pub(crate) async fn decided(txn: &DatabaseTransaction, from: State, after: &Request) -> Result<(), Failure> {
    let done = matches!(after.state, State::Approved | State::Returned | State::Rejected);
    let Some(round) = after.round().filter(|_| from == State::Submitted && done) else { return Ok(()) };
    let values = [
        key(after.id)?.into(),
        i64::from(round.number).into(),
        micros(round.opened_at).into(),
        micros(after.updated_at).into(),
    ];
    let text =
        "INSERT OR IGNORE INTO turnarounds (request_id, round, asked_at, decided_at) VALUES (?, ?, ?, ?)";
    txn.execute_raw(sql(text, values)).await.map_err(failed)?;
    Ok(())
}

pub(crate) fn latest(limit: u64) -> Result<Statement, Failure> {
    let text = "SELECT asked_at, decided_at FROM turnarounds ORDER BY decided_at DESC LIMIT ?";
    Ok(sql(text, [signed(limit)?.into()]))
}

pub(crate) async fn turnarounds(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<Answered>, Failure> {
    let rows = db.query_all_raw(latest(limit)?).await.map_err(failed)?;
    let at = |row: &QueryResult, name: &str| time(row.try_get("", name).map_err(failed)?);
    rows.iter()
        .map(|row| Ok(Answered { asked: at(row, "asked_at")?, decided: at(row, "decided_at")? }))
        .collect()
}
