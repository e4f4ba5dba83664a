//! `exeat review`: find what waits, look at it, decide.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Subcommand;
use exeat_desk::document::{Asker, DecidedDocument, ReviewDocument};
use exeat_domain::comment::{Comment, Visibility};
use exeat_domain::path::{SharePath, shown};
use exeat_domain::release::{Release, Step};
use exeat_domain::request::{Request, RequestId};
use exeat_domain::review::{Choice, Review};
use exeat_domain::roster::ReleaseMode;
use exeat_domain::state::State;
use serde_json::json;

use crate::cli::{Acting, Elsewhere, Ended, Format};
use crate::desks::{self, Reviewing, Spot};
use crate::out::{self, Failed};
use crate::render::{self, Content};
use crate::{status, words};

const DECIDING: &str = "\
Decisions are taken file by file. Without FILE they hold for every file that you have not decided yet. When all are \
decided the review is submitted, unless --hold keeps it open. Approving a blocked file and rejecting a clear one need \
--reason. FILE is the path in the share, or its end where only one file ends so.";

/// Decide on what others ask for.
#[derive(Debug, clap::Args)]
#[command(after_help = DECIDING)]
pub(crate) struct Args {
    #[command(flatten)]
    acting: Acting,
    #[command(flatten)]
    elsewhere: Elsewhere,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The oldest request that you may decide on, whole.
    Next,
    /// What waits for a checker, oldest first.
    Queue {
        /// Every request, whatever its state.
        #[arg(long)]
        all: bool,
        /// Start after this one.
        #[arg(long, value_name = "ID")]
        after: Option<RequestId>,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: u64,
    },
    /// One request: who asks, every file with its findings shown in their table, reviews, release.
    Show {
        /// The request, such as EX-7.
        id: RequestId,
        /// Only this file.
        file: Option<String>,
    },
    /// Let files leave.
    Approve(Deciding),
    /// Send files back to be mended.
    Return(Deciding),
    /// Refuse files for good.
    Reject(Deciding),
    /// Try again now what waits after a failure.
    Retry {
        /// The request.
        id: RequestId,
    },
}

#[derive(Debug, clap::Args)]
#[command(after_help = DECIDING)]
struct Deciding {
    /// The request.
    id: RequestId,
    /// The files; without them, all that you have not decided yet.
    file: Vec<String>,
    /// Why, in words that the record keeps and the requester reads.
    #[arg(long)]
    reason: Option<String>,
    /// Keep the review open even when every file is decided.
    #[arg(long)]
    hold: bool,
}

impl Args {
    pub(crate) fn format(&self) -> Format {
        self.acting.format
    }
}

pub(crate) fn run(args: Args, config: Option<PathBuf>) -> Ended {
    let Args { acting, elsewhere, what } = args;
    let format = acting.format;
    let desk = desks::reviewing(&acting, &elsewhere, config)?;
    let desk = desk.as_ref();
    match what {
        What::Next => match desk.next()? {
            Some(id) => show(desk, id, None, format),
            None if format == Format::Json => out::json(&json!({ "request": null })),
            None => out::text("Nothing waits for you."),
        },
        What::Queue { all, after, limit } => status::list(&desk.list(all, after, limit)?, format),
        What::Show { id, file } => show(desk, id, file.as_deref(), format),
        What::Approve(deciding) => decide(desk, deciding, Choice::Approve, format),
        What::Return(deciding) => decide(desk, deciding, Choice::Return, format),
        What::Reject(deciding) => decide(desk, deciding, Choice::Reject, format),
        What::Retry { id } => {
            desk.retry(id)?;
            show(desk, id, None, format)
        }
    }
}

fn show(desk: &dyn Reviewing, id: RequestId, file: Option<&str>, format: Format) -> Ended {
    let document = desk.show(id)?;
    if format == Format::Json {
        return out::json(&document);
    }
    let ReviewDocument { request, jobs, requester, .. } = document;
    let only = file.map(|name| named(&request, name)).transpose()?;
    let mut text = status::heading(&request);
    text.push_str(&standing(requester.as_ref()));
    status::files(&mut text, &request);
    out::text(&text)?;
    for (round, file) in request.current_files() {
        if only.as_ref().is_none_or(|only| *only == file.path)
            && (!file.report.findings.is_empty() || file.report.claim.is_some())
        {
            let at = round.files.iter().position(|one| one.path == file.path).map_or(0, |at| at + 1);
            let spot =
                |table, from, count| Spot { request: id, round: round.number, file: at, table, from, count };
            let rows = |table, from, count| desk.rows(spot(table, from, count));
            let content = if file.shown.is_some() {
                Content::looked_up(&file.report, rows)?
            } else {
                Content::default()
            };
            out::text(&format!("\n{}", render::file(&file.report, &content)))?;
        }
    }
    let mut text = String::new();
    let reviews: Vec<&Review> = request.round().into_iter().flat_map(|round| &round.reviews).collect();
    review_lines(&mut text, &reviews);
    request.comments.iter().for_each(|comment| comment_line(&mut text, comment));
    release_lines(&mut text, request.release.as_ref());
    status::waiting(&mut text, &jobs);
    status::standing(&mut text, &request);
    out::text(&text)
}

fn comment_line(text: &mut String, comment: &Comment) {
    let on = comment.file.as_ref().map(|file| format!(" on {file}")).unwrap_or_default();
    let to = match comment.visibility {
        Visibility::Public => "",
        Visibility::Checkers => ", for the checkers",
    };
    let (by, at, said) = (&comment.by, words::time(comment.at), shown(&comment.text));
    let _ = writeln!(text, "\n  comment{on} by {by}, {at}{to}\n    “{said}”");
}

fn standing(person: Option<&Asker>) -> String {
    let Some(person) = person else { return "       (no longer on the roster)\n".to_owned() };
    let mode = match person.mode {
        ReleaseMode::Validated => "validated release",
        ReleaseMode::Automatic => "automatic release",
    };
    let trained = person.trained_until.map(|day| format!(", trained until {day}")).unwrap_or_default();
    format!("       {} <{}>, {mode}{trained}\n", person.name, person.address)
}

fn review_lines(text: &mut String, reviews: &[&Review]) {
    for review in reviews {
        let state = match review.submitted_at {
            Some(at) => format!("submitted {}", words::time(at)),
            None => "not submitted yet".to_owned(),
        };
        let _ = writeln!(text, "\n  review by {}, {state}", review.reviewer);
        for (path, decision) in &review.decisions {
            let reason =
                decision.reason.as_deref().map(|reason| format!(": “{}”", shown(reason))).unwrap_or_default();
            let _ = writeln!(text, "    {} {path}{reason}", decision.choice.past());
        }
    }
}

fn release_lines(text: &mut String, release: Option<&Release>) {
    let Some(release) = release else { return };
    let _ = match release.step {
        Step::Done => writeln!(text, "\n  release: done"),
        step => writeln!(text, "\n  release: next step {}", step.name()),
    };
    if let Some(copy) = &release.archive {
        let _ = writeln!(text, "    archive  {}\n             {}", copy.path, copy.sha256);
    }
    for package in &release.packages {
        let _ = writeln!(
            text,
            "    package  {} ({})\n             {}",
            package.name,
            words::size(package.bytes),
            package.sha256
        );
    }
    for delivery in &release.deliveries {
        let _ = writeln!(text, "    sent     {} <{}>", words::time(delivery.at), delivery.message_id);
    }
}

fn decide(desk: &dyn Reviewing, deciding: Deciding, choice: Choice, format: Format) -> Ended {
    let Deciding { id, file, reason, hold } = deciding;
    let files = if file.is_empty() {
        vec![]
    } else {
        let request = desk.show(id)?.request;
        file.iter().map(|name| named(&request, name)).collect::<Result<Vec<_>, _>>()?
    };
    let decided = desk.decide(id, desks::Deciding { choice, files, reason, hold })?;
    if format == Format::Json {
        return out::json(&decided);
    }
    let mut text = follows(&decided, choice);
    release_lines(&mut text, decided.release.as_ref());
    status::waiting(&mut text, &decided.jobs);
    status::standing(&mut text, &desk.show(id)?.request);
    out::text(&text)
}

/// What was decided, and what follows from it.
fn follows(decided: &DecidedDocument, choice: Choice) -> String {
    let mut text = format!("{} {}.", words::count(decided.decided.len(), "file"), choice.past());
    let _ = match (decided.state, decided.open.len()) {
        (State::Approved | State::Released, _) => write!(text, " All is decided; what is approved leaves."),
        (State::Rejected, _) => write!(text, " All is decided; nothing leaves."),
        (State::Submitted, 0) => write!(
            text,
            " Your review is in; the round waits for the other reviewers, or for you to end --hold."
        ),
        (State::Submitted, open) => {
            write!(text, " {} to decide: {}", words::count(open, "file"), names(&decided.open))
        }
        _ => write!(text, " All is decided; the request goes back."),
    };
    text.push('\n');
    text
}

fn names(paths: &[SharePath]) -> String {
    let shown: Vec<&str> = paths.iter().take(3).map(SharePath::name).collect();
    let more = paths.len().saturating_sub(3);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

/// The file of the open round that is meant: by its path, or by the end of its path.
fn named(request: &Request, name: &str) -> Result<SharePath, Failed> {
    let files: Vec<&SharePath> =
        request.round().into_iter().flat_map(|round| &round.files).map(|file| &file.path).collect();
    let wanted = name.replace('\\', "/");
    if let Some(path) = files.iter().find(|path| path.as_str() == wanted) {
        return Ok((*path).clone());
    }
    let ends =
        |path: &&&SharePath| path.as_str().to_lowercase().ends_with(&format!("/{}", wanted.to_lowercase()));
    let fits: Vec<&&SharePath> = files.iter().filter(ends).collect();
    match fits.as_slice() {
        [one] => Ok((**one).clone()),
        [] => Err(Failed::refused(
            "no-such-file",
            format!("{} has no file {name:?}; see: exeat review show {}", request.id, request.id),
        )),
        several => {
            let paths: Vec<&str> = several.iter().map(|path| path.as_str()).collect();
            Err(Failed::refused(
                "ambiguous-file",
                format!("several files end in {name:?}: {}", paths.join(", ")),
            ))
        }
    }
}
