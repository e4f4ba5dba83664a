//! A letter as the bytes of a message. The same letter always gives the same bytes.
#![allow(clippy::disallowed_methods, reason = "attachments are read here, when they are sent")]

use std::path::Path;
use std::time::SystemTime;

use exeat_desk::ports::{Attachment, Body, Failure, Letter, Port, Written};
use exeat_domain::digest::Sha256;
use exeat_domain::path::hides;
use exeat_domain::roster::{self, Language};
use lettre::message::header::{
    ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue,
};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use sha2::Digest;

use crate::render::{Rendered, render};

/// As whom the desk writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The name people see, such as `Release desk`.
    pub name: String,
    /// The address that answers go to.
    pub address: roster::Address,
}

impl Sender {
    /// The part of the address after the `@`.
    pub(crate) fn domain(&self) -> String {
        self.address.to_string().rsplit('@').next().unwrap_or_default().to_owned()
    }

    pub(crate) fn mailbox(&self) -> Result<Mailbox, Failure> {
        mailbox(Some(&self.name), &self.address)
    }
}

/// The longest header value made from a stranger's words, in characters.
const LONGEST_SUBJECT: usize = 200;
/// How many mails of a thread are referred to: its first, and the latest.
const MOST_REFERENCES: usize = 20;
/// The longest Message-ID that is referred to, in bytes; with its brackets it fits one line of RFC 5322.
const LONGEST_ID: usize = 250;

/// The message: text and HTML as alternatives, then the attachments.
///
/// Its date, its Message-ID and, through these, its boundaries are the letter's, so that a delivery in doubt can be
/// repeated byte for byte.
///
/// # Errors
/// [`Failure`] where an attachment cannot be read or is no longer what was reviewed, or an address or the Message-ID
/// cannot stand in a header.
pub fn compose(letter: &Letter, from: &Sender) -> Result<Message, Failure> {
    let id = plain_id(&letter.message_id).ok_or_else(|| {
        failure(
            "courier-letter",
            "The message has no usable Message-ID; this is a fault of the desk.",
            &letter.message_id,
        )
    })?;
    let words = render(letter, &from.name)?;
    let stranger = letter.body == Body::Refused;
    let to = mailbox((!stranger).then_some(letter.to.name.as_str()), &letter.to.address)?;
    let subject = subject(letter, &words.subject);
    let mut builder = Message::builder()
        .from(from.mailbox()?)
        .to(to)
        .subject(subject)
        .date(SystemTime::from(letter.date))
        .message_id(Some(format!("<{id}>")))
        .raw_header(header("Content-Language", tag(letter.language)));
    let asked = letter.thread.message_id.as_deref().and_then(plain_id);
    // RFC 3834: a machine answers, so that no other machine answers it.
    let machine = if asked.is_some() { "auto-replied" } else { "auto-generated" };
    builder = builder.raw_header(header("Auto-Submitted", machine));
    if let Some(asked) = asked {
        builder = builder.in_reply_to(format!("<{asked}>")).references(references(letter, asked));
    }
    let mixed = letter.attachments.iter().try_fold(
        MultiPart::mixed().boundary(boundary("mixed", id)).multipart(alternatives(words, id)),
        |parts, attachment| Ok(parts.singlepart(attached(attachment)?)),
    )?;
    builder.multipart(mixed).map_err(|error| {
        failure(
            "courier-letter",
            "The message could not be put together; this is a fault of the desk.",
            error,
        )
    })
}

/// The words of a letter as [`compose`] puts them into the message.
///
/// # Errors
/// [`Failure`] where a template fails, which is a fault of the desk.
pub fn words(letter: &Letter, from: &Sender) -> Result<Written, Failure> {
    let Rendered { subject: own, text, .. } = render(letter, &from.name)?;
    let sha256 = Sha256(sha2::Sha256::digest(&text).into());
    Ok(Written { subject: subject(letter, &own), text, sha256 })
}

fn failure(code: &'static str, message: impl Into<String>, detail: impl std::fmt::Display) -> Failure {
    Failure::new(Port::Courier, code, message, detail)
}

/// A boundary that no part can hold: `=_` is neither quoted-printable nor base64.
fn boundary(kind: &str, id: &str) -> String {
    let digest = Sha256(sha2::Sha256::digest(id).into()).to_string();
    format!("=_{kind}_{}", &digest[..32])
}

fn alternatives(words: Rendered, id: &str) -> MultiPart {
    let part = |kind, body: String| {
        SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(body)
    };
    MultiPart::alternative()
        .boundary(boundary("words", id))
        .singlepart(part(ContentType::TEXT_PLAIN, words.text))
        .singlepart(part(ContentType::TEXT_HTML, words.html))
}

/// The bytes of an attachment, if they are what was packed and tested.
///
/// # Errors
/// [`Failure`] where they are gone or changed.
pub(crate) fn whole(attachment: &Attachment) -> Result<Vec<u8>, Failure> {
    let name = one_line(&attachment.name, LONGEST_SUBJECT);
    let bytes = std::fs::read(&attachment.path).map_err(|error| {
        let message = format!("The package {name} cannot be read; the release makes it again.");
        failure("courier-attachment", message, format!("{}: {error}", attachment.path.display()))
    })?;
    let found = Sha256(sha2::Sha256::digest(&bytes).into());
    if found != attachment.sha256 {
        let message =
            format!("The package {name} is no longer what was packed and tested, so nothing was sent.");
        let detail = format!("{}: {found}, not {}", attachment.path.display(), attachment.sha256);
        return Err(failure("courier-changed", message, detail));
    }
    Ok(bytes)
}

fn attached(attachment: &Attachment) -> Result<SinglePart, Failure> {
    let name = one_line(&attachment.name, LONGEST_SUBJECT);
    let bytes = whole(attachment)?;
    Ok(SinglePart::builder()
        .header(kind_of(&name))
        .header(ContentDisposition::attachment(&name))
        .header(ContentTransferEncoding::Base64)
        .body(bytes))
}

fn kind_of(name: &str) -> ContentType {
    let zip = Path::new(name).extension().is_some_and(|end| end.eq_ignore_ascii_case("zip"));
    let kind = if zip { "application/zip" } else { "application/octet-stream" };
    ContentType::parse(kind).unwrap_or(ContentType::TEXT_PLAIN)
}

fn mailbox(name: Option<&str>, address: &roster::Address) -> Result<Mailbox, Failure> {
    let text = address.to_string();
    let address = text.parse().map_err(|error| {
        let message = format!("The address {text} cannot be written to; correct it in the roster.");
        failure("courier-address", message, error)
    })?;
    Ok(Mailbox::new(
        name.map(|name| one_line(name, LONGEST_SUBJECT)).filter(|name| !name.is_empty()),
        address,
    ))
}

/// The thread's subject with one `Re: `, or that of the message itself. A stranger gets nothing of theirs back.
fn subject(letter: &Letter, own: &str) -> String {
    let asked = letter.thread.subject.as_deref().filter(|_| letter.body != Body::Refused);
    let rest = asked.map(|asked| one_line(asked, LONGEST_SUBJECT)).unwrap_or_default();
    match without_reply_marks(&rest) {
        "" => one_line(own, LONGEST_SUBJECT),
        rest => format!("Re: {rest}"),
    }
}

/// The subject without the marks that mail programs of the three languages put before an answer.
fn without_reply_marks(subject: &str) -> &str {
    let mut rest = subject.trim();
    while let Some((mark, after)) = rest.split_once(':') {
        let mark = mark.trim().to_lowercase();
        if !matches!(mark.as_str(), "re" | "antw" | "antwoord" | "rép" | "réf" | "aw" | "sv") {
            break;
        }
        rest = after.trim_start();
    }
    rest
}

/// One line that can stand in a header: what hides or breaks lines becomes a blank, blanks in a row become one.
pub(crate) fn one_line(text: &str, most: usize) -> String {
    let visible: String = text.chars().map(|c| if hides(c) { ' ' } else { c }).collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    words.join(" ").chars().take(most).collect()
}

/// A Message-ID that can be repeated in a header as it is.
fn plain_id(id: &str) -> Option<&str> {
    let plain = id.len() <= LONGEST_ID
        && id.contains('@')
        && id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'<' && byte != b'>');
    plain.then_some(id)
}

/// The chain of the thread, its first mail and the latest ones, and the mail that is answered at its end.
/// A stranger's mail is answered without its chain.
fn references(letter: &Letter, asked: &str) -> String {
    let chain = letter.thread.references.iter().filter(|_| letter.body != Body::Refused);
    let chain: Vec<&str> = chain.filter_map(|id| plain_id(id)).filter(|id| *id != asked).collect();
    let kept = match chain.split_first() {
        Some((first, rest)) if rest.len() >= MOST_REFERENCES => {
            [&[*first], &rest[rest.len() + 1 - MOST_REFERENCES..]].concat()
        }
        _ => chain,
    };
    let ids: Vec<String> = kept.into_iter().chain([asked]).map(|id| format!("<{id}>")).collect();
    ids.join(" ")
}

/// The tag of a language in HTML and in headers.
pub(crate) const fn tag(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Nl => "nl",
        Language::Fr => "fr",
    }
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
