//! Whether a mail is to be trusted, and as whom: what proves its sender, then the roster.

mod config;
mod names;
mod results;
mod signatures;
mod zone;

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use exeat_domain::digest::Sha256;
use exeat_domain::roster::{Address, Person, Role, Roster};
use regex::Regex;

use super::arrived::{Arrived, Demands, Ours, Stopped, domain, same};
use super::why::{Outcome, Why};

pub use config::{SiteHeader, TrustConfig};
pub use names::{Names, Resolver, Unanswered};

use results::Said;
use signatures::Verifier;

/// How it was proved who sent a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A signature that this desk verified.
    Dkim {
        /// Who signed.
        domain: String,
        /// With which of their keys.
        selector: String,
    },
    /// The site's own mail server verified a signature, and found the domain's policy kept.
    Results {
        /// The server.
        server: String,
        /// Who signed.
        domain: String,
    },
    /// The site's own mail server set a field that nobody else can.
    SiteHeader {
        /// The field.
        name: String,
    },
    /// A listed server that passed the mail on verified a signature, and sealed what it found.
    Arc {
        /// The server's domain.
        sealer: String,
        /// Who signed.
        domain: String,
    },
}

impl fmt::Display for Proof {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dkim { domain, selector } => write!(out, "signed by {domain} (key {selector})"),
            Self::Results { server, domain } => write!(out, "signed by {domain}, as {server} found"),
            Self::SiteHeader { name } => write!(out, "vouched for by the site's mail server ({name})"),
            Self::Arc { sealer, domain } => write!(out, "signed by {domain}, as {sealer} found and sealed"),
        }
    }
}

impl Proof {
    /// Whether a signature for the address was verified by this desk or the site's own server: only then may a
    /// stranger be answered at it.
    fn signed(&self) -> bool {
        matches!(self, Self::Dkim { .. } | Self::Results { .. })
    }
}

/// Who sent a mail, proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trusted {
    /// Their row on the roster.
    pub person: Person,
    /// How it was proved.
    pub proof: Proof,
}

impl Trusted {
    /// Whether they may act on a request of this account: only the requester's own address acts in a thread.
    #[must_use]
    pub fn may_act_for(&self, requester: &str) -> bool {
        self.person.account.eq_ignore_ascii_case(requester)
    }
}

/// What is to be done with a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may be read as a request.
    Trusted(Box<Trusted>),
    /// It is refused, and kept on record.
    Refused {
        /// Why.
        why: Why,
        /// Where the fixed sentence may go, and nothing else: an address for which a signature passed.
        answer: Option<Address>,
    },
    /// It is kept aside, unanswered, until a person has looked.
    Parked(Why),
    /// It stays and is judged again: what decides could not be found out now.
    Waiting(Why),
}

impl Verdict {
    /// The verdict that this reason leads to, without an answer.
    #[must_use]
    pub fn of(why: Why) -> Self {
        match why.outcome() {
            Outcome::Parked => Self::Parked(why),
            Outcome::Refused => Self::Refused { why, answer: None },
            Outcome::Waiting => Self::Waiting(why),
        }
    }

    /// Why the mail is not trusted; none where it is.
    #[must_use]
    pub fn why(&self) -> Option<Why> {
        match self {
            Self::Trusted(_) => None,
            Self::Refused { why, .. } | Self::Parked(why) | Self::Waiting(why) => Some(*why),
        }
    }
}

/// Judges mails.
#[derive(Clone)]
pub struct Judge {
    config: TrustConfig,
    ours: Ours,
    accounts: Regex,
    names: Arc<dyn Names>,
    verifier: Verifier,
}

impl Judge {
    /// A judge for the desk that `ours` describes and the accounts that may ask.
    ///
    /// # Errors
    /// A sentence on what does not hold in the configuration.
    pub fn new(
        config: TrustConfig,
        ours: Ours,
        accounts: Regex,
        names: Arc<dyn Names>,
    ) -> Result<Self, String> {
        config.vet()?;
        Ok(Self { config, ours, accounts, names, verifier: Verifier::new()? })
    }

    /// Opens a mail within the limits, so that it can be judged.
    ///
    /// # Errors
    /// [`Stopped`] where it is not to be read further, whoever sent it.
    pub fn open<'x>(&self, raw: &'x [u8], now: DateTime<Utc>) -> Result<Arrived<'x>, Stopped> {
        let oldest = TimeDelta::days(i64::from(self.config.oldest_days));
        let demands = Demands { ours: &self.ours, return_path: self.config.return_path, oldest };
        Arrived::open(raw, &demands, now)
    }

    /// Judges an opened mail. `before` is the digest of the mail that came under this Message-ID before, if one did.
    pub async fn judge(
        &self,
        mail: &Arrived<'_>,
        before: Option<Sha256>,
        roster: &Roster,
        now: DateTime<Utc>,
    ) -> Verdict {
        if before.is_some_and(|before| before != mail.digest()) {
            return Verdict::of(Why::MessageIdReused);
        }
        let proof = match self.prove(mail, now).await {
            Ok(proof) => proof,
            Err(why) => return Verdict::of(why),
        };
        match self.person(mail.claimed(), roster) {
            Ok(person) => Verdict::Trusted(Box::new(Trusted { person: person.clone(), proof })),
            Err(why) => Verdict::Refused { why, answer: proof.signed().then(|| mail.claimed().clone()) },
        }
    }

    /// What proves that the mail is from whom it says, the site's own word first.
    async fn prove(&self, mail: &Arrived<'_>, now: DateTime<Utc>) -> Result<Proof, Why> {
        let said = results::own(mail, &self.config.authserv_ids)?;
        let vouched = self.vouched(mail)?;
        match (&said, vouched) {
            (Said::Fail, Some(_)) => return Err(Why::Contradiction),
            (Said::Pass { server, signer }, _) => {
                return Ok(Proof::Results { server: server.clone(), domain: signer.clone() });
            }
            (_, Some(proof)) => return Ok(proof),
            _ => {}
        }
        let signed = match self.verifier.dkim(mail, self.names.as_ref(), now).await {
            Ok(_) if said == Said::Fail => return Err(Why::Contradiction),
            Ok(proof) => return Ok(proof),
            Err(why) => why,
        };
        let sealed = if mail.head().first("ARC-Seal").is_some() {
            match self.verifier.arc(mail, self.names.as_ref(), &self.config.arc_sealers, now).await {
                Ok(proof) => return Ok(proof),
                Err(why) => Some(why),
            }
        } else {
            None
        };
        Err(match (signed, sealed) {
            _ if said == Said::Fail => Why::ServerSaysFail,
            (Why::Dns, _) | (_, Some(Why::Dns)) => Why::Dns,
            (_, Some(sealed)) => sealed,
            (Why::Unsigned, None) if said == Said::SpfAlone || spf_passed(mail) => Why::SpfOnly,
            (signed, None) => signed,
        })
    }

    /// The site's own header field: once, with the whole value, for an address of a listed domain.
    fn vouched(&self, mail: &Arrived<'_>) -> Result<Option<Proof>, Why> {
        let Some(header) = &self.config.site_header else { return Ok(None) };
        let mut fields = mail.head().all(&header.name);
        let Some(field) = fields.next() else { return Ok(None) };
        if fields.next().is_some() {
            return Err(Why::Contradiction);
        }
        let from = mail.claimed();
        let ours = header.domains.iter().any(|own| own.eq_ignore_ascii_case(&domain(from)));
        let wanted = header.value.replace("{from}", &from.to_string());
        let proof = || Proof::SiteHeader { name: header.name.clone() };
        Ok((ours && field.text().eq_ignore_ascii_case(&wanted)).then(proof))
    }

    /// The one active row with this address, whose account is one of the secure desktop.
    fn person<'r>(&self, from: &Address, roster: &'r Roster) -> Result<&'r Person, Why> {
        let rows = || roster.people().filter(|person| same(&row_address(person), from));
        let mut active = rows().filter(|person| person.active);
        match (active.next(), active.next()) {
            (Some(person), None) if !self.accounts.is_match(&person.account) => Err(Why::AccountPattern),
            (Some(person), None) if !person.may(Role::Requester) => Err(Why::NotRequester),
            (Some(person), None) => Ok(person),
            (None, _) if rows().next().is_some() => Err(Why::Inactive),
            // Two active rows cannot be on a roster; if they were, the address would be nobody's.
            _ => Err(Why::NotOnRoster),
        }
    }
}

/// A row's address with its domain as the name service knows it.
fn row_address(person: &Person) -> Address {
    super::arrived::address(&person.address.to_string()).unwrap_or_else(|| person.address.clone())
}

/// Whether a server says, in whatever field, that the sending server was allowed: no proof, and worth a clearer word.
fn spf_passed(mail: &Arrived<'_>) -> bool {
    mail.head().all("Received-SPF").any(|field| field.text().to_ascii_lowercase().starts_with("pass"))
}
