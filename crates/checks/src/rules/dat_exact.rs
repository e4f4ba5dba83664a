//! DAT-EXACT: full dates that can point to a person.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use exeat_domain::finding::{Place, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::band::people;
use crate::cells::Row;
use crate::read::record::RecordError;
use crate::read::value::Value;
use crate::read::{Held, Read, TextLine, dates, names, persons};
use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::{Role, Table, shown};

rule! {
    /// ## What it looks for
    /// Full dates, of whatever print. In a file with a row a person they block. In a table of groups they are for review
    /// where the count of the same row, or of the column that a date heads, is from 1 to `threshold - 1`. Dates that step
    /// evenly (days, weeks, the same day of each month) are periods, and so is a series with few gaps. A date outside the
    /// table is that of a run or an extraction, unless the line tells it of a person or of few.
    ///
    /// ## Why it matters
    /// The day of a birth, an admission or a death is often enough to recognise someone.
    pub struct ExactDate {
        id: "DAT-EXACT", title: "exact dates", severities: [Block, Review], risk: None,
        fix: "Use the month or the year.",
    }
}

/// What a policy sets under `[rules.DAT-EXACT]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Smallest count of people whose date may leave.
    threshold: NonZeroU32,
}

impl Check for ExactDate {
    type Params = Params;
    type Evidence = Read;

    fn check(params: &Params, read: &Read) -> Judgement {
        let Held::Tables { tables, outside } = &read.held else { return Judgement::NotApplicable };
        let mut found = Findings::default();
        for line in outside {
            if let Some(text) = of_a_person(&line.text, params) {
                said_outside(line, text, &mut found);
            }
        }
        for table in tables {
            let judged = if table.is_record_level() {
                of_records(table, Severity::Block, &mut found)
            } else if may_be_records(table) {
                of_records(table, Severity::Review, &mut found)
            } else {
                of_groups(params, table, &mut found)
            };
            if let Err(error) = judged {
                return Judgement::Undecided(error.to_string());
            }
        }
        Judgement::Decided(found)
    }
}

/// The days of one column.
#[derive(Default)]
struct Days {
    column: usize,
    /// Its header says that its numbers are days as a spreadsheet counts them.
    serial: bool,
    /// Cells that name a day.
    cells: u64,
    days: BTreeSet<i64>,
    first: Option<(u64, String)>,
}

/// Different days of a column that are kept; more of them are no series of persons that must be looked at one by one.
const DAYS: usize = 100_000;

/// Rows of persons that are looked at first.
const FIRST: u64 = 500;

/// Columns that may hold full dates, with those that they hold in so many rows.
fn columns(table: &Table, rows: u64) -> Result<Vec<Days>, RecordError> {
    let can = |at: usize| {
        let profile = table.profiles.get(at)?;
        let whole = profile.whole > 0 && profile.whole == profile.numbers;
        let within = |least: f64, most: f64| whole && profile.min >= least && profile.max <= most;
        let serial = within(18_264.0, 65_745.0) && says_date(table, at);
        (profile.dates > 0 || serial || within(18_000_101.0, 22_001_231.0)).then_some(Days {
            column: at,
            serial,
            ..Days::default()
        })
    };
    let mut all: Vec<Days> = (0..table.columns.len()).filter_map(can).collect();
    if all.is_empty() {
        return Ok(all);
    }
    table.each_row_of(rows, |row, cells| {
        for of in &mut all {
            if let Some(day) = of.day(cells) {
                of.cells += 1;
                if of.days.len() < DAYS {
                    of.days.insert(day);
                }
                if of.first.is_none() {
                    of.first = Some((row, cells.text(of.column).to_owned()));
                }
            }
        }
    })?;
    all.retain(|of| {
        // A few eight-digit numbers that can be dates are numbers.
        let profile = &table.profiles[of.column];
        of.cells > 0 && (profile.dates > 0 || of.cells == profile.numbers.min(rows) && of.cells >= 3)
    });
    Ok(all)
}

/// Whether a header says that a column holds dates.
fn says_date(table: &Table, at: usize) -> bool {
    let words = table.columns.get(at).map(|column| names::words(&column.name)).unwrap_or_default();
    words.iter().any(|word| matches!(word.as_str(), "date" | "datum" | "data" | "dat" | "dates" | "dob"))
        || words.iter().any(|word| word.len() > 6 && (word.ends_with("date") || word.ends_with("datum")))
}

impl Days {
    /// The day that a cell of the column names.
    fn day(&self, cells: &Row<'_>) -> Option<i64> {
        match cells.value(self.column) {
            Value::Date => dates::day(cells.text(self.column)),
            Value::Number(number) if self.serial => dates::serial(number.value),
            Value::Number(number) => dates::digits(number.value),
            _ => None,
        }
    }

    /// Whether all rows have one date.
    fn is_constant(&self, table: &Table) -> bool {
        self.days.len() == 1 && self.cells > 1 && self.cells == table.rows
    }

    fn are_periods(&self) -> bool {
        dates::are_periods(&self.days.iter().copied().collect::<Vec<_>>())
    }
}

/// Whether REC-LEVEL shows a table to a person: its dates are shown too. The dates of a table of counts are those of groups.
fn may_be_records(table: &Table) -> bool {
    table.rows >= persons::LEAST_ROWS
        && table.likeness.score >= persons::weights().1
        && !table.has_aggregates()
}

/// Dates in a file with a row a person or event. The first rows tell, unless one of them is not enough to.
fn of_records(table: &Table, severity: Severity, found: &mut Findings) -> Result<(), RecordError> {
    let mut dated = columns(table, FIRST)?;
    let held = table.profiles.iter().filter(|profile| profile.dates > 0).count();
    if table.rows > FIRST && (dated.len() < held || dated.iter().any(|of| of.days.len() < 2)) {
        dated = columns(table, u64::MAX)?;
    }
    for of in dated {
        let Some((row, text)) = &of.first else { continue };
        // One date in all rows is that of the extraction; a series of days is one of groups, where the rows may be.
        let series = severity == Severity::Review && of.are_periods();
        if !of.is_constant(table) && !series {
            let place = Place { value: Some(shown(text)), row: Some(*row), ..table.column(of.column) };
            let all = of.cells.max(table.profiles.get(of.column).map_or(0, |profile| profile.dates));
            let message = match all {
                1 => "1 row holds a full date, a row a person or event.".to_owned(),
                _ => format!("{all} rows hold a full date, a row a person or event."),
            };
            found.push(severity, place, message);
        }
    }
    Ok(())
}

/// Dates in a table of groups: those of few people.
fn of_groups(params: &Params, table: &Table, found: &mut Findings) -> Result<(), RecordError> {
    let counts: Vec<usize> = (0..table.columns.len())
        .filter(|&at| {
            matches!(table.columns[at].role, Role::Count | Role::Base)
                && names::counts_things(&table.columns[at].name).is_none()
                && !says_date(table, at)
                && !table.statistic_rows
        })
        .collect();
    if counts.is_empty() {
        return Ok(());
    }
    headed(params, table, &counts, found)?;
    let mut dated = columns(table, u64::MAX)?;
    // One date in all rows is that of the whole table.
    dated.retain(|of| !of.are_periods() && !of.is_constant(table) && !counts.contains(&of.column));
    if dated.is_empty() {
        return Ok(());
    }
    table.each_row(|row, cells| {
        let least = counts.iter().filter_map(|at| small(params, cells.value(*at))).min();
        let Some(count) = least else { return };
        for of in &dated {
            let text = cells.text(of.column);
            if of.day(cells).is_some() {
                let message = format!("The date is that of {}.", people(count));
                found.push(Severity::Review, table.cell(row, of.column, text), message);
            }
        }
    })
}

/// Dates that head columns of counts and are no series.
fn headed(params: &Params, table: &Table, counts: &[usize], found: &mut Findings) -> Result<(), RecordError> {
    let dated: Vec<(usize, i64)> =
        counts.iter().filter_map(|at| Some((*at, dates::day(&table.columns[*at].name)?))).collect();
    let days: BTreeSet<i64> = dated.iter().map(|(_, day)| *day).collect();
    if dated.is_empty() || dates::are_periods(&days.into_iter().collect::<Vec<_>>()) {
        return Ok(());
    }
    let mut least: Vec<Option<u64>> = vec![None; dated.len()];
    table.each_row(|_, cells| {
        for ((at, _), least) in dated.iter().zip(&mut least) {
            if let Some(count) = small(params, cells.value(*at)) {
                *least = Some(least.map_or(count, |other| other.min(count)));
            }
        }
    })?;
    for ((at, _), least) in dated.iter().zip(least) {
        if let Some(count) = least {
            let message = format!("The date that heads the column is that of {}.", people(count));
            found.push(Severity::Review, table.column(*at), message);
        }
    }
    Ok(())
}

/// The count of a cell, if it is small.
fn small(params: &Params, value: Value) -> Option<u64> {
    let (Value::Number(number) | Value::CountWith(number) | Value::OutOf(number, _)) = value else {
        return None;
    };
    number.count().filter(|count| (1..u64::from(params.threshold.get())).contains(count))
}

/// The date in a line that tells it of a person, or of few.
fn of_a_person<'a>(line: &'a str, params: &Params) -> Option<&'a str> {
    let date = date_within(line)?;
    let around = line.replacen(date, " ", 1);
    let words = names::words(&around);
    let small = |word: &str| number(word).is_some_and(|count| (1..params.threshold.get()).contains(&count));
    let few = words.windows(2).any(|pair| {
        let people = names::lists("people", &pair[1]) || names::lists("persons", &pair[1]);
        small(&pair[0]) && people || pair[0] == "n" && small(&pair[1])
    });
    let one = words.iter().any(|word| names::lists("persons", word) || word == "case")
        && words.iter().any(|word| TELLS.contains(&word.as_str()));
    (few || one).then_some(date)
}

/// A small number, in digits or in words.
fn number(word: &str) -> Option<u32> {
    const WORDS: [&str; 9] = [
        "one een un une ein eine",
        "two twee deux zwei",
        "three drie trois drei",
        "four vier quatre",
        "five vijf cinq funf",
        "six zes sechs",
        "seven zeven sept sieben",
        "eight acht huit",
        "nine negen neuf neun",
    ];
    let named = || WORDS.iter().position(|names| names.split(' ').any(|name| name == word));
    word.parse().ok().or_else(|| u32::try_from(named()? + 1).ok())
}

/// Words that tell what happened to a person on a day.
const TELLS: [&str; 27] = [
    "born",
    "died",
    "admitted",
    "discharged",
    "diagnosed",
    "deceased",
    "transferred",
    "overleden",
    "geboren",
    "opgenomen",
    "ontslagen",
    "decede",
    "decedee",
    "ne",
    "nee",
    "admis",
    "admise",
    "hospitalised",
    "hospitalized",
    "hospitalise",
    "hospitalisee",
    "gestorven",
    "gediagnosticeerd",
    "gediagnosticeerde",
    "diagnostique",
    "diagnostiquee",
    "sorti",
];

/// The first full date in a line.
fn date_within(line: &str) -> Option<&str> {
    if !line.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let starts: Vec<usize> = std::iter::once(0)
        .chain(line.match_indices([' ', '(', ':', ',']).map(|(at, _)| at + 1))
        .filter(|at| line.is_char_boundary(*at))
        .collect();
    // What is one word is sought first: "on 2021-03-14 (n" is more than a date.
    for words in [1, 3] {
        for &start in &starts {
            let rest = &line[start..];
            let end = rest.match_indices(' ').nth(words - 1).map_or(rest.len(), |(at, _)| at);
            let text = rest[..end].trim_end_matches(['.', ',', ';', ')', ':']);
            if dates::day(text).is_some() {
                return Some(text);
            }
        }
    }
    None
}

fn said_outside(line: &TextLine, text: &str, found: &mut Findings) {
    let place = Place { line: Some(line.line), value: Some(shown(text)), ..Place::default() };
    found.push(Severity::Review, place, "The line tells the day of what happened to one person, or to few.");
}

#[cfg(test)]
mod tests {
    use exeat_domain::finding::Severity::{self, Block, Review};

    use crate::{Input, Policy, Source, check};

    fn found(text: &str) -> Vec<(Severity, Option<String>, Option<[u64; 2]>)> {
        let input = Input { path: "a.csv".into(), supporting: false, source: Source::Bytes(text.into()) };
        let report = check(vec![input], &Policy::preset("be-default").unwrap()).remove(0).report;
        let named = report.findings.into_iter().filter(|finding| finding.rule == "DAT-EXACT");
        named.map(|finding| (finding.severity, finding.place.column, finding.place.cell)).collect()
    }

    #[test]
    fn dates_of_records_block_and_those_of_a_series_are_clear() {
        assert_eq!(
            found(include_str!("../../fixtures/dat-exact/found.csv")),
            [(Block, Some("admitted".into()), None)]
        );
        assert_eq!(found(include_str!("../../fixtures/dat-exact/clear.csv")), []);
    }

    #[test]
    fn dates_of_few_people_are_for_review() {
        let table = "event,date,n\nfire,2020-03-07,4\nflood,2020-05-19,120\nstorm,2020-11-02,9\nstrike,2021-01-15,10\n";
        assert_eq!(
            found(table),
            [(Review, Some("date".into()), Some([0, 1])), (Review, Some("date".into()), Some([2, 1]))]
        );
        let none = "event,date,rate\nfire,2020-03-07,4.5\nflood,2020-05-19,1.2\nstorm,2020-11-02,9.1\n";
        assert_eq!(found(none), []);
    }

    #[test]
    fn one_person_is_told_as_one() {
        let table = "event,date,n\nfire,2020-03-07,1\nflood,2020-05-19,120\nstorm,2020-11-02,9\n";
        let input = Input { path: "a.csv".into(), supporting: false, source: Source::Bytes(table.into()) };
        let report = check(vec![input], &Policy::preset("be-default").unwrap()).remove(0).report;
        let named = report.findings.into_iter().filter(|finding| finding.rule == "DAT-EXACT");
        let messages: Vec<String> = named.map(|finding| finding.message).collect();
        assert_eq!(messages, ["The date is that of 1 person.", "The date is that of 9 people."]);
    }

    #[test]
    fn even_steps_are_periods_whatever_their_counts() {
        for step in [1, 7] {
            let rows: String = (1..=4).map(|at| format!("2020-03-{:02},{}\n", at * step, at)).collect();
            assert_eq!(found(&format!("date,n\n{rows}")), [], "{step}");
        }
        let months: String = (1..=9).map(|at| format!("01/{at:02}/2020,{at}\n")).collect();
        assert_eq!(found(&format!("month,n\n{months}")), []);
        assert_eq!(found("week,n\n2020W12,3\n2020W15,4\n2020W33,5\n"), []);
    }

    #[test]
    fn dates_that_head_columns_are_judged_by_their_counts() {
        let table = "area,2020-03-07,2020-05-19,2020-11-02\nA,120,4,300\nB,110,90,200\n";
        assert_eq!(found(table), [(Review, Some("2020-05-19".into()), None)]);
        assert_eq!(found("area,2020-03-07,2020-03-08,2020-03-09\nA,120,4,300\nB,110,90,200\n"), []);
    }

    #[test]
    fn a_date_outside_is_that_of_a_run_unless_it_is_a_persons() {
        let table = "group,n\na,120\nb,130\n";
        for line in [
            "# extracted on 2023-06-18",
            "# run 18/06/2023 10:31:05, all patients registered on 1 March 2020",
        ] {
            assert_eq!(found(&format!("{line}\n{table}")), [], "{line}");
        }
        for line in ["# 3 patients were moved on 2023-06-18", "# one patient died on 18 June 2023."] {
            assert_eq!(found(&format!("{line}\n{table}")), [(Review, None, None)], "{line}");
        }
    }

    #[test]
    fn dates_in_notes_are_those_of_few_where_the_note_says_so() {
        let table = "group;n\na;120\nb;130\n";
        for line in [
            "# Opname op 14/03/2021 (n = 3)",
            "# Opname op 14 maart 2021 (n=3)",
            "# Drie patiënten opgenomen op 14/03/2021",
            "# Admission le 14 août 2021 (n = 3)",
            "# Deux patients admis le 1er mars 2021",
            "# one death on 2021-03-14T10:05:00 (n = 1)",
        ] {
            assert_eq!(found(&format!("{line}\n{table}")), [(Review, None, None)], "{line}");
        }
        for line in
            ["# Opname op 14/03/2021 (n = 300)", "# Extractie op 14 maart 2021", "# Extrait le 1er mars 2021"]
        {
            assert_eq!(found(&format!("{line}\n{table}")), [], "{line}");
        }
    }

    #[test]
    fn each_date_of_a_row_is_found_in_whatever_print() {
        let rows = |first: [&str; 4], last: [&str; 4]| {
            let line = |(at, n): (usize, u32)| format!("w{at};{};{};{n}\n", first[at], last[at]);
            let body: String = [4, 120, 130, 140].into_iter().enumerate().map(line).collect();
            found(&format!("afdeling;eerste datum;laatste datum;aantal\n{body}"))
        };
        let both = [
            (Review, Some("eerste datum".into()), Some([0, 1])),
            (Review, Some("laatste datum".into()), Some([0, 2])),
        ];
        let iso = ["2021-03-07", "2021-05-19", "2021-06-01", "2021-11-02"];
        for first in [
            iso,
            ["7 maart 2021", "19 mei 2021", "1 juni 2021", "2 november 2021"],
            ["7 mars 2021", "19 mai 2021", "1er juin 2021", "2 novembre 2021"],
            ["2021-W09-7", "2021-W20-3", "2021-W22-2", "2021-W44-2"],
            ["07/03/2021 10:05", "19/05/2021 11:00", "01/06/2021 08:15", "02/11/2021 23:59"],
            ["44262", "44335", "44348", "44502"],
        ] {
            assert_eq!(rows(first, iso), both, "{first:?}");
        }
        // Numbers of five digits are no days where no header says so.
        assert_eq!(found("ward,cost,n\na,44262,4\nb,44335,120\nc,44348,130\n"), []);
    }

    #[test]
    fn dates_of_rows_that_may_be_persons_are_for_review() {
        let months =
            ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre"];
        let rows: String = (0..30)
            .map(|at| {
                format!(
                    "{};{} {} 2021;{}\n",
                    1000 + at * 7,
                    at * 13 % 28 + 1,
                    months[at * 3 % 10],
                    ["M", "F"][at % 2]
                )
            })
            .collect();
        let found = found(&format!("id;entrée;sexe\n{rows}"));
        assert!(
            matches!(found.as_slice(), [(Block | Review, Some(column), None)] if column == "entrée"),
            "{found:?}"
        );
    }

    #[test]
    fn one_date_in_all_rows_and_numbers_that_can_be_dates_are_nothing() {
        assert_eq!(found("group,run,n\na,2020-03-07,120\nb,2020-03-07,130\n"), []);
        assert_eq!(found("group,cost,n\na,20200307,120\nb,19350212,13\nc,88812345,5\n"), []);
        assert_eq!(found("date,n\n"), []);
    }
}
