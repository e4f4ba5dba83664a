//! The words of statistics, by list.

use std::collections::BTreeMap;
use std::sync::LazyLock;

static LISTS: LazyLock<BTreeMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let sections = include_str!("words.txt").split("\n[").skip(1);
    let lists = sections.filter_map(|section| section.split_once("]\n"));
    lists.map(|(title, text)| (title, text.split([',', '\n']).map(str::trim).collect())).collect()
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
        let entries = LISTS.get(list).into_iter().flatten();
        entries.filter(|entry| !entry.is_empty()).any(|entry| self.spaced.contains(&format!(" {entry} ")))
    }

    /// Whether it is one word, and that is on the list.
    pub(super) fn is(&self, list: &str) -> bool {
        matches!(self.words.as_slice(), [word] if on(list, word))
    }
}

/// Whether the list of this name has the word.
pub(super) fn on(list: &str, word: &str) -> bool {
    !word.is_empty() && LISTS.get(list).is_some_and(|entries| entries.contains(&word))
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
