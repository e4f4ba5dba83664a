//! The queue: a job is leased to one worker at a time, and is anyone's again when the lease runs out.

use std::time::Duration;

use chrono::{DateTime, Utc};
use exeat_desk::ports::{Failure, Job, JobId, Task};
use exeat_domain::request::RequestId;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, NotSet, PaginatorTrait,
    QueryFilter, QueryOrder, Select, Set,
};

use crate::convert::{from_json, key, micros, signed, time, to_json, unsigned};
use crate::entity::job::{ActiveModel, Column, Entity, Model};
use crate::failure::failed;

/// Puts a task into the queue, to be done from `due` on. The same task does not wait there twice: the earlier time counts.
pub(crate) async fn enqueue(
    txn: &DatabaseTransaction,
    task: &Task,
    now: DateTime<Utc>,
    due: DateTime<Utc>,
) -> Result<(), Failure> {
    let text = to_json(task)?;
    let same = Condition::all().add(Column::Task.eq(text.as_str())).add(Column::Leased.eq(false));
    if Entity::find().filter(same.clone()).count(txn).await.map_err(failed)? > 0 {
        let later = Entity::update_many().col_expr(Column::DueAt, Expr::val(micros(due)));
        let later = later.filter(same).filter(Column::DueAt.gt(micros(due)));
        later.exec(txn).await.map_err(failed)?;
        return Ok(());
    }
    let row = ActiveModel {
        id: NotSet,
        task: Set(text),
        request_id: Set(key(task.request())?),
        created_at: Set(micros(now)),
        due_at: Set(micros(due)),
        leased: Set(false),
        attempts: Set(0),
        cause: Set(None),
    };
    Entity::insert(row).exec_without_returning(txn).await.map_err(failed)?;
    Ok(())
}

/// The jobs that may be taken at `now`, the one that has been due longest first. A job that is leased is due when its
/// lease ends. A task that someone is at work on is not handed to a second worker.
pub(crate) fn claimable(now: i64, only: Option<i64>) -> Select<Entity> {
    let twin = Alias::new("twin");
    let at_work = Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, twin.clone())
        .and_where(Expr::col((twin.clone(), Column::Task)).equals((Entity, Column::Task)))
        .and_where(Expr::col((twin.clone(), Column::Leased)).eq(true))
        .and_where(Expr::col((twin, Column::DueAt)).gt(now))
        .to_owned();
    only_of(Entity::find(), only)
        .filter(Column::DueAt.lte(now))
        .filter(Expr::exists(at_work).not())
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Id)
}

fn only_of(jobs: Select<Entity>, only: Option<i64>) -> Select<Entity> {
    match only {
        Some(request) => jobs.filter(Column::RequestId.eq(request)),
        None => jobs,
    }
}

pub(crate) async fn claim(
    txn: &DatabaseTransaction,
    now: DateTime<Utc>,
    lease: Duration,
    only: Option<RequestId>,
) -> Result<Option<Job>, Failure> {
    let only = only.map(key).transpose()?;
    let found = claimable(micros(now), only).one(txn).await.map_err(failed)?;
    let Some(mut row) = found else { return Ok(None) };
    if row.leased {
        row.attempts += 1;
    }
    let until = micros(now).saturating_add(signed(lease.as_micros())?);
    Entity::update_many()
        .col_expr(Column::Leased, Expr::val(true))
        .col_expr(Column::DueAt, Expr::val(until))
        .col_expr(Column::Attempts, Expr::val(row.attempts))
        .filter(Column::Id.eq(row.id))
        .exec(txn)
        .await
        .map_err(failed)?;
    job(row).map(Some)
}

/// Only while the job is as its holder took it: a worker that outlived its lease changes nothing.
fn held(job: &Job) -> Condition {
    Condition::all()
        .add(Column::Id.eq(job.id.0))
        .add(Column::Leased.eq(true))
        .add(Column::Attempts.eq(job.attempts))
}

pub(crate) async fn retry(
    db: &impl ConnectionTrait,
    job: &Job,
    cause: &str,
    due_at: DateTime<Utc>,
) -> Result<(), Failure> {
    Entity::update_many()
        .col_expr(Column::Leased, Expr::val(false))
        .col_expr(Column::DueAt, Expr::val(micros(due_at)))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .col_expr(Column::Cause, Expr::val(cause))
        .filter(held(job))
        .exec(db)
        .await
        .map_err(failed)?;
    Ok(())
}

pub(crate) async fn put_off(
    db: &impl ConnectionTrait,
    job: &Job,
    due_at: DateTime<Utc>,
) -> Result<(), Failure> {
    Entity::update_many()
        .col_expr(Column::Leased, Expr::val(false))
        .col_expr(Column::DueAt, Expr::val(micros(due_at)))
        .col_expr(Column::Attempts, Expr::val(0))
        .col_expr(Column::Cause, Expr::val(None::<String>))
        .filter(held(job))
        .exec(db)
        .await
        .map_err(failed)?;
    Ok(())
}

pub(crate) async fn drop_job(db: &impl ConnectionTrait, job: &Job) -> Result<(), Failure> {
    Entity::delete_many().filter(held(job)).exec(db).await.map_err(failed)?;
    Ok(())
}

/// Removes a job that a change completes.
pub(crate) async fn complete(txn: &DatabaseTransaction, job: JobId) -> Result<(), Failure> {
    Entity::delete_by_id(job.0).exec(txn).await.map_err(failed)?;
    Ok(())
}

pub(crate) async fn rouse(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    only: Option<RequestId>,
) -> Result<u64, Failure> {
    let due = Entity::update_many().col_expr(Column::DueAt, Expr::val(micros(now)));
    let due = match only {
        Some(request) => due.filter(Column::RequestId.eq(key(request)?)).filter(Column::Leased.eq(false)),
        None => due
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(Expr::col(Column::Leased)))
            .col_expr(Column::Leased, Expr::val(false)),
    };
    Ok(due.exec(db).await.map_err(failed)?.rows_affected)
}

pub(crate) async fn jobs(db: &impl ConnectionTrait, only: Option<RequestId>) -> Result<Vec<Job>, Failure> {
    let rows = only_of(Entity::find(), only.map(key).transpose()?)
        .order_by_asc(Column::Id)
        .all(db)
        .await
        .map_err(failed)?;
    rows.into_iter().map(job).collect()
}

fn job(row: Model) -> Result<Job, Failure> {
    Ok(Job {
        id: JobId(row.id),
        task: from_json("A job", &row.task)?,
        created_at: time(row.created_at)?,
        due_at: time(row.due_at)?,
        attempts: unsigned(row.attempts)?,
        cause: row.cause,
    })
}
