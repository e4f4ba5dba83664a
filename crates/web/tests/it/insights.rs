//! How the desk does, as charts with their figures.

use axum::http::StatusCode;
use chrono::TimeDelta;
use exeat_domain::ledger::Actor;
use exeat_domain::review::Choice;

use crate::house::{House, settings};
use crate::safety::inert;

#[tokio::test]
async fn every_chart_has_its_figures_and_its_file() {
    let house = House::new().await;
    let mut cleo = house.visitor("cleo").await;
    let empty = cleo.get("/insights").await.text();
    assert!(empty.contains("Nothing was asked yet") && !empty.contains("class=\"chart\""), "{empty}");

    let id = house.ask(&["ann"], "table 1").await;
    let checker = house.desk.checker(Actor::person("cleo")).await.unwrap();
    checker.decide(id, &[], Choice::Return, Some("label the columns"), false).await.unwrap();
    house.ask(&["ann/sexes.csv"], "table 2").await;
    let page = cleo.get("/insights").await.text();
    inert(&page);
    assert_eq!(page.matches("<svg class=\"chart\"").count(), 4);
    assert_eq!(page.matches("<desc id=").count(), 4, "each says what it shows");
    assert_eq!(page.matches("<details").count(), 5, "each has its figures");
    assert!(page.contains("a checker’s own reason") && page.contains("no project"), "{page}");
    assert!(page.contains("1 now; at most 1"), "{page}");

    for (file, head, row) in [
        ("turnaround.csv", "month,decided,median_hours,p90_hours,returned,rejected", ",1,0.00,0.00,1,0"),
        (
            "projects.csv",
            "project,month,decided,median_hours,p90_hours,returned,rejected",
            ",1,0.00,0.00,1,0",
        ),
        ("spread.csv", "up_to_hours,decided", "1,1"),
        ("backlog.csv", "day,waiting", ",1"),
        ("reasons.csv", "rule,files", ",2"),
    ] {
        let answer = cleo.get(&format!("/insights/{file}?project=-")).await;
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        let text = answer.text();
        assert!(text.starts_with(&format!("{head}\r\n")), "{text}");
        assert!(text.lines().skip(1).any(|line| line.ends_with(row)), "{file}: {text}");
    }
    assert_eq!(cleo.get("/insights/other.csv").await.status, StatusCode::NOT_FOUND);
    let other = cleo.get("/insights?project=%3Cscript%3E&months=99999").await;
    assert_eq!(other.status, StatusCode::OK);
    inert(&other.text());
}

#[tokio::test]
async fn what_the_desk_returned_by_itself_is_not_counted_and_the_page_says_so() {
    let house = House::with(settings(), |site| site.policy.return_blocked_at_once = true).await;
    house.put("out/table.csv", "region,women,men\nnorth,120,98\nwest,88,4\n");
    house.ask(&["out/table.csv"], "table 2").await;
    let id = house.ask(&["ann"], "table 1").await;
    let mut cleo = house.visitor("cleo").await;
    let page = cleo.get("/insights").await.text();
    assert!(page.contains("No person decided anything in this time."), "{page}");
    let reasons = cleo.get("/insights/reasons.csv").await.text();
    assert!(reasons.contains("CNT-MIN,1"), "why it went back counts all the same: {reasons}");
    house.clock.forward(TimeDelta::hours(2));
    let checker = house.desk.checker(Actor::person("cleo")).await.unwrap();
    checker.decide(id, &[], Choice::Return, Some("label the columns"), false).await.unwrap();
    let mut cleo = house.back("cleo").await;
    let page = cleo.get("/insights").await.text();
    assert!(page.contains("what the desk returned or released by itself is not counted"), "{page}");
    let figures = cleo.get("/insights/turnaround.csv").await.text();
    assert!(figures.contains(",1,2.0"), "one round, that took two hours: {figures}");
}
