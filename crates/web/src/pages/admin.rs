//! Running the desk: jobs that are stuck, how the connections do, the roster with how far each is trusted, exceptions, and what is in force.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::{Redirect, Response};
use exeat_desk::ports::{Job, Task};
use exeat_desk::{Administrator, Trust};
use exeat_domain::pickup::Way;
use exeat_domain::policy::{Deliver, Partial, RecordLevel};
use exeat_domain::request::RequestId;
use exeat_domain::roster::{DemotionCause, ReleaseMode, Role};

use super::connections::View;
use super::{Shell, page as write, request_id};
use crate::app::App;
use crate::error::PageError;
use crate::form::Path;
use crate::moments::Moments;
use crate::visitor::{Reads, Visitor};
use crate::words::{Mark, Words, count, fill};

#[derive(Template)]
#[template(path = "admin.html")]
struct Page<'a> {
    shell: Shell<'a>,
    stuck: Vec<Stuck>,
    connections: Option<View>,
    waiting: String,
    people: Vec<PersonLine>,
    projects: Vec<(String, String)>,
    exceptions: Vec<ExceptionLine>,
    policy: Vec<(&'static str, String)>,
}

/// A job that failed.
struct Stuck {
    request: RequestId,
    task: &'static str,
    tries: String,
    cause: String,
    again: String,
    exact: String,
}

struct PersonLine {
    name: String,
    account: String,
    address: String,
    roles: String,
    mode: &'static str,
    why: Option<String>,
    projects: String,
    training: String,
    active: bool,
}

struct ExceptionLine {
    name: String,
    project: String,
    rules: String,
    files: String,
    approvers: String,
    reason: String,
    expires: String,
    mark: Mark,
}

/// The page.
pub(crate) async fn page(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
) -> Result<Response, PageError> {
    let desk = app.desk().administrator(&visitor.actor()).await?;
    let jobs = desk.jobs().await?;
    let people = desk.people().await?;
    let shell = Shell::new(&app, w, Some(&visitor)).titled(w.admin.title).at("/admin");
    let moments = shell.moments();
    let waiting = jobs.iter().filter(|job| job.cause.is_none()).count();
    write(&Page {
        stuck: jobs.iter().filter_map(|job| stuck(job, w, moments)).collect(),
        connections: desk.connections().map(|checkup| View::of(&checkup, w, moments)),
        waiting: count(w.admin.jobs_waiting, waiting as u64),
        projects: projects(&people),
        people: people.into_iter().map(|one| person(one, w)).collect(),
        exceptions: exceptions(&desk, w),
        policy: policy(&desk, w),
        shell,
    })
}

fn stuck(job: &Job, w: &'static Words, moments: Moments<'_>) -> Option<Stuck> {
    let [check, tell, release, sweep] = w.admin.tasks;
    Some(Stuck {
        request: job.task.request(),
        task: match job.task {
            Task::Check { .. } => check,
            Task::Release { .. } => release,
            Task::Sweep { .. } | Task::Forget { .. } => sweep,
            _ => tell,
        },
        tries: count(w.admin.tries, job.attempts.into()),
        cause: w.said(job.cause.as_ref()?).text,
        again: moments.at(job.due_at),
        exact: Moments::exact(job.due_at),
    })
}

fn person(trust: Trust, w: &'static Words) -> PersonLine {
    let Trust { person, mode, why } = trust;
    let names = [Role::Requester, Role::Checker, Role::Auditor, Role::Admin].into_iter().zip(w.admin.roles);
    let roles: Vec<&str> =
        names.filter(|(role, _)| person.roles.contains(role)).map(|(_, name)| name).collect();
    let [validated, automatic] = w.admin.modes;
    PersonLine {
        roles: roles.join(", "),
        mode: match mode {
            // A mode is of those who ask.
            _ if !person.roles.contains(&Role::Requester) => "",
            ReleaseMode::Validated => validated,
            ReleaseMode::Automatic => automatic,
        },
        why: why.map(|why| match why {
            DemotionCause::Blocked { request } => fill(w.admin.demoted_blocked, &[("request", &request)]),
            DemotionCause::TrainingLapsed { until } => fill(w.admin.demoted_training, &[("until", &until)]),
        }),
        projects: person.projects.iter().cloned().collect::<Vec<_>>().join(", "),
        training: person.trained_until.map(|until| until.to_string()).unwrap_or_default(),
        active: person.active,
        address: person.address.to_string(),
        name: person.name,
        account: person.account,
    }
}

/// Each project, and who works on it.
fn projects(people: &[Trust]) -> Vec<(String, String)> {
    let mut projects: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for person in people.iter().map(|trust| &trust.person).filter(|person| person.active) {
        for project in &person.projects {
            projects.entry(project).or_default().push(&person.name);
        }
    }
    projects.into_iter().map(|(project, names)| (project.to_owned(), names.join(", "))).collect()
}

fn exceptions(desk: &Administrator<'_>, w: &'static Words) -> Vec<ExceptionLine> {
    let today = desk.today();
    let joined = |parts: &mut dyn Iterator<Item = &String>| parts.cloned().collect::<Vec<_>>().join(", ");
    let line = |one: &exeat_domain::roster::Exception| ExceptionLine {
        name: one.name.clone(),
        project: one.project.clone(),
        rules: joined(&mut one.rules.iter()),
        files: joined(&mut one.files.iter()),
        approvers: joined(&mut one.approvers.iter()),
        reason: one.reason.clone(),
        expires: one.expires.to_string(),
        mark: if today <= one.expires {
            Mark { class: "clear", word: w.admin.in_force }
        } else {
            Mark { class: "note", word: w.admin.expired }
        },
    };
    desk.exceptions().iter().map(line).collect()
}

/// What is in force, in words.
fn policy(desk: &Administrator<'_>, w: &'static Words) -> Vec<(&'static str, String)> {
    let (a, policy) = (w.admin, desk.policy());
    let yes = |yes: bool| if yes { a.yes } else { a.no }.to_owned();
    let [release, hold] = a.partial_values;
    let [reason, exception] = a.record_level_values;
    let mut lines = vec![
        (a.checks, desk.checks().to_owned()),
        (a.reviewers, policy.reviewers.to_string()),
        (a.partial, if policy.partial == Partial::Release { release } else { hold }.to_owned()),
        (a.return_blocked, yes(policy.return_blocked_at_once)),
        (
            a.record_level,
            if policy.record_level == RecordLevel::Reason { reason } else { exception }.to_owned(),
        ),
        (a.undo, count(a.seconds, policy.undo_seconds.into())),
        (
            a.compare,
            if policy.compare_days == 0 {
                a.not_kept.to_owned()
            } else {
                count(a.days, policy.compare_days.into())
            },
        ),
        (a.sample, format!("{:.0}\u{a0}%", policy.sample * 100.0)),
        (a.hide_names, yes(policy.hide_names)),
        (a.max_attachment, w.size(policy.max_attachment)),
        (a.max_file, w.size(policy.max_file)),
        (a.max_files, policy.max_files.to_string()),
    ];
    lines.extend(deliver(&policy.deliver, w));
    lines
}

/// How packages reach their requesters, in words.
fn deliver(deliver: &Deliver, w: &Words) -> Vec<(&'static str, String)> {
    let a = w.admin;
    let [mail, pickup] = a.ways;
    let [validated, automatic] = a.modes;
    let modes = [(ReleaseMode::Validated, validated), (ReleaseMode::Automatic, automatic)];
    let modes = modes.into_iter().filter(|(mode, _)| deliver.pickup_modes.contains(mode));
    let projects: Vec<&str> = deliver.pickup_projects.iter().map(String::as_str).collect();
    let by = if deliver.by == Way::Mail { mail } else { pickup };
    let lines = [
        (a.deliver, by.to_owned()),
        (a.largest_mail, w.size(deliver.largest_mail)),
        (a.pickup_projects, projects.join(", ")),
        (a.pickup_modes, modes.map(|(_, word)| word).collect::<Vec<_>>().join(", ")),
        (a.link, count(a.days, deliver.link_days.into())),
        (a.continued, count(a.hours, deliver.continue_hours.into())),
        (a.kept, count(a.days, deliver.kept_days.into())),
    ];
    lines.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// Has what waits for a request tried again now.
pub(crate) async fn retry(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Redirect, PageError> {
    app.desk().administrator(&visitor.actor()).await?.retry(request_id(&id)?).await?;
    Ok(Redirect::to("/admin"))
}
