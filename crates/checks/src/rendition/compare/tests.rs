//! Two versions of a table beside one another: what changed, what was added and what is gone.

use super::super::tests::open;
use super::*;

fn compared(before: &str, now: &str) -> Comparison {
    Comparison::of(&open(before), &open(now), 0).unwrap().unwrap()
}

#[test]
fn the_same_table_is_the_same() {
    let table = "region,n\nA,10\nB,20\nC,30\n";
    let found = compared(table, table);
    assert!(found.is_same() && found.whole, "{found:?}");
    assert_eq!((found.was(2), found.was(3)), (Was::Row(2), Was::Unknown));
}

#[test]
fn a_row_more_does_not_shift_the_others_and_cells_are_counted() {
    let found = compared("region,n\nA,10\nB,20\nC,30\n", "region,n\nNew,99\nA,10\nB,25\nC,30\n");
    assert_eq!((found.rows.as_slice(), found.rows_added, found.cells), ([0, 2].as_slice(), 1, 1));
    assert_eq!([0, 1, 2, 3].map(|row| found.was(row)), [Was::Nothing, Was::Row(0), Was::Row(1), Was::Row(2)]);
    assert!(found.rows_removed.is_empty());
}

#[test]
fn columns_are_known_by_their_headers_wherever_they_stand() {
    let found = compared("region,n,pct\nA,10,1\nB,20,2\n", "region,sum,n\nA,7,10\nB,8,21\n");
    assert_eq!(found.columns, [Some(0), None, Some(1)]);
    assert_eq!(
        (found.columns_removed.as_slice(), found.columns_added(), found.cells),
        ([2].as_slice(), 1, 1)
    );
    let twice = compared("a,n,n\nA,10,20\nB,30,40\n", "a,n,n\nA,10,21\nB,30,40\n");
    assert_eq!((twice.columns.as_slice(), twice.cells), ([Some(0), Some(1), Some(2)].as_slice(), 1));
}

#[test]
fn a_row_in_another_place_is_the_same_row_and_one_that_is_gone_is_told() {
    let found = compared("region,n\nA,10\nB,20\nC,30\n", "region,n\nC,30\nA,10\n");
    assert_eq!((found.rows.len(), found.rows_removed.as_slice(), found.cells), (0, [1].as_slice(), 0));
    assert_eq!(found.was(0), Was::Row(2));
}

#[test]
fn a_mended_label_is_a_changed_cell_and_no_row_for_another() {
    let found = compared("region,n\nA,10\nBx,20\nC,30\n", "region,n\nA,10\nB,20\nC,30\n");
    assert_eq!((found.rows_added, found.rows_removed.len(), found.cells), (0, 0, 1));
}

#[test]
fn rows_without_labels_of_their_own_are_aligned_in_order() {
    let before = "sex,n\nF,10\nF,20\nM,30\nF,40\n";
    let found = compared(before, "sex,n\nF,10\nF,20\nM,31\nF,40\n");
    assert_eq!((found.rows.as_slice(), found.cells), ([2].as_slice(), 1));
    let numbers: String = (0..40).map(|row| format!("{},{}\n", row * 37 % 101, row * 53 % 103)).collect();
    let (before, mut lines) = (format!("x,y\n{numbers}"), numbers.lines().collect::<Vec<_>>());
    lines.remove(7);
    let found = compared(&before, &format!("x,y\n{}\n", lines.join("\n")));
    assert_eq!((found.rows.len(), found.rows_removed.as_slice()), (0, [7].as_slice()));
}

#[test]
fn what_is_too_large_is_compared_as_far_as_it_goes_and_says_so() {
    let table = |last: u64| {
        let rows = (0..50).map(|row| format!("R{row},{}\n", if row == 49 { last } else { row + 10 }));
        format!("region,n\n{}", rows.collect::<String>())
    };
    let found = Comparison::within(&open(&table(3)), &open(&table(4)), 0, 80).unwrap().unwrap();
    assert!(found.is_same() && !found.whole);
    assert_eq!((found.was(39), found.was(40)), (Was::Row(39), Was::Unknown));
}
