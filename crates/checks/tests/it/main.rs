//! The checks from outside: one file in, its verdict and findings out.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod hostile;
mod made;
mod properties;

use exeat_checks::{Input, Policy, Source, check};
use exeat_domain::finding::{FileReport, Outcome, Severity, Verdict};
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};

fn under(preset: &str, name: &str, bytes: impl Into<Vec<u8>>) -> FileReport {
    let policy =
        if preset.contains('\n') { Policy::from_toml(preset) } else { Policy::preset(preset) }.unwrap();
    let input = Input { path: name.to_owned(), supporting: false, source: Source::Bytes(bytes.into()) };
    check(vec![input], &policy).remove(0).report
}

fn report(name: &str, bytes: impl Into<Vec<u8>>) -> FileReport {
    under("be-default", name, bytes)
}

/// Rule, severity and cell of each finding.
fn found(report: &FileReport) -> Vec<(&str, Severity, Option<[u64; 2]>)> {
    report
        .findings
        .iter()
        .map(|finding| (finding.rule.as_str(), finding.severity, finding.place.cell))
        .collect()
}

fn roles(report: &FileReport) -> Vec<&str> {
    report.table.as_ref().unwrap().columns.iter().map(|column| column.role.as_str()).collect()
}

#[test]
fn what_is_no_table_is_refused() {
    for (name, bytes) in [
        ("a.csv", b"".as_slice()),
        ("a.csv", b"\n\n , \n"),
        ("a.csv", b"<!DOCTYPE html><table></table>"),
        ("a.csv", b"{\"a\": [1, 2]}"),
        ("a.csv", b"PK\x03\x04\x14\0"),
        ("a.csv", b"%PDF-1.7\n"),
        ("a.csv", b"a,b\n1,\0\n"),
        ("a.csv", b"a,b\n1,\xe9\x81\n"),
        ("a.png", b"a,b\n1,2\n"),
        ("a.csv", b"\x89PNG\r\n\x1a\n"),
        ("a.xlsx", b"a,b\n1,2\n"),
        ("a.xyz", b"a,b\n1,2\n"),
        ("a", b"a,b\n1,2\n"),
        ("a.txt", b"Dear reader,\nthis, as you see, is a letter,\nwith many, many, many, commas in it\nand no end\nto its lines, ever, it, seems\n"),
    ] {
        let report = report(name, bytes);
        assert_eq!(report.verdict, Verdict::Blocked, "{name} {bytes:?} {report:?}");
        assert_eq!(found(&report), [("FMT-TYPE", Severity::Block, None)], "{name} {bytes:?}");
        assert!(report.sha256.is_some());
    }
}

#[test]
fn quotes_that_do_not_match_are_undecided_and_never_clear() {
    let report = report("a.csv", "a,b\n1,\"2\n");
    assert_eq!(report.verdict, Verdict::Review);
    assert_eq!(report.findings[0].outcome, Outcome::Undecided);
    assert_eq!(report.findings.len(), 1);
}

#[test]
fn what_was_not_read_has_no_digest_and_one_undecided_finding() {
    let input = Input {
        path: "link.csv".into(),
        supporting: false,
        source: Source::Unread { why: "it is a link".into() },
    };
    let report = check(vec![input], &Policy::preset("be-default").unwrap()).remove(0).report;
    assert_eq!((report.sha256, report.verdict, report.findings.len()), (None, Verdict::Review, 1));
    assert_eq!(report.findings[0].outcome, Outcome::Undecided);
}

#[test]
fn limits_are_findings() {
    for (limit, text) in [
        ("bytes = 5", "a,b\n10,20\n"),
        ("rows = 1", "a,b\n10,20\n"),
        ("columns = 1", "a,b\n10,20\n"),
        ("cell_bytes = 3", "a,bbbbb\n10,20\n"),
    ] {
        let report = under(&format!("[limits]\n{limit}\n"), "a.csv", text);
        assert_eq!(report.verdict, Verdict::Blocked, "{limit}");
        assert_eq!(report.findings[0].rule, "FMT-TYPE", "{limit}");
    }
}

#[test]
fn small_counts_block_below_five_and_are_for_review_below_ten() {
    let report = report("a.csv", "sex,n\nF,4\nM,7\nX,10\nU,1234\nV,1\n");
    assert_eq!(
        found(&report),
        [
            ("CNT-MIN", Severity::Block, Some([0, 1])),
            ("CNT-MIN", Severity::Review, Some([1, 1])),
            ("CNT-MIN", Severity::Block, Some([4, 1]))
        ]
    );
    assert_eq!(report.findings[0].place.column.as_deref(), Some("n"));
    assert_eq!(report.findings[0].place.value.as_deref(), Some("4"));
    assert_eq!(roles(&report), ["dimension", "count"]);
}

#[test]
fn counts_are_read_however_they_are_written() {
    for (text, cells) in [
        ("sex,n (%)\nF,3 (12.5)\nM,21 (87.5)\n", vec![[0, 1]]),
        ("sex,responders\nF,3/17\nM,20/40\n", vec![[0, 1]]),
        ("sexe;effectif;taux\nF;3;1,5\nM;1.234;98,5\n", vec![[0, 1]]),
        ("sep=;\nsex;aantal\nV;3\nM;40\n", vec![[0, 1]]),
        ("sex\tn\nF\t3\nM\t40\n", vec![[0, 1]]),
        ("sex|n\nF|3\nM|40\n", vec![[0, 1]]),
        (",Male,Female,All\nyoung,3,17,20\nold,21,14,35\nAll,24,31,55\n", vec![[0, 1]]),
        ("age,0,1,2\nyoung,3,17,20\nold,21,14,35\n", vec![[0, 1]]),
        ("Table 1\n\nsex,n\nF,3\nM,40\nSource: register\n", vec![[0, 1]]),
        ("sex,n\nF,٣\nM,40\n", vec![[0, 1]]),
        ("F,3\nM,40\nX,51\n", vec![[0, 1]]),
        ("\"sex\" \"n\"\n\"1\" \"F\" 3\n\"2\" \"M\" 40\n", vec![[0, 2]]),
        (",n\ncount,3\nmean,7\nstd,2\n", vec![[0, 1]]),
    ] {
        let name = if text.starts_with('"') { "a.txt" } else { "a.csv" };
        let report = report(name, text);
        let small: Vec<[u64; 2]> = report
            .findings
            .iter()
            .filter(|finding| finding.rule == "CNT-MIN")
            .filter_map(|finding| finding.place.cell)
            .collect();
        assert_eq!(small, cells, "{text}\n{report:#?}");
    }
}

#[test]
fn a_rounded_count_is_the_set_that_it_can_hide() {
    let text = "sex,n\nF,5\nM,10\nX,25\nU,0\n";
    assert_eq!(found(&report("a.csv", text)), [("CNT-MIN", Severity::Review, Some([0, 1]))]);
    assert_eq!(report("a.csv", text).findings[0].interval, Some((3, Some(7))));
    assert_eq!(found(&under("acro", "a.csv", text)), [("CNT-MIN", Severity::Block, Some([0, 1]))]);
    let sevens = "sex,n\nF,7\nM,14\nX,49\nU,70\n";
    // 7 stands for 4 to 10 and 14 for 11 to 17; rounding to 7 is prescribed nowhere.
    assert_eq!(found(&report("a.csv", sevens)), [("CNT-MIN", Severity::Review, Some([0, 1]))]);
    let midpoints = "sex,n\nF,3\nM,9\nX,27\nU,0\n";
    // Rounded to the middle of six, 0 is 0.
    assert_eq!(
        found(&under("opensafely", "a.csv", midpoints)),
        [("CNT-MIN", Severity::Block, Some([0, 1])), ("CNT-ZERO", Severity::Review, Some([3, 1]))]
    );
}

#[test]
fn counts_of_things_are_for_review() {
    let report = report("a.csv", "region,n_practices\nA,3\nB,40\nC,52\n");
    assert_eq!(found(&report), [("CNT-MIN", Severity::Review, Some([0, 1]))]);
}

#[test]
fn a_statistic_of_a_group_that_is_hidden_as_small_is_found() {
    let report = report("a.csv", "sex,n,mean\nF,<5,61.2\nM,40,58.1\n");
    assert_eq!(found(&report), [("CNT-MIN", Severity::Block, Some([0, 2]))]);
}

#[test]
fn a_safe_table_is_clear() {
    for text in [
        "sex,n\nF,120\nM,340\n",
        "term,estimate,std.error,p.value,df.residual\nage,0.12,0.03,0.001,806\nsexM,-0.4,0.11,0.0004,806\n",
        "sex,n,mean_age\nF,120,61.2\nM,340,58.1\n",
        "region,n\nA,[REDACTED]\nB,40\nC,52\n",
    ] {
        let report = report("a.csv", text);
        assert_eq!(report.verdict, Verdict::Clear, "{text}\n{report:#?}");
    }
}

#[test]
fn a_model_that_states_no_degrees_of_freedom_is_undecided() {
    let report =
        report("a.csv", "term,estimate,std.error,p.value\nage,0.12,0.03,0.001\nsexM,-0.4,0.11,0.0004\n");
    assert_eq!(report.verdict, Verdict::Review);
    let open: Vec<_> =
        report.findings.iter().map(|finding| (finding.rule.as_str(), finding.outcome)).collect();
    assert_eq!(open, [("DOF-MIN", Outcome::Undecided)]);
}

/// One row a person, made by a fixed recurrence.
fn microdata(rows: u32) -> String {
    let mut text = String::from("age,sex,region,smoker,weight\n");
    let mut seed = 7_u32;
    for _ in 0..rows {
        seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        let of = |shift: u32, many: u32| (seed >> shift) % many;
        text += &format!(
            "{},{},{},{},{}.{}\n",
            20 + of(3, 60),
            ["F", "M"][of(9, 2) as usize],
            ["north", "south", "east"][of(11, 3) as usize],
            of(14, 2),
            50 + of(16, 50),
            of(20, 10)
        );
    }
    text
}

#[test]
fn one_row_a_person_blocks_and_one_row_a_group_does_not() {
    let records = report("a.csv", microdata(200));
    assert!(
        found(&records)
            .iter()
            .any(|(rule, severity, _)| (*rule, *severity) == ("REC-LEVEL", Severity::Block)),
        "{records:#?}"
    );
    let mut groups = String::from("age,sex,n\n");
    for age in 20..60 {
        groups += &format!("{age},F,{}\n{age},M,{}\n", 100 + age * 3, 80 + age * 7 % 111);
    }
    assert_eq!(report("a.csv", groups).verdict, Verdict::Clear);
}

#[test]
fn one_column_a_person_and_one_cell_of_persons_block() {
    let turned: Vec<Vec<String>> =
        microdata(60).lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
    let mut text = String::new();
    for at in 0..5 {
        text += &(turned.iter().map(|row| row[at].as_str()).collect::<Vec<_>>().join(",") + "\n");
    }
    let one_column = report("a.csv", text);
    assert!(found(&one_column).iter().any(|(rule, ..)| *rule == "REC-LEVEL"), "{one_column:#?}");
    let list = report("a.csv", "group,values\nA,\"1.5;2.5;3;4;5;6;7;8;9;10\"\nB,\"11;12\"\n");
    assert!(found(&list).contains(&("REC-LEVEL", Severity::Block, Some([0, 1]))), "{list:#?}");
    let json = report("a.csv", "group,data\nA,\"[{\"\"age\"\": 30, \"\"sex\"\": \"\"F\"\"}]\"\nB,\n");
    assert!(found(&json).contains(&("REC-LEVEL", Severity::Block, Some([0, 1]))), "{json:#?}");
    let codes = report(
        "a.csv",
        "group,codes,n\nA,\"401,402,403,404,405,406,407,408,409,410,411\",120\nB,\"250,251\",340\n",
    );
    assert!(!found(&codes).iter().any(|(rule, ..)| *rule == "REC-LEVEL"), "{codes:#?}");
}

#[test]
fn a_hundred_findings_then_how_many_more() {
    let text = (0..150).fold(String::from("code,n\n"), |text, at| text + &format!("K{at},{}\n", 1 + at % 4));
    let report = report("a.csv", text);
    let counts: Vec<_> = report.findings.iter().filter(|finding| finding.rule == "CNT-MIN").collect();
    assert_eq!((counts.len(), counts[100].place.more), (101, Some(50)));
}

#[test]
fn what_is_shown_cannot_steer_a_terminal() {
    let report = report("a.csv", "\"sex\u{1b}[31m\",n\nF,3\nM,4\n");
    let shown = format!("{report:?}");
    assert!(!shown.contains('\u{1b}'));
}

#[test]
fn a_role_that_the_policy_declares_holds() {
    let report = under("[columns]\nwaarde = 'count'\n", "a.csv", "sex,waarde\nF,3.0\nM,40.5\n");
    assert_eq!(roles(&report), ["dimension", "count"]);
    assert_eq!(report.verdict, Verdict::Blocked);
}

/// Labels with counts, as a comma separated table.
fn counts() -> impl Strategy<Value = Vec<(u8, u32)>> {
    proptest::collection::vec((any::<u8>(), 0_u32..60), 3..30)
}

fn table(rows: &[(u8, u32)], delimiter: char) -> String {
    rows.iter().enumerate().fold(format!("group{delimiter}n{delimiter}rate\n"), |text, (at, (label, n))| {
        let decimal = if delimiter == ';' { ',' } else { '.' };
        text + &format!("g{label}x{at}{delimiter}{n}{delimiter}{}{decimal}5\n", label % 90)
    })
}

proptest! {
    #[test]
    fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..400), name in "a\\.(csv|txt|png|svg|tsv)") {
        let report = report(&name, bytes);
        prop_assert!(report.sha256.is_some());
    }

    #[test]
    fn no_table_is_too_strange(text in "[a-z0-9,;\"\n\t|.#%<*() /-]{0,300}") {
        let report = report("a.csv", text);
        prop_assert!(report.findings.len() < 1000);
    }

    #[test]
    fn a_table_says_the_same_whatever_its_delimiter(rows in counts()) {
        let comma = report("a.csv", table(&rows, ','));
        let semicolon = report("a.csv", table(&rows, ';'));
        prop_assert_eq!(comma.verdict, semicolon.verdict);
        prop_assert_eq!(found(&comma), found(&semicolon));
    }

    #[test]
    fn a_table_says_the_same_whatever_the_order_of_its_rows(rows in counts()) {
        let mut turned = rows.clone();
        turned.reverse();
        let severities = |report: &FileReport| { let mut all: Vec<_> = report.findings.iter().map(|finding| (finding.rule.clone(), finding.severity)).collect(); all.sort(); all };
        let (straight, turned) = (report("a.csv", table(&rows, ',')), report("a.csv", table(&turned, ',')));
        prop_assert_eq!(severities(&straight), severities(&turned));
    }
}

/// A decimal comma that comes late in the file, below hundreds of whole numbers, is one all the same.
#[test]
fn decimals_far_down_tell_the_separator() {
    let line = |at: usize| format!("g{at};{};{}\n", 1000 + at * 7, if at < 300 { "12" } else { "9,75" });
    let text: String =
        std::iter::once("Groep;Aantal;Gemiddelde\n".to_owned()).chain((0..400).map(line)).collect();
    let table = report("a.csv", text).table.unwrap();
    let roles: Vec<_> = table.columns.iter().map(|column| column.role.as_str()).collect();
    assert_eq!(roles, ["dimension", "count", "statistic"]);

    let line = |at: usize| format!("g{at};{}\n", if at < 60 { "12" } else { "1.234" });
    let text: String = std::iter::once("Groep;Aantal\n".to_owned()).chain((0..90).map(line)).collect();
    let table = report("a.csv", text).table.unwrap();
    assert_eq!(table.columns[1].role, "count");
}

/// Tables as researchers export them, with what must be found in them.
#[test]
fn tables_are_read_however_they_are_laid_out() {
    let small = |table: Option<u32>, cell: [u64; 2]| ("CNT-MIN".to_owned(), table, Some(cell));
    for (text, expected) in [
        // A point groups thousands where a whole number stands beside it in a file of a desktop.
        ("Groep;Aantal\nA;1.234\nB;4\nC;345\n", vec![small(None, [1, 1])]),
        ("Groep;Aantal (%)\nA;1.234 (70)\nB;  4 (1)\nC;345 (29)\n", vec![small(None, [1, 1])]),
        ("Groep;Gemiddelde\nA;1.234\nB;2.345\nC;3.456\n", vec![]),
        // Two tables under one another, parted by an empty line.
        (
            "Age,n\n0-17,120\n18-64,70\n65+,3\n\nSex,n\nM,120\nF,8\nX,55\n",
            vec![small(Some(0), [2, 1]), small(Some(1), [1, 1])],
        ),
        // A header that spans columns.
        (
            "Age,2021,,2022,\n,M,F,M,F\n0-17,120,44,130,51\n18-64,70,3,88,93\n65+,61,52,18,77\n",
            vec![small(None, [1, 2])],
        ),
        // A source line with a comma in it, with and without an empty line behind it.
        (
            "Table 2. Counts by age\nSource: Intego, extraction 2024\n\nAge,M,F\n0-17,120,44\n18-64,70,3\n",
            vec![small(None, [1, 2])],
        ),
        ("Source: Intego, extraction 2024\nAge,M,F\n0-17,120,44\n18-64,70,3\n", vec![small(None, [1, 2])]),
        // Counts with percentages.
        ("Groep;Aantal (%)\nA;120 (48,2 %)\nB;4 (1,6 %)\nC;125 (50,2 %)\n", vec![small(None, [1, 1])]),
        ("Groep;Aantal\nA;120 [48,2%]\nB;4 [1,6%]\nC;125 [50,2%]\n", vec![small(None, [1, 1])]),
    ] {
        let report = report("a.csv", text);
        let counts = report.findings.iter().filter(|finding| finding.rule == "CNT-MIN");
        let found: Vec<_> =
            counts.map(|finding| (finding.rule.clone(), finding.place.table, finding.place.cell)).collect();
        assert_eq!(found, expected, "{text}\n{:?}", roles(&report));
    }
}
