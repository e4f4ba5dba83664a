//! The findings on a file in words: grouped by rule, the gravest first, each with its place and what mends it.

use exeat_domain::finding::{Finding, Outcome, Place, Severity};

use crate::words::{Mark, Words, fill};

/// The findings of one rule.
pub(crate) struct Group {
    pub(crate) rule: String,
    pub(crate) title: &'static str,
    pub(crate) mark: Mark,
    pub(crate) fix: String,
    pub(crate) found: Vec<Found>,
}

/// One finding.
pub(crate) struct Found {
    /// Its number among the file's findings, from 1.
    pub(crate) n: usize,
    pub(crate) message: String,
    pub(crate) place: String,
    pub(crate) value: Option<String>,
    pub(crate) interval: Option<String>,
    pub(crate) more: Option<String>,
    /// The row of the table that it lies in, from 0, and which table.
    pub(crate) row: Option<u64>,
    pub(crate) table: u32,
}

/// The groups.
pub(crate) fn groups(findings: &[Finding], w: &Words) -> Vec<Group> {
    let mut groups: Vec<(Severity, Group)> = vec![];
    for (at, finding) in findings.iter().enumerate() {
        let found = found(at + 1, finding, w);
        match groups
            .iter_mut()
            .find(|(severity, group)| group.rule == finding.rule && *severity == finding.severity)
        {
            Some((_, group)) => group.found.push(found),
            None => groups.push((
                finding.severity,
                Group {
                    rule: finding.rule.clone(),
                    title: exeat_desk::rule_title(&finding.rule).unwrap_or_default(),
                    mark: w.severity(finding.severity, finding.outcome == Outcome::Undecided),
                    fix: finding.fix.clone(),
                    found: vec![found],
                },
            )),
        }
    }
    groups.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
    groups.into_iter().map(|(_, group)| group).collect()
}

fn found(n: usize, finding: &Finding, w: &Words) -> Found {
    let r = w.request;
    let place = &finding.place;
    let interval = finding.interval.map(|(low, high)| match high {
        Some(high) => fill(r.interval, &[("low", &low), ("high", &high)]),
        None => fill(r.interval_open, &[("low", &low)]),
    });
    Found {
        n,
        message: finding.message.clone(),
        place: place_words(place, w),
        value: place.value.clone(),
        interval,
        more: place.more.filter(|more| *more > 0).map(|more| fill(r.more, &[("n", &more)])),
        row: row(place),
        table: place.table.unwrap_or(0),
    }
}

/// The row that a place lies in.
pub(crate) fn row(place: &Place) -> Option<u64> {
    place.cell.map(|[row, _]| row).or(place.row)
}

/// Where a finding lies; rows count from 1 under the header.
fn place_words(place: &Place, w: &Words) -> String {
    let r = w.request;
    let mut parts = vec![];
    if let Some(table) = place.table {
        parts.push(fill(r.table, &[("n", &(u64::from(table) + 1))]));
    }
    match (&place.column, place.cell) {
        (Some(name), _) if !name.trim().is_empty() => parts.push(fill(r.column, &[("name", &name)])),
        (_, Some([_, column])) => parts.push(fill(r.column, &[("name", &(column + 1))])),
        _ => {}
    }
    if let Some(row) = row(place) {
        parts.push(fill(r.row, &[("n", &(row + 1))]));
    }
    if let Some(line) = place.line {
        parts.push(fill(r.line, &[("n", &line)]));
    }
    if let Some([x, y, width, height]) = place.pixels {
        parts.push(fill(r.area, &[("w", &width), ("h", &height), ("x", &x), ("y", &y)]));
    }
    if let Some(name) = &place.baseline {
        parts.push(fill(r.beside, &[("name", name)]));
    }
    if parts.is_empty() { r.whole.to_owned() } else { parts.join(", ") }
}
