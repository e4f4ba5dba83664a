//! What rounds took and why files went back: written with every change of a request, read from indexes alone.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use exeat_desk::ports::{Failure, Insights, Month, SPREAD, Scope, Turnaround};
use exeat_domain::finding::Severity;
use exeat_domain::request::{Request, Round};
use exeat_domain::review::Choice;
use exeat_domain::state::State;
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult, Statement, Value};

use crate::convert::{key, micros, request_id, signed, unsigned};
use crate::failure::{corrupt, failed};
use crate::queue::sql;
use crate::requests;

/// Requests whose rounds are filled in at once.
const BATCH: u64 = 200;
/// Microseconds of a day and of an hour.
const DAY: i64 = 86_400_000_000;
const HOUR: i64 = 3_600_000_000;

/// How a round ended.
struct End {
    at: DateTime<Utc>,
    outcome: &'static str,
    /// A person decided. What the desk sends back or lets out at once took nobody's time.
    by_people: bool,
}

impl End {
    fn of(request: &Request, at: usize) -> Option<Self> {
        let round = request.rounds.get(at)?;
        let submitted = round.reviews.iter().filter_map(|review| review.submitted_at).max();
        let by_people = submitted.is_some();
        let decided =
            |outcome, otherwise| Some(Self { at: submitted.unwrap_or(otherwise), outcome, by_people });
        let left = |at| Some(Self { at, outcome: "left", by_people: false });
        if let Some(next) = request.rounds.get(at + 1) {
            let back = round.files.iter().any(|file| file.settled == Some(Choice::Return));
            return if back { decided("returned", next.opened_at) } else { left(next.opened_at) };
        }
        match request.state {
            State::Draft | State::Received | State::Checking | State::Submitted => None,
            State::Approved | State::Released => {
                let began = request.release.as_ref().map_or(request.updated_at, |release| release.started_at);
                Some(Self { at: began, outcome: "approved", by_people })
            }
            State::Returned => decided("returned", request.updated_at),
            State::Rejected => decided("rejected", request.updated_at),
            State::Refused | State::Withdrawn => left(request.updated_at),
        }
    }

    fn month(&self) -> i32 {
        Month::of(self.at).0
    }
}

/// Brings the rounds of a request in line with it. What has ended stays as it was written first.
pub(crate) async fn write(txn: &DatabaseTransaction, request: &Request) -> Result<(), Failure> {
    let project = request.project.as_deref().unwrap_or_default();
    for (at, round) in request.rounds.iter().enumerate() {
        let end = End::of(request, at);
        let decided = end.as_ref().filter(|end| end.by_people);
        let row: [Value; 8] = [
            key(request.id)?.into(),
            i64::from(round.number).into(),
            project.into(),
            day(round.opened_at).into(),
            end.as_ref().map(|end| day(end.at)).into(),
            decided.map(End::month).into(),
            decided.map(|end| (micros(end.at) - micros(round.opened_at)).max(0)).into(),
            end.as_ref().map(|end| end.outcome.to_owned()).into(),
        ];
        let upsert = "INSERT INTO rounds VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET project = excluded.project, \
                      ended_day = excluded.ended_day, month = excluded.month, took = excluded.took, \
                      outcome = excluded.outcome WHERE rounds.ended_day IS NULL";
        txn.execute_raw(sql(upsert, row)).await.map_err(failed)?;
        let Some(month) = end.as_ref().filter(|end| end.outcome != "left").map(End::month) else { continue };
        for (rule, files) in reasons(round) {
            let row: [Value; 6] = [
                key(request.id)?.into(),
                i64::from(round.number).into(),
                rule.into(),
                project.into(),
                month.into(),
                signed(files)?.into(),
            ];
            let insert = "INSERT INTO reasons VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
            txn.execute_raw(sql(insert, row)).await.map_err(failed)?;
        }
    }
    Ok(())
}

/// How many files did not pass for each rule that spoke of them.
fn reasons(round: &Round) -> BTreeMap<&str, u64> {
    let mut files = BTreeMap::new();
    let back = |choice| matches!(choice, Some(Choice::Return | Choice::Reject));
    for file in round.files.iter().filter(|file| back(file.settled)) {
        let grave = file.report.findings.iter().filter(|finding| finding.severity > Severity::Note);
        let mut rules: Vec<&str> = grave.map(|finding| finding.rule.as_str()).collect();
        rules.sort_unstable();
        rules.dedup();
        if rules.is_empty() {
            rules.push("");
        }
        for rule in rules {
            *files.entry(rule).or_default() += 1;
        }
    }
    files
}

/// Fills in the rounds of requests that an older version has written.
pub(crate) async fn fill(txn: &DatabaseTransaction) -> Result<(), Failure> {
    let mut after = 0;
    loop {
        let rows =
            sql("SELECT id FROM requests WHERE id > ? ORDER BY id LIMIT ?", [after.into(), BATCH.into()]);
        let rows = txn.query_all_raw(rows).await.map_err(failed)?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            after = row.try_get("", "id").map_err(failed)?;
            let id = request_id(after)?;
            let request = requests::load(txn, id).await.map_err(|error| match error {
                exeat_desk::ports::StoreError::Failure(failure) => failure,
                other => corrupt(id, other),
            })?;
            write(txn, &request).await?;
        }
    }
}

fn day(at: DateTime<Utc>) -> i64 {
    micros(at).div_euclid(DAY)
}

/// A question of a scope: `{of}` is where its project goes.
fn asked(scope: &Scope, text: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    let (of, project) = match &scope.project {
        Some(project) => ("project = ? AND ", Some(Value::from(project.as_str()))),
        None => ("", None),
    };
    sql(text.replace("{of}", of), project.into_iter().chain(values))
}

fn months(scope: &Scope) -> [Value; 2] {
    [scope.from.0.into(), scope.until.0.into()]
}

/// The rounds that were decided, by month or by project and month: counted, and numbered in the order of an index that
/// has them by what they took, so that nothing is sorted.
pub(crate) fn turnaround(scope: &Scope, by_project: bool) -> Statement {
    let (by, index, same, cells) = if by_project || scope.project.is_some() {
        let same = "g.project = n.project AND g.month = n.month";
        ("project, month", "rounds_by_project", same, "g.project, g.month")
    } else {
        ("month", "rounds_by_month", "g.month = n.month", "g.month")
    };
    let from = format!("FROM rounds INDEXED BY {index} WHERE {{of}}month BETWEEN ? AND ?");
    let (median, p90) = ("(g.rounds + 1) / 2", "(g.rounds * 9 + 9) / 10");
    let text = format!(
        "WITH g AS MATERIALIZED (SELECT {by}, count(*) AS rounds, sum(outcome = 'returned') AS returned, \
         sum(outcome = 'rejected') AS rejected {from} GROUP BY {by}), \
         n AS (SELECT {by}, took, row_number() OVER (PARTITION BY {by} ORDER BY took) AS rank {from}) \
         SELECT {project} AS project, g.month, g.rounds, g.returned, g.rejected, \
         max(CASE WHEN n.rank = {median} THEN n.took END) AS median, max(CASE WHEN n.rank = {p90} THEN n.took END) AS p90 \
         FROM n CROSS JOIN g ON {same} AND n.rank IN ({median}, {p90}) GROUP BY {cells} ORDER BY {cells}",
        project = if by_project { "g.project" } else { "NULL" },
    );
    let of = scope.project.iter().map(|project| Value::from(project.as_str()));
    let one: Vec<Value> = of.chain(months(scope)).collect();
    let named = if scope.project.is_some() { "project = ? AND " } else { "" };
    sql(text.replace("{of}", named), [one.clone(), one].concat())
}

/// How many rounds took up to each class's end.
pub(crate) fn spread(scope: &Scope) -> Statement {
    let classes: Vec<String> = (0..)
        .zip(SPREAD)
        .map(|(class, hours)| format!("WHEN took <= {} THEN {class}", hours * HOUR))
        .collect();
    let text = format!(
        "SELECT CASE {} ELSE {} END AS class, count(*) AS rounds FROM rounds WHERE {{of}}month BETWEEN ? AND ? GROUP BY 1",
        classes.join(" "),
        SPREAD.len()
    );
    asked(scope, &text, months(scope))
}

/// The rules that files went back for.
pub(crate) fn why(scope: &Scope) -> Statement {
    let text = "SELECT rule, sum(files) AS files FROM reasons WHERE {of}month BETWEEN ? AND ? GROUP BY rule \
                ORDER BY files DESC, rule";
    asked(scope, text, months(scope))
}

/// How many rounds were opened (or ended) on each day from one on.
pub(crate) fn per_day(scope: &Scope, column: &str, from: i64) -> Statement {
    let text = format!(
        "SELECT {column} AS day, count(*) AS rounds FROM rounds WHERE {{of}}{column} >= ? GROUP BY {column}"
    );
    asked(scope, &text, [from.into()])
}

/// How many rounds are open now.
pub(crate) fn open_now(scope: &Scope) -> Statement {
    asked(scope, "SELECT count(*) AS rounds FROM rounds WHERE {of}ended_day IS NULL", [])
}

pub(crate) async fn read(db: &impl ConnectionTrait, scope: &Scope) -> Result<Insights, Failure> {
    let mut insights = Insights { backlog: backlog(db, scope).await?, ..Insights::default() };
    for row in db.query_all_raw(turnaround(scope, false)).await.map_err(failed)? {
        insights.months.push(took(&row)?);
    }
    for row in db.query_all_raw(turnaround(scope, true)).await.map_err(failed)? {
        insights.projects.push(took(&row)?);
    }
    for row in db.query_all_raw(spread(scope)).await.map_err(failed)? {
        let class: usize = unsigned(number(&row, "class")?)?;
        if let Some(rounds) = insights.spread.get_mut(class) {
            *rounds = unsigned(number(&row, "rounds")?)?;
        }
    }
    for row in db.query_all_raw(why(scope)).await.map_err(failed)? {
        insights.reasons.push((row.try_get("", "rule").map_err(failed)?, unsigned(number(&row, "files")?)?));
    }
    let names = sql("SELECT DISTINCT project FROM rounds ORDER BY project", []);
    for row in db.query_all_raw(names).await.map_err(failed)? {
        insights.names.push(row.try_get("", "project").map_err(failed)?);
    }
    Ok(insights)
}

fn number(row: &QueryResult, column: &str) -> Result<i64, Failure> {
    row.try_get("", column).map_err(failed)
}

fn took(row: &QueryResult) -> Result<Turnaround, Failure> {
    let month = i32::try_from(number(row, "month")?).map_err(|error| corrupt("A month", error))?;
    Ok(Turnaround {
        month: Month(month),
        project: row.try_get("", "project").map_err(failed)?,
        rounds: unsigned(number(row, "rounds")?)?,
        median: TimeDelta::microseconds(number(row, "median")?),
        p90: TimeDelta::microseconds(number(row, "p90")?),
        returned: unsigned(number(row, "returned")?)?,
        rejected: unsigned(number(row, "rejected")?)?,
    })
}

/// From what is open now back through the days, so that only they are read.
async fn backlog(db: &impl ConnectionTrait, scope: &Scope) -> Result<Vec<(NaiveDate, u64)>, Failure> {
    let epoch = DateTime::UNIX_EPOCH.date_naive();
    let today = (scope.today - epoch).num_days();
    let from = today - i64::from(scope.days) + 1;
    let mut change: BTreeMap<i64, i64> = BTreeMap::new();
    for (column, sign) in [("opened_day", 1), ("ended_day", -1)] {
        for row in db.query_all_raw(per_day(scope, column, from)).await.map_err(failed)? {
            *change.entry(number(&row, "day")?).or_default() += sign * number(&row, "rounds")?;
        }
    }
    let open = db.query_one_raw(open_now(scope)).await.map_err(failed)?;
    let mut open = open.map(|row| number(&row, "rounds")).transpose()?.unwrap_or_default();
    // What a clock set back has put after today.
    open -= change.range(today + 1..).map(|(_, change)| change).sum::<i64>();
    let mut backlog = vec![];
    for day in (from..=today).rev() {
        let date = epoch + TimeDelta::days(day);
        backlog.push((date, u64::try_from(open).unwrap_or_default()));
        open -= change.get(&day).copied().unwrap_or_default();
    }
    backlog.reverse();
    Ok(backlog)
}
