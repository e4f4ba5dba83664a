//! `exeat demo`: what it says is true of the files it leaves behind.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use exeat_channels::Opened;
use insta::assert_snapshot;
use regex::Regex;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

use crate::desk::{exeat, ran, redacted};

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Names and digests of the files in a ZIP; none where it does not open.
fn opened(zip: &Path, password: Option<&str>) -> Option<Value> {
    let mut zip = ZipArchive::new(File::open(zip).unwrap()).unwrap();
    let mut files = serde_json::Map::new();
    for at in 0..zip.len() {
        let entry = match password {
            Some(password) => zip.by_index_decrypt(at, password.as_bytes()),
            None => zip.by_index(at),
        };
        let mut entry = entry.ok()?;
        let mut bytes = vec![];
        entry.read_to_end(&mut bytes).ok()?;
        files.insert(entry.name().ok()?.to_string(), digest(&bytes).into());
    }
    Some(files.into())
}

#[test]
fn what_was_released_is_what_was_reviewed() {
    // A place with spaces, and a user without a home.
    let place = tempfile::Builder::new().prefix("a place ").tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_exeat"));
    command.args(["demo", "--once", "--format", "json"]).env("TMPDIR", place.path()).env_remove("HOME");
    let told = ran(command.current_dir(place.path())).json();
    assert_eq!(keys(&told), ["left_behind", "released", "returned"]);
    assert_eq!(told["left_behind"], serde_json::json!([]));

    let released = &told["released"][0];
    assert_eq!(keys(released), ["archive", "mail", "package", "password", "request", "sha256"]);
    let (package, password) = (Path::new(text(&released["package"])), text(&released["password"]));
    assert!(package.starts_with(place.path()), "{package:?}");
    assert_eq!(opened(package, Some(password)).as_ref(), Some(&released["sha256"]));
    assert_eq!(opened(package, Some("wrong")), None);
    assert_eq!(opened(package, None), None);
    assert_eq!(opened(Path::new(text(&released["archive"])), None).as_ref(), Some(&released["sha256"]));

    let mail = Opened::read(&fs::read(text(&released["mail"])).unwrap()).unwrap();
    let attached: Vec<&Vec<u8>> = mail.attachments.iter().map(|(_, bytes)| bytes).collect();
    assert_eq!(attached, [&fs::read(package).unwrap()]);
    assert!(!mail.text.contains(password), "the password is never in a mail");

    // What left as it lay in the share left bit for bit.
    let desk = package.parent().and_then(Path::parent).unwrap();
    let results = desk.join("share/Users/ann_P/diabetes");
    for name in ["prevalence_by_age.csv", "new_cases_by_year.csv"] {
        assert_eq!(released["sha256"][name], digest(&fs::read(results.join(name)).unwrap()));
    }

    let returned = &told["returned"][0];
    assert_eq!(keys(returned), ["findings", "mail", "request"]);
    let rules: Vec<&str> =
        returned["findings"].as_array().unwrap().iter().map(|finding| text(&finding["rule"])).collect();
    for rule in ["CNT-MIN", "DID-NAME", "DID-VAL"] {
        assert!(rules.contains(&rule), "{rules:?}");
    }
    let mail = Opened::read(&fs::read(text(&returned["mail"])).unwrap()).unwrap();
    assert!(mail.attachments.is_empty() && !mail.text.contains("85073003328"), "{}", mail.text);
}

#[test]
fn the_demo_reads_as_a_story() {
    let place = tempfile::tempdir().unwrap();
    let told = exeat(place.path(), &["demo", "--folder", "desk"]);
    assert_eq!(told.code, 0, "{told:?}");
    let here = fs::canonicalize(place.path()).unwrap();
    let text = format!("{}---\n{}", told.err, told.out).replace(here.to_str().unwrap(), "/tmp/place");
    // The mail has snapshots of its own, where it is made.
    let mail = |line: &&str| line.starts_with("  |") && !line.contains(" Request EX-2");
    let text = text.lines().filter(|line| !mail(line)).collect::<Vec<_>>().join("\n");
    assert_snapshot!("demo", redacted(&text));

    // The commands it proposes work as they stand.
    let proposed = Regex::new(r"(?m)^  exeat (--config .*|check .*)\n( {4}.*)?").unwrap();
    let proposed: Vec<String> =
        proposed.find_iter(&told.out).map(|found| found.as_str().replace("\\\n", "")).collect();
    assert!(proposed.len() >= 3, "{proposed:?}");
    for line in proposed {
        let words: Vec<&str> = line.split_whitespace().skip(1).collect();
        let expected = i32::from(words[0] == "check");
        assert_eq!(exeat(place.path(), &words).code, expected, "{line}");
    }
    let again = exeat(place.path(), &["demo", "--folder", "desk"]).refused();
    assert!(again.contains("cannot be made"), "{again}");
}
