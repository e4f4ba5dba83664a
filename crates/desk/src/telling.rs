//! What the desk writes to people: which letter, to whom, in which thread, under which Message-ID.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::TimeDelta;
use exeat_domain::ledger::Fact;
use exeat_domain::message::{Answer, Pending};
use exeat_domain::pickup::{Pickup, Way};
use exeat_domain::release::Release;
use exeat_domain::request::{File, Purpose, Request, RequestId, Round, Thread};
use exeat_domain::review::{Choice, Decision, Outcome};
use exeat_domain::roster::Person;
use exeat_domain::state::Owner;

use crate::desk::Desk;
use crate::error::DeskError;
use crate::naming::leaving;
use crate::ports::{
    Answering, Attachment, Body, Effects, Failure, Job, Lapsed, Letter, Port, Ready, Received, Recipient,
    Rejected, Released, Returned, ReturnedFile, Standing,
};

impl Desk {
    /// Tells the requester that the request was understood.
    pub(crate) async fn tell_received(&self, job: &Job, id: RequestId, number: u32) -> Result<(), DeskError> {
        let request = self.ports.store.load(id).await?;
        let Some(round) = round_of(&request, number) else {
            return Ok(self.ports.store.drop_job(job).await?);
        };
        let body = Body::Received(Received {
            request: id.to_string(),
            project: request.project.clone(),
            files: round.files.iter().map(|file| (file.path.to_string(), file.seal.bytes)).collect(),
            problems: round.problems.clone(),
        });
        self.tell(job, &request, &format!("received.{number}"), body).await
    }

    /// Asks the requester what was meant by a message of which nothing could be taken up.
    pub(crate) async fn ask_back(&self, job: &Job, id: RequestId, question: u32) -> Result<(), DeskError> {
        let request = self.ports.store.load(id).await?;
        let open = request.state.open_to(Owner::Requester).next().is_some();
        let open = |pending: &&Pending| pending.questions == question && open;
        let Some(pending) = request.pending.as_ref().filter(open) else {
            return Ok(self.ports.store.drop_job(job).await?);
        };
        let body = Body::Received(Received {
            request: id.to_string(),
            project: request.project.clone(),
            files: vec![],
            problems: pending.problems.clone(),
        });
        let round = request.round().map_or(0, |round| round.number);
        self.tell(job, &request, &format!("asked.{round}.{question}"), body).await
    }

    /// Answers a message that asks for no files.
    pub(crate) async fn answer(
        &self,
        job: &Job,
        id: RequestId,
        answer: &Answer,
        mark: &str,
    ) -> Result<(), DeskError> {
        let request = self.ports.store.load(id).await?;
        let body = Body::Answered(Answering {
            request: id.to_string(),
            project: request.project.clone(),
            answer: answer.clone(),
        });
        self.tell(job, &request, &format!("answer.{mark}"), body).await
    }

    /// Tells the requester what goes back and what to mend.
    pub(crate) async fn tell_returned(&self, job: &Job, id: RequestId, number: u32) -> Result<(), DeskError> {
        let request = self.ports.store.load(id).await?;
        let Some(round) = round_of(&request, number) else {
            return Ok(self.ports.store.drop_job(job).await?);
        };
        self.tell(job, &request, &format!("returned.{number}"), returned_body(&request, round)).await
    }

    /// Tells the requester that nothing will leave.
    pub(crate) async fn tell_rejected(&self, job: &Job, id: RequestId) -> Result<(), DeskError> {
        let request = self.ports.store.load(id).await?;
        self.tell(job, &request, "rejected", rejected_body(&request)).await
    }

    /// Tells the requester that the package was given up.
    pub(crate) async fn tell_lapsed(&self, job: &Job, id: RequestId) -> Result<(), DeskError> {
        let request = self.ports.store.load(id).await?;
        let pickup = request.release.as_ref().and_then(|release| release.pickup.as_ref());
        let Some(kept_until) = pickup.map(|pickup| pickup.kept_until.date_naive()) else {
            return Ok(self.ports.store.drop_job(job).await?);
        };
        let body =
            Body::Lapsed(Lapsed { request: id.to_string(), project: request.project.clone(), kept_until });
        self.tell(job, &request, "lapsed", body).await
    }

    /// Tells someone on the roster, in a fixed sentence, that the desk takes no requests from the account.
    pub(crate) async fn tell_refused(&self, job: &Job, id: RequestId) -> Result<(), DeskError> {
        let request = self.ports.store.load(id).await?;
        let roster = self.ports.people.roster().await?;
        match roster.person(&request.requester) {
            Some(person) => {
                self.send(job, id, person, Thread::default(), &format!("{id}.refused"), Body::Refused).await
            }
            None => Ok(self.ports.store.drop_job(job).await?),
        }
    }

    /// Tells a requester that a person looks at their releases again.
    pub(crate) async fn tell_standing(
        &self,
        job: &Job,
        id: RequestId,
        account: &str,
    ) -> Result<(), DeskError> {
        let roster = self.ports.people.roster().await?;
        let demotion = self.ports.store.demotion(account).await?;
        let (Some(person), Some(demotion)) = (roster.person(account), demotion) else {
            return Ok(self.ports.store.drop_job(job).await?);
        };
        let name = format!("standing.{}", demotion.since.timestamp());
        let body = Body::Standing(Standing { since: demotion.since.date_naive(), why: demotion.why });
        self.send(job, id, person, Thread::default(), &name, body).await
    }

    /// What the requester would be told if a round came to this, and no further reviewer changed it.
    pub(crate) async fn foreseen_letter(
        &self,
        request: &Request,
        outcome: Outcome,
        person: &Person,
    ) -> Result<Letter, DeskError> {
        let deliver = &self.policy().deliver;
        let way = self.way(request, person).await?;
        let body = match (outcome, request.round()) {
            (Outcome::Approve, round) if way == Way::Pickup => {
                let files = leaving(request);
                Body::Ready(Ready {
                    request: request.id.to_string(),
                    project: request.project.clone(),
                    files: files.len(),
                    bytes: files.iter().map(|file| file.seal.bytes).sum(),
                    link: self.link(request.id, "…"),
                    until: (self.now() + TimeDelta::days(deliver.link_days.into())).date_naive(),
                    returned: round.map(refused_files).unwrap_or_default(),
                })
            }
            (Outcome::Approve, round) => Body::Released(Released {
                request: request.id.to_string(),
                project: request.project.clone(),
                files: leaving(request),
                part: 1,
                of: 1,
                returned: round.map(refused_files).unwrap_or_default(),
            }),
            (Outcome::Return, Some(round)) => returned_body(request, round),
            (Outcome::Return | Outcome::Reject, _) => rejected_body(request),
        };
        Ok(self.letter(person, request.thread.clone(), &format!("{}.draft", request.id), body))
    }

    /// The letter that carries one package of a release.
    pub(crate) fn released_letter(
        &self,
        request: &Request,
        release: &Release,
        person: &Person,
        part: usize,
        folder: &Path,
    ) -> Letter {
        let of = release.packages.len();
        let package = &release.packages[part];
        let files =
            release.files.iter().filter(|leaving| package.files.contains(&leaving.name)).cloned().collect();
        let returned = request.round().map(refused_files).unwrap_or_default();
        let body = Body::Released(Released {
            request: request.id.to_string(),
            project: request.project.clone(),
            files,
            part: part + 1,
            of,
            returned,
        });
        let attachments = vec![Attachment {
            name: package.name.clone(),
            path: folder.join(&package.name),
            sha256: package.sha256,
        }];
        let name = format!("{}.released.{}", request.id, part + 1);
        let thread = request.thread.clone();
        Letter { attachments, date: release.started_at, ..self.letter(person, thread, &name, body) }
    }

    /// The letter that carries the link to a package, and neither the package nor a password.
    pub(crate) fn ready_letter(
        &self,
        request: &Request,
        release: &Release,
        person: &Person,
        secret: &str,
        pickup: &Pickup,
    ) -> Letter {
        let body = Body::Ready(Ready {
            request: request.id.to_string(),
            project: request.project.clone(),
            files: release.files.len(),
            bytes: release.packages.iter().map(|package| package.bytes).sum(),
            link: self.link(request.id, secret),
            until: pickup.until.date_naive(),
            returned: request.round().map(refused_files).unwrap_or_default(),
        });
        let mark: String = pickup.secret.to_string().chars().take(16).collect();
        let name = format!("{}.ready.{mark}", request.id);
        Letter { date: pickup.made_at, ..self.letter(person, request.thread.clone(), &name, body) }
    }

    /// Where a package is picked up.
    fn link(&self, id: RequestId, secret: &str) -> String {
        format!("{}/pickup/{id}/{secret}", self.settings.web.as_deref().unwrap_or_default())
    }

    /// Sees that no earlier letter of the request still waits: a receipt that comes after the release confuses a reader, and
    /// moves a ticket back to a state that it has left.
    pub(crate) async fn in_turn(&self, job: &Job) -> Result<(), DeskError> {
        let jobs = self.ports.store.jobs(Some(job.task.request())).await?;
        if jobs.iter().any(|other| other.id < job.id && other.task.tells()) {
            let message = "An earlier letter of this request has not gone out yet; this one follows it.";
            return Err(Failure::new(Port::Courier, "courier-turn", message, "").into());
        }
        Ok(())
    }

    /// What the ledger says of a letter's words.
    pub(crate) fn worded(&self, letter: &Letter) -> Result<Fact, DeskError> {
        let text_sha256 = self.ports.courier.words(letter)?.sha256;
        Ok(Fact::Worded { message_id: letter.message_id.clone(), text_sha256 })
    }

    async fn tell(&self, job: &Job, request: &Request, what: &str, body: Body) -> Result<(), DeskError> {
        self.in_turn(job).await?;
        let person = self.recipient(request).await?;
        let name = format!("{}.{what}", request.id);
        self.send(job, request.id, &person, request.thread.clone(), &name, body).await
    }

    pub(crate) async fn send(
        &self,
        job: &Job,
        request: RequestId,
        person: &Person,
        thread: Thread,
        name: &str,
        body: Body,
    ) -> Result<(), DeskError> {
        let letter = Letter { date: job.created_at, ..self.letter(person, thread, name, body) };
        let worded = self.worded(&letter)?;
        let receipt = self.ports.courier.send(&letter).await?;
        tracing::info!(message_id = letter.message_id, receipt = receipt.0, "letter handed over");
        let fact = Fact::Notified {
            message: name.to_owned(),
            message_id: letter.message_id,
            to: person.address.to_string(),
        };
        let effects = Effects::of(self.own(request, fact)).and(self.own(request, worded));
        self.record(effects.completing(job)).await
    }

    /// A letter to the roster's address, under a Message-ID that only depends on what it is about.
    fn letter(&self, person: &Person, thread: Thread, name: &str, body: Body) -> Letter {
        let domain = self.ports.courier.domain();
        Letter {
            message_id: format!("{}.{}@{domain}", name.to_lowercase(), self.settings.desk),
            date: self.now(),
            to: Recipient { name: person.name.clone(), address: person.address.clone() },
            language: person.language,
            thread,
            body,
            attachments: vec![],
        }
    }
}

fn round_of(request: &Request, number: u32) -> Option<&Round> {
    request.rounds.iter().find(|round| round.number == number)
}

fn returned_body(request: &Request, round: &Round) -> Body {
    let held = |file: &&File| file.purpose == Purpose::Output && file.settled == Some(Choice::Approve);
    Body::Returned(Returned {
        request: request.id.to_string(),
        project: request.project.clone(),
        files: refused_files(round),
        held: round.files.iter().filter(held).map(|file| file.path.to_string()).collect(),
        problems: round.problems.clone(),
    })
}

fn rejected_body(request: &Request) -> Body {
    Body::Rejected(Rejected {
        request: request.id.to_string(),
        project: request.project.clone(),
        files: request.round().map(refused_files).unwrap_or_default(),
    })
}

/// Every file of the round that does not leave, with why: what the checkers wrote and what the checks found.
fn refused_files(round: &Round) -> Vec<ReturnedFile> {
    let back = |file: &&File| {
        let by_a_person = matches!(file.settled, Some(Choice::Return | Choice::Reject));
        file.purpose == Purpose::Output && !file.taken_back && by_a_person
    };
    let returned = |file: &File| {
        let reviews = round.reviews.iter().filter(|review| review.submitted_at.is_some());
        let decisions = reviews.filter_map(|review| review.decisions.get(&file.path));
        let refusing: Vec<&Decision> =
            decisions.filter(|decision| decision.choice != Choice::Approve).collect();
        let told: Option<BTreeSet<&String>> =
            refusing.iter().map(|decision| decision.told.as_ref()).collect::<Option<Vec<_>>>().map(flat);
        let told = told.filter(|_| !refusing.is_empty());
        let findings = file.report.findings.iter();
        let findings =
            findings.filter(|finding| told.as_ref().is_none_or(|told| told.contains(&finding.rule)));
        ReturnedFile {
            path: file.path.to_string(),
            by_person: round.reviews.iter().any(|review| review.submitted_at.is_some()),
            reasons: refusing.iter().filter_map(|decision| decision.reason.clone()).collect(),
            findings: findings.cloned().collect(),
            chosen: told.is_some(),
        }
    };
    round.files.iter().filter(back).map(returned).collect()
}

fn flat(chosen: Vec<&BTreeSet<String>>) -> BTreeSet<&String> {
    chosen.into_iter().flatten().collect()
}
