//! How a mail is put together: counted before it is read, so that no mail costs more than it should.

use mail_parser::{HeaderName, Message, MessageParser, MessagePart, MimeHeaders as _, PartType};

use crate::mailbox::Why;

/// The most parts, those of attached mails counted.
const MOST_PARTS: usize = 100;
/// How deep parts may lie in one another.
const DEEPEST: usize = 20;
/// The longest field of a part's header.
const LONGEST_FIELD: u32 = 64 * 1024;
/// How often the word that opens a part may stand in the whole mail.
const MOST_TYPES: usize = 2 * MOST_PARTS;
/// How many bytes may be gone through for the ends of parts: where one is missing, that is the whole mail for each part.
const MOST_SOUGHT: usize = 512 * 1024 * 1024;
/// How many lines may look like the beginning of a part.
const MOST_DASHES: usize = 50_000;

/// The parts of a mail that is within the limits.
///
/// The library that reads parts has no limits, and takes attached mails out of any encoding, in mails that it took out
/// before. So what can open a part is counted in the bytes first; then the parts are read with nothing decoded, counted,
/// and mails in an encoding, which none may have (RFC 2046), are found; only then is the mail read as it is.
pub(super) fn read(raw: &[u8]) -> Result<Message<'_>, Why> {
    let dashes = memchr::memmem::find_iter(raw, b"\n--").take(MOST_DASHES + 1).count();
    let sought = MOST_SOUGHT / raw.len().max(1);
    if dashes > MOST_DASHES
        || more_than(MOST_TYPES, b"content-type", raw)
        || more_than(sought, b"boundary", raw)
    {
        return Err(Why::TooManyParts);
    }
    let undecoded = MessageParser::new()
        .with_mime_headers()
        .header_raw(HeaderName::MimeVersion)
        .ignore_header(HeaderName::ContentTransferEncoding);
    let bare = undecoded.parse(raw).ok_or(Why::Unreadable)?;
    measure(&bare, raw)?;
    let message = MessageParser::default().parse(raw).ok_or(Why::Unreadable)?;
    measure(&message, raw)?;
    Ok(message)
}

/// Whether a word, in letters of any case, stands in the bytes more often than this.
fn more_than(most: usize, word: &[u8], raw: &[u8]) -> bool {
    let Some(first) = word.first() else { return false };
    let is = |at: usize| raw.get(at..at + word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word));
    memchr::memchr2_iter(*first, first.to_ascii_uppercase(), raw).filter(|&at| is(at)).nth(most).is_some()
}

/// Counts the parts and how deep they lie, and looks at each part's header.
fn measure(message: &Message<'_>, raw: &[u8]) -> Result<(), Why> {
    let mut parts = 0;
    let mut left = vec![(message, 0_u32, 1_usize)];
    while let Some((message, id, depth)) = left.pop() {
        let Some(part) = message.part(id) else { continue };
        parts += 1;
        if parts > MOST_PARTS {
            return Err(Why::TooManyParts);
        }
        if depth > DEEPEST {
            return Err(Why::TooDeep);
        }
        if part
            .headers
            .iter()
            .any(|field| field.offset_end.saturating_sub(field.offset_field) > LONGEST_FIELD)
        {
            return Err(Why::HeaderTooLong);
        }
        match &part.body {
            PartType::Multipart(ids) => left.extend(ids.iter().map(|id| (message, *id, depth + 1))),
            PartType::Message(inner) => {
                if encoded(part, raw) {
                    return Err(Why::Unreadable);
                }
                left.push((inner, 0, depth + 1));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether an attached mail is said to lie in an encoding.
fn encoded(part: &MessagePart<'_>, raw: &[u8]) -> bool {
    let from = usize::try_from(part.offset_header).unwrap_or(usize::MAX);
    let to = usize::try_from(part.offset_body).unwrap_or(usize::MAX);
    let header = String::from_utf8_lossy(raw.get(from..to).unwrap_or_default()).to_ascii_lowercase();
    let Some(at) = header.find("content-transfer-encoding") else { return false };
    let rest = header.get(at..).unwrap_or_default();
    rest.contains("base64") || rest.contains("quoted-printable")
}

/// What lies in a mail that no one can read as a request.
pub(super) fn readable(message: &Message<'_>) -> Result<(), Why> {
    for part in &message.parts {
        let Some(kind) = part.content_type() else { continue };
        let both = (kind.ctype(), kind.subtype().unwrap_or_default());
        match both {
            ("multipart", "encrypted") => return Err(Why::Encrypted),
            ("application", "pkcs7-mime" | "x-pkcs7-mime" | "pgp-encrypted") => return Err(Why::Encrypted),
            ("message", "partial" | "external-body") => return Err(Why::Unreadable),
            ("text", "calendar") if kind.has_attribute("method") => return Err(Why::Calendar),
            _ => {}
        }
    }
    let text = message.body_text(0).unwrap_or_default();
    let armoured = text.lines().find(|line| !line.trim().is_empty());
    match armoured {
        Some(line) if line.trim_start().starts_with("-----BEGIN PGP MESSAGE") => Err(Why::Encrypted),
        _ => Ok(()),
    }
}
