//! Copying a file out of the share while it is left alone, and while it is not.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use exeat_desk::ports::{Failure, FileProblem, Port, SealWriter, Seals, Share};
use exeat_domain::digest::Sha256;
use exeat_domain::path::SharePath;
use exeat_domain::request::Seal;
use exeat_shares::{FolderSeals, FolderShare};

use crate::folder::Folder;

/// A seal in memory that does something to the world at its first write.
struct Meddler<F> {
    bytes: Arc<Mutex<Vec<u8>>>,
    meddle: Option<F>,
}

impl<F: FnOnce() -> io::Result<()> + Send> Write for Meddler<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(meddle) = self.meddle.take() {
            meddle()?;
        }
        self.bytes.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<F: FnOnce() -> io::Result<()> + Send> SealWriter for Meddler<F> {
    fn finish(self: Box<Self>) -> Result<Seal, Failure> {
        Ok(Seal { sha256: Sha256([7; 32]), bytes: self.bytes.lock().unwrap().len() as u64 })
    }
}

type Copied = Result<Result<Seal, FileProblem>, Failure>;

fn copy_while(
    root: &Path,
    path: &str,
    limit: u64,
    meddle: impl FnOnce() -> io::Result<()> + Send + 'static,
) -> Copied {
    let share = FolderShare::open(root).unwrap();
    let into = Box::new(Meddler { bytes: Arc::default(), meddle: Some(meddle) });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let path = SharePath::new(path).unwrap();
    let copied = share.copy(&path, limit, into);
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(20), copied).await }).expect("it hangs")
}

fn copy(root: &Path, path: &str, limit: u64) -> Copied {
    copy_while(root, path, limit, || Ok(()))
}

#[track_caller]
fn refused(copied: Copied, code: &str) {
    assert_eq!(copied.unwrap().unwrap_err().code, code);
}

#[tokio::test]
async fn a_file_is_sealed_byte_for_byte() {
    let folder = Folder::new();
    let content: Vec<u8> = (0..700_000_u32).flat_map(u32::to_le_bytes).collect();
    folder.file("share/Users/ann/e\u{301} 1.csv", &content);
    folder.file("share/empty.csv", "");
    let share = FolderShare::open(folder.at("share")).unwrap();
    let seals = FolderSeals::open(folder.at("seals")).unwrap();
    for (path, content) in [("Users/ann/e\u{301} 1.csv", &content[..]), ("empty.csv", b"")] {
        let into = seals.writer().await.unwrap();
        let limit = content.len() as u64;
        let seal = share.copy(&SharePath::new(path).unwrap(), limit, into).await.unwrap().unwrap();
        let mut bytes = vec![];
        seals.open(&seal).await.unwrap().read_to_end(&mut bytes).unwrap();
        assert!(bytes == content && seal.bytes == limit);
    }
}

#[test]
fn a_file_over_the_limit_is_refused_by_its_claim_and_by_its_bytes() {
    let folder = Folder::with(&["twelve bytes"]);
    assert_eq!(copy(folder.path(), "twelve bytes", 12).unwrap().unwrap().bytes, 12);
    let problem = copy(folder.path(), "twelve bytes", 11).unwrap().unwrap_err();
    assert_eq!(problem.code, "too-large");
    assert!(problem.message.contains("has 12 bytes, and no file over 11 bytes"), "{}", problem.message);
    // The kernel's own files claim to be empty.
    refused(copy("/proc/self".as_ref(), "status", 100), "too-large");
}

#[test]
fn what_claims_less_than_it_has_was_not_still() {
    refused(copy("/proc/self".as_ref(), "status", 1_000_000), "changed");
}

#[test]
fn what_is_not_a_file_is_never_opened() {
    let outside = Folder::with(&["secret.csv"]);
    let folder = Folder::with(&["d/a.csv"]);
    folder.link(outside.at("secret.csv"), "out.csv");
    folder.link("d/a.csv", "in.csv");
    folder.link("d", "linked");
    folder.link("/dev/zero", "zero.csv");
    folder.fifo("pipe.csv");
    for (path, code) in [
        ("out.csv", "symlink"),
        ("in.csv", "symlink"),
        ("linked/a.csv", "symlink"),
        ("zero.csv", "symlink"),
        ("pipe.csv", "fifo"),
        ("d", "not-a-file"),
        ("d/a.csv/b.csv", "not-a-folder"),
        ("d/missing.csv", "missing"),
        ("nowhere/a.csv", "missing"),
    ] {
        refused(copy(folder.path(), path, 1_000), code);
    }
    refused(copy("/dev".as_ref(), "zero", 1_000), "device");
}

#[test]
fn a_second_hard_link_is_a_file() {
    let folder = Folder::with(&["a.csv"]);
    fs::hard_link(folder.at("a.csv"), folder.at("b.csv")).unwrap();
    assert_eq!(copy(folder.path(), "b.csv", 1_000).unwrap().unwrap().bytes, 5);
}

#[test]
fn a_file_that_does_not_hold_still_is_not_sealed() {
    type Meddle = fn(&Path) -> io::Result<()>;
    let ways: [(&str, Meddle); 7] = [
        ("appended", |at| File::options().append(true).open(at)?.write_all(b"more")),
        ("truncated", |at| File::options().write(true).open(at)?.set_len(3)),
        ("overwritten with as much", |at| fs::write(at, vec![b'y'; 600_000])),
        ("replaced by a file", |at| {
            fs::write(at.with_extension("new"), vec![b'x'; 600_000])?;
            fs::rename(at.with_extension("new"), at)
        }),
        ("replaced by a link", |at| {
            fs::remove_file(at)?;
            std::os::unix::fs::symlink("/etc/passwd", at)
        }),
        ("removed", |at| fs::remove_file(at)),
        ("in a folder that moved", |at| {
            let folder = at.parent().unwrap();
            fs::rename(folder, folder.with_extension("moved"))
        }),
    ];
    for (what, meddle) in ways {
        let folder = Folder::new();
        let at = folder.file("d/a.csv", vec![b'x'; 600_000]);
        // Two writes within one tick of the clock have one time stamp.
        std::thread::sleep(Duration::from_millis(20));
        let problem =
            copy_while(folder.path(), "d/a.csv", 1_000_000, move || meddle(&at)).unwrap().unwrap_err();
        assert_eq!(problem.code, "changed", "{what}");
    }
}

#[test]
fn a_share_that_breaks_half_way_fails_and_keeps_nothing() {
    // Reading where nothing is mapped is an input/output error, for root as well.
    let failure = copy("/proc/self".as_ref(), "mem", u64::MAX).unwrap_err();
    assert_eq!((failure.port, failure.code), (Port::Share, "share-broken"));

    let folder = Folder::new();
    folder.file("share/a.csv", vec![b'x'; 600_000]);
    let (from, to) = (folder.at("share"), folder.at("gone"));
    let failure =
        copy_while(&folder.at("share"), "a.csv", 1_000_000, move || fs::rename(from, to)).unwrap_err();
    assert_eq!((failure.port, failure.code), (Port::Share, "share-gone"));
}

#[test]
fn a_seal_that_cannot_be_written_is_the_seals_failure() {
    let folder = Folder::with(&["a.csv"]);
    for (error, code) in [
        (io::Error::from(io::ErrorKind::StorageFull), "seals-full"),
        (io::Error::from_raw_os_error(28), "seals-full"),
        (io::Error::from(io::ErrorKind::BrokenPipe), "seals-broken"),
        (io::Error::other(Failure::new(Port::Seals, "seals-gone", "words", "")), "seals-gone"),
    ] {
        let failure = copy_while(folder.path(), "a.csv", 1_000, move || Err(error)).unwrap_err();
        assert_eq!((failure.port, failure.code), (Port::Seals, code));
    }
}
