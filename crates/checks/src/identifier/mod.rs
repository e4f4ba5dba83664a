//! The forms of identifiers that a cell can hold, each told by its check digits or its shape.
//!
//! One declaration a form, one list ([`FORMS`]). A form says how often chance alone makes a valid one, because a column of
//! large counts holds some too: whether a column *is* identifiers is then a question for [`chance`].

mod belgium;
pub mod chance;
mod elsewhere;
mod general;
mod scan;
pub mod split;
mod tally;
mod text;

pub use general::{is_hash, titled_name};
pub use scan::{Sighting, scan};
pub use tally::{HEADER, LoneHit, Look, Tally, Told};
pub(crate) use text::hidden;

/// What a text of a form's shape turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Its parts cannot be, such as a 40th month.
    Implausible,
    /// Its parts can be, but its check digits are wrong.
    Mismatch,
    /// An identifier, by everything that the text itself can tell.
    Valid,
}

/// How the places are found where a form may stand in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    /// Only the cell as a whole.
    Nothing,
    /// Runs of digits, joined by the separators that people put between them.
    Digits,
    /// Runs of letters and digits, joined in the same way.
    Codes,
    /// What stands between blanks, brackets and commas.
    Words,
    /// A title and the word behind it.
    Titles,
}

/// One form of identifier.
pub struct Form {
    /// Short name for code and JSON.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Base rate p0: the share of the texts of its shape, drawn at random, that are valid. For a form without check digits, the
    /// share that we grant to texts that look like one and are not.
    pub chance: f64,
    /// The same among texts whose parts can be, such as those that begin with a date: the check digits alone.
    pub check_chance: f64,
    within: Within,
    /// Whether the text by itself, through its punctuation or letters, says which form it is.
    telling: fn(&str) -> bool,
    /// Reads a text as a whole; `None` where it has not the shape.
    read: fn(&str) -> Option<Reading>,
}

impl Form {
    /// Reads `text` as a whole; `None` where it has not this form's shape.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Reading> {
        (self.read)(&text::plain(text))
    }

    /// Whether `text` as a whole has this form's shape.
    #[must_use]
    pub fn has_shape(&self, text: &str) -> bool {
        self.read(text).is_some()
    }

    /// Whether `text` as a whole is valid in this form.
    #[must_use]
    pub fn is_valid(&self, text: &str) -> bool {
        self.read(text) == Some(Reading::Valid)
    }
}

impl std::fmt::Debug for Form {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Form({})", self.name)
    }
}

/// Every form, the ones with the rarest chance hits first.
pub static FORMS: [Form; 14] = [
    general::EMAIL,
    general::UUID,
    general::PHONE,
    general::TITLED_NAME,
    belgium::NRN,
    elsewhere::NIR,
    general::IBAN,
    belgium::NIHDI,
    general::IP_ADDRESS,
    elsewhere::NHS_NUMBER,
    elsewhere::BSN,
    elsewhere::KVNR,
    general::LUHN,
    general::MOBILE_NUMBER,
];

/// The form of this name.
#[must_use]
pub fn form(name: &str) -> Option<&'static Form> {
    FORMS.iter().find(|form| form.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_has_one_name_and_a_chance() {
        for (at, form) in FORMS.iter().enumerate() {
            assert!(
                FORMS[..at].iter().all(|other| other.name != form.name && other.title != form.title),
                "{form:?}"
            );
            assert!(
                form.chance > 0.0 && form.chance <= form.check_chance && form.check_chance < 0.5,
                "{form:?}"
            );
            assert!(FORMS[at..].iter().all(|later| later.chance >= form.chance), "{form:?} stands too late");
        }
        assert!(form("be-nrn").is_some() && form("no-such").is_none());
    }

    /// Digits that look random and are the same on every run (SplitMix64).
    fn noise(state: &mut u64) -> u64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    #[test]
    fn the_base_rates_are_what_chance_gives() {
        let mut state = 7;
        for (name, letter, digits) in [
            ("be-nrn", "", 11),
            ("be-nihdi", "", 11),
            ("nhs-number", "", 10),
            ("nl-bsn", "", 9),
            ("fr-nir", "", 15),
            ("de-kvnr", "K", 9),
            ("luhn", "", 16),
        ] {
            let form = form(name).unwrap();
            let (mut shaped, mut plausible, mut valid) = (0_u32, 0_u32, 0_u32);
            for _ in 0..400_000 {
                let number = noise(&mut state) % 10_u64.pow(digits);
                let width = usize::try_from(digits).unwrap();
                match form.read(&format!("{letter}{number:0width$}")) {
                    None => continue,
                    Some(Reading::Implausible) => {}
                    Some(Reading::Mismatch) => plausible += 1,
                    Some(Reading::Valid) => {
                        plausible += 1;
                        valid += 1;
                    }
                }
                shaped += 1;
            }
            let (all, alone) =
                (f64::from(valid) / f64::from(shaped), f64::from(valid) / f64::from(plausible));
            assert!(
                (all / form.chance - 1.0).abs() < 0.15,
                "{name}: {all} of its shape, declared {}",
                form.chance
            );
            assert!(
                (alone / form.check_chance - 1.0).abs() < 0.15,
                "{name}: {alone} of the plausible, declared {}",
                form.check_chance
            );
        }
    }
}
