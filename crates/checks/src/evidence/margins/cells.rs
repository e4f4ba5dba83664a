//! What one cell of counts says to somebody who adds up: a number, something hidden within bounds, or nothing to add.

use std::collections::BTreeMap;

use super::LARGE;
use crate::audit::Interval;
use crate::evidence::Groups;
use crate::read::Grid;
use crate::read::profile::Rounded;
use crate::read::value::{Marker, Value, value};
use crate::table::Table;

/// What the counts of a table are rounded to: all of them, or those of single columns.
#[derive(Debug, Default)]
pub(crate) struct Rounding {
    all: Option<Base>,
    columns: BTreeMap<usize, Base>,
}

impl Rounding {
    /// The rounding of columns of so many rows; each by itself where they are measures of their own.
    pub(crate) fn of(cells: &Cells, columns: &[usize], rows: usize, each: bool) -> Self {
        let of = |columns: &[usize]| {
            Base::of(
                columns
                    .iter()
                    .flat_map(|&column| (0..rows).filter_map(move |row| cells.known((row, column)))),
            )
        };
        let all = of(columns);
        let own = columns.iter().filter(|_| each && all.is_none());
        Self { all, columns: own.filter_map(|&column| Some((column, of(&[column])?))).collect() }
    }

    /// The rounding of a cell.
    pub(crate) fn at(&self, (_, column): At) -> Option<Base> {
        self.all.or_else(|| self.columns.get(&column).copied())
    }
}

/// A cell by row and column of the body.
pub(crate) type At = (usize, usize);

/// Counts from here on are not added up.
const MOST: u64 = 1 << 40;

/// Bands up to here stand for a hidden count.
const BAND: i64 = 20;

/// What a cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// A count.
    Known(i64),
    /// Hidden, and what its marker tells of it.
    Hidden(Interval),
    /// Missing or not applicable: hidden only if a margin says that it is not zero.
    Missing,
    /// Nothing that adds up.
    Other,
}

/// The cells of a table as counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cells<'a> {
    table: &'a Table,
    grid: &'a Grid,
    /// The one negative number that stands for a suppressed count, without its sign.
    negative: Option<i64>,
    /// What the labels of rows say of their kind.
    kinds: Option<&'a Groups>,
}

impl<'a> Cells<'a> {
    /// Those of a table whose counts stand in these columns.
    pub(crate) fn of(table: &'a Table, grid: &'a Grid, measures: &[usize]) -> Self {
        let kinds = table.groups.as_deref().filter(|groups| groups.has_kinds());
        Self { table, grid, negative: negative(table, grid, measures), kinds }
    }

    /// What a cell says.
    pub(crate) fn get(&self, (row, column): At) -> Content {
        if self.kinds.is_some_and(|groups| groups.counts_nobody(row)) {
            return Content::Other;
        }
        match self.grid.value(row, column) {
            Value::Blank => Content::Hidden(Interval::new(0, None)),
            Value::Marker(marker) => of_marker(marker),
            Value::Number(number) if number.value < 0.0 => match self.negative {
                Some(below) => Content::Hidden(Interval::new(1, below - 1)),
                None => Content::Other,
            },
            Value::Number(number) | Value::CountWith(number) | Value::OutOf(number, _) => number
                .count()
                .filter(|&count| count < MOST)
                .map_or(Content::Other, |count| Content::Known(count.cast_signed())),
            Value::Text | Value::Date => band(self.grid.text(row, column))
                .or_else(|| above(self.grid.text(row, column)))
                .map_or_else(|| self.before_bracket(row, column), Content::Hidden),
            Value::Estimate(_) => Content::Other,
        }
    }

    /// The count of a cell, if it is shown.
    pub(crate) fn known(&self, at: At) -> Option<i64> {
        if let Content::Known(count) = self.get(at) { Some(count) } else { None }
    }

    /// The cell as written.
    pub(crate) fn text(&self, (row, column): At) -> &'a str {
        self.grid.text(row, column)
    }

    /// `<5 (2.1%)`, `[REDACTED] ([REDACTED])`: what stands before the bracket.
    fn before_bracket(&self, row: usize, column: usize) -> Content {
        let text = self.grid.text(row, column);
        let head = text.split_once(" (").or_else(|| text.split_once('(')).map(|(head, _)| head.trim());
        match head.filter(|head| !head.is_empty()).map(|head| value(head, self.table.decimal)) {
            Some(Value::Marker(marker)) => of_marker(marker),
            Some(Value::Number(number)) => number
                .count()
                .filter(|&count| count < MOST)
                .map_or(Content::Other, |count| Content::Known(count.cast_signed())),
            // Words where a count would stand: hidden, if a margin says that it is not zero.
            _ => Content::Missing,
        }
    }
}

/// What `>5` says of a count.
fn above(text: &str) -> Option<Interval> {
    let bound = |mark: &str| text.strip_prefix(mark)?.trim().parse::<i64>().ok();
    let least = bound(">=").or_else(|| bound("≥")).or_else(|| bound(">")?.checked_add(1))?;
    (0..=LARGE).contains(&least).then(|| Interval::new(least, None))
}

/// What a band of small counts says of the one that it stands for: `1-4`, `1 to 4`.
fn band(text: &str) -> Option<Interval> {
    let (least, most) = ["-", "–", "—", " to ", " tot ", " à ", " bis "]
        .into_iter()
        .find_map(|mark| text.split_once(mark))?;
    let (least, most): (i64, i64) = (least.trim().parse().ok()?, most.trim().parse().ok()?);
    (0 <= least && least < most && most <= BAND).then(|| Interval::new(least, most))
}

fn of_marker(marker: Marker) -> Content {
    match marker {
        Marker::AtMost(0) => Content::Known(0),
        Marker::AtMost(most) => Content::Hidden(Interval::new(1, i64::from(most))),
        Marker::Suppressed => Content::Hidden(Interval::new(0, None)),
        Marker::Missing => Content::Missing,
    }
}

/// The one negative whole number among counts, if there is just one: OHDSI writes -5 for fewer than 5.
fn negative(table: &Table, grid: &Grid, measures: &[usize]) -> Option<i64> {
    let mut found = None;
    for &column in
        measures.iter().filter(|&&column| table.profiles.get(column).is_some_and(|profile| profile.min < 0.0))
    {
        for row in 0..grid.rows() {
            let Value::Number(number) = grid.value(row, column) else { continue };
            if number.value >= 0.0 {
                continue;
            }
            #[allow(clippy::cast_possible_truncation, reason = "within the range that is looked at")]
            let below = if (-20.0..=-2.0).contains(&number.value) && number.value.fract() == 0.0 {
                -number.value as i64
            } else {
                return None;
            };
            if found.replace(below).is_some_and(|before| before != below) {
                return None;
            }
        }
    }
    found
}

/// What counts are rounded to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// Multiples of ten.
    Ten,
    /// Multiples of seven.
    Seven,
    /// Multiples of six.
    Six,
    /// The middle of each run of six.
    MidpointSix,
    /// Multiples of five.
    Five,
}

impl Base {
    const ALL: [Self; 5] = [Self::Ten, Self::Seven, Self::Six, Self::MidpointSix, Self::Five];

    /// The widest rounding that three or more counts, not zero, all agree with.
    pub(crate) fn of(counts: impl Iterator<Item = i64>) -> Option<Self> {
        let mut rounded = Rounded::default();
        for count in counts {
            rounded.add(count.unsigned_abs(), 1);
        }
        Self::ALL.into_iter().find(|base| rounded.nonzero >= 3 && base.fits(&rounded))
    }

    fn fits(self, rounded: &Rounded) -> bool {
        !match self {
            Self::Ten => rounded.not_ten,
            Self::Seven => rounded.not_seven,
            Self::Six => rounded.not_six,
            Self::MidpointSix => rounded.not_midpoint_six,
            Self::Five => rounded.not_five,
        }
    }

    /// Whether a count is one that this rounding leaves.
    pub(crate) fn leaves(self, count: i64) -> bool {
        let mut rounded = Rounded::default();
        rounded.add(count.unsigned_abs(), 1);
        count == 0 || self.fits(&rounded)
    }

    /// What a rounded count can stand for.
    pub(crate) fn hides(self, count: i64) -> Interval {
        let (below, above) = match self {
            Self::Ten => (5, 5),
            Self::Seven | Self::Six => (3, 3),
            Self::MidpointSix if count == 0 => (0, 0),
            Self::MidpointSix => (2, 3),
            Self::Five => (2, 2),
        };
        Interval::new((count - below).max(0), count + above)
    }

    /// Its name in a sentence.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ten => "10",
            Self::Seven => "7",
            Self::Six => "6",
            Self::MidpointSix => "the middle of 6",
            Self::Five => "5",
        }
    }
}
