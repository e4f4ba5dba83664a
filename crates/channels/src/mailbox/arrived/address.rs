//! Who a mail is from: one address, or none that the desk would act on.

use exeat_domain::roster::Address;
use mail_parser::Message;

use crate::mailbox::Why;

use super::head::Head;

/// The one address under `From`, with its domain as the name service knows it.
///
/// The field is read here and by the library that reads the rest of the mail: where the two disagree, nobody knows what
/// a mail program would show, and the address is unclear.
pub(super) fn sender(head: &Head<'_>, message: &Message<'_>) -> Result<Address, Why> {
    let mut fields = head.all("From");
    let field = fields.next().ok_or(Why::FromMissing)?;
    if fields.next().is_some() {
        return Err(Why::FromSeveral);
    }
    let text = field.strict().ok_or(Why::FromUnclear)?;
    let written = one(&text)?;
    let read = match message.from() {
        Some(mail_parser::Address::List(list)) => match list.as_slice() {
            [only] => only.address(),
            _ => return Err(Why::FromSeveral),
        },
        _ => None,
    };
    if read != Some(written) {
        return Err(Why::FromUnclear);
    }
    address(written).ok_or(Why::FromUnclear)
}

/// The address in the text of the field: `address`, `name <address>`, or the old `address (name)`.
fn one(text: &str) -> Result<&str, Why> {
    let bare = outside_quotes(text)?;
    if bare.iter().any(|(_, c)| *c == ',') {
        return Err(Why::FromSeveral);
    }
    if bare.is_empty() && text.trim().is_empty() {
        return Err(Why::FromMissing);
    }
    if bare.iter().any(|(_, c)| matches!(c, ':' | ';' | '[' | ']' | '\\')) {
        return Err(Why::FromUnclear);
    }
    let places = |wanted: char| bare.iter().filter(move |(_, c)| *c == wanted).map(|(at, _)| *at);
    let opens: Vec<usize> = places('<').collect();
    let closes: Vec<usize> = places('>').collect();
    let cut = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let (name, found, rest) = match (opens.as_slice(), closes.as_slice()) {
        ([open], [close]) if open < close => {
            (cut(0, *open), cut(open + 1, *close), cut(close + 1, text.len()))
        }
        ([], []) => {
            let end = text.find([' ', '\t', '(']).unwrap_or(text.len());
            ("", cut(0, end), cut(end, text.len()))
        }
        _ => return Err(Why::FromUnclear),
    };
    let rest = rest.trim();
    let comment = rest.is_empty() || rest.starts_with('(') && rest.find(')') == Some(rest.len() - 1);
    let named = !outside_quotes(name)?.iter().any(|(_, c)| matches!(c, '@' | '(' | ')'));
    let quoted = found.contains(['"', '(', ')']);
    if comment && named && !quoted { Ok(found) } else { Err(Why::FromUnclear) }
}

/// The characters that stand outside quotes, and where.
fn outside_quotes(text: &str) -> Result<Vec<(usize, char)>, Why> {
    let mut bare = vec![];
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if !quoted => bare.push((at, c)),
            _ => {}
        }
    }
    if quoted { Err(Why::FromUnclear) } else { Ok(bare) }
}

/// An address with its domain in small letters and A-labels.
pub(in crate::mailbox) fn address(text: &str) -> Option<Address> {
    let (local, domain) = text.split_once('@')?;
    let domain = idna::domain_to_ascii(domain).ok()?;
    let host = domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
    if !host || exeat_domain::path::shown(local) != local {
        return None;
    }
    format!("{local}@{domain}").parse().ok()
}

/// Whether both are one address: letters of ASCII count without case, all others as they are.
pub(in crate::mailbox) fn same(one: &Address, other: &Address) -> bool {
    one.to_string().eq_ignore_ascii_case(&other.to_string())
}

/// The part after the `@`.
pub(in crate::mailbox) fn domain(address: &Address) -> String {
    address.to_string().rsplit('@').next().unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_found_or_none() {
        for (text, found) in [
            ("one@example.org", Ok("one@example.org")),
            ("<one@example.org>", Ok("one@example.org")),
            ("Requester One <one@example.org>", Ok("one@example.org")),
            ("\"One, Requester\" <one@example.org>", Ok("one@example.org")),
            ("\"other@example.net\" <one@example.org>", Ok("one@example.org")),
            ("one@example.org (Requester One)", Ok("one@example.org")),
            ("", Err(Why::FromMissing)),
            ("one@example.org, two@example.org", Err(Why::FromSeveral)),
            ("Team: one@example.org;", Err(Why::FromUnclear)),
            ("two@example.net <one@example.org>", Err(Why::FromUnclear)),
            ("<one@example.org> <two@example.org>", Err(Why::FromUnclear)),
            ("One <one(two)@example.org>", Err(Why::FromUnclear)),
            ("One (two@example.net) <one@example.org>", Err(Why::FromUnclear)),
            ("one@example.org (a) (b)", Err(Why::FromUnclear)),
            ("one@example.org two", Err(Why::FromUnclear)),
            ("\"one <one@example.org>", Err(Why::FromUnclear)),
        ] {
            assert_eq!(one(text), found, "{text}");
        }
    }

    #[test]
    fn a_domain_is_compared_as_the_name_service_knows_it() {
        assert_eq!(address("One@BÜCHER.example").unwrap().to_string(), "One@xn--bcher-kva.example");
        assert!(address("one@exa mple.org").is_none());
        let kelvin = address("\u{212A}elly@example.org").unwrap();
        assert!(!same(&kelvin, &"kelly@example.org".parse().unwrap()));
    }
}
