//! The ledger through the command line: whole, exported, and tampered with.

use std::fs;

use crate::desk::{Desk, exeat};

#[test]
fn an_export_is_verified_offline_and_every_change_is_found() {
    let desk = Desk::new();
    let whole = desk.run("ledger verify").done();
    assert!(whole.starts_with("The ledger is whole: 34 entries"), "{whole}");
    desk.run("ledger --as cleo export ledger.jsonl").done();
    desk.run("ledger --as cleo export ledger.jsonl").refused();
    desk.run("ledger --as ann_P export other.jsonl").refused();
    assert!(!desk.folder().join("other.jsonl").exists(), "who may not read it gets nothing");

    // Away from the desk, with the public key alone.
    let away = tempfile::tempdir().unwrap();
    let export = fs::read_to_string(desk.folder().join("ledger.jsonl")).unwrap();
    fs::copy(desk.folder().join("state/ledger.pub"), away.path().join("ledger.pub")).unwrap();
    let verify = |lines: &[&str]| {
        fs::write(away.path().join("ledger.jsonl"), lines.join("\n") + "\n").unwrap();
        exeat(away.path(), &["ledger", "verify", "ledger.jsonl", "--key", "ledger.pub"])
    };
    let lines: Vec<&str> = export.lines().collect();
    let sound = verify(&lines).done();
    assert!(sound.contains("34 entries, each as it was written and signed"), "{sound}");

    let changed = lines[4].replace("\"validated\"", "\"drawn\"");
    assert_ne!(changed, lines[4]);
    let mut tampered = lines.clone();
    tampered[4] = &changed;
    let broken = verify(&tampered).refused();
    assert!(broken.contains("broken at line 5"), "{broken}");

    let mut dropped = lines.clone();
    dropped.remove(9);
    let broken = verify(&dropped).refused();
    assert!(broken.contains("broken at line 10"), "{broken}");

    let mut moved = lines.clone();
    moved.swap(11, 12);
    assert!(verify(&moved).refused().contains("broken at line 12"));
    assert!(verify(&lines[..20]).refused().contains("broken at line 21"));
    assert_eq!(exeat(away.path(), &["ledger", "verify", "ledger.jsonl"]).code, 2, "an export needs the key");
}

#[test]
fn what_was_written_down_elsewhere_holds_the_ledger_to_it() {
    let desk = Desk::new();
    let end = desk.end();
    let (seq, hash) = (&end["seq"], end["hash"].as_str().unwrap());
    desk.run(&format!("ledger verify --anchor {seq}:{hash}")).done();
    let other = hash.chars().rev().collect::<String>();
    let refused = desk.run(&format!("ledger verify --anchor {seq}:{other}")).refused();
    assert!(refused.contains("34"), "{refused}");
    desk.run(&format!("ledger verify --anchor 99:{hash}")).refused();
    assert_eq!(desk.run("ledger verify --anchor 34").code, 2);
}
