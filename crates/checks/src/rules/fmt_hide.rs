//! FMT-HIDE: a file carries what its reader does not see.

mod picture;

use exeat_domain::finding::{Place, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::oddity::{Oddity, oddity};
use crate::read::record::RecordError;
use crate::read::{Held, Read};
use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::{Table, shown};

rule! {
    /// ## What it looks for
    /// In tables and the text around them, in headers and the file's name: characters that take no place on the page or turn
    /// the direction of reading, long cells of base64 or hexadecimal code, cells that a spreadsheet takes for a formula
    /// (`=`, `+`, `-` or `@` before anything but a number or a blank), blanks or tabs in empty columns at the end of the
    /// lines, and, for review, digits of other scripts. In pictures: bytes behind the end, further frames, the place where it
    /// was taken, thumbnails, scripts, foreign content and words that are not drawn block; other metadata block where they
    /// hold words of their own, and are for review where what they hold cannot be told. What programs write by themselves
    /// (their name, the date, a colour profile) is nothing.
    ///
    /// ## Why it matters
    /// Metadata, hidden layers and invisible characters leave with a file, and no reader notices them. A formula runs on the
    /// computer of whoever opens the table.
    pub struct Hidden {
        id: "FMT-HIDE", title: "something that cannot be seen", severities: [Block, Review], risk: None,
        fix: "Strip the metadata and save again; let no cell begin with =, +, - or @, and remove invisible characters.",
    }
}

/// FMT-HIDE takes no parameters.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

impl Check for Hidden {
    type Params = Params;
    type Evidence = Read;

    fn check(_: &Params, read: &Read) -> Judgement {
        let mut found = Findings::default();
        let name = read.path.rsplit(['/', '\\']).next().unwrap_or_default();
        if let Some(oddity @ (Oddity::Unseen(_) | Oddity::Direction(_))) = oddity(name) {
            let place = Place { value: Some(shown(name)), ..Place::default() };
            found.push(Severity::Block, place, format!("The file's name {}.", oddity.says()));
        }
        match &read.held {
            Held::Picture(seen) => picture::judge(seen, &mut found),
            Held::Tables { tables, outside } => {
                for line in outside {
                    say(&line.text, &mut found, |value| Place {
                        line: Some(line.line),
                        value,
                        ..Place::default()
                    });
                }
                for judged in tables.iter().map(|table| cells(table, &mut found)) {
                    if let Err(error) = judged {
                        return Judgement::Undecided(error.to_string());
                    }
                }
            }
            Held::Refused { .. } | Held::Undecided { .. } | Held::Unread { .. } if found.is_empty() => {
                return Judgement::NotApplicable;
            }
            Held::Refused { .. } | Held::Undecided { .. } | Held::Unread { .. } => {}
        }
        Judgement::Decided(found)
    }
}

/// Judges the headers and the cells of a table.
fn cells(table: &Table, found: &mut Findings) -> Result<(), RecordError> {
    for (at, column) in table.columns.iter().enumerate() {
        say(&column.name, found, |value| Place { value, ..table.column(at) });
    }
    let odd: Vec<usize> = (0..table.columns.len())
        .filter(|at| table.profiles.get(*at).is_some_and(|profile| profile.odd))
        .collect();
    if !odd.is_empty() {
        let mut foreign = vec![false; odd.len()];
        table.each_row(|row, cells| {
            for (&at, foreign) in odd.iter().zip(&mut foreign) {
                let cell = cells.text(at);
                match oddity(cell) {
                    None => {}
                    // One finding a column: its digits are all written so.
                    Some(Oddity::Digits) if *foreign => {}
                    Some(oddity) => {
                        *foreign |= matches!(oddity, Oddity::Digits);
                        let message = format!("The cell {}.", oddity.says());
                        found.push(oddity.severity(), table.cell(row, at, cell), message);
                    }
                }
            }
        })?;
    }
    padding(table, found)
}

/// Blanks and tabs in columns at the end of the lines that hold nothing else.
fn padding(table: &Table, found: &mut Findings) -> Result<(), RecordError> {
    let empty = |at: &usize| {
        table.columns[*at].name.is_empty()
            && table.profiles.get(*at).is_some_and(|profile| profile.filled == 0)
    };
    let width = table.columns.len();
    let first = width - (0..width).rev().take_while(empty).count();
    if first == width || first == 0 {
        return Ok(());
    }
    let (mut rows, mut at_first) = (0_u64, None);
    table.body.each(|row, record| {
        if (first..record.len()).any(|at| !record.raw(at).is_empty()) {
            rows += 1;
            at_first = at_first.or(Some(row));
        }
    })?;
    if let Some(row) = at_first {
        let message = match rows {
            1 => "1 row holds blanks or tabs in empty columns at the end of the line.".to_owned(),
            _ => format!("{rows} rows hold blanks or tabs in empty columns at the end of the line."),
        };
        found.push(Severity::Block, Place { row: Some(row), ..table.whole() }, message);
    }
    Ok(())
}

/// Says what is odd in a text that is no cell of a body.
fn say(words: &str, found: &mut Findings, place: impl Fn(Option<String>) -> Place) {
    if let Some(oddity) = oddity(words) {
        let message = format!("The text {}.", oddity.says());
        found.push(oddity.severity(), place(Some(shown(words))), message);
    }
}

#[cfg(test)]
mod tests {
    use exeat_domain::finding::Severity::{self, Block, Review};

    use crate::{Input, Policy, Source, check};

    fn named(path: &str, text: &str) -> Vec<(Severity, Option<[u64; 2]>, Option<u64>)> {
        let input = Input { path: path.into(), supporting: false, source: Source::Bytes(text.into()) };
        let report = check(vec![input], &Policy::preset("be-default").unwrap()).remove(0).report;
        let named = report.findings.into_iter().filter(|finding| finding.rule == "FMT-HIDE");
        named.map(|finding| (finding.severity, finding.place.cell, finding.place.line)).collect()
    }

    fn found(text: &str) -> Vec<(Severity, Option<[u64; 2]>, Option<u64>)> {
        named("a.csv", text)
    }

    #[test]
    fn what_is_not_seen_is_found() {
        assert_eq!(
            found(include_str!("../../fixtures/fmt-hide/found.csv")),
            [(Block, Some([1, 0]), None), (Block, Some([3, 0]), None)]
        );
        assert_eq!(found(include_str!("../../fixtures/fmt-hide/clear.csv")), []);
    }

    #[test]
    fn headers_lines_and_names_are_read() {
        assert_eq!(found("gr\u{200b}oup,n\na,120\nb,130\n"), [(Block, None, None)]);
        assert_eq!(found("# see \u{202e}below\ngroup,n\na,120\nb,130\n"), [(Block, None, Some(1))]);
        assert_eq!(named("a\u{202e}gpj.csv", "group,n\na,120\nb,130\n"), [(Block, None, None)]);
    }

    #[test]
    fn digits_of_other_scripts_are_for_review_once_a_column() {
        assert_eq!(found("group,n\na,١٢٠\nb,١٣٠\n"), [(Review, Some([0, 1]), None)]);
    }

    #[test]
    fn blanks_in_empty_columns_at_the_end_are_found() {
        assert_eq!(found("group,n,\na,120,\nb,130,\n"), []);
        assert_eq!(found("group,n,,\na,120, ,\t\nb,130,,\n"), [(Block, None, None)]);
    }

    #[test]
    fn code_blocks() {
        let code = "aGVsbG8gd29ybGQsIHRoaXMgaXMgYSBsb25nIHRleHQgaW4gYmFzZTY0LCBhbmQgaXQgZ29lcyBvbg==";
        assert_eq!(found(&format!("group,n\na,120\n{code},130\n")), [(Block, Some([1, 0]), None)]);
    }
}
