//! What a header says of its column, in English, Dutch, French and German.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// What a header's words mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    PValue,
    Bound,
    StandardError,
    Estimate,
    Statistic,
    Percentage,
    Base,
    /// Counts people or events, whatever the table.
    Count,
    /// Counts things: in a table of groups it is a count, in a table of persons an attribute.
    CountOfThings,
    /// An attribute of a person or a measurement, even where it is a whole number.
    Attribute,
    Period,
    Term,
    Label,
    RowNumber,
}

/// The words of a header: lower case, without accents, split at camel case and at whatever is no letter or digit.
pub(crate) fn words(header: &str) -> Vec<String> {
    let bare: Vec<char> = header.nfd().filter(|&c| !is_combining_mark(c)).collect();
    let mut words = vec![String::new()];
    for (at, &character) in bare.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| bare[at]);
        let after = bare.get(at + 1).copied();
        let hump = character.is_uppercase()
            && (before.is_some_and(char::is_lowercase)
                || before.is_some_and(char::is_uppercase) && after.is_some_and(char::is_lowercase));
        if !character.is_alphanumeric() || hump {
            words.push(String::new());
        }
        if character.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The sections of the lexicon.
struct Lexicon {
    /// Meanings by how they apply: `whole`, `phrase` or `word`, in the order of the file.
    meanings: Vec<(&'static str, Meaning, Vec<&'static str>)>,
    /// The other lists, by name.
    lists: BTreeMap<&'static str, Vec<&'static str>>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon { meanings: Vec::new(), lists: BTreeMap::new() };
    for section in include_str!("lexicon.txt").split("\n[").skip(1) {
        let Some((title, text)) = section.split_once("]\n") else { continue };
        let entries: Vec<&str> =
            text.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty()).collect();
        match title.split_once(' ').and_then(|(how, name)| Some((how, Meaning::named(name)?))) {
            Some((how, meaning)) => lexicon.meanings.push((how, meaning, entries)),
            None => drop(lexicon.lists.insert(title, entries)),
        }
    }
    lexicon
});

impl Meaning {
    /// The meaning that a section of the lexicon names.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "p-value" => Self::PValue,
            "bound" => Self::Bound,
            "standard-error" => Self::StandardError,
            "estimate" => Self::Estimate,
            "statistic" => Self::Statistic,
            "percentage" => Self::Percentage,
            "base" => Self::Base,
            "count" => Self::Count,
            "count-of-things" => Self::CountOfThings,
            "attribute" => Self::Attribute,
            "period" => Self::Period,
            "term" => Self::Term,
            "label" => Self::Label,
            "row-number" => Self::RowNumber,
            _ => return None,
        })
    }
}

/// Whether the list of this name has the word.
pub(crate) fn lists(list: &str, word: &str) -> bool {
    LEXICON.lists.get(list).is_some_and(|entries| entries.contains(&word))
}

/// What the header means, and the word that says so.
pub(crate) fn meaning(header: &str) -> Option<(Meaning, String)> {
    let words = words(header);
    let whole = words.join(" ");
    let find = |how: &str, told: &dyn Fn(&str) -> bool| {
        let sections = LEXICON.meanings.iter().filter(|(applies, ..)| *applies == how);
        let mut found = sections
            .filter_map(|(_, meaning, entries)| Some((*meaning, *entries.iter().find(|entry| told(entry))?)));
        found.next().map(|(meaning, entry)| (meaning, entry.to_owned()))
    };
    if let Some(found) = find("whole", &|entry| entry == whole) {
        return Some(found);
    }
    if quantile(header) {
        return Some((Meaning::Statistic, whole));
    }
    if header.contains('%') {
        return Some((Meaning::Percentage, "%".to_owned()));
    }
    let spaced = format!(" {whole} ");
    find("phrase", &|entry| spaced.contains(&format!(" {entry} ")))
        .or_else(|| find("word", &|entry| words.iter().any(|word| word == entry)))
}

/// Whether a header is that of a quantile: `25%` is one, `% vaccinated` is not.
fn quantile(header: &str) -> bool {
    let bare = header.trim().trim_end_matches('%').trim();
    header.trim().ends_with('%') && bare.parse::<f64>().is_ok()
}

/// The word by which a header or label counts practices, sites, contacts or codes: things, not people.
pub(crate) fn counts_things(header: &str) -> Option<String> {
    let words = words(header);
    if words.iter().any(|word| lists("people", word)) {
        return None;
    }
    words.into_iter().find(|word| lists("things", word))
}

/// Whether a label names a total.
pub(crate) fn is_total(label: &str) -> bool {
    let words = words(label);
    let first = words.first().is_some_and(|word| lists("totals", word));
    let last = words.last().is_some_and(|word| matches!(word.as_str(), "total" | "totaal" | "totals"));
    words.len() <= 3 && (first || last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_split_into_words() {
        assert_eq!(words("numEvents"), ["num", "events"]);
        assert_eq!(words("NEW_IN"), ["new", "in"]);
        assert_eq!(words("Écart-type (%)"), ["ecart", "type"]);
        assert_eq!(words("HTTPStatus"), ["http", "status"]);
    }

    #[test]
    fn headers_mean_what_they_say() {
        for (header, expected) in [
            ("n", Meaning::Count),
            ("numEvents", Meaning::Count),
            ("aantal patiënten", Meaning::Count),
            ("CASES", Meaning::Count),
            ("rate_per_1000", Meaning::Percentage),
            ("propDeaths", Meaning::Percentage),
            ("% women", Meaning::Percentage),
            ("25%", Meaning::Statistic),
            ("mean_age", Meaning::Statistic),
            ("Std. Error", Meaning::StandardError),
            ("Pr(>|z|)", Meaning::PValue),
            ("lci", Meaning::Bound),
            ("Adjusted Rate Ratio", Meaning::Estimate),
            ("denominator", Meaning::Base),
            ("age", Meaning::Attribute),
            ("practice_count", Meaning::Count),
            ("date_report", Meaning::Period),
            ("rownames", Meaning::RowNumber),
        ] {
            assert_eq!(meaning(header).map(|(meaning, _)| meaning), Some(expected), "{header}");
        }
        assert!(meaning("Flanders").is_none());
        assert!(
            counts_things("practice_count").is_some() && counts_things("patients per practice").is_none()
        );
        assert!(is_total("All") && is_total("Totaal") && is_total("Grand Total") && !is_total("Allergy"));
    }
}
