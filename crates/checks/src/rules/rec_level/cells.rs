//! Cells that hold many persons: JSON documents, and lists of numbers.

use crate::read::names;
use crate::read::value::{Decimal, number};

/// What is wrong with a cell under this header, if anything is.
pub(super) fn holds(cell: &str, header: &str, many: usize) -> Option<&'static str> {
    if json(cell, many) {
        return Some("The cell holds a JSON document of many values.");
    }
    (list(cell, many) && !codes(header, cell)).then_some("The cell holds a list of numbers, one a person.")
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
        numbers += usize::from(number(part, Decimal::Point).is_some());
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
