//! What left: the files with their digests, the archive copy, the messages, who approved, and what the ledger says of it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use exeat_desk::ports::LedgerEntry;
use exeat_domain::ledger::Fact;
use exeat_domain::pickup::Renewal;
use exeat_domain::release::Release;
use exeat_domain::request::{Request, RequestId};
use exeat_domain::review::Choice;
use exeat_domain::state::State as Stands;

use super::{Shell, page as write, request_id};
use crate::app::App;
use crate::error::PageError;
use crate::form::Path;
use crate::moments::Moments;
use crate::visitor::{Reads, Visitor};
use crate::words::{Words, count, fill};

/// Entries of the ledger that a request has at most on this page.
const ENTRIES: u64 = 5000;

#[derive(Template)]
#[template(path = "release.html")]
struct Page<'a> {
    shell: Shell<'a>,
    id: RequestId,
    done: bool,
    standing: String,
    release: &'a Release,
    files: Vec<Left>,
    archive: Option<Left>,
    packages: Vec<Left>,
    sent: Vec<Sent>,
    approvals: Vec<Approval>,
    entries: Vec<Entry>,
    pickup: Option<super::pickup::Part>,
    renew_at: String,
}

/// Something with a size and a digest.
struct Left {
    name: String,
    detail: String,
    sha256: String,
}

struct Sent {
    message_id: String,
    to: String,
    when: String,
    exact: String,
    receipt: String,
}

struct Approval {
    who: String,
    when: String,
    exact: String,
    files: String,
}

struct Entry {
    seq: u64,
    when: String,
    exact: String,
    who: String,
    what: &'static str,
    hash: String,
}

/// The page.
pub(crate) async fn page(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id = request_id(&id)?;
    let checker = app.desk().checker(visitor.actor()).await?;
    let (request, _) = checker.show(id).await?;
    let release = request.release.as_ref().ok_or(PageError::NotFound)?;
    let ledger = app.desk().ledger(&visitor.actor(), Some(id), 0, ENTRIES).await?;
    let title = fill(w.review.release_title, &[("id", &id)]);
    let shell = Shell::new(&app, w, Some(&visitor)).titled(title).at("/queue");
    let moments = shell.moments();
    let name = |account: &str| {
        checker.person(account).map_or_else(|| account.to_owned(), |person| person.name.clone())
    };
    let done = request.state == Stands::Released;
    let entries: Vec<&LedgerEntry> =
        ledger.iter().filter(|entry| word(&entry.event.fact, w).is_some()).collect();
    write(&Page {
        id,
        done,
        standing: fill(
            if done { w.review.released_at } else { w.review.release_at },
            &[("when", &moments.at(if done { request.updated_at } else { release.started_at }))],
        ),
        files: left(release, w),
        archive: release.archive.as_ref().map(|copy| Left {
            name: copy.path.clone(),
            detail: w.size(copy.bytes),
            sha256: copy.sha256.to_string(),
        }),
        packages: packages(release, w),
        sent: sent(release, &ledger, moments),
        approvals: approvals(&request, moments, &name, w),
        entries: entries.into_iter().filter_map(|entry| line(entry, moments, &name, w)).collect(),
        pickup: super::pickup::Part::of(&app, release, Renewal::Checker, moments, w),
        renew_at: format!("/requests/{id}/pickup"),
        release,
        shell,
    })
}

fn left(release: &Release, w: &Words) -> Vec<Left> {
    let left = |file: &exeat_domain::request::Leaving| Left {
        name: file.name.clone(),
        detail: w.size(file.seal.bytes),
        sha256: file.seal.sha256.to_string(),
    };
    release.files.iter().map(left).collect()
}

fn packages(release: &Release, w: &Words) -> Vec<Left> {
    let package = |package: &exeat_domain::release::Package| Left {
        name: package.name.clone(),
        detail: format!("{}, {}", count(w.common.files, package.files.len() as u64), w.size(package.bytes)),
        sha256: package.sha256.to_string(),
    };
    release.packages.iter().map(package).collect()
}

/// The messages; to whom each went is the ledger's to say.
fn sent(release: &Release, ledger: &[LedgerEntry], moments: Moments<'_>) -> Vec<Sent> {
    let address = |id: &str| {
        ledger.iter().find_map(|entry| match &entry.event.fact {
            Fact::Delivered { message_id, to, .. } | Fact::Offered { message_id, to, .. }
                if message_id == id =>
            {
                Some(to.clone())
            }
            _ => None,
        })
    };
    let sent = release.deliveries.iter().map(|delivery| Sent {
        to: address(&delivery.message_id).unwrap_or_default(),
        message_id: delivery.message_id.clone(),
        when: moments.at(delivery.at),
        exact: Moments::exact(delivery.at),
        receipt: delivery.receipt.clone(),
    });
    sent.collect()
}

/// Who approved anything that left, in any round.
fn approvals(
    request: &Request,
    moments: Moments<'_>,
    name: &impl Fn(&str) -> String,
    w: &Words,
) -> Vec<Approval> {
    let reviews = request.rounds.iter().flat_map(|round| &round.reviews);
    let approval = |review: &exeat_domain::review::Review| {
        let at = review.submitted_at?;
        let approved =
            review.decisions.values().filter(|decision| decision.choice == Choice::Approve).count();
        (approved > 0).then(|| Approval {
            who: name(&review.reviewer),
            when: moments.at(at),
            exact: Moments::exact(at),
            files: count(w.common.files, approved as u64),
        })
    };
    reviews.filter_map(approval).collect()
}

fn line(
    entry: &LedgerEntry,
    moments: Moments<'_>,
    name: &impl Fn(&str) -> String,
    w: &Words,
) -> Option<Entry> {
    Some(Entry {
        seq: entry.seq,
        when: moments.at(entry.event.at),
        exact: Moments::exact(entry.event.at),
        who: name(&entry.event.actor.account),
        what: word(&entry.event.fact, w)?,
        hash: entry.hash.to_string(),
    })
}

/// What an entry of a release is called; none for what is no part of it.
fn word(fact: &Fact, w: &Words) -> Option<&'static str> {
    let [approved, archived, packaged, discarded, verified, delivered, worded, wiped, released] =
        w.review.release_facts;
    let [offered, begun, continued, refused, fetched, renewed, lapsed] = w.pickup.facts;
    Some(match fact {
        Fact::Offered { .. } => offered,
        Fact::FetchBegun { .. } => begun,
        Fact::FetchContinued { .. } => continued,
        Fact::FetchRefused { .. } => refused,
        Fact::Fetched { .. } => fetched,
        Fact::LinkRenewed => renewed,
        Fact::PickupLapsed => lapsed,
        Fact::Approved { .. } => approved,
        Fact::Archived { .. } => archived,
        Fact::Packaged { .. } => packaged,
        Fact::PackageDiscarded { .. } => discarded,
        Fact::Verified { .. } => verified,
        Fact::Delivered { .. } => delivered,
        Fact::Worded { .. } => worded,
        Fact::Wiped { .. } => wiped,
        Fact::Released => released,
        _ => return None,
    })
}
