//! How the entries hang together: each hash covers its entry and the hash before it, and each hash is signed.

use exeat_domain::digest::Sha256;
use exeat_domain::ledger::Event;
use serde::{Deserialize, Serialize};
use sha2::Digest;

use super::fault::Fault;
use super::key::{PublicKey, Signature, SigningKey};

/// What the first entry follows.
pub(crate) const START: Sha256 = Sha256([0; 32]);

/// What an entry says, in the one way it is written: compact JSON with the fields in this order.
#[derive(Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) seq: u64,
    #[serde(flatten)]
    pub(crate) event: Event,
}

/// The one field that a verifier needs of an entry, whatever later versions put into it.
#[derive(Deserialize)]
struct Numbered {
    seq: u64,
}

/// One entry with what makes it fast.
pub(crate) struct Link<'a> {
    pub(crate) entry: &'a str,
    pub(crate) hash: Sha256,
    pub(crate) sig: Signature,
}

/// SHA-256 over parts that cannot run into each other, and of which the first says what they are.
pub(crate) fn digest(parts: &[&[u8]]) -> Sha256 {
    let mut hasher = sha2::Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    Sha256(hasher.finalize().into())
}

/// The hash of an entry that follows `prev`.
pub(crate) fn hash(prev: &Sha256, entry: &str) -> Sha256 {
    digest(&[b"exeat ledger entry 1", &prev.0, entry.as_bytes()])
}

/// Hash and signature of an entry that follows `prev`.
pub(crate) fn forge(key: &SigningKey, prev: &Sha256, entry: &str) -> (Sha256, Signature) {
    let hash = hash(prev, entry);
    (hash, key.sign(&hash))
}

/// A place in the ledger that was written down elsewhere: a later export must go through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The number of the entry.
    pub seq: u64,
    /// Its hash.
    pub hash: Sha256,
}

/// The walk along a ledger, from the first entry on.
pub(crate) struct Chain<'a> {
    key: &'a PublicKey,
    anchor: Option<Anchor>,
    pub(crate) seq: u64,
    pub(crate) hash: Sha256,
}

impl<'a> Chain<'a> {
    pub(crate) fn new(key: &'a PublicKey, anchor: Option<Anchor>) -> Self {
        Self { key, anchor, seq: 0, hash: START }
    }

    /// The walk from a place that is taken on trust.
    pub(crate) fn from(key: &'a PublicKey, at: Anchor) -> Self {
        Self { key, anchor: None, seq: at.seq, hash: at.hash }
    }

    /// Goes one entry on.
    pub(crate) fn take(&mut self, seq: u64, link: &Link<'_>) -> Result<(), Fault> {
        let next = self.seq + 1;
        if seq > next {
            return Err(Fault::Missing { first: next, last: seq - 1 });
        }
        if seq < next {
            return Err(Fault::Again { seq, next });
        }
        let named: Result<Numbered, _> = serde_json::from_str(link.entry);
        if !named.is_ok_and(|entry| entry.seq == seq) || hash(&self.hash, link.entry) != link.hash {
            return Err(Fault::Changed { seq });
        }
        if !self.key.made(&link.sig, &link.hash) {
            return Err(Fault::Forged { seq, key: self.key.fingerprint() });
        }
        if self.anchor.is_some_and(|anchor| anchor.seq == seq && anchor.hash != link.hash) {
            return Err(Fault::OtherHistory { seq });
        }
        (self.seq, self.hash) = (seq, link.hash);
        Ok(())
    }

    /// Ends the walk: the anchor must lie behind.
    pub(crate) fn end(&self) -> Result<(), Fault> {
        match self.anchor {
            Some(anchor) if anchor.seq > self.seq => {
                Err(Fault::BeforeAnchor { last: self.seq, anchor: anchor.seq })
            }
            _ => Ok(()),
        }
    }
}
