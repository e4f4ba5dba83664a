//! Every sentence of the checks and of a refusal is told in Dutch and in French, with the same blanks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use exeat_checks::{Input, Policy, Source, check};
use regex::Regex;

use super::*;

const OTHERS: [Language; 2] = [Language::Nl, Language::Fr];

fn names(parts: &[Part]) -> BTreeSet<&str> {
    parts
        .iter()
        .filter_map(|part| match part {
            Part::Blank(_, name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
        .collect()
}

#[test]
fn every_saying_holds_the_same_blanks_in_each_language_and_is_found_again() {
    assert!(SAYINGS.len() > 300, "{}", SAYINGS.len());
    for saying in SAYINGS.iter() {
        let all = names(&saying.english);
        assert_eq!((names(&saying.dutch), names(&saying.french)), (all.clone(), all), "{:?}", saying.english);
        let sample: String = saying
            .english
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.as_str(),
                Part::Blank(Kind::Number, _) => "7",
                Part::Blank(..) => "Qq",
            })
            .collect();
        for language in OTHERS {
            let said = say(language, &sample).unwrap();
            let mut blanks = vec![];
            assert!(fits(&saying.english, &sample, &mut blanks));
            assert_eq!(said, saying.with(language, &blanks, 0), "an earlier saying takes it: {sample}");
        }
    }
}

#[test]
fn what_stands_in_a_sentence_is_said_too_and_what_is_data_is_not() {
    for (english, dutch, french) in [
        ("The cell counts 4 people.", "De cel telt 4 personen.", "La cellule compte 4 personnes."),
        ("The cell counts 4 deaths.", "De cel telt 4 deaths.", "La cellule compte 4 deaths."),
        (
            "The percentage stands for 1 to 3 people of 20 (column \"n\").",
            "Het percentage staat voor 1 tot 3 personen van 20 (kolom \"n\").",
            "Le pourcentage représente 1 à 3 personnes sur 20 (colonne \"n\").",
        ),
        (
            "The date is that of 1 person.",
            "De datum is die van 1 persoon.",
            "La date est celle de 1 personne.",
        ),
        (
            "The percentage leaves out 1 person of 20 (column \"n\").",
            "Het percentage laat 1 persoon weg van 20 (kolom \"n\").",
            "Le pourcentage laisse de côté 1 personne sur 20 (colonne \"n\").",
        ),
        (
            "Each row looks like one person or event (5 points): +7 a row is a total; -2 cells are suppressed.",
            "Elke rij lijkt op één persoon of gebeurtenis (5 punten): +7 een rij is een totaal; -2 cellen zijn onderdrukt.",
            "Chaque ligne ressemble à une personne ou à un événement (5 points)\u{a0}: +7 une ligne est un total\u{a0}; -2 des cellules sont masquées.",
        ),
        (
            "The cell is shown here, and people hides it.",
            "De cel is hier zichtbaar, en people verbergt ze.",
            "La cellule est visible ici, et people la masque.",
        ),
    ] {
        assert_eq!(say(Language::En, english).as_deref(), Some(english));
        assert_eq!(say(Language::Nl, english).as_deref(), Some(dutch));
        assert_eq!(say(Language::Fr, english).as_deref(), Some(french));
    }
    assert_eq!(say(Language::Nl, "Nobody ever wrote this sentence."), None);
    assert_eq!(say(Language::Nl, &"it is empty ".repeat(1000)), None);
}

fn below(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { below(&path, all) } else { all.push(path) }
    }
}

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

#[test]
fn whatever_the_rules_say_of_their_fixtures_is_told_in_dutch_and_french() {
    let mut files = vec![];
    below(&crates().join("checks/fixtures"), &mut files);
    let mut messages = BTreeSet::new();
    for preset in ["be-default", "acro", "ima"] {
        let policy = Policy::preset(preset).unwrap();
        for path in &files {
            let input = Input {
                path: path.file_name().unwrap().to_str().unwrap().to_owned(),
                supporting: false,
                source: Source::Bytes(fs::read(path).unwrap()),
            };
            for checked in check(vec![input], &policy) {
                messages.extend(checked.report.findings.into_iter().map(|finding| finding.message));
                let columns = checked.report.table.into_iter().flat_map(|table| table.columns);
                messages.extend(columns.map(|column| column.role));
            }
        }
    }
    assert!(messages.len() > 60, "{}", messages.len());
    for message in &messages {
        for language in OTHERS {
            let said = say(language, message).unwrap_or_else(|| panic!("{language:?}: {message}"));
            assert!(!said.contains(" the ") && !said.contains("people"), "{message}\n{said}");
        }
    }
}

/// Literals of the checks and of what the desk refuses that no person reads as they stand, or that are pieces of a sentence
/// which is among the sayings as a whole.
const PIECES: &str = include_str!("pieces.txt");

/// The literals of a source that read as words: three or more, and not those of tests, documentation, lints and rules'
/// declarations, which `told/rules` holds.
fn literals(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let plain: Vec<&str> = source
        .lines()
        .filter(|line| {
            let line = line.trim_start();
            !line.starts_with("//")
                && !line.starts_with("id: \"")
                && !line.contains(" fix: \"")
                && !line.starts_with("fix: \"")
                && !line.contains("reason = \"")
        })
        .collect();
    let literal = Regex::new(r#""((?:[^"\\]|\\.)*)""#).unwrap();
    let continued = Regex::new(r"\\\n\s*").unwrap();
    let blank = Regex::new(r"\{[^{}]*\}").unwrap();
    let words = Regex::new(r"^[^ ]*[A-Za-z7’']+[:;,.]? .*[a-z7]+ [a-z7(±].*").unwrap();
    let text = continued.replace_all(&plain.join("\n"), "").into_owned();
    let found =
        literal.captures_iter(&text).map(|found| blank.replace_all(&found[1], "7").replace("\\\"", "\""));
    found.filter(|text| words.is_match(text)).collect()
}

#[test]
fn no_sentence_of_the_checks_of_a_refusal_or_of_the_doctor_is_without_its_dutch_and_french() {
    let mut files = vec![];
    below(&crates().join("checks/src"), &mut files);
    files.retain(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        !["tests.rs", "coverage.rs", "policy.rs", "trial.rs"].contains(&name)
            && name.ends_with(".rs")
            && !path.to_str().unwrap().contains("/tests/")
    });
    files.extend(
        [
            "domain/src/pickup.rs",
            "domain/src/review.rs",
            "domain/src/request.rs",
            "domain/src/state.rs",
            "desk/src/error.rs",
            "desk/src/ports/store.rs",
            "desk/src/doctor.rs",
            "shares/src/probe.rs",
            "shares/src/root.rs",
            "store/src/probe.rs",
            "channels/src/probe.rs",
            "channels/src/directory.rs",
            "channels/src/scanner.rs",
            "channels/src/tickets/courier.rs",
            "channels/src/tickets/http.rs",
            "channels/src/tickets/jira/mod.rs",
            "channels/src/tickets/servicenow/mod.rs",
            "channels/src/tickets/jira/probe.rs",
            "channels/src/tickets/servicenow/probe.rs",
            "exeat/src/doctor/checks.rs",
            "exeat/src/doctor/connections.rs",
            "exeat/src/doctor/here.rs",
            "exeat/src/doctor/web.rs",
        ]
        .map(|path| crates().join(path)),
    );
    let pieces: BTreeSet<&str> = PIECES.lines().filter(|line| !line.starts_with('#')).collect();
    let (mut missing, mut used) = (BTreeSet::new(), BTreeSet::new());
    for path in files {
        for text in literals(&fs::read_to_string(&path).unwrap()) {
            match pieces.get(text.as_str()) {
                Some(piece) => _ = used.insert(*piece),
                None if OTHERS.iter().all(|language| say(*language, &text).is_some()) => {}
                None => _ = missing.insert(text),
            }
        }
    }
    assert!(
        missing.is_empty(),
        "neither told in Dutch and French nor a piece of a sentence:\n{}",
        missing.into_iter().collect::<Vec<_>>().join("\n")
    );
    let stale: Vec<_> = pieces.difference(&used).collect();
    assert!(stale.is_empty(), "pieces that no source holds any more: {stale:?}");
}
