//! The checks run where a hostile file can reach nothing and stop nothing.

use crate::desk::{CLEAR, Desk, RESULTS, exeat};

#[test]
fn nothing_gets_out_of_the_cage() {
    let folder = tempfile::tempdir().unwrap();
    let tried = exeat(folder.path(), &["inspect-sealed", "--try-to-escape"]);
    assert_eq!((tried.code, tried.err.as_str()), (0, ""));
}

#[test]
fn checks_that_cannot_end_leave_the_file_to_a_person() {
    let desk = Desk::new();
    desk.configure("memory", "memory = 1");
    desk.run(&format!("request --as ann_P create {CLEAR} {RESULTS}/new_cases_by_year.csv")).done();
    let request = desk.request("ann_P", "EX-3");
    assert_eq!(request["state"], "submitted");
    let files = request["rounds"][0]["files"].as_array().unwrap();
    assert_eq!(files.len(), 2);
    for file in files {
        let report = &file["report"];
        assert_eq!(
            (&report["verdict"], &report["findings"][0]["outcome"]),
            (&"review".into(), &"undecided".into())
        );
    }
}

#[test]
fn hostile_files_are_never_clear_and_never_stop_the_others() {
    let desk = Desk::new();
    let deep = "<g>".repeat(100_000);
    let hostile: [(&str, Vec<u8>); 6] = [
        ("deep.svg", format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{deep}").into_bytes()),
        ("wide.csv", "a,".repeat(1_000_000).into_bytes()),
        ("quotes.csv", "\"".repeat(1_000_001).into_bytes()),
        ("zeros.csv", vec![0; 1_000_000]),
        (
            "page.png",
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x06\x00\x00\x00"
                .to_vec(),
        ),
        ("book.xlsx", b"PK\x03\x04 and nothing more".to_vec()),
    ];
    for (name, bytes) in &hostile {
        desk.put(&format!("Users/ann_P/hostile/{name}"), bytes);
    }
    desk.run(&format!("request --as ann_P create Users/ann_P/hostile {CLEAR}")).done();
    let request = desk.request("ann_P", "EX-3");
    assert_eq!(request["state"], "submitted");
    for file in request["rounds"][0]["files"].as_array().unwrap() {
        assert_eq!(file["report"]["verdict"] == "clear", file["path"] == CLEAR, "{file}");
    }
    assert_eq!(request["rounds"][0]["files"].as_array().unwrap().len(), hostile.len() + 1);
}
