//! Which delimiter a text uses: told by a `sep=` line, or the one that gives its lines the same width most often.

use std::collections::BTreeMap;

use super::record::{Delimiter, Record, Records};
use super::value::{Decimal, number};
use crate::policy::Limits;

/// Records that are looked at.
const LOOKED_AT: usize = 1000;
/// Lines of one word that may stand over a print-out.
const NAMES: u32 = 2;

/// The delimiter of a text that begins with `head`.
pub(crate) fn delimiter(head: &str) -> Delimiter {
    if let Some(told) = told(head) {
        return told;
    }
    if is_drawn(head) {
        return Delimiter::Drawn;
    }
    // The bars of `P>|t|` part nothing.
    let barred = head.contains(">|").then(|| head.replace(">|t|", "").replace(">|z|", ""));
    let scored = [b',', b';', b'\t', b'|'].map(|byte| {
        let head = barred.as_deref().filter(|_| byte == b'|').unwrap_or(head);
        (Delimiter::Byte(byte), fit(head, Delimiter::Byte(byte)))
    });
    let mut best = (Delimiter::Byte(b','), 0.0);
    for (delimiter, fit) in scored {
        if fit > best.1 + 1e-9 {
            best = (delimiter, fit);
        }
    }
    if best.1 < 0.8 && is_print_out(head, best.0) {
        return Delimiter::Spaces(2);
    }
    if best.1 < 0.5 {
        // A print-out has labels of several words: wider gaps come first where all lines have them.
        for (least, needed) in [(2, 1.499), (1, 1.499), (2, 1.35), (1, 1.1), (2, 0.6)] {
            let spaces = Delimiter::Spaces(least);
            let fit = fit(head, spaces);
            if fit >= needed && fit > best.1 {
                return spaces;
            }
        }
    }
    if best.0 == Delimiter::Byte(b',') && best.1 > 0.0 { instead_of_commas(head) } else { best.0 }
}

/// The delimiter that parts a table whose numbers and words have commas in them, under a title or none: it stands in the
/// header as often as in each line of the table, and the comma does not, or leaves fewer numbers.
fn instead_of_commas(head: &str) -> Delimiter {
    let comma = Delimiter::Byte(b',');
    let commas = Parted::by(head, comma);
    for byte in [b';', b'\t', b'|'] {
        let (delimiter, other) = (Delimiter::Byte(byte), Parted::by(head, Delimiter::Byte(byte)));
        let [header, .., last] = other.lines.as_slice() else { continue };
        let regular = other.lines.len() * 10 >= other.between * 9;
        // Titles and notes have commas, too.
        let within = commas.lines.iter().filter(|line| (header..=last).contains(line)).count();
        let around = commas.lines.len() - within;
        if !regular || other.lines.len() < within || around * 2 > other.lines.len() {
            continue;
        }
        let heads_commas = commas.lines.contains(header);
        if !heads_commas || other.of_numbers > commas.of_numbers + 0.05 {
            return delimiter;
        }
    }
    comma
}

/// The lines that a delimiter parts into the commonest number of fields above one.
#[derive(Default)]
struct Parted {
    /// Their lines of the file.
    lines: Vec<u64>,
    /// How many lines there are from the first of them to the last.
    between: usize,
    /// Share of the bytes below the first of them that are those of numbers.
    of_numbers: f64,
}

impl Parted {
    fn by(head: &str, delimiter: Delimiter) -> Self {
        let mut records = Vec::new();
        each_record(head, delimiter, |record| records.push(record.clone()));
        let mut widths = BTreeMap::<usize, u32>::new();
        records.iter().for_each(|record| *widths.entry(record.len()).or_default() += 1);
        let Some(width) = commonest(&widths).map(|(width, _)| width) else { return Self::default() };
        let is_one = |record: &Record| record.len() == width;
        let (first, last) = (records.iter().position(is_one), records.iter().rposition(is_one));
        let (Some(first), Some(last)) = (first, last) else { return Self::default() };
        let (mut all, mut numbers) = (0, 0);
        for cell in records[first + 1..=last].iter().filter(|record| is_one(record)).flat_map(Record::fields)
        {
            let read = number(cell, Decimal::Point).is_some() || number(cell, Decimal::Comma).is_some();
            all += cell.len();
            numbers += if read { cell.len() } else { 0 };
        }
        Self {
            lines: records.iter().filter(|record| is_one(record)).map(|record| record.line).collect(),
            between: last + 1 - first,
            of_numbers: numbers as f64 / all.max(1) as f64,
        }
    }
}

/// The commonest width above one, and how many lines have it.
fn commonest(widths: &BTreeMap<usize, u32>) -> Option<(usize, u32)> {
    let several = widths.iter().filter(|(width, _)| **width > 1);
    several.max_by_key(|(width, lines)| (**lines, **width)).map(|(width, lines)| (*width, *lines))
}

/// Calls `each` with the first records of a text.
fn each_record(head: &str, delimiter: Delimiter, mut each: impl FnMut(&Record)) {
    let limits = Limits { columns: 100_000, ..Limits::default() };
    let mut records = Records::new(head.len() as u64, head.as_bytes(), delimiter, &limits);
    let mut record = Record::default();
    for _ in 0..LOOKED_AT {
        match records.next(&mut record) {
            Ok(true) => each(&record),
            Ok(false) | Err(_) => break,
        }
    }
}

/// Whether a line is one that statistical packages write about a model.
pub(crate) fn is_of_a_print_out(line: &str) -> bool {
    const SAYS: [&str; 10] = [
        "degrees of freedom",
        "Std. Error",
        "std err ",
        "Std. err.",
        "Std. Err.",
        "Pr(>|",
        "P>|",
        "Df Residuals",
        "number of events=",
        " n.risk n.event ",
    ];
    SAYS.iter().any(|says| line.contains(says))
}

/// Whether a text is a print-out with lines drawn between, whose bars have several columns between them.
fn is_drawn(head: &str) -> bool {
    let lines = || head.lines().take(LOOKED_AT).map(str::trim);
    let rule = |line: &str| {
        let drawn = line.bytes().all(|byte| matches!(byte, b'-' | b'+' | b'|'));
        drawn && line.contains("---") && line.contains(['+', '|'])
    };
    let several = |line: &str| line.split('|').any(|part| part.trim().contains("  "));
    if !lines().any(rule) || lines().any(is_of_a_print_out) {
        return false;
    }
    let barred = || lines().filter(|line| line.contains('|') && !rule(line));
    barred().count() >= 2 && barred().filter(|line| several(line)).count() * 2 > barred().count()
}

/// Whether a text is a print-out that is parted by blanks: a comma or two in its words do not make it a table of commas.
fn is_print_out(head: &str, delimiter: Delimiter) -> bool {
    let parted = |line: &str| match delimiter {
        Delimiter::Byte(b'|') => line.replace(">|t|", "").replace(">|z|", "").matches('|').count() >= 2,
        Delimiter::Byte(byte) => line.bytes().filter(|other| *other == byte).count() >= 2,
        Delimiter::Spaces(_) | Delimiter::Drawn => false,
    };
    let mut told = head.lines().take(LOOKED_AT).filter(|line| is_of_a_print_out(line)).peekable();
    told.peek().is_some() && !told.any(parted)
}

/// The delimiter of a `sep=;` line, as spreadsheets write it.
fn told(head: &str) -> Option<Delimiter> {
    let line = head.lines().next()?.trim().trim_matches('"');
    let named = line.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).map(|_| &line[4..])?;
    match named {
        "," | ";" | "|" | "\t" => Some(Delimiter::Byte(named.as_bytes()[0])),
        "" => Some(Delimiter::Byte(b'\t')),
        _ => None,
    }
}

/// The share of lines with the commonest width above one, and half a point more where the first
/// line has it, or one less as R writes its headers.
fn fit(head: &str, delimiter: Delimiter) -> f64 {
    let (mut widths, mut first, mut all) = (BTreeMap::<usize, u32>::new(), 0, 0_u32);
    let mut names = 0;
    each_record(head, delimiter, |record| {
        // R prints the name of what crosses a table's rows over it.
        let named = !matches!(delimiter, Delimiter::Byte(_))
            && all == 0
            && record.len() == 1
            && !record.get(0).contains(' ');
        if named && names < NAMES {
            names += 1;
            return;
        }
        if all == 0 {
            first = record.len();
        }
        all += 1;
        *widths.entry(record.len()).or_default() += 1;
    });
    let Some((width, lines)) = commonest(&widths) else { return 0.0 };
    f64::from(lines) / f64::from(all) + if first == width || first + 1 == width { 0.5 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_numbers_titles_and_notes_part_no_fields() {
        for (head, expected) in [
            ("Tabel 3\nGewest;n;Leeftijd\nVlaanderen;5640;45,3\nBrussel;6;46,7\n", b';'),
            ("Tabel 3\n\nGewest;n;Leeftijd\nVlaanderen;5640;45,3\nBrussel;6;46,7\n", b';'),
            ("# bron: ons\nGewest;Leeftijd\nVlaanderen;45,3\nBrussel;46,7\n", b';'),
            ("Gemeente;Deaths per 100,000;Population\nA;12,5;32000\nB;13,5;42000\n", b';'),
            ("Titre, 2022\n\nDept;Hommes\nAin;12\nAube;15\n\nLecture : en 2022, il y a eu.\n", b';'),
            (
                "Titel, 2023\n\nGemeente;n;Leeftijd\nGent;1.204;45,3\nBrugge;4;46,1\nAalst;530;44,9\n\nBron: IMA, 2023\n",
                b';',
            ),
            ("Regio\tn\nA\t1,234\nB\t5,678\n", b'\t'),
            ("freq,sex,geo\\TIME_PERIOD\t2018 \t2019 \nA,T,BE\t120 \t4 \nA,T,NL\t12 \t45 \n", b'\t'),
            ("age,codes\n34,I10;E11\n35,I10;E12\n", b','),
            ("region,n\nA; B,12\nC; D,14\nE; F,15\n", b','),
            ("region,n\nA,12\nC; D,14\nE; F,15\nG,9\n", b','),
            ("a;b,c\nx;y,12\nz;w,14\n", b','),
            ("region,note\nA,\"x; y\"\nB,z\nC,w\n", b','),
        ] {
            assert_eq!(delimiter(head), Delimiter::Byte(expected), "{head}");
        }
    }

    #[test]
    fn lines_that_are_drawn_between_columns_tell_a_print_out() {
        for (head, drawn) in [
            ("  sex |  Freq.   Percent\n------+-----------\n    F |    310     47.00\n", true),
            ("   +-----------+\n   | age   sex |\n   |-----------|\n1. |  26     M |\n", true),
            (" sex | n\n-----+----\n F   | 3\n M   | 40\n", false),
            ("| sex | n  |\n|-----|----|\n| F   | 3  |\n", false),
            (
                "   y |  Coefficient  Std. err.      t    P>|t|\n-----+-----\n   x |  1.2  0.3  4  0.01\n",
                false,
            ),
        ] {
            assert_eq!(delimiter(head) == Delimiter::Drawn, drawn, "{head}");
        }
    }

    #[test]
    fn the_delimiter_is_the_one_that_fits() {
        for (head, expected) in [
            ("a,b\n1,2\n", b','),
            ("a;b\n1,5;2,5\n", b';'),
            ("a\tb\n1,5\t2,5\n", b'\t'),
            ("a|b\n1|2\n", b'|'),
            ("sep=;\na,b;c\n", b';'),
            ("a,b,c\n[R];;\n1,2,3\n[R];;\n", b','),
            ("n\n1\n2\n", b','),
        ] {
            assert_eq!(delimiter(head), Delimiter::Byte(expected), "{head}");
        }
        assert_eq!(delimiter(" id sex age\n1 M 30\n2 F 40\n"), Delimiter::Spaces(1));
        assert_eq!(
            delimiter("     agegrp\nsex   young old\n  F     120   4\n  M     130  88\n"),
            Delimiter::Spaces(1)
        );
        let crossed: String = (0..12).map(|row| format!("  r{row}     12{row}   4{row}\n")).collect();
        assert_eq!(delimiter(&format!("     agegrp\nregion   young old\n{crossed}")), Delimiter::Spaces(1));
        assert_eq!(
            delimiter("       0-17 18-44 65+\nFemale  120   210   4\nMale    130   190  88\n"),
            Delimiter::Spaces(1)
        );
        let printed = "Coefficients:\n      Estimate Std. Error\n(Intercept)   1.2    0.3\n\nResidual standard error: 3 on 30 degrees of freedom\nR-squared: 0.5,  F: 2\n";
        assert_eq!(delimiter(printed), Delimiter::Spaces(2));
        let printed = "  OLS Regression Results\n====\nDf Residuals:    9   BIC:   72.1\n====\n   coef    std err    t    P>|t|\n----\nx1   0.5   0.2   2.5   0.034\n";
        assert_eq!(delimiter(printed), Delimiter::Spaces(2));
        assert_eq!(delimiter("term a    est\nx y       1.2\nb         3.4\n"), Delimiter::Spaces(2));
    }
}
