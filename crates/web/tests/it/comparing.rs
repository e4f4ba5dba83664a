//! What a checker sees of a mended file beside the one that went back; and what is kept for it, and how long.

use chrono::TimeDelta;
use exeat_domain::context::Context;
use exeat_domain::ledger::Actor;
use exeat_domain::request::{Asked, Purpose, RequestId};
use exeat_domain::review::Choice;
use exeat_testkit::site::{Site, files_under, run};

use crate::house::{House, settings};

const SMALL: &str =
    "region,women,men,pct\nnorth,120,98,55.0\nsouth,340,377,47.4\nwest,88,4,95.7\neast,61,70,46.6\n";
const MENDED: &str = "region,women,men\ncentre,75,82\nnorth,120,98\nsouth,340,377\nwest,88,<5\n";

fn output(line: &str) -> Vec<Asked> {
    vec![Asked { line: line.into(), purpose: Purpose::Output }]
}

/// A request whose table went back.
async fn returned(house: &House) -> RequestId {
    house.put("out/table.csv", SMALL);
    let id = house.ask(&["out/table.csv"], "table 2").await;
    let checker = house.desk.checker(Actor::person("cleo")).await.unwrap();
    checker.decide(id, &[], Choice::Return, Some("Mask the four."), false).await.unwrap();
    run(&house.desk).await.unwrap();
    id
}

/// The same with the next round, of this file.
async fn again(house: &House, id: RequestId, path: &str, text: &str) {
    house.put(path, text);
    house.desk.requester(Actor::person("ann_P")).correct(id, output(path), Context::default()).await.unwrap();
    run(&house.desk).await.unwrap();
}

fn seals(house: &House) -> usize {
    files_under(&house.folder.path().join("state/seals")).unwrap().len()
}

#[tokio::test]
async fn the_cells_rows_and_columns_that_changed_are_told_and_marked() {
    let house = House::new().await;
    let id = returned(&house).await;
    again(&house, id, "out/table_v2.csv", MENDED).await;
    let mut cleo = house.visitor("cleo").await;
    let page = cleo.get(&format!("/requests/{id}")).await.text();
    for words in [
        "<b>Since round 1:</b> 1 cell changed, 1 row added, 1 row removed, 1 column removed",
        "Compared with table.csv of that round.",
        "Columns that are gone: pct",
        "data-changes=\"0 3\"",
        "row=0#r0\" data-next-change",
        "was 4</span>",
        "</svg>new</span>",
        "Rows that are gone",
        "<td>east</td>",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(page.matches("class=\"was\"").count(), 1);
    let only = cleo.get(&format!("/requests/{id}?file=1&changed=1")).await.text();
    assert!(only.contains("rows 1 to 2 of 2") && !only.contains(">south<"), "{only}");
    let rows = cleo.get(&format!("/requests/{id}/rounds/2/files/1/rows?changed=1&from=1")).await;
    assert_eq!(rows.header("x-rows"), "2");
    assert!(
        rows.text().contains("was 4</span>") && rows.text().matches("<tr").count() == 1,
        "{}",
        rows.text()
    );
}

#[tokio::test]
async fn changes_are_told_in_the_language_of_the_checker() {
    let house = House::new().await;
    let id = returned(&house).await;
    again(&house, id, "out/table.csv", MENDED).await;
    let mut dirk = house.visitor("dirk").await;
    let page = dirk.get(&format!("/requests/{id}")).await.text();
    for words in
        ["Sinds ronde 1:", "1 cel gewijzigd, 1 rij toegevoegd", "was 4</span>", "Alleen gewijzigde rijen"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[tokio::test]
async fn of_a_file_that_went_back_only_its_tables_are_kept_and_not_for_ever() {
    let house = House::new().await;
    let id = returned(&house).await;
    assert_eq!(seals(&house), 1, "the tables as text, and not the file");
    house.clock.forward(TimeDelta::days(59));
    run(&house.desk).await.unwrap();
    assert_eq!(seals(&house), 1);
    house.clock.forward(TimeDelta::days(2));
    run(&house.desk).await.unwrap();
    assert_eq!(seals(&house), 0);
    again(&house, id, "out/table.csv", MENDED).await;
    let page = house.visitor("cleo").await.get(&format!("/requests/{id}")).await.text();
    assert!(page.contains("This file was in round 1 too.") && !page.contains("class=\"was\""), "{page}");
}

#[tokio::test]
async fn a_policy_that_keeps_nothing_keeps_nothing() {
    let house = House::with(settings(), |site: &mut Site| site.policy.compare_days = 0).await;
    let id = returned(&house).await;
    assert_eq!(seals(&house), 0);
    again(&house, id, "out/table.csv", MENDED).await;
    assert_eq!(seals(&house), 2, "the file of the open round, and its tables");
}

#[tokio::test]
async fn nothing_is_kept_of_a_request_that_ended() {
    for withdrawn in [false, true] {
        let house = House::new().await;
        let id = returned(&house).await;
        again(&house, id, "out/table.csv", "region,women,men\nnorth,120,98\nsouth,340,377\n").await;
        assert_eq!(seals(&house), 3, "the earlier tables, the file, and its tables");
        if withdrawn {
            house.desk.requester(Actor::person("ann_P")).withdraw(id).await.unwrap();
        } else {
            let checker = house.desk.checker(Actor::person("cleo")).await.unwrap();
            checker.decide(id, &[], Choice::Approve, Some("Looked at."), false).await.unwrap();
        }
        run(&house.desk).await.unwrap();
        assert_eq!(seals(&house), 0, "withdrawn: {withdrawn}");
    }
}
