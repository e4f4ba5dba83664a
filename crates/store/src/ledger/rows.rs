//! The ledger in its table: appending, reading, and verifying it in place.

use chrono::{DateTime, Utc};
use exeat_desk::ports::{Failure, LedgerEntry, LedgerPlace, Walked};
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::Event;
use exeat_domain::request::RequestId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use super::chain::{Anchor, Chain, Entry, Link, START, forge};
use super::fault::{Broken, Fault};
use super::key::{PublicKey, Signature, SigningKey};
use super::line::LONGEST_ENTRY;
use super::verify::{Report, report};
use crate::convert::{from_json, key, micros, signed, time, to_json, unsigned};
use crate::entity::ledger::{Column, Entity, Model};
use crate::failure::{corrupt, failed, failure};

/// How many entries are read at once where all are read.
pub(super) const PAGE: u64 = 256;

/// The ledger could not be verified in place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// It is not as it was written.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// It could not be read.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Where the ledger ends.
pub(crate) async fn end(db: &impl ConnectionTrait) -> Result<Anchor, Failure> {
    let last = Entity::find().order_by_desc(Column::Seq).one(db).await.map_err(failed)?;
    last.map_or(Ok(Anchor { seq: 0, hash: START }), |row| {
        Ok(Anchor { seq: unsigned(row.seq)?, hash: digest(&row)? })
    })
}

/// Appends the events, in order.
pub(crate) async fn append(
    txn: &DatabaseTransaction,
    signing: &SigningKey,
    events: &[Event],
) -> Result<(), Failure> {
    let Anchor { mut seq, hash: mut prev } = end(txn).await?;
    for event in events {
        seq += 1;
        let event = Event { at: whole(event.at)?, ..event.clone() };
        let request = event.request.map(key).transpose()?;
        let entry = to_json(&Entry { seq, event })?;
        if entry.len() > LONGEST_ENTRY {
            return Err(failure(
                "store-entry-too-long",
                "What happened is too long for one entry of the ledger, so nothing was written. Split the request \
                 into several with fewer files.",
                format_args!("{} bytes, at most {LONGEST_ENTRY}", entry.len()),
            ));
        }
        let (hash, sig) = forge(signing, &prev, &entry);
        let row =
            Model { seq: signed(seq)?, request_id: request, entry, hash: hash.0.to_vec(), sig: sig.to_vec() };
        Entity::insert(row.into_active_model()).exec_without_returning(txn).await.map_err(failed)?;
        prev = hash;
    }
    Ok(())
}

/// The time to the microsecond, as every database keeps it.
pub(super) fn whole(at: DateTime<Utc>) -> Result<DateTime<Utc>, Failure> {
    time(micros(at))
}

pub(crate) fn entries_query(only: Option<i64>, after: i64, limit: u64) -> Select<Entity> {
    let entries = Entity::find().filter(Column::Seq.gt(after)).order_by_asc(Column::Seq).limit(limit);
    match only {
        Some(request) => entries.filter(Column::RequestId.eq(request)),
        None => entries,
    }
}

pub(crate) async fn entries(
    db: &impl ConnectionTrait,
    only: Option<RequestId>,
    after: u64,
    limit: u64,
) -> Result<Vec<LedgerEntry>, Failure> {
    let query = entries_query(only.map(key).transpose()?, signed(after)?, limit);
    query.all(db).await.map_err(failed)?.iter().map(shown).collect()
}

pub(super) fn shown(row: &Model) -> Result<LedgerEntry, Failure> {
    let entry: Entry = from_json(format_args!("Ledger entry {}", row.seq), &row.entry)?;
    Ok(LedgerEntry { seq: entry.seq, event: entry.event, hash: digest(row)? })
}

pub(super) fn digest(row: &Model) -> Result<Sha256, Failure> {
    let bytes = row.hash.as_slice().try_into();
    bytes.map(Sha256).map_err(|_| corrupt(format_args!("The hash of ledger entry {}", row.seq), "length"))
}

pub(super) fn signature(row: &Model) -> Result<Signature, Failure> {
    Signature::from_slice(&row.sig)
        .ok_or_else(|| corrupt(format_args!("The signature of ledger entry {}", row.seq), "length"))
}

/// Verifies the ledger where it lies, from its first entry to its last.
pub(crate) async fn verify_rows(
    db: &impl ConnectionTrait,
    public: &PublicKey,
    anchor: Option<Anchor>,
) -> Result<Report, VerifyError> {
    let mut chain = Chain::new(public, anchor);
    while follow(db, &mut chain, PAGE).await? {}
    let line = chain.seq + 1;
    chain.end().map_err(|fault| Broken { line, fault })?;
    Ok(report(&chain, None))
}

/// Goes on by at most `limit` entries; false where that was the end.
async fn follow(db: &impl ConnectionTrait, chain: &mut Chain<'_>, limit: u64) -> Result<bool, VerifyError> {
    let page = entries_query(None, signed(chain.seq)?, limit).all(db).await.map_err(failed)?;
    for row in &page {
        let line = chain.seq + 1;
        step(chain, row)?.map_err(|fault| Broken { line, fault })?;
    }
    Ok(page.len() as u64 == limit)
}

/// Verifies at most `limit` entries after a place that an earlier walk came to, which must still be there.
pub(crate) async fn walk(
    db: &impl ConnectionTrait,
    public: &PublicKey,
    after: LedgerPlace,
    limit: u64,
) -> Result<Walked, Failure> {
    let LedgerPlace { seq, hash } = after;
    let mut chain = Chain::from(public, Anchor { seq, hash });
    if let Some(fault) = moved(db, after).await? {
        return Ok(Walked { place: LedgerPlace::START, done: true, broken: Some(fault.to_string()) });
    }
    let ended = match follow(db, &mut chain, limit).await {
        Ok(more) => Ok(!more),
        Err(VerifyError::Broken(broken)) => Err(broken.fault.to_string()),
        Err(VerifyError::Failure(failure)) => return Err(failure),
    };
    let place = LedgerPlace { seq: chain.seq, hash: chain.hash };
    Ok(match ended {
        Ok(done) => Walked { place, done, broken: None },
        Err(fault) => Walked { place, done: true, broken: Some(fault) },
    })
}

/// What became of a place that an earlier walk came to.
async fn moved(db: &impl ConnectionTrait, place: LedgerPlace) -> Result<Option<Fault>, Failure> {
    if place.seq == 0 {
        return Ok(None);
    }
    match Entity::find_by_id(signed(place.seq)?).one(db).await.map_err(failed)? {
        Some(row) if digest(&row)? == place.hash => Ok(None),
        Some(_) => Ok(Some(Fault::OtherHistory { seq: place.seq })),
        None => Ok(Some(Fault::BeforeAnchor { last: end(db).await?.seq, anchor: place.seq })),
    }
}

fn step(chain: &mut Chain<'_>, row: &Model) -> Result<Result<(), Fault>, Failure> {
    let seq = unsigned(row.seq)?;
    let link = Link { entry: &row.entry, hash: digest(row)?, sig: signature(row)? };
    Ok(chain.take(seq, &link).and_then(|()| filed(row, seq)))
}

/// The column that lists of one request go by must say what the entry says.
fn filed(row: &Model, seq: u64) -> Result<(), Fault> {
    let named = serde_json::from_str::<Entry>(&row.entry).ok().map(|entry| entry.event.request);
    let filed = row.request_id.map(|id| u64::try_from(id).ok().map(RequestId));
    match (named, filed) {
        (Some(None), None) => Ok(()),
        (Some(Some(named)), Some(Some(filed))) if named == filed => Ok(()),
        _ => Err(Fault::Misfiled { seq }),
    }
}

/// Holds the last entry against the key: a cheap look at every start.
pub(crate) async fn check_end(db: &impl ConnectionTrait, public: &PublicKey) -> Result<u64, Failure> {
    let rows = Entity::find().order_by_desc(Column::Seq).limit(2).all(db).await.map_err(failed)?;
    let Some(last) = rows.first() else { return Err(broken_end("it has no entry")) };
    let before = match rows.get(1) {
        Some(row) => Anchor { seq: unsigned(row.seq)?, hash: digest(row)? },
        None => Anchor { seq: 0, hash: START },
    };
    step(&mut Chain::from(public, before), last)?.map_err(|fault| match fault {
        Fault::Forged { .. } => failure(
            "ledger-key",
            "The ledger was not signed with the key the desk was given, so the desk does not go on. Give it the key \
             that the ledger was begun with; if it is that key, the ledger was tampered with.",
            &fault,
        ),
        _ => broken_end(fault),
    })?;
    unsigned(last.seq)
}

fn broken_end(detail: impl std::fmt::Display) -> Failure {
    failure(
        "ledger-broken",
        "The last entry of the ledger is not as it was written, so the desk does not go on. Keep a copy of the \
         database file, run `exeat ledger verify`, and restore the last backup.",
        detail,
    )
}
