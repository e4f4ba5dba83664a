//! Headers of quantiles over values that are in no order of quantiles: `Q1`, `Q2` and `Q3` of a questionnaire, `p1`, `p2` and `p5`
//! of scales.

use super::names::Meaning;
use super::persons::Cells;
use super::record::RecordError;
use super::roles::{DECLARED, Sketch};
use super::value::{Decimal, Value, value};
use crate::table::Role;

/// Rows that are looked at.
const ROWS: u64 = 2_000;
/// Rows out of order of which one is no slip.
const LEAST: u64 = 2;

/// The level of a header such as `Q1` or `p25`: its letter, and its number.
fn level(name: &str) -> Option<(char, u32)> {
    let name = name.trim();
    let letter = name.chars().next()?.to_ascii_lowercase();
    let number = name.get(1..)?.trim_start_matches(['_', ' ', '.']).parse().ok()?;
    matches!(letter, 'q' | 'p').then_some((letter, number))
}

/// Takes back what such headers say where one row in ten or more has a lower quantile above a higher one.
pub(super) fn take_back(
    sketches: &mut [Sketch],
    decimal: Decimal,
    each: impl Fn(&mut dyn FnMut(u64, &dyn Cells)) -> Result<(), RecordError>,
) -> Result<(), RecordError> {
    for letter in ['p', 'q'] {
        let mut columns: Vec<(u32, usize)> = sketches
            .iter()
            .enumerate()
            .filter(|(_, sketch)| sketch.reason != DECLARED)
            .filter_map(|(at, sketch)| Some((level(&sketch.name)?, at)))
            .filter_map(|((of, number), at)| (of == letter).then_some((number, at)))
            .collect();
        let quantiles = columns.iter().any(|(_, at)| {
            sketches.get(*at).is_some_and(|sketch| sketch.meaning == Some(Meaning::Statistic))
        });
        if columns.len() < 2 || !quantiles {
            continue;
        }
        columns.sort_unstable();
        let (mut rows, mut unordered) = (0_u64, 0_u64);
        each(&mut |row, cells| {
            if row >= ROWS {
                return;
            }
            let numbers = columns.iter().filter_map(|(_, at)| match value(cells.cell(*at), decimal) {
                Value::Number(number) => Some(number.value),
                _ => None,
            });
            let (mut last, mut held, mut falls) = (f64::NEG_INFINITY, 0, false);
            for number in numbers {
                falls |= number < last;
                (last, held) = (number, held + 1);
            }
            rows += u64::from(held >= 2);
            unordered += u64::from(falls);
        })?;
        if unordered < LEAST || unordered * 10 < rows {
            continue;
        }
        for (_, at) in columns {
            let Some(sketch) = sketches.get_mut(at) else { continue };
            if sketch.meaning == Some(Meaning::Statistic) && sketch.role == Some(Role::Statistic) {
                (sketch.meaning, sketch.role) = (None, None);
                sketch.reason.clear();
            }
        }
    }
    Ok(())
}
