//! AES-256 for one entry of a ZIP, as WinZip specifies it ("AES Encryption Information: Encryption
//! Specification AE-1 and AE-2", version 1.04): the parts are RustCrypto's, only their order is here.

use aes::Aes256;
use aes::cipher::{KeyIvInit, StreamCipher};
use ctr::Ctr128LE;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use zeroize::Zeroizing;

use crate::password::ZipPassword;

/// Salt of AES-256 (section III.A.1 there: half the key's length).
const SALT: usize = 16;
/// Password verification value (III.A.2).
const VERIFIER: usize = 2;
/// Authentication code (III.A.4): the first 80 bits of HMAC-SHA1.
const AUTHENTICATION: usize = 10;
/// Rounds of PBKDF2 (III.B, "Key Generation").
const ROUNDS: u32 = 1000;
/// The block counter starts at one and is little-endian (III.B; RFC 3686 would make it big-endian).
const FIRST_BLOCK: [u8; 16] = 1_u128.to_le_bytes();

/// What stands before the encrypted bytes: salt and password verification value.
pub(crate) type Preamble = [u8; SALT + VERIFIER];

/// The running encryption of one entry.
pub(crate) struct Encryption {
    cipher: Ctr128LE<Aes256>,
    mac: Hmac<Sha1>,
}

impl Encryption {
    /// Starts an entry with a fresh salt.
    pub(crate) fn start(password: &ZipPassword) -> Result<(Preamble, Self), getrandom::Error> {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt)?;
        Ok(Self::with_salt(password, salt))
    }

    fn with_salt(password: &ZipPassword, salt: [u8; SALT]) -> (Preamble, Self) {
        let mut derived = Zeroizing::new([0; 32 + 32 + VERIFIER]);
        pbkdf2::pbkdf2_hmac::<Sha1>(password.bytes(), &salt, ROUNDS, &mut *derived);
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(&derived[..32]);
        // RFC 2104: a key shorter than the hash's block is filled up with zeros.
        let mut mac_key = Zeroizing::new([0; 64]);
        mac_key[..32].copy_from_slice(&derived[32..64]);

        let mut preamble = [0; SALT + VERIFIER];
        preamble[..SALT].copy_from_slice(&salt);
        preamble[SALT..].copy_from_slice(&derived[64..]);
        let cipher = Ctr128LE::new((&*key).into(), (&FIRST_BLOCK).into());
        (preamble, Self { cipher, mac: <Hmac<Sha1> as KeyInit>::new((&*mac_key).into()) })
    }

    /// Encrypts the next bytes in place; the authentication covers what is written, not what was read.
    pub(crate) fn apply(&mut self, bytes: &mut [u8]) {
        self.cipher.apply_keystream(bytes);
        self.mac.update(bytes);
    }

    /// The authentication code, which stands after the encrypted bytes.
    pub(crate) fn finish(self) -> [u8; AUTHENTICATION] {
        let full = self.mac.finalize().into_bytes();
        std::array::from_fn(|at| full[at])
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    /// Keys, cipher text and code computed with PyCryptodome, which pyzipper uses.
    #[test]
    fn agrees_with_another_implementation() {
        let password = ZipPassword::new(SecretString::from("correct horse")).unwrap();
        let (preamble, mut encryption) = Encryption::with_salt(&password, std::array::from_fn(|at| at as u8));
        let mut text = *b"region,n\nNorth,120\nSouth,98\nWest,77\n";
        let (left, right) = text.split_at_mut(21);
        encryption.apply(left);
        encryption.apply(right);
        assert_eq!(hex(&preamble[SALT..]), "2d15");
        assert_eq!(hex(&text), "e78525e9fb3294a17edd2fea538099be0ccf7f262420ec08935bee724ad226b1633024d4");
        assert_eq!(hex(&encryption.finish()), "2d26ff4797d377c26317");
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
