//! Names of dimensions, levels and measures in one spelling, so that two releases of one table are known as such.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::read::names;

/// Words by which headers say no more than that people are counted.
const GENERIC: &[&str] = &[
    "n",
    "nn",
    "ns",
    "no",
    "nr",
    "nb",
    "of",
    "in",
    "the",
    "de",
    "des",
    "number",
    "nombre",
    "nobs",
    "count",
    "counts",
    "freq",
    "frequency",
    "frequencies",
    "frequentie",
    "num",
    "aantal",
    "aantallen",
    "effectif",
    "effectifs",
    "anzahl",
    "haufigkeit",
    "frequence",
    "total",
    "totals",
    "tot",
    "totaal",
    "gesamt",
    "patients",
    "patient",
    "persons",
    "people",
    "person",
    "subjects",
    "participants",
    "individuals",
    "patienten",
    "personen",
    "personnes",
    "obs",
    "observations",
    "npatients",
    "numpatients",
    "samplesize",
    "sample",
    "size",
];

/// Dimensions under the names that they go by; the first is the one that they are known under here.
const DIMENSIONS: &[&[&str]] = &[
    &["sex", "gender", "geslacht", "sexe", "geschlecht"],
    &[
        "age",
        "agegroup",
        "ageband",
        "agegrp",
        "agecat",
        "ages",
        "leeftijd",
        "leeftijdsgroep",
        "leeftijdsklasse",
        "alter",
        "altersgruppe",
    ],
    &["year", "jaar", "annee", "jahr", "yr", "calendaryear"],
    &["month", "maand", "mois", "monat", "yearmonth"],
    &["quarter", "kwartaal", "trimestre", "quartal"],
    &["week", "semaine", "woche", "yearweek"],
    &["region", "regio", "gewest"],
    &["province", "provincie", "provinz"],
    &["municipality", "gemeente", "commune", "gemeinde"],
];

/// Words that say of a dimension only that it is one.
const FILLERS: &[&str] = &[
    "group",
    "groups",
    "grp",
    "band",
    "bands",
    "cat",
    "category",
    "categories",
    "class",
    "classes",
    "groep",
    "klasse",
    "groupe",
    "categorie",
    "classe",
    "code",
    "name",
    "label",
    "level",
    "of",
    "the",
    "gruppe",
];

/// Levels under the names that they go by.
const LEVELS: &[&[&str]] = &[
    &[
        "female", "f", "females", "woman", "women", "vrouw", "vrouwen", "femme", "femmes", "frau", "frauen",
        "weiblich",
    ],
    &["male", "m", "males", "man", "men", "mannen", "homme", "hommes", "mann", "manner", "mannlich"],
];

/// A header as the name of a dimension; none where it says nothing.
pub(super) fn dimension(header: &str) -> Option<String> {
    let words = names::words(header);
    let telling: Vec<&str> =
        words.iter().map(String::as_str).filter(|word| !word.is_empty() && !FILLERS.contains(word)).collect();
    let joined = if telling.is_empty() { words.concat() } else { telling.concat() };
    if joined.is_empty() {
        return None;
    }
    let known =
        DIMENSIONS.iter().find(|names| names.contains(&joined.as_str())).and_then(|names| names.first());
    Some(known.map_or(joined, |name| (*name).to_owned()))
}

/// A header as the name of a measure; `n` where it only says that people are counted.
pub(super) fn measure(header: &str) -> String {
    let words = names::words(header);
    if words.iter().all(|word| word.is_empty() || GENERIC.contains(&word.as_str())) {
        return "n".to_owned();
    }
    words.join(" ")
}

/// Whether a header says no more than that people are counted.
pub(super) fn is_generic(header: &str) -> bool {
    !header.trim().is_empty() && measure(header) == "n"
}

/// A level in one spelling: lower case, without accents, blanks and dashes of one kind, `1.0` as `1`, `F` as `female`.
pub(super) fn level(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.nfkd().filter(|&character| !is_combining_mark(character)) {
        match character {
            '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
            character if character.is_whitespace() => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            character => out.extend(character.to_lowercase()),
        }
    }
    out.truncate(out.trim_end().len());
    if let Some(whole) = out.strip_suffix(".0")
        && !whole.is_empty()
        && whole.bytes().all(|byte| byte.is_ascii_digit())
    {
        out.truncate(out.len() - 2);
    }
    if let Some(day) = out.strip_suffix(" 00:00:00").map(str::len) {
        out.truncate(day);
    }
    match LEVELS.iter().find(|names| names.contains(&out.as_str())).and_then(|names| names.first()) {
        Some(name) => (*name).to_owned(),
        None => out,
    }
}

/// Whether a level takes up what is left beside others.
pub(super) fn is_rest(level: &str) -> bool {
    matches!(
        level,
        "other"
            | "others"
            | "rest"
            | "all other"
            | "all others"
            | "overige"
            | "overig"
            | "andere"
            | "ander"
            | "autre"
            | "autres"
            | "sonstige"
            | "elsewhere"
    )
}

/// A band of whole numbers, both ends included; no upper end where it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Band {
    pub(super) low: i64,
    pub(super) high: Option<i64>,
}

/// A level as a band of ages or the like: `18-24`, `18 to 24`, `<18`, `65+`, `>=65`, `[18,25)`, `0`.
pub(super) fn band(level: &str) -> Option<Band> {
    let mut text = level.trim();
    for word in ["years old", "years", "year", "yrs", "yr", "jaar", "ans", "jahre", "aged", "age", "leeftijd"]
    {
        text = text.strip_suffix(word).or_else(|| text.strip_prefix(word)).unwrap_or(text).trim();
    }
    let number = |text: &str| {
        let text = text.trim();
        (!text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse::<i64>().ok())
            .flatten()
    };
    let from = |low: i64| Some(Band { low, high: None });
    let up_to = |high: i64| (high >= 0).then_some(Band { low: 0, high: Some(high) });
    if let Some(inner) = text.strip_prefix(['[', '(']) {
        let (inner, end) = inner.split_at_checked(inner.len().checked_sub(1)?)?;
        let (low, high) = inner.split_once([',', ';'])?;
        let low = number(low)? + i64::from(text.starts_with('('));
        return match (high.trim(), end) {
            ("inf" | "infinity" | "∞", _) => from(low),
            (high, ")") => Some(Band { low, high: Some(number(high)? - 1) }),
            (high, "]") => Some(Band { low, high: Some(number(high)?) }),
            _ => None,
        };
    }
    if let Some(rest) = text.strip_prefix(">=").or_else(|| text.strip_prefix('≥')) {
        return from(number(rest)?);
    }
    if let Some(rest) = text.strip_prefix("<=").or_else(|| text.strip_prefix('≤')) {
        return up_to(number(rest)?);
    }
    if let Some(rest) = text.strip_prefix('>').or_else(|| text.strip_prefix("over ")) {
        return from(number(rest)? + 1);
    }
    if let Some(rest) = text.strip_prefix('<').or_else(|| text.strip_prefix("under ")) {
        return up_to(number(rest)? - 1);
    }
    for end in [
        "+",
        " and over",
        " and older",
        " or over",
        " or older",
        " en ouder",
        " en meer",
        " et plus",
        " plus",
    ] {
        if let Some(rest) = text.strip_suffix(end) {
            return from(number(rest)?);
        }
    }
    for between in ["-", " to ", " tot ", " a ", "_"] {
        if let Some((low, high)) = text.split_once(between) {
            let (low, high) = (number(low)?, number(high)?);
            return (low <= high).then_some(Band { low, high: Some(high) });
        }
    }
    number(text).map(|only| Band { low: only, high: Some(only) })
}

/// The reporting periods that a name or a title states: years, months and quarters, but no full dates, which are those of
/// an extraction as often as not.
pub(super) fn periods(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let mut found: Vec<String> = Vec::new();
    let words: Vec<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    for (at, token) in words.iter().enumerate() {
        let (before, next) =
            (at.checked_sub(1).map_or("", |before| word(&words, before)), word(&words, at + 1));
        if is_year(token) {
            match (is_day(next), is_day(word(&words, at + 2))) {
                (true, true) => {}
                (true, false) => found.push(format!("{token}-{next:0>2}")),
                _ if is_quarter(next) => found.push(format!("{token}-{next}")),
                _ if is_day(before) || is_quarter(before) || is_month(before) => {
                    found.push(format!("{token}-{before}"));
                }
                _ => found.push((*token).to_owned()),
            }
        } else if let Some((year, month)) = token.split_at_checked(4).filter(|_| token.len() == 6)
            && is_year(year)
            && month.parse::<u32>().is_ok_and(|month| (1..=12).contains(&month))
        {
            found.push(format!("{year}-{month}"));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The word of this number; empty where there is none.
fn word<'a>(words: &[&'a str], at: usize) -> &'a str {
    words.get(at).copied().unwrap_or_default()
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.parse::<u32>().is_ok_and(|year| (1980..=2060).contains(&year))
}

fn is_day(word: &str) -> bool {
    word.len() <= 2 && word.parse::<u32>().is_ok_and(|part| (1..=31).contains(&part))
}

fn is_quarter(word: &str) -> bool {
    matches!(word, "q1" | "q2" | "q3" | "q4")
}

fn is_month(word: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    word.len() >= 3 && MONTHS.iter().any(|month| month.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_to_one_spelling() {
        assert_eq!(dimension("Age group").as_deref(), Some("age"));
        assert_eq!(dimension("ageBand").as_deref(), Some("age"));
        assert_eq!(dimension("Geslacht").as_deref(), Some("sex"));
        assert_eq!(dimension("region_name").as_deref(), Some("region"));
        assert_eq!(dimension("Group").as_deref(), Some("group"));
        assert_eq!(dimension(" "), None);
        for header in ["n", "N", "count", "Number of patients", "aantal", "n_patients", "Freq."] {
            assert_eq!(measure(header), "n", "{header}");
        }
        assert_eq!(measure("Deaths"), "deaths");
        assert_eq!(measure("n deaths"), "n deaths");
        for (text, expected) in [
            ("  Brabant  wallon ", "brabant wallon"),
            ("Liège", "liege"),
            ("18–24", "18-24"),
            ("1.0", "1"),
            ("F", "female"),
            ("Vrouwen", "female"),
            ("M", "male"),
            ("2020-01-01 00:00:00", "2020-01-01"),
            ("1.05", "1.05"),
        ] {
            assert_eq!(level(text), expected);
        }
    }

    #[test]
    fn bands_are_read() {
        let closed = |low, high| Some(Band { low, high: Some(high) });
        for text in ["18-24", "18 to 24", "[18,25)", "[18,24]", "(17,24]", "18-24 years", "age 18-24"] {
            assert_eq!(band(text), closed(18, 24), "{text}");
        }
        for text in ["65+", ">=65", ">64", "65 and over", "≥65", "65 en ouder", "[65,inf)"] {
            assert_eq!(band(text), Some(Band { low: 65, high: None }), "{text}");
        }
        for text in ["<18", "<=17", "under 18", "0-17"] {
            assert_eq!(band(text), closed(0, 17), "{text}");
        }
        assert_eq!(band("7"), closed(7, 7));
        for text in
            ["", "north", "24-18", "-5", "1.5-2", "[", "[]", "(", "é", "99999999999", "<0", "2020-01-01"]
        {
            assert_eq!(band(text), None, "{text}");
        }
    }

    #[test]
    fn names_state_periods_and_full_dates_do_not() {
        assert_eq!(periods("report_2024-03.csv"), ["2024-03"]);
        assert_eq!(periods("report_202403.csv"), ["2024-03"]);
        assert_eq!(periods("Report Q2 2024"), ["2024-q2"]);
        assert_eq!(periods("counts_2023_vs_2024.csv"), ["2023", "2024"]);
        assert_eq!(periods("mar2024 March 2024"), ["2024-march"]);
        for text in ["counts_20240301.csv", "counts_2024-03-01.csv", "n_1500.csv", "", "1234567"] {
            assert!(periods(text).is_empty(), "{text} {:?}", periods(text));
        }
    }
}
