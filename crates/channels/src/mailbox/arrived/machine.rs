//! What machines send: notices of absence, reports of delivery, mails to lists, the desk's own mails come round again.

use exeat_domain::roster::Address;
use mail_parser::{Message, MimeHeaders as _};

use crate::mailbox::Why;

use super::address;
use super::head::Head;

/// Who the desk is, so that it knows its own mails and those that are meant for it.
#[derive(Clone, Debug)]
pub struct Ours {
    /// Every address under which mail reaches the desk.
    pub addresses: Vec<Address>,
    /// What tells the desk's Message-IDs from another's (`desk.id`).
    pub desk: String,
}

impl Ours {
    pub(super) fn holds(&self, other: &Address) -> bool {
        self.addresses.iter().any(|ours| address::same(ours, other))
    }

    /// Whether the desk gave this Message-ID.
    fn gave(&self, message_id: &str) -> bool {
        let own = |ours: &Address| format!(".{}@{}", self.desk, address::domain(ours)).to_ascii_lowercase();
        self.addresses.iter().any(|ours| message_id.to_ascii_lowercase().ends_with(&own(ours)))
    }
}

/// How the subjects of notices of absence begin.
const ABSENT_SUBJECTS: &[&str] = &[
    "automatic reply",
    "automatic response",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto:",
    "out of office",
    "out of the office",
    "automatisch antwoord",
    "automatische reactie",
    "automatisch bericht",
    "afwezig:",
    "afwezigheidsbericht",
    "afwezigheidsassistent",
    "ik ben afwezig",
    "buiten kantoor",
    "niet op kantoor",
    "réponse automatique",
    "reponse automatique",
    "message d'absence",
    "message d’absence",
    "avis d'absence",
    "avis d’absence",
    "absence du bureau",
    "absent du bureau",
    "absente du bureau",
    "je suis absent",
];

/// What notices of absence say, where their subject is a person's.
const ABSENT_WORDS: &[&str] = &[
    "i am out of the office",
    "i'm out of the office",
    "i’m out of the office",
    "i am currently out of",
    "i will be out of the office",
    "i am currently away",
    "i am on annual leave",
    "i am on leave until",
    "this is an automatic reply",
    "this is an automated re",
    "this is an automatic response",
    "ik ben afwezig",
    "ik ben momenteel afwezig",
    "ik ben niet op kantoor",
    "ik ben momenteel niet",
    "ik ben met verlof",
    "ik ben met vakantie",
    "ik ben op vakantie",
    "dit is een automatisch",
    "je suis absent",
    "je suis actuellement absent",
    "je suis en congé",
    "je suis actuellement en congé",
    "je serai absent",
    "je suis en vacances",
    "ceci est une réponse automatique",
    "ceci est un message automatique",
    "je ne suis pas au bureau",
];

/// How the subjects of reports begin.
const REPORT_SUBJECTS: &[&str] = &[
    "undelivered mail returned",
    "undeliverable",
    "undelivered",
    "delivery status notification",
    "mail delivery failed",
    "mail delivery failure",
    "delivery failure",
    "delivery has failed",
    "returned mail",
    "failure notice",
    "mail system error",
    "warning: could not send",
    "onbestelbaar",
    "niet bezorgd",
    "niet-bezorgd",
    "niet afgeleverd",
    "bezorging mislukt",
    "non remis",
    "non distribuable",
    "non distribué",
    "non délivré",
    "échec de la remise",
    "échec de remise",
    "échec de la distribution",
    "message non ",
];

/// What reports say, where their subject is a person's.
const REPORT_WORDS: &[&str] = &[
    "could not be delivered to one or more",
    "a message that you sent could not be delivered",
    "this is the mail system at host",
    "delivery to the following recipient",
    "the following address failed",
    "the following addresses had permanent fatal errors",
    "your message wasn't delivered",
    "your message wasn’t delivered",
    "kon niet worden bezorgd",
    "kon niet worden afgeleverd",
    "kan niet worden bezorgd",
    "is niet bezorgd bij",
    "n'a pas pu être remis",
    "n’a pas pu être remis",
    "n'a pas pu être distribué",
    "n’a pas pu être distribué",
    "n'a pas pu être délivré",
    "n’a pas pu être délivré",
];

/// The lines at the top of a mail in which a machine says that it is one.
const FIRST_LINES: usize = 12;

/// Whether a machine sent the mail, or it came round again; a person looks at these, and nothing answers them.
pub(super) fn look(head: &Head<'_>, message: &Message<'_>, from: &Address, ours: &Ours) -> Result<(), Why> {
    if looped(head, from, ours) {
        return Err(Why::Loop);
    }
    let subject = message.subject().unwrap_or_default().trim().to_lowercase();
    let begins = |with: &[&str]| with.iter().any(|start| subject.starts_with(start));
    let top = top(message);
    let says = |words: &[&str]| !top.names_a_file && words.iter().any(|phrase| top.words.contains(phrase));
    if reported(head, message, from) || begins(REPORT_SUBJECTS) || says(REPORT_WORDS) {
        return Err(Why::DeliveryReport);
    }
    if automatic(head) || begins(ABSENT_SUBJECTS) || says(ABSENT_WORDS) {
        return Err(Why::AutomaticReply);
    }
    if listed(head) { Err(Why::Bulk) } else { Ok(()) }
}

fn looped(head: &Head<'_>, from: &Address, ours: &Ours) -> bool {
    let own = |text: &str| {
        let text = text.trim_matches(['<', '>', ' ']);
        ours.gave(text) || address(text).is_some_and(|found| ours.holds(&found))
    };
    let delivered = head.all("Delivered-To").filter(|field| own(&field.text())).count();
    ours.holds(from)
        || delivered > 1
        || head.all("Message-ID").any(|field| own(&field.text()))
        || head.all("X-Loop").chain(head.all("X-Loop-To")).any(|field| own(&field.text()))
}

fn reported(head: &Head<'_>, message: &Message<'_>, from: &Address) -> bool {
    let part = message.parts.iter().filter_map(|part| part.content_type()).any(|kind| {
        matches!(
            (kind.ctype(), kind.subtype().unwrap_or_default()),
            ("multipart", "report")
                | (
                    "message",
                    "delivery-status"
                        | "disposition-notification"
                        | "global-delivery-status"
                        | "feedback-report"
                )
        )
    });
    let local = from.to_string().split('@').next().unwrap_or_default().to_ascii_lowercase();
    part || head.first("X-Failed-Recipients").is_some()
        || matches!(local.as_str(), "mailer-daemon" | "postmaster" | "mail-daemon")
}

fn automatic(head: &Head<'_>) -> bool {
    let submitted = |text: String| {
        let kind = text.split([';', ' ', '(']).next().unwrap_or_default().to_owned();
        !kind.eq_ignore_ascii_case("no")
    };
    head.all("Auto-Submitted").any(|field| submitted(field.text()))
        || ["X-Autoreply", "X-Auto-Reply", "X-Autorespond", "X-Autoresponder", "X-Mail-Autoreply"]
            .iter()
            .any(|name| head.first(name).is_some())
        || head.all("Precedence").any(|field| field.text().eq_ignore_ascii_case("auto_reply"))
}

fn listed(head: &Head<'_>) -> bool {
    let bulk = |text: String| ["bulk", "list", "junk"].iter().any(|kind| text.eq_ignore_ascii_case(kind));
    head.all("Precedence").any(|field| bulk(field.text()))
        || ["List-Id", "List-Post", "List-Unsubscribe"].iter().any(|name| head.first(name).is_some())
}

struct Top {
    words: String,
    names_a_file: bool,
}

/// The sender's first lines, in small letters: up to what is quoted below.
fn top(message: &Message<'_>) -> Top {
    let text = message.body_text(0).unwrap_or_default();
    let quoted = |line: &str| {
        let line = line.trim_start();
        line.starts_with('>') || line.starts_with("-----") || line.starts_with("_____")
    };
    let lines = text.lines().filter(|line| !line.trim().is_empty()).take_while(|line| !quoted(line));
    let words: Vec<String> = lines
        .take(FIRST_LINES)
        .map(|line| line.chars().take(400).collect::<String>().to_lowercase())
        .collect();
    let words = words.join(" ");
    let names_a_file = words.contains('\\') || words.contains("file:") || words.contains(".csv");
    Top { words, names_a_file }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_desk_knows_the_message_ids_it_gave() {
        let ours = Ours { addresses: vec!["desk@example.org".parse().unwrap()], desk: "spe".into() };
        assert!(ours.gave("ex-12.received.spe@EXAMPLE.org"));
        assert!(!ours.gave("ex-12.received@example.org"));
        assert!(!ours.gave("spe@example.org"));
        assert!(!ours.gave("a.spe@example.net"));
    }
}
