//! `[web]`: where the web desk is, how long sessions last, and when the desk is open.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use exeat_domain::hours::WorkingHours;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[web]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebSection {
    /// Where it listens. TLS is a reverse proxy's business.
    #[serde(default = "default_address")]
    pub(crate) address: SocketAddr,
    /// Where people find it, such as `https://exeat.example.org`: without a path or a slash at its end.
    pub(crate) public_url: String,
    /// Proxies whose word on a visitor's address (X-Forwarded-For) counts.
    #[serde(default)]
    pub(crate) trusted_proxies: Vec<IpAddr>,
    /// A header in which a proxy says who it let in, for sites with Kerberos. Without it people sign in here.
    #[serde(default)]
    pub(crate) header: Option<HeaderSection>,
    /// Whether signing in takes six digits from an app beside the password.
    #[serde(default = "yes")]
    pub(crate) second_factor: bool,
    /// Minutes that a session may rest.
    #[serde(default = "default_idle")]
    pub(crate) idle: u16,
    /// Minutes that it lasts at most.
    #[serde(default = "default_longest")]
    pub(crate) longest: u16,
    /// Days that a token for scripts is good at most.
    #[serde(default = "default_token_days")]
    pub(crate) token_days: u32,
    /// The time that people live by, such as `Europe/Brussels`.
    #[serde(default = "default_timezone")]
    pub(crate) timezone: String,
    /// From when the desk is open on a working day; waiting is counted in working hours.
    #[serde(default = "default_from")]
    pub(crate) open_from: String,
    /// Until when.
    #[serde(default = "default_until")]
    pub(crate) open_until: String,
    /// The working days: `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`.
    #[serde(default = "default_days")]
    pub(crate) open_days: BTreeSet<Day>,
    /// Days on which it is closed all the same.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(crate) closed: BTreeSet<NaiveDate>,
}

/// `[web.header]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeaderSection {
    /// Its name, such as `X-Remote-User`. The proxy must remove what a visitor sends under it.
    pub(crate) name: String,
    /// The proxies' own addresses; from everywhere else the header is as if it were not there.
    pub(crate) from: Vec<IpAddr>,
    /// The realm that names end in there, such as `EXAMPLE.ORG` in `ann_P@EXAMPLE.ORG`.
    #[serde(default)]
    pub(crate) realm: Option<String>,
}

impl HeaderSection {
    fn header(&self) -> Result<exeat_web::ProxyHeader, String> {
        let spoken = ["authorization", "cookie", "host", "origin", "forwarded", "x-forwarded-for"];
        let name = self.name.parse().ok().filter(|_| !spoken.contains(&self.name.to_lowercase().as_str()));
        let name = name.ok_or_else(|| {
            format!(
                "web.header.name is {:?}: it must be a header of the proxy's own, like X-Remote-User",
                self.name
            )
        })?;
        if self.from.is_empty() || self.from.iter().any(IpAddr::is_unspecified) {
            return Err("web.header.from: list the addresses of the proxies, each by itself".to_owned());
        }
        let fits = |realm: &String| !realm.is_empty() && !realm.contains('@') && realm.is_ascii();
        if !self.realm.as_ref().is_none_or(fits) {
            return Err("web.header.realm: write it without its @, like EXAMPLE.ORG".to_owned());
        }
        Ok(exeat_web::ProxyHeader { name, from: self.from.clone(), realm: self.realm.clone() })
    }
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub(crate) enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

fn yes() -> bool {
    true
}

fn default_address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8417))
}

fn default_idle() -> u16 {
    30
}

fn default_longest() -> u16 {
    600
}

/// Days that a token can be good at most.
const LONGEST_TOKEN: u32 = 3650;

fn default_token_days() -> u32 {
    365
}

fn default_timezone() -> String {
    "Europe/Brussels".to_owned()
}

fn default_from() -> String {
    "09:00".to_owned()
}

fn default_until() -> String {
    "17:00".to_owned()
}

fn default_days() -> BTreeSet<Day> {
    [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri].into()
}

impl WebSection {
    /// The section as the web desk takes it.
    ///
    /// # Errors
    /// A sentence that names the key that does not hold.
    pub(crate) fn settings(&self, name: &str) -> Result<exeat_web::Settings, String> {
        let plain = |url: &str| {
            let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']))
        };
        if !plain(&self.public_url) {
            return Err(format!(
                "web.public_url is {:?}: it must be like https://exeat.example.org, without a path",
                self.public_url
            ));
        }
        if super::secure(&self.public_url).is_err() {
            return Err(format!(
                "web.public_url is {:?}: people sign in there and mails link to it, so it must begin with https:// unless \
                 it is this machine itself",
                self.public_url
            ));
        }
        let zone = self.timezone.parse().map_err(|_| {
            format!("web.timezone is {:?}: it must be a name like Europe/Brussels", self.timezone)
        })?;
        let time = |key: &str, text: &str| {
            NaiveTime::parse_from_str(text, "%H:%M")
                .map_err(|_| format!("web.{key} is {text:?}: it must be a time like 09:00"))
        };
        let (from, until) = (time("open_from", &self.open_from)?, time("open_until", &self.open_until)?);
        if from >= until {
            return Err(format!(
                "web.open_until is {:?}: it must be later than web.open_from, {:?}",
                self.open_until, self.open_from
            ));
        }
        self.vet_lengths()?;
        let days = self.open_days.iter().map(|day| *day as u8).collect();
        Ok(exeat_web::Settings {
            address: self.address,
            public_url: self.public_url.clone(),
            trusted_proxies: self.trusted_proxies.clone(),
            header: self.header.as_ref().map(HeaderSection::header).transpose()?,
            idle: TimeDelta::minutes(self.idle.into()),
            longest: TimeDelta::minutes(self.longest.into()),
            second_factor: self.second_factor,
            token_days: self.token_days,
            zone,
            hours: WorkingHours { from, until, days, closed: self.closed.clone() },
            name: name.to_owned(),
        })
    }

    /// Whether the lengths of time hold.
    fn vet_lengths(&self) -> Result<(), String> {
        if self.token_days > LONGEST_TOKEN {
            return Err(format!(
                "web.token_days is {}: at most {LONGEST_TOKEN} are possible",
                self.token_days
            ));
        }
        if self.token_days == 0 {
            return Err("web.token_days is 0: no token could ever be made".to_owned());
        }
        if self.open_days.is_empty() {
            return Err("web.open_days names no day: the desk must be open some time".to_owned());
        }
        if self.idle == 0 {
            return Err("web.idle is 0: every session would end at once".to_owned());
        }
        if self.longest < self.idle {
            return Err(format!(
                "web.longest is {}: it must not be below web.idle, {}",
                self.longest, self.idle
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_hold_is_named() {
        let read = |text: &str| toml::from_str::<WebSection>(text).unwrap().settings("Release desk");
        let settings = read("public_url = \"https://exeat.example.org\"").unwrap();
        assert!(settings.secure() && settings.second_factor);
        assert_eq!((settings.hours.day(), settings.idle), (TimeDelta::hours(8), TimeDelta::minutes(30)));
        for (text, key) in [
            ("public_url = \"exeat.example.org\"", "web.public_url"),
            ("public_url = \"https://exeat.example.org/desk\"", "web.public_url"),
            ("public_url = \"http://exeat.example.org\"", "web.public_url"),
            ("public_url = \"https://a\"\ntimezone = \"Brussels\"", "web.timezone"),
            (
                "public_url = \"https://a\"\n[header]\nname = \"X User\"\nfrom = [\"10.0.0.1\"]",
                "web.header.name",
            ),
            (
                "public_url = \"https://a\"\n[header]\nname = \"Cookie\"\nfrom = [\"10.0.0.1\"]",
                "web.header.name",
            ),
            ("public_url = \"https://a\"\n[header]\nname = \"X-User\"\nfrom = []", "web.header.from"),
            (
                "public_url = \"https://a\"\n[header]\nname = \"X-User\"\nfrom = [\"0.0.0.0\"]",
                "web.header.from",
            ),
            (
                "public_url = \"https://a\"\n[header]\nname = \"X-User\"\nfrom = [\"10.0.0.1\"]\nrealm = \"@A\"",
                "web.header.realm",
            ),
            ("public_url = \"https://a\"\nopen_from = \"9\"", "web.open_from"),
            ("public_url = \"https://a\"\nopen_from = \"18:00\"", "web.open_until"),
            ("public_url = \"https://a\"\nopen_days = []", "web.open_days"),
            ("public_url = \"https://a\"\nidle = 0", "web.idle"),
            ("public_url = \"https://a\"\nlongest = 5", "web.longest"),
            ("public_url = \"https://a\"\ntoken_days = 0", "web.token_days"),
            ("public_url = \"https://a\"\ntoken_days = 4000000000", "web.token_days"),
        ] {
            assert!(read(text).unwrap_err().starts_with(key), "{text}");
        }
    }
}
