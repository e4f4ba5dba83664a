//! The ledger as an auditor looks through it: the newest entries first, by who, what, when, which request, which words.

use chrono::{DateTime, Utc};
use exeat_desk::ports::{Failure, LedgerEntry, LedgerQuery};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult as _, Statement, Value};

use super::rows::shown;
use crate::convert::{key, signed};
use crate::entity::ledger::Model;
use crate::failure::failed;

/// The words that are looked for at most.
const MOST_WORDS: usize = 8;

/// The entries that fit. Each fact of a kind is asked for by itself, which an index answers in order, and the answers
/// are merged.
pub(crate) async fn search(
    db: &impl ConnectionTrait,
    query: &LedgerQuery,
) -> Result<Vec<LedgerEntry>, Failure> {
    let events = query.kind.map(|kind| kind.events().iter().copied().map(Some).collect());
    let mut rows = vec![];
    for event in events.unwrap_or_else(|| vec![None]) {
        for row in db.query_all_raw(statement(query, event)?).await.map_err(failed)? {
            rows.push(Model::from_query_result(&row, "").map_err(failed)?);
        }
    }
    rows.sort_unstable_by_key(|row| -row.seq);
    rows.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
    rows.iter().map(shown).collect()
}

/// One question, as one statement.
pub(crate) fn statement(query: &LedgerQuery, event: Option<&str>) -> Result<Statement, Failure> {
    // The index of words knows those of three characters or more.
    let words: Vec<&str> = query.words.split_whitespace().take(MOST_WORDS).collect();
    let (long, short): (Vec<&str>, Vec<&str>) = words.into_iter().partition(|word| word.chars().count() >= 3);
    let mut text = String::from("SELECT l.seq, l.request_id, l.entry, l.hash, l.sig FROM ");
    let mut values: Vec<Value> = vec![];
    let seq = if long.is_empty() {
        text += "ledger l WHERE true";
        "l.seq"
    } else {
        // The words come first: the planner cannot know that they find least.
        text += "ledger_words w CROSS JOIN ledger l ON l.seq = w.rowid WHERE w.ledger_words MATCH ?";
        let quoted = long.iter().map(|word| format!("\"{}\"", word.replace('"', "\"\"")));
        values.push(quoted.collect::<Vec<_>>().join(" AND ").into());
        "w.rowid"
    };
    let mut and = |condition: &str, value: Value| {
        text += condition;
        values.push(value);
    };
    for word in short {
        and(" AND instr(lower(l.entry), ?) > 0", word.to_lowercase().into());
    }
    if let Some(request) = query.request {
        and(" AND l.request_id = ?", key(request)?.into());
    }
    if let Some(account) = &query.account {
        and(" AND l.actor = ?", account.to_ascii_lowercase().into());
    }
    if let Some(event) = event {
        and(" AND l.event = ?", event.into());
    }
    if let Some(from) = query.from {
        and(" AND l.at >= ?", written(from).into());
    }
    if let Some(until) = query.until {
        and(" AND l.at < ?", written(until).into());
    }
    if let Some(before) = query.before {
        and(&format!(" AND {seq} < ?"), signed(before)?.into());
    }
    text += &format!(" ORDER BY {seq} DESC LIMIT ?");
    values.push(signed(query.limit)?.into());
    Ok(Statement::from_sql_and_values(DbBackend::Sqlite, text, values))
}

/// A time as entries have it, cut off so that it sorts before each that begins so.
fn written(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S").to_string()
}
