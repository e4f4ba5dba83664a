//! Forms of no one country: e-mail, telephone, IBAN, UUID, IP address, payment card and device numbers (Luhn), names with
//! titles, hashes.

use std::net::{Ipv4Addr, Ipv6Addr};

use iban::Iban;
use uuid::Uuid;

use super::text::{grouped, separates, thousands, whole_number};
use super::{Form, Reading, Within};

/// The share of texts that look like one and are not, for forms without a check digit: a guess, and a mild one, for it only
/// says that one such text is looked at and that two in a column are no accident.
const LOOKALIKES: f64 = 0.0005;

/// E-mail address.
pub(super) const EMAIL: Form = Form {
    name: "email",
    title: "e-mail address",
    chance: LOOKALIKES,
    check_chance: LOOKALIKES,
    within: Within::Words,
    telling: |_| true,
    read: read_email,
};

/// UUID: 8-4-4-4-12 hexadecimal digits.
pub(super) const UUID: Form = Form {
    name: "uuid",
    title: "UUID",
    chance: LOOKALIKES,
    check_chance: LOOKALIKES,
    within: Within::Codes,
    telling: |_| true,
    read: |text| (text.len() == 36 && Uuid::try_parse(text).is_ok()).then_some(Reading::Valid),
};

/// Telephone number with its country code, or as it is written at home.
pub(super) const PHONE: Form = Form {
    name: "phone",
    title: "telephone number",
    chance: LOOKALIKES,
    check_chance: LOOKALIKES,
    within: Within::Digits,
    telling: |_| true,
    read: |text| (international(text) || national(text)).then_some(Reading::Valid),
};

/// Mobile number without any mark: ten digits, `04` with 5 to 9, `06` or `07` (Belgium, the Netherlands, France, the
/// United Kingdom's first ten). Codes padded with zeros look alike, so nearly the whole
/// column must be such numbers.
pub(super) const MOBILE_NUMBER: Form = Form {
    name: "mobile",
    title: "mobile telephone number",
    chance: 0.3,
    check_chance: 0.3,
    within: Within::Digits,
    telling: |_| false,
    read: |text| {
        let shaped =
            text.len() == 10 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
        let mobile = || matches!(&text.as_bytes()[1..3], [b'4', b'5'..=b'9'] | [b'6' | b'7', _]);
        shaped.then(|| if mobile() { Reading::Valid } else { Reading::Mismatch })
    },
};

/// Bank account number: the country's own length, and what stands behind the first four, followed by them, is 1 mod 97.
pub(super) const IBAN: Form = Form {
    name: "iban",
    title: "bank account number (IBAN)",
    chance: 0.01,
    check_chance: 0.01,
    within: Within::Codes,
    telling: |_| true,
    read: read_iban,
};

/// Internet address. Version numbers of four parts look alike.
pub(super) const IP_ADDRESS: Form = Form {
    name: "ip",
    title: "IP address",
    chance: 0.05,
    check_chance: 0.05,
    within: Within::Digits,
    telling: |text| text.split('.').any(|part| part.len() > 1),
    read: |text| (text.parse::<Ipv4Addr>().is_ok() || ipv6(text)).then_some(Reading::Valid),
};

/// Number of a card or a device with the check digit of Luhn: 12 to 19 digits, as a column only.
pub(super) const LUHN: Form = Form {
    name: "luhn",
    title: "card or device number (Luhn)",
    chance: 0.1,
    check_chance: 0.1,
    within: Within::Nothing,
    telling: |_| false,
    read: |text| {
        let digits = match whole_number(text) {
            Some(number) => number.into_owned(),
            None => grouped(text, &[4, 4, 4, 4])?,
        };
        (12..=19)
            .contains(&digits.len())
            .then(|| if luhn(&digits) { Reading::Valid } else { Reading::Mismatch })
    },
};

/// A person's name behind a title: `Dr. Peeters`, `Mevr. De Smet`.
pub(super) const TITLED_NAME: Form = Form {
    name: "titled-name",
    title: "name behind a title",
    chance: 0.001,
    check_chance: 0.001,
    within: Within::Titles,
    telling: |_| true,
    read: |text| {
        // What was found behind "by" is one without it.
        let led = || text.starts_with("dr ") && titled_name(&format!("by {text}")) == Some(text);
        (titled_name(text) == Some(text) || led()).then_some(Reading::Valid)
    },
};

fn read_email(text: &str) -> Option<Reading> {
    let (local, domain) = text.split_once('@')?;
    let word = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-' | '\'' | '&' | '/');
    let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let named =
        !local.is_empty() && local.chars().all(word) && !local.starts_with('.') && !local.ends_with('.');
    let (rest, top) = domain.rsplit_once('.')?;
    let top = top.chars().count() >= 2 && top.chars().all(char::is_alphabetic);
    (named && top && text.len() <= 254 && rest.split('.').all(label)).then_some(Reading::Valid)
}

fn international(text: &str) -> bool {
    let Some(number) = text.strip_prefix('+').or_else(|| text.strip_prefix("00")) else { return false };
    let marked = text.starts_with('+') || number.contains(separates);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let written = |c: char| c.is_ascii_digit() || separates(c) || matches!(c, '(' | ')');
    marked
        && (9..=15).contains(&digits)
        && matches!(number.bytes().next(), Some(b'1'..=b'9'))
        && number.chars().all(written)
        && (digits >= 10 || number.contains(separates))
        && thousands(number).is_none()
}

/// A number of nine or ten digits as Belgium, the Netherlands and France write them at home: `02 123 45 67`,
/// `0475/12.34.56`, `(016) 12 34 56`, `06-12345678`.
fn national(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let mut groups =
        text.split(|c: char| separates(c) || matches!(c, '(' | ')')).filter(|group| !group.is_empty());
    let Some(area) = groups.next() else { return false };
    let zone = (2..=4).contains(&area.len()) && area.starts_with('0') && !area.starts_with("00");
    let rest: Vec<&str> = groups.collect();
    let numeric =
        area.bytes().chain(rest.iter().flat_map(|group| group.bytes())).all(|byte| byte.is_ascii_digit());
    let mobile =
        rest.len() == 1 && rest[0].len() >= 6 && area.len() + rest[0].len() == 10 && !text.contains('.');
    let pairs = rest.len() >= 2 && rest.iter().all(|group| (2..=3).contains(&group.len()));
    (9..=10).contains(&digits) && zone && numeric && (mobile || pairs)
}

fn read_iban(text: &str) -> Option<Reading> {
    let compact: String = text.chars().filter(|c| !separates(*c)).map(|c| c.to_ascii_uppercase()).collect();
    let bytes = compact.as_bytes();
    let shaped = (15..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes[4..].iter().filter(|byte| byte.is_ascii_digit()).count() >= 8;
    shaped.then(|| if compact.parse::<Iban>().is_ok() { Reading::Valid } else { Reading::Mismatch })
}

fn ipv6(text: &str) -> bool {
    text.len() >= 8 && text.contains(|c: char| c.is_ascii_digit()) && text.parse::<Ipv6Addr>().is_ok()
}

/// Whether the last of these digits is the check digit of the others, after Luhn.
pub(super) fn luhn(digits: &str) -> bool {
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(at, digit)| if at % 2 == 1 { doubled(digit) } else { digit })
        .sum();
    sum > 0 && sum.is_multiple_of(10)
}

const TITLES: [&str; 21] = [
    "Dr",
    "Drs",
    "Prof",
    "Mr",
    "Mrs",
    "Ms",
    "Mevr",
    "Mevrouw",
    "Mw",
    "Dhr",
    "Mme",
    "Mlle",
    "Monsieur",
    "Herr",
    "Frau",
    "Madame",
    "Mademoiselle",
    "Meneer",
    "Dokter",
    "Docteur",
    "Doctor",
];
/// Titles that are one in small letters too, whatever follows.
const PLAIN: [&str; 10] =
    ["mevr", "mevrouw", "dhr", "mme", "mlle", "meneer", "mademoiselle", "mw", "monsieur", "mrs"];
/// Words in small letters that are a title where a name with a capital follows: `de heer Claes`.
const SPOKEN: [&str; 8] = ["heer", "madame", "dokter", "docteur", "doctor", "professor", "herr", "frau"];
/// Words before a title in small letters without its point.
const LEADS: [&str; 10] = ["by", "door", "par", "van", "bij", "aan", "chez", "with", "from", "voir"];
/// Words behind a title in small letters that are no name.
const NO_NAMES: [&str; 33] = [
    "of", "and", "or", "the", "in", "is", "was", "to", "at", "who", "said", "for", "with", "per", "en", "et",
    "ou", "un", "met", "heeft", "had", "a", "est", "visit", "visits", "visite", "consult", "bezoek",
    "office", "number", "nr", "no", "index",
];

/// The first title in `text` with the name behind it, such as `Dr. Peeters`.
#[must_use]
pub fn titled_name(text: &str) -> Option<&str> {
    let mut words = text
        .split_ascii_whitespace()
        .map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
        .peekable();
    let mut before = "";
    while let Some((start, word)) = words.next() {
        // "seen by dr jansen": what stands before tells that a person follows.
        let led = word == "dr" && LEADS.contains(&before);
        before = word;
        let title = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        let bare = title.trim_end_matches('.');
        let known = TITLES.contains(&bare) || title == "M." || SPOKEN.contains(&title);
        if !known && !led && !is_small_title(title, bare) {
            continue;
        }
        if let Some((at, next)) = words.peek() {
            let name = next.trim_end_matches(|c: char| !c.is_alphanumeric());
            let mut letters = name.chars();
            let capital = letters.next().is_some_and(char::is_uppercase);
            let spelled =
                capital && letters.next().is_some_and(char::is_lowercase) && !TITLES.contains(&name);
            if spelled || !known && is_small_name(name) {
                return Some(&text[start + word.len() - title.len()..at + name.len()]);
            }
        }
    }
    None
}

/// Whether a word is a title in small letters: one of those that are nothing else, or one that ends with a point.
fn is_small_title(title: &str, bare: &str) -> bool {
    if !bare.starts_with(char::is_lowercase) || bare.len() > 12 {
        return false;
    }
    let pointed = title.len() == bare.len() + 1;
    PLAIN.contains(&bare)
        || pointed && bare != "ms" && TITLES.iter().any(|known| known.eq_ignore_ascii_case(bare))
}

/// Whether a word in small letters may be a name.
fn is_small_name(name: &str) -> bool {
    name.chars().count() >= 2
        && name.starts_with(char::is_lowercase)
        && name.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’'))
        && !NO_NAMES.contains(&name)
}

/// Whether `text` is a hash as pseudonyms are made with: 32, 40, 64 or 128 hexadecimal digits, or 43 to 44 of base64.
#[must_use]
pub fn is_hash(text: &str) -> bool {
    let text = text.trim();
    let has = |kind: fn(&u8) -> bool| text.as_bytes().iter().any(kind);
    if matches!(text.len(), 32 | 40 | 64 | 128) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    }
    let symbols = text.strip_suffix('=').unwrap_or(text);
    symbols.len() == 43
        && symbols.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte))
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(form: &Form, valid: &[&str], not: &[&str]) {
        for text in valid {
            assert!(form.is_valid(text), "{} {text}", form.name);
        }
        for text in not {
            assert!(!form.is_valid(text), "{} {text}", form.name);
        }
    }

    #[test]
    fn forms_with_letters_or_marks_are_read() {
        check(
            &EMAIL,
            &["an@example.org", "an.peeters+x@mail.example.be"],
            &["@example.org", "an@", "an@host", "a b@example.org", "n@1.5"],
        );
        check(
            &UUID,
            &["550e8400-e29b-41d4-a716-446655440000"],
            &["550e8400-e29b-41d4-a716-44665544000", "550e8400e29b41d4a716446655440000"],
        );
        check(
            &IBAN,
            &["BE68539007547034", "BE68 5390 0754 7034", "NL91ABNA0417164300"],
            &["BE68539007547035", "XX68539007547034", "BE685390"],
        );
        check(&IP_ADDRESS, &["192.168.0.1", "2001:db8::1"], &["1.2.3", "256.1.1.1", "::", "10:30"]);
    }

    #[test]
    fn telephone_numbers_are_told_from_signed_and_padded_ones() {
        check(
            &PHONE,
            &[
                "+32 475 12 34 56",
                "+32475123456",
                "0032 475 12 34 56",
                "02 123 45 67",
                "0475/12.34.56",
                "(016) 12 34 56",
                "06-12345678",
                "01 23 45 67 89",
            ],
            &[
                "+12",
                "+3.5",
                "+1234567",
                "0475123456",
                "123 456 789",
                "2020-01-31",
                "01/02/2020",
                "0.123456789",
                "+1,234,567,890",
            ],
        );
        check(&MOBILE_NUMBER, &["0475123456", "0612345678"], &["0123456789", "475123456", "0075123456"]);
    }

    #[test]
    fn luhn_reads_the_published_number() {
        assert!(luhn("79927398713"));
        assert!(!luhn("79927398710"));
        check(
            &LUHN,
            &["4111111111111111", "4111 1111 1111 1111"],
            &["79927398713", "4111111111111112", "000000000000"],
        );
    }

    #[test]
    fn a_title_needs_a_name_behind_it() {
        assert_eq!(titled_name("seen by (Dr. Peeters), twice"), Some("Dr. Peeters"));
        assert_eq!(titled_name("Prof. Dr. Peeters"), Some("Dr. Peeters"));
        for (text, name) in [
            ("vraag aan dr. jansen van afdeling 3", "dr. jansen"),
            ("voir mme dubois", "mme dubois"),
            ("mevr. de smet belde", "mevr. de"),
            ("gezien door dhr. peeters", "dhr. peeters"),
            ("vu par M. Dupont hier", "M. Dupont"),
            ("Madame Dubois", "Madame Dubois"),
            ("seen by dr jansen", "dr jansen"),
            ("de heer Claes belde", "heer Claes"),
            ("monsieur Durand a mal", "monsieur Durand"),
            ("mrs Jones called", "mrs Jones"),
        ] {
            assert_eq!(titled_name(text), Some(name), "{text}");
        }
        for text in [
            "dr. of nurse",
            "ms patients",
            "mr imaging",
            "m. tuberculosis",
            "dr index",
            "per dr. visit",
            "ms. total",
            "the doctor saw her",
            "een heer met hoed",
        ] {
            assert_eq!(titled_name(text), None, "{text}");
        }
        for text in ["MS Patients", "Dr visits", "Mr", "Mr Mrs", "", "MR Imaging"] {
            assert_eq!(titled_name(text), None, "{text}");
        }
    }

    #[test]
    fn hashes_are_told_by_their_length_and_letters() {
        for text in [
            &"a1".repeat(16),
            &"A1".repeat(32),
            "aB3+/".repeat(9).get(..43).unwrap(),
            &format!("{}=", &"aB3-_".repeat(9)[..43]),
        ] {
            assert!(is_hash(text), "{text}");
        }
        for text in [&"1".repeat(32), &"a1".repeat(15), &"g1".repeat(16), &"a".repeat(43)] {
            assert!(!is_hash(text), "{text}");
        }
    }
}
