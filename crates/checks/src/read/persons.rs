//! How much a table looks like one row a person or event rather than one a group: points with their reasons.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::names::{self, Meaning};
use super::profile::Profile;
use super::record::{Record, RecordError};
use super::roles::Sketch;
use crate::table::Role;

/// Rows that are looked at for combinations that repeat.
const LOOKED_AT: u64 = 200_000;

/// Points for and against, and what they were given for.
#[derive(Clone, Debug, Default)]
pub struct Likeness {
    /// Sum of the points.
    pub score: i32,
    /// Each point with its reason, for people.
    pub reasons: Vec<(i32, String)>,
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
    pub(crate) keys: usize,
    /// Share of the rows whose combination of keys stood in a row before.
    pub(crate) repeats: f64,
    /// Share of the combinations that repeat.
    pub(crate) repeating: f64,
    pub(crate) id_like: usize,
    pub(crate) person_ids: usize,
    pub(crate) attributes: usize,
    pub(crate) binary: usize,
    pub(crate) named_counts: usize,
    pub(crate) counts_of_things: usize,
    pub(crate) statistics: usize,
    pub(crate) models: usize,
    pub(crate) total_label: bool,
    pub(crate) suppressed: bool,
    pub(crate) compound: usize,
    pub(crate) rounded: usize,
    pub(crate) precise: usize,
    pub(crate) unique_labels: usize,
    pub(crate) unique_dates: usize,
    pub(crate) dates: usize,
    pub(crate) measures: usize,
    pub(crate) wide_counts: usize,
    pub(crate) missing: usize,
    pub(crate) free_text: usize,
    pub(crate) big_counts: usize,
}

/// Whether a column's values can name groups: they recur.
fn is_key(sketch: &Sketch, profile: &Profile, rows: u64) -> bool {
    if profile.said() == 0 || profile.distinct * 2 > rows.max(2) {
        return false;
    }
    match sketch.role {
        Some(Role::Dimension | Role::Period | Role::Term) => true,
        Some(_) => false,
        None => {
            let named = sketch.meaning == Some(Meaning::Attribute) && names::words(&sketch.name).iter().any(|word| matches!(word.as_str(), "age" | "leeftijd" | "alter"));
            let same_digits = profile.min >= 100.0 && profile.min.log10().floor() == profile.max.log10().floor();
            profile.texts > 0 || profile.whole == profile.numbers && (profile.distinct <= 12 || named || same_digits)
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
    let keys: Vec<usize> = (0..sketches.len()).filter(|&at| is_key(&sketches[at], &profiles[at], rows)).collect();
    features.keys = keys.len();
    let (hasher, mut seen, mut looked_at) = (RandomState::new(), HashMap::<u64, u32>::new(), 0_u64);
    each(&mut |row, cells| {
        for at in 0..sketches.len().min(3) {
            features.total_label |= profiles[at].texts > 0 && names::is_total(cells.cell(at));
        }
        let values: Vec<&str> = keys.iter().map(|&at| cells.cell(at)).collect();
        if row < LOOKED_AT && !values.is_empty() && values.iter().any(|value| !value.is_empty()) {
            looked_at += 1;
            *seen.entry(hasher.hash_one(&values)).or_default() += 1;
        }
    })?;
    features.repeats = 1.0 - seen.len() as f64 / looked_at.max(1) as f64;
    features.repeating = seen.values().filter(|&&times| times > 1).count() as f64 / seen.len().max(1) as f64;
    if looked_at == 0 {
        features.repeats = 0.0;
    }
    Ok(features)
}

fn counted(sketches: &[Sketch], profiles: &[Profile], rows: u64) -> Features {
    let mut features = Features { rows, ..Features::default() };
    for (sketch, profile) in sketches.iter().zip(profiles) {
        if matches!(sketch.role, Some(Role::RowNumber | Role::Empty)) {
            continue;
        }
        features.columns += 1;
        let unique = profile.distinct * 10 >= profile.filled * 9 && profile.filled * 10 >= rows * 9;
        features.id_like += usize::from(sketch.id_like && unique);
        features.person_ids += usize::from(sketch.role == Some(Role::Identifier));
        features.attributes += usize::from(sketch.attribute);
        let two = profile.distinct == 2 && profile.said() * 2 > rows;
        features.binary += usize::from(two && (profile.is_numeric() && profile.min == 0.0 && profile.max == 1.0 || profile.texts > 0));
        features.named_counts += usize::from(matches!(sketch.role, Some(Role::Count | Role::Base)) && sketch.meaning != Some(Meaning::CountOfThings));
        features.counts_of_things += usize::from(sketch.meaning == Some(Meaning::CountOfThings));
        features.statistics += usize::from(matches!(sketch.role, Some(Role::Statistic | Role::Percentage)));
        features.models += usize::from(matches!(sketch.role, Some(Role::Estimate | Role::StandardError | Role::PValue | Role::Bound)));
        features.suppressed |= profile.suppressed + profile.at_most > 0 && profile.numbers + profile.texts > 0;
        features.compound += usize::from(profile.with + profile.out_of + profile.estimates > profile.said() / 2);
        features.rounded += usize::from(profile.is_counts() && profile.rounding.any() && profile.distinct > 3 && profile.max > 50.0);
        features.precise += usize::from(profile.precise * 2 > profile.numbers && profile.numbers > 0);
        features.unique_labels += usize::from(unique && profile.texts * 10 > profile.filled * 9);
        features.unique_dates += usize::from(unique && profile.dates * 10 > profile.filled * 9);
        features.dates += usize::from(profile.dates * 10 > profile.filled * 9 && profile.filled > 0);
        features.measures += usize::from(sketch.role.is_none() && profile.is_numeric() && profile.distinct > 12);
        features.missing += usize::from(profile.missing > 0 || profile.filled < rows);
        features.free_text += usize::from(profile.texts > 0 && profile.words >= profile.texts * 4 && unique);
        features.big_counts += usize::from(sketch.role.is_none() && profile.is_counts() && profile.max >= 1000.0 && profile.distinct > 12);
    }
    features
}

/// The points of a table.
pub(crate) fn likeness(features: &Features) -> Likeness {
    let mut likeness = Likeness::default();
    let mut give = |given: bool, points: i32, reason: String| {
        if given {
            likeness.score += points;
            likeness.reasons.push((points, reason));
        }
    };
    let f = features;
    give(f.repeating > 0.1, 2, format!("{:.0} % of the combinations of its {} grouping columns stand in several rows", f.repeating * 100.0, f.keys));
    give(f.person_ids > 0, 2, "a column is headed as an identifier".to_owned());
    give(f.id_like > 0 && f.named_counts == 0, 1, "a column headed as an id is different in every row".to_owned());
    give(f.rows >= 50, 1, format!("{} rows", f.rows));
    give(f.columns >= 6, 1, format!("{} columns", f.columns));
    give(f.binary >= 2, 1, format!("{} columns have two values", f.binary));
    give(f.named_counts > 0 && f.repeating <= 0.1, -2, "a column counts".to_owned());
    give(f.statistics + f.models > 0 && (f.statistics + f.models) * 3 > f.columns, -1, "over a third of the columns are statistics".to_owned());
    give(f.total_label, -1, "a row is a total".to_owned());
    likeness
}
