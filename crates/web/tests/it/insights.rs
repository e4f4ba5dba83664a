//! How the desk does, as charts with their figures.

use axum::http::StatusCode;
use exeat_domain::ledger::Actor;
use exeat_domain::review::Choice;

use crate::house::House;
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
