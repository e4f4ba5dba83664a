//! DKIM and ARC: what a signature proves about the address that a mail is from.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use mail_auth::common::crypto::Algorithm;
use mail_auth::common::verify::VerifySignature;
use mail_auth::dkim::Signature;
use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::{
    AuthenticatedMessage, DkimOutput, DkimResult, DmarcResult, MessageAuthenticator, Parameters, SpfOutput,
};
use tokio::time::timeout;

use crate::mailbox::Why;
use crate::mailbox::arrived::{Arrived, domain};

use super::Proof;
use super::config::is_domain;
use super::names::Names;
use super::results::{Results, Said, lineage};
use super::zone::{NoAddresses, Zone};

/// How long the questions of one mail may take together.
const PATIENCE: Duration = Duration::from_secs(30);
/// How far a signer's clock may be ahead.
const AHEAD: TimeDelta = TimeDelta::days(1);
/// What a signature must cover, where the mail has it: with another of these it would be another mail.
const COVERED: [&str; 4] = ["From", "Date", "Message-ID", "Subject"];

/// Verifies signatures with keys that were asked for beforehand; it reaches no name server itself.
#[derive(Clone)]
pub(super) struct Verifier(MessageAuthenticator);

impl Verifier {
    pub(super) fn new() -> Result<Self, String> {
        let nobody = ResolverConfig::from_parts(None, vec![], vec![]);
        let inner = MessageAuthenticator::new(nobody, ResolverOpts::default());
        inner.map(Self).map_err(|error| error.to_string())
    }

    /// A signature by a domain that is aligned with the address under From (RFC 6376, RFC 9989).
    pub(super) async fn dkim(
        &self,
        mail: &Arrived<'_>,
        names: &dyn Names,
        now: DateTime<Utc>,
    ) -> Result<Proof, Why> {
        timeout(PATIENCE, self.signed(mail, names, now)).await.unwrap_or(Err(Why::Dns))
    }

    async fn signed(&self, mail: &Arrived<'_>, names: &dyn Names, now: DateTime<Utc>) -> Result<Proof, Why> {
        if mail.head().first("DKIM-Signature").is_none() {
            return Err(Why::Unsigned);
        }
        let message = parsed(mail)?;
        let from = domain(mail.claimed());
        let signatures: Vec<&Signature> = message.dkim_headers.iter().map(|header| &header.header).collect();
        let near: Vec<&&Signature> = signatures.iter().filter(|one| related(&one.d, &from)).collect();
        if near.is_empty() {
            // Those that could not be read say nothing of who signed.
            return Err(if signatures.is_empty() { Why::SignatureInvalid } else { Why::Unaligned });
        }
        let wanted = near.iter().filter(|one| holds(one, mail, now)).map(|one| name_of(**one)).collect();
        let mut zone = Zone::default();
        zone.keys(names, wanted).await;
        let outputs = self.0.verify_dkim(Parameters::new(&message).with_txt_cache(&zone)).await;
        let fit = |output: &DkimOutput<'_>| {
            output.signature().is_some_and(|one| related(&one.d, &from) && holds(one, mail, now))
        };
        let outputs: Vec<DkimOutput<'_>> = outputs.into_iter().filter(fit).collect();
        let passed = |output: &&DkimOutput<'_>| output.result() == &DkimResult::Pass;
        let exact =
            outputs.iter().filter(passed).filter_map(DkimOutput::signature).find(|one| is(&one.d, &from));
        if let Some(signature) = exact {
            return Ok(proof(signature));
        }
        if outputs.iter().any(|output| matches!(output.result(), DkimResult::TempError(_))) {
            return Err(Why::Dns);
        }
        match outputs.iter().filter(passed).find_map(DkimOutput::signature) {
            Some(signature) => {
                self.aligned(&message, &outputs, names, &from).await.map(|()| proof(signature))
            }
            None => Err(Why::SignatureInvalid),
        }
    }

    /// Whether the policy of the domain takes signatures of its relatives, as the library finds it.
    async fn aligned(
        &self,
        message: &AuthenticatedMessage<'_>,
        outputs: &[DkimOutput<'_>],
        names: &dyn Names,
        from: &str,
    ) -> Result<(), Why> {
        let mut zone = Zone::default();
        let signers = outputs.iter().filter_map(DkimOutput::signature).map(|one| one.d.to_ascii_lowercase());
        let signers: Vec<String> = signers.collect();
        let domains: BTreeSet<&str> = signers.iter().map(String::as_str).chain([from]).collect();
        zone.policies(names, &domains).await;
        let spf = SpfOutput::default();
        let asked = DmarcParameters::new(message, outputs, "", &spf);
        let parameters = Parameters::new(asked).with_txt_cache(&zone).with_ipv4_cache(&NoAddresses);
        match self.0.verify_dmarc(parameters).await.dkim_result() {
            DmarcResult::Pass => Ok(()),
            DmarcResult::TempError(_) => Err(Why::Dns),
            DmarcResult::Fail(_) | DmarcResult::PermError(_) | DmarcResult::None => Err(Why::Unaligned),
        }
    }

    /// A listed server that took the mail in says that it was signed by an aligned domain (RFC 8617).
    pub(super) async fn arc(
        &self,
        mail: &Arrived<'_>,
        names: &dyn Names,
        sealers: &[String],
        now: DateTime<Utc>,
    ) -> Result<Proof, Why> {
        timeout(PATIENCE, self.sealed(mail, names, sealers, now)).await.unwrap_or(Err(Why::Dns))
    }

    async fn sealed(
        &self,
        mail: &Arrived<'_>,
        names: &dyn Names,
        sealers: &[String],
        now: DateTime<Utc>,
    ) -> Result<Proof, Why> {
        let message = parsed(mail)?;
        let listed = |sealer: &str| sealers.iter().any(|listed| is(listed, sealer));
        let seals = message.as_headers.iter().map(|header| &header.header);
        let newest = seals.clone().max_by_key(|seal| seal.i).ok_or(Why::ArcBroken)?;
        if !listed(&newest.d) {
            return Err(Why::ArcUnlisted);
        }
        let signatures = message.ams_headers.iter().map(|header| &header.header);
        let weak = seals.clone().any(|seal| seal.a == Algorithm::RsaSha1);
        let last = signatures.max_by_key(|signature| signature.i).ok_or(Why::ArcBroken)?;
        if weak || last.a == Algorithm::RsaSha1 || !covers(&last.h, mail) || !timely(last.t, last.x, now) {
            return Err(Why::ArcBroken);
        }
        let wanted = seals.map(name_of).chain([name_of(last)]).collect();
        let mut zone = Zone::default();
        zone.keys(names, wanted).await;
        let chain = self.0.verify_arc(Parameters::new(&message).with_txt_cache(&zone)).await;
        match chain.result() {
            DkimResult::Pass => {}
            DkimResult::TempError(_) => return Err(Why::Dns),
            _ => return Err(Why::ArcBroken),
        }
        // From the newest back, for as long as each server is one that the site lists.
        let from = domain(mail.claimed());
        for set in chain.sets().iter().rev().take_while(|set| listed(&set.seal.header.d)) {
            if let Said::Pass { signer, .. } = said(set.results.value, &from)? {
                return Ok(Proof::Arc { sealer: set.seal.header.d.to_ascii_lowercase(), domain: signer });
            }
        }
        Err(Why::ArcBroken)
    }
}

/// The mail as the library that verifies reads it; its sender must be the one found before.
fn parsed<'x>(mail: &Arrived<'x>) -> Result<AuthenticatedMessage<'x>, Why> {
    let message = AuthenticatedMessage::parse(mail.raw()).ok_or(Why::Malformed)?;
    let [from] = message.froms() else { return Err(Why::FromUnclear) };
    let read = crate::mailbox::arrived::address(from);
    if !read.is_some_and(|read| crate::mailbox::arrived::same(&read, mail.claimed())) {
        return Err(Why::FromUnclear);
    }
    Ok(message)
}

fn proof(signature: &Signature) -> Proof {
    Proof::Dkim { domain: signature.d.to_ascii_lowercase(), selector: signature.s.clone() }
}

/// What an ARC-Authentication-Results says after its instance.
fn said(value: &[u8], from: &str) -> Result<Said, Why> {
    let text = String::from_utf8_lossy(value).replace("\r\n", "");
    let (_, rest) = text.split_once(';').ok_or(Why::ArcBroken)?;
    Results::read(rest).ok_or(Why::ArcBroken)?.say(from)
}

fn is(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// Whether the two can be aligned: one above the other, or both below one domain of two labels or more.
fn related(signer: &str, from: &str) -> bool {
    let signer = signer.to_ascii_lowercase();
    let common = signer.rsplit('.').zip(from.rsplit('.')).take_while(|(one, other)| one == other).count();
    is_domain(&signer) && (lineage(&signer, from) || common >= 2)
}

/// Whether the signature, if it verifies, covers what it must, in time, with what is still strong.
fn holds(signature: &Signature, mail: &Arrived<'_>, now: DateTime<Utc>) -> bool {
    let identity = signature.i.rsplit_once('@').map_or("", |(_, domain)| domain).to_ascii_lowercase();
    let signer = signature.d.to_ascii_lowercase();
    let own = signature.i.is_empty()
        || identity.strip_suffix(&signer).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let selector = is_domain(&format!("{}.example", signature.s));
    signature.v == 1
        && signature.a != Algorithm::RsaSha1
        && signature.atps.is_none()
        && own
        && selector
        && covers(&signature.h, mail)
        && timely(signature.t, signature.x, now)
}

fn covers(signed: &[String], mail: &Arrived<'_>) -> bool {
    COVERED.iter().all(|name| {
        mail.head().first(name).is_none()
            || signed.iter().any(|signed| signed.trim().eq_ignore_ascii_case(name))
    })
}

/// Made, and not yet run out.
fn timely(made: u64, until: u64, now: DateTime<Utc>) -> bool {
    let at =
        |seconds: u64| i64::try_from(seconds).ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let made = made == 0 || at(made).is_some_and(|made| made <= now + AHEAD);
    made && (until == 0 || at(until).is_some_and(|until| until > now))
}

/// Where the key of a signature is asked for.
fn name_of(signature: &impl VerifySignature) -> String {
    signature.domain_key().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_relatives_can_be_aligned() {
        for (signer, from, expected) in [
            ("example.org", "example.org", true),
            ("Mail.Example.org", "example.org", true),
            ("example.org", "mail.example.org", true),
            ("a.example.org", "b.example.org", true),
            ("example.net", "example.org", false),
            ("badexample.org", "example.org", false),
            ("org", "example.org", false),
            ("", "example.org", false),
        ] {
            assert_eq!(related(signer, from), expected, "{signer} for {from}");
        }
    }

    #[test]
    fn a_signature_holds_for_its_time() {
        let now = DateTime::from_timestamp(1_000_000, 0).unwrap();
        assert!(timely(0, 0, now) && timely(999_000, 1_000_001, now));
        assert!(!timely(0, 1_000_000, now));
        assert!(!timely(1_200_000, 0, now) && !timely(u64::MAX, 0, now) && !timely(0, u64::MAX, now));
    }
}
