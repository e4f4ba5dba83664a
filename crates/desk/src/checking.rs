//! Sealing and checking a round, and where it goes from there.

use std::collections::BTreeSet;

use exeat_domain::finding::{Outcome, Verdict};
use exeat_domain::ledger::{Event, Fact, Handover, Noted};
use exeat_domain::path::{Roots, SharePath, under};
use exeat_domain::request::{Asked, File, Leaving, Problem, Purpose, Request, RequestId, Round, Seal, Shown};
use exeat_domain::review::Choice;
use exeat_domain::roster::{Demotion, DemotionCause, Person, ReleaseMode};
use exeat_domain::state::{Action, Owner, State};

use crate::desk::Desk;
use crate::error::DeskError;
use crate::naming::leaving_name;
use crate::ports::{Before, Effects, Failure, Inspectable, Inspected, Job, Port, Task};
use crate::scanning::Scan;
use crate::scope::{Scope, taken};

/// Files that were found and sealed, and what could not be.
#[derive(Default)]
struct Sealed {
    files: Vec<(SharePath, Purpose, Seal)>,
    problems: Vec<Problem>,
}

impl Desk {
    /// Seals and checks a round, and hands it on. A round that is no longer the open one is dropped.
    pub(crate) async fn check(&self, job: &Job, id: RequestId, number: u32) -> Result<(), DeskError> {
        let mut request = self.ports.store.load(id).await?;
        let from = request.state;
        let Some(asked) =
            request.round().filter(|round| round.number == number).map(|round| round.asked.clone())
        else {
            return Ok(self.ports.store.drop_job(job).await?);
        };
        if from != State::Checking {
            return Ok(self.ports.store.drop_job(job).await?);
        }
        let sealed = self.seal(Scope::of(&request), asked).await?;
        let before = self.released_before(Scope::of(&request), Some(id)).await?;
        let (files, scan) = self.inspect(&sealed.files, before).await?;
        let carried = undecided(&request, &self.settings.roots);
        let Some(round) = request.round_mut() else { return Ok(()) };
        // What the message left open stays in front of what the share says.
        round.problems.extend(sealed.problems);
        round.files = files;
        round.files.extend(carried);
        let effects =
            Effects::of(self.own(id, sealed_fact(round))).and(self.own(id, checked_fact(round, self)));
        let effects = self.scan_told(&request, scan, effects).await?;
        let effects = self.go_on(&mut request, effects).await?;
        let effects = self.keep_for_comparison(&mut request, effects);
        let effects = swept(&request, effects);
        self.commit(from, request, effects.completing(job)).await?;
        Ok(())
    }

    async fn seal(&self, scope: Scope<'_>, asked: Vec<Asked>) -> Result<Sealed, DeskError> {
        let mut sealed = Sealed::default();
        let mut seen = BTreeSet::new();
        for asked in asked {
            for path in self.find(scope, &asked, &mut sealed.problems).await? {
                if !seen.insert(path.clone()) {
                    continue;
                }
                if sealed.files.len() >= self.policy().max_files {
                    sealed.problems.push(self.too_many(&asked.line, &path));
                    return Ok(sealed);
                }
                let writer = self.ports.seals.writer().await?;
                match self.ports.share.copy(&path, self.policy().max_file, writer).await? {
                    Ok(seal) => sealed.files.push((path, asked.purpose, seal)),
                    Err(wrong) => sealed.problems.push(taken(&wrong)),
                }
            }
        }
        Ok(sealed)
    }

    /// Runs the checks and the virus scanner over sealed files; what would leave is sealed as well.
    async fn inspect(
        &self,
        sealed: &[(SharePath, Purpose, Seal)],
        before: Before,
    ) -> Result<(Vec<File>, Option<Scan>), DeskError> {
        let mut inputs = vec![];
        for (path, purpose, seal) in sealed {
            let bytes = self.ports.seals.open(seal).await?;
            inputs.push(Inspectable {
                path: path.clone(),
                supporting: *purpose == Purpose::Supporting,
                bytes,
            });
        }
        let mut results = self.ports.inspector.inspect(inputs, before).await?;
        if results.len() != sealed.len() {
            let detail = format!("{} results for {} files", results.len(), sealed.len());
            return Err(Failure::new(Port::Checks, "checks-incomplete", INCOMPLETE, detail).into());
        }
        let scan = self.scan(sealed, &mut results).await?;
        let mut files = vec![];
        for ((path, purpose, seal), inspected) in sealed.iter().zip(results) {
            files.push(self.file(path, *purpose, *seal, inspected).await?);
        }
        Ok((files, scan))
    }

    async fn file(
        &self,
        path: &SharePath,
        purpose: Purpose,
        seal: Seal,
        inspected: Inspected,
    ) -> Result<File, DeskError> {
        let Inspected { report, picture, rendition } = inspected;
        if report.sha256.is_some_and(|digest| digest != seal.sha256) {
            let detail = format!("{path}: sealed {}, checked {:?}", seal.sha256, report.sha256);
            return Err(Failure::new(Port::Checks, "checks-differ", INCOMPLETE, detail).into());
        }
        let name = leaving_name(path, picture.is_some());
        let drawn = picture.as_ref().map(|picture| picture.drawn.clone());
        let shown = match (picture, rendition) {
            (Some(picture), _) => Some(Shown::Picture(self.keep(|into| into.write_all(&picture.png)).await?)),
            (None, Some(spooled)) => Some(Shown::Tables(self.keep(|into| spooled.copy(into)).await?)),
            (None, None) => None,
        };
        let leaves = if let Some(Shown::Picture(picture)) = shown { picture } else { seal };
        let leaving = (purpose == Purpose::Output).then_some(Leaving { name, seal: leaves });
        let path = path.clone();
        Ok(File {
            path,
            purpose,
            seal,
            leaving,
            report,
            shown,
            drawn,
            settled: None,
            taken_back: false,
            forgotten: false,
        })
    }

    /// Keeps what the checks made of a file: a picture encoded anew, tables as text.
    async fn keep(
        &self,
        write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>,
    ) -> Result<Seal, DeskError> {
        let mut writer = self.ports.seals.writer().await?;
        write(&mut writer).map_err(|error| {
            Failure::new(
                Port::Seals,
                "seals-write",
                "the picture or the tables as they are shown could not be kept: is the disk full?",
                error,
            )
        })?;
        Ok(writer.finish()?)
    }

    /// Where a checked round goes: back at once, out at once, or to the checkers.
    async fn go_on(&self, request: &mut Request, effects: Effects) -> Result<Effects, DeskError> {
        let id = request.id;
        let Some(round) = request.round() else { return Ok(effects) };
        let (number, verdict, empty) = (round.number, round.verdict(), round.outputs().next().is_none());
        let roster = self.ports.people.roster().await?;
        let person = roster.person(&request.requester).cloned();
        let (effects, mode) = self.standing(request, person.as_ref(), verdict, effects).await?;
        let at_once = self.policy().return_blocked_at_once && verdict == Some(Verdict::Blocked);
        if empty || at_once || round.outputs().any(File::is_infected) {
            request.step(Action::ReturnAtOnce, Owner::System)?;
            let files = return_blocked(request);
            let fact = Fact::Returned { round: number, files, automatic: true };
            return Ok(effects
                .and(self.own(id, fact))
                .then(Task::TellReturned { request: id, round: number }));
        }
        let effects = effects.then(Task::TellReceived { request: id, round: number });
        let why = match self.needs_a_person(request, person.as_ref(), mode) {
            None => return self.approve_automatically(request, effects),
            Some(why) => why,
        };
        request.step(Action::HandOver, Owner::System)?;
        Ok(effects.and(self.own(id, Fact::HandedOver { round: number, why })))
    }

    /// Why a person has to look; none where the round may leave without one.
    fn needs_a_person(
        &self,
        request: &Request,
        person: Option<&Person>,
        mode: ReleaseMode,
    ) -> Option<Handover> {
        let round = request.round()?;
        let undecided =
            |file: &File| file.report.findings.iter().any(|finding| finding.outcome == Outcome::Undecided);
        if !person.is_some_and(|person| person.active) {
            return Some(Handover::NotActive);
        }
        if mode != ReleaseMode::Automatic {
            return Some(Handover::Validated);
        }
        if round.files.iter().any(|file| file.report.verdict != Verdict::Clear || undecided(file)) {
            return Some(Handover::NotAllClear);
        }
        if !round.problems.is_empty() {
            return Some(Handover::NotAllFound);
        }
        (self.ports.dice.draw() < self.policy().sample).then_some(Handover::Drawn)
    }

    /// The release mode that holds, and what a blocking finding or a lapsed training does to the requester's standing.
    async fn standing(
        &self,
        request: &Request,
        person: Option<&Person>,
        verdict: Option<Verdict>,
        mut effects: Effects,
    ) -> Result<(Effects, ReleaseMode), DeskError> {
        let Some(person) = person else { return Ok((effects, ReleaseMode::Validated)) };
        let now = self.now();
        let known = self.ports.store.demotion(&person.account).await?;
        let mode = person.mode_on(now.date_naive(), known.as_ref());
        let lapsed = person.lapsed(now.date_naive()).map(|until| DemotionCause::TrainingLapsed { until });
        let why = if mode == ReleaseMode::Automatic && verdict == Some(Verdict::Blocked) {
            Some(DemotionCause::Blocked { request: request.id.to_string() })
        } else {
            // A lapse that is told never takes the place of a demotion that still counts.
            let blocked = known.as_ref().is_some_and(|demotion| person.is_demoted_by(demotion));
            let told = known.map(|demotion| demotion.why);
            lapsed
                .filter(|why| person.mode == ReleaseMode::Automatic && !blocked && told.as_ref() != Some(why))
        };
        let Some(why) = why else { return Ok((effects, mode)) };
        let account = person.account.clone();
        effects = effects
            .and(self.own(request.id, Fact::Demoted { account: account.clone(), why: why.clone() }))
            .then(Task::TellStanding { request: request.id, account: account.clone() });
        effects.demoted.push(Demotion { account, since: now, why });
        Ok((effects, ReleaseMode::Validated))
    }

    fn approve_automatically(&self, request: &mut Request, effects: Effects) -> Result<Effects, DeskError> {
        request.step(Action::ApproveAutomatically, Owner::System)?;
        if let Some(round) = request.round_mut() {
            for file in
                round.files.iter_mut().filter(|file| file.purpose == Purpose::Output && !file.taken_back)
            {
                file.settled = Some(Choice::Approve);
            }
        }
        let effects = self.begin_release(request, effects, &exeat_domain::ledger::Actor::desk(), true);
        Ok(effects)
    }
}

/// Has the sealed copies removed that a request needs no more: of files that went back, were taken back or superseded.
pub(crate) fn swept(request: &Request, effects: Effects) -> Effects {
    let spent = request.spent().next().is_some();
    if spent { effects.then(Task::Sweep { request: request.id }) } else { effects }
}

const INCOMPLETE: &str = "the checks did not answer for every file as it was sealed; they are run again";

/// Files of earlier rounds that nobody has decided yet and that this round does not ask for anew: what was asked for and
/// could not be taken up is not stood in for by its older bytes.
fn undecided(request: &Request, roots: &Roots) -> Vec<File> {
    let Some((open, earlier)) = request.rounds.split_last() else { return vec![] };
    let anew = |file: &File| {
        let names = |asked: &Asked| {
            roots.read(&asked.line).is_ok_and(|wanted| under(wanted.path.as_str(), file.path.as_str()))
        };
        open.asked.iter().any(names)
    };
    let waiting = |file: &&File| file.settled.is_none() && !file.taken_back && !anew(file);
    let mut files: Vec<File> = vec![];
    for file in earlier.iter().rev().flat_map(|round| &round.files) {
        // Of a file that several rounds name the last one counts, whatever came of it.
        if files.iter().all(|later| later.path != file.path) {
            files.push(file.clone());
        }
    }
    files.retain(|file| waiting(&file));
    files
}

/// Marks the blocked outputs of a round that goes back at once; gives the paths of all that goes back.
fn return_blocked(request: &mut Request) -> Vec<SharePath> {
    let Some(round) = request.round_mut() else { return vec![] };
    let blocked =
        |file: &&mut File| file.report.verdict == Verdict::Blocked && file.purpose == Purpose::Output;
    round
        .files
        .iter_mut()
        .filter(blocked)
        .map(|file| {
            file.settled = Some(Choice::Return);
            file.path.clone()
        })
        .collect()
}

fn sealed_fact(round: &Round) -> Fact {
    let noted =
        |file: &File| Noted { name: file.path.to_string(), sha256: file.seal.sha256, bytes: file.seal.bytes };
    Fact::Sealed {
        round: round.number,
        files: round.files.iter().map(noted).collect(),
        problems: round.problems.len(),
    }
}

fn checked_fact(round: &Round, desk: &Desk) -> Fact {
    let verdicts = round.files.iter().map(|file| (file.path.clone(), file.report.verdict)).collect();
    Fact::Checked { round: round.number, policy: desk.ports.inspector.policy().to_owned(), verdicts }
}

/// An event of the ledger with the files that are approved.
pub(crate) fn approved_fact(request: &Request, files: &[Leaving], automatic: bool) -> Fact {
    let noted =
        |file: &Leaving| Noted { name: file.name.clone(), sha256: file.seal.sha256, bytes: file.seal.bytes };
    let round = request.round().map_or(0, |round| round.number);
    Fact::Approved { round, automatic, files: files.iter().map(noted).collect() }
}

/// What [`Effects`] start from when several events are made one after another.
pub(crate) fn effects_of(events: Vec<Event>) -> Option<Effects> {
    let mut events = events.into_iter();
    let first = events.next()?;
    Some(events.fold(Effects::of(first), Effects::and))
}
