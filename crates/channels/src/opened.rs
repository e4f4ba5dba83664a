//! A message as its recipient's mail program shows it: subject, text, attachments.

use mail_parser::{MessageParser, MimeHeaders as _};

/// A message, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
    /// Its subject.
    pub subject: String,
    /// Its plain text.
    pub text: String,
    /// Names and bytes of what goes along.
    pub attachments: Vec<(String, Vec<u8>)>,
}

impl Opened {
    /// Reads the bytes of a message; none where they are no message.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let message = MessageParser::default().parse(bytes)?;
        let attachment = |part: &mail_parser::MessagePart<'_>| {
            (part.attachment_name().unwrap_or_default().to_owned(), part.contents().to_vec())
        };
        Some(Self {
            message_id: message.message_id()?.to_owned(),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: message.body_text(0).unwrap_or_default().replace("\r\n", "\n"),
            attachments: message.attachments().map(attachment).collect(),
        })
    }
}
