//! Sums up what was sighted along a column, a row or a text, and tells identifiers from chance hits.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::chance::{ln_binomial_tail, stands_out};
use super::{FORMS, Form, Reading, Sighting, is_hash, scan};

/// A value counts once, however often it is repeated. Beyond this many different ones every cell counts as a new one, which
/// keeps the memory of a column of 50 million rows within bounds.
const REMEMBERED: usize = 1 << 20;
/// The most places that are kept to be shown.
const SHOWN: usize = 100;
/// Of the texts of a form's shape among the plausible ones, the chance under which the check digits cannot be an accident.
const CHECKED: f64 = 1e-3;

/// What one cell or line holds, looked at once for every tally that takes it in.
#[derive(Debug)]
pub struct Look {
    sightings: Vec<Sighting>,
    /// The text hashed, where it is itself a hash.
    pseudonym: Option<(u64, String)>,
}

impl Look {
    /// Looks at a text; `None` where it is blank.
    #[must_use]
    pub fn at(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let mut sightings = Vec::new();
        scan(text, &mut |sighting| sightings.push(sighting));
        let pseudonym = is_hash(text).then(|| (digest(text), text.to_owned()));
        Some(Self { sightings, pseudonym })
    }
}

/// What was seen along one line of cells, or in one text, form by form.
#[derive(Debug, Default)]
pub struct Tally {
    seen: HashSet<u64>,
    counts: [Counts; FORMS.len()],
    cells: u64,
    /// Cells that are hashes, the different ones among them, and the first.
    hashes: u64,
    different_hashes: u64,
    first_hash: Option<(u64, String)>,
}

#[derive(Debug, Default)]
struct Counts {
    /// Different texts of the form's shape, those of them whose parts can be, and the valid ones.
    shaped: u64,
    plausible: u64,
    valid: u64,
    /// Cells that are of the shape as a whole.
    whole: u64,
    /// The first valid ones: where, and whether they tell by themselves what they are.
    hits: Vec<Hit>,
}

#[derive(Clone, Debug)]
struct Hit {
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

fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl Tally {
    /// Takes in one cell or line; `at` says where it stands, for [`Told`].
    pub fn add(&mut self, at: u64, text: &str) {
        if let Some(look) = Look::at(text) {
            self.take(at, &look);
        }
    }

    /// Takes in what was seen in a cell or line.
    pub fn take(&mut self, at: u64, look: &Look) {
        self.cells += 1;
        for sighting in &look.sightings {
            self.sighted(at, sighting);
        }
        if let Some((digest, text)) = &look.pseudonym {
            self.hashes += 1;
            self.different_hashes += u64::from(self.is_new(*digest));
            self.first_hash.get_or_insert_with(|| (at, text.clone()));
        }
    }

    fn is_new(&mut self, digest: u64) -> bool {
        self.seen.len() >= REMEMBERED || self.seen.insert(digest)
    }

    fn sighted(&mut self, at: u64, sighting: &Sighting) {
        let new = self.is_new(digest(&sighting.text) ^ sighting.form as u64);
        let count = &mut self.counts[sighting.form];
        count.whole += u64::from(sighting.whole);
        if !new {
            return;
        }
        count.shaped += 1;
        count.plausible += u64::from(sighting.reading != Reading::Implausible);
        if sighting.reading == Reading::Valid {
            count.valid += 1;
            if count.hits.len() < SHOWN {
                count.hits.push(Hit { at, text: sighting.text.clone(), telling: sighting.telling });
            }
        }
    }

    /// Whether nothing of any form was sighted.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.hashes == 0 && self.counts.iter().all(|count| count.shaped == 0)
    }

    /// Empties the tally for the next line of cells.
    pub fn clear(&mut self) {
        if self.is_plain() {
            self.cells = 0;
        } else {
            *self = Self::default();
        }
    }

    /// The forms whose shape most of the cells have, so that single hits among them are what chance gives.
    pub fn shapes(&self) -> impl Iterator<Item = &'static Form> {
        FORMS.iter().zip(&self.counts).filter(|(_, count)| self.is_column_of(count)).map(|(form, _)| form)
    }

    /// What all that was added comes to.
    #[must_use]
    pub fn told(&self) -> Told {
        let counts = || FORMS.iter().zip(&self.counts);
        let best = counts()
            .filter(|(form, count)| {
                count.stands_out(form) && (form.within != super::Within::Nothing || count.whole == self.cells)
            })
            .min_by(|(form, count), (other, than)| count.ln_tail(form).total_cmp(&than.ln_tail(other)));
        if let Some((form, count)) = best
            && let Some(first) = count.hits.first()
        {
            return Told::Identifiers {
                form,
                valid: count.valid,
                shaped: count.shaped,
                first: (first.at, first.text.clone()),
            };
        }
        // A label may stand before a row of hashes.
        let labels = self.cells - self.hashes;
        if self.hashes >= 3
            && (labels <= 1 || 10 * self.hashes >= 9 * self.cells)
            && self.different_hashes > 1
            && let Some(first) = &self.first_hash
        {
            let near_unique = 10 * self.different_hashes >= 9 * self.hashes;
            return Told::Pseudonyms { near_unique, hashes: self.hashes, first: first.clone() };
        }
        let telling = |form, count: &'_ Counts| -> Vec<LoneHit> {
            let hits = count.hits.iter().filter(|hit| hit.telling);
            hits.map(|hit| LoneHit { form, at: hit.at, text: hit.text.clone() }).collect()
        };
        let running = counts().filter(|(_, count)| !self.is_column_of(count));
        let hits: Vec<LoneHit> = running.flat_map(|(form, count)| telling(form, count)).collect();
        if hits.is_empty() { Told::Nothing } else { Told::Hits(hits) }
    }

    /// Whether the cells are of the form's shape, so that single hits among them are what chance gives.
    fn is_column_of(&self, count: &Counts) -> bool {
        count.shaped >= 3 && 2 * count.whole >= self.cells
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
mod tests {
    use super::*;

    fn told<'a>(cells: impl IntoIterator<Item = &'a str>) -> Told {
        let mut tally = Tally::default();
        for (at, cell) in (0..).zip(cells) {
            tally.add(at, cell);
        }
        tally.told()
    }

    fn form_told(cells: &[&str]) -> Option<&'static str> {
        match told(cells.iter().copied()) {
            Told::Identifiers { form, .. } => Some(form.name),
            _ => None,
        }
    }

    const FIVE: [&str; 5] = ["85073003328", "17073003384", "98472899765", "01490700185", "85.07.30-033.28"];

    #[test]
    fn a_few_valid_ones_of_few_are_identifiers() {
        assert_eq!(form_told(&FIVE), Some("be-nrn"));
        assert_eq!(form_told(&FIVE[..3]), Some("be-nrn"));
        assert_eq!(form_told(&FIVE[..2]), None);
        let among: Vec<&str> = FIVE.into_iter().chain(["", "unknown", "79121137740"]).collect();
        assert_eq!(form_told(&among), Some("be-nrn"));
    }

    #[test]
    fn one_value_repeated_is_one_hit() {
        assert_eq!(form_told(&["111222333"; 500]), None);
    }

    #[test]
    fn counts_at_the_base_rate_are_nothing() {
        let counts: Vec<String> = (0..3000_u64).map(|at| (100_000_000 + at * 7919).to_string()).collect();
        assert_eq!(told(counts.iter().map(String::as_str)), Told::Nothing);
        let minutes: Vec<String> = (0..3000_u64)
            .map(|at| format!("2020{:02}{:02}{:03}", 1 + at / 250, 1 + at % 28, at % 600))
            .collect();
        assert_eq!(told(minutes.iter().map(String::as_str)), Told::Nothing);
    }

    #[test]
    fn a_lone_hit_in_running_text_is_kept_where_it_tells_what_it_is() {
        let text = ["patients", "seen", "as 85.07.30-033.28 was"];
        assert_eq!(
            told(text),
            Told::Hits(vec![LoneHit {
                form: super::super::form("be-nrn").unwrap(),
                at: 2,
                text: "85.07.30-033.28".into()
            }])
        );
        assert_eq!(told(["patients", "seen", "as 85073003328 was"]), Told::Nothing);
        let shaped = ["85.07.30-033.28", "85.07.30-033.29", "85.07.30-033.30", "85.07.30-033.31"];
        assert_eq!(told(shaped), Told::Nothing);
    }

    #[test]
    fn card_numbers_are_told_by_whole_columns_only() {
        let cards: Vec<String> = (0..8_u32)
            .map(|at| {
                (0..10)
                    .map(|check| format!("41111111111{at}111{check}"))
                    .find(|card| super::super::form("luhn").unwrap().is_valid(card))
                    .unwrap()
            })
            .collect();
        let mut cells: Vec<&str> = cards.iter().map(String::as_str).collect();
        assert_eq!(form_told(&cells), Some("luhn"));
        cells.push("other");
        assert_eq!(form_told(&cells), None);
    }

    #[test]
    fn hashes_in_nearly_every_cell_are_pseudonyms() {
        let hashes: Vec<String> =
            (0..20_u32).map(|at| format!("{:0>32}", format!("{:x}f", at * 7919 + 10_000_019))).collect();
        let near_unique = |cells: &[&str]| match told(cells.iter().copied()) {
            Told::Pseudonyms { near_unique, .. } => Some(near_unique),
            _ => None,
        };
        let mut cells: Vec<&str> = hashes.iter().map(String::as_str).collect();
        assert_eq!(near_unique(&cells), Some(true));
        assert_eq!(near_unique(&[cells.clone(), cells.clone()].concat()), Some(false));
        assert_eq!(near_unique(&[cells[0]; 20]), None);
        cells.extend(["a", "b", "c"]);
        assert_eq!(near_unique(&cells), None);
    }
}
