//! Choosing files by looking through the share, as far as the requester may ask from it.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use exeat_desk::ports::{FileProblem, Leaf, Listing, Look, Shown};
use exeat_desk::{Requester, told};
use exeat_domain::draft::{Draft, Plan};
use exeat_domain::path::SharePath;
use exeat_domain::request::Purpose;
use serde::Deserialize;

use super::draft::draft_id;
use super::{Shell, encoded, page as write};
use crate::app::App;
use crate::error::PageError;
use crate::form::{Form, Path, Query};
use crate::visitor::{Reads, Visitor};
use crate::words::{Words, count, fill};

/// Names of one window.
const LINES: usize = 200;
/// The root of the share in an address.
const ROOT: &str = "/";

#[derive(Template)]
#[template(path = "browse.html")]
struct Page<'a> {
    shell: Shell<'a>,
    id: u64,
    crumbs: Vec<(String, String)>,
    here: String,
    folder: String,
    q: &'a str,
    lines: Vec<Line>,
    total: String,
    left_out: Option<String>,
    next: Option<String>,
    wrong: Option<String>,
}

struct Line {
    path: String,
    name: String,
    /// The address of a folder.
    to: Option<String>,
    size: String,
    changed: String,
    chosen: bool,
    askable: bool,
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Asked {
    folder: Option<String>,
    #[serde(default)]
    after: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    full: bool,
}

/// The page.
pub(crate) async fn page(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Path(draft): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let requester = app.desk().requester(visitor.actor());
    let draft = requester.draft(draft_id(&draft)?).await?;
    if let Some(request) = draft.sent {
        return Ok(Redirect::to(&format!("/mine/{request}")).into_response());
    }
    let look = Look {
        after: after(&asked.after),
        holding: asked.q.chars().take(100).collect(),
        most: LINES,
        ..Look::default()
    };
    let (folder, shown) = open(&requester, &draft, asked.folder.as_deref(), look).await?;
    let status = if shown.is_ok() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let view = view(&app, w, &visitor, (&requester, &draft), (folder, shown), &asked).await?;
    Ok((status, view).into_response())
}

/// The folder that was asked for; where none was, the one that this person begins in, if it is there.
async fn open(
    requester: &Requester<'_>,
    draft: &Draft,
    asked: Option<&str>,
    look: Look,
) -> Result<(Option<SharePath>, Result<Listing, FileProblem>), PageError> {
    let project = draft.plan.project.as_deref();
    let folder = match asked {
        Some(ROOT | "") => None,
        Some(folder) => Some(plain(folder)?),
        None => requester.home(project).await?,
    };
    let shown = requester.look(project, folder.as_ref(), look.clone()).await?;
    if shown.is_err() && asked.is_none() {
        return Ok((None, requester.look(project, None, look).await?));
    }
    Ok((folder, shown))
}

/// A folder as our own pages write it.
fn plain(text: &str) -> Result<SharePath, PageError> {
    SharePath::new(text).ok().filter(|path| path.as_str() == text).ok_or(PageError::NotFound)
}

async fn view(
    app: &App,
    w: &'static Words,
    visitor: &Visitor,
    (requester, draft): (&Requester<'_>, &Draft),
    (folder, shown): (Option<SharePath>, Result<Listing, FileProblem>),
    asked: &Asked,
) -> Result<Response, PageError> {
    let (listing, wrong) = match shown {
        Ok(listing) => (listing, None),
        Err(problem) => (Listing::default(), Some(not_open(&problem, w))),
    };
    let shell = Shell::new(app, w, Some(visitor)).titled(w.ask.choose).at("/mine");
    let paths = listing.entries.iter().map(|shown| shown.path.to_string()).collect();
    let askable = requester.pickable(draft.plan.project.as_deref(), paths).await?;
    let askable: BTreeSet<String> = askable.into_iter().collect();
    let at = folder.as_ref().map_or(ROOT, SharePath::as_str);
    let next = listing.entries.last().filter(|_| listing.more).map(|last| {
        let kind = if last.leaf == Leaf::Folder { "d" } else { "f" };
        let key = encoded(&format!("{kind}:{}", last.path.name()));
        format!("{}&after={key}", address(draft.id.0, at, &asked.q))
    });
    let full = asked.full.then(|| fill(w.ask.full, &[("n", &Plan::MOST)]));
    let moments = shell.moments();
    let line = |Shown { leaf, path, file }: &Shown| Line {
        name: path.name().to_owned(),
        to: (*leaf == Leaf::Folder).then(|| address(draft.id.0, path.as_str(), "")),
        size: file.map_or_else(String::new, |(bytes, _)| w.size(bytes)),
        changed: file.map_or_else(String::new, |(_, at)| moments.at(at)),
        chosen: draft.plan.asked.iter().any(|asked| asked.line == path.as_str()),
        askable: askable.contains(path.as_str()),
        path: path.to_string(),
    };
    let (shown, total) = (Words::number(listing.entries.len() as u64), Words::number(listing.total));
    write(&Page {
        id: draft.id.0,
        crumbs: crumbs(draft.id.0, folder.as_ref(), w),
        here: folder.as_ref().map_or_else(|| w.ask.share.to_owned(), |folder| folder.name().to_owned()),
        folder: at.to_owned(),
        q: &asked.q,
        lines: listing.entries.iter().map(line).collect(),
        total: fill(w.ask.of_total, &[("shown", &shown), ("total", &total)]),
        left_out: (listing.left_out > 0).then(|| count(w.ask.left_out, listing.left_out)),
        next,
        wrong: wrong.or(full),
        shell,
    })
}

fn address(draft: u64, folder: &str, q: &str) -> String {
    let q = if q.is_empty() { String::new() } else { format!("&q={}", encoded(q)) };
    format!("/mine/drafts/{draft}/files?folder={}{q}", encoded(folder))
}

/// The folders above, the share first.
fn crumbs(draft: u64, folder: Option<&SharePath>, w: &Words) -> Vec<(String, String)> {
    let Some(folder) = folder else { return vec![] };
    let mut crumbs = vec![(address(draft, ROOT, ""), w.ask.share.to_owned())];
    let mut at = String::new();
    for name in folder.as_str().split('/') {
        if !at.is_empty() {
            at.push('/');
        }
        at.push_str(name);
        crumbs.push((address(draft, &at, ""), name.to_owned()));
    }
    crumbs.pop();
    crumbs
}

/// The last name of the window before, as the address of the next one has it.
pub(crate) fn after(text: &str) -> Option<(Leaf, String)> {
    match text.split_once(':')? {
        ("d", name) => Some((Leaf::Folder, name.to_owned())),
        ("f", name) => Some((Leaf::File, name.to_owned())),
        _ => None,
    }
}

/// Adds what is ticked to the draft. What may not be picked is not added, whatever was sent.
pub(crate) async fn add(
    State(app): State<App>,
    visitor: Visitor,
    Path(draft): Path<String>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Redirect, PageError> {
    let requester = app.desk().requester(visitor.actor());
    let draft = requester.draft(draft_id(&draft)?).await?;
    if let Some(request) = draft.sent {
        return Ok(Redirect::to(&format!("/mine/{request}")));
    }
    let text = |name: &str| sent.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let lines = sent.iter().filter(|(key, _)| key == "path").map(|(_, path)| path.clone()).collect();
    let lines = requester.pickable(draft.plan.project.as_deref(), lines).await?;
    let purpose = if text("supporting").is_some() { Purpose::Supporting } else { Purpose::Output };
    let add = |plan: &mut Plan| {
        for line in &lines {
            plan.add(line.clone(), purpose);
        }
    };
    let after = requester.redraft(draft.id, &add).await?;
    let full = lines.iter().any(|line| after.plan.asked.iter().all(|asked| asked.line != *line));
    if text("then") == Some("more") || full {
        let folder = address(draft.id.0, text("folder").unwrap_or(ROOT), "");
        return Ok(Redirect::to(&format!("{folder}{}", if full { "&full=true" } else { "" })));
    }
    Ok(Redirect::to(&format!("/mine/drafts/{}", draft.id)))
}

/// Why a folder cannot be looked into.
fn not_open(problem: &FileProblem, w: &Words) -> String {
    let why = told::problem(w.language, problem.code, &problem.message);
    format!("{}. {why}", w.ask.not_open)
}
