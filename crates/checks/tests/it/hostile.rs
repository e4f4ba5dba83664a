//! Files that are made to harm: each ends in a finding, soon, and without holding what it claims to be.

use std::io::{Seek, SeekFrom, Write};
use std::time::{Duration, Instant};

use exeat_checks::{Input, Policy, Source, check};
use exeat_domain::finding::{FileReport, Verdict};

/// What takes longer hangs, however slow the build and busy the machine.
const SOON: Duration = Duration::from_secs(1800);

fn under(policy: &str, source: Source) -> FileReport {
    let start = Instant::now();
    let input = Input { path: "a.csv".to_owned(), supporting: false, source };
    let report = check(vec![input], &Policy::from_toml(policy).unwrap()).remove(0).report;
    assert!(start.elapsed() < SOON, "it took {:?}", start.elapsed());
    report
}

fn blocked_by_its_form(report: &FileReport) {
    assert_eq!(report.verdict, Verdict::Blocked, "{report:#?}");
    assert_eq!(report.findings[0].rule, "FMT-TYPE", "{report:#?}");
}

#[test]
fn a_million_columns() {
    let line = "7,".repeat(1_000_000) + "7\n";
    blocked_by_its_form(&under("", Source::Bytes(line.clone().into_bytes())));
    // Where the limit is far away, such a table is read and judged.
    let wide = "7,".repeat(20_000) + "7\n";
    let report = under("[limits]\ncolumns = 2000000\n", Source::Bytes(wide.repeat(3).into_bytes()));
    assert!(report.findings.len() < 10_000, "{} findings", report.findings.len());
}

#[test]
fn a_cell_of_a_hundred_megabytes() {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"group,n\n").unwrap();
    let chunk = vec![b'x'; 1 << 20];
    for _ in 0..100 {
        file.write_all(&chunk).unwrap();
    }
    file.write_all(b",3\n").unwrap();
    blocked_by_its_form(&under("", Source::File(file)));
    let mut open = Vec::from(b"group,n\n\"".as_slice());
    open.resize(50 << 20, b'\n');
    let report = under("", Source::Bytes(open));
    assert_ne!(report.verdict, Verdict::Clear, "{report:#?}");
}

#[test]
fn ten_gigabytes_of_nothing() {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"group,n\nA,3\n").unwrap();
    file.set_len(10 << 30).unwrap();
    blocked_by_its_form(&under("", Source::File(file)));
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"group,n\nA,300\nB,400\n").unwrap();
    file.seek(SeekFrom::Start(64 << 20)).unwrap();
    file.write_all(b"C,500\n").unwrap();
    blocked_by_its_form(&under("", Source::File(file)));
}

#[test]
fn a_nul_anywhere() {
    let table = "group,n\nA,300\nB,400\n".as_bytes();
    for at in 0..table.len() {
        let mut bytes = table.to_vec();
        bytes[at] = 0;
        blocked_by_its_form(&under("", Source::Bytes(bytes)));
    }
}

#[test]
fn lines_that_never_agree() {
    let ragged: String = (0..20_000_usize).map(|at| "1,".repeat(at * 7919 % 90) + "2\n").collect();
    let quotes: String = "\"a\"\"b\",\"c\n".repeat(20_000);
    let blank = "\n".repeat(2_000_000);
    let deep = "{\"a\":".repeat(100_000);
    for text in [ragged, quotes, blank, deep] {
        let report = under("", Source::Bytes(text.into_bytes()));
        assert_ne!(report.verdict, Verdict::Clear, "{:#?}", report.findings.first());
    }
}
