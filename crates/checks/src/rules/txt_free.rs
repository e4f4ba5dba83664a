//! TXT-FREE: a column, or the text around the tables, is free text.

use std::collections::HashSet;

use exeat_domain::finding::{Place, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::identifier::{FORMS, Reading, scan};
use crate::read::profile::Profile;
use crate::read::{Held, Read, TextLine, names};
use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::{Column, Role, Table};

rule! {
    /// ## What it looks for
    /// Running text: a column of over 20 different texts with four words or more on average, nearly each cell its own, and
    /// the same in the lines around the tables. It blocks where a text holds a name behind a title, an e-mail address or a
    /// telephone number. The labels of a table with counts or statistics are what its groups are called, and no free text.
    ///
    /// ## Why it matters
    /// Free text can hold names and stories that no check finds for certain.
    pub struct FreeText {
        id: "TXT-FREE", title: "free text", severities: [Block, Review], risk: None,
        fix: "Remove the text, or replace it by categories.",
    }
}

/// TXT-FREE takes no parameters.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

/// Different texts above which a column can be free text.
const DISTINCT: u64 = 20;
/// Words that its texts have on average.
const WORDS: u64 = 4;
/// Words of the texts that stand beside the labels of a table of groups, such as remarks.
const REMARKS: u64 = 10;
/// Forms of identifiers that make free text block.
const TELLING: [&str; 4] = ["email", "phone", "titled-name", "mobile-number"];

impl Check for FreeText {
    type Params = Params;
    type Evidence = Read;

    fn check(_: &Params, read: &Read) -> Judgement {
        let Held::Tables { tables, outside } = &read.held else { return Judgement::NotApplicable };
        let mut found = Findings::default();
        around(outside, &mut found);
        for table in tables {
            for (at, column) in table.columns.iter().enumerate() {
                let Some(profile) = table.profiles.get(at).filter(|profile| is_text(profile)) else {
                    continue;
                };
                if is_label(table, at, column, profile) {
                    continue;
                }
                let mut names = None;
                let read = table.each_row(|_, row| {
                    if names.is_none() {
                        names = told(row.text(at));
                    }
                });
                if let Err(error) = read {
                    return Judgement::Undecided(error.to_string());
                }
                say(&mut found, table.column(at), profile.distinct, names);
            }
        }
        Judgement::Decided(found)
    }
}

/// Whether a column holds running text, mostly unique.
fn is_text(profile: &Profile) -> bool {
    profile.texts > DISTINCT
        && profile.distinct > DISTINCT
        && profile.words >= WORDS * profile.texts
        && 2 * profile.texts > profile.filled
        && 10 * profile.distinct.min(profile.texts) >= 7 * profile.filled
}

/// Whether a column of texts names the groups of a table of counts or statistics.
fn is_label(table: &Table, at: usize, column: &Column, profile: &Profile) -> bool {
    if table.is_record_level() || !of_groups(table) || column.role == Role::FreeText {
        return false;
    }
    let first = table.profiles.iter().position(is_text) == Some(at);
    first || profile.words < REMARKS * profile.texts
}

/// Whether a table holds counts or statistics, beside the attributes that persons have too.
fn of_groups(table: &Table) -> bool {
    table.columns.iter().any(|column| {
        column.role.is_aggregate()
            && !matches!(names::meaning(&column.name), Some((names::Meaning::Attribute, _)))
    })
}

/// What a text says that leads to a person, by name.
fn told(text: &str) -> Option<&'static str> {
    let mut name = None;
    scan(text, &mut |sighting| {
        let form = FORMS.get(sighting.form).filter(|form| TELLING.contains(&form.name));
        if let (Reading::Valid, true, Some(form)) = (sighting.reading, sighting.telling, form) {
            name = name.or(Some(form.title));
        }
    });
    name
}

fn around(outside: &[TextLine], found: &mut Findings) {
    let texts: Vec<&TextLine> =
        outside.iter().filter(|line| line.text.chars().any(char::is_alphabetic)).collect();
    let distinct = texts.iter().map(|line| line.text.as_str()).collect::<HashSet<_>>().len();
    let words: usize = texts.iter().map(|line| line.text.split_whitespace().count()).sum();
    let enough = u64::try_from(distinct).unwrap_or(u64::MAX) > DISTINCT;
    let (Some(first), true) = (texts.first(), enough && 10 * distinct >= 7 * texts.len()) else { return };
    if words as u64 >= WORDS * texts.len() as u64 {
        let names = texts.iter().find_map(|line| told(&line.text));
        let place = Place { line: Some(first.line), ..Place::default() };
        say(found, place, distinct as u64, names);
    }
}

fn say(found: &mut Findings, place: Place, distinct: u64, names: Option<&str>) {
    match names {
        Some(form) => found.push(
            Severity::Block,
            place,
            format!("{distinct} different texts of several words, one of them with a {form}."),
        ),
        None => found.push(Severity::Review, place, format!("{distinct} different texts of several words.")),
    }
}

#[cfg(test)]
mod tests {
    use exeat_domain::finding::Severity::{self, Block, Review};

    use crate::{Input, Policy, Source, check};

    fn found(text: &str) -> Vec<(Severity, Option<String>, Option<u64>)> {
        let input = Input { path: "a.csv".into(), supporting: false, source: Source::Bytes(text.into()) };
        let report = check(vec![input], &Policy::preset("be-default").unwrap()).remove(0).report;
        let named = report.findings.into_iter().filter(|finding| finding.rule == "TXT-FREE");
        named.map(|finding| (finding.severity, finding.place.column, finding.place.line)).collect()
    }

    /// Rows of a table with remarks that are all different.
    fn remarks(rows: usize, words: &str) -> String {
        let each = (0..rows).map(|at| {
            format!("{},{} was seen {words} {}\n", 20 + at % 7, ["he", "she"][at % 2], at * 37 % 101)
        });
        format!("age,remark\n{}", each.collect::<String>())
    }

    #[test]
    fn remarks_are_found_and_labels_are_clear() {
        assert_eq!(
            found(include_str!("../../fixtures/txt-free/found.csv")),
            [(Review, Some("remark".into()), None)]
        );
        assert_eq!(found(include_str!("../../fixtures/txt-free/clear.csv")), []);
    }

    #[test]
    fn names_addresses_and_telephone_numbers_block() {
        for told in ["by Dr. Peeters at", "an@example.org wrote at", "call 0475/12.34.56 at"] {
            assert_eq!(found(&remarks(30, told)), [(Block, Some("remark".into()), None)], "{told}");
        }
    }

    #[test]
    fn few_short_or_recurring_texts_are_nothing() {
        assert_eq!(found(&remarks(20, "in the clinic at")), []);
        assert_eq!(found(&remarks(21, "in the clinic at")), [(Review, Some("remark".into()), None)]);
        let short: String = (0..40).map(|at| format!("{},word {at}\n", 20 + at % 7)).collect();
        assert_eq!(found(&format!("age,remark\n{short}")), []);
        let recurring: String =
            (0..60).map(|at| format!("{},he was seen here {}\n", 20 + at % 7, at % 22)).collect();
        assert_eq!(found(&format!("age,remark\n{recurring}")), []);
    }

    #[test]
    fn labels_of_counts_are_a_dimension_and_remarks_beside_them_are_not() {
        let labels: String =
            (0..40).map(|at| format!("persons with diagnosis number {at},{}\n", 100 + at)).collect();
        assert_eq!(found(&format!("diagnosis,count\n{labels}")), []);
        let prose = "he came late and told at length of a fall on the stairs on day";
        let both: String = (0..40)
            .map(|at| format!("persons with diagnosis number {at},{},{prose} {at}\n", 100 + at))
            .collect();
        assert_eq!(
            found(&format!("diagnosis,count,remark\n{both}")),
            [(Review, Some("remark".into()), None)]
        );
    }

    #[test]
    fn lines_around_the_table_are_read() {
        let notes: String =
            (0..25).map(|at| format!("# patient {at} came late and was sent home\n")).collect();
        let rows: String = (0..60).map(|at| format!("{at},{}\n", 100 + at)).collect();
        assert_eq!(found(&format!("{notes}group,count\n{rows}")), [(Review, None, Some(1))]);
        assert_eq!(found("# patients of one year and their groups\ngroup,count\na,120\nb,130\n"), []);
    }

    #[test]
    fn titles_in_small_letters_lead_to_persons_too() {
        for name in ["dr. jansen", "dr jansen", "mevr. de smet", "mme dubois", "dhr. peeters", "the nurse"] {
            let rows: String = ('a'..='z')
                .map(|c| format!("{c},the pain {c}{c} was seen by {name} in week {c}\n"))
                .collect();
            let severity = if name == "the nurse" { Review } else { Block };
            let found = found(&format!("key,remark\n{rows}"));
            assert!(
                found.iter().any(|(one, column, _)| *one == severity && column.as_deref() == Some("remark")),
                "{name} {found:?}"
            );
        }
    }
}
