//! `exeat request` and `exeat review` against a desk elsewhere: the same is printed as at the desk itself.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::desk::{CLEAR, Desk, RESULTS, Ran, ran};

/// A table with a count of 2.
const SMALL: &str = "region,count\nnorth,40\nsouth,2\nwest,80\n";

/// A desk that serves its web, and a folder elsewhere that has no desk.
struct Elsewhere {
    desk: Desk,
    serving: Child,
    url: String,
    folder: tempfile::TempDir,
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.serving.kill());
        drop(self.serving.wait());
    }
}

impl Elsewhere {
    fn new() -> Self {
        let desk = Desk::new();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let url = format!("http://{address}");
        let file = desk.folder().join("exeat.toml");
        let web = format!("\n[web]\naddress = \"{address}\"\npublic_url = \"{url}\"\n");
        std::fs::write(&file, std::fs::read_to_string(&file).unwrap() + &web).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_exeat"));
        command.arg("serve").current_dir(desk.folder()).env_remove("EXEAT_CONFIG");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut serving = command.spawn().unwrap();
        let said = BufReader::new(serving.stderr.take().unwrap());
        let mut said = said.lines();
        assert!(said.any(|line| line.unwrap().starts_with("the web desk is open: ")));
        // What it says further is read, so that it is never stopped by a full pipe.
        std::thread::spawn(move || said.for_each(drop));
        Self { desk, serving, url, folder: tempfile::tempdir().unwrap() }
    }

    /// A token of this account.
    fn token(&self, account: &str, reach: &str) -> String {
        let made =
            self.desk.run(&format!("account --format json token {account} script --reach {reach}")).json();
        made["secret"].as_str().unwrap().to_owned()
    }

    /// Runs a command there with a token; the words are split at spaces.
    fn run(&self, token: &str, words: &str) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_exeat"));
        command.current_dir(self.folder.path()).env_remove("EXEAT_CONFIG").env("EXEAT_TOKEN", token);
        ran(command.args(words.split_whitespace()))
    }
}

#[test]
fn a_desk_elsewhere_is_worked_with_as_one_here() {
    let there = Elsewhere::new();
    there.desk.put(&format!("{RESULTS}/small.csv"), SMALL);
    let (ann, cleo) = (there.token("ann_P", "write"), there.token("cleo", "decide"));
    let at = format!("--server {}", there.url);
    let asked =
        there.run(&ann, &format!("request {at} create {CLEAR} {RESULTS}/small.csv --control rounded")).done();
    assert!(asked.contains("✗ blocked") && asked.contains("EX-3: with the output checkers"), "{asked}");
    for (words, token, account) in [
        ("request show EX-3", &ann, "ann_P"),
        ("request list", &ann, "ann_P"),
        ("review queue --all", &cleo, "cleo"),
        ("review show EX-3", &cleo, "cleo"),
        ("review next", &cleo, "cleo"),
        ("review show EX-1", &cleo, "cleo"),
    ] {
        let here = there.desk.run(&format!("{words} --as {account}")).done();
        assert_eq!(there.run(token, &format!("{words} {at}")).done(), here, "{words}");
        let here: Value = there.desk.run(&format!("{words} --as {account} --format json")).json();
        assert_eq!(there.run(token, &format!("{words} {at} --format json")).json(), here, "{words}");
    }
    let shown = there.run(&cleo, &format!("review show EX-3 {at}")).done();
    assert!(shown.contains("▸   2  south       [2]"), "{shown}");
    for words in
        ["review approve EX-3 small.csv", "review reject EX-3 prevalence_by_age.csv", "review show EX-9"]
    {
        let here = there.desk.run(&format!("{words} --as cleo")).refused();
        assert_eq!(there.run(&cleo, &format!("{words} {at}")).refused(), here, "{words}");
    }
    there.run(&cleo, &format!("review return EX-3 small.csv --hold {at}")).done();
    let released = there.run(&cleo, &format!("review approve EX-3 {at}")).done();
    assert!(
        released.contains("All is decided; what is approved leaves.") && released.contains("release: done")
    );
    assert!(there.run(&ann, &format!("request show EX-3 {at}")).done().contains("EX-3: released"));
    let wiped = there.desk.run("review show EX-3 --as cleo").done();
    assert_eq!(
        there.run(&cleo, &format!("review show EX-3 {at}")).done(),
        wiped,
        "what is wiped has no rows"
    );
    let withdrawn = there.run(&ann, &format!("request create {CLEAR} {at}")).done();
    assert!(withdrawn.contains("EX-4"), "{withdrawn}");
    assert!(there.run(&ann, &format!("request withdraw EX-4 {at}")).done().contains("EX-4: withdrawn"));
}

#[test]
fn what_a_token_may_not_is_refused_and_nothing_leaks() {
    let there = Elsewhere::new();
    let (read, cleo) = (there.token("ann_P", "read"), there.token("cleo", "write"));
    let at = format!("--server {}", there.url);
    let refused = there.run(&read, &format!("request create {CLEAR} {at}")).refused();
    assert!(refused.contains("a token that reaches to write"), "{refused}");
    there.desk.run(&format!("request --as ann_P create {CLEAR}")).done();
    let refused = there.run(&cleo, &format!("review approve EX-3 {at}")).refused();
    assert!(refused.contains("a token that reaches to decide"), "{refused}");
    let refused = there.run(&read, &format!("review queue {at}")).refused();
    assert!(refused.contains("with the role checker"), "{refused}");
    let refused = there.run("exeat_nonsense", &format!("request list {at}"));
    assert_eq!(refused.code, 1);
    assert!(!refused.err.contains("nonsense"), "a token is in no message: {refused:?}");
    for (words, why) in [
        ("request list --server http://exeat.example.org", "without TLS"),
        ("request list --server https://exeat.example.org/desk", "without a name or a path"),
        ("request list --server https://exeat.example.org --as ann_P", "cannot be used with"),
    ] {
        let wrong = there.run(&read, words);
        assert!(wrong.code == 2 && wrong.err.contains(why), "{words}: {wrong:?}");
    }
    let listed = there.desk.run("account tokens").done();
    assert!(listed.contains("ann_P") && listed.contains("read") && !listed.contains("exeat_"), "{listed}");
    there.desk.run("account revoke 1").done();
    assert!(there.run(&read, &format!("request list {at}")).refused().contains("revoked"));
    there.desk.run("account revoke 1").refused();
    let ledger = there.desk.run("ledger --as cleo show").done();
    assert!(
        ledger.contains("token 1 (script) was made for ann_P: read") && ledger.contains("was revoked"),
        "{ledger}"
    );
}

#[test]
fn a_machine_without_a_desk_has_a_file_that_names_one() {
    let there = Elsewhere::new();
    let ann = there.token("ann_P", "read");
    let secret = there.folder.path().join("token");
    std::fs::write(&secret, format!("{ann}\n")).unwrap();
    let file = there.folder.path().join("exeat.toml");
    std::fs::write(&file, format!("[server]\nurl = \"{}\"\ntoken = \"file:token\"\n", there.url)).unwrap();
    let open = there.run("", "request list");
    assert!(open.code == 2 && open.err.contains("token"), "others may read it: {open:?}");
    let mode = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o600);
    std::fs::set_permissions(&secret, mode).unwrap();
    assert!(there.run("", "request list").done().contains("EX-1"));
    assert!(there.run("", "config check").done().contains(&there.url));
    std::fs::write(&file, "[server]\nurl = \"http://exeat.example.org\"\ntoken = \"file:token\"\n").unwrap();
    let open = there.run("", "config check");
    assert!(
        open.code == 2 && open.err.contains("server.url") && open.err.contains("without TLS"),
        "{open:?}"
    );
    std::fs::write(&file, format!("[server]\nurl = \"{}\"\ntokn = \"file:token\"\n", there.url)).unwrap();
    let wrong = there.run("", "request list");
    assert!(wrong.code == 2 && wrong.err.contains("tokn"), "{wrong:?}");
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}

#[test]
fn what_fails_there_is_shown_and_a_retry_waits_for_the_try_that_it_asks_for() {
    let there = Elsewhere::new();
    let (ann, cleo) = (there.token("ann_P", "write"), there.token("cleo", "decide"));
    let at = format!("--server {}", there.url);
    there.desk.put(&format!("{RESULTS}/small.csv"), SMALL);
    there.run(&ann, &format!("request {at} create {RESULTS}/small.csv")).done();
    for seal in files_under(&there.desk.folder().join("state/seals")) {
        std::fs::remove_file(&seal).unwrap();
        std::fs::write(&seal, "something else").unwrap();
    }
    there.desk.run("review show EX-3 --as cleo").refused();
    there.run(&cleo, &format!("review show EX-3 {at}")).refused();
    let failed: Value =
        there.run(&cleo, &format!("review approve EX-3 --reason fine {at} --format json")).json();
    assert_eq!(
        (&failed["state"], &failed["jobs"][0]["attempts"]),
        (&"approved".into(), &1.into()),
        "{failed}"
    );
    let again: Value = there.run(&cleo, &format!("review retry EX-3 {at} --format json")).json();
    assert_eq!(again["jobs"][0]["attempts"], 2, "{again}");
    assert!(again["jobs"][0]["cause"].is_string(), "{again}");
}
