//! What happened, in words: for progress, for the ledger on a terminal, for a request's status.

use chrono::{DateTime, Utc};
use exeat_domain::comment::Visibility;
use exeat_domain::finding::Verdict;
use exeat_domain::ledger::{Event, Fact, Handover, Noted};
use exeat_domain::path::{SharePath, shown};
use exeat_domain::request::{Door, Request};
use exeat_domain::roster::DemotionCause;
use exeat_domain::state::State;

/// One line for one event, without its time.
pub(crate) fn event(event: &Event) -> String {
    let what = fact(&event.fact);
    match event.request {
        Some(id) => format!("{id}  {what}"),
        None => what,
    }
}

/// One line of progress; none for what is only for the record.
pub(crate) fn progress(seen: &Event) -> Option<String> {
    let record = matches!(seen.fact, Fact::Worded { .. } | Fact::Chosen { .. });
    (!record).then(|| event(seen))
}

fn handover(why: &Handover) -> &str {
    match why {
        Handover::NotActive => "the requester is not active",
        Handover::Validated => "the requester's releases are validated by a person",
        Handover::NotAllClear => "not every file is clear",
        Handover::NotAllFound => "not everything that was asked for was found",
        Handover::Drawn => "drawn by chance for a person's look",
        Handover::Written(words) => words,
    }
}

fn fact(fact: &Fact) -> String {
    match fact {
        Fact::Requested { requester, project, round, asked, door } => {
            let project = project.as_deref().map(|project| format!(" for {project}")).unwrap_or_default();
            format!(
                "{requester} asks{project} ({}, round {round}, {})",
                door_word(*door),
                count(*asked, "line")
            )
        }
        Fact::Refused { claimed, reason, .. } => format!("refused {claimed}: {reason}"),
        Fact::AskedBack { requester, problems, .. } => {
            format!("asked {requester} back about {}", count(*problems, "thing"))
        }
        Fact::Parked { message_id, why, .. } => format!("parked the message {message_id}: {why}"),
        Fact::Sealed { files, problems, .. } => {
            let problems =
                if *problems == 0 { String::new() } else { format!(", {}", count(*problems, "problem")) };
            format!("sealed {} ({}){problems}", count(files.len(), "file"), size(total(files)))
        }
        Fact::Checked { verdicts, policy, .. } => {
            format!("checked under {policy}: {}", tally(verdicts.iter().map(|(_, v)| *v)))
        }
        Fact::Scanned { files, unscanned, .. } => {
            let not = if unscanned.is_empty() { String::new() } else { format!(", not {}", unscanned.len()) };
            format!("scanned {} for viruses{not}", count(*files, "file"))
        }
        Fact::Infected { file, signature, .. } => format!("the virus scanner found {signature} in {file}"),
        Fact::HandedOver { why, .. } => format!("for the checkers: {}", handover(why)),
        Fact::Decided { file, choice, reason, .. } => {
            format!("{} {file}{}", choice.past(), because(reason.as_deref()))
        }
        Fact::ReviewSubmitted { .. } => "review submitted".to_owned(),
        Fact::Approved { files, automatic, .. } => {
            let how = if *automatic { " without a person: every file is clear" } else { "" };
            format!("approved {}{how}", count(files.len(), "file"))
        }
        Fact::Returned { files, automatic, .. } => {
            let how = if *automatic { " at once" } else { "" };
            format!("returned {}{how}", count(files.len(), "file"))
        }
        Fact::Rejected { .. } => "rejected".to_owned(),
        Fact::TakenBack { file } => format!("{file} taken back by its requester"),
        Fact::Withdrawn => "withdrawn by its requester".to_owned(),
        Fact::Notified { to, message, .. } => {
            format!("told {to} ({})", message.split('.').nth(1).unwrap_or(message))
        }
        Fact::Demoted { account, why } => {
            format!("{account} is back on validated release: {}", demotion(why))
        }
        other => release_fact(other),
    }
}

/// What happened in a release, step by step.
fn release_fact(fact: &Fact) -> String {
    match fact {
        Fact::Archived { path, bytes, .. } => format!("archived as {path} ({})", size(*bytes)),
        Fact::Packaged { packages } => {
            format!(
                "packed into {} ({}, AES-256)",
                count(packages.len(), "protected ZIP"),
                size(total(packages))
            )
        }
        Fact::PackageDiscarded { why } => format!("package discarded, it is made anew: {why}"),
        Fact::Verified { files, .. } => {
            format!("tested: stays shut without the right password; {} as reviewed", count(*files, "file"))
        }
        Fact::Delivered { part, of, to, .. } => format!("sent to {to} ({part} of {of})"),
        Fact::Offered { to, until, .. } => format!("link sent to {to}, good until {}", time(*until)),
        Fact::FetchBegun { .. } => "download begun".to_owned(),
        Fact::FetchContinued { from } => format!("download continued at {}", size(*from)),
        Fact::FetchRefused { why } => format!("download refused: {why}"),
        Fact::Fetched { bytes, .. } => format!("picked up ({})", size(*bytes)),
        Fact::LinkRenewed => "a new link is made".to_owned(),
        Fact::PickupLapsed => "nobody picked it up; the package is given up".to_owned(),
        Fact::Wiped { seals, paths } => {
            format!("wiped: {} and {}", count(*paths, "temporary file"), count(*seals, "sealed copy"))
        }
        Fact::Released => "released".to_owned(),
        other => house_fact(other),
    }
}

/// What happened to the desk itself, and who may sign in there.
fn house_fact(fact: &Fact) -> String {
    match fact {
        Fact::DeskOpened { desk } => format!("the desk {desk} was opened"),
        Fact::Chosen { file, rules, .. } => {
            let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
            format!("of {file}, the requester is told: {}", rules.join(", "))
        }
        Fact::DecisionUndone { file, .. } => format!("{file} is undecided again"),
        Fact::ReviewReopened { .. } => "review taken back".to_owned(),
        Fact::ReviewsSettled { .. } => "the reviews take effect".to_owned(),
        Fact::Commented { file, visibility, .. } => commented(file.as_ref(), *visibility),
        Fact::Worded { text_sha256, .. } => format!("the words sent: SHA-256 {text_sha256}"),
        Fact::Claimed { round } => format!("round {round} is being looked at"),
        Fact::Unclaimed { round } => format!("round {round} is no longer being looked at"),
        Fact::Invited { account } => format!("{account} was invited to set a password for the web desk"),
        Fact::Enrolled { account } => format!("{account} set a password for the web desk"),
        Fact::AccountShut { account } => format!("{account} may no longer sign in"),
        Fact::AccountOpened { account } => format!("{account} may sign in again"),
        Fact::SignedIn { account, .. } => format!("{account} signed in"),
        Fact::TokenMade { account, token, name, reach, until, .. } => {
            let (name, reach, until) = (shown(name), reach.name(), until.date_naive());
            format!("token {token} ({name}) was made for {account}: {reach}, until {until}")
        }
        Fact::TokenRevoked { account, token, name } => {
            format!("token {token} ({}) of {account} was revoked", shown(name))
        }
        other => format!("{other:?}"),
    }
}

fn commented(file: Option<&SharePath>, visibility: Visibility) -> String {
    let on = file.map(|file| format!(" on {file}")).unwrap_or_default();
    match visibility {
        Visibility::Public => format!("comment{on}"),
        Visibility::Checkers => format!("comment{on}, for the checkers"),
    }
}

/// The beginning of a reason, on one line.
fn because(reason: Option<&str>) -> String {
    const MOST: usize = 72;
    let Some(text) = reason else { return String::new() };
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(MOST).collect();
    let more = if cut.len() < line.len() { "…" } else { "" };
    format!(" ({}{more})", shown(&cut))
}

fn demotion(why: &DemotionCause) -> String {
    match why {
        DemotionCause::Blocked { request } => format!("a file of {request} had a blocking finding"),
        DemotionCause::TrainingLapsed { until } => format!("the training ended on {until}"),
    }
}

fn door_word(door: Door) -> &'static str {
    match door {
        Door::Cli => "command line",
        Door::Web => "web",
        Door::Mail => "mail",
        Door::Ticket => "ticket",
        Door::Api => "script",
    }
}

/// "1 file", "3 files", "2 sealed copies".
pub(crate) fn count(number: usize, what: &str) -> String {
    match (number, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        _ => format!("{number} {what}s"),
    }
}

fn total(files: &[Noted]) -> u64 {
    files.iter().map(|file| file.bytes).sum()
}

/// "512 B", "12.4 kB", "3.1 MB".
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    #[allow(clippy::cast_precision_loss, reason = "a size for people, to one decimal")]
    let mut value = bytes as f64;
    let mut unit = "B";
    for next in UNITS {
        if value < 999.95 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    format!("{value:.1} {unit}")
}

/// "2 clear, 1 blocked".
pub(crate) fn tally(verdicts: impl Iterator<Item = Verdict>) -> String {
    let all: Vec<Verdict> = verdicts.collect();
    let part = |verdict: Verdict, word: &str| {
        let number = all.iter().filter(|&&one| one == verdict).count();
        (number > 0).then(|| format!("{number} {word}"))
    };
    let parts: Vec<String> = [
        part(Verdict::Clear, "clear"),
        part(Verdict::Review, "for review"),
        part(Verdict::Blocked, "blocked"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() { "no files".to_owned() } else { parts.join(", ") }
}

/// What a state means for the person who asked.
pub(crate) fn standing(request: &Request) -> String {
    let since = time(request.updated_at);
    match request.state {
        State::Draft => "a draft; nothing has been asked yet".to_owned(),
        State::Received => format!("received {since}; who asks is being verified"),
        State::Checking => format!("being sealed and checked since {since}"),
        State::Submitted => format!("with the output checkers since {since}"),
        State::Returned => format!("returned {since}"),
        State::Approved => format!("approved {since}; the release is under way"),
        State::Released => format!("released {since}"),
        State::Rejected => format!("rejected {since}: these files will not leave in any form"),
        State::Refused => format!("refused {since}: {}", request.reason.as_deref().unwrap_or("not trusted")),
        State::Withdrawn => format!("withdrawn {since}"),
    }
}

/// A time as people read it here: UTC, to the minute.
pub(crate) fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_counts_read_well() {
        assert_eq!(
            [0, 999, 1000, 999_949, 999_950, 3_140_000].map(size),
            ["0 B", "999 B", "1.0 kB", "999.9 kB", "1.0 MB", "3.1 MB"]
        );
        assert_eq!(
            [count(1, "file"), count(2, "file"), count(0, "sealed copy")],
            ["1 file", "2 files", "0 sealed copies"]
        );
        assert_eq!(
            tally([Verdict::Clear, Verdict::Blocked, Verdict::Clear].into_iter()),
            "2 clear, 1 blocked"
        );
    }
}
