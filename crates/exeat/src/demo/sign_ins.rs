//! Who may sign in at the demo's web desk: everyone on its roster, each with a password of this run.

use std::collections::BTreeSet;

use exeat_domain::ledger::Actor;
use exeat_domain::roster::Role;
use exeat_package::generate_password;
use exeat_web::App;
use exeat_web::sign_in::{Enrolment, SecondFactor, invite};
use secrecy::ExposeSecret as _;
use serde::Serialize;

use crate::out::Failed;
use crate::wiring::Site;

/// What signs a person in.
#[derive(Debug, Serialize)]
pub(super) struct SignIn {
    pub(super) account: String,
    pub(super) name: String,
    pub(super) roles: BTreeSet<Role>,
    pub(super) password: String,
    /// The secret for an app that shows six digits, in base 32; none where signing in takes none.
    pub(super) second_factor: Option<String>,
}

/// Sets an account up for everyone, in the way that an invited person does.
///
/// # Errors
/// [`Failed`] where one cannot be set up.
pub(super) async fn make(site: &Site, app: &App, second_factor: bool) -> Result<Vec<SignIn>, Failed> {
    let failed = |error| Failed::refused("account", error);
    let roster = site.ports.people.roster().await?;
    let mut sign_ins = vec![];
    for person in roster.people() {
        let now = site.ports.clock.now();
        let actor = Actor::person("adam");
        let (accounts, people) = (site.store.as_ref(), site.ports.people.as_ref());
        let invited =
            invite(accounts, people, (&actor, &person.account), false, now).await.map_err(failed)?;
        let password = generate_password().map_err(|error| Failed::refused("random", error))?;
        let password = password.expose_secret().to_owned();
        let factor = second_factor.then(SecondFactor::generate).transpose().map_err(failed)?;
        let digits =
            factor.as_ref().map(|factor| factor.code_at(u64::try_from(now.timestamp()).unwrap_or(0)));
        let enrolment = Enrolment {
            code: &invited.code,
            password: &password,
            again: &password,
            second_factor: factor.as_ref().zip(digits.as_deref()),
        };
        app.enrol(enrolment).await.map_err(failed)?;
        sign_ins.push(SignIn {
            account: person.account.clone(),
            name: person.name.clone(),
            roles: person.roles.clone(),
            password,
            second_factor: factor.map(|factor| factor.typed()),
        });
    }
    Ok(sign_ins)
}
