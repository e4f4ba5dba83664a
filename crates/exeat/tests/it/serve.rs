//! The desk's own process beside the commands of others.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::desk::{CLEAR, Desk};

/// Ends what is left of the process when a test fails.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself, as it should.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn one_process_does_the_work_and_ends_when_it_is_told() {
    let desk = Desk::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_exeat"));
    command.arg("serve").current_dir(desk.folder()).env_remove("EXEAT_CONFIG");
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut serving = Serving(child);
    let mut said = BufReader::new(serving.0.stderr.take().unwrap()).lines();
    assert_eq!(said.next().unwrap().unwrap(), "swept; 0 jobs waiting. Working until stopped.");
    let busy = desk.run("serve --once").refused();
    assert!(busy.contains("another process does this desk's work already"), "{busy}");

    let asked = desk.run(&format!("request --as ann_P create {CLEAR}")).done();
    assert!(asked.contains("with the output checkers"), "it waits for what the other process does: {asked}");
    until("it takes the request up", || desk.request("ann_P", "EX-3")["state"] == "submitted");
    desk.run("review --as cleo approve EX-3").done();
    until("it releases", || desk.request("ann_P", "EX-3")["state"] == "released");

    // A failure is told, and no reason to end otherwise than well.
    std::fs::write(desk.folder().join("vault.password"), "not the password").unwrap();
    desk.run(&format!("request --as ann_P create {CLEAR}")).done();
    until("it checks the next", || desk.request("ann_P", "EX-4")["state"] == "submitted");
    desk.run("review --as cleo approve EX-4").done();
    until("it fails", || desk.run("request --as ann_P show EX-4").done().contains("stuck after"));

    let pid = Pid::from_child(&serving.0);
    kill_process(pid, Signal::TERM).unwrap();
    until("it ends", || serving.0.try_wait().unwrap().is_some());
    assert_eq!(serving.0.wait().unwrap().code(), Some(0));
    let said: Vec<String> = said.map(Result::unwrap).collect();
    assert!(said.iter().any(|line| line.starts_with("EX-4 failed: vault: ")), "{said:?}");
    assert!(said.last().is_some_and(|line| line.starts_with("stopped; ")), "{said:?}");
    desk.run("ledger verify").done();
}
