//! Corrections, take-backs and who may decide: what a requester asked for is neither lost nor stood in for.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use exeat_desk::ports::{Port, Store as _};
use exeat_desk::{Desk, Worked};
use exeat_domain::context::Context;
use exeat_domain::ledger::Actor;
use exeat_domain::path::SharePath;
use exeat_domain::request::{Asked, Purpose};
use exeat_domain::review::Choice;
use exeat_domain::state::State;
use exeat_testkit::gate::{Gate, Moment, gated};
use exeat_testkit::site::{Site, decide, files_under, run};

use crate::fault::Once;
use crate::whole::{REQUEST, approved, asked};

fn lines(lines: &[&str]) -> Vec<Asked> {
    lines.iter().map(|line| Asked { line: (*line).to_owned(), purpose: Purpose::Output }).collect()
}

#[tokio::test]
async fn a_correction_takes_along_what_was_not_sealed_yet() {
    let folder = tempfile::tempdir().unwrap();
    let site = asked(folder.path()).await;
    std::fs::write(folder.path().join("share/late.csv"), "sex,patients\nF,410\nM,398\n").unwrap();
    let desk = site.desk(|ports| ports).await.unwrap();
    desk.requester(Actor::person("ann_P"))
        .correct(REQUEST, lines(&["late.csv"]), Context::default())
        .await
        .unwrap();
    assert_eq!(run(&desk).await.unwrap(), Vec::<String>::new());
    let request = site.store().await.unwrap().load(REQUEST).await.unwrap();
    let paths: Vec<&str> = request.current_files().map(|(_, file)| file.path.as_str()).collect();
    assert_eq!(paths, ["ann/regions.csv", "ann/sexes.csv", "late.csv"]);
}

#[tokio::test]
async fn what_could_not_be_corrected_is_not_stood_in_for_by_its_older_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let site = asked(folder.path()).await;
    let desk = site.desk(|ports| ports).await.unwrap();
    run(&desk).await.unwrap();
    std::fs::remove_file(folder.path().join("share/ann/sexes.csv")).unwrap();
    desk.requester(Actor::person("ann_P"))
        .correct(REQUEST, lines(&["ann/sexes.csv"]), Context::default())
        .await
        .unwrap();
    run(&desk).await.unwrap();
    let request = site.store().await.unwrap().load(REQUEST).await.unwrap();
    let round = request.round().unwrap();
    let paths: Vec<&str> = round.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!((paths, round.problems.len()), (vec!["ann/regions.csv"], 1));
}

#[tokio::test]
async fn no_one_decides_on_their_own_request_in_anothers_name() {
    let folder = tempfile::tempdir().unwrap();
    let site = asked(folder.path()).await;
    let desk = site.desk(|ports| ports).await.unwrap();
    run(&desk).await.unwrap();
    let disguised = Actor { account: "cleo".into(), operator: Some("ANN_P".into()), token: None };
    let checker = desk.checker(disguised).await.unwrap();
    let refused = checker.decide(REQUEST, &[], Choice::Approve, None, false).await.unwrap_err();
    assert_eq!(refused.code(), "review-refused");
    assert_eq!(site.store().await.unwrap().load(REQUEST).await.unwrap().state, State::Submitted);
}

#[tokio::test]
async fn taking_the_last_output_back_takes_the_request_back() {
    let folder = tempfile::tempdir().unwrap();
    let site = asked(folder.path()).await;
    let desk = site.desk(|ports| ports).await.unwrap();
    run(&desk).await.unwrap();
    let paths = ["ann/regions.csv", "ann/sexes.csv"].map(|path| SharePath::new(path).unwrap());
    let request = desk.requester(Actor::person("ann_P")).take_back(REQUEST, &paths).await.unwrap();
    assert_eq!(request.state, State::Withdrawn);
    run(&desk).await.unwrap();
    assert_eq!(crate::whole::left_behind(&site), Vec::<std::path::PathBuf>::new());
}

#[tokio::test]
async fn a_package_that_is_gone_before_it_is_sent_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let site = approved(folder.path()).await;
    let (port, call, moment) = (Port::Courier, "send", Moment::Before);
    let gate: Arc<dyn Gate> = Arc::new(Once { port, call, moment, done: AtomicBool::new(false) });
    let desk = site.desk(|ports| gated(ports, &gate)).await.unwrap();
    assert_eq!(run(&desk).await.unwrap().len(), 1, "it is packed and tested, and not sent");
    let scratch = folder.path().join("state/scratch/EX-1");
    assert_eq!(files_under(&scratch.join("packages")).unwrap().len(), 1);
    std::fs::remove_dir_all(&scratch).unwrap();
    assert_eq!(run(&desk).await.unwrap().len(), 1, "the package is gone, and that is told");
    assert_eq!(run(&desk).await.unwrap(), Vec::<String>::new());
    crate::whole::released_once(&site).await;
}

/// Works until nothing is due, as a server does that goes on: nothing is swept at its start.
async fn work(desk: &Desk) {
    while let Worked::Done(_) = desk.work(None).await.unwrap() {}
}

fn seals(site: &Site) -> usize {
    files_under(&site.root.join("state/seals")).unwrap().len()
}

#[tokio::test]
async fn what_went_back_at_once_or_was_taken_back_is_swept_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = asked(folder.path()).await;
    std::fs::write(folder.path().join("share/ann/sexes.csv"), "sex,patients\nF,2\nM,4870\n").unwrap();
    (site.policy.return_blocked_at_once, site.policy.compare_days) = (true, 0);
    let desk = site.desk(|ports| ports).await.unwrap();
    work(&desk).await;
    let request = site.store().await.unwrap().load(REQUEST).await.unwrap();
    assert_eq!(request.state, State::Returned);
    assert_eq!(seals(&site), 2, "the clear file and its tables");
    let clear = SharePath::new("ann/regions.csv").unwrap();
    let ann = desk.requester(Actor::person("ann_P"));
    std::fs::write(folder.path().join("share/ann/sexes.csv"), "sex,patients\nF,5120\nM,4870\n").unwrap();
    ann.correct(REQUEST, lines(&["ann/sexes.csv"]), Context::default()).await.unwrap();
    work(&desk).await;
    assert_eq!(seals(&site), 4);
    ann.take_back(REQUEST, &[clear]).await.unwrap();
    work(&desk).await;
    assert_eq!(seals(&site), 2, "the mended file and its tables");
}

#[tokio::test]
async fn what_is_forgotten_is_gone_whatever_stopped_it() {
    for (port, call) in [(Port::Seals, "remove"), (Port::Store, "commit")] {
        for moment in [Moment::Before, Moment::After] {
            let folder = tempfile::tempdir().unwrap();
            let mut site = asked(folder.path()).await;
            let desk = site.desk(|ports| ports).await.unwrap();
            run(&desk).await.unwrap();
            decide(&desk, REQUEST, Choice::Return).await.unwrap();
            work(&desk).await;
            assert_eq!(seals(&site), 2, "the tables of both files");
            // The site keeps nothing any more, so that the day to forget has come.
            site.policy.compare_days = 0;
            let gate: Arc<dyn Gate> = Arc::new(Once { port, call, moment, done: AtomicBool::new(false) });
            let desk = site.desk(|ports| gated(ports, &gate)).await.unwrap();
            desk.retry(None).await.unwrap();
            let first = desk.work(None).await.unwrap();
            assert!(matches!(first, Worked::Failed(..)), "{call} {moment:?}: {first:?}");
            desk.retry(None).await.unwrap();
            work(&desk).await;
            assert_eq!(
                (seals(&site), site.store().await.unwrap().jobs(None).await.unwrap()),
                (0, vec![]),
                "{call}"
            );
        }
    }
}

#[tokio::test]
async fn what_waits_for_its_day_is_no_job_until_it_fails_and_one_of_an_unreadable_request_does_not_stop_the_rest()
 {
    let folder = tempfile::tempdir().unwrap();
    let site = asked(folder.path()).await;
    let gate: Arc<dyn Gate> = Arc::new(Once {
        port: Port::Store,
        call: "load",
        moment: Moment::Before,
        done: AtomicBool::new(true),
    });
    let desk = site.desk(|ports| gated(ports, &gate)).await.unwrap();
    run(&desk).await.unwrap();
    decide(&desk, REQUEST, Choice::Return).await.unwrap();
    work(&desk).await;
    let store = site.store().await.unwrap();
    assert_eq!(store.jobs(None).await.unwrap().len(), 1, "it is to forget, one day");
    assert_eq!(desk.jobs(None).await.unwrap(), vec![], "which is no work yet");
    // Roused before its day, while its request cannot be read: nothing is known of its day, and nothing is removed.
    let gate: Arc<dyn Gate> = Arc::new(Once {
        port: Port::Store,
        call: "load",
        moment: Moment::Before,
        done: AtomicBool::new(false),
    });
    let desk = site.desk(|ports| gated(ports, &gate)).await.unwrap();
    desk.retry(None).await.unwrap();
    assert!(matches!(desk.work(None).await.unwrap(), Worked::Failed(..)));
    assert_eq!(seals(&site), 2);
    let jobs = desk.jobs(Some(REQUEST)).await.unwrap();
    assert_eq!((jobs.len(), jobs[0].attempts, jobs[0].cause.is_some()), (1, 1, true), "{jobs:?}");
    desk.retry(None).await.unwrap();
    assert_eq!(desk.work(None).await.unwrap(), Worked::Idle, "it is read again, and put off");
    assert_eq!(desk.jobs(None).await.unwrap(), vec![]);
    let waits = &store.jobs(None).await.unwrap()[0];
    assert_eq!((waits.attempts, waits.cause.clone()), (0, None), "the try that failed counts no more");
}
