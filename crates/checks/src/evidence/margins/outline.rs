//! How rows stand to each other where their labels are set in, or headed: subgroups under a group, levels under a characteristic.

use super::cells::At;
use super::families::Sum;
use super::frame::{self, Frame};
use crate::read::Grid;
use crate::read::names::{self, Meaning};
use crate::read::roles;
use crate::read::value::Value;

/// Rows of a table whose outline is looked at.
const ROWS: usize = 2_000;

/// The outline of the rows; empty where all stand side by side.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    heading: Vec<bool>,
    parent: Vec<Option<usize>>,
    /// Its label names some of those above by what they have, who may be in another such row too, or not have.
    some: Vec<Option<bool>>,
}

impl Outline {
    /// That of a table whose rows this column alone labels.
    pub(super) fn of(frame: &Frame, grid: &Grid) -> Self {
        let Some(label) = frame.label.filter(|_| frame.rows.len() <= 1 && frame.height <= ROWS) else {
            return Self::default();
        };
        let blank = |row: usize| {
            frame.measures.iter().all(|&column| grid.value(row, column) == Value::Blank)
                && !grid.text(row, label).is_empty()
        };
        let indents: Vec<usize> = (0..frame.height).map(|row| grid.indent(row, label)).collect();
        let deeper = |row: usize| indents.get(row + 1) > indents.get(row);
        let heading: Vec<bool> = (0..frame.height)
            .map(|row| {
                let over = row + 1 < frame.height && !blank(row + 1) && heads(grid.text(row, label));
                blank(row) && (deeper(row) || over)
            })
            .collect();
        let indented = (0..frame.height).any(deeper) && indents.first() == Some(&0);
        if !indented && !heading.contains(&true) {
            return Self::default();
        }
        let mut parent = Vec::new();
        let mut above: Vec<(usize, usize)> = Vec::new();
        for (row, &indent) in indents.iter().enumerate() {
            let heads = heading.get(row) == Some(&true);
            let total = frame::is_total(grid.text(row, label));
            // What heads rows that are not set in goes on until the next that does.
            above.retain(|&(before, depth)| {
                depth < indent
                    || !indented && depth == indent && heading.get(before) == Some(&true) && !heads && !total
            });
            parent.push(above.last().map(|&(before, _)| before));
            above.push((row, indent));
        }
        let some = (0..frame.height).map(|row| names_some(grid.text(row, label))).collect();
        Self { heading, parent, some }
    }

    /// Whether a row only heads those below it.
    pub(super) fn is_heading(&self, row: usize) -> bool {
        self.heading.get(row) == Some(&true)
    }

    /// Whether any row stands under another.
    pub(super) fn is_nested(&self) -> bool {
        self.parent.iter().any(Option::is_some)
    }

    /// The rows right under a row; with none, those under no row.
    pub(super) fn under(&self, row: Option<usize>) -> Vec<usize> {
        (0..self.parent.len()).filter(|&at| self.parent.get(at) == Some(&row)).collect()
    }

    /// The rows under each heading, without totals.
    pub(super) fn blocks(&self, frame: &Frame) -> Vec<Vec<usize>> {
        let headings = (0..self.heading.len()).filter(|&row| self.is_heading(row));
        let rows = headings.map(|row| self.under(Some(row)));
        let bare = rows.map(|rows| rows.into_iter().filter(|&row| !frame.total_row(row)).collect::<Vec<_>>());
        bare.filter(|rows| rows.len() >= 2 && !rows.iter().any(|&row| self.is_heading(row))).collect()
    }

    /// Whether the people of rows may be the same: each is named by what they have, and none by what they do not have.
    fn overlap(&self, rows: &[usize]) -> bool {
        let of = |row: &usize| self.some.get(*row).copied().flatten();
        rows.iter().any(|row| of(row) == Some(true)) && !rows.iter().any(|row| of(row) == Some(false))
    }

    /// A row, or of a heading the one subtotal under it.
    fn counted(&self, frame: &Frame, row: usize) -> Vec<usize> {
        if !self.is_heading(row) {
            return vec![row];
        }
        let totals: Vec<usize> =
            self.under(Some(row)).into_iter().filter(|&under| frame.total_row(under)).collect();
        if totals.len() == 1 { totals } else { vec![row] }
    }

    /// Whether a row is a total that stands beside another row.
    fn beside(&self, frame: &Frame, row: usize, other: usize) -> bool {
        let same = self.parent.get(row) == self.parent.get(other);
        frame.total_row(row) && (same || !frame.total_row(other))
    }

    /// What adds up in one column: a group and the rows under it, and a total and the groups.
    pub(super) fn sums(&self, frame: &Frame, column: usize) -> Vec<Sum> {
        let at = |row: usize| -> At { (row, column) };
        let mut sums = Vec::new();
        for row in (0..frame.height).filter(|&row| !self.is_heading(row)) {
            let mut parts = self.under(Some(row));
            if parts.is_empty() && frame.total_row(row) {
                // Of those beside it; headings stand for the subtotals under them.
                parts = self.under(self.parent.get(row).copied().flatten());
                parts = parts.into_iter().flat_map(|part| self.counted(frame, part)).collect();
            }
            if parts.iter().any(|&part| self.is_heading(part)) || self.overlap(&parts) {
                continue;
            }
            let parts: Vec<At> = parts
                .into_iter()
                .filter(|&part| part != row && !self.beside(frame, part, row))
                .map(at)
                .collect();
            if parts.len() >= 2 {
                sums.push(Sum { total: at(row), parts });
            }
        }
        sums
    }
}

/// Whether a label names some of a group by what they have, or do not have; none where it does neither.
fn names_some(label: &str) -> Option<bool> {
    const SOME: [&str; 17] = [
        "with ",
        "of which",
        "of whom",
        "including ",
        "met ",
        "waarvan",
        "van wie",
        "inclusief ",
        "avec ",
        "dont ",
        "ayant ",
        "having ",
        "mit ",
        "davon ",
        "darunter ",
        "also ",
        "any ",
    ];
    let lower = label.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    const OTHERS: [&str; 6] = ["without ", "zonder ", "sans ", "ohne ", "with no ", "met geen "];
    let starts = |list: &[&str]| list.iter().any(|start| lower.starts_with(start));
    if starts(&OTHERS) { Some(false) } else { starts(&SOME).then_some(true) }
}

/// Whether a label heads rows rather than being one: it names an attribute, or ends as a heading does.
fn heads(label: &str) -> bool {
    let label = label.trim();
    label.ends_with(':')
        || label.to_lowercase().contains("n (%)")
        || (roles::is_quasi(label)
            || matches!(names::meaning(label), Some((Meaning::Attribute | Meaning::Label, _))))
            && !label.contains(|c: char| c.is_ascii_digit())
}
