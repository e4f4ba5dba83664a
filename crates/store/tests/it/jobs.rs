//! A job is one worker's at a time, waits where it fails, and is not lost with its worker.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use exeat_desk::ports::{Effects, Job, Store, Task};
use exeat_domain::request::{Request, RequestId};
use exeat_domain::state::State;
use tokio::task::JoinSet;

use crate::support::{House, at, effects};

const LEASE: Duration = Duration::from_secs(60);

fn check(request: &Request, round: u32) -> Task {
    Task::Check { request: request.id, round }
}

async fn ask(house: &House, request: &Request, task: Task) {
    house.store.record(effects(request.id).then(task)).await.unwrap();
}

async fn claim(house: &House, seconds: i64) -> Option<Job> {
    house.store.claim(at(seconds), LEASE, None).await.unwrap()
}

#[tokio::test]
async fn a_job_is_done_once() {
    let house = House::new().await;
    let request = house.request(State::Checking, &[]).await;
    ask(&house, &request, check(&request, 1)).await;
    assert_eq!(claim(&house, 0).await, None, "it is not due yet");
    let job = claim(&house, 2).await.unwrap();
    assert_eq!((&job.task, job.attempts, &job.cause), (&check(&request, 1), 0, &None));
    assert_eq!((job.created_at, job.due_at), (at(1), at(1)));
    assert_eq!(claim(&house, 3).await, None);
    house.store.record(effects(request.id).completing(&job)).await.unwrap();
    assert_eq!(claim(&house, 1000).await, None);
    assert_eq!(house.store.jobs(None).await, Ok(vec![]));
}

#[tokio::test]
async fn a_job_of_a_worker_that_is_gone_is_taken_again() {
    let house = House::new().await;
    let request = house.request(State::Checking, &[]).await;
    ask(&house, &request, check(&request, 1)).await;
    let lost = claim(&house, 2).await.unwrap();
    assert_eq!(claim(&house, 61).await, None);
    let taken = claim(&house, 62).await.unwrap();
    assert_eq!((taken.id, taken.attempts), (lost.id, 1));
    // The first worker comes back to life, and changes nothing.
    house.store.retry(&lost, "late", at(63)).await.unwrap();
    house.store.drop_job(&lost).await.unwrap();
    assert_eq!(claim(&house, 64).await, None);
    house.store.drop_job(&taken).await.unwrap();
    assert_eq!(house.store.jobs(None).await, Ok(vec![]));
}

#[tokio::test]
async fn a_job_that_fails_waits_with_its_cause() {
    let house = House::new().await;
    let request = house.request(State::Approved, &[]).await;
    ask(&house, &request, Task::Release { request: request.id }).await;
    let job = claim(&house, 2).await.unwrap();
    house.store.retry(&job, "the vault is locked", at(100)).await.unwrap();
    assert_eq!(claim(&house, 99).await, None);
    let jobs = house.store.jobs(Some(request.id)).await.unwrap();
    assert_eq!((jobs[0].attempts, jobs[0].due_at), (1, at(100)));
    assert_eq!(jobs[0].cause.as_deref(), Some("the vault is locked"));
    assert_eq!(house.store.jobs(Some(RequestId(99))).await, Ok(vec![]));
    assert_eq!(claim(&house, 100).await, Some(jobs[0].clone()));
}

#[tokio::test]
async fn the_oldest_due_job_comes_first_and_can_be_one_requests() {
    let house = House::new().await;
    let one = house.request(State::Checking, &[]).await;
    let two = house.request(State::Checking, &[]).await;
    for task in [check(&one, 1), check(&two, 1), check(&one, 2)] {
        ask(&house, &one, task).await;
    }
    let first = house.store.claim(at(2), LEASE, Some(two.id)).await.unwrap().unwrap();
    assert_eq!(first.task, check(&two, 1));
    assert_eq!(claim(&house, 3).await.unwrap().task, check(&one, 1));
    assert_eq!(claim(&house, 4).await.unwrap().task, check(&one, 2));
    assert_eq!(claim(&house, 5).await, None);
}

#[tokio::test]
async fn the_same_task_waits_once() {
    let house = House::new().await;
    let request = house.request(State::Checking, &[]).await;
    let twice =
        effects(request.id).then(check(&request, 1)).then(check(&request, 1)).then(check(&request, 2));
    house.store.record(twice.clone()).await.unwrap();
    house.store.record(twice).await.unwrap();
    assert_eq!(house.store.jobs(None).await.unwrap().len(), 2);
    // What is being done is asked for again, and waits until it is done.
    let first = claim(&house, 2).await.unwrap();
    ask(&house, &request, first.task.clone()).await;
    assert_eq!(house.store.jobs(None).await.unwrap().len(), 3);
    assert_eq!(claim(&house, 3).await.unwrap().task, check(&request, 2));
    assert_eq!(claim(&house, 4).await, None);
    house.store.record(effects(request.id).completing(&first)).await.unwrap();
    assert_eq!(claim(&house, 5).await.unwrap().task, first.task);
}

#[tokio::test]
async fn a_job_that_is_put_off_is_no_failure_and_comes_sooner_when_it_is_asked_for() {
    let house = House::new().await;
    let request = house.request(State::Approved, &[]).await;
    let release = Task::Release { request: request.id };
    ask(&house, &request, release.clone()).await;
    let job = claim(&house, 1).await.unwrap();
    house.store.retry(&job, "the server is away", at(2)).await.unwrap();
    let job = claim(&house, 2).await.unwrap();
    assert_eq!(job.attempts, 1);
    house.store.put_off(&job, at(1000)).await.unwrap();
    let jobs = house.store.jobs(None).await.unwrap();
    assert_eq!((jobs[0].attempts, &jobs[0].cause, jobs[0].due_at), (0, &None, at(1000)));
    assert_eq!(claim(&house, 999).await, None);
    ask(&house, &request, release).await;
    assert_eq!(house.store.jobs(None).await.unwrap().len(), 1);
    assert_eq!(claim(&house, 3).await.unwrap().id, job.id);
}

#[tokio::test]
async fn workers_do_not_get_the_same_job() {
    let house = House::new().await;
    let request = house.request(State::Checking, &[]).await;
    let tasks = (1..=20).map(|round| check(&request, round));
    house.store.record(Effects { jobs: tasks.collect(), ..effects(request.id) }).await.unwrap();
    let stores = [Arc::new(house.again().await), Arc::new(house.again().await)];
    let mut workers = JoinSet::new();
    for turn in 0..40 {
        let store = Arc::clone(&stores[turn % 2]);
        workers.spawn(async move { store.claim(at(2), LEASE, None).await.unwrap() });
    }
    let claimed: Vec<_> = workers.join_all().await.into_iter().flatten().map(|job| job.id).collect();
    assert_eq!(claimed.len(), 20);
    assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>().len(), 20);
}

#[tokio::test]
async fn a_start_frees_what_a_crash_left_and_a_person_makes_one_requests_jobs_due() {
    let house = House::new().await;
    let one = house.request(State::Checking, &[]).await;
    let two = house.request(State::Checking, &[]).await;
    for task in [check(&one, 1), check(&one, 2), check(&two, 1)] {
        ask(&house, &one, task).await;
    }
    let held = claim(&house, 2).await.unwrap();
    for _ in 0..2 {
        let failed = claim(&house, 3).await.unwrap();
        house.store.retry(&failed, "the share is gone", at(5000)).await.unwrap();
    }
    assert_eq!(claim(&house, 4).await, None);
    assert_eq!(house.store.rouse(at(5), Some(one.id)).await, Ok(1));
    assert_eq!(claim(&house, 5).await.unwrap().task, check(&one, 2));
    assert_eq!(claim(&house, 5).await, None, "one job is held, the other is another request's");
    assert_eq!(house.store.rouse(at(6), None).await, Ok(3));
    let again = claim(&house, 6).await.unwrap();
    assert_eq!((again.id, again.attempts), (held.id, 1));
    assert!(claim(&house, 6).await.is_some() && claim(&house, 6).await.is_some());
}

#[tokio::test]
async fn a_job_that_is_put_back_waits_for_its_day_and_has_not_failed() {
    let house = House::new().await;
    let request = house.request(State::Checking, &[]).await;
    ask(&house, &request, check(&request, 1)).await;
    let roused = claim(&house, 2).await.unwrap();
    house.store.put_off(&roused, at(500)).await.unwrap();
    assert_eq!(claim(&house, 499).await, None);
    let due = claim(&house, 500).await.unwrap();
    assert_eq!((due.id, due.attempts, due.cause), (roused.id, 0, None));
}
