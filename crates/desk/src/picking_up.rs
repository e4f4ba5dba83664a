//! Picking a package up: the link is made and sent, opened once by its requester, renewed, and the package given up when
//! nobody comes. Every step of it is in the ledger.

use std::fs::File;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::{Actor, Fact};
use exeat_domain::pickup::{Closed, Pickup, Renewal};
use exeat_domain::release::{Delivery, Package, Release, Step};
use exeat_domain::request::{Request, RequestId};
use exeat_domain::state::State;
use sha2::Digest as _;

use crate::asking::Requester;
use crate::desk::Desk;
use crate::error::DeskError;
use crate::ports::{Effects, Failure, Job, Port, StoreError, Task};
use crate::releasing::{PACKAGES, blocking};
use crate::reviewing::Checker;

/// How often something is tried again when the request changed meanwhile.
const AGAIN: usize = 3;

/// A package that its requester came for.
#[derive(Clone, Debug)]
pub struct Waits {
    /// What is known of the link.
    pub pickup: Pickup,
    /// The package.
    pub package: Package,
    /// Whether it can be had now.
    pub open: Result<(), Closed>,
    /// Whether a new link can be made.
    pub may_renew: bool,
    /// For how many hours a download that breaks off can be continued.
    pub continue_hours: u16,
}

/// Bytes to hand over, from a place on.
#[derive(Debug)]
pub struct Download {
    /// The package.
    pub package: Package,
    /// Its bytes, from the first on.
    pub bytes: File,
    /// Where to begin.
    pub from: u64,
}

impl Desk {
    /// Sends the link to a package; the one before it is then good no more. Of its secret only a digest is kept, so a
    /// letter in doubt is not repeated: another link goes, in another letter.
    pub(crate) async fn offer(&self, request: Request, mut release: Release) -> Result<Request, DeskError> {
        if self.settings.web.is_none() {
            let message = "The package waits to be picked up at the web desk, and there is none any more. Put [web] back.";
            return Err(
                Failure::new(Port::Courier, "pickup-nowhere", message, "no [web] in the settings").into()
            );
        }
        let person = self.recipient(&request).await?;
        let secret = BASE64_URL_SAFE_NO_PAD.encode(self.ports.dice.secret()?);
        let before = release.pickup.as_ref();
        let pickup = Pickup::offered(digest(&secret), before, &self.policy().deliver, self.now());
        let letter = self.ready_letter(&request, &release, &person, &secret, &pickup);
        let worded = self.own(request.id, self.worded(&letter)?);
        let receipt = self.ports.courier.send(&letter).await?.0;
        let fact = Fact::Offered {
            message_id: letter.message_id.clone(),
            to: person.address.to_string(),
            receipt: receipt.clone(),
            until: pickup.until,
        };
        release.deliveries.push(Delivery { part: 0, message_id: letter.message_id, receipt, at: self.now() });
        release.pickup = Some(pickup);
        release.step = Step::Pickup;
        let effects = Effects::of(self.own(request.id, fact)).and(worded);
        self.journal(request, release, effects).await
    }

    /// Keeps the package until it is to be given up; gives the request where that is now.
    pub(crate) async fn await_pickup(
        &self,
        request: Request,
        mut release: Release,
        job: &Job,
    ) -> Result<Option<Request>, DeskError> {
        let now = self.now();
        match &mut release.pickup {
            Some(pickup) if now < pickup.keep_until() => {
                self.ports.store.put_off(job, pickup.keep_until()).await?;
                return Ok(None);
            }
            Some(pickup) if pickup.completed_at.is_some() => {
                release.step = Step::Wipe;
                return Ok(Some(Request { release: Some(release), ..request }));
            }
            Some(pickup) => pickup.lapsed_at = Some(now),
            None => {}
        }
        release.step = Step::Wipe;
        let id = request.id;
        let effects = Effects::of(self.own(id, Fact::PickupLapsed)).then(Task::TellLapsed { request: id });
        self.journal(request, release, effects).await.map(Some)
    }

    /// Has a new link made for a package that is kept; it is reopened first, as it has lain a while.
    async fn renew(&self, actor: &Actor, request: Request, by: Renewal) -> Result<Request, DeskError> {
        let id = request.id;
        let (release, pickup) = kept(&request)?;
        if !pickup.may_renew(by, self.now()) {
            let why = pickup.stands(self.now()).err().filter(|why| *why == Closed::Used);
            return Err(DeskError::NoPickup { id, why: why.unwrap_or(Closed::Gone) });
        }
        let mut release = release.clone();
        release.step = Step::Verify;
        let event = self.event(actor, Some(id), Fact::LinkRenewed);
        self.journal(request, release, Effects::of(event).then(Task::Release { request: id })).await
    }

    /// Writes down that a download came, and why it was turned away.
    async fn turned_away(&self, actor: &Actor, id: RequestId, why: Closed) -> Result<(), DeskError> {
        self.record(Effects::of(self.event(actor, Some(id), Fact::FetchRefused { why }))).await
    }

    /// The package of a request, opened, and seen to be as large as it was made.
    #[allow(clippy::disallowed_methods, reason = "a path of the scratch folder, handed out by its port")]
    async fn package_of(&self, id: RequestId, package: &Package, whole: bool) -> Result<File, DeskError> {
        let path = self.ports.scratch.folder(id).await?.join(PACKAGES).join(&package.name);
        let package = package.clone();
        let opened = blocking(move || {
            let mut file = File::open(path)?;
            let same = file.metadata()?.len() == package.bytes
                && (!whole || digest_of(&mut file)? == package.sha256);
            same.then_some(file).ok_or_else(|| std::io::Error::other("other bytes"))
        });
        Ok(opened.await?.map_err(|error| {
            let message = "The package is not there any more as it was made. Ask the desk's administrator.";
            Failure::new(Port::Scratch, "pickup-changed", message, error)
        })?)
    }
}

impl Requester<'_> {
    /// The package behind a link, for the person it was made for.
    ///
    /// # Errors
    /// [`DeskError::NotYours`] where the link is another's or none; that someone came with another's is kept.
    pub async fn pickup(&self, id: RequestId, secret: &str) -> Result<Waits, DeskError> {
        let (request, secret) = self.came(id, secret).await?;
        let (release, pickup) = offered(&request)?;
        let package = release.packages.first().cloned().ok_or(DeskError::NothingWaits { id })?;
        let now = self.desk.now();
        let open = pickup.opens(&secret, now).map_err(|why| why.unwrap_or(Closed::Replaced));
        let may_renew = request.state == State::Approved && pickup.may_renew(Renewal::Requester, now);
        let continue_hours = self.desk.policy().deliver.continue_hours;
        Ok(Waits { pickup: pickup.clone(), package, open, may_renew, continue_hours })
    }

    /// Begins a download, or goes on with one from a place. Before one has begun there is nothing to go on with: it then
    /// begins at the first byte.
    ///
    /// # Errors
    /// [`DeskError::NoPickup`] saying why the link does not open; [`DeskError::NotYours`] as [`Self::pickup`].
    pub async fn fetch(&self, id: RequestId, secret: &str, from: u64) -> Result<Download, DeskError> {
        for _ in 0..AGAIN {
            match self.try_fetch(id, secret, from).await {
                Err(DeskError::Store(StoreError::Conflict(_))) => {}
                done => return done,
            }
        }
        self.try_fetch(id, secret, from).await
    }

    async fn try_fetch(&self, id: RequestId, secret: &str, from: u64) -> Result<Download, DeskError> {
        let (request, secret) = self.came(id, secret).await?;
        let (release, pickup) = offered(&request)?;
        let mut release = release.clone();
        let package = release.packages.first().cloned().ok_or(DeskError::NothingWaits { id })?;
        let now = self.desk.now();
        let open = pickup.opens(&secret, now).map_err(|why| why.unwrap_or(Closed::Replaced));
        let open = if release.step == Step::Pickup { open } else { open.and(Err(Closed::Replaced)) };
        if let Err(why) = open {
            self.desk.turned_away(&self.actor, id, why).await?;
            return Err(DeskError::NoPickup { id, why });
        }
        let from = if pickup.begun.is_some() && from < package.bytes { from } else { 0 };
        let bytes = self.desk.package_of(id, &package, from == 0).await?;
        let first = release.pickup.as_mut().is_some_and(|p| p.begin(&self.desk.policy().deliver, now));
        let fact = if first { Fact::FetchBegun { from } } else { Fact::FetchContinued { from } };
        let event = self.desk.event(&self.actor, Some(id), fact);
        self.desk.journal(request, release, Effects::of(event)).await?;
        Ok(Download { package, bytes, from })
    }

    /// Says that the last byte was handed over: the link is used up. The package is kept for a while yet, as what was handed
    /// over need not have come.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn fetched(&self, id: RequestId, from: u64) -> Result<(), DeskError> {
        for _ in 0..AGAIN {
            let request = self.own(id).await?;
            let Some(mut release) = request.release.clone() else { return Ok(()) };
            let bytes = release.packages.first().map_or(0, |package| package.bytes);
            match &mut release.pickup {
                Some(pickup) if release.step == Step::Pickup && pickup.completed_at.is_none() => {
                    pickup.completed_at = Some(self.desk.now());
                }
                _ => return Ok(()),
            }
            let event = self.desk.event(&self.actor, Some(id), Fact::Fetched { from, bytes });
            let effects = Effects::of(event).then(Task::Release { request: id });
            match self.desk.journal(request, release, effects).await {
                Err(DeskError::Store(StoreError::Conflict(_))) => {}
                done => return done.map(|_| ()),
            }
        }
        Err(StoreError::Conflict(id).into())
    }

    /// Has a new link sent, while the package is kept and was not picked up.
    ///
    /// # Errors
    /// [`DeskError::NoPickup`] saying why not; [`DeskError::NotYours`] for another's request.
    pub async fn renew(&self, id: RequestId) -> Result<Request, DeskError> {
        let request = self.own(id).await?;
        self.desk.renew(&self.actor, request, Renewal::Requester).await
    }

    /// The request that a link names, for its own requester; whoever else comes with a link that was its is written down.
    async fn came(&self, id: RequestId, secret: &str) -> Result<(Request, Sha256), DeskError> {
        let (request, secret) = (self.desk.ports.store.load(id).await?, digest(secret));
        let pickup = request.release.as_ref().and_then(|release| release.pickup.as_ref());
        let known = pickup.is_some_and(|pickup| pickup.opens(&secret, self.desk.now()) != Err(None));
        match self.own(id).await {
            Ok(request) if known => Ok((request, secret)),
            Err(DeskError::NotYours { .. } | DeskError::NotAllowed { .. }) if known => {
                self.desk.turned_away(&self.actor, id, Closed::NotTheirs).await?;
                Err(DeskError::NotYours { id })
            }
            Err(other @ (DeskError::Store(_) | DeskError::Port(_))) => Err(other),
            _ => Err(DeskError::NotYours { id }),
        }
    }
}

impl Checker<'_> {
    /// Has a new link sent to the requester, while the package is kept; also where it was picked up and did not come whole.
    ///
    /// # Errors
    /// [`DeskError::NoPickup`] saying why not; [`DeskError::Review`] for one's own request.
    pub async fn renew(&self, id: RequestId) -> Result<Request, DeskError> {
        let request = self.desk.ports.store.load(id).await?;
        self.not_their_own(&request)?;
        self.desk.renew(&self.actor, request, Renewal::Checker).await
    }
}

/// The release of a request that is, or was, to be picked up.
fn offered(request: &Request) -> Result<(&Release, &Pickup), DeskError> {
    let release = request.release.as_ref();
    let both = release.and_then(|release| Some((release, release.pickup.as_ref()?)));
    both.ok_or(DeskError::NothingWaits { id: request.id })
}

/// The same, while the package is kept.
fn kept(request: &Request) -> Result<(&Release, &Pickup), DeskError> {
    let both = offered(request)?;
    if both.0.step == Step::Pickup { Ok(both) } else { Err(DeskError::NothingWaits { id: request.id }) }
}

fn digest(secret: &str) -> Sha256 {
    Sha256(sha2::Sha256::digest(secret.as_bytes()).into())
}

fn digest_of(file: &mut File) -> std::io::Result<Sha256> {
    use std::io::{Read as _, Seek as _};
    let mut hasher = sha2::Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        match file.read(&mut block)? {
            0 => break,
            read => hasher.update(block.get(..read).unwrap_or_default()),
        }
    }
    file.rewind()?;
    Ok(Sha256(hasher.finalize().into()))
}
