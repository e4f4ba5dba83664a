//! Every mail in every language, as text and as HTML.

use exeat_channels::render;
use exeat_desk::ports::{Attachment, Body, Letter};
use exeat_domain::digest::Sha256;
use exeat_domain::message::Answer;
use exeat_domain::path::SharePath;
use exeat_domain::roster::Language;
use exeat_domain::state::State;

use crate::sample;

fn every() -> Vec<(&'static str, Body)> {
    vec![
        ("received", sample::received()),
        ("received-understood", sample::understood()),
        ("received-asked-back", sample::asked_back()),
        ("answered-withdrawn", sample::answered(Answer::Withdrawn)),
        (
            "answered-taken-back",
            sample::answered(Answer::TakenBack {
                files: vec![SharePath::new("Users/zoe_P/t1.csv").unwrap()],
            }),
        ),
        ("answered-too-late", sample::answered(Answer::TooLate { state: State::Released })),
        ("returned", sample::returned()),
        ("returned-nothing-found", sample::nothing_found()),
        ("released", sample::released()),
        ("ready", sample::ready()),
        ("lapsed", sample::given_up()),
        ("refused", Body::Refused),
        ("rejected", sample::rejected()),
        ("infected", sample::infected()),
        ("standing-blocked", sample::blocked()),
        ("standing-lapsed", sample::lapsed()),
    ]
}

fn letter(language: Language, body: Body) -> Letter {
    let package =
        Attachment { name: "asthma_20261123-1.zip".into(), path: "unread".into(), sha256: Sha256([0; 32]) };
    let attachments = if matches!(body, Body::Released(_)) { vec![package] } else { vec![] };
    Letter { attachments, ..sample::letter(language, body) }
}

#[test]
fn every_mail_reads_well_in_every_language() {
    for (name, body) in every() {
        for language in Language::ALL {
            let mail = render(&letter(language, body.clone()), "Release desk").unwrap();
            let tag = format!("{language:?}").to_lowercase();
            insta::assert_snapshot!(
                format!("{name}.{tag}.txt"),
                format!("Subject: {}\n\n{}", mail.subject, mail.text)
            );
            insta::assert_snapshot!(format!("{name}.{tag}.html"), mail.html);
        }
    }
}

#[test]
fn lines_fit_a_mail_and_the_html_says_what_the_text_says() {
    for (name, body) in every() {
        for language in Language::ALL {
            let mail = render(&letter(language, body.clone()), "Release desk").unwrap();
            for line in mail.text.lines() {
                assert!(line.chars().count() <= 78, "{name} {language:?}: {line}");
            }
            let html = words_of_html(&mail.html);
            let missing: Vec<_> = words(&mail.text).into_iter().filter(|word| !html.contains(word)).collect();
            assert!(missing.is_empty(), "{name} {language:?} lacks {missing:?}");
        }
    }
}

#[test]
fn where_nobody_wrote_a_mail_nobody_is_asked_to_answer_one() {
    for (language, sentence) in [
        (Language::En, "add them to the request at the desk"),
        (Language::Nl, "voeg ze bij de vrijgavedienst toe aan de aanvraag"),
        (Language::Fr, "ajoutez-les à la demande auprès du service de sortie"),
    ] {
        let mut letter = letter(language, sample::returned());
        letter.thread = Default::default();
        let text = words(&render(&letter, "Release desk").unwrap().text).join(" ");
        assert!(text.contains(sentence), "{text}");
    }
}

/// The words of a text, without marks of lists and quotations.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace()
        .map(|word| word.replace('`', ""))
        .filter(|word| !matches!(word.as_str(), "-" | ">"))
        .map(|word| word.trim_end_matches([':', ',']).trim_matches(['(', ')']).to_owned())
        .collect()
}

fn words_of_html(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text.replace("&#39;", "'").replace("&#34;", "\"").replace("&amp;", "&")
}
