//! Accounts and sessions of the web desk.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use exeat_desk::ports::{Account, Accounts, Effects, Failure, Invitation, KeptSession, StoreError};
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::Event;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};

use crate::convert::{account_key, micros, signed, time, unsigned};
use crate::entity::{account, session};
use crate::failure::{corrupt, failed};
use crate::{SqliteStore, effects, tokens};

#[async_trait]
impl Accounts for SqliteStore {
    async fn account(&self, account: &str) -> Result<Option<Account>, StoreError> {
        let row =
            account::Entity::find_by_id(account_key(account)).one(&self.reader).await.map_err(failed)?;
        Ok(row.map(read).transpose()?)
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let rows = account::Entity::find().order_by_asc(account::Column::AccountKey);
        let rows = rows.all(&self.reader).await.map_err(failed)?;
        Ok(rows.into_iter().map(read).collect::<Result<_, _>>()?)
    }

    async fn invited(&self, code: &Sha256) -> Result<Option<Account>, StoreError> {
        let row = account::Entity::find().filter(account::Column::Invitation.eq(code.0.to_vec()));
        Ok(row.one(&self.reader).await.map_err(failed)?.map(read).transpose()?)
    }

    async fn keep_account(&self, account: &Account, event: Event) -> Result<(), StoreError> {
        let txn = self.write().await?;
        replace(&txn, account).await?;
        session::Entity::delete_many()
            .filter(session::Column::AccountKey.eq(account_key(&account.account)))
            .exec(&txn)
            .await
            .map_err(failed)?;
        if account.shut || account.invitation.is_some() {
            tokens::revoke_all(&txn, &account.account, event.at).await?;
        }
        effects::write(&txn, &self.signing, &Effects::of(event)).await?;
        Ok(txn.commit().await.map_err(failed)?)
    }

    async fn take_code(&self, account: &str, step: u64) -> Result<bool, StoreError> {
        let step = signed(step)?;
        let taken = account::Entity::update_many()
            .col_expr(account::Column::TotpUsed, step.into())
            .filter(account::Column::AccountKey.eq(account_key(account)))
            .filter(account::Column::TotpUsed.lt(step));
        Ok(taken.exec(&self.writer).await.map_err(failed)?.rows_affected == 1)
    }

    async fn session(&self, key: &Sha256) -> Result<Option<KeptSession>, StoreError> {
        let row = session::Entity::find_by_id(key.0.to_vec()).one(&self.reader).await.map_err(failed)?;
        Ok(row
            .map(|row| {
                let until = time(row.ends_at)?;
                Ok::<_, Failure>(KeptSession { key: *key, account: row.account_key, data: row.data, until })
            })
            .transpose()?)
    }

    async fn keep_session(&self, kept: &KeptSession, new: bool) -> Result<bool, StoreError> {
        let row = session::Model {
            id: kept.key.0.to_vec(),
            account_key: kept.account.as_deref().map(account_key),
            data: kept.data.clone(),
            ends_at: micros(kept.until),
        };
        let row = row.into_active_model();
        if new {
            let clash = OnConflict::column(session::Column::Id).do_nothing().to_owned();
            let insert = session::Entity::insert(row).on_conflict(clash);
            return Ok(insert.exec_without_returning(&self.writer).await.map_err(failed)? == 1);
        }
        // A session that was ended in the meantime is not brought back to life.
        let changed = session::Entity::update_many()
            .set(sea_orm::ActiveModelTrait::reset_all(row))
            .filter(session::Column::Id.eq(kept.key.0.to_vec()));
        Ok(changed.exec(&self.writer).await.map_err(failed)?.rows_affected == 1)
    }

    async fn end_session(&self, key: &Sha256) -> Result<(), StoreError> {
        session::Entity::delete_by_id(key.0.to_vec()).exec(&self.writer).await.map_err(failed)?;
        Ok(())
    }

    async fn end_sessions(&self, account: &str) -> Result<(), StoreError> {
        session::Entity::delete_many()
            .filter(session::Column::AccountKey.eq(account_key(account)))
            .exec(&self.writer)
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn note(&self, event: Event) -> Result<(), StoreError> {
        let txn = self.write().await?;
        effects::write(&txn, &self.signing, &Effects::of(event)).await?;
        Ok(txn.commit().await.map_err(failed)?)
    }

    async fn sweep_sessions(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let ended = session::Entity::delete_many().filter(session::Column::EndsAt.lte(micros(now)));
        Ok(ended.exec(&self.writer).await.map_err(failed)?.rows_affected)
    }
}

/// Writes an account, if the stored one is still of the revision before.
async fn replace(txn: &DatabaseTransaction, account: &Account) -> Result<(), StoreError> {
    let row = row(account)?;
    let conflict = || StoreError::AccountConflict(account.account.clone());
    if account.revision == 0 {
        let clash = OnConflict::column(account::Column::AccountKey).do_nothing().to_owned();
        let insert = account::Entity::insert(row.into_active_model()).on_conflict(clash);
        let kept = insert.exec_without_returning(txn).await.map_err(failed)?;
        return if kept == 1 { Ok(()) } else { Err(conflict()) };
    }
    let unchanged = Condition::all()
        .add(account::Column::AccountKey.eq(row.account_key.as_str()))
        .add(account::Column::Revision.eq(signed(account.revision)?));
    let columns = sea_orm::ActiveModelTrait::reset_all(row.into_active_model());
    let changed =
        account::Entity::update_many().set(columns).filter(unchanged).exec(txn).await.map_err(failed)?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(conflict()) }
}

fn row(account: &Account) -> Result<account::Model, Failure> {
    Ok(account::Model {
        account_key: account_key(&account.account),
        account: account.account.clone(),
        revision: signed(account.revision)? + 1,
        password: account.password.clone(),
        totp: account.totp.clone(),
        totp_used: signed(account.totp_used)?,
        invitation: account.invitation.map(|invitation| invitation.digest.0.to_vec()),
        invited_until: account.invitation.map(|invitation| micros(invitation.until)),
        shut: account.shut,
        created_at: micros(account.created_at),
    })
}

fn read(row: account::Model) -> Result<Account, Failure> {
    let invitation = match (row.invitation, row.invited_until) {
        (Some(digest), Some(until)) => {
            let digest = digest.as_slice().try_into().map_err(|_| corrupt("An invitation", "length"))?;
            Some(Invitation { digest: Sha256(digest), until: time(until)? })
        }
        _ => None,
    };
    Ok(Account {
        account: row.account,
        revision: unsigned(row.revision)?,
        password: row.password,
        totp: row.totp,
        totp_used: unsigned(row.totp_used)?,
        invitation,
        shut: row.shut,
        created_at: time(row.created_at)?,
    })
}
