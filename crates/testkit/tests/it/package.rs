//! Packages opened by 7-Zip and pyzipper, and vaults exchanged with KeePassXC and pykeepass.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the tests start programs, look at their files, and fail by panicking"
)]

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use exeat_domain::digest::Sha256;
use exeat_package::{
    Names, Order, Protection, Reviewed, Unlock, ZipPassword, pack, read_password, verify, write_vault,
};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::Digest;
use tempfile::TempDir;

const PASSWORD: &str = "correct horse ~battery~ 9";

/// Starts a program with something on its input; it must exist.
fn start(program: &str, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{program} is needed: {error}"));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// What a program prints; it must end well.
fn output(program: &str, arguments: &[&str], input: &str) -> String {
    let Output { status, stdout, stderr } = start(program, arguments, input);
    let said = String::from_utf8(stdout).unwrap();
    assert!(status.success(), "{program}: {said}{}", String::from_utf8_lossy(&stderr));
    said
}

/// 7-Zip is `7z` or `7zz`, by the package that brought it.
fn seven_zip(arguments: &[&str]) -> Output {
    let there = |name: &&str| Command::new(name).arg("i").stdout(Stdio::null()).status().is_ok();
    let name = ["7z", "7zz"].into_iter().find(there).unwrap_or("7z");
    start(name, arguments, "")
}

fn python(script: &str, arguments: &[&str]) -> String {
    let program = std::env::var("EXEAT_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    output(&program, &[&["-c", script], arguments].concat(), "")
}

fn keepassxc(arguments: &[&str], input: &str) -> String {
    output("keepassxc-cli", arguments, input)
}

/// Files of every awkward length and name.
fn files() -> Vec<(String, Vec<u8>)> {
    let line = |n: u32| format!("{n},Liège,{}\n", n.wrapping_mul(2_654_435_761) >> 8).into_bytes();
    let table: Vec<u8> = (0..120_000).flat_map(line).collect();
    let noise: Vec<u8> = (0..60_000_u32).flat_map(|n| sha2::Sha256::digest(n.to_le_bytes())).collect();
    let mut files: Vec<_> = [0, 1, 19, 20, 21, 65_535, 65_537, 524_288, 1_048_577]
        .into_iter()
        .map(|length| (format!("tables/{length}.csv"), table[..length].to_vec()))
        .collect();
    files.push(("figuur één 表.png".to_owned(), noise));
    files.push(("whole.csv".to_owned(), table));
    files
}

fn sha256(content: &[u8]) -> Sha256 {
    Sha256(sha2::Sha256::digest(content).into())
}

/// Packs [`files`] as protected, and tests the result as a release does.
fn packed(folder: &TempDir, protection: &Protection) -> PathBuf {
    let contents = files();
    let reviewed = |(name, content): &(String, Vec<u8>)| Reviewed {
        name: name.clone(),
        sha256: sha256(content),
        bytes: content.len() as u64,
    };
    let files: Vec<_> = contents.iter().map(reviewed).collect();
    let modified = "2026-11-23T13:45:58".parse().unwrap();
    let order = Order { files: &files, protection, modified };
    let open = |file: &Reviewed| {
        Ok(Cursor::new(contents.iter().find(|(name, _)| *name == file.name).unwrap().1.clone()))
    };
    let path = folder.path().join("out.zip");
    pack(&order, open, &path).unwrap();
    verify(&path, protection, &files).unwrap();
    path
}

fn protected(names: Names) -> Protection {
    Protection::Password { password: ZipPassword::new(SecretString::from(PASSWORD)).unwrap(), names }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn seven_zip_opens_a_package_with_its_password_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = packed(&folder, &protected(Names::Shown));
    let test = |password: &str| seven_zip(&["t", &format!("-p{password}"), text(&path)]);
    let right = test(PASSWORD);
    assert!(right.status.success(), "{right:?}");
    assert!(!String::from_utf8_lossy(&right.stdout).contains("Warning"), "{right:?}");
    let wrong = test("wrong");
    let said = String::from_utf8_lossy(&wrong.stdout).into_owned();
    assert!(!wrong.status.success());
    assert!(said.contains(&format!("Sub items Errors: {}", files().len())), "{said}");
}

#[test]
fn seven_zip_lists_aes_256_and_no_checksum() {
    let folder = tempfile::tempdir().unwrap();
    let path = packed(&folder, &protected(Names::Shown));
    let said = String::from_utf8(seven_zip(&["l", "-slt", text(&path)]).stdout).unwrap();
    let values = |field: &str| {
        said.lines()
            .filter_map(|line| line.strip_prefix(&format!("{field} =")))
            .map(str::trim)
            .collect::<Vec<_>>()
    };
    assert_eq!(values("Encrypted"), vec!["+"; files().len()]);
    assert!(values("Method").iter().all(|method| method.starts_with("AES-256 ")), "{said}");
    assert_eq!(values("CRC"), vec![""; files().len()]);
    assert!(values("Modified").iter().all(|time| time.starts_with("2026-11-23 13:45:58")), "{said}");
}

#[test]
fn seven_zip_opens_hidden_names_and_what_is_in_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = packed(&folder, &protected(Names::Hidden));
    let listing = String::from_utf8(seven_zip(&["l", "-slt", text(&path)]).stdout).unwrap();
    assert!(listing.contains("Path = files.zip") && !listing.contains(".csv"), "{listing}");
    let to = format!("-o{}", text(folder.path()));
    let extracted = seven_zip(&["x", &format!("-p{PASSWORD}"), &to, text(&path)]);
    assert!(extracted.status.success(), "{extracted:?}");
    assert_same(&extracted_files(&folder.path().join("files.zip"), "", &folder.path().join("inner")));
}

#[test]
fn seven_zip_extracts_the_plain_copy_and_the_protected_one() {
    for protection in [Protection::None, protected(Names::Shown)] {
        let folder = tempfile::tempdir().unwrap();
        let path = packed(&folder, &protection);
        assert_same(&extracted_files(&path, PASSWORD, &folder.path().join("files")));
    }
}

/// Everything that 7-Zip extracts, by the names of [`files`].
fn extracted_files(zip: &Path, password: &str, to: &Path) -> Vec<Vec<u8>> {
    let extracted = seven_zip(&["x", &format!("-p{password}"), &format!("-o{}", text(to)), text(zip)]);
    assert!(extracted.status.success(), "{extracted:?}");
    files().iter().map(|(name, _)| std::fs::read(to.join(name)).unwrap()).collect()
}

fn assert_same(extracted: &[Vec<u8>]) {
    for ((name, content), extracted) in files().iter().zip(extracted) {
        assert!(content == extracted, "{name} differs");
    }
}

/// Prints name and SHA-256 of every entry.
const PYZIPPER: &str = r#"
import hashlib, sys, pyzipper
path, password = sys.argv[1:]
with pyzipper.AESZipFile(path) as archive:
    for entry in archive.infolist():
        assert entry.CRC == 0 and entry.wz_aes_strength == 3 and entry.wz_aes_version == 2, entry
        print(hashlib.sha256(archive.read(entry, pwd=password.encode())).hexdigest(), entry.filename)
"#;

#[test]
fn pyzipper_reads_every_entry() {
    let folder = tempfile::tempdir().unwrap();
    let path = packed(&folder, &protected(Names::Shown));
    let expected: String =
        files().iter().map(|(name, content)| format!("{} {name}\n", sha256(content))).collect();
    assert_eq!(python(PYZIPPER, &[text(&path), PASSWORD]), expected);
}

fn unlock(password: &str) -> Unlock {
    Unlock::with_password(SecretString::from(password))
}

/// A new vault of pykeepass whose key takes milliseconds, not seconds, to derive.
const NEW_VAULT: &str = r#"
import sys, pykeepass
from pykeepass.kdbx_parsing.kdbx4 import kdf_uuids
def new(path, kdf="argon2", keyfile=None):
    vault = pykeepass.create_database(path, password="master", keyfile=keyfile)
    parameters = vault.kdbx.header.value.dynamic_header.kdf_parameters.data.dict
    parameters["$UUID"].value, parameters["I"].value = kdf_uuids[kdf], 2
    return vault
"#;

/// What we read from a vault on disk.
fn read(vault: &Path, unlock: &Unlock, group: &str) -> Result<String, String> {
    let file = std::fs::File::open(vault).unwrap();
    read_password(file, unlock, group, "INTEGO ZIP")
        .map(|password| password.expose_secret().to_owned())
        .map_err(|error| error.code().to_owned())
}

/// Major version in the header of a KDBX file.
fn version(vault: &Path) -> u8 {
    std::fs::read(vault).unwrap()[10]
}

#[test]
fn a_vault_of_keepassxc_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("three.kdbx");
    keepassxc(&["db-create", "-q", "-t", "100", "-p", text(&vault)], "master\nmaster\n");
    fill_with_keepassxc(&vault);
    assert_eq!(version(&vault), 3);
    assert_found_and_locked(&vault);
}

#[test]
fn a_vault_that_keepassxc_wrote_as_version_4_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("four.kdbx");
    python(&format!("{NEW_VAULT}new(sys.argv[1]).save()"), &[text(&vault)]);
    // KeePassXC keeps the version of a vault that it changes.
    fill_with_keepassxc(&vault);
    assert_eq!(version(&vault), 4);
    assert_found_and_locked(&vault);
}

fn fill_with_keepassxc(vault: &Path) {
    for group in ["External", "External/Old"] {
        keepassxc(&["mkdir", "-q", text(vault), group], "master\n");
    }
    keepassxc(&["add", "-q", "-p", text(vault), "External/INTEGO ZIP"], "master\nthe secret é\n");
    keepassxc(&["add", "-q", "-p", text(vault), "External/Old/INTEGO ZIP"], "master\nold\n");
}

fn assert_found_and_locked(vault: &Path) {
    assert_eq!(read(vault, &unlock("master"), "External"), Ok("the secret é".to_owned()));
    assert_eq!(read(vault, &unlock("master"), "External/Old"), Ok("old".to_owned()));
    assert_eq!(read(vault, &unlock("master"), "Old"), Err("vault.no-group".to_owned()));
    assert_eq!(read(vault, &unlock("Master"), "External"), Err("vault.locked".to_owned()));
}

/// A vault with a key file, and an entry that is there twice.
const PYKEEPASS: &str = r#"
path, keyfile, kdf = sys.argv[1:]
open(keyfile, "wb").write(b"any bytes will do")
vault = new(path, kdf, keyfile)
group = vault.add_group(vault.root_group, "External")
vault.add_entry(group, "INTEGO ZIP", "user", "of pykeepass")
twin = vault.add_group(vault.root_group, "Twin")
vault.add_entry(twin, "INTEGO ZIP", "one", "1")
vault.add_entry(twin, "INTEGO ZIP", "two", "2")
vault.save()
assert pykeepass.PyKeePass(path, password="master", keyfile=keyfile).kdf_algorithm == kdf
"#;

#[test]
fn vaults_of_pykeepass_with_argon2d_and_argon2id_are_read() {
    for kdf in ["argon2", "argon2id"] {
        let folder = tempfile::tempdir().unwrap();
        let [vault, keyfile] = ["a.kdbx", "a.key"].map(|name| folder.path().join(name));
        python(&[NEW_VAULT, PYKEEPASS].concat(), &[text(&vault), text(&keyfile), kdf]);
        assert_eq!(version(&vault), 4);
        let keyfile = SecretSlice::from(std::fs::read(keyfile).unwrap());
        let both = Unlock { keyfile: Some(keyfile), ..unlock("master") };
        assert_eq!(read(&vault, &both, "External"), Ok("of pykeepass".to_owned()));
        assert_eq!(read(&vault, &both, "Twin"), Err("vault.ambiguous".to_owned()));
        assert_eq!(read(&vault, &unlock("master"), "External"), Err("vault.locked".to_owned()));
    }
}

#[test]
fn keepassxc_and_pykeepass_read_a_vault_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("ours.kdbx");
    let secret = SecretString::from("of ours");
    let mut file = std::fs::File::create(&vault).unwrap();
    write_vault(&mut file, &unlock("master"), "External", "INTEGO ZIP", &secret).unwrap();
    let shown = ["show", "-q", "-s", "-a", "Password", text(&vault), "External/INTEGO ZIP"];
    assert_eq!(keepassxc(&shown, "master\n"), "of ours\n");
    let script = "import pykeepass, sys\n\
                  vault = pykeepass.PyKeePass(sys.argv[1], password='master')\n\
                  print(vault.find_entries(path=['External', 'INTEGO ZIP']).password)";
    assert_eq!(python(script, &[text(&vault)]), "of ours\n");
}
