//! The findings as one JSON document, `exeat.check/1`: a contract, raised when it changes.

use std::io;

use exeat_domain::finding::{FileReport, Verdict};
use serde::Serialize;

use super::{Output, PlainJson, Report};

/// Name and version of the document.
const SCHEMA: &str = "exeat.check/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    preset: &'a str,
    files: Vec<&'a FileReport>,
    totals: Totals,
}

/// How many files came to which verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Totals {
    pub(super) files: usize,
    pub(super) clear: usize,
    pub(super) review: usize,
    pub(super) blocked: usize,
}

impl Totals {
    pub(super) fn of(report: &Report<'_>) -> Self {
        let mut totals = Self::default();
        for file in report.checked {
            totals.files += 1;
            *match file.report.verdict {
                Verdict::Clear => &mut totals.clear,
                Verdict::Review => &mut totals.review,
                Verdict::Blocked => &mut totals.blocked,
            } += 1;
        }
        totals
    }
}

/// Writes the document.
///
/// # Errors
/// The output cannot be written.
pub(super) fn write(out: &mut Output, report: &Report<'_>) -> io::Result<()> {
    let files = report.checked.iter().map(|file| &file.report).collect();
    PlainJson::write(
        out,
        &Document { schema: SCHEMA, preset: report.preset, files, totals: Totals::of(report) },
    )
}
