//! What a table shows of whether its rows are persons or groups, counted column by column and along a sample of its rows.

use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::RandomState;

use super::crossing::{Crossing, distinct};
use super::keys::{Keys, Told};
use super::{Cells, LOOKED_AT};
use crate::read::names::{self, Meaning};
use crate::read::profile::Profile;
use crate::read::roles::Sketch;
use crate::table::Role;

/// Columns that are looked at for combinations that repeat.
const KEYS: usize = 64;
/// Columns of a table whose whole rows are compared.
const WHOLE: usize = 64;

/// What is counted of a table.
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
    /// Words and dates alone, or a first column that rises, tell all rows apart.
    pub(crate) named: bool,
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
    /// Columns headed as quasi-identifiers.
    pub(crate) quasi: usize,
    /// Columns of whole numbers that may count things by their header, or are headed by a number, such as a year.
    pub(crate) things: usize,
    /// Columns of two values.
    pub(crate) binary: usize,
    /// Columns of dates, with several of them.
    pub(crate) dates: usize,
    /// Columns of dates with a time of day.
    pub(crate) times: usize,
    /// Columns that count people or events by their header, with more than one value.
    pub(crate) counts: usize,
    /// Columns that count by their header and hold nothing but ones.
    pub(crate) ones: usize,
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
    /// Columns of at most twelve whole numbers that nothing names as counts or statistics.
    pub(crate) coded: usize,
    /// Columns of numbers with gaps.
    pub(crate) gaps: usize,
    /// Share of the rows that stood before, cell by cell.
    pub(crate) twins: f64,
    /// Columns of numbers whose values recur and are not sorted.
    pub(crate) recurring: usize,
    /// Columns of whole numbers up to a hundred or more that nothing names.
    pub(crate) tall: usize,
    /// What makes the rows persons whatever the other columns hold.
    pub(crate) told: Option<Told>,
}

impl Features {
    /// Whether any column counts, summarises or estimates by its header or its cells.
    pub(crate) fn aggregates(&self) -> usize {
        self.counts + self.statistics + self.models + self.compound
    }

    /// Whether groups repeat in more than a tenth of the rows.
    pub(crate) fn repeated(&self) -> bool {
        self.crossing.repeats > 0.1
    }
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
            let same_digits =
                profile.min >= 100.0 && profile.min.log10().floor() == profile.max.log10().floor();
            let coded = same_digits && profile.distinct * 10 <= rows * 9;
            profile.texts > 0
                || profile.is_codes()
                || profile.whole == profile.numbers
                    && (recurs && (profile.distinct <= 12 || sketch.aged) || coded)
        }
    }
}

/// Gathers what is counted of a table, row by row.
pub(crate) struct Gather<'a> {
    features: Features,
    profiles: &'a [Profile],
    keys: Vec<usize>,
    digests: Vec<Vec<u64>>,
    /// Columns that do not number the rows, and a digest of them for each row.
    telling: Vec<usize>,
    whole: Vec<u64>,
    hasher: RandomState,
    persons: Keys,
}

impl<'a> Gather<'a> {
    /// Starts from what the columns say by themselves.
    pub(crate) fn new(sketches: &[Sketch], profiles: &'a [Profile], rows: u64) -> Self {
        let mut features = Features { rows, ..Features::default() };
        let (mut keys, mut telling) = (Vec::new(), Vec::new());
        for (at, (sketch, profile)) in sketches.iter().zip(profiles).enumerate() {
            let key = is_key(sketch, profile, rows);
            if key {
                keys.push(at);
            }
            if !matches!(sketch.role, Some(Role::RowNumber | Role::Empty)) {
                telling.push(at);
                features.column(at, sketch, profile, key);
            } else if sketch.role == Some(Role::RowNumber) && sketch.id_like {
                features.id_like += 1;
            }
        }
        // Words and dates before numbers, each in the order of the file: what names a group comes first.
        keys.sort_by_key(|&at| profiles[at].is_numeric());
        keys.truncate(KEYS);
        features.keys = keys.len();
        features.total_label = profiles.iter().take(3).any(|profile| profile.total_label);
        let digests = vec![Vec::new(); keys.len()];
        let (whole, hasher) = (Vec::new(), RandomState::default());
        let persons = Keys::of(sketches, profiles, rows);
        Self { features, profiles, keys, digests, telling, whole, hasher, persons }
    }

    /// Adds a row; those after a sample are not looked at.
    pub(crate) fn add(&mut self, row: u64, cells: &dyn Cells) {
        if row < 100 && self.profiles.first().is_some_and(|first| first.texts > 0) {
            let named = names::meaning(cells.cell(0));
            let statistic = matches!(named, Some((Meaning::Statistic, _)));
            self.features.statistic_rows += usize::from(statistic);
        }
        self.persons.add(row, cells);
        if row >= LOOKED_AT {
            return;
        }
        if self.telling.len() <= WHOLE {
            self.whole.push(self.hasher.hash_one(Whole { cells, columns: &self.telling }));
        }
        let filled = self.keys.iter().filter(|&&at| !cells.cell(at).is_empty()).count();
        if filled > usize::from(self.keys.len() > 2) {
            for (digests, &at) in self.digests.iter_mut().zip(&self.keys) {
                digests.push(self.hasher.hash_one(cells.cell(at)));
            }
        }
    }

    /// What was counted.
    pub(crate) fn done(mut self) -> Features {
        self.features.crossing = Crossing::of(&self.digests);
        let words = self.keys.iter().take_while(|&&at| !self.profiles[at].is_numeric()).count();
        self.features.named = self.features.named
            || words > 0
                && self.features.crossing.repeats == 0.0
                && Crossing::of(&self.digests[..words]).repeats == 0.0;
        let rows = self.whole.len();
        self.features.twins = 1.0 - distinct(self.whole) as f64 / rows.max(1) as f64;
        self.features.told = self.persons.told(&self.features, self.profiles);
        self.features
    }
}

/// All telling cells of a row, to be digested.
struct Whole<'a> {
    cells: &'a dyn Cells,
    columns: &'a [usize],
}

impl Hash for Whole<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.columns.iter().for_each(|&at| self.cells.cell(at).hash(state));
    }
}

impl Features {
    fn column(&mut self, at: usize, sketch: &Sketch, profile: &Profile, key: bool) {
        self.columns += 1;
        self.heading(sketch, profile);
        self.aggregate(sketch, profile);
        let rows = self.rows;
        let own = profile.distinct * 10 >= profile.filled * 9 && profile.filled * 10 >= rows * 9;
        let words = (profile.texts + profile.dates) * 4 > profile.said();
        let two = profile.distinct == 2 && profile.said() * 2 > rows;
        let nought_one = profile.is_numeric() && profile.min == 0.0 && profile.max == 1.0;
        let plain = sketch.role.is_none() && profile.is_numeric();
        self.labelled |= !sketch.id_like
            && (words && (profile.distinct > 2 || rows <= 10)
                || own && profile.rising && (profile.even || at == 0 && profile.whole == profile.numbers)
                || profile.is_codes()
                || sketch.role == Some(Role::Period));
        let every = profile.distinct == profile.filled && profile.filled == rows && rows > 1;
        self.named |= every && (words || at == 0 && profile.rising && profile.whole == profile.numbers);
        self.id_like += usize::from(sketch.id_like && own);
        self.own_labels +=
            usize::from(own && !sketch.id_like && !sketch.person && profile.texts * 10 > profile.filled * 9);
        self.binary += usize::from(two && (nought_one || profile.texts > 0));
        self.dates += usize::from(profile.dates * 2 > profile.filled && profile.distinct > 2);
        self.times += usize::from(profile.times * 2 > profile.filled);
        self.coded += usize::from(plain && profile.whole == profile.numbers && profile.distinct <= 12);
        self.gaps += usize::from(profile.is_numeric() && profile.said() < rows && profile.suppressed == 0);
        let recurs = profile.distinct * 10 < profile.numbers * 9 && profile.distinct > 12 && !profile.rising;
        self.recurring += usize::from(plain && recurs);
        self.tall += usize::from(plain && profile.is_counts() && !key && profile.max >= 1000.0);
    }

    /// What its header alone says.
    fn heading(&mut self, sketch: &Sketch, profile: &Profile) {
        let many = profile.distinct >= 5 && profile.distinct * 20 > self.rows;
        self.person_ids += usize::from(sketch.role == Some(Role::Identifier));
        self.persons += usize::from(sketch.person && many);
        self.person_values +=
            usize::from(sketch.person_value && profile.is_numeric() && profile.distinct * 2 > self.rows);
        self.attributes += usize::from(sketch.attribute);
        self.quasi += usize::from(sketch.quasi);
        // Nothing but 0 and 1 says whether, not how many.
        let things =
            sketch.meaning == Some(Meaning::CountOfThings) && profile.is_counts() && profile.max > 1.0;
        self.things +=
            usize::from(things || profile.is_numeric() && sketch.name.trim().parse::<f64>().is_ok());
    }

    /// Whether it counts, summarises or estimates.
    fn aggregate(&mut self, sketch: &Sketch, profile: &Profile) {
        let counts = matches!(sketch.role, Some(Role::Count | Role::Base | Role::Statistic))
            && matches!(sketch.meaning, Some(Meaning::Count | Meaning::Base));
        let ones = counts && profile.numbers > 1 && profile.min == 1.0 && profile.max == 1.0;
        self.ones += usize::from(ones);
        self.counts += usize::from(counts && !ones);
        self.statistics += usize::from(matches!(sketch.role, Some(Role::Statistic | Role::Percentage)));
        self.models += usize::from(matches!(
            sketch.role,
            Some(Role::Estimate | Role::StandardError | Role::PValue | Role::Bound)
        ));
        self.compound +=
            usize::from(profile.with + profile.fractions() + profile.estimates > profile.said() / 2);
        self.suppressed |= profile.suppressed + profile.at_most > 0 && profile.numbers > profile.texts;
    }
}
