//! A site whose mails are judged: who is on its roster, what its servers say, what the name service knows.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use exeat_channels::mailbox::{Judge, Names, Ours, SiteHeader, TrustConfig, Unanswered, Verdict};
use exeat_domain::digest::Sha256;
use exeat_domain::roster::{Language, Person, ReleaseMode, Role, Roster};
use regex::Regex;
use serde::Deserialize;

use crate::signing::{Sign, keys, signed};

/// When all mails here arrive.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

/// How a mail of the fixtures is made from the text below its `---`, and what is to come of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Recipe {
    /// The verdict and its code, and `answered` where the fixed sentence may go out; `trusted` and how it was proved.
    pub(crate) expect: String,
    /// Put in before anything is signed, each character as one byte.
    put: Vec<(String, String)>,
    sign: Vec<Sign>,
    /// Put on top once it is signed.
    above: String,
    /// Changed once it is signed.
    change: Vec<(String, String)>,
    /// Put at its end once it is signed.
    below: String,
    /// A mail with its Message-ID came before: `same` or `other`.
    before: Option<String>,
}

impl Recipe {
    /// The bytes as they arrive.
    pub(crate) fn make(&self, text: &str) -> Vec<u8> {
        let mut mail = text.replace('\n', "\r\n").into_bytes();
        for (from, to) in &self.put {
            mail = replaced(&mail, from.as_bytes(), &latin(to));
        }
        for how in &self.sign {
            mail = signed(&mail, how);
        }
        for (from, to) in &self.change {
            mail = replaced(&mail, from.as_bytes(), &latin(to));
        }
        [self.above.replace('\n', "\r\n").into_bytes(), mail, self.below.replace('\n', "\r\n").into_bytes()]
            .concat()
    }
}

fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

fn replaced(mail: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = mail.windows(from.len()).position(|part| part == from);
    let at = at.unwrap_or_else(|| panic!("{:?} is not in the mail", String::from_utf8_lossy(from)));
    [&mail[..at], to, &mail[at + from.len()..]].concat()
}

/// The name service: nothing is real but these names; of `slow.example` nobody answers.
#[derive(Default)]
pub(crate) struct Stub(pub(crate) HashMap<String, Vec<Vec<u8>>>);

impl Stub {
    fn of_the_site() -> Self {
        let domains = [
            "example.org",
            "mail.example.org",
            "lab.example.org",
            "example.net",
            "strict.example",
            "bare.example",
            "xn--bcher-kva.example",
            "lists.example.org",
            "relay.example.net",
            "org",
            "slow.example",
        ];
        let mut all = keys(&domains);
        for (domain, policy) in [("example.org", ""), ("strict.example", "; adkim=s"), ("slow.example", "")] {
            all.insert(format!("_dmarc.{domain}."), vec![format!("v=DMARC1; p=reject{policy}").into_bytes()]);
        }
        let short: toml::Table = toml::from_str(include_str!("../hostile-mails/old-keys.toml")).unwrap();
        for (name, text) in short {
            all.insert(name, vec![text.as_str().unwrap().as_bytes().to_vec()]);
        }
        Self(all)
    }
}

#[async_trait]
impl Names for Stub {
    async fn txt(&self, name: &str) -> Result<Vec<Vec<u8>>, Unanswered> {
        assert!(name.ends_with('.') && name == name.to_lowercase(), "{name}");
        if name.ends_with("slow.example.") {
            return Err(Unanswered("SERVFAIL".into()));
        }
        Ok(self.0.get(name).cloned().unwrap_or_default())
    }
}

fn person(account: &str, address: &str, roles: &[Role], active: bool) -> Person {
    Person {
        account: account.into(),
        name: format!("holder of {account}"),
        address: address.parse().unwrap(),
        language: Language::En,
        roles: roles.iter().copied().collect(),
        mode: ReleaseMode::Validated,
        projects: BTreeSet::new(),
        automatic_since: None,
        trained_until: None,
        active,
    }
}

pub(crate) fn roster() -> Roster {
    let asks = [Role::Requester];
    let rows = vec![
        person("one_P", "one@example.org", &asks, true),
        person("two_P", "two@lab.example.org", &asks, true),
        person("three_P", "three@strict.example", &asks, true),
        person("four_P", "four@xn--bcher-kva.example", &asks, true),
        person("five_P", "five@slow.example", &asks, true),
        person("six_P", "six@mail.bare.example", &asks, true),
        person("gone_P", "gone@example.org", &asks, false),
        person("admin", "admin@example.org", &asks, true),
        person("checker_P", "checker@example.org", &[Role::Checker], true),
    ];
    Roster::new(rows, vec![]).unwrap()
}

pub(crate) fn judge() -> Judge {
    let config = TrustConfig {
        authserv_ids: vec!["mx.example.org".into()],
        arc_sealers: vec!["lists.example.org".into()],
        site_header: Some(SiteHeader {
            name: "X-Example-Verified".into(),
            value: "sender={from}".into(),
            domains: vec!["example.org".into()],
        }),
        ..TrustConfig::default()
    };
    let ours = Ours {
        addresses: vec!["desk@example.org".parse().unwrap(), "release@example.org".parse().unwrap()],
        desk: "spe".into(),
    };
    let accounts = Regex::new("_P$").unwrap();
    Judge::new(config, ours, accounts, Arc::new(Stub::of_the_site())).unwrap()
}

/// The verdict on these bytes; the address of an answer may only ever be the claimed one.
pub(crate) fn judged(judge: &Judge, raw: &[u8], before: Option<&str>) -> Verdict {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mail = match judge.open(raw, now()) {
        Ok(mail) => mail,
        Err(stopped) => return Verdict::of(stopped.why),
    };
    let before = before.map(|kind| match kind {
        "same" => mail.digest(),
        _ => Sha256([7; 32]),
    });
    let verdict = runtime.block_on(judge.judge(&mail, before, &roster(), now()));
    if let Verdict::Refused { answer: Some(answer), .. } = &verdict {
        assert_eq!(answer, mail.claimed());
    }
    verdict
}

/// The verdict in the words of the fixtures.
pub(crate) fn told(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Trusted(trusted) => format!("trusted {}: {}", trusted.person.account, trusted.proof),
        Verdict::Refused { why, answer: None } => format!("refused {}", why.code()),
        Verdict::Refused { why, answer: Some(_) } => format!("refused {} answered", why.code()),
        Verdict::Parked(why) => format!("parked {}", why.code()),
        Verdict::Waiting(why) => format!("waiting {}", why.code()),
    }
}

/// Every fixture of a folder: its name, what is to come of it, and its bytes.
pub(crate) fn fixtures(folder: &str) -> Vec<(String, Recipe, Vec<u8>)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut all = vec![];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "eml") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let (recipe, mail) = text.split_once("\n---\n").unwrap();
        let recipe: Recipe = toml::from_str(recipe).unwrap_or_else(|error| panic!("{name}: {error}"));
        let bytes = recipe.make(mail);
        all.push((name, recipe, bytes));
    }
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

/// What is wrong with the verdict on a fixture.
pub(crate) fn wrong(judge: &Judge, (name, recipe, bytes): &(String, Recipe, Vec<u8>)) -> Option<String> {
    let found = told(&judged(judge, bytes, recipe.before.as_deref()));
    (found != recipe.expect).then(|| format!("{name}: {found}, not {}", recipe.expect))
}
