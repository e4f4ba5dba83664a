//! What a rule is: one declaration, typed parameters, typed evidence, and an outcome that is never fine by default.

use exeat_domain::finding::{Finding, Outcome, Place, Risk, Severity};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::read::{Held, Read};
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
    type Params: DeserializeOwned + JsonSchema;
    /// What it judges.
    type Evidence: Evidence;

    /// Judges one piece of evidence.
    fn check(params: &Self::Params, evidence: &Self::Evidence) -> Judgement;
}

/// Something that is gathered once from a file and that rules judge.
pub trait Evidence: Sized {
    /// The pieces of this kind that the file holds.
    fn gather(read: &Read) -> Gathered<'_, Self>;
}

/// What [`Evidence::gather`] came to.
#[derive(Debug)]
pub enum Gathered<'a, E> {
    /// The file holds none: the rule is not applicable.
    Absent,
    /// The file may hold some, but could not be understood: the rule is undecided, which the engine says once a file.
    Unreadable,
    /// These.
    There(Vec<&'a E>),
}

impl Evidence for Read {
    fn gather(read: &Read) -> Gathered<'_, Self> {
        Gathered::There(vec![read])
    }
}

impl Evidence for Table {
    fn gather(read: &Read) -> Gathered<'_, Self> {
        match &read.held {
            Held::Tables { tables, .. } if tables.is_empty() => Gathered::Absent,
            Held::Tables { tables, .. } => Gathered::There(tables.iter().collect()),
            Held::Undecided { .. } | Held::Unread { .. } => Gathered::Unreadable,
            Held::Picture(_) | Held::Refused { .. } => Gathered::Absent,
        }
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

/// The findings of one rule on one piece of evidence: the first hundred, and how many more there are.
#[derive(Debug, Default)]
pub struct Findings {
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
        if self.said.len() < MOST {
            self.said.push(said);
        } else {
            self.more += 1;
            self.worst_of_more = self.worst_of_more.max(Some(said.severity));
        }
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.said.is_empty()
    }

    /// The findings as the contract writes them; `severity` is what the policy sets for the rule, if it does.
    pub(crate) fn written(self, rule: &Declaration, severity: Option<Severity>) -> Vec<Finding> {
        let (more, worst) = (self.more, self.worst_of_more);
        let table = self.said.first().and_then(|said| said.place.table);
        let rest = (more > 0).then(|| Said {
            severity: worst.unwrap_or(Severity::Review),
            message: format!("{more} more like these"),
            place: Place { more: Some(more), table, ..Place::default() },
            interval: None,
        });
        self.said.into_iter().chain(rest).map(|said| said.written(rule, severity)).collect()
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
