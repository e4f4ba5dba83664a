//! How the cells of a crosstab share out their margins: a group that falls into one category tells of everybody in it.

use std::collections::{BTreeMap, BTreeSet};

use exeat_domain::finding::Place;

use super::Draft;
use super::cells::{At, Content};
use super::frame::{Dimension, Frame, Key};
use crate::read::names::{self, Meaning};
use crate::read::value::{Number, Value, date};
use crate::table::{Role, Table};

/// How much of its margin a cell holds; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Holds {
    /// Nine in ten or more.
    Most,
    /// All but one.
    AllButOne,
    /// All.
    All,
}

/// A cell that holds nearly all of a margin.
#[derive(Clone, Debug)]
pub(crate) struct Share {
    /// Where it is.
    pub(crate) place: Place,
    /// How much of its margin it holds.
    pub(crate) holds: Holds,
    /// What was seen, in one sentence.
    pub(crate) message: String,
}

/// Cells that make up a margin, and where that is printed.
struct Line {
    parts: Vec<At>,
    total: Option<At>,
    /// What it lies along: its row, its column, or its group.
    along: &'static str,
    /// Cells of it may be left out of the table.
    absent: bool,
}

/// The shares of a crosstab; none where the table is no crosstab.
pub(super) fn shares(draft: &Draft) -> Option<Vec<Share>> {
    let lines = lines(draft);
    if lines.len() < 2 {
        return None;
    }
    let mut worst: BTreeMap<At, (Holds, String)> = BTreeMap::new();
    for line in &lines {
        if let Some((at, holds, message)) = held(draft, line)
            && worst.get(&at).is_none_or(|(before, _)| *before < holds)
        {
            worst.insert(at, (holds, message));
        }
    }
    let share = |(at, (holds, message)): (At, (Holds, String))| Share {
        place: draft.table.cell(at.0 as u64, at.1, draft.cells.text(at)),
        holds,
        message,
    };
    Some(worst.into_iter().map(share).collect())
}

/// What one cell of a line holds of its margin, if that is nearly all.
fn held(draft: &Draft, line: &Line) -> Option<(At, Holds, String)> {
    // A margin that a declared zero fills says what everybody knows.
    let declared =
        |at: &At| draft.table.groups.as_deref().is_some_and(|groups| groups.is_structural(at.0, at.1));
    if line.parts.iter().any(declared) {
        return None;
    }
    let (mut most, mut sum, mut open) = (None, 0_i64, false);
    for &at in &line.parts {
        match draft.cells.get(at) {
            Content::Known(count) => {
                sum += count;
                if most.is_none_or(|(_, before)| count > before) {
                    most = Some((at, count));
                }
            }
            Content::Hidden(_) => open = true,
            // What is missing need not be zero.
            Content::Missing | Content::Other => return None,
        }
    }
    let (at, count) = most?;
    let margin = match line.total {
        Some(total) => draft.cells.known(total)?,
        None if open => return None,
        None => sum,
    };
    if margin <= 0 || sum > margin {
        return None;
    }
    // A total that leaves nothing to what is hidden was worked out again from what is shown.
    let again = open && sum == margin;
    let along = line.along;
    // What is left out may be nobody, or too few to be shown.
    if line.absent && line.parts.len() == 1 && line.total.is_none() {
        let message = format!(
            "The cell holds all {count} that are shown of its {along}: no other category of it is in the table."
        );
        return Some((at, Holds::Most, message));
    }
    let exact = !again && (draft.rounding.at(at).is_none() || draft.few);
    if exact && count == margin {
        let message = format!(
            "The cell holds all {margin} of its {along}, so that what it says is true of everybody there."
        );
        return Some((at, Holds::All, message));
    }
    if exact && count == margin - 1 && count >= 2 {
        return Some((
            at,
            Holds::AllButOne,
            format!("The cell holds {count} of the {margin} of its {along}: all but one."),
        ));
    }
    let message = || format!("The cell holds {count} of the {margin} of its {along}, nine in ten or more.");
    (count * 10 >= margin * 9).then(|| (at, Holds::Most, message()))
}

/// The lines of a crosstab.
fn lines(draft: &Draft) -> Vec<Line> {
    let frame = &draft.frame;
    let levels = column_levels(draft);
    let rows: Vec<usize> = (0..frame.height).filter(|&row| !frame.total_row(row)).collect();
    let mut lines = Vec::new();
    match &levels {
        Some(levels) if levels.len() >= 2 && rows.len() >= 2 => {
            lines.extend(along_rows(draft, levels, &rows));
            lines.extend(along_columns(draft, levels, &rows));
        }
        _ => {
            for &column in &frame.measures {
                lines.extend(along_groups(draft, column));
            }
        }
    }
    lines
}

/// The columns of counts that are levels of one dimension, without their totals.
fn column_levels(draft: &Draft) -> Option<Vec<usize>> {
    let frame = &draft.frame;
    let totals: BTreeSet<usize> = draft
        .families
        .iter()
        .filter(|family| family.along_rows)
        .flat_map(|family| &family.sums)
        .map(|sum| sum.total.1)
        .collect();
    let parts: BTreeSet<usize> = draft
        .families
        .iter()
        .filter(|family| family.along_rows)
        .flat_map(|family| &family.sums)
        .flat_map(|sum| sum.parts.iter().map(|at| at.1))
        .collect();
    let levels: Vec<usize> = if parts.is_empty() {
        let alone = draft.table.columns.iter().enumerate().all(|(at, column)| {
            let labels =
                matches!(column.role, Role::Dimension | Role::Period | Role::RowNumber | Role::Empty);
            labels || frame.measures.contains(&at)
        });
        if !alone || frame.columns.len() != 1 || frame.rows.len() != 1 || !all_levels(draft, &[]) {
            return None;
        }
        frame.measures.clone()
    } else {
        parts.difference(&totals).copied().collect()
    };
    let name = |column: usize| draft.table.columns.get(column).map_or("", |column| column.name.as_str());
    let related = levels.iter().chain(&totals).all(|&column| !is_fraction(name(column)));
    (related && !levels.iter().all(|&column| is_time(name(column)))).then_some(levels)
}

/// Whether the headers of the columns of counts name levels of one dimension.
pub(super) fn are_levels(draft: &Draft) -> bool {
    let header = |column: usize| draft.table.columns.get(column).map_or("", |column| column.name.as_str());
    let is_total = |column: &usize| super::frame::is_total(header(*column));
    let totals: Vec<usize> = draft.frame.measures.iter().copied().filter(is_total).collect();
    let rest = || draft.frame.measures.iter().filter(|column| !totals.contains(column));
    all_levels(draft, &totals) && !rest().any(|&column| is_fraction(header(column)))
}

/// Whether the headers of all columns of counts but these name levels: each by itself, or all as the sides of one question.
fn all_levels(draft: &Draft, but: &[usize]) -> bool {
    let measures = draft.frame.measures.iter().filter(|column| !but.contains(column));
    let headers: Vec<&str> = measures
        .map(|&column| draft.table.columns.get(column).map_or("", |column| column.name.as_str()))
        .collect();
    headers.iter().all(|header| is_level(header)) || are_sides(&headers)
}

/// Answers to one question.
const ANSWERS: &str = "yes no ja nee neen nein oui non true false unknown missing onbekend inconnu";
/// Those with and those without what is looked for.
const CASES: &str = "case cases patient patients gevallen geval patienten cas falle patiënten fälle";
/// Those whom they are compared with.
const CONTROLS: &str = "control controls noncase noncases controle controles controlegroep temoins témoins kontrolle \
    kontrollen comparator comparators";

/// Whether headers are the sides of one question: answers, or cases and controls.
fn are_sides(headers: &[&str]) -> bool {
    let bare = |header: &&str| -> String {
        let lower = header.to_lowercase();
        let lower = lower.split([',', '(', '%']).next().unwrap_or_default();
        let lower = lower.trim().trim_start_matches("n ").trim_end_matches(" n");
        lower.chars().filter(|c| c.is_alphabetic()).collect()
    };
    let sides: BTreeSet<String> = headers.iter().map(bare).collect();
    let on = |list: &str, side: &String| list.split_whitespace().any(|listed| listed == side);
    sides.len() == headers.len()
        && sides.len() >= 2
        && (sides.iter().all(|side| on(ANSWERS, side))
            || sides.iter().all(|side| on(CASES, side) || on(CONTROLS, side))
                && sides.iter().any(|side| on(CONTROLS, side)))
}

/// Whether a header names a level rather than a measure of its own.
fn is_level(header: &str) -> bool {
    let letter = header.len() == 1 && !matches!(header, "n" | "N" | "p" | "P");
    letter && header.starts_with(|c: char| c.is_alphabetic())
        || !header.is_empty()
            && match names::meaning(header) {
                None | Some((Meaning::Attribute | Meaning::Label, _)) => true,
                Some((Meaning::Count, word)) => {
                    matches!(word.as_str(), "women" | "men" | "males" | "females")
                }
                Some(_) => false,
            }
}

/// Whether a header is one side of a numerator and its denominator, or of coverage.
fn is_fraction(header: &str) -> bool {
    let words = names::words(header);
    let telling = [
        "numerator",
        "denominator",
        "denom",
        "population",
        "pop",
        "coverage",
        "vaccinated",
        "unvaccinated",
        "uptake",
        "eligible",
        "registered",
        "tested",
        "tests",
    ];
    words.iter().any(|word| telling.contains(&word.as_str()))
        || matches!(names::meaning(header), Some((Meaning::Base, _)))
}

/// Whether a label is a year, a date, a week.
fn is_time(label: &str) -> bool {
    let label = label.trim();
    let digits = label.trim_start_matches(|c: char| !c.is_ascii_digit());
    let year = digits.len() == 4 && digits.parse::<u32>().is_ok_and(|year| (1500..=2100).contains(&year));
    date(label) || year
}

fn along_rows(draft: &Draft, levels: &[usize], rows: &[usize]) -> Vec<Line> {
    let printed: Vec<&super::families::Sum> =
        draft.families.iter().filter(|family| family.along_rows).flat_map(|family| &family.sums).collect();
    rows.iter()
        .flat_map(|&row| {
            let own: Vec<Line> = printed
                .iter()
                .filter(|sum| sum.total.0 == row && sum.parts.iter().all(|at| levels.contains(&at.1)))
                .map(|sum| Line {
                    parts: sum.parts.clone(),
                    total: Some(sum.total),
                    along: "row",
                    absent: false,
                })
                .collect();
            if own.is_empty() && printed.is_empty() {
                return vec![Line {
                    parts: levels.iter().map(|&column| (row, column)).collect(),
                    total: None,
                    along: "row",
                    absent: false,
                }];
            }
            own
        })
        .collect()
}

fn along_columns(draft: &Draft, levels: &[usize], rows: &[usize]) -> Vec<Line> {
    let frame = &draft.frame;
    let printed: Vec<&super::families::Sum> =
        draft.families.iter().filter(|family| !family.along_rows).flat_map(|family| &family.sums).collect();
    let [dimension] = frame.rows.as_slice() else {
        return of_sums(&printed, levels);
    };
    if dimension.period || dimension.levels.iter().all(|level| is_time(level)) {
        return Vec::new();
    }
    if !printed.is_empty() {
        return of_sums(&printed, levels);
    }
    let distinct = rows.iter().map(|&row| key(dimension, row)).collect::<BTreeSet<_>>().len() == rows.len();
    if !distinct || dimension.has_total() {
        return Vec::new();
    }
    let line = |&column: &usize| Line {
        parts: rows.iter().map(|&row| (row, column)).collect(),
        total: None,
        along: "column",
        absent: false,
    };
    levels.iter().map(line).collect()
}

fn of_sums(sums: &[&super::families::Sum], levels: &[usize]) -> Vec<Line> {
    let inside = sums.iter().filter(|sum| levels.contains(&sum.total.1));
    inside
        .map(|sum| Line { parts: sum.parts.clone(), total: Some(sum.total), along: "column", absent: false })
        .collect()
}

fn key(dimension: &Dimension, row: usize) -> Option<u32> {
    match dimension.keys.get(row) {
        Some(Key::Level(level)) => Some(*level),
        Some(Key::Total) | None => None,
    }
}

/// Lines of a long table of two dimensions or more: along each of them, all others being the same.
fn along_groups(draft: &Draft, column: usize) -> Vec<Line> {
    let frame: &Frame = &draft.frame;
    let header = draft.table.columns.get(column).map_or("", |column| column.name.as_str());
    if frame.rows.len() < 2
        || is_fraction(header)
        || frame.rows.iter().any(|dimension| dimension.levels.len() < 2)
    {
        return Vec::new();
    }
    let rows: Vec<usize> = (0..frame.height).filter(|&row| !frame.total_row(row)).collect();
    let levels = frame.rows.iter().map(|dimension| dimension.levels.len());
    let crossed = levels.fold(1, usize::saturating_mul);
    // A long table may leave out what nobody falls into.
    if rows.len() > crossed || rows.len() < crossed - crossed / 4 || rows.len() < 3 {
        return Vec::new();
    }
    let absent = rows.len() < crossed;
    let mut lines = Vec::new();
    for (along, dimension) in frame.rows.iter().enumerate() {
        if dimension.period || dimension.levels.iter().all(|level| is_time(level)) {
            continue;
        }
        let mut groups: BTreeMap<Vec<Option<u32>>, Vec<At>> = BTreeMap::new();
        for &row in &rows {
            let others = frame.rows.iter().enumerate().filter(|(at, _)| *at != along);
            groups.entry(others.map(|(_, other)| key(other, row)).collect()).or_default().push((row, column));
        }
        let distinct = |parts: &Vec<At>| {
            let own = parts.iter().map(|&(row, _)| key(dimension, row)).collect::<BTreeSet<_>>();
            own.len() == parts.len()
        };
        if !groups.values().all(distinct) {
            return Vec::new();
        }
        lines.extend(groups.into_values().filter_map(|parts| {
            let sums = draft.families.iter().flat_map(|family| &family.sums);
            let total = sums.clone().find(|sum| sum.parts == parts).map(|sum| sum.total);
            // Categories that do not come to the total that is printed overlap.
            (total.is_some() || !dimension.has_total()).then_some(Line {
                parts,
                total,
                along: "group",
                absent,
            })
        }));
    }
    lines
}

/// The shares of a crosstab of percentages of rows or columns; none where the table is no such crosstab.
pub(super) fn percentages(table: &Table) -> Option<Vec<Share>> {
    let columns: Vec<usize> =
        (0..table.columns.len()).filter(|&at| table.columns[at].role == Role::Percentage).collect();
    if !(2..=100).contains(&columns.len())
        || !(2..=1000).contains(&table.rows)
        || table.is_record_level()
        || !table.is_held()
    {
        return None;
    }
    let grid = table.grid()?;
    let label = |row: usize| {
        (0..grid.width()).any(|at| !columns.contains(&at) && super::frame::is_total(grid.text(row, at)))
    };
    let rows: Vec<usize> = (0..grid.rows()).filter(|&row| !label(row)).collect();
    let columns: Vec<usize> =
        columns.into_iter().filter(|&at| !super::frame::is_total(&table.columns[at].name)).collect();
    let get = |at: At| match grid.value(at.0, at.1) {
        Value::Number(Number { value, .. }) if value >= 0.0 => Some(value),
        _ => None,
    };
    let by_row: Vec<Vec<At>> =
        rows.iter().map(|&row| columns.iter().map(|&column| (row, column)).collect()).collect();
    let by_column: Vec<Vec<At>> =
        columns.iter().map(|&column| rows.iter().map(|&row| (row, column)).collect()).collect();
    let whole = |lines: &[Vec<At>], of: f64| {
        lines.len() >= 2
            && lines.iter().all(|line| {
                let sum: Option<f64> = line.iter().map(|&at| get(at)).sum();
                line.len() >= 2 && sum.is_some_and(|sum| (sum - of).abs() <= of / 100.0)
            })
    };
    let kinds = [
        (&by_row, 100.0, "row"),
        (&by_row, 1.0, "row"),
        (&by_column, 100.0, "column"),
        (&by_column, 1.0, "column"),
    ];
    let (lines, of, along) = kinds.into_iter().find(|(lines, of, _)| whole(lines, *of))?;
    let mut found = Vec::new();
    for &at in lines.iter().flatten() {
        let Some(value) = get(at).filter(|value| *value >= of * 0.9) else { continue };
        let holds = if value >= of { Holds::All } else { Holds::Most };
        let share = value / of * 100.0;
        let message = match holds {
            Holds::All => {
                format!("The cell holds all of its {along}, so that what it says is true of everybody there.")
            }
            Holds::Most | Holds::AllButOne => {
                format!("The cell holds {share:.1} % of its {along}, nine in ten or more.")
            }
        };
        found.push(Share { place: table.cell(at.0 as u64, at.1, grid.text(at.0, at.1)), holds, message });
    }
    Some(found)
}
