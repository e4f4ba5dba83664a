//! Packages are written, tested, tampered with and split.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::path::Path;

use chrono::NaiveDateTime;
use exeat_domain::digest::Sha256;
use exeat_package::{
    Names, Order, PackError, Part, Protection, Reviewed, TEMPORARY_PREFIX, UnpackError, VerifyError, Written,
    ZipPassword, pack, pack_parts, transfer, unpack, verify,
};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof};
use proptest::proptest;
use secrecy::SecretString;
use sha2::Digest;
use tempfile::TempDir;

const PASSWORD: &str = "correct horse battery";

/// Files by name, with a folder to pack them to.
struct Desk {
    files: BTreeMap<String, Vec<u8>>,
    folder: TempDir,
}

impl Desk {
    fn with(files: impl IntoIterator<Item = (impl Into<String>, Vec<u8>)>) -> Self {
        let files = files.into_iter().map(|(name, content)| (name.into(), content)).collect();
        Self { files, folder: tempfile::tempdir().unwrap() }
    }

    fn reviewed(&self) -> Vec<Reviewed> {
        self.files.iter().map(|(name, content)| reviewed(name, content)).collect()
    }

    fn open(&self, file: &Reviewed) -> io::Result<Cursor<Vec<u8>>> {
        self.files.get(&file.name).cloned().map(Cursor::new).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn pack(&self, protection: &Protection) -> Result<Written, PackError> {
        let files = self.reviewed();
        let order = Order { files: &files, protection, modified: moment() };
        pack(&order, |file| self.open(file), &self.folder.path().join("out.zip"))
    }

    fn parts(&self, protection: &Protection, limit: u64) -> Result<Vec<Written>, PackError> {
        let files = self.reviewed();
        let order = Order { files: &files, protection, modified: moment() };
        let name = |part: Part| format!("out {} of {}.zip", part.number, part.of);
        pack_parts(&order, |file| self.open(file), self.folder.path(), name, limit)
    }

    fn on_disk(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

fn reviewed(name: &str, content: &[u8]) -> Reviewed {
    let sha256 = Sha256(sha2::Sha256::digest(content).into());
    Reviewed { name: name.to_owned(), sha256, bytes: content.len() as u64 }
}

fn moment() -> NaiveDateTime {
    "2026-11-23T13:45:58".parse().unwrap()
}

fn protected(names: Names) -> Protection {
    with_password(PASSWORD, names)
}

fn with_password(password: &str, names: Names) -> Protection {
    Protection::Password { password: ZipPassword::new(SecretString::from(password)).unwrap(), names }
}

fn every_protection() -> [Protection; 3] {
    [Protection::None, protected(Names::Shown), protected(Names::Hidden)]
}

/// A table whose cells look random enough for its length to matter.
fn table(lines: u32) -> Vec<u8> {
    (0..lines)
        .flat_map(|n| format!("{n},North,{}\n", n.wrapping_mul(2_654_435_761) >> 12).into_bytes())
        .collect()
}

fn noise(seed: u32, length: usize) -> Vec<u8> {
    let blocks = (0..).map(|n: u32| sha2::Sha256::digest([seed.to_le_bytes(), n.to_le_bytes()].concat()));
    blocks.flat_map(Into::<[u8; 32]>::into).take(length).collect()
}

fn contents() -> impl Strategy<Value = Vec<u8>> {
    let length = prop_oneof![
        Just(0_usize),
        Just(1),
        Just(19),
        Just(20),
        Just(21),
        0_usize..3000,
        65_530_usize..65_545,
        500_000_usize..700_000,
    ];
    (length, any::<u32>(), any::<bool>()).prop_map(|(length, seed, random)| {
        if random { noise(seed, length) } else { table(length as u32 / 8 + 1)[..length].to_vec() }
    })
}

fn names() -> impl Strategy<Value = String> {
    prop::string::string_regex("[a-zé表 _(-]{1,12}(/[a-zü.1]{1,6})?x\\.csv").unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_packed_passes_its_test(files in prop::collection::btree_map(names(), contents(), 1..9)) {
        for protection in every_protection() {
            let desk = Desk::with(files.clone());
            let written = desk.pack(&protection).unwrap();
            verify(&written.path, &protection, &desk.reviewed()).unwrap();
            assert_eq!(written, Written {
                path: desk.folder.path().join("out.zip"),
                bytes: written.path.metadata().unwrap().len(),
                sha256: reviewed("", &std::fs::read(&written.path).unwrap()).sha256,
                files: written.files.clone(),
            });
            assert_eq!(desk.on_disk(), ["out.zip"]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_changed_byte_never_passes(at in any::<prop::sample::Index>(), flip in 1..=u8::MAX, shown in any::<bool>()) {
        let desk = Desk::with([("a.csv", table(40)), ("b.csv", noise(1, 100))]);
        let protection = protected(if shown { Names::Shown } else { Names::Hidden });
        let written = desk.pack(&protection).unwrap();
        let mut bytes = std::fs::read(&written.path).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        std::fs::write(&written.path, &bytes).unwrap();
        // A byte that carries nothing (an attribute, the time) may change; what comes out may not.
        if verify(&written.path, &protection, &desk.reviewed()).is_ok() {
            assert!(!in_data(&bytes, at), "byte {at} was changed unseen");
        }
    }
}

/// Whether a byte lies in the data of an entry: salt, verification value, cipher text, authentication code.
fn in_data(zip: &[u8], at: usize) -> bool {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    (0..archive.len()).any(|entry| {
        let entry = archive.by_index_raw(entry).unwrap();
        let start = entry.data_start().unwrap();
        (start..start + entry.compressed_size()).contains(&(at as u64))
    })
}

#[test]
fn many_files_are_packed() {
    let desk = Desk::with((0..150).map(|n| (format!("tables/{n}.csv"), table(n % 40))));
    for protection in every_protection() {
        let written = desk.pack(&protection).unwrap();
        verify(&written.path, &protection, &desk.reviewed()).unwrap();
        std::fs::remove_file(written.path).unwrap();
    }
}

#[test]
fn a_plain_package_is_the_same_every_time() {
    let packed = || {
        let desk = Desk::with([("a.csv", table(200_000)), ("b.png", noise(1, 3000))]);
        desk.pack(&Protection::None).unwrap().sha256
    };
    assert_eq!(packed(), packed());
}

#[test]
fn no_salt_is_used_twice() {
    let desk = Desk::with([("a.csv", table(5)), ("b.csv", table(5))]);
    let written = desk.pack(&protected(Names::Shown)).unwrap();
    let mut archive = zip::ZipArchive::new(std::fs::File::open(written.path).unwrap()).unwrap();
    let salts = [0, 1].map(|at| archive.get_aes_verification_key_and_salt(at).unwrap().unwrap().salt);
    assert_ne!(salts[0], salts[1]);
}

#[test]
fn hidden_names_show_nowhere() {
    let desk = Desk::with([("patients-with-rare-thing.csv", table(5))]);
    let written = desk.pack(&protected(Names::Hidden)).unwrap();
    let bytes = std::fs::read(&written.path).unwrap();
    assert!(!bytes.windows(8).any(|window| window == b"patients"));
    let archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    assert_eq!(archive.file_names().map(Result::unwrap).collect::<Vec<_>>(), ["files.zip"]);
}

#[test]
fn bytes_that_were_not_reviewed_are_not_packed() {
    let reviewed_as = |content: &[u8]| [reviewed("a.csv", content)];
    for (reviewed, found) in [("abc", "abd"), ("abc", "ab"), ("abc", "abcd"), ("abc", ""), ("", "abc")] {
        for protection in every_protection() {
            let desk = Desk::with([("a.csv", found.as_bytes().to_vec())]);
            let files = reviewed_as(reviewed.as_bytes());
            let order = Order { files: &files, protection: &protection, modified: moment() };
            let error =
                pack(&order, |file| desk.open(file), &desk.folder.path().join("out.zip")).unwrap_err();
            assert!(matches!(error, PackError::Changed { .. }), "{error}");
            assert!(desk.on_disk().is_empty());
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_leaves_nothing() {
    struct Broken(Cursor<Vec<u8>>);
    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::other("the share is gone")),
                read => Ok(read),
            }
        }
    }
    let content = table(200_000);
    let desk = Desk::with([("a.csv", content)]);
    let files = desk.reviewed();
    for protection in every_protection() {
        let order = Order { files: &files, protection: &protection, modified: moment() };
        let to = desk.folder.path().join("out.zip");
        let error = pack(&order, |file| desk.open(file).map(Broken), &to).unwrap_err();
        assert_eq!(error.to_string(), r#""a.csv" could not be read: the share is gone"#);
        let error = pack(&order, |_| Err::<Broken, _>(io::ErrorKind::NotFound.into()), &to).unwrap_err();
        assert_eq!(error.code(), "pack.read");
        assert!(desk.on_disk().is_empty());
    }
}

#[test]
fn what_is_there_is_not_overwritten() {
    let desk = Desk::with([("a.csv", table(5))]);
    let written = desk.pack(&Protection::None).unwrap();
    assert!(matches!(desk.pack(&Protection::None), Err(PackError::Exists { .. })));
    verify(&written.path, &Protection::None, &desk.reviewed()).unwrap();
    assert_eq!(desk.on_disk(), ["out.zip"]);
}

#[test]
fn no_file_and_bad_names_are_refused_before_anything_is_written() {
    let none: [(&str, Vec<u8>); 0] = [];
    assert!(matches!(Desk::with(none).pack(&Protection::None), Err(PackError::Empty)));
    let desk = Desk::with([("../a.csv", table(5))]);
    assert!(matches!(desk.pack(&Protection::None), Err(PackError::Name(_))));
    assert!(desk.on_disk().is_empty());
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let files = [reviewed("a.csv", b"abc")];
    let order = Order { files: &files, protection: &Protection::None, modified: moment() };
    let error = pack(&order, |_| Ok(&b"abc"[..]), Path::new("/nowhere/at/all/out.zip")).unwrap_err();
    assert_eq!(error.code(), "pack.write");
}

#[test]
fn the_test_tells_what_is_wrong() {
    let desk = Desk::with([("a.csv", table(5)), ("b.csv", table(6))]);
    let files = desk.reviewed();
    let plain = desk.pack(&Protection::None).unwrap().path;
    let check = |path: &Path, protection: &Protection, expected: &[Reviewed], code: &str| {
        let error = verify(path, protection, expected).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(!format!("{error:?} {error} {}", error.for_user()).contains(PASSWORD));
    };
    let other = [files[0].clone(), reviewed("b.csv", b"other")];
    let more = [files.clone(), vec![reviewed("c.csv", b"c")]].concat();
    check(&plain, &protected(Names::Shown), &files, "verify.weak");
    for protection in every_protection() {
        std::fs::remove_file(desk.folder.path().join("out.zip")).unwrap();
        let zip = desk.pack(&protection).unwrap().path;
        check(&zip, &protection, &files[..1], "verify.unexpected");
        check(&zip, &protection, &other, "verify.differs");
        check(&zip, &protection, &more, "verify.missing");
    }
    let hidden = desk.folder.path().join("out.zip");
    check(&hidden, &with_password("not it", Names::Hidden), &files, "verify.locked");
    check(&hidden, &protected(Names::Shown), &files, "verify.unexpected");
    check(&hidden, &Protection::None, &files, "verify.unexpected");
    check(Path::new("/nowhere.zip"), &Protection::None, &files, "verify.unreadable");
}

/// Another writer's ZIP of one file of 25 bytes.
fn foreign(path: &Path, options: zip::write::SimpleFileOptions) -> [Reviewed; 1] {
    let content = b"region,n\nNorth,1\nSouth,2\n";
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    zip.start_file("a.csv", options).unwrap();
    io::Write::write_all(&mut zip, content).unwrap();
    zip.finish().unwrap();
    [reviewed("a.csv", content)]
}

#[test]
fn weak_protection_does_not_pass() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zip");
    let check = |options: zip::write::SimpleFileOptions, problem: &str| {
        let files = foreign(&path, options);
        let error = verify(&path, &protected(Names::Shown), &files).unwrap_err();
        assert!(error.to_string().contains(problem), "{error}");
    };
    let options = zip::write::SimpleFileOptions::default();
    // From 20 bytes on the zip crate writes AE-1, which shows the CRC of the content.
    check(options.with_aes_encryption(zip::AesMode::Aes256, PASSWORD), "checksum");
    check(options.with_aes_encryption(zip::AesMode::Aes128, PASSWORD), "checksum");
    check(options, "checksum");
}

#[test]
fn an_entry_that_opens_with_any_password_does_not_pass() {
    let desk = Desk::with([("a.csv", table(5))]);
    let written = desk.pack(&protected(Names::Shown)).unwrap();
    let error = verify(&written.path, &with_password("wrong", Names::Shown), &desk.reviewed()).unwrap_err();
    assert!(matches!(error, VerifyError::Locked { .. }));
}

#[test]
fn a_package_within_the_limit_is_one_part() {
    let desk = Desk::with([("a.csv", table(50)), ("b.csv", table(60))]);
    for protection in every_protection() {
        let parts = desk.parts(&protection, 1_000_000).unwrap();
        assert_eq!(desk.on_disk(), ["out 1 of 1.zip"]);
        verify(&parts[0].path, &protection, &desk.reviewed()).unwrap();
        std::fs::remove_file(&parts[0].path).unwrap();
    }
}

#[test]
fn parts_stay_within_the_limit_and_hold_every_file_once() {
    let files = (0..20_usize).map(|n| (format!("{n:02}.csv"), noise(n as u32, n * 900)));
    let desk = Desk::with(files);
    for protection in every_protection() {
        let parts = desk.parts(&protection, 20_000).unwrap();
        assert!((9..14).contains(&parts.len()), "{}", parts.len());
        let mut files: Vec<Reviewed> = Vec::new();
        for part in &parts {
            assert!(part.bytes <= 20_000);
            assert_eq!(part.path.metadata().unwrap().len(), part.bytes);
            let held: Vec<_> = part.files.iter().map(|packed| packed.file.clone()).collect();
            verify(&part.path, &protection, &held).unwrap();
            files.extend(held);
            std::fs::remove_file(&part.path).unwrap();
        }
        files.sort_by(|one, other| one.name.cmp(&other.name));
        assert_eq!(files, desk.reviewed());
    }
}

#[test]
fn the_limit_is_met_to_the_byte() {
    let desk = Desk::with([("a.bin", noise(1, 1000)), ("b.bin", noise(2, 1000)), ("c.bin", noise(3, 1000))]);
    for protection in every_protection() {
        let whole = desk.pack(&protection).unwrap();
        std::fs::remove_file(&whole.path).unwrap();
        let [one, two, _] = &*whole.files else { panic!("three files") };
        let two_fit = whole.bytes - one.bytes;
        assert_eq!(two.bytes, one.bytes);
        for (limit, sizes) in [(two_fit, vec![2, 1]), (two_fit - 1, vec![1, 1, 1])] {
            let parts = desk.parts(&protection, limit).unwrap();
            assert_eq!(parts.iter().map(|part| part.files.len()).collect::<Vec<_>>(), sizes);
            assert!(parts.iter().all(|part| part.bytes <= limit));
            parts.iter().for_each(|part| std::fs::remove_file(&part.path).unwrap());
        }
    }
}

#[test]
fn a_file_too_big_for_a_part_is_named_and_nothing_is_left() {
    let desk = Desk::with([("a.csv", table(5)), ("big.bin", noise(1, 5000))]);
    for protection in every_protection() {
        let error = desk.parts(&protection, 4000).unwrap_err();
        assert!(matches!(&error, PackError::TooBig(big) if big.name == "big.bin"), "{error}");
        assert!(desk.on_disk().is_empty());
    }
}

#[test]
fn all_parts_appear_or_none() {
    let desk = Desk::with([("a.bin", noise(1, 1000)), ("b.bin", noise(2, 1000))]);
    std::fs::write(desk.folder.path().join("out 2 of 2.zip"), "old").unwrap();
    let error = desk.parts(&Protection::None, 1500).unwrap_err();
    assert!(matches!(error, PackError::Exists { .. }), "{error}");
    assert_eq!(desk.on_disk(), ["out 2 of 2.zip"]);
    assert!(!desk.on_disk().iter().any(|name| name.starts_with(TEMPORARY_PREFIX)));
}

#[test]
fn what_was_packed_without_a_password_is_read_back_as_it_was() {
    let desk =
        Desk::with([("a.csv", b"one".to_vec()), ("b/c.csv", b"three".to_vec()), ("d.csv", b"two".to_vec())]);
    let written = desk.pack(&Protection::None).unwrap();
    let open = || std::fs::File::open(&written.path).unwrap();
    let read = |wanted: &[Reviewed]| {
        let mut out = Vec::new();
        unpack(open(), wanted, &mut out).map(|()| String::from_utf8(out).unwrap())
    };
    let files = [reviewed("d.csv", b"two"), reviewed("b/c.csv", b"three")];
    assert_eq!(read(&files).unwrap(), "twothree");
    assert_eq!(read(&[]).unwrap(), "");
    for other in ["twp", "tw", "twoo", ""] {
        let differs = read(&[reviewed("d.csv", other.as_bytes())]);
        assert_eq!(differs, Err(UnpackError::Differs { name: "d.csv".into() }), "{other}");
    }
    assert!(matches!(read(&[reviewed("e.csv", b"two")]), Err(UnpackError::Lost { .. })));
    std::fs::write(desk.folder.path().join("no.zip"), "no zip").unwrap();
    let no_zip = std::fs::File::open(desk.folder.path().join("no.zip")).unwrap();
    assert!(matches!(unpack(no_zip, &files, &mut Vec::new()), Err(UnpackError::Unreadable(_))));
    let mut out = Vec::new();
    transfer(&b"two"[..], &files[0], &mut out).unwrap();
    assert_eq!(out, b"two");
    assert!(transfer(&b"tow"[..], &files[0], &mut out).is_err());
}
