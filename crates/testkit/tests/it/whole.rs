//! What must be true of a site once a release has ended, however often it was interrupted.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use exeat_desk::ports::Store as _;
use exeat_domain::request::RequestId;
use exeat_domain::review::Choice;
use exeat_domain::state::State;
use exeat_package::{Names, Protection, Reviewed, ZipPassword, verify};
use exeat_testkit::site::{PASSWORD, Site, ask, decide, files_under, run};

/// The only request of these tests.
pub(crate) const REQUEST: RequestId = RequestId(1);

/// A site whose only request has just been asked.
pub(crate) async fn asked(root: &Path) -> Site {
    let site = Site::furnish(root).await.unwrap();
    let desk = site.desk(|ports| ports).await.unwrap();
    assert_eq!(ask(&desk).await.unwrap(), REQUEST);
    site
}

/// A site whose only request has just been approved.
pub(crate) async fn approved(root: &Path) -> Site {
    let site = asked(root).await;
    let desk = site.desk(|ports| ports).await.unwrap();
    assert_eq!(run(&desk).await.unwrap(), Vec::<String>::new());
    decide(&desk, REQUEST, Choice::Approve).await.unwrap();
    site
}

/// A copy of a folder and all in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    std::fs::set_permissions(to, std::fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// One archive copy, one package, one Message-ID each, nothing temporary, a ledger that verifies.
pub(crate) async fn released_once(site: &Site) {
    let store = site.store().await.unwrap();
    let request = store.load(REQUEST).await.unwrap();
    assert_eq!(request.state, State::Released);
    assert_eq!(store.jobs(None).await.unwrap(), []);
    store.verify_store(None).await.unwrap();

    let release = request.release.unwrap();
    let archive = files_under(&site.root.join("archive")).unwrap();
    let copy = site.root.join("archive").join(release.archive.unwrap().path);
    assert_eq!(archive, std::slice::from_ref(&copy), "one archive copy and no temporary file");
    let expected: Vec<Reviewed> = release
        .files
        .iter()
        .map(|file| Reviewed { name: file.name.clone(), sha256: file.seal.sha256, bytes: file.seal.bytes })
        .collect();
    verify(&copy, &Protection::None, &expected).unwrap();

    let messages = site.messages().unwrap();
    let ids: BTreeSet<&str> = messages.iter().map(|message| message.message_id.as_str()).collect();
    assert_eq!(ids.len(), messages.len(), "one message for each Message-ID");
    let sent: Vec<_> = messages.iter().filter(|message| !message.attachments.is_empty()).collect();
    assert_eq!(sent.len(), 1, "one package");
    assert_eq!(sent[0].message_id, release.deliveries[0].message_id);
    let package = site.root.join("as-received.zip");
    std::fs::write(&package, &sent[0].attachments[0].1).unwrap();
    let password = ZipPassword::new(PASSWORD.to_owned().into()).unwrap();
    verify(&package, &Protection::Password { password, names: Names::Shown }, &expected).unwrap();

    assert_eq!(left_behind(site), Vec::<PathBuf>::new());
}

/// Temporary files and sealed copies.
pub(crate) fn left_behind(site: &Site) -> Vec<PathBuf> {
    let mut left = files_under(&site.root.join("state/scratch")).unwrap();
    left.extend(files_under(&site.root.join("state/seals")).unwrap());
    left.extend(files_under(&site.root.join("outbox/tmp")).unwrap());
    left
}
