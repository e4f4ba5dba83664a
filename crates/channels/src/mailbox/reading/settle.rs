//! Which of a wish's candidates is meant: the one that the share has.

use exeat_domain::path::Wanted;

use super::{Question, Reading, Why, Wish};

/// What was understood, for good.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// What is asked for.
    pub asked: Vec<Taken>,
    /// What is taken back by name.
    pub taken_back: Vec<Taken>,
    /// What is asked back.
    pub questions: Vec<Question>,
}

/// One thing that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The sender's words, and the path that they mean.
    pub wanted: Wanted,
    /// Whether the file only explains others and stays.
    pub supporting: bool,
}

impl Reading {
    /// Settles every wish: what was spelled out is taken; of several candidates the one that `fits`.
    ///
    /// `fits` says whether the share has what is wanted, by its name or one written alike. What nothing fits, or more
    /// than one thing, becomes a question.
    #[must_use]
    pub fn settle(&self, mut fits: impl FnMut(&Wanted) -> bool) -> Settled {
        let mut settled = Settled { questions: self.questions.clone(), ..Settled::default() };
        for wish in &self.wishes {
            let taken = one(wish, &mut fits, &mut settled.questions);
            settled.asked.extend(taken);
        }
        for wish in &self.take_back {
            let taken = one(wish, &mut fits, &mut settled.questions);
            settled.taken_back.extend(taken);
        }
        settled.asked = once(settled.asked);
        settled.taken_back = once(settled.taken_back);
        settled
    }
}

/// The one meaning of a wish; what it means otherwise goes to the questions.
fn one(wish: &Wish, fits: &mut dyn FnMut(&Wanted) -> bool, questions: &mut Vec<Question>) -> Option<Taken> {
    let taken = |wanted: &Wanted| Taken {
        wanted: Wanted { asked: wish.words.clone(), path: wanted.path.clone() },
        supporting: wish.supporting,
    };
    if let Some(plain) = wish.plain() {
        return Some(taken(plain));
    }
    let fitting: Vec<_> = wish.candidates.iter().filter(|candidate| fits(&candidate.wanted)).collect();
    let offer = || fitting.iter().map(|candidate| candidate.wanted.clone()).collect();
    let why = match fitting.as_slice() {
        [] => Why::NotFound,
        [one] if !one.leaves => return Some(taken(&one.wanted)),
        [_] => Why::Doubtful,
        _ => Why::Several,
    };
    questions.push(Question { words: wish.words.clone(), why, offer: offer() });
    None
}

/// Each path once; one that is named as supporting anywhere stays.
fn once(all: Vec<Taken>) -> Vec<Taken> {
    let mut seen = std::collections::BTreeMap::new();
    let mut kept: Vec<Taken> = vec![];
    for taken in all {
        let key = taken.wanted.path.as_str().to_lowercase();
        match seen.get(&key).copied() {
            None => {
                seen.insert(key, kept.len());
                kept.push(taken);
            }
            Some(at) => {
                if let Some(known) = kept.get_mut(at) {
                    // The safer of two meanings: what stays does not leave.
                    known.supporting |= taken.supporting;
                }
            }
        }
    }
    kept
}
