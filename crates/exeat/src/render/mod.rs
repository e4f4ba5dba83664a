//! A file's report as text: its verdict, its table, and what each rule found, shown where it was found.

mod excerpt;
mod findings;
mod look;
mod place;

use std::collections::{BTreeMap, BTreeSet};

use exeat_checks::read::{self, View};
use exeat_checks::{Policy, Role, Source};
use exeat_desk::document::Window;
use exeat_domain::finding::{Claim, FileReport, TableSummary};

pub(crate) use findings::{Explained, section};
pub(crate) use look::{Look, Tone, cut, sign, width};

use crate::words;

/// Rows of a table that are read again at most to show a finding; one that lies deeper is told in words.
const DEEPEST: u64 = 200_000;
/// Columns that one text of another checker's claim may take.
const CLAIM: usize = 160;
/// What stands before everything in a heading that is not its sign.
const INDENT: &str = "           ";

/// What is known of a file besides its report.
#[derive(Debug, Default)]
pub(crate) struct Content {
    /// Its tables, as far as findings are shown.
    pub(crate) tables: Vec<Part>,
    /// Width and height of a picture, in pixels.
    pub(crate) pixels: Option<(u32, u32)>,
}

/// The rows of a table that are shown.
#[derive(Debug)]
pub(crate) struct Part {
    /// Which table of the file, from 0.
    index: u32,
    /// Whether the file holds several.
    one_of_several: bool,
    /// Each column's header, and whether it holds labels.
    columns: Vec<(String, bool)>,
    /// The rows, by their number.
    rows: BTreeMap<u64, Vec<String>>,
}

impl From<View> for Part {
    fn from(view: View) -> Self {
        let View { table, rows } = view;
        let columns = table.columns.into_iter().map(|column| (column.name, is_label(column.role.name())));
        Self {
            index: table.index,
            one_of_several: table.one_of_several,
            columns: columns.collect(),
            rows: (0..).zip(rows).collect(),
        }
    }
}

impl Part {
    /// The first window of a table.
    fn of(window: Window) -> Self {
        let columns = window.columns.into_iter().map(|column| (column.name, is_label(&column.role)));
        Self {
            index: u32::try_from(window.table).unwrap_or(u32::MAX),
            one_of_several: window.tables > 1,
            columns: columns.collect(),
            rows: window.rows.into_iter().map(|row| (row.number, row.cells)).collect(),
        }
    }
}

/// Whether a column of this role holds labels.
fn is_label(role: &str) -> bool {
    [Role::Dimension, Role::Period, Role::Term].into_iter().any(|label| label.name() == role)
}

impl Content {
    /// What the findings of `report` need to be shown, of windows of the file's tables: `look` gives one, from a row on.
    ///
    /// # Errors
    /// What `look` says.
    pub(crate) fn looked_up<E>(
        report: &FileReport,
        mut look: impl FnMut(u32, u64, usize) -> Result<Option<Window>, E>,
    ) -> Result<Self, E> {
        let mut tables: Vec<Part> = vec![];
        for (table, rows) in findings::wanted(report) {
            for (from, count) in runs(&rows) {
                let Some(window) = look(table, from, count)? else { continue };
                let part = Part::of(window);
                match tables.iter_mut().find(|known| known.index == table) {
                    Some(known) => known.rows.extend(part.rows),
                    None => tables.push(part),
                }
            }
        }
        Ok(Self { tables, pixels: None })
    }

    /// Reads again what the findings of `report` need to be shown; nothing where it cannot be read.
    pub(crate) fn read(report: &FileReport, source: Source, policy: &Policy) -> Self {
        if report.table.is_none() || report.findings.is_empty() {
            return Self::default();
        }
        let most = findings::deepest(report).min(DEEPEST);
        let views = read::tables(source, &report.path, policy, most).unwrap_or_default();
        Self { tables: views.into_iter().map(Part::from).collect(), pixels: None }
    }
}

/// Rows that follow one another, as the first of them and how many.
fn runs(rows: &BTreeSet<u64>) -> Vec<(u64, usize)> {
    let mut runs: Vec<(u64, usize)> = vec![];
    for row in rows {
        match runs.last_mut() {
            Some((from, count)) if *from + *count as u64 == *row => *count += 1,
            _ => runs.push((*row, 1)),
        }
    }
    runs
}

/// The report of one file in full, for a person who decides on it.
pub(crate) fn file(report: &FileReport, content: &Content) -> String {
    self::report(report, content, Look { colour: false, ..Look::of_stdout() }, &mut Explained::default())
}

/// The report of one file; `explained` remembers the rules whose reasons were given before.
pub(crate) fn report(
    report: &FileReport,
    content: &Content,
    look: Look,
    explained: &mut Explained,
) -> String {
    let mut text = heading(report, content, look);
    text.push_str(&findings::groups(report, content, look, explained));
    text
}

fn heading(report: &FileReport, content: &Content, look: Look) -> String {
    let mut sign = sign(report.verdict).to_owned();
    sign.push_str(&" ".repeat(INDENT.len().saturating_sub(width(&sign))));
    let path = exeat_domain::path::shown(&report.path);
    let mut text = format!("{}{}", look.paint(report.verdict.into(), &sign), look.paint(Tone::Strong, &path));
    let facts = facts(report, content);
    if report.findings.is_empty()
        && report.claim.is_none()
        && INDENT.len() + width(&path) + 2 + width(&facts) <= look.width
    {
        text.push_str(&look.paint(Tone::Quiet, &format!("  {facts}\n")));
        return text;
    }
    text.push('\n');
    text.push_str(&look.paragraph(INDENT, &facts));
    if let Some(table) = report.table.as_ref().filter(|_| !report.findings.is_empty()) {
        text.push_str(&look.paragraph(INDENT, &format!("read as: {}", roles(table))));
    }
    if let Some(claim) = &report.claim {
        text.push_str(&look.paragraph(INDENT, &claimed(claim)));
    }
    text
}

/// What another checker's record claims, in its own words.
fn claimed(claim: &Claim) -> String {
    let shown = exeat_domain::path::shown;
    let mut text =
        format!("{} claims of {}: {}", shown(&claim.tool), shown(&claim.output), shown(&claim.status));
    let made: Vec<String> = [&claim.kind, &claim.method]
        .into_iter()
        .filter(|word| !word.is_empty())
        .map(|word| shown(word))
        .collect();
    if !made.is_empty() {
        text.push_str(&format!(" ({})", made.join(", ")));
    }
    let fair = claim.fair.as_ref();
    let named = |name: &str, said: &str| {
        if said.is_empty() { String::new() } else { format!("; {name}: {}", cut(&shown(said), CLAIM)) }
    };
    text.push_str(&named("statbarn", fair.map_or("", |fair| &fair.statbarn)));
    text.push_str(&named("by", &fair.map_or(String::new(), |fair| fair.independent.join(", "))));
    text.push_str(&named("command", &claim.command));
    text.push_str(&named("summary", &claim.summary));
    text.push_str(&named("asks for an exception", &claim.exception));
    text.push_str(&named("comments", &claim.comments.join("; ")));
    text.push_str(". All of it is checked again here.");
    text
}

/// What the file is, in a few words.
fn facts(report: &FileReport, content: &Content) -> String {
    let mut facts = vec![];
    if report.sha256.is_none() {
        facts.push("not read".to_owned());
    } else if report.kind == "unknown" {
        facts.push(format!("unknown content, {}", words::size(report.bytes)));
    } else {
        facts.push(format!("{}, {}", report.kind, words::size(report.bytes)));
    }
    if let Some(table) = &report.table {
        let rows = words::count(usize::try_from(table.rows).unwrap_or(usize::MAX), "row");
        facts.push(format!("{rows} × {}", words::count(table.columns.len(), "column")));
    }
    if let Some((wide, high)) = content.pixels {
        facts.push(format!("{wide} × {high} pixels"));
    }
    if report.supporting {
        facts.push("supporting: never leaves".to_owned());
    }
    facts.join(", ")
}

/// The columns with their roles, the first of them.
fn roles(table: &TableSummary) -> String {
    const MOST: usize = 8;
    let named = table.columns.iter().enumerate().take(MOST).map(|(at, column)| {
        let name =
            if column.name.trim().is_empty() { format!("column {}", at + 1) } else { cut(&column.name, 24) };
        format!("{name} ({})", column.role)
    });
    let mut text = named.collect::<Vec<_>>().join(", ");
    if table.columns.len() > MOST {
        text.push_str(&format!(" … and {} more", table.columns.len() - MOST));
    }
    text
}

#[cfg(test)]
mod tests;
