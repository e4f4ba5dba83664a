//! Which delimiter a text uses: told by a `sep=` line, or the one that gives its lines the same width most often.

use std::collections::BTreeMap;

use super::record::{Delimiter, Record, Records};
use crate::policy::Limits;

/// Records that are looked at.
const LOOKED_AT: usize = 1000;

/// The delimiter of a text that begins with `head`.
pub(crate) fn delimiter(head: &str) -> Delimiter {
    if let Some(told) = told(head) {
        return told;
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
        for (least, needed) in [(2, 1.35), (1, 1.1), (2, 0.6)] {
            let spaces = Delimiter::Spaces(least);
            let fit = fit(head, spaces);
            if fit >= needed && fit > best.1 {
                return spaces;
            }
        }
    }
    best.0
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

/// Whether a text is a print-out that is parted by blanks: a comma or two in its words do not make it a table of commas.
fn is_print_out(head: &str, delimiter: Delimiter) -> bool {
    let parted = |line: &str| match delimiter {
        Delimiter::Byte(b'|') => line.replace(">|t|", "").replace(">|z|", "").matches('|').count() >= 2,
        Delimiter::Byte(byte) => line.bytes().filter(|other| *other == byte).count() >= 2,
        Delimiter::Spaces(_) => false,
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
    let limits = Limits { columns: 100_000, ..Limits::default() };
    let (mut records, mut record) =
        (Records::new(head.len() as u64, head.as_bytes(), delimiter, &limits), Record::default());
    let (mut widths, mut first, mut all) = (BTreeMap::<usize, u32>::new(), 0, 0_u32);
    while all < u32::try_from(LOOKED_AT).unwrap_or(u32::MAX) {
        match records.next(&mut record) {
            Ok(true) => {}
            Ok(false) | Err(_) => break,
        }
        if all == 0 {
            first = record.len();
        }
        all += 1;
        *widths.entry(record.len()).or_default() += 1;
    }
    let Some((&width, &lines)) =
        widths.iter().filter(|(width, _)| **width > 1).max_by_key(|(width, lines)| (**lines, **width))
    else {
        return 0.0;
    };
    f64::from(lines) / f64::from(all) + if first == width || first + 1 == width { 0.5 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let printed = "Coefficients:\n      Estimate Std. Error\n(Intercept)   1.2    0.3\n\nResidual standard error: 3 on 30 degrees of freedom\nR-squared: 0.5,  F: 2\n";
        assert_eq!(delimiter(printed), Delimiter::Spaces(2));
        let printed = "  OLS Regression Results\n====\nDf Residuals:    9   BIC:   72.1\n====\n   coef    std err    t    P>|t|\n----\nx1   0.5   0.2   2.5   0.034\n";
        assert_eq!(delimiter(printed), Delimiter::Spaces(2));
        assert_eq!(delimiter("term a    est\nx y       1.2\nb         3.4\n"), Delimiter::Spaces(2));
    }
}
