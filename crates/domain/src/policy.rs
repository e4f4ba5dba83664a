//! How a site wants requests decided. What the checks look for is the checks' own policy.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::pickup::Way;
use crate::roster::ReleaseMode;

/// What happens to the approved files of a request in which others go back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Partial {
    /// They are released; the others are returned with the same message.
    #[default]
    Release,
    /// They wait, with their decisions, for the next round.
    Hold,
}

/// What it takes to approve a file that is record-level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RecordLevel {
    /// A written reason, as for every blocking finding.
    Reason,
    /// An exception on the roster that covers the file; without it the file cannot be approved at all.
    #[default]
    Exception,
}

/// How packages reach their requesters. Where there is no web desk, everything goes by mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Deliver {
    /// `mail`, or `pickup` for every package.
    pub by: Way,
    /// A release that takes more bytes is picked up.
    pub largest_mail: u64,
    /// Projects whose packages are picked up, whatever their size.
    pub pickup_projects: BTreeSet<String>,
    /// Release modes whose packages are picked up.
    pub pickup_modes: BTreeSet<ReleaseMode>,
    /// For so many days a link is good.
    pub link_days: u16,
    /// For so many hours a download that was broken off may be continued.
    pub continue_hours: u16,
    /// For so many days a package is kept for a new link, from the first link on.
    pub kept_days: u16,
}

impl Default for Deliver {
    fn default() -> Self {
        Self {
            by: Way::default(),
            largest_mail: 60 * 1024 * 1024,
            pickup_projects: BTreeSet::new(),
            pickup_modes: BTreeSet::new(),
            link_days: 7,
            continue_hours: 24,
            kept_days: 30,
        }
    }
}

impl Deliver {
    /// The way that is settled before the package is made; its size may change it.
    #[must_use]
    pub fn way(&self, project: Option<&str>, mode: ReleaseMode) -> Way {
        let named = project.is_some_and(|project| self.pickup_projects.contains(project));
        if named || self.pickup_modes.contains(&mode) { Way::Pickup } else { self.by }
    }

    /// Whether anything but the size of a package makes it be picked up.
    #[must_use]
    pub fn asks_for_pickup(&self) -> bool {
        self.by == Way::Pickup || !self.pickup_projects.is_empty() || !self.pickup_modes.is_empty()
    }
}

/// How requests are decided and released.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// How many checkers review each file, each blind to the others until they have submitted.
    pub reviewers: u8,
    /// What happens to approved files when others are returned.
    pub partial: Partial,
    /// Send a round with a blocked file back at once, without a person.
    pub return_blocked_at_once: bool,
    /// What it takes to approve a record-level file.
    pub record_level: RecordLevel,
    /// For so many seconds after the last review is submitted at the web desk it can be taken back, and nothing is sent.
    pub undo_seconds: u32,
    /// For so many days after a round was opened the tables of files that went back are kept, as text, so that the next
    /// round can be compared with them; 0: not at all.
    pub compare_days: u32,
    /// The share of automatic releases that goes to a person all the same, from 0 to 1.
    pub sample: f64,
    /// Whether the package hides the names and sizes of its files (an inner archive).
    pub hide_names: bool,
    /// The largest attachment, in bytes; a larger package is split by file.
    pub max_attachment: u64,
    /// How packages reach their requesters.
    pub deliver: Deliver,
    /// The largest file that can be asked for, in bytes.
    pub max_file: u64,
    /// The most files one round may hold.
    pub max_files: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            reviewers: 1,
            partial: Partial::default(),
            return_blocked_at_once: false,
            record_level: RecordLevel::default(),
            undo_seconds: 20,
            compare_days: 60,
            sample: 0.1,
            hide_names: false,
            max_attachment: 20 * 1024 * 1024,
            deliver: Deliver::default(),
            max_file: 2 * 1024 * 1024 * 1024,
            max_files: 500,
        }
    }
}

/// A value of the policy makes no sense.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum PolicyError {
    #[error("policy.reviewers is 0: at least one person must review what is not released automatically")]
    NoReviewer,
    #[error("policy.sample is {0}: it is a share, from 0 to 1")]
    BadShare(f64),
    #[error("policy.{0} is 0: nothing could ever be released")]
    Zero(&'static str),
    #[error(
        "policy.deliver.kept_days is {kept}: a package must be kept as long as its link is good (link_days is {link})"
    )]
    NotKept { kept: u16, link: u16 },
}

impl Policy {
    /// How long a submitted review can be taken back, and takes no effect.
    #[must_use]
    pub fn undo(&self) -> TimeDelta {
        TimeDelta::seconds(self.undo_seconds.into())
    }

    /// Whether the values make sense together.
    ///
    /// # Errors
    /// [`PolicyError`] naming the value that does not.
    pub fn vet(&self) -> Result<(), PolicyError> {
        if self.reviewers == 0 {
            return Err(PolicyError::NoReviewer);
        }
        if !(0.0..=1.0).contains(&self.sample) {
            return Err(PolicyError::BadShare(self.sample));
        }
        for (name, value) in [
            ("max_attachment", self.max_attachment),
            ("max_file", self.max_file),
            ("max_files", self.max_files as u64),
            ("deliver.link_days", self.deliver.link_days.into()),
            ("deliver.continue_hours", self.deliver.continue_hours.into()),
            ("deliver.kept_days", self.deliver.kept_days.into()),
        ] {
            if value == 0 {
                return Err(PolicyError::Zero(name));
            }
        }
        let (kept, link) = (self.deliver.kept_days, self.deliver.link_days);
        if kept < link {
            return Err(PolicyError::NotKept { kept, link });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_makes_sense_and_nonsense_is_named() {
        assert_eq!(Policy::default().vet(), Ok(()));
        assert_eq!(Policy { reviewers: 0, ..Policy::default() }.vet(), Err(PolicyError::NoReviewer));
        assert!(matches!(
            Policy { sample: f64::NAN, ..Policy::default() }.vet(),
            Err(PolicyError::BadShare(_))
        ));
        let deliver = Deliver { link_days: 0, ..Deliver::default() };
        assert_eq!(
            Policy { deliver, ..Policy::default() }.vet(),
            Err(PolicyError::Zero("deliver.link_days"))
        );
        let deliver = Deliver { kept_days: 3, link_days: 7, ..Deliver::default() };
        assert_eq!(
            Policy { deliver, ..Policy::default() }.vet(),
            Err(PolicyError::NotKept { kept: 3, link: 7 })
        );
        assert_eq!(Policy { max_files: 0, ..Policy::default() }.vet(), Err(PolicyError::Zero("max_files")));
    }

    #[test]
    fn a_project_or_a_mode_can_have_its_packages_picked_up() {
        let mode = ReleaseMode::Validated;
        let mut deliver = Deliver::default();
        assert_eq!(deliver.way(Some("asthma"), mode), Way::Mail);
        deliver.pickup_projects.insert("asthma".into());
        deliver.pickup_modes.insert(ReleaseMode::Automatic);
        assert_eq!(deliver.way(Some("asthma"), mode), Way::Pickup);
        assert_eq!(deliver.way(None, mode), Way::Mail);
        assert_eq!(deliver.way(None, ReleaseMode::Automatic), Way::Pickup);
        assert!(deliver.asks_for_pickup());
    }
}
