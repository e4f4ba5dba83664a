//! The queue: what waits for a checker, those that have waited longest first.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use exeat_desk::Checker;
use exeat_desk::ports::{Queue, Waiting};
use exeat_domain::finding::Verdict;
use exeat_domain::request::RequestId;
use exeat_domain::review::Review;
use serde::Deserialize;

use super::request::until;
use super::{Shell, encoded, page as write};
use crate::app::App;
use crate::error::PageError;
use crate::form::Query;
use crate::moments::Moments;
use crate::visitor::{Reads, Visitor};
use crate::words::{Words, count, fill};

/// Lines of a page.
const LINES: usize = 50;
/// Waiting requests are counted up to this.
const MOST: u64 = 1000;

#[derive(Template)]
#[template(path = "queue.html")]
struct Page<'a> {
    shell: Shell<'a>,
    done: Option<Done>,
    waits: String,
    asked: &'a Asked,
    chips: Vec<Chip>,
    lines: Vec<Line>,
    /// The address of the next page.
    next: Option<String>,
    filtered: bool,
    /// When the last request came, where none waits.
    last: Option<String>,
}

struct Chip {
    to: String,
    word: String,
    class: &'static str,
    on: bool,
}

struct Line {
    id: RequestId,
    waited: String,
    /// Of a bar of 100: a working day is the whole of it.
    bar: i64,
    bar_words: String,
    since: String,
    exact: String,
    project: String,
    requester: String,
    purpose: String,
    round: Option<String>,
    files: String,
    verdicts: Vec<(&'static str, &'static str, u64)>,
    claimed: Vec<String>,
    review: String,
    own: bool,
}

/// What the address asks for.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    project: String,
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    claim: String,
    #[serde(default)]
    pub(crate) q: String,
    #[serde(default)]
    after: String,
    /// The request whose review was just submitted.
    #[serde(default)]
    submitted: String,
}

/// The place in the queue that an address names: since when a request waits, and its number.
pub(crate) fn place(text: &str) -> Option<(DateTime<Utc>, RequestId)> {
    let (since, id) = text.split_once('-')?;
    Some((DateTime::from_timestamp_micros(since.parse().ok()?)?, RequestId(id.parse().ok()?)))
}

/// What was just submitted, and whether it can be taken back.
struct Done {
    id: RequestId,
    words: String,
    undo: Option<String>,
}

impl Asked {
    fn queue(&self, visitor: &Visitor) -> Queue {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let verdict = [("clear", Verdict::Clear), ("review", Verdict::Review), ("blocked", Verdict::Blocked)];
        Queue {
            project: some(&self.project),
            verdict: verdict.into_iter().find(|(name, _)| *name == self.verdict).map(|(_, verdict)| verdict),
            claimed_by: (self.claim == "mine").then(|| visitor.person.account.clone()),
            unclaimed: self.claim == "free",
            words: self.q.chars().take(200).collect(),
            after: place(&self.after),
            limit: LINES as u64 + 1,
        }
    }

    /// The address that asks this.
    fn address(&self) -> String {
        let pairs = [
            ("project", &self.project),
            ("verdict", &self.verdict),
            ("claim", &self.claim),
            ("q", &self.q),
            ("after", &self.after),
        ];
        let told: Vec<String> = pairs
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        if told.is_empty() { "/queue".to_owned() } else { format!("/queue?{}", told.join("&")) }
    }

    fn filtered(&self) -> bool {
        [&self.project, &self.verdict, &self.claim, &self.q].iter().any(|text| !text.is_empty())
    }
}

/// The page.
pub(crate) async fn page(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let checker = app.desk().checker(visitor.actor()).await?;
    let mut waiting = checker.waiting(&asked.queue(&visitor)).await?;
    let next = (waiting.len() > LINES).then(|| {
        waiting.truncate(LINES);
        let last = waiting.last().map(|one| format!("{}-{}", one.since.timestamp_micros(), one.summary.id.0));
        Asked { after: last.unwrap_or_default(), ..asked.clone() }.address()
    });
    let backlog = checker.backlog(MOST).await?;
    let shell = Shell::new(&app, w, Some(&visitor)).titled(w.queue.title).at("/queue");
    let moments = shell.moments();
    let name = |account: &str| {
        checker.person(account).map_or_else(|| account.to_owned(), |person| person.name.clone())
    };
    let done = match asked.submitted.parse() {
        Ok(id) => done((&checker, &visitor), id, moments, w).await,
        Err(_) => None,
    };
    let empty = waiting.is_empty();
    let lines = waiting.into_iter().map(|one| line(one, w, moments, &visitor, &name)).collect();
    let waits = if backlog < MOST {
        count(w.queue.waits, backlog)
    } else {
        fill(w.queue.waits[1], &[("n", &format!("{MOST}+"))])
    };
    let last = if empty {
        checker.last().await?.map(|at| fill(w.queue.last_came, &[("when", &moments.at(at))]))
    } else {
        None
    };
    write(&Page {
        done,
        waits,
        last,
        chips: chips(&asked, w),
        lines,
        next,
        filtered: asked.filtered(),
        asked: &asked,
        shell,
    })
}

/// What is said of a request whose review the visitor submitted.
async fn done(
    (checker, visitor): (&Checker<'_>, &Visitor),
    id: RequestId,
    moments: Moments<'_>,
    w: &Words,
) -> Option<Done> {
    let (request, _) = checker.show(id).await.ok()?;
    let own = |review: &Review| review.reviewer.to_lowercase() == visitor.person.account.to_lowercase();
    let submitted = checker.reviews(&request).any(|review| own(review) && review.submitted_at.is_some());
    let standing = checker.standing(&request);
    let undo = standing.undo.then(|| until(&standing, moments, w));
    submitted.then(|| Done { id, words: fill(w.review.handed_in, &[("id", &id)]), undo })
}

fn chips(asked: &Asked, w: &'static Words) -> Vec<Chip> {
    let (q, c) = (w.queue, w.common);
    let base = Asked { after: String::new(), ..asked.clone() };
    let claim = |value: &str, word: &str| {
        let on = base.claim == value;
        let other = if on { "" } else { value };
        Chip { to: Asked { claim: other.into(), ..base.clone() }.address(), word: word.into(), class: "", on }
    };
    let verdict = |value: &'static str, word: &str| {
        let on = base.verdict == value;
        let other = if on { "" } else { value };
        Chip {
            to: Asked { verdict: other.into(), ..base.clone() }.address(),
            word: word.into(),
            class: value,
            on,
        }
    };
    let mut chips = vec![
        Chip { to: "/queue".into(), word: q.all.into(), class: "", on: !base.filtered() },
        claim("mine", q.claimed_by_you),
        claim("free", q.unclaimed),
        verdict("blocked", c.blocked),
        verdict("review", c.review),
        verdict("clear", c.clear),
    ];
    if !base.project.is_empty() {
        let word = format!("{}: {}", q.project, base.project);
        chips.push(Chip {
            to: Asked { project: String::new(), ..base.clone() }.address(),
            word,
            class: "",
            on: true,
        });
    }
    chips
}

fn line(
    one: Waiting,
    w: &'static Words,
    moments: Moments<'_>,
    visitor: &Visitor,
    name: &impl Fn(&str) -> String,
) -> Line {
    let Waiting { summary, since, outputs, verdicts: [clear, review, blocked], at_work } = one;
    let (q, c) = (w.queue, w.common);
    let me = |account: &str| account.to_lowercase() == visitor.person.account.to_lowercase();
    let waited = moments.waited(since);
    let mine = at_work.iter().find(|one| me(&one.checker));
    let own = me(&summary.requester);
    let review_words = match mine {
        _ if own => q.own.to_owned(),
        Some(mine) if mine.submitted => q.submitted.to_owned(),
        mine => {
            let decided = mine.map_or(0, |mine| mine.decided);
            fill(q.your_count, &[("decided", &decided), ("outputs", &outputs)])
        }
    };
    let claims = at_work.iter().filter(|one| one.claimed.is_some());
    let verdicts = [("blocked", c.blocked, blocked), ("review", c.review, review), ("clear", c.clear, clear)];
    let wait = moments.wait(waited);
    Line {
        id: summary.id,
        bar: (waited.num_minutes() * 100 / 480).clamp(2, 100),
        bar_words: fill(q.bar, &[("waited", &wait)]),
        waited: wait,
        since: fill(q.since, &[("when", &moments.at(since))]),
        exact: Moments::exact(since),
        project: summary.project.unwrap_or_default(),
        requester: name(&summary.requester),
        purpose: summary.purpose,
        round: (summary.round > 1).then(|| fill(q.round, &[("n", &summary.round)])),
        files: count(c.files, summary.files),
        verdicts: verdicts.into_iter().filter(|(_, _, count)| *count > 0).collect(),
        claimed: claims
            .map(|one| if me(&one.checker) { q.you.to_owned() } else { name(&one.checker) })
            .collect(),
        review: review_words,
        own,
    }
}
