//! Requests: kept whole as a document, changed by compare-and-set, listed from columns.

use std::collections::BTreeSet;

use exeat_desk::ports::{Change, Failure, Filter, StoreError, Summary};
use exeat_domain::request::{Request, RequestId, Round, Seal};
use exeat_domain::state::{MOVES, State};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Select, SqlErr,
};

use crate::convert::{
    account_key, from_json, key, micros, request_id, signed, time, to_json, unsigned, verdict, verdict_name,
};
use crate::entity::request::{Column, Entity, Listed, Model};
use crate::entity::{counter, held_seal};
use crate::failure::{corrupt, failed};
use crate::{insights, queue};

/// How many rows go into one statement, well below SQLite's limit of 32,766 values.
const BATCH: usize = 1000;

pub(crate) async fn reserve(txn: &DatabaseTransaction) -> Result<RequestId, Failure> {
    counter::Entity::update_many()
        .col_expr(counter::Column::Value, Expr::col(counter::Column::Value).add(1))
        .filter(counter::Column::Name.eq("request"))
        .exec(txn)
        .await
        .map_err(failed)?;
    let counter = counter::Entity::find_by_id("request").one(txn).await.map_err(failed)?;
    request_id(counter.ok_or_else(|| corrupt("The count of requests", "no row"))?.value)
}

pub(crate) async fn insert(txn: &DatabaseTransaction, request: &Request) -> Result<(), StoreError> {
    let row = row(request)?.into_active_model();
    match Entity::insert(row).exec_without_returning(txn).await {
        Ok(_) => {}
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            return Err(StoreError::Conflict(request.id));
        }
        Err(error) => return Err(failed(error).into()),
    }
    hold_seals(txn, request).await?;
    queue::write(txn, request).await?;
    Ok(insights::write(txn, request).await?)
}

/// Whether the table of states has this change: a move, or none.
pub(crate) fn check_move(change: &Change) -> Result<(), StoreError> {
    let (from, to) = (change.from, change.request.state);
    if from == to || MOVES.iter().any(|row| row.from == from && row.to == to) {
        return Ok(());
    }
    Err(StoreError::NoSuchMove { id: change.request.id, from, to })
}

/// Writes the request after the change, if the stored one is still the one before it.
pub(crate) async fn replace(
    txn: &DatabaseTransaction,
    from: State,
    before: Request,
) -> Result<Request, StoreError> {
    let stored = find(before.id)?.select_only().column(Column::Id).into_tuple::<i64>();
    let after = Request { revision: before.revision + 1, ..before };
    let changed = Entity::update_many()
        .set(row(&after)?.into_active_model().reset_all())
        .filter(Column::Id.eq(key(after.id)?))
        .filter(Column::Revision.eq(signed(after.revision - 1)?))
        .filter(Column::State.eq(from.name()))
        .exec(txn)
        .await
        .map_err(failed)?;
    if changed.rows_affected == 0 {
        return Err(match stored.one(txn).await.map_err(failed)? {
            Some(_) => StoreError::Conflict(after.id),
            None => StoreError::NoSuchRequest(after.id),
        });
    }
    hold_seals(txn, &after).await?;
    queue::write(txn, &after).await?;
    insights::write(txn, &after).await?;
    Ok(after)
}

pub(crate) async fn load(db: &impl ConnectionTrait, id: RequestId) -> Result<Request, StoreError> {
    let row = find(id)?.one(db).await.map_err(failed)?.ok_or(StoreError::NoSuchRequest(id))?;
    let request: Request = from_json(id, &row.document)?;
    let same = request.id == id
        && request.revision == unsigned::<u64>(row.revision)?
        && request.state.name() == row.state;
    if same { Ok(request) } else { Err(corrupt(id, "the document and its row differ").into()) }
}

fn find(id: RequestId) -> Result<Select<Entity>, StoreError> {
    Ok(Entity::find_by_id(key(id).map_err(|_| StoreError::NoSuchRequest(id))?))
}

fn row(request: &Request) -> Result<Model, Failure> {
    let round = request.round();
    Ok(Model {
        id: key(request.id)?,
        revision: signed(request.revision)?,
        state: request.state.name().to_owned(),
        requester: request.requester.clone(),
        requester_key: account_key(&request.requester),
        project: request.project.clone(),
        purpose: request.purpose.clone(),
        created_at: micros(request.created_at),
        updated_at: micros(request.updated_at),
        round: round.map_or(0, |round| round.number.into()),
        files: signed(round.map_or(0, |round| round.files.len()))?,
        verdict: round.and_then(Round::verdict).map(|verdict| verdict_name(verdict).to_owned()),
        document: to_json(request)?,
    })
}

/// Brings the index of held seals in line with the request.
async fn hold_seals(txn: &DatabaseTransaction, request: &Request) -> Result<(), Failure> {
    use held_seal::{Column, Entity, Model};
    let id = key(request.id)?;
    let wanted: BTreeSet<Vec<u8>> = match request.state.is_final() {
        true => BTreeSet::new(),
        false => request.seals().map(|seal| seal.sha256.0.to_vec()).collect(),
    };
    let rows = Entity::find().filter(Column::RequestId.eq(id)).all(txn).await.map_err(failed)?;
    let stored: BTreeSet<Vec<u8>> = rows.into_iter().map(|row| row.sha256).collect();
    let gone: Vec<_> = stored.difference(&wanted).cloned().collect();
    for batch in gone.chunks(BATCH) {
        let rows = Entity::delete_many().filter(Column::RequestId.eq(id));
        rows.filter(Column::Sha256.is_in(batch.to_vec())).exec(txn).await.map_err(failed)?;
    }
    let new: Vec<_> = wanted.difference(&stored).cloned().collect();
    for batch in new.chunks(BATCH) {
        let rows =
            batch.iter().map(|sha256| Model { sha256: sha256.clone(), request_id: id }.into_active_model());
        Entity::insert_many(rows).exec_without_returning(txn).await.map_err(failed)?;
    }
    Ok(())
}

/// The requests that hold this seal, in a state that is not final.
pub(crate) fn holders(seal: &Seal, except: Option<i64>) -> Select<held_seal::Entity> {
    let holders = held_seal::Entity::find().filter(held_seal::Column::Sha256.eq(seal.sha256.0.to_vec()));
    match except {
        Some(id) => holders.filter(held_seal::Column::RequestId.ne(id)),
        None => holders,
    }
}

pub(crate) async fn holds_seal(
    db: &impl ConnectionTrait,
    seal: &Seal,
    except: Option<RequestId>,
) -> Result<bool, Failure> {
    Ok(holders(seal, except.map(key).transpose()?).one(db).await.map_err(failed)?.is_some())
}

/// The page of one state, or of all: rows come out of an index in order, and only as many as are shown.
pub(crate) fn page(filter: &Filter, state: Option<State>) -> Result<Select<Entity>, Failure> {
    let mut rows = Entity::find();
    if let Some(state) = state {
        rows = rows.filter(Column::State.eq(state.name()));
    }
    if let Some(requester) = &filter.requester {
        rows = rows.filter(Column::RequesterKey.eq(account_key(requester)));
    }
    if let Some(project) = &filter.project {
        rows = rows.filter(Column::Project.eq(project.as_str()));
    }
    match (filter.after, filter.newest) {
        (Some(after), false) => rows = rows.filter(Column::Id.gt(key(after)?)),
        (Some(after), true) => rows = rows.filter(Column::Id.lt(key(after)?)),
        (None, _) => {}
    }
    let rows = if filter.newest { rows.order_by_desc(Column::Id) } else { rows.order_by_asc(Column::Id) };
    Ok(rows.limit(filter.limit))
}

/// Reads the page of each state and merges them, which no index could serve as one query.
pub(crate) async fn list(txn: &DatabaseTransaction, filter: &Filter) -> Result<Vec<Summary>, Failure> {
    let states: BTreeSet<State> = filter.states.iter().copied().collect();
    let scopes = if states.is_empty() { vec![None] } else { states.into_iter().map(Some).collect() };
    let mut rows = Vec::new();
    for state in scopes {
        let listed = page(filter, state)?.into_partial_model::<Listed>();
        rows.extend(listed.all(txn).await.map_err(failed)?);
    }
    rows.sort_unstable_by_key(|row| if filter.newest { -row.id } else { row.id });
    rows.truncate(usize::try_from(filter.limit).unwrap_or(usize::MAX));
    rows.into_iter().map(summary).collect()
}

pub(crate) fn summary(row: Listed) -> Result<Summary, Failure> {
    Ok(Summary {
        id: request_id(row.id)?,
        state: State::named(&row.state).ok_or_else(|| corrupt("A state", &row.state))?,
        requester: row.requester,
        project: row.project,
        purpose: row.purpose,
        created_at: time(row.created_at)?,
        updated_at: time(row.updated_at)?,
        round: unsigned(row.round)?,
        files: unsigned(row.files)?,
        verdict: row.verdict.as_deref().map(verdict).transpose()?,
    })
}
