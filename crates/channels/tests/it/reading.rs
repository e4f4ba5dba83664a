//! Mails as people write them, and what is understood of each.
#![allow(clippy::print_stdout, reason = "the figures are part of what the test tells")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use exeat_channels::mailbox::reading::{Intent, Reading, Settings, Settled, Writer, read};
use exeat_domain::path::{Wanted, matches};
use mail_parser::MessageParser;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization as _;

/// What a mail asks for, as a person reads it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    name: String,
    intent: String,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    supporting: Vec<String>,
    #[serde(default)]
    take_back: Vec<String>,
    /// Words that the questions must quote; without any, nothing is to be asked.
    #[serde(default)]
    asks: Vec<String>,
    project: Option<String>,
    purpose: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    mail: Vec<Expected>,
}

/// How well one mail was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Wholly,
    /// Something was asked that need not have been, or not in the right words.
    Asked,
    /// Something was taken that was not asked for, or lost in silence.
    Wrongly,
}

pub(crate) fn settings() -> Settings {
    let roots = [r"\\files.example.org\intego_shared".to_owned(), r"\\srv-file01\intego_shared".to_owned()];
    let drives = BTreeMap::from([('S', String::new()), ('P', "Projects".to_owned())]);
    Settings::new(&roots, &drives, Some("Users/{account}")).unwrap()
}

pub(crate) fn writer() -> Writer<'static> {
    Writer { account: "ann_P", project: None, folders: &[] }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/mails")
}

/// What a share takes for the same name.
fn folded(name: &str) -> String {
    let plain = |c: char| match c {
        '\u{a0}' | '\u{202f}' => ' ',
        '‘' | '’' => '\'',
        '–' | '—' | '‑' => '-',
        other => other,
    };
    name.nfc().map(plain).flat_map(char::to_lowercase).nfc().collect()
}

/// The files of the share on which the mails are settled.
struct Share(Vec<String>);

impl Share {
    fn read() -> Self {
        let list = std::fs::read_to_string(folder().join("share.txt")).unwrap();
        Self(list.lines().map(folded).collect())
    }

    fn fits(&self, wanted: &Wanted) -> bool {
        let asked = folded(wanted.path.as_str());
        self.0
            .iter()
            .any(|path| *path == asked || path.starts_with(&format!("{asked}/")) || matches(&asked, path))
    }
}

fn understood(name: &str, share: &Share) -> (Reading, Settled) {
    let bytes = std::fs::read(folder().join(format!("{name}.eml"))).unwrap();
    let message = MessageParser::default().parse(&bytes).unwrap();
    let reading = read(&message, &settings(), writer());
    let settled = reading.settle(|wanted| share.fits(wanted));
    (reading, settled)
}

fn weighed(expected: &Expected, reading: &Reading, settled: &Settled) -> (How, String) {
    let set = |paths: &[String]| paths.iter().map(|path| folded(path)).collect::<BTreeSet<_>>();
    let taken = |supporting: bool| {
        let of = settled.asked.iter().filter(move |taken| taken.supporting == supporting);
        of.map(|taken| folded(taken.wanted.path.as_str())).collect::<BTreeSet<_>>()
    };
    let back: BTreeSet<_> =
        settled.taken_back.iter().map(|taken| folded(taken.wanted.path.as_str())).collect();
    let pairs = [
        (set(&expected.paths), taken(false)),
        (set(&expected.supporting), taken(true)),
        (set(&expected.take_back), back),
    ];
    let words: Vec<String> = settled.questions.iter().map(|question| question.words.to_lowercase()).collect();
    let quoted =
        expected.asks.iter().all(|ask| words.iter().any(|words| words.contains(&ask.to_lowercase())));
    let quiet = settled.questions.is_empty() || !expected.asks.is_empty();
    let intent = format!("{:?}", reading.intent()).to_lowercase();
    let intended = intent == expected.intent.replace('_', "");
    let said = (expected.project.is_none() || expected.project == reading.project)
        && (expected.purpose.is_none() || expected.purpose == reading.purpose);
    let extra = pairs.iter().any(|(due, got)| got.difference(due).next().is_some());
    let lost = pairs.iter().any(|(due, got)| due.difference(got).next().is_some());
    let acted = !intended && matches!(reading.intent(), Intent::Yes | Intent::Withdraw);
    let unquoted = !expected.asks.is_empty() && settled.questions.is_empty();
    let how = match (
        extra || acted || unquoted || (lost && settled.questions.is_empty()),
        lost || !quoted || !quiet || !intended || !said,
    ) {
        (true, _) => How::Wrongly,
        (false, true) => How::Asked,
        (false, false) => How::Wholly,
    };
    let got: Vec<_> =
        settled.asked.iter().map(|taken| (taken.wanted.path.as_str(), taken.supporting)).collect();
    let questions: Vec<_> =
        settled.questions.iter().map(|question| (question.why.code(), question.words.as_str())).collect();
    (
        how,
        format!(
            "{} {how:?}: {intent} {got:?} back {:?} asked {questions:?} project {:?} purpose {:?}",
            expected.name, settled.taken_back, reading.project, reading.purpose
        ),
    )
}

/// How many mails of a table are understood wholly, and of how many; none may be understood wrongly.
fn count(table: &str) -> (usize, usize) {
    let share = Share::read();
    let text = std::fs::read_to_string(folder().join(table)).unwrap();
    let table: Table = toml::from_str(&text).unwrap();
    let mut wholly = 0;
    let mut wrongly = vec![];
    for expected in &table.mail {
        let (reading, settled) = understood(&expected.name, &share);
        let (how, told) = weighed(expected, &reading, &settled);
        match how {
            How::Wholly => wholly += 1,
            How::Asked => println!("{told}"),
            How::Wrongly => {
                println!("{told}");
                wrongly.push(expected.name.clone());
            }
        }
    }
    println!("{wholly} of {} mails understood wholly", table.mail.len());
    assert!(wrongly.is_empty(), "understood wrongly without being asked: {wrongly:?}");
    (wholly, table.mail.len())
}

#[test]
fn mails_as_people_write_them_are_understood() {
    let (wholly, all) = count("expected.toml");
    assert!(all >= 60, "{all} mails");
    assert!(wholly * 60 >= all * 58, "{wholly} of {all}");
}

#[test]
fn mails_that_were_written_afterwards_are_understood_too() {
    let (wholly, all) = count("fresh.toml");
    assert!(wholly * 60 >= all * 58, "{wholly} of {all}");
}

#[test]
fn what_is_doubtful_is_asked_about() {
    let (wholly, all) = count("doubts.toml");
    assert_eq!(wholly, all);
}
