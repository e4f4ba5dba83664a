//! What is written to the ledger: who did what to which request. How it is chained and signed is the store's.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::comment::Visibility;
use crate::digest::Sha256;
use crate::finding::Verdict;
use crate::path::SharePath;
use crate::pickup::Closed;
use crate::request::{Door, RequestId};
use crate::review::Choice;
use crate::roster::{DemotionCause, Role};
use crate::token::Reach;

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// The account that acted; `exeat` for the desk itself.
    pub account: String,
    /// The operating-system user who acted in that account's name, where it was another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// The number of the token by which a script acted for the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<u64>,
}

impl Actor {
    /// The desk itself.
    #[must_use]
    pub fn desk() -> Self {
        Self { account: "exeat".to_owned(), operator: None, token: None }
    }

    /// A person, acting in their own name.
    #[must_use]
    pub fn person(account: &str) -> Self {
        Self { account: account.to_owned(), operator: None, token: None }
    }
}

/// A file as the ledger names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Noted {
    /// Its path in the share, or the name it leaves under.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: Sha256,
    /// Its size.
    pub bytes: u64,
}

/// Why people have to look at a round. Entries of older versions say it in the words that each cause names here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Handover {
    /// The requester is not active on the roster.
    #[serde(alias = "the requester is not active")]
    NotActive,
    /// A person validates every release of the requester.
    #[serde(alias = "the requester's releases are validated by a person")]
    Validated,
    /// Not every file is clear.
    #[serde(alias = "not every file is clear")]
    NotAllClear,
    /// Not everything that was asked for was found.
    #[serde(alias = "not everything that was asked for was found")]
    NotAllFound,
    /// Drawn by chance for a person's look.
    #[serde(alias = "drawn by chance for a person's look")]
    Drawn,
    /// In words that no version of today writes.
    #[serde(untagged)]
    Written(String),
}

/// What happened. The values found in files are never in the ledger; their names and digests are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it; the fields are those of the domain")]
pub enum Fact {
    Requested {
        door: Door,
        requester: String,
        project: Option<String>,
        round: u32,
        asked: usize,
    },
    Refused {
        door: Door,
        claimed: String,
        message_id: Option<String>,
        reason: String,
    },
    AskedBack {
        door: Door,
        requester: String,
        problems: usize,
    },
    Parked {
        door: Door,
        message_id: String,
        why: String,
    },
    Sealed {
        round: u32,
        files: Vec<Noted>,
        problems: usize,
    },
    Checked {
        round: u32,
        policy: String,
        verdicts: Vec<(SharePath, Verdict)>,
    },
    Scanned {
        round: u32,
        scanner: Option<String>,
        files: usize,
        unscanned: Vec<SharePath>,
    },
    Infected {
        round: u32,
        file: SharePath,
        signature: String,
    },
    HandedOver {
        round: u32,
        why: Handover,
    },
    Decided {
        round: u32,
        file: SharePath,
        choice: Choice,
        reason: Option<String>,
        exceptions: Vec<String>,
    },
    Chosen {
        round: u32,
        file: SharePath,
        rules: BTreeSet<String>,
    },
    ReviewSubmitted {
        round: u32,
    },
    DecisionUndone {
        round: u32,
        file: SharePath,
    },
    ReviewReopened {
        round: u32,
    },
    ReviewsSettled {
        round: u32,
    },
    Commented {
        round: u32,
        file: Option<SharePath>,
        visibility: Visibility,
        text_sha256: Sha256,
    },
    Approved {
        round: u32,
        automatic: bool,
        files: Vec<Noted>,
    },
    Returned {
        round: u32,
        files: Vec<SharePath>,
        automatic: bool,
    },
    Rejected {
        round: u32,
        reason: Option<String>,
    },
    TakenBack {
        file: SharePath,
    },
    Withdrawn,
    Archived {
        path: String,
        sha256: Sha256,
        bytes: u64,
    },
    Packaged {
        packages: Vec<Noted>,
    },
    PackageDiscarded {
        why: String,
    },
    Verified {
        packages: usize,
        files: usize,
    },
    Delivered {
        part: usize,
        of: usize,
        message_id: String,
        to: String,
        receipt: String,
    },
    Offered {
        message_id: String,
        to: String,
        receipt: String,
        until: DateTime<Utc>,
    },
    FetchBegun {
        from: u64,
    },
    FetchContinued {
        from: u64,
    },
    FetchRefused {
        why: Closed,
    },
    Fetched {
        from: u64,
        bytes: u64,
    },
    LinkRenewed,
    PickupLapsed,
    Wiped {
        seals: usize,
        paths: usize,
    },
    Released,
    Notified {
        message: String,
        message_id: String,
        to: String,
    },
    Worded {
        message_id: String,
        text_sha256: Sha256,
    },
    Demoted {
        account: String,
        why: DemotionCause,
    },
    DeskOpened {
        desk: String,
    },
    Claimed {
        round: u32,
    },
    Unclaimed {
        round: u32,
    },
    Invited {
        account: String,
    },
    Enrolled {
        account: String,
    },
    AccountShut {
        account: String,
    },
    AccountOpened {
        account: String,
    },
    SignedIn {
        account: String,
        /// The address of the proxy whose word it was, where no password was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by_proxy: Option<String>,
    },
    TokenMade {
        account: String,
        token: u64,
        name: String,
        reach: Reach,
        roles: BTreeSet<Role>,
        until: DateTime<Utc>,
    },
    TokenRevoked {
        account: String,
        token: u64,
        name: String,
    },
}

/// What an entry is about: the one word that an auditor looks by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A request came in, was sealed, checked, changed.
    Request,
    /// Someone decided, or made ready to.
    Decision,
    /// Files left, step by step.
    Release,
    /// Someone was told.
    Message,
    /// The desk itself, and who may sign in there.
    House,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Request, Self::Decision, Self::Release, Self::Message, Self::House];

    /// Its name, as addresses and scripts write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Decision => "decision",
            Self::Release => "release",
            Self::Message => "message",
            Self::House => "house",
        }
    }

    /// The facts of this kind, by the names they are written under.
    #[must_use]
    pub const fn events(self) -> &'static [&'static str] {
        match self {
            Self::Request => &[
                "requested",
                "refused",
                "asked_back",
                "parked",
                "sealed",
                "checked",
                "scanned",
                "infected",
                "handed_over",
                "taken_back",
                "withdrawn",
            ],
            Self::Decision => &[
                "claimed",
                "unclaimed",
                "decided",
                "chosen",
                "decision_undone",
                "review_submitted",
                "review_reopened",
                "reviews_settled",
                "approved",
                "returned",
                "rejected",
                "demoted",
            ],
            Self::Release => &[
                "archived",
                "packaged",
                "package_discarded",
                "verified",
                "delivered",
                "offered",
                "fetch_begun",
                "fetch_continued",
                "fetch_refused",
                "fetched",
                "link_renewed",
                "pickup_lapsed",
                "wiped",
                "released",
            ],
            Self::Message => &["notified", "worded", "commented"],
            Self::House => &[
                "desk_opened",
                "invited",
                "enrolled",
                "account_shut",
                "account_opened",
                "signed_in",
                "token_made",
                "token_revoked",
            ],
        }
    }
}

/// Something to write to the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// Which request, if one.
    pub request: Option<RequestId>,
    /// What.
    pub fact: Fact,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_is_of_one_kind() {
        let unknown = serde_json::from_str::<Fact>(r#"{"event":"?"}"#).unwrap_err().to_string();
        let facts: Vec<&str> = unknown.split('`').skip(3).step_by(2).collect();
        assert!(facts.len() > 20, "{unknown}");
        for fact in &facts {
            let kinds = Kind::ALL.iter().filter(|kind| kind.events().contains(fact)).count();
            assert_eq!(kinds, 1, "{fact}");
        }
        assert_eq!(Kind::ALL.iter().map(|kind| kind.events().len()).sum::<usize>(), facts.len());
    }

    #[test]
    fn why_people_look_is_a_code_and_older_words_are_read() {
        let fact = |why: &str| format!(r#"{{"event":"handed_over","round":1,"why":"{why}"}}"#);
        let read = |why: &str| serde_json::from_str::<Fact>(&fact(why)).unwrap();
        for (code, words, why) in [
            ("not_active", "the requester is not active", Handover::NotActive),
            ("validated", "the requester's releases are validated by a person", Handover::Validated),
            ("not_all_clear", "not every file is clear", Handover::NotAllClear),
            ("not_all_found", "not everything that was asked for was found", Handover::NotAllFound),
            ("drawn", "drawn by chance for a person's look", Handover::Drawn),
        ] {
            let known = Fact::HandedOver { round: 1, why };
            assert_eq!((read(code), read(words)), (known.clone(), known.clone()));
            assert_eq!(serde_json::to_string(&known).unwrap(), fact(code));
        }
        let other = Fact::HandedOver { round: 1, why: Handover::Written("a guest asks".into()) };
        assert_eq!(read("a guest asks"), other);
        assert_eq!(serde_json::to_string(&other).unwrap(), fact("a guest asks"));
    }
}
