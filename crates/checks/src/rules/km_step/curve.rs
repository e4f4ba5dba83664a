//! Curves with a step a person: what the smallest steps tell where no counts stand beside them.

use std::collections::HashMap;

use exeat_domain::finding::{Place, Severity};

use super::worse;
use crate::band::{Params, people};
use crate::read::names;
use crate::read::record::RecordError;
use crate::read::value::Value;
use crate::rule::Findings;
use crate::table::{Role, Table};

/// Equal smallest steps that it takes to tell persons from chance.
const EQUAL: usize = 3;
/// Rows of a table that is looked at for curves.
const MOST: u64 = 200_000;

/// What a header says of a curve.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A share that rises or falls by one of n at each person.
    Share,
    /// The same, by a header that only the curve of single values has.
    Ecdf,
    /// Survival: after the first censored person the steps grow.
    Survival,
    /// The share of those with the event by then: the same, the other way up.
    Incidence,
    /// A running total of people.
    Running,
}

impl Kind {
    /// Whether it runs along time.
    fn is_timed(self) -> bool {
        matches!(self, Self::Survival | Self::Incidence)
    }
}

/// Judges the curves of a table; false where it holds none.
pub(super) fn judge(params: &Params, table: &Table, found: &mut Findings) -> Result<bool, RecordError> {
    if table.rows > MOST {
        return Ok(false);
    }
    let mut any = false;
    for (at, column) in table.columns.iter().enumerate() {
        let numeric = table.profiles.get(at).is_some_and(|of| of.is_numeric() && of.numbers >= 3);
        let Some(mut kind) = kind(&column.name).filter(|_| numeric) else { continue };
        let whole = table.profiles.get(at).is_some_and(|of| of.whole == of.numbers);
        if kind == Kind::Running && !whole {
            kind = Kind::Share;
        }
        any = true;
        for curve in curves(table, at)? {
            let said = if kind == Kind::Running {
                running(params, table, at, &curve)
            } else {
                share(params, kind, &curve)
            };
            if let Some((severity, row, message)) = said {
                found.push(severity, Place { row: Some(row), ..table.column(at) }, message);
            }
        }
    }
    Ok(any)
}

/// Words of a header that speak of something beside the curve.
const BESIDE: &str = "se sd std error ci lower upper lcl ucl quantile percentile decile";
/// Words for survival.
const SURVIVAL: &str = "surv survival survivor km kaplan overleving overlevingskans survie overleven";
/// Words for cumulative incidence.
const INCIDENCES: &str = "cuminc cif";
/// Words for shares that rise or fall along a curve.
const SHARES: &str = "cdf tpr fpr tnr fnr sensitivity specificity recall lorenz sensitiviteit specificiteit sensibilite \
    specificite sens spec gevoeligheid";
/// Words for what adds up.
const SUMS: &str = "cum cumul cumulative cumulated cumulatief cumulatieve cumule cumulee kumulativ running";
/// Words by which what adds up is a share.
const OF_SUMS: &str = "pct percent percentage prop proportion share freq frequency incidence rate fraction prob \
    probability aandeel part";

fn kind(name: &str) -> Option<Kind> {
    let words = names::words(name);
    let has = |list: &str| list.split(' ').any(|listed| words.iter().any(|word| word == listed));
    let incidence = has(SUMS) && has("incidence incidentie inc");
    if has(BESIDE) {
        None
    } else if incidence || has(INCIDENCES) {
        Some(Kind::Incidence)
    } else if has("ecdf") {
        Some(Kind::Ecdf)
    } else if has(SURVIVAL) {
        Some(Kind::Survival)
    } else if has(SHARES) {
        Some(Kind::Share)
    } else if has(SUMS) {
        Some(if has(OF_SUMS) { Kind::Share } else { Kind::Running })
    } else {
        None
    }
}

/// One curve: the rows and the values of one group, and the decimals that they are printed with.
#[derive(Default)]
struct Curve {
    points: Vec<(u64, f64)>,
    /// The time, or whatever else the curve runs along, of each point.
    along: Vec<f64>,
    decimals: u8,
    percent: bool,
}

/// The curves of a column: one for each combination of the labels beside it.
fn curves(table: &Table, at: usize) -> Result<Vec<Curve>, RecordError> {
    let groups: Vec<usize> = (0..table.columns.len())
        .filter(|&other| {
            let profile = table.profiles.get(other);
            let few = profile.is_some_and(|of| of.distinct * 3 <= of.filled);
            other != at && table.columns[other].role == Role::Dimension && few
        })
        .collect();
    // A curve runs along the first other column of numbers.
    let along = (0..table.columns.len()).find(|&other| {
        let numeric = table.profiles.get(other).is_some_and(|of| of.is_numeric() && of.numbers > 0);
        other != at && numeric && table.columns[other].role != Role::RowNumber
    });
    let mut found: Vec<Curve> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    table.each_row(|row, cells| {
        let Value::Number(number) = cells.value(at) else { return };
        let key: String = groups.iter().flat_map(|group| [cells.text(*group), "\u{1f}"]).collect();
        let number_of = *known.entry(key).or_insert_with(|| {
            found.push(Curve::default());
            found.len() - 1
        });
        if let Some(curve) = found.get_mut(number_of) {
            curve.points.push((row, number.value));
            curve.along.extend(along.and_then(|along| cells.number(along)));
            curve.decimals = curve.decimals.max(number.decimals);
            curve.percent |= number.percent;
        }
    })?;
    Ok(found)
}

impl Curve {
    /// Whether it never turns, and whether it rises.
    fn rises(&self) -> Option<bool> {
        let pairs = || self.points.windows(2).map(|pair| pair[1].1 - pair[0].1);
        if self.points.len() < 3 {
            None
        } else if pairs().all(|step| step >= 0.0) {
            Some(true)
        } else {
            pairs().all(|step| step <= 0.0).then_some(false)
        }
    }
}

impl Curve {
    /// Whether it runs along even steps.
    fn is_even(&self) -> bool {
        let mut steps = self.along.windows(2).map(|pair| pair[1] - pair[0]);
        let Some(first) = steps.next().filter(|_| self.along.len() == self.points.len()) else { return true };
        steps.all(|step| (step - first).abs() <= 1e-6 * first.abs())
    }
}

/// A share whose smallest steps are equal: each is one person of n.
fn share(params: &Params, kind: Kind, curve: &Curve) -> Option<(Severity, u64, String)> {
    let rises = curve.rises()?;
    let greatest = curve.points.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    let least = curve.points.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
    let scale = if greatest <= 1.0 + 1e-9 && !curve.percent { 1.0 } else { 100.0 };
    if least < 0.0 || greatest > scale * (1.0 + 1e-9) || kind.is_timed() && rises != (kind == Kind::Incidence)
    {
        return None;
    }
    let slack = 1.5 * 10_f64.powi(-i32::from(curve.decimals.min(12))) / scale;
    let mut before = if rises { 0.0 } else { 1.0 };
    let mut steps: Vec<(u64, f64)> = Vec::new();
    let mut still = false;
    for (number, (row, value)) in curve.points.iter().enumerate() {
        let value = value / scale;
        let step = (value - before).abs();
        if step > slack {
            steps.push((*row, step));
        } else {
            still |= number > 0;
        }
        before = value;
    }
    let smallest = steps.iter().map(|(_, step)| *step).fold(f64::INFINITY, f64::min);
    let equal: Vec<&(u64, f64)> = steps.iter().filter(|(_, step)| step - smallest <= 1.4 * slack).collect();
    // A step must stand out of the rounding, or every step is a multiple of it; or all are printed as multiples of one.
    let told = equal.len() >= EQUAL
        && (smallest > 3.0 * slack && equal.len() * 5 >= steps.len() || are_multiples(&steps, slack));
    let regular = !kind.is_timed() || curve.is_even();
    // Steps of 5 % or 10 % that are not at every row are those of rounded numbers.
    let rounded = kind.is_timed() && still && is_round(smallest) && steps.len() < 3 * EQUAL;
    if !told || rounded || !is_one_of_many(kind, &steps, &equal, slack, regular) {
        return None;
    }
    let persons = (equal.len() as f64 / equal.iter().map(|(_, step)| step).sum::<f64>()).round();
    let severity = params.severity(1)?;
    let row = equal.first()?.0;
    let many = equal.len();
    Some((
        severity,
        row,
        format!("{many} steps of the curve are 1/{persons} each: they are single persons of {persons}."),
    ))
}

/// Whether a step is one to which numbers are rounded.
fn is_round(step: f64) -> bool {
    [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5].iter().any(|round| (step - round).abs() < 1e-9)
}

/// Whether the smallest step is one of a whole number, the others are multiples of it, and all are no regular grid.
fn is_one_of_many(
    kind: Kind,
    steps: &[(u64, f64)],
    equal: &[&(u64, f64)],
    slack: f64,
    regular: bool,
) -> bool {
    let mean = equal.iter().map(|(_, step)| step).sum::<f64>() / equal.len().max(1) as f64;
    let persons = 1.0 / mean;
    let unsure = persons * persons * slack;
    if unsure < 0.2 && (persons - persons.round()).abs() > 0.05 + unsure {
        return false;
    }
    let whole = |step: f64| {
        let times = step / mean;
        (times - times.round()).abs() <= 0.02 + times * unsure / persons + slack / mean
    };
    let multiples = steps.iter().filter(|(_, step)| whole(*step)).count();
    let round = [2, 4, 5, 8, 10, 16, 20, 25, 40, 50, 100, 200, 250, 500, 1000];
    let grid = kind != Kind::Ecdf
        && regular
        && equal.len() == steps.len()
        && round.iter().any(|n| (persons - f64::from(*n)).abs() < 0.01 * f64::from(*n));
    !grid && (kind.is_timed() || multiples * 10 >= steps.len() * 9)
}

/// Whether steps, in units of the last digit, are multiples of the smallest, which are too many for chance.
fn are_multiples(steps: &[(u64, f64)], slack: f64) -> bool {
    // The slack is one and a half of the last digit.
    let units = |step: f64| (step / slack * 1.5).round();
    let smallest = steps.iter().map(|(_, step)| units(*step)).fold(f64::INFINITY, f64::min);
    let exact = steps
        .iter()
        .all(|(_, step)| (step / slack * 1.5 - units(*step)).abs() < 1e-6 && units(*step) % smallest == 0.0);
    // A step of one unit is the rounding itself; a chance of one in two thousand is none.
    smallest >= 2.0 && exact && steps.len() as f64 * smallest.ln() >= 2000_f64.ln()
}

/// A running total that rises by few.
fn running(params: &Params, table: &Table, at: usize, curve: &Curve) -> Option<(Severity, u64, String)> {
    let profile = table.profiles.get(at)?;
    let things = names::counts_things(&table.columns.get(at)?.name);
    let rounded = crate::band::greatest(1, &profile.rounding) > 1;
    if curve.rises() != Some(true) || profile.whole != profile.numbers || profile.min < 0.0 || rounded {
        return None;
    }
    let (mut severity, mut row, mut many, mut smallest) = (None, None, 0_u64, u64::MAX);
    for pair in curve.points.windows(2) {
        let step = pair[1].1 - pair[0].1;
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole, and compared with what is small"
        )]
        let step = if (1.0..1e6).contains(&step) { step as u64 } else { continue };
        if let Some(of_step) = params.severity(step) {
            severity = worse(severity, Some(of_step));
            row = row.or(Some(pair[1].0));
            many += 1;
            smallest = smallest.min(step);
        }
    }
    let severity = if things.is_some() { severity.map(|_| Severity::Review) } else { severity };
    let what = things.map_or_else(|| people(smallest), |things| format!("{smallest} {things}"));
    Some((
        severity?,
        row?,
        format!("The running total rises by few at {many} of its steps, by {what} at the least."),
    ))
}
