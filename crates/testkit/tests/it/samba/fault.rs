//! The server is reset, falls silent, answers garbage, and is killed, in the middle of everything that is done with it.

use std::fs;
use std::time::Duration;

use exeat_desk::ports::{Archive as _, Look, Share as _};
use exeat_domain::path::{SharePath, Wanted};
use exeat_shares::{FolderSeals, SmbArchive, SmbPlace, SmbShare};
use exeat_testkit::proxy::{Fault, Proxy};
use exeat_testkit::samba::Samba;
use exeat_testkit::site::files_under;

use super::{copy, file, many, samba};

const FAULTS: [Fault; 3] = [Fault::Reset, Fault::Silence, Fault::Garbage];
/// At how many places of what the server says each fault is tried.
const PLACES: u64 = 9;

fn through(proxy: &Proxy, samba: &Samba, share: &str) -> SmbPlace {
    SmbPlace { port: proxy.port(), patience: Duration::from_millis(600), ..samba.place(share) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_whole_or_none_and_is_tried_again() {
    let (folder, samba) = samba();
    let proxy = Proxy::to(samba.place("share").port).unwrap();
    let seals = FolderSeals::open(folder.path().join("seals")).unwrap();
    file(&samba, "Users/ann/a.bin", many(4 << 20));
    let before = proxy.said();
    let fresh = || SmbShare::new(through(&proxy, &samba, "share"));
    let whole = copy(&fresh(), &seals, "Users/ann/a.bin").await.unwrap().unwrap();
    let said = proxy.said() - before;
    let mut failed = 0;
    for fault in FAULTS {
        for place in 0..PLACES {
            let share = fresh();
            proxy.spoil(Some((fault, said * place / PLACES + place)));
            match copy(&share, &seals, "Users/ann/a.bin").await {
                Ok(copied) => assert_eq!(copied.unwrap(), whole, "{fault:?} at {place}"),
                Err(_) => failed += 1,
            }
            proxy.spoil(None);
            // The same adapter finds the server again.
            let again = copy(&share, &seals, "Users/ann/a.bin").await.unwrap().unwrap();
            assert_eq!(again, whole, "{fault:?} at {place}");
            assert_eq!(files_under(&folder.path().join("seals")).unwrap().len(), 1, "nothing unfinished");
        }
    }
    assert!(failed >= PLACES * 2, "only {failed} faults were felt");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_and_shown_is_all_or_a_failure() {
    let (_folder, samba) = samba();
    let proxy = Proxy::to(samba.place("share").port).unwrap();
    for number in 0..600 {
        file(&samba, &format!("Users/ann/{}/a table with a long name {number}.csv", number % 3), "n\n1\n");
    }
    let fresh = || SmbShare::new(through(&proxy, &samba, "share"));
    let wanted = Wanted { asked: "Users".into(), path: SharePath::new("Users").unwrap() };
    let folder = SharePath::new("Users/ann/1").unwrap();
    let window = Look { most: 1000, ..Look::default() };
    let (share, before) = (fresh(), proxy.said());
    let found = share.find(&wanted, 1000).await.unwrap();
    let shown = share.look(Some(&folder), &window).await.unwrap();
    let said = proxy.said() - before;
    assert_eq!((found.files.len(), shown.as_ref().unwrap().entries.len()), (600, 200));
    let mut failed = 0;
    for fault in FAULTS {
        for place in 0..PLACES {
            let share = fresh();
            proxy.spoil(Some((fault, said * place / PLACES + place)));
            match share.find(&wanted, 1000).await {
                Ok(again) => assert_eq!(again, found, "{fault:?} at {place}"),
                Err(_) => failed += 1,
            }
            match share.look(Some(&folder), &window).await {
                Ok(again) => assert_eq!(again, shown, "{fault:?} at {place}"),
                Err(_) => failed += 1,
            }
            proxy.spoil(None);
            assert_eq!(share.find(&wanted, 1000).await.unwrap(), found, "{fault:?} at {place}");
        }
    }
    assert!(failed >= PLACES * 2, "only {failed} faults were felt");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_is_done_once_and_whole() {
    let (folder, samba) = samba();
    let proxy = Proxy::to(samba.place("archive").port).unwrap();
    let zip = folder.path().join("a.zip");
    fs::write(&zip, many(2 << 20)).unwrap();
    let fresh = || SmbArchive::new(through(&proxy, &samba, "archive"), folder.path().to_owned());
    let before = proxy.said();
    let first = fresh().put("ann", "first.zip", zip.clone()).await.unwrap();
    let said = proxy.said() - before;
    fs::remove_file(samba.at("archive").join(&first.path)).unwrap();
    for fault in FAULTS {
        for place in 0..PLACES {
            let archive = fresh();
            proxy.spoil(Some((fault, said * place / PLACES + place)));
            drop(archive.put("ann", "a.zip", zip.clone()).await);
            proxy.spoil(None);
            let copy = archive.put("ann", "a.zip", zip.clone()).await.unwrap();
            drop(archive);
            // The server frees what a lost connection held when it sees that it is lost.
            for _ in 0..50 {
                fresh().sweep().await.unwrap();
                if files_under(&samba.at("archive")).unwrap().len() == 1 {
                    break;
                }
                std::thread::sleep(Duration::from_millis(100));
            }
            let kept = samba.at("archive").join(&copy.path);
            assert_eq!(
                files_under(&samba.at("archive")).unwrap(),
                std::slice::from_ref(&kept),
                "{fault:?} at {place}"
            );
            assert_eq!(fs::read(&kept).unwrap(), many(2 << 20), "{fault:?} at {place}");
            fs::remove_file(kept).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_killed_is_found_again() {
    let (folder, mut samba) = samba();
    let share = SmbShare::new(SmbPlace { patience: Duration::from_secs(2), ..samba.place("share") });
    let seals = FolderSeals::open(folder.path().join("seals")).unwrap();
    file(&samba, "a.bin", many(1 << 20));
    let whole = copy(&share, &seals, "a.bin").await.unwrap().unwrap();
    samba.stop();
    assert_eq!(copy(&share, &seals, "a.bin").await.unwrap_err().code, "share-gone");
    assert_eq!(share.look(None, &Look::default()).await.unwrap_err().code, "share-gone");
    samba.resume().unwrap();
    assert_eq!(copy(&share, &seals, "a.bin").await.unwrap().unwrap(), whole);
    // Killed while the connection rests, it is not even noticed.
    samba.stop();
    samba.resume().unwrap();
    assert_eq!(copy(&share, &seals, "a.bin").await.unwrap().unwrap(), whole);
}
