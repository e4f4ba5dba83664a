//! One pass over a table's rows: what each column holds, within bounds of memory.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use super::names;
use super::value::{Decimal, Marker, Number, Value, day, is_unread, is_unsplit, plain_number, value};
use crate::identifier::{Look, Tally};
use crate::oddity::oddity;

/// Texts of a column whose reading is remembered.
const REMEMBERED: usize = 1 << 14;

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
    /// Texts that are a number with a mark that is not known behind it: `120 d`.
    pub(crate) unread: u64,
    /// Texts that are several numbers with runs of blanks between them.
    pub(crate) unsplit: u64,
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
    /// A cell says that its row is a total.
    pub(crate) total_label: bool,
    /// A cell holds what is not seen, or a formula.
    pub(crate) odd: bool,
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
    pub(crate) fn add(&mut self, count: u64, cells: u64) {
        if count == 0 {
            return;
        }
        self.nonzero += cells;
        if self.not_five && self.not_six && self.not_seven && self.not_midpoint_six {
            return;
        }
        self.not_five |= !count.is_multiple_of(5);
        self.not_six |= !count.is_multiple_of(6);
        self.not_seven |= !count.is_multiple_of(7);
        self.not_ten |= !count.is_multiple_of(10);
        self.not_midpoint_six |= count % 6 != 3;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.nonzero += other.nonzero;
        self.not_five |= other.not_five;
        self.not_six |= other.not_six;
        self.not_seven |= other.not_seven;
        self.not_ten |= other.not_ten;
        self.not_midpoint_six |= other.not_midpoint_six;
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
        let hidden = self.min == -5.0 && self.whole == self.numbers;
        self.is_numeric() && (self.counts == self.numbers || hidden) && self.percents == 0
    }

    /// Whether numbers can be counts of people: neither as long as a number to call, nor all of one length.
    pub(crate) fn may_count(&self) -> bool {
        let own = self.distinct * 10 >= self.filled * 9;
        let one_length = self.min >= 10_000.0 && self.min.log10().floor() == self.max.log10().floor();
        self.is_counts() && self.max < 1e7 && !(own && (one_length || self.steps))
    }

    /// Whether it is a column of long numeric codes, as those of a terminology are: whole, of six digits or more, some of eight.
    pub(crate) fn is_codes(&self) -> bool {
        self.numbers > 0
            && self.whole == self.numbers
            && self.min >= 1e5
            && self.max >= 1e7
            && self.of_said(self.numbers + self.texts) >= 0.9
    }

    /// Whether its numbers can be those of the rows, in whatever order these are: from 0 or 1 to as many as there are.
    fn numbers_rows(&self) -> bool {
        self.whole == self.numbers
            && self.numbers == self.filled
            && (self.min == 0.0 || self.min == 1.0)
            && self.max - self.min + 1.0 == self.numbers as f64
    }

    /// Whether it counts the rows 1, 2, 3, or from 0, and holds nothing else.
    pub(crate) fn counts_up(&self) -> bool {
        self.steps && self.numbers == self.rows && self.numbers_rows()
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

    /// Whether cells hold numbers that were not told apart, or not read where the others are whole numbers or `counted`.
    pub(crate) fn left_unread(&self, counted: bool) -> bool {
        let most = (self.numbers + self.with + self.unread) * 10 >= self.said() * 9;
        // Stages and grades are small numbers, with letters behind some.
        let many = self.numbers * 2 >= self.said() && self.max >= 30.0;
        let whole = self.counts == self.numbers && (counted || many);
        self.unsplit * 2 > self.said() || self.unread > 0 && most && whole
    }

    /// Cells of numerators and denominators; small denominators throughout are something else, such as genotypes.
    pub(crate) fn fractions(&self) -> u64 {
        if self.most_out_of >= 10.0 { self.out_of } else { 0 }
    }

    /// Takes in so many cells that say this, and no number.
    fn texts(&mut self, told: &Told, cells: u64) {
        self.odd |= told.odd;
        match told.value {
            Value::Blank | Value::Number(_) => {}
            Value::Marker(Marker::AtMost(_)) => self.at_most += cells,
            Value::Marker(Marker::Suppressed) => self.suppressed += cells,
            Value::Marker(Marker::Missing) => self.missing += cells,
            Value::CountWith(number) => {
                self.with += cells;
                self.rounding.add(number.count().unwrap_or(0), cells);
            }
            Value::OutOf(_, of) => {
                self.out_of += cells;
                self.most_out_of = self.most_out_of.max(of.value);
            }
            Value::Estimate(_) => self.estimates += cells,
            Value::Date => {
                self.dates += cells;
                self.times += if told.time { cells } else { 0 };
            }
            Value::Text => {
                self.texts += cells;
                self.words += u64::from(told.words) * cells;
                self.total_label |= told.total;
                self.unread += if told.unread { cells } else { 0 };
                self.unsplit += if told.unsplit { cells } else { 0 };
            }
        }
    }

    fn number(&mut self, number: Number, whole: bool) {
        let first = self.numbers == 0;
        self.numbers += 1;
        self.percents += u64::from(number.percent);
        self.whole += u64::from(whole);
        self.precise += u64::from(number.decimals >= 3);
        if whole && let Some(count) = number.count() {
            self.counts += 1;
            self.rounding.add(count, 1);
        }
        self.min = if first { number.value } else { self.min.min(number.value) };
        self.max = if first { number.value } else { self.max.max(number.value) };
    }

    fn merge(&mut self, other: &Self) {
        if other.numbers > 0 {
            let first = self.numbers == 0;
            self.min = if first { other.min } else { self.min.min(other.min) };
            self.max = if first { other.max } else { self.max.max(other.max) };
        }
        for (mine, theirs) in [
            (&mut self.filled, other.filled),
            (&mut self.numbers, other.numbers),
            (&mut self.whole, other.whole),
            (&mut self.counts, other.counts),
            (&mut self.percents, other.percents),
            (&mut self.with, other.with),
            (&mut self.out_of, other.out_of),
            (&mut self.estimates, other.estimates),
            (&mut self.dates, other.dates),
            (&mut self.texts, other.texts),
            (&mut self.words, other.words),
            (&mut self.unread, other.unread),
            (&mut self.unsplit, other.unsplit),
            (&mut self.suppressed, other.suppressed),
            (&mut self.at_most, other.at_most),
            (&mut self.missing, other.missing),
            (&mut self.times, other.times),
            (&mut self.precise, other.precise),
        ] {
            *mine += theirs;
        }
        self.most_out_of = self.most_out_of.max(other.most_out_of);
        self.longest = self.longest.max(other.longest);
        self.total_label |= other.total_label;
        self.odd |= other.odd;
        self.rounding.merge(&other.rounding);
    }
}

/// What a text says, read once for all cells that hold it.
#[derive(Clone, Copy, Debug)]
struct Told {
    value: Value,
    words: u32,
    /// A time of day that is not midnight.
    time: bool,
    total: bool,
    hash: bool,
    odd: bool,
    unread: bool,
    unsplit: bool,
}

impl Told {
    fn of(cell: &str, decimal: Decimal) -> Self {
        let value = if day(cell) { Value::Date } else { value(cell, decimal) };
        let text = value == Value::Text;
        Self {
            value,
            words: if text { u32::try_from(cell.split_whitespace().count()).unwrap_or(u32::MAX) } else { 0 },
            time: value == Value::Date && cell.contains(':') && !cell.contains("00:00:00"),
            total: text && cell.len() <= 40 && names::is_total(cell),
            hash: text && crate::identifier::is_hash(cell),
            unread: text && is_unread(cell),
            unsplit: text && is_unsplit(cell, decimal),
            odd: oddity(cell).is_some(),
        }
    }
}

/// How the numbers of a column follow one another.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Order {
    ends: Option<(f64, f64)>,
    step: Option<f64>,
    steps: bool,
    rising: bool,
    even: bool,
}

impl Order {
    fn add(&mut self, number: f64) {
        let Some((_, last)) = &mut self.ends else {
            *self = Self {
                ends: Some((number, number)),
                step: None,
                steps: number.fract() == 0.0,
                rising: true,
                even: true,
            };
            return;
        };
        if !(self.steps || self.rising || self.even) {
            return;
        }
        let gap = number - *last;
        *last = number;
        let step = *self.step.get_or_insert(gap);
        self.steps &= gap == 1.0;
        self.rising &= gap >= 0.0;
        self.even &= as_far(gap, step);
    }

    /// Puts what follows behind this.
    pub(crate) fn then(&mut self, next: &Self) {
        let (Some((first, last)), Some((begins, ends))) = (self.ends, next.ends) else {
            if self.ends.is_none() {
                *self = *next;
            }
            return;
        };
        let gap = begins - last;
        let step = *self.step.get_or_insert(gap);
        self.steps &= next.steps && gap == 1.0;
        self.rising &= next.rising && gap >= 0.0;
        self.even &= next.even && as_far(gap, step) && next.step.is_none_or(|other| as_far(other, step));
        self.ends = Some((first, ends));
    }
}

/// Whether two gaps are as good as one.
fn as_far(gap: f64, step: f64) -> bool {
    (gap - step).abs() <= 1e-6 * step.abs().max(1e-9)
}

/// What is gathered of one column.
#[derive(Debug, Default)]
struct Gathered {
    profile: Profile,
    tally: Tally,
    /// By the hash of each text what it says, and in how many cells.
    told: HashMap<u64, (Told, u64), RandomState>,
}

/// Gathers what the columns of a table hold, row by row, in blocks that may be gathered apart and put together.
#[derive(Debug)]
pub(crate) struct Profiler {
    columns: Vec<Gathered>,
    orders: Vec<Order>,
    rows: u64,
    hasher: RandomState,
    decimal: Decimal,
}

impl Profiler {
    pub(crate) fn new(width: usize, decimal: Decimal) -> Self {
        Self::like(width, decimal, RandomState::default())
    }

    fn like(width: usize, decimal: Decimal, hasher: RandomState) -> Self {
        let most = ((1 << 18) / width.max(1)).clamp(64, 1 << 14);
        let gathered = || Gathered { tally: Tally::of_at_most(most), ..Gathered::default() };
        Self {
            columns: std::iter::repeat_with(gathered).take(width).collect(),
            orders: vec![Order::default(); width],
            rows: 0,
            hasher,
            decimal,
        }
    }

    /// One for another part of the same table.
    pub(crate) fn another(&self) -> Self {
        Self::like(self.columns.len(), self.decimal, self.hasher.clone())
    }

    /// Adds the cells of the row of this number.
    pub(crate) fn add<'a>(&mut self, row: u64, cells: impl Fn(usize) -> &'a str) {
        self.rows += 1;
        for (at, (column, order)) in self.columns.iter_mut().zip(&mut self.orders).enumerate() {
            let cell = cells(at);
            if cell.is_empty() {
                continue;
            }
            if let Some((number, digits)) = plain_number(cell, self.decimal) {
                column.profile.filled += 1;
                column.profile.longest = column.profile.longest.max(cell.len());
                let whole = number.decimals == 0 || number.value.fract() == 0.0;
                column.profile.number(number, whole);
                order.add(number.value);
                column.tally.number(self.hasher.hash_one((digits, cell.len())), row, cell);
            } else {
                column.cell(row, cell, &self.hasher, self.decimal, order);
            }
        }
    }

    /// The order of the rows that were added since it was last asked for.
    pub(crate) fn orders(&mut self) -> Vec<Order> {
        let width = self.orders.len();
        std::mem::replace(&mut self.orders, vec![Order::default(); width])
    }

    /// Puts the columns of another part to these; the orders are put together apart.
    pub(crate) fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        for (mine, theirs) in self.columns.iter_mut().zip(other.columns) {
            let Gathered { profile, tally, .. } = theirs.settled();
            mine.profile.merge(&profile);
            mine.tally.merge(tally);
        }
    }

    /// The profiles and the tallies of identifiers, with the order of all rows.
    pub(crate) fn done(self, orders: &[Order]) -> (Vec<Profile>, Vec<Tally>) {
        let rows = self.rows;
        let finished = self.columns.into_iter().zip(orders).map(|(column, order)| {
            let Gathered { mut profile, mut tally, .. } = column.settled();
            tally.settle(profile.filled);
            profile.rows = rows;
            (profile.rising, profile.even) = (order.rising, order.even);
            profile.steps = order.steps || profile.numbers_rows() && tally.distinct() >= profile.filled;
            profile.distinct = if profile.steps && profile.numbers == profile.filled {
                profile.filled
            } else {
                tally.distinct().min(profile.filled)
            };
            (profile, tally)
        });
        finished.unzip()
    }
}

impl Gathered {
    /// Takes in a cell that is no plain number.
    fn cell(&mut self, row: u64, cell: &str, hasher: &RandomState, decimal: Decimal, order: &mut Order) {
        let hash = hasher.hash_one(cell);
        self.profile.filled += 1;
        if let Some((told, cells)) = self.told.get_mut(&hash) {
            if let Value::Number(number) = told.value {
                self.profile.number(number, number.value.fract() == 0.0);
                order.add(number.value);
            }
            *cells += 1;
            return;
        }
        self.profile.longest = self.profile.longest.max(cell.len());
        let told = Told::of(cell, decimal);
        if let Value::Number(number) = told.value {
            self.profile.number(number, number.value.fract() == 0.0);
            order.add(number.value);
        }
        let look = if told.value == Value::Date { Look::none() } else { Look::at(cell) };
        self.tally.text(hash, row, &look);
        if self.told.len() < REMEMBERED {
            self.told.insert(hash, (told, 1));
        } else {
            self.profile.texts(&told, 1);
            self.tally.hashes += u64::from(told.hash);
        }
    }

    /// Counts the remembered texts by the cells that hold them.
    fn settled(mut self) -> Self {
        for (told, cells) in std::mem::take(&mut self.told).into_values() {
            self.profile.texts(&told, cells);
            self.tally.hashes += if told.hash { cells } else { 0 };
        }
        self
    }
}
