//! A cell's text as a person reads it: one kind of digit, blank and dash, and nothing that does not show.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// `text` without what hides in it: other scripts' digits, wide letters, odd blanks and dashes become the plain ones;
/// characters that do not show, the quote marks of a spreadsheet (`'001`, `="001"`) and outer blanks go.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        Cow::Borrowed(unquoted(text.trim()))
    } else {
        Cow::Owned(unquoted(folded(text).trim()).to_owned())
    }
}

fn folded(text: &str) -> String {
    text.nfkc().filter(|c| !hidden(*c)).map(plain_char).collect()
}

/// Whether a character takes no place on the page: zero-width, direction marks, soft hyphen, variation selectors.
pub(crate) fn hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'
            ..='\u{180f}'
    ) || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn plain_char(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ad}' => '-',
        _ if c.is_whitespace() => ' ',
        _ => digit(c).unwrap_or(c),
    }
}

/// The ASCII digit of a decimal digit in another script. Unicode lays each script's ten digits in a row from a multiple
/// of sixteen or six above one; the scripts that clinical data meets are listed.
fn digit(c: char) -> Option<char> {
    const ZEROS: [u32; 12] =
        [0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xe50, 0xed0];
    let zero = ZEROS.into_iter().find(|zero| (*zero..zero + 10).contains(&u32::from(c)))?;
    char::from_digit(u32::from(c) - zero, 10)
}

fn unquoted(text: &str) -> &str {
    let text = text.strip_prefix('=').filter(|rest| rest.starts_with('"')).unwrap_or(text);
    let text = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    text.strip_prefix('\'').map_or(text, |rest| rest.strip_suffix('\'').unwrap_or(rest)).trim()
}

/// The digits of a whole number as programs print it: bare, `85073003328.0`, `8.5073003328E+10`, or in thousands
/// (`85,073,003,328`, `85.073.003.328`, `85 073 003 328`).
pub(super) fn whole_number(text: &str) -> Option<Cow<'_, str>> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Cow::Borrowed(text));
    }
    // 24 characters hold the longest number of any form in any of these prints.
    if text.len() > 24 || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    scientific(text).or_else(|| thousands(text)).map(Cow::Owned).or_else(|| without_zero_decimals(text))
}

fn without_zero_decimals(text: &str) -> Option<Cow<'_, str>> {
    let (whole, decimals) = text.split_once(['.', ','])?;
    let zeros = (1..=2).contains(&decimals.len()) && decimals.bytes().all(|byte| byte == b'0');
    (zeros && whole.bytes().all(|byte| byte.is_ascii_digit())).then_some(Cow::Borrowed(whole))
}

fn scientific(text: &str) -> Option<String> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let exponent: usize = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
    let (whole, decimals) = mantissa.split_once(['.', ','])?;
    let digits = whole.len() == 1 && decimals.bytes().chain(whole.bytes()).all(|byte| byte.is_ascii_digit());
    (digits && exponent < 20 && decimals.len() <= exponent).then(|| format!("{whole}{decimals:0<exponent$}"))
}

/// Whether `text` is a number in groups of three, all parted by one kind of separator.
pub(super) fn thousands(text: &str) -> Option<String> {
    let mark = text.chars().find(|c| !c.is_ascii_digit()).filter(|c| ",. '".contains(*c))?;
    let mut groups = text.split(mark);
    let first = groups.next().filter(|first| (1..=3).contains(&first.len()))?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        digits.push_str(group);
    }
    Some(digits)
}

/// The letters and digits of `text`, where what stands between them are separators at the edges of `groups` alone:
/// `grouped("85.07.30-033 28", &[2, 2, 2, 3, 2])` is `85073003328`. Edges may go unmarked.
pub(super) fn grouped(text: &str, groups: &[usize]) -> Option<String> {
    let length: usize = groups.iter().sum();
    // Up to three separator characters an edge, as in `30 - 033`.
    if text.len() < length || text.len() > length + 3 * (groups.len() - 1) {
        return None;
    }
    if text.bytes().filter(u8::is_ascii_alphanumeric).count() != length {
        return None;
    }
    let edge = |at: usize| {
        groups
            .iter()
            .scan(0, |sum, group| {
                *sum += group;
                Some(*sum)
            })
            .any(|sum| sum == at)
    };
    let mut compact = String::with_capacity(length);
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            compact.push(c.to_ascii_uppercase());
        } else if !separates(c) || !edge(compact.len()) || compact.len() >= length {
            return None;
        }
    }
    (compact.len() == length).then_some(compact)
}

/// Whether people put this character between the groups of a number.
pub(super) fn separates(c: char) -> bool {
    matches!(c, ' ' | '.' | '-' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_show_is_taken_away() {
        for text in [
            "85073003328",
            " 85073003328 ",
            "'85073003328",
            "=\"85073003328\"",
            "\"85073003328\"",
            "8507\u{200b}3003328\u{feff}",
            "８５０７３００３３２８",
            "٨٥٠٧٣٠٠٣٣٢٨",
        ] {
            assert_eq!(plain(text), "85073003328", "{text:?}");
        }
        assert_eq!(plain("85.07.30\u{2011}033.28"), "85.07.30-033.28");
        assert_eq!(plain("85\u{202f}07\u{a0}30"), "85 07 30");
    }

    #[test]
    fn whole_numbers_are_read_in_every_print() {
        for text in [
            "85073003328",
            "85073003328.0",
            "85073003328,00",
            "8.5073003328E+10",
            "8,5073003328e10",
            "85,073,003,328",
            "85.073.003.328",
            "85 073 003 328",
        ] {
            assert_eq!(whole_number(text).as_deref(), Some("85073003328"), "{text}");
        }
        for text in [
            "",
            "85073003.328",
            "8.5073003328E+09",
            "85,07,30",
            "0.5",
            "-5",
            "1e",
            "e5",
            "1.5e99999999999999999999",
        ] {
            assert_eq!(whole_number(text), None, "{text}");
        }
    }

    #[test]
    fn separators_stand_at_the_edges_of_groups_only() {
        for text in ["85.07.30-033.28", "85 07 30 033 28", "850730-03328", "850730 - 033/28", "85073003328"] {
            assert_eq!(grouped(text, &[2, 2, 2, 3, 2]).as_deref(), Some("85073003328"), "{text}");
        }
        for text in
            ["8.507.30-033.28", "85.07.30-033.28-", "-85073003328", "85.07.30-033.2", "85_07_30_033_28"]
        {
            assert_eq!(grouped(text, &[2, 2, 2, 3, 2]), None, "{text}");
        }
    }
}
