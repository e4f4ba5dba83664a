//! Who may ask, who may decide, and how far each is trusted: people, roster, standing, exceptions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The language a person is written to in.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Dutch.
    Nl,
    /// French.
    Fr,
}

impl Language {
    /// Every language there are messages in.
    pub const ALL: [Self; 3] = [Self::En, Self::Nl, Self::Fr];
}

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Ask for files.
    Requester,
    /// Decide on others' files.
    Checker,
    /// Read the ledger.
    Auditor,
    /// Run the desk.
    Admin,
}

/// Whether a person looks at every release of a requester.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ReleaseMode {
    /// A person decides.
    #[default]
    Validated,
    /// Released without a person if every file is clear and nothing is undecided.
    Automatic,
}

/// An e-mail address that can stand in a header: one `@`, no white space, no control characters, no brackets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Address(String);

/// The text is no e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address: {0:?}")]
pub struct BadAddress(pub String);

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let plain = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|c| !c.is_whitespace() && !c.is_control() && !"<>()[]\\,;:\"@".contains(c))
        };
        match text.split_once('@') {
            Some((local, host)) if plain(local) && plain(host) && host.is_ascii() => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(BadAddress(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Address {
    type Error = BadAddress;

    fn try_from(text: String) -> Result<Self, BadAddress> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Address {
    /// Whether two addresses reach the same mailbox, as far as can be told: case does not count.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        self.0.to_lowercase() == other.0.to_lowercase()
    }
}

fn yes() -> bool {
    true
}

/// One row of the roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The account inside the enclave, such as `ann_P`. Compared without case.
    pub account: String,
    /// The name, as used for the archive folder and in messages.
    pub name: String,
    /// Where replies go, whatever a request's headers say.
    pub address: Address,
    /// The language of messages.
    #[serde(default)]
    pub language: Language,
    /// What the person may do.
    pub roles: BTreeSet<Role>,
    /// Whether a person looks at every release.
    #[serde(default)]
    pub mode: ReleaseMode,
    /// The projects the person works on.
    #[serde(default)]
    pub projects: BTreeSet<String>,
    /// The day from which automatic release holds (again): what happened before it no longer counts against the
    /// person. An administrator sets it to restore someone.
    #[serde(default)]
    pub automatic_since: Option<NaiveDate>,
    /// The last day the disclosure training holds; none: it does not lapse.
    #[serde(default)]
    pub trained_until: Option<NaiveDate>,
    /// Whether the person may act at all.
    #[serde(default = "yes")]
    pub active: bool,
}

/// Why a requester is back on validated release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Demotion {
    /// The account.
    pub account: String,
    /// When.
    pub since: DateTime<Utc>,
    /// What happened.
    pub why: DemotionCause,
}

/// What puts a requester back on validated release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DemotionCause {
    /// A file of theirs had a blocking finding.
    Blocked {
        /// The request, as people write it.
        request: String,
    },
    /// Their training date has passed.
    TrainingLapsed {
        /// The last day it held.
        until: NaiveDate,
    },
}

impl Person {
    /// The mode that holds today, given the last demotion on record.
    #[must_use]
    pub fn mode_on(&self, today: NaiveDate, demotion: Option<&Demotion>) -> ReleaseMode {
        let demoted = demotion.is_some_and(|demotion| self.is_demoted_by(demotion));
        if demoted || self.lapsed(today).is_some() { ReleaseMode::Validated } else { self.mode }
    }

    /// Whether a blocked file still counts against the person: until an administrator sets a later `automatic_since`.
    #[must_use]
    pub fn is_demoted_by(&self, demotion: &Demotion) -> bool {
        matches!(demotion.why, DemotionCause::Blocked { .. })
            && self.automatic_since.is_none_or(|since| demotion.since.date_naive() >= since)
    }

    /// The last day of training, where that day has passed.
    #[must_use]
    pub fn lapsed(&self, today: NaiveDate) -> Option<NaiveDate> {
        self.trained_until.filter(|until| *until < today)
    }

    /// Whether the person is active and has the role.
    #[must_use]
    pub fn may(&self, role: Role) -> bool {
        self.active && self.roles.contains(&role)
    }
}

/// A named permit that lets one project release what the rules would not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// What people call it.
    pub name: String,
    /// The project it is for.
    pub project: String,
    /// The rules it lifts, such as `REC-LEVEL`.
    pub rules: BTreeSet<String>,
    /// Which files, as patterns of the share path (`*` and `?`); empty: none.
    pub files: Vec<String>,
    /// The two people who approved it.
    pub approvers: BTreeSet<String>,
    /// Why.
    pub reason: String,
    /// The last day it holds.
    pub expires: NaiveDate,
}

impl Exception {
    /// Whether it lifts `rule` for `path` of `project` on this day.
    #[must_use]
    pub fn covers(&self, project: Option<&str>, rule: &str, path: &str, today: NaiveDate) -> bool {
        project == Some(self.project.as_str())
            && self.rules.contains(rule)
            && today <= self.expires
            && self.files.iter().any(|pattern| crate::path::matches(pattern, path))
    }
}

/// Everyone the desk knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    people: BTreeMap<String, Person>,
    exceptions: Vec<Exception>,
}

/// The roster contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum RosterError {
    #[error("the roster has two rows for the account {0}: keep one")]
    TwoAccounts(String),
    #[error("the roster has two active rows for the address {0} ({1} and {2}): one address is one person")]
    TwoAddresses(Address, String, String),
    #[error("the roster row {0:?} has no account or no name")]
    Nameless(String),
    #[error(
        "the exception {0:?} needs two different approvers, a reason, and at least one rule and one file pattern"
    )]
    WeakException(String),
    #[error(
        "the exception {name:?} names {approver:?} as approver, who is no active checker or administrator"
    )]
    UnknownApprover { name: String, approver: String },
}

impl Roster {
    /// A roster of these rows.
    ///
    /// # Errors
    /// [`RosterError`] where two rows share an account, two active rows share an address, or an exception lacks its
    /// two approvers, its reason or its scope.
    pub fn new(rows: Vec<Person>, exceptions: Vec<Exception>) -> Result<Self, RosterError> {
        let mut people: BTreeMap<String, Person> = BTreeMap::new();
        for row in rows {
            if row.account.trim().is_empty() || row.name.trim().is_empty() {
                return Err(RosterError::Nameless(row.account));
            }
            let twin =
                people.values().find(|other| other.active && row.active && other.address.same(&row.address));
            if let Some(other) = twin {
                return Err(RosterError::TwoAddresses(row.address, other.account.clone(), row.account));
            }
            let account = row.account.clone();
            if people.insert(account.to_lowercase(), row).is_some() {
                return Err(RosterError::TwoAccounts(account));
            }
        }
        let roster = Self { people, exceptions: vec![] };
        exceptions.iter().try_for_each(|exception| roster.vet(exception))?;
        Ok(Self { exceptions, ..roster })
    }

    fn vet(&self, exception: &Exception) -> Result<(), RosterError> {
        let named: BTreeSet<String> =
            exception.approvers.iter().map(|account| account.to_lowercase()).collect();
        if named.len() < 2
            || exception.reason.trim().is_empty()
            || exception.rules.is_empty()
            || exception.files.is_empty()
        {
            return Err(RosterError::WeakException(exception.name.clone()));
        }
        let may = |account: &&String| {
            !self.person(account).is_some_and(|person| person.may(Role::Checker) || person.may(Role::Admin))
        };
        match exception.approvers.iter().find(may) {
            Some(approver) => {
                Err(RosterError::UnknownApprover { name: exception.name.clone(), approver: approver.clone() })
            }
            None => Ok(()),
        }
    }

    /// The person with this account, active or not.
    #[must_use]
    pub fn person(&self, account: &str) -> Option<&Person> {
        self.people.get(&account.to_lowercase())
    }

    /// The one active person with this address.
    #[must_use]
    pub fn at(&self, address: &Address) -> Option<&Person> {
        self.people.values().find(|person| person.active && person.address.same(address))
    }

    /// Who is told when something is wrong with files of this project: its administrators, or all of them where it has none.
    #[must_use]
    pub fn administrators(&self, project: Option<&str>) -> Vec<&Person> {
        let all = || self.people.values().filter(|person| person.may(Role::Admin));
        let own: Vec<&Person> = project
            .map(|project| all().filter(|person| person.projects.contains(project)).collect())
            .unwrap_or_default();
        if own.is_empty() { all().collect() } else { own }
    }

    /// Everyone, by account.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.values()
    }

    /// Every exception on record.
    #[must_use]
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(account: &str, address: &str, roles: &[Role]) -> Person {
        Person {
            account: account.into(),
            name: account.into(),
            address: address.parse().unwrap(),
            language: Language::En,
            roles: roles.iter().copied().collect(),
            mode: ReleaseMode::Automatic,
            projects: BTreeSet::new(),
            automatic_since: None,
            trained_until: NaiveDate::from_ymd_opt(2026, 6, 30),
            active: true,
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_cannot_smuggle_a_header() {
        for good in ["ann@example.org", "a.b+c@sub.example.org", "zoë@example.org"] {
            assert!(good.parse::<Address>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "ann",
            "@example.org",
            "ann@",
            "a b@example.org",
            "a@b@c",
            "a@b\r\nBcc: x@y",
            "<a@b>",
            "a@b,c@d",
        ] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }

    #[test]
    fn one_address_is_one_active_person_and_one_account_one_row() {
        let ann = person("ann_P", "ann@example.org", &[Role::Requester]);
        let twin =
            Person { account: "ann2_P".into(), address: "ANN@example.org".parse().unwrap(), ..ann.clone() };
        assert!(matches!(
            Roster::new(vec![ann.clone(), twin.clone()], vec![]),
            Err(RosterError::TwoAddresses(..))
        ));
        assert!(Roster::new(vec![ann.clone(), Person { active: false, ..twin }], vec![]).is_ok());
        let again =
            Person { account: "ANN_p".into(), address: "other@example.org".parse().unwrap(), ..ann.clone() };
        assert!(matches!(Roster::new(vec![ann, again], vec![]), Err(RosterError::TwoAccounts(_))));
    }

    #[test]
    fn a_projects_administrators_are_told_and_all_where_it_has_none() {
        let mut own = person("adam", "adam@example.org", &[Role::Admin]);
        own.projects = BTreeSet::from(["diabetes".to_owned(), "asthma".to_owned()]);
        let mut gone = person("gaby", "gaby@example.org", &[Role::Admin]);
        gone.projects = BTreeSet::from(["diabetes".to_owned(), "stroke".to_owned()]);
        gone.active = false;
        let mut checker = person("cleo", "cleo@example.org", &[Role::Checker]);
        checker.projects = BTreeSet::from(["stroke".to_owned()]);
        let other = person("abel", "abel@example.org", &[Role::Admin]);
        let roster = Roster::new(vec![own, gone, checker, other], vec![]).unwrap();
        let told = |project| {
            let told = roster.administrators(project).into_iter();
            told.map(|person| person.account.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(told(Some("diabetes")), ["adam"]);
        assert_eq!(told(Some("stroke")), ["abel", "adam"], "an inactive one and a checker do not count");
        assert_eq!(told(None), ["abel", "adam"]);
    }

    #[test]
    fn automatic_release_ends_with_the_training_and_with_a_demotion() {
        let ann = person("ann_P", "ann@example.org", &[Role::Requester]);
        let blocked = Demotion {
            account: "ann_P".into(),
            since: "2026-03-02T09:00:00Z".parse().unwrap(),
            why: DemotionCause::Blocked { request: "EX-1".into() },
        };
        assert_eq!(ann.mode_on(day("2026-06-30"), None), ReleaseMode::Automatic);
        assert_eq!(ann.mode_on(day("2026-07-01"), None), ReleaseMode::Validated);
        assert_eq!(ann.mode_on(day("2026-06-30"), Some(&blocked)), ReleaseMode::Validated);
        let restored = Person { automatic_since: Some(day("2026-03-03")), ..ann };
        assert_eq!(restored.mode_on(day("2026-06-30"), Some(&blocked)), ReleaseMode::Automatic);
    }

    #[test]
    fn an_exception_needs_two_known_approvers_and_holds_for_its_scope_alone() {
        let rows = vec![
            person("cleo", "cleo@example.org", &[Role::Checker]),
            person("dirk", "dirk@example.org", &[Role::Admin]),
            person("ann_P", "ann@example.org", &[Role::Requester]),
        ];
        let exception = |approvers: &[&str]| Exception {
            name: "permit 12".into(),
            project: "diabetes".into(),
            rules: BTreeSet::from(["REC-LEVEL".to_owned()]),
            files: vec!["Users/ann/linkage*.csv".into()],
            approvers: approvers.iter().map(|&account| account.to_owned()).collect(),
            reason: "article 4".into(),
            expires: day("2026-12-31"),
        };
        assert!(matches!(
            Roster::new(rows.clone(), vec![exception(&["cleo", "CLEO"])]),
            Err(RosterError::WeakException(_))
        ));
        assert!(matches!(
            Roster::new(rows.clone(), vec![exception(&["cleo", "ann_P"])]),
            Err(RosterError::UnknownApprover { .. })
        ));
        let roster = Roster::new(rows, vec![exception(&["cleo", "dirk"])]).unwrap();
        let covers = |project, rule, path, on| roster.exceptions()[0].covers(project, rule, path, day(on));
        assert!(covers(Some("diabetes"), "REC-LEVEL", "users/ann/linkage 1.csv", "2026-12-31"));
        assert!(!covers(Some("asthma"), "REC-LEVEL", "users/ann/linkage 1.csv", "2026-12-31"));
        assert!(!covers(Some("diabetes"), "DID-VAL", "users/ann/linkage 1.csv", "2026-12-31"));
        assert!(!covers(Some("diabetes"), "REC-LEVEL", "users/ann/other.csv", "2026-12-31"));
        assert!(!covers(Some("diabetes"), "REC-LEVEL", "users/ann/linkage 1.csv", "2027-01-01"));
    }
}
