//! Finding what a wanted path means: a file, the files that fit a pattern, or all that lies in a folder.

use std::ffi::OsStr;
use std::io;

use exeat_desk::ports::{Failure, Found};
use exeat_domain::path::{Wanted, matches};
use rustix::io::Errno;

use super::{Halt, enter, joined, share_path};
use crate::entry::{Kind, shown};
use crate::likeness::{Nearest, folded};
use crate::problem::Trouble;
use crate::said::errno;
use crate::tree::{Base, Entry, Folder};

/// How deep folders are walked.
const DEEPEST: usize = 64;

/// How many names are held for one wanted path; what has more is asked about.
const MOST_NAMES: usize = 100_000;

/// Everything that the wanted path means.
pub(crate) fn find(root: &impl Base, wanted: &Wanted, most: usize) -> Result<Found, Failure> {
    let mut search =
        Search { root, wanted, most, names_left: MOST_NAMES, folders: 0, found: Found::default() };
    let names: Vec<&str> = wanted.path.as_str().split('/').collect();
    let outcome = search.resolve(root.still()?, "", &names, false);
    root.still()?;
    match outcome {
        Ok(()) => Ok(search.result()),
        Err(Halt::Trouble(trouble)) => {
            Ok(Found { files: vec![], problems: vec![trouble.with(&wanted.asked)] })
        }
        Err(Halt::Failed(failure)) => Err(failure),
    }
}

/// One search. A [`Halt`] that leaves a method ends all of it; what concerns one entry goes to the problems.
struct Search<'a, B> {
    root: &'a B,
    wanted: &'a Wanted,
    most: usize,
    names_left: usize,
    /// How many folders fitted a pattern to its end.
    folders: usize,
    found: Found,
}

impl<B: Base> Search<'_, B> {
    fn result(mut self) -> Found {
        if self.found.files.is_empty() && self.found.problems.is_empty() {
            let path = self.wanted.path.to_string();
            let trouble = match (self.wanted.is_pattern(), self.folders) {
                (true, 0) => Trouble::NoMatch(path),
                (true, _) => Trouble::OnlyFolders(path),
                (false, _) => Trouble::Empty(path),
            };
            self.found.problems.push(trouble.with(&self.wanted.asked));
        }
        self.found.files.sort();
        self.found.problems.sort_by(|one, other| one.asked.cmp(&other.asked));
        self.found
    }

    /// What `names` mean below the folder `dir`, which is at `at`. Below a pattern (`loose`), what is not there or
    /// does not fit is not missed.
    fn resolve(&mut self, dir: &B::Folder, at: &str, names: &[&str], loose: bool) -> Result<(), Halt> {
        let Some((&name, rest)) = names.split_first() else { return Ok(()) };
        if name.contains(['*', '?']) {
            return self.expand(dir, at, name, rest);
        }
        let path = joined(at, name);
        let looked_up = look_up(dir, name).map_err(|error| Halt::said(self.root, &path, &error));
        let (name, at) = (name.to_owned(), at.to_owned());
        let trouble = match self.noted(&path, looked_up)? {
            Some(LookUp::Is(name, kind)) => {
                return self.take(dir, &at, (OsStr::new(&name), kind), rest, loose);
            }
            Some(LookUp::NotThere { near }) if !loose => Trouble::Missing { name, at, near },
            Some(LookUp::Several(candidates)) => Trouble::Ambiguous { name, at, candidates },
            _ => return Ok(()),
        };
        self.problem(&self.wanted.asked, &trouble)
    }

    /// Goes on at the entry `name` of a folder, or takes it up where no names are left.
    fn take(
        &mut self,
        dir: &B::Folder,
        at: &str,
        (name, kind): (&OsStr, Kind),
        rest: &[&str],
        loose: bool,
    ) -> Result<(), Halt> {
        let path = joined(at, &shown(name));
        match (kind, rest.is_empty()) {
            (Kind::File, true) if loose && is_helper(name) => Ok(()),
            (Kind::File, true) => self.file(at, name),
            (Kind::File, false) if loose => Ok(()),
            (Kind::Folder, true) if loose => {
                self.folders += 1;
                Ok(())
            }
            (Kind::Folder, _) => {
                let folder = enter(self.root, dir, name, &path);
                match self.noted(&path, folder)? {
                    Some(folder) if rest.is_empty() => self.walk(&folder, &path, 1),
                    Some(folder) => self.resolve(&folder, &path, rest, loose),
                    None => Ok(()),
                }
            }
            (kind, _) => self.problem(&path, &Trouble::wrong_kind(kind, path.clone())),
        }
    }

    /// Every entry of this folder that fits the pattern.
    fn expand(&mut self, dir: &B::Folder, at: &str, pattern: &str, rest: &[&str]) -> Result<(), Halt> {
        let pattern = folded(pattern);
        // A backslash in a name is one character of it here, not a way into a folder.
        let one = |name: &OsStr| folded(&name.to_string_lossy()).replace('\\', "_");
        let fits = |name: &OsStr| matches(&pattern, &one(name));
        for Entry { name, kind, .. } in self.names(dir, at, fits)? {
            self.take(dir, at, (&name, kind), rest, true)?;
        }
        Ok(())
    }

    /// Every file in this folder and below it.
    fn walk(&mut self, dir: &B::Folder, at: &str, depth: usize) -> Result<(), Halt> {
        if depth > DEEPEST {
            return self.problem(at, &Trouble::TooDeep(at.to_owned()));
        }
        for Entry { name, kind, .. } in self.names(dir, at, |_| true)? {
            let path = joined(at, &shown(&name));
            match kind {
                Kind::File if is_helper(&name) => {}
                Kind::File => self.file(at, &name)?,
                Kind::Folder => {
                    let folder = enter(self.root, dir, &name, &path);
                    if let Some(folder) = self.noted(&path, folder)? {
                        self.walk(&folder, &path, depth + 1)?;
                    }
                }
                kind => self.problem(&path, &Trouble::wrong_kind(kind, path.clone()))?,
            }
        }
        Ok(())
    }

    /// The names in a folder that are to be kept, sorted; none where it may not be read, which is noted.
    fn names(
        &mut self,
        dir: &B::Folder,
        at: &str,
        keep: impl Fn(&OsStr) -> bool,
    ) -> Result<Vec<Entry>, Halt> {
        let listed = listed(dir, self.names_left, keep).map_err(|error| Halt::said(self.root, at, &error));
        let Some(mut names) = self.noted(at, listed)? else { return Ok(vec![]) };
        if names.len() > self.names_left {
            return Err(self.too_many(MOST_NAMES, "files and folders"));
        }
        self.names_left -= names.len();
        names.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(names)
    }

    fn file(&mut self, at: &str, name: &OsStr) -> Result<(), Halt> {
        match share_path(at, name) {
            Ok(_) if self.found.files.len() == self.most => Err(self.too_many(self.most, "files")),
            Ok(path) => {
                self.found.files.push(path);
                Ok(())
            }
            Err(trouble) => self.problem(&joined(at, &shown(name)), &trouble),
        }
    }

    fn problem(&mut self, asked: &str, trouble: &Trouble) -> Result<(), Halt> {
        if self.found.problems.len() == self.most.max(1) {
            return Err(self.too_many(self.most, "things that are not files"));
        }
        self.found.problems.push(trouble.with(asked));
        Ok(())
    }

    /// Puts an entry's trouble with the problems; what is left is its outcome, or the end of the search.
    fn noted<T>(&mut self, path: &str, outcome: Result<T, Halt>) -> Result<Option<T>, Halt> {
        match outcome {
            Ok(value) => Ok(Some(value)),
            Err(Halt::Trouble(trouble)) => self.problem(path, &trouble).map(|()| None),
            Err(failed) => Err(failed),
        }
    }

    fn too_many(&self, most: usize, what: &'static str) -> Halt {
        Trouble::TooMany { asked: self.wanted.path.to_string(), most, what }.into()
    }
}

/// What the share calls a name that was asked for.
enum LookUp {
    Is(String, Kind),
    Several(Vec<String>),
    NotThere { near: Option<String> },
}

/// Exactly this name; else the one name that is written alike. A file system that itself does not tell case apart
/// says that a name is there in any case, and keeps the case that was asked.
fn look_up(dir: &impl Folder, asked: &str) -> io::Result<LookUp> {
    match dir.about(OsStr::new(asked)) {
        Ok(about) => return Ok(LookUp::Is(asked.to_owned(), about.kind)),
        Err(error) => match errno(&error) {
            Some(Errno::NOENT | Errno::NAMETOOLONG) => {}
            _ => return Err(error),
        },
    }
    let (alike, mut nearest) = (folded(asked), Nearest::to(asked));
    let mut candidates = vec![];
    for entry in dir.entries()? {
        let Entry { name, kind, .. } = entry?;
        if let Ok(name) = name.into_string() {
            nearest.offer(&name);
            if folded(&name) == alike {
                candidates.push((name, kind));
            }
        }
    }
    candidates.sort_by(|one, other| one.0.cmp(&other.0));
    let shown = |(name, _): &(String, Kind)| exeat_domain::path::shown(name);
    Ok(match candidates.pop() {
        None => LookUp::NotThere { near: nearest.name().map(|name| exeat_domain::path::shown(&name)) },
        Some((name, kind)) if candidates.is_empty() => LookUp::Is(name, kind),
        Some(last) => LookUp::Several(candidates.iter().chain([&last]).map(shown).collect()),
    })
}

/// At most one more than `most` of the names in a folder that are to be kept.
fn listed(dir: &impl Folder, most: usize, keep: impl Fn(&OsStr) -> bool) -> io::Result<Vec<Entry>> {
    let kept = |entry: &io::Result<Entry>| entry.as_ref().map_or(true, |entry| keep(&entry.name));
    dir.entries()?.filter(kept).take(most + 1).collect()
}

/// Whether programs leave such files behind without anyone meaning them.
pub(super) fn is_helper(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("~$")
        || ["thumbs.db", "desktop.ini"].iter().any(|helper| name.eq_ignore_ascii_case(helper))
}
