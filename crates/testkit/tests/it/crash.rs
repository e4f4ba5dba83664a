//! Killed at any point, nothing is lost, released twice differently, or left behind (invariant 7).

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use exeat_desk::ports::Store as _;
use exeat_domain::state::State;
use exeat_testkit::site::Site;

use crate::whole::{REQUEST, approved, asked, copy, released_once};

/// How often each point is followed by further cuts while the site resumes.
const CUTS_AFTER: u64 = 2;

/// Works in a child process that loses power at the `at`th passage.
fn work(root: &Path, at: u64) -> Output {
    Command::new(env!("CARGO_BIN_EXE_crash")).arg(root).arg(at.to_string()).output().unwrap()
}

/// Works to the end; gives how many passages that took.
fn work_to_the_end(root: &Path) -> u64 {
    let output = work(root, u64::MAX);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.trim().strip_suffix(" passages").unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_release_cut_at_every_point_ends_as_one_release() {
    let folder = tempfile::tempdir().unwrap();
    let origin = folder.path().join("origin");
    std::fs::create_dir(&origin).unwrap();
    approved(&origin).await;
    let whole = folder.path().join("whole");
    copy(&origin, &whole);
    let points = work_to_the_end(&whole);
    assert!(points > 40, "only {points} passages: is everything gated?");
    released_once(&Site::at(&whole)).await;
    for point in 1..=points {
        let root = folder.path().join(format!("cut-{point}"));
        copy(&origin, &root);
        assert!(!work(&root, point).status.success(), "it was not cut at {point} of {points}");
        for cut in 1..=CUTS_AFTER {
            // Somewhere in the resumed work; past its end it is simply done.
            drop(work(&root, 1 + (point * 31 + cut * 17) % points));
        }
        work_to_the_end(&root);
        released_once(&Site::at(&root)).await;
        std::fs::remove_dir_all(&root).unwrap();
    }
}

#[tokio::test]
async fn a_check_cut_at_every_point_ends_with_the_checkers() {
    let folder = tempfile::tempdir().unwrap();
    let origin = folder.path().join("origin");
    std::fs::create_dir(&origin).unwrap();
    asked(&origin).await;
    let whole = folder.path().join("whole");
    copy(&origin, &whole);
    let points = work_to_the_end(&whole);
    for point in 1..=points {
        let root = folder.path().join(format!("cut-{point}"));
        copy(&origin, &root);
        assert!(!work(&root, point).status.success(), "it was not cut at {point} of {points}");
        work_to_the_end(&root);
        let site = Site::at(&root);
        let store = site.store().await.unwrap();
        let request = store.load(REQUEST).await.unwrap();
        assert_eq!((request.state, request.rounds[0].files.len()), (State::Submitted, 2));
        store.verify_store(None).await.unwrap();
        assert_eq!(site.messages().unwrap().len(), 1, "one receipt");
        let sealed = exeat_testkit::site::files_under(&root.join("state/seals")).unwrap();
        assert_eq!(sealed.len(), 4, "each file, and its table as text");
        std::fs::remove_dir_all(&root).unwrap();
    }
}

#[tokio::test]
async fn a_release_killed_at_any_moment_ends_as_one_release() {
    let folder = tempfile::tempdir().unwrap();
    let origin = folder.path().join("origin");
    std::fs::create_dir(&origin).unwrap();
    approved(&origin).await;
    for moment in 0..20_u64 {
        let root = folder.path().join(format!("kill-{moment}"));
        copy(&origin, &root);
        let mut child = Command::new(env!("CARGO_BIN_EXE_crash"))
            .arg(&root)
            .arg(u64::MAX.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Moments spread over the work, wherever it then is: what is tested holds at all of them.
        std::thread::sleep(Duration::from_millis(5 + moment * 7));
        child.kill().unwrap();
        child.wait().unwrap();
        work_to_the_end(&root);
        released_once(&Site::at(&root)).await;
    }
}
