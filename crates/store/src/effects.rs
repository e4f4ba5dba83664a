//! What a change writes beside the request: the completed job, new jobs, standings, and the ledger.

use exeat_desk::ports::{Effects, Failure, StoreError};
use exeat_domain::roster::Demotion;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel};

use crate::convert::{account_key, from_json, micros, time, to_json};
use crate::entity::demotion::{Column, Entity, Model};
use crate::failure::{failed, failure};
use crate::ledger::SigningKey;
use crate::{jobs, ledger, messages};

/// Writes the effects, all in the transaction of the change. Without a ledger entry there is no change.
pub(crate) async fn write(
    txn: &DatabaseTransaction,
    signing: &SigningKey,
    effects: &Effects,
) -> Result<(), StoreError> {
    let Some(event) = effects.events.first() else {
        return Err(failure(
            "store-no-entry",
            "The store refused a change that leaves no entry in the ledger. This is a fault of the program: report it.",
            "effects without events",
        )
        .into());
    };
    if let Some(job) = effects.done {
        jobs::complete(txn, job).await?;
    }
    for task in &effects.jobs {
        jobs::enqueue(txn, task, event.at, event.at).await?;
    }
    for (task, due) in &effects.later {
        jobs::enqueue(txn, task, event.at, *due).await?;
    }
    for demotion in &effects.demoted {
        demote(txn, demotion).await?;
    }
    messages::write(txn, effects.posted.as_ref(), event).await?;
    Ok(ledger::append(txn, signing, &effects.events).await?)
}

async fn demote(txn: &DatabaseTransaction, demotion: &Demotion) -> Result<(), Failure> {
    let row = Model {
        account_key: account_key(&demotion.account),
        account: demotion.account.clone(),
        since: micros(demotion.since),
        why: to_json(&demotion.why)?,
    };
    let latest = OnConflict::column(Column::AccountKey)
        .update_columns([Column::Account, Column::Since, Column::Why])
        .to_owned();
    Entity::insert(row.into_active_model())
        .on_conflict(latest)
        .exec_without_returning(txn)
        .await
        .map_err(failed)?;
    Ok(())
}

pub(crate) async fn demotion(db: &impl ConnectionTrait, account: &str) -> Result<Option<Demotion>, Failure> {
    let Some(row) = Entity::find_by_id(account_key(account)).one(db).await.map_err(failed)? else {
        return Ok(None);
    };
    Ok(Some(Demotion {
        why: from_json(format_args!("The demotion of {account}"), &row.why)?,
        account: row.account,
        since: time(row.since)?,
    }))
}
