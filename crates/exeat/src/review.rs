//! `exeat review`: find what waits, look at it, decide.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Subcommand;
use exeat_desk::{Checker, Decided};
use exeat_domain::comment::{Comment, Visibility};
use exeat_domain::path::{SharePath, shown};
use exeat_domain::release::{Release, Step};
use exeat_domain::request::{Request, RequestId};
use exeat_domain::review::{Choice, Outcome, Review};
use exeat_domain::roster::{Person, ReleaseMode};
use exeat_domain::state::State;
use serde_json::json;

use crate::cli::{Acting, Ended, Format};
use crate::out::{self, Failed};
use crate::wiring::Site;
use crate::{render, status, words};

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
    let site = Site::open(config)?;
    let Args { acting, what } = args;
    let format = acting.format;
    site.block_on(async {
        let checker = site.desk.checker(site.actor(&acting)?).await?;
        match what {
            What::Next => match checker.next().await? {
                Some(request) => show(&checker, request.id, None, format).await,
                None if format == Format::Json => out::json(&json!({ "request": null })),
                None => out::text("Nothing waits for you."),
            },
            What::Queue { all, after, limit } => {
                let states = if all { vec![] } else { vec![State::Submitted] };
                status::list(&checker.all(states, after, limit).await?, format)
            }
            What::Show { id, file } => show(&checker, id, file.as_deref(), format).await,
            What::Approve(deciding) => decide(&site, &checker, deciding, Choice::Approve, format).await,
            What::Return(deciding) => decide(&site, &checker, deciding, Choice::Return, format).await,
            What::Reject(deciding) => decide(&site, &checker, deciding, Choice::Reject, format).await,
            What::Retry { id } => {
                site.desk.retry(Some(id)).await?;
                site.carry_on(id).await?;
                show(&checker, id, None, format).await
            }
        }
    })
}

async fn show(checker: &Checker<'_>, id: RequestId, file: Option<&str>, format: Format) -> Ended {
    let (request, jobs) = checker.show(id).await?;
    let reviews: Vec<&Review> = checker.reviews(&request).collect();
    if format == Format::Json {
        // What is blinded is not in the document either.
        let mut shown = request.clone();
        if let Some(round) = shown.round_mut() {
            round.reviews = reviews.into_iter().cloned().collect();
        }
        shown.comments = checker.comments(&request).cloned().collect();
        return out::json(&json!({ "request": shown, "jobs": status::jobs_json(&jobs) }));
    }
    let only = file.map(|name| named(&request, name)).transpose()?;
    let mut text = status::heading(&request);
    text.push_str(&standing(checker.person(&request.requester)));
    status::files(&mut text, &request);
    out::text(&text)?;
    for (_, file) in request.current_files() {
        if only.as_ref().is_none_or(|only| *only == file.path)
            && (!file.report.findings.is_empty() || file.report.claim.is_some())
        {
            let bytes = checker.open(file).await.ok();
            out::text(&format!("\n{}", render::file(&file.report, bytes)))?;
        }
    }
    let mut text = String::new();
    review_lines(&mut text, &reviews);
    checker.comments(&request).for_each(|comment| comment_line(&mut text, comment));
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

fn standing(person: Option<&Person>) -> String {
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

async fn decide(
    site: &Site,
    checker: &Checker<'_>,
    deciding: Deciding,
    choice: Choice,
    format: Format,
) -> Ended {
    let Deciding { id, file, reason, hold } = deciding;
    let (request, _) = checker.show(id).await?;
    let files = file.iter().map(|name| named(&request, name)).collect::<Result<Vec<_>, _>>()?;
    let decided = checker.decide(id, &files, choice, reason.as_deref(), hold).await?;
    let (request, jobs) = if decided.outcome.is_some() {
        site.carry_on(id).await?;
        checker.show(id).await?
    } else {
        (decided.request.clone(), vec![])
    };
    if format == Format::Json {
        let document = json!({ "request": id, "state": request.state, "decided": decided.files, "open": decided.open,
            "release": request.release, "jobs": status::jobs_json(&jobs) });
        return out::json(&document);
    }
    let mut text = follows(&decided, choice);
    release_lines(&mut text, request.release.as_ref());
    status::waiting(&mut text, &jobs);
    status::standing(&mut text, &request);
    out::text(&text)
}

/// What was decided, and what follows from it.
fn follows(decided: &Decided, choice: Choice) -> String {
    let mut text = format!("{} {}.", words::count(decided.files.len(), "file"), choice.past());
    let _ = match (&decided.outcome, decided.open.len()) {
        (Some(Outcome::Approve), _) => write!(text, " All is decided; what is approved leaves."),
        (Some(Outcome::Return), _) => write!(text, " All is decided; the request goes back."),
        (Some(Outcome::Reject), _) => write!(text, " All is decided; nothing leaves."),
        (None, 0) => write!(
            text,
            " Your review is in; the round waits for the other reviewers, or for you to end --hold."
        ),
        (None, open) => write!(text, " {} to decide: {}", words::count(open, "file"), names(&decided.open)),
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
