//! `exeat init` and `exeat config`: a desk that nobody else can read, and a configuration that is taken by its word.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::desk::exeat;

fn desk() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    exeat(folder.path(), &["init", "desk"]).done();
    folder
}

/// Changes the configuration in one place; gives the line that it is in.
fn edit(folder: &TempDir, from: &str, to: &str) -> usize {
    let file = folder.path().join("desk/exeat.toml");
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text.matches(from).count(), 1, "{from}");
    fs::write(file, text.replace(from, to)).unwrap();
    text[..text.find(from).unwrap()].lines().count() + 1
}

fn check(folder: &TempDir) -> crate::desk::Ran {
    exeat(folder.path(), &["config", "check", "--config", "desk/exeat.toml"])
}

/// Every file with its bytes.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let names = ["exeat.toml", "roster.toml", "state/exeat.db", "state/ledger.key", "state/ledger.pub"];
    names.iter().map(|name| ((*name).to_owned(), fs::read(folder.join(name)).unwrap())).collect()
}

#[test]
fn a_new_desk_is_for_its_owner_alone_and_holds_together() {
    let folder = desk();
    let mode = |name: &str| {
        fs::metadata(folder.path().join("desk").join(name)).unwrap().permissions().mode() & 0o777
    };
    for name in ["", "state", "share", "archive"] {
        assert_eq!(mode(name), 0o700, "{name}");
    }
    for name in ["exeat.toml", "roster.toml", "state/exeat.db", "state/ledger.key"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
    let checked = check(&folder).done();
    assert!(checked.contains("desk/exeat.toml holds together: 0 people on the roster"), "{checked}");
    let vault = checked.lines().filter(|line| line.starts_with("Still missing: vault.")).count();
    assert_eq!((vault, checked.lines().count()), (2, 3), "{checked}");
    // The same by the folder one stands in, and by the environment.
    exeat(&folder.path().join("desk"), &["config", "check"]).done();
    let sound = exeat(&folder.path().join("desk"), &["ledger", "verify"]).done();
    assert!(sound.contains("1 entry, "), "{sound}");
}

#[test]
fn nothing_is_overwritten() {
    let folder = desk();
    let before = contents(&folder.path().join("desk"));
    let refused = exeat(folder.path(), &["init", "desk"]).refused();
    assert!(refused.contains("desk/exeat.toml is there already; nothing was changed"), "{refused}");
    assert_eq!(contents(&folder.path().join("desk")), before);

    fs::create_dir(folder.path().join("other")).unwrap();
    fs::write(folder.path().join("other/roster.toml"), "mine").unwrap();
    exeat(folder.path(), &["init", "other"]).refused();
    let left: Vec<_> = fs::read_dir(folder.path().join("other")).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing was put beside it");
    assert_eq!(fs::read(folder.path().join("other/roster.toml")).unwrap(), b"mine");
}

#[test]
fn an_unknown_key_is_named_with_its_place() {
    let folder = desk();
    let line = edit(&folder, "\ngroup = ", "\ngrup = ");
    let wrong = check(&folder);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("desk/exeat.toml") && wrong.err.contains("`grup`"), "{}", wrong.err);
    assert!(wrong.err.contains(&format!("line {line}:")), "{}", wrong.err);
}

#[test]
fn the_web_desk_and_a_desk_elsewhere_are_vetted() {
    let web = |url: &str| format!("[web]\npublic_url = \"{url}\"\n");
    let server = |url: &str| format!("[server]\nurl = \"{url}\"\n");
    let sound = web("https://exeat.example.org");
    for (sections, named) in [
        (web("exeat.example.org"), "web.public_url"),
        (web("http://exeat.example.org"), "https://"),
        (sound.clone() + "open_from = \"9\"\n", "web.open_from"),
        (sound.clone() + &server("exeat.example.org"), "server.url"),
        (sound.clone() + &server("http://exeat.example.org"), "server.url"),
        (server("https://exeat.example.org"), "no [web] section"),
        (sound.clone() + &server("https://exeat.example.org"), ""),
        (web("http://127.0.0.1:8417"), ""),
    ] {
        let folder = desk();
        let file = folder.path().join("desk/exeat.toml");
        fs::write(&file, fs::read_to_string(&file).unwrap() + "\n" + &sections).unwrap();
        let checked = check(&folder);
        match named {
            "" => assert!(checked.done().contains("holds together"), "{sections}"),
            named => assert!(checked.code == 2 && checked.err.contains(named), "{sections}: {checked:?}"),
        }
    }
}

#[test]
fn a_secret_in_the_configuration_is_refused_and_not_repeated() {
    for secret in ["\"hunter2\"", "20261123", "\"vault:hunter2\"", "hunter2", "[\"hunter2\"]"] {
        let folder = desk();
        edit(&folder, "\npassword = \"file:vault.password\"", &format!("\npassword = {secret}"));
        let wrong = check(&folder);
        assert_eq!(wrong.code, 2);
        let bare = secret.trim_matches(['"', '[', ']']);
        assert!(!wrong.err.contains(bare) && !wrong.out.contains(bare), "{}", wrong.err);
        assert!(wrong.err.contains("exeat.toml: line "), "{}", wrong.err);
    }
}

#[test]
fn without_a_configuration_it_is_said_how_to_get_one() {
    let folder = tempfile::tempdir().unwrap();
    for words in [vec!["config", "check"], vec!["serve", "--once"], vec!["request", "list"]] {
        let missing = exeat(folder.path(), &words);
        assert_eq!(missing.code, 2);
        assert!(missing.err.contains("--config") && missing.err.contains("exeat init"), "{}", missing.err);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_is_left_out_and_what_makes_no_sense_is_said() {
    for (from, to, named) in [
        ("\nmaildir = \"outbox\"", "", "mail.maildir"),
        ("\naccount_pattern = \"_P$\"", "\naccount_pattern = \"(\"", "requests.account_pattern"),
        ("\nreviewers = 1", "\nreviewers = 0", "reviewers"),
        ("\nsample = 0.1", "\nsample = 1.5", "sample"),
        ("\npreset = \"be-default\"", "\npreset = \"none\"", "preset"),
        ("\nfrom = \"release-desk@example.org\"", "\nfrom = \"nobody\"", "mail"),
        ("\nname = \"Release desk\"", "\nname = \"Release\\r\\nBcc: x@example.org\"", "mail.name"),
        ("\nscope = []", "\nscope = [\"../{account}\"]", "share.scope"),
        ("\nscope = []", "\nscope = [\"Users/{acount}\"]", "share.scope"),
        ("\nunc = ['\\\\server\\intego_shared']", "\nunc = ['server']", "share.unc"),
        ("\nseconds = 600", "\nseconds = 0", "checks.seconds"),
        ("\nmemory = 4096", "\nmemory = 0", "checks.memory"),
        ("\n[checks]", "\n[mailbox]\nhost = \"imap.example.org\"\nuser = \"desk\"\n\n[checks]", "mailbox"),
    ] {
        let folder = desk();
        edit(&folder, from, to);
        let wrong = check(&folder);
        assert_eq!((wrong.code, wrong.err.contains(named)), (2, true), "{named}: {}", wrong.err);
    }
}

#[test]
fn the_schema_is_json_and_knows_every_section() {
    let folder = tempfile::tempdir().unwrap();
    let schema: Value = exeat(folder.path(), &["config", "schema"]).json();
    let sections: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(
        sections,
        [
            "archive", "checks", "desk", "mail", "mailbox", "policy", "requests", "roster", "scanner",
            "server", "share", "tickets", "vault", "web"
        ]
    );
    assert_eq!(schema["additionalProperties"], false);
}
