//! The forms in which a mail shows itself: its text, its HTML, or both.

use mail_parser::{Address, Message, MessagePart, MimeHeaders as _, PartType};

use super::line::{MOST_WORDS, View};
use super::text::Flow;
use super::{history, html, text};

/// What a mail shows.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// One view, or the text's and the HTML's.
    pub(super) views: Vec<View>,
    /// The names of attachments that may hold a list.
    pub(super) attached: Vec<String>,
}

/// The most parts that are read as words.
const MOST_PARTS: usize = 20;

/// The views of a mail, each line known for whose words it is.
pub(super) fn of(message: &Message<'_>) -> Shown {
    let name = sender(message);
    let mut views = vec![];
    let same = message.text_body == message.html_body;
    for ids in [Some(&message.text_body), Some(&message.html_body).filter(|_| !same)].into_iter().flatten() {
        let mut view = View::default();
        let mut budget = MOST_WORDS;
        for part in ids.iter().take(MOST_PARTS).filter_map(|&id| message.part(id)) {
            add(part, &mut view, &mut budget);
        }
        view.cut |= ids.len() > MOST_PARTS;
        history::mark(&mut view, &name);
        views.push(view);
    }
    Shown { views, attached: attached(message) }
}

/// The one view of a plain text.
pub(super) fn of_text(words: &str) -> Shown {
    let mut view = View::default();
    let mut budget = MOST_WORDS;
    text::read(words, Flow::default(), &mut view, &mut budget);
    history::mark(&mut view, "");
    Shown { views: vec![view], attached: vec![] }
}

fn add(part: &MessagePart<'_>, view: &mut View, budget: &mut usize) {
    let disposed = part.content_disposition().is_some_and(mail_parser::ContentType::is_attachment);
    if disposed || part.attachment_name().is_some() {
        return;
    }
    view.cut |= part.is_encoding_problem;
    match &part.body {
        PartType::Text(words) => text::read(words, flow(part), view, budget),
        PartType::Html(words) => html::read(words, view, budget),
        _ => {}
    }
}

fn flow(part: &MessagePart<'_>) -> Flow {
    let says = |name: &str, value: &str| {
        let said = part.content_type().and_then(|kind| kind.attribute(name));
        said.is_some_and(|said| said.eq_ignore_ascii_case(value))
    };
    Flow { flowed: says("format", "flowed"), delsp: says("delsp", "yes") }
}

fn sender(message: &Message<'_>) -> String {
    let first = message.from().and_then(Address::first);
    first.and_then(|sender| sender.name()).map(|name| name.chars().take(100).collect()).unwrap_or_default()
}

/// The names of attachments that may hold a list of files: texts, tables, other mails.
fn attached(message: &Message<'_>) -> Vec<String> {
    let lists = |part: &&MessagePart<'_>| {
        matches!(part.body, PartType::Text(_) | PartType::Html(_) | PartType::Message(_))
            || part.attachment_name().is_some_and(|name| {
                let name = name.to_lowercase();
                ["csv", "txt", "xlsx", "xls", "docx", "doc", "pdf", "eml", "msg", "ods", "odt"]
                    .iter()
                    .any(|kind| name.ends_with(&format!(".{kind}")))
            })
    };
    let named = message
        .parts
        .iter()
        .skip(1)
        .filter(lists)
        .filter(|part| part.attachment_name().is_some() || matches!(part.body, PartType::Message(_)));
    named
        .take(10)
        .map(|part| part.attachment_name().unwrap_or("message").chars().take(200).collect())
        .collect()
}
