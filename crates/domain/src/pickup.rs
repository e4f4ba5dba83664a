//! Picking a package up: a link that opens once, for one person, for a while; of it only a digest is kept.

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::policy::Deliver;

/// How a release reaches its requester.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// As an attachment of a mail.
    #[default]
    Mail,
    /// At the web desk, by a link.
    Pickup,
}

/// Why a package is not handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    /// Someone else came.
    #[error("it is another person's")]
    NotTheirs,
    /// It was picked up.
    #[error("it has been picked up")]
    Used,
    /// The link is no longer good.
    #[error("the link has expired")]
    Expired,
    /// A newer link took its place.
    #[error("a newer link took its place")]
    Replaced,
    /// The package is not kept any more.
    #[error("the package is not kept any more")]
    Gone,
}

/// A package that waits to be picked up, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pickup {
    /// The digest of the link's secret.
    pub secret: Sha256,
    /// The digests of those before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<Sha256>,
    /// When the link was made.
    pub made_at: DateTime<Utc>,
    /// Until when a download may begin.
    pub until: DateTime<Utc>,
    /// Until when the package is kept, for a new link, if nobody comes.
    pub kept_until: DateTime<Utc>,
    /// Until when a download that has begun may be continued.
    #[serde(default)]
    pub begun: Option<Begun>,
    /// When the last byte was handed over.
    #[serde(default)]
    pub completed_at: Option<DateTime<Utc>>,
    /// When the package was given up, if nobody came.
    #[serde(default)]
    pub lapsed_at: Option<DateTime<Utc>>,
}

/// Who has a new link sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// The one whom the package is for.
    Requester,
    /// A checker.
    Checker,
}

/// A download that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Begun {
    /// When.
    pub at: DateTime<Utc>,
    /// Until when it may be continued.
    pub until: DateTime<Utc>,
}

impl Pickup {
    /// A package that waits behind a link with this secret; what came of an earlier link goes on counting.
    #[must_use]
    pub fn offered(secret: Sha256, before: Option<&Self>, deliver: &Deliver, now: DateTime<Utc>) -> Self {
        let days = |days: u16| now + TimeDelta::days(days.into());
        let kept_until = before.map_or_else(|| days(deliver.kept_days), |before| before.kept_until);
        let replaced = before.map(|before| before.replaced.iter().copied().chain([before.secret]).collect());
        Self {
            secret,
            replaced: replaced.unwrap_or_default(),
            made_at: now,
            until: days(deliver.link_days).min(kept_until),
            kept_until,
            begun: None,
            completed_at: None,
            lapsed_at: None,
        }
    }

    /// Whether the link with this secret opens now.
    ///
    /// # Errors
    /// [`Closed`] saying why not; none where the secret was never this release's.
    pub fn opens(&self, secret: &Sha256, now: DateTime<Utc>) -> Result<(), Option<Closed>> {
        if self.replaced.contains(secret) {
            return Err(Some(Closed::Replaced));
        }
        if *secret != self.secret {
            return Err(None);
        }
        self.stands(now).map_err(Some)
    }

    /// How the newest link stands.
    ///
    /// # Errors
    /// [`Closed`] saying why it does not open.
    pub fn stands(&self, now: DateTime<Utc>) -> Result<(), Closed> {
        let until = self.begun.map_or(self.until, |begun| begun.until);
        match () {
            () if self.completed_at.is_some() => Err(Closed::Used),
            () if self.lapsed_at.is_some() || now >= self.kept_until => Err(Closed::Gone),
            () if now >= until => Err(Closed::Expired),
            () => Ok(()),
        }
    }

    /// Until when the package is kept. One whose last byte was handed over may yet not have come whole: it is kept for as long
    /// as its download could have been continued.
    #[must_use]
    pub fn keep_until(&self) -> DateTime<Utc> {
        let begun = self.begun.filter(|_| self.completed_at.is_some());
        begun.map_or(self.kept_until, |begun| begun.until.min(self.kept_until))
    }

    /// Whether a new link can be made for whom: while the package is kept; and once it was picked up by a checker alone, who
    /// hears first what came of it.
    #[must_use]
    pub fn may_renew(&self, by: Renewal, now: DateTime<Utc>) -> bool {
        let kept = self.lapsed_at.is_none() && now < self.keep_until();
        kept && (by == Renewal::Checker || self.completed_at.is_none())
    }

    /// Begins a download, or goes on with one; gives whether it is the first.
    pub fn begin(&mut self, deliver: &Deliver, now: DateTime<Utc>) -> bool {
        let first = self.begun.is_none();
        let until = (now + TimeDelta::hours(deliver.continue_hours.into())).min(self.kept_until);
        self.begun.get_or_insert(Begun { at: now, until });
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(days: i64) -> DateTime<Utc> {
        "2026-11-23T09:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::days(days)
    }

    #[test]
    fn a_link_opens_once_and_for_a_while() {
        let (deliver, secret) = (Deliver::default(), Sha256([1; 32]));
        let mut pickup = Pickup::offered(secret, None, &deliver, day(0));
        assert_eq!(pickup.opens(&Sha256([2; 32]), day(0)), Err(None));
        assert_eq!(pickup.opens(&secret, day(6)), Ok(()));
        assert_eq!(pickup.opens(&secret, day(7)), Err(Some(Closed::Expired)));
        assert!(
            pickup.may_renew(Renewal::Requester, day(29)) && !pickup.may_renew(Renewal::Checker, day(30))
        );

        assert!(pickup.begin(&deliver, day(6)) && !pickup.begin(&deliver, day(6)));
        assert_eq!(pickup.opens(&secret, day(6) + TimeDelta::hours(23)), Ok(()));
        assert_eq!(pickup.opens(&secret, day(7)), Err(Some(Closed::Expired)), "it cannot be begun for ever");

        let mut newer = Pickup::offered(Sha256([3; 32]), Some(&pickup), &deliver, day(29));
        assert_eq!(
            (newer.kept_until, newer.until),
            (day(30), day(30)),
            "the package is kept no longer for it"
        );
        assert_eq!(newer.opens(&secret, day(29)), Err(Some(Closed::Replaced)));
        assert_eq!(newer.opens(&Sha256([3; 32]), day(29)), Ok(()));
        assert_eq!(newer.opens(&Sha256([3; 32]), day(30)), Err(Some(Closed::Gone)));
        assert!(newer.begin(&deliver, day(28)));
        newer.completed_at = Some(day(28));
        assert_eq!(newer.opens(&Sha256([3; 32]), day(28)), Err(Some(Closed::Used)));
        assert!(!newer.may_renew(Renewal::Requester, day(28)));
        assert!(newer.may_renew(Renewal::Checker, day(28)), "it may not have come whole");
        assert_eq!(newer.keep_until(), day(29), "but is kept no longer than it could be continued");
        assert!(!newer.may_renew(Renewal::Checker, day(29)));
        let again = Pickup::offered(Sha256([4; 32]), Some(&newer), &deliver, day(28));
        assert_eq!((again.keep_until(), again.stands(day(28))), (day(30), Ok(())));
    }
}
