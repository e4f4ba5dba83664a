//! The one list of the templates: a folder an event and a language, three files each, checked when this is compiled.

use exeat_domain::message::Answer;
use exeat_domain::roster::Language;

use super::Rendered;
use super::view::{
    AnsweredMail, InfectedMail, LapsedMail, ReadyMail, ReceivedMail, RefusedMail, RejectedMail, ReleasedMail,
    ReturnedMail, StandingMail,
};

/// A message that has templates.
pub(super) trait Template {
    /// Subject, text and HTML as the templates give them.
    fn fill(&self, language: Language) -> askama::Result<Rendered>;
}

macro_rules! templates {
    ($($view:ty { $($language:ident: $subject:literal, $text:literal, $html:literal;)+ })+) => {$(
        impl Template for $view {
            fn fill(&self, language: Language) -> askama::Result<Rendered> {
                match language {$(
                    Language::$language => {
                        #[derive(askama::Template)]
                        #[template(path = $subject)]
                        #[allow(dead_code, reason = "some mails are fixed sentences")]
                        struct Subject<'a> { mail: &'a $view }
                        #[derive(askama::Template)]
                        #[template(path = $text)]
                        struct Text<'a> { mail: &'a $view }
                        #[derive(askama::Template)]
                        #[template(path = $html)]
                        struct Html<'a> { mail: &'a $view }
                        filled(&Subject { mail: self }, &Text { mail: self }, &Html { mail: self })
                    }
                )+}
            }
        }
    )+};
}

templates! {
    ReceivedMail {
        En: "received/en/subject.txt", "received/en/body.txt", "received/en/body.html";
        Nl: "received/nl/subject.txt", "received/nl/body.txt", "received/nl/body.html";
        Fr: "received/fr/subject.txt", "received/fr/body.txt", "received/fr/body.html";
    }
    AnsweredMail {
        En: "answered/en/subject.txt", "answered/en/body.txt", "answered/en/body.html";
        Nl: "answered/nl/subject.txt", "answered/nl/body.txt", "answered/nl/body.html";
        Fr: "answered/fr/subject.txt", "answered/fr/body.txt", "answered/fr/body.html";
    }
    ReturnedMail {
        En: "returned/en/subject.txt", "returned/en/body.txt", "returned/en/body.html";
        Nl: "returned/nl/subject.txt", "returned/nl/body.txt", "returned/nl/body.html";
        Fr: "returned/fr/subject.txt", "returned/fr/body.txt", "returned/fr/body.html";
    }
    ReleasedMail {
        En: "released/en/subject.txt", "released/en/body.txt", "released/en/body.html";
        Nl: "released/nl/subject.txt", "released/nl/body.txt", "released/nl/body.html";
        Fr: "released/fr/subject.txt", "released/fr/body.txt", "released/fr/body.html";
    }
    ReadyMail {
        En: "ready/en/subject.txt", "ready/en/body.txt", "ready/en/body.html";
        Nl: "ready/nl/subject.txt", "ready/nl/body.txt", "ready/nl/body.html";
        Fr: "ready/fr/subject.txt", "ready/fr/body.txt", "ready/fr/body.html";
    }
    LapsedMail {
        En: "lapsed/en/subject.txt", "lapsed/en/body.txt", "lapsed/en/body.html";
        Nl: "lapsed/nl/subject.txt", "lapsed/nl/body.txt", "lapsed/nl/body.html";
        Fr: "lapsed/fr/subject.txt", "lapsed/fr/body.txt", "lapsed/fr/body.html";
    }
    RefusedMail {
        En: "refused/en/subject.txt", "refused/en/body.txt", "refused/en/body.html";
        Nl: "refused/nl/subject.txt", "refused/nl/body.txt", "refused/nl/body.html";
        Fr: "refused/fr/subject.txt", "refused/fr/body.txt", "refused/fr/body.html";
    }
    RejectedMail {
        En: "rejected/en/subject.txt", "rejected/en/body.txt", "rejected/en/body.html";
        Nl: "rejected/nl/subject.txt", "rejected/nl/body.txt", "rejected/nl/body.html";
        Fr: "rejected/fr/subject.txt", "rejected/fr/body.txt", "rejected/fr/body.html";
    }
    InfectedMail {
        En: "infected/en/subject.txt", "infected/en/body.txt", "infected/en/body.html";
        Nl: "infected/nl/subject.txt", "infected/nl/body.txt", "infected/nl/body.html";
        Fr: "infected/fr/subject.txt", "infected/fr/body.txt", "infected/fr/body.html";
    }
    StandingMail {
        En: "standing/en/subject.txt", "standing/en/body.txt", "standing/en/body.html";
        Nl: "standing/nl/subject.txt", "standing/nl/body.txt", "standing/nl/body.html";
        Fr: "standing/fr/subject.txt", "standing/fr/body.txt", "standing/fr/body.html";
    }
}

fn filled(
    subject: &impl askama::Template,
    text: &impl askama::Template,
    html: &impl askama::Template,
) -> askama::Result<Rendered> {
    Ok(Rendered { subject: subject.render()?, text: text.render()?, html: html.render()? })
}
