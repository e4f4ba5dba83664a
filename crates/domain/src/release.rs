//! The journal of a release: what has been done, what is to be done next, and every path that must be gone at the end.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::pickup::{Pickup, Way};
use crate::request::Leaving;

/// The steps of a release, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// Put the archive copy down.
    Archive,
    /// Make the protected package.
    Package,
    /// Open the package again, from disk: without, with a wrong and with the right password.
    Verify,
    /// Send it, or the link to it.
    Deliver,
    /// Keep it until it is picked up, or given up; a new link leads back to sending.
    Pickup,
    /// Remove every temporary path and every seal.
    Wipe,
    /// Nothing is left to do.
    Done,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 7] =
        [Self::Archive, Self::Package, Self::Verify, Self::Deliver, Self::Pickup, Self::Wipe, Self::Done];

    /// Its name, as stored and as shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Package => "package",
            Self::Verify => "verify",
            Self::Deliver => "deliver",
            Self::Pickup => "pickup",
            Self::Wipe => "wipe",
            Self::Done => "done",
        }
    }
}

/// The copy in the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ArchiveCopy {
    /// Where it lies under the archive's root, with `/` between names.
    pub path: String,
    /// SHA-256 of the ZIP.
    pub sha256: Sha256,
    /// Its size.
    pub bytes: u64,
}

/// One protected ZIP of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Package {
    /// Its name as an attachment.
    pub name: String,
    /// SHA-256 of the ZIP.
    pub sha256: Sha256,
    /// Its size.
    pub bytes: u64,
    /// The names of the files in it.
    pub files: Vec<String>,
}

/// One message of a release that has been handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Delivery {
    /// Which package, from 0.
    pub part: usize,
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
    /// Who took it over, in the words of the courier.
    pub receipt: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The journal of one release. It is stored before and after each step, so that a crash at any instruction resumes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Release {
    /// What is to be done next.
    pub step: Step,
    /// When the release began; dates in names come from here, so that a resumed step makes the same names.
    pub started_at: DateTime<Utc>,
    /// What leaves.
    pub files: Vec<Leaving>,
    /// The archive's name for this release, fixed before the archive is touched.
    pub archive_name: String,
    /// The archive copy, once it is there.
    pub archive: Option<ArchiveCopy>,
    /// The packages, once they are made.
    pub packages: Vec<Package>,
    /// What has been sent.
    pub deliveries: Vec<Delivery>,
    /// How it reaches the requester, settled when it is packed.
    #[serde(default)]
    pub way: Way,
    /// The link to it, where it is picked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pickup: Option<Pickup>,
    /// Whether everything temporary has been removed and seen to be gone.
    pub wiped: bool,
}

impl Release {
    /// A release that has yet to begin.
    #[must_use]
    pub fn new(files: Vec<Leaving>, archive_name: String, started_at: DateTime<Utc>) -> Self {
        Self {
            step: Step::Archive,
            started_at,
            files,
            archive_name,
            archive: None,
            packages: vec![],
            deliveries: vec![],
            way: Way::Mail,
            pickup: None,
            wiped: false,
        }
    }

    /// The first package that is not known to be sent, counted from 0.
    #[must_use]
    pub fn next_unsent(&self) -> Option<usize> {
        (0..self.packages.len()).find(|part| self.deliveries.iter().all(|delivery| delivery.part != *part))
    }
}
