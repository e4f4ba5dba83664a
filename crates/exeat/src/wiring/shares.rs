//! What lies in folders, behind its port: mounted here, or on a file server.

use std::path::PathBuf;
use std::sync::Arc;

use exeat_desk::ports::{Archive, Share};
use exeat_shares::{SmbArchive, SmbPlace, SmbShare};

use super::lazy::{LazyArchive, LazyShare};
use super::state;
use crate::config::{Loaded, SmbSection, display};
use crate::out::Failed;

/// Where a folder is.
pub(crate) enum Place {
    /// On this machine.
    Here(PathBuf),
    /// On a file server.
    There(SmbSection),
}

impl Place {
    /// The share's.
    pub(crate) fn of_share(loaded: &Loaded) -> Self {
        Self::of(loaded, loaded.config.share.folder.as_ref(), loaded.config.share.smb.as_ref())
    }

    /// The archive's.
    pub(crate) fn of_archive(loaded: &Loaded) -> Self {
        Self::of(loaded, loaded.config.archive.folder.as_ref(), loaded.config.archive.smb.as_ref())
    }

    /// The configuration was seen to name one of both.
    fn of(loaded: &Loaded, folder: Option<&PathBuf>, smb: Option<&SmbSection>) -> Self {
        match smb {
            Some(smb) => Self::There(smb.clone()),
            None => Self::Here(loaded.path(folder.map_or_else(|| "".as_ref(), PathBuf::as_path))),
        }
    }

    /// The folder for people.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Here(folder) => display(folder),
            Self::There(smb) => exeat_domain::path::shown(&smb.path),
        }
    }

    /// Something in it for people.
    pub(crate) fn within(&self, path: &str) -> String {
        match self {
            Self::Here(folder) => display(&folder.join(path)),
            Self::There(smb) => {
                let path = format!("{}\\{}", smb.path.trim_end_matches('\\'), path.replace('/', "\\"));
                exeat_domain::path::shown(&path)
            }
        }
    }
}

/// The share of the configuration; nothing is opened yet.
///
/// # Errors
/// [`Failed`] where the password of its account is not to be had.
pub(super) fn share(loaded: &Loaded) -> Result<Arc<dyn Share>, Failed> {
    Ok(match Place::of_share(loaded) {
        Place::Here(folder) => Arc::new(LazyShare::new(folder)),
        Place::There(smb) => Arc::new(SmbShare::new(there(loaded, &smb, "share")?)),
    })
}

/// The archive of the configuration; nothing is opened yet.
///
/// # Errors
/// As [`share`].
pub(super) fn archive(loaded: &Loaded) -> Result<Arc<dyn Archive>, Failed> {
    Ok(match Place::of_archive(loaded) {
        Place::Here(folder) => Arc::new(LazyArchive::new(folder)),
        Place::There(smb) => Arc::new(smb_archive(loaded, &smb)?),
    })
}

/// The archive on this server.
///
/// # Errors
/// [`Failed`] where the password of its account is not to be had.
pub(crate) fn smb_archive(loaded: &Loaded, smb: &SmbSection) -> Result<SmbArchive, Failed> {
    let spool = loaded.path(&loaded.config.desk.state).join(state::SCRATCH);
    Ok(SmbArchive::new(there(loaded, smb, "archive")?, spool))
}

/// The place on the server, with the password.
///
/// # Errors
/// [`Failed`] where that is not to be had.
pub(crate) fn there(loaded: &Loaded, smb: &SmbSection, section: &str) -> Result<SmbPlace, Failed> {
    smb.place(&loaded.base).map_err(|why| Failed::usage("smb", format!("{section}.smb: {why}")))
}
