//! What tests of the evidence and of its rules share: requests from text, and what a rule says of them.

use exeat_domain::finding::{Finding, Severity};

use super::gather;
use crate::engine::claims;
use crate::input::{Input, Source};
use crate::policy::Policy;
use crate::read::{Read, read};
use crate::request::Request;
use crate::rule::Check;

/// The files of a request, read, with their evidence; a name that starts with `+` is that of a supporting one.
pub(crate) fn request(files: &[(&str, &str)], policy: &Policy) -> Vec<Read> {
    let input = |(path, text): &(&str, &str)| {
        let supporting = path.starts_with('+');
        let source = Source::Bytes(text.as_bytes().to_vec());
        read(Input { path: path.trim_start_matches('+').to_owned(), supporting, source }, policy)
    };
    let mut files: Vec<Read> = files.iter().map(input).collect();
    let claims = claims(&files);
    gather(&mut files, &claims, policy);
    files
}

fn findings<R: Check>(policy: &str, files: &[(&str, &str)]) -> Vec<Finding> {
    let policy = Policy::from_toml(policy).unwrap();
    let files = request(files, &policy);
    let all = crate::engine::run::<R>(&policy, &Request { files, ..Request::default() });
    all.into_iter().filter(|(file, _)| *file == 0).map(|(_, finding)| finding).collect()
}

/// Severity and cell of what a rule says of the first file of a request.
pub(crate) fn found_in<R: Check>(policy: &str, files: &[(&str, &str)]) -> Vec<(Severity, Option<[u64; 2]>)> {
    findings::<R>(policy, files).into_iter().map(|finding| (finding.severity, finding.place.cell)).collect()
}

/// Severity and cell of what a rule says of a table.
pub(crate) fn found<R: Check>(policy: &str, text: &str) -> Vec<(Severity, Option<[u64; 2]>)> {
    found_in::<R>(policy, &[("a.csv", text)])
}

/// The intervals of what a rule says of a table.
pub(crate) fn intervals<R: Check>(policy: &str, text: &str) -> Vec<(i64, Option<i64>)> {
    findings::<R>(policy, &[("a.csv", text)]).into_iter().filter_map(|finding| finding.interval).collect()
}
