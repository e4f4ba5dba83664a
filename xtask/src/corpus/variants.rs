//! The same tables written in other ways: a verdict must not hang on a delimiter, an encoding, a decimal separator or the order of rows.

use std::path::Path;

use anyhow::{Context as _, Result};
use exeat_checks::{Input, Policy, Source};
use exeat_domain::finding::Verdict;
use rayon::prelude::*;

use super::manifest::Labelled;

/// Larger files are left out.
const LARGEST: usize = 1 << 20;

/// The rows of a table, header first.
type Rows<'a> = Vec<Vec<&'a str>>;

/// A way to write a table, and its name.
type Way = (&'static str, fn(&Rows) -> Vec<u8>);

/// All of them.
const WAYS: [Way; 5] = [
    ("semicolons", |rows| written(rows, ';', str::to_owned)),
    ("tabs", |rows| written(rows, '\t', str::to_owned)),
    ("UTF-16", utf16),
    ("decimal commas", |rows| written(rows, ';', with_comma)),
    ("rows in another order", turned),
];

/// Prints in how many tables each way of writing changes the verdict, and in which.
pub(super) fn print(root: &Path, labelled: &[Labelled], policy: &Policy) -> Result<()> {
    let compared: Vec<Option<(&str, [bool; WAYS.len()])>> =
        labelled.par_iter().map(|labelled| compare(root, labelled, policy)).collect::<Result<_>>()?;
    let compared: Vec<_> = compared.into_iter().flatten().collect();
    println!(
        "\n{} tables that can be written otherwise by cutting at commas; another verdict with",
        compared.len()
    );
    for (way, (name, _)) in WAYS.iter().enumerate() {
        let others: Vec<&str> = compared
            .iter()
            .filter(|(_, changed)| changed.get(way) == Some(&true))
            .map(|(file, _)| *file)
            .collect();
        println!("  {name:<22} {:>4}  {}", others.len(), others.join(" "));
    }
    Ok(())
}

/// Which ways of writing a file give it another verdict; none where it is no plain table.
fn compare<'a>(
    root: &Path,
    labelled: &'a Labelled,
    policy: &Policy,
) -> Result<Option<(&'a str, [bool; WAYS.len()])>> {
    let path = root.join(&labelled.file);
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = std::str::from_utf8(&bytes).ok().filter(|text| text.len() <= LARGEST);
    let Some(rows) = text.and_then(rows) else { return Ok(None) };
    let verdict = |bytes: Vec<u8>| verdict(&labelled.file, bytes, policy);
    let own = verdict(written(&rows, ',', str::to_owned));
    Ok(Some((&labelled.file, WAYS.map(|(_, write)| verdict(write(&rows)) != own))))
}

/// The rows of a file of commas without quotes, all of one width.
fn rows(text: &str) -> Option<Rows<'_>> {
    if text.contains(['"', ';', '\t']) {
        return None;
    }
    let rows: Rows =
        text.lines().filter(|line| !line.is_empty()).map(|line| line.split(',').collect()).collect();
    let width = rows.first()?.len();
    (width > 1 && rows.len() > 3 && rows.iter().all(|row| row.len() == width)).then_some(rows)
}

fn verdict(path: &str, bytes: Vec<u8>, policy: &Policy) -> Option<Verdict> {
    let input = Input { path: path.to_owned(), supporting: false, source: Source::Bytes(bytes) };
    exeat_checks::check(vec![input], policy).pop().map(|checked| checked.report.verdict)
}

fn written(rows: &Rows, delimiter: char, cell: fn(&str) -> String) -> Vec<u8> {
    let mut text = String::new();
    for row in rows {
        for (at, of_row) in row.iter().enumerate() {
            if at > 0 {
                text.push(delimiter);
            }
            text.push_str(&cell(of_row));
        }
        text.push('\n');
    }
    text.into_bytes()
}

/// A cell of figures with a comma for each point; one of words as it is.
fn with_comma(cell: &str) -> String {
    let word = |c: char| c.is_alphabetic() && !matches!(c, 'e' | 'E');
    let figures = cell.contains(|c: char| c.is_ascii_digit()) && !cell.contains(word);
    if figures { cell.replace('.', ",") } else { cell.to_owned() }
}

fn utf16(rows: &Rows) -> Vec<u8> {
    let text = String::from_utf8(written(rows, ',', str::to_owned)).unwrap_or_default();
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// The body's rows in steps of a prime number, so that neighbours are parted.
fn turned(rows: &Rows) -> Vec<u8> {
    let Some((header, body)) = rows.split_first() else { return Vec::new() };
    let step = [7919, 7907, 7901].into_iter().find(|step| !body.len().is_multiple_of(*step)).unwrap_or(1);
    let order = (0..body.len()).filter_map(|at| body.get(at * step % body.len()));
    written(&std::iter::once(header).chain(order).cloned().collect(), ',', str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_written_in_every_way() {
        let text = "a,b\nx,1.5\ny,2\nz,v1.2\n";
        let rows = rows(text).unwrap();
        assert_eq!(written(&rows, ',', str::to_owned), text.as_bytes());
        assert_eq!(written(&rows, ';', with_comma), b"a;b\nx;1,5\ny;2\nz;v1.2\n");
        assert_eq!(turned(&rows), b"a,b\nx,1.5\nz,v1.2\ny,2\n");
        assert_eq!(utf16(&rows)[..4], [0xff, 0xfe, b'a', 0]);
    }

    #[test]
    fn what_is_no_plain_table_is_left_out() {
        assert!(rows("a,b\n1,2\n3\n4,5\n").is_none());
        assert!(rows("a,b\n\"1,0\",2\n3,4\n5,6\n").is_none());
        assert!(rows("one\ntwo\nthree\nfour\n").is_none());
    }
}
