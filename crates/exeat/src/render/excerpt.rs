//! The part of a table in which findings lie: header, row numbers, the rows around, and the cells marked.

use std::collections::{BTreeMap, BTreeSet};

use exeat_checks::table::shown;
use exeat_domain::finding::{Finding, Place, Severity};

use super::look::{Look, Tone, cut, width};
use super::{Part, place};

/// Rows shown above and below one that is marked.
const AROUND: u64 = 1;
/// Rows shown of a table of which a column, or the whole, is meant.
const SAMPLE: u64 = 3;
/// Rows with marks that are shown, each with those around it.
const MARKED: usize = 4;
/// Columns of the terminal that one cell may take.
const CELL: usize = 22;
/// Columns of the terminal that a header may take over narrower cells, where there is room and where there is not.
const HEADERS: [usize; 2] = [28, 14];
/// Columns of labels that matter more than the second marked one.
const LABELS: usize = 2;
const INDENT: &str = "      ";
const GAP: &str = "  ";

/// What is marked in one table.
#[derive(Default)]
struct Marks {
    rows: BTreeSet<u64>,
    columns: BTreeMap<usize, Severity>,
    cells: BTreeMap<(u64, usize), (Severity, String)>,
}

/// The excerpt of the first table that the findings lie in; nothing where they lie in none that was read.
///
/// `whole` says whether to draw the first rows of a table that is meant as a whole.
pub(super) fn of(findings: &[&Finding], tables: &[Part], whole: bool, look: Look) -> String {
    let Some(index) = table(findings) else { return String::new() };
    let Some(view) = tables.iter().find(|view| view.index == index) else { return String::new() };
    let chosen = chosen(findings);
    let marks = Marks::of(findings.iter().filter(|finding| lies_in(finding, index)), view);
    let rows: Vec<u64> = around(chosen).into_iter().filter(|row| view.rows.contains_key(row)).collect();
    if rows.is_empty() || (marks.is_empty() && !whole) {
        return String::new();
    }
    Drawing::new(view, &marks.within(&rows), rows, look).text()
}

/// The rows of the excerpt: those that are chosen and what stands around them, or the first ones where none are.
fn around(chosen: BTreeSet<u64>) -> BTreeSet<u64> {
    if chosen.is_empty() {
        return (0..SAMPLE).collect();
    }
    chosen.into_iter().flat_map(|row| row.saturating_sub(AROUND)..=row + AROUND).collect()
}

/// The rows of the excerpt, and the table they are of.
pub(super) fn wanted(findings: &[&Finding]) -> Option<(u32, BTreeSet<u64>)> {
    Some((table(findings)?, around(chosen(findings))))
}

/// Rows that must be read for the excerpt.
pub(super) fn deepest(findings: &[&Finding]) -> u64 {
    chosen(findings).last().map_or(SAMPLE, |row| row + 1 + AROUND)
}

/// The table that the first finding with a place in a table lies in.
fn table(findings: &[&Finding]) -> Option<u32> {
    let within = |place: &Place| {
        place.table.is_some() || place.column.is_some() || place.row.is_some() || place.cell.is_some()
    };
    findings.iter().find(|finding| within(&finding.place)).map(|finding| finding.place.table.unwrap_or(0))
}

fn lies_in(finding: &Finding, table: u32) -> bool {
    finding.place.table.unwrap_or(0) == table
}

/// The rows in the middle of the excerpt: those of the first findings.
fn chosen(findings: &[&Finding]) -> BTreeSet<u64> {
    let mut rows = BTreeSet::new();
    let Some(table) = table(findings) else { return rows };
    for row in findings
        .iter()
        .filter(|finding| lies_in(finding, table))
        .filter_map(|finding| place::row(&finding.place))
    {
        if rows.len() < MARKED {
            rows.insert(row);
        }
    }
    rows
}

impl Marks {
    fn of<'a>(findings: impl Iterator<Item = &'a &'a Finding>, view: &Part) -> Self {
        let mut marks = Self::default();
        for finding in findings {
            let place = &finding.place;
            let column = match (place.cell, &place.column) {
                (Some([_, column]), _) => usize::try_from(column).ok(),
                (None, Some(name)) => view.columns.iter().position(|(header, _)| shown(header) == *name),
                (None, None) => None,
            };
            match (place::row(place), column) {
                (Some(row), Some(column)) => {
                    let range = finding
                        .interval
                        .map(|(low, high)| format!(" → {}", place::interval(low, high)))
                        .unwrap_or_default();
                    marks.cells.entry((row, column)).or_insert((finding.severity, range));
                }
                (Some(row), None) => {
                    marks.rows.insert(row);
                }
                (None, Some(column)) => {
                    marks.columns.entry(column).or_insert(finding.severity);
                }
                (None, None) => {}
            }
        }
        marks
    }

    /// Those that lie in the rows that are shown.
    fn within(mut self, rows: &[u64]) -> Self {
        self.cells.retain(|(row, _), _| rows.contains(row));
        self
    }

    fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.columns.is_empty() && self.cells.is_empty()
    }

    fn marked(&self, row: u64) -> bool {
        self.rows.contains(&row) || self.cells.range((row, 0)..=(row, usize::MAX)).next().is_some()
    }

    /// Columns in which something is marked, from the left.
    fn marked_columns(&self) -> BTreeSet<usize> {
        self.columns.keys().copied().chain(self.cells.keys().map(|(_, column)| *column)).collect()
    }
}

/// One column as it is drawn: cells with their marks, all of one width.
struct Drawn {
    column: usize,
    right: bool,
    header: String,
    cells: Vec<String>,
    width: usize,
}

struct Drawing<'a> {
    view: &'a Part,
    marks: &'a Marks,
    rows: Vec<u64>,
    columns: Vec<Drawn>,
    number: usize,
    look: Look,
}

impl<'a> Drawing<'a> {
    fn new(view: &'a Part, marks: &'a Marks, rows: Vec<u64>, look: Look) -> Self {
        let last = rows.last().map_or(0, |row| row + 1);
        let number = last.to_string().len().max("row".len());
        let mut drawing = Self { view, marks, rows, columns: vec![], number, look };
        let wanted = drawing.wanted();
        // Headers are told in full where that pushes no marked column out.
        for header in HEADERS {
            drawing.columns = drawing.fitting(&wanted, header);
            let drawn = |column: &usize| drawing.columns.iter().any(|drawn| drawn.column == *column);
            if marks.marked_columns().iter().all(drawn) {
                break;
            }
        }
        drawing
    }

    /// The columns that there is room for, from the left; the first wanted one in any case.
    fn fitting(&self, wanted: &[usize], header: usize) -> Vec<Drawn> {
        let mut columns: Vec<Drawn> = vec![];
        for column in wanted {
            let drawn = self.draw(*column, header);
            let at = columns.partition_point(|other| other.column < drawn.column);
            columns.insert(at, drawn);
            if columns.len() > 1 && self.takes(&columns) > self.look.width {
                columns.remove(at);
            }
        }
        columns
    }

    /// Columns of the terminal that a line of these columns takes, with what stands for those left out.
    fn takes(&self, columns: &[Drawn]) -> usize {
        let mut taken = INDENT.len() + 2 + self.number;
        let mut next = 0;
        for drawn in columns {
            taken += if drawn.column > next { 2 * GAP.len() + 1 } else { GAP.len() } + drawn.width;
            next = drawn.column + 1;
        }
        if next < self.view.columns.len() { taken + GAP.len() + 1 } else { taken }
    }

    /// Columns by how much they matter: marked ones, labels, then from the left.
    fn wanted(&self) -> Vec<usize> {
        let columns = &self.view.columns;
        let all = columns.len().max(self.view.rows.values().map(Vec::len).max().unwrap_or(0));
        let marked = self.marks.marked_columns();
        let label = |at: &usize| columns.get(*at).is_some_and(|(_, label)| *label);
        let labels = || (0..all).filter(label);
        let first = marked.iter().copied().take(1);
        let mut wanted: Vec<usize> = vec![];
        for column in
            first.chain(labels().take(LABELS)).chain(marked.iter().copied()).chain(labels()).chain(0..all)
        {
            if column < all && !wanted.contains(&column) {
                wanted.push(column);
            }
            // Beyond this no terminal has room, and a table may have thousands.
            if wanted.len() >= 64 {
                break;
            }
        }
        wanted
    }

    fn draw(&self, column: usize, header: usize) -> Drawn {
        let marked = self.marks.marked_columns().contains(&column);
        let raw = |row: &u64| self.view.rows.get(row).and_then(|row| row.get(column));
        let texts: Vec<String> =
            self.rows.iter().map(|row| cut(raw(row).map_or("", |cell| cell.trim()), CELL)).collect();
        let right = texts.iter().any(|text| is_number(text))
            && texts.iter().all(|text| is_number(text) || is_marker(text));
        let mark = |text: &str, range: &str| format!("[{text}{range}]");
        let plain = |text: &str| if marked { format!(" {text} ") } else { text.to_owned() };
        let widest = texts.iter().map(|text| width(text)).max().unwrap_or(0).max(header);
        let name = cut(self.view.columns.get(column).map_or("", |(header, _)| header.trim()), widest);
        let header = if self.marks.columns.contains_key(&column) { mark(&name, "") } else { plain(&name) };
        let cells: Vec<String> = self
            .rows
            .iter()
            .zip(&texts)
            .map(|(row, text)| match self.marks.cells.get(&(*row, column)) {
                Some((_, range)) => mark(text, range),
                None => plain(text),
            })
            .collect();
        let width = cells.iter().chain([&header]).map(|text| width(text)).max().unwrap_or(0);
        Drawn { column, right, header, cells, width }
    }

    fn text(&self) -> String {
        let mut text = String::from("\n");
        if self.view.one_of_several {
            text.push_str(&format!("{INDENT}table {}\n", u64::from(self.view.index) + 1));
        }
        let head = self.line(
            &format!("  {:>1$}", "row", self.number),
            |drawn| (drawn.header.clone(), self.marks.columns.get(&drawn.column).copied()),
            Some(Tone::Quiet),
        );
        text.push_str(&head);
        let mut before = None;
        for (at, row) in self.rows.iter().enumerate() {
            if before.is_some_and(|before: u64| before + 1 < *row) {
                text.push_str(&format!("{INDENT}  {:>1$}\n", "⋮", self.number));
            }
            before = Some(*row);
            let sign = if self.marks.marked(*row) { "▸" } else { " " };
            let number = format!("{sign} {:>1$}", row + 1, self.number);
            let cell = |drawn: &Drawn| {
                (
                    drawn.cells[at].clone(),
                    self.marks.cells.get(&(*row, drawn.column)).map(|(severity, _)| *severity),
                )
            };
            text.push_str(&self.line(&number, cell, None));
        }
        text.push('\n');
        text
    }

    /// One line: its number, and each column's cell in the colour of its mark.
    fn line(
        &self,
        number: &str,
        cell: impl Fn(&Drawn) -> (String, Option<Severity>),
        tone: Option<Tone>,
    ) -> String {
        let mut line = format!("{INDENT}{number}");
        let mut next = 0;
        for drawn in &self.columns {
            line.push_str(GAP);
            if drawn.column > next {
                line.push('…');
                line.push_str(GAP);
            }
            next = drawn.column + 1;
            let (text, severity) = cell(drawn);
            let pad = " ".repeat(drawn.width.saturating_sub(width(&text)));
            // Blanks stay outside the colour, so that they can be trimmed at the end of a line.
            let inner = text.trim();
            let painted = match severity.map(Tone::from).or(tone) {
                Some(tone) if !inner.is_empty() => text.replacen(inner, &self.look.paint(tone, inner), 1),
                _ => text,
            };
            if drawn.right {
                line.push_str(&pad);
            }
            line.push_str(&painted);
            if !drawn.right {
                line.push_str(&pad);
            }
        }
        if next < self.view.columns.len() {
            line.push_str(GAP);
            line.push('…');
        }
        line.truncate(line.trim_end().len());
        line.push('\n');
        line
    }
}

/// Whether a cell reads as a number, so that it is set to the right.
fn is_number(text: &str) -> bool {
    let body = text.trim_start_matches(['<', '>', '=', '≤', '≥', '~', '-', '+', '(', ' ']);
    let digits =
        |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '%' | '\u{a0}' | '\u{202f}' | ')');
    body.parse::<f64>().is_ok()
        || (body.starts_with(|c: char| c.is_ascii_digit() || c == '.') && body.chars().all(digits))
}

/// Whether a cell stands for a number that is not there.
fn is_marker(text: &str) -> bool {
    let lower = text.to_lowercase();
    matches!(
        lower.as_str(),
        "" | "*"
            | "."
            | ".."
            | "…"
            | "-"
            | "–"
            | "na"
            | "n/a"
            | "nan"
            | "null"
            | "[redacted]"
            | "s"
            | "c"
            | "x"
    )
}
