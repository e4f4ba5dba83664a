//! `exeat doctor`: what it says of a desk as it should be, and of each thing that is not; and that it changes nothing.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::desk::{Desk, Ran};

/// A folder in which nobody can make anything, whoever asks.
const NOBODYS: &str = "/sys";

/// A desk of which nothing is to be mended.
fn sound() -> Desk {
    let desk = Desk::new();
    desk.configure("folder = \"share\"", &format!("folder = {NOBODYS:?}"));
    desk.configure("max_file ", "max_file = 1000");
    desk
}

fn json(ran: &Ran) -> Value {
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{ran:?}");
    serde_json::from_str(&ran.out).unwrap()
}

/// One connection of it.
fn of<'a>(checkup: &'a Value, name: &str) -> &'a Value {
    let all = checkup["connections"].as_array().unwrap();
    all.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("{name}: {checkup}"))
}

/// Changes a sound desk, and checks that this connection alone is so, with these words about what was seen or what is to
/// be mended.
fn check(change: impl FnOnce(&Desk), name: &str, health: &str, words: &str) {
    let desk = sound();
    change(&desk);
    let checkup = json(&desk.run("doctor --format json"));
    assert_eq!(checkup["health"], health, "{checkup}");
    for one in checkup["connections"].as_array().unwrap() {
        let expected = if one["name"] == name { health } else { "fine" };
        assert_eq!(one["health"], expected, "{one}");
    }
    let signs = of(&checkup, name)["signs"].to_string();
    assert!(signs.contains(words), "{words}: {signs}");
    let text = desk.run("doctor");
    assert_eq!(text.code, 1);
    assert!(text.out.lines().any(|line| line.starts_with(health) && line.contains(name)), "{}", text.out);
}

#[test]
fn a_desk_as_it_should_be_is_fine_and_left_as_it_is() {
    let desk = sound();
    let end = desk.end();
    let files = || {
        let archive = std::fs::read_dir(desk.folder().join("archive")).unwrap();
        archive.map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>()
    };
    let before = files();
    let said = desk.run("doctor").done();
    assert!(said.ends_with("9 connections: 9 fine, 0 warning, 0 broken.\n"), "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 80 || line.contains('/')), "{said}");
    let checkup = desk.run("doctor --format json").json();
    assert_eq!(checkup["health"], "fine");
    let names: Vec<&str> =
        checkup["connections"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    let expected =
        ["desk.state", "store", "ledger", "share", "archive", "vault", "mail.maildir", "roster", "checks"];
    assert_eq!(names, expected);
    assert_eq!((desk.end(), files()), (end, before));
}

#[test]
fn folders_that_are_not_as_they_should_be_are_found() {
    let writable = |desk: &Desk| desk.configure(&format!("folder = {NOBODYS:?}"), "folder = \"share\"");
    check(writable, "share", "warning", "Mount it read-only for the desk");
    let gone = |desk: &Desk| desk.configure(&format!("folder = {NOBODYS:?}"), "folder = \"nowhere\"");
    check(gone, "share", "broken", "Mount or make it, or mend its path");
    let read_only = |desk: &Desk| {
        desk.configure("folder = \"archive\"", &format!("folder = {:?}", format!("{NOBODYS}/dev")));
    };
    check(read_only, "archive", "broken", "The desk may not work in the archive");
    let exposed = |desk: &Desk| {
        let state = desk.folder().join("state/seals");
        std::fs::set_permissions(state, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    check(exposed, "desk.state", "broken", "Others may read");
}

#[test]
fn what_a_secret_refers_to_is_tried_and_never_told() {
    let unset = |desk: &Desk| desk.configure("password = \"file:", "password = \"env:EXEAT_TEST_UNSET\"");
    check(unset, "vault", "broken", "the environment has no such variable");
    let wrong = |desk: &Desk| std::fs::write(desk.folder().join("vault.password"), "hunter2").unwrap();
    check(wrong, "vault", "broken", "Mend what vault.password and vault.key_file refer to.");
    let desk = sound();
    wrong(&desk);
    let ran = desk.run("doctor --format json -vv");
    assert!(!ran.out.contains("hunter2") && !ran.err.contains("hunter2"), "{ran:?}");
    let key = |desk: &Desk| std::fs::remove_file(desk.folder().join("state/ledger.key")).unwrap();
    check(key, "ledger", "broken", "Put the key back from its backup");
}

#[test]
fn a_mail_server_that_is_down_or_silent_is_broken() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let smtp = |more: &str| {
        let section = format!(
            "[mail.smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\ntimeout = 1\n{more}"
        );
        move |desk: &Desk| desk.configure("maildir", &section)
    };
    check(smtp(""), "mail.smtp", "broken", "check that it runs, and its name and port");
    drop(server);
    check(smtp(""), "mail.smtp", "broken", "check that it runs, and its name and port");
    let unset = "user = \"desk\"\npassword = \"env:EXEAT_TEST_UNSET\"";
    check(smtp(unset), "mail.smtp", "broken", "the environment has no such variable");
}

#[test]
fn a_mailbox_that_is_down_or_silent_is_broken() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let mailbox = |password: &str| {
        let section = format!(
            "[mailbox]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\nuser = \"desk\"\ntimeout = 1\n\
             password = \"{password}\"\n\n[roster]"
        );
        move |desk: &Desk| desk.configure("[roster]", &section)
    };
    check(mailbox("file:vault.password"), "mailbox", "broken", "does not speak IMAP; check that it runs");
    drop(server);
    check(mailbox("file:vault.password"), "mailbox", "broken", "does not speak IMAP; check that it runs");
    check(mailbox("env:EXEAT_TEST_UNSET"), "mailbox", "broken", "the environment has no such variable");
}

#[test]
fn a_ticket_system_that_is_down_is_broken() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    drop(server);
    let tickets = |url: String, password: &'static str| {
        let section = format!(
            "[tickets.servicenow]\nurl = \"{url}\"\nqueue = \"active=true\"\nuser = \"exeat\"\n\
             password = \"{password}\"\n\n[roster]"
        );
        move |desk: &Desk| desk.configure("[roster]", &section)
    };
    let at = format!("http://127.0.0.1:{port}");
    let name = "tickets.servicenow";
    check(tickets(at.clone(), "file:vault.password"), name, "broken", "cannot be reached, or breaks off");
    check(tickets(at, "env:EXEAT_TEST_UNSET"), name, "broken", "the environment has no such variable");
    let open = "http://tickets.example.org".to_owned();
    check(tickets(open, "file:vault.password"), name, "broken", "without TLS");
}

#[test]
fn files_that_do_not_hold_and_a_web_desk_that_is_not_there_are_found() {
    let roster =
        |desk: &Desk| std::fs::write(desk.folder().join("roster.toml"), "[[people]]\nname = 1").unwrap();
    check(roster, "roster", "broken", "Mend the roster file");
    let nobody = |desk: &Desk| std::fs::write(desk.folder().join("roster.toml"), "").unwrap();
    check(nobody, "roster", "warning", "Give someone active the role checker.");
    let preset = |desk: &Desk| desk.configure("preset = ", "preset = \"none\"");
    check(preset, "checks", "broken", "preset");
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let web = |desk: &Desk| {
        let section =
            format!("[web]\naddress = \"{address}\"\npublic_url = \"https://exeat.example.org\"\n\n[roster]");
        desk.configure("[roster]", &section);
    };
    check(web, "web", "warning", "Start the desk: exeat serve.");
}

#[test]
fn without_a_configuration_it_is_said_how_to_get_one() {
    let folder = tempfile::tempdir().unwrap();
    let missing = crate::desk::exeat(folder.path(), &["doctor"]);
    assert_eq!(missing.code, 2);
    assert!(missing.err.contains("exeat init"), "{}", missing.err);
    // A machine that only works with a desk elsewhere tries that one.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let section = format!("[server]\nurl = \"http://{address}\"\ntoken = \"file:token\"\n");
    std::fs::write(folder.path().join("exeat.toml"), section).unwrap();
    let checkup = json(&crate::desk::exeat(folder.path(), &["doctor", "--format", "json"]));
    let signs = of(&checkup, "server")["signs"].to_string();
    assert!(
        signs.contains("file:token") && checkup["connections"].as_array().unwrap().len() == 1,
        "{checkup}"
    );
}
