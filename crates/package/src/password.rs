//! Passwords of packages: what any program that opens the ZIP understands, and new ones for a vault.

use secrecy::{ExposeSecret, SecretString};

/// 7-Zip refuses longer ones for AES in a ZIP.
const LONGEST: usize = 99;

/// Letters and digits that are not mistaken for one another when read aloud or copied by hand.
const ALPHABET: &[u8; 54] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ234567";

/// Length of a generated password: 24 draws from 54 characters are 138 bits.
const GENERATED: usize = 24;

/// The password of a protected ZIP. It is never printed: `Debug` redacts it, and it is wiped when dropped.
#[derive(Clone, Debug)]
pub struct ZipPassword(SecretString);

/// A password that not every program would understand the same way. Holds no part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPassword {
    /// There is nothing in it.
    #[error("the password is empty")]
    Empty,
    /// It is longer than 7-Zip accepts.
    #[error("the password is longer than 99 characters, which 7-Zip does not accept for a ZIP")]
    TooLong,
    /// ZIP does not say how other characters become bytes; 7-Zip itself refuses them.
    #[error("the password has characters other than printable ASCII, which 7-Zip does not accept for a ZIP")]
    NotAscii,
}

impl ZipPassword {
    /// Takes a password if every program that opens AES-encrypted ZIPs turns it into the same bytes.
    ///
    /// # Errors
    /// The password is empty, longer than 99 characters, or not all printable ASCII.
    pub fn new(password: SecretString) -> Result<Self, BadPassword> {
        let text = password.expose_secret();
        if text.is_empty() {
            Err(BadPassword::Empty)
        } else if !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            Err(BadPassword::NotAscii)
        } else if text.len() > LONGEST {
            Err(BadPassword::TooLong)
        } else {
            Ok(Self(password))
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

/// Makes a password of 24 letters and digits (138 bits) from the randomness of the operating system.
///
/// # Errors
/// The operating system gives no randomness.
pub fn generate_password() -> Result<SecretString, getrandom::Error> {
    let mut password = zeroize::Zeroizing::new(String::with_capacity(GENERATED));
    while password.len() < GENERATED {
        let mut draw = [0];
        getrandom::fill(&mut draw)?;
        // Draws past the last whole multiple would make the first letters likelier.
        if let Some(character) = letter(draw[0]) {
            password.push(character);
        }
    }
    Ok(SecretString::from(password.as_str()))
}

fn letter(draw: u8) -> Option<char> {
    let fair = 256 / ALPHABET.len() * ALPHABET.len();
    (usize::from(draw) < fair).then(|| char::from(ALPHABET[usize::from(draw) % ALPHABET.len()]))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn of(text: &str) -> Result<(), BadPassword> {
        ZipPassword::new(SecretString::from(text)).map(drop)
    }

    #[test]
    fn what_7_zip_would_refuse_is_refused() {
        assert_eq!(of(""), Err(BadPassword::Empty));
        assert_eq!(of("é"), Err(BadPassword::NotAscii));
        assert_eq!(of("a\tb"), Err(BadPassword::NotAscii));
        assert_eq!(of(&"a".repeat(100)), Err(BadPassword::TooLong));
        assert_eq!(of(&"~ ".repeat(49)), Ok(()));
    }

    #[test]
    fn debug_does_not_print_it() {
        let password = ZipPassword::new(SecretString::from("hush")).unwrap();
        assert!(!format!("{password:?}").contains("hush"));
    }

    #[test]
    fn every_letter_is_equally_likely() {
        let mut counts = HashMap::new();
        for letter in (0..=u8::MAX).filter_map(letter) {
            *counts.entry(letter).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), ALPHABET.len());
        assert!(counts.values().all(|count| *count == 4));
        assert!(!counts.keys().any(|letter| "0O1lIo89".contains(*letter)));
    }

    #[test]
    fn generated_passwords_are_usable_and_differ() {
        let [one, two] = [generate_password().unwrap(), generate_password().unwrap()];
        assert_eq!(one.expose_secret().len(), GENERATED);
        assert_ne!(one.expose_secret(), two.expose_secret());
        assert!(ZipPassword::new(one).is_ok());
    }
}
