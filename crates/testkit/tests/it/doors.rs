//! The program itself before servers: what its configuration says of a door is what it does.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use exeat_testkit::clamd::{ClamdServer, FOUND};
use exeat_testkit::dovecot::PASSWORD;
use exeat_testkit::tickets::{StandIn, Wire};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A desk as the demo leaves it, with more in its configuration.
struct Desk(TempDir);

impl Desk {
    fn new(more: &str) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        let made = exeat(desk.0.path(), &["demo", "--once", "--folder", "desk"]);
        assert_eq!(made.0, 0, "{made:?}");
        let secret = desk.folder().join("door.password");
        fs::write(&secret, PASSWORD).unwrap();
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
        let file = desk.folder().join("exeat.toml");
        fs::write(&file, fs::read_to_string(&file).unwrap() + more).unwrap();
        desk
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("desk")
    }

    /// What a command prints that does what is asked; its words are split at spaces.
    fn run(&self, words: &str) -> String {
        let ran = exeat(&self.folder(), &words.split_whitespace().collect::<Vec<_>>());
        assert_eq!(ran.0, 0, "{words}: {ran:?}");
        ran.1
    }

    /// How the doctor finds a connection.
    fn health(&self, name: &str) -> Value {
        let (_, out, err) = exeat(&self.folder(), &["doctor", "--format", "json"]);
        let document: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
        let all = document["connections"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("{name}: {out}"))["health"]
            .clone()
    }
}

/// The program that was built beside these tests: its code, and what it said on either way.
fn exeat(folder: &Path, words: &[&str]) -> (i32, String, String) {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().and_then(Path::parent).unwrap().join("exeat");
    assert!(program.exists(), "{} is built by cargo test --workspace", program.display());
    let mut command = Command::new(program);
    let ran =
        command.current_dir(folder).args(words).env_remove("EXEAT_CONFIG").stdin(Stdio::null()).output();
    let ran = ran.unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (ran.status.code().unwrap_or(-1), text(&ran.stdout), text(&ran.stderr))
}

fn section(wire: Wire, url: &str) -> String {
    let (queue, user, received, released) = match wire {
        Wire::ServiceNow => ("assignment_group.name=Release desk", "exeat", "2", "3"),
        Wire::Jira => ("project = REL", "exeat@example.org", "working", "done"),
    };
    let name = wire.name();
    format!(
        "\n[tickets.{name}]\nurl = \"{url}\"\nqueue = \"{queue}\"\nuser = \"{user}\"\n\
         password = \"file:door.password\"\n[tickets.{name}.states]\nreceived = \"{received}\"\n\
         released = \"{released}\"\n"
    )
}

#[test]
fn a_ticket_of_either_system_is_served_from_its_text_to_its_attachment() {
    for wire in [Wire::ServiceNow, Wire::Jira] {
        let server = StandIn::start(wire.name(), false).unwrap();
        let desk = Desk::new(&section(wire, &server.url));
        let path = r"\\server\intego_shared\Users\ann_P\diabetes\prevalence_by_age.csv";
        let asked = json!({ "caller": "ann_P", "email": "ann.peeters@example.org", "text": format!("Please release {path}") });
        let ticket = server.control("ticket", &asked).unwrap()["key"].as_str().unwrap().to_owned();
        assert_eq!(desk.health(&format!("tickets.{}", wire.name())), "fine");
        desk.run("serve --once");
        let seen = || server.control("seen", &json!({})).unwrap();
        let state = |seen: &Value| wire.state(seen["states"][&ticket].as_str().unwrap()).to_owned();
        let comments = |seen: &Value| seen["comments"][&ticket].as_array().map_or(0, Vec::len);
        let first = seen();
        assert_eq!((comments(&first), state(&first).as_str()), (1, "working"), "{wire:?}: {first}");
        desk.run("review approve EX-3 --as cleo");
        desk.run("serve --once");
        let last = seen();
        let files = last["files"][&ticket].as_array().unwrap();
        assert_eq!((comments(&last), state(&last).as_str(), files.len()), (2, "done", 1), "{wire:?}");
        assert!(files[0]["bytes"].as_str().unwrap().starts_with("UEsDB"), "a ZIP");
    }
}

#[test]
fn an_infected_file_goes_back_and_the_doctor_knows_the_scanner() {
    let server = ClamdServer::start().unwrap();
    let desk = Desk::new(&format!("\n[scanner]\nsocket = \"{}\"\n", server.socket().display()));
    let odd = desk.folder().join("share/Users/ann_P/diabetes/odd.csv");
    fs::write(odd, format!("{FOUND},patients\nF,5120\nM,4870\n")).unwrap();
    // Its signatures are the tests' own and have no date.
    assert_eq!(desk.health("scanner"), "warning");
    desk.run("request --as ann_P create Users/ann_P/diabetes/odd.csv");
    let shown: Value = serde_json::from_str(&desk.run("request --as ann_P --format json show EX-3")).unwrap();
    assert_eq!(shown["request"]["state"], "returned");
    let ledger = desk.run("ledger --as cleo show EX-3");
    assert!(ledger.contains("the virus scanner found Exeat.Test"), "{ledger}");
    let (code, _, err) = exeat(&desk.folder(), &["review", "--as", "cleo", "approve", "EX-3"]);
    assert_eq!(code, 1, "{err}");
}
