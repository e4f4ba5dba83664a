//! What the rules and the problems with files say, from the data under `told/rules` and `told/problems`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use exeat_domain::finding::Finding;
use exeat_domain::roster::Language;
use serde::Deserialize;

use super::{fill, say};

/// A rule in the words of one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What is wrong, as a sentence without capital and full stop.
    pub title: String,
    /// Why that matters.
    pub why: String,
    /// What to do about it.
    pub fix: String,
}

type Rules = BTreeMap<String, Rule>;
type Problems = BTreeMap<String, String>;

// A test holds that each parses and is whole; a rule or code that is missing all the same falls back to English.
static EN: LazyLock<Rules> = LazyLock::new(|| parse(include_str!("../../told/rules/en.toml")));
static NL: LazyLock<Rules> = LazyLock::new(|| parse(include_str!("../../told/rules/nl.toml")));
static FR: LazyLock<Rules> = LazyLock::new(|| parse(include_str!("../../told/rules/fr.toml")));
static NL_PROBLEMS: LazyLock<Problems> = LazyLock::new(|| parse(include_str!("../../told/problems/nl.toml")));
static FR_PROBLEMS: LazyLock<Problems> = LazyLock::new(|| parse(include_str!("../../told/problems/fr.toml")));

fn parse<T: Default + serde::de::DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).unwrap_or_default()
}

/// What a rule says; none where there is no such rule. Of its reason, `{message}` stands for a finding's own sentence.
#[must_use]
pub fn rule(language: Language, id: &str) -> Option<&'static Rule> {
    let rules: &Rules = match language {
        Language::En => &EN,
        Language::Nl => &NL,
        Language::Fr => &FR,
    };
    rules.get(id).or_else(|| EN.get(id))
}

/// The same for a finding, with its own sentence in the reason. A rule without words says its own fix, which is the
/// rule's and holds no value.
#[must_use]
pub fn of_finding(language: Language, finding: &Finding) -> Rule {
    let known = rule(language, &finding.rule).cloned();
    let rule = known.unwrap_or_else(|| Rule { fix: finding.fix.clone(), ..Rule::default() });
    let message = say(language, &finding.message).unwrap_or_else(|| finding.message.clone());
    Rule { why: fill(&rule.why, &[("message", &message)]), ..rule }
}

/// What happened to something that was asked for: the desk's own sentence where it is known in the language; otherwise what
/// its code says, which names nothing.
#[must_use]
pub fn problem(language: Language, code: &str, message: &str) -> String {
    if let Some(told) = say(language, message) {
        return told;
    }
    let sentence = match language {
        Language::En => None,
        Language::Nl => NL_PROBLEMS.get(code),
        Language::Fr => FR_PROBLEMS.get(code),
    };
    sentence.map_or_else(|| message.to_owned(), |sentence| fill(sentence, &[("message", &message)]))
}

#[cfg(test)]
mod tests {
    use exeat_domain::path::PathProblem;

    use super::*;

    /// The catalogue of the checks.
    const RULES: &str = "FMT-TYPE FMT-HIDE FMT-META FMT-MALWARE DID-NAME DID-VAL REC-LEVEL QI-KANON CNT-MIN CNT-ZERO CLS-GRP STA-N \
        PCT-IMPL PCT-BASE SUP-EXACT SUP-INT RND-MIX DIF-UNMASK DIF-CELL DIF-LP DOM-NK DOM-P END-MM QTL-N SD-REV CON-HHI \
        DOF-MIN RAT-ZERO KM-STEP HIS-BIN IMG-FIG IMG-TEXT DAT-EXACT TXT-FREE";

    /// The codes that the share and the desk give.
    const CODES: &str = "missing no-match ambiguous too-many too-deep not-a-folder not-a-file symlink fifo socket device \
        other-disk bad-name denied in-use changed too-large out-of-scope";

    #[test]
    fn every_rule_has_its_words_in_every_language() {
        let catalogue: Vec<&str> = {
            let mut ids: Vec<_> = RULES.split_whitespace().collect();
            ids.sort_unstable();
            ids
        };
        for (name, rules) in [("en", &EN), ("nl", &NL), ("fr", &FR)] {
            let ids: Vec<&str> = rules.keys().map(String::as_str).collect();
            assert_eq!(ids, catalogue, "{name}");
            for (id, rule) in rules.iter() {
                for text in [&rule.title, &rule.why, &rule.fix] {
                    assert!(text.len() > 10, "{name} {id}: {text:?}");
                }
                assert!(
                    !rule.title.ends_with('.') && rule.why.ends_with(['.', '}']) && rule.fix.ends_with('.'),
                    "{name} {id}"
                );
                let quotes = rule.why.contains("{message}");
                assert_eq!(
                    quotes,
                    id == "FMT-TYPE",
                    "{name} {id}: a finding's own sentence can hold a value"
                );
            }
        }
    }

    #[test]
    fn every_problem_has_its_sentence_in_dutch_and_french() {
        let path = [
            PathProblem::Empty,
            PathProblem::OtherServer(String::new()),
            PathProblem::Drive(String::new()),
            PathProblem::Outside,
            PathProblem::Device(String::new()),
            PathProblem::Stream(String::new()),
            PathProblem::ShortName(String::new()),
            PathProblem::Invisible(String::new()),
            PathProblem::BadUrl(String::new()),
            PathProblem::TooLong,
        ];
        let mut codes: Vec<&str> =
            CODES.split_whitespace().chain(path.iter().map(PathProblem::code)).collect();
        codes.sort_unstable();
        for problems in [&NL_PROBLEMS, &FR_PROBLEMS] {
            assert_eq!(problems.keys().map(String::as_str).collect::<Vec<_>>(), codes);
        }
    }
}
