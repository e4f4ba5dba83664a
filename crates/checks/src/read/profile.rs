//! One pass over a table's rows: what each column holds, within bounds of memory.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::record::{Record, RecordError};
use super::value::{Decimal, Marker, Number, Value, value};

/// Different values that are counted exactly.
const DISTINCT: usize = 100_000;

/// What a column holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profile {
    pub(crate) rows: u64,
    pub(crate) filled: u64,
    pub(crate) distinct: u64,
    pub(crate) numbers: u64,
    /// Numbers printed as whole ones, negative or not.
    pub(crate) whole: u64,
    /// Whole numbers that are not negative.
    pub(crate) counts: u64,
    pub(crate) percents: u64,
    /// `n (p)` cells.
    pub(crate) with: u64,
    /// `n/N` cells.
    pub(crate) out_of: u64,
    /// Largest denominator among them.
    pub(crate) most_out_of: f64,
    /// Estimates with an interval.
    pub(crate) estimates: u64,
    pub(crate) dates: u64,
    pub(crate) texts: u64,
    pub(crate) words: u64,
    /// Markers of suppression, and `<5` and the like.
    pub(crate) suppressed: u64,
    pub(crate) at_most: u64,
    pub(crate) missing: u64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// Whole numbers by which rounding leaves no trace: bits of 5, 6, 7, 10 and midpoint 6.
    pub(crate) rounding: Rounded,
    /// Each whole number is one more than that of the row before.
    pub(crate) steps: bool,
    /// No number is smaller than that of the row before.
    pub(crate) rising: bool,
    /// Each number is as far from the one before as the second from the first.
    pub(crate) even: bool,
    /// Dates with a time of day that is not midnight.
    pub(crate) times: u64,
    /// Numbers that have three decimals or more.
    pub(crate) precise: u64,
    /// Longest cell, in bytes.
    pub(crate) longest: usize,
    last: Option<f64>,
    step: Option<f64>,
}

/// Which roundings all non-zero counts of a column agree with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rounded {
    pub(crate) nonzero: u64,
    pub(crate) not_five: bool,
    pub(crate) not_six: bool,
    pub(crate) not_seven: bool,
    pub(crate) not_ten: bool,
    pub(crate) not_midpoint_six: bool,
}

impl Rounded {
    pub(crate) fn add(&mut self, count: u64) {
        if count == 0 {
            return;
        }
        self.nonzero += 1;
        self.not_five |= !count.is_multiple_of(5);
        self.not_six |= !count.is_multiple_of(6);
        self.not_seven |= !count.is_multiple_of(7);
        self.not_ten |= !count.is_multiple_of(10);
        self.not_midpoint_six |= count % 6 != 3;
    }
}

impl Profile {
    /// Filled cells that are no marker.
    pub(crate) fn said(&self) -> u64 {
        self.filled - self.suppressed - self.at_most - self.missing
    }

    /// Share of the cells that say something which `part` are.
    pub(crate) fn of_said(&self, part: u64) -> f64 {
        part as f64 / self.said().max(1) as f64
    }

    /// Whether it is a column of numbers.
    pub(crate) fn is_numeric(&self) -> bool {
        self.said() > 0 && self.of_said(self.numbers) >= 0.9
    }

    /// Whether it is a column of whole numbers that are not negative; OHDSI's -5 is a marker there.
    pub(crate) fn is_counts(&self) -> bool {
        self.is_numeric() && self.counts == self.numbers && self.percents == 0
    }

    /// Whether it is a column of long numeric codes, as those of a terminology are: whole, of six digits or more, some of eight.
    pub(crate) fn is_codes(&self) -> bool {
        self.numbers > 0
            && self.whole == self.numbers
            && self.min >= 1e5
            && self.max >= 1e7
            && self.of_said(self.numbers + self.texts) >= 0.9
    }

    /// Whether its numbers can be years, months, weeks or days, or dates without separators.
    pub(crate) fn is_time(&self) -> bool {
        let within = |least: f64, most: f64| self.min >= least && self.max <= most;
        self.whole == self.numbers
            && (within(0.0, 366.0)
                || within(1800.0, 2200.0)
                || within(180_001.0, 220_053.0)
                || within(18_000_101.0, 22_001_231.0))
    }

    /// Cells of numerators and denominators; small denominators throughout are something else, such as genotypes.
    pub(crate) fn fractions(&self) -> u64 {
        if self.most_out_of >= 10.0 { self.out_of } else { 0 }
    }

    fn add(&mut self, cell: &str, decimal: Decimal) {
        self.rows += 1;
        let what = value(cell, decimal);
        if what == Value::Blank {
            return;
        }
        self.filled += 1;
        self.longest = self.longest.max(cell.len());
        match what {
            Value::Blank => {}
            Value::Marker(Marker::AtMost(_)) => self.at_most += 1,
            Value::Marker(Marker::Suppressed) => self.suppressed += 1,
            Value::Marker(Marker::Missing) => self.missing += 1,
            Value::Number(number) => self.number(number),
            Value::CountWith(number) => {
                self.with += 1;
                self.rounding.add(number.count().unwrap_or(0));
            }
            Value::OutOf(_, of) => {
                self.out_of += 1;
                self.most_out_of = self.most_out_of.max(of.value);
            }
            Value::Estimate(_) => self.estimates += 1,
            Value::Date => {
                self.dates += 1;
                self.times += u64::from(cell.contains(':') && !cell.contains("00:00:00"));
            }
            Value::Text => {
                self.texts += 1;
                self.words += cell.split_whitespace().count() as u64;
            }
        }
    }

    fn number(&mut self, number: Number) {
        let first = self.numbers == 0;
        self.numbers += 1;
        self.percents += u64::from(number.percent);
        let whole = number.value.fract() == 0.0;
        self.whole += u64::from(whole);
        self.precise += u64::from(number.decimals >= 3);
        if let Some(count) = number.count() {
            self.counts += 1;
            self.rounding.add(count);
        }
        self.min = if first { number.value } else { self.min.min(number.value) };
        self.max = if first { number.value } else { self.max.max(number.value) };
        match self.last {
            None => (self.steps, self.rising, self.even) = (whole, true, true),
            Some(last) => {
                self.steps &= number.value == last + 1.0;
                self.rising &= number.value >= last;
                let step = *self.step.get_or_insert(number.value - last);
                self.even &= (number.value - last - step).abs() <= 1e-6 * step.abs().max(1e-9);
            }
        }
        self.last = Some(number.value);
    }
}

/// Gathers the profiles of `width` columns.
pub(crate) struct Profiler {
    profiles: Vec<Profile>,
    seen: Vec<HashSet<u64>>,
    hasher: RandomState,
    decimal: Decimal,
}

impl Profiler {
    pub(crate) fn new(width: usize, decimal: Decimal) -> Self {
        Self {
            profiles: vec![Profile::default(); width],
            seen: vec![HashSet::new(); width],
            hasher: RandomState::new(),
            decimal,
        }
    }

    /// Adds the cells of one row.
    pub(crate) fn add<'a>(&mut self, cells: impl Fn(usize) -> &'a str) {
        let most = (DISTINCT * 20 / self.profiles.len().max(1)).clamp(1000, DISTINCT);
        for (at, profile) in self.profiles.iter_mut().enumerate() {
            let cell = cells(at);
            profile.add(cell, self.decimal);
            if !cell.is_empty() && self.seen[at].len() < most {
                self.seen[at].insert(self.hasher.hash_one(cell));
            }
        }
    }

    pub(crate) fn done(mut self) -> Vec<Profile> {
        for (profile, seen) in self.profiles.iter_mut().zip(&self.seen) {
            profile.distinct = seen.len() as u64;
        }
        self.profiles
    }
}

/// Profiles of a table's columns.
pub(crate) fn profile(
    body: &super::Rows,
    width: usize,
    decimal: Decimal,
) -> Result<Vec<Profile>, RecordError> {
    let mut profiler = Profiler::new(width, decimal);
    body.each(|_, record: &Record| profiler.add(|at| record.get(at)))?;
    Ok(profiler.done())
}
