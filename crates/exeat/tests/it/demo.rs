//! `exeat demo`: what it says is true of the files it leaves behind.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use exeat_channels::Opened;
use insta::assert_snapshot;
use regex::Regex;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

use crate::desk::{Ran, exeat, ran, redacted};

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

/// The text with what differs from run to run replaced, and without the mail, which has snapshots where it is made.
fn story(place: &Path, told: &Ran) -> String {
    let here = fs::canonicalize(place).unwrap();
    let text = format!("{}---\n{}", told.err, told.out).replace(here.to_str().unwrap(), "/tmp/place");
    let mail = |line: &&str| line.starts_with("  |") && !line.contains(": 2 files are returned for changes");
    redacted(&text.lines().filter(|line| !mail(line)).collect::<Vec<_>>().join("\n"))
}

#[test]
fn the_demo_reads_as_a_story() {
    let place = tempfile::tempdir().unwrap();
    let told = exeat(place.path(), &["demo", "--once", "--folder", "desk"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert_snapshot!("demo", story(place.path(), &told));
    let again = exeat(place.path(), &["demo", "--once", "--folder", "desk"]).refused();
    assert!(again.contains("cannot be made"), "{again}");
}

#[test]
fn the_commands_it_proposes_work_as_they_stand_and_a_named_folder_stays() {
    let place = tempfile::tempdir().unwrap();
    let mut demo = Open::start(place.path(), &["demo", "--second-factor", "--folder", "desk"]);
    let mut out = String::new();
    while !out.contains("\nRemove it all") && !out.contains("then with:\n") {
        out += &demo.line();
    }
    out += &demo.line();
    let proposed = Regex::new(r"(?m)^  exeat (--config .*|check .*)\n( {4}.*)?").unwrap();
    let proposed: Vec<String> =
        proposed.find_iter(&out).map(|found| found.as_str().replace("\\\n", "")).collect();
    assert!(proposed.len() >= 3, "{proposed:?}");
    for line in proposed {
        let words: Vec<&str> = line.split_whitespace().skip(1).collect();
        let expected = i32::from(words[0] == "check");
        assert_eq!(exeat(place.path(), &words).code, expected, "{line}");
    }
    let (code, err) = demo.end();
    assert_eq!(code, 0, "{err}");
    assert!(place.path().join("desk/exeat.toml").exists());
    let told = Ran { code, out, err };
    let address = Regex::new(r"http://127\.0\.0\.1:\d+").unwrap();
    let secrets = Regex::new(r"(?m)^(  \w* +)(\w{24}|(\w{4} ){7}\w{4})").unwrap();
    let text = story(place.path(), &told);
    let text = address.replace_all(&text, "http://127.0.0.1:8417");
    assert_snapshot!("open", secrets.replace_all(&text, "$1(secret)"));
}

#[test]
fn it_opens_a_desk_with_months_of_history_until_it_is_told_to_end() {
    let place = tempfile::tempdir().unwrap();
    let mut demo = Open::start(place.path(), &["demo", "--format", "json"]);
    let opened: Value = serde_json::from_str(&demo.line()).unwrap();
    let expected = ["address", "folder", "history", "left_behind", "released", "returned", "sign_ins"];
    assert_eq!(keys(&opened), expected);
    assert_eq!(opened["left_behind"], serde_json::json!([]));
    let folder = Path::new(text(&opened["folder"]));
    assert!(folder.starts_with(place.path()) && folder.exists(), "{folder:?}");

    let visitor = |account: &str| {
        let all = opened["sign_ins"].as_array().unwrap();
        let one = all.iter().find(|one| one["account"] == account).unwrap();
        assert_eq!(one["second_factor"], Value::Null);
        Visitor::signed_in(text(&opened["address"]), account, text(&one["password"]))
    };
    let cleo = visitor("cleo");
    let queue = cleo.get("/queue");
    for waiting in ["5 requests wait for a checker", "EX-47", "Emma Dubois", " working day"] {
        assert!(queue.contains(waiting), "{waiting}: {queue}");
    }
    let insights = cleo.get("/insights/projects.csv");
    let months: BTreeSet<&str> = insights.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
    assert!(months.len() >= 4, "{insights}");
    for project in ["complications", "diabetes", "heart failure", "stroke"] {
        assert!(insights.contains(project), "{project}: {insights}");
    }
    assert!(!insights.contains("infections"), "no person decided there: {insights}");
    assert!(cleo.get("/insights").contains("SUP-EXACT"));
    assert!(visitor("aude").get("/releases").contains("EX-52"));
    assert!(visitor("adam").get("/admin").contains("permit 12"));
    assert!(visitor("emma_P").get("/mine").contains("EX-47"));

    let config = folder.join("exeat.toml");
    let verify = ["--config", config.to_str().unwrap(), "ledger", "--format", "json", "verify"];
    let verified = exeat(place.path(), &verify).json();
    assert!(verified["entries"].as_u64().is_some_and(|entries| entries > 600), "{verified}");
    let (code, err) = demo.end();
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(!folder.exists(), "its folder goes with it");
}

/// A demo that stays open.
struct Open {
    demo: Child,
    out: BufReader<ChildStdout>,
}

impl Open {
    fn start(place: &Path, words: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_exeat"));
        command.args(words).current_dir(place).env("TMPDIR", place).env_remove("EXEAT_CONFIG");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut demo = command.spawn().unwrap();
        let out = BufReader::new(demo.stdout.take().unwrap());
        Self { demo, out }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        let read = self.out.read_line(&mut line).unwrap();
        assert!(read > 0, "it ended: {:?}", self.end());
        line
    }

    /// Ends it as Ctrl-C does; gives how it ended, and what it said beside.
    fn end(&mut self) -> (i32, String) {
        // It may have ended by itself.
        let _ended = kill_process(Pid::from_child(&self.demo), Signal::INT);
        let mut err = String::new();
        self.demo.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        (self.demo.wait().unwrap().code().unwrap(), err)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        drop(self.demo.kill());
        drop(self.demo.wait());
    }
}

/// Someone at the web desk.
struct Visitor {
    host: String,
    cookie: String,
}

impl Visitor {
    fn signed_in(address: &str, account: &str, password: &str) -> Self {
        let mut visitor =
            Self { host: address.strip_prefix("http://").unwrap().to_owned(), cookie: String::new() };
        let form = format!("account={account}&password={password}");
        let head = format!(
            "content-type: application/x-www-form-urlencoded\r\nsec-fetch-site: same-origin\r\ncontent-length: {}\r\n",
            form.len()
        );
        let answer = visitor.send("POST /sign-in", &head, &form);
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
        let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
        visitor.cookie = cookie.split(';').next().unwrap().to_owned();
        visitor
    }

    fn get(&self, path: &str) -> String {
        let answer = self.send(&format!("GET {path}"), "", "");
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    fn send(&self, what: &str, head: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let (host, cookie) = (&self.host, &self.cookie);
        let request = format!(
            "{what} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncookie: {cookie}\r\n{head}\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}
