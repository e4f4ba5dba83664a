//! Whether bytes are text, and in which encoding: UTF-8, UTF-16 with its mark, or Windows-1252.

use std::io::{self, Read};

use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use encoding_rs_io::DecodeReaderBytesBuilder;

use crate::input::Content;

/// What a pass over all bytes says of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Survey {
    /// Text in this encoding.
    Text(&'static Encoding),
    /// It holds NUL bytes.
    Nul,
    /// It is in none of the encodings that are read.
    Undecodable,
}

/// Looks at all bytes.
pub(crate) fn survey(content: &Content) -> io::Result<Survey> {
    let head = content.head(3)?;
    if let Some((encoding, _)) = Encoding::for_bom(&head) {
        return match strictly(content, encoding)? {
            Strict { errors: true, .. } => Ok(Survey::Undecodable),
            Strict { nul: true, .. } => Ok(Survey::Nul),
            Strict { .. } => Ok(Survey::Text(encoding)),
        };
    }
    if let Some(text) = content.in_memory().and_then(|bytes| std::str::from_utf8(bytes).ok()) {
        return Ok(if text.contains('\0') { Survey::Nul } else { Survey::Text(UTF_8) });
    }
    match strictly(content, UTF_8)? {
        Strict { errors: false, nul: false } => return Ok(Survey::Text(UTF_8)),
        Strict { nul: true, .. } => return Ok(Survey::Nul),
        Strict { .. } => {}
    }
    Ok(if windows_1252(content)? { Survey::Text(WINDOWS_1252) } else { Survey::Undecodable })
}

/// The text as UTF-8, without its byte order mark.
pub(crate) fn open<'a>(content: &'a Content, encoding: &'static Encoding) -> io::Result<Box<dyn Read + 'a>> {
    if let (Some(bytes), true) = (content.in_memory(), encoding == UTF_8) {
        return Ok(Box::new(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)));
    }
    let bytes = content.open()?;
    let mut decoder = DecodeReaderBytesBuilder::new();
    decoder.encoding(Some(encoding)).bom_override(true).strip_bom(true);
    Ok(Box::new(decoder.build(bytes)))
}

/// What a strict decoding met.
struct Strict {
    errors: bool,
    nul: bool,
}

fn strictly(content: &Content, encoding: &'static Encoding) -> io::Result<Strict> {
    debug_assert!(encoding == UTF_8 || encoding == UTF_16LE || encoding == UTF_16BE);
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let (mut bytes, mut text) = (vec![0; 64 << 10], vec![0; 256 << 10]);
    let (mut from, mut seen) = (content.open()?, Strict { errors: false, nul: false });
    loop {
        let got = from.read(&mut bytes)?;
        let mut rest = &bytes[..got];
        loop {
            let (result, read, written) =
                decoder.decode_to_utf8_without_replacement(rest, &mut text, got == 0);
            seen.nul |= memchr::memchr(0, &text[..written]).is_some();
            seen.errors |= matches!(result, DecoderResult::Malformed(..));
            rest = &rest[read..];
            if result == DecoderResult::InputEmpty {
                break;
            }
        }
        if got == 0 || (seen.errors && seen.nul) {
            return Ok(seen);
        }
    }
}

/// Whether no byte is one that Windows-1252 lacks, nor a control byte other than tab, LF and CR.
fn windows_1252(content: &Content) -> io::Result<bool> {
    let (mut bytes, mut from) = (vec![0; 64 << 10], content.open()?);
    loop {
        let got = from.read(&mut bytes)?;
        if got == 0 {
            return Ok(true);
        }
        let strange = |&byte: &u8| {
            matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d | 0x7f)
                || (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r'))
        };
        if bytes[..got].iter().any(strange) {
            return Ok(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Opened, Source};
    use crate::policy::Limits;

    fn content(bytes: &[u8]) -> Content {
        match Content::open_source(Source::Bytes(bytes.to_vec()), &Limits::default()).unwrap() {
            Opened::Small(content) => content,
            Opened::Large(_) => unreachable!(),
        }
    }

    #[test]
    fn the_encoding_is_told() {
        for (bytes, expected) in [
            (b"caf\xc3\xa9".as_slice(), Survey::Text(UTF_8)),
            (b"caf\xe9", Survey::Text(WINDOWS_1252)),
            (b"\xff\xfea\0", Survey::Text(UTF_16LE)),
            (b"\xfe\xff\0a", Survey::Text(UTF_16BE)),
            (b"a\0b", Survey::Nul),
            (b"\xff\xfea\0\0\0", Survey::Nul),
            (b"\xff\xfea", Survey::Undecodable),
            (b"caf\xe9\x81", Survey::Undecodable),
            (b"caf\xe9\x07", Survey::Undecodable),
        ] {
            assert_eq!(survey(&content(bytes)).unwrap(), expected, "{bytes:?}");
        }
    }

    #[test]
    fn text_is_decoded_and_its_mark_dropped() {
        for bytes in [b"\xef\xbb\xbf\xc3\xa9".as_slice(), b"\xe9", b"\xff\xfe\xe9\0", b"\xfe\xff\0\xe9"] {
            let content = content(bytes);
            let Survey::Text(encoding) = survey(&content).unwrap() else { panic!("{bytes:?}") };
            let mut text = String::new();
            open(&content, encoding).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "é");
        }
    }
}
