//! Rows that are persons whatever their other columns hold: a key that names a person, a stay or a specimen tells them
//! apart, or they hold values that a model gives each person.

use super::Cells;
use super::measures::Features;
use crate::read::names::{self, Meaning};
use crate::read::profile::Profile;
use crate::read::roles::{DECLARED, Sketch};
use crate::table::Role;

/// Rows whose labels are looked at.
const LABELS: u64 = 200;
/// Rows from which what nothing tells apart is a list rather than a small table.
const ROWS: u64 = 20;

/// What makes the rows persons, and whether that is sure enough to block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) sure: bool,
    /// Why, for people.
    pub(crate) words: &'static str,
}

/// What a header says that a key names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Named {
    Person,
    /// A stay, a visit, a specimen: one of these is an event of one person.
    Event,
    /// `id` and no more.
    Id,
    /// Nothing; its labels may.
    #[default]
    Nothing,
}

/// A column that may be such a key, and what its labels look like.
#[derive(Clone, Copy, Debug, Default)]
struct Candidate {
    at: usize,
    named: Named,
    numeric: bool,
    seen: u64,
    /// Labels such as `P001`.
    coded: u64,
    /// Labels such as `pat001`, which name a person themselves.
    persons: u64,
    /// Labels such as `Anna Example`.
    names: u64,
    /// Cells such as `132/84`, a blood pressure.
    readings: u64,
    /// Cells such as `E11 I10 J45`.
    lists: u64,
}

/// The columns that may be keys of persons, and those beside them.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    candidates: Vec<Candidate>,
    /// Columns of values that a model gives each person.
    worked_out: usize,
    /// People are counted.
    people: bool,
    /// What is counted is neither told to be people nor things.
    unsure: bool,
    /// A column of random effects, and a first column headed as a group of whatever sort, with many.
    effects: bool,
    group: bool,
    /// A column of labels, each of one row, or of dates, or numbers that rise from row to row.
    labels: Vec<usize>,
    /// Columns are raw attributes of a person.
    attributes: bool,
    /// Numeric columns that are sorted.
    sorted: bool,
    /// Every column that says something holds numbers.
    all_numeric: bool,
    /// Numeric columns.
    numeric: usize,
}

impl Keys {
    pub(super) fn of(sketches: &[Sketch], profiles: &[Profile], rows: u64) -> Self {
        let mut keys = Self { all_numeric: true, ..Self::default() };
        let told = sketches.iter().zip(profiles).enumerate().filter(|(_, (_, profile))| profile.said() > 0);
        let worded: Vec<_> =
            told.map(|(at, (sketch, profile))| (at, sketch, profile, names::words(&sketch.name))).collect();
        for (at, sketch, profile, words) in &worded {
            keys.beside(*at, sketch, profile, words);
        }
        let mut leads = true;
        for (at, sketch, profile, words) in &worded {
            keys.candidate(*at, sketch, profile, words, (leads, rows));
            leads &= sketch.role == Some(Role::RowNumber);
        }
        keys
    }

    /// What a column says beside a key.
    fn beside(&mut self, at: usize, sketch: &Sketch, profile: &Profile, words: &[String]) {
        let counts = matches!(sketch.meaning, Some(Meaning::Count | Meaning::Base));
        let counted = counts && profile.max > 1.0 && names::counts_things(&sketch.name).is_none();
        let word = |word: &String| names::lists("people", word) || names::lists("counted", word);
        let people =
            counted && (words.len() == 1 || sketch.meaning == Some(Meaning::Base) || words.iter().any(word));
        self.unsure |= counted && !people;
        self.effects |= words.iter().any(|word| names::lists("effects", word));
        self.group |= at == 0
            && matches!(words, [only] if names::lists("any-group", only))
            && profile.distinct >= ROWS
            && profile.is_numeric();
        let worked_out = is_worked_out(words);
        self.people |= people;
        self.worked_out += usize::from(worked_out && profile.is_numeric());
        let numbering = words.iter().any(|word| names::lists("numbered", word)) || sketch.name.is_empty();
        let own = profile.distinct * 10 >= profile.filled * 9;
        let words_own = own && (profile.texts + profile.dates) * 4 > profile.said();
        let rises = at == 0 && profile.is_numeric() && profile.rising && !numbering && !worked_out;
        if words_own || rises || sketch.role == Some(Role::Period) && own {
            self.labels.push(at);
        }
        self.attributes |= sketch.attribute
            && !matches!(sketch.meaning, Some(Meaning::Statistic | Meaning::Count | Meaning::Percentage));
        let row_number = matches!(sketch.role, Some(Role::RowNumber));
        self.all_numeric &= profile.is_numeric() || row_number;
        self.sorted |= profile.is_numeric() && profile.rising && !row_number;
        self.numeric += usize::from(profile.is_numeric() && !row_number);
    }

    /// Keeps a column that may be a key of persons.
    fn candidate(
        &mut self,
        at: usize,
        sketch: &Sketch,
        profile: &Profile,
        words: &[String],
        (leads, rows): (bool, u64),
    ) {
        let many = profile.distinct >= 5 && profile.distinct * 20 > rows;
        let declared = sketch.reason == DECLARED && sketch.role != Some(Role::Identifier);
        let texts = profile.texts * 10 >= profile.filled * 9;
        let whole = profile.is_counts() && profile.numbers * 10 >= profile.filled * 9;
        if !many || declared || !texts && !whole {
            return;
        }
        let named = named(sketch, words);
        let strong = words.iter().any(|word| matches!(word.as_str(), "id" | "code" | "key" | "uid"));
        let counted = words.last().is_some_and(|word| names::lists("key-numbers", word));
        let closed = profile.min <= 1.0 && profile.max - profile.min + 1.0 == profile.distinct as f64;
        let lists = leads || strong;
        // A visit of such a number, a stay of so many days: a level that is counted.
        let level = named == Named::Event && closed && !strong && !counted;
        let level = level && (self.people || words.iter().any(|word| names::lists("numbered-events", word)));
        if texts && (named != Named::Nothing || at <= 1 || profile.longest >= 5)
            || whole && lists && named != Named::Nothing && !level
        {
            let numeric = !texts;
            self.candidates.push(Candidate { at, named, numeric, ..Candidate::default() });
        }
    }

    /// Looks at the labels of a row.
    pub(super) fn add(&mut self, row: u64, cells: &dyn Cells) {
        if row >= LABELS {
            return;
        }
        for candidate in self.candidates.iter_mut().filter(|candidate| !candidate.numeric) {
            let label = cells.cell(candidate.at);
            if label.is_empty() {
                continue;
            }
            candidate.seen += 1;
            match form(label) {
                Some(Form::Person) => candidate.persons += 1,
                Some(Form::Code) => candidate.coded += 1,
                Some(Form::Name) => candidate.names += 1,
                Some(Form::Reading) => candidate.readings += 1,
                Some(Form::List) => candidate.lists += 1,
                None => {}
            }
        }
    }

    /// What makes the rows persons, if anything.
    pub(super) fn told(&self, features: &Features, profiles: &[Profile]) -> Option<Told> {
        let sure = |words| Some(Told { sure: true, words });
        let perhaps = |words| Some(Told { sure: false, words });
        if self.candidates.iter().any(|candidate| self.is_key(candidate, profiles)) {
            return sure("a key that names a person, a stay or the like tells the rows apart");
        }
        if features.rows < ROWS {
            return None;
        }
        let labelled = !self.labels.is_empty()
            || features.keys > 0 && !features.repeated()
            || features.statistic_rows >= 2;
        if self.worked_out >= 2 && !labelled && !self.people {
            return sure("it holds values that a model gives each person, and no group");
        }
        let id = self.candidates.iter().find(|candidate| candidate.named == Named::Id);
        if let Some(id) = id {
            let alone = self.labels.iter().all(|at| *at == id.at) && self.all_numeric;
            let own = profiles.get(id.at).is_some_and(|profile| profile.distinct == profile.filled);
            if own && !self.people && !self.unsure && self.attributes && alone {
                return sure("an id of each row's own stands before attributes of a person");
            }
            if own && !self.people && alone && features.models == 0 {
                return perhaps("an id of each row's own stands before values, and no group");
            }
        }
        if let Some(words) = self.of_cells(features) {
            return sure(words);
        }
        if self.effects && self.group && !self.people {
            return perhaps("random effects of so many groups may be those of persons");
        }
        let summarised = features.aggregates() > 0 && features.compound == 0;
        let plain = summarised && !self.people && !features.total_label && !features.suppressed;
        if plain && !labelled && self.all_numeric && !self.sorted && self.numeric >= 2 {
            return perhaps("nothing names or counts the groups that its values would be of");
        }
        if plain
            && features.counts + features.models == 0
            && features.crossing.repeats > 0.5
            && self.labels.is_empty()
        {
            return perhaps("groups repeat, and nothing counts them");
        }
        None
    }

    /// What the cells of a column say of the person whose row it is, where nothing else labels the rows.
    fn of_cells(&self, features: &Features) -> Option<&'static str> {
        self.candidates.iter().filter(|candidate| candidate.seen > 0).find_map(|candidate| {
            let Candidate { at, seen, readings, lists, .. } = *candidate;
            let alone = !self.people && self.labels.iter().all(|label| *label == at);
            if alone && readings * 10 >= seen * 9 && features.aggregates() == 0 {
                return Some("cells hold a reading of one person each, such as a blood pressure");
            }
            let codes = lists * 3 >= seen && (lists + candidate.coded) * 10 >= seen * 9;
            (alone && codes && self.attributes)
                .then_some("cells list the codes of one person each, beside attributes")
        })
    }

    /// Whether a column is a key of persons.
    fn is_key(&self, candidate: &Candidate, profiles: &[Profile]) -> bool {
        let Candidate { named, numeric, seen, coded, persons, names, .. } = *candidate;
        let most = |part: u64| seen > 0 && part * 10 >= seen * 9;
        if most(persons) {
            return true;
        }
        match named {
            Named::Nothing | Named::Id => false,
            Named::Person | Named::Event if numeric => true,
            Named::Event => most(coded + persons),
            Named::Person => {
                let own = profiles.get(candidate.at).is_some_and(|profile| profile.distinct == profile.rows);
                most(coded + persons) || most(names) && own && !self.people
            }
        }
    }
}

/// What a header says that a key names: the word stands last, or before `id`, `number` and the like.
fn named(sketch: &Sketch, words: &[String]) -> Named {
    let summarised = matches!(
        sketch.meaning,
        Some(
            Meaning::Count
                | Meaning::Base
                | Meaning::Statistic
                | Meaning::Percentage
                | Meaning::Estimate
                | Meaning::StandardError
                | Meaning::PValue
                | Meaning::Bound
        )
    );
    let per = |word: &String| matches!(word.as_str(), "per" | "par" | "pro" | "je" | "by" | "for" | "pour");
    let of = |word: &String| matches!(word.as_str(), "of" | "de" | "du" | "van" | "von" | "des");
    let id = |word: &String| names::lists("id-words", word);
    let led = words.first().is_some_and(id);
    if summarised || words.iter().any(per) || words.iter().any(of) && !led {
        return Named::Nothing;
    }
    let numbered = |of: &str, number: &str| names::lists("id-of", of) && names::lists("key-numbers", number);
    match words {
        [only] if matches!(only.as_str(), "id" | "uid") => return Named::Id,
        [of, number] if numbered(of, number) => return Named::Id,
        _ => {}
    }
    let ends = |list: &str| {
        words.iter().enumerate().any(|(at, word)| {
            names::lists(list, word) && words.get(at + 1..).is_some_and(|after| after.iter().all(id))
        })
    };
    if ends("key-persons") {
        Named::Person
    } else if ends("key-events") {
        Named::Event
    } else {
        Named::Nothing
    }
}

/// Whether a header is that of a value which a model gives each person; a mean of these is one of a group.
fn is_worked_out(words: &[String]) -> bool {
    let mean = |word: &String| {
        matches!(
            word.as_str(),
            "mean" | "avg" | "average" | "median" | "gemiddelde" | "moyenne" | "mittelwert"
        )
    };
    let any = words.iter().any(|word| names::lists("worked-out", word));
    (any || names::lists("worked-out", &words.concat())) && !words.iter().any(mean)
}

/// What a label looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `pat001`: letters that name a person before a number.
    Person,
    /// `P001`, `12-0034-A`.
    Code,
    /// `Anna Example`.
    Name,
    /// `132/84`.
    Reading,
    /// `E11 I10 J45`.
    List,
}

fn form(label: &str) -> Option<Form> {
    let letters = label.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = label.len() - letters.len();
    let before = letters.trim_end_matches([' ', '_', '-', '.', '#']);
    let plain = before.chars().all(char::is_alphabetic);
    if digits > 0 && plain && !before.is_empty() {
        let person = names::words(before).iter().any(|word| names::lists("person-labels", word));
        return Some(if person { Form::Person } else { Form::Code });
    }
    if let Some((over, under)) = label.split_once('/')
        && let (Ok(over), Ok(under)) = (over.trim().parse::<u32>(), under.trim().parse::<u32>())
    {
        return (over > under && (60..=300).contains(&over) && (30..=200).contains(&under))
            .then_some(Form::Reading);
    }
    let code = |code: &str| {
        let digits = code.chars().filter(char::is_ascii_digit).count();
        (2..=8).contains(&code.len()) && digits > 0 && code.starts_with(|c: char| c.is_ascii_uppercase())
    };
    let mut listed = label.split([' ', ';', '|', ',']).filter(|part| !part.is_empty());
    if listed.clone().nth(1).is_some() && listed.all(code) {
        return Some(Form::List);
    }
    let counts = |told: fn(char) -> bool| label.chars().filter(|c| told(*c)).count();
    let (numbers, alphabetic) = (counts(|c| c.is_ascii_digit()), counts(char::is_alphabetic));
    let joined = label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'));
    if joined && numbers >= 2 && (alphabetic > 0 || label.starts_with('0') || numbers >= 7) {
        return Some(Form::Code);
    }
    let mut parts = label.split(' ');
    let upper = parts.all(|part| {
        let mut letters = part.chars();
        letters.next().is_some_and(char::is_uppercase) && letters.all(|c| c.is_alphabetic() || c == '-')
    });
    (upper && matches!(label.split(' ').count(), 2 | 3)).then_some(Form::Name)
}
