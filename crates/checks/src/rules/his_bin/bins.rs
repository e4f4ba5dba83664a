//! Finds the bins of a histogram: intervals that follow one another.

use crate::read::names;
use crate::read::profile::Profile;
use crate::read::record::RecordError;
use crate::read::value::{Value, number};
use crate::table::{Role, Table};

/// Bins that a histogram has at least.
const LEAST: usize = 3;
/// Bins that a histogram has at most.
const MOST: u64 = 10_000;

/// The bins of a table.
pub(super) struct Bins {
    /// Columns that say where they lie.
    pub(super) columns: Vec<usize>,
    /// The lowest edge of each group; none where it is open.
    pub(super) first: Vec<Edge>,
    /// The highest edge of each.
    pub(super) last: Vec<Edge>,
}

/// An outer edge.
pub(super) struct Edge {
    pub(super) value: f64,
    pub(super) row: u64,
    pub(super) column: usize,
    pub(super) text: String,
    /// Whether it lies off the grid of the inner edges.
    pub(super) off_grid: bool,
}

/// One bin: its row, its edges, and the decimals that they are printed with.
#[derive(Clone, Copy)]
struct Bin {
    row: u64,
    from: f64,
    to: f64,
    decimals: u8,
}

/// The bins of a table, if it has counts and is that of a histogram.
pub(super) fn of(table: &Table) -> Result<Option<Bins>, RecordError> {
    let counts = table.columns.iter().any(|column| matches!(column.role, Role::Count | Role::Base));
    let model =
        table.columns.iter().any(|column| matches!(column.role, Role::Estimate | Role::StandardError));
    if !counts || model || table.rows > MOST || table.rows < LEAST as u64 {
        return Ok(None);
    }
    let width = table.columns.len();
    for at in 0..width {
        let bins = labels(table, at)?;
        if let Some(groups) = groups(&bins) {
            return Ok(Some(found(table, &groups, &[at])));
        }
        let bins = if at + 1 < width { pairs(table, at)? } else { Vec::new() };
        if let Some(groups) = groups(&bins) {
            return Ok(Some(found(table, &groups, &[at, at + 1])));
        }
    }
    let single = (0..width).find(|at| is_edges(&table.columns[*at].name));
    let Some(at) = single.filter(|at| table.profiles.get(*at).is_some_and(Profile::is_numeric)) else {
        return Ok(None);
    };
    if !rises_in_groups(table, at)? {
        return Ok(None);
    }
    // One column of edges or midpoints says too little of where the outer bins end.
    Ok(Some(Bins { columns: vec![at], first: Vec::new(), last: Vec::new() }))
}

/// Whether the edges of a column rise, and begin again for each group.
fn rises_in_groups(table: &Table, at: usize) -> Result<bool, RecordError> {
    let (mut before, mut numbers, mut falls) = (f64::NEG_INFINITY, 0_usize, 0_usize);
    table.each_row(|_, cells| {
        if let Some(number) = cells.number(at) {
            numbers += 1;
            falls += usize::from(number <= before);
            before = number;
        }
    })?;
    Ok(numbers >= LEAST * (falls + 1))
}

/// Bins by group: each begins again at its lowest edge, and all follow one another; none where they do not.
fn groups(bins: &[Bin]) -> Option<Vec<&[Bin]>> {
    let all: Vec<&[Bin]> = bins.chunk_by(|one, next| next.from >= one.from).collect();
    (!all.is_empty() && all.iter().all(|group| follow(group))).then_some(all)
}

/// Whether a header is that of the edges or the midpoints of bins.
fn is_edges(name: &str) -> bool {
    names::words(name).iter().any(|word| {
        matches!(
            word.as_str(),
            "bin"
                | "bins"
                | "edge"
                | "edges"
                | "breaks"
                | "break"
                | "mids"
                | "midpoint"
                | "midpoints"
                | "interval"
                | "intervalle"
                | "xmin"
                | "xmax"
        )
    })
}

/// Bins as the labels of one column.
fn labels(table: &Table, at: usize) -> Result<Vec<Bin>, RecordError> {
    let profile = table.profiles.get(at);
    let words = profile.is_some_and(|of| of.texts + of.dates + of.estimates + of.missing > 0);
    if !words || table.columns[at].role.is_aggregate() {
        return Ok(Vec::new());
    }
    let dashed = is_edges(&table.columns[at].name);
    let (mut bins, mut other) = (Vec::new(), 0_usize);
    table.each_row(|row, cells| match interval(cells.text(at), dashed, table) {
        Some((from, to, decimals)) => bins.push(Bin { row, from, to, decimals }),
        None => other += 1,
    })?;
    // A total may stand below, and a blank one.
    Ok(if other * 5 > bins.len() { Vec::new() } else { bins })
}

/// `[10, 20)`, `(10,20]`, and where the header says so `10-20` and `10 to 20`.
fn interval(cell: &str, dashed: bool, table: &Table) -> Option<(f64, f64, u8)> {
    let inner = cell.strip_prefix(['[', '(', ']']).and_then(|rest| rest.strip_suffix([']', ')', '[']));
    let (from, to) = match inner {
        Some(inner) => {
            inner.split_once(';').or_else(|| inner.split_once(", ")).or_else(|| inner.split_once(','))?
        }
        None if dashed => {
            cell.split_once(" to ").or_else(|| cell.split_once('–')).or_else(|| cell.split_once('-'))?
        }
        None => return None,
    };
    let edge = |text: &str| -> Option<(f64, u8)> {
        let text = text.trim();
        match text.to_lowercase().trim_start_matches('+') {
            "inf" | "infinity" | "∞" => Some((f64::INFINITY, 0)),
            "-inf" | "-infinity" | "-∞" => Some((f64::NEG_INFINITY, 0)),
            _ => number(text, table.decimal).map(|number| (number.value, number.decimals)),
        }
    };
    let ((from, a), (to, b)) = (edge(from)?, edge(to)?);
    (from < to).then_some((from, to, a.max(b)))
}

/// Bins as two columns of edges.
fn pairs(table: &Table, at: usize) -> Result<Vec<Bin>, RecordError> {
    // Edges that begin again for each group are told by their header.
    let named =
        table.columns.get(at..at + 2).is_some_and(|both| both.iter().all(|column| is_edges(&column.name)));
    let numeric = |at: usize| {
        table
            .profiles
            .get(at)
            .is_some_and(|of| of.is_numeric() && (named || of.rising && of.distinct * 10 >= of.filled * 9))
    };
    if !numeric(at) || !numeric(at + 1) {
        return Ok(Vec::new());
    }
    let mut bins = Vec::new();
    table.each_row(|row, cells| {
        if let (Value::Number(from), Value::Number(to)) = (cells.value(at), cells.value(at + 1))
            && from.value < to.value
        {
            bins.push(Bin { row, from: from.value, to: to.value, decimals: from.decimals.max(to.decimals) });
        }
    })?;
    Ok(bins)
}

/// Whether bins follow one another without a gap, but for one of the last digit (`0-9`, `10-19`).
fn follow(bins: &[Bin]) -> bool {
    bins.len() >= LEAST
        && bins.windows(2).all(|pair| {
            let gap = pair[1].from - pair[0].to;
            gap.abs() <= 1e-9 * pair[0].to.abs().max(1.0) || (gap - unit(pair[0].decimals)).abs() < 1e-9
        })
}

/// One of the last digit printed.
fn unit(decimals: u8) -> f64 {
    10_f64.powi(-i32::from(decimals))
}

fn found(table: &Table, groups: &[&[Bin]], columns: &[usize]) -> Bins {
    let edge = |outer: fn(&[Bin]) -> Option<&Bin>, value: fn(&Bin) -> f64, column: Option<&usize>| {
        let edges = groups.iter().filter_map(|bins| {
            let (bin, column) = (outer(bins)?, *column?);
            let row = usize::try_from(bin.row).unwrap_or(usize::MAX);
            let text = table.grid().map_or("", |grid| grid.text(row, column)).to_owned();
            let (value, off_grid) = (value(bin), is_off_grid(bins, bin));
            value.is_finite().then_some(Edge { value, row: bin.row, column, text, off_grid })
        });
        edges.collect()
    };
    Bins {
        first: edge(<[Bin]>::first, |bin| bin.from, columns.first()),
        last: edge(<[Bin]>::last, |bin| bin.to, columns.last()),
        columns: columns.to_vec(),
    }
}

/// Whether the outer bin is no whole number of the inner bins wide, which are all as wide as one another.
fn is_off_grid(bins: &[Bin], outer: &Bin) -> bool {
    let Some(inner) = bins.get(1..bins.len().saturating_sub(1)).filter(|inner| inner.len() >= 2) else {
        return false;
    };
    let decimals = bins.iter().map(|bin| bin.decimals).max().unwrap_or(0);
    // Edges of whole numbers may be printed with the gap of one between them.
    let starts: Vec<f64> = inner.iter().map(|bin| bin.from).collect();
    let step = starts[1] - starts[0];
    let slack = if decimals == 0 { 1e-6 * step } else { (1.01 * unit(decimals)).min(step / 20.0) };
    let even = starts.windows(2).all(|pair| (pair[1] - pair[0] - step).abs() <= 2.0 * slack);
    let gap = bins[1].from - bins[0].to;
    let width = outer.to - outer.from + gap;
    let of_steps = width / step;
    even && width.is_finite() && (of_steps - of_steps.round()).abs() * step > 2.0 * slack
}
