//! What a mail asks for: its words become wishes, candidates in order, and questions. Nothing is looked up here.
//!
//! [`read`] knows the mail alone. [`Reading::settle`] then asks the share which of a wish's few candidates is there,
//! and takes the one that is; what none or several fit, and what the words leave open, is asked back in the sender's
//! own words. Asking is never an error, guessing is.

mod asked;
mod ext;
mod extent;
mod history;
mod html;
mod line;
mod link;
mod look;
mod mention;
mod merge;
mod named;
mod place;
mod prose;
mod sentence;
mod settings;
mod settle;
mod text;
mod views;
mod vocabulary;
mod weigh;

use exeat_domain::path::{PathProblem, Wanted};
use mail_parser::Message;

pub use settings::{Settings, Writer};
pub use settle::{Settled, Taken};

/// What the sender wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Files are asked for.
    Files,
    /// The whole request is taken back.
    Withdraw,
    /// Files that are named are taken back.
    TakeBack,
    /// Yes, to what was asked about.
    Yes,
    /// None of these.
    Nothing,
}

/// One thing that is asked for, or taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The sender's words.
    pub words: String,
    /// Whether the file only explains others and stays.
    pub supporting: bool,
    /// Whether the path was written in full, from its server, its drive or "my folder" on.
    pub spelled: bool,
    /// What the words can mean, the likeliest first.
    pub candidates: Vec<Candidate>,
}

impl Wish {
    /// What is meant, where the words leave nothing open.
    #[must_use]
    pub fn plain(&self) -> Option<&Wanted> {
        match self.candidates.as_slice() {
            [one] if self.spelled && !one.leaves => Some(&one.wanted),
            _ => None,
        }
    }
}

/// One thing that words can mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// A file, a folder or a pattern of the share.
    pub wanted: Wanted,
    /// Whether this leaves words over that look like part of a path: then it is asked about even where it fits.
    pub leaves: bool,
}

/// Something that is asked back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The sender's words.
    pub words: String,
    /// Why they are not taken as they stand.
    pub why: Why,
    /// What a plain yes takes.
    pub offer: Vec<Wanted>,
}

/// Why something is asked back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// A path that is never opened, and what is wrong with it.
    Path(PathProblem),
    /// A range, of which only the ends are named.
    Range,
    /// One of several is meant.
    Either,
    /// The words around it make it doubtful: "except", "not", a correction.
    Doubtful,
    /// How much of the folder is meant is not said, or not in a way that is understood.
    HowMuch,
    /// Whether it is to be released or only explains others is not plain.
    Supporting,
    /// Nothing of that name was found.
    NotFound,
    /// Several things fit.
    Several,
    /// The text and the HTML of the mail say different things.
    TextAndHtml,
    /// The words of a link and its target are not the same.
    Link(String),
    /// Named under the closing of the mail only.
    Signed,
    /// Named in quoted history or in a forwarded mail only.
    Quoted,
    /// A list came as an attachment, which is not read.
    Attached,
    /// Files are both asked for and taken back.
    Both,
    /// What is to be withdrawn is not plain.
    WhatToWithdraw,
    /// A yes or a no, and more.
    AnswerAndMore,
    /// "My folder", where none is configured.
    NoHome,
    /// Part of the mail was too long, too deep or not readable.
    Unread,
    /// More paths than are read of one mail.
    TooMany,
}

impl Why {
    /// A stable code, for templates and logs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Path(problem) => problem.code(),
            Self::Range => "mail-range",
            Self::Either => "mail-either",
            Self::Doubtful => "mail-doubtful",
            Self::HowMuch => "mail-how-much",
            Self::Supporting => "mail-supporting",
            Self::NotFound => "mail-not-found",
            Self::Several => "mail-several",
            Self::TextAndHtml => "mail-text-and-html",
            Self::Link(_) => "mail-link",
            Self::Signed => "mail-signed",
            Self::Quoted => "mail-quoted",
            Self::Attached => "mail-attached",
            Self::Both => "mail-both",
            Self::WhatToWithdraw => "mail-what-to-withdraw",
            Self::AnswerAndMore => "mail-answer-and-more",
            Self::NoHome => "mail-no-home",
            Self::Unread => "mail-unread",
            Self::TooMany => "mail-too-many",
        }
    }
}

impl Why {
    /// What is asked, as a sentence.
    #[must_use]
    pub fn words(&self) -> String {
        let words = match self {
            Self::Path(problem) => return format!("{problem}."),
            Self::Link(target) => {
                return format!(
                    "the words of a link and where it leads, {target}, are not the same: which is meant?"
                );
            }
            Self::Range => "only the ends of a range are named: name each file of it.",
            Self::Either => "one of several is meant: name that one.",
            Self::Doubtful => {
                "the words around it leave open whether it is meant: name exactly what is to leave."
            }
            Self::HowMuch => {
                "how much of the folder is meant is not clear: name its files, or “everything in” it."
            }
            Self::Supporting => "whether it is to leave or only explains the others is not clear.",
            Self::NotFound => "nothing of that name was found: give its whole path.",
            Self::Several => "several things fit: give the whole path of the one that is meant.",
            Self::TextAndHtml => {
                "the two forms of the mail, plain text and HTML, say different things: write it once, plainly."
            }
            Self::Signed => "it stands under the closing of the mail only: is it asked for?",
            Self::Quoted => "it stands in a quoted or forwarded mail only: is it asked for?",
            Self::Attached => "a list that is attached is not read: name the files in the mail itself.",
            Self::Both => "files are both asked for and taken back: which is it?",
            Self::WhatToWithdraw => {
                "what is to be taken back is not clear: name the files, or say “the whole request”."
            }
            Self::AnswerAndMore => "the answer says yes or no, and more: name what is meant.",
            Self::NoHome => "the desk does not know which folder is yours: give the whole path.",
            Self::Unread => "a part of the mail could not be read: send it again as plain text.",
            Self::TooMany => {
                "the mail names more paths than are read: ask for the folder, or in several mails."
            }
        };
        words.to_owned()
    }
}

/// What a mail asks for, before anything is looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What is asked for.
    pub wishes: Vec<Wish>,
    /// What is taken back by name.
    pub take_back: Vec<Wish>,
    /// What is asked back whatever is there.
    pub questions: Vec<Question>,
    /// Whether the whole request is taken back.
    pub withdraw: bool,
    /// Whether the mail is a plain yes.
    pub yes: bool,
    /// The project, if it is written plainly.
    pub project: Option<String>,
    /// What the files are for, if it is written plainly.
    pub purpose: Option<String>,
}

/// The most paths that are read of one mail.
pub const MOST_PATHS: usize = 500;

impl Reading {
    /// What the sender wants done.
    #[must_use]
    pub fn intent(&self) -> Intent {
        let asks = |question: &Question| !matches!(question.why, Why::Quoted | Why::Attached);
        match (self.wishes.is_empty(), self.take_back.is_empty()) {
            (false, _) => Intent::Files,
            (true, false) => Intent::TakeBack,
            _ if self.withdraw => Intent::Withdraw,
            _ if self.yes => Intent::Yes,
            _ if self.questions.iter().any(asks) => Intent::Files,
            _ => Intent::Nothing,
        }
    }

    /// Everything that may have to be looked up before [`Self::settle`].
    pub fn candidates(&self) -> impl Iterator<Item = &Wanted> {
        let open = |wish: &&Wish| wish.plain().is_none();
        let wishes = self.wishes.iter().chain(&self.take_back).filter(open);
        wishes.flat_map(|wish| &wish.candidates).map(|candidate| &candidate.wanted)
    }
}

/// The words of a message, taken apart once: whose they are, line by line, and its title.
#[derive(Debug)]
pub struct Words {
    shown: views::Shown,
    title: String,
}

impl Words {
    /// Those of a mail. Its size, its parts and who sent it are the caller's to judge.
    #[must_use]
    pub fn of_mail(message: &Message<'_>) -> Self {
        Self { shown: views::of(message), title: message.subject().unwrap_or_default().to_owned() }
    }

    /// Those of a plain text, such as a ticket's.
    #[must_use]
    pub fn of_text(title: &str, text: &str) -> Self {
        Self { shown: views::of_text(text), title: title.to_owned() }
    }

    /// What they ask for.
    #[must_use]
    pub fn read(&self, settings: &Settings, writer: Writer<'_>) -> Reading {
        let shown = &self.shown;
        let mut readings = shown.views.iter().map(|view| asked::read(view, settings, writer));
        let reading = match (readings.next(), readings.next()) {
            (Some(one), Some(other)) => merge::both(one, other, shown),
            (Some(one), None) => one,
            _ => Reading::default(),
        };
        let reading =
            if reading == Reading::default() { asked::title(&self.title, settings, writer) } else { reading };
        if reading.intent() == Intent::Nothing && reading.questions.is_empty() {
            return asked::elsewhere(reading, shown, settings, writer);
        }
        reading
    }

    /// The sender's own words, a paragraph a line block, for people to read.
    #[must_use]
    pub fn own(&self) -> String {
        let own = |part| matches!(part, line::Part::Own | line::Part::Signed);
        let paragraphs = self.shown.views.first().map(|view| view.paragraphs(own)).unwrap_or_default();
        paragraphs.into_iter().map(|(text, _)| text).collect::<Vec<_>>().join("\n\n")
    }
}

/// Reads what a mail asks for.
#[must_use]
pub fn read(message: &Message<'_>, settings: &Settings, writer: Writer<'_>) -> Reading {
    Words::of_mail(message).read(settings, writer)
}
