//! Links: whether the words that are shown and the target that is opened are one path.

use super::settings::slashed;
use super::text::bare;

/// What stands in a line for the words of a link that are not read.
pub(super) const ASTRAY: char = '\u{fffc}';

/// What a link says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// What its words say.
    Words,
    /// The path that it leads to, of which its words are the name.
    Target(String),
    /// A path that its words do not say.
    Different(String),
}

/// Weighs the words of a link against its target.
pub(super) fn weigh(words: &str, target: &str) -> Says {
    let (words, target) = (words.trim(), target.trim());
    let scheme = target.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    let slashes = target.starts_with(r"\\") || target.starts_with("//");
    let drive = scheme.as_ref().is_some_and(|scheme| scheme.len() == 1);
    let file = slashes || drive || scheme.as_deref() == Some("file");
    let path =
        words.contains(['\\']) || words.starts_with("//") || words.to_ascii_lowercase().starts_with("file:");
    if !file {
        // A page whose words are a path is a trap or a filter's doing; one whose words are a name or a sentence is not.
        let same = bare(target)
            .trim_start_matches("http:")
            .trim_start_matches("https:")
            .trim_matches('/')
            .ends_with(bare(words).trim_matches('/'));
        return if path && !target.is_empty() && !same {
            Says::Different(target.to_owned())
        } else {
            Says::Words
        };
    }
    let (shown, meant) = (plain(words), plain(target));
    if path {
        // Programs cut a link at its first space: the words go on where the target ends.
        let cut = shown.strip_prefix(meant.as_str()).is_some_and(|rest| rest.starts_with([' ', '/']));
        return if shown == meant || cut { Says::Words } else { Says::Different(target.to_owned()) };
    }
    let name = meant.rsplit('/').next().unwrap_or_default();
    let end = shown.contains('/') && meant.ends_with(&format!("/{shown}"));
    if !name.is_empty() && (shown == name || end) {
        Says::Target(target.to_owned())
    } else {
        Says::Different(target.to_owned())
    }
}

/// A path in the one way of writing in which words and target are compared.
fn plain(path: &str) -> String {
    let path = percent_decoded(path);
    let path = bare(&slashed(&path));
    path.chars()
        .map(|c| if c == '\u{a0}' { ' ' } else { c })
        .collect::<String>()
        .trim_end_matches(['/', '.', ','])
        .to_owned()
}

/// The text with `%20` and its like written out; what is not written so stays.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let pair = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.filter(|_| byte == b'%').and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(decoded) => {
                bytes.push(decoded);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_counts_where_its_words_and_its_target_agree() {
        let target = r"file:///\\files.example.org\share\Users\ann\my%20table.csv";
        for words in [
            r"\\files.example.org\share\Users\ann\my table.csv",
            "file://files.example.org/share/Users/ann/my%20table.csv",
        ] {
            assert_eq!(weigh(words, target), Says::Words, "{words}");
        }
        for words in ["my table.csv", "Users/ann/my table.csv"] {
            assert_eq!(weigh(words, target), Says::Target(target.to_owned()), "{words}");
        }
        for words in ["here", r"\\files.example.org\share\Users\ann\other.csv", "able.csv"] {
            assert_eq!(weigh(words, target), Says::Different(target.to_owned()), "{words}");
        }
        assert_eq!(
            weigh(r"\\files.example.org\share\a.csv", "https://example.org/x"),
            Says::Different("https://example.org/x".into())
        );
        assert_eq!(weigh("our pages", "https://example.org/x"), Says::Words);
        assert_eq!(
            weigh(r"\\files.example.org\share\my table.csv", "file://files.example.org/share/my"),
            Says::Words
        );
    }
}
