//! What a header says that its column holds: tokens that name identifiers and quasi-identifiers in four languages.
//!
//! A token matches the whole header, or, from six letters, a run of whole words of it joined: `hashed_patient_id` matches
//! *patientid*; `ipd_visits` and `chi_square` match nothing.

mod normal;

use std::collections::HashMap;
use std::sync::LazyLock;

/// Which list a token is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Identifies a person, directly or as a pseudonym.
    Person,
    /// Identifies a person too, but is an everyday word, which in a table of counts heads a level or labels groups.
    Everyday,
    /// Identifies a care provider.
    Provider,
    /// Tells something of a person that, with others of its kind, identifies.
    QuasiIdentifier,
    /// May number records: to be looked at where nearly every row has its own.
    Record,
}

/// A token that a header matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// The token as it is on the list.
    pub text: &'static str,
    /// The list.
    pub kind: Kind,
}

/// From so many letters a token matches a run of words of a header too.
const LONG: usize = 6;

static TOKENS: LazyLock<Vec<Token>> = LazyLock::new(|| {
    let (mut tokens, mut kind) = (Vec::new(), Kind::Person);
    for word in include_str!("tokens.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
    {
        match word {
            "[person]" => kind = Kind::Person,
            "[everyday]" => kind = Kind::Everyday,
            "[provider]" => kind = Kind::Provider,
            "[quasi-identifier]" => kind = Kind::QuasiIdentifier,
            "[record]" => kind = Kind::Record,
            text => tokens.push(Token { text, kind }),
        }
    }
    tokens
});

static BY_TEXT: LazyLock<HashMap<&'static str, Token>> =
    LazyLock::new(|| TOKENS.iter().map(|token| (token.text, *token)).collect());

/// Letters of the longest token.
static LONGEST: LazyLock<usize> =
    LazyLock::new(|| TOKENS.iter().map(|token| token.text.len()).max().unwrap_or(0));

/// Every token, list by list.
#[must_use]
pub fn tokens() -> &'static [Token] {
    &TOKENS
}

/// The token that a header matches; of several, the one of the graver list.
#[must_use]
pub fn of(header: &str) -> Option<Token> {
    let readings = normal::readings(header);
    readings.iter().flat_map(|words| runs(words)).min_by_key(|token| token.kind)
}

/// Whether a header names an identifier of persons.
#[must_use]
pub fn identifies(header: &str) -> bool {
    of(header).is_some_and(|token| matches!(token.kind, Kind::Person | Kind::Everyday))
}

/// Whether a header that names an identifier is an everyday word too.
#[must_use]
pub fn is_everyday(header: &str) -> bool {
    of(header).is_some_and(|token| token.kind == Kind::Everyday)
}

/// The quasi-identifier that a column of this header holds, if it names one.
#[must_use]
pub fn quasi_identifier(header: &str) -> Option<&'static str> {
    of(header).filter(|token| token.kind == Kind::QuasiIdentifier).map(|token| token.text)
}

/// The tokens that the words joined are, and the long ones that a run of them is.
fn runs(words: &[String]) -> Vec<Token> {
    let (mut found, mut joined) = (Vec::new(), String::new());
    for first in 0..words.len() {
        joined.clear();
        for (at, word) in words.iter().enumerate().skip(first) {
            joined.push_str(word);
            if joined.len() > *LONGEST {
                break;
            }
            let whole = first == 0 && at + 1 == words.len();
            let token = BY_TEXT.get(joined.as_str()).filter(|_| whole || joined.len() >= LONG);
            found.extend(token.copied());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(header: &str) -> Option<&'static str> {
        of(header).map(|token| token.text)
    }

    #[test]
    fn the_lists_hold_normal_tokens_once() {
        for (at, token) in tokens().iter().enumerate() {
            assert!(token.text.bytes().all(|byte| byte.is_ascii_lowercase()), "{token:?}");
            assert!(tokens()[..at].iter().all(|other| other.text != token.text), "{token:?}");
            assert_eq!(of(token.text), Some(*token));
        }
        assert!(tokens().len() > 120);
    }

    #[test]
    fn a_token_matches_whole_headers_and_runs_of_words() {
        for (header, token) in [
            ("patient_id", "patientid"),
            ("hashed_patient_id", "patientid"),
            ("PatientID", "patientid"),
            ("Patient-ID (hashed)", "patientid"),
            ("NHSNumber", "nhsnumber"),
            ("nhs_number2", "nhsnumber"),
            ("E-mail", "email"),
            ("N.I.S.S.", "niss"),
            ("numéro national", "numeronational"),
            ("Prénom", "prenom"),
            ("Straße", "strasse"),
            ("date de naissance", "datedenaissance"),
            ("pid", "pid"),
            ("IP", "ip"),
            ("email_address", "address"),
        ] {
            assert_eq!(text(header), Some(token), "{header}");
            assert!(identifies(header), "{header}");
        }
    }

    #[test]
    fn other_headers_match_nothing() {
        for header in [
            "ipd_visits",
            "chi_square",
            "chi2",
            "chisq",
            "n",
            "",
            "%",
            "tel_count_per_head",
            "rapid",
            "ratio",
            "nominal",
            "mailing",
            "instruction",
            "age_group",
            "name_of_drug",
            "2020",
            "p1d",
            "patients",
            "patient_count",
            "id_type",
            "1p",
            "NIS5",
            "tel1",
        ] {
            assert_eq!(of(header), None, "{header}");
        }
    }

    #[test]
    fn disguises_are_seen_through() {
        for (header, token) in [
            ("p\u{430}tient_id", "patientid"),
            ("\u{39d}\u{391}\u{39c}\u{395}", "name"),
            ("pa\u{200b}tient\u{feff}_id", "patientid"),
            ("p4t1ent_1d", "patientid"),
            ("pat1entid", "patientid"),
            ("emai1", "email"),
            ("n4me", "name"),
            ("$urname", "surname"),
            ("\u{455}urname", "surname"),
            ("ｐａｔｉｅｎｔ＿ｉｄ", "patientid"),
            ("𝐩atient_id", "patientid"),
        ] {
            assert_eq!(text(header), Some(token), "{header}");
        }
    }

    #[test]
    fn quasi_identifiers_and_providers_are_told_apart() {
        for (header, token) in [
            ("âge", "age"),
            ("Age", "age"),
            ("patient_gender", "gender"),
            ("code postal", "codepostal"),
            ("ZIP", "zip"),
        ] {
            assert_eq!(quasi_identifier(header), Some(token), "{header}");
        }
        assert_eq!(quasi_identifier("patient_id"), None);
        assert_eq!(of("RIZIV-nr").unwrap().kind, Kind::Provider);
        assert_eq!(of("id").unwrap().kind, Kind::Record);
    }

    proptest::proptest! {
        #[test]
        fn any_header_can_be_read(header in "\\PC{0,40}") {
            proptest::prop_assert!(of(&header).is_none_or(|token| tokens().contains(&token)));
        }
    }
}
