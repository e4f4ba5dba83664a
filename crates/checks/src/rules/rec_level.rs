//! REC-LEVEL: one row, one column, one cell or one file a person or event, rather than a group.

mod cells;
mod stacks;
#[cfg(test)]
mod tests;
mod visits;

use exeat_domain::finding::{Place, Risk, Severity};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::read::Rows;
use crate::read::persons::{self, LOOKED_AT, Likeness};
use crate::read::record::Record;
use crate::request::Request;
use crate::rule::{Check, Findings, Judgement, Said, rule};
use crate::table::{Role, Table};

rule! {
    /// ## What it looks for
    /// Tables of twenty rows or more (for review: of eight) whose rows look like persons or events: groups that repeat, or that fill few of their
    /// combinations, columns headed as identifiers or persons, attributes of a person, no column that counts or summarises.
    /// A key that names a person, a stay or the like, or values that a model gives each person, block whatever else is there.
    /// Columns of counts, statistics or estimates, totals, suppressed cells, groups that are crossed and labels of each row's
    /// own speak against it. How many points each sign gives was fitted to real tables of both sorts (`cargo xtask fit`); the
    /// points and their reasons are in the finding. A table wider than long is looked at on its side too; small files of one
    /// request that share a header or their labels are looked at together, and so are visits at days of their own in each; and a cell that holds a list of numbers or a JSON
    /// document is a finding by itself. Of a large table the first 20,000 rows are looked at.
    ///
    /// ## Why it matters
    /// One row a person is the data itself: names need not be in it to recognise someone.
    pub struct RecordLevel {
        id: "REC-LEVEL", title: "one row a person rather than a group", severities: [Block, Review], risk: Some(Risk::LowCount),
        fix: "Aggregate first: count or summarise by group, and release the groups.",
    }
}

/// What a policy sets under `[rules.REC-LEVEL]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// Points from which a table blocks.
    block_from: i32,
    /// Points from which a table is for review.
    review_from: i32,
    /// Rows, or columns of a table on its side, from which a table is judged as a whole.
    least_rows: u64,
    /// Rows from which a smaller table that would block is for review: so few tell less of what they are.
    few_rows: u64,
    /// Numbers in one cell from which it is a list of persons.
    numbers_in_a_cell: usize,
}

impl Default for Params {
    fn default() -> Self {
        let (block_from, review_from) = persons::weights();
        Self { block_from, review_from, least_rows: persons::LEAST_ROWS, few_rows: 8, numbers_in_a_cell: 10 }
    }
}

impl Check for RecordLevel {
    type Params = Params;
    type Evidence = Request;

    fn check(params: &Params, request: &Request) -> Judgement {
        let tables = request.files.par_iter().enumerate().flat_map_iter(|(file, read)| {
            read.held
                .tables()
                .iter()
                .flat_map(move |table| of_table(params, table).into_iter().map(move |said| (file, said)))
        });
        let mut found = Findings::default();
        for (file, said) in tables.collect::<Vec<_>>() {
            found.say_of(Some(file), said);
        }
        stacks::judge_all(params, request, &mut found);
        Judgement::Decided(found)
    }
}

/// What there is to say of one table.
fn of_table(params: &Params, table: &Table) -> Vec<Said> {
    let mut said = Vec::new();
    let whole = Place { table: Some(table.index), ..table.whole() };
    if table.rows >= params.least_rows {
        said.extend(judge(params, &table.likeness, "row", &whole));
    } else if table.rows >= params.few_rows && table.likeness.score >= params.block_from {
        let few = judge(params, &table.likeness, "row", &whole);
        said.extend(few.map(|said| Said { severity: Severity::Review, ..said }));
    }
    if let Some(likeness) = &table.transposed {
        said.extend(judge(params, likeness, "column", &whole));
    }
    let suspects: Vec<usize> = (0..table.columns.len())
        .filter(|&at| {
            table.profiles[at].longest >= 2 * params.numbers_in_a_cell.max(1) - 1
                && table.columns[at].role != Role::RowNumber
        })
        .collect();
    if suspects.is_empty() {
        return said;
    }
    // Where the rows are persons the table is blocked already.
    let most = if table.is_record_level() { LOOKED_AT } else { u64::MAX };
    let end = table.body.end.min(table.body.start.saturating_add(most));
    let sample = Rows { end, ..table.body.clone() };
    let read = sample.each(|row, record| of_row(params, table, &suspects, row, record, &mut said));
    if let Err(error) = read {
        let message = format!("The file could not be read again: {error}.");
        said.push(Said { severity: Severity::Review, message, place: whole, interval: None });
    }
    said
}

/// What a table's points come to.
fn judge(params: &Params, likeness: &Likeness, each: &str, place: &Place) -> Option<Said> {
    let severity = params.severity(likeness.score)?;
    let reasons: Vec<String> =
        likeness.reasons().iter().map(|(points, reason)| format!("{points:+} {reason}")).collect();
    let message = format!(
        "Each {each} looks like one person or event ({} points): {}.",
        likeness.score,
        reasons.join("; ")
    );
    Some(Said { severity, message, place: place.clone(), interval: None })
}

impl Params {
    /// What a score is, if it is anything.
    fn severity(&self, score: i32) -> Option<Severity> {
        match score {
            _ if score >= self.block_from => Some(Severity::Block),
            _ if score >= self.review_from => Some(Severity::Review),
            _ => None,
        }
    }
}

/// The cells of a row that hold many persons each.
fn of_row(
    params: &Params,
    table: &Table,
    suspects: &[usize],
    row: u64,
    record: &Record,
    said: &mut Vec<Said>,
) {
    for &at in suspects {
        let cell = record.get(at);
        let Some(what) = cells::holds(cell, &table.columns[at].name, params.numbers_in_a_cell) else {
            continue;
        };
        let (severity, place) = (Severity::Block, table.cell(row, at, cell));
        said.push(Said { severity, message: what.to_owned(), place, interval: None });
    }
}
