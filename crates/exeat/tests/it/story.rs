//! A request from its first line to its last, through the command line alone.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::desk::{CLEAR, Desk, RESULTS, exeat};

const SMALL: &str = "region,count\nnorth,40\nsouth,2\nwest,80\n";

/// A desk where `EX-3` waits: one clear file and one with a small count.
fn waiting() -> Desk {
    let desk = Desk::new();
    desk.put(&format!("{RESULTS}/small.csv"), SMALL);
    let purpose = ["--purpose", "Counts by region, and prevalence"];
    desk.with(&format!("request --as ann_P create {CLEAR} {RESULTS}/small.csv"), &purpose).done();
    desk
}

#[test]
fn approved_files_leave_and_the_others_go_back() {
    let desk = waiting();
    let shown = desk.run("request show EX-3 --as ann_P").done();
    assert_snapshot!("request_show", desk.redacted(&shown));
    assert_snapshot!("review_show", desk.redacted(&desk.run("review next --as cleo").done()));

    let first = desk.run("review approve EX-3 prevalence_by_age.csv --as cleo").done();
    assert!(first.starts_with("1 file approved. 1 file to decide: small.csv\n"), "{first}");
    assert_eq!(desk.request("ann_P", "EX-3")["state"], "submitted");

    let reason = ["--reason", "Merge the south with the west."];
    let last = desk.with("review return EX-3 small.csv --as cleo", &reason).done();
    assert_snapshot!("review_end", desk.redacted(&last));
    assert!(desk.folder().join("archive/Sent to Ann Peeters").read_dir().unwrap().count() == 2);
    assert_eq!(desk.run("review next --as cleo").done(), "Nothing waits for you.\n");

    let request = desk.request("ann_P", "EX-3");
    assert_eq!(request["state"], "released");
    let released = request["release"]["files"].as_array().unwrap();
    assert_eq!(released.len(), 1, "{released:?}");
    assert_eq!(released[0]["name"], "prevalence_by_age.csv");
}

#[test]
fn nobody_decides_on_their_own_request() {
    let desk = Desk::new();
    desk.enrol("dirk_P", r#"["requester", "checker"]"#);
    desk.run(&format!("request --as dirk_P create {CLEAR}")).done();
    let before = desk.end();
    assert_eq!(desk.run("review --as dirk_P next").done(), "Nothing waits for you.\n");
    let refused = desk.run("review --as dirk_P approve EX-3").refused();
    assert!(refused.contains("own"), "{refused}");
    // Case does not make another person of them.
    desk.run("review --as DIRK_p approve EX-3").refused();
    assert_eq!(desk.end(), before);
    assert_eq!(desk.request("dirk_P", "EX-3")["state"], "submitted");
    desk.run("review --as cleo approve EX-3").done();
}

#[test]
fn going_against_the_checks_takes_a_written_reason() {
    let desk = waiting();
    let before = desk.end();
    let blocked = desk.run("review approve EX-3 small.csv --as cleo").refused();
    assert!(blocked.contains("CNT-MIN") && blocked.contains("--reason"), "{blocked}");
    let clear = desk.run("review reject EX-3 prevalence_by_age.csv --as cleo").refused();
    assert!(clear.contains("without a written reason (--reason)"), "{clear}");
    // All or nothing: the file that could have been approved is not.
    desk.run("review approve EX-3 --as cleo").refused();
    // A reason of nothing but space is none.
    desk.with("review approve EX-3 small.csv --as cleo", &["--reason", "  "]).refused();
    assert_eq!(desk.end(), before, "nothing was decided");

    let reason = ["--reason", "The south is a region of 2 practices, not people."];
    desk.with("review approve EX-3 --as cleo", &reason).done();
    assert_eq!(desk.request("ann_P", "EX-3")["state"], "released");
}

#[test]
fn only_operators_act_for_others() {
    let desk = Desk::new();
    desk.configure("operators", "operators = []");
    let before = desk.end();
    for words in ["request create Users", "review next", "review approve EX-2", "ledger show"] {
        let refused = desk.run(&format!("{words} --as cleo")).refused();
        assert!(refused.contains("may not act for others"), "{refused}");
    }
    let refused = desk.run("review next --as cleo --format json");
    assert_eq!(refused.code, 1);
    let document: Value = serde_json::from_str(&refused.out).unwrap();
    assert_eq!(document["error"]["code"], "identity");
    assert_eq!(desk.end(), before);
}

#[test]
fn who_is_not_trusted_is_refused_and_kept() {
    let desk = Desk::new();
    for account in ["nobody_P", "nobody", "cleo"] {
        let refused = desk.run(&format!("request --as {account} create {CLEAR}")).refused();
        assert!(refused.contains("was refused and kept as EX-"), "{refused}");
    }
    let all = desk.run("review --as cleo --format json queue --all").json();
    let states: Vec<&Value> =
        all["requests"].as_array().unwrap().iter().map(|request| &request["state"]).collect();
    assert_eq!(states, ["released", "returned", "refused", "refused", "refused"]);
    let ledger = desk.run("ledger --as cleo show EX-3").done();
    assert!(ledger.contains("refused nobody_P: "), "{ledger}");
    assert_eq!(
        desk.run("request --as bram_P show EX-1").refused(),
        "error: EX-1 belongs to another requester\n"
    );
    assert_eq!(desk.run("request --as bram_P show EX-9").refused(), "error: there is no request EX-9\n");
}

#[test]
fn what_cannot_be_taken_up_is_told_per_file_and_the_rest_goes_on() {
    let desk = Desk::new();
    let results = desk.folder().join("share").join(RESULTS);
    symlink("/etc/passwd", results.join("link.csv")).unwrap();
    let _socket = UnixListener::bind(results.join("socket.csv")).unwrap();
    let asked = [
        format!("{RESULTS}/gone.csv"),
        format!("{RESULTS}/link.csv"),
        format!("{RESULTS}/socket.csv"),
        format!("{RESULTS}/con.csv"),
        r"\\other\share\file.csv".to_owned(),
        "../../etc/passwd".to_owned(),
        "/etc/passwd".to_owned(),
    ];
    let words: Vec<&str> = [CLEAR].into_iter().chain(asked.iter().map(String::as_str)).collect();
    let text = desk.with("request --as ann_P create", &words).done();
    assert!(!text.contains("root:"), "{text}");
    assert_snapshot!("request_with_problems", desk.redacted(&text));
    let request = desk.request("ann_P", "EX-3");
    assert_eq!(request["state"], "submitted");
    assert_eq!(request["rounds"][0]["files"].as_array().unwrap().len(), 1);
    assert_eq!(request["rounds"][0]["problems"].as_array().unwrap().len(), asked.len());
}

#[test]
fn an_empty_request_is_none() {
    let desk = Desk::new();
    let before = desk.end();
    assert_eq!(desk.run("request --as ann_P create").code, 2);
    let refused = desk.with("request --as ann_P create", &["", "  "]).refused();
    assert!(refused.contains("the request is empty"), "{refused}");
    fs::write(desk.folder().join("list.txt"), "\n\n").unwrap();
    desk.run("request --as ann_P create --from-file list.txt").refused();
    assert_eq!(desk.end(), before);

    fs::write(desk.folder().join("list.txt"), format!("\n  \"{CLEAR}\"  \n")).unwrap();
    desk.run("request --as ann_P create --from-file list.txt").done();
    assert_eq!(desk.request("ann_P", "EX-3")["rounds"][0]["files"][0]["path"], CLEAR);
}

#[test]
fn what_is_asked_can_be_taken_back_until_it_is_approved() {
    let desk = waiting();
    desk.run(&format!("request --as ann_P withdraw EX-3 {RESULTS}/small.csv")).done();
    let shown = desk.run("request --as ann_P show EX-3").done();
    assert!(shown.contains("small.csv  (taken back)"), "{shown}");
    assert_eq!(desk.request("ann_P", "EX-3")["state"], "submitted");
    let withdrawn = desk.run("request --as ann_P withdraw EX-3").done();
    assert!(withdrawn.contains("EX-3: withdrawn "), "{withdrawn}");
    desk.run("review --as cleo approve EX-3").refused();
    desk.run("request --as ann_P withdraw EX-1").refused();
}

#[test]
fn a_mended_file_opens_the_next_round_and_leaves() {
    let desk = Desk::new();
    let path = "Users/bram_P/cohort/complications.csv";
    let shown = desk.run("request --as bram_P show EX-2").done();
    assert!(shown.ends_with("When it is mended: exeat request correct EX-2 PATH…\n"), "{shown}");
    desk.put(path, "complication,40-69,70+\nretinopathy,98,99\nnone,5805,7360\n");
    desk.put("Users/bram_P/cohort/counts.csv", SMALL);
    let again = desk
        .run(&format!("request --as bram_P correct EX-2 {path} --supporting Users/bram_P/cohort/counts.csv"));
    let again = again.done();
    assert!(again.contains(", round 2\n") && again.contains("(supporting: never leaves)"), "{again}");
    desk.run("review --as cleo approve EX-2 complications.csv").done();
    let request = desk.request("bram_P", "EX-2");
    assert_eq!(request["state"], "released");
    let names: Vec<&Value> =
        request["release"]["files"].as_array().unwrap().iter().map(|file| &file["name"]).collect();
    assert_eq!(names, ["complications.csv"]);
}

#[test]
fn a_locked_vault_holds_the_release_until_it_is_mended() {
    let desk = Desk::new();
    desk.run(&format!("request --as ann_P create {CLEAR}")).done();
    let secret = desk.folder().join("vault.password");
    let right = fs::read(&secret).unwrap();
    fs::write(&secret, "not the password").unwrap();
    desk.run("review --as cleo approve EX-3").done();

    let failed = desk.run("serve --once");
    assert_eq!(failed.code, 1);
    assert_snapshot!("serve_failure", desk.redacted(&format!("{}---\n{}", failed.out, failed.err)));
    let document: Value = serde_json::from_str(&desk.run("serve --once --format json").out).unwrap();
    assert_eq!(document["error"]["code"], "jobs-failed");
    assert_eq!(document["failed"][0]["task"], json!({ "task": "release", "request": "EX-3" }));

    assert_eq!(desk.request("ann_P", "EX-3")["state"], "approved");
    let shown = desk.run("request --as ann_P show EX-3").done();
    let cause = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(cause.contains("the vault does not open: its master password or key file is wrong"), "{shown}");
    assert!(shown.contains("sooner with: exeat serve --once\n"), "{shown}");
    assert!(desk.request("ann_P", "EX-3")["release"]["deliveries"].as_array().is_none_or(Vec::is_empty));

    fs::write(&secret, right).unwrap();
    desk.run("review --as ann_P retry EX-3").refused();
    desk.run("review --as cleo retry EX-3").done();
    assert_eq!(desk.request("ann_P", "EX-3")["state"], "released");
    assert_eq!(desk.run("serve --once").done(), "0 jobs done, 0 failed.\n");
}

#[test]
fn the_help_says_how_to_begin() {
    let place = tempfile::tempdir().unwrap();
    let long = exeat(place.path(), &["--help"]).done();
    assert!(long.lines().all(|line| line.chars().count() <= 80), "{long}");
    assert_snapshot!("help", long);
    for command in ["request", "review", "ledger", "serve", "init", "demo", "config"] {
        let help = exeat(place.path(), &[command, "--help"]).done();
        assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
    }
}
