//! The record of a release: what left, for whom and why, who decided, under which rules, when and where to. It holds
//! the fields that SATRE asks a research environment to keep of its outputs (3.3.09), and no value found in a file.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use exeat_domain::digest::Sha256;
use exeat_domain::finding::{Severity, Verdict};
use exeat_domain::ledger::Fact;
use exeat_domain::release::{ArchiveCopy, Package};
use exeat_domain::request::{Door, File, Request, RequestId, Round};
use exeat_domain::review::Choice;
use exeat_domain::roster::Roster;
use exeat_domain::state::State;
use schemars::JsonSchema;
use serde::Serialize;

use crate::ports::LedgerEntry;

/// What this document is, for scripts.
const SCHEMA: &str = "exeat.release/1";

/// A person as they were on the roster when the record was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Someone {
    /// The account.
    pub account: String,
    /// The name; none where the account is not on the roster any more.
    pub name: Option<String>,
}

/// How often a rule spoke of a file, and how gravely.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Spoken {
    /// The rule.
    pub rule: String,
    /// The gravest of its findings.
    pub severity: Severity,
    /// How many there are.
    pub findings: u64,
}

/// What one checker decided on a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Judged {
    /// Who.
    pub checker: Someone,
    /// What.
    pub choice: Choice,
    /// Why, where words were given.
    pub reason: Option<String>,
    /// The exceptions it rests on.
    pub exceptions: Vec<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A file that left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Left {
    /// The name it left under.
    pub name: String,
    /// Where it lay in the share.
    pub path: String,
    /// SHA-256 of the bytes that were checked, shown and sent.
    pub sha256: Sha256,
    /// How many they are.
    pub bytes: u64,
    /// What kind of file it is.
    pub kind: String,
    /// What the checks came to.
    pub verdict: Verdict,
    /// The rules that spoke.
    pub findings: Vec<Spoken>,
    /// The decisions; none where the round was released without a person.
    pub decisions: Vec<Judged>,
    /// The round in which it was decided.
    pub round: u32,
}

/// A message that carried a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sent {
    /// To which address.
    pub to: String,
    /// The Message-ID.
    pub message_id: String,
    /// What the courier answered.
    pub receipt: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// How a package was picked up, of which the mail carried only the link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PickedUp {
    /// When the last link was made.
    pub offered_at: DateTime<Utc>,
    /// Until when it was good.
    pub until: DateTime<Utc>,
    /// When a download first began.
    pub begun_at: Option<DateTime<Utc>>,
    /// When the last byte was handed over; none where nobody came.
    pub completed_at: Option<DateTime<Utc>>,
    /// When the package was given up.
    pub lapsed_at: Option<DateTime<Utc>>,
    /// How often someone was turned away.
    pub refused: usize,
}

/// An entry of the ledger that the record rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Evidence {
    /// Its number.
    pub seq: u64,
    /// Its hash.
    pub hash: Sha256,
}

/// The record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReleaseRecord {
    /// What this document is.
    pub schema: &'static str,
    /// The request.
    pub request: RequestId,
    /// The project it was for.
    pub project: Option<String>,
    /// What the files are and what they are for, in the requester's words.
    pub purpose: String,
    /// Who asked.
    pub requester: Someone,
    /// How it came in.
    pub door: Door,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// The rounds that it took.
    pub rounds: usize,
    /// The policy that the files were checked under, round by round.
    pub policies: Vec<String>,
    /// Whether it was released without a person, every file being clear.
    pub automatic: bool,
    /// The checkers who decided.
    pub checkers: Vec<Someone>,
    /// When it was approved.
    pub approved_at: DateTime<Utc>,
    /// What left.
    pub files: Vec<Left>,
    /// The protected packages that carried it.
    pub packages: Vec<Package>,
    /// Where it went.
    pub deliveries: Vec<Sent>,
    /// How it was picked up, where it did not go by mail.
    pub pickup: Option<PickedUp>,
    /// The copy that was kept.
    pub archive: Option<ArchiveCopy>,
    /// When every temporary copy was removed.
    pub wiped_at: Option<DateTime<Utc>>,
    /// When the release was done.
    pub released_at: Option<DateTime<Utc>>,
    /// The entries of the ledger that say so.
    pub ledger: Vec<Evidence>,
}

impl ReleaseRecord {
    /// The record of a request whose files have left; none of another.
    #[must_use]
    pub fn of(request: &Request, entries: &[LedgerEntry], roster: &Roster) -> Option<Self> {
        let release = request.release.as_ref().filter(|_| request.state == State::Released)?;
        let files: Vec<Left> = release
            .files
            .iter()
            .filter_map(|leaving| {
                let same = |(_, file): &(&Round, &File)| {
                    file.settled == Some(Choice::Approve)
                        && file.leaving.as_ref().is_some_and(|own| own.seal == leaving.seal)
                };
                let same: Vec<(&Round, &File)> = request.current_files().filter(same).collect();
                // Of several files with the same bytes, the one that goes by this name.
                let named = same.iter().find(|(_, file)| file.path.as_str().ends_with(&leaving.name));
                let (round, file) = named.or(same.first())?;
                Some(left(&leaving.name, round, file, roster))
            })
            .collect();
        let mut checkers: Vec<Someone> = vec![];
        for judged in files.iter().flat_map(|file| &file.decisions) {
            if !checkers.contains(&judged.checker) {
                checkers.push(judged.checker.clone());
            }
        }
        let told = Told::of(entries);
        Some(Self {
            schema: SCHEMA,
            request: request.id,
            project: request.project.clone(),
            purpose: request.purpose.clone(),
            requester: someone(&request.requester, roster),
            door: request.door,
            requested_at: request.created_at,
            rounds: request.rounds.len(),
            policies: told.policies,
            automatic: told.automatic,
            checkers,
            approved_at: release.started_at,
            files,
            packages: release.packages.clone(),
            deliveries: told.sent,
            pickup: release.pickup.as_ref().map(|pickup| PickedUp {
                offered_at: pickup.made_at,
                until: pickup.until,
                begun_at: told.begun_at,
                completed_at: pickup.completed_at,
                lapsed_at: pickup.lapsed_at,
                refused: told.refused,
            }),
            archive: release.archive.clone(),
            wiped_at: told.wiped_at,
            released_at: told.released_at,
            ledger: entries.iter().map(|entry| Evidence { seq: entry.seq, hash: entry.hash }).collect(),
        })
    }
}

fn someone(account: &str, roster: &Roster) -> Someone {
    let name = roster.person(account).map(|person| person.name.clone());
    Someone { account: account.to_owned(), name }
}

fn left(name: &str, round: &Round, file: &File, roster: &Roster) -> Left {
    let seal = file.leaving.as_ref().map_or(file.seal, |leaving| leaving.seal);
    let mut spoken: BTreeMap<&str, Spoken> = BTreeMap::new();
    for finding in &file.report.findings {
        let new = || Spoken { rule: finding.rule.clone(), severity: finding.severity, findings: 0 };
        let one = spoken.entry(&finding.rule).or_insert_with(new);
        one.severity = one.severity.max(finding.severity);
        one.findings += 1 + finding.place.more.unwrap_or(0);
    }
    let decisions = round.reviews.iter().filter_map(|review| {
        let decision = review.decisions.get(&file.path)?;
        Some(Judged {
            checker: someone(&review.reviewer, roster),
            choice: decision.choice,
            reason: decision.reason.clone(),
            exceptions: decision.exceptions.clone(),
            at: decision.at,
        })
    });
    Left {
        name: name.to_owned(),
        path: file.path.to_string(),
        sha256: seal.sha256,
        bytes: seal.bytes,
        kind: file.report.kind.clone(),
        verdict: file.report.verdict,
        findings: spoken.into_values().collect(),
        decisions: decisions.collect(),
        round: round.number,
    }
}

/// What only the ledger tells.
#[derive(Default)]
struct Told {
    policies: Vec<String>,
    automatic: bool,
    sent: Vec<Sent>,
    begun_at: Option<DateTime<Utc>>,
    refused: usize,
    wiped_at: Option<DateTime<Utc>>,
    released_at: Option<DateTime<Utc>>,
}

impl Told {
    fn of(entries: &[LedgerEntry]) -> Self {
        let mut told = Self::default();
        for entry in entries {
            let at = entry.event.at;
            match &entry.event.fact {
                Fact::Checked { policy, .. } => told.policies.push(policy.clone()),
                Fact::Approved { automatic, .. } => told.automatic = *automatic,
                Fact::Delivered { message_id, to, receipt, .. }
                | Fact::Offered { message_id, to, receipt, .. } => told.sent.push(Sent {
                    to: to.clone(),
                    message_id: message_id.clone(),
                    receipt: receipt.clone(),
                    at,
                }),
                Fact::FetchBegun { .. } => told.begun_at = told.begun_at.or(Some(at)),
                Fact::FetchRefused { .. } => told.refused += 1,
                Fact::Wiped { .. } => told.wiped_at = Some(at),
                Fact::Released => told.released_at = Some(at),
                _ => {}
            }
        }
        told
    }
}
