//! The read model of the queue: written with every change of a request, read from indexes alone.

use std::collections::BTreeMap;

use exeat_desk::ports::{AtWork, Failure, Queue, Waiting};
use exeat_domain::finding::Verdict;
use exeat_domain::request::{Request, RequestId};
use exeat_domain::state::State;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, QueryResult, Statement, Value};

use crate::convert::{account_key, key, micros, request_id, signed, time, unsigned, verdict_name};
use crate::entity::request::Listed;
use crate::failure::failed;
use crate::requests;

/// Bytes of names and purpose that a request is searched by.
const MOST_WORDS: usize = 16 << 10;
/// Requests whose read model is filled in at once.
const BATCH: u64 = 200;

pub(crate) fn sql(text: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Sqlite, text, values)
}

/// Brings the read model in line with the request.
pub(crate) async fn write(txn: &DatabaseTransaction, request: &Request) -> Result<(), Failure> {
    let id = key(request.id)?;
    let round = request.round();
    let files = || round.into_iter().flat_map(|round| &round.files).filter(|file| !file.taken_back);
    let count = |verdict| signed(files().filter(|file| file.report.verdict == verdict).count());
    let row = [
        micros(round.map_or(request.created_at, |round| round.opened_at)).into(),
        signed(round.map_or(0, |round| round.outputs().count()))?.into(),
        count(Verdict::Clear)?.into(),
        count(Verdict::Review)?.into(),
        count(Verdict::Blocked)?.into(),
        signed(request.claimed.len())?.into(),
        id.into(),
    ];
    let update = "UPDATE requests SET waiting_since = ?, outputs = ?, clear = ?, review = ?, blocked = ?, claims = ? \
                  WHERE id = ?";
    txn.execute_raw(sql(update, row)).await.map_err(failed)?;
    txn.execute_raw(sql("DELETE FROM at_work WHERE request_id = ?", [id.into()])).await.map_err(failed)?;
    txn.execute_raw(sql("DELETE FROM waiting_words WHERE rowid = ?", [id.into()])).await.map_err(failed)?;
    if request.state != State::Submitted {
        return Ok(());
    }
    let words = words(request);
    txn.execute_raw(sql("INSERT INTO waiting_words (rowid, words) VALUES (?, ?)", [id.into(), words.into()]))
        .await
        .map_err(failed)?;
    for (checker_key, one) in at_work(request) {
        let row = [
            id.into(),
            checker_key.into(),
            one.checker.into(),
            one.claimed.map(micros).into(),
            signed(one.decided)?.into(),
            i64::from(one.submitted).into(),
        ];
        txn.execute_raw(sql("INSERT INTO at_work VALUES (?, ?, ?, ?, ?, ?)", row)).await.map_err(failed)?;
    }
    Ok(())
}

fn at_work(request: &Request) -> BTreeMap<String, AtWork> {
    let mut all = BTreeMap::new();
    let new =
        |checker: &str| AtWork { checker: checker.to_owned(), claimed: None, decided: 0, submitted: false };
    for claim in &request.claimed {
        all.entry(account_key(&claim.by)).or_insert_with(|| new(&claim.by)).claimed = Some(claim.at);
    }
    for review in request.round().into_iter().flat_map(|round| &round.reviews) {
        let one = all.entry(account_key(&review.reviewer)).or_insert_with(|| new(&review.reviewer));
        one.decided = review.decisions.len() as u64;
        one.submitted = review.submitted_at.is_some();
    }
    all
}

fn words(request: &Request) -> String {
    let mut words = format!("{} {} ", request.id, request.requester);
    words += request.project.as_deref().unwrap_or_default();
    for part in [request.purpose.as_str()]
        .into_iter()
        .chain(request.round().into_iter().flat_map(|round| &round.files).map(|file| file.path.as_str()))
    {
        if words.len() + part.len() < MOST_WORDS {
            words.push('\n');
            words.push_str(part);
        }
    }
    words
}

/// Fills in the read model of requests that an older version has written.
pub(crate) async fn fill(txn: &DatabaseTransaction) -> Result<(), Failure> {
    loop {
        let rows = sql("SELECT id FROM requests WHERE outputs IS NULL LIMIT ?", [BATCH.into()]);
        let rows = txn.query_all_raw(rows).await.map_err(failed)?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let id = request_id(row.try_get("", "id").map_err(failed)?)?;
            let request = requests::load(txn, id).await.map_err(|error| match error {
                exeat_desk::ports::StoreError::Failure(failure) => failure,
                other => crate::failure::corrupt(id, other),
            })?;
            write(txn, &request).await?;
        }
    }
}

/// What the queue is asked, as one statement.
pub(crate) fn statement(queue: &Queue) -> Result<Statement, Failure> {
    let mut text = String::from(
        "SELECT r.id, r.state, r.requester, r.project, r.purpose, r.created_at, r.updated_at, r.round, r.files, \
         r.verdict, r.waiting_since, coalesce(r.outputs, 0) AS outputs, r.clear, r.review, r.blocked FROM requests r \
         WHERE r.state = 'submitted'",
    );
    let mut values: Vec<Value> = vec![];
    if let Some(project) = &queue.project {
        text += " AND r.project = ?";
        values.push(project.as_str().into());
    }
    if let Some(verdict) = queue.verdict {
        text += " AND r.verdict = ?";
        values.push(verdict_name(verdict).into());
    }
    if queue.unclaimed {
        text += " AND r.claims = 0";
    }
    if let Some(checker) = &queue.claimed_by {
        text +=
            " AND r.id IN (SELECT request_id FROM at_work WHERE checker_key = ? AND claimed_at IS NOT NULL)";
        values.push(account_key(checker).into());
    }
    for word in queue.words.split_whitespace().take(8) {
        // The index knows words of three characters or more; shorter ones are looked for in what it finds.
        if word.chars().count() >= 3 {
            text += " AND r.id IN (SELECT rowid FROM waiting_words WHERE waiting_words MATCH ?)";
            values.push(format!("\"{}\"", word.replace('"', "\"\"")).into());
        } else {
            text += " AND r.id IN (SELECT rowid FROM waiting_words WHERE instr(lower(words), ?) > 0)";
            values.push(word.to_lowercase().into());
        }
    }
    if let Some((since, id)) = queue.after {
        text += " AND (r.waiting_since, r.id) > (?, ?)";
        values.push(micros(since).into());
        values.push(key(id)?.into());
    }
    text += " ORDER BY r.waiting_since, r.id LIMIT ?";
    values.push(signed(queue.limit)?.into());
    Ok(sql(text, values))
}

pub(crate) async fn list(txn: &DatabaseTransaction, queue: &Queue) -> Result<Vec<Waiting>, Failure> {
    let rows = txn.query_all_raw(statement(queue)?).await.map_err(failed)?;
    let mut waiting = rows.iter().map(waiting).collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<RequestId> = waiting.iter().map(|one| one.summary.id).collect();
    let mut people = people(txn, &ids).await?;
    for one in &mut waiting {
        one.at_work = people.remove(&one.summary.id).unwrap_or_default();
    }
    Ok(waiting)
}

async fn people(
    txn: &DatabaseTransaction,
    ids: &[RequestId],
) -> Result<BTreeMap<RequestId, Vec<AtWork>>, Failure> {
    let mut people: BTreeMap<RequestId, Vec<AtWork>> = BTreeMap::new();
    for batch in ids.chunks(1000) {
        let marks = vec!["?"; batch.len()].join(", ");
        let text = format!(
            "SELECT * FROM at_work WHERE request_id IN ({marks}) ORDER BY request_id, claimed_at, checker_key"
        );
        let values = batch.iter().map(|id| key(*id).map(Value::from)).collect::<Result<Vec<_>, _>>()?;
        for row in txn.query_all_raw(sql(text, values)).await.map_err(failed)? {
            let claimed: Option<i64> = row.try_get("", "claimed_at").map_err(failed)?;
            let one = AtWork {
                checker: row.try_get("", "checker").map_err(failed)?,
                claimed: claimed.map(time).transpose()?,
                decided: unsigned(row.try_get("", "decided").map_err(failed)?)?,
                submitted: row.try_get::<i64>("", "submitted").map_err(failed)? != 0,
            };
            people.entry(request_id(row.try_get("", "request_id").map_err(failed)?)?).or_default().push(one);
        }
    }
    Ok(people)
}

fn waiting(row: &QueryResult) -> Result<Waiting, Failure> {
    let number = |name: &str| -> Result<i64, Failure> { row.try_get("", name).map_err(failed) };
    let listed = Listed {
        id: number("id")?,
        state: row.try_get("", "state").map_err(failed)?,
        requester: row.try_get("", "requester").map_err(failed)?,
        project: row.try_get("", "project").map_err(failed)?,
        purpose: row.try_get("", "purpose").map_err(failed)?,
        created_at: number("created_at")?,
        updated_at: number("updated_at")?,
        round: number("round")?,
        files: number("files")?,
        verdict: row.try_get("", "verdict").map_err(failed)?,
    };
    Ok(Waiting {
        summary: requests::summary(listed)?,
        since: time(number("waiting_since")?)?,
        outputs: unsigned(number("outputs")?)?,
        verdicts: [unsigned(number("clear")?)?, unsigned(number("review")?)?, unsigned(number("blocked")?)?],
        at_work: vec![],
    })
}

/// Requests that wait, counted up to `most`.
pub(crate) async fn backlog(db: &impl ConnectionTrait, most: u64) -> Result<u64, Failure> {
    let text = "SELECT count(*) AS n FROM (SELECT 1 FROM requests WHERE state = 'submitted' LIMIT ?)";
    let row = db.query_one_raw(sql(text, [signed(most)?.into()])).await.map_err(failed)?;
    row.map_or(Ok(0), |row| unsigned(row.try_get("", "n").map_err(failed)?))
}
