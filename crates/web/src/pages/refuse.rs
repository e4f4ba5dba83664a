//! Sending a file back, or rejecting it: what is told is ticked, drafted in the requester's language, edited, and seen
//! as the letter that would go.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use exeat_desk::ports::{StoreError, Written};
use exeat_desk::{Checker, DeskError, Wording};
use exeat_domain::request::{File, Request, RequestId};
use exeat_domain::review::{Choice, Decision};
use exeat_domain::roster::Language;
use serde::Deserialize;

use super::decide::next_open;
use super::findings::groups;
use super::request::short;
use super::{Shell, page as write, request_id};
use crate::app::App;
use crate::error::{self, PageError};
use crate::form::{Form, Path, Query};
use crate::visitor::{Reads, Visitor};
use crate::words::{Mark, Words, count, fill};

/// The longest text, in characters.
pub(crate) const LONGEST: usize = 8000;

#[derive(Template)]
#[template(path = "refuse.html")]
struct Page<'a> {
    shell: Shell<'a>,
    id: RequestId,
    round: u32,
    file: usize,
    reject: bool,
    title: String,
    mark: Mark,
    ticks: Vec<Tick>,
    label: String,
    hint: String,
    /// The tag of the requester's language.
    lang: &'static str,
    words: String,
    drafted: String,
    longest: usize,
    to: String,
    letter: Option<Written>,
    wrong: Option<String>,
}

/// A rule that found something.
struct Tick {
    rule: String,
    title: String,
    mark: Mark,
    places: String,
    on: bool,
}

/// What the address asks for.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    file: usize,
    #[serde(default)]
    choice: String,
}

/// What has been ticked and written so far.
struct Sheet {
    round: u32,
    file: usize,
    choice: Choice,
    told: BTreeSet<String>,
    words: String,
    /// What the desk drafted last: as long as the words are these, they follow the ticks.
    drafted: String,
}

impl Sheet {
    /// What a form sent, and what is to be done with it.
    fn sent(pairs: Vec<(String, String)>) -> Result<(Self, String), PageError> {
        let mut sheet = Self {
            round: 0,
            file: 0,
            choice: Choice::Return,
            told: BTreeSet::new(),
            words: String::new(),
            drafted: String::new(),
        };
        let mut what = String::new();
        for (name, value) in pairs {
            match name.as_str() {
                "round" => sheet.round = value.parse().map_err(|_| PageError::NotFound)?,
                "file" => sheet.file = value.parse().map_err(|_| PageError::NotFound)?,
                "choice" => sheet.choice = choice(&value),
                "rule" => _ = sheet.told.insert(value),
                "words" => sheet.words = plain(&value),
                "drafted" => sheet.drafted = plain(&value),
                "what" => what = value,
                _ => {}
            }
        }
        if sheet.words.chars().count() > LONGEST { Err(PageError::TooLarge) } else { Ok((sheet, what)) }
    }

    fn wording(&self) -> Wording {
        Wording { choice: self.choice, told: self.told.clone(), words: self.words.clone() }
    }
}

/// The text as it was typed: forms send lines with returns before their ends.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

fn choice(text: &str) -> Choice {
    if text == "reject" { Choice::Reject } else { Choice::Return }
}

/// The file of the open round that is meant, and the number of that round.
fn named(request: &Request, file: usize) -> Result<(u32, &File), PageError> {
    let round = request.round().ok_or(PageError::NotFound)?;
    let file = file.checked_sub(1).and_then(|at| round.files.get(at)).ok_or(PageError::NotFound)?;
    Ok((round.number, file))
}

/// The page, with what was decided before or a draft.
pub(crate) async fn page(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let checker = app.desk().checker(visitor.actor()).await?;
    let (request, _) = checker.show(request_id(&id)?).await?;
    let (round, file) = named(&request, asked.file)?;
    let earlier = checker.decision(&request, file).filter(|decision| decision.choice != Choice::Approve);
    let told = match earlier {
        Some(Decision { told: Some(told), .. }) => told.clone(),
        _ => file.grave_rules().into_iter().map(str::to_owned).collect(),
    };
    let drafted = checker.draft(&request, file, &told);
    let words = earlier.and_then(|decision| decision.reason.clone()).unwrap_or_else(|| drafted.clone());
    let sheet = Sheet { round, file: asked.file, choice: choice(&asked.choice), told, words, drafted };
    show(&app, w, &visitor, (&checker, &request), sheet, None).await
}

/// Drafts anew, shows the letter, or decides.
pub(crate) async fn send(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let id = request_id(&id)?;
    let (mut sheet, what) = Sheet::sent(pairs)?;
    let checker = app.desk().checker(visitor.actor()).await?;
    let (request, _) = checker.show(id).await?;
    let (round, file) = named(&request, sheet.file)?;
    if round != sheet.round {
        return Err(DeskError::Store(StoreError::Conflict(id)).into());
    }
    if what != "send" {
        let untouched = sheet.words == sheet.drafted;
        sheet.drafted = plain(&checker.draft(&request, file, &sheet.told));
        if untouched || what == "draft" {
            sheet.words.clone_from(&sheet.drafted);
        }
        return show(&app, w, &visitor, (&checker, &request), sheet, None).await;
    }
    match checker.refuse(id, &file.path, sheet.wording()).await {
        Ok(decided) => {
            let next = next_open(&decided.request, &visitor, sheet.file);
            Ok(Redirect::to(&format!("/requests/{id}?file={next}")).into_response())
        }
        Err(DeskError::Review(refused)) => {
            let wrong = Some(error::review(&refused, w));
            let mut response = show(&app, w, &visitor, (&checker, &request), sheet, wrong).await?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(other) => Err(other.into()),
    }
}

async fn show(
    app: &App,
    w: &'static Words,
    visitor: &Visitor,
    (checker, request): (&Checker<'_>, &Request),
    sheet: Sheet,
    wrong: Option<String>,
) -> Result<Response, PageError> {
    let r = w.review;
    let (_, file) = named(request, sheet.file)?;
    let (letter, unseen) = match checker.preview(request, &file.path, sheet.wording()).await {
        Ok(letter) => (Some(letter), None),
        Err(DeskError::Review(_)) if sheet.words.is_empty() => (None, None),
        Err(DeskError::Review(refused)) => (None, Some(error::review(&refused, w))),
        Err(DeskError::Port(failure)) => (None, Some(w.said(&failure.message).text)),
        Err(other) => return Err(other.into()),
    };
    let name = short(file.path.as_str()).1;
    let reject = sheet.choice == Choice::Reject;
    let title = fill(if reject { r.reject_title } else { r.return_title }, &[("name", &name)]);
    let person = checker.person(&request.requester);
    let who = person.map_or_else(|| request.requester.clone(), |person| person.name.clone());
    let language = checker.reads(request);
    let at = [Language::En, Language::Nl, Language::Fr].iter().position(|one| *one == language);
    let called = at.and_then(|at| r.languages.get(at)).copied().unwrap_or_default();
    let tick = |group: super::findings::Group| Tick {
        on: sheet.told.contains(&group.rule),
        places: count(r.places, group.found.len() as u64),
        rule: group.rule,
        title: group.title,
        mark: group.mark,
    };
    write(&Page {
        shell: Shell::new(app, w, Some(visitor)).titled(title.clone()).at("/queue"),
        id: request.id,
        round: sheet.round,
        file: sheet.file,
        reject,
        title,
        mark: w.verdict(file.report.verdict),
        ticks: groups(&file.report.findings, w).into_iter().map(tick).collect(),
        label: fill(r.words, &[("who", &who)]),
        hint: fill(r.words_in, &[("language", &called)]),
        lang: Words::of(language).tag,
        to: person.map(|person| format!("{} <{}>", person.name, person.address)).unwrap_or_default(),
        words: sheet.words,
        drafted: sheet.drafted,
        longest: LONGEST,
        letter,
        wrong: wrong.or(unseen),
    })
}
