//! FMT-META: a file that is meant for the checker alone lies among the outputs.

use exeat_domain::finding::{Place, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::read::Read;
use crate::rule::{Check, Findings, Judgement, rule};

rule! {
    /// ## What it looks for
    /// Files that are written for the checker or by the way, told by their names whatever their case: acro's
    /// `results.json`, `config.json`, `evidence.json` and `session_summary.*`, everything in a folder `checksums`, names
    /// with `DONT_RELEASE`, logs (`.log`, `.smcl`), scripts and notebooks (`.R`, `.Rmd`, `.py`, `.do`, `.sas`, `.sps`,
    /// `.sql`, `.ipynb`). A supporting file may be one: it never leaves.
    ///
    /// ## Why it matters
    /// Logs, scripts and records of a session hold more than the results: values in code, print-outs of rows, counts
    /// before they were suppressed.
    pub struct CheckerFile {
        id: "FMT-META", title: "a file meant for the checker lies among the outputs", severities: [Block], risk: None,
        fix: "Leave the file out of what is to leave; name it as a supporting file if the checker needs it.",
    }
}

/// FMT-META takes no parameters.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

/// Extensions of logs, scripts and notebooks, and what they are.
const EXTENSIONS: &[(&str, &str)] = &[
    ("log", "a log"),
    ("smcl", "a log"),
    ("r", "a script"),
    ("rmd", "a script"),
    ("py", "a script"),
    ("do", "a script"),
    ("sas", "a script"),
    ("sps", "a script"),
    ("sql", "a script"),
    ("ipynb", "a notebook"),
];

impl Check for CheckerFile {
    type Params = Params;
    type Evidence = Read;

    fn check(_: &Params, read: &Read) -> Judgement {
        if read.supporting {
            return Judgement::NotApplicable;
        }
        let mut found = Findings::default();
        if let Some(what) = meant_for_checkers(&read.path) {
            let record = match &read.record {
                None => String::new(),
                Some(Ok(session)) if session.claims.is_empty() => {
                    " It claims nothing of any file.".to_owned()
                }
                Some(Ok(_)) => " What it claims is shown beside the files that it names.".to_owned(),
                Some(Err(why)) => format!(" What it claims cannot be shown: {why}."),
            };
            let message = format!("By its name the file is {what}, not a result.{record}");
            found.push(Severity::Block, Place::default(), message);
        }
        Judgement::Decided(found)
    }
}

/// What a file is that checkers alone should see, by its name; none where nothing says that it is one.
fn meant_for_checkers(path: &str) -> Option<&'static str> {
    let path = path.to_lowercase();
    let mut parts = path.rsplit(['/', '\\']);
    let name = parts.next().unwrap_or_default().trim_end();
    if parts.any(|folder| folder == "checksums") {
        return Some("a checksum");
    }
    if name.replace(['-', ' '], "_").contains("dont_release") {
        return Some("marked as not to be released");
    }
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    if extension == "json" && matches!(stem, "results" | "config" | "evidence")
        || name.split('.').next() == Some("session_summary") && name.contains('.')
    {
        return Some("part of the record of a session");
    }
    EXTENSIONS.iter().find(|(known, _)| *known == extension).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use exeat_domain::finding::{FileReport, Verdict};

    use super::meant_for_checkers;
    use crate::{Input, Policy, Source, check};

    fn folder(files: &[(&str, &str)]) -> Vec<FileReport> {
        let input = |(path, text): &(&str, &str)| Input {
            path: (*path).to_owned(),
            supporting: path.starts_with("supporting/"),
            source: Source::Bytes(text.as_bytes().to_vec()),
        };
        let checked = check(files.iter().map(input).collect(), &Policy::preset("be-default").unwrap());
        checked.into_iter().map(|checked| checked.report).collect()
    }

    fn fires(report: &FileReport) -> bool {
        report.findings.iter().any(|finding| finding.rule == "FMT-META")
    }

    #[test]
    fn names_tell_whatever_their_case() {
        for name in [
            "results.json",
            "acro/RESULTS.JSON",
            "config.json",
            "Evidence.json",
            "session_summary.csv",
            "Session_Summary.json",
            "out/checksums/table.csv.txt",
            "out/Checksums/a.csv",
            "a-DONT_RELEASE.csv",
            "dont_release_this.png",
            "x.log",
            "x.SMCL",
            "model.R",
            "report.Rmd",
            "a.py",
            "a.do",
            "a.sas",
            "a.sps",
            "a.sql",
            "a.ipynb",
            "a\\checksums\\b.txt",
            "2ndary_risk_summary_csv-dont_release",
        ] {
            assert!(meant_for_checkers(name).is_some(), "{name}");
        }
        for name in [
            "results.csv",
            "a.csv",
            "checksums.csv",
            "r",
            "py.csv",
            "logs/a.csv",
            "session_summary",
            "release.csv",
            "results.json.csv",
            "catalog",
            "summary_of_session.csv",
            "config/a.csv",
            "model.r.csv",
        ] {
            assert!(meant_for_checkers(name).is_none(), "{name}");
        }
    }

    #[test]
    fn a_file_for_the_checker_blocks_and_a_table_is_clear() {
        let found = include_str!("../../fixtures/fmt-meta/found.csv");
        let clear = include_str!("../../fixtures/fmt-meta/clear.csv");
        let reports = folder(&[
            ("session_summary.csv", found),
            ("counts.csv", clear),
            ("supporting/config.json", "{}"),
        ]);
        assert_eq!(reports.iter().map(fires).collect::<Vec<_>>(), [true, false, false]);
        assert_eq!(reports[0].verdict, Verdict::Blocked);
        assert_eq!(reports[1].verdict, Verdict::Clear, "{:?}", reports[1]);
    }

    #[test]
    fn the_claims_of_a_session_are_shown_and_change_no_verdict() {
        let record = include_str!("../../fixtures/acro/results.json");
        let table = "grant,n\nA,46\nB,3\n";
        let with = folder(&[
            ("acro/results.json", record),
            ("acro/output_0_0.csv", table),
            ("output_0_0.csv", table),
        ]);
        assert!(
            fires(&with[0])
                && with[0].findings.iter().any(|finding| finding.message.contains("shown beside"))
        );
        let claim = with[1].claim.as_ref().unwrap();
        assert_eq!((claim.output.as_str(), claim.status.as_str()), ("output_0", "pass"));
        assert_eq!(with[1].verdict, Verdict::Blocked, "what passed there is checked again");
        assert_eq!(with[2].claim, None, "it lies in another folder");
        let without = folder(&[("acro/output_0_0.csv", table)]);
        assert_eq!(without[0].findings, with[1].findings);
    }

    #[test]
    fn a_table_of_maxima_that_passed_there_is_found_here() {
        let record = include_str!("../../fixtures/acro/results.json");
        let maxima = include_str!("../../fixtures/acro/output_1_0.csv");
        let reports = folder(&[("results.json", record), ("output_1_0.csv", maxima)]);
        assert_eq!(reports[1].claim.as_ref().unwrap().status, "pass");
        assert!(reports[1].findings.iter().any(|finding| finding.rule == "END-MM"), "{:?}", reports[1]);
        assert_ne!(reports[1].verdict, Verdict::Clear);
    }

    #[test]
    fn a_record_that_cannot_be_read_is_said() {
        for text in ["{\"results\": ", "[]", "\u{feff}{}", "", "\0"] {
            let reports = folder(&[("results.json", text), ("a.csv", "region,n\nA,40\nB,50\n")]);
            let meta = reports[0].findings.iter().find(|finding| finding.rule == "FMT-META").unwrap();
            assert!(meta.message.contains("cannot be shown"), "{meta:?}");
            assert_eq!(reports[1].verdict, Verdict::Clear);
        }
    }
}
