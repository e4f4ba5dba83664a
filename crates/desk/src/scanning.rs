//! What the virus scanner says of the files of a round, and the administrators who are told of what it found.

use exeat_checks::rules::fmt_malware;
use exeat_domain::digest::Sha256;
use exeat_domain::finding::Verdict;
use exeat_domain::ledger::Fact;
use exeat_domain::path::SharePath;
use exeat_domain::request::{File, Purpose, Request, RequestId, Round, Seal, Thread};
use exeat_domain::roster::{Person, Role};
use sha2::Digest as _;

use crate::desk::Desk;
use crate::error::DeskError;
use crate::ports::{Body, Effects, Infected, Inspected, Job, Scanned, Scanner, Task};

/// What a scan of a round came to, beside the findings.
pub(crate) struct Scan {
    /// The scanner, if it said who it is.
    scanner: Option<String>,
    files: usize,
    unscanned: Vec<SharePath>,
}

impl Desk {
    /// Has each file scanned and adds what was found to its report; none where the site has no scanner. A scanner that is
    /// down holds nothing up: what it did not look at is undecided.
    pub(crate) async fn scan(
        &self,
        sealed: &[(SharePath, Purpose, Seal)],
        results: &mut [Inspected],
    ) -> Result<Option<Scan>, DeskError> {
        let Some(scanner) = &self.ports.scanner else { return Ok(None) };
        let (version, mut down) = match scanner.version().await {
            Ok(version) => (Some(version), None),
            Err(failure) => (None, Some(failure.message)),
        };
        let mut unscanned = vec![];
        for ((path, _, seal), inspected) in sealed.iter().zip(results) {
            let found = match self.scanned(scanner.as_ref(), seal, &mut down).await? {
                Scanned::Clean => continue,
                Scanned::Infected(signature) => fmt_malware::infected(&signature),
                Scanned::Not(why) => {
                    unscanned.push(path.clone());
                    fmt_malware::unscanned(&why)
                }
            };
            let report = &mut inspected.report;
            report.findings.insert(0, found);
            report.verdict = Verdict::of(&report.findings);
        }
        Ok(Some(Scan { scanner: version, files: sealed.len() - unscanned.len(), unscanned }))
    }

    /// What a round's scan leaves in the ledger, and who is told of it.
    pub(crate) async fn scan_told(
        &self,
        request: &Request,
        scan: Option<Scan>,
        mut effects: Effects,
    ) -> Result<Effects, DeskError> {
        let (Some(scan), Some(round)) = (scan, request.round()) else { return Ok(effects) };
        let (id, number) = (request.id, round.number);
        let found: Vec<(SharePath, String)> = infected(round).collect();
        let Scan { scanner, files, unscanned } = scan;
        effects = effects.and(self.own(id, Fact::Scanned { round: number, scanner, files, unscanned }));
        if found.is_empty() {
            return Ok(effects);
        }
        for (file, signature) in found {
            effects = effects.and(self.own(id, Fact::Infected { round: number, file, signature }));
        }
        let roster = self.ports.people.roster().await?;
        let told = roster.administrators(request.project.as_deref());
        if told.is_empty() {
            tracing::error!(%id, "an infected file, and no administrator on the roster to tell of it");
        }
        for person in told {
            let account = person.account.clone();
            effects = effects.then(Task::TellInfected { request: id, round: number, account });
        }
        Ok(effects)
    }

    /// The scanner's word on one file. Once it is down the others are not tried.
    async fn scanned(
        &self,
        scanner: &dyn Scanner,
        seal: &Seal,
        down: &mut Option<String>,
    ) -> Result<Scanned, DeskError> {
        if let Some(why) = down {
            return Ok(Scanned::Not(why.clone()));
        }
        let bytes = self.ports.seals.open(seal).await?;
        Ok(scanner.scan(bytes).await.unwrap_or_else(|failure| {
            tracing::warn!(code = failure.code, detail = failure.detail, "{}", failure.message);
            *down = Some(failure.message.clone());
            Scanned::Not(failure.message)
        }))
    }

    /// Tells an administrator what the scanner found, and whose it was.
    pub(crate) async fn tell_infected(
        &self,
        job: &Job,
        id: RequestId,
        number: u32,
        account: &str,
    ) -> Result<(), DeskError> {
        let request = self.ports.store.load(id).await?;
        let roster = self.ports.people.roster().await?;
        let person = roster.person(account).filter(|person| person.may(Role::Admin));
        let round = request.rounds.iter().find(|round| round.number == number);
        let (Some(person), Some(round)) = (person, round) else {
            return Ok(self.ports.store.drop_job(job).await?);
        };
        let name = |person: &Person| format!("{} ({})", person.name, person.account);
        let body = Body::Infected(Infected {
            request: id.to_string(),
            project: request.project.clone(),
            requester: roster.person(&request.requester).map_or_else(|| request.requester.clone(), name),
            files: infected(round).map(|(path, signature)| (path.to_string(), signature)).collect(),
        });
        let name = format!("{id}.infected.{number}.{}", mark(account));
        self.send(job, id, person, Thread::default(), &name, body).await
    }
}

/// The infected files of a round, with what was found in each.
fn infected(round: &Round) -> impl Iterator<Item = (SharePath, String)> {
    let signature = |file: &File| {
        let found = file.report.findings.iter().find_map(fmt_malware::signature);
        (file.path.clone(), found.unwrap_or_default().to_owned())
    };
    round.files.iter().filter(|file| file.is_infected()).map(signature)
}

/// What tells the letters to several administrators apart, whatever their accounts are written with.
fn mark(account: &str) -> String {
    let digest = Sha256(sha2::Sha256::digest(account).into()).to_string();
    digest.chars().take(8).collect()
}
