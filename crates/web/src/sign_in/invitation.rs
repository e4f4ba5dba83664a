//! Invitations: leave to set a password and a second factor, once. Nobody but the person ever knows either.

use chrono::{DateTime, TimeDelta, Utc};
use exeat_desk::ports::{Account, Accounts, Invitation, People};
use exeat_domain::digest::Sha256;
use exeat_domain::ledger::{Actor, Event, Fact};
use sha2::Digest as _;

use super::second_factor::base32;
use super::{SecondFactor, SignInError, may_sign_in, password};
use crate::app::App;

/// How long an invitation is good.
const GOOD_FOR: TimeDelta = TimeDelta::hours(72);
/// Bytes of a code: 100 bits and more.
const BYTES: usize = 15;

/// An invitation to hand over, on a way that only the person reads.
#[derive(Clone)]
pub struct Invited {
    /// The account, as the roster has it.
    pub account: String,
    /// The code, in fours.
    pub code: String,
    /// Until when it is good.
    pub until: DateTime<Utc>,
}

/// Invites a person to set a password, for a new account or, with `anew`, for one that is there. A password, a second
/// factor and every session that there were are gone.
///
/// # Errors
/// [`SignInError`] where the person is not on the roster, or the account is there already, or is not.
pub async fn invite(
    accounts: &dyn Accounts,
    people: &dyn People,
    (actor, account): (&Actor, &str),
    anew: bool,
    now: DateTime<Utc>,
) -> Result<Invited, SignInError> {
    let roster = people.roster().await?;
    let person = roster.person(account).filter(|person| may_sign_in(person));
    let person = person.ok_or_else(|| SignInError::NotOnRoster(account.to_owned()))?;
    let known = accounts.account(&person.account).await?;
    let (revision, created_at) = match (known, anew) {
        (None, false) => (0, now),
        (Some(known), true) => (known.revision, known.created_at),
        (Some(_), false) => return Err(SignInError::Exists(person.account.clone())),
        (None, true) => return Err(SignInError::NoAccount(account.to_owned())),
    };
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| SignInError::System(error.to_string()))?;
    let (code, until) = (base32(&bytes), now + GOOD_FOR);
    let invited = Account {
        account: person.account.clone(),
        revision,
        password: None,
        totp: None,
        totp_used: 0,
        invitation: Some(Invitation { digest: digest(&code), until }),
        shut: false,
        created_at,
    };
    let fact = Fact::Invited { account: invited.account.clone() };
    accounts.keep_account(&invited, Event { at: now, actor: actor.clone(), request: None, fact }).await?;
    let code = code.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-");
    Ok(Invited { account: invited.account, code, until })
}

/// Shuts an account, or opens it again; its sessions end.
///
/// # Errors
/// [`SignInError::NoAccount`] where there is none.
pub async fn change(
    accounts: &dyn Accounts,
    (actor, account): (&Actor, &str),
    shut: bool,
    now: DateTime<Utc>,
) -> Result<Account, SignInError> {
    let known = accounts.account(account).await?;
    let known = known.ok_or_else(|| SignInError::NoAccount(account.to_owned()))?;
    let account = known.account.clone();
    let fact = if shut { Fact::AccountShut { account } } else { Fact::AccountOpened { account } };
    let changed = Account { shut, ..known };
    accounts.keep_account(&changed, Event { at: now, actor: actor.clone(), request: None, fact }).await?;
    Ok(changed)
}

/// What a person sets up.
#[derive(Clone, Copy, Debug)]
pub struct Enrolment<'a> {
    /// The code of the invitation.
    pub code: &'a str,
    /// The password.
    pub password: &'a str,
    /// Once more.
    pub again: &'a str,
    /// The second factor, and the digits that its app shows; none where the site asks for none.
    pub second_factor: Option<(&'a SecondFactor, &'a str)>,
}

impl App {
    /// The account that a code invites, if it is good now.
    pub(crate) async fn invited(&self, code: &str) -> Result<Account, SignInError> {
        let account = self.inner.accounts.invited(&digest(code)).await?.ok_or(SignInError::NoInvitation)?;
        let now = self.now();
        let good = account.invitation.is_some_and(|invitation| invitation.until > now) && !account.shut;
        if good { Ok(account) } else { Err(SignInError::NoInvitation) }
    }

    /// Sets the password and the second factor of an invited person; the invitation is then used up.
    ///
    /// # Errors
    /// [`SignInError`] where the invitation, the password or the digits will not do.
    pub async fn enrol(&self, enrolment: Enrolment<'_>) -> Result<String, SignInError> {
        let account = self.invited(enrolment.code).await?;
        password::vet(enrolment.password, enrolment.again, &account.account)?;
        let now = self.now();
        let (totp, totp_used) = match enrolment.second_factor {
            Some((factor, digits)) => {
                let step = factor.step_of(digits, now).ok_or(SignInError::WrongCode)?;
                (Some(factor.secret().to_vec()), step)
            }
            None if self.settings().second_factor => return Err(SignInError::WrongCode),
            None => (None, 0),
        };
        let password = Some(self.inner.passwords.hash(enrolment.password).await?);
        let enrolled = Account { password, totp, totp_used, invitation: None, ..account };
        let name = enrolled.account.clone();
        let fact = Fact::Enrolled { account: name.clone() };
        let event = Event { at: now, actor: Actor::person(&name), request: None, fact };
        self.inner.accounts.keep_account(&enrolled, event).await?;
        Ok(name)
    }
}

/// The digest of a code, however it is typed.
fn digest(code: &str) -> Sha256 {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    Sha256(sha2::Sha256::digest(plain.as_bytes()).into())
}
