//! What reports look like on a terminal of 80 columns.

use exeat_domain::finding::{ColumnSummary, Finding, Outcome, Place, Risk, Severity, Verdict};

use super::*;

fn finding(rule: &str, severity: Severity, message: &str, place: Place) -> Finding {
    Finding {
        rule: rule.to_owned(),
        risk: Some(Risk::LowCount),
        severity,
        outcome: Outcome::Found,
        message: message.to_owned(),
        fix: "Suppress one more cell in that row and column.".to_owned(),
        place,
        interval: None,
    }
}

fn cell(row: u64, column: u64, name: &str, value: &str) -> Place {
    Place {
        row: Some(row),
        cell: Some([row, column]),
        column: Some(name.to_owned()),
        value: Some(value.to_owned()),
        ..Place::default()
    }
}

fn drawn(text: &str, findings: Vec<Finding>, look: Look) -> String {
    let columns = text
        .lines()
        .next()
        .unwrap()
        .split(',')
        .map(|name| ColumnSummary { name: name.to_owned(), role: "count".to_owned() });
    let mut report = FileReport {
        path: "tables/t.csv".to_owned(),
        sha256: Some(exeat_domain::digest::Sha256([7; 32])),
        bytes: text.len() as u64,
        kind: "csv".to_owned(),
        supporting: false,
        verdict: Verdict::of(&findings),
        claim: None,
        table: None,
        findings,
    };
    report.table = Some(TableSummary {
        rows: text.lines().count() as u64 - 1,
        columns: columns.collect(),
        statbarns: vec![],
    });
    let policy = Policy::preset("be-default").unwrap();
    let content = Content::read(&report, Source::Bytes(text.into()), &policy);
    super::report(&report, &content, look, &mut Explained::default())
}

#[test]
fn a_hidden_cell_is_shown_with_what_it_can_be() {
    let text = "region,a,b,total\nLeuven,10,*,51\nGent,*,25,40\nMons,12,*,\nTotal,37,,160\n";
    let exact = Finding {
        interval: Some((41, Some(41))),
        ..finding("SUP-INT", Severity::Block, "The margins give the cell away.", cell(0, 2, "b", "*"))
    };
    let narrow = Finding {
        interval: Some((14, Some(16))),
        ..finding("SUP-INT", Severity::Review, "The margins give the cell away.", cell(1, 1, "a", "*"))
    };
    let open = Finding {
        interval: Some((3, None)),
        ..finding("SUP-INT", Severity::Review, "The margins give the cell away.", cell(2, 2, "b", "*"))
    };
    insta::assert_snapshot!(drawn(text, vec![narrow, exact, open], Look::PLAIN));
}

#[test]
fn a_finding_deep_in_a_table_is_shown_with_its_neighbours() {
    let text: String = std::iter::once("ward,n\n".to_owned())
        .chain((1..2000).map(|row| format!("ward {row},{}\n", if row == 1500 { 2 } else { 100 + row })))
        .collect();
    let told = drawn(
        &text,
        vec![finding("CNT-MIN", Severity::Block, "The cell counts 2 people.", cell(1499, 1, "n", "2"))],
        Look::PLAIN,
    );
    assert!(told.contains("▸ 1500  ward 1500  [2]") || told.contains("▸ 1500  ward 1500     [2]"), "{told}");
    assert!(
        told.contains("1499  ward 1499") && told.contains("1501  ward 1501") && !told.contains("ward 1502"),
        "{told}"
    );
}

#[test]
fn wide_characters_keep_the_columns_straight() {
    let text = "地域,件数\n北海道札幌市,3\n東京,120\n沖縄県那覇市の非常に長い名前の区域,95\n";
    insta::assert_snapshot!(drawn(
        text,
        vec![finding("CNT-MIN", Severity::Block, "The cell counts 3 people.", cell(0, 1, "件数", "3"))],
        Look::PLAIN
    ));
}

#[test]
fn rules_stand_in_the_order_of_their_weight_and_notes_are_short() {
    let text = "region,mean\nLeuven,3.5\nGent,4.1\n";
    let place = |name: &str| Place { column: Some(name.to_owned()), ..Place::default() };
    let findings = vec![
        finding(
            "STA-N",
            Severity::Note,
            "The number of people behind the means is not known.",
            place("mean"),
        ),
        finding(
            "X-UNKNOWN",
            Severity::Review,
            "A rule of another version says this.",
            Place { line: Some(12), ..Place::default() },
        ),
        finding("DID-NAME", Severity::Block, "The header is the name of an identifier.", place("region")),
        finding(
            "DID-NAME",
            Severity::Block,
            "37 more like these",
            Place { more: Some(37), ..Place::default() },
        ),
        finding(
            "IMG-TEXT",
            Severity::Review,
            "Text.",
            Place { pixels: Some([10, 20, 100, 40]), ..Place::default() },
        ),
    ];
    insta::assert_snapshot!(drawn(text, findings, Look::PLAIN));
}

#[test]
fn colour_repeats_what_signs_say() {
    let look = Look { width: 80, colour: true };
    let told = drawn(
        "region,n\nLeuven,3\nGent,41\n",
        vec![finding("CNT-MIN", Severity::Block, "3 people.", cell(0, 1, "n", "3"))],
        look,
    );
    let plain = drawn(
        "region,n\nLeuven,3\nGent,41\n",
        vec![finding("CNT-MIN", Severity::Block, "3 people.", cell(0, 1, "n", "3"))],
        Look::PLAIN,
    );
    assert!(told.contains("\u{1b}[1m\u{1b}[31m[3]\u{1b}[0m"), "{told:?}");
    let mut stripped = String::new();
    for part in told.split('\u{1b}') {
        stripped.push_str(
            part.strip_prefix('[').and_then(|part| part.split_once('m')).map_or(part, |(_, rest)| rest),
        );
    }
    assert_eq!(stripped, plain);
}

#[test]
fn a_reason_is_given_once() {
    let report = FileReport {
        path: "a.csv".to_owned(),
        sha256: None,
        bytes: 0,
        kind: "unknown".to_owned(),
        supporting: true,
        verdict: Verdict::Blocked,
        claim: None,
        table: None,
        findings: vec![finding("CNT-MIN", Severity::Block, "3 people.", Place::default())],
    };
    let mut explained = Explained::default();
    let mut told = || super::report(&report, &Content::default(), Look::PLAIN, &mut explained);
    let (first, second) = (told(), told());
    assert!(first.contains("why: ") && !second.contains("why: "));
    assert!(second.contains("fix: ") && second.contains("not read, supporting: never leaves"), "{second}");
}

#[test]
fn a_narrow_terminal_is_kept_to() {
    let text = "region,first,second,third,fourth\nLeuven,3,1200,31,44\nGent,41,52,53,54\n";
    let look = Look { width: 40, colour: false };
    let told = drawn(
        text,
        vec![finding("CNT-MIN", Severity::Block, "The cell counts 3 people.", cell(0, 1, "first", "3"))],
        look,
    );
    assert!(told.lines().all(|line| width(line) <= 40), "{told}");
    assert!(told.contains("[3]") && told.contains('…'), "{told}");
}
