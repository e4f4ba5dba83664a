//! Names that are safe to make on Windows and Linux: folders of the archive, entries of a ZIP.

use std::collections::BTreeSet;

/// The longest name made here, in bytes; with a date and a number behind it, it stays under every file system's 255.
const LONGEST: usize = 180;

/// A name that Windows, Linux and every unpacker take as one plain name, as near to `text` as can be.
///
/// Characters that Windows forbids, and those that hide, become `_`; dots and blanks at the end go; a device name
/// gets a `_` before it; a long name is cut before its extension.
#[must_use]
pub fn safe(text: &str) -> String {
    let mapped: String = text
        .chars()
        .map(|c| if crate::path::hides(c) || "<>:\"/\\|?*".contains(c) { '_' } else { c })
        .collect();
    // Every kind of blank: what a cut uncovers is trimmed the same way.
    let open = |c: char| c == '.' || c.is_whitespace();
    let trimmed = mapped.trim_start().trim_end_matches(open);
    let (stem, extension) = split(trimmed);
    let mut end = stem.len().min(LONGEST.saturating_sub(extension.len()));
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    let name =
        if end < stem.len() { format!("{}{extension}", stem[..end].trim_end()) } else { trimmed.to_owned() };
    let name = name.trim_end_matches(open);
    if name.is_empty() || crate::path::is_device(name) { format!("_{name}") } else { name.to_owned() }
}

/// A name and its extension with the dot; an extension longer than ten bytes is part of the name.
#[must_use]
pub fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 && name.len() - at <= 11 => name.split_at(at),
        _ => (name, ""),
    }
}

/// Hands out names that differ from one another on every file system: a taken one gets `-2`, `-3`, ….
#[derive(Clone, Debug, Default)]
pub struct Distinct(BTreeSet<String>);

impl Distinct {
    /// `name`, or the first `-N` of it that is still free; case does not make a difference.
    pub fn take(&mut self, name: &str) -> String {
        let (stem, extension) = split(name);
        let mut candidate = name.to_owned();
        let mut number = 2_u32;
        while !self.0.insert(candidate.to_lowercase()) {
            candidate = format!("{stem}-{number}{extension}");
            number += 1;
        }
        candidate
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_kept_where_it_can_be() {
        for (text, name) in [
            ("Ann Peeters", "Ann Peeters"),
            ("Zoë D'Hondt", "Zoë D'Hondt"),
            ("a/b\\c:d", "a_b_c_d"),
            ("table 1.csv", "table 1.csv"),
            ("trailing. . ", "trailing"),
            ("blanks\u{2000}. \u{2003}..", "blanks"),
            ("CON", "_CON"),
            ("nul.csv", "_nul.csv"),
            ("", "_"),
            ("..", "_"),
            ("a\u{202e}b", "a_b"),
        ] {
            assert_eq!(safe(text), name, "{text:?}");
        }
    }

    #[test]
    fn equal_names_are_told_apart_whatever_their_case() {
        let mut names = Distinct::default();
        assert_eq!(names.take("a.csv"), "a.csv");
        assert_eq!(names.take("A.csv"), "A-2.csv");
        assert_eq!(names.take("a.csv"), "a-3.csv");
        assert_eq!(names.take("a-2.csv"), "a-2-2.csv");
    }

    proptest! {
        #[test]
        fn every_name_is_safe_and_stays_so(text in "\\PC{0,200}") {
            let name = safe(&text);
            prop_assert!(!name.is_empty() && name.len() <= LONGEST + 1);
            prop_assert!(!name.contains(['<', '>', ':', '"', '/', '\\', '|', '?', '*']));
            prop_assert!(!name.ends_with(|c: char| c == '.' || c.is_whitespace()));
            prop_assert_eq!(safe(&name), name);
        }
    }
}
