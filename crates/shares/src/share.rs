//! The shared folder: what is asked for is found in it, and copied out of it, by handles and without following links.
//!
//! Every name of a path is looked up in the handle of the folder before it, so that no link at any place of the path
//! is followed and nothing outside can be reached, whatever is renamed meanwhile. A folder on another device than the
//! share is not entered: junctions and referrals of a file server appear as such.
//!
//! A file with several hard links is taken up like any other. A second name opens nothing that its maker could not
//! write to already (`fs.protected_hardlinks`, and file servers likewise), the copy is what is checked, and a change
//! through the other name is seen as a change of the file.

mod copy;
mod find;
mod look;

pub(crate) use copy::copy;
pub(crate) use find::find;
pub(crate) use look::look;

use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use exeat_desk::ports::{Failure, FileProblem, Found, Listing, Look, Port, SealWriter, Share};
use exeat_domain::path::{SharePath, Wanted};
use exeat_domain::request::Seal;

use crate::entry::{Kind, shown};
use crate::problem::Trouble;
use crate::root::{Place, Root, blocking};
use crate::tree::{Base, Folder};

pub(crate) const PLACE: Place = Place {
    port: Port::Share,
    what: "the shared folder",
    gone: "share-gone",
    full: "share-full",
    denied: "share-denied",
    broken: "share-broken",
};

/// A mounted folder as the share.
#[derive(Debug)]
pub struct FolderShare(pub(crate) Arc<Root>);

impl FolderShare {
    /// Opens the shared folder, which has to be there.
    ///
    /// # Errors
    /// [`Failure`] `share-gone` where there is no such folder, `share-denied` where the desk may not open it.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, Failure> {
        Root::open(root.into(), &PLACE).map(|root| Self(Arc::new(root)))
    }
}

#[async_trait]
impl Share for FolderShare {
    async fn find(&self, wanted: &Wanted, most: usize) -> Result<Found, Failure> {
        let (root, wanted) = (Arc::clone(&self.0), wanted.clone());
        blocking(&PLACE, move || root.blamed(find(&*root, &wanted, most))).await
    }

    async fn look(
        &self,
        folder: Option<&SharePath>,
        look: &Look,
    ) -> Result<Result<Listing, FileProblem>, Failure> {
        let (root, folder, window) = (Arc::clone(&self.0), folder.cloned(), look.clone());
        blocking(&PLACE, move || root.blamed(self::look(&*root, folder.as_ref(), &window))).await
    }

    async fn copy(
        &self,
        path: &SharePath,
        limit: u64,
        into: Box<dyn SealWriter>,
    ) -> Result<Result<Seal, FileProblem>, Failure> {
        let (root, path) = (Arc::clone(&self.0), path.clone());
        blocking(&PLACE, move || root.blamed(copy(&*root, &path, limit, into))).await
    }
}

/// Why something stops: the file's own trouble, or the share's or the seals' failure.
enum Halt {
    Trouble(Trouble),
    Failed(Failure),
}

impl Halt {
    /// What the system said about this path of the share.
    fn said(root: &impl Base, path: &str, error: &io::Error) -> Self {
        Trouble::of(error, path).map_or_else(|| Self::Failed(root.failure(error)), Self::Trouble)
    }
}

impl From<Trouble> for Halt {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// The path of a name in a folder of the share.
fn joined(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}/{name}") }
}

/// Opens the folder `name` of `dir`, which is at `at` in the share, if it is one and lies where the share does.
fn enter<B: Base>(root: &B, dir: &B::Folder, name: &OsStr, at: &str) -> Result<B::Folder, Halt> {
    let said = |error: io::Error| Halt::said(root, at, &error);
    match dir.about(name).map_err(said)?.kind {
        Kind::Folder => dir.folder(name).map_err(said),
        kind => Err(Trouble::wrong_kind(kind, at.to_owned()).into()),
    }
}

/// The path of a file in the share, if it can be written as one.
fn share_path(at: &str, name: &OsStr) -> Result<SharePath, Trouble> {
    let bad = |why: String| Trouble::BadName { path: joined(at, &shown(name)), why };
    let name = name.to_str().ok_or_else(|| bad("its name is not UTF-8".into()))?;
    let text = joined(at, name);
    let path = SharePath::new(&text).map_err(|problem| bad(problem.to_string()))?;
    if path.as_str() == text { Ok(path) } else { Err(bad("its name holds a backslash".into())) }
}
