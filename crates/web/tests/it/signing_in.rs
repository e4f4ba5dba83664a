//! Signing in: nobody is told what was wrong, no session from before is good after, and every end is an end.

use axum::http::StatusCode;
use chrono::TimeDelta;
use exeat_desk::ports::Clock as _;
use exeat_domain::ledger::{Actor, Fact};
use exeat_web::Settings;
use exeat_web::sign_in::{SecondFactor, change, invite};

use crate::house::{Everyone, House, PASSWORD, code, settings};

fn with_factor() -> Settings {
    Settings { second_factor: true, ..settings() }
}

#[tokio::test]
async fn what_was_wrong_is_not_told() {
    let house = House::with(with_factor(), |_| {}).await;
    let factor = SecondFactor::generate().unwrap();
    house.enrol("cleo", Some(&factor)).await;
    house.clock.forward(TimeDelta::seconds(60));
    let digits = code(&factor, house.clock.now());
    let mut bodies = vec![];
    for (account, password, digits) in [
        ("cleo", "another password", digits.as_str()),
        ("cleo", PASSWORD, "000000"),
        ("nobody", PASSWORD, digits.as_str()),
        ("gone", PASSWORD, digits.as_str()),
        ("ann_P", PASSWORD, digits.as_str()),
    ] {
        let form = [("account", account), ("password", password), ("code", digits)];
        let answer = house.stranger().post("/sign-in", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{account}");
        assert!(answer.headers.get("set-cookie").is_none());
        bodies.push(answer.text().replace(account, "…"));
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "one answer, whatever was wrong");
    assert!(bodies[0].contains("The account, the password or the digits are not right."));
    assert!(!bodies[0].contains(PASSWORD));

    let mut cleo = house.stranger();
    let form = [("account", "CLEO"), ("password", PASSWORD), ("code", digits.as_str()), ("to", "/queue")];
    let answer = cleo.post("/sign-in", &form).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/queue"));
    let again = house.stranger().post("/sign-in", &form).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "a code is good once");
    let ledger = house.desk.ledger(&Actor::person("aude"), None, 0, 100).await.unwrap();
    let signed_in = |fact: &Fact| matches!(fact, Fact::SignedIn { account, .. } if account == "cleo");
    assert_eq!(ledger.iter().filter(|entry| signed_in(&entry.event.fact)).count(), 1);
}

#[tokio::test]
async fn the_cookie_is_for_this_host_under_tls_and_no_script() {
    let house = House::new().await;
    house.enrol("cleo", None).await;
    let mut cleo = house.stranger();
    let answer = cleo.post("/sign-in", &[("account", "cleo"), ("password", PASSWORD)]).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-exeat="), "{cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn a_session_from_before_is_nobodys_afterwards() {
    let house = House::with(with_factor(), |_| {}).await;
    let actor = Actor::person("test");
    let invited =
        invite(house.accounts.as_ref(), &Everyone, (&actor, "cleo"), false, house.clock.now()).await;
    let mut cleo = house.stranger();
    // A visitor who sets an account up has a session before signing in.
    assert_eq!(cleo.post("/enrol", &[("code", &invited.unwrap().code)]).await.status, StatusCode::OK);
    let before = cleo.cookie.clone().unwrap();

    let house = House::new().await;
    house.enrol("cleo", None).await;
    let mut cleo = house.stranger();
    cleo.cookie = Some(before.clone());
    cleo.post("/sign-in", &[("account", "cleo"), ("password", PASSWORD)]).await;
    let after = cleo.cookie.clone().unwrap();
    assert_ne!(before, after, "signing in makes a new session");
    assert_eq!(cleo.get("/queue").await.status, StatusCode::OK);
    let mut other = house.stranger();
    other.cookie = Some(before);
    assert_eq!(other.get("/queue").await.status, StatusCode::SEE_OTHER);

    cleo.post("/sign-in", &[("account", "cleo"), ("password", PASSWORD)]).await;
    let mut other = house.stranger();
    other.cookie = Some(after);
    assert_eq!(
        other.get("/queue").await.status,
        StatusCode::SEE_OTHER,
        "nor is the one from before the second"
    );
}

#[tokio::test]
async fn every_end_is_an_end() {
    let house = House::new().await;
    let mut cleo = house.visitor("cleo").await;
    let cookie = cleo.cookie.clone();
    cleo.post("/sign-out", &[]).await;
    cleo.cookie.clone_from(&cookie);
    assert_eq!(cleo.get("/queue").await.status, StatusCode::SEE_OTHER, "signed out");

    let form = [("account", "cleo"), ("password", PASSWORD)];
    let (mut here, mut there) = (house.stranger(), house.stranger());
    here.post("/sign-in", &form).await;
    there.post("/sign-in", &form).await;
    here.post("/sign-out-everywhere", &[]).await;
    assert_eq!(there.get("/queue").await.status, StatusCode::SEE_OTHER, "signed out from elsewhere");

    here.post("/sign-in", &form).await;
    let actor = Actor::person("test");
    change(house.accounts.as_ref(), (&actor, "cleo"), true, house.clock.now()).await.unwrap();
    assert_eq!(here.get("/queue").await.status, StatusCode::SEE_OTHER, "shut");
    assert_eq!(here.post("/sign-in", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    change(house.accounts.as_ref(), (&actor, "cleo"), false, house.clock.now()).await.unwrap();

    here.post("/sign-in", &form).await;
    for _ in 0..19 {
        house.clock.forward(TimeDelta::minutes(29));
        assert_eq!(here.get("/queue").await.status, StatusCode::OK, "in use");
    }
    house.clock.forward(TimeDelta::minutes(31));
    assert_eq!(here.get("/queue").await.status, StatusCode::SEE_OTHER, "rested too long");

    here.post("/sign-in", &form).await;
    for _ in 0..20 {
        house.clock.forward(TimeDelta::minutes(29));
        here.get("/queue").await;
    }
    house.clock.forward(TimeDelta::minutes(25));
    assert_eq!(here.get("/queue").await.status, StatusCode::SEE_OTHER, "lasted too long");
}

#[tokio::test]
async fn who_tries_too_often_waits() {
    let house = House::new().await;
    house.enrol("cleo", None).await;
    for account in ["cleo", "nobody"] {
        for _ in 0..5 {
            let form = [("account", account), ("password", "a wrong password")];
            let answer = house.stranger().post("/sign-in", &form).await;
            assert!(answer.text().contains("not right"), "{account}");
        }
        let answer = house.stranger().post("/sign-in", &[("account", account), ("password", PASSWORD)]).await;
        assert!(answer.text().contains("Too many tries. Wait 15 minutes"), "{account}");
    }
    house.clock.forward(TimeDelta::minutes(16));
    let mut cleo = house.stranger();
    let answer = cleo.post("/sign-in", &[("account", "cleo"), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_invitation_is_good_once_and_for_a_while() {
    let house = House::with(with_factor(), |_| {}).await;
    let (actor, now) = (Actor::person("test"), house.clock.now());
    let ask = |anew| invite(house.accounts.as_ref(), &Everyone, (&actor, "dirk"), anew, now);
    assert!(invite(house.accounts.as_ref(), &Everyone, (&actor, "gone"), false, now).await.is_err());
    let invited = ask(false).await.unwrap();
    assert!(ask(false).await.is_err(), "it is there already");

    let mut dirk = house.stranger();
    dirk.language = "nl-BE";
    assert_eq!(dirk.post("/enrol", &[("code", "AAAA-BBBB")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let code_typed = invited.code.to_lowercase();
    let page = dirk.post("/enrol", &[("code", &code_typed)]).await.text();
    assert!(page.contains("Account dirk instellen") && page.contains("<svg class=\"qr\""), "{page}");
    let key = page.split("class=\"secret\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    let factor = SecondFactor::of(&unbase32(&key));
    let digits = code(&factor, now);
    for (password, again, digits, why) in [
        ("kort", "kort", digits.as_str(), "te kort"),
        (PASSWORD, "iets anders dan dat", digits.as_str(), "niet gelijk"),
        (PASSWORD, PASSWORD, "000000", "kloppen niet"),
    ] {
        let form =
            [("code", code_typed.as_str()), ("password", password), ("again", again), ("digits", digits)];
        let answer = dirk.post("/enrol/finish", &form).await;
        assert!(answer.text().contains(why), "{why}");
    }
    let form = [
        ("code", code_typed.as_str()),
        ("password", PASSWORD),
        ("again", PASSWORD),
        ("digits", digits.as_str()),
    ];
    assert_eq!(dirk.post("/enrol/finish", &form).await.header("location"), "/sign-in?done=enrolled");
    let again = house.stranger().post("/enrol", &[("code", &invited.code)]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "it is used up");

    let anew = ask(true).await.unwrap();
    house.clock.forward(TimeDelta::hours(73));
    let late = house.stranger().post("/enrol", &[("code", &anew.code)]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY, "it has lapsed");
}

fn unbase32(text: &str) -> Vec<u8> {
    let bits: String = text
        .bytes()
        .map(|byte| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".bytes().position(|letter| letter == byte).unwrap())
        .map(|value| format!("{value:05b}"))
        .collect();
    let bytes = bits.as_bytes().chunks_exact(8);
    bytes.map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap()).collect()
}
