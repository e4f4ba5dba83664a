//! Where the tables of a file lie: runs of lines of one width, titles and notes around them, and their header lines.

use super::header::{header, is_header};
use super::record::{Record, RecordError};
use super::rows::Lines;
use super::separator::Votes;
use super::value::{Decimal, Value, number, value};

/// Runs of lines that are told apart; a file with more is read as one ragged table from there on.
const RUNS: usize = 4096;
/// Lines kept of each run, to find its header.
const KEPT: usize = 40;
/// Tables that one file may hold; what follows belongs to the last.
const TABLES: usize = 100;
/// Lines outside the tables that are kept.
const OUTSIDE: usize = 10_000;
/// Lines of notes with three fields or more that are a table of their own.
const NOTES_ARE_A_TABLE: usize = 10;

/// One table, found but not yet understood.
#[derive(Debug)]
pub(crate) struct Found {
    /// Headers by column; empty where there is none.
    pub(crate) header: Vec<String>,
    /// Number of the first record of the body.
    pub(crate) start: u64,
    /// Number of the record after the last.
    pub(crate) end: u64,
}

/// What a file's lines come to.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) tables: Vec<Found>,
    /// Line number and text of what stands outside the tables.
    pub(crate) outside: Vec<(u64, String)>,
    pub(crate) decimal: Decimal,
    /// Share of lines that have the width of their table.
    pub(crate) regular: f64,
    /// Share of the cells looked at that say a number, a date or a marker.
    pub(crate) telling: f64,
}

/// Consecutive lines of one width.
struct Run {
    first: u64,
    count: u64,
    width: usize,
    notes: bool,
    kept: Vec<Record>,
}

/// Reads all lines once and says where the tables lie.
pub(crate) fn layout(lines: &Lines) -> Result<Layout, RecordError> {
    let (runs, votes) = runs(lines)?;
    let decimal = votes.decimal(lines.delimiter, runs.iter().map(|run| run.kept.as_slice()));
    let mut assembly = Assembly::default();
    let widest = runs.iter().map(|run| run.width).max().unwrap_or(0);
    for (at, run) in runs.iter().enumerate() {
        assembly.take(run, runs.get(at + 1), widest, decimal);
    }
    let cells =
        runs.iter().flat_map(|run| &run.kept).flat_map(Record::fields).filter(|cell| !cell.is_empty());
    let (mut all, mut telling) = (0_u32, 0_u32);
    for cell in cells.take(5000) {
        all += 1;
        telling += u32::from(value(cell, decimal) != Value::Text);
    }
    assembly.set_lone_lines_apart();
    let regular = assembly.regular as f64 / (assembly.lines.max(1)) as f64;
    let tables = assembly
        .open
        .into_iter()
        .map(|open| open.found(decimal))
        .filter(|found| !found.header.is_empty())
        .collect();
    Ok(Layout {
        tables,
        outside: assembly.outside,
        decimal,
        regular,
        telling: f64::from(telling) / f64::from(all.max(1)),
    })
}

fn runs(lines: &Lines) -> Result<(Vec<Run>, Votes), RecordError> {
    let (mut runs, mut votes): (Vec<Run>, Votes) = (Vec::new(), Votes::default());
    lines.each(|number, record| {
        votes.of(record);
        let told = number == 0
            && record.get(0).get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep="))
            && record.filled_len() <= 2;
        let notes = record.get(0).starts_with('#') && record.get(0).len() > 1;
        let width = if told || record.filled_len() == 0 { 0 } else { record.len() };
        let full = runs.len() >= RUNS;
        if record.gap && !full && !runs.is_empty() {
            runs.push(Run { first: number, count: 0, width: 0, notes: false, kept: Vec::new() });
        }
        match runs.last_mut() {
            Some(run) if full || (run.width == width && run.notes == notes) => {
                run.count += 1;
                // Of notes every line is read, of a table's rows the first tell its header.
                let most = if notes || width <= 1 { OUTSIDE } else { KEPT };
                if run.kept.len() < most {
                    run.kept.push(record.clone());
                }
            }
            _ => runs.push(Run { first: number, count: 1, width, notes, kept: vec![record.clone()] }),
        }
        true
    })?;
    Ok((runs, votes))
}

/// A table that is being put together.
struct Open {
    width: usize,
    start: u64,
    end: u64,
    kept: Vec<Record>,
}

#[derive(Default)]
struct Assembly {
    open: Vec<Open>,
    outside: Vec<(u64, String)>,
    gap: bool,
    /// A line that says which table it heads was the last.
    titled: bool,
    lines: u64,
    regular: u64,
}

impl Assembly {
    fn take(&mut self, run: &Run, next: Option<&Run>, widest: usize, decimal: Decimal) {
        if run.width == 0 {
            self.gap = true;
            return;
        }
        self.lines += run.count;
        let returns = |open: &Open| next.is_some_and(|next| next.width == open.width && !next.notes);
        let full = self.open.len() >= TABLES;
        let gap = std::mem::take(&mut self.gap);
        let titled = std::mem::take(&mut self.titled);
        if !full && widest > 1 && is_title(run) && next.is_some_and(|next| may_head(next, decimal)) {
            self.note(run);
            (self.gap, self.titled) = (true, true);
            return;
        }
        match self.open.last_mut() {
            Some(open) if full || continues(open, run, gap, titled, decimal) => {
                self.regular += if open.width == run.width { run.count } else { 0 };
                open.extend(run);
            }
            Some(open) if !gap && !run.notes && (returns(open) || (run.width > 1 && run.count == 1)) => {
                open.extend(run);
            }
            _ if (run.width == 1 && widest > 1) || (run.notes && !header_of(run, next)) => {
                self.note(run);
                self.gap = gap;
            }
            _ => {
                self.regular += run.count;
                self.start(run);
            }
        }
    }

    /// Starts a table with this run, leaving titles at its beginning outside.
    fn start(&mut self, run: &Run) {
        let filled = |record: &Record| record.fields().filter(|cell| !cell.is_empty()).count();
        // A title stands in the first field; behind a blank one stands the header of a lone column.
        let title =
            |record: &&Record| filled(record) <= 1 && (filled(record) == 0 || !record.get(0).is_empty());
        let titles = if run.width > 1 { run.kept.iter().take_while(title).count() } else { 0 };
        let titles = if titles == run.kept.len() { 0 } else { titles };
        for record in &run.kept[..titles] {
            self.outside.push((record.line, text(record)));
        }
        let start = run.first + titles as u64;
        self.open.push(Open {
            width: run.width,
            start,
            end: run.first + run.count,
            kept: run.kept[titles..].to_vec(),
        });
    }

    /// A line by itself among tables is a title or a source with a delimiter in it, and no table.
    fn set_lone_lines_apart(&mut self) {
        if self.open.iter().any(|open| open.end - open.start > 1) {
            let lone = self.open.extract_if(.., |open| open.end - open.start == 1);
            self.outside.extend(lone.flat_map(|open| open.kept).map(|record| (record.line, text(&record))));
            self.outside.sort_by_key(|(line, _)| *line);
        }
    }

    /// Takes lines that stand outside; enough of them with fields are a table after all.
    fn note(&mut self, run: &Run) {
        if run.notes && run.width >= 3 && run.count >= NOTES_ARE_A_TABLE as u64 {
            self.start(run);
        } else {
            let room = OUTSIDE.saturating_sub(self.outside.len());
            self.outside.extend(run.kept.iter().take(room).map(|record| (record.line, text(record))));
        }
    }
}

impl Open {
    fn extend(&mut self, run: &Run) {
        if self.end - self.start == 1 && run.width == self.width + 1 {
            self.width = run.width;
        }
        self.end = run.first + run.count;
        let room = KEPT.saturating_sub(self.kept.len());
        self.kept.extend(run.kept.iter().take(room).cloned());
    }

    fn found(self, decimal: Decimal) -> Found {
        let (header, rows) = header(&self.kept, self.width, decimal);
        Found { header, start: self.start + rows as u64, end: self.end }
    }
}

/// Whether a commented line is the header of what follows.
fn header_of(run: &Run, next: Option<&Run>) -> bool {
    run.count == 1 && run.width > 1 && next.is_some_and(|next| next.width == run.width)
}

/// Whether a run is one line that says which table it heads: `Table 2. By age`.
fn is_title(run: &Run) -> bool {
    let [line] = run.kept.as_slice() else { return false };
    let text = line.get(0);
    let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let told = words
        .next()
        .is_some_and(|word| ["table", "tabel", "tableau", "tabelle"].contains(&word.to_lowercase().as_str()));
    let numbered = words.next().is_some_and(|word| {
        word.len() <= 4 && word.chars().any(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
    });
    run.count == 1 && !run.notes && line.filled_len() == 1 && told && numbered
}

/// Whether a run may begin with a header: no number in its first line, and some below.
fn may_head(run: &Run, decimal: Decimal) -> bool {
    let numbers = |record: &Record| record.fields().any(|cell| number(cell, decimal).is_some());
    run.kept.split_first().is_some_and(|(first, below)| {
        below.iter().any(numbers)
            && (!numbers(first) || run.width > 1 && is_header(first, below, run.width, decimal))
    })
}

/// Whether a run goes on with the table: its width, or one more under a lone header, and no new header behind a gap.
fn continues(open: &Open, run: &Run, gap: bool, titled: bool, decimal: Decimal) -> bool {
    if run.notes {
        return false;
    }
    let shifted = !gap && open.end - open.start == 1 && run.width == open.width + 1 && !heads(run, decimal);
    let same = run.width == open.width;
    let numbers = |record: &Record| record.fields().any(|cell| number(cell, decimal).is_some());
    let filled = |record: &Record| record.fields().filter(|cell| !cell.is_empty()).count();
    // One word over a line of numbers heads a part of the table that it stands in.
    let part = run.width > 1
        && matches!(run.kept.as_slice(), [first, second, ..] if filled(first) == 1 && numbers(second));
    let new_header = gap
        && run.count > 1
        && !part
        && (titled && may_head(run, decimal)
            || run.kept.first().is_some_and(|first| !numbers(first) && first.filled_len() > 0)
                && open.kept.iter().any(numbers));
    shifted || (same && !new_header)
}

/// Whether a run begins with a header of its own: words over numbers.
fn heads(run: &Run, decimal: Decimal) -> bool {
    let numbers = |record: &Record| record.fields().any(|cell| number(cell, decimal).is_some());
    matches!(run.kept.as_slice(), [first, second, ..] if !numbers(first) && numbers(second))
}

fn text(record: &Record) -> String {
    record.fields().filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" ")
}
