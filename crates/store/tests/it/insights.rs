//! How long rounds took, what waited and why files went back, as the changes of requests have written it.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use exeat_desk::ports::{Change, Effects, Insights, Month, Scope, Store};
use exeat_domain::finding::{Finding, Outcome, Place, Severity};
use exeat_domain::ledger::Fact;
use exeat_domain::request::{Request, Round};
use exeat_domain::review::{Choice, Review};
use exeat_domain::state::State;

use crate::support::{House, at, change, effects, event};

fn scope(project: Option<&str>) -> Scope {
    let until = Month::of(at(0));
    let today = at(0).date_naive() + TimeDelta::days(9);
    Scope { project: project.map(str::to_owned), from: until.before(11), until, today, days: 12 }
}

/// A round that a checker sent back so many hours after it was opened.
async fn returned(house: &House, hours: i64, project: &str) -> Request {
    let mut request = house.request(State::Submitted, &[1, 2]).await;
    request.project = Some(project.into());
    let finding = |rule: &str, severity| Finding {
        rule: rule.into(),
        risk: None,
        severity,
        outcome: Outcome::Found,
        message: "m".into(),
        fix: "f".into(),
        place: Place { row: Some(1), ..Place::default() },
        interval: None,
    };
    let round = request.rounds.last_mut().unwrap();
    round.files[0].report.findings = vec![
        finding("CNT-MIN", Severity::Block),
        finding("CNT-MIN", Severity::Block),
        finding("RND-MIX", Severity::Note),
    ];
    round.files.iter_mut().for_each(|file| file.settled = Some(Choice::Return));
    let submitted_at = Some(at(1) + TimeDelta::hours(hours));
    round.reviews.push(Review {
        reviewer: "cleo".into(),
        decisions: std::collections::BTreeMap::new(),
        submitted_at,
    });
    house.store.commit(change(&request, State::Returned)).await.unwrap()
}

#[tokio::test]
async fn rounds_are_counted_once_and_by_what_became_of_them() {
    let house = House::new().await;
    house.request(State::Submitted, &[1]).await;
    for hours in [1, 2, 3, 30] {
        returned(&house, hours, "asthma").await;
    }
    let mut again = returned(&house, 50, "diabetes").await;
    // It comes back, and is withdrawn: what its first round took stays.
    again.rounds.push(Round::new(2, at(1) + TimeDelta::days(3), vec![]));
    let again = house.store.commit(change(&again, State::Checking)).await.unwrap();
    let mut gone = again.clone();
    (gone.state, gone.updated_at) = (State::Withdrawn, at(1) + TimeDelta::days(5));
    house
        .store
        .commit(Change { from: State::Checking, effects: effects(gone.id), request: gone })
        .await
        .unwrap();

    let all = house.store.insights(&scope(None)).await.unwrap();
    assert_eq!(all.months.len(), 1);
    let month = &all.months[0];
    assert_eq!((month.rounds, month.returned, month.rejected), (5, 5, 0));
    assert_eq!((month.median, month.p90), (TimeDelta::hours(3), TimeDelta::hours(50)));
    assert_eq!(all.spread, [1, 2, 0, 0, 2, 0, 0]);
    assert_eq!(all.reasons, [("".to_owned(), 5), ("CNT-MIN".to_owned(), 5)]);
    assert_eq!(all.names, ["asthma", "diabetes"]);
    let waited: Vec<u64> = all.backlog.iter().map(|day| day.1).collect();
    assert_eq!(waited, [0, 0, 3, 2, 1, 2, 2, 1, 1, 1, 1, 1]);

    let one = house.store.insights(&scope(Some("asthma"))).await.unwrap();
    assert_eq!((one.months[0].rounds, one.months[0].median), (4, TimeDelta::hours(2)));
    assert_eq!(one.projects.len(), 1);
    assert_eq!(house.store.insights(&scope(Some("nobody's"))).await.unwrap().months, []);
}

#[tokio::test]
async fn what_the_desk_sends_back_or_lets_out_at_once_is_no_turnaround() {
    let house = House::new().await;
    for hours in [1, 2, 3] {
        returned(&house, hours, "asthma").await;
    }
    for (outcome, choice) in [(State::Returned, Choice::Return), (State::Approved, Choice::Approve)] {
        let mut request = house.request(State::Checking, &[1]).await;
        let file = &mut request.rounds.last_mut().unwrap().files[0];
        file.settled = Some(choice);
        let mut change = change(&request, outcome);
        let (round, automatic) = (1, true);
        let fact = match outcome {
            State::Approved => Fact::Approved { round, automatic, files: vec![] },
            _ => Fact::Returned { round, automatic, files: vec![] },
        };
        change.effects = Effects::of(event(request.id, fact));
        house.store.commit(change).await.unwrap();
    }
    let found = |insights: Insights| {
        let months = insights.months.iter().map(|month| (month.rounds, month.returned, month.median));
        (months.collect::<Vec<_>>(), insights.spread, insights.reasons)
    };
    let expected = (
        vec![(3, 3, TimeDelta::hours(2))],
        [1, 2, 0, 0, 0, 0, 0],
        vec![(String::new(), 4), ("CNT-MIN".to_owned(), 3)],
    );
    assert_eq!(found(house.store.insights(&scope(None)).await.unwrap()), expected);
    // A database in which an older version counted them is put right by the ledger.
    house
        .tamper("UPDATE rounds SET month = (SELECT max(month) FROM rounds), took = 0 WHERE month IS NULL")
        .await;
    house.tamper("DELETE FROM seaql_migrations WHERE version = '0010_by_people'").await;
    assert_eq!(found(house.again().await.insights(&scope(None)).await.unwrap()), expected);
}

#[tokio::test]
async fn a_hundred_thousand_requests_are_looked_at_quickly() {
    let house = House::new().await;
    house
        .tamper(
            "INSERT INTO requests (id, revision, state, requester, requester_key, purpose, created_at, updated_at, \
             round, files, document) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) \
             SELECT i, 1, 'released', 'a', 'a', '', 0, 0, 1, 1, '{}' FROM n; \
             INSERT INTO rounds SELECT id, 1, 'project ' || (id % 40), 20780 - id % 365, 20780 - id % 365, \
             24322 - id % 12, (id * 7919) % 400000 * 1000000, CASE WHEN id % 3 = 0 THEN 'returned' ELSE 'approved' END \
             FROM requests; \
             INSERT INTO reasons SELECT id, 1, 'RULE-' || (id % 20), 'project ' || (id % 40), 24322 - id % 12, 2 \
             FROM requests WHERE id % 3 = 0",
        )
        .await;
    for (scope, months) in [(scope(None), 12), (scope(Some("project 7")), 3)] {
        let began = Instant::now();
        let found = house.store.insights(&scope).await.unwrap();
        let took = began.elapsed();
        assert_eq!(found.months.len(), months);
        // Ten times what it takes here without optimisation: a scan of documents or a sort of all would be over it.
        assert!(took < Duration::from_secs(10), "{took:?}");
        println!("insights over 100,000 requests: {took:?}");
    }
}
