//! The scratch folder: known beforehand, and gone afterwards.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use exeat_desk::ports::Scratch;
use exeat_domain::request::RequestId;
use exeat_shares::FolderScratch;

use crate::folder::Folder;

#[tokio::test]
async fn a_request_has_its_folder_until_it_is_wiped() {
    let folder = Folder::new();
    let scratch = FolderScratch::open(folder.at("scratch")).unwrap();
    let at = scratch.folder(RequestId(7)).await.unwrap();
    assert_eq!(at, folder.at("scratch/EX-7"));
    assert_eq!(scratch.folder(RequestId(7)).await.unwrap(), at);
    for path in [&at, &folder.at("scratch")] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o700);
    }
    folder.file("scratch/EX-7/a.zip", "a");
    folder.file("scratch/EX-7/deep/er/b.csv", "b");
    fs::set_permissions(folder.at("scratch/EX-7/a.zip"), fs::Permissions::from_mode(0o0)).unwrap();
    scratch.folder(RequestId(12)).await.unwrap();
    assert_eq!(scratch.list().await.unwrap(), [RequestId(7), RequestId(12)]);
    assert_eq!(scratch.wipe(RequestId(7)).await.unwrap(), 2);
    assert_eq!(scratch.wipe(RequestId(7)).await.unwrap(), 0);
    assert_eq!(folder.names("scratch"), ["EX-12"]);
}

#[tokio::test]
async fn links_are_removed_and_what_they_lead_to_is_not() {
    let folder = Folder::with(&["precious/a.csv"]);
    let scratch = FolderScratch::open(folder.at("scratch")).unwrap();
    scratch.folder(RequestId(7)).await.unwrap();
    folder.link(folder.at("precious"), "scratch/EX-7/folder");
    folder.link(folder.at("precious/a.csv"), "scratch/EX-7/file");
    folder.link(".", "scratch/EX-7/loop");
    folder.fifo("scratch/EX-7/pipe");
    folder.link(folder.at("precious"), "scratch/EX-8");
    assert_eq!(scratch.folder(RequestId(8)).await.unwrap_err().code, "scratch-blocked");
    assert_eq!(scratch.list().await.unwrap(), [RequestId(7), RequestId(8)]);
    assert_eq!(scratch.wipe(RequestId(7)).await.unwrap(), 4);
    assert_eq!(scratch.wipe(RequestId(8)).await.unwrap(), 1);
    assert_eq!(folder.names("precious"), ["a.csv"]);
    assert_eq!(folder.names("scratch"), Vec::<String>::new());
}

#[tokio::test]
async fn only_what_is_named_like_a_request_is_listed() {
    let folder = Folder::new();
    let scratch = FolderScratch::open(folder.at("scratch")).unwrap();
    for name in ["EX-0", "EX-07", "ex-7", "7", "EX-7x", "lost+found"] {
        folder.dir(format!("scratch/{name}"));
    }
    assert_eq!(scratch.list().await.unwrap(), []);
}

#[tokio::test]
async fn a_folder_that_others_can_read_or_that_has_gone_is_refused() {
    let folder = Folder::new();
    let at = folder.dir("scratch");
    fs::set_permissions(&at, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(FolderScratch::open(&at).unwrap_err().code, "scratch-exposed");
    fs::set_permissions(&at, fs::Permissions::from_mode(0o700)).unwrap();
    let scratch = FolderScratch::open(&at).unwrap();
    fs::remove_dir(&at).unwrap();
    assert_eq!(scratch.folder(RequestId(7)).await.unwrap_err().code, "scratch-gone");
    assert_eq!(scratch.wipe(RequestId(7)).await.unwrap_err().code, "scratch-gone");
}
