//! The header lines of a table: what names its columns, and what is a first row of figures.

use std::collections::BTreeSet;

use super::record::Record;
use super::value::{Decimal, Number, Value, behind_n, number, value};

/// Headers of a table, and how many of its first lines they take.
pub(super) fn header(kept: &[Record], width: usize, decimal: Decimal) -> (Vec<String>, usize) {
    let rows = header_rows(kept, width, decimal);
    let mut names = vec![String::new(); width];
    for (number, record) in kept[..rows].iter().enumerate() {
        let below = kept.get(number + 1).filter(|_| number + 1 < rows);
        // R writes one header less than columns: the first is that of the row names.
        let shift =
            usize::from(record.len() + 1 == width && kept.get(rows).is_some_and(|row| row.len() == width));
        for (at, name) in names.iter_mut().enumerate().skip(shift) {
            let mut part = record.get(at - shift);
            // A header over several columns stands over the first of them.
            if let Some(below) = below.filter(|below| part.is_empty() && at > 0 && !below.get(at).is_empty())
            {
                let left = (1..at).rev().find(|left| !record.get(*left).is_empty());
                part = left.filter(|_| !below.get(at).is_empty()).map_or("", |left| record.get(left));
            }
            if !part.is_empty() && name.as_str() != part {
                if !name.is_empty() {
                    name.push_str(" / ");
                }
                name.push_str(part);
            }
        }
    }
    (names, rows)
}

fn header_rows(kept: &[Record], width: usize, decimal: Decimal) -> usize {
    let Some(first) = kept.first() else { return 0 };
    if !is_header(first, &kept[1..], width, decimal) {
        return 0;
    }
    // Further lines without any number, over columns that are numbers below: levels of a crosstab, or the names of its index.
    let mut rows = 1;
    while rows < 4
        && rows + 1 < kept.len()
        && is_further(&kept[..rows], &kept[rows], &kept[rows + 1..], decimal)
    {
        rows += 1;
    }
    rows
}

pub(super) fn is_header(first: &Record, body: &[Record], width: usize, decimal: Decimal) -> bool {
    if body.is_empty() {
        return first.fields().all(|cell| number(cell, decimal).is_none());
    }
    if first.len() + 1 == width || numbers_models(first) {
        return true;
    }
    let markers =
        first.fields().filter(|cell| matches!(value(cell, decimal), Value::Marker(_)) && cell.len() > 1);
    if !may_name(&markers.collect::<Vec<_>>(), first) {
        return false;
    }
    let numbers: Vec<f64> = (0..first.len())
        .filter_map(|at| number(first.get(at), decimal).filter(|number| !is_level(*number, at, body)))
        .map(|number| number.value)
        .collect();
    let filled = first.fields().filter(|cell| !cell.is_empty()).count();
    if numbers.is_empty() {
        return textual_header(first, body, decimal);
    }
    let filled_cells: Vec<&str> = first.fields().filter(|cell| !cell.is_empty()).collect();
    let distinct = filled_cells.iter().collect::<BTreeSet<_>>().len() == filled_cells.len();
    let levels = distinct && numbers.iter().all(|number| number.fract() == 0.0) && filled >= numbers.len();
    let blank_corner = first.get(0).is_empty() && body.iter().any(|row| !row.get(0).is_empty());
    let named = (0..first.len()).find(|&at| number(first.get(at), decimal).is_some()).unwrap_or(0);
    let labels_before =
        named > 0 && (0..named).all(|at| matches!(value(first.get(at), decimal), Value::Text | Value::Blank));
    let named_beside =
        || labels_before && (1..first.len()).any(|at| is_name(first.get(at), at, body, decimal));
    levels
        && (blank_corner
            || labels_before && are_levels(&numbers) && !occurs_below(first, body)
            || named_beside())
}

/// Whether a line numbers the models under it: `(1)`, `(2)` and so on, beside nothing but what heads the labels.
fn numbers_models(line: &Record) -> bool {
    let mut models = line.fields().skip(1).filter(|cell| !cell.is_empty()).zip(1_usize..).peekable();
    let corner = line.get(0).chars().all(|c| c.is_alphabetic() || c == ' ');
    let numbered = |cell: &str, at: usize| {
        let inside = cell.strip_prefix('(').and_then(|cell| cell.strip_suffix(')'));
        inside.and_then(|inside| inside.parse().ok()) == Some(at)
    };
    corner && models.peek().is_some() && models.all(|(cell, at)| numbered(cell, at))
}

/// Whether whole numbers are levels rather than the figures of a first row: rising ones that are many, years, or one step
/// after the other; or yes before no.
fn are_levels(numbers: &[f64]) -> bool {
    let [first, second, ..] = numbers else { return false };
    let gap = second - first;
    let rising = numbers.windows(2).all(|pair| pair[1] > pair[0]);
    let years = numbers.iter().all(|year| (1800.0..=2200.0).contains(year));
    let steps = numbers.windows(2).all(|pair| (pair[1] - pair[0] - gap).abs() < 0.5);
    numbers == [1.0, 0.0]
        || rising && (numbers.len() >= 5 || years || steps && (numbers.len() > 2 || gap < 1.5))
}

/// Whether a cell of a first line is a word over numbers.
fn is_name(cell: &str, at: usize, body: &[Record], decimal: Decimal) -> bool {
    let word = cell.chars().filter(|c| c.is_alphabetic()).count() >= 2
        && !cell.contains(|c: char| c.is_ascii_digit())
        && value(cell, decimal) == Value::Text;
    word && body.iter().all(|row| number(row.get(at), decimal).is_some())
}

/// Whether the markers of a line may be names of columns: a crosstab has a column of its own for `missing`, or for `NA`.
fn may_name(markers: &[&str], line: &Record) -> bool {
    match markers {
        [] => true,
        [one] => {
            let word = one.eq_ignore_ascii_case("missing") || one.eq_ignore_ascii_case("none");
            let missing = matches!(*one, "NA" | "<NA>" | "NaN" | "N/A");
            word || missing && line.fields().filter(|cell| !cell.is_empty()).count() >= 4
        }
        _ => false,
    }
}

/// Whether a percentage over numbers that are none names their level: `2.5 %`.
fn is_level(named: Number, at: usize, body: &[Record]) -> bool {
    let percent = |row: &Record| row.get(at).ends_with('%');
    named.percent && body.iter().any(|row| !row.get(at).is_empty()) && !body.iter().any(percent)
}

/// Whether the first label of a line occurs again below, so that it is a label and no name.
fn occurs_below(first: &Record, body: &[Record]) -> bool {
    !first.get(0).is_empty() && body.iter().any(|row| row.get(0) == first.get(0))
}

/// Whether a line without numbers is a header: it differs in kind from a column below, or repeats nothing of it.
fn textual_header(first: &Record, body: &[Record], decimal: Decimal) -> bool {
    let (mut differs, mut repeats) = (0, 0);
    for at in 0..first.len() {
        let cell = first.get(at);
        if cell.is_empty() {
            continue;
        }
        let below = body.iter().map(|row| row.get(at)).filter(|cell| !cell.is_empty());
        let (mut all, mut telling, mut same) = (0, 0, 0);
        for other in below {
            all += 1;
            telling += i32::from(!matches!(value(other, decimal), Value::Text));
            same += i32::from(other == cell);
        }
        let is_text = value(cell, decimal) == Value::Text;
        differs += i32::from(is_text && all > 0 && telling * 2 > all);
        repeats += i32::from(same > 0);
    }
    // A first line whose cells recur below is data: a table of codes or of answers without header.
    differs > repeats || repeats == 0 && (differs > 0 || names_only(first))
}

/// Whether cells are names as headers are: distinct, short, at least one of a letter.
fn names_only(first: &Record) -> bool {
    let cells: Vec<&str> = first.fields().filter(|cell| !cell.is_empty()).collect();
    let distinct = cells.iter().collect::<BTreeSet<_>>().len() == cells.len();
    distinct
        && cells.iter().all(|cell| cell.chars().count() <= 60 && !cell.ends_with(['.', ':']))
        && cells.iter().any(|cell| cell.chars().any(char::is_alphabetic))
}

fn is_further(above: &[Record], line: &Record, body: &[Record], decimal: Decimal) -> bool {
    let numeric = |cell: &str| {
        let says = !matches!(value(cell, decimal), Value::Text | Value::Blank | Value::Marker(_));
        // A group's size under its name is of the header.
        says && behind_n(cell).is_none()
    };
    if line
        .fields()
        .any(|cell| numeric(cell) && number(cell, decimal).is_none_or(|number| number.decimals > 0))
    {
        return false;
    }
    let corner = |record: &Record| record.get(0).is_empty();
    let repeated = above.iter().any(|record| {
        let filled: Vec<&str> = record.fields().filter(|cell| !cell.is_empty()).collect();
        filled.len() > filled.iter().collect::<BTreeSet<_>>().len()
    });
    let index_name = corner(&above[0])
        && !corner(line)
        && (1..line.len()).rev().take(line.len() / 2).all(|at| line.get(at).is_empty())
        && line.len() > 1;
    let levels = repeated
        && line.fields().all(|cell| !numeric(cell))
        && body.iter().take(3).any(|row| row.fields().any(numeric))
        && line.fields().filter(|cell| !cell.is_empty()).count() > 1;
    // A header that spans columns leaves blanks over what stands under it.
    let spanned = above.last().is_some_and(|above| {
        let spans = |at: &usize| *at > 1 && above.get(*at).is_empty() && !line.get(*at).is_empty();
        (0..line.len()).any(|at| spans(&at)) && line.fields().all(|cell| !numeric(cell))
    }) && line.fields().filter(|cell| !cell.is_empty()).count() > 1
        && body.iter().take(3).all(|row| row.fields().any(numeric))
        && !body.is_empty();
    index_name && line.fields().all(|cell| !numeric(cell)) || levels || spanned
}

#[cfg(test)]
mod tests {
    use crate::{Policy, Source, read};

    fn names(text: &str) -> Vec<String> {
        let policy = Policy::preset("be-default").unwrap();
        let views = read::tables(Source::Bytes(text.into()), "a.csv", &policy, 0).unwrap();
        views[0].table.columns.iter().map(|column| column.name.clone()).collect()
    }

    #[test]
    fn yes_and_no_head_their_counts_in_either_order() {
        assert_eq!(names("sex,1,0\nF,120,30\nM,130,44\n"), ["sex", "1", "0"]);
        assert_eq!(names("sex,0,1\nF,120,30\nM,130,44\n"), ["sex", "0", "1"]);
        assert_eq!(names("F,1,0\nM,130,44\nF,120,7\n").concat(), "", "a label that occurs below");
    }

    #[test]
    fn the_numbers_of_models_head_them() {
        let models = "age,0.12***,0.11***\n,(0.03),(0.03)\nsex,0.50**,0.41*\n,(0.21),(0.22)\nN,540,530\n";
        assert_eq!(names(&format!(",(1),(2)\n{models}")), ["", "(1)", "(2)"]);
        assert_eq!(names(&format!("Variable,(1),(2)\n{models}")), ["Variable", "(1)", "(2)"]);
        assert_eq!(names(&format!("sex,(3),(4)\n{models}")).concat(), "", "errors of a first row");
    }
}
