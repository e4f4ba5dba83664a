//! People of a real directory: who is known, who is not any more, and nobody where it does not answer wholly.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::net::TcpListener;
use std::time::Duration;

use exeat_channels::directory::{Attributes, Directory, DirectoryConfig, Read};
use exeat_desk::ports::{Health, Probe as _};
use exeat_domain::roster::{Language, Role, Roster};
use exeat_testkit::dovecot::{PASSWORD, free, secret};
use exeat_testkit::proxy::{Fault, Proxy};
use exeat_testkit::slapd::{BASE, BIND, Entry, Slapd, group};

const ANN: Entry<'_> = Entry {
    uid: "ann_P",
    mail: "ann@outside.example",
    groups: &["researchers", "PRJ-ASTHMA", "PRJ-COPD"],
    more: "preferredLanguage: fr-BE\n",
};
const CLEO: Entry<'_> =
    Entry { uid: "cleo", mail: "cleo@example.org", groups: &["Checkers"], more: "preferredLanguage: nl\n" };
const GONE: Entry<'_> = Entry {
    uid: "gone_P",
    mail: "gone@outside.example",
    groups: &["researchers"],
    more: "employeeType: disabled\n",
};
const OTHER: Entry<'_> = Entry { uid: "other", mail: "other@example.org", groups: &["visitors"], more: "" };
const MUTE: Entry<'_> = Entry { uid: "mute_P", mail: "", groups: &["researchers"], more: "" };

fn config(url: String) -> DirectoryConfig {
    let roles = [("researchers", Role::Requester), ("checkers", Role::Checker), ("auditors", Role::Auditor)];
    DirectoryConfig {
        url,
        starttls: false,
        bind: BIND.into(),
        password: secret(PASSWORD),
        roots: None,
        base: BASE.into(),
        filter: "(objectClass=inetOrgPerson)".into(),
        attributes: Attributes {
            account: "uid".into(),
            name: "displayName".into(),
            address: "mail".into(),
            language: "preferredLanguage".into(),
            groups: "memberOf".into(),
        },
        roles: roles.map(|(name, role)| (group(name), BTreeSet::from([role]))).into(),
        projects: Some(regex::Regex::new("^PRJ-(.+)$").unwrap()),
        disabled: Some(("employeeType".into(), "disabled".into())),
        timeout: Duration::from_secs(3),
        keep: Duration::ZERO,
    }
}

async fn read(config: DirectoryConfig) -> Result<Read, &'static str> {
    Directory::new(config).unwrap().read().await.map_err(|failure| failure.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_in_a_group_is_known_and_who_is_disabled_is_known_as_gone() {
    let server = Slapd::start(&[ANN, CLEO, GONE, OTHER, MUTE]).unwrap();
    let found = read(config(format!("ldap://127.0.0.1:{}", server.plain))).await.unwrap();
    let known: BTreeMap<&str, (bool, Language)> = found
        .people
        .iter()
        .map(|person| (person.account.as_str(), (person.active, person.language)))
        .collect();
    let expected =
        [("ann_P", (true, Language::Fr)), ("cleo", (true, Language::Nl)), ("gone_P", (false, Language::En))];
    assert_eq!(known, expected.into());
    let ann = found.people.iter().find(|person| person.account == "ann_P").unwrap();
    assert_eq!(ann.projects, BTreeSet::from(["ASTHMA".to_owned(), "COPD".to_owned()]));
    assert_eq!(
        (ann.name.as_str(), ann.address.to_string().as_str()),
        ("Name of ann_P", "ann@outside.example")
    );
    assert!(found.odd.len() == 1 && found.odd[0].contains("mute_P"), "{:?}", found.odd);
    assert_eq!(found.empty, [group("auditors")]);
    let roster = Roster::new(found.people, vec![]).unwrap();
    assert!(roster.person("ANN_p").unwrap().may(Role::Requester));
    assert!(!roster.person("gone_P").unwrap().may(Role::Requester) && roster.person("other").is_none());
    let directory = Directory::new(config(format!("ldap://127.0.0.1:{}", server.plain))).unwrap();
    let healths: Vec<Health> = directory.probe().await.into_iter().map(|sign| sign.health).collect();
    assert_eq!(healths, [Health::Fine, Health::Fine, Health::Fine, Health::Warning, Health::Warning]);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_a_page_is_read_whole_and_half_an_answer_is_none() {
    let names: Vec<(String, String)> =
        (0..1203).map(|n| (format!("p{n}_P"), format!("p{n}@example.org"))).collect();
    let people: Vec<Entry<'_>> =
        names.iter().map(|(uid, mail)| Entry { uid, mail, groups: &["researchers"], more: "" }).collect();
    let server = Slapd::start(&people).unwrap();
    let url = format!("ldap://127.0.0.1:{}", server.plain);
    assert_eq!(read(config(url)).await.unwrap().people.len(), 1203);
    for fault in [Fault::Reset, Fault::Silence, Fault::Garbage] {
        for at in [0, 20, 5_000, 100_000] {
            let way = Proxy::to(server.plain).unwrap();
            way.spoil(Some((fault, at)));
            let code = read(config(format!("ldap://127.0.0.1:{}", way.port()))).await.unwrap_err();
            assert!(
                ["roster-down", "roster-wrong", "roster-login"].contains(&code),
                "{fault:?} {at}: {code}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_said_in_the_open_and_nobody_is_let_in_without_proof() {
    let server = Slapd::start(&[ANN]).unwrap();
    let plain = format!("ldap://127.0.0.1:{}", server.plain);
    let wrong = DirectoryConfig { password: secret("wrong"), ..config(plain.clone()) };
    assert_eq!(read(wrong).await, Err("roster-login"));
    let empty = DirectoryConfig { password: secret(""), ..config(plain.clone()) };
    assert_eq!(read(empty).await, Err("roster-login"), "no login at all would be let in");
    let odd = DirectoryConfig { filter: "(((".into(), ..config(plain.clone()) };
    assert_eq!(read(odd).await, Err("roster-wrong"));
    let nowhere = DirectoryConfig { base: "dc=example,dc=net".into(), ..config(plain.clone()) };
    assert_eq!(read(nowhere).await, Err("roster-wrong"));
    let tls = config(format!("ldaps://localhost:{}", server.tls));
    assert_eq!(read(tls.clone()).await, Err("roster-down"), "an authority that is not known");
    let trusted = DirectoryConfig { roots: Some(server.certificate()), ..tls };
    assert_eq!(read(trusted.clone()).await.unwrap().people.len(), 1);
    let url = format!("ldap://localhost:{}", server.plain);
    let starttls = DirectoryConfig { url, starttls: true, ..trusted };
    assert_eq!(read(starttls).await.unwrap().people.len(), 1);
    for url in [
        "ldap://dc.example.org",
        "http://localhost",
        "localhost",
        "ldaps://a@b",
        "ldap://127.0.0.1.example.org",
    ] {
        assert!(Directory::new(config(url.into())).is_err(), "{url}");
    }
    // Nobody there, and something else there.
    assert_eq!(read(config(format!("ldap://127.0.0.1:{}", free().unwrap()))).await, Err("roster-down"));
    let web = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = web.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut client in web.incoming().flatten() {
            drop(client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
        }
    });
    assert!(read(config(format!("ldap://127.0.0.1:{port}"))).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_is_used_for_so_long_and_no_longer() {
    let server = Slapd::start(&[ANN]).unwrap();
    let url = format!("ldap://127.0.0.1:{}", server.plain);
    let keeps = DirectoryConfig { keep: Duration::from_secs(3600), ..config(url.clone()) };
    let (keeps, forgets) = (Directory::new(keeps).unwrap(), Directory::new(config(url)).unwrap());
    assert!(keeps.read().await.is_ok() && forgets.read().await.is_ok());
    drop(server);
    assert!(keeps.read().await.is_ok());
    assert_eq!(forgets.read().await.unwrap_err().code, "roster-down");
}
