//! The second factor: six digits that change every half minute, and that are good once.

use chrono::{DateTime, Utc};
use qrcode::{EcLevel, QrCode};
use totp_rs::{Algorithm, Builder, Totp};

use super::SignInError;

/// Bytes of a secret.
const BYTES: usize = 20;
/// Seconds of a step.
const STEP: u64 = 30;

/// A secret that a phone's app makes codes from.
#[derive(Clone)]
pub struct SecondFactor {
    secret: Vec<u8>,
}

impl std::fmt::Debug for SecondFactor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("SecondFactor")
    }
}

impl SecondFactor {
    /// A new secret.
    ///
    /// # Errors
    /// [`SignInError::System`] where the system gives no randomness.
    pub fn generate() -> Result<Self, SignInError> {
        let mut secret = vec![0; BYTES];
        getrandom::fill(&mut secret).map_err(|error| SignInError::System(error.to_string()))?;
        Ok(Self { secret })
    }

    /// The one with this secret.
    #[must_use]
    pub fn of(secret: &[u8]) -> Self {
        Self { secret: secret.to_vec() }
    }

    pub(crate) fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// The time step that a code is of: this one, or the one before or after.
    pub(crate) fn step_of(&self, code: &str, now: DateTime<Utc>) -> Option<u64> {
        let code: String = code.chars().filter(|character| !character.is_whitespace()).collect();
        if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let now = u64::try_from(now.timestamp()).ok()?;
        // All three are looked at, whichever fits.
        let near = [now.checked_sub(STEP), Some(now), now.checked_add(STEP)];
        let mut found = None;
        for time in near.into_iter().flatten() {
            if same(self.code_at(time).as_bytes(), code.as_bytes()) {
                found = Some(time / STEP);
            }
        }
        found
    }

    /// The code at a time, in seconds since 1970: what the phone shows then.
    #[must_use]
    pub fn code_at(&self, seconds: u64) -> String {
        self.totp().generate(seconds).to_string()
    }

    fn totp(&self) -> Totp {
        let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_skew(0);
        builder.with_step_duration(STEP).with_secret(self.secret.clone()).build_noncompliant()
    }

    /// The secret as a person types it: base 32, in fours.
    #[must_use]
    pub fn typed(&self) -> String {
        let text = base32(&self.secret);
        let fours: Vec<&str> =
            (0..text.len()).step_by(4).map(|at| &text[at..text.len().min(at + 4)]).collect();
        fours.join(" ")
    }

    /// What an app reads from the picture.
    pub(crate) fn address(&self, issuer: &str, account: &str) -> String {
        let (issuer, account) = (encoded(issuer), encoded(account));
        let secret = base32(&self.secret);
        format!(
            "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
        )
    }

    /// The picture: its width in squares, and the dark ones as the path of a drawing.
    ///
    /// # Errors
    /// [`SignInError::System`] where the names are too long for a picture.
    pub(crate) fn picture(&self, issuer: &str, account: &str) -> Result<(usize, String), SignInError> {
        let code = QrCode::with_error_correction_level(self.address(issuer, account), EcLevel::M)
            .map_err(|error| SignInError::System(error.to_string()))?;
        let width = code.width();
        let dark =
            code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == qrcode::Color::Dark);
        let path = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width, at / width)).collect();
        Ok((width, path))
    }
}

/// Whether two texts of one length are the same, in a time that does not tell where they differ.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

pub(crate) fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut out, mut held, mut bits) = (String::new(), 0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(LETTERS[(held >> bits) as usize & 31]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push(char::from(LETTERS[(held << (5 - bits)) as usize & 31]));
    }
    out
}

/// A text within an address.
fn encoded(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    text.bytes()
        .map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six of eight digits.
        let factor = SecondFactor::of(b"12345678901234567890");
        for (time, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(factor.code_at(time), code);
            let at = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap();
            let time = i64::try_from(time).unwrap();
            let step = u64::try_from(time).unwrap() / 30;
            assert_eq!(factor.step_of(code, at(time)), Some(step));
            assert_eq!(factor.step_of(&format!(" {} {}", &code[..3], &code[3..]), at(time + 29)), Some(step));
            assert_eq!(factor.step_of(code, at(time + 61)), None);
        }
        for code in ["", "28708", "2870822", "28708x", "２８７０８２"] {
            assert_eq!(factor.step_of(code, DateTime::from_timestamp(59, 0).unwrap()), None, "{code}");
        }
    }

    #[test]
    fn secrets_are_typed_in_base_32() {
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(
            SecondFactor::of(b"12345678901234567890").typed(),
            "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
        );
        let address = SecondFactor::of(b"foobar").address("Release desk", "ann_P");
        assert_eq!(
            address,
            "otpauth://totp/Release%20desk:ann_P?secret=MZXW6YTBOI&issuer=Release%20desk&algorithm=SHA1&digits=6&period=30"
        );
    }
}
