//! How the desk does: turnaround, what waits, what goes back and why; as charts, as tables, and as files.

use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use chrono::{Datelike as _, TimeDelta};
use exeat_desk::ports::{Insights, Month, SPREAD, Scope, Turnaround};
use exeat_desk::{sheet, told};
use serde::Deserialize;

use super::{Shell, encoded, page as write};
use crate::app::App;
use crate::chart::{Chart, Group, whole};
use crate::download::attachment;
use crate::error::PageError;
use crate::form::{Path, Query};
use crate::visitor::{Reads, Visitor};
use crate::words::{Words, count, fill};

/// How many months can be looked at, and how many are if nothing is said.
const MONTHS: [u32; 4] = [3, 6, 12, 24];
const USUAL: u32 = 12;
/// Days of the backlog.
const DAYS: u32 = 90;
/// Rules in the chart; the table has them all.
const RULES: usize = 10;

#[derive(Template)]
#[template(path = "insights.html")]
struct Page<'a> {
    shell: Shell<'a>,
    projects: Vec<Choice>,
    months: Vec<Choice>,
    parts: Vec<Part>,
    nothing: bool,
}

/// One thing that can be chosen.
struct Choice {
    value: String,
    word: String,
    chosen: bool,
}

/// A chart with its figures.
struct Part {
    chart: Option<Chart>,
    title: String,
    says: String,
    /// The classes of its bars, and what they mean.
    key: Vec<(&'static str, &'static str)>,
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    file: String,
}

/// What the address asks for.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Asked {
    /// The project; empty: all. A project of no name is `-`.
    #[serde(default)]
    project: String,
    #[serde(default)]
    months: String,
}

impl Asked {
    fn months(&self) -> u32 {
        let asked = self.months.parse().ok();
        asked.filter(|months| MONTHS.contains(months)).unwrap_or(USUAL)
    }

    fn scope(&self, app: &App) -> Scope {
        let now = app.now();
        let until = Month::of(now);
        let project = match self.project.as_str() {
            "" => None,
            "-" => Some(String::new()),
            named => Some(named.to_owned()),
        };
        Scope { project, from: until.before(self.months() - 1), until, today: now.date_naive(), days: DAYS }
    }

    fn file(&self, what: &str) -> String {
        format!("/insights/{what}?project={}&months={}", encoded(&self.project), self.months())
    }
}

/// The page.
pub(crate) async fn page(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let scope = asked.scope(&app);
    let found = app.desk().insights(&visitor.actor(), &scope).await?;
    let i = w.insights;
    let name = |project: &str| if project.is_empty() { i.no_project.to_owned() } else { project.to_owned() };
    let every =
        Choice { value: String::new(), word: i.all_projects.to_owned(), chosen: scope.project.is_none() };
    let projects = found.names.iter().map(|project| Choice {
        value: if project.is_empty() { "-".to_owned() } else { project.clone() },
        word: name(project),
        chosen: scope.project.as_ref() == Some(project),
    });
    let months = MONTHS.iter().map(|months| Choice {
        value: months.to_string(),
        word: fill(i.last_months, &[("n", months)]),
        chosen: *months == asked.months(),
    });
    write(&Page {
        projects: std::iter::once(every).chain(projects).collect(),
        months: months.collect(),
        parts: vec![
            turnaround(&found, &scope, w, asked.file("turnaround.csv")),
            spread(&found, w, asked.file("spread.csv")),
            backlog(&found, w, asked.file("backlog.csv")),
            reasons(&found, w, asked.file("reasons.csv")),
            projects_part(&found, w, asked.file("projects.csv")),
        ],
        nothing: found.names.is_empty(),
        shell: Shell::new(&app, w, Some(&visitor)).titled(i.title).at("/insights"),
    })
}

/// What a time is called.
fn said(took: TimeDelta, w: &Words) -> String {
    let minutes = took.num_minutes().max(0);
    match minutes {
        0..60 => fill(w.common.minutes, &[("n", &minutes)]),
        60..2880 => fill(w.common.hours, &[("h", &(minutes / 60)), ("m", &(minutes % 60))]),
        _ => {
            let tenths = (minutes * 10 + 720) / 1440;
            let days = format!("{}{}{}", tenths / 10, w.common.decimal, tenths % 10);
            fill(w.insights.days, &[("n", &days)])
        }
    }
}

fn month(month: Month, w: &Words) -> String {
    let (year, at) = month.parts();
    format!("{} {year}", w.common.months.get(at).copied().unwrap_or_default())
}

/// A month where there is little room.
fn short(month: Month, w: &Words) -> String {
    let (year, at) = month.parts();
    format!("{} {:02}", w.insights.short_months.get(at).copied().unwrap_or_default(), year.rem_euclid(100))
}

fn turnaround(found: &Insights, scope: &Scope, w: &'static Words, file: String) -> Part {
    let i = w.insights;
    let hours = |took: TimeDelta| whole(took.num_minutes().max(0).unsigned_abs()) / 60.0;
    let group = |at: i32| {
        let one = found.months.iter().find(|one| one.month.0 == at);
        let says = |word: &str, took| format!("{}: {word} {}", month(Month(at), w), said(took, w));
        let bars = one.map_or_else(
            || vec![(0.0, "one", String::new()), (0.0, "two", String::new())],
            |one| {
                vec![
                    (hours(one.median), "one", says(i.median, one.median)),
                    (hours(one.p90), "two", says(i.p90, one.p90)),
                ]
            },
        );
        Group { name: short(Month(at), w), bars }
    };
    let groups: Vec<Group> = (scope.from.0..=scope.until.0).map(group).collect();
    let last = found.months.last();
    let says = last.map_or_else(
        || i.no_decision.to_owned(),
        |last| {
            let (median, p90) = (said(last.median, w), said(last.p90, w));
            fill(i.turnaround_says, &[("month", &month(last.month, w)), ("median", &median), ("p90", &p90)])
        },
    );
    let row = |one: &Turnaround| {
        let mut row = vec![month(one.month, w)];
        row.extend(figures(one, w));
        row
    };
    Part {
        chart: Some(Chart::standing("turnaround", i.turnaround, says.clone(), &groups, |at| {
            fill(i.hours, &[("n", &at)])
        })),
        title: i.turnaround.to_owned(),
        says,
        key: vec![("one", i.median), ("two", i.p90)],
        head: vec![i.month, i.decided, i.median, i.p90, i.returned, i.rejected],
        rows: found.months.iter().map(row).collect(),
        file,
    }
}

fn figures(one: &Turnaround, w: &Words) -> [String; 5] {
    [
        one.rounds.to_string(),
        said(one.median, w),
        said(one.p90, w),
        one.returned.to_string(),
        one.rejected.to_string(),
    ]
}

/// The classes of how long rounds took.
fn classes(w: &Words) -> Vec<String> {
    let i = w.insights;
    let end = |hours: i64| match hours {
        0..72 => fill(i.hours, &[("n", &hours)]),
        _ => fill(i.days, &[("n", &(hours / 24))]),
    };
    let mut classes: Vec<String> = SPREAD.iter().map(|hours| format!("≤ {}", end(*hours))).collect();
    classes.extend(SPREAD.last().map(|hours| format!("> {}", end(*hours))));
    classes
}

fn spread(found: &Insights, w: &'static Words, file: String) -> Part {
    let i = w.insights;
    let pairs: Vec<(String, u64)> = classes(w).into_iter().zip(found.spread).collect();
    let group = |(name, rounds): &(String, u64)| Group {
        name: name.clone(),
        bars: vec![(whole(*rounds), "one", format!("{name}: {rounds}"))],
    };
    let groups: Vec<Group> = pairs.iter().map(group).collect();
    let all: u64 = found.spread.iter().sum();
    let within: u64 = found.spread.iter().take(4).sum();
    let says = fill(i.spread_says, &[("within", &within), ("all", &all)]);
    Part {
        chart: Some(Chart::standing("spread", i.spread, says.clone(), &groups, |at| format!("{at:.0}"))),
        title: i.spread.to_owned(),
        says,
        key: vec![],
        head: vec![i.took, i.decided],
        rows: pairs.into_iter().map(|(name, rounds)| vec![name, rounds.to_string()]).collect(),
        file,
    }
}

fn backlog(found: &Insights, w: &'static Words, file: String) -> Part {
    let i = w.insights;
    let waits: Vec<u64> = found.backlog.iter().map(|day| day.1).collect();
    let firsts = found.backlog.iter().enumerate().filter(|(_, (day, _))| day.day() == 1);
    let names: Vec<(usize, String)> = firsts
        .map(|(at, (day, _))| {
            (at, w.common.months.get(day.month0() as usize).copied().unwrap_or_default().to_owned())
        })
        .collect();
    let says = fill(
        i.backlog_says,
        &[
            ("now", &waits.last().copied().unwrap_or_default()),
            ("most", &waits.iter().max().copied().unwrap_or_default()),
        ],
    );
    Part {
        chart: Some(Chart::line("backlog", i.backlog, says.clone(), &waits, &names)),
        title: i.backlog.to_owned(),
        says,
        key: vec![],
        head: vec![i.day, i.waiting],
        rows: found.backlog.iter().rev().map(|(day, n)| vec![day.to_string(), n.to_string()]).collect(),
        file,
    }
}

fn reasons(found: &Insights, w: &'static Words, file: String) -> Part {
    let i = w.insights;
    let name = |rule: &str| if rule.is_empty() { i.own_reason.to_owned() } else { rule.to_owned() };
    let bars: Vec<(String, u64)> =
        found.reasons.iter().take(RULES).map(|(rule, files)| (name(rule), *files)).collect();
    let says = found.reasons.first().map_or_else(
        || i.no_reason.to_owned(),
        |(rule, files)| {
            fill(i.reasons_says, &[("rule", &name(rule)), ("files", &count(w.common.files, *files))])
        },
    );
    let row = |(rule, files): &(String, u64)| {
        vec![
            name(rule),
            told::rule(w.language, rule).map(|rule| rule.title.clone()).unwrap_or_default(),
            files.to_string(),
        ]
    };
    Part {
        chart: (!bars.is_empty()).then(|| Chart::lying("reasons", i.reasons, says.clone(), &bars)),
        title: i.reasons.to_owned(),
        says,
        key: vec![],
        head: vec![i.rule, i.finds, i.files],
        rows: found.reasons.iter().map(row).collect(),
        file,
    }
}

fn projects_part(found: &Insights, w: &'static Words, file: String) -> Part {
    let i = w.insights;
    let row = |one: &Turnaround| {
        let project = one.project.as_deref().filter(|project| !project.is_empty());
        let mut row = vec![project.unwrap_or(i.no_project).to_owned(), month(one.month, w)];
        row.extend(figures(one, w));
        row
    };
    Part {
        chart: None,
        title: i.projects.to_owned(),
        says: i.projects_says.to_owned(),
        key: vec![],
        head: vec![i.project, i.month, i.decided, i.median, i.p90, i.returned, i.rejected],
        rows: found.projects.iter().map(row).collect(),
        file,
    }
}

/// The figures of one part, for other programs: numbers without words.
pub(crate) async fn file(
    State(app): State<App>,
    visitor: Visitor,
    Path(what): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let found = app.desk().insights(&visitor.actor(), &asked.scope(&app)).await?;
    let took = |one: &Turnaround| {
        let hours =
            |took: TimeDelta| format!("{:.2}", whole(took.num_seconds().max(0).unsigned_abs()) / 3600.0);
        let counts = [one.rounds, one.returned, one.rejected].map(|number| number.to_string());
        let [rounds, returned, rejected] = counts;
        vec![one.month.to_string(), rounds, hours(one.median), hours(one.p90), returned, rejected]
    };
    let pair = |name: String, number: u64| vec![name, number.to_string()];
    let (head, rows): (&[&str], Vec<Vec<String>>) = match what.as_str() {
        "turnaround.csv" => (
            &["month", "decided", "median_hours", "p90_hours", "returned", "rejected"],
            found.months.iter().map(took).collect(),
        ),
        "projects.csv" => (
            &["project", "month", "decided", "median_hours", "p90_hours", "returned", "rejected"],
            found
                .projects
                .iter()
                .map(|one| [vec![one.project.clone().unwrap_or_default()], took(one)].concat())
                .collect(),
        ),
        "spread.csv" => (
            &["up_to_hours", "decided"],
            SPREAD
                .iter()
                .map(ToString::to_string)
                .chain([String::new()])
                .zip(found.spread)
                .map(|(hours, rounds)| pair(hours, rounds))
                .collect(),
        ),
        "backlog.csv" => (
            &["day", "waiting"],
            found.backlog.iter().map(|(day, waiting)| pair(day.to_string(), *waiting)).collect(),
        ),
        "reasons.csv" => (
            &["rule", "files"],
            found.reasons.iter().map(|(rule, files)| pair(rule.clone(), *files)).collect(),
        ),
        _ => return Err(PageError::NotFound),
    };
    let mut text = sheet::line(head.iter().copied());
    rows.iter().for_each(|row| text.push_str(&sheet::line(row.iter().map(String::as_str))));
    Ok(attachment(&what, "text/csv; charset=utf-8", Body::from(text)))
}
