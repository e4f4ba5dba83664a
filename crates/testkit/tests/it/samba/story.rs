//! The whole way of a request with the share and the archive on a file server.

use std::sync::Arc;

use exeat_desk::Ports;
use exeat_domain::review::Choice;
use exeat_shares::{SmbArchive, SmbShare};
use exeat_testkit::samba::Samba;
use exeat_testkit::site::{Site, ask, decide, run};

use crate::whole::{REQUEST, released_once};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_on_a_file_server_is_released_once() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::furnish(folder.path()).await.unwrap();
    let samba = Samba::start(folder.path()).unwrap();
    let spool = folder.path().join("state/scratch");
    let there = |ports: Ports| Ports {
        share: Arc::new(SmbShare::new(samba.place("share"))),
        archive: Arc::new(SmbArchive::new(samba.place("archive"), spool.clone())),
        ..ports
    };
    let desk = site.desk(there).await.unwrap();
    assert_eq!(ask(&desk).await.unwrap(), REQUEST);
    assert_eq!(run(&desk).await.unwrap(), Vec::<String>::new());
    decide(&desk, REQUEST, Choice::Approve).await.unwrap();
    assert_eq!(run(&desk).await.unwrap(), Vec::<String>::new());
    released_once(&site).await;
}
