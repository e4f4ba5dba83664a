//! The check before asking as it is shown: how far it is, live, and what it found.

use std::convert::Infallible;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use exeat_desk::{Previewed, Progress};
use exeat_domain::draft::Draft;
use exeat_domain::finding::{FileReport, Verdict};
use exeat_domain::path::SharePath;
use exeat_domain::request::Purpose;
use futures_util::stream::{Stream, unfold};

use super::Shell;
use super::draft::draft_id;
use super::findings::{Group, groups};
use super::request::{measured, short};
use crate::app::App;
use crate::error::PageError;
use crate::form::Path;
use crate::previews::{Preview, Stage};
use crate::visitor::{Reads, Visitor};
use crate::words::{Mark, Words, count, fill};

/// Findings of one file that are shown; a person mends the first of them and checks again.
const MOST: usize = 200;

/// One file as it was checked.
type Previewing = (SharePath, Purpose, FileReport);

/// The check of a draft.
#[derive(Template)]
#[template(path = "draft_check.html")]
pub(crate) struct CheckView {
    w: &'static Words,
    id: u64,
    /// How far it is, while it runs.
    pub(crate) running: Option<String>,
    failed: Option<String>,
    /// When it was made, once it has ended.
    checked: Option<String>,
    stale: bool,
    counts: Vec<(Mark, usize)>,
    follows: Vec<String>,
    files: Vec<Judged>,
    problems: Vec<(String, String)>,
}

struct Judged {
    name: String,
    folder: String,
    mark: Mark,
    detail: String,
    supporting: bool,
    open: bool,
    findings: Vec<Group>,
}

/// What is shown of a draft's check.
pub(crate) fn check_view(app: &App, w: &'static Words, draft: &Draft) -> CheckView {
    match app.inner.previews.of(draft, app.now()) {
        Some(preview) => view(app, w, draft, &preview),
        None => empty(w, draft),
    }
}

fn empty(w: &'static Words, draft: &Draft) -> CheckView {
    CheckView {
        w,
        id: draft.id.0,
        running: None,
        failed: None,
        checked: None,
        stale: false,
        counts: vec![],
        follows: vec![],
        files: vec![],
        problems: vec![],
    }
}

fn view(app: &App, w: &'static Words, draft: &Draft, preview: &Preview) -> CheckView {
    let a = w.ask;
    let view = CheckView { stale: !preview.is_of(draft), ..empty(w, draft) };
    let stage = preview.stage.borrow().clone();
    let number = |n: usize| n as u64;
    match stage {
        Stage::Waiting => CheckView { running: Some(a.waiting.to_owned()), ..view },
        Stage::At(Progress::Reading(n)) => CheckView { running: Some(count(a.reading, number(n))), ..view },
        Stage::At(Progress::Checking(n)) => CheckView { running: Some(count(a.checking, number(n))), ..view },
        Stage::Failed(error) => {
            let (what, why) = PageError::from((*error).clone()).words(w);
            CheckView { failed: Some(format!("{what}. {}", why.text)), ..view }
        }
        Stage::Done(found) => {
            let at = Shell::new(app, w, None).moments().at(preview.at);
            let checked = Some(fill(a.checked, &[("when", &at)]));
            // The gravest first; files of one verdict as they were chosen.
            let mut files: Vec<&Previewing> = found.files.iter().collect();
            files.sort_by_key(|(_, _, report)| std::cmp::Reverse(report.verdict));
            CheckView {
                checked,
                counts: counts(&found, w),
                follows: follows(&found, w),
                files: files.into_iter().map(|one| judged(one, w)).collect(),
                problems: w.problems(&found.problems),
                ..view
            }
        }
    }
}

fn of(found: &Previewed, verdict: Verdict) -> usize {
    found.files.iter().filter(|(_, _, report)| report.verdict == verdict).count()
}

fn counts(found: &Previewed, w: &Words) -> Vec<(Mark, usize)> {
    let all = [Verdict::Blocked, Verdict::Review, Verdict::Clear];
    let counted = all.into_iter().map(|verdict| (w.verdict(verdict), of(found, verdict)));
    counted.filter(|(_, n)| *n > 0).collect()
}

/// What would follow if it were sent like this.
fn follows(found: &Previewed, w: &Words) -> Vec<String> {
    let (blocked, review) = (of(found, Verdict::Blocked), of(found, Verdict::Review));
    let mut all = vec![];
    if blocked > 0 {
        all.push(count(w.ask.follows_blocked, blocked as u64));
    }
    if review > 0 {
        all.push(count(w.ask.follows_review, review as u64));
    }
    if all.is_empty() && found.problems.is_empty() && !found.files.is_empty() {
        all.push(w.ask.follows_clear.to_owned());
    }
    all
}

fn judged((path, purpose, report): &Previewing, w: &Words) -> Judged {
    let (folder, name) = short(path.as_str());
    let shown = report.findings.get(..MOST).unwrap_or(&report.findings);
    Judged {
        name,
        folder,
        mark: w.verdict(report.verdict),
        detail: measured(report, w),
        supporting: *purpose == Purpose::Supporting,
        open: report.verdict == Verdict::Blocked,
        findings: groups(shown, w),
    }
}

/// How far a check is, told as it goes on; it ends with what was found.
pub(crate) async fn events(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Path(draft): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, PageError> {
    let draft = app.desk().requester(visitor.actor()).draft(draft_id(&draft)?).await?;
    let preview = app.inner.previews.of(&draft, app.now());
    let told = unfold((app, draft, preview, Turn::First), move |(app, draft, preview, turn)| async move {
        let (event, turn) = match (turn, preview.clone()) {
            (Turn::Over, _) => return None,
            (Turn::Last, _) | (_, None) => (Event::default().event("done").data("done"), Turn::Over),
            (turn, Some(mut known)) => {
                if matches!(turn, Turn::Next) {
                    // A sender that is gone has been told to stop with the desk.
                    let over = known.stage.changed().await.is_err();
                    if over && !known.stage.borrow().is_over() {
                        return None;
                    }
                }
                let over = known.stage.borrow_and_update().is_over();
                let shown = view(&app, w, &draft, &known).render().ok()?;
                let event = Event::default().event("progress").data(shown);
                return Some((
                    Ok(event),
                    (app, draft, Some(known), if over { Turn::Last } else { Turn::Next }),
                ));
            }
        };
        Some((Ok(event), (app, draft, preview, turn)))
    });
    Ok(Sse::new(told).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

/// What is told next.
#[derive(Clone, Copy)]
enum Turn {
    First,
    Next,
    Last,
    Over,
}
