//! Numbers whose digits stand in neighbouring columns: birth date, serial and check digits, or any other cut at the groups
//! in which people write the number.
//!
//! The columns' first rows are joined as whole numbers, so that many cuts can be tried in little time. A cut counts where the
//! check digits of at least half of the different numbers are right, and no chance explains that, however many cuts were tried.

use std::collections::HashSet;

use super::chance::{SIGNIFICANT, ln_binomial_tail};
use super::text::{plain, whole_number};
use super::{Form, Reading, belgium, elsewhere};

/// Rows that are looked at; a split identifier is one in every row.
pub(crate) const ROWS: usize = 400;
/// The most columns that one number is cut into.
const MOST_COLUMNS: usize = 7;
/// After this many different numbers without a valid one, a cut is given up.
const PATIENCE: usize = 6;

/// A form that neighbouring columns make together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The form.
    pub form: &'static Form,
    /// The columns, by their number among those that were handed in.
    pub columns: Vec<usize>,
    /// Different valid numbers.
    pub valid: u64,
    /// Different numbers whose parts can be.
    pub plausible: u64,
    /// The row of the first valid one, and the number.
    pub first: (usize, String),
}

/// A form as whole numbers: how it is cut, and what a number says.
struct Whole {
    form: &'static Form,
    /// Widths of the groups, in the ways that people write them.
    groups: &'static [&'static [u32]],
    /// Whether the first three groups are a date, which a column may hold as one.
    dated: bool,
    /// Whether the first group is a letter, as 1 to 26.
    lettered: bool,
    read: fn(u64) -> Reading,
}

static WHOLES: [Whole; 6] = [
    Whole {
        form: &belgium::NRN,
        groups: &[&[2, 2, 2, 3, 2]],
        dated: true,
        lettered: false,
        read: belgium::nrn_number,
    },
    Whole {
        form: &elsewhere::NIR,
        groups: &[&[1, 2, 2, 2, 3, 3, 2]],
        dated: false,
        lettered: false,
        read: elsewhere::nir_number,
    },
    Whole {
        form: &belgium::NIHDI,
        groups: &[&[1, 5, 2, 3]],
        dated: false,
        lettered: false,
        read: belgium::nihdi_number,
    },
    Whole {
        form: &elsewhere::NHS_NUMBER,
        groups: &[&[3, 3, 4], &[9, 1]],
        dated: false,
        lettered: false,
        read: elsewhere::nhs_number,
    },
    Whole {
        form: &elsewhere::BSN,
        groups: &[&[3, 3, 3], &[4, 2, 3], &[8, 1]],
        dated: false,
        lettered: false,
        read: elsewhere::bsn_number,
    },
    Whole {
        form: &elsewhere::KVNR,
        groups: &[&[1, 3, 3, 3], &[1, 8, 1]],
        dated: false,
        lettered: true,
        read: elsewhere::kvnr_number,
    },
];

/// What the cells of one column can be a part of.
struct Part {
    /// Its number among the columns that were handed in.
    at: usize,
    kind: Kind,
    /// Digits of the longest cell.
    width: u32,
    cells: Vec<Option<u64>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Digits,
    /// Days of the calendar, as YYMMDD.
    Date,
    /// A letter as 1 to 26, and what follows it.
    Lettered,
}

/// The forms that neighbouring columns make; `columns` are the first cells of each column of a table, in its order.
/// Columns that are no part of a number do not part their neighbours.
#[must_use]
pub fn joined(columns: &[Vec<&str>]) -> Vec<Joined> {
    let parts: Vec<Part> = columns.iter().enumerate().filter_map(|(at, cells)| Part::of(at, cells)).collect();
    let cuts: Vec<Cut> = WHOLES.iter().flat_map(cuts).collect();
    let mut tried = 0_u32;
    let mut found: Vec<(f64, Joined)> = Vec::new();
    for first in 0..parts.len() {
        for cut in &cuts {
            let Some(run) = parts.get(first..first + cut.widths.len()) else { continue };
            if cut.fits(run) {
                tried += 1;
                found.extend(cut.judge(run));
            }
        }
    }
    let enough = SIGNIFICANT.ln() - f64::from(tried.max(1)).ln();
    found.retain(|(tail, _)| *tail < enough);
    found.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let mut kept: Vec<Joined> = Vec::new();
    for (_, joined) in found {
        let known = |other: &Joined| joined.columns.iter().any(|column| other.columns.contains(column));
        if !kept.iter().any(known) {
            kept.push(joined);
        }
    }
    kept
}

/// Whether a column holds NIRs without their key. Numbers that begin alike count once, for a series of codes has one head.
#[must_use]
pub fn without_key(cells: &[&str]) -> Option<Joined> {
    let (mut heads, mut right, mut first) = (HashSet::new(), 0_u64, None);
    for (row, cell) in cells.iter().enumerate().take(ROWS) {
        let cell = plain(cell);
        if cell.is_empty() {
            continue;
        }
        let (head, reading) = elsewhere::nir_without_key(&cell)?;
        let new = heads.insert(head);
        if reading == Reading::Valid {
            right += u64::from(new);
            first.get_or_insert((row, cell.into_owned()));
        }
    }
    let (form, plausible) = (&elsewhere::NIR_WITHOUT_KEY, heads.len() as u64);
    let told =
        2 * right >= plausible && ln_binomial_tail(right, plausible, form.check_chance) < SIGNIFICANT.ln();
    first.filter(|_| told).map(|first| Joined { form, columns: Vec::new(), valid: right, plausible, first })
}

/// One way to cut a form into columns.
struct Cut {
    whole: &'static Whole,
    widths: Vec<u32>,
    /// Whether the first part is exactly the date, and whether it is exactly the year.
    date_first: bool,
    year_first: bool,
}

/// Every way to cut a form at the edges of its groups into two columns or more.
fn cuts(whole: &'static Whole) -> Vec<Cut> {
    let mut cuts: Vec<Cut> = Vec::new();
    for groups in whole.groups {
        let edges = groups.len().saturating_sub(1);
        for chosen in 1_u32..1 << edges {
            let (mut widths, mut width) = (Vec::new(), 0);
            for (at, group) in groups.iter().enumerate() {
                width += group;
                if at == edges || chosen >> at & 1 == 1 {
                    widths.push(std::mem::take(&mut width));
                }
            }
            let known = cuts.iter().any(|cut| cut.widths == widths);
            if widths.len() <= MOST_COLUMNS && !known {
                let first = widths.first().copied();
                let (date_first, year_first) =
                    (whole.dated && first == Some(6), whole.dated && first == Some(2));
                cuts.push(Cut { whole, widths, date_first, year_first });
            }
        }
    }
    cuts
}

impl Cut {
    fn fits(&self, run: &[Part]) -> bool {
        run.iter().zip(&self.widths).enumerate().all(|(at, (part, width))| match part.kind {
            Kind::Date => at == 0 && self.date_first,
            Kind::Lettered => at == 0 && self.whole.lettered && part.width == *width,
            Kind::Digits => {
                let plain = part.width == *width || (*width > 1 && part.width + 1 == *width);
                let century =
                    at == 0 && (self.date_first && part.width == 8 || self.year_first && part.width == 4);
                (plain || century) && !(at == 0 && self.whole.lettered)
            }
        })
    }

    /// The number that a row makes; none where a cell says nothing or too much.
    fn number(&self, run: &[Part], row: usize) -> Option<u64> {
        let mut number = 0_u64;
        for (part, width) in run.iter().zip(&self.widths) {
            let digits = part.cells.get(row).copied().flatten()?;
            let unit = 10_u64.pow(*width);
            // A year of four digits, alone or in front of a date, counts by its last two.
            let lettered = part.kind == Kind::Lettered;
            let digits = if lettered || part.width <= *width { digits } else { digits % unit };
            number = number.checked_mul(unit)?.checked_add(digits)?;
        }
        Some(number)
    }

    fn judge(&self, run: &[Part]) -> Option<(f64, Joined)> {
        let mut seen = HashSet::new();
        let (mut valid, mut plausible, mut first) = (0_u64, 0_u64, None);
        let rows = run.iter().map(|part| part.cells.len()).max().unwrap_or(0);
        for row in 0..rows {
            let Some(number) = self.number(run, row) else { continue };
            if !seen.insert(number) {
                continue;
            }
            let reading = (self.whole.read)(number);
            plausible += u64::from(reading != Reading::Implausible);
            if reading == Reading::Valid {
                valid += 1;
                first.get_or_insert((row, number));
            } else if valid == 0 && seen.len() >= PATIENCE {
                return None;
            }
        }
        let (row, number) = first?;
        let half = 2 * valid >= plausible && 2 * plausible >= seen.len() as u64;
        let tail = ln_binomial_tail(valid, plausible, self.whole.form.check_chance);
        half.then(|| {
            let columns = run.iter().map(|part| part.at).collect();
            let text = self.text(number);
            (tail, Joined { form: self.whole.form, columns, valid, plausible, first: (row, text) })
        })
    }

    fn text(&self, number: u64) -> String {
        let width: u32 = self.widths.iter().sum();
        if !self.whole.lettered {
            return format!("{number:0width$}", width = width as usize);
        }
        let unit = 10_u64.pow(width - 1);
        let letter =
            u8::try_from(number / unit).map_or('?', |letter| char::from(b'A' + letter.saturating_sub(1)));
        format!("{letter}{:0width$}", number % unit, width = width as usize - 1)
    }
}

impl Part {
    /// A column as part of a number; none where it holds anything else.
    fn of(at: usize, cells: &[&str]) -> Option<Self> {
        let (mut kind, mut width, mut said) = (None, 0, false);
        let mut numbers = Vec::with_capacity(cells.len().min(ROWS));
        for cell in cells.iter().take(ROWS) {
            let cell = plain(cell);
            if cell.is_empty() {
                numbers.push(None);
                continue;
            }
            let (this, digits, value) = number(&cell)?;
            if *kind.get_or_insert(this) != this {
                return None;
            }
            (width, said) = (width.max(digits), true);
            numbers.push(Some(value));
        }
        let kind = kind.filter(|_| said)?;
        Some(Self { at, kind, width, cells: numbers })
    }
}

/// What one cell is: its kind, how many digits it has, and their value.
fn number(cell: &str) -> Option<(Kind, u32, u64)> {
    // Departments of Corsica, as the key of a NIR reads them.
    let cell = match cell {
        "2A" | "2a" => "19",
        "2B" | "2b" => "18",
        other => other,
    };
    if cell.len() <= 24
        && let Some(digits) = whole_number(cell).filter(|digits| digits.len() <= 14)
    {
        return Some((Kind::Digits, u32::try_from(digits.len()).ok()?, digits.parse().ok()?));
    }
    if let Some(day) = day(cell) {
        return Some((Kind::Date, 6, day));
    }
    let letter = cell.bytes().next().filter(u8::is_ascii_uppercase)?;
    let rest = &cell[1..];
    let digits = rest.len() <= 9 && rest.bytes().all(|byte| byte.is_ascii_digit());
    let value: u64 = if rest.is_empty() { 0 } else { digits.then(|| rest.parse().ok())?? };
    let width = u32::try_from(cell.len()).ok()?;
    Some((Kind::Lettered, width, u64::from(letter - b'A' + 1) * 10_u64.pow(width - 1) + value))
}

/// A day of the calendar with marks between its parts, as YYMMDD: `1985-07-30`, `30/07/1985`, `30.07.85`.
fn day(cell: &str) -> Option<u64> {
    let cell = cell.get(..10).filter(|_| cell.len() > 10 && cell.is_char_boundary(10)).unwrap_or(cell);
    let mark = cell.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '-' | '/' | '.'))?;
    let mut parts = cell.split(mark);
    let (one, two, three) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some()
        || !matches!((one.len(), two.len(), three.len()), (4, 1..=2, 1..=2) | (1..=2, 1..=2, 2 | 4))
    {
        return None;
    }
    let (year, day) = if one.len() == 4 { (one, three) } else { (three, one) };
    let (year, month, day): (u64, u64, u64) = (year.parse().ok()?, two.parse().ok()?, day.parse().ok()?);
    (month <= 12 && day <= 31).then_some(year % 100 * 10_000 + month * 100 + day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fifty made-up national numbers, as eleven digits each.
    fn numbers(many: u64) -> Vec<String> {
        let number = |at: u64| {
            let nine = (at * 13 % 100) * 10_000_000
                + (1 + at % 12) * 100_000
                + (1 + at * 7 % 28) * 1000
                + 1
                + at * 37 % 990;
            format!("{nine:09}{:02}", 97 - nine % 97)
        };
        (0..many).map(number).collect()
    }

    fn told(columns: &[Vec<String>]) -> Vec<(&'static str, Vec<usize>)> {
        let columns: Vec<Vec<&str>> =
            columns.iter().map(|column| column.iter().map(String::as_str).collect()).collect();
        joined(&columns).into_iter().map(|joined| (joined.form.name, joined.columns)).collect()
    }

    /// Columns that hold the pieces of each number between these edges.
    fn cut(numbers: &[String], edges: &[usize]) -> Vec<Vec<String>> {
        let piece =
            |from: usize, to: usize| numbers.iter().map(|number| number[from..to].to_owned()).collect();
        edges.windows(2).map(|pair| piece(pair[0], pair[1])).collect()
    }

    fn without_zeros(columns: Vec<Vec<String>>) -> Vec<Vec<String>> {
        let bare = |cell: String| cell.parse::<u64>().unwrap().to_string();
        columns.into_iter().map(|column| column.into_iter().map(bare).collect()).collect()
    }

    #[test]
    fn a_national_number_is_found_however_it_is_cut() {
        let all = numbers(50);
        for edges in [&[0, 6, 9, 11][..], &[0, 6, 11], &[0, 9, 11], &[0, 2, 4, 6, 9, 11], &[0, 2, 6, 9, 11]] {
            let columns = cut(&all, edges);
            let run: Vec<usize> = (0..columns.len()).collect();
            assert_eq!(told(&columns), [("be-nrn", run.clone())], "{edges:?}");
            assert_eq!(told(&without_zeros(columns)), [("be-nrn", run)], "{edges:?}");
        }
    }

    #[test]
    fn a_birth_date_may_stand_for_its_digits() {
        let all = numbers(20);
        let serials = cut(&all, &[6, 9, 11]);
        for pattern in
            ["19{y}-{m}-{d}", "{d}/{m}/19{y}", "{d}.{m}.{y}", "19{y}{m}{d}", "19{y}-{m}-{d} 00:00:00"]
        {
            let date = |number: &String| {
                pattern
                    .replace("{y}", &number[..2])
                    .replace("{m}", &number[2..4])
                    .replace("{d}", &number[4..6])
            };
            let columns = [vec![all.iter().map(date).collect()], serials.clone()].concat();
            assert_eq!(told(&columns), [("be-nrn", vec![0, 1, 2])], "{pattern}");
        }
    }

    #[test]
    fn columns_of_something_else_do_not_part_the_pieces() {
        let all = numbers(20);
        let mut columns = cut(&all, &[0, 6, 9, 11]);
        columns.insert(0, vec!["F".to_owned(); 20]);
        columns.insert(2, vec!["north east".to_owned(); 20]);
        columns.push((0..20).map(|at| format!("{at}.5")).collect());
        assert_eq!(told(&columns), [("be-nrn", vec![1, 3, 4])]);
    }

    #[test]
    fn the_numbers_of_the_neighbours_are_joined_too() {
        let valid = |name: &str, wide: usize, letter: &str| -> Vec<String> {
            let form = super::super::form(name).unwrap();
            (0..4000_u64)
                .map(|at| {
                    format!("{letter}{:0wide$}", (1_234_567 + at * 987_654_323) % 10_u64.pow(wide as u32))
                })
                .filter(|number| number.len() == wide + letter.len() && form.is_valid(number))
                .take(30)
                .collect()
        };
        for (name, wide, letter, edges) in [
            ("nhs-number", 10, "", &[0, 3, 6, 10][..]),
            ("nl-bsn", 9, "", &[0, 3, 6, 9]),
            ("nl-bsn", 9, "", &[0, 8, 9]),
            ("de-kvnr", 9, "A", &[0, 1, 9, 10]),
            ("de-kvnr", 9, "A", &[0, 7, 10]),
        ] {
            let columns = cut(&valid(name, wide, letter), edges);
            assert_eq!(told(&columns).first().map(|(form, _)| *form), Some(name), "{edges:?}");
        }
        let nir: Vec<String> = (0..20_u64)
            .map(|at| {
                2_000_000_000_000
                    + at * 10_000_000_001 % 99_000_000_000
                    + (1 + at % 12) * 100_000_000
                    + 75_123_456
            })
            .map(|number| format!("{number}{:02}", 97 - number % 97))
            .collect();
        assert_eq!(told(&cut(&nir, &[0, 13, 15])).first().map(|(form, _)| *form), Some("fr-nir"));
    }

    #[test]
    fn a_nir_without_its_key_is_told_by_many_births_that_can_be() {
        let births: Vec<String> = (0..30_u64)
            .map(|at| {
                format!(
                    "{}{:02}{:02}{:02}{:03}{:03}",
                    1 + at % 2,
                    at * 7 % 100,
                    1 + at % 12,
                    1 + at % 19,
                    1 + at * 11,
                    1 + at
                )
            })
            .collect();
        let cells: Vec<&str> = births.iter().map(String::as_str).chain(["253072B073004", ""]).collect();
        let told = without_key(&cells).unwrap();
        assert_eq!((told.form.name, told.valid, told.first), ("fr-nir13", 31, (0, births[0].clone())));
        let series: Vec<String> = (0..300_u64).map(|at| (2_440_734_536_600 + at).to_string()).collect();
        assert_eq!(without_key(&series.iter().map(String::as_str).collect::<Vec<_>>()), None);
        assert_eq!(without_key(&[]), None);
        assert_eq!(without_key(&["x"; 40]), None);
    }

    #[test]
    fn few_rows_and_wrong_check_digits_tell_nothing() {
        assert_eq!(told(&cut(&numbers(3), &[0, 6, 9, 11])), []);
        assert_eq!(told(&[]), []);
        let wrong: Vec<String> = numbers(50)
            .iter()
            .map(|number| format!("{}{:02}", &number[..9], (number[9..].parse::<u64>().unwrap() + 7) % 97))
            .collect();
        assert_eq!(told(&cut(&wrong, &[0, 6, 9, 11])), []);
    }

    proptest::proptest! {
        /// Columns of counts, however wide, make no identifiers.
        #[test]
        fn counts_side_by_side_are_nothing(widths in proptest::collection::vec(1_u32..8, 2..12), rows in 3_u64..60, seed in proptest::num::u64::ANY) {
            let mut state = seed;
            let columns: Vec<Vec<String>> = widths
                .iter()
                .map(|width| {
                    (0..rows)
                        .map(|_| {
                            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                            ((state >> 33) % 10_u64.pow(*width)).to_string()
                        })
                        .collect()
                })
                .collect();
            proptest::prop_assert_eq!(told(&columns), []);
        }
    }
}
