//! Tokens: what scripts come with, kept under a digest of its secret.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use exeat_desk::ports::{Effects, Failure, StoreError, Token, Tokens};
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::{Actor, Event, Fact};
use exeat_domain::token::Reach;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::convert::{account_key, from_json, micros, signed, time, to_json, unsigned};
use crate::entity::token::{ActiveModel, Column, Entity, Model};
use crate::failure::{corrupt, failed};
use crate::{SqliteStore, effects};

#[async_trait]
impl Tokens for SqliteStore {
    async fn keep_token(&self, digest: &Sha256, token: Token, actor: &Actor) -> Result<Token, StoreError> {
        let txn = self.write().await?;
        let made = Entity::insert(row(digest, &token)?).exec(&txn).await.map_err(failed)?;
        let token = Token { id: unsigned(made.last_insert_id)?, ..token };
        let fact = Fact::TokenMade {
            account: token.account.clone(),
            token: token.id,
            name: token.name.clone(),
            reach: token.reach,
            roles: token.roles.clone(),
            until: token.until,
        };
        let event = Event { at: token.created_at, actor: actor.clone(), request: None, fact };
        effects::write(&txn, &self.signing, &Effects::of(event)).await?;
        txn.commit().await.map_err(failed)?;
        Ok(token)
    }

    async fn token(&self, digest: &Sha256) -> Result<Option<Token>, StoreError> {
        let row = Entity::find().filter(Column::Digest.eq(digest.0.to_vec()));
        Ok(row.one(&self.reader).await.map_err(failed)?.map(read).transpose()?)
    }

    async fn tokens(&self, account: Option<&str>) -> Result<Vec<Token>, StoreError> {
        let mut rows = Entity::find().filter(Column::RevokedAt.is_null()).order_by_desc(Column::Id);
        if let Some(account) = account {
            rows = rows.filter(Column::AccountKey.eq(account_key(account)));
        }
        let rows = rows.all(&self.reader).await.map_err(failed)?;
        Ok(rows.into_iter().map(read).collect::<Result<_, _>>()?)
    }

    async fn revoke_token(
        &self,
        id: u64,
        account: Option<&str>,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Option<Token>, StoreError> {
        // A number beyond what the table holds is of no token.
        let Ok(number) = signed(id) else { return Ok(None) };
        let txn = self.write().await?;
        let row = Entity::find_by_id(number).one(&txn).await.map_err(failed)?;
        let key = account.map(account_key);
        let meant =
            |row: &Model| row.revoked_at.is_none() && key.as_ref().is_none_or(|key| *key == row.account_key);
        let Some(row) = row.filter(meant) else { return Ok(None) };
        Entity::update_many()
            .col_expr(Column::RevokedAt, micros(now).into())
            .filter(Column::Id.eq(number))
            .exec(&txn)
            .await
            .map_err(failed)?;
        let token = Token { revoked_at: Some(now), ..read(row)? };
        let (account, name) = (token.account.clone(), token.name.clone());
        let fact = Fact::TokenRevoked { account, token: id, name };
        let event = Event { at: now, actor: actor.clone(), request: None, fact };
        effects::write(&txn, &self.signing, &Effects::of(event)).await?;
        txn.commit().await.map_err(failed)?;
        Ok(Some(token))
    }

    async fn token_used(&self, id: u64, at: DateTime<Utc>) -> Result<(), StoreError> {
        Entity::update_many()
            .col_expr(Column::UsedAt, micros(at).into())
            .filter(Column::Id.eq(signed(id)?))
            .exec(&self.writer)
            .await
            .map_err(failed)?;
        Ok(())
    }
}

/// Revokes every token of an account.
pub(crate) async fn revoke_all(
    txn: &impl ConnectionTrait,
    account: &str,
    at: DateTime<Utc>,
) -> Result<(), Failure> {
    Entity::update_many()
        .col_expr(Column::RevokedAt, micros(at).into())
        .filter(Column::AccountKey.eq(account_key(account)))
        .filter(Column::RevokedAt.is_null())
        .exec(txn)
        .await
        .map_err(failed)?;
    Ok(())
}

fn row(digest: &Sha256, token: &Token) -> Result<ActiveModel, Failure> {
    Ok(ActiveModel {
        id: NotSet,
        digest: Set(digest.0.to_vec()),
        account_key: Set(account_key(&token.account)),
        account: Set(token.account.clone()),
        name: Set(token.name.clone()),
        reach: Set(token.reach.name().to_owned()),
        roles: Set(to_json(&token.roles)?),
        created_at: Set(micros(token.created_at)),
        until: Set(micros(token.until)),
        used_at: Set(token.used_at.map(micros)),
        revoked_at: Set(token.revoked_at.map(micros)),
    })
}

fn read(row: Model) -> Result<Token, Failure> {
    let reach = Reach::named(&row.reach).ok_or_else(|| corrupt("A token", &row.reach))?;
    Ok(Token {
        id: unsigned(row.id)?,
        account: row.account,
        name: row.name,
        reach,
        roles: from_json("A token", &row.roles)?,
        created_at: time(row.created_at)?,
        until: time(row.until)?,
        used_at: row.used_at.map(time).transpose()?,
        revoked_at: row.revoked_at.map(time).transpose()?,
    })
}
