//! What left before: as folders on the command line, and on the desk from its own ledger and archive.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::desk::{Desk, RESULTS, Ran, exeat};

const OLD: &str = "region,sex,n\nLeuven,F,210\nLeuven,M,190\nGent,F,305\nGent,M,287\n";

fn put(folder: &Path, files: &[(&str, &str)]) {
    for (name, content) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

fn document(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

fn findings<'a>(file: &'a Value, rule: &str) -> Vec<&'a Value> {
    file["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule).collect()
}

#[test]
fn a_folder_of_what_left_is_held_against_the_files_and_not_listed() {
    let place = tempfile::tempdir().unwrap();
    let new = OLD.replace("305", "302");
    put(place.path(), &[("out/t.csv", &new), ("out/left/r1/t.csv", OLD), ("out/left/notes.md", "# Notes")]);
    let ran = exeat(place.path(), &["check", "out", "--baseline", "out/left", "--format", "json"]);
    let json = document(&ran);
    assert_eq!((ran.code, json["files"].as_array().unwrap().len()), (1, 1), "{ran:?}");
    let found = findings(&json["files"][0], "DIF-CELL");
    assert_eq!(found[0]["where"]["baseline"], "r1/t.csv");
    assert_eq!(
        (&found[0]["severity"], &found[0]["where"]["cell"]),
        (&"block".into(), &serde_json::json!([2, 2]))
    );
    let text = exeat(place.path(), &["check", "out/t.csv", "--baseline", "out/left"]).out;
    assert!(text.contains("against r1/t.csv"), "{text}");
    let sarif = exeat(place.path(), &["check", "out/t.csv", "--baseline", "out/left", "--format", "sarif"]);
    let result = &document(&sarif)["runs"][0]["results"][0];
    assert_eq!(result["properties"]["where"]["baseline"], "r1/t.csv");
    // The same file again, and without what left before.
    assert_eq!(exeat(place.path(), &["check", "out/left/r1/t.csv", "--baseline", "out/left"]).code, 0);
    assert_eq!(exeat(place.path(), &["check", "out/t.csv"]).code, 0);
}

#[test]
fn several_folders_count_and_one_that_is_missing_is_said() {
    let place = tempfile::tempdir().unwrap();
    put(
        place.path(),
        &[("t.csv", OLD), ("a/x.csv", "region,n\nA,40\nB,50\n"), ("b/y.csv", &OLD.replace("190", "188"))],
    );
    let ran =
        exeat(place.path(), &["check", "t.csv", "--baseline", "a", "--baseline", "b", "--format", "json"]);
    assert_eq!(findings(&document(&ran)["files"][0], "DIF-CELL")[0]["where"]["baseline"], "y.csv");

    let ran = exeat(place.path(), &["check", "t.csv", "--baseline", "nowhere", "--format", "json"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("--baseline nowhere: there is no such file or folder"), "{}", ran.err);
    let json = document(&ran);
    assert_eq!(json["files"][0]["verdict"], "review", "nothing was compared: {json}");
    assert_eq!(findings(&json["files"][0], "DIF-CELL")[0]["outcome"], "undecided");
}

#[test]
fn what_left_and_cannot_be_read_is_undecided() {
    let place = tempfile::tempdir().unwrap();
    put(place.path(), &[("t.csv", OLD), ("left/broken.csv", "region,n\n\"A,40\n"), ("left/real.csv", OLD)]);
    std::os::unix::fs::symlink("real.csv", place.path().join("left/link.csv")).unwrap();
    let ran = exeat(place.path(), &["check", "t.csv", "--baseline", "left", "--format", "json"]);
    let json = document(&ran);
    let named: Vec<&Value> =
        findings(&json["files"][0], "DIF-CELL").iter().map(|finding| &finding["where"]["baseline"]).collect();
    assert_eq!(named, ["broken.csv", "link.csv"]);
    assert_eq!((ran.code, &json["files"][0]["verdict"]), (0, &"review".into()));
}

#[test]
fn what_acro_claims_is_shown_and_checked_again() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../checks/fixtures/acro");
    let place = tempfile::tempdir().unwrap();
    for name in ["results.json", "output_0_0.csv", "output_1_0.csv"] {
        fs::create_dir_all(place.path().join("acro")).unwrap();
        fs::copy(fixtures.join(name), place.path().join("acro").join(name)).unwrap();
    }
    let ran = exeat(place.path(), &["check", "acro", "--format", "json"]);
    let json = document(&ran);
    let files = json["files"].as_array().unwrap();
    let of = |name: &str| files.iter().find(|file| file["path"] == format!("acro/{name}")).unwrap();
    assert_eq!(
        (&of("output_0_0.csv")["claim"]["status"], &of("output_0_0.csv")["verdict"]),
        (&"pass".into(), &"clear".into())
    );
    let largest = of("output_1_0.csv");
    assert_eq!(
        (&largest["claim"]["status"], &largest["claim"]["fair"]["statbarn"]),
        (&"pass".into(), &"Endpoints".into())
    );
    assert_eq!(findings(of("results.json"), "FMT-META")[0]["severity"], "block");
    assert!(of("results.json").get("claim").is_none());
    let text = exeat(place.path(), &["check", "acro"]).out;
    assert!(text.contains("acro 1.0.2 claims of output_0: pass (table, crosstab)"), "{text}");
    let sarif = document(&exeat(place.path(), &["check", "acro", "--format", "sarif"]));
    assert_eq!(sarif["runs"][0]["artifacts"][0]["properties"]["claim"]["output"], "output_0");
}

/// A desk where a table of the project `diabetes` has left as `EX-3`.
fn released() -> Desk {
    let desk = Desk::new();
    desk.put(&format!("{RESULTS}/by_region.csv"), OLD);
    desk.run(&format!("request --as ann_P create {RESULTS}/by_region.csv")).done();
    desk.run("review --as cleo approve EX-3").done();
    assert_eq!(desk.request("ann_P", "EX-3")["state"], "released");
    desk
}

/// The findings of differencing on the only file of a request.
fn compared(desk: &Desk, account: &str, id: &str) -> Vec<Value> {
    let request = desk.request(account, id);
    let rounds = request["rounds"].as_array().unwrap();
    let file = &rounds.last().unwrap()["files"][0];
    let all = file["report"]["findings"].as_array().unwrap();
    all.iter().filter(|finding| finding["rule"].as_str().unwrap().starts_with("DIF")).cloned().collect()
}

#[test]
fn the_desk_holds_a_request_against_what_left_for_its_project() {
    let desk = released();
    let path = format!("{RESULTS}/by_region_again.csv");
    desk.put(&path, OLD.replace("305", "302"));
    desk.run(&format!("request --as ann_P create {path}")).done();
    let found = compared(&desk, "ann_P", "EX-4");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["rule"], &found[0]["severity"]), (&"DIF-CELL".into(), &"block".into()));
    assert_eq!(found[0]["where"]["baseline"], "EX-3/by_region.csv");
    let shown = desk.run("review --as cleo show EX-4").done();
    assert!(shown.contains("DIF-CELL") && shown.contains("against EX-3/by_region.csv"), "{shown}");
    // The next round: what was asked for before never left.
    desk.put(&path, OLD.replace("305", "402"));
    desk.run(&format!("request --as ann_P correct EX-4 {path}")).done();
    assert!(compared(&desk, "ann_P", "EX-4").is_empty());
    // Another project, and nothing of it left.
    desk.put("Users/bram_P/cohort/by_region.csv", OLD.replace("305", "302"));
    desk.run("request --as bram_P create Users/bram_P/cohort/by_region.csv").done();
    assert!(compared(&desk, "bram_P", "EX-5").is_empty());
    assert_eq!(
        fs::read_dir(desk.folder().join("state/scratch")).unwrap().count(),
        0,
        "nothing is left behind"
    );
}

#[test]
fn a_release_that_cannot_be_read_again_is_named_and_undecided() {
    let desk = released();
    let person = desk.folder().join("archive/Sent to Ann Peeters");
    let mut copies: Vec<_> = fs::read_dir(&person).unwrap().map(|entry| entry.unwrap().path()).collect();
    copies.sort();
    for copy in &copies {
        let mut bytes = fs::read(copy).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(copy, bytes).unwrap();
    }
    desk.put(&format!("{RESULTS}/again.csv"), OLD);
    desk.run(&format!("request --as ann_P create {RESULTS}/again.csv")).done();
    let found = compared(&desk, "ann_P", "EX-4");
    assert!(!found.is_empty() && found.iter().all(|finding| finding["outcome"] == "undecided"), "{found:?}");
    assert!(found.iter().any(|finding| finding["where"]["baseline"] == "EX-3/by_region.csv"), "{found:?}");
    assert!(found[0]["message"].as_str().unwrap().contains("is not what was put there"), "{found:?}");
    for copy in &copies {
        fs::remove_file(copy).unwrap();
    }
    desk.run(&format!("request --as ann_P create {RESULTS}/again.csv")).done();
    let found = compared(&desk, "ann_P", "EX-5");
    assert!(found[0]["message"].as_str().unwrap().contains("cannot be opened"), "{found:?}");
}
