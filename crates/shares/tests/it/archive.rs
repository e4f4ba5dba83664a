//! The archive: whole, once, and never over another.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use exeat_desk::ports::{Archive, Failure};
use exeat_domain::release::ArchiveCopy;
use exeat_shares::FolderArchive;
use proptest::prelude::*;

use crate::folder::Folder;

const NAME: &str = "EX-7 20261123.zip";

fn archive(folder: &Folder) -> FolderArchive {
    FolderArchive::open(folder.dir("archive")).unwrap()
}

async fn put(folder: &Folder, person: &str, name: &str, content: &str) -> Result<ArchiveCopy, Failure> {
    let zip = folder.file(format!("scratch/{content}.zip"), content);
    archive(folder).put(person, name, zip).await
}

#[tokio::test]
async fn a_copy_is_put_whole_into_the_persons_folder() {
    let folder = Folder::new();
    let copy = put(&folder, "Zoë D'Hondt", NAME, "abc").await.unwrap();
    assert_eq!(copy.path, "Sent to Zoë D'Hondt/EX-7 20261123.zip");
    assert_eq!(copy.sha256.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(copy.bytes, 3);
    assert_eq!(fs::read_to_string(folder.at("archive").join(&copy.path)).unwrap(), "abc");
    assert_eq!(folder.names("archive/Sent to Zoë D'Hondt"), [NAME]);
}

#[tokio::test]
async fn another_release_gets_another_name_and_a_resumed_one_its_own() {
    let folder = Folder::new();
    for (content, name) in [
        ("one", "EX-7 20261123.zip"),
        ("two", "EX-7 20261123-2.zip"),
        ("three", "EX-7 20261123-3.zip"),
        ("two", "EX-7 20261123-2.zip"),
        ("one", "EX-7 20261123.zip"),
    ] {
        let copy = put(&folder, "Ann", NAME, content).await.unwrap();
        assert_eq!(copy.path, format!("Sent to Ann/{name}"));
    }
    // A resumed release finds its copy though the first name has become free.
    fs::remove_file(folder.at("archive/Sent to Ann").join(NAME)).unwrap();
    let copy = put(&folder, "Ann", NAME, "three").await.unwrap();
    assert_eq!(copy.path, "Sent to Ann/EX-7 20261123-3.zip");
    assert_eq!(put(&folder, "Ann", NAME, "four").await.unwrap().path, format!("Sent to Ann/{NAME}"));
    assert_eq!(folder.names("archive/Sent to Ann").len(), 3);
}

#[tokio::test]
async fn names_are_told_apart_as_windows_does() {
    let folder = Folder::new();
    folder.file("archive/sent to ANN/ex-7 20261123.ZIP", "old");
    let copy = put(&folder, "Ann", NAME, "new").await.unwrap();
    assert_eq!(copy.path, "sent to ANN/EX-7 20261123-2.zip");
    for (person, name, path) in [
        ("../../etc", "../x.zip", "Sent to .._.._etc/.._x.zip"),
        ("a\u{202e}b", "CON", "Sent to a_b/_CON"),
        ("", "a/b\\c.zip", "Sent to _/a_b_c.zip"),
        ("nul", ".exeat-1-1.tmp", "Sent to _nul/_.exeat-1-1.tmp"),
    ] {
        assert_eq!(put(&folder, person, name, "x").await.unwrap().path, path);
    }
}

#[tokio::test]
async fn what_has_the_name_but_is_no_file_is_left_alone() {
    let folder = Folder::new();
    folder.file("target", "same");
    folder.dir(format!("archive/Sent to Ann/{NAME}"));
    folder.link(folder.at("target"), "archive/Sent to Ann/EX-7 20261123-2.zip");
    folder.fifo("archive/Sent to Ann/EX-7 20261123-3.zip");
    let copy = put(&folder, "Ann", NAME, "same").await.unwrap();
    assert_eq!(copy.path, "Sent to Ann/EX-7 20261123-4.zip");
}

#[tokio::test]
async fn a_file_or_a_link_in_the_folders_place_is_a_failure() {
    let folder = Folder::new();
    folder.file("archive/Sent to Ann", "a file");
    folder.dir("elsewhere");
    folder.link(folder.at("elsewhere"), "archive/Sent to Bob");
    for person in ["Ann", "bob"] {
        let failure = put(&folder, person, NAME, "x").await.unwrap_err();
        assert_eq!(failure.code, "archive-blocked");
        assert!(failure.message.contains("is not a folder"), "{}", failure.message);
    }
    assert_eq!(folder.names("elsewhere"), Vec::<String>::new());
}

#[tokio::test]
async fn an_archive_that_is_not_mounted_is_never_made() {
    let folder = Folder::new();
    let failure = FolderArchive::open(folder.at("archive")).unwrap_err();
    assert_eq!(failure.code, "archive-gone");
    assert!(!folder.at("archive").exists());
    let archive = archive(&folder);
    fs::remove_dir(folder.at("archive")).unwrap();
    let zip = folder.file("a.zip", "a");
    assert_eq!(archive.put("Ann", NAME, zip).await.unwrap_err().code, "archive-gone");
    assert!(!folder.at("archive").exists());
}

#[tokio::test]
async fn a_zip_that_is_not_there_leaves_nothing() {
    let folder = Folder::new();
    let failure = archive(&folder).put("Ann", NAME, folder.at("nowhere.zip")).await.unwrap_err();
    assert_eq!(failure.code, "archive-source");
    assert_eq!(folder.names("archive/Sent to Ann"), Vec::<String>::new());
}

#[tokio::test]
async fn a_sweep_removes_what_an_interrupted_put_left() {
    let folder = Folder::new();
    put(&folder, "Ann", NAME, "x").await.unwrap();
    folder.file("archive/Sent to Ann/.exeat-1-1.tmp", "half");
    folder.file("archive/sent to Bob/.exeat-1-2.tmp", "half");
    folder.file("archive/Other/.exeat-1-3.tmp", "not ours to look for");
    folder.link(folder.at("archive/Other"), "archive/Sent to Eve");
    assert_eq!(archive(&folder).sweep().await.unwrap(), 2);
    assert_eq!(folder.names("archive/Sent to Ann"), [NAME]);
    assert_eq!(folder.names("archive/Other"), [".exeat-1-3.tmp"]);
    assert_eq!(archive(&folder).sweep().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_puts_each_keep_what_they_put() {
    let folder = Folder::new();
    let archive = Arc::new(archive(&folder));
    let puts: Vec<_> = (0..24)
        .map(|number| {
            let content = format!("content {}", number % 8);
            let zip = folder.file(format!("{number}.zip"), &content);
            let archive = Arc::clone(&archive);
            tokio::spawn(async move { (content, archive.put("Ann", NAME, zip).await.unwrap()) })
        })
        .collect();
    let mut by_content = BTreeMap::new();
    for put in puts {
        let (content, copy) = put.await.unwrap();
        assert_eq!(fs::read_to_string(folder.at("archive").join(&copy.path)).unwrap(), content);
        by_content.entry(content).or_insert_with(Vec::new).push(copy.path);
    }
    assert_eq!(by_content.len(), 8);
    // The same bytes lie there once, whoever came first.
    assert!(by_content.values().all(|paths| paths.iter().all(|path| *path == paths[0])), "{by_content:?}");
    assert_eq!(folder.names("archive/Sent to Ann").len(), 8);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn nothing_in_the_archive_is_ever_replaced(
        puts in proptest::collection::vec(("[ab]{1}", "[aA](-[23])?\\.(zip|ZIP)", "[xyz]"), 1..12)
    ) {
        let folder = Folder::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut held: BTreeMap<String, String> = BTreeMap::new();
        for (person, name, content) in puts {
            let copy = runtime.block_on(put(&folder, &person, &name, &content)).unwrap();
            prop_assert!(held.insert(copy.path.clone(), content.clone()).is_none_or(|before| before == content));
            for (path, content) in &held {
                prop_assert_eq!(&fs::read_to_string(folder.at("archive").join(path)).unwrap(), content);
            }
        }
        let names = ["a", "b"].map(|person| folder.at(format!("archive/Sent to {person}")));
        let count: usize = names.iter().filter(|at| at.exists()).map(|at| fs::read_dir(at).unwrap().count()).sum();
        prop_assert_eq!(count, held.len());
    }
}

#[tokio::test]
async fn a_copy_is_opened_as_it_was_put_or_not_at_all() {
    let folder = Folder::new();
    let copy = put(&folder, "Ann", NAME, "abc").await.unwrap();
    let archive = archive(&folder);
    let code = async |copy: &ArchiveCopy| archive.open(copy).await.err().map(|failure| failure.code);
    let mut read = String::new();
    std::io::Read::read_to_string(&mut archive.open(&copy).await.unwrap(), &mut read).unwrap();
    assert_eq!(read, "abc");
    let other = ArchiveCopy { bytes: 4, ..copy.clone() };
    assert_eq!(code(&other).await, Some("archive-changed"));
    for path in
        ["", "Sent to Ann", "../secret", "Sent to Ann/../x", "/etc/passwd", "Sent to Ann/gone.zip", "a/b/c"]
    {
        assert_eq!(
            code(&ArchiveCopy { path: path.into(), ..copy.clone() }).await,
            Some("archive-lost"),
            "{path}"
        );
    }
    let path = folder.at("archive").join(&copy.path);
    fs::write(&path, "abd").unwrap();
    assert_eq!(code(&copy).await, Some("archive-changed"));
    fs::remove_file(&path).unwrap();
    folder.file("outside.zip", "abc");
    folder.link(folder.at("outside.zip"), path.strip_prefix(folder.at("")).unwrap());
    assert_eq!(code(&copy).await, Some("archive-lost"), "links are not followed");
    fs::remove_dir_all(folder.at("archive")).unwrap();
    assert!(code(&copy).await.is_some());
}
