//! Seals: once each, whole, and the desk's alone.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;

use exeat_desk::ports::Seals;
use exeat_domain::digest::Sha256;
use exeat_domain::request::Seal;
use exeat_shares::FolderSeals;

use crate::folder::Folder;

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

async fn sealed(seals: &FolderSeals, content: &[u8]) -> Seal {
    let mut writer = seals.writer().await.unwrap();
    content.chunks(7).for_each(|chunk| writer.write_all(chunk).unwrap());
    writer.finish().unwrap()
}

fn mode(path: impl AsRef<std::path::Path>) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_seal_lies_under_its_digest_for_the_desk_alone() {
    let folder = Folder::new();
    let seals = FolderSeals::open(folder.at("seals")).unwrap();
    let seal = sealed(&seals, b"abc").await;
    assert_eq!(seal, Seal { sha256: ABC.parse().unwrap(), bytes: 3 });
    let shelf = folder.at("seals").join(&ABC[..2]);
    assert_eq!([mode(folder.at("seals")), mode(&shelf), mode(shelf.join(&ABC[2..]))], [0o700, 0o700, 0o600]);

    assert_eq!(sealed(&seals, b"abc").await, seal);
    assert_eq!(folder.names("seals"), ["ba"]);
    assert_eq!(folder.names("seals/ba"), [&ABC[2..]]);
    let mut text = String::new();
    seals.open(&seal).await.unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "abc");

    assert!(seals.remove(&seal).await.unwrap());
    assert!(!seals.remove(&seal).await.unwrap());
    assert!(!seals.remove(&Seal { sha256: Sha256([0; 32]), bytes: 0 }).await.unwrap());
    assert_eq!(seals.open(&seal).await.unwrap_err().code, "seal-gone");
}

#[tokio::test]
async fn a_damaged_seal_is_not_opened() {
    let folder = Folder::new();
    let seals = FolderSeals::open(folder.at("seals")).unwrap();
    let seal = sealed(&seals, b"abc").await;
    let at = folder.at("seals").join(&ABC[..2]).join(&ABC[2..]);
    fs::write(&at, "ab").unwrap();
    assert_eq!(seals.open(&seal).await.unwrap_err().code, "seal-damaged");
    // The same bytes sealed anew mend it.
    sealed(&seals, b"abc").await;
    seals.open(&seal).await.unwrap();
    fs::remove_file(&at).unwrap();
    fs::create_dir(&at).unwrap();
    assert_eq!(
        seals.open(&Seal { bytes: fs::metadata(&at).unwrap().len(), ..seal }).await.unwrap_err().code,
        "seal-damaged"
    );
}

#[tokio::test]
async fn what_was_not_finished_leaves_nothing() {
    let folder = Folder::new();
    let seals = FolderSeals::open(folder.at("seals")).unwrap();
    let mut writer = seals.writer().await.unwrap();
    writer.write_all(b"half").unwrap();
    // A sweep beside a running copy does not take its bytes away.
    assert_eq!(seals.sweep().await.unwrap(), []);
    assert_eq!(folder.names("seals").len(), 1);
    drop(writer);
    assert_eq!(folder.names("seals"), Vec::<String>::new());
}

#[tokio::test]
async fn a_sweep_removes_what_a_killed_desk_left_and_lists_the_rest() {
    let folder = Folder::new();
    let seals = FolderSeals::open(folder.at("seals")).unwrap();
    let mut expected = vec![];
    for content in [&b"abc"[..], b"", b"other"] {
        expected.push(sealed(&seals, content).await);
    }
    expected.sort_by_key(|seal| seal.sha256);
    folder.file("seals/.exeat-1-1.tmp", "half a patient list");
    folder.file("seals/README", "not a seal");
    folder.file("seals/ba/README", "not a seal");
    folder.link("/etc", "seals/ff");
    assert_eq!(seals.sweep().await.unwrap(), expected);
    assert!(!folder.at("seals/.exeat-1-1.tmp").exists());
}

#[test]
fn a_folder_that_others_can_read_is_refused() {
    let folder = Folder::new();
    let at = folder.dir("seals");
    fs::set_permissions(&at, fs::Permissions::from_mode(0o750)).unwrap();
    let failure = FolderSeals::open(&at).unwrap_err();
    assert_eq!(failure.code, "seals-exposed");
    assert!(failure.message.contains("mode 750"), "{}", failure.message);
    assert_eq!(FolderSeals::open(folder.at("no/where")).unwrap_err().code, "seals-gone");
}

#[tokio::test]
async fn a_folder_that_has_gone_is_not_an_empty_one() {
    let folder = Folder::new();
    let seals = FolderSeals::open(folder.at("seals")).unwrap();
    let seal = sealed(&seals, b"abc").await;
    let mut unfinished = seals.writer().await.unwrap();
    unfinished.write_all(b"abc").unwrap();
    fs::rename(folder.at("seals"), folder.at("moved")).unwrap();
    folder.dir("seals");
    assert_eq!(seals.open(&seal).await.unwrap_err().code, "seals-gone");
    assert_eq!(seals.sweep().await.unwrap_err().code, "seals-gone");
    assert_eq!(unfinished.finish().unwrap_err().code, "seals-gone");
    assert_eq!(folder.names("moved"), ["ba"]);
}
