//! The release: archive → package → verify → deliver → wipe, each step journalled, idempotent, and resumed where it
//! was after a crash at any instruction.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use exeat_domain::digest::Sha256;
use exeat_domain::ledger::{Actor, Fact, Noted};
use exeat_domain::pickup::Way;
use exeat_domain::release::{ArchiveCopy, Delivery, Package, Release, Step};
use exeat_domain::request::{Leaving, Request, RequestId};
use exeat_domain::roster::Person;
use exeat_domain::state::{Action, Owner, State};
use exeat_package::{Names, Order, PackError, Protection, Reviewed, VerifyError, Written, ZipPassword};

use crate::checking::approved_fact;
use crate::desk::Desk;
use crate::error::DeskError;
use crate::naming::{archive_name, leaving, package_name};
use crate::ports::{Effects, Failure, Job, Port, Task};

/// The folder, in the request's scratch folder, that holds the packages from their making to their wiping.
pub(crate) const PACKAGES: &str = "packages";
/// The code of a file that no mail can hold.
const TOO_BIG: &str = "pack.too-big";
/// The name of the archive's ZIP while it is in the scratch folder.
const ARCHIVE: &str = "archive.zip";

impl Desk {
    /// Opens the journal of the release of what is approved; the release itself is a job.
    pub(crate) fn begin_release(
        &self,
        request: &mut Request,
        effects: Effects,
        actor: &Actor,
        automatic: bool,
    ) -> Effects {
        let now = self.now();
        let files = leaving(request);
        let event = self.event(actor, Some(request.id), approved_fact(request, &files, automatic));
        request.release = Some(Release::new(files, archive_name(request, now.date_naive()), now));
        effects.and(event).then(Task::Release { request: request.id })
    }

    /// Carries a release on to its end, journalling after every step.
    pub(crate) async fn release(&self, job: &Job, id: RequestId) -> Result<(), DeskError> {
        let mut request = self.ports.store.load(id).await?;
        while request.state == State::Approved {
            let Some(release) = request.release.clone() else { break };
            if release.step == Step::Deliver {
                self.in_turn(job).await?;
            }
            request = match release.step {
                Step::Archive => self.archive(request, release).await?,
                Step::Package => self.package(request, release).await?,
                Step::Verify => self.verify(request, release).await?,
                Step::Deliver if release.way == Way::Pickup => self.offer(request, release).await?,
                Step::Deliver => self.deliver(request, release).await?,
                Step::Pickup => match self.await_pickup(request, release, job).await? {
                    Some(lapsed) => lapsed,
                    None => return Ok(()),
                },
                Step::Wipe | Step::Done => return self.wipe(request, release, job).await,
            };
        }
        Ok(self.ports.store.drop_job(job).await?)
    }

    /// Writes the journal, with what has just been done.
    pub(crate) async fn journal(
        &self,
        mut request: Request,
        release: Release,
        effects: Effects,
    ) -> Result<Request, DeskError> {
        request.release = Some(release);
        self.commit(State::Approved, request, effects).await
    }

    async fn archive(&self, request: Request, mut release: Release) -> Result<Request, DeskError> {
        let person = self.recipient(&request).await?;
        let folder = self.ports.scratch.folder(request.id).await?;
        let zip = folder.join(ARCHIVE);
        let made = self.pack(&release, Protection::None, Target::One(zip.clone())).await?;
        let copy = self.ports.archive.put(&person.name, &release.archive_name, zip).await?;
        if made.first().is_none_or(|written| written.sha256 != copy.sha256) {
            let message = "the archive copy is not what was put there; the archive's disk needs a look";
            return Err(Failure::new(Port::Archive, "archive-differs", message, &copy.path).into());
        }
        let ArchiveCopy { path, sha256, bytes } = copy.clone();
        let event = self.own(request.id, Fact::Archived { path, sha256, bytes });
        release.archive = Some(copy);
        release.step = Step::Package;
        self.journal(request, release, Effects::of(event)).await
    }

    async fn package(&self, request: Request, mut release: Release) -> Result<Request, DeskError> {
        let (way, made) = self.pack_for(&request, &release).await?;
        release.way = way;
        release.packages = made.iter().map(package_of).collect();
        release.step = Step::Verify;
        let noted = |package: &Package| Noted {
            name: package.name.clone(),
            sha256: package.sha256,
            bytes: package.bytes,
        };
        let packages = release.packages.iter().map(noted).collect();
        let event = self.own(request.id, Fact::Packaged { packages });
        self.journal(request, release, Effects::of(event)).await
    }

    /// The packages, and how they reach the requester: by mail in parts, or in one piece where they are picked up.
    async fn pack_for(&self, request: &Request, release: &Release) -> Result<(Way, Vec<Written>), DeskError> {
        let folder = self.ports.scratch.folder(request.id).await?.join(PACKAGES);
        let target = |limit| Target::Parts(folder.clone(), Box::new(request.clone()), limit);
        let deliver = &self.policy().deliver;
        if self.way(request, &self.recipient(request).await?).await? == Way::Mail {
            let parts = target(self.policy().max_attachment);
            let packed = self.pack(release, self.protection().await?, parts).await;
            let fits =
                |made: &[Written]| made.iter().map(|one| one.bytes).sum::<u64>() <= deliver.largest_mail;
            match packed {
                Ok(made) if fits(&made) || self.settings.web.is_none() => return Ok((Way::Mail, made)),
                Ok(_) => {}
                Err(DeskError::Port(failure)) if failure.code == TOO_BIG && self.settings.web.is_some() => {}
                Err(other) => return Err(other),
            }
        }
        let whole = self.pack(release, self.protection().await?, target(u64::MAX)).await?;
        Ok((Way::Pickup, whole))
    }

    /// The way that the policy asks for, before a size is known. What was offered by a link once goes on so.
    pub(crate) async fn way(&self, request: &Request, person: &Person) -> Result<Way, DeskError> {
        if request.release.as_ref().is_some_and(|release| release.pickup.is_some()) {
            return Ok(Way::Pickup);
        }
        if self.settings.web.is_none() {
            return Ok(Way::Mail);
        }
        let demoted = self.ports.store.demotion(&person.account).await?;
        let mode = person.mode_on(self.now().date_naive(), demoted.as_ref());
        Ok(self.policy().deliver.way(request.project.as_deref(), mode))
    }

    /// Reopens every package from disk. One that does not pass is discarded, with all of them, and made anew: nothing
    /// has been sent yet.
    async fn verify(&self, request: Request, mut release: Release) -> Result<Request, DeskError> {
        let protection = self.protection().await?;
        let folder = self.ports.scratch.folder(request.id).await?.join(PACKAGES);
        let journal = release.clone();
        let verdict = blocking(move || verify_all(&folder, &journal, &protection)).await?;
        if let Err(error) = verdict {
            self.discard(request, release, error.to_string()).await?;
            return Err(Failure::new(Port::Package, error.code(), error.for_user(), error).into());
        }
        let fact = Fact::Verified { packages: release.packages.len(), files: release.files.len() };
        let event = self.own(request.id, fact);
        release.step = Step::Deliver;
        self.journal(request, release, Effects::of(event)).await
    }

    /// Sends every package that is not known to be sent, journalling after each.
    async fn deliver(&self, mut request: Request, mut release: Release) -> Result<Request, DeskError> {
        let folder = self.ports.scratch.folder(request.id).await?.join(PACKAGES);
        while let Some(part) = release.next_unsent() {
            let person = self.recipient(&request).await?;
            let letter = self.released_letter(&request, &release, &person, part, &folder);
            let worded = self.own(request.id, self.worded(&letter)?);
            let receipt = match self.ports.courier.send(&letter).await {
                Err(failure) if lost(&failure) && release.deliveries.is_empty() => {
                    self.discard(request, release, failure.to_string()).await?;
                    return Err(failure.into());
                }
                sent => sent?,
            };
            let fact = Fact::Delivered {
                part: part + 1,
                of: release.packages.len(),
                message_id: letter.message_id.clone(),
                to: person.address.to_string(),
                receipt: receipt.0.clone(),
            };
            let at = self.now();
            release.deliveries.push(Delivery { part, message_id: letter.message_id, receipt: receipt.0, at });
            if release.next_unsent().is_none() {
                release.step = Step::Wipe;
            }
            let effects = Effects::of(self.own(request.id, fact)).and(worded);
            request = self.journal(request, release.clone(), effects).await?;
        }
        Ok(request)
    }

    /// Gives up packages that cannot be sent: they are made anew, as long as none of them is known to be sent.
    async fn discard(
        &self,
        request: Request,
        mut release: Release,
        why: String,
    ) -> Result<Request, DeskError> {
        release.packages.clear();
        release.step = Step::Package;
        let event = self.own(request.id, Fact::PackageDiscarded { why });
        self.journal(request, release, Effects::of(event)).await
    }

    /// Removes everything temporary, sees that it is gone, and ends the release in the same transaction that says so.
    async fn wipe(&self, mut request: Request, mut release: Release, job: &Job) -> Result<(), DeskError> {
        let id = request.id;
        let paths = self.ports.scratch.wipe(id).await?;
        request.step(Action::Complete, Owner::System)?;
        let seals = self.remove_seals(&request).await?;
        release.wiped = true;
        release.step = Step::Done;
        request.release = Some(release);
        let effects =
            Effects::of(self.own(id, Fact::Wiped { seals, paths })).and(self.own(id, Fact::Released));
        self.commit(State::Approved, request, effects.completing(job)).await?;
        Ok(())
    }

    /// Removes the seals that the request does not hold any more and no other open request does; gives how many.
    pub(crate) async fn remove_seals(&self, request: &Request) -> Result<usize, DeskError> {
        let mut removed = 0;
        for seal in request.spent() {
            if !self.ports.store.holds_seal(&seal, Some(request.id)).await? {
                removed += usize::from(self.ports.seals.remove(&seal).await?);
            }
        }
        Ok(removed)
    }

    /// The requester as the roster has them now: replies go nowhere else.
    pub(crate) async fn recipient(&self, request: &Request) -> Result<Person, DeskError> {
        let roster = self.ports.people.roster().await?;
        roster.person(&request.requester).filter(|person| person.active).cloned().ok_or_else(|| {
            let message = format!(
                "{} is no longer active on the roster, so there is no address to send to. Put the person back on the roster to let the release go on.",
                request.requester
            );
            Failure::new(Port::Roster, "requester-gone", message, request.id).into()
        })
    }

    async fn protection(&self) -> Result<Protection, DeskError> {
        let password = ZipPassword::new(self.ports.vault.password().await?).map_err(|error| {
            Failure::new(
                Port::Vault,
                "vault-password",
                format!("The password in the vault cannot be used: {error}."),
                "",
            )
        })?;
        let names = if self.policy().hide_names { Names::Hidden } else { Names::Shown };
        Ok(Protection::Password { password, names })
    }

    /// Packs what leaves, from the seals. What an interrupted try has left in the target's place is removed first.
    async fn pack(
        &self,
        release: &Release,
        protection: Protection,
        target: Target,
    ) -> Result<Vec<Written>, DeskError> {
        let mut sources = HashMap::new();
        for leaving in &release.files {
            sources.insert(leaving.name.clone(), self.ports.seals.open(&leaving.seal).await?);
        }
        let files: Vec<Reviewed> = release.files.iter().map(reviewed).collect();
        let modified = release.started_at.naive_utc();
        let packed = blocking(move || {
            let order = Order { files: &files, protection: &protection, modified };
            target.write(&order, &sources)
        });
        Ok(packed
            .await?
            .map_err(|error| Failure::new(Port::Package, error.code(), error.for_user(), error))?)
    }
}

/// Whether the package is no longer there as it was made.
fn lost(failure: &Failure) -> bool {
    matches!(failure.code, "courier-attachment" | "courier-changed")
}

/// Where packing goes.
enum Target {
    /// One ZIP, at this path.
    One(PathBuf),
    /// As many as this most bytes of each ask for, in this folder, named for this request.
    Parts(PathBuf, Box<Request>, u64),
}

impl Target {
    #[allow(clippy::disallowed_methods, reason = "paths of the scratch folder, handed out by its port")]
    fn write(&self, order: &Order<'_>, sources: &HashMap<String, File>) -> Result<Vec<Written>, PackError> {
        let open = |file: &Reviewed| {
            let source = sources.get(&file.name).ok_or(std::io::ErrorKind::NotFound)?;
            from_the_start(source)
        };
        match self {
            Self::One(path) => {
                absent(std::fs::remove_file(path), path)?;
                exeat_package::pack(order, open, path).map(|written| vec![written])
            }
            Self::Parts(folder, request, limit) => {
                absent(std::fs::remove_dir_all(folder), folder)?;
                absent(std::fs::create_dir(folder), folder)?;
                let name = |part: exeat_package::Part| package_name(request, part.number, part.of);
                exeat_package::pack_parts(order, open, folder, name, *limit)
            }
        }
    }
}

fn absent(done: std::io::Result<()>, path: &Path) -> Result<(), PackError> {
    match done {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(PackError::Write { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

fn from_the_start(file: &File) -> std::io::Result<File> {
    use std::io::Seek as _;
    let mut file = file.try_clone()?;
    file.rewind()?;
    Ok(file)
}

fn reviewed(leaving: &Leaving) -> Reviewed {
    let seal: (Sha256, u64) = (leaving.seal.sha256, leaving.seal.bytes);
    Reviewed { name: leaving.name.clone(), sha256: seal.0, bytes: seal.1 }
}

fn package_of(written: &Written) -> Package {
    let name = written.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let files = written.files.iter().map(|packed| packed.file.name.clone()).collect();
    Package { name, sha256: written.sha256, bytes: written.bytes, files }
}

/// Every package holds what the journal says of it, and together they hold what leaves, each file once.
fn verify_all(folder: &Path, release: &Release, protection: &Protection) -> Result<(), VerifyError> {
    let mut left: Vec<&Leaving> = release.files.iter().collect();
    for package in &release.packages {
        let (within, others): (Vec<&Leaving>, _) =
            left.into_iter().partition(|leaving| package.files.contains(&leaving.name));
        let expected: Vec<Reviewed> = within.into_iter().map(reviewed).collect();
        exeat_package::verify(&folder.join(&package.name), protection, &expected)?;
        left = others;
    }
    match left.first() {
        Some(leaving) => Err(VerifyError::Missing { name: leaving.name.clone() }),
        None => Ok(()),
    }
}

/// Runs work that blocks away from the asynchronous threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        Failure::new(Port::Package, "interrupted", "the work was interrupted; it is tried again", error)
    })
}
