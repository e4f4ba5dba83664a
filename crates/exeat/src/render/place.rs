//! The place of a finding in words.

use exeat_domain::finding::{Finding, Place};

use super::look::cut;

/// Columns that a header or value may take within a sentence.
const NAME: usize = 32;
/// Places of one sentence that are named.
const PLACES: usize = 3;
/// Rows of one place that are named.
const ROWS: usize = 6;

/// Where findings lie, as people say it: rows count from 1 under the header, and those of one column stand together.
///
/// `tables` says whether the file holds several, so that it must be told which.
pub(super) fn words(findings: &[&Finding], tables: bool) -> String {
    let mut places: Vec<(String, Vec<u64>)> = vec![];
    for place in findings.iter().map(|finding| &finding.place) {
        let around = around(place, tables);
        let row = row(place).map(|row| row + 1);
        match places.iter_mut().find(|(known, rows)| *known == around && !rows.is_empty() && row.is_some()) {
            Some((_, rows)) => rows.extend(row.filter(|row| !rows.contains(row))),
            None => places.push((around, row.into_iter().collect())),
        }
    }
    let told: Vec<String> =
        places.iter().map(|(around, rows)| one(around, rows)).filter(|words| !words.is_empty()).collect();
    match told.len().saturating_sub(PLACES) {
        0 => told.join("; "),
        more => format!("{}; and {more} more", told[..PLACES].join("; ")),
    }
}

/// One column with its rows.
fn one(around: &str, rows: &[u64]) -> String {
    let shown = rows.iter().take(ROWS).map(u64::to_string).collect::<Vec<_>>().join(", ");
    let rows = match rows.len() {
        0 => String::new(),
        1 => format!("row {shown}"),
        count if count <= ROWS => format!("rows {shown}"),
        count => format!("rows {shown} and {} more", count - ROWS),
    };
    [around, &rows].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The place without its row.
fn around(place: &Place, tables: bool) -> String {
    let mut parts = vec![];
    if let Some(table) = place.table.filter(|_| tables) {
        parts.push(format!("table {}", u64::from(table) + 1));
    }
    if let Some(line) = place.line {
        parts.push(format!("line {line}"));
    }
    match (&place.column, place.cell) {
        (Some(name), _) if !name.trim().is_empty() => parts.push(format!("column {}", cut(name, NAME))),
        (_, Some([_, column])) => parts.push(format!("column {}", column + 1)),
        _ => {}
    }
    if let Some([x, y, wide, high]) = place.pixels {
        parts.push(format!("{wide} × {high} pixels at {x}, {y}"));
    }
    if let Some(baseline) = &place.baseline {
        parts.push(format!("against {}", cut(baseline, NAME)));
    }
    parts.join(", ")
}

/// Row of the body, from 0.
pub(super) fn row(place: &Place) -> Option<u64> {
    place.row.or(place.cell.map(|[row, _]| row))
}

/// What a hidden cell can be.
pub(super) fn interval(low: i64, high: Option<i64>) -> String {
    match high {
        Some(high) if high == low => low.to_string(),
        Some(high) => format!("{low}–{high}"),
        None => format!("{low} or more"),
    }
}
