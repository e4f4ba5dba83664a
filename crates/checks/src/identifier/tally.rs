//! Sums up what was sighted along a column, a row or a text, and tells identifiers from chance hits.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::chance::{ln_binomial_tail, stands_out};
use super::{FORMS, Form, Reading, scan};

/// A value counts once, however often it is repeated. Beyond this many different ones every cell counts as a new one, which
/// keeps the memory of a column of 50 million rows within bounds.
const REMEMBERED: usize = 1 << 20;
/// The most places that are kept to be shown.
const SHOWN: usize = 100;
/// Of the texts of a form's shape among the plausible ones, the chance under which the check digits cannot be an accident.
const CHECKED: f64 = 1e-3;

/// What was seen along one line of cells, or in one text, form by form.
#[derive(Debug, Default)]
pub struct Tally {
    seen: HashSet<u64>,
    counts: [Counts; FORMS.len()],
    cells: u64,
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
    /// Single hits in running text that say by themselves what they are.
    Hits(Vec<(&'static Form, u64, String)>),
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
    /// Takes in one cell or line; `at` says where it stands, for [`Told`].
    pub fn add(&mut self, at: u64, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        self.cells += 1;
        let (seen, counts) = (&mut self.seen, &mut self.counts);
        scan(text, &mut |sighting| {
            let count = &mut counts[sighting.form];
            count.whole += u64::from(sighting.whole);
            let mut hasher = DefaultHasher::new();
            (sighting.form, &sighting.text).hash(&mut hasher);
            if seen.len() < REMEMBERED && !seen.insert(hasher.finish()) {
                return;
            }
            count.shaped += 1;
            count.plausible += u64::from(sighting.reading != Reading::Implausible);
            if sighting.reading == Reading::Valid {
                count.valid += 1;
                if count.hits.len() < SHOWN {
                    count.hits.push(Hit { at, text: sighting.text, telling: sighting.telling });
                }
            }
        });
    }

    /// What all that was added comes to.
    #[must_use]
    pub fn told(&self) -> Told {
        let counts = || FORMS.iter().zip(&self.counts);
        let best = counts()
            .filter(|(form, count)| count.stands_out(form) && (form.within != super::Within::Nothing || count.whole == self.cells))
            .min_by(|(form, count), (other, than)| count.ln_tail(form).total_cmp(&than.ln_tail(other)));
        if let Some((form, count)) = best
            && let Some(first) = count.hits.first()
        {
            return Told::Identifiers { form, valid: count.valid, shaped: count.shaped, first: (first.at, first.text.clone()) };
        }
        let hits: Vec<_> = counts()
            .filter(|(_, count)| !self.is_column_of(count))
            .flat_map(|(form, count)| count.hits.iter().filter(|hit| hit.telling).map(move |hit| (form, hit.at, hit.text.clone())))
            .collect();
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
        let minutes: Vec<String> = (0..3000_u64).map(|at| format!("2020{:02}{:02}{:03}", 1 + at / 250, 1 + at % 28, at % 600)).collect();
        assert_eq!(told(minutes.iter().map(String::as_str)), Told::Nothing);
    }

    #[test]
    fn a_lone_hit_in_running_text_is_kept_where_it_tells_what_it_is() {
        let text = ["patients", "seen", "as 85.07.30-033.28 was"];
        assert_eq!(told(text), Told::Hits(vec![(super::super::form("be-nrn").unwrap(), 2, "85.07.30-033.28".into())]));
        assert_eq!(told(["patients", "seen", "as 85073003328 was"]), Told::Nothing);
        let shaped = ["85.07.30-033.28", "85.07.30-033.29", "85.07.30-033.30", "85.07.30-033.31"];
        assert_eq!(told(shaped), Told::Nothing);
    }

    #[test]
    fn card_numbers_are_told_by_whole_columns_only() {
        let cards: Vec<String> = (0..8_u32)
            .map(|at| (0..10).map(|check| format!("41111111111{at}111{check}")).find(|card| super::super::form("luhn").unwrap().is_valid(card)).unwrap())
            .collect();
        let mut cells: Vec<&str> = cards.iter().map(String::as_str).collect();
        assert_eq!(form_told(&cells), Some("luhn"));
        cells.push("other");
        assert_eq!(form_told(&cells), None);
    }
}
