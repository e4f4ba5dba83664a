//! Findings, places and faults in the language of whoever reads, and nothing of them in another.

use axum::http::StatusCode;
use exeat_desk::Ask;
use exeat_domain::context::Context;
use exeat_domain::ledger::Actor;
use exeat_domain::request::{Asked, Door, Purpose, RequestId, Thread};
use exeat_testkit::site::run;

use crate::house::{House, Visitor};

/// A table with a small cell and a hidden one that its totals give, and what is no table at all.
async fn asked(house: &House) -> RequestId {
    house.put("out/t.csv", "region,women,men,total\nnorth,120,98,218\nsouth,340,<5,343\nwest,88,4,92\n");
    house.put("out/report.json", "{\"women\": [120, 340], \"men\": [98, 377]}");
    let lines = ["out/t.csv", "out/report.json", "out/gone.csv"];
    let asked = lines.map(|line| Asked { line: line.into(), purpose: Purpose::Output }).to_vec();
    let ask = Ask {
        door: Door::Web,
        project: None,
        purpose: "table 2".into(),
        thread: Thread::default(),
        asked,
        context: Context::default(),
    };
    let id = house.desk.requester(Actor::person("bram_P")).ask(ask).await.unwrap().id;
    run(&house.desk).await.unwrap();
    id
}

/// What the page says, without the parts that say that they are English.
async fn read(who: &mut Visitor<'_>, path: &str) -> String {
    let answer = who.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    let text = answer.text();
    assert!(!text.contains("lang=\"en\""), "{path}: {text}");
    for english in
        [" people", "The cell", "Merge ", "Suppress", "the file as a whole", "row 3", "Export tables"]
    {
        assert!(!text.contains(english), "{english}: {text}");
    }
    text
}

#[tokio::test]
async fn findings_are_told_in_the_language_of_whoever_reads() {
    let house = House::new().await;
    let id = asked(&house).await;
    let mut dirk = house.visitor("dirk").await;
    let dutch = read(&mut dirk, &format!("/requests/{id}?file=1")).await;
    for words in [
        "De cel telt 4 personen.",
        "een cel telt te weinig personen",
        "rij 3, kolom 3 (“men”)",
        "Voeg categorieën samen, of onderdruk deze cel",
        "Wie iemand in die cel kent, komt ook de rest van de rij te weten.",
        "De totalen en de getoonde cellen geven de verborgen cel: ze is 3, te weinig.",
        "Dit is niet gevonden in de gedeelde map",
        "dimensie",
    ] {
        assert!(dutch.contains(words), "{words}: {dutch}");
    }
    let notes = read(&mut dirk, &format!("/requests/{id}?file=2")).await;
    assert!(
        notes.contains(
            "Het bestand wordt niet vrijgegeven: het bevat JSON, en dat is geen tabel of afbeelding"
        ),
        "{notes}"
    );
    read(&mut dirk, &format!("/requests/{id}/refuse?file=2&choice=return")).await;
    let french = read(&mut house.visitor("bram_P").await, &format!("/mine/{id}")).await;
    for words in [
        "La cellule compte 4 personnes.",
        "ligne 3, colonne 3 («\u{a0}men\u{a0}»)",
        "Le fichier n’est pas livré",
    ] {
        assert!(french.contains(words), "{words}: {french}");
    }
}

#[tokio::test]
async fn a_fault_is_told_in_the_language_of_whoever_meets_it() {
    let house = House::new().await;
    let id = asked(&house).await;
    let mut bram = house.visitor("bram_P").await;
    let form = [("path", "out/none.csv")];
    let refused = bram.post(&format!("/mine/{id}/take-back"), &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("La demande n’a pas de fichier out/none.csv."), "{}", refused.text());
}
