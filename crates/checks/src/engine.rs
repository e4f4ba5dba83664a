//! Reads every file, lets every rule judge it, and writes what they say as the contract gives it.

use exeat_domain::finding::{FileReport, Finding, Place, Verdict};
use rayon::prelude::*;

use crate::input::Input;
use crate::picture::Picture;
use crate::policy::Policy;
use crate::read::{self, Held, Read};
use crate::request::Request;
use crate::rule::{self, Check, Declared, Evidence, Judgement, Piece};
use crate::rules::{self, fmt_type::FileType};

/// What the checks say of one file, and the picture that leaves in place of its bytes.
#[derive(Debug)]
pub struct Checked {
    /// The report.
    pub report: FileReport,
    /// The canonical re-encoding of a picture.
    pub picture: Option<Picture>,
}

/// Checks the files of one request, in their order. All are read before any is judged.
#[must_use]
pub fn check(inputs: Vec<Input>, policy: &Policy) -> Vec<Checked> {
    let files: Vec<Read> = inputs.into_par_iter().map(|input| read::read(input, policy)).collect();
    let request = Request { files };
    let mut findings: Vec<Vec<Finding>> = request.files.iter().map(not_understood).collect();
    let said: Vec<Vec<(usize, Finding)>> =
        rules::all().par_iter().map(|rule| rule.run(policy, &request)).collect();
    for (file, finding) in said.into_iter().flatten() {
        if let Some(of_file) = findings.get_mut(file) {
            of_file.push(finding);
        }
    }
    request.files.into_iter().zip(findings).map(|(read, findings)| checked(read, findings)).collect()
}

fn checked(read: Read, findings: Vec<Finding>) -> Checked {
    let report = FileReport {
        path: read.path,
        sha256: read.sha256,
        bytes: read.bytes,
        kind: read.kind,
        supporting: read.supporting,
        verdict: Verdict::of(&findings),
        table: read.held.tables().first().map(crate::table::Table::summary),
        findings,
    };
    let picture = if let Held::Picture(picture) = read.held { Some(picture) } else { None };
    Checked { report, picture }
}

/// The one finding that stands for every rule that a file leaves undecided because it was not read or understood.
fn not_understood(read: &Read) -> Vec<Finding> {
    let (why, place) = match &read.held {
        Held::Unread { why, .. } => (format!("nothing was checked: {why}"), Place::default()),
        Held::Undecided { why, place } => (format!("nothing was checked: {why}"), place.clone()),
        Held::Tables { .. } | Held::Picture(_) | Held::Refused { .. } => return Vec::new(),
    };
    vec![rule::undecided(&FileType::DECLARATION, &why, place)]
}

/// Runs one rule on all the evidence of its kind that a request holds; each finding with the number of its file.
pub(crate) fn run<R: Check>(policy: &Policy, request: &Request) -> Vec<(usize, Finding)> {
    let rule = &R::DECLARATION;
    let settings = policy.settings(rule.id);
    let params: R::Params = match settings.params.try_into() {
        Ok(params) => params,
        Err(error) => {
            let why = format!("its settings are not accepted: {error}");
            let undecided = |file| (file, rule::undecided(rule, &why, Place::default()));
            return (0..request.files.len()).map(undecided).collect();
        }
    };
    let judged =
        R::Evidence::gather(request).into_par_iter().map(|Piece { file, evidence }| {
            match R::check(&params, evidence) {
                Judgement::Decided(found) => found.written(rule, settings.severity, file),
                Judgement::NotApplicable => Vec::new(),
                Judgement::Undecided(why) => vec![(file, rule::undecided(rule, &why, Place::default()))],
            }
        });
    judged.flatten_iter().collect()
}
