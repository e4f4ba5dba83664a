//! One file a person across a request: small files that share a header, or their labels, looked at as one table.

use std::collections::BTreeMap;

use exeat_domain::finding::{Place, Severity};

use super::{Params, judge, visits};
use crate::read::persons::stack::{Row, of_rows};
use crate::request::Request;
use crate::rule::{Findings, Said};
use crate::table::Table;

/// Files that share a header, from which they are looked at together.
const FILES: usize = 5;
/// Rows of files that are put together, at most.
const ROWS: usize = 5_000;

/// Looks at the small files of a request together.
pub(super) fn judge_all(params: &Params, request: &Request, found: &mut Findings) {
    let (mut by_header, mut by_labels) = (Groups::new(), Groups::new());
    for (file, read) in request.files.iter().enumerate() {
        let [table] = read.held.tables() else { continue };
        if table.rows == 0 || table.rows >= params.least_rows {
            continue;
        }
        let header: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
        // Files without a header have nothing in common that says that they are of one kind.
        if header.iter().any(|name| !name.is_empty()) {
            by_header.entry(header).or_default().push((file, table));
        }
        if table.columns.len() == 2 && table.rows >= 2 {
            by_labels.entry(lines(table, 0)).or_default().push((file, table));
        }
    }
    let (visits, by_header): (Vec<_>, Vec<_>) =
        by_header.into_iter().partition(|(header, files)| visits::are_persons(header, files));
    for (_, files) in &visits {
        visits::say(files, found);
    }
    let stacked = by_header.into_iter().filter(|(_, files)| files.len() >= FILES).map(stacked);
    let turned = by_labels.into_iter().map(|(labels, files)| {
        (labels, files.iter().map(|(_, table)| Row(lines(table, 1))).collect::<Vec<_>>(), files)
    });
    for (header, rows, files) in stacked.chain(turned) {
        if rows.len() as u64 >= params.few_rows.min(params.least_rows) {
            say(params, &header, &rows, &files, found);
        }
    }
}

/// The rows of files under one header. Where files have several rows each, the file is a grouping of its own.
fn stacked<'a>((mut header, files): (Vec<String>, Files<'a>)) -> (Vec<String>, Vec<Row>, Files<'a>) {
    let several = files.iter().any(|(_, table)| table.rows > 1);
    let mut all = Vec::new();
    for (number, (_, table)) in files.iter().enumerate() {
        all.extend(rows(table).into_iter().map(|Row(mut cells)| {
            if several {
                cells.push(format!("file {number}"));
            }
            Row(cells)
        }));
    }
    if several {
        header.push("file".to_owned());
    }
    all.truncate(ROWS);
    (header, all, files)
}

/// Files of the request with their tables.
type Files<'a> = Vec<(usize, &'a Table)>;
/// Files with their tables, by what they share.
type Groups<'a> = BTreeMap<Vec<String>, Files<'a>>;

fn say(params: &Params, header: &[String], rows: &[Row], files: &[(usize, &Table)], found: &mut Findings) {
    let Some((_, first)) = files.first() else { return };
    let likeness = of_rows(header, rows, first.decimal);
    let each = format!("row of {} files that were put together", files.len());
    let few = (rows.len() as u64) < params.least_rows;
    if few && likeness.score < params.block_from {
        return;
    }
    let Some(mut said) = judge(params, &likeness, &each, &Place::default()) else { return };
    if few {
        said.severity = Severity::Review;
    }
    for (file, _) in files {
        let Said { severity, message, place, interval } = &said;
        let said =
            Said { severity: *severity, message: message.clone(), place: place.clone(), interval: *interval };
        found.say_of(Some(*file), said);
    }
}

/// The rows of a small table.
fn rows(table: &Table) -> Vec<Row> {
    let (width, mut rows) = (table.columns.len(), Vec::new());
    // A file that changed meanwhile gives fewer rows; other rules say that it cannot be read again.
    let _ =
        table.body.each(|_, record| rows.push(Row((0..width).map(|at| record.get(at).to_owned()).collect())));
    rows
}

/// A column's cells.
fn lines(table: &Table, column: usize) -> Vec<String> {
    rows(table)
        .into_iter()
        .map(|Row(mut cells)| if column < cells.len() { cells.swap_remove(column) } else { String::new() })
        .collect()
}
