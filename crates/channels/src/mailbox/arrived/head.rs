//! A mail's header, field by field: what it must look like before anything is read from it.

use memchr::{memchr, memchr_iter};

use crate::mailbox::Why;

/// The longest field, with its name.
const LONGEST_FIELD: usize = 64 * 1024;
/// The longest header: no mail program or server comes near.
const LONGEST_HEAD: usize = 256 * 1024;
/// The most fields.
const MOST_FIELDS: usize = 1000;
/// The most servers a mail may have gone through.
const MOST_HOPS: usize = 50;
/// The most signatures of each kind.
const MOST_SIGNATURES: usize = 10;
/// The longest signature.
const LONGEST_SIGNATURE: usize = 8 * 1024;

/// The fields that sign, each counted on its own.
const SIGNATURES: [&str; 4] =
    ["DKIM-Signature", "ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results"];

/// One field, as it came.
#[derive(Clone, Copy, Debug)]
pub(in crate::mailbox) struct Field<'x> {
    pub(in crate::mailbox) name: &'x str,
    raw: &'x [u8],
}

impl Field<'_> {
    pub(in crate::mailbox) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The value in one line, with what is no UTF-8 replaced.
    pub(in crate::mailbox) fn text(&self) -> String {
        String::from_utf8_lossy(self.raw).replace("\r\n", "").trim_matches([' ', '\t']).to_owned()
    }

    /// The value in one line, if it is UTF-8.
    pub(in crate::mailbox) fn strict(&self) -> Option<String> {
        std::str::from_utf8(self.raw).ok().map(|_| self.text())
    }
}

/// The header, and where the body begins.
#[derive(Clone, Debug)]
pub(in crate::mailbox) struct Head<'x> {
    pub(in crate::mailbox) fields: Vec<Field<'x>>,
    pub(in crate::mailbox) body: usize,
}

impl<'x> Head<'x> {
    /// The fields of a mail whose lines end as they must ([`line_ends`]).
    pub(in crate::mailbox) fn split(raw: &'x [u8]) -> Result<Self, Why> {
        let mut fields: Vec<Field<'x>> = vec![];
        let mut at = 0;
        loop {
            let rest = raw.get(at..).unwrap_or_default();
            let end = end_of_field(rest);
            if end > LONGEST_FIELD || at > LONGEST_HEAD || fields.len() > MOST_FIELDS {
                return Err(Why::HeaderTooLong);
            }
            match rest.get(..end) {
                None | Some([]) => break,
                Some(line) => fields.push(field(line)?),
            }
            at += end + 2;
        }
        let head = Self { fields, body: raw.len().min(at + 2) };
        head.bounded()?;
        Ok(head)
    }

    fn bounded(&self) -> Result<(), Why> {
        if self.all("Received").count() > MOST_HOPS {
            return Err(Why::TooManyHops);
        }
        let signature = |field: &Field<'_>| SIGNATURES.iter().any(|name| field.is(name));
        if SIGNATURES.iter().any(|name| self.all(name).count() > MOST_SIGNATURES)
            || self.fields.iter().any(|field| signature(field) && field.raw.len() > LONGEST_SIGNATURE)
        {
            return Err(Why::TooManySignatures);
        }
        Ok(())
    }

    /// Every field of this name, the topmost first.
    pub(in crate::mailbox) fn all(&self, name: &str) -> impl Iterator<Item = &Field<'x>> {
        self.fields.iter().filter(move |field| field.is(name))
    }

    /// The topmost field of this name.
    pub(in crate::mailbox) fn first(&self, name: &str) -> Option<&Field<'x>> {
        self.all(name).next()
    }

    /// What stands above the line of the server that took the mail in last.
    pub(in crate::mailbox) fn above_received(&self) -> &[Field<'x>] {
        let end = self.fields.iter().position(|field| field.is("Received")).unwrap_or(0);
        self.fields.get(..end).unwrap_or_default()
    }
}

/// Where the field ends, folded lines included, before its `\r\n`; nothing stands before the empty line that ends the header.
fn end_of_field(rest: &[u8]) -> usize {
    if rest.starts_with(b"\r\n") {
        return 0;
    }
    let last = |at: &usize| !matches!(rest.get(at + 1), Some(b' ' | b'\t'));
    memchr_iter(b'\n', rest).find(last).map_or(rest.len(), |at| at.saturating_sub(1))
}

/// A name of printable characters right before the colon, and no line in the value that is empty to the eye.
fn field(line: &[u8]) -> Result<Field<'_>, Why> {
    let colon = memchr(b':', line).ok_or(Why::Malformed)?;
    let (name, raw) = line.split_at_checked(colon).ok_or(Why::Malformed)?;
    let raw = raw.get(1..).unwrap_or_default();
    let name = std::str::from_utf8(name).ok().filter(|name| !name.is_empty()).ok_or(Why::Malformed)?;
    let blank = |line: &[u8]| line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
    if !name.bytes().all(|byte| byte.is_ascii_graphic()) || raw.split(|&b| b == b'\n').skip(1).any(blank) {
        return Err(Why::Malformed);
    }
    let hidden = |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\r' | b'\n');
    if raw.iter().any(hidden) { Err(Why::ControlCharacters) } else { Ok(Field { name, raw }) }
}

/// Every line ends with `\r\n`, and there is no NUL: what servers would understand differently is not read at all.
pub(in crate::mailbox) fn line_ends(raw: &[u8]) -> Result<(), Why> {
    let before = |at: usize| at.checked_sub(1).and_then(|at| raw.get(at));
    if memchr_iter(b'\n', raw).any(|at| before(at) != Some(&b'\r'))
        || memchr_iter(b'\r', raw).any(|at| raw.get(at + 1) != Some(&b'\n'))
    {
        return Err(Why::BareLineEnds);
    }
    if memchr(0, raw).is_some() { Err(Why::ControlCharacters) } else { Ok(()) }
}

/// No line with a lone dot is followed by a command of SMTP.
pub(in crate::mailbox) fn smuggling(body: &[u8]) -> Result<(), Why> {
    const COMMANDS: [&[u8]; 7] =
        [b"MAIL FROM:", b"RCPT TO:", b"EHLO ", b"HELO ", b"DATA\r\n", b"RSET\r\n", b"BDAT "];
    let command = |rest: &[u8]| {
        COMMANDS.iter().any(|verb| rest.get(..verb.len()).is_some_and(|head| head.eq_ignore_ascii_case(verb)))
    };
    let found = memchr::memmem::find_iter(body, b"\r\n.\r\n")
        .any(|at| command(body.get(at + 5..).unwrap_or_default()));
    if found { Err(Why::Smuggled) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(raw: &str) -> Result<Vec<String>, Why> {
        let head = Head::split(raw.as_bytes())?;
        Ok(head.fields.iter().map(|field| format!("{}={}", field.name, field.text())).collect())
    }

    #[test]
    fn a_header_is_split_where_its_lines_end() {
        assert_eq!(
            names("A: 1\r\nB:2\r\n  3\r\n\t4\r\n\r\nC: 5\r\n"),
            Ok(vec!["A=1".into(), "B=2  3\t4".into()])
        );
        assert_eq!(names("A: 1"), Ok(vec!["A=1".into()]));
        assert_eq!(names(""), Ok(vec![]));
        assert_eq!(names("A : 1\r\n\r\n"), Err(Why::Malformed));
        assert_eq!(names("A\r\n\r\n"), Err(Why::Malformed));
        assert_eq!(names("A: 1\r\n \r\n\tB: 2\r\n\r\n"), Err(Why::Malformed));
        assert_eq!(names("A: \u{7}\r\n\r\n"), Err(Why::ControlCharacters));
    }

    #[test]
    fn the_body_begins_after_the_empty_line() {
        assert_eq!(Head::split(b"A: 1\r\n\r\nbody").unwrap().body, 8);
        assert_eq!(Head::split(b"A: 1\r\n").unwrap().body, 6);
        assert_eq!(Head::split(b"A: 1\r\n\r\n B: 2\r\n").unwrap().fields.len(), 1);
    }
}
