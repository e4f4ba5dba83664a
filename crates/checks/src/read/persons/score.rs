//! The signs of persons and of groups in words, and the points that were fitted for each.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::LEAST_ROWS;
use super::crossing::Crossing;
use super::keys::Told;
use super::measures::Features;

/// Which side a sign is on: its points are never on the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// It speaks for rows that are persons or events.
    Persons,
    /// It speaks for rows that are groups.
    Groups,
}

/// One sign.
pub(crate) struct Sign {
    /// Its name in the file of weights.
    pub(crate) key: &'static str,
    /// What it says, for people.
    pub(crate) words: &'static str,
    pub(crate) side: Side,
    holds: fn(&Features) -> bool,
}

const fn persons(key: &'static str, words: &'static str, holds: fn(&Features) -> bool) -> Sign {
    Sign { key, words, side: Side::Persons, holds }
}

const fn groups(key: &'static str, words: &'static str, holds: fn(&Features) -> bool) -> Sign {
    Sign { key, words, side: Side::Groups, holds }
}

/// Every sign, those of persons first.
pub(crate) const SIGNS: &[Sign] = &[
    persons("repeats", "over a tenth of the rows repeat the groups of another row", Features::repeated),
    persons("repeats-bare", "groups repeat, and nothing counts or summarises them", |f| {
        f.repeated() && f.aggregates() == 0
    }),
    persons("sparse", "its groupings fill under a tenth of their combinations", |f| {
        !f.repeated() && f.crossing.needed >= 2 && f.crossing.density < 0.1
    }),
    persons(
        "sparse-three",
        "it takes three columns or more to tell the rows apart, which fill under 2 % of their combinations",
        |f| !f.repeated() && f.crossing.needed >= 3 && f.crossing.density < 0.02,
    ),
    persons("nothing-summarised", "no header says that anything was counted or worked out", |f| {
        f.aggregates() == 0
    }),
    persons("identifier", "a column is headed as an identifier", |f| f.person_ids > 0),
    persons("person", "a column names persons", |f| f.persons > 0),
    persons("person-value", "a column holds a value that is worked out for each person", |f| {
        f.person_values > 0
    }),
    persons("own-id", "a column headed as an id is different in every row", |f| f.id_like > 0),
    persons("attributes", "two columns or more are headed as attributes of a person", |f| f.attributes >= 2),
    persons("quasi", "two columns or more are headed as quasi-identifiers", |f| f.quasi >= 2),
    persons("twins", "over one row in fifty is the same as another", |f| f.twins > 0.02),
    persons("recurring-three", "unsorted numbers that nothing names recur in three columns or more", |f| {
        f.recurring >= 3
    }),
    persons(
        "repeats-odd",
        "nearly all rows repeat the groups of another row, and no total or suppressed cell is there",
        |f| f.crossing.repeats > 0.9 && f.columns >= 4 && !f.total_label && !f.suppressed,
    ),
    persons("times", "a column has dates with a time of day", |f| f.times > 0),
    persons("dates", "two columns or more hold dates", |f| f.dates >= 2),
    persons("binary", "two columns or more have two values", |f| f.binary >= 2),
    persons("coded", "three columns or more hold a few whole numbers each", |f| f.coded >= 3),
    persons("ones", "a column of counts holds nothing but ones", |f| f.ones > 0),
    persons("gaps", "numbers are missing in two columns or more", |f| f.gaps >= 2),
    persons("keys", "six columns or more hold categories", |f| f.keys >= 6),
    persons("long", "it has fifty rows or more, and nothing counts", |f| f.rows >= 50 && f.aggregates() == 0),
    groups("counts", "a sixth or more of the columns count, and groups do not repeat", |f| {
        f.counts > 0 && f.counts * 6 >= f.columns && !f.repeated()
    }),
    groups("statistics", "over a third of the columns are statistics", |f| {
        (f.statistics + f.models) * 3 > f.columns
    }),
    groups(
        "statistics-any",
        "a sixth or more of the columns are statistics, and groups do not repeat",
        |f| f.statistics + f.models > 0 && (f.statistics + f.models) * 6 >= f.columns && !f.repeated(),
    ),
    groups("model", "two columns or more are those of a model", |f| f.models >= 2),
    groups("statistic-rows", "rows are named as statistics", |f| f.statistic_rows >= 2),
    groups("total", "a row is a total", |f| f.total_label),
    groups("suppressed", "cells are suppressed", |f| f.suppressed),
    groups("compound", "cells hold counts with percentages, or estimates with intervals", |f| f.compound > 0),
    groups("crossed", "its groups are crossed", |f| !f.repeated() && f.labelled && f.crossing.density >= 0.2),
    groups("own-label", "each row has its own label", |f| f.own_labels > 0 && !f.repeated()),
    groups("tall", "unnamed whole numbers reach a thousand or more", |f| f.tall > 0),
];

/// The fitted points, and the scores from which a table blocks or is for review.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Weights {
    /// Score from which it blocks, and from which its rows are taken for persons.
    pub(crate) block: i32,
    /// Score from which it is for review.
    pub(crate) review: i32,
    /// Points by sign.
    pub(crate) points: BTreeMap<String, i32>,
}

/// The points of each sign, in their order.
struct Settled {
    block: i32,
    review: i32,
    points: Vec<i32>,
}

static WEIGHTS: LazyLock<Settled> = LazyLock::new(|| {
    // A file that cannot be read leaves every table for review; a test reads it.
    let nothing = || Weights { block: i32::MAX, review: i32::MIN, points: BTreeMap::new() };
    let read: Weights = toml::from_str(include_str!("weights.toml")).unwrap_or_else(|_| nothing());
    let points = SIGNS.iter().map(|sign| read.points.get(sign.key).copied().unwrap_or(0)).collect();
    Settled { block: read.block, review: read.review, points }
});

/// The scores from which a table blocks and from which it is for review.
pub(crate) fn weights() -> (i32, i32) {
    (WEIGHTS.block, WEIGHTS.review)
}

/// Points for and against, and what they were given for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Likeness {
    /// Sum of the points.
    pub(crate) score: i32,
    /// The signs that hold, by bit.
    pub(crate) signs: u64,
    /// Whether its rows are taken for persons: rules on groups do not speak of it then.
    pub(crate) persons: bool,
    /// Whether it shows two quasi-identifiers and nothing that counts or summarises.
    pub(crate) quasi: bool,
    /// Why its rows are persons, or may be, whatever the points say.
    pub(crate) told: Option<Told>,
    /// The points that this adds to the others.
    lift: i32,
}

impl Likeness {
    /// Each point with its reason, for people, the heaviest first.
    pub(crate) fn reasons(&self) -> Vec<(i32, &'static str)> {
        let held = SIGNS.iter().zip(&WEIGHTS.points).enumerate();
        let mut reasons: Vec<(i32, &str)> = held
            .filter(|(at, (_, points))| self.signs >> at & 1 == 1 && **points != 0)
            .map(|(_, (sign, points))| (*points, sign.words))
            .collect();
        reasons.sort_by_key(|(points, _)| -points.abs());
        reasons.splice(..0, self.told.filter(|_| self.lift > 0).map(|told| (self.lift, told.words)));
        reasons
    }
}

/// The points of a table.
pub(crate) fn likeness(features: &Features) -> Likeness {
    let (mut signs, mut score) = (0, 0);
    for (at, (sign, points)) in SIGNS.iter().zip(&WEIGHTS.points).enumerate() {
        if (sign.holds)(features) {
            signs |= 1 << at;
            score += points;
        }
    }
    // A crosstab whose counts nothing names: the quasi-identifiers fill all their combinations, once each.
    let Crossing { repeats, needed, density } = features.crossing;
    let crosstab = needed >= 2 && density >= 0.9 && repeats == 0.0 && features.columns > features.quasi;
    let quasi = features.quasi >= 2 && features.aggregates() + features.things == 0 && !crosstab;
    let told = features.told;
    let least = told.map_or(score, |told| if told.sure { WEIGHTS.block } else { WEIGHTS.review });
    let lift = least.saturating_sub(score).max(0);
    score += lift;
    let persons = if features.rows >= LEAST_ROWS { score >= WEIGHTS.block } else { quasi };
    Likeness { score, signs, persons, quasi, told, lift }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fitted_points_are_those_of_the_signs_and_on_their_side() {
        let read: Weights = toml::from_str(include_str!("weights.toml")).unwrap();
        assert!(read.review <= read.block);
        assert!(SIGNS.len() <= 64, "a sign is a bit");
        for (key, points) in &read.points {
            let sign = SIGNS.iter().find(|sign| sign.key == key).unwrap_or_else(|| panic!("{key}"));
            assert!((sign.side == Side::Persons) == (*points > 0) || *points == 0, "{key} {points}");
        }
        for (at, sign) in SIGNS.iter().enumerate() {
            assert!(SIGNS[..at].iter().all(|other| other.key != sign.key), "{}", sign.key);
        }
    }
}
