//! Reads every file, lets every rule judge it, and writes what they say as the contract gives it.

use exeat_domain::finding::{FileReport, Finding, Place, Verdict};
use rayon::prelude::*;

use crate::input::Input;
use crate::picture::Picture;
use crate::policy::Policy;
use crate::read::{self, Held, Read};
use crate::rule::{self, Check, Declared, Evidence, Gathered, Judgement};
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
    let read: Vec<Read> = inputs.into_par_iter().map(|input| read::read(input, policy)).collect();
    read.into_par_iter().map(|read| judge(read, policy)).collect()
}

fn judge(read: Read, policy: &Policy) -> Checked {
    let mut findings = not_understood(&read);
    findings.extend(rules::all().iter().flat_map(|rule| rule.run(policy, &read)));
    let table = match &read.held {
        Held::Tables { tables, .. } => tables.first().map(crate::table::Table::summary),
        Held::Picture(_) | Held::Refused { .. } | Held::Undecided { .. } | Held::Unread { .. } => None,
    };
    let report = FileReport {
        path: read.path,
        sha256: read.sha256,
        bytes: read.bytes,
        kind: read.kind,
        supporting: read.supporting,
        verdict: Verdict::of(&findings),
        table,
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

/// Runs one rule on all the evidence of its kind that a file holds.
pub(crate) fn run<R: Check>(policy: &Policy, read: &Read) -> Vec<Finding> {
    let rule = &R::DECLARATION;
    let settings = policy.settings(rule.id);
    let params: R::Params = match settings.params.try_into() {
        Ok(params) => params,
        Err(error) => {
            return vec![rule::undecided(
                rule,
                &format!("its settings are not accepted: {error}"),
                Place::default(),
            )];
        }
    };
    let pieces = match R::Evidence::gather(read) {
        Gathered::Absent | Gathered::Unreadable => return Vec::new(),
        Gathered::There(pieces) => pieces,
    };
    let judged = pieces.into_iter().flat_map(|piece| match R::check(&params, piece) {
        Judgement::Decided(found) => found.written(rule, settings.severity),
        Judgement::NotApplicable => Vec::new(),
        Judgement::Undecided(why) => vec![rule::undecided(rule, &why, Place::default())],
    });
    judged.collect()
}
