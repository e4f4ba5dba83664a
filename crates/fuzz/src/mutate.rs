//! Changes that know what a table is: rows, columns, cells, delimiters, headers, encodings.

use super::NEXT_FILE;
use super::cells::{CELLS, HEADERS, LINES};

/// Numbers that look random and follow from a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `many`; 0 where there is none.
    fn below(&mut self, many: usize) -> usize {
        usize::try_from(self.next() % (many.max(1) as u64)).unwrap_or(0)
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all.get(self.below(all.len())).copied().unwrap_or_default()
    }
}

type Rows = Vec<Vec<String>>;

/// A table of at most `most` bytes that differs from `bytes` in one to four ways; none where it grew too long.
#[must_use]
pub fn table(bytes: &[u8], seed: u64, most: usize) -> Option<Vec<u8>> {
    let mut dice = Dice(seed);
    let text = String::from_utf8_lossy(bytes);
    let mut mark = delimiter(&text);
    let mut rows: Rows = text.split('\n').map(|line| line.split(mark).map(str::to_owned).collect()).collect();
    for _ in 0..=dice.below(4) {
        match dice.below(4) {
            0 => of_cells(&mut rows, &mut dice),
            1 => of_rows(&mut rows, &mut dice),
            2 => of_columns(&mut rows, &mut dice),
            _ => mark = of_marks(&mut rows, mark, &mut dice),
        }
        if rows.iter().flatten().map(|cell| cell.len() + 1).sum::<usize>() > 4 * most {
            return None;
        }
    }
    let lines: Vec<String> = rows.iter().map(|row| row.join(&mark.to_string())).collect();
    let changed = of_bytes(lines.join("\n"), &mut dice);
    (changed.len() <= most && !changed.is_empty()).then_some(changed)
}

/// The likeliest delimiter: the one that there is most of.
fn delimiter(text: &str) -> char {
    let many = |mark: &char| text.matches(*mark).count();
    [' ', '|', ';', '\t', ','].into_iter().max_by_key(many).unwrap_or(',')
}

fn cell<'a>(rows: &'a mut Rows, dice: &mut Dice) -> Option<&'a mut String> {
    let row = dice.below(rows.len());
    let row = rows.get_mut(row)?;
    let at = dice.below(row.len());
    row.get_mut(at)
}

fn of_cells(rows: &mut Rows, dice: &mut Dice) {
    let (what, word) = (dice.below(8), dice.of(CELLS));
    let header = dice.of(HEADERS);
    if what == 0 {
        let at = dice.below(rows.first().map_or(0, Vec::len));
        if let Some(cell) = rows.first_mut().and_then(|row| row.get_mut(at)) {
            header.clone_into(cell);
        }
        return;
    }
    let many = 1 << dice.below(5);
    let Some(cell) = cell(rows, dice) else { return };
    match what {
        1 => *cell = cell.replace('.', ","),
        2 => *cell = format!("\"{cell}\""),
        3 => *cell = format!("{cell}{word}"),
        4 => *cell = format!("{word}{cell}"),
        5 => *cell = cell.repeat(many),
        6 => *cell = cell.parse::<f64>().map_or_else(|_| cell.clone(), |n| format!("{}", n * 1000.0)),
        _ => word.clone_into(cell),
    }
}

fn of_rows(rows: &mut Rows, dice: &mut Dice) {
    let (at, other) = (dice.below(rows.len()), dice.below(rows.len()));
    match dice.below(8) {
        0 => drop(rows.remove(at)),
        1 => rows.swap(at, other),
        2 => rows.insert(at, rows[other].clone()),
        3 => rows.insert(at, vec![dice.of(LINES).to_owned()]),
        4 => rows.truncate(at + 1),
        5 => {
            // As long a table as a microdata file is, of the rows that there are.
            let body: Rows = rows.iter().skip(1).cloned().collect();
            for _ in 0..dice.below(40) {
                rows.extend(body.iter().cloned());
            }
        }
        6 => rows[at].push(dice.of(CELLS).to_owned()),
        _ => totals(rows, dice),
    }
    if rows.is_empty() {
        rows.push(vec![String::new()]);
    }
}

/// Adds a row of sums, right or nearly so.
fn totals(rows: &mut Rows, dice: &mut Dice) {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let sum = |at: usize| -> f64 {
        rows.iter().filter_map(|row| row.get(at)?.trim().parse::<f64>().ok()).filter(|n| n.is_finite()).sum()
    };
    let mut row = vec![dice.of(&["Total", "All", "", "Ensemble"]).to_owned()];
    row.extend((1..width).map(|at| sum(at).to_string()));
    if dice.below(3) == 0 {
        row.push(dice.of(CELLS).to_owned());
    }
    rows.push(row);
}

fn of_columns(rows: &mut Rows, dice: &mut Dice) {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let (at, what) = (dice.below(width), dice.below(6));
    if what == 0 {
        *rows = (0..width)
            .map(|at| rows.iter().map(|row| row.get(at).cloned().unwrap_or_default()).collect())
            .collect();
        if rows.is_empty() {
            rows.push(vec![String::new()]);
        }
        return;
    }
    let (header, many) = (dice.of(HEADERS), 2 + dice.below(60));
    for (number, row) in rows.iter_mut().enumerate() {
        let at = at.min(row.len());
        match what {
            1 if at < row.len() => drop(row.remove(at)),
            2 => row.insert(at, if number == 0 { header.to_owned() } else { dice.of(CELLS).to_owned() }),
            3 => row.insert(at, if number == 0 { header.to_owned() } else { dice.below(120).to_string() }),
            4 => row.insert(at, if number == 0 { header.to_owned() } else { number.to_string() }),
            _ => {
                let copy: Vec<String> = row.clone();
                row.extend(copy.into_iter().cycle().take(many));
            }
        }
    }
}

fn of_marks(rows: &mut Rows, mark: char, dice: &mut Dice) -> char {
    let other = [',', ';', '\t', '|', ' '].get(dice.below(5)).copied().unwrap_or(',');
    let decimals = dice.below(2) == 0 && other != ',';
    for cell in rows.iter_mut().flatten().filter(|_| decimals) {
        if cell.parse::<f64>().is_ok() {
            *cell = cell.replace('.', ",");
        }
    }
    if dice.below(4) == 0 { mark } else { other }
}

/// What may happen to a file on its way: encodings, ends of lines, NULs, a second file behind it.
fn of_bytes(text: String, dice: &mut Dice) -> Vec<u8> {
    match dice.below(24) {
        0 => text.encode_utf16().fold(vec![0xff, 0xfe], |mut bytes, unit| {
            bytes.extend(unit.to_le_bytes());
            bytes
        }),
        1 => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect(),
        2 => text.replace('\n', "\r\n").into_bytes(),
        3 => text.replace('\n', "\r").into_bytes(),
        4 => [text.as_bytes(), &[NEXT_FILE], text.as_bytes()].concat(),
        5 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        6 => {
            let mut bytes = text.into_bytes();
            bytes.insert(dice.below(bytes.len()), 0);
            bytes
        }
        _ => text.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_follows_from_its_seed_and_changes_something() {
        let seed = b"sex,n\nF,3\nM,40\n";
        let changed: std::collections::BTreeSet<_> = (0..200).filter_map(|n| table(seed, n, 4096)).collect();
        assert!(changed.len() > 100, "only {}", changed.len());
        assert_eq!(table(seed, 7, 4096), table(seed, 7, 4096));
        assert!((0..200).filter_map(|n| table(seed, n, 20)).all(|bytes| bytes.len() <= 20));
        assert!((0..200).all(|n| table(b"", n, 64).is_none_or(|bytes| !bytes.is_empty())));
    }
}
