//! How the desk does: how long rounds take, what waits, what goes back and why.

use std::fmt;

use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Utc};

/// A month, counted from year 0; in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(pub i32);

impl Month {
    /// The month of a time.
    #[must_use]
    pub fn of(at: DateTime<Utc>) -> Self {
        Self(at.year() * 12 + at.month0().cast_signed())
    }

    /// The month so many months earlier.
    #[must_use]
    pub fn before(self, months: u32) -> Self {
        Self(self.0.saturating_sub_unsigned(months))
    }

    /// The year, and the month from 0.
    #[must_use]
    pub fn parts(self) -> (i32, usize) {
        (self.0.div_euclid(12), usize::try_from(self.0.rem_euclid(12)).unwrap_or(0))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = self.parts();
        write!(out, "{year:04}-{:02}", month + 1)
    }
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Only this project; empty: requests of none.
    pub project: Option<String>,
    /// The first month.
    pub from: Month,
    /// The last month.
    pub until: Month,
    /// The last day of the backlog.
    pub today: NaiveDate,
    /// How many days of it.
    pub days: u32,
}

/// How long the rounds that people decided on in one month took, from their opening to the decision, nights included. What
/// the desk sent back or let out at once is not among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turnaround {
    /// The month.
    pub month: Month,
    /// The project; empty where requests have none. None where projects are taken together.
    pub project: Option<String>,
    /// How many were decided.
    pub rounds: u64,
    /// Half of them took no longer.
    pub median: TimeDelta,
    /// Nine in ten took no longer.
    pub p90: TimeDelta,
    /// How many went back.
    pub returned: u64,
    /// How many were rejected.
    pub rejected: u64,
}

/// The upper ends of the classes of [`Insights::spread`], in hours; the last class has none.
pub const SPREAD: [i64; 6] = [1, 4, 8, 24, 72, 168];

/// How the desk does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Insights {
    /// By month, the oldest first; months without a decision are missing.
    pub months: Vec<Turnaround>,
    /// By project and month.
    pub projects: Vec<Turnaround>,
    /// How many rounds took up to so long.
    pub spread: [u64; SPREAD.len() + 1],
    /// How many files went back for each rule, the most first; the empty rule is a checker's own reason.
    pub reasons: Vec<(String, u64)>,
    /// How many rounds waited at the end of each day.
    pub backlog: Vec<(NaiveDate, u64)>,
    /// Every project that there is something of.
    pub names: Vec<String>,
}
