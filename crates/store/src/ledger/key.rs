//! The key that signs the ledger, and the public half that anyone may hold.

use std::fmt;

use ed25519_dalek::Signer;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{
    DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, KeypairBytes,
};
use exeat_domain::digest::Sha256;
use sha2::Digest;
use zeroize::Zeroizing;

/// The Ed25519 key that the ledger is signed with.
pub struct SigningKey(ed25519_dalek::SigningKey);

/// The public half of a ledger's key: enough to verify an export, not to write one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

/// The text is no such key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// No private key.
    #[error("not an Ed25519 private key in PKCS#8 PEM ({0}); it begins with -----BEGIN PRIVATE KEY-----")]
    Private(String),
    /// No public key.
    #[error("not an Ed25519 public key in PEM ({0}); it begins with -----BEGIN PUBLIC KEY-----")]
    Public(String),
    /// The system gave no randomness.
    #[error("the system gave no random numbers to make a key from: {0}")]
    NoChance(String),
}

impl SigningKey {
    /// A new key from the system's random numbers.
    ///
    /// # Errors
    /// [`BadKey::NoChance`] where the system gives none.
    pub fn generate() -> Result<Self, BadKey> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *seed).map_err(|error| BadKey::NoChance(error.to_string()))?;
        Ok(Self(ed25519_dalek::SigningKey::from_bytes(&seed)))
    }

    /// The key in this PKCS#8 PEM, as `openssl genpkey -algorithm ed25519` also writes it.
    ///
    /// # Errors
    /// [`BadKey::Private`] where the text holds none.
    pub fn from_pem(pem: &str) -> Result<Self, BadKey> {
        ed25519_dalek::SigningKey::from_pkcs8_pem(pem)
            .map(Self)
            .map_err(|error| BadKey::Private(error.to_string()))
    }

    /// The key as PKCS#8 PEM. Without the public half in it, which older readers of PKCS#8 stumble over.
    ///
    /// # Errors
    /// [`BadKey::Private`] where it cannot be encoded.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, BadKey> {
        KeypairBytes { secret_key: self.0.to_bytes(), public_key: None }
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(|error| BadKey::Private(error.to_string()))
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(crate) fn sign(&self, digest: &Sha256) -> Signature {
        Signature(self.0.sign(&digest.0))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SigningKey(public half: {:?})", self.public())
    }
}

impl PublicKey {
    /// The key in this PEM.
    ///
    /// # Errors
    /// [`BadKey::Public`] where the text holds none.
    pub fn from_pem(pem: &str) -> Result<Self, BadKey> {
        ed25519_dalek::VerifyingKey::from_public_key_pem(pem)
            .map(Self)
            .map_err(|error| BadKey::Public(error.to_string()))
    }

    /// The key as PEM, as `openssl pkey -pubout` also writes it.
    ///
    /// # Errors
    /// [`BadKey::Public`] where it cannot be encoded.
    pub fn to_pem(&self) -> Result<String, BadKey> {
        self.0.to_public_key_pem(LineEnding::LF).map_err(|error| BadKey::Public(error.to_string()))
    }

    /// SHA-256 of the 32 bytes of the key: short enough to read out over a telephone.
    #[must_use]
    pub fn fingerprint(&self) -> Sha256 {
        Sha256(sha2::Sha256::digest(self.0.as_bytes()).into())
    }

    pub(crate) fn made(&self, signature: &Signature, digest: &Sha256) -> bool {
        self.0.verify_strict(&digest.0, &signature.0).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PublicKey({})", self.fingerprint())
    }
}

/// An Ed25519 signature, written as 128 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signature(ed25519_dalek::Signature);

impl Signature {
    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        ed25519_dalek::Signature::from_slice(bytes).ok().map(Self)
    }

    pub(crate) fn to_vec(self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }
}

impl serde::Serialize for Signature {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:x}", self.0))
    }
}

impl<'de> serde::Deserialize<'de> for Signature {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_as_written() {
        let key = SigningKey::generate().unwrap();
        let again = SigningKey::from_pem(&key.to_pem().unwrap()).unwrap();
        assert_eq!(again.public(), key.public());
        let public = key.public().to_pem().unwrap();
        assert!(public.starts_with("-----BEGIN PUBLIC KEY-----\n"));
        assert_eq!(PublicKey::from_pem(&public), Ok(key.public()));
        assert_ne!(SigningKey::generate().unwrap().public(), key.public());
    }

    #[test]
    fn what_is_no_key_is_said_to_be_none() {
        assert!(matches!(SigningKey::from_pem("secret"), Err(BadKey::Private(_))));
        assert!(matches!(PublicKey::from_pem(""), Err(BadKey::Public(_))));
        let key = SigningKey::generate().unwrap();
        assert!(matches!(PublicKey::from_pem(&key.to_pem().unwrap()), Err(BadKey::Public(_))));
    }

    #[test]
    fn a_key_does_not_show_its_secret() {
        let key = SigningKey::generate().unwrap();
        assert_eq!(
            format!("{key:?}"),
            format!("SigningKey(public half: PublicKey({}))", key.public().fingerprint())
        );
    }
}
