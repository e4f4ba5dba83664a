//! Tables that are made up from a seed, of the kinds that researchers send, and written as programs write them.

use exeat_checks::{Input, Policy, Source, check};
use exeat_domain::finding::FileReport;

/// Numbers that look random and follow from a seed (SplitMix64).
#[derive(Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, many: u64) -> u64 {
        self.next() % many.max(1)
    }

    fn int(&mut self, least: i64, most: i64) -> i64 {
        least + i64::try_from(self.below(u64::try_from(most - least + 1).unwrap())).unwrap()
    }
}

/// One cell: a label, or a number with so many decimals.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Text(String),
    Number { units: i64, decimals: u32 },
}

pub(crate) fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

pub(crate) fn whole(units: i64) -> Cell {
    Cell::Number { units, decimals: 0 }
}

pub(crate) fn decimal(units: i64, decimals: u32) -> Cell {
    Cell::Number { units, decimals }
}

impl Cell {
    fn written(&self, mark: char) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number { units, decimals: 0 } => units.to_string(),
            Self::Number { units, decimals } => {
                let unit = 10_u64.pow(*decimals);
                let (sign, size) = (if *units < 0 { "-" } else { "" }, units.unsigned_abs());
                let width = *decimals as usize;
                format!("{sign}{}{mark}{:0width$}", size / unit, size % unit)
            }
        }
    }
}

/// A table before it is written.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) header: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<Cell>>,
    /// Columns that measure something: a change of unit scales them.
    pub(crate) magnitudes: Vec<usize>,
}

/// How a table is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hand {
    pub(crate) delimiter: char,
    pub(crate) decimal: char,
    pub(crate) quoted: bool,
    pub(crate) end: &'static str,
}

pub(crate) const PLAIN: Hand = Hand { delimiter: ',', decimal: '.', quoted: false, end: "\n" };

impl Made {
    pub(crate) fn written(&self, hand: Hand) -> String {
        let quote = |cell: String| if hand.quoted { format!("\"{cell}\"") } else { cell };
        let line = |cells: Vec<String>| {
            cells.into_iter().map(quote).collect::<Vec<_>>().join(&hand.delimiter.to_string()) + hand.end
        };
        let header = line(self.header.iter().map(|&name| name.to_owned()).collect());
        let rows =
            self.rows.iter().map(|row| line(row.iter().map(|cell| cell.written(hand.decimal)).collect()));
        header + &rows.collect::<String>()
    }
}

pub(crate) const KINDS: [fn(&mut Dice) -> Made; 7] =
    [crosstab, long, microdata, model, statistics, rounded, spending];

const PLACES: [&str; 12] = [
    "north", "south", "east", "west", "coast", "hills", "city", "suburbs", "valley", "plain", "island",
    "border",
];

/// Counts of ages by sex, with their margins.
fn crosstab(dice: &mut Dice) -> Made {
    let most = [30, 400, 5000][dice.below(3) as usize];
    let mut rows = Vec::new();
    let mut sums = [0; 3];
    for band in ["0-17", "18-34", "35-49", "50-64", "65+"].iter().take(3 + dice.below(3) as usize) {
        let (male, female) = (dice.int(0, most), dice.int(0, most));
        for (sum, n) in sums.iter_mut().zip([male, female, male + female]) {
            *sum += n;
        }
        rows.push(vec![text(*band), whole(male), whole(female), whole(male + female)]);
    }
    rows.push([text("Total")].into_iter().chain(sums.map(whole)).collect());
    Made { header: vec!["age", "Male", "Female", "Total"], rows, magnitudes: Vec::new() }
}

/// One row a cell: place, sex, count, rate.
fn long(dice: &mut Dice) -> Made {
    let most = [20, 300, 9000][dice.below(3) as usize];
    let places = 3 + dice.below(9) as usize;
    let mut rows = Vec::new();
    for place in PLACES.iter().take(places) {
        for sex in ["F", "M"] {
            let n = dice.int(0, most);
            rows.push(vec![text(*place), text(sex), whole(n), decimal(dice.int(100, 9999), 2)]);
        }
    }
    Made { header: vec!["region", "sex", "n", "mean_weight"], rows, magnitudes: vec![3] }
}

/// One row a person.
fn microdata(dice: &mut Dice) -> Made {
    let rows = (0..30 + dice.below(120)).map(|_| {
        let sex = ["F", "M"][dice.below(2) as usize];
        vec![
            whole(dice.int(18, 90)),
            text(sex),
            text(PLACES[dice.below(6) as usize]),
            whole(dice.int(0, 1)),
            decimal(dice.int(450, 1200), 1),
        ]
    });
    let rows = rows.collect();
    Made { header: vec!["age", "sex", "region", "smoker", "weight"], rows, magnitudes: vec![4] }
}

/// Terms of a regression.
fn model(dice: &mut Dice) -> Made {
    let terms = ["(Intercept)", "age", "sexM", "smoker", "bmi", "urban"];
    let rows = terms.iter().take(3 + dice.below(4) as usize).map(|term| {
        let (estimate, error) = (dice.int(-2500, 2500), dice.int(20, 900));
        vec![
            text(*term),
            decimal(estimate, 3),
            decimal(error, 3),
            decimal(estimate * 1000 / error, 3),
            decimal(dice.int(0, 999), 3),
        ]
    });
    let rows = rows.collect();
    Made {
        header: vec!["term", "estimate", "std.error", "statistic", "p.value"],
        rows,
        magnitudes: Vec::new(),
    }
}

/// Groups with their size, mean, standard deviation and quartiles.
fn statistics(dice: &mut Dice) -> Made {
    let most = [15, 200, 4000][dice.below(3) as usize];
    let rows = PLACES.iter().take(4 + dice.below(6) as usize).map(|place| {
        let (mean, sd) = (dice.int(4000, 9000), dice.int(100, 900));
        vec![
            text(*place),
            whole(dice.int(3, most)),
            decimal(mean, 2),
            decimal(sd, 2),
            decimal(mean - sd, 2),
            decimal(mean + sd, 2),
        ]
    });
    let rows = rows.collect();
    Made { header: vec!["region", "n", "mean", "sd", "p25", "p75"], rows, magnitudes: Vec::new() }
}

/// Counts rounded to five.
fn rounded(dice: &mut Dice) -> Made {
    let rows = PLACES.iter().take(4 + dice.below(8) as usize).map(|place| {
        let n = dice.int(0, 80) * 5;
        vec![text(*place), whole(n), decimal(dice.int(0, 1000), 1)]
    });
    let rows = rows.collect();
    Made { header: vec!["region", "n", "rate_per_1000"], rows, magnitudes: Vec::new() }
}

/// Sums of money by place, with the two largest contributors.
fn spending(dice: &mut Dice) -> Made {
    let rows = PLACES.iter().take(4 + dice.below(8) as usize).map(|place| {
        let largest = dice.int(1000, 90_000);
        let second = dice.int(500, largest);
        let rest = dice.int(1000, 400_000);
        vec![
            text(*place),
            whole(dice.int(12, 300)),
            decimal(largest + second + rest, 2),
            decimal(largest, 2),
            decimal(second, 2),
        ]
    });
    let rows = rows.collect();
    Made { header: vec!["region", "n", "total", "largest", "second"], rows, magnitudes: Vec::new() }
}

/// The report on a file in memory, under the default preset.
pub(crate) fn report(name: &str, bytes: impl Into<Vec<u8>>) -> FileReport {
    let input = Input { path: name.to_owned(), supporting: false, source: Source::Bytes(bytes.into()) };
    check(vec![input], &Policy::preset("be-default").unwrap()).remove(0).report
}
