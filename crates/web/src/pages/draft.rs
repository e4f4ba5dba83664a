//! A draft: the files that are chosen, the check before asking, the form, and sending it.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use exeat_desk::{DeskError, Requester};
use exeat_domain::context::Control;
use exeat_domain::draft::{Assurance, Draft, DraftId, Gap, Plan};
use exeat_domain::request::{Asked, Purpose};

use super::check::{CheckView, check_view};
use super::request::short;
use super::{Shell, page as write, request_id};
use crate::app::App;
use crate::error::PageError;
use crate::form::{Form, Path};
use crate::previews::{Refused, Stage};
use crate::visitor::{Reads, Visitor};
use crate::words::{Words, fill};

/// How long whoever starts a check waits for it, before they are shown how far it is.
const PATIENCE: std::time::Duration = std::time::Duration::from_millis(1500);

#[derive(Template)]
#[template(path = "draft.html")]
struct Page<'a> {
    shell: Shell<'a>,
    draft: &'a Draft,
    picked: Vec<Picked>,
    check: CheckView,
    projects: Vec<(String, bool)>,
    controls: Vec<Tick>,
    assurances: Vec<Tick>,
    saved: String,
    wrong: Option<String>,
    gaps: &'a [Gap],
}

struct Picked {
    line: String,
    name: String,
    folder: String,
    supporting: bool,
}

struct Tick {
    name: &'static str,
    word: &'static str,
    on: bool,
}

/// The draft that an address names.
pub(crate) fn draft_id(text: &str) -> Result<DraftId, PageError> {
    text.parse().map(DraftId).map_err(|_| PageError::NotFound)
}

/// Begins a draft.
pub(crate) async fn begin(State(app): State<App>, visitor: Visitor) -> Result<Redirect, PageError> {
    let draft = app.desk().requester(visitor.actor()).begin().await?;
    Ok(Redirect::to(&format!("/mine/drafts/{}/files", draft.id)))
}

/// Begins the next round of a request, or goes on with its draft.
pub(crate) async fn again(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Redirect, PageError> {
    let draft = app.desk().requester(visitor.actor()).begin_next(request_id(&id)?).await?;
    Ok(Redirect::to(&format!("/mine/drafts/{}", draft.id)))
}

/// Throws a draft away.
pub(crate) async fn discard(
    State(app): State<App>,
    visitor: Visitor,
    Path(draft): Path<String>,
) -> Result<Redirect, PageError> {
    let id = draft_id(&draft)?;
    app.desk().requester(visitor.actor()).discard(id).await?;
    app.inner.previews.forget(id);
    Ok(Redirect::to("/mine"))
}

/// The page.
pub(crate) async fn page(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Path(draft): Path<String>,
) -> Result<Response, PageError> {
    let draft = app.desk().requester(visitor.actor()).draft(draft_id(&draft)?).await?;
    match draft.sent {
        Some(request) => Ok(Redirect::to(&format!("/mine/{request}")).into_response()),
        None => show(&app, w, &visitor, &draft, None, &[]),
    }
}

fn show(
    app: &App,
    w: &'static Words,
    visitor: &Visitor,
    draft: &Draft,
    wrong: Option<String>,
    gaps: &[Gap],
) -> Result<Response, PageError> {
    let a = w.ask;
    let title = draft.request.map_or_else(|| a.draft.to_owned(), |id| fill(a.next_of, &[("id", &id)]));
    let shell = Shell::new(app, w, Some(visitor)).titled(title).at("/mine");
    let moments = shell.moments();
    let plan = &draft.plan;
    let projects = &visitor.person.projects;
    let named = |project: &String| (project.clone(), plan.project.as_ref() == Some(project));
    let tick = |name, word, on| Tick { name, word, on };
    write(&Page {
        picked: plan.asked.iter().map(picked).collect(),
        check: check_view(app, w, draft),
        projects: if projects.len() > 1 { projects.iter().map(named).collect() } else { vec![] },
        controls: Control::ALL
            .iter()
            .zip(a.control_names)
            .map(|(one, word)| tick(one.name(), word, plan.context.controls.contains(one)))
            .collect(),
        assurances: Assurance::ALL
            .iter()
            .zip(a.assurances)
            .map(|(one, word)| tick(one.name(), word, plan.assured.contains(one)))
            .collect(),
        saved: fill(a.saved, &[("when", &moments.at(draft.updated_at))]),
        wrong,
        gaps,
        draft,
        shell,
    })
}

fn picked(asked: &Asked) -> Picked {
    let (folder, name) = short(&asked.line);
    Picked { line: asked.line.clone(), name, folder, supporting: asked.purpose == Purpose::Supporting }
}

/// Saves the form, and does what the button says.
pub(crate) async fn save(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Path(draft): Path<String>,
    headers: HeaderMap,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let requester = app.desk().requester(visitor.actor());
    let id = draft_id(&draft)?;
    if let Some(request) = requester.draft(id).await?.sent {
        return Ok(Redirect::to(&format!("/mine/{request}")).into_response());
    }
    let draft = requester.redraft(id, &|plan| change(plan, &sent, &visitor)).await?;
    if headers.contains_key("hx-request") {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let to = |rest: &str| Ok(Redirect::to(&format!("/mine/drafts/{id}{rest}")).into_response());
    match sent.iter().rev().find(|(name, _)| name == "then").map_or("save", |(_, then)| then) {
        "files" => to("/files"),
        "check" => start(&app, w, &visitor, &draft).await,
        "send" => send(&app, w, &visitor, &requester, &draft).await,
        _ => to(""),
    }
}

/// Takes over what the form says. What it does not hold is not ticked.
fn change(plan: &mut Plan, sent: &[(String, String)], visitor: &Visitor) {
    let text = |name: &str| sent.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let all = |name: &'static str| sent.iter().filter(move |(key, _)| key == name).map(|(_, value)| value);
    if let Some(project) = text("project") {
        plan.project = visitor.person.projects.contains(&project).then_some(project);
    }
    plan.purpose = text("purpose").unwrap_or_default();
    plan.context.population = text("population").unwrap_or_default();
    plan.context.people = text("people").unwrap_or_default();
    plan.context.more = text("more").unwrap_or_default();
    plan.context.controls = all("control").filter_map(|name| Control::named(name)).collect();
    plan.assured = all("assured").filter_map(|name| Assurance::named(name)).collect();
    for then in all("then") {
        match then.split_once(':') {
            Some(("drop", line)) => plan.leave_out(line),
            Some(("turn", line)) => plan.turn(line),
            _ => {}
        }
    }
}

/// Starts the check, waits a moment for it, and shows the draft with it.
async fn start(
    app: &App,
    w: &'static Words,
    visitor: &Visitor,
    draft: &Draft,
) -> Result<Response, PageError> {
    let previews = &app.inner.previews;
    if draft.plan.asked.is_empty() {
        return refuse(app, w, visitor, draft, &[Gap::Files]);
    }
    if let Err(refused) = previews.start(app, draft, app.now()) {
        let shell = Shell::new(app, w, Some(visitor));
        let wrong = match refused {
            Refused::Running => w.ask.running.to_owned(),
            Refused::TooOften(until) => fill(w.ask.too_often, &[("when", &shell.moments().at(until))]),
        };
        let page = show(app, w, visitor, draft, Some(wrong), &[])?;
        return Ok((StatusCode::TOO_MANY_REQUESTS, page).into_response());
    }
    if let Some(mut preview) = previews.of(draft, app.now()) {
        // Whether it ended or not, the page says how far it is.
        let ended = tokio::time::timeout(PATIENCE, preview.stage.wait_for(Stage::is_over));
        drop(ended.await);
    }
    Ok(Redirect::to(&format!("/mine/drafts/{}#check", draft.id)).into_response())
}

async fn send(
    app: &App,
    w: &'static Words,
    visitor: &Visitor,
    requester: &Requester<'_>,
    draft: &Draft,
) -> Result<Response, PageError> {
    match requester.send(draft.id).await {
        Ok(request) => {
            app.inner.previews.forget(draft.id);
            Ok(Redirect::to(&format!("/mine/{}", request.id)).into_response())
        }
        Err(DeskError::Incomplete { gaps }) => refuse(app, w, visitor, draft, &gaps),
        Err(DeskError::WhichProject { .. } | DeskError::NotYourProject { .. }) => {
            let missing = fill(w.ask.missing, &[("what", &w.ask.gaps[5])]);
            let page = show(app, w, visitor, draft, Some(missing), &[])?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

/// Shows the draft with what is missing.
fn refuse(
    app: &App,
    w: &'static Words,
    visitor: &Visitor,
    draft: &Draft,
    gaps: &[Gap],
) -> Result<Response, PageError> {
    let words: Vec<&str> = gaps.iter().map(|gap| w.gap(*gap)).collect();
    let missing = fill(w.ask.missing, &[("what", &words.join("; "))]);
    let page = show(app, w, visitor, draft, Some(missing), gaps)?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

impl Page<'_> {
    /// Whether this is what is missing.
    fn lacks(&self, gap: &str) -> bool {
        let named = match gap {
            "files" => Gap::Files,
            "purpose" => Gap::Purpose,
            "population" => Gap::Population,
            "people" => Gap::People,
            _ => Gap::Checklist,
        };
        self.gaps.contains(&named)
    }
}
