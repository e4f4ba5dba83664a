//! The findings on a file in words: grouped by rule, the gravest first, each with its place and what mends it.

use exeat_desk::told;
use exeat_domain::finding::{Finding, Outcome, Place, Severity};
use exeat_domain::path::shown;

use crate::words::{Mark, Said, Words, fill};

/// The longest header of a column that a place repeats, in characters.
const LONGEST_HEADER: usize = 60;

/// The findings of one rule.
pub(crate) struct Group {
    pub(crate) rule: String,
    pub(crate) title: String,
    pub(crate) mark: Mark,
    pub(crate) why: String,
    pub(crate) fix: String,
    pub(crate) found: Vec<Found>,
}

/// One finding.
pub(crate) struct Found {
    /// Its number among the file's findings, from 1.
    pub(crate) n: usize,
    pub(crate) message: Said,
    pub(crate) place: String,
    pub(crate) value: Option<String>,
    pub(crate) interval: Option<String>,
    pub(crate) more: Option<String>,
    /// The row of the table that it lies in, from 0, and which table.
    pub(crate) row: Option<u64>,
    pub(crate) table: u32,
    /// Whether it lies in a place of a picture.
    pub(crate) boxed: bool,
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
            None => groups.push((finding.severity, group(finding, found, w))),
        }
    }
    groups.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
    groups.into_iter().map(|(_, group)| group).collect()
}

fn group(finding: &Finding, found: Found, w: &Words) -> Group {
    let rule = told::rule(w.language, &finding.rule);
    Group {
        rule: finding.rule.clone(),
        mark: w.severity(finding.severity, finding.outcome == Outcome::Undecided),
        title: rule.map(|rule| rule.title.clone()).unwrap_or_default(),
        // The finding's own sentence, which some reasons repeat, stands above it here.
        why: rule.map(|rule| fill(&rule.why, &[("message", &"")]).trim_end().to_owned()).unwrap_or_default(),
        fix: rule.map_or_else(|| finding.fix.clone(), |rule| rule.fix.clone()),
        found: vec![found],
    }
}

/// Why something is flagged, in a few lines: the rule, what was seen, what the cell can be, and what mends it.
pub(crate) fn why(finding: &Finding, w: &Words) -> String {
    let rule = told::rule(w.language, &finding.rule);
    let fix = rule.map_or(finding.fix.as_str(), |rule| rule.fix.as_str());
    let interval = interval(finding, w).map(|interval| format!(" ({interval})")).unwrap_or_default();
    format!("{}: {}{interval}\n→ {fix}", finding.rule, w.said(&finding.message).text)
}

/// What a hidden cell can be.
fn interval(finding: &Finding, w: &Words) -> Option<String> {
    let r = w.request;
    finding.interval.map(|(low, high)| match high {
        Some(high) if high == low => fill(r.interval_exact, &[("low", &low)]),
        Some(high) => fill(r.interval, &[("low", &low), ("high", &high)]),
        None => fill(r.interval_open, &[("low", &low)]),
    })
}

fn found(n: usize, finding: &Finding, w: &Words) -> Found {
    let r = w.request;
    let place = &finding.place;
    Found {
        n,
        message: w.said(&finding.message),
        place: told::place(w.language, place, header),
        value: place.value.clone(),
        interval: interval(finding, w),
        more: place.more.filter(|more| *more > 0).map(|more| fill(r.more, &[("n", &more)])),
        row: row(place),
        table: place.table.unwrap_or(0),
        boxed: place.pixels.is_some(),
    }
}

/// The row that a place lies in.
pub(crate) fn row(place: &Place) -> Option<u64> {
    place.cell.map(|[row, _]| row).or(place.row)
}

/// The header of a column as a place repeats it.
fn header(name: &str) -> Option<String> {
    let mut kept: String = shown(name).chars().take(LONGEST_HEADER).collect();
    if name.chars().count() > LONGEST_HEADER {
        kept.push('…');
    }
    (!kept.trim().is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use exeat_domain::finding::{Outcome, Place, Severity};
    use exeat_domain::roster::Language;

    use super::*;

    #[test]
    fn a_cell_that_can_be_one_value_alone_is_told_as_that_value() {
        let finding = |interval| Finding {
            rule: "SUP-EXACT".into(),
            risk: None,
            severity: Severity::Block,
            outcome: Outcome::Found,
            message: "m".into(),
            fix: "f".into(),
            place: Place::default(),
            interval: Some(interval),
        };
        for (language, exact) in [
            (Language::En, "can be worked out as exactly 3"),
            (Language::Nl, "af te leiden als precies 3"),
            (Language::Fr, "se déduit comme étant exactement 3"),
        ] {
            let said = |ends| interval(&finding(ends), Words::of(language)).unwrap();
            assert_eq!(said((3, Some(3))), exact);
            assert!(said((3, Some(4))).contains('4') && said((3, None)).contains('3'));
        }
    }
}
