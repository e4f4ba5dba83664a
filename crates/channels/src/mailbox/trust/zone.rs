//! What the name service said for one mail, so that its signatures are verified with no other question asked.

use std::borrow::Borrow;
use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Instant;

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::dmarc::Dmarc;
use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::{DnsError, Error, RecordSet, ResolverCache, Txt};

use super::names::Names;

/// The answers by name, in small letters and with the dot at its end.
#[derive(Default)]
pub(super) struct Zone(HashMap<Box<str>, Txt>);

impl Zone {
    /// Asks for each of these keys.
    pub(super) async fn keys(&mut self, names: &dyn Names, wanted: BTreeSet<String>) {
        for name in wanted {
            let answer = match names.txt(&name).await {
                Ok(texts) => only(&texts, |text| usable(text).then(|| DomainKey::parse(text).ok()).flatten())
                    .map_or_else(absent, |key| Txt::DomainKey(Arc::new(key))),
                Err(error) => Txt::Error(Error::Dns(DnsError::Resolver(error.0))),
            };
            self.0.insert(name.into_boxed_str(), answer);
        }
    }

    /// Asks for the policies of these domains and of those above them.
    pub(super) async fn policies(&mut self, names: &dyn Names, domains: &BTreeSet<&str>) {
        let wanted: BTreeSet<String> =
            domains.iter().flat_map(|domain| above(domain)).map(|name| format!("_dmarc.{name}.")).collect();
        for name in wanted {
            let answer = match names.txt(&name).await {
                Ok(texts) => only(&texts, |text| Dmarc::parse(text).ok())
                    .map_or_else(absent, |policy| Txt::Dmarc(Arc::new(policy))),
                Err(error) => Txt::Error(Error::Dns(DnsError::Resolver(error.0))),
            };
            self.0.insert(name.into_boxed_str(), answer);
        }
    }
}

/// The one text that is of the kind asked for: of two, nobody can say which holds.
fn only<T>(texts: &[Vec<u8>], read: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
    let mut found = texts.iter().filter_map(|text| read(text));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Whether a key may sign mail: one that is only being tried out (`t=y`) proves nothing (RFC 6376, 3.6.1).
fn usable(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let tags: Vec<(&str, &str)> =
        text.split(';').filter_map(|tag| tag.split_once('=')).map(|(k, v)| (k.trim(), v.trim())).collect();
    let has = |tag: &str, wanted: &[&str]| {
        let mut values = tags.iter().filter(|(key, _)| *key == tag).flat_map(|(_, value)| value.split(':'));
        values.any(|value| wanted.contains(&value.trim()))
    };
    let limited = tags.iter().any(|(key, _)| *key == "s");
    !has("t", &["y"]) && (!limited || has("s", &["*", "email"]))
}

/// The domain and those above it that RFC 9989 asks for a policy, itself and at most seven labels.
fn above(domain: &str) -> Vec<&str> {
    let mut names = vec![domain];
    let mut rest = domain;
    while let Some((_, shorter)) = rest.split_once('.') {
        rest = shorter;
        if rest.split('.').count() <= 7 {
            names.push(rest);
        }
    }
    names
}

fn absent() -> Txt {
    Txt::Error(Error::Dns(DnsError::RecordNotFound(ResponseCode::NXDomain)))
}

impl ResolverCache<Box<str>, Txt> for Zone {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        Some(self.0.get(name).cloned().unwrap_or_else(absent))
    }

    fn remove<Q>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

/// No addresses are looked up: no proof rests on one.
pub(super) struct NoAddresses;

impl ResolverCache<Box<str>, RecordSet<Ipv4Addr>> for NoAddresses {
    fn get<Q>(&self, _: &Q) -> Option<RecordSet<Ipv4Addr>>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        Some(RecordSet { rrset: Arc::new([]), dnssec_status: mail_auth::DnssecStatus::Indeterminate })
    }

    fn remove<Q>(&self, _: &Q) -> Option<RecordSet<Ipv4Addr>>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: RecordSet<Ipv4Addr>, _: Instant) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_on_trial_or_for_another_use_signs_no_mail() {
        for (text, fit) in [
            ("v=DKIM1; p=AAAA", true),
            ("v=DKIM1; t=s; p=AAAA", true),
            ("v=DKIM1; t=s : y; p=AAAA", false),
            ("v=DKIM1; s=email; p=AAAA", true),
            ("v=DKIM1; s=tlsrpt; p=AAAA", false),
        ] {
            assert_eq!(usable(text.as_bytes()), fit, "{text}");
        }
    }

    #[test]
    fn policies_are_asked_for_upwards() {
        assert_eq!(above("a.example.org"), ["a.example.org", "example.org", "org"]);
        assert_eq!(above("1.2.3.4.5.6.7.8.org").len(), 8);
    }
}
