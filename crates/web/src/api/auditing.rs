//! What an auditor does: searching the ledger, verifying it, and the record of each release.

use axum::extract::{Path, State};
use chrono::{DateTime, Days, NaiveDate, Utc};
use exeat_desk::ReleaseRecord;
use exeat_desk::document::Requests;
use exeat_desk::ports::{LedgerEntry, LedgerQuery};
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::Kind;
use exeat_domain::request::RequestId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Asks, Json, lines};
use crate::app::App;
use crate::error::PageError;
use crate::pages::ledger::midnight;
use crate::pages::request_id;
use crate::verifier::{Seen, verified};
use crate::visitor::Visitor;

/// Which entries.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Only those in which all of these words occur.
    #[serde(default)]
    find: String,
    /// Only what this account did.
    account: Option<String>,
    /// Only this request's.
    request: Option<RequestId>,
    /// Only this kind.
    kind: Option<Kind>,
    /// Only from this day on, by the desk's own time.
    from: Option<NaiveDate>,
    /// Only until this day.
    until: Option<NaiveDate>,
    /// Only before this entry.
    before: Option<u64>,
    /// At most so many, to 500.
    limit: Option<u64>,
}

/// Entries of the ledger.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Entries {
    /// The newest first.
    entries: Vec<LedgerEntry>,
    /// Before which entry the next part begins; none where this was the last.
    before: Option<u64>,
}

/// Searches.
pub(crate) async fn search(
    State(app): State<App>,
    visitor: Visitor,
    Asks(wanted): Asks<Wanted>,
) -> Result<Json<Entries>, PageError> {
    let query = LedgerQuery {
        request: wanted.request,
        account: wanted.account,
        kind: wanted.kind,
        words: wanted.find.chars().take(200).collect(),
        from: wanted.from.and_then(|day| midnight(&app, day)),
        until: wanted
            .until
            .and_then(|day| day.checked_add_days(Days::new(1)))
            .and_then(|day| midnight(&app, day)),
        before: wanted.before,
        limit: lines(wanted.limit),
    };
    let page = app.desk().auditor(visitor.actor()).await?.search(&query).await?;
    Ok(Json(Entries { entries: page.entries, before: page.before }))
}

/// How far the ledger is verified.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Verification {
    /// The last entry that is as it was written.
    seq: u64,
    /// Its hash.
    hash: Sha256,
    /// When that was seen.
    at: Option<DateTime<Utc>>,
    /// What is wrong with the entry after it; none where nothing is.
    broken: Option<String>,
    /// Whether it goes on.
    walking: bool,
}

impl From<Seen> for Verification {
    fn from(seen: Seen) -> Self {
        let Seen { place, at, broken, walking, .. } = seen;
        Self { seq: place.seq, hash: place.hash, at, broken, walking }
    }
}

/// How far it is verified; what was written since is verified on the way.
pub(crate) async fn verification(
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Json<Verification>, PageError> {
    app.desk().auditor(visitor.actor()).await?;
    Ok(Json(verified(&app, visitor.actor(), false).await.into()))
}

/// Verifies it anew, from the first entry.
pub(crate) async fn verify(
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Json<Verification>, PageError> {
    app.desk().auditor(visitor.actor()).await?;
    Ok(Json(verified(&app, visitor.actor(), true).await.into()))
}

/// Which releases.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Released {
    /// Only those before this one.
    before: Option<RequestId>,
    /// At most so many, to 500.
    limit: Option<u64>,
}

/// Requests that were released, the newest first.
pub(crate) async fn releases(
    State(app): State<App>,
    visitor: Visitor,
    Asks(Released { before, limit }): Asks<Released>,
) -> Result<Json<Requests>, PageError> {
    let requests = app.desk().auditor(visitor.actor()).await?.released(before, lines(limit)).await?;
    Ok(Json(Requests { requests }))
}

/// The record of a release.
pub(crate) async fn record(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<ReleaseRecord>, PageError> {
    Ok(Json(app.desk().auditor(visitor.actor()).await?.record(request_id(&id)?).await?))
}
