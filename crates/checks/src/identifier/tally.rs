//! Sums up what was sighted along a column, a row or a text, and tells identifiers from chance hits.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher};

use foldhash::fast::RandomState;

use super::chance::{ln_binomial_tail, stands_out};
use super::{FORMS, Form, Reading, Sighting, is_hash, scan};

/// Different values that are remembered, unless told otherwise.
const REMEMBERED: usize = 1 << 20;
/// The most places that are kept to be shown.
const SHOWN: usize = 100;
/// Of the texts of a form's shape among the plausible ones, the chance under which the check digits cannot be an accident.
const CHECKED: f64 = 1e-3;
/// Where a column's tally puts the header, which may be the first value of a table without one.
pub const HEADER: u64 = u64::MAX;
/// The fewest digits of a number that any form reads.
const SHORTEST: usize = 8;

/// What one cell or line holds.
#[derive(Debug)]
pub struct Look {
    sightings: Vec<Sighting>,
    /// The text, where it is itself a hash.
    pseudonym: Option<String>,
}

impl Look {
    /// Looks at a text; `None` where it is blank.
    #[must_use]
    pub fn at(text: &str) -> Self {
        let mut sightings = Vec::new();
        scan(text, &mut |sighting| sightings.push(sighting));
        Self { sightings, pseudonym: is_hash(text).then(|| text.to_owned()) }
    }

    /// That nothing is there.
    #[must_use]
    pub fn none() -> Self {
        Self { sightings: Vec::new(), pseudonym: None }
    }

    /// Whether nothing of any form was sighted.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.sightings.is_empty() && self.pseudonym.is_none()
    }
}

/// What was seen along one line of cells, or in one text, form by form.
///
/// A value counts once, however often it is repeated. Where there are too many different ones to remember, those are
/// kept whose hash ends in a run of zeros: an even sample of the different values, whatever their order (Gibbons and Tirthapura,
/// *Estimating simple functions on the union of data streams*, 2001).
#[derive(Debug)]
pub struct Tally {
    /// By the hash of each different value: what was seen in it.
    seen: HashMap<u64, Seen, RandomState>,
    /// What was seen within longer texts.
    within: HashSet<u64>,
    most: usize,
    /// Zeros that the hash of a value must end in to be kept.
    level: u32,
    /// The first valid texts of each form.
    hits: Vec<Hit>,
    /// Where different valid values or hashes were first seen, as far as they are remembered.
    valid: Vec<u64>,
    /// Cells that are not blank.
    pub(crate) cells: u64,
    /// Cells that are hashes.
    pub(crate) hashes: u64,
    first_hash: Option<(u64, String)>,
}

impl Default for Tally {
    fn default() -> Self {
        Self::of_at_most(REMEMBERED)
    }
}

/// The forms that were seen in a value, a bit each.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    shaped: u16,
    plausible: u16,
    valid: u16,
    /// The value as a whole is of the shape.
    whole: u16,
    hash: bool,
}

impl Seen {
    /// What of a text `is_new`: the same number in two texts is one value.
    fn of(look: &Look, mut is_new: impl FnMut(&Sighting) -> bool) -> Self {
        let mut seen = Self { hash: look.pseudonym.is_some(), ..Self::default() };
        for sighting in look.sightings.iter().filter(|sighting| sighting.whole || is_new(sighting)) {
            let bit = 1 << sighting.form;
            seen.shaped |= bit;
            seen.whole |= if sighting.whole { bit } else { 0 };
            match sighting.reading {
                Reading::Implausible => {}
                Reading::Mismatch => seen.plausible |= bit,
                Reading::Valid => {
                    seen.plausible |= bit;
                    seen.valid |= bit;
                }
            }
        }
        seen
    }
}

/// Different values of one form.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    /// Of the form's shape, those of them whose parts can be, and the valid ones.
    shaped: u64,
    plausible: u64,
    valid: u64,
    /// Those that are of the shape as a whole.
    whole: u64,
}

#[derive(Clone, Debug)]
struct Hit {
    form: usize,
    at: u64,
    text: String,
    telling: bool,
}

/// A single valid text that says by itself what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoneHit {
    /// What it is.
    pub form: &'static Form,
    /// Where it stands.
    pub at: u64,
    /// The text.
    pub text: String,
}

/// What a tally tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// These are identifiers: far more valid ones than chance gives.
    Identifiers {
        /// The form that explains them best.
        form: &'static Form,
        /// Different valid texts.
        valid: u64,
        /// Different texts of the form's shape.
        shaped: u64,
        /// Where the first valid one stands, and its text.
        first: (u64, String),
    },
    /// Nine cells in ten are hashes.
    Pseudonyms {
        /// Whether nearly each is another one, as they are with one row a person.
        near_unique: bool,
        /// How many.
        hashes: u64,
        /// Where the first stands, and its text.
        first: (u64, String),
    },
    /// Single hits in running text that say by themselves what they are.
    Hits(Vec<LoneHit>),
    /// Nothing, or no more than chance gives.
    Nothing,
}

impl PartialEq for Form {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Form {}

impl Tally {
    /// One that remembers at most so many different values.
    #[must_use]
    pub fn of_at_most(most: usize) -> Self {
        Self {
            seen: HashMap::default(),
            within: HashSet::new(),
            most: most.max(1),
            level: 0,
            hits: Vec::new(),
            valid: Vec::new(),
            cells: 0,
            hashes: 0,
            first_hash: None,
        }
    }

    /// Takes in one cell or line; `at` says where it stands, for [`Told`].
    pub fn add(&mut self, at: u64, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let look = Look::at(text);
        self.cells += 1;
        self.hashes += u64::from(look.pseudonym.is_some());
        self.text(hasher.finish(), at, &look);
    }

    /// Takes in what was seen in a text of this hash; the cells that hold it are counted apart.
    pub(crate) fn text(&mut self, hash: u64, at: u64, look: &Look) {
        let new = self.is_new(hash);
        if !new && look.is_plain() {
            return;
        }
        let known = !new && self.seen.contains_key(&hash);
        if new {
            let (within, most) = (&mut self.within, self.most);
            let seen = Seen::of(look, |sighting| {
                let mut hasher = DefaultHasher::new();
                (sighting.form, &sighting.text).hash(&mut hasher);
                within.len() >= most || within.insert(hasher.finish())
            });
            if (seen.valid != 0 || seen.hash) && self.valid.len() < self.most {
                self.valid.push(at);
            }
            self.seen.insert(hash, seen);
        }
        // Telling hits are kept even where the value is not among those that are remembered.
        for sighting in look.sightings.iter().filter(|sighting| sighting.reading == Reading::Valid) {
            if !known && (new || sighting.telling) {
                self.hit(sighting, at);
            }
        }
        if let (Some(text), None) = (&look.pseudonym, &self.first_hash) {
            self.first_hash = Some((at, text.clone()));
        }
        self.sample();
    }

    /// Takes in a plain number of this hash; the cells that hold it are counted apart.
    pub(crate) fn number(&mut self, hash: u64, at: u64, text: &str) {
        if !self.is_new(hash) {
            return;
        }
        if text.len() < SHORTEST {
            self.seen.insert(hash, Seen::default());
            self.sample();
        } else {
            self.text(hash, at, &Look::at(text));
        }
    }

    /// Counts the header among the values if it is of any form, as the first value of a table without header.
    pub(crate) fn header(&mut self, name: &str) {
        let look = Look::at(name.trim());
        if !look.is_plain() {
            self.cells += 1;
            self.hashes += u64::from(look.pseudonym.is_some());
            self.text(self.seen.hasher().hash_one(name), HEADER, &look);
        }
    }

    fn hit(&mut self, sighting: &Sighting, at: u64) {
        if self.hits.iter().filter(|hit| hit.form == sighting.form).count() < SHOWN {
            let Sighting { form, telling, .. } = *sighting;
            self.hits.push(Hit { form, at, text: sighting.text.clone(), telling });
        }
    }

    /// Whether a value of this hash is to be remembered and is not yet.
    fn is_new(&self, hash: u64) -> bool {
        self.is_kept(hash) && !self.seen.contains_key(&hash)
    }

    fn is_kept(&self, hash: u64) -> bool {
        hash.trailing_zeros() >= self.level
    }

    /// Forgets half of the values, and again, until few enough are left.
    fn sample(&mut self) {
        while self.seen.len() > self.most && self.level < 63 {
            self.level += 1;
            let level = self.level;
            self.seen.retain(|hash, _| hash.trailing_zeros() >= level);
        }
    }

    /// Puts another part of the same column to this.
    pub(crate) fn merge(&mut self, other: Self) {
        self.level = self.level.max(other.level);
        let level = self.level;
        self.seen.extend(other.seen);
        self.seen.retain(|hash, _| hash.trailing_zeros() >= level);
        self.sample();
        self.hits.extend(other.hits);
        self.valid.extend(other.valid);
        self.cells += other.cells;
        self.hashes += other.hashes;
        self.first_hash = [self.first_hash.take(), other.first_hash].into_iter().flatten().min();
    }

    /// Ends the gathering of a column of so many cells that are not blank.
    pub(crate) fn settle(&mut self, cells: u64) {
        self.cells = cells;
        self.hits.sort_by_key(|hit| hit.at);
    }

    /// Puts what was seen where it really stands.
    pub(crate) fn place(&mut self, place: impl Fn(u64) -> u64) {
        for at in self.hits.iter_mut().map(|hit| &mut hit.at).chain(&mut self.valid) {
            *at = place(*at);
        }
        if let Some((at, _)) = &mut self.first_hash {
            *at = place(*at);
        }
    }

    /// Different values; an estimate where they were too many to remember.
    pub(crate) fn distinct(&self) -> u64 {
        (self.seen.len() as u64) << self.level
    }

    /// Where different valid values or hashes were first seen.
    pub(crate) fn valid(&self) -> &[u64] {
        &self.valid
    }

    /// The columns of a table as one; the hash of a value is the same in each. Places become those of cells, counted row by row.
    pub(crate) fn union(columns: &[Self]) -> Self {
        let level = columns.iter().map(|column| column.level).max().unwrap_or(0);
        let mut whole = Self { level, ..Self::default() };
        for (at, column) in columns.iter().enumerate() {
            let cell = |row: u64| row.saturating_mul(columns.len() as u64).saturating_add(at as u64);
            let kept = column.seen.iter().filter(|(hash, _)| whole.is_kept(**hash));
            let kept: Vec<(u64, Seen)> = kept.map(|(hash, seen)| (*hash, *seen)).collect();
            whole.seen.extend(kept);
            let hits = column.hits.iter().filter(|hit| hit.at != HEADER);
            whole.hits.extend(hits.map(|hit| Hit { at: cell(hit.at), ..hit.clone() }));
            let first = column.first_hash.iter().map(|(row, text)| (cell(*row), text.clone()));
            whole.first_hash = whole.first_hash.take().into_iter().chain(first).min();
            whole.cells += column.cells;
            whole.hashes += column.hashes;
        }
        whole.hits.sort_by_key(|hit| hit.at);
        whole
    }

    /// Whether nothing of any form was sighted.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.hashes == 0 && self.hits.is_empty() && self.seen.values().all(|seen| seen.shaped == 0)
    }

    /// Empties the tally for the next line of cells.
    pub fn clear(&mut self) {
        self.seen.clear();
        self.within.clear();
        self.hits.clear();
        self.valid.clear();
        (self.level, self.cells, self.hashes, self.first_hash) = (0, 0, 0, None);
    }

    fn counts(&self) -> [Counts; FORMS.len()] {
        let mut counts = [Counts::default(); FORMS.len()];
        for seen in self.seen.values().filter(|seen| seen.shaped != 0) {
            for (form, count) in counts.iter_mut().enumerate() {
                let has = |bits: u16| u64::from(bits >> form & 1);
                count.shaped += has(seen.shaped);
                count.plausible += has(seen.plausible);
                count.valid += has(seen.valid);
                count.whole += has(seen.whole);
            }
        }
        counts
    }

    /// The forms whose shape most of the cells have, so that single hits among them are what chance gives.
    pub fn shapes(&self) -> impl Iterator<Item = &'static Form> {
        let counts = self.counts();
        FORMS.iter().zip(counts).filter(|(_, count)| self.is_column_of(count)).map(|(form, _)| form)
    }

    /// What all that was added comes to.
    #[must_use]
    pub fn told(&self) -> Told {
        if self.hits.is_empty() && self.hashes == 0 {
            return Told::Nothing;
        }
        let counts = self.counts();
        let different = self.seen.len() as u64;
        let best = (0..FORMS.len())
            .filter(|&at| {
                let (form, count) = (&FORMS[at], &counts[at]);
                count.stands_out(form) && (form.within != super::Within::Nothing || count.whole == different)
            })
            .min_by(|&a, &b| counts[a].ln_tail(&FORMS[a]).total_cmp(&counts[b].ln_tail(&FORMS[b])));
        if let Some(at) = best
            && let Some(first) = self.hits.iter().find(|hit| hit.form == at)
        {
            let Counts { valid, shaped, .. } = counts[at];
            return Told::Identifiers {
                form: &FORMS[at],
                valid,
                shaped,
                first: (first.at, first.text.clone()),
            };
        }
        if let Some(pseudonyms) = self.pseudonyms() {
            return pseudonyms;
        }
        let running = |hit: &&Hit| hit.telling && !self.is_column_of(&counts[hit.form]);
        let lone = |hit: &Hit| LoneHit { form: &FORMS[hit.form], at: hit.at, text: hit.text.clone() };
        let hits: Vec<LoneHit> = self.hits.iter().filter(running).map(lone).collect();
        if hits.is_empty() { Told::Nothing } else { Told::Hits(hits) }
    }

    fn pseudonyms(&self) -> Option<Told> {
        // A label may stand before a row of hashes.
        let labels = self.cells.saturating_sub(self.hashes);
        let different = (self.seen.values().filter(|seen| seen.hash).count() as u64) << self.level;
        let first = self.first_hash.clone()?;
        let told = self.hashes >= 3 && (labels <= 1 || 10 * self.hashes >= 9 * self.cells) && different > 1;
        let near_unique = 10 * different >= 9 * self.hashes;
        told.then_some(Told::Pseudonyms { near_unique, hashes: self.hashes, first })
    }

    /// Whether the different values are of the form's shape, so that single hits among them are what chance gives.
    fn is_column_of(&self, count: &Counts) -> bool {
        count.shaped >= 3 && 2 * count.whole >= self.seen.len() as u64
    }
}

impl Counts {
    fn ln_tail(&self, form: &Form) -> f64 {
        ln_binomial_tail(self.valid, self.shaped, form.chance)
    }

    /// Far above the base rate of the shape, and the check digits no accident among those whose other parts can be: a column
    /// of points in time has plausible dates everywhere and chance check digits.
    fn stands_out(&self, form: &Form) -> bool {
        let checked = ln_binomial_tail(self.valid, self.plausible, form.check_chance) < CHECKED.ln();
        stands_out(self.valid, self.shaped, form.chance) && checked
    }
}

#[cfg(test)]
mod tests;
