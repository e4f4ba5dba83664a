//! What is shown of a folder to somebody who chooses files: only what may be asked for, a window at a time.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixListener;

use exeat_desk::ports::{Leaf, Listing, Look, Share, Shown};
use exeat_domain::path::SharePath;
use exeat_shares::FolderShare;

use crate::folder::Folder;

fn look(folder: &Folder, at: &str, look: &Look) -> Result<Listing, &'static str> {
    let share = FolderShare::open(folder.path()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let at = (!at.is_empty()).then(|| SharePath::new(at).unwrap());
    runtime.block_on(share.look(at.as_ref(), look)).unwrap().map_err(|problem| problem.code)
}

fn window(most: usize) -> Look {
    Look { most, ..Look::default() }
}

fn names(listing: &Listing) -> Vec<String> {
    let name = |shown: &Shown| match shown.leaf {
        Leaf::Folder => format!("{}/", shown.path.name()),
        Leaf::File => shown.path.name().to_owned(),
    };
    listing.entries.iter().map(name).collect()
}

#[test]
fn folders_come_first_and_files_say_how_large_they_are() {
    let folder = Folder::with(&["ann/b.csv", "ann/a.csv", "ann/zoo/c.csv", "bob/d.csv"]);
    let shown = look(&folder, "ann", &window(9)).unwrap();
    assert_eq!(names(&shown), ["zoo/", "a.csv", "b.csv"]);
    assert_eq!((shown.total, shown.more, shown.left_out), (3, false, 0));
    assert_eq!(shown.entries[0].file, None);
    assert_eq!(shown.entries[1].file.unwrap().0, "ann/a.csv".len() as u64);
    assert_eq!(names(&look(&folder, "", &window(9)).unwrap()), ["ann/", "bob/"]);
    let found = look(&folder, "ann", &Look { holding: "A.C".into(), ..window(9) }).unwrap();
    assert_eq!(names(&found), ["a.csv"]);
}

#[test]
fn what_nobody_should_choose_is_counted_and_not_shown() {
    let folder = Folder::with(&[
        "ann/plain.csv",
        "ann/.hidden.csv",
        "ann/.git/config",
        "ann/Thumbs.db",
        "ann/~$plain.xlsx",
        "ann/all*.csv",
        "ann/which?.csv",
        "ann/back\\slash.csv",
        "ann/stream:x.csv",
        "ann/CON.csv",
        "ann/left\u{202e}vsc.exe",
        "ann/line\nbreak.csv",
    ]);
    folder.file(OsStr::from_bytes(b"ann/not\xffutf8.csv"), "x");
    folder.link("/etc/passwd", "ann/passwd.csv");
    folder.link("/etc", "ann/etc");
    folder.fifo("ann/pipe.csv");
    let _socket = UnixListener::bind(folder.at("ann/socket.csv")).unwrap();
    let shown = look(&folder, "ann", &window(50)).unwrap();
    assert_eq!(names(&shown), ["plain.csv"]);
    assert_eq!(shown.left_out, 16);
}

#[test]
fn no_link_and_nothing_but_a_folder_is_entered() {
    let folder = Folder::with(&["ann/a.csv", "secret/b.csv"]);
    folder.link("/etc", "ann/etc");
    folder.link("../secret", "ann/near");
    for (path, code) in [
        ("ann/etc", "symlink"),
        ("ann/near", "symlink"),
        ("ann/near/deeper", "symlink"),
        ("ann/a.csv", "not-a-folder"),
        ("ann/none", "missing"),
        ("ANN", "missing"),
    ] {
        assert_eq!(look(&folder, path, &window(9)), Err(code), "{path}");
    }
}

#[test]
fn only_what_is_within_the_patterns_is_shown_and_the_way_there() {
    let folder = Folder::with(&[
        "Users/ann_P/a.csv",
        "Users/bob_P/b.csv",
        "Projects/x/out/c.csv",
        "Projects/x/raw/d.csv",
        "top.csv",
        "Users.csv",
    ]);
    let within = Look { within: vec!["Users/ann_P".into(), "Projects/x/out".into()], ..window(9) };
    for (at, expected) in [
        ("", vec!["Projects/", "Users/"]),
        ("Users", vec!["ann_P/"]),
        ("Users/ann_P", vec!["a.csv"]),
        ("Users/bob_P", vec![]),
        ("Projects/x", vec!["out/"]),
        ("Projects/x/out", vec!["c.csv"]),
    ] {
        assert_eq!(names(&look(&folder, at, &within).unwrap()), expected, "{at}");
    }
}

#[test]
fn a_large_folder_is_shown_window_by_window() {
    let folder = Folder::new();
    for n in 0..750 {
        folder.file(format!("big/{n:04}.csv"), "");
    }
    folder.dir("big/sub");
    let (mut seen, mut look_at) = (vec![], window(100));
    for _ in 0..20 {
        let shown = look(&folder, "big", &look_at).unwrap();
        assert_eq!(shown.total, 751);
        assert!(shown.entries.len() <= 100);
        seen.extend(names(&shown));
        let Some(last) = shown.entries.last().filter(|_| shown.more) else { break };
        look_at.after = Some((last.leaf, last.path.name().to_owned()));
    }
    let expected: Vec<String> =
        std::iter::once("sub/".to_owned()).chain((0..750).map(|n| format!("{n:04}.csv"))).collect();
    assert_eq!(seen, expected);
}
