//! Where a name lies that is not written from its server on: in the folder that the mail speaks of, or the sender's own.

use std::collections::BTreeSet;

use exeat_domain::path::{PathProblem, SharePath, Wanted};

use super::Candidate;
use super::mention::{How, Mention, names_file};
use super::settings::{Settings, Writer};

/// The most things that words are taken to mean.
const MOST_CANDIDATES: usize = 40;

/// Reads mentions for one writer.
#[derive(Clone, Copy)]
pub(super) struct Places<'a> {
    pub(super) settings: &'a Settings,
    pub(super) writer: Writer<'a>,
}

impl Places<'_> {
    /// What a mention can mean, names taken to lie in one of the `folders`.
    pub(super) fn candidates(
        self,
        mention: &Mention,
        folders: &[SharePath],
    ) -> Result<Vec<Candidate>, PathProblem> {
        let mut found = Found::default();
        match mention.how {
            How::Home => {
                let home = self.settings.home(self.writer);
                found.add(
                    home.map(|path| Wanted { asked: String::new(), path }).ok_or(PathProblem::Empty),
                    false,
                );
            }
            How::Full => {
                // What the likeliest reading runs to must be a path of the share however its lines are joined.
                let whole = mention.spelled.first().map(|first| first.end);
                let (likeliest, shorter): (Vec<_>, Vec<_>) =
                    mention.spelled.iter().partition(|one| Some(one.end) == whole);
                for one in &likeliest {
                    found.add(self.settings.read(&one.text, self.writer), one.leaves);
                }
                if found.all.is_empty() {
                    return found.done();
                }
                for one in &shorter {
                    found.add(self.settings.read(&one.text, self.writer), one.leaves);
                }
            }
            How::Below => {
                for one in &mention.spelled {
                    let text = one.text.trim();
                    if text.contains(['\\', '/']) {
                        found.add(self.settings.read(text, self.writer), one.leaves);
                    }
                    for folder in folders {
                        let path =
                            SharePath::new(text).and_then(|_| SharePath::new(&format!("{folder}/{text}")));
                        found.add(path.map(|path| Wanted { asked: text.to_owned(), path }), one.leaves);
                    }
                }
            }
        }
        found.done()
    }

    /// The folders that a mention names, for names that lie in it.
    pub(super) fn folders(self, mention: &Mention) -> Vec<SharePath> {
        let folders = Mention {
            spelled: mention.spelled.iter().filter(|one| !names_file(&one.text)).cloned().collect(),
            ..mention.clone()
        };
        if folders.spelled.is_empty() && mention.how != How::Home {
            return vec![];
        }
        let candidates = self.candidates(&folders, &self.own()).unwrap_or_default();
        candidates.into_iter().map(|candidate| candidate.wanted.path).take(12).collect()
    }

    /// The folder in which a file lies that is spelled out.
    pub(super) fn beside(self, mention: &Mention) -> Vec<SharePath> {
        let of = |candidate: Candidate| {
            let path = candidate.wanted.path.to_string();
            path.rsplit_once('/').and_then(|(folder, _)| SharePath::new(folder).ok())
        };
        let folders = self.candidates(mention, &[]).unwrap_or_default().into_iter().filter_map(of);
        folders.collect::<BTreeSet<_>>().into_iter().take(6).collect()
    }

    /// The sender's own folder, and those that the thread has spoken of.
    pub(super) fn own(self) -> Vec<SharePath> {
        let thread = self.writer.folders.iter().take(12).cloned();
        thread.chain(self.settings.home(self.writer)).collect()
    }
}

/// Candidates, each once.
#[derive(Default)]
struct Found {
    all: Vec<Candidate>,
    known: BTreeSet<String>,
    /// What is wrong with the likeliest reading that is no path of the share.
    first: Option<PathProblem>,
}

impl Found {
    fn add(&mut self, read: Result<Wanted, PathProblem>, leaves: bool) {
        match read {
            Ok(wanted) => {
                if self.all.len() < MOST_CANDIDATES && self.known.insert(wanted.path.as_str().to_owned()) {
                    self.all.push(Candidate { wanted, leaves });
                }
            }
            Err(problem) => self.first = self.first.take().or(Some(problem)),
        }
    }

    fn done(self) -> Result<Vec<Candidate>, PathProblem> {
        match self.first {
            Some(problem) if self.all.is_empty() => Err(problem),
            _ => Ok(self.all),
        }
    }
}
