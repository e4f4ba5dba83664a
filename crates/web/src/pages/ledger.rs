//! The ledger: what happened, searched by who, what, when and which request; whether it is whole; and taking it away.

use askama::Template;
use axum::extract::State;
use axum::response::{Redirect, Response};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone as _, Utc};
use exeat_desk::ports::{ExportCursor, LedgerEntry, LedgerQuery};
use exeat_desk::{Auditor, CSV_HEAD, csv, sheet};
use exeat_domain::ledger::{Actor, Kind};
use exeat_domain::request::RequestId;
use serde::Deserialize;

use super::{Shell, encoded, page as write};
use crate::app::App;
use crate::download::{Step, download};
use crate::error::PageError;
use crate::form::Query;
use crate::moments::Moments;
use crate::verifier::{Seen, verified};
use crate::visitor::{Reads, Visitor};
use crate::words::{Words, fill};

/// Lines of a page.
const LINES: u64 = 50;
/// Entries that are written at once into a file.
const BATCH: u64 = 500;

#[derive(Template)]
#[template(path = "ledger.html")]
struct Page<'a> {
    shell: Shell<'a>,
    asked: &'a Asked,
    chips: Vec<Chip>,
    lines: Vec<Line>,
    next: Option<String>,
    files: [(String, &'static str); 2],
    state: StateWords,
    filtered: bool,
    /// The whole ledger may be taken away now.
    exports: bool,
}

struct Chip {
    to: String,
    word: &'static str,
    on: bool,
}

struct Line {
    seq: u64,
    when: String,
    exact: String,
    who: String,
    account: String,
    operator: Option<String>,
    token: Option<String>,
    request: Option<RequestId>,
    what: String,
    hash: String,
    released: bool,
}

/// Whether the ledger is whole, in words.
struct StateWords {
    class: &'static str,
    words: String,
    hint: String,
}

/// When a day begins, by the desk's own time.
pub(crate) fn midnight(app: &App, day: NaiveDate) -> Option<DateTime<Utc>> {
    let zone = app.settings().zone;
    zone.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest().map(|at| at.to_utc())
}

/// What the address asks for.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    who: String,
    #[serde(default)]
    request: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    before: String,
}

impl Asked {
    fn query(&self, app: &App, limit: u64) -> Result<LedgerQuery, PageError> {
        let midnight = |day: NaiveDate| midnight(app, day);
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let request = self.request.trim();
        let who = self.who.trim();
        Ok(LedgerQuery {
            request: if request.is_empty() {
                None
            } else {
                Some(request.parse().map_err(|_| PageError::NotFound)?)
            },
            account: (!who.is_empty()).then(|| who.to_owned()),
            kind: Kind::ALL.into_iter().find(|kind| kind.name() == self.kind),
            words: self.q.chars().take(200).collect(),
            from: day(&self.from).and_then(midnight),
            until: day(&self.until).and_then(|day| day.checked_add_days(Days::new(1))).and_then(midnight),
            before: self.before.parse().ok(),
            limit,
        })
    }

    /// What stands behind the question mark of an address that asks this.
    fn asks(&self) -> String {
        let pairs = [
            ("q", &self.q),
            ("who", &self.who),
            ("request", &self.request),
            ("kind", &self.kind),
            ("from", &self.from),
            ("until", &self.until),
            ("before", &self.before),
        ];
        let told = pairs.iter().filter(|(_, value)| !value.is_empty());
        let told: Vec<String> = told.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if told.is_empty() { String::new() } else { format!("?{}", told.join("&")) }
    }
}

/// The page.
pub(crate) async fn page(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let auditor = app.desk().auditor(visitor.actor()).await?;
    let found = auditor.search(&asked.query(&app, LINES)?).await?;
    let seen = verified(&app, visitor.actor(), false).await;
    let shell = Shell::new(&app, w, Some(&visitor)).titled(w.ledger.title).at("/ledger");
    let moments = shell.moments();
    let base = Asked { before: String::new(), ..asked.clone() };
    let next = found.before.map(|before| Asked { before: before.to_string(), ..base.clone() });
    let file = |kind: &str| format!("/ledger/entries.{kind}{}", base.asks());
    write(&Page {
        chips: chips(&base, w),
        lines: found.entries.into_iter().map(|entry| line(entry, w, moments, &auditor)).collect(),
        next: next.map(|next| format!("/ledger{}", next.asks())),
        files: [(file("csv"), "CSV"), (file("jsonl"), "JSON Lines")],
        state: state(&seen, w, moments),
        filtered: !base.asks().is_empty(),
        exports: auditor.may_export().await?,
        asked: &asked,
        shell,
    })
}

fn chips(base: &Asked, w: &'static Words) -> Vec<Chip> {
    let all = Asked { kind: String::new(), ..base.clone() };
    let first = Chip { to: format!("/ledger{}", all.asks()), word: w.ledger.all, on: base.kind.is_empty() };
    let kinds = Kind::ALL.into_iter().zip(w.ledger.kinds).map(|(kind, word)| {
        let on = base.kind == kind.name();
        let kind = if on { String::new() } else { kind.name().to_owned() };
        Chip { to: format!("/ledger{}", Asked { kind, ..base.clone() }.asks()), word, on }
    });
    std::iter::once(first).chain(kinds).collect()
}

fn line(entry: LedgerEntry, w: &'static Words, moments: Moments<'_>, auditor: &Auditor<'_>) -> Line {
    let LedgerEntry { seq, event, hash } = entry;
    let name = auditor.person(&event.actor.account).map(|person| person.name.clone());
    Line {
        seq,
        when: moments.at(event.at),
        exact: Moments::exact(event.at),
        who: name.unwrap_or_else(|| event.actor.account.clone()),
        what: w.fact(&event.fact),
        released: matches!(event.fact, exeat_domain::ledger::Fact::Released),
        account: event.actor.account,
        operator: event.actor.operator,
        token: event.actor.token.as_ref().map(|token| w.by_token(token)),
        request: event.request,
        hash: hash.to_string(),
    }
}

fn state(seen: &Seen, w: &Words, moments: Moments<'_>) -> StateWords {
    let l = w.ledger;
    let when = seen.at.map(|at| moments.at(at)).unwrap_or_default();
    match &seen.broken {
        Some(fault) => StateWords {
            class: "blocked",
            words: fill(l.broken, &[("n", &(seen.place.seq + 1)), ("when", &when)]),
            hint: fill(l.broken_hint, &[("fault", fault)]),
        },
        None if seen.walking => StateWords {
            class: "note",
            words: fill(l.walking, &[("n", &seen.place.seq)]),
            hint: l.walking_hint.to_owned(),
        },
        None => StateWords {
            class: "clear",
            words: fill(l.whole, &[("n", &seen.place.seq), ("when", &when)]),
            hint: fill(l.whole_hint, &[("place", &format!("{}:{}", seen.place.seq, seen.place.hash))]),
        },
    }
}

/// Verifies it anew, from the first entry.
pub(crate) async fn verify(State(app): State<App>, visitor: Visitor) -> Result<Redirect, PageError> {
    app.desk().auditor(visitor.actor()).await?;
    verified(&app, visitor.actor(), true).await;
    Ok(Redirect::to("/ledger"))
}

/// The whole ledger, as lines that anyone can verify with the public key.
pub(crate) async fn export(State(app): State<App>, visitor: Visitor) -> Result<Response, PageError> {
    let at = app.now();
    let first = exported(app.clone(), visitor.actor(), None, at).await?;
    let step = move |from| exported(app.clone(), visitor.actor(), Some(from), at);
    Ok(download("ledger.jsonl", "application/jsonl", first, step))
}

async fn exported(
    app: App,
    actor: Actor,
    from: Option<ExportCursor>,
    at: DateTime<Utc>,
) -> Step<ExportCursor> {
    Ok(app.desk().auditor(actor).await?.export(from, at).await?)
}

/// The entries that a search finds, as comma-separated values.
pub(crate) async fn entries_csv(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let (mut first, next) = found(app.clone(), visitor.actor(), asked.query(&app, BATCH)?, csv).await?;
    first.splice(..0, sheet::line(CSV_HEAD).into_bytes());
    let step = move |query| found(app.clone(), visitor.actor(), query, csv);
    Ok(download("ledger.csv", "text/csv; charset=utf-8", (first, next), step))
}

/// The same, as a line of JSON for each.
pub(crate) async fn entries_jsonl(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let json = |entry: &LedgerEntry| serde_json::to_string(entry).map(|line| line + "\n");
    let first = found(app.clone(), visitor.actor(), asked.query(&app, BATCH)?, json).await?;
    let step = move |query| found(app.clone(), visitor.actor(), query, json);
    Ok(download("ledger-entries.jsonl", "application/jsonl", first, step))
}

async fn found(
    app: App,
    actor: Actor,
    query: LedgerQuery,
    line: fn(&LedgerEntry) -> Result<String, serde_json::Error>,
) -> Step<LedgerQuery> {
    let page = app.desk().auditor(actor).await?.search(&query).await?;
    let lines = page.entries.iter().map(line).collect::<Result<String, _>>();
    let lines = lines.map_err(|error| PageError::System(error.to_string()))?;
    Ok((lines.into_bytes(), page.before.map(|before| LedgerQuery { before: Some(before), ..query })))
}
