//! From lines to tables: the layout, the profile of each column, and the roles that follow from both.

use std::sync::OnceLock;

use super::dialect;
use super::layout::{self, Found};
use super::persons::{self, Cells, Likeness};
use super::profile::{Profile, Profiler};
use super::record::RecordError;
use super::stream::Body;
use super::value::{Decimal, is_unsplit};
use super::{Held, Lines, Rows, TextLine, groups, items, roles};
use crate::identifier::Tally;
use crate::policy::Policy;
use crate::table::Table;
use exeat_domain::finding::Place;

/// Cells of a table that is also looked at on its side.
const TURNED: u64 = 4_000_000;

/// Reads lines into tables.
pub(crate) fn tables(lines: &Lines, policy: &Policy) -> Result<Held, RecordError> {
    let layout = layout::layout(lines)?;
    let refused = |why: &str| Ok(Held::Refused { why: why.to_owned(), place: Place::default() });
    if layout.tables.is_empty() {
        return refused(if layout.outside.is_empty() {
            "it holds no cell that is not blank"
        } else {
            "it does not read as a table"
        });
    }
    let ragged =
        layout.regular < 0.5 && layout.telling < 0.1 || layout.regular < 0.9 && layout.telling < 0.05;
    if ragged && let Some(line) = unsplit(lines, layout.decimal)? {
        let why = "it is a print-out whose columns were not told apart".to_owned();
        return Ok(Held::Undecided { why, place: Place { line: Some(line), ..Place::default() } });
    }
    if ragged && !is_print_out(lines)? {
        return refused(
            "it does not read as a table: its lines have no common width and hold hardly any numbers",
        );
    }
    let several = layout.tables.len() > 1;
    let mut tables = Vec::new();
    for (at, found) in layout.tables.into_iter().enumerate() {
        tables.push(table(
            found,
            u32::try_from(at).unwrap_or(u32::MAX),
            several,
            lines,
            layout.decimal,
            policy,
        )?);
    }
    let outside = layout.outside.into_iter().map(|(line, text)| TextLine { line, text }).collect();
    Ok(Held::Tables { tables, outside })
}

/// The first of two lines or more with numbers that blanks part, where lines of no common width were not split at them.
fn unsplit(lines: &Lines, decimal: Decimal) -> Result<Option<u64>, RecordError> {
    let (mut first, mut found) = (None, 0);
    lines.each(|number, record| {
        if record.fields().any(|cell| is_unsplit(cell, decimal)) {
            found += 1;
            first = first.or(Some(record.line));
        }
        found < 2 && number < 1000
    })?;
    Ok(first.filter(|_| found >= 2))
}

/// Whether lines of no common width are a print-out of a statistical package, which has words and numbers on each.
fn is_print_out(lines: &Lines) -> Result<bool, RecordError> {
    let mut found = false;
    lines.each(|number, record| {
        found = found || dialect::is_of_a_print_out(&record.fields().collect::<Vec<_>>().join(" "));
        !found && number < 1000
    })?;
    Ok(found)
}

fn table(
    found: Found,
    index: u32,
    one_of_several: bool,
    lines: &Lines,
    decimal: Decimal,
    policy: &Policy,
) -> Result<Table, RecordError> {
    let Found { header, start, end } = found;
    let body = Rows { lines: lines.clone(), start, end };
    let mut profiler = Profiler::new(header.len(), decimal);
    body.each(|row, record| profiler.add(row, |at| record.get(at)))?;
    let orders = profiler.orders();
    let (profiles, tallies) = profiler.done(&orders);
    let rows = profiles.first().map_or(0, |profile| profile.rows);
    let sample = Rows { end: body.end.min(body.start + persons::LOOKED_AT), ..body.clone() };
    let gathered = Gathered { header, rows, profiles, tallies, decimal };
    let transposed = turned(&gathered.header, &body, rows, decimal, policy)?;
    let table = gathered.table(body, policy, |each| sample.each(|row, record| each(row, record)))?;
    Ok(Table { index, one_of_several, transposed, ..table })
}

/// The only table of a file too large to be kept, after the one pass over its lines.
pub(super) fn of_large(
    header: Vec<String>,
    body: Body,
    rows: Rows,
    decimal: Decimal,
    policy: &Policy,
) -> Result<Table, RecordError> {
    let Body { rows: count, profiles, tallies, sample } = body;
    let gathered = Gathered { header, rows: count, profiles, tallies, decimal };
    gathered.table(rows, policy, |each| {
        sample.each(0, u64::MAX, |row, record| {
            each(row, record);
            true
        })
    })
}

/// What was gathered of a table's columns.
struct Gathered {
    header: Vec<String>,
    rows: u64,
    profiles: Vec<Profile>,
    tallies: Vec<Tally>,
    decimal: Decimal,
}

impl Gathered {
    /// Tells roles and likeness; `sample` gives the first rows.
    fn table(
        self,
        body: Rows,
        policy: &Policy,
        sample: impl Fn(&mut dyn FnMut(u64, &dyn Cells)) -> Result<(), RecordError>,
    ) -> Result<Table, RecordError> {
        let Self { header, rows, profiles, mut tallies, decimal } = self;
        for (tally, name) in tallies.iter_mut().zip(&header) {
            tally.header(name);
        }
        let mut sketches = roles::sketches(&header, &profiles, policy);
        items::take_back(&mut sketches, decimal, &sample)?;
        let features = persons::features(&sketches, &profiles, rows, sample)?;
        let likeness = persons::likeness(&features);
        let columns = groups::columns(sketches, &profiles, &features, likeness.persons);
        Ok(Table {
            index: 0,
            one_of_several: false,
            columns,
            rows,
            decimal,
            likeness,
            transposed: None,
            statistic_rows: features.statistic_rows >= 2,
            profiles,
            tallies,
            groups: None,
            grid: OnceLock::new(),
            body,
        })
    }
}

/// The points of the table on its side, where it is wider than long: one column may be a person.
fn turned(
    header: &[String],
    body: &Rows,
    rows: u64,
    decimal: Decimal,
    policy: &Policy,
) -> Result<Option<Likeness>, RecordError> {
    let width = header.len();
    if width < 21 || rows < 2 || rows >= width as u64 || rows * width as u64 > TURNED {
        return Ok(None);
    }
    let mut cells: Vec<Vec<String>> = vec![header.to_vec()];
    body.each(|_, record| cells.push((0..width).map(|at| record.get(at).to_owned()).collect()))?;
    // The first column names what the rows are; each further one may be a person.
    let names: Vec<String> = cells.iter().map(|row| row[0].clone()).collect();
    let mut profiler = Profiler::new(names.len(), decimal);
    let persons: Vec<Turned> = (1..width).map(|person| Turned { cells: &cells, person }).collect();
    for (number, person) in persons.iter().enumerate() {
        profiler.add(number as u64, |at| person.cell(at));
    }
    let orders = profiler.orders();
    let profiles: Vec<Profile> = profiler.done(&orders).0;
    let mut sketches = roles::sketches(&names, &profiles, policy);
    let each = |each: &mut dyn FnMut(u64, &dyn Cells)| {
        for (number, person) in persons.iter().enumerate() {
            each(number as u64, person);
        }
        Ok(())
    };
    items::take_back(&mut sketches, decimal, each)?;
    let features = persons::features(&sketches, &profiles, width as u64 - 1, each)?;
    Ok(Some(persons::likeness(&features)))
}

/// One column of a table on its side.
struct Turned<'a> {
    cells: &'a [Vec<String>],
    person: usize,
}

impl Cells for Turned<'_> {
    fn cell(&self, at: usize) -> &str {
        self.cells.get(at).and_then(|row| row.get(self.person)).map_or("", String::as_str)
    }
}
