//! Visits of one person a file: files of one header, each with measurements at days of its own.

use std::collections::BTreeSet;

use exeat_domain::finding::{Place, Severity};

use crate::read::dates;
use crate::read::names::{self, Meaning};
use crate::read::value::Value;
use crate::rule::{Findings, Said};
use crate::table::Table;

/// Files from which days of their own are no chance.
const FILES: usize = 3;
/// Rows of all of them together, from which they are looked at.
const ROWS: usize = 9;

/// Whether files of one header hold the visits of one person each: full dates that step unevenly and are not those of the
/// other files, values beside them, and no header that says that anything was counted or worked out.
pub(super) fn are_persons(header: &[String], files: &[(usize, &Table)]) -> bool {
    let summarised = header.iter().any(|name| {
        matches!(
            names::meaning(name),
            Some((
                Meaning::Count
                    | Meaning::CountOfThings
                    | Meaning::Base
                    | Meaning::Percentage
                    | Meaning::Statistic
                    | Meaning::Estimate
                    | Meaning::StandardError
                    | Meaning::PValue
                    | Meaning::Bound,
                _
            ))
        )
    });
    if files.len() < FILES || header.len() < 2 || summarised {
        return false;
    }
    let days: Vec<BTreeSet<i64>> = files.iter().filter_map(|(_, table)| days(table)).collect();
    let uneven =
        days.iter().filter(|days| !dates::are_periods(&days.iter().copied().collect::<Vec<_>>())).count();
    let all: usize = days.iter().map(BTreeSet::len).sum();
    let different = days.iter().flatten().collect::<BTreeSet<_>>().len();
    days.len() == files.len() && uneven * 3 >= files.len() * 2 && all >= ROWS && different * 2 > all
}

/// The days of a table whose rows all name one; none where they do not, or where they name the same one twice.
fn days(table: &Table) -> Option<BTreeSet<i64>> {
    let at = (0..table.columns.len()).find(|at| {
        table.profiles.get(*at).is_some_and(|profile| profile.dates > 0 && profile.dates == profile.filled)
    })?;
    let (mut days, mut rows) = (BTreeSet::new(), 0);
    let read = table.each_row(|_, cells| {
        rows += 1;
        if let Value::Date = cells.value(at) {
            days.extend(dates::day(cells.text(at)));
        }
    });
    (read.is_ok() && rows >= 2 && days.len() == rows).then_some(days)
}

/// Says it of each of the files.
pub(super) fn say(files: &[(usize, &Table)], found: &mut Findings) {
    let many = files.len();
    for (file, _) in files {
        let message = format!(
            "Each of {many} files looks like the visits of one person: the same columns of values, at uneven days of its own."
        );
        found.say_of(
            Some(*file),
            Said { severity: Severity::Block, message, place: Place::default(), interval: None },
        );
    }
}
