//! Standard output: what cannot be written is an error, a reader who left is not.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd as _;

use exeat_domain::path::hides;
use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter};

/// Where a command prints.
pub(crate) type Output = dyn Write;

/// Calls `write` with standard output; a closed pipe ends quietly.
///
/// # Errors
/// The output cannot be written: a full disk, a descriptor that is not open for writing.
pub(crate) fn print(write: impl FnOnce(&mut Output) -> io::Result<()>) -> io::Result<()> {
    // The standard library's own handle takes a descriptor that cannot be written for a success.
    let descriptor = io::stdout().as_fd().try_clone_to_owned()?;
    let mut out = BufWriter::new(File::from(descriptor));
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            // What is buffered has no reader either.
            drop(out.into_parts());
            Ok(())
        }
        Err(error) => {
            drop(out.into_parts());
            Err(error)
        }
        Ok(()) => Ok(()),
    }
}

/// Writes JSON on one line in which every character that hides or controls is escaped, so that it can be shown on a terminal.
#[derive(Debug)]
pub(crate) struct PlainJson;

impl PlainJson {
    /// Writes one document and ends its line.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn write(out: &mut Output, document: &impl Serialize) -> io::Result<()> {
        document
            .serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Self))
            .map_err(io::Error::from)?;
        out.write_all(b"\n")
    }
}

impl Formatter for PlainJson {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut plain = fragment;
        while let Some((at, hidden)) = plain.char_indices().find(|(_, character)| hides(*character)) {
            writer.write_all(&plain.as_bytes()[..at])?;
            for unit in hidden.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            plain = &plain[at + hidden.len_utf8()..];
        }
        writer.write_all(plain.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        serde_json::ser::CompactFormatter.write_char_escape(writer, escape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_holds_no_control_character_and_means_the_same() {
        let text = "a\u{1b}[31m\u{7f}\u{9b}\u{202e}b\"\\\n é 患 \u{e0041}";
        let mut out = Vec::new();
        PlainJson::write(&mut out, &text).unwrap();
        let written = String::from_utf8(out).unwrap();
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        assert!(!written.trim_end_matches('\n').chars().any(hides), "{written:?}");
        assert!(written.contains("é 患"));
    }
}
