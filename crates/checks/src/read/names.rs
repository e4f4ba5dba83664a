//! What a header says of its column, in English, Dutch, French and German.

use std::collections::{HashMap, HashSet};
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
    if header.is_ascii() {
        return ascii_words(header).map(str::to_ascii_lowercase).collect();
    }
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

/// The words of a header without accents, as written.
fn ascii_words(header: &str) -> impl Iterator<Item = &str> {
    let bytes = header.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() && !bytes[at].is_ascii_alphanumeric() {
            at += 1;
        }
        let start = at;
        while at < bytes.len() && bytes[at].is_ascii_alphanumeric() {
            let after = || bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
            let before = at.checked_sub(1).filter(|before| *before >= start).map(|before| bytes[before]);
            let hump = bytes[at].is_ascii_uppercase()
                && before.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_uppercase() && after());
            if hump {
                break;
            }
            at += 1;
        }
        (at > start).then(|| &header[start..at])
    })
}

/// The sections of the lexicon, by how they are asked for.
#[derive(Default)]
struct Lexicon {
    /// Headers as a whole.
    wholes: HashMap<&'static str, Meaning>,
    /// Words in a row, in the order of the file.
    phrases: Vec<(&'static str, Meaning)>,
    /// Words, with the number of their section: the first section that has one decides.
    words: HashMap<&'static str, (usize, Meaning)>,
    /// The other lists, by name.
    lists: HashMap<&'static str, HashSet<&'static str>>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon::default();
    for (number, section) in include_str!("lexicon.txt").split("\n[").skip(1).enumerate() {
        let Some((title, text)) = section.split_once("]\n") else { continue };
        let entries = text.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty());
        match title.split_once(' ').and_then(|(how, name)| Some((how, Meaning::named(name)?))) {
            Some(("whole", meaning)) => entries.for_each(|entry| {
                lexicon.wholes.entry(entry).or_insert(meaning);
            }),
            Some(("phrase", meaning)) => lexicon.phrases.extend(entries.map(|entry| (entry, meaning))),
            Some((_, meaning)) => entries.for_each(|entry| {
                lexicon.words.entry(entry).or_insert((number, meaning));
            }),
            None => lexicon.lists.entry(title).or_default().extend(entries),
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
    LEXICON.lists.get(list).is_some_and(|entries| entries.contains(word))
}

/// What the header means, and the word that says so.
pub(crate) fn meaning(header: &str) -> Option<(Meaning, String)> {
    meaning_of(header, &words(header))
}

/// What the header of these words means, and the word that says so.
pub(crate) fn meaning_of(header: &str, words: &[String]) -> Option<(Meaning, String)> {
    let whole = words.join(" ");
    if let Some(meaning) = LEXICON.wholes.get(whole.as_str()) {
        return Some((*meaning, whole));
    }
    if quantile(header) {
        return Some((Meaning::Statistic, whole));
    }
    if let Some(summed) = summed(words).filter(|_| !header.contains('%')) {
        return Some(summed);
    }
    if let Some(word) = bound(words) {
        return Some((Meaning::Bound, word));
    }
    if header.contains('%') {
        return Some((Meaning::Percentage, "%".to_owned()));
    }
    if is_per_so_many(words) {
        return Some((Meaning::Percentage, "per".to_owned()));
    }
    phrase(&whole, words.len()).or_else(|| {
        let told = words.iter().filter_map(|word| Some((LEXICON.words.get(word.as_str())?, word)));
        let (meaning, word) = told
            .min_by_key(|((section, _), _)| *section)
            .map(|((_, meaning), word)| (*meaning, word.clone()))?;
        let sum = meaning == Meaning::Count && lists("totals", &word) && sums(words);
        Some((if sum { Meaning::Statistic } else { meaning }, word))
    })
}

/// What is added up under a header such as `Sum of patients`, where that counts: the sum of counts is a count.
fn summed(words: &[String]) -> Option<(Meaning, String)> {
    let sum = |word: &String| matches!(word.as_str(), "sum" | "som" | "somme" | "summe" | "suma");
    let of =
        |word: &String| matches!(word.as_str(), "of" | "van" | "de" | "des" | "du" | "d" | "von" | "der");
    let (first, rest) = words.split_first().filter(|(first, _)| sum(first))?;
    let from = rest.iter().take_while(|word| of(word)).count();
    let rest = rest.get(from..).filter(|rest| !rest.is_empty() && !sums(rest))?;
    let all_count = |rest: &[String]| {
        rest.iter().all(|word| {
            LEXICON.words.get(word.as_str()).is_none_or(|(_, meaning)| {
                matches!(meaning, Meaning::Count | Meaning::CountOfThings | Meaning::Base)
            })
        })
    };
    let (meaning, _) = meaning_of("", rest).filter(|_| all_count(rest))?;
    let counts = matches!(meaning, Meaning::Count | Meaning::CountOfThings);
    counts.then(|| (Meaning::Count, format!("{first} of {}", rest.join(" "))))
}

/// Whether a header says that its column adds up counts: `Som van patiënten`.
pub(crate) fn sums_counts(header: &str) -> bool {
    summed(&words(header)).is_some()
}

/// The word for an interval of a header that names one end of it: `95% BI onder`, `IC inf`, `hr_lower`.
fn bound(words: &[String]) -> Option<String> {
    if words.len() < 2 || words.len() > 6 {
        return None;
    }
    let bare = |word: &String| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let levels = |word: &String| matches!(word.as_str(), "80" | "90" | "95" | "99" | "2" | "97");
    let side = words.iter().any(|word| lists("sides", &bare(word)) && !lists("intervals", &bare(word)));
    if let Some(interval) = words.iter().map(bare).find(|word| lists("intervals", word)) {
        let ends = side || words.iter().any(levels);
        return ends.then_some(interval);
    }
    let estimate = |word: &String| matches!(word.as_str(), "or" | "hr" | "rr" | "irr" | "estimate" | "est");
    let end = words.last().filter(|last| {
        matches!(
            last.as_str(),
            "low" | "lower" | "lo" | "high" | "upper" | "hi" | "inf" | "sup" | "ll" | "ul"
        )
    });
    end.filter(|_| words.len() == 2 && words.first().is_some_and(estimate)).cloned()
}

/// Whether a header gives a rate: so many of something per, pour or op a thousand or the like.
fn is_per_so_many(words: &[String]) -> bool {
    words.windows(2).any(|pair| {
        let tens = |number: &str| {
            number.strip_prefix('1').is_some_and(|rest| rest.len() >= 2 && rest.bytes().all(|b| b == b'0'))
        };
        let thousands =
            |word: &str| word.strip_suffix('k').is_some_and(|digits| matches!(digits, "1" | "10" | "100"));
        matches!(pair, [per, number] if matches!(per.as_str(), "per" | "pour" | "op" | "je" | "pro" | "sur")
            && (tens(number) || thousands(number) || matches!(number.as_str(), "1" | "10")))
    })
}

/// The word by which a header that names a time says that people or events are counted in it: `deaths per week` counts,
/// `month of deaths` does not.
pub(crate) fn counted_in_time(words: &[String]) -> Option<&str> {
    let time = words.iter().position(|word| {
        LEXICON.words.get(word.as_str()).is_some_and(|(_, meaning)| *meaning == Meaning::Period)
    })?;
    let at = words.iter().position(|word| lists("counted", word))?;
    let before = at.checked_sub(1).and_then(|before| words.get(before)).map(String::as_str);
    let of =
        matches!(before, Some("of" | "de" | "des" | "du" | "d" | "van" | "der" | "het" | "first" | "last"));
    (at < time || !of).then(|| words[at].as_str())
}

/// Whether a total is one of money, time or a volume rather than of people.
fn sums(words: &[String]) -> bool {
    words.iter().any(|word| lists("magnitudes", word)) && !words.iter().any(|word| lists("people", word))
}

/// The first phrase of the lexicon that the words hold in a row.
fn phrase(whole: &str, words: usize) -> Option<(Meaning, String)> {
    if words < 2 {
        return None;
    }
    let spaced = format!(" {whole} ");
    let mut held = LEXICON.phrases.iter().filter(|(entry, _)| {
        spaced
            .match_indices(entry)
            .any(|(at, _)| spaced[..at].ends_with(' ') && spaced[at + entry.len()..].starts_with(' '))
    });
    held.next().map(|(entry, meaning)| (*meaning, (*entry).to_owned()))
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
    let told = |count: usize, first: &str, last: &str| {
        count <= 3 && (lists("totals", first) || matches!(last, "total" | "totaal" | "totals"))
    };
    if !label.is_ascii() {
        let words = words(label);
        return words.first().zip(words.last()).is_some_and(|(first, last)| told(words.len(), first, last));
    }
    // Asked for every label of a table: without a copy of each of its words.
    let (mut first, mut last, mut count) = (Word::default(), "", 0);
    for word in ascii_words(label).take(4) {
        if count == 0 {
            first = Word::of(word);
        }
        (last, count) = (word, count + 1);
    }
    count > 0 && told(count, first.as_str(), Word::of(last).as_str())
}

/// A short word in lower case; a longer one is none that any list has.
#[derive(Default)]
struct Word {
    letters: [u8; 16],
    length: usize,
}

impl Word {
    fn of(word: &str) -> Self {
        let mut short = Self::default();
        if let Some(letters) = short.letters.get_mut(..word.len()) {
            letters.copy_from_slice(word.as_bytes());
            letters.make_ascii_lowercase();
            short.length = word.len();
        }
        short
    }

    fn as_str(&self) -> &str {
        self.letters
            .get(..self.length)
            .and_then(|letters| std::str::from_utf8(letters).ok())
            .unwrap_or_default()
    }
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

    proptest::proptest! {
        #[test]
        fn the_short_way_splits_as_the_long_one(header in "[A-Za-z0-9 _.%-]{0,20}") {
            // A combining mark at the end is dropped, and makes the header take the long way.
            proptest::prop_assert_eq!(words(&header), words(&format!("{header}\u{301}")));
            proptest::prop_assert_eq!(is_total(&header), is_total(&format!("{header}\u{301}")));
        }
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
            ("total_cost", Meaning::Statistic),
            ("Som van Patiënten", Meaning::Count),
            ("Somme des cas", Meaning::Count),
            ("Summe von Patienten", Meaning::Count),
            ("Sum of n", Meaning::Count),
            ("sum(visits)", Meaning::Count),
            ("Sum of cost", Meaning::Statistic),
            ("Sum of patient days", Meaning::Statistic),
            ("Sum of age", Meaning::Statistic),
            ("n_parameters", Meaning::Statistic),
            ("No. of parameters", Meaning::Statistic),
            ("d.f.", Meaning::Statistic),
            ("npar", Meaning::Statistic),
            ("total patients, days", Meaning::Count),
            ("p100", Meaning::Statistic),
            ("Étendue", Meaning::Statistic),
            ("95% BI onder", Meaning::Bound),
            ("IC 95% sup", Meaning::Bound),
            ("hr_lower", Meaning::Bound),
            ("cas pour 1 000 habitants", Meaning::Percentage),
            ("aantal op 100k", Meaning::Percentage),
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
