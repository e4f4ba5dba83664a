//! The roles of columns that nothing names, in a table of groups: what their numbers can be beside the others.

use super::names::{self, Meaning};
use super::persons::Features;
use super::profile::Profile;
use super::roles::Sketch;
use crate::evidence::levels::are_levels;
use crate::table::{Column, Role};

/// What the table as a whole says to a column that is left open.
struct Context<'a> {
    features: &'a Features,
    /// Any column counts, summarises or estimates.
    aggregates: bool,
    /// Any column counts by its header or its cells.
    counted: bool,
    /// A column gives the levels of quantiles.
    quantiles: bool,
    /// Columns of numbers with decimals or below nothing stand beside, and nothing says what any of them are.
    mixed: bool,
    /// Any column labels the rows.
    labelled: bool,
    /// Unnamed columns of counts, as the levels of a crosstab are, and those of noughts and ones among them.
    levels: usize,
    flags: usize,
}

impl Context<'_> {
    /// Whether noughts and ones are counts of a rare level rather than yes and no: ones are rare, and other levels stand beside.
    fn is_rare_level(&self, sketch: &Sketch, profile: &Profile) -> bool {
        let ones = profile.rounding.nonzero;
        let stands_among = self.levels - self.flags >= self.flags.max(2);
        self.features.named
            && (sketch.answer || sketch.countable || ones * 4 <= profile.filled && stands_among)
    }
}

/// Settles what the columns themselves left open, by whether the table's rows are persons or groups.
pub(crate) fn columns(
    sketches: Vec<Sketch>,
    profiles: &[Profile],
    features: &Features,
    persons: bool,
) -> Vec<Column> {
    let any = |told: fn(Role) -> bool| sketches.iter().any(|sketch| sketch.role.is_some_and(told));
    let labelled = any(|role| matches!(role, Role::Dimension | Role::Period | Role::Term));
    let measures = sketches.iter().zip(profiles).any(|(sketch, profile)| {
        sketch.role.is_none()
            && profile.is_numeric()
            && (profile.whole < profile.numbers || profile.min < 0.0)
    });
    let context = Context {
        features,
        aggregates: any(Role::is_aggregate),
        counted: any(|role| matches!(role, Role::Count | Role::Base)),
        quantiles: sketches.iter().zip(profiles).any(|(sketch, profile)| are_levels(&sketch.name, profile)),
        mixed: measures,
        labelled,
        levels: sketches.iter().zip(profiles).filter(|(sketch, profile)| is_level(sketch, profile)).count(),
        flags: sketches
            .iter()
            .zip(profiles)
            .filter(|(sketch, profile)| is_level(sketch, profile) && profile.max <= 1.0)
            .count(),
    };
    let mut first = true;
    sketches
        .into_iter()
        .zip(profiles)
        .map(|(sketch, profile)| {
            let first = std::mem::take(&mut first);
            let (role, reason) = match sketch.role {
                Some(role) => (role, sketch.reason),
                None if persons && sketch.level => {
                    (Role::Identifier, "its header is an identifier".to_owned())
                }
                None if persons => (Role::Value, "the rows look like persons or events".to_owned()),
                None => {
                    let (role, reason) = of_groups(&sketch, profile, first, &context);
                    (role, reason.to_owned())
                }
            };
            Column { name: sketch.name, role, reason, filled: profile.filled, distinct: profile.distinct }
        })
        .collect()
}

/// Whether a column may count a level of a crosstab: whole numbers that nothing names.
fn is_level(sketch: &Sketch, profile: &Profile) -> bool {
    sketch.role.is_none() && sketch.meaning.is_none() && profile.is_counts()
}

/// Whether a header is a level of ages or amounts, `18-39`: what stands below it is counted, whichever column it is.
fn is_band(name: &str) -> bool {
    let number =
        |text: &str| !text.is_empty() && text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let name = name.trim().trim_start_matches(['<', '>', '=', '≥', '≤']);
    match name.split_once(['-', '–']) {
        Some((least, most)) => number(least.trim()) && number(most.trim()),
        None => name.strip_suffix('+').is_some_and(number),
    }
}

/// The role of a column of numbers that nothing names, in a table of groups.
fn of_groups(sketch: &Sketch, profile: &Profile, first: bool, context: &Context<'_>) -> (Role, &'static str) {
    let features = context.features;
    let leads = first && !context.labelled;
    if features.statistic_rows >= 2 && profile.is_numeric() {
        return (Role::Statistic, "its rows are named as statistics");
    }
    let whole = profile.whole == profile.numbers;
    if profile.is_codes() && !leads && context.aggregates && profile.distinct * 2 > features.rows {
        return (Role::Dimension, "its cells are codes");
    }
    let closed = profile.max - profile.min + 1.0 == profile.distinct as f64;
    if leads
        && whole
        && profile.distinct == profile.filled
        && (profile.rising || closed)
        && !is_band(&sketch.name)
    {
        return (Role::Dimension, "it labels the rows");
    }
    if first && profile.counts_up() && profile.numbers >= 3 {
        return (Role::Dimension, "it labels the rows, one number after the other");
    }
    let own = profile.distinct * 10 >= features.rows * 9;
    if whole && names::words(&sketch.name).iter().any(|word| names::lists("area-codes", word)) {
        return (Role::Dimension, "its header names a code of areas");
    }
    if sketch.id_like && whole && own && (sketch.code || profile.min >= 1000.0) {
        return (Role::Dimension, "its header names a code, and each row has its own");
    }
    if sketch.magnitude && sketch.meaning.is_none() && profile.is_numeric() {
        return (Role::Statistic, "its header names money, time or a volume");
    }
    if context.quantiles && sketch.meaning.is_none() && profile.is_numeric() {
        return (Role::Statistic, "a column beside it gives the levels of quantiles");
    }
    let ordinal = closed && names::words(&sketch.name).iter().any(|word| names::lists("ordinals", word));
    let counts = sketch.countable && features.named && profile.is_counts() && !ordinal;
    let levels = whole && (profile.rising || profile.distinct * 2 <= features.rows);
    match sketch.meaning {
        Some(Meaning::Attribute | Meaning::Label | Meaning::Term) if levels && !counts => {
            return (Role::Dimension, "its header names an attribute, and its values recur");
        }
        Some(Meaning::Attribute | Meaning::Term) if !counts => {
            return (Role::Statistic, "its header names a measurement");
        }
        _ => {}
    }
    if !profile.is_counts() {
        return if profile.is_numeric() {
            (Role::Statistic, "its cells are numbers in a table of groups")
        } else {
            (Role::Dimension, "its cells are labels")
        };
    }
    of_counts(sketch, profile, context)
        .unwrap_or((Role::Count, "its cells are whole numbers in a table of groups"))
}

/// The role of whole numbers that nothing names, in a table of groups, where they are anything but counts.
fn of_counts(sketch: &Sketch, profile: &Profile, context: &Context<'_>) -> Option<(Role, &'static str)> {
    let features = context.features;
    let things = sketch.meaning == Some(Meaning::CountOfThings);
    let nought_one = profile.distinct == 2 && profile.min == 0.0 && profile.max == 1.0;
    if nought_one {
        // Where words alone tell the rows apart, few noughts and ones may count as well.
        let key = !features.named && profile.numbers >= 4 && profile.numbers == profile.said();
        let ones = profile.rounding.nonzero;
        let by_turns = features.rows >= 8 && (profile.filled..=4 * profile.filled).contains(&(5 * ones));
        let flag = key || by_turns || features.rows >= 20 || features.named && context.counted;
        let rare = context.is_rare_level(sketch, profile);
        return (!things && flag && !rare).then_some((Role::Dimension, "its cells say yes or no"));
    }
    // Where each row has a label of its own, no further key is called for: a word that nobody knows counts.
    let unknown = (sketch.meaning.is_none() || sketch.countable) && features.named;
    if !unknown && is_coded(profile, features.rows, context.counted) {
        return Some((Role::Dimension, "its cells are a few codes that recur"));
    }
    if things || sketch.countable || sketch.answer {
        return None;
    }
    if is_rank(profile, features.rows) {
        return Some((Role::Statistic, "its cells rank the rows"));
    }
    let measure = context.mixed && !context.counted && (features.rows >= 20 || profile.max == 0.0);
    measure.then_some((
        Role::Statistic,
        "nothing says that it counts, and numbers of other kinds stand beside it",
    ))
}

/// Whether whole numbers are codes of groups rather than counts: all from 1 or so to the last,
/// each several times. Small counts have zeros among them, and gaps.
fn is_coded(profile: &Profile, rows: u64, counted: bool) -> bool {
    let (filled, distinct) = (profile.filled, profile.distinct);
    let closed = profile.max - profile.min + 1.0 == distinct as f64;
    let often = if distinct <= 12 && !counted { 3 } else { 2 };
    let enough = rows >= 12 || rows >= 8 && counted;
    enough
        && distinct >= 2
        && profile.numbers >= filled
        && profile.min >= 1.0
        && closed
        && distinct * often <= filled
}

/// Whether whole numbers rank the rows: from 1, none above their number, hardly any twice, in no order.
fn is_rank(profile: &Profile, rows: u64) -> bool {
    rows >= 20
        && profile.min == 1.0
        && profile.max <= rows as f64
        && profile.distinct * 10 >= rows * 9
        && profile.max * 10.0 >= rows as f64 * 9.0
}

#[cfg(test)]
mod tests;
