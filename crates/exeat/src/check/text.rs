//! The findings for people: every file with its verdict, and at the end what to do next.

use std::io;
use std::path::Path;

use exeat_checks::{Checked, Policy, Source};
use exeat_domain::finding::Verdict;

use super::json::Totals;
use super::{Output, Report, walk};
use crate::render::{self, Content, Explained, Look, Tone};
use crate::words;

/// Paths that could not be opened which the summary names; all of them are on standard error.
const PROBLEMS: usize = 5;

/// Writes the report of every file, then the summary.
///
/// # Errors
/// The output cannot be written.
pub(super) fn write(out: &mut Output, report: &Report<'_>, policy: &Policy) -> io::Result<()> {
    let look = Look::of_stdout();
    let mut explained = Explained::default();
    let mut last_was_brief = true;
    for (at, (file, place)) in report.checked.iter().zip(report.places).enumerate() {
        let brief = file.report.findings.is_empty();
        if at > 0 && !(brief && last_was_brief) {
            writeln!(out)?;
        }
        last_was_brief = brief;
        let content = content(file, place, policy);
        out.write_all(render::report(&file.report, &content, look, &mut explained).as_bytes())?;
    }
    out.write_all(summary(report, look).as_bytes())
}

/// What is shown of the file besides its report: read again, so that only one file at a time is held as text.
fn content(file: &Checked, place: &Path, policy: &Policy) -> Content {
    if let Some(picture) = &file.picture {
        return Content { pixels: Some((picture.width, picture.height)), ..Content::default() };
    }
    match walk::open(place) {
        Ok(bytes) if file.report.sha256.is_some() => Content::read(&file.report, Source::File(bytes), policy),
        // Without its bytes the findings are told in words alone.
        _ => Content::default(),
    }
}

fn summary(report: &Report<'_>, look: Look) -> String {
    let totals = Totals::of(report);
    let verdicts = report.checked.iter().map(|file| file.report.verdict);
    let mut text = format!("\n{}\n", look.paint(Tone::Quiet, &"─".repeat(look.width)));
    if totals.files == 0 {
        text.push_str("No files were found.\n");
    } else {
        let line = format!("{}: {}", words::count(totals.files, "file"), words::tally(verdicts));
        text.push_str(&look.paint(Tone::Strong, &line));
        text.push_str(&look.paint(Tone::Quiet, &format!("  (preset {})", report.preset)));
        text.push('\n');
    }
    if !report.problems.is_empty() {
        text.push_str(&format!("{} could not be opened:\n", words::count(report.problems.len(), "path")));
        report
            .problems
            .iter()
            .take(PROBLEMS)
            .for_each(|problem| text.push_str(&look.paragraph("  ", problem)));
        if report.problems.len() > PROBLEMS {
            text.push_str(&format!("  … and {} more\n", report.problems.len() - PROBLEMS));
        }
    }
    text.push_str(&look.paragraph("", next(totals)));
    if let Some(rule) = worst_rule(report) {
        text.push_str(&look.paragraph("", &format!("More on a rule: exeat rules explain {rule}")));
    }
    text
}

/// What the researcher does next.
fn next(totals: Totals) -> &'static str {
    match totals {
        Totals { files: 0, .. } => "",
        Totals { blocked: 0, review: 0, .. } => {
            "Next: nothing stands in the way; ask for these files. A checker may still want to see them."
        }
        Totals { blocked: 0, .. } => {
            "Next: you can ask for these files; an output checker will look at the places above. Say in the request why they are safe, or mend them first."
        }
        _ => {
            "Next: mend what blocks, as each “fix” says, and run the same command again before you ask. A blocked file is sent back, unless an output checker overrules it with a written reason."
        }
    }
}

/// The rule to read about first.
fn worst_rule<'a>(report: &Report<'a>) -> Option<&'a str> {
    let worst = report
        .checked
        .iter()
        .filter(|file| file.report.verdict > Verdict::Clear)
        .max_by_key(|file| file.report.verdict)?;
    let findings = worst.report.findings.iter().rev();
    findings.max_by_key(|finding| finding.severity).map(|finding| finding.rule.as_str())
}
