//! Weighs the sentences of a mail in their order: what governs a list, where names lie, which folders are only places.

use exeat_domain::path::{PathProblem, SharePath, Wanted};

use super::asked::{amount, between, of_types};
use super::mention::How;
use super::place::Places;
use super::prose::{self, Amount};
use super::sentence::{Placed, Sentence};
use super::vocabulary;
use super::{Candidate, Question, Reading, Why, Wish};

/// What a sentence that announces a list says of its items.
#[derive(Clone, Copy, Debug, Default)]
struct Governor {
    supporting: bool,
    doubtful: bool,
    takes_back: bool,
}

/// A folder that was named: what it means is known when the names that lie in it are.
#[derive(Debug)]
struct Folder {
    /// Its sentence, and its place among the paths there.
    at: (usize, usize),
    paths: Vec<SharePath>,
    candidates: Vec<Candidate>,
    governor: Governor,
    doubt: bool,
    spelled: bool,
    used: bool,
}

/// The weighing of one view.
pub(super) struct Weighing<'a> {
    places: Places<'a>,
    all: &'a [Sentence],
    folders: Vec<Folder>,
    /// Where files lie that were spelled out last.
    beside: Vec<SharePath>,
    pub(super) reading: Reading,
}

impl<'a> Weighing<'a> {
    pub(super) fn new(places: Places<'a>, all: &'a [Sentence]) -> Self {
        Self { places, all, folders: vec![], beside: vec![], reading: Reading::default() }
    }

    /// Weighs every sentence.
    pub(super) fn sentences(&mut self) {
        let mut governor = Governor::default();
        for (at, sentence) in self.all.iter().enumerate() {
            if !sentence.is_listed() {
                governor = Governor::default();
            }
            if sentence.paths.is_empty() {
                let said = !self.reading.wishes.is_empty() || !self.folders.is_empty();
                if said && prose::is_afterthought(&sentence.words) {
                    self.take_back_what_was_said(sentence);
                }
                if !sentence.announces {
                    continue;
                }
            }
            let here = self.governor(sentence, governor);
            self.sentence(at, sentence, here);
            if sentence.announces {
                governor = here;
            }
        }
        self.settle_folders();
    }

    fn governor(&self, sentence: &Sentence, over: Governor) -> Governor {
        let supporting = over.supporting || prose::says(&sentence.words, vocabulary::SUPPORTING);
        let takes = prose::says(&sentence.words, vocabulary::WITHDRAW)
            || (prose::says(&sentence.words, vocabulary::TAKE_OUT) && !sentence.words.contains(" out: "));
        let takes_back = over.takes_back || takes;
        // A path that a sentence only speaks of is not asked for.
        let begins = sentence.words.trim_start().starts_with(prose::PATH);
        let spoken_of = !sentence.paths.is_empty()
            && !begins
            && !sentence.is_listed()
            && !prose::says(&sentence.words, vocabulary::ASKING);
        let doubtful = if takes_back {
            prose::says(&sentence.words, vocabulary::PERHAPS)
        } else {
            spoken_of
                || prose::is_doubtful(&sentence.words, supporting)
                || (sentence.question && prose::asks_how_it_stands(&sentence.words))
        };
        Governor { supporting, doubtful: over.doubtful || doubtful, takes_back }
    }

    fn sentence(&mut self, at: usize, sentence: &Sentence, governor: Governor) {
        if sentence.paths.is_empty() {
            return;
        }
        if prose::is_correction(&sentence.words) {
            self.take_back_what_was_said(sentence);
        }
        if governor.doubtful {
            let why = if governor.takes_back { Why::WhatToWithdraw } else { Why::Doubtful };
            self.doubt(sentence, why);
        }
        let outputs = sentence.paths.iter().filter(|placed| !placed.mention.is_folder()).count();
        let unsure = governor.supporting
            && outputs > 1
            && prose::says(&sentence.words, vocabulary::SUPPORTING)
            && !sentence.is_listed();
        if unsure && !governor.doubtful {
            self.doubt(sentence, Why::Supporting);
        }
        // Folders first: names before them in the sentence may lie in them.
        let first = self.folders.len();
        for (nth, placed) in sentence.paths.iter().enumerate() {
            if placed.mention.is_folder() {
                self.folder(at, nth, placed, governor, unsure);
            }
        }
        let mut ranged = false;
        for (nth, placed) in sentence.paths.iter().enumerate() {
            let why = between(sentence, nth);
            let open = why.is_some() || ranged;
            ranged = why.is_some();
            if let Some(why) = why {
                let next = sentence.paths.get(nth + 1).map_or("", |next| next.quote.as_str());
                self.question(format!("{} … {next}", placed.quote), why, vec![]);
            }
            if !placed.mention.is_folder() {
                self.file(at, nth, placed, governor, first, open || unsure);
            }
        }
    }

    fn question(&mut self, words: String, why: Why, offer: Vec<Wanted>) {
        self.reading.questions.push(Question { words, why, offer });
    }

    /// Asks about a sentence whole; what a plain yes can mean is its one path, if it has one.
    fn doubt(&mut self, sentence: &Sentence, why: Why) {
        let offer = match sentence.paths.as_slice() {
            [one] => {
                match self.places.candidates(&one.mention, &self.places.own()).unwrap_or_default().as_slice()
                {
                    [candidate] => vec![candidate.wanted.clone()],
                    _ => vec![],
                }
            }
            _ => vec![],
        };
        self.question(sentence.quote.clone(), why, offer);
    }

    /// After a correction, nothing that was said before it is sure.
    fn take_back_what_was_said(&mut self, sentence: &Sentence) {
        if sentence.paths.is_empty() {
            self.question(sentence.quote.clone(), Why::Doubtful, vec![]);
        }
        for wish in std::mem::take(&mut self.reading.wishes) {
            let offer = match wish.candidates.as_slice() {
                [one] => vec![one.wanted.clone()],
                _ => vec![],
            };
            self.question(wish.words, Why::Doubtful, offer);
        }
        for folder in &mut self.folders {
            folder.doubt = true;
        }
    }

    fn folder(&mut self, sentence: usize, nth: usize, placed: &Placed, governor: Governor, unsure: bool) {
        let paths = self.places.folders(&placed.mention);
        match self.places.candidates(&placed.mention, &self.places.own()) {
            Ok(candidates) => {
                let doubt = governor.doubtful || unsure;
                let spelled = placed.mention.how != How::Below;
                self.folders.push(Folder {
                    at: (sentence, nth),
                    paths,
                    candidates,
                    governor,
                    doubt,
                    spelled,
                    used: false,
                });
            }
            Err(_) if placed.mention.how == How::Home => {
                self.question(placed.quote.clone(), Why::NoHome, vec![]);
            }
            // The share as a whole is a place, and too much to be asked for by itself.
            Err(PathProblem::Empty) => self.question(placed.quote.clone(), Why::HowMuch, vec![]),
            Err(problem) => self.question(placed.quote.clone(), Why::Path(problem), vec![]),
        }
    }

    fn file(
        &mut self,
        sentence: usize,
        nth: usize,
        placed: &Placed,
        governor: Governor,
        first: usize,
        open: bool,
    ) {
        let folders =
            if placed.mention.how == How::Below { self.lies_in(sentence, nth, first) } else { vec![] };
        let candidates = match self.places.candidates(&placed.mention, &folders) {
            Ok(candidates) => candidates,
            Err(problem) => return self.question(placed.quote.clone(), Why::Path(problem), vec![]),
        };
        if placed.mention.how == How::Full {
            self.beside = self.places.folders(&placed.mention);
            self.beside.extend(self.places.beside(&placed.mention));
        }
        if governor.doubtful || open {
            return;
        }
        if candidates.is_empty() {
            return self.question(placed.quote.clone(), Why::NotFound, vec![]);
        }
        let spelled = placed.mention.how == How::Full;
        let wish = Wish { words: placed.quote.clone(), supporting: governor.supporting, spelled, candidates };
        let to = if governor.takes_back { &mut self.reading.take_back } else { &mut self.reading.wishes };
        to.push(wish);
    }

    /// The folders in which a name can lie.
    fn lies_in(&mut self, sentence: usize, nth: usize, first: usize) -> Vec<SharePath> {
        let here = self.folders.get(first..).unwrap_or_default();
        let after = here.iter().position(|folder| folder.at.1 > nth && self.is_within(folder.at));
        let before = here.iter().rposition(|folder| folder.at.1 < nth);
        let listed = self.all.get(sentence).is_some_and(Sentence::is_listed);
        let (folder, alone) = match (after.or(before), first) {
            (Some(found), _) => (self.folders.get_mut(first + found), true),
            (None, 0) => (None, false),
            (None, _) => (self.folders.get_mut(first - 1), listed),
        };
        let Some(folder) = folder else {
            let coming = self.coming(sentence);
            return if coming.is_empty() { self.elsewhere() } else { coming };
        };
        let mut folders = folder.paths.clone();
        folder.used = true;
        if !alone {
            folders.extend(self.elsewhere());
        }
        folders
    }

    /// Whether a folder is named as a place: "in", "from".
    fn is_within(&self, (sentence, nth): (usize, usize)) -> bool {
        let placed = self.all.get(sentence).and_then(|sentence| sentence.paths.get(nth));
        placed.is_some_and(|placed| !matches!(prose::amount(&placed.before, nth > 0), Amount::Named))
    }

    /// The folder that a later sentence says that the names lie in.
    fn coming(&self, sentence: usize) -> Vec<SharePath> {
        let later = self.all.iter().skip(sentence + 1).take(20).flat_map(|later| &later.paths);
        let place = later.into_iter().find(|placed| placed.mention.is_folder());
        let within = place.filter(|placed| matches!(prose::amount(&placed.before, false), Amount::Place));
        within.map(|placed| self.places.folders(&placed.mention)).unwrap_or_default()
    }

    /// Where names lie of which the mail does not say so.
    fn elsewhere(&self) -> Vec<SharePath> {
        let mut folders = self.beside.clone();
        for own in self.places.own() {
            if !folders.contains(&own) {
                folders.push(own);
            }
        }
        folders
    }

    /// Says of every folder whether it is asked for, or only where names lie.
    fn settle_folders(&mut self) {
        for folder in std::mem::take(&mut self.folders) {
            let (sentence, nth) = folder.at;
            let Some(said) = self.all.get(sentence) else { continue };
            let Some(placed) = said.paths.get(nth) else { continue };
            let amount = amount(said, placed, nth > 0);
            let place =
                matches!(amount, Amount::Place | Amount::TheFiles) || said.announces || said.is_listed();
            let later = self
                .all
                .iter()
                .any(|other| other.paths.iter().any(|placed| placed.mention.how == How::Below));
            let offer = || match folder.candidates.as_slice() {
                [one] => vec![one.wanted.clone()],
                _ => vec![],
            };
            let quote = placed.quote.clone();
            match amount {
                _ if folder.doubt && folder.governor.doubtful => {}
                _ if folder.doubt => self.question(quote, Why::Doubtful, offer()),
                Amount::Types(types) => self.typed(&folder, &quote, &types),
                Amount::Everything => self.wish(&folder, quote),
                Amount::Some => self.question(said.quote.clone(), Why::HowMuch, vec![]),
                _ if folder.used && place => {}
                // A later sentence said that names before it lie here.
                Amount::Place
                    if later && said.paths.len() == 1 && said.words.split_whitespace().count() < 12 => {}
                Amount::Place => self.question(said.quote.clone(), Why::HowMuch, offer()),
                _ if folder.used => self.question(quote, Why::HowMuch, offer()),
                _ => self.wish(&folder, quote),
            }
        }
    }

    fn wish(&mut self, folder: &Folder, words: String) {
        if folder.candidates.is_empty() {
            return self.question(words, Why::NotFound, vec![]);
        }
        let wish = Wish {
            words,
            supporting: folder.governor.supporting,
            spelled: folder.spelled,
            candidates: folder.candidates.clone(),
        };
        let to =
            if folder.governor.takes_back { &mut self.reading.take_back } else { &mut self.reading.wishes };
        to.push(wish);
    }

    /// The files of some types in a folder.
    fn typed(&mut self, folder: &Folder, quote: &str, types: &[String]) {
        let paths: Vec<SharePath> = folder.candidates.iter().map(|one| one.wanted.path.clone()).collect();
        for kind in types {
            let words = format!("*.{kind} – {quote}");
            let candidate =
                |path: SharePath| Candidate { wanted: Wanted { asked: words.clone(), path }, leaves: false };
            let candidates = of_types(&paths, kind).into_iter().map(candidate).collect();
            self.wish(
                &Folder { at: folder.at, paths: vec![], candidates, used: false, ..*folder },
                words.clone(),
            );
        }
    }
}
