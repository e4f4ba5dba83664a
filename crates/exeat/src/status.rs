//! A request on the terminal: its heading, its files with their verdicts, what waits and why.

use std::fmt::Write as _;

use exeat_desk::document::{Requests, Waits};
use exeat_domain::context::Context;
use exeat_domain::finding::{Finding, Severity, Verdict};
use exeat_domain::path::shown;
use exeat_domain::request::{File, Purpose, Request};
use exeat_domain::review::Choice;
use exeat_domain::state::State;

use crate::cli::{Ended, Format};
use crate::out;
use crate::render::Look;
use crate::words;

/// What stands before the lines under a file.
const BESIDE: &str = "                       ";

/// Who asks for what.
pub(crate) fn heading(request: &Request) -> String {
    let mut text = format!("{}  asked by {}", request.id, request.requester);
    if let Some(project) = &request.project {
        let _ = write!(text, " for {project}");
    }
    let _ = write!(text, ", {}", words::time(request.created_at));
    if let Some(round) = request.round().filter(|round| round.number > 1) {
        let _ = write!(text, ", round {}", round.number);
    }
    text.push('\n');
    if !request.purpose.is_empty() {
        let _ = writeln!(text, "       “{}”", shown(&request.purpose));
    }
    if let Some(context) = request.context() {
        context_lines(&mut text, context);
    }
    text
}

/// What the requester says about the files, a line each.
fn context_lines(text: &mut String, context: &Context) {
    let controls: Vec<&str> = context.controls.iter().map(|control| control.name()).collect();
    let said = [
        ("whom", context.population.clone()),
        ("how many", context.people.clone()),
        ("controls", controls.join(", ")),
        ("", context.more.clone()),
    ];
    for (what, words) in said.into_iter().filter(|(_, words)| !words.is_empty()) {
        let _ = writeln!(text, "       {what:<9} {}", shown(&words.replace('\n', " ")));
    }
}

/// The files of the open round, and what could not be taken up.
pub(crate) fn files(text: &mut String, request: &Request) {
    let Some(round) = request.round() else { return };
    text.push('\n');
    for file in &round.files {
        let _ = writeln!(
            text,
            "  {:<9} {:>9}  {}{}",
            mark(file),
            words::size(file.seal.bytes),
            file.path,
            aside(file)
        );
        for line in rules(&file.report.findings) {
            text.push_str(&Look::of_stdout().paragraph(BESIDE, &line));
        }
    }
    for problem in &round.problems {
        let _ = writeln!(text, "  not taken            {}", problem.asked);
        text.push_str(&Look::of_stdout().paragraph(BESIDE, &problem.message));
    }
}

fn mark(file: &File) -> &'static str {
    match file.report.verdict {
        Verdict::Clear => "✓ clear",
        Verdict::Review => "? review",
        Verdict::Blocked => "✗ blocked",
    }
}

fn aside(file: &File) -> String {
    let mut words = vec![];
    if file.purpose == Purpose::Supporting {
        words.push("supporting: never leaves");
    }
    if file.taken_back {
        words.push("taken back");
    }
    words.extend(file.settled.map(Choice::past));
    if words.is_empty() { String::new() } else { format!("  ({})", words.join(", ")) }
}

/// One line a rule: how often it found something, and the first thing it found.
fn rules(findings: &[Finding]) -> Vec<String> {
    let mut ids: Vec<&str> = vec![];
    for finding in findings.iter().filter(|finding| finding.severity > Severity::Note) {
        if !ids.contains(&finding.rule.as_str()) {
            ids.push(&finding.rule);
        }
    }
    let line = |id: &str| {
        let mut of_rule = findings.iter().filter(|finding| finding.rule == id);
        let first = of_rule.next().map(|finding| finding.message.as_str()).unwrap_or_default();
        let more: u64 = of_rule.map(|finding| finding.place.more.unwrap_or(1)).sum();
        if more == 0 { format!("{id}: {first}") } else { format!("{id}: {first} (and {more} more)") }
    };
    ids.into_iter().map(line).collect()
}

/// Jobs that wait, with their causes.
pub(crate) fn waiting(text: &mut String, jobs: &[Waits]) {
    for job in jobs {
        let Some(cause) = &job.cause else { continue };
        let tries = words::count(job.attempts as usize, "try");
        text.push('\n');
        text.push_str(&Look::of_stdout().paragraph("  ", &format!("stuck after {tries}: {cause}")));
        let _ = writeln!(text, "  tried again {}; sooner with: exeat serve --once", words::time(job.due_at));
    }
}

/// The last line: where the request stands, and what its requester can do.
pub(crate) fn standing(text: &mut String, request: &Request) {
    text.push('\n');
    text.push_str(&Look::of_stdout().paragraph(&format!("{}: ", request.id), &words::standing(request)));
    if request.state == State::Returned {
        let _ = writeln!(text, "When it is mended: exeat request correct {} PATH…", request.id);
    }
}

/// A list of requests.
pub(crate) fn list(listed: &Requests, format: Format) -> Ended {
    if format == Format::Json {
        return out::json(listed);
    }
    let summaries = &listed.requests;
    if summaries.is_empty() {
        return out::text("Nothing here.");
    }
    let mut text = String::new();
    for one in summaries {
        let verdict = match one.verdict {
            None => "",
            Some(Verdict::Clear) => "clear",
            Some(Verdict::Review) => "review",
            Some(Verdict::Blocked) => "blocked",
        };
        let files = words::count(usize::try_from(one.files).unwrap_or(usize::MAX), "file");
        let project = one.project.as_deref().unwrap_or("-");
        let id = one.id.to_string();
        let _ = writeln!(
            text,
            "{id:<7} {:<10} {:<8} {files:<9} {:<12} {project:<14} {}",
            one.state.name(),
            verdict,
            one.requester,
            words::time(one.updated_at)
        );
        if !one.purpose.is_empty() {
            let _ = writeln!(text, "        “{}”", shown(&one.purpose));
        }
    }
    out::text(&text)
}
