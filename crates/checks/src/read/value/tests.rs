//! What cells say, however they are written.

use super::*;

fn plain_value(cell: &str, decimal: Decimal) -> f64 {
    number(cell, decimal).unwrap_or_else(|| panic!("{cell}")).value
}

#[test]
fn numbers_are_read_as_they_are_written() {
    for (cell, expected) in [
        ("12", 12.0),
        ("1,234", 1234.0),
        ("1 234", 1234.0),
        ("-.5", -0.5),
        ("1e3", 1000.0),
        ("1.5e-3", 0.0015),
        ("٣٤", 34.0),
        ("−3", -3.0),
        ("12 %", 12.0),
        ("+7", 7.0),
        ("1'204", 1204.0),
        ("1’204’567", 1_204_567.0),
        ("1\u{202f}204", 1204.0),
        ("12\u{a0}345.5", 12_345.5),
        ("1\u{2009}204", 1204.0),
        ("-1\u{2007}204", -1204.0),
    ] {
        assert!((plain_value(cell, Decimal::Point) - expected).abs() < 1e-12, "{cell}");
    }
    for (cell, expected) in [
        ("1.234,5", 1234.5),
        ("0,5", 0.5),
        ("1.234", 1234.0),
        ("1 204,5", 1204.5),
        ("1\u{202f}204\u{202f}567,25", 1_204_567.25),
        ("1'204,5", 1204.5),
        ("12,5\u{a0}%", 12.5),
    ] {
        assert!((plain_value(cell, Decimal::Comma) - expected).abs() < 1e-12, "{cell}");
    }
    for cell in [
        "",
        "-",
        "1,23",
        "a",
        "1-2",
        "1.2.3",
        "e5",
        "12a",
        "--",
        "1_000",
        "0x1f",
        "(3",
        "1234 567",
        "12'34",
        "0475 123 456",
    ] {
        assert_eq!(number(cell, Decimal::Point), None, "{cell}");
    }
}

#[test]
fn cells_say_what_they_are() {
    let is = |cell: &str| value(cell, Decimal::Point);
    for cell in ["65,695 (50)", "5 (12.5%)", "5 [3.1]", "12; 34%", "75 (20)", "3 (<1)"] {
        assert!(matches!(is(cell), Value::CountWith(_)), "{cell}");
    }
    for cell in ["3/17", "3 / 17 (17.6)", "3/17 (17.6%)"] {
        assert!(matches!(is(cell), Value::OutOf(n, _) if n.count() == Some(3)), "{cell}");
    }
    for cell in ["1.44 (1.36-1.53)", "1.063  ( 0.97 - 1.16 )", "3.2 (1.1)", "3.2 ± 1.1", "54 [40, 67]"] {
        assert!(matches!(is(cell), Value::Estimate(_)), "{cell}");
    }
    for cell in [
        "2020-03-01",
        "01/03/2020",
        "2020-03",
        "Mar 2020",
        "1 March 2020",
        "2020W12",
        "2020-Q1",
        "2019-04-01 00:05:54",
        "1-Jan-20",
    ] {
        assert_eq!(is(cell), Value::Date, "{cell}");
    }
    for (cell, expected) in [
        ("<5", Marker::AtMost(4)),
        ("<=7", Marker::AtMost(7)),
        ("≤ 7", Marker::AtMost(7)),
        ("[REDACTED]", Marker::Suppressed),
        ("*", Marker::Suppressed),
        ("..", Marker::Missing),
        ("NA", Marker::Missing),
    ] {
        assert_eq!(is(cell), Value::Marker(expected), "{cell}");
    }
    for cell in ["Female", "18-24", "10-19 years", "C10AA01", "a/b", "marginal zone", "2/3/4/5"] {
        assert_eq!(is(cell), Value::Text, "{cell}");
    }
    assert_eq!(is(" "), Value::Blank);
}

#[test]
fn counts_are_read_with_their_flags_and_marks() {
    for (cell, expected) in [
        ("120 b", 120),
        ("4 p", 4),
        ("1,204 ep", 1204),
        ("4²", 4),
        ("210*", 210),
        ("12 †", 12),
        ("n=4", 4),
        ("N = 330", 330),
    ] {
        assert!(
            matches!(value(cell, Decimal::Point), Value::Number(n) if n.count() == Some(expected)),
            "{cell}"
        );
    }
    for (cell, expected) in [("n=4 (1.2%)", 4), ("N = 330 (98.8 %)", 330), ("7 (b)", 7)] {
        assert!(
            matches!(value(cell, Decimal::Point), Value::CountWith(n) if n.count() == Some(expected)),
            "{cell}"
        );
    }
    assert!(matches!(value("89.33 b", Decimal::Point), Value::Number(n) if n.decimals == 2));
    for cell in ["3 d", "0.34***", "-4*", "12 mg", "b", "p*", "1a", "n=", "n=x", "nb = 4", "5 b c"] {
        assert_eq!(value(cell, Decimal::Point), Value::Text, "{cell}");
    }
}

#[test]
fn what_is_not_read_is_told() {
    for (cell, unread, unsplit) in [
        ("120 d", true, false),
        ("4 [c2]", false, false),
        ("4 (uc)", true, false),
        ("12 weeks", false, false),
        ("18-44", false, false),
        ("F     120   4", false, true),
        ("150          3", false, true),
        ("12 345", false, false),
        ("a  b  12", false, false),
        ("1  2  3  4  5  6  7  8  9  10", false, false),
    ] {
        assert_eq!((is_unread(cell), is_unsplit(cell, Decimal::Point)), (unread, unsplit), "{cell}");
    }
}

proptest::proptest! {
    #[test]
    fn no_cell_is_too_strange(cell in ".{0,60}", number in "[0-9 .,/()%eE+-]{0,20}") {
        for decimal in [Decimal::Point, Decimal::Comma] {
            for text in [&cell, &number] {
                let read = value(text, decimal);
                proptest::prop_assert!(!matches!(read, Value::Number(number) if !number.value.is_finite()));
            }
        }
    }
}
