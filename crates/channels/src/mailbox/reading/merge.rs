//! The text and the HTML of one mail: what both say is taken, what only one says is asked about.

use std::collections::BTreeSet;

use exeat_domain::path::Wanted;

use super::views::Shown;
use super::{Candidate, Question, Reading, Why, Wish};

/// What both readings say.
pub(super) fn both(text: Reading, html: Reading, shown: &Shown) -> Reading {
    let speaks = |at: usize| {
        shown.views.get(at).is_some_and(|view| view.lines.iter().any(|line| !line.text.is_empty()))
    };
    if !speaks(0) {
        return html;
    }
    if !speaks(1) && html == Reading::default() && text == html {
        return text;
    }
    let mut questions = text.questions.clone();
    for question in &html.questions {
        if !questions.iter().any(|known| same_question(known, question)) {
            questions.push(question.clone());
        }
    }
    let asked: Vec<Question> = questions.clone();
    let wishes = matched(&text.wishes, &html.wishes, &asked, &mut questions);
    let take_back = matched(&text.take_back, &html.take_back, &asked, &mut questions);
    if text.withdraw != html.withdraw || text.yes != html.yes {
        questions.push(Question { words: String::new(), why: Why::TextAndHtml, offer: vec![] });
    }
    Reading {
        wishes,
        take_back,
        questions,
        withdraw: text.withdraw && html.withdraw,
        yes: text.yes && html.yes,
        project: agreed(text.project, html.project),
        purpose: agreed(text.purpose, html.purpose),
    }
}

fn key(wanted: &Wanted) -> String {
    wanted.path.as_str().to_lowercase()
}

fn squeezed(words: &str) -> String {
    words.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn same_question(one: &Question, other: &Question) -> bool {
    let offers = |question: &Question| question.offer.iter().map(key).collect::<Vec<_>>();
    one.why.code() == other.why.code()
        && (squeezed(&one.words) == squeezed(&other.words)
            || (!one.offer.is_empty() && offers(one) == offers(other)))
}

/// The wishes that both have, with the candidates that both have; the others are asked about.
fn matched(text: &[Wish], html: &[Wish], asked: &[Question], questions: &mut Vec<Question>) -> Vec<Wish> {
    let mut left: Vec<Option<(&Wish, BTreeSet<String>)>> =
        text.iter().map(|wish| Some((wish, keys(wish)))).collect();
    let (mut wishes, mut taken) = (vec![], BTreeSet::new());
    // Both are mostly in one order: the search begins where the last one was found.
    let mut from = 0;
    for wish in html {
        let (size, mine) = (left.len().max(1), keys(wish));
        let found = (0..left.len()).map(|step| (from + step) % size).find_map(|at| {
            let (other, theirs) = left.get(at)?.as_ref()?;
            let both = (!mine.is_disjoint(theirs)).then(|| shared(wish, other)).flatten();
            both.map(|both| (at, both))
        });
        match found {
            Some((at, both)) => {
                if let Some(slot) = left.get_mut(at) {
                    *slot = None;
                }
                from = at + 1;
                taken.extend(keys(&both));
                wishes.push(both);
            }
            // What is said once more says nothing new.
            None if !mine.is_disjoint(&taken) => {}
            None => ask(wish, asked, questions),
        }
    }
    for (wish, theirs) in left.into_iter().flatten() {
        if theirs.is_disjoint(&taken) {
            ask(wish, asked, questions);
        }
    }
    wishes
}

/// What a wish can mean, to be compared; as an output and as a supporting file it is not the same.
fn keys(wish: &Wish) -> BTreeSet<String> {
    let mark = if wish.supporting { "+" } else { "" };
    wish.candidates.iter().map(|candidate| format!("{mark}{}", key(&candidate.wanted))).collect()
}

fn shared(html: &Wish, text: &Wish) -> Option<Wish> {
    let has = |candidate: &&Candidate| {
        text.candidates.iter().any(|other| key(&other.wanted) == key(&candidate.wanted))
    };
    let candidates: Vec<Candidate> = html.candidates.iter().filter(has).cloned().collect();
    (!candidates.is_empty() && html.supporting == text.supporting).then(|| Wish {
        candidates,
        spelled: html.spelled && text.spelled,
        ..html.clone()
    })
}

fn ask(wish: &Wish, asked: &[Question], questions: &mut Vec<Question>) {
    let offer: Vec<Wanted> = match wish.candidates.as_slice() {
        [one] => vec![one.wanted.clone()],
        _ => vec![],
    };
    let covered = asked.iter().any(|question| {
        offer.iter().any(|one| question.offer.iter().any(|other| key(one) == key(other)))
            || squeezed(&question.words).contains(&squeezed(&wish.words))
    });
    if !covered {
        questions.push(Question { words: wish.words.clone(), why: Why::TextAndHtml, offer });
    }
}

fn agreed(one: Option<String>, other: Option<String>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) => {
            (super::sentence::squashed(&one) == super::sentence::squashed(&other)).then_some(one)
        }
        (one, other) => one.or(other),
    }
}
