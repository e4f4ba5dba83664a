//! Words and signs by which a cell says that its count is too small to be shown, beyond the plain markers.

use super::Marker;

/// Longer cells say something else.
const LONGEST: usize = 40;

/// Counts up to here are bounded in words: a larger bound is that of an age or an amount.
const BOUND: u32 = 50;

/// What a cell in words says of the count that it hides: `fewer than 5`, `n<5`, `onderdrukt`.
pub(super) fn worded(cell: &str) -> Option<Marker> {
    if cell.len() > LONGEST {
        return None;
    }
    let mut lower = cell.to_lowercase();
    if lower.contains('&') {
        lower = lower.replace("&lt;", "<");
    }
    let bare = lower.trim_matches(|c: char| "[](){}".contains(c) || c.is_whitespace());
    if is_sign(bare) || is_word(bare) {
        return Some(Marker::Suppressed);
    }
    let bare = bare.trim_end_matches(['*', '†', '‡', '§', '¹', '²', '³', ')', ']']).trim();
    let bare = bare.strip_prefix('n').map_or(bare, |rest| {
        let rest = rest.trim_start();
        if rest.starts_with(['<', '≤', '=']) { rest.trim_start_matches('=').trim_start() } else { bare }
    });
    let bare = of_people(bare);
    below(bare).filter(|most| *most < BOUND).map(Marker::AtMost)
}

/// The greatest count that a bound in words leaves.
fn below(text: &str) -> Option<u32> {
    const BELOW: [&str; 17] = [
        "<",
        "fewer than",
        "less than",
        "lower than",
        "smaller than",
        "under",
        "below",
        "minder dan",
        "kleiner dan",
        "lager dan",
        "onder",
        "moins de",
        "moins que",
        "inférieur à",
        "weniger als",
        "kleiner als",
        "unter",
    ];
    const UP_TO: [&str; 12] = [
        "<=",
        "=<",
        "≤",
        "at most",
        "no more than",
        "up to",
        "maximum",
        "max.",
        "hoogstens",
        "ten hoogste",
        "au plus",
        "höchstens",
    ];
    const OR_FEWER: [&str; 7] =
        ["or fewer", "or less", "of minder", "ou moins", "oder weniger", "and under", "and below"];
    let behind = |marks: &[&str]| marks.iter().find_map(|mark| number(text.strip_prefix(mark)?));
    if let Some(most) = behind(&UP_TO) {
        return Some(most);
    }
    if let Some(bound) = behind(&BELOW) {
        return Some(bound.saturating_sub(1));
    }
    if let Some(most) = OR_FEWER.iter().find_map(|mark| number(text.strip_suffix(mark)?)) {
        return Some(most);
    }
    number(text.strip_suffix('<')?).map(|bound| bound.saturating_sub(1))
}

/// A small whole number in digits or words.
fn number(text: &str) -> Option<u32> {
    const WORDS: [(&str, u32); 20] = [
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("six", 6),
        ("eight", 8),
        ("ten", 10),
        ("drie", 3),
        ("vier", 4),
        ("vijf", 5),
        ("zes", 6),
        ("acht", 8),
        ("tien", 10),
        ("trois", 3),
        ("quatre", 4),
        ("cinq", 5),
        ("huit", 8),
        ("dix", 10),
        ("drei", 3),
        ("fünf", 5),
        ("zehn", 10),
    ];
    let text = text.trim();
    text.parse().ok().or_else(|| WORDS.iter().find(|(word, _)| *word == text).map(|(_, number)| *number))
}

/// The text without the people whom it counts.
fn of_people(text: &str) -> &str {
    const PEOPLE: [&str; 16] = [
        "patients",
        "patient",
        "people",
        "persons",
        "individuals",
        "participants",
        "cases",
        "subjects",
        "patiënten",
        "patienten",
        "personen",
        "deelnemers",
        "personnes",
        "cas",
        "individus",
        "fälle",
    ];
    PEOPLE.iter().find_map(|word| text.strip_suffix(word)).map_or(text, str::trim_end)
}

/// Whether a sign alone stands where a count would.
fn is_sign(text: &str) -> bool {
    let signs = text.chars().count() <= 6 && !text.is_empty();
    signs
        && text.chars().all(|c| matches!(c, '*' | '†' | '‡' | '§' | '#' | '█' | '■' | '▪' | '×' | '∗' | '＊'))
        || matches!(text, "xx" | "xxx" | "c.s." | "n.p." | "np" | "n.d.p.")
}

/// Whether a word says that something is kept back.
fn is_word(text: &str) -> bool {
    const STEMS: [&str; 24] = [
        "suppress",
        "supress",
        "redact",
        "confidential",
        "withheld",
        "masked",
        "not shown",
        "not published",
        "not disclosed",
        "not displayed",
        "too few",
        "too small",
        "low count",
        "small count",
        "small number",
        "onderdruk",
        "vertrouwelijk",
        "niet getoond",
        "te klein",
        "te weinig",
        "confidentiel",
        "secret stat",
        "supprimé",
        "unterdrückt",
    ];
    const MORE: [&str; 10] = [
        "confidentiël",
        "verborgen",
        "afgeschermd",
        "gemaskeerd",
        "confidentiel",
        "masqué",
        "caché",
        "non publié",
        "vertraulich",
        "geheim",
    ];
    let words = text.split_whitespace().count();
    words <= 4 && STEMS.iter().chain(&MORE).any(|stem| text.starts_with(stem))
        || words == 1 && text.starts_with("hidden")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_in_words_are_read_in_four_languages() {
        for cell in [
            "fewer than 5",
            "Less than 5",
            "minder dan 5",
            "moins de 5",
            "weniger als 5",
            "under 5",
            "<5 patients",
            "n<5",
            "n < 5",
            "(<5)",
            "<5*",
            "&lt;5",
            "<five",
            "5<",
            "< 5 patiënten",
            "4 or fewer",
            "4 of minder",
            "≤4 personnes",
            "hoogstens 4",
            "fewer than five",
        ] {
            assert_eq!(worded(cell), Some(Marker::AtMost(4)), "{cell}");
        }
    }

    #[test]
    fn words_and_signs_of_suppression_are_read() {
        for cell in [
            "onderdrukt",
            "Confidential",
            "np",
            "n.p.",
            "†",
            "c.s.",
            "[supprimé]",
            "Suppressed (small n)",
            "not shown",
            "█",
            "xx",
            "vertraulich",
            "****",
            "too few to show",
        ] {
            assert_eq!(worded(cell), Some(Marker::Suppressed), "{cell}");
        }
    }

    #[test]
    fn other_words_are_no_markers() {
        for cell in [
            "",
            "n",
            "North",
            "secretary",
            "under",
            "less",
            "<5 years",
            "under 65",
            "hidden valley road",
            "5",
            "Below average",
            "Maximum",
            "neonatal",
            "max. dose",
            "no more than usual",
            "cases",
        ] {
            assert_eq!(worded(cell), None, "{cell}");
        }
    }
}
