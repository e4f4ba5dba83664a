//! How much a table looks like one row a person or event rather than one a group: points with their reasons.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::names::{self, Meaning};
use super::profile::Profile;
use super::record::{Record, RecordError};
use super::roles::Sketch;
use crate::table::Role;

/// Rows that are looked at for combinations that repeat.
pub(crate) const LOOKED_AT: u64 = 20_000;
/// Columns that are looked at for the same.
const KEYS: usize = 64;

/// Points for and against, and what they were given for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Likeness {
    /// Sum of the points.
    pub(crate) score: i32,
    /// Each point with its reason, for people.
    pub(crate) reasons: Vec<(i32, String)>,
}

/// The cells of one row.
pub(crate) trait Cells {
    /// The cell of this column; empty where there is none.
    fn cell(&self, at: usize) -> &str;
}

impl Cells for Record {
    fn cell(&self, at: usize) -> &str {
        self.get(at)
    }
}

/// What the points are given for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Features {
    pub(crate) rows: u64,
    /// Columns that hold something and do not number the rows.
    pub(crate) columns: usize,
    /// Columns whose values can name groups.
    pub(crate) keys: usize,
    pub(crate) crossing: Crossing,
    /// A column of words, dates or an even grid names the rows.
    pub(crate) labelled: bool,
    /// Labels in the first column that name statistics, as those of `describe()` do.
    pub(crate) statistic_rows: usize,
    /// A row is labelled as a total.
    pub(crate) total_label: bool,
    /// Columns headed as identifiers of persons.
    pub(crate) person_ids: usize,
    /// Columns headed as persons, with many different values.
    pub(crate) persons: usize,
    /// Columns headed `id` and the like, different in every row.
    pub(crate) id_like: usize,
    /// Columns of values that are worked out for each person: residuals, scores, coordinates.
    pub(crate) person_values: usize,
    /// Columns headed as attributes of a person.
    pub(crate) attributes: usize,
    /// Columns of two values.
    pub(crate) binary: usize,
    /// Columns of dates with a time of day.
    pub(crate) times: usize,
    /// Columns that count people or events by their header.
    pub(crate) counts: usize,
    /// Columns of statistics by their header.
    pub(crate) statistics: usize,
    /// Columns of estimates, their errors and bounds.
    pub(crate) models: usize,
    /// Columns of `n (%)`, `n/N` and estimates with intervals.
    pub(crate) compound: usize,
    /// Cells are suppressed.
    pub(crate) suppressed: bool,
    /// Columns of labels of which each row has its own.
    pub(crate) own_labels: usize,
}

/// Whether a column's values can name groups: words, dates, or whole numbers that recur.
fn is_key(sketch: &Sketch, profile: &Profile, rows: u64) -> bool {
    let recurs = profile.distinct * 2 <= rows.max(2);
    match sketch.role {
        _ if profile.said() == 0 || sketch.id_like && !recurs => false,
        Some(Role::Period) => true,
        Some(Role::Dimension | Role::Term) => !profile.is_numeric() || recurs,
        Some(_) => false,
        None => {
            let named = sketch.meaning == Some(Meaning::Attribute)
                && names::words(&sketch.name)
                    .iter()
                    .any(|word| matches!(word.as_str(), "age" | "leeftijd" | "alter"));
            let same_digits =
                profile.min >= 100.0 && profile.min.log10().floor() == profile.max.log10().floor();
            let coded = same_digits && profile.distinct * 10 <= rows * 9;
            profile.texts > 0
                || profile.is_codes()
                || profile.whole == profile.numbers && (recurs && (profile.distinct <= 12 || named) || coded)
        }
    }
}

/// Gathers the features of a table.
pub(crate) fn features(
    sketches: &[Sketch],
    profiles: &[Profile],
    rows: u64,
    each: impl Fn(&mut dyn FnMut(u64, &dyn Cells)) -> Result<(), RecordError>,
) -> Result<Features, RecordError> {
    let mut features = counted(sketches, profiles, rows);
    let mut keys: Vec<usize> =
        (0..sketches.len()).filter(|&at| is_key(&sketches[at], &profiles[at], rows)).collect();
    // Words and dates before numbers, each in the order of the file: what names a group comes first.
    keys.sort_by_key(|&at| profiles[at].is_numeric());
    keys.truncate(KEYS);
    features.keys = keys.len();
    let (hasher, mut looked_at) = (RandomState::new(), Vec::<Vec<u64>>::new());
    each(&mut |row, cells| {
        if row < 100 && profiles.first().is_some_and(|first| first.texts > 0) {
            let named =
                names::meaning(cells.cell(0)).is_some_and(|(meaning, _)| meaning == Meaning::Statistic);
            features.statistic_rows += usize::from(named);
        }
        let filled = keys.iter().filter(|&&at| !cells.cell(at).is_empty()).count();
        if row < LOOKED_AT && filled > usize::from(keys.len() > 2) {
            looked_at.push(keys.iter().map(|&at| hasher.hash_one(cells.cell(at))).collect());
        }
    })?;
    features.total_label = profiles.iter().take(3).any(|profile| profile.total_label);
    features.crossing = crossing(&looked_at, keys.len());
    Ok(features)
}

/// How the keys of a table name its rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crossing {
    /// Share of the rows whose combination of all keys stood in a row before.
    pub(crate) repeats: f64,
    /// Keys that it takes to tell the rows apart, those that others determine left out.
    pub(crate) needed: usize,
    /// Rows as a share of all the combinations that these keys could form: near 1 where groups are crossed.
    pub(crate) density: f64,
}

impl Default for Crossing {
    fn default() -> Self {
        Self { repeats: 0.0, needed: 0, density: 1.0 }
    }
}

/// Takes the keys one after the other until they tell the rows apart.
fn crossing(rows: &[Vec<u64>], keys: usize) -> Crossing {
    if rows.is_empty() || keys == 0 {
        return Crossing::default();
    }
    let distinct = |values: &mut dyn Iterator<Item = u64>| values.collect::<HashSet<u64>>().len();
    let mut prefix = vec![0_u64; rows.len()];
    let (mut combinations, mut product, mut needed) = (1, 1.0_f64, 0);
    for key in 0..keys {
        if combinations == rows.len() {
            break;
        }
        let joined: Vec<u64> = prefix
            .iter()
            .zip(rows)
            .map(|(before, row)| before.rotate_left(7).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ row[key])
            .collect();
        let now = distinct(&mut joined.iter().copied());
        if now > combinations {
            product *= distinct(&mut rows.iter().map(|row| row[key])) as f64;
            (combinations, prefix, needed) = (now, joined, needed + 1);
        }
    }
    Crossing {
        repeats: 1.0 - combinations as f64 / rows.len() as f64,
        needed,
        density: combinations as f64 / product,
    }
}

fn counted(sketches: &[Sketch], profiles: &[Profile], rows: u64) -> Features {
    let mut features = Features { rows, ..Features::default() };
    for (at, (sketch, profile)) in sketches.iter().zip(profiles).enumerate() {
        if matches!(sketch.role, Some(Role::RowNumber | Role::Empty)) {
            continue;
        }
        let own = profile.distinct * 10 >= profile.filled * 9 && profile.filled * 10 >= rows * 9;
        let words = (profile.texts + profile.dates) * 4 > profile.said();
        let two = profile.distinct == 2 && profile.said() * 2 > rows;
        features.columns += 1;
        features.labelled |= !sketch.id_like
            && (words && (profile.distinct > 2 || rows <= 10)
                || own && profile.rising && (profile.even || at == 0 && profile.whole == profile.numbers)
                || profile.is_codes()
                || sketch.role == Some(Role::Period));
        features.person_ids += usize::from(sketch.role == Some(Role::Identifier));
        features.persons +=
            usize::from(sketch.person && profile.distinct >= 5 && profile.distinct * 20 > rows);
        features.id_like += usize::from(sketch.id_like && own);
        features.person_values +=
            usize::from(sketch.person_value && profile.is_numeric() && profile.distinct * 2 > rows);
        features.attributes += usize::from(sketch.attribute);
        features.binary += usize::from(
            two && (profile.is_numeric() && profile.min == 0.0 && profile.max == 1.0 || profile.texts > 0),
        );
        features.times += usize::from(profile.times * 2 > profile.filled);
        features.counts += usize::from(
            matches!(sketch.role, Some(Role::Count | Role::Base | Role::Statistic))
                && matches!(sketch.meaning, Some(Meaning::Count | Meaning::Base)),
        );
        features.statistics += usize::from(matches!(sketch.role, Some(Role::Statistic | Role::Percentage)));
        features.models += usize::from(matches!(
            sketch.role,
            Some(Role::Estimate | Role::StandardError | Role::PValue | Role::Bound)
        ));
        features.compound +=
            usize::from(profile.with + profile.fractions() + profile.estimates > profile.said() / 2);
        features.suppressed |= profile.suppressed + profile.at_most > 0 && profile.numbers > profile.texts;
        features.own_labels +=
            usize::from(own && !sketch.id_like && !sketch.person && profile.texts * 10 > profile.filled * 9);
    }
    features
}

impl Likeness {
    fn give(&mut self, given: bool, points: i32, reason: impl Into<String>) {
        if given {
            self.score += points;
            self.reasons.push((points, reason.into()));
        }
    }
}

/// The points of a table.
pub(crate) fn likeness(f: &Features) -> Likeness {
    let mut likeness = Likeness::default();
    for_persons(f, &mut likeness);
    for_groups(f, &mut likeness);
    likeness
}

/// What speaks for persons.
fn for_persons(f: &Features, likeness: &mut Likeness) {
    let Crossing { repeats, needed, density } = f.crossing;
    let repeated = repeats > 0.1;
    let aggregates = f.counts + f.statistics + f.models + f.compound > 0;
    likeness.give(
        repeated,
        2,
        format!("{:.0} % of the rows repeat the groups of another row", repeats * 100.0),
    );
    likeness.give(repeats > 0.5, 1, "more rows than not do");
    likeness.give(
        !repeated && needed >= 3 && density < 0.02,
        2,
        format!(
            "it takes {needed} columns to tell the rows apart, and they fill {:.1} % of their combinations",
            density * 100.0
        ),
    );
    likeness.give(
        !repeated && needed >= 2 && density < 0.1,
        1,
        "groups that were crossed would fill more of their combinations",
    );
    likeness.give(
        !f.labelled && !aggregates,
        2,
        "no column names groups, counts or says what was worked out",
    );
    likeness.give(f.person_ids > 0, 3, "a column is headed as an identifier");
    likeness.give(f.persons > 0, 2, "a column names persons");
    likeness.give(f.person_values > 0, 2, "a column holds a value that is worked out for each person");
    likeness.give(f.id_like > 0, 1, "a column headed as an id is different in every row");
    likeness.give(
        f.attributes >= 2 && needed <= 1 && !repeated,
        2,
        format!("each row has its own label and {} attributes of a person", f.attributes),
    );
    likeness.give(f.times > 0, 1, "a column has dates with a time of day");
    likeness.give(f.binary >= 2, 1, format!("{} columns have two values", f.binary));
    // Size by itself says nothing: a large table of groups is large too.
    let suspect = likeness.score > 0;
    likeness.give(suspect && f.rows >= 50, 1, format!("{} rows", f.rows));
    likeness.give(suspect && f.columns >= 6, 1, format!("{} columns", f.columns));
    likeness.give(suspect && f.keys >= 6, 1, format!("{} columns of categories", f.keys));
}

/// What speaks for groups.
fn for_groups(f: &Features, likeness: &mut Likeness) {
    let Crossing { repeats, needed, density } = f.crossing;
    let repeated = repeats > 0.1;
    likeness.give(f.counts > 0 && !repeated, -2, "a column counts");
    likeness.give(
        (f.statistics + f.models) * 3 > f.columns,
        -1,
        "over a third of the columns are statistics",
    );
    likeness.give(f.models >= 2, -2, "columns are those of a model");
    likeness.give(f.statistic_rows >= 2, -3, "rows are named as statistics");
    likeness.give(f.total_label, -1, "a row is a total");
    likeness.give(f.suppressed, -1, "cells are suppressed");
    likeness.give(f.compound > 0, -2, "cells hold counts with percentages, or estimates with intervals");
    likeness.give(!repeated && f.labelled && density >= 0.2, -1, "its groups are crossed");
    likeness.give(
        !repeated && f.labelled && needed >= 2 && density >= 0.2,
        -1,
        "two groupings or more fill their combinations",
    );
    likeness.give(f.own_labels > 0, -1, "each row has its own label");
}
