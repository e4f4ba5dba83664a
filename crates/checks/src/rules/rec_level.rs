//! REC-LEVEL: one row, one column or one cell a person or event, rather than a group.

use exeat_domain::finding::{Place, Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::read::persons::Likeness;
use crate::read::value::number;
use crate::read::{names, record::Record};
use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::{Role, Table};

rule! {
    /// ## What it looks for
    /// Tables of twenty rows or more whose rows look like persons or events: groups that repeat, or that it takes many
    /// columns to tell apart, columns headed as identifiers or persons, several attributes of a person beside a label,
    /// values that are worked out for each person. Columns of counts, statistics or estimates, totals, suppressed cells
    /// and groups that are crossed speak against it. The points and their reasons are in the finding. A table wider than
    /// long is looked at on its side too, and a cell that holds a list of numbers or a JSON document is a finding by itself.
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
    /// Numbers in one cell from which it is a list of persons.
    numbers_in_a_cell: usize,
}

impl Default for Params {
    fn default() -> Self {
        Self { block_from: 2, review_from: 1, least_rows: 20, numbers_in_a_cell: 10 }
    }
}

impl Check for RecordLevel {
    type Params = Params;
    type Evidence = Table;

    fn check(params: &Params, table: &Table) -> Judgement {
        let mut found = Findings::default();
        let whole = Place { table: Some(table.index), ..table.whole() };
        if table.rows >= params.least_rows {
            judge(params, &table.likeness, "row", &whole, &mut found);
        }
        if let Some(likeness) = &table.transposed {
            judge(params, likeness, "column", &whole, &mut found);
        }
        let suspects: Vec<usize> = (0..table.columns.len())
            .filter(|&at| table.profiles[at].longest >= 2 * params.numbers_in_a_cell.max(1) - 1)
            .collect();
        if suspects.is_empty() {
            return Judgement::Decided(found);
        }
        let read = table.body.each(|row, record| cells(params, table, &suspects, row, record, &mut found));
        read.map_or_else(|error| Judgement::Undecided(error.to_string()), |()| Judgement::Decided(found))
    }
}

fn judge(params: &Params, likeness: &Likeness, each: &str, place: &Place, found: &mut Findings) {
    let severity = match likeness.score {
        score if score >= params.block_from => Severity::Block,
        score if score >= params.review_from => Severity::Review,
        _ => return,
    };
    let reasons: Vec<String> =
        likeness.reasons.iter().map(|(points, reason)| format!("{points:+} {reason}")).collect();
    found.push(
        severity,
        place.clone(),
        format!(
            "Each {each} looks like one person or event ({} points): {}.",
            likeness.score,
            reasons.join("; ")
        ),
    );
}

fn cells(
    params: &Params,
    table: &Table,
    suspects: &[usize],
    row: u64,
    record: &Record,
    found: &mut Findings,
) {
    for &at in suspects {
        let cell = record.get(at);
        if json(cell, params.numbers_in_a_cell) {
            found.push(
                Severity::Block,
                table.cell(row, at, cell),
                "The cell holds a JSON document of many values.",
            );
        } else if table.columns[at].role != Role::RowNumber
            && list(cell, params.numbers_in_a_cell)
            && !codes(&table.columns[at].name, cell)
        {
            found.push(
                Severity::Block,
                table.cell(row, at, cell),
                "The cell holds a list of numbers, one a person.",
            );
        }
    }
}

/// Whether a cell is a JSON list of many values, or an object or list that holds objects.
fn json(cell: &str, many: usize) -> bool {
    if !cell.starts_with(['[', '{']) {
        return false;
    }
    match serde_json::from_str::<serde_json::Value>(cell) {
        Ok(serde_json::Value::Array(values)) => {
            values.iter().any(serde_json::Value::is_object)
                || values.iter().filter(|value| value.is_number()).count() >= many
        }
        Ok(serde_json::Value::Object(fields)) => {
            fields.len() >= many
                || fields
                    .values()
                    .any(|value| matches!(value, serde_json::Value::Array(_) | serde_json::Value::Object(_)))
                || fields.len() > 1
        }
        _ => false,
    }
}

/// Whether a cell is `many` or more numbers with something between them.
fn list(cell: &str, many: usize) -> bool {
    let bare = cell.trim_matches(['[', ']', '(', ')', '{', '}']).trim_start_matches("c(");
    let (mut all, mut numbers) = (0, 0);
    for part in bare
        .split(|c: char| matches!(c, ',' | ';' | '|' | '/' | '\n') || c.is_whitespace())
        .filter(|part| !part.is_empty())
    {
        all += 1;
        numbers += usize::from(number(part, crate::read::value::Decimal::Point).is_some());
    }
    numbers >= many && numbers * 10 >= all * 9
}

/// Whether a list is one of codes: its header says so, or its numbers are long and different, as those of a terminology are.
fn codes(header: &str, cell: &str) -> bool {
    let named = names::words(header).iter().any(|word| {
        matches!(
            word.as_str(),
            "code"
                | "codes"
                | "codelist"
                | "snomed"
                | "icd"
                | "icd10"
                | "icd9"
                | "atc"
                | "icpc"
                | "ctv3"
                | "read"
                | "dmd"
        )
    });
    let parts: Vec<&str> =
        cell.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let different = parts.iter().collect::<std::collections::BTreeSet<_>>().len() == parts.len();
    named || different && parts.iter().all(|part| part.len() >= 6)
}
