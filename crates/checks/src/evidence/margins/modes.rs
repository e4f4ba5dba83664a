//! The most frequent value of a group: that of everybody, where it is as frequent as there are people.

use super::cells::At;
use super::shares::{Holds, Share};
use crate::evidence::Statistic;
use crate::read::names;
use crate::read::value::Value;
use crate::table::{Role, Table};

/// Modes that everyone shares: the most frequent value is as frequent as there are people.
pub(super) fn modes(table: &Table) -> Option<Vec<Share>> {
    if table.rows > 10_000 || !table.is_held() || table.is_record_level() {
        return None;
    }
    let is = |text: &str, wanted: &[&str]| wanted.contains(&names::words(text).join(" ").as_str());
    let (mode, all) = (["top", "mode", "modus"], ["count", "n", "total", "aantal", "nombre", "effectif"]);
    let header = |wanted: &[&str]| table.columns.iter().position(|column| is(&column.name, wanted));
    let often = is_often;
    let found = |at: At, count: u64, grid: &crate::read::Grid| Share {
        place: table.cell(at.0 as u64, at.1, grid.text(at.0, at.1)),
        holds: Holds::All,
        message: match count {
            1 => "The most frequent value is that of the only person there is.".to_owned(),
            _ => format!("The most frequent value is that of all {count} people, so that it is everybody's."),
        },
    };
    let number = |grid: &crate::read::Grid, at: At| match grid.value(at.0, at.1) {
        Value::Number(number) => number.count().filter(|&count| count > 0),
        _ => None,
    };
    let column = |is: fn(&str) -> bool| table.columns.iter().position(|column| is(&column.name));
    if let (Some(mode), Some(often), Some(all)) = (header(&mode), column(often), header(&all)) {
        let grid = table.grid()?;
        let rows = (0..grid.rows()).filter_map(|row| {
            let count = number(grid, (row, all))?;
            (number(grid, (row, often)) == Some(count)).then(|| found((row, mode), count, grid))
        });
        return Some(rows.collect());
    }
    if let (Some(mode), Some(share)) = (header(&mode), column(is_share)) {
        let grid = table.grid()?;
        let whole = if table.profiles.get(share)?.max > 1.0 { 100.0 } else { 1.0 };
        let everybody = |row: &usize| {
            matches!(grid.value(*row, share), Value::Number(number)
            if if number.percent { number.value >= 100.0 } else { number.value >= whole })
        };
        let rows = (0..grid.rows()).filter(everybody).map(|row| Share {
            place: table.cell(row as u64, mode, grid.text(row, mode)),
            holds: Holds::All,
            message: "The most frequent value is that of all people, so that it is everybody's.".to_owned(),
        });
        return Some(rows.collect());
    }
    if table.rows > 40 {
        return None;
    }
    let grid = table.grid()?;
    let row = |wanted: &[&str]| (0..grid.rows()).find(|&row| is(grid.text(row, 0), wanted));
    let often = || (0..grid.rows()).find(|&row| is_often(grid.text(row, 0)));
    let (mode, often, all) = (row(&mode)?, often()?, row(&all)?);
    let columns = (1..grid.width()).filter_map(|column| {
        let count = number(grid, (all, column))?;
        (number(grid, (often, column)) == Some(count)).then(|| found((mode, column), count, grid))
    });
    Some(columns.collect())
}

/// Whether words say how often the most frequent value occurs: `freq`, `mode_count`, `freq of mode`.
fn is_often(text: &str) -> bool {
    let words = names::words(text);
    let often = |word: &String| {
        matches!(
            word.as_str(),
            "freq" | "frequency" | "frequentie" | "frequence" | "count" | "n" | "aantal" | "nombre"
        )
    };
    match words.as_slice() {
        [word] => matches!(word.as_str(), "freq" | "frequency"),
        words => of_mode(words) && words.iter().any(often),
    }
}

/// Whether words say which share of a group the most frequent value has: `mode_share`, `percentage modus`.
fn is_share(text: &str) -> bool {
    let words = names::words(text);
    let share = |word: &String| {
        matches!(
            word.as_str(),
            "share" | "pct" | "percent" | "percentage" | "prop" | "proportion" | "aandeel" | "part" | "perc"
        )
    };
    of_mode(&words) && (words.iter().any(share) || text.contains('%'))
}

/// Whether a word of two or three is the mode.
fn of_mode(words: &[String]) -> bool {
    words.len() <= 4 && words.iter().any(|word| matches!(word.as_str(), "mode" | "modus" | "modal" | "top"))
}

/// Whether a table gives most frequent values: by the command that is said to have made it, a header, or the label of a row.
pub(super) fn are_bare(table: &Table) -> bool {
    if table.rows > 10_000 || !table.is_held() || table.is_record_level() {
        return false;
    }
    let Some(groups) = table.groups.as_deref() else { return false };
    let alone = |text: &str| {
        let words = names::words(text);
        matches!(words.as_slice(), [word] if word == "mode" || word == "modus")
    };
    // A header of two lines says it in one of them, and beside a mean two words do.
    let named = |name: &str| name.split(" / ").any(alone);
    let summary = groups.any(|statistic| {
        matches!(
            statistic,
            Statistic::Mean | Statistic::Sd | Statistic::Quantile(_) | Statistic::Min | Statistic::Max
        )
    });
    let figures = |at: usize| {
        table.profiles.get(at).is_some_and(|profile| profile.numbers > 0 && profile.numbers == profile.said())
    };
    let header = table.columns.iter().enumerate().any(|(at, column)| {
        let counts = matches!(column.role, Role::Dimension | Role::Period) && !summary;
        let beside = summary && Statistic::named(&column.name) == Some(Statistic::Mode);
        figures(at) && (named(&column.name) && !counts && (at > 0 || summary) || beside)
    });
    let label = || {
        let rows = table.grid().filter(|_| table.statistic_rows || summary);
        rows.is_some_and(|grid| (0..grid.rows().min(40)).any(|row| alone(grid.text(row, 0))))
    };
    groups.claimed() == Some(Statistic::Mode) || header || label()
}
