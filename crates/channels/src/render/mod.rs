//! A letter in words: its subject, its plain text, and the same as HTML, in the language of the person.

mod page;
mod place;
mod templates;
mod view;
mod words;

use exeat_desk::ports::{Body, Failure, Letter, Port};
use exeat_domain::finding::Finding;
use exeat_domain::roster::Language;

use page::{tidy, wrapped};
use templates::Template;
use view::{
    About, AnsweredMail, InfectedMail, LapsedMail, ReadyMail, ReceivedMail, RefusedMail, RejectedMail,
    ReleasedMail, ReturnedMail, StandingMail,
};

/// A message in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The subject, for where the thread has none; one line.
    pub subject: String,
    /// The plain text, in lines of 78 characters or fewer where words allow it.
    pub text: String,
    /// The same content as a whole HTML document.
    pub html: String,
}

/// What the letter says, signed with the desk's name.
///
/// # Errors
/// [`Failure`] `courier-letter` where a template fails, which is a fault of the desk.
pub fn render(letter: &Letter, desk: &str) -> Result<Rendered, Failure> {
    let (about, language) = (About::new(letter, desk), letter.language);
    let raw = match &letter.body {
        Body::Received(body) => ReceivedMail::new(about, body).fill(language),
        Body::Answered(body) => AnsweredMail::new(about, body).fill(language),
        Body::Returned(body) => ReturnedMail::new(about, body).fill(language),
        Body::Released(body) => ReleasedMail::new(about, body, letter).fill(language),
        Body::Ready(body) => ReadyMail::new(about, body).fill(language),
        Body::Lapsed(body) => LapsedMail::new(about, body).fill(language),
        Body::Rejected(body) => RejectedMail::new(about, body).fill(language),
        Body::Standing(body) => StandingMail::new(about, body).fill(language),
        Body::Infected(body) => InfectedMail::new(about, body).fill(language),
        Body::Refused => RefusedMail { about }.fill(language),
    };
    let raw = raw.map_err(|error| {
        Failure::new(
            Port::Courier,
            "courier-letter",
            "The message could not be written; this is a fault of the desk.",
            error,
        )
    })?;
    Ok(Rendered { subject: raw.subject.trim().to_owned(), text: wrapped(&raw.text), html: tidy(&raw.html) })
}

/// Words for a checker to begin from: a paragraph for each rule among the findings, the gravest first, with what is
/// wrong, why that matters and how to mend it. Like a mail, it repeats no value.
#[must_use]
pub fn draft(language: Language, findings: &[Finding]) -> String {
    let paragraphs =
        view::groups(findings, false, words::Words::of(language)).into_iter().map(view::Group::told);
    paragraphs.collect::<Vec<_>>().join("\n\n")
}
