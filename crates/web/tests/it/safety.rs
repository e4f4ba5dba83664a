//! What every answer says to a browser, and what no request gets through.

use axum::body::Body;
use axum::http::{Method, StatusCode};

use crate::house::{House, PASSWORD};

/// Elements that our templates have.
const OURS: &str = " !doctype a article b blockquote body br button circle code dd desc details dialog div dl dt \
     fieldset figcaption figure form h1 h2 h3 head header html img input kbd label legend li line \
     link main meta nav ol option p path polygon polyline pre rect image script section select span \
     summary svg symbol table tbody td text textarea th thead time title tr ul use wbr ";

/// Nothing in a page runs or is drawn but from our own files: only our own elements, without handlers or styles.
pub(crate) fn inert(page: &str) {
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let end = at + rest[at..].find('>').unwrap();
        let tag = &rest[at + 1..end];
        rest = &rest[end..];
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap().to_lowercase();
        assert!(OURS.contains(&format!(" {name} ")), "<{tag}>");
        if name == "image" {
            assert!(tag.starts_with("image href=\"/requests/"), "<{tag}>");
        }
        if name == "script" {
            assert!(tag == "/script" || tag.starts_with("script src=\"/assets/"), "<{tag}>");
        }
        for address in ["href", "src", "action", "hx-get"] {
            for value in
                tag.split(&format!(" {address}=\"")).skip(1).map(|after| after.split('"').next().unwrap())
            {
                let here = value.starts_with(['/', '#', '?']) && !value.starts_with("//");
                assert!(here, "{address}={value} in <{tag}>");
            }
        }
        // Quoted values are words; what is outside of them are attributes.
        let bare: String = tag.split('"').step_by(2).collect::<Vec<_>>().join("").to_lowercase();
        for bad in [" on", " style=", " hx-on", " data-hx", " srcdoc", "'"] {
            let meta = name == "meta" && bad == "'";
            assert!(meta || !bare.contains(bad), "{bad} in <{tag}>");
        }
    }
}

#[tokio::test]
async fn every_page_is_strict() {
    let house = House::new().await;
    let id = house.ask(&["ann"], "table 1").await;
    let (mut cleo, mut ann) = (house.visitor("cleo").await, house.visitor("ann_P").await);
    let mut stranger = house.stranger();
    let mut pages = vec![];
    for path in ["/sign-in", "/enrol", "/nothing", "/health", "/assets/desk.css"] {
        pages.push((path.to_owned(), stranger.get(path).await));
    }
    for path in
        ["/queue", "/account", "/queue?q=nothing", &format!("/requests/{id}"), "/requests/EX-99", "/mine"]
    {
        pages.push((path.to_owned(), cleo.get(path).await));
    }
    ann.post("/mine/drafts", &[]).await;
    for path in [
        "/mine",
        &format!("/mine/{id}"),
        "/queue",
        "/mine/drafts/1",
        "/mine/drafts/1/files",
        "/mine/drafts/9",
    ] {
        pages.push((path.to_owned(), ann.get(path).await));
    }
    let mut aude = house.visitor("aude").await;
    for path in ["/ledger", "/ledger?q=ann", "/releases", "/insights", "/insights?project=-&months=3"] {
        pages.push((path.to_owned(), aude.get(path).await));
    }
    let mut adam = house.visitor("adam").await;
    pages.push(("/admin".to_owned(), adam.get("/admin").await));
    for (path, answer) in pages {
        let csp = answer.header("content-security-policy");
        assert!(csp.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{path}: {csp}");
        assert!(!csp.contains("unsafe"), "{path}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("strict-transport-security", "max-age=31536000"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        let kept =
            if path.starts_with("/assets") { "public, max-age=31536000, immutable" } else { "no-store" };
        assert_eq!(answer.header("cache-control"), kept, "{path}");
        if answer.header("content-type").starts_with("text/html") {
            inert(&answer.text());
        }
    }
}

#[tokio::test]
async fn what_comes_from_elsewhere_changes_nothing() {
    let house = House::new().await;
    let id = house.ask(&["ann"], "table 1").await;
    let mut cleo = house.visitor("cleo").await;
    for headers in [
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
        vec![("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
    ] {
        let answer = cleo.post_from(&format!("/requests/{id}/claim"), &[], &headers).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
        assert!(answer.text().contains("This came from another site"), "{headers:?}");
    }
    let refused = house
        .stranger()
        .post_from(
            "/sign-in",
            &[("account", "cleo"), ("password", PASSWORD)],
            &[("sec-fetch-site", "cross-site")],
        )
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "nobody is signed in by another site");
    let (request, _) = house
        .desk
        .checker(exeat_domain::ledger::Actor::person("cleo"))
        .await
        .unwrap()
        .show(id)
        .await
        .unwrap();
    assert!(request.claimed.is_empty());
    for headers in [vec![("sec-fetch-site", "same-origin")], vec![("origin", "https://desk.example.org")]] {
        let answer = cleo.post_from(&format!("/requests/{id}/claim"), &[], &headers).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{headers:?}");
    }
    let answer = cleo.get(&format!("/requests/{id}/claim")).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "a link changes nothing");
}

#[tokio::test]
async fn no_asset_but_ours_is_given() {
    let house = House::new().await;
    let mut stranger = house.stranger();
    for name in ["desk.css", "desk.js", "htmx.min.js", "icon.svg"] {
        assert_eq!(stranger.get(&format!("/assets/{name}")).await.status, StatusCode::OK, "{name}");
    }
    for name in [
        "../src/lib.rs",
        "..%2fsrc%2flib.rs",
        "%2e%2e/Cargo.toml",
        "....//Cargo.toml",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "..\\Cargo.toml",
        "desk.css%00.js",
        "desk.css/",
        ".",
        "LICENSE.htmx",
        "DESK.CSS",
    ] {
        let answer = stranger.get(&format!("/assets/{name}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{name}");
    }
    let tag = stranger.get("/assets/desk.css").await.header("etag").to_owned();
    let same =
        stranger.send(Method::GET, "/assets/desk.css", &[("if-none-match", &tag)], Body::empty()).await;
    assert_eq!((same.status, same.body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn too_much_is_refused_and_nonsense_is_not_found() {
    let house = House::new().await;
    let id = house.ask(&["ann"], "table 1").await;
    let mut cleo = house.visitor("cleo").await;
    let long = "x".repeat(300 << 10);
    let form = [("round", "1"), ("file", "1"), ("choice", "return"), ("reason", long.as_str())];
    let answer = cleo.post(&format!("/requests/{id}/decide"), &form).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    for path in
        ["/requests/0", "/requests/x", "/requests/EX-1?file=x", "/requests/EX-99", "/queue?x=%ff", "/nothing"]
    {
        let status = cleo.get(path).await.status;
        assert!(status == StatusCode::NOT_FOUND || path == "/queue?x=%ff", "{path}: {status}");
    }
    for (round, file, what) in
        [("9", "1", "rows"), ("1", "0", "rows"), ("1", "99", "rows"), ("1", "1", "picture")]
    {
        let path = format!("/requests/{id}/rounds/{round}/files/{file}/{what}");
        assert_eq!(cleo.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
