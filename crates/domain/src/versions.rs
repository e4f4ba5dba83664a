//! What a request holds of its files, round beside round: which file of an earlier round a file was, and what is kept so
//! that the two can be compared.

use std::collections::BTreeSet;

use crate::digest::Sha256;
use crate::path::SharePath;
use crate::request::{File, Request, Round, Seal, Shown};
use crate::review::Choice;

/// Words at the end of a name that say which version it is.
const VERSIONS: [&str; 20] = [
    "v",
    "version",
    "versie",
    "rev",
    "new",
    "nieuw",
    "nieuwe",
    "nouveau",
    "nouvelle",
    "final",
    "finaal",
    "mended",
    "corrected",
    "corr",
    "verbeterd",
    "aangepast",
    "gecorrigeerd",
    "corrige",
    "copy",
    "kopie",
];

impl Request {
    /// The file of an earlier round that this file of a round was: the last one at its path, or else the only one whose
    /// name says the same but for the version (`table_v2.csv` after `table.csv`). What was taken back is not looked at.
    #[must_use]
    pub fn earlier(&self, number: u32, file: &File) -> Option<(&Round, &File)> {
        let before = || self.rounds.iter().rev().filter(move |round| round.number < number);
        let known = before().find_map(|round| Some((round, round.file(&file.path)?)));
        if let Some((round, known)) = known {
            return (!known.taken_back).then_some((round, known));
        }
        let own = self.rounds.iter().find(|round| round.number == number)?;
        let name = version_less(&file.path);
        let same = |other: &&File| version_less(&other.path) == name;
        let alone = own.files.iter().filter(same).count() == 1;
        let mut others: Vec<(&Round, &File)> = vec![];
        for round in before() {
            for other in round.files.iter().filter(same) {
                let known =
                    own.file(&other.path).is_some() || others.iter().any(|(_, one)| one.path == other.path);
                if !known {
                    others.push((round, other));
                }
            }
        }
        match others.as_slice() {
            [(round, other)] if alone && !other.taken_back => Some((round, other)),
            _ => None,
        }
    }

    /// The seals that the request still needs: of current files that were neither returned, rejected nor taken back; and
    /// of others the tables that the next round is compared with.
    pub fn seals(&self) -> impl Iterator<Item = Seal> {
        let gone =
            |file: &File| file.taken_back || matches!(file.settled, Some(Choice::Return | Choice::Reject));
        self.current_files()
            .map(|(_, file)| file)
            .filter(move |file| !gone(file))
            .flat_map(File::seals)
            .chain(self.compared())
    }

    /// Every seal that the request ever had.
    pub fn every_seal(&self) -> impl Iterator<Item = Seal> {
        self.rounds.iter().flat_map(|round| &round.files).flat_map(File::seals)
    }

    /// The seals that the request had and needs no more: all of them once it has ended.
    pub fn spent(&self) -> impl Iterator<Item = Seal> {
        let held: BTreeSet<Sha256> = if self.state.is_final() {
            BTreeSet::new()
        } else {
            self.seals().map(|seal| seal.sha256).collect()
        };
        self.every_seal().filter(move |seal| !held.contains(&seal.sha256))
    }

    /// The tables as text that are kept of files which went back or were superseded, so that the next round can be compared
    /// with them: of each path the last version that is not itself held, and no other bytes of it.
    pub fn compared(&self) -> impl Iterator<Item = Seal> {
        self.places().into_iter().filter_map(|(round, file)| self.tables(round, file))
    }

    /// Lets go of what is kept for comparison; gives whether there was anything.
    pub fn forget(&mut self) -> bool {
        let kept: Vec<(usize, usize)> =
            self.places().into_iter().filter(|(r, f)| self.tables(*r, *f).is_some()).collect();
        for (round, file) in &kept {
            if let Some(file) = self.rounds.get_mut(*round).and_then(|round| round.files.get_mut(*file)) {
                file.forgotten = true;
            }
        }
        !kept.is_empty()
    }

    /// Where each file stands: the place of its round, and its own.
    fn places(&self) -> Vec<(usize, usize)> {
        let rounds = self.rounds.iter().enumerate();
        rounds.flat_map(|(at, round)| (0..round.files.len()).map(move |file| (at, file))).collect()
    }

    /// The tables that are kept of a file for comparison; none where it is held as a whole, or nothing of it is kept.
    fn tables(&self, round: usize, file: usize) -> Option<Seal> {
        let file = self.rounds.get(round)?.files.get(file)?;
        let Some(Shown::Tables(seal)) = file.shown else { return None };
        if file.forgotten || file.taken_back || file.settled == Some(Choice::Reject) {
            return None;
        }
        let later = self.rounds.get(round + 1..).unwrap_or_default();
        let mut later = later.iter().filter_map(|round| round.file(&file.path));
        let back = |file: &File| file.settled == Some(Choice::Return);
        let kept = match (later.next(), later.next()) {
            (None, _) => back(file),
            (Some(now), None) => !now.taken_back && !back(now),
            (Some(_), Some(_)) => false,
        };
        kept.then_some(seal)
    }
}

/// A name without its folder and without what says which version it is, in lower case.
fn version_less(path: &SharePath) -> String {
    let name = path.as_str().rsplit('/').next().unwrap_or_default().to_lowercase();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name.as_str(), ""));
    let mut words: Vec<&str> =
        stem.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    while let Some(last) = words.last().filter(|_| words.len() > 1) {
        let bare = last.trim_end_matches(|c: char| c.is_ascii_digit());
        let numbered = bare.is_empty() && last.len() <= 2;
        if !numbered && !VERSIONS.contains(&bare) {
            break;
        }
        words.pop();
    }
    format!("{}.{extension}", words.join("_"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Verdict;
    use crate::review::tests::{file, request};

    fn table(path: &str, seal: u8) -> File {
        let seal = Seal { sha256: Sha256([seal; 32]), bytes: 1 };
        File { shown: Some(Shown::Tables(seal)), ..file(path, Verdict::Clear) }
    }

    fn rounds(rounds: Vec<Vec<File>>) -> Request {
        let mut request = request(vec![]);
        let at = request.created_at;
        let round = |(files, number)| Round { files, ..Round::new(number, at, vec![]) };
        request.rounds = rounds.into_iter().zip(1..).map(round).collect();
        request
    }

    fn kept(request: &Request) -> Vec<u8> {
        request.compared().map(|seal| seal.sha256.0[0]).collect()
    }

    #[test]
    fn a_file_is_compared_with_the_last_one_at_its_path_or_of_its_name() {
        for (before, now, same) in [
            ("out/table.csv", "out/table.csv", true),
            ("out/table.csv", "mended/table.csv", true),
            ("out/table.csv", "out/table_v2.csv", true),
            ("out/table1.csv", "out/table1 (2).csv", true),
            ("out/Table-final.csv", "out/table-nieuw.csv", true),
            ("out/table1.csv", "out/table2.csv", false),
            ("out/table.csv", "out/table.txt", false),
            ("out/2023.csv", "out/2024.csv", false),
        ] {
            let request = rounds(vec![vec![table(before, 1)], vec![table(now, 2)]]);
            let found = request.earlier(2, &request.rounds[1].files[0]);
            assert_eq!(
                found.map(|(round, file)| (round.number, file.path.as_str())),
                same.then_some((1, before)),
                "{now}"
            );
            assert_eq!(request.earlier(1, &request.rounds[0].files[0]), None);
        }
        let doubt = rounds(vec![vec![table("a/t.csv", 1), table("b/t.csv", 2)], vec![table("c/t.csv", 3)]]);
        assert_eq!(doubt.earlier(2, &doubt.rounds[1].files[0]), None);
    }

    #[test]
    fn of_what_went_back_or_was_superseded_only_the_last_tables_are_kept() {
        let mut request = rounds(vec![vec![table("a.csv", 1), table("b.csv", 2)]]);
        assert!(kept(&request).is_empty());
        assert_eq!(request.spent().count(), 0);
        request.rounds[0].files[0].settled = Some(Choice::Return);
        request.rounds[0].files[1].settled = Some(Choice::Reject);
        assert_eq!(kept(&request), [1]);
        assert_eq!(request.seals().count(), 1, "the tables, and not the file");
        assert!(
            request.spent().all(|seal| seal.sha256 != Sha256([1; 32])) && request.spent().next().is_some()
        );
        let mut request =
            rounds(vec![vec![table("a.csv", 1)], vec![table("a.csv", 2)], vec![table("a.csv", 3)]]);
        assert_eq!(kept(&request), [2]);
        request.rounds[2].files[0].settled = Some(Choice::Return);
        assert_eq!(kept(&request), [3]);
        request.rounds[2].files[0].taken_back = true;
        assert!(kept(&request).is_empty());
    }

    #[test]
    fn what_is_forgotten_is_not_kept() {
        let mut request = rounds(vec![vec![table("a.csv", 1)], vec![table("a.csv", 2)]]);
        assert!(request.forget());
        assert!(kept(&request).is_empty());
        assert!(!request.forget());
        assert!(request.spent().any(|seal| seal.sha256 == Sha256([1; 32])), "it is still to be removed");
    }

    #[test]
    fn what_was_returned_or_superseded_is_no_longer_held() {
        let mut request = request(vec![file("a.csv", Verdict::Clear), file("b.csv", Verdict::Clear)]);
        assert_eq!(request.seals().count(), 4);
        request.rounds[0].files[0].settled = Some(Choice::Return);
        assert_eq!(request.seals().count(), 2);
        let again = vec![file("b.csv", Verdict::Clear)];
        request.rounds.push(Round { files: again, ..Round::new(2, request.created_at, vec![]) });
        assert_eq!((request.seals().count(), request.every_seal().count()), (2, 6));
    }
}
