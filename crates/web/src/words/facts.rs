//! What an entry of the ledger says, in words: without who and when.

use exeat_domain::comment::Visibility;
use exeat_domain::finding::Verdict;
use exeat_domain::ledger::{Fact, Handover, Noted};
use exeat_domain::path::SharePath;
use exeat_domain::review::Choice;
use exeat_domain::roster::DemotionCause;

use super::{Words, count, fill};

impl Words {
    /// What happened, without who and when.
    pub(crate) fn fact(&self, fact: &Fact) -> String {
        let l = self.ledger;
        match fact {
            Fact::Requested { project, round, asked, .. } => {
                let project = project
                    .as_ref()
                    .map(|project| fill(l.for_project, &[("project", project)]))
                    .unwrap_or_default();
                let lines = count(l.lines, *asked as u64);
                fill(l.requested, &[("lines", &lines), ("round", round), ("project", &project)])
            }
            Fact::Refused { claimed, reason, .. } => {
                fill(l.refused, &[("claimed", claimed), ("reason", reason)])
            }
            Fact::Sealed { files, problems, .. } => {
                let problems =
                    if *problems == 0 { String::new() } else { count(l.problems, *problems as u64) };
                fill(l.sealed, &[("files", &self.files(files.len()))]) + &problems
            }
            Fact::Checked { policy, verdicts, .. } if verdicts.is_empty() => {
                fill(l.checked_nothing, &[("policy", policy)])
            }
            Fact::Checked { policy, verdicts, .. } => {
                fill(l.checked, &[("policy", policy), ("tally", &self.tally(verdicts))])
            }
            Fact::HandedOver { why, .. } => fill(l.handed_over, &[("why", &self.handover(why))]),
            Fact::TakenBack { file } => fill(l.taken_back, &[("file", file)]),
            Fact::Withdrawn => l.withdrawn.to_owned(),
            Fact::Claimed { round } => fill(l.claimed, &[("round", round)]),
            Fact::Unclaimed { round } => fill(l.unclaimed, &[("round", round)]),
            Fact::Decided { file, choice, reason, exceptions, .. } => {
                self.decided(file, *choice, reason.as_deref(), exceptions)
            }
            Fact::ReviewSubmitted { round } => fill(l.review_submitted, &[("round", round)]),
            Fact::Approved { files, automatic, .. } => {
                let phrase = if *automatic { l.approved_automatic } else { l.approved };
                fill(phrase, &[("files", &self.noted(files))])
            }
            Fact::Returned { files, automatic, .. } => {
                let phrase = if *automatic { l.returned_automatic } else { l.returned };
                fill(phrase, &[("files", &self.files(files.len()))])
            }
            Fact::Rejected { reason, .. } => l.rejected.to_owned() + &self.because(reason.as_deref()),
            Fact::Demoted { account, why } => match why {
                DemotionCause::Blocked { request } => {
                    fill(l.demoted_blocked, &[("account", account), ("request", request)])
                }
                DemotionCause::TrainingLapsed { until } => {
                    fill(l.demoted_training, &[("account", account), ("until", until)])
                }
            },
            other => self.told(other),
        }
    }

    /// Why people look at a round. What an older version wrote in other words stays as it was written.
    fn handover<'a>(&self, why: &'a Handover) -> &'a str {
        let [inactive, validated, not_clear, not_found, drawn] = self.ledger.handovers;
        match why {
            Handover::NotActive => inactive,
            Handover::Validated => validated,
            Handover::NotAllClear => not_clear,
            Handover::NotAllFound => not_found,
            Handover::Drawn => drawn,
            Handover::Written(words) => words,
        }
    }

    /// What a review told or took back.
    fn told(&self, fact: &Fact) -> String {
        let l = self.ledger;
        match fact {
            Fact::Chosen { file, rules, .. } => {
                let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
                fill(l.chosen, &[("file", file), ("rules", &rules.join(", "))])
            }
            Fact::Scanned { files, unscanned, .. } => {
                let paths: Vec<&str> = unscanned.iter().map(SharePath::as_str).collect();
                let not = if paths.is_empty() {
                    String::new()
                } else {
                    fill(l.not_scanned, &[("paths", &paths.join(", "))])
                };
                fill(l.scanned, &[("files", &self.files(*files))]) + &not
            }
            Fact::Infected { file, signature, .. } => {
                fill(l.infected, &[("signature", signature), ("file", file)])
            }
            Fact::DecisionUndone { file, .. } => fill(l.decision_undone, &[("file", file)]),
            Fact::ReviewReopened { round } => fill(l.review_reopened, &[("round", round)]),
            Fact::ReviewsSettled { round } => fill(l.reviews_settled, &[("round", round)]),
            Fact::Commented { visibility: Visibility::Public, .. } => l.commented.to_owned(),
            Fact::Commented { .. } => l.commented_among_checkers.to_owned(),
            Fact::AskedBack { requester, problems, .. } => {
                let things = count(l.things, *problems as u64);
                fill(l.asked_back, &[("requester", requester), ("things", &things)])
            }
            Fact::Parked { message_id, why, .. } => fill(l.parked, &[("id", message_id), ("why", why)]),
            Fact::Worded { message_id, .. } => fill(l.worded, &[("id", message_id)]),
            other => self.step(other),
        }
    }

    /// What happened in a release, or to the desk itself.
    fn step(&self, fact: &Fact) -> String {
        let l = self.ledger;
        match fact {
            Fact::Archived { path, bytes, .. } => {
                fill(l.archived, &[("path", path), ("size", &self.size(*bytes))])
            }
            Fact::Packaged { packages } => {
                let names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
                fill(l.packaged, &[("names", &names.join(", "))])
            }
            Fact::PackageDiscarded { why } => fill(l.package_discarded, &[("why", why)]),
            Fact::Verified { files, .. } => fill(l.verified, &[("files", &self.files(*files))]),
            Fact::Delivered { part, of, message_id, to, .. } => {
                fill(l.delivered, &[("to", to), ("part", part), ("of", of), ("id", message_id)])
            }
            Fact::Offered { .. }
            | Fact::FetchBegun { .. }
            | Fact::FetchContinued { .. }
            | Fact::FetchRefused { .. }
            | Fact::Fetched { .. }
            | Fact::LinkRenewed
            | Fact::PickupLapsed => self.picked_up(fact),
            Fact::Wiped { seals, paths } => {
                let (paths, seals) =
                    (count(l.temporary_copies, *paths as u64), count(l.sealed_copies, *seals as u64));
                fill(l.wiped, &[("paths", &paths), ("seals", &seals)])
            }
            Fact::Released => l.done.to_owned(),
            Fact::Notified { message_id, to, .. } => fill(l.notified, &[("to", to), ("id", message_id)]),
            Fact::DeskOpened { desk } => fill(l.desk_opened, &[("desk", desk)]),
            Fact::Invited { account } => fill(l.invited, &[("account", account)]),
            Fact::Enrolled { account } => fill(l.enrolled, &[("account", account)]),
            Fact::AccountShut { account } => fill(l.account_shut, &[("account", account)]),
            Fact::AccountOpened { account } => fill(l.account_opened, &[("account", account)]),
            Fact::SignedIn { .. } => l.signed_in.to_owned(),
            Fact::TokenMade { .. } | Fact::TokenRevoked { .. } => self.token_fact(fact),
            // As it was written: better than nothing.
            other => serde_json::to_string(other).unwrap_or_default(),
        }
    }

    /// What happened to a package that is picked up.
    fn picked_up(&self, fact: &Fact) -> String {
        let p = self.pickup;
        let [_, begun, _, _, _, renewed, lapsed] = p.facts;
        match fact {
            Fact::Offered { message_id, to, until, .. } => {
                fill(p.offered, &[("to", to), ("until", &until.date_naive()), ("id", message_id)])
            }
            Fact::FetchBegun { .. } => begun.to_owned(),
            Fact::FetchContinued { from } => fill(p.continued, &[("from", from)]),
            Fact::FetchRefused { why } => {
                fill(p.refused, &[("why", &crate::pages::pickup::word(&p.why, *why))])
            }
            Fact::Fetched { bytes, .. } => fill(p.fetched, &[("size", &self.size(*bytes))]),
            Fact::LinkRenewed => renewed.to_owned(),
            Fact::PickupLapsed => lapsed.to_owned(),
            other => serde_json::to_string(other).unwrap_or_default(),
        }
    }

    fn decided(
        &self,
        file: &SharePath,
        choice: Choice,
        reason: Option<&str>,
        exceptions: &[String],
    ) -> String {
        let [approved, returned, rejected] = self.ledger.decided;
        let phrase = match choice {
            Choice::Approve => approved,
            Choice::Return => returned,
            Choice::Reject => rejected,
        };
        let under = match exceptions {
            [] => String::new(),
            named => fill(self.ledger.under, &[("exceptions", &named.join(", "))]),
        };
        fill(phrase, &[("file", file)]) + &under + &self.because(reason)
    }

    fn because(&self, reason: Option<&str>) -> String {
        reason.map(|reason| fill(self.ledger.because, &[("reason", &reason)])).unwrap_or_default()
    }

    fn files(&self, number: usize) -> String {
        count(self.common.files, number as u64)
    }

    /// How many files, and their names where they are few.
    fn noted(&self, files: &[Noted]) -> String {
        let names: Vec<&str> = files.iter().take(3).map(|file| file.name.as_str()).collect();
        let more = if files.len() > names.len() { ", …" } else { "" };
        format!("{} ({}{more})", self.files(files.len()), names.join(", "))
    }

    fn tally(&self, verdicts: &[(SharePath, Verdict)]) -> String {
        let each = [Verdict::Clear, Verdict::Review, Verdict::Blocked].into_iter().zip(self.ledger.tallies);
        let part = |(verdict, phrases): (Verdict, [&str; 2])| {
            let number = verdicts.iter().filter(|(_, one)| *one == verdict).count();
            (number > 0).then(|| count(phrases, number as u64))
        };
        each.filter_map(part).collect::<Vec<_>>().join(", ")
    }
}
