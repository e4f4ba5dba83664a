//! What an auditor sees: the ledger, whether it is whole, and a record of each release.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::StatusCode;
use exeat_desk::ports::{Failure, People};
use exeat_domain::ledger::Actor;
use exeat_domain::request::RequestId;
use exeat_domain::review::Choice;
use exeat_domain::roster::{Role, Roster};
use exeat_testkit::site::{Site, run};

use crate::house::{Everyone, House};
use crate::safety::inert;

/// A request that was released.
async fn released(house: &House) -> RequestId {
    let id = house.ask(&["ann"], "table <b>1</b>").await;
    let checker = house.desk.checker(Actor::person("cleo")).await.unwrap();
    checker.decide(id, &[], Choice::Approve, Some("fine, \"really\""), false).await.unwrap();
    assert!(run(&house.desk).await.unwrap().is_empty());
    id
}

#[tokio::test]
async fn the_ledger_is_searched_and_says_that_it_is_whole() {
    let house = House::new().await;
    let id = released(&house).await;
    let mut aude = house.visitor("aude").await;
    // The page does not wait for a long walk, and without optimisation this one can be.
    let mut page = aude.get("/ledger").await.text();
    for _ in 0..100 {
        if page.contains("Intact jusqu’à l’entrée") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        page = aude.get("/ledger").await.text();
    }
    assert!(page.contains("Intact jusqu’à l’entrée"), "{page}");
    assert!(page.contains("s’est connecté") && page.contains("livrée"), "{page}");
    for (asks, there, not) in [
        ("kind=release".to_owned(), "archivé", "s’est connecté"),
        (format!("request={id}&who=CLEO"), "remis son avis", "archivé"),
        ("q=regions.csv".to_owned(), "approuvé", "s’est connecté"),
        ("q=nothing%20of%20it".to_owned(), "Aucune entrée ne correspond", "archivé"),
        ("from=2999-01-01".to_owned(), "Aucune entrée ne correspond", "archivé"),
        ("until=1999-01-01".to_owned(), "Aucune entrée ne correspond", "archivé"),
        ("before=2".to_owned(), "a ouvert le bureau", "archivé"),
        (
            "q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E".to_owned(),
            "Aucune entrée ne correspond",
            "<script>alert",
        ),
    ] {
        let page = aude.get(&format!("/ledger?{asks}")).await.text();
        let found = page.split("id=\"ledger\"").nth(1).unwrap();
        assert!(found.contains(there) && !found.contains(not), "{asks}: {found}");
        inert(&page);
    }
    assert_eq!(aude.get("/ledger?request=x").await.status, StatusCode::NOT_FOUND);
    let again = aude.post("/ledger/verify", &[]).await;
    assert_eq!(again.header("location"), "/ledger");
}

#[tokio::test]
async fn an_auditor_takes_the_ledger_away() {
    let house = House::new().await;
    released(&house).await;
    let mut aude = house.visitor("aude").await;
    let answer = aude.get("/ledger/export").await;
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"ledger.jsonl\"");
    assert!(answer.header("content-security-policy").contains("sandbox"));
    let store = Site::at(house.folder.path()).store().await.unwrap();
    let mut whole = vec![];
    store.export(&mut whole, house.app_now()).await.unwrap();
    let entries = |bytes: &[u8]| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        assert!(lines.pop().unwrap().starts_with("{\"head\":"));
        lines
    };
    assert_eq!(entries(&answer.body), entries(&whole), "the same as the command writes");

    let csv = aude.get("/ledger/entries.csv?kind=decision").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let text = csv.text();
    assert!(text.starts_with("seq,at,account,operator,request,event,details,hash\r\n"), "{text}");
    assert!(text.contains(",cleo,,EX-1,decided,\"{\"\""), "{text}");
    assert!(!text.contains("signed_in"));
    let lines = aude.get("/ledger/entries.jsonl?kind=decision").await.text();
    assert_eq!(lines.lines().count(), text.lines().count() - 1);
    for line in lines.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(entry["seq"].is_u64() && entry["fact"]["event"].is_string(), "{line}");
    }
}

#[tokio::test]
async fn a_release_has_its_record() {
    let house = House::new().await;
    let waiting = house.ask(&["ann/sexes.csv"], "not yet").await;
    let id = released(&house).await;
    let mut aude = house.visitor("aude").await;
    let page = aude.get("/releases").await.text();
    assert!(
        page.contains(&format!("/releases/{id}/record.json")) && !page.contains(&waiting.to_string()),
        "{page}"
    );
    assert!(page.contains("table &#60;b&#62;1&#60;/b&#62;"), "{page}");
    inert(&page);
    assert_eq!(aude.get(&format!("/releases/{waiting}/record.json")).await.status, StatusCode::NOT_FOUND);

    let answer = aude.get(&format!("/releases/{id}/record.json")).await;
    let record: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(record["schema"], "exeat.release/1");
    assert_eq!(record["request"], id.to_string());
    assert_eq!(record["requester"]["name"], "Ann Peeters");
    assert_eq!(record["checkers"][0]["account"], "cleo");
    assert_eq!(record["policies"][0], "be-default");
    let file = &record["files"][0];
    assert_eq!(file["name"], "regions.csv");
    assert_eq!(file["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(file["decisions"][0]["reason"], "fine, \"really\"");
    assert_eq!(record["deliveries"][0]["to"], "ann_P@example.org");
    assert!(
        record["wiped_at"].is_string()
            && record["released_at"].is_string()
            && record["archive"]["sha256"].is_string()
    );
    assert!(record["ledger"].as_array().unwrap().len() > 5);

    let zip = aude.get(&format!("/releases/{id}/crate.zip")).await;
    assert_eq!(zip.header("content-type"), "application/zip");
    assert!(zip.body.starts_with(b"PK"));
}

#[tokio::test]
async fn the_ledger_says_why_people_look_and_counts_in_the_readers_language() {
    let house = House::new().await;
    house.ask(&["ann"], "table 1").await;
    house.ask(&["nothing.csv"], "table 2").await;
    house.put("out/a.csv", "region,women,men\nnorth,120,98\nwest,88,4\n");
    house.put("out/b.csv", "region,women,men\nnorth,120,98\neast,3,70\n");
    house.ask(&["out"], "table 3").await;
    let page = house.visitor("aude").await.get("/ledger").await.text();
    for words in [
        "pour les vérificateurs\u{a0}: une personne valide chaque livraison de ce demandeur",
        "a contrôlé selon be-default\u{a0}: 2 bloqués",
        "n’a trouvé aucun fichier à contrôler selon be-default",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

/// Everyone, and Aude checks as well.
struct Both;

#[async_trait]
impl People for Both {
    async fn roster(&self) -> Result<Roster, Failure> {
        let mut people: Vec<_> = Everyone.roster().await?.people().cloned().collect();
        for person in people.iter_mut().filter(|person| person.account == "aude") {
            person.roles.insert(Role::Checker);
        }
        Ok(Roster::new(people, vec![]).unwrap())
    }
}

#[tokio::test]
async fn an_export_that_is_closed_says_so_beforehand_and_why() {
    let house = House::new().await;
    let people: Arc<dyn People> = Arc::new(Both);
    let house = house.with_people(people).await;
    let mut aude = house.visitor("aude").await;
    let open = aude.get("/ledger").await.text();
    assert!(open.contains("href=\"/ledger/export\"") && !open.contains("export-closed"), "{open}");
    house.ask(&["ann"], "table 1").await;
    let closed = aude.get("/ledger").await.text();
    assert!(!closed.contains("href=\"/ledger/export\""), "{closed}");
    assert!(closed.contains("disabled aria-describedby=\"export-closed\""), "{closed}");
    assert!(closed.contains("Exportez-le quand rien n’attend"), "{closed}");
    assert_eq!(aude.get("/ledger/export").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
