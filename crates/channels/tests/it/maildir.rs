//! The folder as courier.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use exeat_channels::{MaildirCourier, compose};
use exeat_desk::ports::{Courier, Failure, Health, Letter, Probe, Receipt};
use exeat_domain::roster::Language;

use crate::sample;

fn send(root: &Path, letter: &Letter) -> Result<Receipt, Failure> {
    let courier = MaildirCourier::new(root.to_owned(), sample::sender())?;
    assert_eq!(courier.domain(), "example.org");
    tokio::runtime::Runtime::new().unwrap().block_on(courier.send(letter))
}

fn files(folder: &Path) -> Vec<String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn a_message_arrives_whole_once_and_for_the_desk_alone() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("mail");
    let letter = sample::letter(Language::En, sample::blocked());
    let receipt = send(&root, &letter).unwrap();
    assert_eq!(send(&root, &letter).unwrap(), receipt);
    let names = files(&root.join("new"));
    assert_eq!(names.len(), 1);
    assert!(receipt.0.ends_with(&names[0]), "{}", receipt.0);
    let bytes = std::fs::read(root.join("new").join(&names[0])).unwrap();
    assert_eq!(bytes, compose(&letter, &sample::sender()).unwrap().formatted());
    assert_eq!(files(&root.join("tmp")), [""; 0]);
    for (path, mode) in
        [(root.clone(), 0o700), (root.join("new"), 0o700), (root.join("new").join(&names[0]), 0o600)]
    {
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            mode,
            "{}",
            path.display()
        );
    }
}

#[test]
fn a_message_that_was_read_is_not_delivered_again() {
    let folder = tempfile::tempdir().unwrap();
    let letter = sample::letter(Language::En, sample::blocked());
    send(folder.path(), &letter).unwrap();
    let name = files(&folder.path().join("new")).remove(0);
    std::fs::rename(
        folder.path().join("new").join(&name),
        folder.path().join("cur").join(format!("{name}:2,S")),
    )
    .unwrap();
    send(folder.path(), &letter).unwrap();
    assert_eq!(files(&folder.path().join("new")), [""; 0]);
}

#[test]
fn a_delivery_that_was_cut_off_is_taken_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let letter = sample::letter(Language::En, sample::blocked());
    send(folder.path(), &letter).unwrap();
    let name = files(&folder.path().join("new")).remove(0);
    std::fs::write(folder.path().join("tmp").join(&name), b"half").unwrap();
    std::fs::remove_file(folder.path().join("new").join(&name)).unwrap();
    send(folder.path(), &letter).unwrap();
    assert!(std::fs::metadata(folder.path().join("new").join(&name)).unwrap().len() > 100);
    assert_eq!(files(&folder.path().join("tmp")), [""; 0]);
}

#[test]
fn a_delivery_that_ended_before_its_draft_was_removed_leaves_none() {
    let folder = tempfile::tempdir().unwrap();
    let letter = sample::letter(Language::En, sample::blocked());
    send(folder.path(), &letter).unwrap();
    let name = files(&folder.path().join("new")).remove(0);
    std::fs::hard_link(folder.path().join("new").join(&name), folder.path().join("tmp").join(&name)).unwrap();
    send(folder.path(), &letter).unwrap();
    assert_eq!(files(&folder.path().join("tmp")), [""; 0]);
    assert_eq!(files(&folder.path().join("new")), [name]);
}

#[test]
fn another_message_under_the_same_id_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let letter = sample::letter(Language::En, sample::blocked());
    send(folder.path(), &letter).unwrap();
    let other = Letter { body: sample::lapsed(), ..letter };
    assert_eq!(send(folder.path(), &other).unwrap_err().code, "courier-conflict");
}

#[tokio::test]
async fn a_folder_is_tried_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let courier = MaildirCourier::new(folder.path().to_owned(), sample::sender()).unwrap();
    assert_eq!(courier.probe().await[0].health, Health::Fine);
    assert_eq!(files(&folder.path().join("tmp")), [""; 0]);
    std::fs::remove_dir(folder.path().join("tmp")).unwrap();
    assert_eq!(courier.probe().await[0].health, Health::Broken);
}

#[test]
fn a_folder_that_cannot_be_made_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let failure = MaildirCourier::new(file, sample::sender()).unwrap_err();
    assert_eq!(failure.code, "courier-down");
    assert!(failure.message.contains("check that it exists"), "{}", failure.message);
}
