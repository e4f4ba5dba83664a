//! What each column is, and why: from the policy, its header, what it holds, and what the whole table looks like.

use super::names::{self, Meaning};
use super::profile::Profile;
use crate::policy::Policy;
use crate::table::Role;
use crate::token;

/// Why a column has the role that the policy gives it.
pub(crate) const DECLARED: &str = "the policy says so";

/// What is known of a column before the table as a whole is judged.
#[derive(Clone, Debug)]
pub(crate) struct Sketch {
    pub(crate) name: String,
    pub(crate) meaning: Option<Meaning>,
    /// The role, where the column itself settles it.
    pub(crate) role: Option<Role>,
    pub(crate) reason: String,
    /// Headed `id`, `code`, `key` or the like.
    pub(crate) id_like: bool,
    /// Headed as a person.
    pub(crate) person: bool,
    /// Headed as a value that is worked out for each person.
    pub(crate) person_value: bool,
    /// Headed as an attribute of a person.
    pub(crate) attribute: bool,
    /// Headed as a quasi-identifier, and not as what was worked out of one.
    pub(crate) quasi: bool,
    /// Headed as an age.
    pub(crate) aged: bool,
    /// Headed as money, time or a volume, which are added up rather than counted.
    pub(super) magnitude: bool,
    /// Headed as a code of groups: `region code`, which `key workers` and `cases` are not.
    pub(super) code: bool,
    /// Headed by a word that names a level in one table and counts in another: `visit`, `stage`.
    pub(super) countable: bool,
    /// Headed as an answer or a level that people are counted by: `yes`, `unknown`.
    pub(super) answer: bool,
    /// Headed by an everyday word for an identifier, over numbers that may as well count: phone, visit.
    pub(super) level: bool,
}

/// Sketches each column.
pub(crate) fn sketches(header: &[String], profiles: &[Profile], policy: &Policy) -> Vec<Sketch> {
    sketches_with(header, profiles, |name| policy.role(name))
}

/// Sketches each column, with the roles that are declared by header.
pub(crate) fn sketches_with(
    header: &[String],
    profiles: &[Profile],
    declared: impl Fn(&str) -> Option<Role>,
) -> Vec<Sketch> {
    let model = is_model(header, profiles);
    let words = |profile: &Profile| profile.texts + profile.dates > 0;
    let around = Around {
        first: false,
        labelled: profiles.iter().skip(1).any(words),
        words: profiles.len() > 1
            && profiles.iter().skip(1).all(|profile| words(profile) && !profile.is_numeric()),
        model,
    };
    let all = header.iter().zip(profiles).enumerate();
    let texts = profiles.iter().any(|profile| profile.texts * 2 > profile.said());
    let sketches = all.map(|(at, (name, profile))| {
        let declared = declared(name);
        let sketch = sketch(name, profile, Around { first: at == 0, ..around }, declared);
        let level = texts && declared.is_none() && sketch.role == Some(Role::Identifier);
        if level && token::is_everyday(name) && profile.may_count() {
            return Sketch { role: None, reason: String::new(), level, ..sketch };
        }
        sketch
    });
    let mut sketches: Vec<Sketch> = sketches.collect();
    set_levels_apart(&mut sketches, profiles);
    count_sexes(&mut sketches, profiles);
    sketches
}

/// Where a column stands.
#[derive(Clone, Copy)]
struct Around {
    /// It is the first column.
    first: bool,
    /// A column of words or dates follows the first.
    labelled: bool,
    /// Nothing but such columns follows the first.
    words: bool,
    /// The headers are those of a table of estimates.
    model: bool,
}

/// Whether the headers are those of a table of estimates.
fn is_model(header: &[String], profiles: &[Profile]) -> bool {
    let told = header.iter().zip(profiles).filter(|(name, profile)| {
        matches!(
            names::meaning(name),
            Some((Meaning::Estimate | Meaning::StandardError | Meaning::PValue, _))
        ) || matches!(names::meaning(name), Some((Meaning::Bound, _))) && !ends_otherwise(name, profile)
    });
    told.count() >= 2
}

/// Whether a header that may be that of the end of an interval heads something else: edges of bins, quantiles, or counts of
/// a level, such as `low`.
fn ends_otherwise(name: &str, profile: &Profile) -> bool {
    let quantile = name.trim().ends_with('%') && name.trim().starts_with(|c: char| c.is_ascii_digit());
    let whole = names::words(name).join(" ");
    let level = matches!(whole.as_str(), "low" | "high" | "5" | "95") && profile.is_counts();
    quantile || level || names::lists("edges", &whole)
}

/// Columns of counts that are all headed by levels of one quasi-identifier, `sex / F` and `sex / M`, identify nobody.
fn set_levels_apart(sketches: &mut [Sketch], profiles: &[Profile]) {
    let word = |sketch: &Sketch| {
        let words = names::words(&sketch.name);
        (words.len() >= 2).then(|| words.into_iter().find(|word| names::lists("quasi", word))).flatten()
    };
    let quasi = || sketches.iter().zip(profiles).filter(|(sketch, _)| sketch.quasi);
    let Some(first) = quasi().next().and_then(|(sketch, _)| word(sketch)) else { return };
    let one = quasi().all(|(sketch, profile)| profile.is_counts() && word(sketch).as_ref() == Some(&first));
    if one && quasi().count() >= 2 {
        sketches.iter_mut().for_each(|sketch| sketch.quasi = false);
    }
}

/// Whole numbers under two levels of sex or more, `male` and `female`, count people.
fn count_sexes(sketches: &mut [Sketch], profiles: &[Profile]) {
    let levels: Vec<usize> = (sketches.iter().zip(profiles).enumerate())
        .filter(|(_, (sketch, profile))| {
            let last = names::words(&sketch.name).pop();
            sketch.role.is_none_or(|role| role == Role::Count)
                && profile.is_counts()
                && profile.max > 1.0
                && last.is_some_and(|word| names::lists("sexes", &word))
        })
        .map(|(at, _)| at)
        .collect();
    if levels.len() < 2 {
        return;
    }
    for at in levels {
        let Some(sketch) = sketches.get_mut(at) else { continue };
        (sketch.quasi, sketch.attribute) = (false, false);
        if sketch.role.is_none() {
            (sketch.meaning, sketch.role) = (Some(Meaning::Count), Some(Role::Count));
            "its header is a level of sex, over whole numbers".clone_into(&mut sketch.reason);
        }
    }
}

fn sketch(name: &str, profile: &Profile, around: Around, declared: Option<Role>) -> Sketch {
    let words = names::words(name);
    let found = names::meaning_of(name, &words);
    let meaning = found.as_ref().map(|(meaning, _)| *meaning);
    let has = |list: &str| words.iter().any(|word| names::lists(list, word));
    let id_like = has("id-like");
    let person = person(&words);
    let person_value = has("person-values");
    let attribute = has("attributes");
    let aged = words.iter().any(|word| matches!(word.as_str(), "age" | "leeftijd" | "alter"));
    // The range of an age is a statistic where it is a number, and a band where it is none.
    let band = !profile.is_numeric() && has("ranges");
    let quasi = quasi(name, &words, meaning.filter(|_| !band));
    let (role, reason) = settled(name, &words, profile, around, found.as_ref(), declared)
        .map_or((None, String::new()), |(role, reason)| (Some(role), reason));
    Sketch {
        name: name.to_owned(),
        meaning,
        role,
        reason,
        id_like,
        person,
        person_value,
        attribute,
        quasi,
        aged,
        magnitude: has("magnitudes"),
        code: names_code(&words),
        countable: has("countables"),
        answer: words.len() == 1 && has("answers"),
        level: false,
    }
}

/// Whether a header names a code of groups.
fn names_code(words: &[String]) -> bool {
    let any = |word: &String| {
        matches!(word.as_str(), "id" | "code" | "uid" | "hash" | "fid" | "objectid" | "identifier")
    };
    let last = words
        .last()
        .is_some_and(|word| names::lists("id-like", word) && !matches!(word.as_str(), "case" | "record"));
    last || words.iter().any(any)
}

/// Whether a header names a quasi-identifier, and not what was worked out of one.
fn quasi(name: &str, words: &[String], meaning: Option<Meaning>) -> bool {
    let worked_out = matches!(
        meaning,
        Some(Meaning::Count | Meaning::Base | Meaning::Statistic | Meaning::Percentage | Meaning::Estimate)
    );
    let named = words.iter().any(|word| names::lists("quasi", word));
    !worked_out && (named || token::quasi_identifier(name).is_some())
}

/// Whether a header names a quasi-identifier, such as an age or a postcode.
pub(crate) fn is_quasi(name: &str) -> bool {
    let words = names::words(name);
    let meaning = names::meaning_of(name, &words).map(|(meaning, _)| meaning);
    quasi(name, &words, meaning)
}

fn settled(
    name: &str,
    words: &[String],
    profile: &Profile,
    around: Around,
    found: Option<&(Meaning, String)>,
    declared: Option<Role>,
) -> Option<(Role, String)> {
    let Around { first, labelled, model, .. } = around;
    if let Some(role) = declared {
        return Some((role, DECLARED.to_owned()));
    }
    if profile.said() == 0 && profile.suppressed + profile.at_most == 0 {
        return Some((Role::Empty, "it holds nothing".to_owned()));
    }
    let unnamed = name.is_empty() || matches!(found, Some((Meaning::RowNumber, _)));
    if first
        && unnamed
        && profile.numbers == profile.said()
        && profile.whole == profile.numbers
        && (profile.steps || labelled && profile.min >= 0.0 || !name.is_empty() && profile.rising)
    {
        return Some((Role::RowNumber, "it numbers the rows".to_owned()));
    }
    if first && name.is_empty() && !profile.is_numeric() && profile.dates == 0 {
        return Some(if model {
            (Role::Term, "it labels the rows of a model".to_owned())
        } else {
            (Role::Dimension, "it labels the rows".to_owned())
        });
    }
    if let Some(role) = by_cells(profile) {
        return Some(role);
    }
    if token::identifies(name) && !(meaning_is_aggregate(found) && profile.is_numeric()) {
        return Some((Role::Identifier, "its header is an identifier".to_owned()));
    }
    if !profile.is_numeric() && profile.numbers * 2 < profile.said().max(1) && profile.texts > 0 {
        return Some((
            if model && first { Role::Term } else { Role::Dimension },
            "its cells are words".to_owned(),
        ));
    }
    if let Some(role) = by_position(name, &words.join(" "), profile, around, found) {
        return Some(role);
    }
    let (meaning, word) = found?;
    if *meaning == Meaning::Period
        && let Some(role) = counted_in_time(words, profile)
    {
        return Some(role);
    }
    let closed = profile.max - profile.min + 1.0 == profile.distinct as f64;
    let steps = first
        && labelled_or_counts(*meaning)
        && closed
        && profile.distinct == profile.numbers
        && profile.numbers >= 3
        && profile.whole == profile.numbers;
    if steps && profile.numbers == profile.filled {
        return Some((Role::Dimension, "it labels the rows, one number after the other".to_owned()));
    }
    by_name(*meaning, word, profile, model)
}

/// The role of a column that counts people or events by the day, week, month or year.
fn counted_in_time(words: &[String], profile: &Profile) -> Option<(Role, String)> {
    let word = names::counted_in_time(words)?;
    let years = profile.min >= 1800.0 && profile.max <= 2200.0;
    let closed = profile.distinct >= 3 && profile.max - profile.min + 1.0 == profile.distinct as f64;
    let counts = profile.is_counts() && !years && !closed;
    counts.then(|| (Role::Count, format!("its header says {word:?}")))
}

/// The role of a column of numbers that numbers the rows or bounds bins.
fn by_position(
    name: &str,
    joined: &str,
    profile: &Profile,
    around: Around,
    found: Option<&(Meaning, String)>,
) -> Option<(Role, String)> {
    if !around.model && names::lists("edges", joined) && profile.is_numeric() {
        return Some((Role::Dimension, "it bounds the bins".to_owned()));
    }
    let unnamed = matches!(found, None | Some((Meaning::CountOfThings | Meaning::Label, _)))
        && token::quasi_identifier(name).is_none();
    let numbers = around.first
        && profile.counts_up()
        && (names::lists("numbering", joined) && around.labelled || unnamed && around.words);
    numbers.then(|| (Role::RowNumber, "it numbers the rows".to_owned()))
}

/// Whether a header that leads the table counts, or says that it labels: the numbers 1, 2, 3 under it are labels either way.
fn labelled_or_counts(meaning: Meaning) -> bool {
    matches!(meaning, Meaning::Count | Meaning::CountOfThings | Meaning::Label | Meaning::Attribute)
}

/// The role of a column whose cells say what they are.
fn by_cells(profile: &Profile) -> Option<(Role, String)> {
    if profile.with + profile.fractions() > profile.said() / 2 {
        return Some((Role::Count, "its cells are counts with percentages".to_owned()));
    }
    if profile.estimates > profile.said() / 2 {
        return Some((Role::Estimate, "its cells are estimates with intervals".to_owned()));
    }
    if profile.dates > profile.said() / 2 {
        return Some((Role::Period, "its cells are dates".to_owned()));
    }
    None
}

/// Whether a header names one person: the word stands last, or before `id`, `number` and the like.
fn person(words: &[String]) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        let after = words.get(at + 1).map(String::as_str);
        names::lists("persons", word)
            && matches!(after, None | Some("id" | "no" | "nr" | "num" | "number" | "name" | "code" | "key"))
    })
}

/// Whether the header says that the column counts or summarises.
fn meaning_is_aggregate(found: Option<&(Meaning, String)>) -> bool {
    matches!(found, Some((Meaning::Count | Meaning::Base | Meaning::Percentage | Meaning::Statistic, _)))
}

/// The role of a column of numbers whose header means something.
fn by_name(meaning: Meaning, word: &str, profile: &Profile, model: bool) -> Option<(Role, String)> {
    let role = match meaning {
        Meaning::PValue if profile.min >= 0.0 && profile.max <= 1.0 && (model || profile.precise > 0) => {
            Role::PValue
        }
        Meaning::Bound
            if model || word.contains("ci") || names::lists("intervals", word) && !profile.is_counts() =>
        {
            Role::Bound
        }
        Meaning::StandardError if profile.min >= 0.0 && profile.whole < profile.numbers => {
            Role::StandardError
        }
        Meaning::Estimate if model || word.len() > 2 => Role::Estimate,
        Meaning::Statistic => Role::Statistic,
        // How many are at high risk is no risk.
        Meaning::Percentage
            if matches!(word, "risk" | "risque" | "risico") && profile.is_counts() && profile.max > 1.0 =>
        {
            return None;
        }
        // How long someone survived is no probability of it.
        Meaning::Percentage if names::lists("chances", word) && profile.max > 100.0 => {
            return None;
        }
        Meaning::Percentage => Role::Percentage,
        Meaning::Base if profile.whole == profile.numbers => Role::Base,
        Meaning::Count if profile.whole == profile.numbers => Role::Count,
        Meaning::Count | Meaning::Base => Role::Statistic,
        Meaning::Period if profile.is_time() => Role::Period,
        Meaning::Period
        | Meaning::Bound
        | Meaning::PValue
        | Meaning::StandardError
        | Meaning::Estimate
        | Meaning::CountOfThings
        | Meaning::Attribute
        | Meaning::Term
        | Meaning::Label
        | Meaning::RowNumber => return None,
    };
    Some((role, format!("its header says {word:?}")))
}

#[cfg(test)]
mod tests {
    use crate::table::Role::{self, Base, Count, Dimension, Percentage, Period, RowNumber};
    use crate::{Policy, Source, read};

    fn roles(text: &str) -> Vec<Role> {
        let policy = Policy::preset("be-default").unwrap();
        let views = read::tables(Source::Bytes(text.into()), "a.csv", &policy, 0).unwrap();
        views[0].table.columns.iter().map(|column| column.role).collect()
    }

    /// A table of so many rows.
    fn table(header: &str, rows: usize, row: impl Fn(usize) -> String) -> String {
        std::iter::once(header.to_owned()).chain((0..rows).map(row)).map(|line| line + "\n").collect()
    }

    #[test]
    fn numbers_down_the_rows_count_nobody() {
        for header in ["rij", "no", "volgnr", "nr", "num", "id", "x"] {
            let beside_words = table(&format!("{header};opmerking"), 9, |at| format!("{};goed {at}", at + 1));
            assert_eq!(roles(&beside_words), [RowNumber, Dimension], "{header}");
            let counted =
                table(&format!("{header};groep;n"), 9, |at| format!("{};g{at};{}", at + 1, 30 + at));
            let [first, Dimension, Count] = roles(&counted)[..] else { panic!("{header}") };
            assert!(matches!(first, RowNumber | Dimension), "{header}");
        }
        assert_eq!(roles("cases;region\n1;a\n3;b\n2;c\n4;d\n2;e\n"), [Count, Dimension]);
    }

    #[test]
    fn the_numbers_of_rows_that_were_sorted_anew_are_still_numbers_of_rows() {
        let sorted = table("rownames;group;n", 9, |at| format!("{};g{at};{}", (at * 4) % 9 + 1, 30 + at));
        assert_eq!(roles(&sorted), [RowNumber, Dimension, Count]);
        let alone = table(";height", 60, |at| format!("{};{}", (at * 7) % 60, 150 + at % 40));
        assert_eq!(roles(&alone)[0], RowNumber);
    }

    #[test]
    fn ages_weeks_and_ranks_stay_what_they_are() {
        for (header, role) in
            [("age", Dimension), ("week", Period), ("rank", Dimension), ("kwintiel", Dimension)]
        {
            let counted =
                table(&format!("{header};regio;n"), 20, |at| format!("{at};g{at};{}", 30 + at * at));
            assert_eq!(roles(&counted), [role, Dimension, Count], "{header}");
        }
    }

    #[test]
    fn yes_and_no_are_no_counts() {
        let rare = table("regio;kanker;n", 40, |at| format!("r{at};{};{}", u8::from(at == 3), 100 + at % 7));
        assert_eq!(roles(&rare), [Dimension, Dimension, Count]);
        let counted =
            table("regio;aantal;n", 40, |at| format!("r{at};{};{}", u8::from(at == 3), 100 + at % 7));
        assert_eq!(roles(&counted), [Dimension, Count, Count]);
    }

    #[test]
    fn edges_of_bins_and_life_tables_are_told_in_three_languages() {
        for header in ["ondergrens;bovengrens;n", "borne_inf;borne_sup;effectif", "bin_left;bin_right;count"]
        {
            let bins = table(header, 4, |at| format!("{};{};{}", at * 10, at * 10 + 10, 20 + at));
            assert_eq!(roles(&bins), [Dimension, Dimension, Count], "{header}");
        }
        for header in ["time;n_risk;survival", "tijd;n_risico;overleving", "temps;a_risque;survie"] {
            let life = table(header, 4, |at| format!("{};{};0,9{}", at * 30, 500 - at * 20, 9 - at));
            let found = roles(&life);
            assert!(matches!(found[1..], [Count | Base, Percentage]), "{header} {found:?}");
        }
    }
}
