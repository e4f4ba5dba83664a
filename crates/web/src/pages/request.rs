//! The request page: files on the left, the file in the middle, what was found on the right, the decision at the foot.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use exeat_desk::{Checker, Standing};
use exeat_domain::finding::{Claim, FileReport};
use exeat_domain::request::{File, Purpose, Request, RequestId, Round};
use exeat_domain::review::{Choice, Decision};
use serde::Deserialize;

use super::comments::{self, CommentView};
use super::file::{View, Window, view};
use super::findings::{Group, groups};
use super::{Shell, page as write, request_id};
use crate::app::App;
use crate::error::{self, PageError};
use crate::form::{Path, Query};
use crate::moments::Moments;
use crate::visitor::{Reads, Visitor};
use crate::words::{Mark, Words, count, fill};

#[derive(Template)]
#[template(path = "request.html")]
struct Page<'a> {
    shell: Shell<'a>,
    request: &'a Request,
    asked: String,
    exact: String,
    round: u32,
    state: &'static str,
    groups: Vec<FileGroup>,
    problems: Vec<(String, String)>,
    /// The file that is looked at, from 1; 0 where the round has none.
    current: usize,
    name: String,
    mark: Option<Mark>,
    detail: String,
    view: View,
    findings: Vec<Group>,
    address: String,
    claim: Option<&'a Claim>,
    bar: Bar,
    claimed: Vec<String>,
    reviews: Vec<ReviewLine>,
    blind: Option<String>,
    comments: Vec<CommentView>,
    longest_comment: usize,
    stuck: Vec<String>,
    wrong: Option<String>,
    typed: String,
}

/// Files that stand together.
struct FileGroup {
    title: &'static str,
    hint: Option<&'static str>,
    files: Vec<FileLine>,
}

struct FileLine {
    n: usize,
    name: String,
    folder: String,
    mark: Mark,
    detail: String,
    decision: &'static str,
    decision_class: &'static str,
    taken_back: bool,
    current: bool,
}

/// The bar at the foot.
struct Bar {
    /// Why nothing can be decided here; none where it can.
    closed: Option<String>,
    /// Whether the file that is looked at can be decided.
    file_open: bool,
    /// What has been decided on it.
    chosen: &'static str,
    reason: String,
    /// What approving it needs, if anything.
    needs: Option<&'static str>,
    decided: String,
    left: usize,
    complete: bool,
    follows: String,
    claimed: bool,
    undecided: String,
    /// Until when, in words, the submitted review can be taken back.
    undo: Option<String>,
}

struct ReviewLine {
    who: String,
    submitted: String,
    decisions: Vec<(String, &'static str, &'static str, String)>,
}

/// What the address asks for.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Asked {
    /// Which file, from 1.
    #[serde(default)]
    file: Option<usize>,
}

/// What is said at the top: that something was refused, and what was typed with it.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) wrong: Option<String>,
    pub(crate) typed: String,
    pub(crate) file: Option<usize>,
}

/// The page.
pub(crate) async fn page(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    Query(window): Query<Window>,
) -> Result<Response, PageError> {
    let said = Said { file: asked.file, ..Said::default() };
    show(&app, w, &visitor, request_id(&id)?, &window, said).await
}

/// Shows a request, with what is to be said of a try.
pub(crate) async fn show(
    app: &App,
    w: &'static Words,
    visitor: &Visitor,
    id: RequestId,
    window: &Window,
    said: Said,
) -> Result<Response, PageError> {
    let checker = app.desk().checker(visitor.actor()).await?;
    let (request, jobs) = checker.show(id).await?;
    let shell = Shell::new(app, w, Some(visitor)).titled(id.to_string()).at("/queue").wide();
    let moments = shell.moments();
    let round = request.round();
    let files: &[File] = round.map_or(&[], |round| &round.files);
    let first_open =
        || files.iter().position(|file| is_open(&checker, &request, file)).map_or(1, |at| at + 1);
    let current = said.file.unwrap_or_else(first_open).min(files.len());
    let file = current.checked_sub(1).and_then(|at| files.get(at));
    let number = round.map_or(0, |round| round.number);
    let shown = match file {
        Some(file) => {
            let address = format!("/requests/{id}/rounds/{number}/files/{current}");
            view((app, &checker), (&request, number, file), &address, window, w).await?
        }
        None => View::Nothing,
    };
    let name = |account: &str| {
        checker.person(account).map_or_else(|| account.to_owned(), |person| person.name.clone())
    };
    let asked = asked_by(&request, w, moments, &name(&request.requester));
    let standing = checker.standing(&request);
    write(&Page {
        asked,
        exact: Moments::exact(request.created_at),
        round: number,
        state: w.state(request.state),
        groups: file_groups(&checker, &request, current, w),
        problems: round.map(|round| w.problems(&round.problems)).unwrap_or_default(),
        current,
        name: file.map(|file| short(file.path.as_str()).1).unwrap_or_default(),
        mark: file.map(|file| w.verdict(file.report.verdict)),
        detail: file.map(|file| detail(file, w)).unwrap_or_default(),
        view: shown,
        findings: file.map(|file| groups(&file.report.findings, w)).unwrap_or_default(),
        address: format!("/requests/{id}?file={current}"),
        claim: file.and_then(|file| file.report.claim.as_ref()),
        bar: bar(&checker, &request, file, (&standing, moments), w),
        claimed: request.claimed.iter().map(|claim| name(&claim.by)).collect(),
        reviews: review_lines(&checker, &request, moments, &name, w),
        blind: blind(&request, &standing, w),
        comments: comments::views(checker.comments(&request), &request, name, moments, w),
        longest_comment: comments::LONGEST,
        stuck: stuck(&jobs, moments, w),
        wrong: said.wrong,
        typed: said.typed,
        request: &request,
        shell,
    })
}

fn is_open(checker: &Checker<'_>, request: &Request, file: &File) -> bool {
    file.purpose == Purpose::Output && !file.taken_back && checker.decision(request, file).is_none()
}

fn asked_by(request: &Request, w: &Words, moments: Moments<'_>, who: &str) -> String {
    let when = moments.at(request.created_at);
    match &request.project {
        Some(project) => {
            fill(w.request.asked_by_project, &[("who", &who), ("project", project), ("when", &when)])
        }
        None => fill(w.request.asked_by, &[("who", &who), ("when", &when)]),
    }
}

/// A path as folder and name.
pub(crate) fn short(path: &str) -> (String, String) {
    path.rsplit_once('/').map_or_else(
        || (String::new(), path.to_owned()),
        |(folder, name)| (folder.to_owned(), name.to_owned()),
    )
}

/// Rows and columns of a table, or the size.
pub(crate) fn detail(file: &File, w: &Words) -> String {
    measured(&file.report, w)
}

/// The same, of a report.
pub(crate) fn measured(report: &FileReport, w: &Words) -> String {
    match &report.table {
        Some(table) => {
            let (rows, columns) = (w.common.rows, w.common.columns);
            format!("{} × {}", count(rows, table.rows), count(columns, table.columns.len() as u64))
        }
        None => w.size(report.bytes),
    }
}

/// The word and the class of a choice.
fn choice_words(choice: Option<Choice>, w: &Words) -> (&'static str, &'static str) {
    match choice {
        Some(Choice::Approve) => (w.request.approved, "clear"),
        Some(Choice::Return) => (w.request.returned, "review"),
        Some(Choice::Reject) => (w.request.rejected, "blocked"),
        None => ("", ""),
    }
}

fn file_groups(
    checker: &Checker<'_>,
    request: &Request,
    current: usize,
    w: &'static Words,
) -> Vec<FileGroup> {
    let files = request.round().map_or(&[][..], |round| &round.files);
    let line = |(at, file): (usize, &File)| {
        let (folder, name) = short(file.path.as_str());
        let choice = file.settled.or_else(|| checker.decision(request, file).map(|decision| decision.choice));
        let (decision, decision_class) = choice_words(choice, w);
        FileLine {
            n: at + 1,
            name,
            folder,
            mark: w.verdict(file.report.verdict),
            detail: detail(file, w),
            decision,
            decision_class,
            taken_back: file.taken_back,
            current: at + 1 == current,
        }
    };
    let of = |purpose| {
        files.iter().enumerate().filter(move |(_, file)| file.purpose == purpose).map(line).collect()
    };
    let r = w.request;
    let groups = [
        FileGroup { title: r.outputs, hint: None, files: of(Purpose::Output) },
        FileGroup { title: r.supporting, hint: Some(r.supporting_hint), files: of(Purpose::Supporting) },
    ];
    groups.into_iter().filter(|group| !group.files.is_empty()).collect()
}

fn bar(
    checker: &Checker<'_>,
    request: &Request,
    file: Option<&File>,
    (standing, moments): (&Standing, Moments<'_>),
    w: &'static Words,
) -> Bar {
    let r = w.request;
    let decision: Option<&Decision> = file.and_then(|file| checker.decision(request, file));
    // Words that were drafted are read and changed on their own page.
    let typed = decision.filter(|decision| decision.told.is_none());
    let outputs: Vec<&File> = request.round().map(Round::outputs).into_iter().flatten().collect();
    let chosen = |choice| {
        let of =
            |file: &&&File| checker.decision(request, file).is_some_and(|decision| decision.choice == choice);
        outputs.iter().filter(of).count()
    };
    let left = standing.outputs - standing.decided;
    let mut follows = fill(
        r.follows,
        &[
            ("approved", &chosen(Choice::Approve)),
            ("returned", &chosen(Choice::Return)),
            ("rejected", &chosen(Choice::Reject)),
        ],
    );
    let more = usize::from(standing.reviewers).saturating_sub(standing.submitted + 1);
    if more > 0 {
        follows += &fill(r.follows_waits, &[("n", &more)]);
    }
    let blocked = file.is_some_and(|file| !file.blocking_rules().is_empty());
    Bar {
        closed: standing.closed.as_ref().map(|error| error::review(error, w)),
        file_open: file.is_some_and(|file| file.purpose == Purpose::Output && !file.taken_back),
        chosen: decision.map_or("", |decision| match decision.choice {
            Choice::Approve => "approve",
            Choice::Return => "return",
            Choice::Reject => "reject",
        }),
        reason: typed.and_then(|decision| decision.reason.clone()).unwrap_or_default(),
        needs: blocked.then_some(r.reason_needed_block),
        decided: fill(r.decided, &[("n", &standing.decided), ("of", &standing.outputs)]),
        left,
        complete: left == 0 && standing.outputs > 0,
        follows,
        claimed: standing.claimed,
        undecided: fill(r.undecided_left, &[("n", &left)]),
        undo: standing.undo.then(|| until(standing, moments, w)),
    }
}

/// Until when a submitted review can be taken back.
pub(crate) fn until(standing: &Standing, moments: Moments<'_>, w: &Words) -> String {
    match standing.effective {
        Some(at) => fill(w.review.takes_effect, &[("when", &moments.clock(at))]),
        None => fill(w.review.waits_for_others, &[("n", &standing.submitted), ("of", &standing.reviewers)]),
    }
}

fn review_lines(
    checker: &Checker<'_>,
    request: &Request,
    moments: Moments<'_>,
    name: &impl Fn(&str) -> String,
    w: &Words,
) -> Vec<ReviewLine> {
    let submitted = checker.reviews(request).filter_map(|review| Some((review, review.submitted_at?)));
    submitted
        .map(|(review, at)| ReviewLine {
            who: name(&review.reviewer),
            submitted: moments.at(at),
            decisions: review
                .decisions
                .iter()
                .map(|(path, decision)| {
                    let (word, class) = choice_words(Some(decision.choice), w);
                    (short(path.as_str()).1, word, class, decision.reason.clone().unwrap_or_default())
                })
                .collect(),
        })
        .collect()
}

fn blind(request: &Request, standing: &Standing, w: &Words) -> Option<String> {
    let hidden = standing.reviewers > 1 && !request.is_open_to_view();
    hidden.then(|| fill(w.request.blind, &[("n", &standing.submitted), ("of", &standing.reviewers)]))
}

fn stuck(jobs: &[exeat_desk::ports::Job], moments: Moments<'_>, w: &Words) -> Vec<String> {
    let r = w.request;
    let told = jobs.iter().filter_map(|job| {
        let cause = fill(r.stuck, &[("n", &job.attempts), ("cause", &w.said(job.cause.as_ref()?).text)]);
        Some(format!("{cause} ({})", fill(r.stuck_again, &[("when", &moments.at(job.due_at))])))
    });
    told.collect()
}
