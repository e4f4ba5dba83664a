//! The words of the desk in each language, written for it: a word that one language lacks does not compile.

mod admin;
mod ask;
mod changes;
mod common;
mod connections;
mod facts;
mod insights;
mod ledger;
mod pickup;
mod picture;
mod queue;
mod request;
mod requester;
mod review;
mod sign_in;
mod tokens;

use exeat_desk::told;
pub(crate) use exeat_desk::told::fill;
use exeat_domain::context::{Context, Control};
use exeat_domain::draft::Gap;
use exeat_domain::finding::{Severity, Verdict};
use exeat_domain::request::Problem;
use exeat_domain::roster::Language;
use exeat_domain::state::State;

pub(crate) use admin::AdminWords;
pub(crate) use ask::AskWords;
pub(crate) use changes::ChangeWords;
pub(crate) use common::Common;
pub(crate) use connections::ConnectionWords;
pub(crate) use insights::InsightWords;
pub(crate) use ledger::LedgerWords;
pub(crate) use picture::PictureWords;
pub(crate) use queue::QueueWords;
pub(crate) use request::RequestWords;
pub(crate) use requester::RequesterWords;
pub(crate) use review::ReviewWords;
pub(crate) use sign_in::SignInWords;
pub(crate) use tokens::TokenWords;

/// Every word of one language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    /// The language's tag.
    pub(crate) tag: &'static str,
    pub(crate) language: Language,
    pub(crate) common: &'static Common,
    pub(crate) sign_in: &'static SignInWords,
    pub(crate) queue: &'static QueueWords,
    pub(crate) request: &'static RequestWords,
    pub(crate) mine: &'static RequesterWords,
    pub(crate) ledger: &'static LedgerWords,
    pub(crate) insights: &'static InsightWords,
    pub(crate) admin: &'static AdminWords,
    pub(crate) connections: &'static ConnectionWords,
    pub(crate) review: &'static ReviewWords,
    pub(crate) pickup: &'static pickup::PickupWords,
    pub(crate) ask: &'static AskWords,
    pub(crate) tokens: &'static TokenWords,
    pub(crate) changes: &'static ChangeWords,
    pub(crate) picture: &'static PictureWords,
}

static EN: Words = Words {
    tag: "en",
    language: Language::En,
    common: &common::EN,
    sign_in: &sign_in::EN,
    queue: &queue::EN,
    request: &request::EN,
    mine: &requester::EN,
    ledger: &ledger::EN,
    insights: &insights::EN,
    admin: &admin::EN,
    connections: &connections::EN,
    review: &review::EN,
    pickup: &pickup::EN,
    ask: &ask::EN,
    tokens: &tokens::EN,
    changes: &changes::EN,
    picture: &picture::EN,
};

static NL: Words = Words {
    tag: "nl",
    language: Language::Nl,
    common: &common::NL,
    sign_in: &sign_in::NL,
    queue: &queue::NL,
    request: &request::NL,
    mine: &requester::NL,
    ledger: &ledger::NL,
    insights: &insights::NL,
    admin: &admin::NL,
    connections: &connections::NL,
    review: &review::NL,
    pickup: &pickup::NL,
    ask: &ask::NL,
    tokens: &tokens::NL,
    changes: &changes::NL,
    picture: &picture::NL,
};

static FR: Words = Words {
    tag: "fr",
    language: Language::Fr,
    common: &common::FR,
    sign_in: &sign_in::FR,
    queue: &queue::FR,
    request: &request::FR,
    mine: &requester::FR,
    ledger: &ledger::FR,
    insights: &insights::FR,
    admin: &admin::FR,
    connections: &connections::FR,
    review: &review::FR,
    pickup: &pickup::FR,
    ask: &ask::FR,
    tokens: &tokens::FR,
    changes: &changes::FR,
    picture: &picture::FR,
};

impl Words {
    /// The words of a language.
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &EN,
            Language::Nl => &NL,
            Language::Fr => &FR,
        }
    }

    /// What the checks or the desk said, in this language where it is known.
    pub(crate) fn said(&self, english: &str) -> Said {
        match told::say(self.language, english) {
            Some(text) => Said { text, lang: None },
            None => Said { text: english.to_owned(), lang: Some("en") },
        }
    }

    /// Why something that was asked for was not taken up.
    pub(crate) fn problems(&self, problems: &[Problem]) -> Vec<(String, String)> {
        let told = |one: &Problem| told::problem(self.language, &one.code, &one.message);
        problems.iter().map(|one| (one.asked.clone(), told(one))).collect()
    }

    /// What a state is called.
    pub(crate) fn state(&self, state: State) -> &'static str {
        let at = State::ALL.iter().position(|one| *one == state);
        at.and_then(|at| self.common.states.get(at)).copied().unwrap_or_default()
    }

    /// Which round it is.
    pub(crate) fn round(&self, number: &u32) -> String {
        fill(self.queue.round, &[("n", number)])
    }

    /// What is missing before a draft can be sent.
    pub(crate) fn gap(&self, gap: Gap) -> &'static str {
        let [files, purpose, population, people, checklist, _] = self.ask.gaps;
        match gap {
            Gap::Files => files,
            Gap::Purpose => purpose,
            Gap::Population => population,
            Gap::People => people,
            Gap::Checklist => checklist,
        }
    }

    /// What a box that chooses a file says.
    pub(crate) fn tick(&self, name: &str) -> String {
        fill(self.ask.tick, &[("name", &name)])
    }

    /// What was done against disclosure.
    pub(crate) fn controls(&self, context: &Context) -> Vec<&'static str> {
        let named = Control::ALL.iter().zip(self.ask.control_names);
        named.filter(|(control, _)| context.controls.contains(control)).map(|(_, word)| word).collect()
    }

    /// What stands over another checker's claim.
    pub(crate) fn claim_of(&self, tool: &str) -> String {
        fill(self.request.claim_of, &[("tool", &tool)])
    }

    /// Every key of the request page, and what it does.
    pub(crate) fn keys(&self) -> Vec<(Vec<&'static str>, &'static str)> {
        self.request.keys.iter().map(|[keys, does]| (keys.split(' ').collect(), *does)).collect()
    }

    /// What a verdict is called, and the class of its colour and icon.
    pub(crate) fn verdict(&self, verdict: Verdict) -> Mark {
        match verdict {
            Verdict::Clear => Mark { class: "clear", word: self.common.clear },
            Verdict::Review => Mark { class: "review", word: self.common.review },
            Verdict::Blocked => Mark { class: "blocked", word: self.common.blocked },
        }
    }

    /// What a severity is called, and the class of its colour and icon.
    pub(crate) fn severity(&self, severity: Severity, undecided: bool) -> Mark {
        match severity {
            Severity::Block => Mark { class: "blocked", word: self.common.blocked },
            Severity::Review if undecided => Mark { class: "review", word: self.common.undecided },
            Severity::Review => Mark { class: "review", word: self.common.review },
            Severity::Note => Mark { class: "note", word: self.common.note },
        }
    }

    /// Those that a browser asks for, before anyone has signed in: the first of its languages that there is.
    pub(crate) fn asked_for(accepted: &str) -> &'static Self {
        let wanted = accepted.split(',').filter_map(|part| {
            let tag = part.split(';').next().unwrap_or_default().trim().get(..2)?.to_lowercase();
            [&EN, &NL, &FR].into_iter().find(|words| words.tag == tag)
        });
        wanted.into_iter().next().unwrap_or(&EN)
    }
}

/// One of the four meanings: the class that gives its colour and icon, and the word that always stands beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) class: &'static str,
    pub(crate) word: &'static str,
}

/// A sentence of the checks or the desk, and the tag of its language where that is not the page's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) lang: Option<&'static str>,
}

impl From<String> for Said {
    fn from(text: String) -> Self {
        Self { text, lang: None }
    }
}

/// Of a phrase for one and a phrase for several, the one for so many, with `{n}` filled in.
pub(crate) fn count(phrases: [&str; 2], n: u64) -> String {
    fill(phrases[usize::from(n != 1)], &[("n", &Words::number(n))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_the_first_language_that_there_is() {
        for (accepted, tag) in [
            ("", "en"),
            ("de-DE,de;q=0.9", "en"),
            ("nl-BE,nl;q=0.9,en;q=0.8", "nl"),
            ("de,fr;q=0.5", "fr"),
            ("é", "en"),
        ] {
            assert_eq!(Words::asked_for(accepted).tag, tag, "{accepted}");
        }
    }
}
