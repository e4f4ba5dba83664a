//! Reads every file, lets every rule judge it, and writes what they say as the contract gives it.

use std::collections::HashMap;

use exeat_domain::finding::{Claim, FileReport, Finding, Place, Verdict};
use rayon::prelude::*;

use crate::differ;
use crate::evidence;
use crate::input::Input;
use crate::picture::Picture;
use crate::policy::Policy;
use crate::read::{self, Held, Read, TextLine};
use crate::request::Request;
use crate::rule::{self, Check, Declared, Evidence, Judgement, Piece};
use crate::rules::{self, dif_cell::ChangedCell, dif_lp::ImpliedGroup, fmt_type::FileType};
use crate::table::{Table, shown};

/// Earlier files that could not be read which are named to each file.
const NOT_COMPARED: usize = 20;

/// What the checks say of one file, and the picture that leaves in place of its bytes.
#[derive(Debug)]
pub struct Checked {
    /// The report.
    pub report: FileReport,
    /// The canonical re-encoding of a picture.
    pub picture: Option<Picture>,
    /// The tables that were judged, to be shown ([`crate::rendition`]).
    pub tables: Vec<Table>,
    /// Text outside them.
    pub outside: Vec<TextLine>,
}

/// Checks the files of one request, in their order. All are read before any is judged.
#[must_use]
pub fn check(inputs: Vec<Input>, policy: &Policy) -> Vec<Checked> {
    check_after(inputs, std::iter::empty(), policy)
}

/// The same, held against what was released before: `before` gives one file at a time, each under the name of its release,
/// and no more of them are open at once than there are threads.
#[must_use]
pub fn check_after(
    inputs: Vec<Input>,
    before: impl Iterator<Item = Input> + Send,
    policy: &Policy,
) -> Vec<Checked> {
    let mut files: Vec<Read> = inputs.into_par_iter().map(|input| read::read(input, policy)).collect();
    let claims = claims(&files);
    evidence::gather(&mut files, &claims, policy);
    let margins = evidence::margins::margins(&files);
    let mut request = Request { files, margins, ..Request::default() };
    differ::gather(&mut request, &claims, before, policy);
    let mut findings: Vec<Vec<Finding>> = request.files.iter().map(not_understood).collect();
    for (file, finding) in not_compared(&request) {
        if let Some(of_file) = findings.get_mut(file) {
            of_file.push(finding);
        }
    }
    let said: Vec<Vec<(usize, Finding)>> =
        rules::all().par_iter().map(|rule| rule.run(policy, &request)).collect();
    for (file, finding) in said.into_iter().flatten() {
        if let Some(of_file) = findings.get_mut(file) {
            of_file.push(finding);
        }
    }
    let told = request.files.into_iter().zip(claims).zip(findings);
    told.map(|((read, claim), findings)| checked(read, claim, findings)).collect()
}

/// What acro's records among the files claim of the others, by the number of the file.
pub(crate) fn claims(files: &[Read]) -> Vec<Option<Claim>> {
    let mut claimed: HashMap<String, &Claim> = HashMap::new();
    for read in files {
        let Some(Ok(session)) = &read.record else { continue };
        let folder = read.path.rfind(['/', '\\']).map_or("", |at| &read.path[..=at]);
        for (name, claim) in &session.claims {
            claimed.entry(format!("{folder}{name}")).or_insert(claim);
        }
    }
    files.iter().map(|read| claimed.get(&read.path).map(|claim| (*claim).clone())).collect()
}

/// The findings that a file could not be compared with one that left before: never dropped in silence.
fn not_compared(request: &Request) -> Vec<(usize, Finding)> {
    let rule = &ChangedCell::DECLARATION;
    let mut undecided = Vec::new();
    for differences in &request.differences {
        if let Some(why) = &differences.unreadable {
            let why = format!("nothing was compared with earlier releases: {why}");
            undecided.push((differences.file, rule::undecided(rule, &why, Place::default())));
        }
        let unread = request.before.iter().filter_map(|left| Some((left, left.unreadable.as_ref()?)));
        let count = unread.clone().count();
        for (left, why) in unread.take(NOT_COMPARED) {
            let why = format!("what left before as {} was not compared: {why}", shown(&left.label));
            let place = Place { baseline: Some(shown(&left.label)), ..Place::default() };
            undecided.push((differences.file, rule::undecided(rule, &why, place)));
        }
        for label in &differences.too_large {
            let why = format!(
                "what it gives away together with {} was not worked out: they are too large",
                shown(label)
            );
            let place = Place { baseline: Some(shown(label)), ..Place::default() };
            undecided.push((differences.file, rule::undecided(&ImpliedGroup::DECLARATION, &why, place)));
        }
        if let Some(more) = count.checked_sub(NOT_COMPARED).filter(|more| *more > 0) {
            let why = match more {
                1 => "1 more file that left before was not compared".to_owned(),
                _ => format!("{more} more files that left before were not compared"),
            };
            let place = Place { more: u64::try_from(more).ok(), ..Place::default() };
            undecided.push((differences.file, rule::undecided(rule, &why, place)));
        }
    }
    undecided
}

fn checked(read: Read, claim: Option<Claim>, findings: Vec<Finding>) -> Checked {
    let report = FileReport {
        path: read.path,
        sha256: read.sha256,
        bytes: read.bytes,
        kind: read.kind,
        supporting: read.supporting,
        verdict: Verdict::of(&findings),
        claim,
        table: read.held.tables().first().map(Table::summary),
        findings,
    };
    let (picture, tables, outside) = match read.held {
        Held::Picture(picture) => (Some(picture), vec![], vec![]),
        Held::Tables { tables, outside } => (None, tables, outside),
        Held::Refused { .. } | Held::Undecided { .. } | Held::Unread { .. } => (None, vec![], vec![]),
    };
    Checked { report, picture, tables, outside }
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
