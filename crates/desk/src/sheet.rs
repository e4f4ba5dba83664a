//! Comma-separated values that a spreadsheet opens as words and never as a formula.

use std::fmt::Write as _;

/// One line of cells, with its end. A cell that a spreadsheet would take for a formula begins with an apostrophe.
#[must_use]
pub fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut line = String::new();
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
        let number = cell.parse::<f64>().is_ok_and(f64::is_finite);
        let guard = if formula && !number { "'" } else { "" };
        if cell.contains(['"', ',', '\n', '\r', '\t', ';']) {
            let _ = write!(line, "\"{guard}{}\"", cell.replace('"', "\"\""));
        } else {
            line.push_str(guard);
            line.push_str(cell);
        }
    }
    line.push_str("\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "\"'\t=1\""),
            ("\r\n=1", "\"'\r\n=1\""),
            ("＝1", "'＝1"),
            (
                "=HYPERLINK(\"https://evil.example\",\"a\")",
                "\"'=HYPERLINK(\"\"https://evil.example\"\",\"\"a\"\")\"",
            ),
            ("-2.5", "-2.5"),
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("", ""),
        ] {
            assert_eq!(line([cell]), format!("{written}\r\n"));
        }
        assert_eq!(line(["a", "1"]), "a,1\r\n");
    }
}
