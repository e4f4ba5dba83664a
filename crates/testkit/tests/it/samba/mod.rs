//! The share and the archive on a real Samba that demands encryption.

mod fault;
mod story;

use std::fs;
use std::io::{self, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use exeat_desk::ports::{
    Archive as _, Failure, FileProblem, Health, Leaf, Look, Probe as _, SealWriter, Seals as _, Share as _,
};
use exeat_domain::path::{SharePath, Wanted};
use exeat_domain::request::Seal;
use exeat_shares::{ArchiveRoom, FolderSeals, SmbArchive, SmbPlace, SmbShare};
use exeat_testkit::samba::Samba;
use tempfile::TempDir;

/// A server in a folder of its own.
pub(crate) fn samba() -> (TempDir, Samba) {
    let folder = tempfile::tempdir().unwrap();
    let samba = Samba::start(folder.path()).unwrap();
    (folder, samba)
}

fn file(samba: &Samba, path: &str, content: impl AsRef<[u8]>) {
    let path = samba.at("share").join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// The files that are meant, then the problems as `code path`.
async fn find(share: &SmbShare, path: &str) -> Vec<String> {
    let wanted = Wanted { asked: path.to_owned(), path: SharePath::new(path).unwrap() };
    let found = share.find(&wanted, 500).await.unwrap();
    let files = found.files.iter().map(ToString::to_string);
    files.chain(found.problems.iter().map(|problem| format!("{}: {}", problem.code, problem.asked))).collect()
}

/// Copies into real seals; gives what came of it.
async fn copy(
    share: &SmbShare,
    seals: &FolderSeals,
    path: &str,
) -> Result<Result<Seal, FileProblem>, Failure> {
    share.copy(&SharePath::new(path).unwrap(), 1 << 30, seals.writer().await?).await
}

/// Bytes that are nowhere the same.
fn many(size: u32) -> Vec<u8> {
    (0..size / 4).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect()
}

#[tokio::test]
async fn what_is_asked_for_is_found_however_it_is_written() {
    let (_folder, samba) = samba();
    let share = SmbShare::new(samba.place("share"));
    let deep = "a folder with a name that is rather long, as people make them/".repeat(12);
    for path in [
        "Users/ann/b.csv",
        "Users/ann/Table 1.CSV",
        "Users/ann/re\u{301}sume\u{301}.csv",
        "Users/ann/Ελλάδα — 東京 😀.csv",
        "Users/ann/quoted ‘so’.csv",
        "Users/ann/Thumbs.db",
        "Users/ann/more/c.csv",
        &format!("Users/bob/{deep}d.csv"),
    ] {
        file(&samba, path, path);
    }
    std::os::unix::fs::symlink("/etc/passwd", samba.at("share/Users/ann/link.csv")).unwrap();
    for (asked, meant) in [
        ("Users/ann/b.csv", "Users/ann/b.csv"),
        ("users/ANN/B.csv", "Users/ann/b.csv"),
        ("Users/ann/table\u{a0}1.csv", "Users/ann/Table 1.CSV"),
        ("Users/ann/r\u{e9}sum\u{e9}.csv", "Users/ann/re\u{301}sume\u{301}.csv"),
        ("Users/ann/quoted 'so'.csv", "Users/ann/quoted ‘so’.csv"),
        ("Users/ann/Ελλάδα — 東京 😀.csv", "Users/ann/Ελλάδα — 東京 😀.csv"),
        ("Users/ann/more", "Users/ann/more/c.csv"),
        ("Users/bob", &format!("Users/bob/{deep}d.csv")),
    ] {
        assert_eq!(find(&share, asked).await, [meant], "{asked}");
    }
    assert_eq!(find(&share, "Users/ann/[b]*.csv").await, ["no-match: Users/ann/[b]*.csv"]);
    assert_eq!(find(&share, "Users/ann/*e*.csv").await.len(), 2, "the link is not there, or named");
    assert_eq!(find(&share, "Users/ann/tabel 1.csv").await, ["missing: Users/ann/tabel 1.csv"]);
    let found = find(&share, "Users/ann/link.csv").await;
    assert!(found.len() == 1 && found[0].contains(": "), "a link leads to {found:?}");
}

#[tokio::test]
async fn two_names_that_differ_in_case_are_two_names() {
    let (_folder, samba) = samba();
    let share = SmbShare::new(samba.place("share"));
    file(&samba, "t/Table.csv", "one");
    file(&samba, "t/TABLE.csv", "two");
    assert_eq!(find(&share, "t/table.csv").await, ["ambiguous: t/table.csv"]);
    assert_eq!(find(&share, "t/TABLE.csv").await, ["t/TABLE.csv"]);
}

#[tokio::test]
async fn a_folder_is_shown_a_window_at_a_time() {
    let (_folder, samba) = samba();
    let share = SmbShare::new(samba.place("share"));
    for number in 0..250 {
        file(&samba, &format!("many/table {number:03}.csv"), "x".repeat(number));
    }
    fs::create_dir(samba.at("share/many/inner")).unwrap();
    let many = SharePath::new("many").unwrap();
    let mut look = Look { most: 100, ..Look::default() };
    let mut seen = vec![];
    loop {
        let listing = share.look(Some(&many), &look).await.unwrap().unwrap();
        assert_eq!(listing.total, 251);
        seen.extend(listing.entries.iter().map(|entry| (entry.leaf, entry.path.name().to_owned())));
        look.after = seen.last().cloned();
        if !listing.more {
            break;
        }
    }
    assert_eq!((seen.len(), seen[0].clone()), (251, (Leaf::Folder, "inner".to_owned())));
    assert!(seen.is_sorted());
    let one = Look { most: 5, holding: "TABLE 042".into(), ..Look::default() };
    let listing = share.look(Some(&many), &one).await.unwrap().unwrap();
    assert_eq!(listing.entries[0].file.unwrap().0, 42);
    let gone = share.look(Some(&SharePath::new("nowhere").unwrap()), &one).await.unwrap();
    assert_eq!(gone.unwrap_err().code, "missing");
}

#[tokio::test]
async fn a_file_is_copied_whole_whatever_its_size_and_refused_by_its_own_trouble() {
    let (folder, samba) = samba();
    let share = SmbShare::new(samba.place("share"));
    let seals = FolderSeals::open(folder.path().join("seals")).unwrap();
    for size in [0, 4, (1 << 20) - 4, 1 << 20, (9 << 20) + 12] {
        let bytes = many(size);
        file(&samba, "big.bin", &bytes);
        let seal = copy(&share, &seals, "big.bin").await.unwrap().unwrap();
        let mut sealed = vec![];
        io::Read::read_to_end(&mut seals.open(&seal).await.unwrap(), &mut sealed).unwrap();
        assert!(seal.bytes == u64::from(size) && sealed == bytes, "{size}");
    }
    for (path, code) in [("nowhere.bin", "missing"), ("big.bin/x", "not-a-folder"), ("sub", "not-a-file")] {
        fs::create_dir_all(samba.at("share/sub")).unwrap();
        assert_eq!(copy(&share, &seals, path).await.unwrap().unwrap_err().code, code, "{path}");
    }
    let path = SharePath::new("big.bin").unwrap();
    let large = share.copy(&path, 1000, seals.writer().await.unwrap()).await.unwrap();
    assert_eq!(large.unwrap_err().code, "too-large");
}

/// A seal that does something to the world at its first write.
struct Meddler<F>(Option<F>, Arc<Mutex<u64>>);

impl<F: FnOnce() + Send> io::Write for Meddler<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(meddle) = self.0.take() {
            meddle();
        }
        *self.1.lock().unwrap() += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<F: FnOnce() + Send> SealWriter for Meddler<F> {
    fn finish(self: Box<Self>) -> Result<Seal, Failure> {
        panic!("a file that changed was sealed")
    }
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_read_is_not_sealed() {
    let (_folder, samba) = samba();
    let share = SmbShare::new(samba.place("share"));
    let at = samba.at("share/moving.bin");
    let (one, two, three) = (at.clone(), at.clone(), at.clone());
    let meddlers: [Box<dyn FnOnce() + Send>; 3] = [
        Box::new(move || fs::write(one, many(20 << 20)).unwrap()),
        Box::new(move || {
            fs::File::options().append(true).open(two).unwrap().write_all(b"more").unwrap();
        }),
        Box::new(move || {
            fs::rename(&three, three.with_extension("old")).unwrap();
            fs::write(three, many(12 << 20)).unwrap();
        }),
    ];
    for meddle in meddlers {
        fs::write(&at, many(12 << 20)).unwrap();
        let into = Box::new(Meddler(Some(meddle), Arc::default()));
        let copied = share.copy(&SharePath::new("moving.bin").unwrap(), 1 << 30, into).await.unwrap();
        assert_eq!(copied.unwrap_err().code, "changed");
    }
}

#[tokio::test]
async fn an_archive_copy_is_whole_and_never_over_another() {
    let (folder, samba) = samba();
    let archive = SmbArchive::new(samba.place("archive"), folder.path().to_owned());
    let zip = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    };
    let (one, two) = (zip("one.zip", &many(3 << 20)), zip("two.zip", b"two"));
    let first = archive.put("Zoë D'Hondt", "EX-7.zip", one.clone()).await.unwrap();
    let second = archive.put("ZOË D'Hondt", "ex-7.zip", two.clone()).await.unwrap();
    assert_eq!(archive.put("Zoë D'Hondt", "EX-7.zip", one.clone()).await.unwrap(), first, "resumed");
    assert_eq!(
        (first.path.as_str(), second.path.as_str()),
        ("Sent to Zoë D'Hondt/EX-7.zip", "Sent to Zoë D'Hondt/ex-7-2.zip")
    );
    assert_eq!(fs::read(samba.at("archive").join(&first.path)).unwrap(), fs::read(&one).unwrap());
    let mut read = vec![];
    io::Read::read_to_end(&mut archive.open(&first).await.unwrap(), &mut read).unwrap();
    assert_eq!(read, many(3 << 20));
    fs::write(samba.at("archive").join(&second.path), b"TWO").unwrap();
    assert_eq!(archive.open(&second).await.unwrap_err().code, "archive-changed");
    // What a put that died has left is gone, and nothing else.
    fs::write(samba.at("archive/Sent to Zoë D'Hondt/.exeat-77.tmp"), b"left").unwrap();
    assert_eq!(archive.sweep().await.unwrap(), 1);
    assert_eq!(fs::read_dir(samba.at("archive/Sent to Zoë D'Hondt")).unwrap().count(), 2);
}

#[tokio::test]
async fn what_is_wrong_with_the_server_is_said() {
    let (_folder, samba) = samba();
    let code = |change: fn(&mut SmbPlace)| {
        let mut place = samba.place("share");
        place.patience = Duration::from_secs(2);
        change(&mut place);
        async move {
            let failure = SmbShare::new(place).look(None, &Look::default()).await.unwrap_err();
            assert!(!format!("{failure:?}").contains("wrong-password"), "{failure:?}");
            failure.code
        }
    };
    assert_eq!(code(|place| place.password = "wrong-password".to_owned().into()).await, "share-denied");
    assert_eq!(code(|place| place.share = "nothing".into()).await, "share-gone");
    assert_eq!(code(|place| place.folder = "nothing".into()).await, "share-gone");
    assert_eq!(code(|place| place.port = 1).await, "share-gone");
}

#[tokio::test]
async fn the_doctor_sees_the_protection_and_that_nothing_can_be_written() {
    let (folder, samba) = samba();
    let signs = SmbShare::new(samba.place("share")).probe().await;
    assert_eq!(signs.iter().map(|sign| sign.health).max(), Some(Health::Fine), "{signs:?}");
    assert!(signs[0].saw.contains("encrypted (Aes128Gcm)"), "{signs:?}");
    let signs = SmbShare::new(samba.place("drop")).probe().await;
    assert_eq!(signs.last().unwrap().health, Health::Warning, "{signs:?}");
    assert_eq!(fs::read_dir(samba.at("share")).unwrap().count(), 0);
    let archive = SmbArchive::new(samba.place("archive"), folder.path().to_owned());
    let signs = ArchiveRoom { archive, largest: 1 }.probe().await;
    assert_eq!(signs.len(), 4, "protection, reading, putting, room: {signs:?}");
    assert_eq!(signs.iter().map(|sign| sign.health).max(), Some(Health::Fine), "{signs:?}");
    assert_eq!(fs::read_dir(samba.at("archive")).unwrap().count(), 0);
}
