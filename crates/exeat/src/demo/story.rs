//! The two stories of the demo, told by the real desk, and what is true of them afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use exeat_channels::Opened;
use exeat_desk::{Ask, Worked};
use exeat_domain::context::Context;
use exeat_domain::digest::Sha256;
use exeat_domain::finding::Finding;
use exeat_domain::ledger::Actor;
use exeat_domain::request::{Asked, Door, Purpose, Request, RequestId, Thread};
use exeat_domain::review::Choice;
use exeat_domain::state::State;
use secrecy::ExposeSecret as _;
use serde::Serialize;

use super::say;
use crate::cli::Format;
use crate::config::display;
use crate::init;
use crate::out::Failed;
use crate::wiring::shares::Place;
use crate::wiring::{Site, state};

/// What `exeat demo --format json` prints.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    pub(super) released: Vec<Released>,
    pub(super) returned: Vec<Returned>,
    /// Temporary files and sealed copies that are still there; none, if all is well.
    pub(super) left_behind: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Released {
    pub(super) request: RequestId,
    /// The protected ZIP, saved from the message as its recipient would.
    pub(super) package: String,
    pub(super) password: String,
    pub(super) archive: String,
    pub(super) mail: String,
    /// SHA-256 of every file in the package, by its name there.
    pub(super) sha256: BTreeMap<String, Sha256>,
}

#[derive(Debug, Serialize)]
pub(super) struct Returned {
    pub(super) request: RequestId,
    pub(super) mail: String,
    pub(super) findings: Vec<Finding>,
    /// The text of the message, for the terminal.
    #[serde(skip)]
    pub(super) text: String,
}

/// Runs both stories.
///
/// # Errors
/// [`Failed`] where one does not end as it should.
pub(super) async fn tell(site: &Site, folder: &Path, format: Format) -> Result<Told, Failed> {
    let before = left_behind(folder, None)?;
    say(format, "\nAnn asks for the results of her project:");
    let results = r"\\server\intego_shared\Users\ann_P\diabetes\*.*";
    let ann = ask(site, "ann_P", results, "Tables 1 and 2 and figure 1 of the paper").await?;
    say(format, "\nBram asks for his:");
    let results = r"\\server\intego_shared\Users\bram_P\cohort\*.csv";
    let bram = ask(site, "bram_P", results, "First look at the cohort").await?;
    say(format, "\nCleo, an output checker, approves Ann's files and sends Bram's back:");
    let ann = decide(site, ann, Choice::Approve, State::Released).await?;
    let bram = decide(site, bram, Choice::Return, State::Returned).await?;
    let password = site.ports.vault.password().await?.expose_secret().to_owned();
    let left = left_behind(folder, Some(&bram))?.into_iter().filter(|path| !before.contains(path));
    Ok(Told {
        released: vec![released(site, folder, &ann, password)?],
        returned: vec![returned(folder, &bram)?],
        left_behind: left.collect(),
    })
}

/// Does what waits for one request. The caller holds the desk's lock, or is alone with it.
async fn carry_on(site: &Site, id: RequestId) -> Result<(), Failed> {
    while site.desk.work(Some(id)).await? != Worked::Idle {}
    Ok(())
}

async fn ask(site: &Site, account: &str, line: &str, purpose: &str) -> Result<RequestId, Failed> {
    let asked = vec![Asked { line: line.to_owned(), purpose: Purpose::Output }];
    let thread = Thread {
        message_id: Some(format!("{}.request@desktop.example.org", account.to_lowercase())),
        references: vec![],
        subject: Some("Download of results".to_owned()),
        ticket: None,
    };
    let ask = Ask {
        door: Door::Cli,
        project: None,
        purpose: purpose.to_owned(),
        context: Context::default(),
        thread,
        asked,
    };
    let request = site.desk.requester(Actor::person(account)).ask(ask).await?;
    carry_on(site, request.id).await?;
    Ok(request.id)
}

async fn decide(site: &Site, id: RequestId, choice: Choice, end: State) -> Result<Request, Failed> {
    let checker = site.desk.checker(Actor::person("cleo")).await?;
    checker.decide(id, &[], choice, None, false).await?;
    carry_on(site, id).await?;
    let (request, jobs) = checker.show(id).await?;
    if request.state == end && jobs.is_empty() {
        return Ok(request);
    }
    let cause = jobs.into_iter().find_map(|job| job.cause).unwrap_or_else(|| "no cause is known".to_owned());
    Err(Failed::refused("demo", format!("{id} ended as {} instead of {end}: {cause}", request.state)))
}

fn released(site: &Site, folder: &Path, request: &Request, password: String) -> Result<Released, Failed> {
    let missing = |what: &str| Failed::refused("demo", format!("{} has no {what}", request.id));
    let release = request.release.as_ref().ok_or_else(|| missing("release"))?;
    let delivery = release.deliveries.first().ok_or_else(|| missing("delivery"))?;
    let (mail, opened) = find_mail(folder, &delivery.message_id)?;
    let (name, bytes) = opened.attachments.first().ok_or_else(|| missing("attachment"))?;
    let package = folder.join("received").join(name);
    std::fs::create_dir_all(folder.join("received"))?;
    std::fs::write(&package, bytes)?;
    let archive = release.archive.as_ref().ok_or_else(|| missing("archive copy"))?;
    Ok(Released {
        request: request.id,
        package: display(&package),
        password,
        archive: Place::of_archive(&site.loaded).within(&archive.path),
        mail: display(&mail),
        sha256: release.files.iter().map(|file| (file.name.clone(), file.seal.sha256)).collect(),
    })
}

fn returned(folder: &Path, request: &Request) -> Result<Returned, Failed> {
    let (mail, opened) = find_mail(folder, &format!("{}.returned.1", request.id).to_lowercase())?;
    let findings = request.current_files().flat_map(|(_, file)| file.report.findings.clone()).collect();
    Ok(Returned { request: request.id, mail: display(&mail), findings, text: opened.text })
}

/// The message in the outbox whose Message-ID begins like this.
fn find_mail(folder: &Path, message_id: &str) -> Result<(PathBuf, Opened), Failed> {
    for entry in std::fs::read_dir(folder.join("outbox").join("new"))? {
        let path = entry?.path();
        let opened = Opened::read(&std::fs::read(&path)?);
        if let Some(opened) = opened.filter(|opened| opened.message_id.starts_with(message_id)) {
            return Ok((path, opened));
        }
    }
    Err(Failed::refused("demo", format!("there is no message {message_id} in the outbox")))
}

/// Every file under the folders for temporary files and sealed copies, and temporary files of the archive; but not the tables
/// that an open request keeps, as text, for its next round to be compared with.
fn left_behind(folder: &Path, open: Option<&Request>) -> Result<Vec<String>, Failed> {
    let kept: BTreeSet<String> =
        open.into_iter().flat_map(Request::compared).map(|seal| seal.sha256.to_string()).collect();
    let mut left = vec![];
    for place in [state::SCRATCH, state::SEALS] {
        let place = folder.join("state").join(place);
        let name =
            |path: &Path| path.strip_prefix(&place).map(|path| path.to_string_lossy().replace('/', ""));
        let files = init::files_under(&place)?;
        left.extend(files.into_iter().filter(|path| name(path).is_ok_and(|name| !kept.contains(&name))));
    }
    let archived = init::files_under(&folder.join("archive"))?;
    left.extend(
        archived.into_iter().filter(|path| path.extension().is_none_or(|extension| extension != "zip")),
    );
    Ok(left.iter().map(|path| display(path)).collect())
}
