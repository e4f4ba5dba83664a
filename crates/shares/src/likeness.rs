//! When two names are written alike, and which name was perhaps meant.

use exeat_domain::name;
use unicode_normalization::UnicodeNormalization;

/// A name without what people and their programs write differently: case, composed or decomposed accents, no-break
/// spaces, typographic quotes and dashes.
pub(crate) fn folded(name: &str) -> String {
    name.nfc().map(plain).flat_map(char::to_lowercase).nfc().collect()
}

fn plain(c: char) -> char {
    match c {
        '\u{a0}' | '\u{2007}' | '\u{202f}' => ' ',
        '‘' | '’' | '‚' | '‛' | '′' => '\'',
        '“' | '”' | '„' | '‟' | '″' => '"',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => '-',
        other => other,
    }
}

/// A name without case and ways of writing accents: what a Windows or Mac file system takes for the same.
pub(crate) fn caseless(name: &str) -> String {
    name.nfc().flat_map(char::to_lowercase).nfc().collect()
}

/// The name nearest to the one asked for, among those offered, if one is near.
#[derive(Debug)]
pub(crate) struct Nearest {
    asked: String,
    /// The most letters that may differ.
    reach: usize,
    /// How many names are still looked at: in a folder of a million names, a hint is not worth reading them all.
    patience: u32,
    best: Option<(usize, String)>,
}

impl Nearest {
    pub(crate) fn to(asked: &str) -> Self {
        let asked = folded(asked);
        let reach = (asked.chars().count() / 4).clamp(1, 3);
        Self { asked, reach, patience: 10_000, best: None }
    }

    pub(crate) fn offer(&mut self, name: &str) {
        if self.patience == 0 {
            return;
        }
        self.patience -= 1;
        if let Some(distance) = self.distance(name) {
            let offer = (distance, name.to_owned());
            if self.best.as_ref().is_none_or(|best| offer < *best) {
                self.best = Some(offer);
            }
        }
    }

    fn distance(&self, offered: &str) -> Option<usize> {
        let offered = folded(offered);
        if name::split(&offered).0 == self.asked || offered == name::split(&self.asked).0 {
            return Some(0);
        }
        if offered.len().abs_diff(self.asked.len()) > 4 * self.reach {
            return None;
        }
        Some(strsim::osa_distance(&self.asked, &offered)).filter(|&distance| distance <= self.reach)
    }

    pub(crate) fn name(self) -> Option<String> {
        self.best.map(|(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_people_write_differently_are_alike() {
        for (one, other) in [
            ("Table 1.CSV", "table 1.csv"),
            ("re\u{301}sume\u{301}.csv", "RÉSUMÉ.csv"),
            ("table\u{a0}1.csv", "table 1.csv"),
            ("men – women.csv", "men - women.csv"),
            ("ann’s “best”.csv", "ann's \"best\".csv"),
        ] {
            assert_eq!(folded(one), folded(other));
        }
        for (one, other) in [("a b.csv", "a_b.csv"), ("cafe.csv", "café.csv"), ("a  b", "a b")] {
            assert_ne!(folded(one), folded(other));
        }
    }

    #[test]
    fn a_slip_of_the_pen_and_a_forgotten_extension_are_near() {
        for (asked, there, nearest) in [
            ("tabel.csv", &["counts.csv", "table.csv"][..], Some("table.csv")),
            ("table", &["counts.csv", "table.csv"], Some("table.csv")),
            ("a.csv", &["b.csv", "c.csv"], Some("b.csv")),
            ("table.csv", &["figure.png"], None),
            ("x", &["hundreds"], None),
        ] {
            let mut search = Nearest::to(asked);
            there.iter().for_each(|name| search.offer(name));
            assert_eq!(search.name().as_deref(), nearest, "{asked}");
        }
    }
}
