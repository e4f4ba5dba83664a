//! What a text holds that its reader does not see, or that a spreadsheet runs.

use exeat_domain::finding::Severity;

use crate::identifier::hidden;
use crate::read::value::digit;

/// Bytes from which a text is long enough to carry data in code.
const LONG: usize = 64;

/// What is odd in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Oddity {
    /// A character that takes no place on the page.
    Unseen(char),
    /// A character that turns the direction of reading.
    Direction(char),
    /// It begins as a formula.
    Formula(char),
    /// A long run of base64 or hexadecimal code, and its length.
    Code(usize),
    /// Digits of another script.
    Digits,
}

impl Oddity {
    pub(crate) fn severity(self) -> Severity {
        match self {
            Self::Unseen(_) | Self::Direction(_) | Self::Formula(_) | Self::Code(_) => Severity::Block,
            Self::Digits => Severity::Review,
        }
    }

    /// What was seen, to stand behind "The cell".
    pub(crate) fn says(self) -> String {
        match self {
            Self::Unseen(c) => {
                format!("holds a character that takes no place on the page (U+{:04X})", u32::from(c))
            }
            Self::Direction(c) => {
                format!("holds a character that turns the direction of reading (U+{:04X})", u32::from(c))
            }
            Self::Formula(c) => format!("begins with {c}, as a formula does"),
            Self::Code(length) => format!("holds {length} characters of base64 or hexadecimal code"),
            Self::Digits => "is written in digits of another script".to_owned(),
        }
    }
}

/// What is odd in a text, the worst first.
pub(crate) fn oddity(text: &str) -> Option<Oddity> {
    if !text.is_ascii()
        && let Some(odd) = unseen(text)
    {
        return Some(odd);
    }
    if let Some(first) = text.chars().next().filter(|_| is_formula(text)) {
        return Some(Oddity::Formula(first));
    }
    if text.len() >= LONG
        && let Some(length) = code(text)
    {
        return Some(Oddity::Code(length));
    }
    let foreign = |c: char| !c.is_ascii() && digit(c).is_some();
    (!text.is_ascii() && text.chars().any(foreign)).then_some(Oddity::Digits)
}

fn unseen(text: &str) -> Option<Oddity> {
    let mut before = ' ';
    let mut all = text.chars().peekable();
    while let Some(c) = all.next() {
        if (c.is_control() && !c.is_ascii()) || hidden(c) {
            let after = all.peek().copied().unwrap_or(' ');
            match c {
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => return Some(Oddity::Direction(c)),
                // Joiners shape the letters of other scripts, and selectors the pictures of emoji.
                '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}'
                    if !before.is_ascii() && !hidden(before) => {}
                '\u{200e}' | '\u{200f}' | '\u{61c}' if right_to_left(before) || right_to_left(after) => {}
                _ => return Some(Oddity::Unseen(c)),
            }
        }
        before = c;
    }
    None
}

/// Whether a letter is of a script that is read from the right.
fn right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// Whether a spreadsheet takes a text for a formula. A signed number is none, nor is a dash before a blank.
fn is_formula(text: &str) -> bool {
    let mut all = text.chars();
    let (Some(first), Some(second)) = (all.next(), all.next()) else { return false };
    match first {
        '=' | '@' => !second.is_whitespace() && text.chars().any(char::is_alphanumeric),
        '+' | '-' => {
            let rest = &text[1..];
            let word = rest.trim_end_matches(|c: char| c.is_ascii_punctuation() || c.is_whitespace());
            let plain =
                ["inf", "infinity", "nan", "na", "ve"].iter().any(|plain| word.eq_ignore_ascii_case(plain));
            !plain && !second.is_whitespace() && runs(rest)
        }
        _ => false,
    }
}

/// Whether what stands behind a sign is more than a number, a range, a date or a number with its unit.
fn runs(rest: &str) -> bool {
    let begins = rest.trim_start_matches(['+', '-', '(', '$', '€', '£']);
    if !begins.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == ',' || digit(c).is_some()) {
        return begins.starts_with(|c: char| c.is_alphabetic() || matches!(c, '@' | '=' | '\'' | '"' | '_'));
    }
    // Arithmetic, a call or a reference behind a number: `-2+3+cmd|' /C calc'!A0`.
    rest.char_indices().any(|(at, c)| {
        let operates = match c {
            '*' | '^' | '|' | '!' | '&' | '=' => true,
            '+' => at > 0 && !rest[..at].ends_with(['e', 'E']),
            _ => false,
        };
        operates
            && rest[at + 1..]
                .trim_start()
                .starts_with(|c: char| c.is_alphanumeric() || matches!(c, '(' | '\'' | '"'))
    })
}

/// The length of the longest run of code in a text, if it is long.
fn code(text: &str) -> Option<usize> {
    let runs = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_')));
    runs.filter(|run| run.len() >= LONG && is_code(run)).map(str::len).max()
}

/// Whether a long run is code: hexadecimal, or letters of both cases and digits that change as no words do.
fn is_code(run: &str) -> bool {
    let digits = run.bytes().filter(u8::is_ascii_digit).count();
    let hexadecimal = run.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hexadecimal {
        // A long number is a number.
        return digits < run.len() || run.len() >= 2 * LONG;
    }
    let kind = |byte: u8| match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let bytes = run.as_bytes();
    let changes = bytes.windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count();
    let separators = bytes.iter().filter(|byte| matches!(byte, b'-' | b'_' | b'/')).count();
    let lower = bytes.iter().any(u8::is_ascii_lowercase);
    let upper = bytes.iter().any(u8::is_ascii_uppercase);
    lower && upper && digits * 16 >= run.len() && changes * 3 >= run.len() && separators * 8 <= run.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_told_from_signed_numbers_and_labels() {
        for text in [
            "=1+1",
            "=cmd|' /C calc'!A0",
            "=\"001\"",
            "@SUM(1+1)",
            "+A1",
            "-A1",
            "+1+cmd|'/c'!A",
            "-2+3+cmd|' /C calc'!A0",
            "-SUM(A1:A9)",
            "+(A1)",
            "=HYPERLINK(\"http://x\")",
        ] {
            assert!(matches!(oddity(text), Some(Oddity::Formula(_))), "{text}");
        }
        for text in [
            "-1",
            "+1",
            "-0.5",
            "+7 %",
            "-.5",
            "-1e-5",
            "+1.2e+10",
            "-1 (-2, 3)",
            "-1.5 to 2",
            "-",
            "--",
            "+",
            "=",
            "-Inf",
            "-inf",
            "+ve",
            "- Female",
            "-5 - -3",
            "-1,234.5",
            "-1.234,5",
            "(-1)",
            "a=b",
            "-€5",
            "-3 days",
            "====",
            "---",
            "-0.12 ***",
            "+32 475 12 34 56",
            "-12/34",
            "-1.2 [-2.0; 0.5]",
            "",
            "@ home",
            "-NaN",
        ] {
            assert_eq!(oddity(text), None, "{text}");
        }
    }

    #[test]
    fn characters_that_do_not_show_are_found_where_no_script_needs_them() {
        for text in
            ["a\u{200b}b", "\u{feff}a", "a\u{ad}b", "a\u{200d}b", "a\u{2060}", "\u{e0041}x", "a\u{200e}b"]
        {
            assert!(matches!(oddity(text), Some(Oddity::Unseen(_))), "{text:?}");
        }
        assert_eq!(oddity("a\u{202e}b"), Some(Oddity::Direction('\u{202e}')));
        for text in ["caf\u{e9}", "می\u{200c}خواهم", "❤\u{fe0f}", "א\u{200f} 1", "a\u{a0}b", "≤ 5", "½", "x²"]
        {
            assert_eq!(oddity(text), None, "{text:?}");
        }
        assert_eq!(oddity("١٢"), Some(Oddity::Digits));
    }

    #[test]
    fn code_is_told_from_long_words_and_numbers() {
        let base64 = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
        assert!(matches!(oddity(base64), Some(Oddity::Code(_))));
        assert!(matches!(oddity(&format!("data:image/png;base64,{base64}")), Some(Oddity::Code(_))));
        assert_eq!(oddity(&"0a1b".repeat(16)), Some(Oddity::Code(64)));
        for text in [
            "opensafely/practices/output/released_outputs/tables_for_release_post_peer_review/results.csv"
                .to_owned(),
            "Enquiries_about_the_NumberOfPersonsWithADiagnosisOfTheHeartOrVessels_in_2020".to_owned(),
            "persons who were seen in the emergency department within thirty days of their discharge"
                .to_owned(),
            "0".repeat(80),
            "-".repeat(100),
        ] {
            assert_eq!(oddity(&text), None, "{text}");
        }
    }
}
