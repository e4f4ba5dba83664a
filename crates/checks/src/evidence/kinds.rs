//! Rows that say whether their numbers count, are percentages of those, or were expected: `Count`, `% within sex`, `Expected`.

use std::collections::{HashMap, HashSet};

use super::compound::Spec;
use super::label::Label;
use super::share;
use super::size::{self, Size, Source};
use super::statistic::Statistic;
use super::words::{Words, on};
use crate::read::Grid;
use crate::read::names::{self, Meaning};
use crate::read::value::{Number, Value};
use crate::table::Table;

/// Different labels that a column of kinds has at most.
const KINDS: u64 = 24;

/// What a label says of its row, where it says nothing else: of which kind its numbers are, and of which statistic.
fn kind(label: &str) -> Option<Spec> {
    let words = Words::of(label);
    let whole = words.words.join(" ");
    if words.any("no-count") {
        return Some(Spec::default());
    }
    let meaning = names::meaning(label).map(|(meaning, _)| meaning);
    let first = words.words.first().is_some_and(|word| on("whole-n", word));
    let digits = label.contains(|c: char| c.is_ascii_digit());
    if on("count-kind", &whole) || first && meaning == Some(Meaning::Count) {
        return Some(Spec::single(Statistic::Count));
    }
    if (label.contains('%') || words.any("percent")) && !digits {
        return Some(Spec::single(Statistic::Share(Some(100.0))));
    }
    match meaning? {
        Meaning::Base => Some(Spec::single(Statistic::Base)),
        Meaning::Percentage => Some(Spec::single(Statistic::Share(share::told(label)))),
        Meaning::PValue | Meaning::Bound | Meaning::Estimate | Meaning::StandardError => {
            Some(Spec::default())
        }
        _ => None,
    }
}

/// The column of labels of which each says the kind of its row's numbers, some that they count and some otherwise.
pub(super) fn find(table: &Table, grid: &Grid, labels: &[usize], figures: &[usize]) -> Option<Label> {
    labels.iter().find_map(|column| read(table, grid, *column, labels, figures))
}

fn read(table: &Table, grid: &Grid, column: usize, labels: &[usize], figures: &[usize]) -> Option<Label> {
    // Headings between the rows may stand among the labels.
    let alone = labels.len() == 1;
    let profile = table.profiles.get(column).filter(|profile| profile.texts > 1)?;
    if !alone && profile.distinct > KINDS {
        return None;
    }
    let mut label = Label::of(column, labels);
    let mut known: HashMap<&str, Option<u16>> = HashMap::new();
    for row in 0..grid.rows() {
        let text = grid.text(row, column);
        let spec = *known.entry(text).or_insert_with(|| label.add(text, kind));
        label.rows.push(spec);
        let said = || figures.iter().any(|at| !matches!(grid.value(row, *at), Value::Blank));
        if spec.is_none() && said() {
            return None;
        }
    }
    let has = |is: fn(&Spec) -> bool| label.used().any(is);
    let counts = has(|spec| spec.first == Some(Statistic::Count));
    let others =
        has(|spec| !matches!(spec.first, Some(Statistic::Count | Statistic::Base))) && table.rows > 1;
    if !counts || !others {
        return None;
    }
    label.kinds = true;
    label.blocks = blocks(grid, &label);
    Some(label)
}

/// The group of each row by where it stands, for those whose other labels do not say it: `Count` and below it `% within sex`.
fn blocks(grid: &Grid, label: &Label) -> Option<Vec<u32>> {
    let counts = |row: &usize| label.row(*row).is_some_and(|spec| spec.first == Some(Statistic::Count));
    let named = |row: &usize| label.row(*row).is_some();
    let keys: HashSet<String> = (0..grid.rows()).filter(counts).map(|row| label.key(grid, row)).collect();
    let blank = keys.contains(&label.key(grid, usize::MAX));
    let told = (0..grid.rows()).filter(named).all(|row| keys.contains(&label.key(grid, row)));
    if told && !blank {
        return None;
    }
    let (mut block, mut seen) = (0, HashSet::new());
    let each = (0..grid.rows()).map(|row| {
        let text = grid.text(row, label.column);
        let begins = label.others.iter().any(|at| !grid.text(row, *at).is_empty());
        if !named(&row) || seen.contains(text) || begins && !seen.is_empty() {
            (block, seen) = (block + 1, HashSet::new());
        }
        if named(&row) {
            seen.insert(text);
        }
        block
    });
    Some(each.collect())
}

/// How many people stand behind a percentage of a row that says that it holds percentages: the count in its own row of
/// counts, else what the same row or column says is all of them.
pub(super) fn size(label: &Label, grid: &Grid, row: usize, column: usize) -> Option<Size> {
    let group = |row: usize, is: Statistic| {
        label.group(grid, row).find(|at| label.row(*at).is_some_and(|spec| spec.first == Some(is)))
    };
    let exact = |row: usize, column: usize, is: Statistic| {
        let (least, most) = size::count(grid, group(row, is)?, column)?;
        (least == most).then_some(least)
    };
    if let Some(n) = exact(row, column, Statistic::Count) {
        let counted = group(row, Statistic::Count).map_or("", |at| grid.text(at, label.column));
        let base = counted.trim() == "N" && is_base(label, grid, (row, column));
        return Some(Size::exact(n, if base { Source::BaseRow } else { Source::CountRow }));
    }
    if let Some(n) = exact(row, column, Statistic::Base) {
        return Some(Size::exact(n, Source::BaseRow));
    }
    let all = |row: usize, column: usize| matches!(grid.value(row, column), Value::Number(Number { value, .. }) if (value - 100.0).abs() < 0.05);
    let others = (0..grid.width()).filter(|at| *at != column && all(row, *at));
    let beside = others
        .into_iter()
        .find_map(|at| exact(row, at, Statistic::Count).map(|n| Size::exact(n, Source::Row(at))));
    let same = || {
        let kind = grid.text(row, label.column);
        (0..grid.rows())
            .filter(|at| *at != row && grid.text(*at, label.column) == kind && all(*at, column))
            .find_map(|at| exact(at, column, Statistic::Count))
            .map(|n| Size::exact(n, Source::Margin))
    };
    beside.or_else(same)
}

/// Whether the counts beside the percentages of a column, headed N, are what those are out of rather than their numerators:
/// no row or column of percentages comes to 100, and the counts have no base in common.
fn is_base(label: &Label, grid: &Grid, (row, column): (usize, usize)) -> bool {
    let share = |row: usize, column: usize| match grid.value(row, column) {
        Value::Number(number) if (0.0..=100.0).contains(&number.value) => Some(number),
        _ => None,
    };
    let kind = grid.text(row, label.column);
    if Words::of(kind).any("part-of") {
        return false;
    }
    let whole = |numbers: &[Number]| {
        numbers.iter().any(|number| number.value > 99.95)
            || numbers.len() > 1
                && (numbers.iter().map(|number| number.value).sum::<f64>() - 100.0).abs() < 1.0
    };
    let across: Vec<Number> = (0..grid.width()).filter_map(|at| share(row, at)).collect();
    let rows = || (0..grid.rows()).filter(|at| grid.text(*at, label.column) == kind);
    let down: Vec<Number> = rows().filter_map(|at| share(at, column)).collect();
    if whole(&across) || whole(&down) {
        return false;
    }
    let counts = |at: usize| label.row(at).is_some_and(|spec| spec.first == Some(Statistic::Count));
    let pair = |at: usize| {
        let (n, _) = size::count(grid, label.group(grid, at).find(|at| counts(*at))?, column)?;
        Some((n as f64, share(at, column)?))
    };
    let pairs: Vec<(f64, Number)> = rows().filter_map(pair).collect();
    let bases = pairs.iter().map(|(n, share)| {
        (n / (share.value + share::half(*share)), n / (share.value - share::half(*share)).max(1e-12))
    });
    let (least, most) =
        bases.fold((0.0_f64, f64::MAX), |(least, most), base| (least.max(base.0), most.min(base.1)));
    let shared = pairs.len() > 1 && least <= most;
    !shared && pairs.iter().all(|(n, share)| share::within(*share, 100.0, *n).is_some())
}
