//! Rows from several files as one table: a person's data may come in a file of their own.

use super::{Cells, Likeness, features, likeness};
use crate::read::profile::Profiler;
use crate::read::roles;
use crate::read::value::Decimal;

/// One row, cell by cell.
pub(crate) struct Row(pub(crate) Vec<String>);

impl Cells for Row {
    fn cell(&self, at: usize) -> &str {
        self.0.get(at).map_or("", String::as_str)
    }
}

/// How much these rows under one header look like persons.
pub(crate) fn of_rows(header: &[String], rows: &[Row], decimal: Decimal) -> Likeness {
    let mut profiler = Profiler::new(header.len(), decimal);
    for (number, row) in rows.iter().enumerate() {
        profiler.add(number as u64, |at| row.cell(at));
    }
    let orders = profiler.orders();
    let (profiles, _) = profiler.done(&orders);
    let sketches = roles::sketches_with(header, &profiles, |_| None);
    let all = |each: &mut dyn FnMut(u64, &dyn Cells)| {
        rows.iter().enumerate().for_each(|(number, row)| each(number as u64, row));
        Ok(())
    };
    // Rows in memory cannot fail to be read.
    features(&sketches, &profiles, rows.len() as u64, all)
        .map_or_else(|_| Likeness::default(), |f| likeness(&f))
}
