//! A stranger's words stand in pages as words, and a stranger's bytes never do.

use axum::http::StatusCode;
use exeat_domain::request::RequestId;
use exeat_testkit::PAYLOADS;

use crate::house::{House, Visitor, encoded};
use crate::safety::inert;

/// No payload stands in the page as it was written; each that stands there is escaped.
fn check(page: &str, what: &str) {
    for payload in PAYLOADS {
        assert!(!page.contains(payload), "{what}: {payload} stands in the page");
    }
    inert(page);
}

/// The payload as a cell of a table.
fn cell(payload: &str) -> String {
    format!("\"{}\"", payload.replace('"', "\"\""))
}

/// The payload as a name of a file, which holds no slash.
fn name(at: usize, payload: &str) -> String {
    format!("{at} {}.csv", payload.replace('/', "∕"))
}

#[tokio::test]
async fn a_strangers_words_stand_in_pages_as_words() {
    let house = House::new().await;
    let mut table = String::from("label,patients\n");
    for payload in PAYLOADS {
        table += &format!("{},{}\n", cell(payload), 100);
    }
    house.put("ann/cells.csv", &table);
    let head: Vec<String> = PAYLOADS.iter().map(|payload| cell(payload)).collect();
    house.put("ann/headers.csv", &format!("{}\n{}\n", head.join(","), vec!["3"; head.len()].join(",")));
    for (at, payload) in PAYLOADS.iter().enumerate() {
        house.put(&format!("ann/{}", name(at, payload)), "sex,patients\nF,3\nM,400\n");
    }
    house.put("ann/drawing.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><script>alert(1)</script><text>hello</text></svg>");
    let purpose = PAYLOADS.join(" ");
    let id = house.ask(&["ann", PAYLOADS[0]], &purpose).await;
    let (mut cleo, mut ann) = (house.visitor("cleo").await, house.visitor("ann_P").await);

    check(&cleo.get("/queue").await.text(), "queue");
    check(&ann.get("/mine").await.text(), "mine");
    let (request, _) = house
        .desk
        .checker(exeat_domain::ledger::Actor::person("cleo"))
        .await
        .unwrap()
        .show(id)
        .await
        .unwrap();
    let files = request.round().unwrap().files.len();
    // Some names no share takes up; those are told as problems, which the pages show as well.
    let problems = request.round().unwrap().problems.len();
    assert!(files > 30 && problems > 0, "{files} {problems}");
    let mut told = 0;
    for file in 1..=files {
        let page = cleo.get(&format!("/requests/{id}?file={file}")).await;
        assert_eq!(page.status, StatusCode::OK);
        check(&page.text(), "request");
        told += usize::from(page.text().contains("svg onload=alert(1)"));
        let rows = cleo.get(&format!("/requests/{id}/rounds/1/files/{file}/rows?from=0&count=200")).await;
        if rows.status == StatusCode::OK {
            check(&rows.text(), "rows");
        }
        let picture = cleo.get(&format!("/requests/{id}/rounds/1/files/{file}/picture")).await;
        if picture.status == StatusCode::OK {
            assert_eq!(picture.header("content-type"), "image/png");
            assert!(picture.body.starts_with(b"\x89PNG"));
            assert_eq!(
                picture.header("content-security-policy"),
                "default-src 'none'; frame-ancestors 'none'; sandbox"
            );
        }
    }
    assert!(told > 0, "the words are shown, escaped");

    reflected(&house, &mut cleo, id).await;
    check(&ann.get(&format!("/mine/{id}")).await.text(), "mine");
    asking(&mut ann).await;
}

/// What is written in a draft, what lies in the share, and what the check finds there.
async fn asking(ann: &mut Visitor<'_>) {
    let begun = ann.post("/mine/drafts", &[]).await.header("location").to_owned();
    let draft = begun.trim_end_matches("/files").to_owned();
    let browsed = ann.get(&format!("{draft}/files?folder=ann")).await.text();
    check(&browsed, "files");
    assert!(browsed.contains("onerror=alert(1)"), "names are shown, escaped");
    ann.post(&format!("{draft}/files"), &[("path", "ann"), ("then", "done")]).await;
    for payload in PAYLOADS {
        let form = [
            ("purpose", payload),
            ("population", payload),
            ("people", payload),
            ("more", payload),
            ("project", payload),
            ("control", payload),
            ("assured", payload),
            ("then", payload),
        ];
        ann.post(&draft, &form).await;
        check(&ann.get(&draft).await.text(), "draft");
        check(&ann.get("/mine").await.text(), "drafts");
        for path in [
            format!("{draft}/files?folder={}", encoded(payload)),
            format!("{draft}/files?folder=ann&q={}&after={0}", encoded(payload)),
        ] {
            check(&ann.get(&path).await.text(), &path);
        }
        let sent = [("path", payload), ("folder", payload), ("then", "more")];
        let answer = ann.post(&format!("{draft}/files"), &sent).await;
        assert!(answer.header("location").starts_with("/mine/drafts/"), "{payload}");
    }
    ann.post(&draft, &[("then", "check")]).await;
    check(&ann.get(&format!("{draft}/events")).await.text(), "events");
    let checked = ann.get(&draft).await.text();
    check(&checked, "checked");
    assert!(checked.contains("class=\"judged\""), "files are shown with their verdicts");
}

/// What is typed into forms and addresses comes back as words.
async fn reflected(house: &House, cleo: &mut Visitor<'_>, id: RequestId) {
    for payload in PAYLOADS {
        let back = [("round", "1"), ("file", "1"), ("choice", "return"), ("reason", payload)];
        cleo.post(&format!("/requests/{id}/decide"), &back).await;
        check(&cleo.get(&format!("/requests/{id}?file=1")).await.text(), "reason");
        let told =
            [("round", "1"), ("file", "1"), ("rule", payload), ("words", payload), ("drafted", payload)];
        check(&cleo.post(&format!("/requests/{id}/refuse"), &told).await.text(), "letter");
        let comment = [("file", "1"), ("on_file", "1"), ("visibility", "public"), ("text", payload)];
        assert!(cleo.post(&format!("/requests/{id}/comment"), &comment).await.status.is_redirection());
        for path in [
            format!("/queue?q={}&project={0}&verdict={0}&claim={0}&after={0}", encoded(payload)),
            format!("/requests/{id}?file=1&find={}&order={0}&flagged={0}", encoded(payload)),
            format!("/sign-in?to={}&done={0}", encoded(payload)),
            format!("/{}", encoded(payload)),
            format!("/requests/{}", encoded(payload)),
        ] {
            check(&cleo.get(&path).await.text(), &path);
        }
        let form = [("account", payload), ("password", payload), ("to", payload)];
        check(&house.stranger().post("/sign-in", &form).await.text(), "sign-in");
    }
}

#[tokio::test]
async fn no_bytes_of_a_requester_reach_a_browser() {
    let house = House::new().await;
    let secret = "region,patients\nnorth,1234\nsouth,5678\n";
    house.put("ann/plain.csv", secret);
    house.put("ann/page.html", "<html><script>alert(1)</script></html>");
    house.put("ann/poly.png", "\u{89}PNG not really <script>alert(1)</script>");
    let id = house.ask(&["ann"], "all of it").await;
    let mut cleo = house.visitor("cleo").await;
    for file in 1..=5 {
        for what in ["rows", "picture"] {
            let answer = cleo.get(&format!("/requests/{id}/rounds/1/files/{file}/{what}")).await;
            let kind = answer.header("content-type").to_owned();
            assert!(kind.starts_with("text/html") || kind == "image/png", "{file} {what}: {kind}");
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            assert!(!text.contains(secret) && !text.contains("<script>alert"), "{file} {what}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
        }
    }
}
