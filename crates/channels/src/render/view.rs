//! What a template is given: plain strings, with nothing left in them that hides or moves what people see.

use exeat_desk::ports::{
    Answering, Body, Infected, Lapsed, Letter, Ready, Received, Rejected, Released, Returned, ReturnedFile,
    Standing,
};
use exeat_desk::told::{self, fill};
use exeat_domain::finding::{Finding, Outcome, Severity};
use exeat_domain::message::Answer;
use exeat_domain::path::{hides, shown};
use exeat_domain::request::{Leaving, Problem};
use exeat_domain::roster::DemotionCause;

use super::place;
use super::words::Words;

/// The longest name or sentence of others that is repeated, in characters.
const LONGEST: usize = 600;
/// How many places a rule lists in one file.
const MOST_PLACES: usize = 10;

/// `text` as people can see it, cut to `most` characters.
pub(super) fn visible(text: &str, most: usize) -> String {
    let mut kept: String = text.chars().take(most).collect();
    if kept.len() < text.len() {
        kept.push('…');
    }
    shown(&kept)
}

/// What every message needs.
#[derive(Debug)]
pub(super) struct About {
    pub(super) w: &'static Words,
    /// The desk's own name.
    pub(super) desk: String,
    /// Whether the requester can answer in a mail thread.
    pub(super) replies: bool,
    /// The request's number; empty where there is none.
    pub(super) request: String,
    /// The project's name.
    pub(super) project: Option<String>,
}

#[derive(Debug)]
pub(super) struct SizedFile {
    pub(super) name: String,
    pub(super) size: String,
    pub(super) sha256: String,
}

#[derive(Debug)]
pub(super) struct Back {
    pub(super) path: String,
    /// Each of the checkers' texts, in lines.
    pub(super) reasons: Vec<Vec<String>>,
    /// Whether those texts say what to mend, so that the findings need only say where.
    pub(super) chosen: bool,
    pub(super) groups: Vec<Group>,
}

/// The findings of one rule on one file.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) rule: String,
    pub(super) title: String,
    pub(super) weight: &'static str,
    pub(super) why: String,
    pub(super) fix: String,
    pub(super) places: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Trouble {
    /// What was asked for, quoted; empty where something is missing that was not named.
    pub(super) asked: String,
    pub(super) message: String,
    /// What a plain yes would take up, in a sentence.
    pub(super) offer: Option<String>,
}

#[derive(Debug)]
pub(super) struct ReceivedMail {
    pub(super) about: About,
    pub(super) files: Vec<SizedFile>,
    pub(super) problems: Vec<Trouble>,
}

#[derive(Debug)]
pub(super) struct AnsweredMail {
    pub(super) about: About,
    pub(super) answer: Answer,
    /// What is taken back.
    pub(super) files: Vec<String>,
    /// Where the request stood, where it was too late.
    pub(super) state: &'static str,
}

#[derive(Debug)]
pub(super) struct ReturnedMail {
    pub(super) about: About,
    /// Whether any file says where something was found.
    pub(super) places: bool,
    pub(super) files: Vec<Back>,
    pub(super) held: Vec<String>,
    pub(super) problems: Vec<Trouble>,
}

#[derive(Debug)]
pub(super) struct ReleasedMail {
    pub(super) about: About,
    pub(super) files: Vec<SizedFile>,
    pub(super) packages: Vec<String>,
    pub(super) part: usize,
    pub(super) of: usize,
    pub(super) back: Vec<Back>,
}

#[derive(Debug)]
pub(super) struct ReadyMail {
    pub(super) about: About,
    pub(super) files: usize,
    pub(super) size: String,
    pub(super) link: String,
    pub(super) until: String,
    pub(super) back: Vec<Back>,
}

#[derive(Debug)]
pub(super) struct LapsedMail {
    pub(super) about: About,
    pub(super) kept_until: String,
}

#[derive(Debug)]
pub(super) struct RejectedMail {
    pub(super) about: About,
    pub(super) files: Vec<Back>,
}

#[derive(Debug)]
pub(super) struct StandingMail {
    pub(super) about: About,
    pub(super) since: String,
    /// The last day of training, where that has passed; otherwise a blocked file is the cause.
    pub(super) lapsed: Option<String>,
}

#[derive(Debug)]
pub(super) struct InfectedMail {
    pub(super) about: About,
    pub(super) requester: String,
    /// Each file, with what was found in it.
    pub(super) files: Vec<(String, String)>,
}

#[derive(Debug)]
pub(super) struct RefusedMail {
    pub(super) about: About,
}

impl About {
    pub(super) fn new(letter: &Letter, desk: &str) -> Self {
        let (request, project) = match &letter.body {
            Body::Received(Received { request, project, .. })
            | Body::Answered(Answering { request, project, .. })
            | Body::Returned(Returned { request, project, .. })
            | Body::Released(Released { request, project, .. })
            | Body::Ready(Ready { request, project, .. })
            | Body::Lapsed(Lapsed { request, project, .. })
            | Body::Infected(Infected { request, project, .. })
            | Body::Rejected(Rejected { request, project, .. }) => (request.as_str(), project.as_deref()),
            Body::Standing(Standing { why: DemotionCause::Blocked { request }, .. }) => {
                (request.as_str(), None)
            }
            Body::Standing(_) | Body::Refused => ("", None),
        };
        Self {
            w: Words::of(letter.language),
            desk: visible(desk, LONGEST),
            replies: letter.thread.message_id.is_some(),
            request: visible(request, LONGEST),
            project: project.map(|project| visible(project, LONGEST)),
        }
    }
}

impl InfectedMail {
    pub(super) fn new(about: About, body: &Infected) -> Self {
        let seen = |(path, found): &(String, String)| (visible(path, LONGEST), visible(found, LONGEST));
        let requester = visible(&body.requester, LONGEST);
        Self { about, requester, files: body.files.iter().map(seen).collect() }
    }
}

impl ReceivedMail {
    pub(super) fn new(about: About, body: &Received) -> Self {
        let sized = |(path, bytes): &(String, u64)| SizedFile {
            name: visible(path, LONGEST),
            size: about.w.size(*bytes),
            sha256: String::new(),
        };
        Self {
            files: body.files.iter().map(sized).collect(),
            problems: troubles(&body.problems, about.w),
            about,
        }
    }
}

impl AnsweredMail {
    pub(super) fn new(about: About, body: &Answering) -> Self {
        let (files, state) = match &body.answer {
            Answer::Withdrawn => (vec![], ""),
            Answer::TakenBack { files } => {
                (files.iter().map(|file| visible(file.as_str(), LONGEST)).collect(), "")
            }
            Answer::TooLate { state } => (vec![], about.w.standing(*state)),
        };
        Self { answer: body.answer.clone(), files, state, about }
    }
}

impl ReturnedMail {
    pub(super) fn new(about: About, body: &Returned) -> Self {
        Self {
            places: body.files.iter().any(|file| !file.findings.is_empty()),
            files: backs(&body.files, about.w),
            held: body.held.iter().map(|path| visible(path, LONGEST)).collect(),
            problems: troubles(&body.problems, about.w),
            about,
        }
    }
}

impl ReleasedMail {
    pub(super) fn new(about: About, body: &Released, letter: &Letter) -> Self {
        let sized = |leaving: &Leaving| SizedFile {
            name: visible(&leaving.name, LONGEST),
            size: about.w.size(leaving.seal.bytes),
            sha256: leaving.seal.sha256.to_string(),
        };
        Self {
            files: body.files.iter().map(sized).collect(),
            packages: letter
                .attachments
                .iter()
                .map(|attachment| visible(&attachment.name, LONGEST))
                .collect(),
            part: body.part,
            of: body.of,
            back: backs(&body.returned, about.w),
            about,
        }
    }
}

impl ReadyMail {
    pub(super) fn new(about: About, body: &Ready) -> Self {
        Self {
            files: body.files,
            size: about.w.size(body.bytes),
            link: visible(&body.link, LONGEST),
            until: about.w.day(body.until),
            back: backs(&body.returned, about.w),
            about,
        }
    }
}

impl LapsedMail {
    pub(super) fn new(about: About, body: &Lapsed) -> Self {
        Self { kept_until: about.w.day(body.kept_until), about }
    }
}

impl RejectedMail {
    pub(super) fn new(about: About, body: &Rejected) -> Self {
        Self { files: backs(&body.files, about.w), about }
    }
}

impl StandingMail {
    pub(super) fn new(about: About, body: &Standing) -> Self {
        let lapsed = match &body.why {
            DemotionCause::TrainingLapsed { until } => Some(about.w.day(*until)),
            DemotionCause::Blocked { .. } => None,
        };
        Self { since: about.w.day(body.since), lapsed, about }
    }
}

fn troubles(problems: &[Problem], words: &Words) -> Vec<Trouble> {
    let quoted = |text: &str| match visible(text, LONGEST) {
        empty if empty.is_empty() => empty,
        text => told::quoted(words.language, &text),
    };
    let offer = |lines: &[String]| {
        let named: Vec<String> = lines.iter().map(|line| quoted(line)).collect();
        (!named.is_empty()).then(|| fill(words.offer, &[("files", &named.join(", "))]))
    };
    let trouble = |problem: &Problem| Trouble {
        asked: quoted(&problem.asked),
        message: capital(&visible(&told::problem(words.language, &problem.code, &problem.message), LONGEST)),
        offer: offer(&problem.offer),
    };
    problems.iter().map(trouble).collect()
}

fn backs(files: &[ReturnedFile], words: &Words) -> Vec<Back> {
    let back = |file: &ReturnedFile| Back {
        path: visible(&file.path, LONGEST),
        reasons: file
            .reasons
            .iter()
            .map(|reason| lines(reason))
            .filter(|reason| !reason.is_empty())
            .collect(),
        chosen: file.chosen,
        groups: groups(&file.findings, file.by_person, words),
    };
    files.iter().map(back).collect()
}

/// A person's text in its own lines, without those that are blank at its ends.
fn lines(text: &str) -> Vec<String> {
    let tidy =
        |line: &str| line.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| !hides(*c)).collect();
    text.trim().lines().map(tidy).collect()
}

/// The findings by rule, the gravest first, otherwise in the order in which the checks gave them.
pub(super) fn groups(findings: &[Finding], by_person: bool, words: &Words) -> Vec<Group> {
    let mut kinds: Vec<(&str, Vec<&Finding>)> = vec![];
    for finding in findings {
        match kinds.iter_mut().find(|(rule, _)| *rule == finding.rule) {
            Some((_, same)) => same.push(finding),
            None => kinds.push((&finding.rule, vec![finding])),
        }
    }
    let worst =
        |same: &[&Finding]| same.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Note);
    kinds.sort_by_key(|(_, same)| std::cmp::Reverse(worst(same)));
    kinds.iter().filter_map(|(_, same)| group(same, worst(same), by_person, words)).collect()
}

impl Group {
    /// The group as one paragraph, without its places.
    pub(super) fn told(self) -> String {
        let Self { rule, title, why, fix, .. } = self;
        let sentence = [capital(&title), why, fix].into_iter().filter(|part| !part.is_empty());
        let sentence =
            sentence.map(|part| if part.ends_with(['.', '!', '?', ':']) { part } else { part + "." });
        format!("{} ({rule})", sentence.collect::<Vec<_>>().join(" "))
    }
}

/// The sentence with a capital.
fn capital(sentence: &str) -> String {
    let mut rest = sentence.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

fn group(same: &[&Finding], severity: Severity, by_person: bool, words: &Words) -> Option<Group> {
    let first = same.first()?;
    let said = told::of_finding(words.language, first);
    let undecided = same.iter().all(|finding| finding.outcome == Outcome::Undecided);
    let single: Vec<_> = same.iter().filter(|finding| finding.place.more.is_none()).collect();
    let mut places: Vec<String> = vec![];
    for finding in single.iter().take(MOST_PLACES) {
        places.push(place::of(finding, by_person, words));
    }
    places.dedup();
    let unlisted = single.len().saturating_sub(MOST_PLACES) as u64
        + same.iter().filter_map(|finding| finding.place.more).fold(0, u64::saturating_add);
    if unlisted > 0 {
        places.push(fill(words.more, &[("n", &unlisted)]));
    }
    Some(Group {
        rule: visible(&first.rule, LONGEST),
        title: visible(&said.title, LONGEST),
        weight: words.severity(severity, undecided),
        why: visible(&said.why, LONGEST),
        fix: visible(&said.fix, LONGEST),
        places,
    })
}
