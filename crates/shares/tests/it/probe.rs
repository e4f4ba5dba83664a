//! Trying folders: what is found, and that nothing is left of it.

use std::fs::{Permissions, create_dir, read_dir, set_permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use exeat_desk::ports::{Health, Probe, Sign};
use exeat_shares::{ArchiveRoom, FolderArchive, FolderShare, StateFolder};

/// A folder in which nobody can make anything, whoever asks.
const NOBODYS: &str = "/sys";
/// Folders in the state folder.
const INNER: &[&str] = &["seals", "scratch"];

fn worst(signs: &[Sign]) -> Health {
    for sign in signs.iter().filter(|sign| sign.health != Health::Fine) {
        assert!(sign.mend.is_some() || sign.saw.contains(". "), "it says what to do: {sign:?}");
    }
    signs.iter().map(|sign| sign.health).max().unwrap()
}

fn left(folder: &Path) -> usize {
    read_dir(folder).unwrap().count()
}

async fn archive(path: &Path, largest: u64) -> Vec<Sign> {
    ArchiveRoom { archive: FolderArchive::open(path).unwrap(), largest }.probe().await
}

#[tokio::test]
async fn a_share_that_can_be_written_is_told_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let share = FolderShare::open(folder.path()).unwrap();
    let signs = share.probe().await;
    assert_eq!(worst(&signs), Health::Warning);
    assert!(signs[1].saw.contains("can put files into it"), "{signs:?}");
    assert_eq!(left(folder.path()), 0);
    assert_eq!(worst(&FolderShare::open(NOBODYS).unwrap().probe().await), Health::Fine);
    folder.close().unwrap();
    assert_eq!(worst(&share.probe().await), Health::Broken);
}

#[tokio::test]
async fn an_archive_takes_files_and_replaces_none() {
    let folder = tempfile::tempdir().unwrap();
    let signs = archive(folder.path(), 1).await;
    assert_eq!((worst(&signs), signs.len(), left(folder.path())), (Health::Fine, 3, 0), "{signs:?}");
    assert_eq!(worst(&archive(folder.path(), u64::MAX).await), Health::Warning);
    let denied = archive(Path::new(NOBODYS), 0).await;
    assert_eq!(worst(&denied), Health::Broken);
    assert!(denied[1].saw.contains("may not work in the archive (/sys)"), "{denied:?}");
}

#[tokio::test]
async fn the_state_folder_and_those_in_it_are_the_desks_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mode =
        |name: &str, mode| set_permissions(folder.path().join(name), Permissions::from_mode(mode)).unwrap();
    mode("", 0o700);
    let state = StateFolder::open(folder.path(), INNER, 1).unwrap();
    assert_eq!((worst(&state.probe().await), left(folder.path())), (Health::Fine, 0));
    create_dir(folder.path().join("seals")).unwrap();
    mode("seals", 0o750);
    let signs = state.probe().await;
    assert_eq!(worst(&signs), Health::Broken);
    assert!(signs[1].saw.contains("has mode 750"), "{signs:?}");
    mode("", 0o755);
    assert_eq!(StateFolder::open(folder.path(), INNER, 1).unwrap_err().code, "state-exposed");
    assert_eq!(StateFolder::open(folder.path().join("no"), INNER, 1).unwrap_err().code, "state-gone");
}
