//! The words of statistics, by list.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use foldhash::fast::RandomState;

/// One list: its entries, and each with a blank around it.
#[derive(Debug, Default)]
struct List {
    entries: HashSet<&'static str, RandomState>,
    spaced: Vec<String>,
}

static LISTS: LazyLock<HashMap<&'static str, List, RandomState>> = LazyLock::new(|| {
    let sections = include_str!("words.txt").split("\n[").skip(1);
    let lists = sections.filter_map(|section| section.split_once("]\n"));
    let list = |text: &'static str| {
        let entries = text.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty());
        List {
            entries: entries.clone().collect(),
            spaced: entries.map(|entry| format!(" {entry} ")).collect(),
        }
    };
    lists.map(|(title, text)| (title, list(text))).collect()
});

/// The words of one header or label.
#[derive(Clone, Debug)]
pub(super) struct Words {
    pub(super) words: Vec<String>,
    /// All of them with a blank around each.
    spaced: String,
}

impl Words {
    pub(super) fn of(label: &str) -> Self {
        let words = crate::read::names::words(label);
        let spaced = format!(" {} ", words.join(" "));
        Self { words, spaced }
    }

    /// Whether one of its words is on the list.
    pub(super) fn any(&self, list: &str) -> bool {
        self.words.iter().any(|word| on(list, word))
    }

    /// Whether it has an entry of the list as a run of whole words.
    pub(super) fn run(&self, list: &str) -> bool {
        LISTS.get(list).is_some_and(|list| list.spaced.iter().any(|entry| self.spaced.contains(entry)))
    }

    /// Whether it is one word, and that is on the list.
    pub(super) fn is(&self, list: &str) -> bool {
        matches!(self.words.as_slice(), [word] if on(list, word))
    }
}

/// Whether the list of this name has the word.
pub(super) fn on(list: &str, word: &str) -> bool {
    LISTS.get(list).is_some_and(|list| list.entries.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_looked_up_alone_and_in_runs() {
        assert!(Words::of("Écart-type").run("sd-of") && Words::of("SD").is("sd"));
        assert!(Words::of("mean_age").any("mean") && !Words::of("meaning").any("mean"));
        assert!(!Words::of("").is("mean") && !Words::of("").run("mean") && !on("no such list", "mean"));
    }
}
