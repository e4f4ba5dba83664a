//! What a rule is: one declaration, typed parameters, typed evidence, and an outcome that is never fine by default.

use std::collections::BTreeMap;

use exeat_domain::finding::{Finding, Outcome, Place, Risk, Severity};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::read::Read;
use crate::request::Request;
use crate::table::Table;

/// Findings of one rule on one table at most; the rest are counted in one more.
const MOST: usize = 100;

/// A rule as it is declared: what a checker and the documentation read of it.
#[derive(Debug)]
pub struct Declaration {
    /// Its id, such as `CNT-MIN`.
    pub id: &'static str,
    /// What it finds, in a few words.
    pub title: &'static str,
    /// Severities that its findings can have, the worst first.
    pub severities: &'static [Severity],
    /// The risk it speaks of; none for a rule of form.
    pub risk: Option<Risk>,
    /// What the researcher can do about it.
    pub fix: &'static str,
    /// What it looks for and why that matters, in Markdown.
    pub docs: &'static str,
}

/// Declares a rule: its documentation, then `id`, `title`, `severities` (worst first), `risk` and `fix`.
macro_rules! rule {
    ($(#[doc = $doc:literal])* pub struct $name:ident {
        id: $id:literal, title: $title:literal, severities: [$($severity:ident),+], risk: $risk:expr, fix: $fix:literal $(,)?
    }) => {
        $(#[doc = $doc])*
        #[derive(Debug)]
        pub struct $name;

        impl $crate::rule::Declared for $name {
            const DECLARATION: $crate::rule::Declaration = $crate::rule::Declaration {
                id: $id, title: $title,
                severities: &[$(exeat_domain::finding::Severity::$severity),+],
                risk: $risk, fix: $fix, docs: concat!($($doc, "\n"),*),
            };
        }
    };
}
pub(crate) use rule;

/// What `rule!` makes.
pub trait Declared {
    /// The declaration.
    const DECLARATION: Declaration;
}

/// A rule's judgement of one piece of evidence. There is no default: a rule says which of these it is.
#[derive(Debug)]
pub enum Judgement {
    /// It was decided: what was found, or nothing, which is clear.
    Decided(Findings),
    /// The rule does not speak of this evidence.
    NotApplicable,
    /// It could not be decided, and why, for people.
    Undecided(String),
}

/// A rule, whole.
pub trait Check: Declared {
    /// What a policy sets under `[rules.ID]`; strict, so that an unknown key is an error.
    type Params: DeserializeOwned + JsonSchema + Sync;
    /// What it judges.
    type Evidence: Evidence;

    /// Judges one piece of evidence.
    fn check(params: &Self::Params, evidence: &Self::Evidence) -> Judgement;
}

/// Something that is gathered once from a request and that rules judge.
pub trait Evidence: Sync + Sized {
    /// The pieces of this kind that the request holds; none where the rule is not applicable. A file that may hold some but
    /// could not be understood gives none: the engine says once that it is undecided.
    fn gather(request: &Request) -> Vec<Piece<'_, Self>>;
}

/// One piece of evidence and the file that findings on it go to, unless the rule names another.
#[derive(Debug)]
pub struct Piece<'a, E> {
    /// Its number in the request.
    pub file: usize,
    /// The evidence.
    pub evidence: &'a E,
}

impl Evidence for Request {
    fn gather(request: &Request) -> Vec<Piece<'_, Self>> {
        vec![Piece { file: 0, evidence: request }]
    }
}

impl Evidence for Read {
    fn gather(request: &Request) -> Vec<Piece<'_, Self>> {
        request.files.iter().enumerate().map(|(file, evidence)| Piece { file, evidence }).collect()
    }
}

impl Evidence for Table {
    fn gather(request: &Request) -> Vec<Piece<'_, Self>> {
        let mut pieces = Vec::new();
        for (file, read) in request.files.iter().enumerate() {
            pieces.extend(read.held.tables().iter().map(|evidence| Piece { file, evidence }));
        }
        pieces
    }
}

/// What a rule says of one place, before the engine adds its id, risk and fix.
#[derive(Debug)]
pub struct Said {
    /// How much it weighs, unless the policy says otherwise.
    pub severity: Severity,
    /// What was seen, in one sentence.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What a hidden or rounded cell can be, in whole numbers.
    pub interval: Option<(i64, Option<i64>)>,
}

/// The findings of one rule on one piece of evidence: the first hundred of each table, and how many more there are.
#[derive(Debug, Default)]
pub struct Findings {
    /// By the file of the request (none: that of the evidence) and the table in it.
    buckets: BTreeMap<(Option<usize>, Option<u32>), Bucket>,
    /// What stays undecided beside what was found: where, and why.
    open: Vec<(Place, String)>,
}

#[derive(Debug, Default)]
struct Bucket {
    said: Vec<Said>,
    more: u64,
    worst_of_more: Option<Severity>,
}

impl Findings {
    /// Adds a finding.
    pub fn push(&mut self, severity: Severity, place: Place, message: impl Into<String>) {
        self.say(Said { severity, message: message.into(), place, interval: None });
    }

    /// Adds a finding that may carry an interval.
    pub fn say(&mut self, said: Said) {
        self.say_of(None, said);
    }

    /// Adds a finding on a file of the request, by its number; a rule on a whole request says it of every file that the
    /// finding rests on.
    pub fn say_of(&mut self, file: Option<usize>, said: Said) {
        let bucket = self.buckets.entry((file, said.place.table)).or_default();
        if bucket.said.len() < MOST {
            bucket.said.push(said);
        } else {
            bucket.more += 1;
            bucket.worst_of_more = bucket.worst_of_more.max(Some(said.severity));
        }
    }

    /// Leaves something undecided, and says why.
    pub fn leave(&mut self, place: Place, why: impl Into<String>) {
        self.open.push((place, why.into()));
    }

    /// Whether something was found at this place of the file that is judged.
    #[must_use]
    pub fn says(&self, place: &Place) -> bool {
        self.buckets
            .get(&(None, place.table))
            .is_some_and(|bucket| bucket.said.iter().any(|said| said.place == *place))
    }

    /// Whether nothing was found, and nothing left undecided.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty() && self.open.is_empty()
    }

    /// The findings as the contract writes them, each with its file; `severity` is what the policy sets for the rule, if it
    /// does, and `own` the file of the evidence.
    pub(crate) fn written(
        self,
        rule: &Declaration,
        severity: Option<Severity>,
        own: usize,
    ) -> Vec<(usize, Finding)> {
        let mut all = Vec::new();
        for ((file, table), Bucket { said, more, worst_of_more }) in self.buckets {
            let rest = (more > 0).then(|| Said {
                severity: worst_of_more.unwrap_or(Severity::Review),
                message: format!("{more} more like these"),
                place: Place { more: Some(more), table, ..Place::default() },
                interval: None,
            });
            let file = file.unwrap_or(own);
            all.extend(said.into_iter().chain(rest).map(|said| (file, said.written(rule, severity))));
        }
        all.extend(self.open.into_iter().map(|(place, why)| (own, undecided(rule, &why, place))));
        all
    }
}

impl Said {
    fn written(self, rule: &Declaration, severity: Option<Severity>) -> Finding {
        Finding {
            rule: rule.id.to_owned(),
            risk: rule.risk,
            severity: severity.unwrap_or(self.severity),
            outcome: Outcome::Found,
            message: self.message,
            fix: rule.fix.to_owned(),
            place: self.place,
            interval: self.interval,
        }
    }
}

/// The finding that a rule could not decide: always for review.
pub(crate) fn undecided(rule: &Declaration, why: &str, place: Place) -> Finding {
    Finding {
        rule: rule.id.to_owned(),
        risk: rule.risk,
        severity: Severity::Review,
        outcome: Outcome::Undecided,
        message: why.to_owned(),
        fix: rule.fix.to_owned(),
        place,
        interval: None,
    }
}
