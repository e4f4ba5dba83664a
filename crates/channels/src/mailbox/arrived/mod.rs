//! A mail as it arrived, within limits: what may be read from it, and what keeps it from being read at all.

mod address;
mod head;
mod machine;
mod shape;

use chrono::{DateTime, TimeDelta, Utc};
use exeat_domain::digest::Sha256;
use exeat_domain::path::{hides, shown};
use exeat_domain::request::Thread;
use exeat_domain::roster::Address;
use mail_parser::{HeaderValue, Message};
use sha2::Digest as _;

use super::why::Why;

pub use machine::Ours;

pub(super) use address::{address, domain, same};
pub(super) use head::Head;

use head::Field;

/// The largest mail, in bytes.
const LARGEST: usize = 25 * 1024 * 1024;
/// The longest Message-ID; with its brackets it fits one line of an answer.
const LONGEST_ID: usize = 250;
/// How many mails of a thread are followed.
const MOST_REFERENCES: usize = 50;
/// How far a sender's clock may be ahead.
const AHEAD: TimeDelta = TimeDelta::days(1);
/// What may stand in a header once.
const ONCE: [&str; 13] = [
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Subject",
    "Date",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Disposition",
    "Content-ID",
];
/// What makes a mail another mail, beside its body.
const TELLING: [&str; 12] = [
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

/// What a site asks of every mail, whoever it is from.
#[derive(Clone, Debug)]
pub(super) struct Demands<'a> {
    pub(super) ours: &'a Ours,
    pub(super) return_path: bool,
    pub(super) oldest: TimeDelta,
}

/// A mail that was opened and may be judged. Nothing is known yet of who sent it.
#[derive(Clone, Debug)]
pub struct Arrived<'x> {
    raw: &'x [u8],
    head: Head<'x>,
    message: Message<'x>,
    from: Address,
    thread: Thread,
}

/// A mail that was not opened, and what can be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Why.
    pub why: Why,
    /// Who it says it is from: a stranger's words, fit for the ledger.
    pub claimed: Option<String>,
    /// Its Message-ID, where it has one that is sane.
    pub message_id: Option<String>,
}

impl Stopped {
    fn of(why: Why, raw: &[u8]) -> Self {
        let top = String::from_utf8_lossy(raw.get(..raw.len().min(LARGEST / 100)).unwrap_or_default());
        let named = |name: &str| {
            let lines = top.lines().take_while(|line| !line.is_empty());
            let mut values = lines.filter_map(|line| line.split_once(':'));
            values.find(|(found, _)| found.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
        };
        let claimed = named("From").map(|text| shown(&text.chars().take(200).collect::<String>()));
        Self { why, claimed, message_id: named("Message-ID").and_then(plain_id) }
    }
}

impl<'x> Arrived<'x> {
    pub(super) fn open(raw: &'x [u8], demands: &Demands<'_>, now: DateTime<Utc>) -> Result<Self, Stopped> {
        Self::read(raw, demands, now).map_err(|why| Stopped::of(why, raw))
    }

    fn read(raw: &'x [u8], demands: &Demands<'_>, now: DateTime<Utc>) -> Result<Self, Why> {
        if raw.len() > LARGEST {
            return Err(Why::TooLarge);
        }
        head::line_ends(raw)?;
        let head = Head::split(raw)?;
        head::smuggling(raw.get(head.body..).unwrap_or_default())?;
        if ONCE.iter().any(|name| head.all(name).count() > 1) {
            return Err(Why::HeaderRepeated);
        }
        let message = shape::read(raw)?;
        let from = address::sender(&head, &message)?;
        let message_id = message_id(&head)?;
        nothing_hidden(&head, &message)?;
        machine::look(&head, &message, &from, demands.ours)?;
        shape::readable(&message)?;
        sent_by_one(&head, &message, &from)?;
        if demands.return_path {
            return_path(&head)?;
        }
        dated(&message, demands.oldest, now)?;
        addressed(&message, demands.ours)?;
        let subject = message.subject().map(str::to_owned);
        let thread =
            Thread { references: references(&message), message_id: Some(message_id), subject, ticket: None };
        Ok(Self { raw, head, message, from, thread })
    }

    /// The mail as it was parsed, within the limits.
    #[must_use]
    pub fn message(&self) -> &Message<'x> {
        &self.message
    }

    /// Who it says it is from, the domain in small letters and A-labels. Proves nothing.
    #[must_use]
    pub fn claimed(&self) -> &Address {
        &self.from
    }

    /// The thread that it stands in; its Message-ID is always there.
    #[must_use]
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// Its Message-ID, without angle brackets.
    #[must_use]
    pub fn message_id(&self) -> &str {
        self.thread.message_id.as_deref().unwrap_or_default()
    }

    /// What tells this mail from another with its Message-ID: all that its sender wrote, and nothing that servers add.
    #[must_use]
    pub fn digest(&self) -> Sha256 {
        let mut hash = sha2::Sha256::new();
        for name in TELLING {
            for field in self.head.all(name) {
                let value = field.text();
                hash.update(format!("{}:{}:{value}\n", name.to_ascii_lowercase(), value.len()));
            }
        }
        hash.update(b"\n");
        hash.update(self.raw.get(self.head.body..).unwrap_or_default());
        Sha256(hash.finalize().into())
    }

    pub(super) fn raw(&self) -> &'x [u8] {
        self.raw
    }

    pub(super) fn head(&self) -> &Head<'x> {
        &self.head
    }
}

/// The Message-ID without its brackets: exactly one, and fit to be repeated in an answer.
fn message_id(head: &Head<'_>) -> Result<String, Why> {
    let mut fields = head.all("Message-ID");
    let field = fields.next().ok_or(Why::MessageId)?;
    if fields.next().is_some() {
        return Err(Why::MessageId);
    }
    plain_id(&field.text()).ok_or(Why::MessageId)
}

fn plain_id(text: &str) -> Option<String> {
    let id = text.strip_prefix('<')?.strip_suffix('>')?;
    let plain = id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'<' && byte != b'>');
    let whole = id.split_once('@').is_some_and(|(local, host)| !local.is_empty() && !host.is_empty());
    (plain && whole && id.len() <= LONGEST_ID).then(|| id.to_owned())
}

/// The mails before this one, oldest first: what `References` says, with what `In-Reply-To` adds.
fn references(message: &Message<'_>) -> Vec<String> {
    let ids = |value: &HeaderValue<'_>| -> Vec<String> {
        let listed = value.as_text_list().unwrap_or_default().iter().map(ToString::to_string);
        let brackets = |id: String| plain_id(&format!("<{id}>"));
        listed.filter_map(brackets).collect()
    };
    let mut found = ids(message.references());
    for id in ids(message.in_reply_to()) {
        if !found.contains(&id) {
            found.push(id);
        }
    }
    let many = found.len().saturating_sub(MOST_REFERENCES);
    found.split_off(many)
}

/// No subject and no name with characters that hide, turn or cut what is seen: encoded words can hold any.
///
/// Where a field has none, the ends of its lines are those of the header, which was looked at before.
fn nothing_hidden(head: &Head<'_>, message: &Message<'_>) -> Result<(), Why> {
    let coded = |name: &str| head.first(name).is_some_and(|field| field.text().contains("=?"));
    let hidden = |text: &str, coded: bool| {
        let fold = |c: char| c == '\t' || !coded && matches!(c, '\r' | '\n');
        text.chars().any(|c| hides(c) && !joins(c) && !fold(c))
    };
    let mut names =
        message.from().into_iter().flat_map(mail_parser::Address::iter).filter_map(|one| one.name());
    let subject = message.subject().is_some_and(|text| hidden(text, coded("Subject")));
    if subject || names.any(|text| hidden(text, coded("From"))) {
        Err(Why::ControlCharacters)
    } else {
        Ok(())
    }
}

/// What writing and emoji need: joiners, a soft hyphen, the mark of a text's beginning.
fn joins(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{AD}' | '\u{FEFF}')
}

/// Nobody else sent it, none else gets the answers or a receipt.
fn sent_by_one(head: &Head<'_>, message: &Message<'_>, from: &Address) -> Result<(), Why> {
    let elsewhere = |list: Option<&mail_parser::Address<'_>>| {
        list.is_some_and(|list| {
            let own = |one: &mail_parser::Addr<'_>| {
                let found = one.address().and_then(address);
                found.is_some_and(|found| same(&found, from))
            };
            !list.iter().all(own) || list.iter().next().is_none()
        })
    };
    let unread = |name: &str, list: Option<&mail_parser::Address<'_>>| {
        list.is_none() && head.first(name).is_some_and(|field| !field.text().is_empty())
    };
    if elsewhere(message.reply_to()) || unread("Reply-To", message.reply_to()) {
        return Err(Why::ReplyElsewhere);
    }
    let resent = head.fields.iter().any(|field| {
        let start = field.name.get(..7).unwrap_or_default();
        start.eq_ignore_ascii_case("Resent-")
    });
    if resent || elsewhere(message.sender()) || unread("Sender", message.sender()) {
        return Err(Why::SenderElsewhere);
    }
    let receipt = ["Disposition-Notification-To", "Return-Receipt-To", "X-Confirm-Reading-To"];
    let asked = receipt.iter().flat_map(|name| head.all(name));
    let mine = |text: String| {
        let inner = text.rsplit_once('<').map_or(text.as_str(), |(_, rest)| rest.trim_end_matches('>'));
        address(inner.trim()).is_some_and(|found| same(&found, from))
    };
    if asked.into_iter().all(|field| mine(field.text())) { Ok(()) } else { Err(Why::ReceiptElsewhere) }
}

/// The server that took the mail in wrote down, once, where it is to be returned to.
fn return_path(head: &Head<'_>) -> Result<(), Why> {
    let mut fields = head.all("Return-Path");
    let path = fields.next().map(Field::text).unwrap_or_default();
    let inner = path.strip_prefix('<').and_then(|path| path.strip_suffix('>')).unwrap_or(&path).to_owned();
    if fields.next().is_some() || address(&inner).is_none() { Err(Why::ReturnPath) } else { Ok(()) }
}

fn dated(message: &Message<'_>, oldest: TimeDelta, now: DateTime<Utc>) -> Result<(), Why> {
    let date = message.date().filter(|date| date.is_valid()).ok_or(Why::Dated)?;
    let date = DateTime::from_timestamp(date.to_timestamp(), 0).ok_or(Why::Dated)?;
    if date > now + AHEAD || date < now - oldest { Err(Why::Dated) } else { Ok(()) }
}

fn addressed(message: &Message<'_>, ours: &Ours) -> Result<(), Why> {
    let lists = message.to().into_iter().chain(message.cc());
    let mut all = lists.flat_map(mail_parser::Address::iter).filter_map(|one| one.address());
    let found = all.any(|text| address(text).is_some_and(|found| ours.holds(&found)));
    if found { Ok(()) } else { Err(Why::NotAddressed) }
}
