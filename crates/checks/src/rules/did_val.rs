//! DID-VAL: cells, or text around a table, are identifiers by their check digits or their form.

use std::collections::{HashMap, HashSet};

use exeat_domain::finding::{Place, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::identifier::{Form, HEADER, LoneHit, Tally, Told, split};
use crate::read::profile::Profile;
use crate::read::record::RecordError;
use crate::read::{Held, Read, TextLine};
use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::{Table, shown};

rule! {
    /// ## What it looks for
    /// Belgian national and provider numbers, NHS numbers, BSN, NIR, KVNR, IBAN, card numbers, UUIDs, e-mail and IP
    /// addresses, telephone numbers, names behind a title, and hashes, in the cells of a table, its headers, the text
    /// around it and the file's name. Chance alone makes some large numbers valid, so a column blocks where far more of
    /// its different values are valid than chance gives (a probability below one in a million); rows are read in the
    /// same way, for tables on their side, and so is the table as a whole. Neighbouring columns of digits are joined, for a
    /// number may be cut into birth date, serial and check digits. A single hit in running text is for review
    /// where its punctuation or letters say what it is. Hashes block where they fill nine cells in ten, nearly each its own.
    ///
    /// ## Why it matters
    /// An identifier leads straight to the person, whatever the column is called.
    pub struct IdentifierValue {
        id: "DID-VAL", title: "values are identifiers", severities: [Block, Review], risk: None,
        fix: "Delete the values.",
    }
}

/// DID-VAL takes no parameters.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

impl Check for IdentifierValue {
    type Params = Params;
    type Evidence = Read;

    fn check(_: &Params, read: &Read) -> Judgement {
        let mut found = Findings::default();
        let name = read.path.rsplit(['/', '\\']).next().unwrap_or_default();
        one_text([(0, name)], &mut found, |_, text| Place { value: Some(shown(text)), ..Place::default() });
        if let Held::Tables { tables, outside } = &read.held {
            around(outside, &mut found);
            for table in tables {
                let survey = Survey::of(table).map(|survey| survey.report(&mut found));
                if let Err(error) = survey.and_then(|()| over_columns(table, &mut found)) {
                    return Judgement::Undecided(error.to_string());
                }
            }
        }
        Judgement::Decided(found)
    }
}

/// Looks for numbers that are cut over neighbouring columns.
fn over_columns(table: &Table, found: &mut Findings) -> Result<(), RecordError> {
    let part = |profile: &Profile| {
        profile.numbers == profile.whole && profile.numbers + profile.dates > 0 || profile.longest < 11
    };
    let columns: Vec<usize> =
        (0..table.columns.len()).filter(|at| table.profiles.get(*at).is_some_and(part)).collect();
    if columns.is_empty() {
        return Ok(());
    }
    let cells = first_cells(table, &columns)?;
    let cells: Vec<Vec<&str>> =
        cells.iter().map(|cells| cells.iter().map(String::as_str).collect()).collect();
    for (at, cells) in columns.iter().zip(&cells) {
        if let Some(told) = split::without_key(cells) {
            let message = format!(
                "{} of {} different beginnings of the values can be those of a {}.",
                told.valid, told.plausible, told.form.title
            );
            found.push(Severity::Block, table.column(*at), message);
        }
    }
    for joined in split::joined(&cells) {
        let names: Vec<String> = joined
            .columns
            .iter()
            .filter_map(|at| table.columns.get(*columns.get(*at)?))
            .map(|column| shown(&column.name))
            .collect();
        let message = format!(
            "The columns {} side by side make {} valid numbers of {}: {}.",
            names.join(", "),
            joined.valid,
            joined.plausible,
            joined.form.title
        );
        let first = joined.columns.first().and_then(|at| columns.get(*at)).copied().unwrap_or_default();
        found.push(
            Severity::Block,
            Place { value: Some(shown(&joined.first.1)), ..table.column(first) },
            message,
        );
    }
    Ok(())
}

/// The first cells of some columns.
fn first_cells(table: &Table, columns: &[usize]) -> Result<Vec<Vec<String>>, RecordError> {
    let rows = split::ROWS.min(MOST_CELLS / columns.len().max(1)).max(10) as u64;
    let mut body = table.body.clone();
    body.end = body.end.min(body.start + rows);
    let mut cells = vec![Vec::new(); columns.len()];
    body.each(|_, record| {
        for (cells, at) in cells.iter_mut().zip(columns) {
            cells.push(record.get(*at).to_owned());
        }
    })?;
    Ok(cells)
}

fn around(outside: &[TextLine], found: &mut Findings) {
    let lines = outside.iter().map(|line| (line.line, line.text.as_str()));
    one_text(lines, found, |line, text| Place {
        line: Some(line),
        value: Some(shown(text)),
        ..Place::default()
    });
}

/// Judges lines that belong together.
fn one_text<'a>(
    lines: impl IntoIterator<Item = (u64, &'a str)>,
    found: &mut Findings,
    place: impl Fn(u64, &str) -> Place,
) {
    let mut tally = Tally::default();
    for (at, line) in lines {
        tally.add(at, line);
    }
    let told = tally.told();
    if let Some((severity, message, (at, text))) = many(&told) {
        found.push(severity, place(at, text), message);
    }
    for hit in lone(&told) {
        found.push(Severity::Review, place(hit.at, &hit.text), looks_like(hit.form));
    }
}

fn looks_like(form: &Form) -> String {
    format!("This looks like one {}.", form.title)
}

/// What a tally says of many values together.
fn many(told: &Told) -> Option<(Severity, String, (u64, &str))> {
    match told {
        Told::Identifiers { form, valid, shaped, first } => {
            let rate = form.chance * 100.0;
            let message = format!(
                "{valid} of {shaped} different values of this form are valid: {}. Chance alone makes {rate:.2} % valid.",
                form.title
            );
            Some((Severity::Block, message, (first.0, &first.1)))
        }
        Told::Pseudonyms { near_unique, hashes, first } => {
            let (severity, each) = if *near_unique {
                (Severity::Block, ", nearly each its own")
            } else {
                (Severity::Review, "")
            };
            Some((
                severity,
                format!("{hashes} values are hashes{each}: pseudonyms are made so."),
                (first.0, &first.1),
            ))
        }
        Told::Hits(_) | Told::Nothing => None,
    }
}

fn lone(told: &Told) -> &[LoneHit] {
    match told {
        Told::Hits(hits) => hits,
        Told::Identifiers { .. } | Told::Pseudonyms { .. } | Told::Nothing => &[],
    }
}

/// The most cells that are looked at for numbers cut over columns.
const MOST_CELLS: usize = 200_000;
/// The most rows that are remembered as findings, or as being of a form's shape.
const MOST_ROWS: usize = 10_000;

/// A table's body, tallied along its columns, along its rows, and as a whole.
struct Survey<'a> {
    table: &'a Table,
    header: Tally,
    rows: Vec<(u64, Told)>,
    /// Rows that are of a form's shape: single hits in them are chance.
    shaped_rows: HashSet<(u64, &'static str)>,
}

impl<'a> Survey<'a> {
    fn of(table: &'a Table) -> Result<Self, RecordError> {
        let mut header = Tally::default();
        for (at, column) in table.columns.iter().enumerate() {
            header.add(at as u64, &column.name);
        }
        let mut survey = Self { table, header, rows: Vec::new(), shaped_rows: HashSet::new() };
        survey.along_rows()?;
        Ok(survey)
    }

    /// Looks along the rows in which several columns saw something valid, or one that tells what it is, for tables on their
    /// side; a table that is too large to be held is not on its side.
    fn along_rows(&mut self) -> Result<(), RecordError> {
        let mut seen: HashMap<u64, u32> = HashMap::new();
        for tally in &self.table.tallies {
            for &row in tally.valid() {
                *seen.entry(row).or_default() += 1;
            }
            for hit in lone(&tally.told()) {
                *seen.entry(hit.at).or_default() += 2;
            }
        }
        seen.retain(|row, times| *times >= 2 && *row != HEADER);
        if seen.is_empty() || !self.table.is_held() {
            return Ok(());
        }
        let (table, width) = (self.table, self.table.columns.len());
        let mut along = Tally::default();
        table.body.each(|row, record| {
            if seen.contains_key(&row) {
                for (at, cell) in record.fields().enumerate().take(width) {
                    along.add(at as u64, cell);
                }
                self.row(row, &along);
                along.clear();
            }
        })
    }

    fn row(&mut self, row: u64, along: &Tally) {
        if !along.is_plain() && self.rows.len() < MOST_ROWS && self.shaped_rows.len() < MOST_ROWS {
            self.shaped_rows.extend(along.shapes().map(|form| (row, form.name)));
            let told = along.told();
            if many(&told).is_some() {
                self.rows.push((row, told));
            }
        }
    }

    fn report(&self, found: &mut Findings) {
        let mut told_by_columns = Vec::new();
        let header = self.header.told();
        let mut any = self.say(&header, found, |at, _| self.table.column(column(at)));
        for (at, tally) in self.table.tallies.iter().enumerate() {
            let told = self.told(at, tally);
            any |= self.say(&told, found, |row, text| self.column_place(at, row, text));
            told_by_columns.push(told);
        }
        for (row, told) in
            self.rows.iter().filter(|(_, told)| !told_by_columns.iter().any(|other| same_kind(told, other)))
        {
            any |= self.say(told, found, |_, _| self.table.row(*row));
        }
        // Where a column tells nothing for its even steps, the whole would tell it all the same.
        let muted =
            self.table.tallies.iter().zip(&told_by_columns).any(|(tally, told)| tally.told() != *told);
        if !any && !muted {
            let width = self.table.columns.len() as u64;
            self.say(&Tally::union(&self.table.tallies).told(), found, |at, text| {
                self.table.cell(at / width, column(at % width), text)
            });
        }
        for hit in lone(&header) {
            let place = Place { value: Some(shown(&hit.text)), ..self.table.column(column(hit.at)) };
            found.push(Severity::Review, place, looks_like(hit.form));
        }
        for (at, told) in told_by_columns.iter().enumerate() {
            let in_body = lone(told)
                .iter()
                .filter(|hit| hit.at != HEADER && !self.shaped_rows.contains(&(hit.at, hit.form.name)));
            for hit in in_body {
                found.push(Severity::Review, self.table.cell(hit.at, at, &hit.text), looks_like(hit.form));
            }
        }
    }

    /// What a column tells. Numbers in even steps agree with a check digit in even steps, too.
    fn told(&self, column: usize, tally: &Tally) -> Told {
        let even = self.table.profiles.get(column).is_some_and(|profile| profile.even);
        match tally.told() {
            Told::Identifiers { valid, shaped, .. } if even && 2 * valid < shaped => Told::Nothing,
            told => told,
        }
    }

    /// Says what many values together tell, if they do.
    fn say(&self, told: &Told, found: &mut Findings, place: impl Fn(u64, &str) -> Place) -> bool {
        let Some((severity, message, (at, text))) = many(told) else { return false };
        found.push(severity, place(at, text), message);
        true
    }

    /// The column, or where it has no header the first cell that was found in it.
    fn column_place(&self, column: usize, row: u64, text: &str) -> Place {
        let named = self.table.columns.get(column).is_some_and(|column| !column.name.trim().is_empty());
        if named || row == HEADER { self.table.column(column) } else { self.table.cell(row, column, text) }
    }
}

fn column(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// Whether a row tells no more than a column did.
fn same_kind(row: &Told, column: &Told) -> bool {
    match (row, column) {
        (Told::Identifiers { form, .. }, Told::Identifiers { form: other, .. }) => form == other,
        (Told::Pseudonyms { .. }, Told::Pseudonyms { .. }) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use exeat_domain::finding::Severity::{Block, Review};
    use exeat_domain::finding::{Finding, Severity};

    use crate::{Input, Policy, Source, check};

    fn named(path: &str, text: &str) -> Vec<Finding> {
        let input = Input { path: path.into(), supporting: false, source: Source::Bytes(text.into()) };
        let report = check(vec![input], &Policy::preset("be-default").unwrap()).remove(0).report;
        report.findings.into_iter().filter(|finding| finding.rule == "DID-VAL").collect()
    }

    fn found(text: &str) -> Vec<(Severity, Option<String>, Option<[u64; 2]>)> {
        named("a.csv", text)
            .into_iter()
            .map(|finding| (finding.severity, finding.place.column, finding.place.cell))
            .collect()
    }

    const FIVE: [&str; 5] = ["85073003328", "17073003384", "98472899765", "01490700185", "85.07.30-033.28"];

    #[test]
    fn a_column_of_identifiers_blocks_and_one_of_counts_is_clear() {
        assert_eq!(
            found(include_str!("../../fixtures/did-val/found.csv")),
            [(Block, Some("x".into()), None)]
        );
        assert_eq!(found(include_str!("../../fixtures/did-val/clear.csv")), []);
    }

    #[test]
    fn a_number_cut_over_columns_blocks() {
        let cut = |number: &str| format!("{},{},{}", &number[..6], &number[6..9], &number[9..]);
        let rows: String = FIVE[..4].iter().map(|number| format!("F,{}\n", cut(number))).collect();
        let findings = named("a.csv", &format!("sex,birth,serial,check\n{rows}"));
        let places: Vec<_> =
            findings.iter().map(|finding| (finding.severity, finding.place.column.as_deref())).collect();
        assert_eq!(places, [(Block, Some("birth"))], "{findings:?}");
    }

    #[test]
    fn tables_on_their_side_and_without_a_header_are_read() {
        let row = format!("person,{}\nage,40,41,42,43,44\n", FIVE.join(","));
        assert!(found(&row).iter().any(|(severity, ..)| *severity == Block), "{:?}", found(&row));
        let sideways = format!("variable,a,b,c,d,e\nnumber,{}\nage,40,41,42,43,44\n", FIVE.join(","));
        assert_eq!(
            named("a.csv", &sideways)
                .iter()
                .map(|finding| (finding.severity, finding.place.row))
                .collect::<Vec<_>>(),
            [(Block, Some(0))]
        );
        let bare: String = FIVE[..4].iter().map(|number| format!("{number},F,1\n")).collect();
        assert!(found(&bare).iter().any(|(severity, ..)| *severity == Block));
    }

    #[test]
    fn a_grid_is_read_as_a_whole() {
        let grid = format!("a,b\n{},{}\n{},{}\n", FIVE[0], FIVE[1], FIVE[2], FIVE[3]);
        assert_eq!(found(&grid), [(Block, Some("a".into()), Some([0, 0]))]);
    }

    #[test]
    fn a_lone_hit_is_for_review_where_it_tells_what_it_is() {
        let text = "note,count\npatient 85.07.30-033.28 was left out,120\nnothing to say,130\nseen 85073003328 times,140\n";
        assert_eq!(found(text), [(Review, Some("note".into()), Some([0, 0]))]);
    }

    #[test]
    fn file_names_and_notes_are_read() {
        let table = "group,count\na,120\nb,130\n";
        assert_eq!(named("85073003328.csv", table), []);
        let finding = named("dir/85.07.30-033.28.csv", table).remove(0);
        assert_eq!((finding.severity, finding.place.value.as_deref()), (Review, Some("85.07.30-033.28")));
        let noted = format!("# asked by an@example.org\n{table}");
        assert_eq!(
            named("a.csv", &noted).iter().map(|finding| finding.severity).collect::<Vec<_>>(),
            [Review]
        );
    }

    #[test]
    fn pseudonyms_block() {
        let rows: String = (0..20_u32)
            .map(|at| format!("{:0>32},120\n", format!("{:x}f", at * 7919 + 10_000_019)))
            .collect();
        assert_eq!(found(&format!("who,count\n{rows}")), [(Block, Some("who".into()), None)]);
    }
}
