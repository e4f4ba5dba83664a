//! Lines of delimited text, read within limits.

use super::*;

fn read(text: &str, delimiter: Delimiter) -> Result<Vec<Vec<String>>, RecordError> {
    let limits = Limits { columns: 5, cell_bytes: 20, ..Limits::default() };
    let (mut records, mut record, mut all) =
        (Records::new(64, text.as_bytes(), delimiter, &limits), Record::default(), Vec::new());
    while records.next(&mut record)? {
        all.push(record.fields().map(str::to_owned).collect());
    }
    Ok(all)
}

#[test]
fn lines_are_fields() {
    let comma = Delimiter::Byte(b',');
    assert_eq!(
        read("a,b\r\n1,\"x, \"\"y\"\"\"\n\n,\r2, \"3\" ", comma).unwrap(),
        [["a", "b"], ["1", "x, \"y\""], ["", ""], ["2", "3"]]
    );
    assert_eq!(read("\"two\nlines\",5\" nail", comma).unwrap(), [["two\nlines", "5\" nail"]]);
    assert_eq!(read("a b  c\n 1   2", Delimiter::Spaces(2)).unwrap(), [["a b", "c"], ["1", "2"]]);
    assert_eq!(read("\"a\" b", Delimiter::Spaces(1)).unwrap(), [["a", "b"]]);
    assert!(read("", comma).unwrap().is_empty());
}

#[test]
fn quotes_that_do_not_match_are_an_error() {
    let comma = Delimiter::Byte(b',');
    assert_eq!(read("a\n\"b,c\n", comma), Err(RecordError::Quotes(2)));
    assert_eq!(read("\"b\"c,d", comma), Err(RecordError::Quotes(1)));
}

#[test]
fn limits_hold() {
    let comma = Delimiter::Byte(b',');
    assert_eq!(read(",,,,,", comma), Err(RecordError::TooManyColumns { line: 1, limit: 5 }));
    assert_eq!(
        read(&format!("a\n{}", "b".repeat(21)), comma),
        Err(RecordError::CellTooLong { line: 2, limit: 20 })
    );
}
