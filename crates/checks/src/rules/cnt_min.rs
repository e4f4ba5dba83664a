//! CNT-MIN: a cell of a table counts too few people.

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::read::names::{self, Meaning};
use crate::read::profile::Rounded;
use crate::read::record::Record;
use crate::read::value::{Marker, Number, Value, value};
use crate::rule::{Check, Findings, Judgement, Said, rule};
use crate::table::{Role, Table};
use crate::threshold::Threshold;

rule! {
    /// ## What it looks for
    /// Counts of people from 1 to `threshold - 1`; of `n/N`, the numerator. Where `block_below` is set, what is wholly below
    /// it blocks and the rest is for review. Counts of practices, sites, contacts or codes are for review. A column of
    /// rounded counts is judged by what each can hide: all small is a finding; some small is one for review, unless the
    /// policy names that rounding. A mean, quantile or standard deviation of a group whose count is hidden as small is a
    /// finding too.
    ///
    /// ## Why it matters
    /// Someone who knows a person in the cell learns the rest of the row.
    pub struct SmallCount {
        id: "CNT-MIN", title: "a cell counts too few people", severities: [Block, Review], risk: Some(Risk::LowCount),
        fix: "Merge categories, or suppress this cell and one more in its row and column.",
    }
}

/// What a policy sets under `[rules.CNT-MIN]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What is small.
    #[serde(flatten)]
    small: Threshold,
    /// Roundings that the data owner prescribes or allows: a rounded count that may hide a small one is fine there.
    #[serde(default)]
    rounding: Vec<Rounding>,
}

/// A rounding of counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub(crate) enum Rounding {
    /// To the nearest multiple of 5.
    #[serde(rename = "5")]
    Five,
    /// To the nearest multiple of 6.
    #[serde(rename = "6")]
    Six,
    /// To the nearest multiple of 7.
    #[serde(rename = "7")]
    Seven,
    /// To the nearest multiple of 10.
    #[serde(rename = "10")]
    Ten,
    /// To the middle of each run of six: 1 to 6 is 3, 7 to 12 is 9.
    #[serde(rename = "midpoint-6")]
    MidpointSix,
}

impl Rounding {
    /// All of them, the widest first.
    pub(crate) const ALL: [Self; 5] = [Self::Ten, Self::Seven, Self::Six, Self::MidpointSix, Self::Five];

    pub(crate) fn fits(self, rounded: &Rounded) -> bool {
        rounded.nonzero >= 3
            && !match self {
                Self::Five => rounded.not_five,
                Self::Six => rounded.not_six,
                Self::Seven => rounded.not_seven,
                Self::Ten => rounded.not_ten,
                Self::MidpointSix => rounded.not_midpoint_six,
            }
    }

    /// The least and the greatest count that this one can stand for.
    pub(crate) fn hides(self, count: u64) -> (u64, u64) {
        let (below, above) = match self {
            Self::Five => (2, 2),
            Self::Six | Self::Seven => (3, 3),
            Self::Ten => (5, 5),
            Self::MidpointSix if count == 0 => (0, 0),
            Self::MidpointSix => (2, 3),
        };
        (count.saturating_sub(below), count + above)
    }
}

impl Check for SmallCount {
    type Params = Params;
    type Evidence = Table;

    fn check(params: &Params, table: &Table) -> Judgement {
        let counts: Vec<CountColumn> =
            (0..table.columns.len()).filter_map(|at| CountColumn::of(table, at, params)).collect();
        if counts.is_empty() {
            return Judgement::NotApplicable;
        }
        let mut found = Findings::default();
        let read = table.body.each(|row, record| {
            if table.statistic_rows
                && names::meaning(record.get(0)).is_none_or(|(meaning, _)| meaning != Meaning::Count)
            {
                return;
            }
            for column in &counts {
                column.judge(params, table, row, record, &mut found);
            }
            hidden(params, table, &counts, row, record, &mut found);
        });
        read.map_or_else(|error| Judgement::Undecided(error.to_string()), |()| Judgement::Decided(found))
    }
}

/// A column whose cells are counts.
struct CountColumn {
    at: usize,
    /// The word of its header by which it counts things rather than people.
    things: Option<String>,
    /// The rounding of its cells, and whether the policy names it.
    rounding: Option<(Rounding, bool)>,
}

impl CountColumn {
    fn of(table: &Table, at: usize, params: &Params) -> Option<Self> {
        let column = &table.columns[at];
        let counts = matches!(column.role, Role::Count | Role::Base)
            || table.statistic_rows && column.role == Role::Statistic;
        if !counts {
            return None;
        }
        let rounded = &table.profiles[at].rounding;
        let named =
            params.rounding.iter().find(|rounding| rounding.fits(rounded)).map(|rounding| (*rounding, true));
        let rounding = named.or_else(|| {
            Rounding::ALL
                .into_iter()
                .find(|rounding| rounding.fits(rounded))
                .map(|rounding| (rounding, false))
        });
        Some(Self {
            at,
            things: names::counts_things(&column.name),
            rounding: rounding.filter(|_| !table.statistic_rows),
        })
    }

    fn judge(&self, params: &Params, table: &Table, row: u64, record: &Record, found: &mut Findings) {
        let cell = record.get(self.at);
        let Some(count) = count(cell, table) else { return };
        let (least, greatest) = self.rounding.map_or((count, count), |(rounding, _)| rounding.hides(count));
        let threshold = params.small.least();
        if least >= threshold || greatest == 0 {
            return;
        }
        let things =
            self.things.clone().or_else(|| (0..self.at).find_map(|at| label_of_things(table, at, record)));
        let what = things.clone().unwrap_or_else(|| "people".to_owned());
        let all_small = least >= 1 && greatest < threshold;
        let severity = match (all_small, self.rounding) {
            (true, _) if things.is_none() => params.small.severity(greatest),
            (false, Some((_, true))) => return,
            _ => Severity::Review,
        };
        let message = match self.rounding {
            None if count == 1 && things.is_none() => "The cell counts 1 person.".to_owned(),
            None => format!("The cell counts {count} {what}."),
            Some(_) => format!("The cell is rounded and stands for {least} to {greatest} {what}."),
        };
        let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let interval = self.rounding.is_some().then(|| (whole(least), Some(whole(greatest))));
        found.say(Said { severity, message, place: table.cell(row, self.at, cell), interval });
    }
}

/// The count that a cell holds.
fn count(cell: &str, table: &Table) -> Option<u64> {
    match value(cell, table.decimal) {
        Value::Number(number) | Value::CountWith(number) | Value::OutOf(number, _) => Number::count(&number),
        Value::Blank | Value::Marker(_) | Value::Estimate(_) | Value::Date | Value::Text => None,
    }
}

/// The word of a row's label by which the row counts things.
fn label_of_things(table: &Table, at: usize, record: &Record) -> Option<String> {
    (table.columns[at].role == Role::Dimension).then(|| names::counts_things(record.get(at))).flatten()
}

/// Statistics of a group whose count is hidden as small.
fn hidden(
    params: &Params,
    table: &Table,
    counts: &[CountColumn],
    row: u64,
    record: &Record,
    found: &mut Findings,
) {
    let mut greatest = None;
    for column in counts.iter().filter(|column| column.things.is_none()) {
        match value(record.get(column.at), table.decimal) {
            Value::Marker(Marker::AtMost(most)) if u64::from(most) < params.small.least() => {
                greatest = greatest.max(Some(u64::from(most)));
            }
            Value::Marker(Marker::Suppressed) => greatest = greatest.max(Some(params.small.least() - 1)),
            Value::Blank | Value::Marker(_) => {}
            // Another count of the row is shown: which of them the statistic is of cannot be told.
            Value::Number(_)
            | Value::CountWith(_)
            | Value::OutOf(..)
            | Value::Estimate(_)
            | Value::Date
            | Value::Text => return,
        }
    }
    let Some(greatest) = greatest else { return };
    for (at, column) in table.columns.iter().enumerate() {
        let cell = record.get(at);
        if column.role == Role::Statistic
            && matches!(value(cell, table.decimal), Value::Number(_) | Value::Estimate(_))
        {
            let message = "The group's count is hidden as small, but its statistic is shown.";
            found.push(params.small.severity(greatest), table.cell(row, at, cell), message);
        }
    }
}
