//! What an administrator sees and can do: who is on the roster and how far each is trusted, what is in force, jobs that
//! are stuck, and how the connections do.

use chrono::NaiveDate;
use exeat_domain::ledger::Actor;
use exeat_domain::policy::Policy;
use exeat_domain::request::RequestId;
use exeat_domain::roster::{Demotion, DemotionCause, Exception, Person, ReleaseMode, Role, Roster};

use crate::desk::{Desk, allowed};
use crate::doctor::Checkup;
use crate::error::DeskError;
use crate::ports::Job;

/// An administrator's handle on the desk: it decides on no file.
pub struct Administrator<'a> {
    desk: &'a Desk,
    roster: Roster,
}

/// How far a person is trusted today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// Who.
    pub person: Person,
    /// The release mode that holds today.
    pub mode: ReleaseMode,
    /// Why it is not the one on the roster.
    pub why: Option<DemotionCause>,
}

impl Desk {
    /// What an administrator can do.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] where the account is no active administrator.
    pub async fn administrator(&self, actor: &Actor) -> Result<Administrator<'_>, DeskError> {
        let roster = self.ports.people.roster().await?;
        allowed(&roster, &actor.account, Role::Admin)?;
        Ok(Administrator { desk: self, roster })
    }
}

impl Administrator<'_> {
    /// Everyone on the roster, by account.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn people(&self) -> Result<Vec<Trust>, DeskError> {
        let today = self.today();
        let mut people = vec![];
        for person in self.roster.people() {
            let demotion = self.desk.ports.store.demotion(&person.account).await?;
            people.push(trust(person, demotion.as_ref(), today));
        }
        Ok(people)
    }

    /// The exceptions on the roster.
    #[must_use]
    pub fn exceptions(&self) -> &[Exception] {
        self.roster.exceptions()
    }

    /// The day, as exceptions and training count it.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.desk.now().date_naive()
    }

    /// How requests are decided here.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        self.desk.policy()
    }

    /// The name of the policy that files are checked under.
    #[must_use]
    pub fn checks(&self) -> &str {
        self.desk.ports.inspector.policy()
    }

    /// Every job that waits, the stuck ones with their causes.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn jobs(&self) -> Result<Vec<Job>, DeskError> {
        self.desk.jobs(None).await
    }

    /// Has what waits for a request tried again now.
    ///
    /// # Errors
    /// [`DeskError::Store`] where the store fails.
    pub async fn retry(&self, request: RequestId) -> Result<u64, DeskError> {
        self.desk.retry(Some(request)).await
    }

    /// How the connections did when they were tried last, if they were since the desk was started.
    #[must_use]
    pub fn connections(&self) -> Option<Checkup> {
        self.desk.doctor.last()
    }

    /// Tries every connection now.
    pub async fn examine(&self) -> Checkup {
        self.desk.doctor.examine(self.desk.ports.clock.as_ref()).await
    }
}

fn trust(person: &Person, demotion: Option<&Demotion>, today: NaiveDate) -> Trust {
    let mode = person.mode_on(today, demotion);
    let lapsed = person.lapsed(today).map(|until| DemotionCause::TrainingLapsed { until });
    let demoted =
        demotion.filter(|demotion| person.is_demoted_by(demotion)).map(|demotion| demotion.why.clone());
    let why = if mode == person.mode { None } else { demoted.or(lapsed) };
    Trust { person: person.clone(), mode, why }
}
