//! File servers, natively: SMB 3.1.1, encrypted, in place of a mounted folder.
//!
//! One connection is kept and made anew when it was lost. What fails because of it is a failure that is tried again;
//! what was read until then is forgotten.

mod announce;
mod archive;
mod connect;
mod file;
mod folder;
mod live;
mod new;
mod probe;
mod share;
mod told;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use exeat_desk::ports::Failure;
use secrecy::SecretString;
use tokio::sync::{Mutex, Semaphore};

use crate::root::{Place, blocking};
use crate::said::errno;
use crate::tree::Base;
use folder::SmbFolder;
use live::Live;
use rustix::io::Errno;

pub use archive::SmbArchive;
pub use share::SmbShare;

/// How much is done at once over one connection.
const AT_ONCE: usize = 4;

/// A folder of a file server, and as whom the desk uses it.
#[derive(Clone, Debug)]
pub struct SmbPlace {
    /// The server's name or address.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// The share's name.
    pub share: String,
    /// The folder in the share, by `/`; empty: all of it.
    pub folder: String,
    /// The account.
    pub user: String,
    /// Its domain; empty: the server's own.
    pub domain: String,
    /// Its password.
    pub password: SecretString,
    /// How long an answer may take.
    pub patience: Duration,
    /// Whether a server may be used that signs and does not encrypt.
    pub unencrypted: bool,
}

impl SmbPlace {
    /// The folder for people: `\\server\share\folder`.
    #[must_use]
    pub fn shown(&self) -> String {
        let folder = self.folder.split('/').filter(|name| !name.is_empty()).map(|name| format!("\\{name}"));
        format!("\\\\{}\\{}{}", self.server, self.share, folder.collect::<String>())
    }
}

/// A place of a file server with the connection that is kept to it.
struct Server {
    at: SmbPlace,
    place: &'static Place,
    kept: Mutex<Option<Arc<Live>>>,
    at_once: Semaphore,
}

impl Server {
    fn new(at: SmbPlace, place: &'static Place) -> Self {
        Self { at, place, kept: Mutex::new(None), at_once: Semaphore::new(AT_ONCE) }
    }

    /// The connection that is kept, or a new one; and whether it is new.
    async fn live(&self) -> Result<(Arc<Live>, bool), Failure> {
        let mut kept = self.kept.lock().await;
        if let Some(live) = kept.as_ref().filter(|live| !live.is_lost()) {
            return Ok((Arc::clone(live), false));
        }
        let live = Arc::new(connect::connect(&self.at, self.place).await?);
        *kept = Some(Arc::clone(&live));
        Ok((live, true))
    }

    /// Works in the folder beside the runtime's own threads. A kept connection that turns out to be lost before anything
    /// was done is made anew once.
    async fn within<T: Send + 'static>(
        &self,
        work: impl FnOnce(&SmbBase) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let _turn = self.at_once.acquire().await;
        let base = match self.base().await? {
            Ok(base) => base,
            Err(_) => self.base().await??,
        };
        blocking(self.place, move || base.blamed(work(&base))).await
    }

    /// The folder, held. The inner failure is that of a kept connection, after which a new one may be tried.
    async fn base(&self) -> Result<Result<SmbBase, Failure>, Failure> {
        let (live, new) = self.live().await?;
        let (place, shown) = (self.place, PathBuf::from(self.at.shown()));
        let path = smb2::encode_path(self.at.folder.trim_matches('/'));
        let opened = blocking(place, move || {
            let top = SmbFolder::top(&live, &path);
            let lost = live.is_lost();
            Ok(top.map(|top| SmbBase { live, top, shown: shown.clone(), place }).map_err(|error| {
                (absent(place, &shown, &error).unwrap_or_else(|| place.failure(&shown, &error)), lost)
            }))
        })
        .await?;
        match opened {
            Ok(base) => Ok(Ok(base)),
            Err((failure, lost)) if lost && !new => Ok(Err(failure)),
            Err((failure, _)) => Err(failure),
        }
    }
}

/// What is said where the configured folder is not there.
fn absent(place: &Place, shown: &Path, error: &io::Error) -> Option<Failure> {
    matches!(errno(error), Some(Errno::NOENT | Errno::NOTDIR)).then(|| {
        let shown = exeat_domain::path::shown(&shown.display().to_string());
        let message = format!(
            "There is no folder {shown} for {}. Make it, or mend its path in the configuration.",
            place.what
        );
        Failure::new(place.port, place.gone, message, error)
    })
}

/// The folder that one piece of work is done in.
struct SmbBase {
    live: Arc<Live>,
    top: SmbFolder,
    shown: PathBuf,
    place: &'static Place,
}

impl Base for SmbBase {
    type Folder = SmbFolder;

    fn still(&self) -> Result<&SmbFolder, Failure> {
        if self.live.is_lost() {
            return Err(self.place.failure(&self.shown, &told::lost("the connection was lost")));
        }
        Ok(&self.top)
    }

    fn place(&self) -> String {
        self.shown.display().to_string()
    }

    fn failure(&self, error: &io::Error) -> Failure {
        self.place.failure(&self.shown, error)
    }
}
