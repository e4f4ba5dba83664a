//! From sentences to wishes: what each path in them is asked for as, and what is asked back.

use exeat_domain::path::{SharePath, Wanted};

use super::line::{Line, Part, View};
use super::mention::{self, How};
use super::place::Places;
use super::prose::{self, Amount};
use super::sentence::{self, Placed, Sentence, squashed};
use super::settings::{Settings, Writer};
use super::views::Shown;
use super::vocabulary;
use super::weigh::Weighing;
use super::{Intent, MOST_PATHS, Question, Reading, Why, named};

/// What one view of a mail asks for.
pub(super) fn read(view: &View, settings: &Settings, writer: Writer<'_>) -> Reading {
    let places = Places { settings, writer };
    let own = view.paragraphs(|part| part == Part::Own);
    let (sentences, full) = sentences(&own, settings);
    let mut weighing = Weighing::new(places, &sentences);
    weighing.sentences();
    let mut reading = weighing.reading;
    (reading.project, reading.purpose) = named::read(&own);
    reading.yes = is_yes(&sentences);
    withdrawal(&sentences, &mut reading);
    answers(&sentences, &mut reading);
    signed(view, places, &mut reading);
    for (words, target) in &view.astray {
        let offer = settings.read(target, writer).into_iter().collect();
        reading.questions.push(Question { words: words.clone(), why: Why::Link(target.clone()), offer });
    }
    if full {
        reading.questions.push(Question { words: String::new(), why: Why::TooMany, offer: vec![] });
    }
    if view.cut {
        reading.questions.push(Question { words: String::new(), why: Why::Unread, offer: vec![] });
    }
    both_ways(&mut reading);
    reading
}

/// The sentences of paragraphs, and whether there were more paths than are read.
fn sentences(paragraphs: &[(String, bool)], settings: &Settings) -> (Vec<Sentence>, bool) {
    let mut left = MOST_PATHS + 1;
    let mut all = vec![];
    for (text, item) in paragraphs {
        let mentions = mention::find(text, settings, left);
        left -= mentions.len().min(left);
        all.extend(sentence::split(text, mentions, *item));
        if left == 0 {
            return (all, true);
        }
    }
    (all, false)
}

/// What the subject asks for, where the mail itself asks for nothing.
pub(super) fn title(title: &str, settings: &Settings, writer: Writer<'_>) -> Reading {
    let subject: String = title.chars().take(1000).collect();
    let head = subject.trim_start().to_lowercase();
    let answer = ["re:", "re :", "fw:", "fwd:", "tr:", "tr :", "antw:", "doorst:", "aw:", "wg:", "rv:"];
    if subject.is_empty() || answer.iter().any(|mark| head.starts_with(mark)) {
        return Reading::default();
    }
    let line = Line { text: subject, part: Part::Own, item: false };
    let read = read(&View { lines: vec![line], ..View::default() }, settings, writer);
    let spelled = !read.wishes.is_empty() || read.withdraw;
    if spelled { read } else { Reading::default() }
}

/// Asks about what stands elsewhere in the mail, where its own words ask for nothing.
pub(super) fn elsewhere(
    mut reading: Reading,
    shown: &Shown,
    settings: &Settings,
    writer: Writer<'_>,
) -> Reading {
    /// The most paths that are offered from elsewhere.
    const MOST: usize = 20;
    let places = Places { settings, writer };
    let Some(view) = shown.views.first() else { return reading };
    let paragraphs = view.paragraphs(|part| !matches!(part, Part::Own | Part::Signed));
    let budget = 64 * 1024;
    let mut read = 0;
    for (text, _) in &paragraphs {
        read += text.len();
        if read > budget || reading.questions.len() >= MOST {
            break;
        }
        for found in mention::find(text, settings, MOST) {
            if found.how != How::Full {
                continue;
            }
            let words = squashed(text.get(found.span.clone()).unwrap_or_default());
            let known = reading.questions.iter().any(|question| question.words == words);
            if !known {
                reading.questions.push(Question { words, why: Why::Quoted, offer: offered(&places, &found) });
            }
        }
    }
    for name in &shown.attached {
        reading.questions.push(Question { words: name.clone(), why: Why::Attached, offer: vec![] });
    }
    reading
}

/// The path that a mention means, where it can mean only one.
pub(super) fn offered(places: &Places<'_>, found: &mention::Mention) -> Vec<Wanted> {
    match places.candidates(found, &[]).unwrap_or_default().as_slice() {
        [one] => vec![one.wanted.clone()],
        _ => vec![],
    }
}

/// Whether all of it is a plain yes.
fn is_yes(sentences: &[Sentence]) -> bool {
    let plain = |sentence: &Sentence| sentence.paths.is_empty() && !sentence.question;
    let whole: String = sentences.iter().map(|sentence| sentence.words.as_str()).collect();
    sentences.iter().all(plain) && prose::is_yes(&whole)
}

/// Whether the whole request is withdrawn.
fn withdrawal(sentences: &[Sentence], reading: &mut Reading) {
    let count: usize = sentences.iter().map(|sentence| sentence.words.split_whitespace().count()).sum();
    for sentence in sentences.iter().filter(|sentence| sentence.paths.is_empty()) {
        let takes_out = prose::says(&sentence.words, vocabulary::TAKE_OUT)
            && prose::says(&sentence.words, vocabulary::REQUEST);
        if !prose::says(&sentence.words, vocabulary::WITHDRAW) && !takes_out {
            continue;
        }
        // What follows a colon says what is withdrawn.
        if sentence.announces && !reading.take_back.is_empty() {
            continue;
        }
        let whole = prose::says(&sentence.words, vocabulary::REQUEST)
            || count <= 8
            || sentence.words.contains(" ex-");
        if whole
            && !prose::says(&sentence.words, vocabulary::PERHAPS)
            && !prose::says(&sentence.words, vocabulary::SINGLE)
        {
            reading.withdraw = true;
        } else {
            let (words, offer) = (sentence.quote.clone(), vec![]);
            reading.questions.push(Question { words, why: Why::WhatToWithdraw, offer });
        }
    }
}

/// Asks about a yes or a no that comes with more.
fn answers(sentences: &[Sentence], reading: &mut Reading) {
    if reading.yes || reading.withdraw {
        return;
    }
    let answer = sentences.iter().take(3).find(|sentence| prose::begins_with_answer(&sentence.words));
    if let Some(sentence) = answer {
        let (words, offer) = (sentence.quote.clone(), vec![]);
        reading.questions.push(Question { words, why: Why::AnswerAndMore, offer });
    }
}

/// Asks about paths under the closing of the mail.
fn signed(view: &View, places: Places<'_>, reading: &mut Reading) {
    let (below, _) = sentences(&view.paragraphs(|part| part == Part::Signed), places.settings);
    for placed in
        below.iter().flat_map(|sentence| &sentence.paths).filter(|placed| placed.mention.how == How::Full)
    {
        let offer = offered(&places, &placed.mention);
        let known = |wish: &super::Wish| {
            wish.candidates.iter().any(|one| offer.iter().any(|other| one.wanted.path == other.path))
        };
        if !reading.wishes.iter().chain(&reading.take_back).any(known) {
            reading.questions.push(Question { words: placed.quote.clone(), why: Why::Signed, offer });
        }
    }
}

/// A mail that both asks and takes back is asked about whole.
fn both_ways(reading: &mut Reading) {
    let asks = !reading.wishes.is_empty();
    if !(asks && (reading.withdraw || !reading.take_back.is_empty())) {
        return;
    }
    reading.withdraw = false;
    let wishes: Vec<_> = reading.wishes.drain(..).chain(reading.take_back.drain(..)).collect();
    for wish in wishes {
        reading.questions.push(Question { words: wish.words, why: Why::Both, offer: vec![] });
    }
    debug_assert_ne!(reading.intent(), Intent::Withdraw);
}

/// The words of paths between two of which a range is meant, or one of the two.
pub(super) fn between(sentence: &Sentence, at: usize) -> Option<Why> {
    let next = sentence.paths.get(at + 1)?;
    let words = next.before.trim();
    let whole = |phrases| prose::among(phrases, words);
    let file = |placed: &Placed| !placed.mention.is_folder();
    let files = sentence.paths.get(at).is_some_and(file) && file(next);
    match (files && whole(vocabulary::RANGE), whole(vocabulary::OR)) {
        (true, _) => Some(Why::Range),
        (_, true) => Some(Why::Either),
        _ => None,
    }
}

/// How much of a folder a sentence asks for.
pub(super) fn amount(sentence: &Sentence, placed: &Placed, listed: bool) -> Amount {
    let amount = prose::amount(&placed.before, listed);
    match amount {
        Amount::Place => Amount::Place,
        _ if sentence.some => Amount::Some,
        Amount::Types(_) if sentence.below => Amount::Some,
        other => other,
    }
}

/// Paths with a name of any file of these types in a folder.
pub(super) fn of_types(folders: &[SharePath], kind: &str) -> Vec<SharePath> {
    folders.iter().filter_map(|folder| SharePath::new(&format!("{folder}/*.{kind}")).ok()).collect()
}
