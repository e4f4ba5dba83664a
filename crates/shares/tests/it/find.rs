//! What a wanted path means, in trees that people and attackers make.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixListener;

use exeat_desk::ports::{Found, Share};
use exeat_domain::path::{SharePath, Wanted};
use exeat_shares::FolderShare;
use proptest::prelude::*;

use crate::folder::Folder;

fn wanted(path: &str) -> Wanted {
    Wanted { asked: path.to_owned(), path: SharePath::new(path).unwrap() }
}

fn find(folder: &std::path::Path, path: &str, most: usize) -> Found {
    let share = FolderShare::open(folder).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(share.find(&wanted(path), most)).unwrap()
}

/// The files, then the problems as `code path`.
fn words(found: &Found) -> Vec<String> {
    let files = found.files.iter().map(ToString::to_string);
    files.chain(found.problems.iter().map(|problem| format!("{}: {}", problem.code, problem.asked))).collect()
}

#[track_caller]
fn check(folder: &Folder, path: &str, expected: &[&str]) {
    assert_eq!(words(&find(folder.path(), path, 500)), expected, "{path}");
}

#[test]
fn files_folders_and_patterns_mean_what_people_mean() {
    let folder = Folder::with(&[
        "Users/ann/b.csv",
        "Users/ann/a.csv",
        "Users/ann/Thumbs.db",
        "Users/ann/desktop.INI",
        "Users/ann/~$a.csv",
        "Users/ann/more/c.CSV",
        "Users/ann/more/Thumbs.db",
        "Users/bob/a.csv",
        "Users/bob/it's \"fine\" (1).csv",
        "top.csv",
    ]);
    folder.dir("Users/eve/nothing");
    check(&folder, "top.csv", &["top.csv"]);
    check(&folder, "Users/ann/a.csv", &["Users/ann/a.csv"]);
    check(&folder, "Users/ann", &["Users/ann/a.csv", "Users/ann/b.csv", "Users/ann/more/c.CSV"]);
    check(&folder, "Users/ann/*.csv", &["Users/ann/a.csv", "Users/ann/b.csv"]);
    check(&folder, "Users/ann/*", &["Users/ann/a.csv", "Users/ann/b.csv"]);
    check(&folder, "users/ann/?.CSV", &["Users/ann/a.csv", "Users/ann/b.csv"]);
    check(&folder, "Users/*/a.csv", &["Users/ann/a.csv", "Users/bob/a.csv"]);
    check(&folder, "Users/ann/Thumbs.db", &["Users/ann/Thumbs.db"]);
    check(&folder, "Users/bob/it's \"fine\" (1).csv", &["Users/bob/it's \"fine\" (1).csv"]);
    check(&folder, "Users/bob/it’s “fine” (1).csv", &["Users/bob/it's \"fine\" (1).csv"]);
    check(&folder, "Users/eve", &["no-match: Users/eve"]);
    check(&folder, "Users/ann/*.png", &["no-match: Users/ann/*.png"]);
    check(&folder, "Users/eve/*", &["no-match: Users/eve/*"]);
    check(&folder, "top.csv/a.csv", &["not-a-folder: top.csv"]);
}

#[test]
fn what_is_not_there_says_where_it_was_looked_for_and_what_is_near() {
    let folder = Folder::with(&["Users/ann/table 1.csv", "Users/ann/figure.png"]);
    folder.dir("Users/eve/old");
    for (path, said) in [
        (
            "Users/ann/tabel 1.csv",
            "There is no “tabel 1.csv” in the folder “Users/ann”. There is “table 1.csv”.",
        ),
        ("Users/ann/figure", "There is “figure.png”."),
        ("Users/anne/table 1.csv", "There is no “anne” in the folder “Users”. There is “ann”."),
        ("secrets.csv", "There is no “secrets.csv” in the shared folder. Check"),
        ("Users/eve/*", "Only folders fit “Users/eve/*”"),
    ] {
        let found = find(folder.path(), path, 500);
        assert_eq!(found.problems.len(), 1);
        assert_eq!(found.problems[0].asked, path);
        assert!(found.problems[0].message.contains(said), "{}", found.problems[0].message);
    }
}

#[test]
fn exact_spelling_comes_first_then_the_only_one_that_is_alike() {
    let folder = Folder::with(&[
        "Users/Ann/Table.csv",
        "Users/Ann/table.csv",
        "Users/Ann/re\u{301}sume\u{301}.csv",
        "Users/Ann/men - women.csv",
        "Users/Ann/no\u{a0}break.csv",
        "Users/Bob/x.csv",
        "users2/x.csv",
    ]);
    check(&folder, "Users/Ann/table.csv", &["Users/Ann/table.csv"]);
    check(&folder, "Users/Ann/TABLE.csv", &["ambiguous: Users/Ann/TABLE.csv"]);
    check(&folder, "users/ann/RÉSUMÉ.csv", &["Users/Ann/re\u{301}sume\u{301}.csv"]);
    check(&folder, "Users/Ann/r\u{e9}sum\u{e9}.csv", &["Users/Ann/re\u{301}sume\u{301}.csv"]);
    check(&folder, "Users/Ann/men – women.csv", &["Users/Ann/men - women.csv"]);
    check(&folder, "Users/Ann/no break.csv", &["Users/Ann/no\u{a0}break.csv"]);
    check(&folder, "USERS/BOB", &["Users/Bob/x.csv"]);
    let found = find(folder.path(), "Users/Ann/TABLE.csv", 500);
    assert!(
        found.problems[0].message.contains("“Table.csv” or “table.csv”"),
        "{}",
        found.problems[0].message
    );
    folder.file("USERS/Ann/y.csv", "");
    check(&folder, "users/Ann/y.csv", &["ambiguous: users/Ann/y.csv"]);
}

#[test]
fn links_pipes_and_sockets_are_named_and_not_followed() {
    let outside = Folder::with(&["secret.csv", "deep/secret.csv"]);
    let folder = Folder::with(&["d/file.csv", "real/a.csv"]);
    folder.link(outside.at("secret.csv"), "d/out.csv");
    folder.link("../real/a.csv", "d/in.csv");
    folder.link("../../../../../../../../etc/passwd", "d/passwd.csv");
    folder.link("/dev/zero", "d/zero.csv");
    folder.link("nowhere", "d/dangling.csv");
    folder.link(".", "d/loop");
    folder.link(outside.path(), "d/away");
    folder.fifo("d/pipe.csv");
    let _socket = UnixListener::bind(folder.at("d/socket.csv")).unwrap();
    let all = [
        "d/file.csv",
        "symlink: d/away",
        "symlink: d/dangling.csv",
        "symlink: d/in.csv",
        "symlink: d/loop",
        "symlink: d/out.csv",
        "symlink: d/passwd.csv",
        "fifo: d/pipe.csv",
        "socket: d/socket.csv",
        "symlink: d/zero.csv",
    ];
    check(&folder, "d", &all);
    check(&folder, "d/*", &all);
    check(&folder, "d/pipe.csv", &["fifo: d/pipe.csv"]);
    check(&folder, "d/out.csv", &["symlink: d/out.csv"]);
    check(&folder, "d/away/secret.csv", &["symlink: d/away"]);
    check(&folder, "d/loop/loop/file.csv", &["symlink: d/loop"]);
    check(&folder, "d/a*/secret.csv", &["symlink: d/away"]);
}

#[test]
fn a_device_is_not_a_file() {
    assert_eq!(words(&find("/dev".as_ref(), "zero", 500)), ["device: zero"]);
}

#[test]
fn a_folder_of_another_disk_is_not_entered() {
    // The process's own files are a file system of their own on every Linux.
    let found = find("/".as_ref(), "proc/self/status", 500);
    assert_eq!(words(&found), ["other-disk: proc"]);
}

#[test]
fn names_that_cannot_be_asked_for_are_shown_written_out() {
    let folder = Folder::with(&[
        "d/a\u{202e}vsc.exe",
        "d/back\\slash.csv",
        "d/bell\u{7}.csv",
        "d/aux.csv",
        "d/stream:x.csv",
        "d/new\nline.csv",
    ]);
    folder.file(std::path::Path::new("d").join(OsStr::from_bytes(b"caf\xe9.csv")), "");
    let expected = [
        "bad-name: d/a\\u{202e}vsc.exe",
        "bad-name: d/aux.csv",
        "bad-name: d/back\\slash.csv",
        "bad-name: d/bell\\u{7}.csv",
        "bad-name: d/caf\\xe9.csv",
        "bad-name: d/new\\u{a}line.csv",
        "bad-name: d/stream:x.csv",
    ];
    check(&folder, "d", &expected);
    check(&folder, "d/*", &expected);
    for problem in find(folder.path(), "d", 500).problems {
        assert!(!problem.message.chars().any(exeat_domain::path::hides), "{:?}", problem.message);
    }
}

#[test]
fn a_very_long_name_is_found_and_a_longer_one_is_missing() {
    let long = format!("{}.csv", "x".repeat(251));
    let folder = Folder::with(&[&long]);
    check(&folder, &long, &[&long]);
    check(&folder, &long.to_uppercase(), &[&long]);
    let longer = "y".repeat(3000);
    check(&folder, &longer, &[&format!("missing: {longer}")]);
}

#[test]
fn more_than_are_wanted_is_asked_about_and_none_is_taken() {
    let folder = Folder::new();
    for number in 0..600 {
        folder.file(format!("many/{number:03}.csv"), "");
    }
    for path in ["many", "many/*.csv"] {
        check(&folder, path, &[&format!("too-many: {path}")]);
        let found = find(folder.path(), path, 600);
        assert_eq!((found.files.len(), found.problems.len()), (600, 0));
        assert_eq!(found.files[599].as_str(), "many/599.csv");
        assert_eq!(words(&find(folder.path(), path, 599)), [format!("too-many: {path}")]);
    }
    for number in 0..20 {
        folder.link("nowhere", format!("many/link{number}"));
    }
    assert_eq!(words(&find(folder.path(), "many/link*", 19)), ["too-many: many/link*"]);
    assert_eq!(find(folder.path(), "many/link*", 20).problems.len(), 20);
}

#[test]
fn folders_are_walked_to_a_depth_and_no_deeper() {
    let folder = Folder::with(&[&format!("{}a.csv", "d/".repeat(64)), &format!("{}b.csv", "e/".repeat(65))]);
    assert_eq!(find(folder.path(), "d", 500).files.len(), 1);
    assert_eq!(find(folder.path(), "e", 500).problems[0].code, "too-deep");
}

#[test]
fn what_the_desk_may_not_read_is_a_problem_where_the_system_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with(&["closed/a.csv", "open/a.csv"]);
    fs::set_permissions(folder.at("closed"), fs::Permissions::from_mode(0o0)).unwrap();
    // Root may read everything.
    let expected: &[&str] =
        if fs::read_dir(folder.at("closed")).is_ok() { &["closed/a.csv"] } else { &["denied: closed"] };
    check(&folder, "closed", expected);
    check(&folder, "open", &["open/a.csv"]);
    fs::set_permissions(folder.at("closed"), fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_share_that_has_gone_is_not_an_empty_one() {
    let folder = Folder::with(&["share/a.csv"]);
    let share = FolderShare::open(folder.at("share")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let failure = |path: &str| runtime.block_on(share.find(&wanted(path), 500)).unwrap_err();
    fs::rename(folder.at("share"), folder.at("elsewhere")).unwrap();
    assert_eq!(failure("a.csv").code, "share-gone");
    folder.dir("share");
    let failure = failure("a.csv");
    assert_eq!((failure.code, failure.detail.as_str()), ("share-gone", "another folder has taken its place"));
    assert!(failure.message.contains("restart the desk"), "{}", failure.message);
    assert_eq!(FolderShare::open(folder.at("nowhere")).unwrap_err().code, "share-gone");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_random_tree_is_listed_whole_sorted_and_always_the_same(
        paths in proptest::collection::btree_set("[a-c]{1,2}(/[a-cA-C é]{0,2}[a-c]){0,3}\\.csv", 1..20)
    ) {
        let folder = Folder::new();
        // A name may be that of a folder in another path: what cannot be made is not there.
        let made: Vec<&String> = paths
            .iter()
            .filter(|path| {
                let path = folder.at(format!("t/{path}"));
                fs::create_dir_all(path.parent().unwrap()).is_ok() && fs::write(path, "").is_ok()
            })
            .collect();
        let mut expected: Vec<String> = made.iter().map(|path| format!("t/{path}")).collect();
        expected.sort();
        let found = find(folder.path(), "t", 500);
        prop_assert_eq!(&words(&found), &expected);
        prop_assert_eq!(find(folder.path(), "T", 500), found);
        for path in expected {
            prop_assert_eq!(words(&find(folder.path(), &path, 500)), [path]);
        }
    }
}
