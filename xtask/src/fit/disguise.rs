//! Tables as they could be disguised, so that what is fitted does not hang on what a disguise takes away.

use exeat_checks::{Input, Policy, Role, Source};

/// Rows of a disguised table at most; the signs that are fitted look at no more of a large one.
const MOST: u64 = 3_000;

/// A table as text, with what its columns were taken for.
pub(crate) struct Plain {
    header: Vec<String>,
    roles: Vec<Role>,
    rows: Vec<Vec<String>>,
}

/// Reads the first table of a file.
pub(crate) fn plain(bytes: &[u8], path: &str, policy: &Policy) -> Option<Plain> {
    let source = Source::Bytes(bytes.to_vec());
    let view = exeat_checks::read::tables(source, path, policy, MOST).ok()?.into_iter().next()?;
    let (header, roles): (Vec<String>, Vec<Role>) =
        view.table.columns.into_iter().map(|column| (column.name, column.role)).unzip();
    let width = header.len();
    let fit = |mut row: Vec<String>| {
        row.resize(width, String::new());
        row
    };
    Some(Plain { header, roles, rows: view.rows.into_iter().map(fit).collect() })
}

/// Numbers that look random and are always the same.
pub(crate) struct Dice(u64);

impl Dice {
    /// Starts from a text.
    pub(crate) fn of(seed: &str) -> Self {
        Self(u64::from(crc32fast::hash(seed.as_bytes())) << 20 | 0x9e37)
    }

    /// The next number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap_or(0)
    }
}

/// Each disguise of a table of persons, by name; the last is to be looked at on its side.
pub(crate) fn of_persons(plain: &Plain, dice: &mut Dice) -> Vec<(&'static str, Vec<u8>)> {
    let id = |at: usize| matches!(plain.roles[at], Role::Identifier | Role::RowNumber) || plain.is_own(at);
    let bare = plain.without(id);
    let mut all = vec![
        ("ids dropped", bare.written()),
        ("sorted", plain.copy().sorted().written()),
        ("banded", plain.banded().written()),
        ("a column of ones", bare.with_ones().written()),
        ("banded, sorted, ids dropped", bare.banded().sorted().written()),
    ];
    let some = 20 + dice.below(181);
    all.push(("some rows", plain.some(some, dice).written()));
    all.push(("some rows, ids dropped", bare.some(some, dice).written()));
    all.push(("on its side", plain.some(25 + dice.below(100), dice).turned()));
    all
}

/// Aggregates as they are cut before they leave.
pub(crate) fn of_groups(plain: &Plain, dice: &mut Dice) -> Vec<(&'static str, Vec<u8>)> {
    let total = |row: &Vec<String>| row.iter().any(|cell| cell.to_lowercase().contains("total"));
    let mut no_totals = plain.copy();
    no_totals.rows.retain(|row| !total(row));
    let part = plain.rows.len() * 6 / 10;
    vec![
        ("without totals", no_totals.written()),
        ("some rows", plain.some(part, dice).written()),
        ("few rows", plain.some(20 + dice.below(60), dice).written()),
        ("first rows", plain.first(part).written()),
        ("sorted", plain.copy().sorted().written()),
        ("on its side", plain.some(25 + dice.below(100), dice).turned()),
    ]
}

impl Plain {
    fn copy(&self) -> Self {
        Self { header: self.header.clone(), roles: self.roles.clone(), rows: self.rows.clone() }
    }

    /// Whether the column is of texts of which each row has its own.
    fn is_own(&self, at: usize) -> bool {
        let cells: std::collections::BTreeSet<&str> = self.rows.iter().map(|row| row[at].as_str()).collect();
        cells.len() == self.rows.len() && cells.iter().all(|cell| cell.parse::<f64>().is_err())
    }

    fn without(&self, drop: impl Fn(usize) -> bool) -> Self {
        let kept: Vec<usize> = (0..self.header.len()).filter(|&at| !drop(at)).collect();
        let pick = |row: &Vec<String>| kept.iter().map(|&at| row[at].clone()).collect();
        Self {
            header: pick(&self.header),
            roles: kept.iter().map(|&at| self.roles[at]).collect(),
            rows: self.rows.iter().map(pick).collect(),
        }
    }

    fn sorted(mut self) -> Self {
        self.rows.sort();
        self
    }

    fn with_ones(&self) -> Self {
        let mut with = self.copy();
        with.header.push("n".to_owned());
        with.roles.push(Role::Count);
        with.rows.iter_mut().for_each(|row| row.push("1".to_owned()));
        with
    }

    /// Numbers of many values as bands of a tenth of their range.
    fn banded(&self) -> Self {
        let mut banded = self.copy();
        for at in 0..self.header.len() {
            let numbers: Vec<f64> = self.rows.iter().filter_map(|row| row[at].parse().ok()).collect();
            let mut sorted = numbers.clone();
            sorted.sort_by(f64::total_cmp);
            sorted.dedup();
            let (Some(&least), Some(&most)) = (sorted.first(), sorted.last()) else { continue };
            if sorted.len() <= 12 || numbers.len() * 2 < self.rows.len() {
                continue;
            }
            let step = ((most - least) / 10.0).max(f64::MIN_POSITIVE);
            for row in &mut banded.rows {
                if let Ok(number) = row[at].parse::<f64>() {
                    let low = least + ((number - least) / step).floor().min(9.0) * step;
                    row[at] = format!("{low:.0}-{:.0}", low + step);
                }
            }
        }
        banded
    }

    fn some(&self, rows: usize, dice: &mut Dice) -> Self {
        let mut some = self.copy();
        while some.rows.len() > rows {
            let drop = dice.below(some.rows.len());
            some.rows.remove(drop);
        }
        some
    }

    fn first(&self, rows: usize) -> Self {
        let mut first = self.copy();
        first.rows.truncate(rows);
        first
    }

    fn written(&self) -> Vec<u8> {
        let lines = std::iter::once(&self.header).chain(&self.rows);
        lines
            .map(|line| line.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\n")
            .collect::<String>()
            .into()
    }

    /// A column a row.
    fn turned(&self) -> Vec<u8> {
        let mut out = String::new();
        for at in 0..self.header.len() {
            let cells = std::iter::once(&self.header).chain(&self.rows).map(|line| quoted(&line[at]));
            out += &(cells.collect::<Vec<_>>().join(",") + "\n");
        }
        out.into()
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r', ';', '\t']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// A disguised table as a file to check.
pub(crate) fn input(bytes: Vec<u8>) -> Input {
    Input { path: "table.csv".to_owned(), supporting: false, source: Source::Bytes(bytes) }
}
