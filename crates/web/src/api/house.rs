//! The desk itself: whose token it is, how the desk does, who is on the roster, what is in force, what is stuck, how the
//! connections do.

use axum::extract::{Path, State};
use chrono::{DateTime, NaiveDate, Utc};
use exeat_desk::Checkup;
use exeat_desk::document::Waits;
use exeat_desk::ports::{Month, SPREAD, Scope, Turnaround};
use exeat_domain::policy::Policy;
use exeat_domain::roster::{DemotionCause, Exception, Person, ReleaseMode, Role};
use exeat_domain::token::Reach;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Asks, Json};
use crate::app::App;
use crate::error::PageError;
use crate::pages::request_id;
use crate::visitor::Visitor;

/// The document that says what the API takes and gives.
pub(crate) async fn openapi() -> Json<&'static Value> {
    Json(crate::routes::openapi())
}

/// Whose token it is, and what it may do.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Account {
    /// The account.
    account: String,
    /// The name.
    name: String,
    /// What the token may do here.
    roles: Vec<Role>,
    /// How far it reaches.
    reach: Option<Reach>,
    /// The number of the token.
    token: Option<u64>,
    /// Until when it is good.
    until: Option<DateTime<Utc>>,
}

/// Whose token it is.
pub(crate) async fn account(visitor: Visitor) -> Json<Account> {
    let Visitor { person, token } = visitor;
    Json(Account {
        account: person.account,
        name: person.name,
        roles: person.roles.into_iter().collect(),
        reach: token.as_ref().map(|token| token.reach),
        token: token.as_ref().map(|token| token.id),
        until: token.map(|token| token.until),
    })
}

/// Of what the figures are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Of {
    /// Only this project; empty: requests of none.
    project: Option<String>,
    /// Of so many months, to 24.
    months: Option<u32>,
}

/// How long the rounds that were decided in a month took.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Took {
    /// The month, such as `2026-11`.
    month: String,
    /// The project; none where projects are taken together.
    project: Option<String>,
    /// How many were decided.
    decided: u64,
    /// Seconds that half of them took at most, nights included.
    median_seconds: i64,
    /// Seconds that nine in ten took at most.
    p90_seconds: i64,
    /// How many went back.
    returned: u64,
    /// How many were rejected.
    rejected: u64,
}

impl From<&Turnaround> for Took {
    fn from(one: &Turnaround) -> Self {
        Self {
            month: one.month.to_string(),
            project: one.project.clone(),
            decided: one.rounds,
            median_seconds: one.median.num_seconds(),
            p90_seconds: one.p90.num_seconds(),
            returned: one.returned,
            rejected: one.rejected,
        }
    }
}

/// How many rounds took up to so long.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Class {
    /// Hours; none for the last class.
    up_to_hours: Option<i64>,
    /// How many.
    decided: u64,
}

/// How many files went back for a rule.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Cause {
    /// The rule; empty: a checker's own reason.
    rule: String,
    /// How many files.
    files: u64,
}

/// How many rounds waited at the end of a day.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Day {
    /// The day.
    day: NaiveDate,
    /// How many.
    waiting: u64,
}

/// How the desk does.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Figures {
    /// By month, the oldest first.
    months: Vec<Took>,
    /// By project and month.
    projects: Vec<Took>,
    /// By how long they took.
    spread: Vec<Class>,
    /// Why files went back, the most first.
    reasons: Vec<Cause>,
    /// What waited.
    backlog: Vec<Day>,
}

/// How the desk does.
pub(crate) async fn insights(
    State(app): State<App>,
    visitor: Visitor,
    Asks(Of { project, months }): Asks<Of>,
) -> Result<Json<Figures>, PageError> {
    let (now, months) = (app.now(), months.unwrap_or(12).clamp(1, 24));
    let until = Month::of(now);
    let scope = Scope { project, from: until.before(months - 1), until, today: now.date_naive(), days: 90 };
    let found = app.desk().insights(&visitor.actor(), &scope).await?;
    let ends = SPREAD.iter().copied().map(Some).chain([None]);
    Ok(Json(Figures {
        months: found.months.iter().map(Took::from).collect(),
        projects: found.projects.iter().map(Took::from).collect(),
        spread: ends.zip(found.spread).map(|(up_to_hours, decided)| Class { up_to_hours, decided }).collect(),
        reasons: found.reasons.into_iter().map(|(rule, files)| Cause { rule, files }).collect(),
        backlog: found.backlog.into_iter().map(|(day, waiting)| Day { day, waiting }).collect(),
    }))
}

/// Everyone on the roster.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct People {
    /// By account.
    people: Vec<Trusted>,
    /// The permits.
    exceptions: Vec<Exception>,
}

/// A person, and how far they are trusted today.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Trusted {
    #[serde(flatten)]
    person: Person,
    /// The release mode that holds today.
    mode_today: ReleaseMode,
    /// Why it is not the one on the roster.
    why: Option<DemotionCause>,
}

/// Who is on the roster.
pub(crate) async fn people(State(app): State<App>, visitor: Visitor) -> Result<Json<People>, PageError> {
    let desk = app.desk().administrator(&visitor.actor()).await?;
    let exceptions = desk.exceptions().to_vec();
    let trusted = |one: exeat_desk::Trust| Trusted { person: one.person, mode_today: one.mode, why: one.why };
    Ok(Json(People { people: desk.people().await?.into_iter().map(trusted).collect(), exceptions }))
}

/// What is in force.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct InForce {
    /// The name of the policy that files are checked under.
    checks: String,
    /// How requests are decided and released.
    policy: Policy,
}

/// What is in force.
pub(crate) async fn policy(State(app): State<App>, visitor: Visitor) -> Result<Json<InForce>, PageError> {
    let desk = app.desk().administrator(&visitor.actor()).await?;
    Ok(Json(InForce { checks: desk.checks().to_owned(), policy: desk.policy().clone() }))
}

/// Jobs.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Jobs {
    /// Every job that waits, the stuck ones with their causes.
    jobs: Vec<Waits>,
}

/// What waits, and what is stuck.
pub(crate) async fn jobs(State(app): State<App>, visitor: Visitor) -> Result<Json<Jobs>, PageError> {
    let jobs = app.desk().administrator(&visitor.actor()).await?.jobs().await?;
    Ok(Json(Jobs { jobs: Waits::all(&jobs) }))
}

/// How the connections did.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Connections {
    /// When they were tried last; none where they were not since the desk was started.
    last: Option<Checkup>,
}

/// How the connections did when they were tried last.
pub(crate) async fn connections(
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Json<Connections>, PageError> {
    let desk = app.desk().administrator(&visitor.actor()).await?;
    Ok(Json(Connections { last: desk.connections() }))
}

/// Tries every connection now.
pub(crate) async fn examine(
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Json<Connections>, PageError> {
    let desk = app.desk().administrator(&visitor.actor()).await?;
    Ok(Json(Connections { last: Some(desk.examine().await) }))
}

/// How many jobs were made due.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Roused {
    /// So many.
    jobs: u64,
}

/// Has what waits for a request tried again now.
pub(crate) async fn retry(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<Roused>, PageError> {
    let desk = app.desk().administrator(&visitor.actor()).await?;
    Ok(Json(Roused { jobs: desk.retry(request_id(&id)?).await? }))
}
