//! Tables as text: written while they are read, and read back row by row.

use std::fs::File;
use std::io::Write as _;

use super::write::write_within;
use super::*;
use crate::engine::{Checked, check};
use crate::input::{Input, Source};
use crate::policy::Policy;

fn checked(text: &str) -> Checked {
    let input =
        Input { path: "t.csv".into(), supporting: false, source: Source::Bytes(text.as_bytes().to_vec()) };
    check(vec![input], &Policy::preset("be-default").unwrap()).remove(0)
}

fn kept(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn rendered(text: &str, most: u64) -> Vec<u8> {
    let mut bytes = vec![];
    assert!(write_within(&checked(text), &mut bytes, most).unwrap());
    bytes
}

pub(super) fn open(text: &str) -> Rendition {
    Rendition::open(kept(&rendered(text, MOST_BYTES))).unwrap()
}

fn regions(rows: u64) -> String {
    let mut text = String::from("region,patients\n");
    (0..rows).for_each(|row| text += &format!("R{row},{}\n", 100 + (row * 7919) % 1000));
    text
}

#[test]
fn a_window_of_rows_is_what_the_file_says() {
    let rendition = open(&regions(2000));
    let table = &rendition.tables()[0];
    assert_eq!((table.rows, table.written, table.columns.len()), (2000, 2000, 2));
    assert!(table.chunks.len() > 4);
    let count = &table.columns[1];
    assert_eq!((count.name.as_str(), count.role.as_str(), count.numbers), ("patients", "count", 2000));
    assert!(count.least >= Some(100.0) && count.greatest <= Some(1099.0));
    let rows = rendition.rows(0, 255, 3).unwrap();
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [255, 256, 257]);
    assert_eq!(rows[1].cells, ["R256", &(100 + (256 * 7919) % 1000).to_string()]);
    assert_eq!(rendition.rows(0, 1999, 50).unwrap().len(), 1);
    assert!(rendition.rows(0, 2000, 50).unwrap().is_empty() && rendition.rows(7, 0, 50).unwrap().is_empty());
    let picked = rendition.picked(0, &[0, 700, 1999, 9999]).unwrap();
    assert_eq!(picked.iter().map(|row| row.cells[0].as_str()).collect::<Vec<_>>(), ["R0", "R700", "R1999"]);
}

#[test]
fn rows_are_found_and_put_in_order() {
    let rendition = open("area,n\nwest,20\nEast,100\nnorth,\nsouth-east,9\n");
    assert_eq!(rendition.find(0, "EAST", 0, 10).unwrap(), [1, 3]);
    assert_eq!(rendition.find(0, "east", 2, 10).unwrap(), [3]);
    assert_eq!(rendition.ordered(0, 1, false).unwrap().unwrap(), [3, 0, 1, 2]);
    assert_eq!(rendition.ordered(0, 1, true).unwrap().unwrap(), [1, 0, 3, 2]);
    assert_eq!(rendition.ordered(0, 9, true).unwrap(), None);
}

#[test]
fn what_hides_is_written_out_and_what_is_long_is_cut() {
    let long = "x".repeat(9000);
    let rendition = open(&format!("a,b\n\"in\u{202e}visible\",{long}\n<b>,2\n"));
    let rows = rendition.rows(0, 0, 10).unwrap();
    assert_eq!(rows[0].cells[0], "in\\u{202e}visible");
    assert!(rows[0].cells[1].len() <= LONGEST_CELL && rows[0].cells[1].ends_with('…'));
    assert_eq!(rows[1].cells[0], "<b>", "markup is the page's business");
}

#[test]
fn what_does_not_fit_is_left_out_and_said() {
    let rendition = Rendition::open(kept(&rendered(&regions(2000), 4000))).unwrap();
    let table = &rendition.tables()[0];
    assert!(table.written > 0 && table.written < 2000 && table.rows == 2000, "{}", table.written);
    assert_eq!(rendition.rows(0, 0, 5000).unwrap().len() as u64, table.written);
}

#[test]
fn a_file_without_tables_has_no_rendition() {
    let mut bytes = vec![];
    assert!(!write(&checked(""), &mut bytes).unwrap());
    assert!(bytes.is_empty());
}

#[test]
fn no_changed_byte_makes_the_reader_panic_or_swell() {
    let whole = rendered(&regions(300), MOST_BYTES);
    for at in (0..whole.len()).step_by(37) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        if let Ok(rendition) = Rendition::open(kept(&bytes)) {
            // Whatever it says, it is bounded by the file.
            let rows = rendition.rows(0, 0, 10_000);
            assert!(rows.map_or(0, |rows| rows.len()) <= 300);
        }
    }
    for cut in 0..40 {
        assert!(Rendition::open(kept(&whole[..whole.len() - 1 - cut])).is_err());
    }
}
