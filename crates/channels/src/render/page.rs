//! The layout of plain text: lines that fit a mail, hanging indents, single blank lines.

use textwrap::{Options, WordSplitter, wrap};

/// The longest line of a mail, in characters (RFC 5322, 2.1.1).
const WIDTH: usize = 78;

/// The text with its paragraphs, list items and quotations wrapped; a word that is longer than a line stays whole, so
/// that a path or a digest can be copied.
pub(super) fn wrapped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            if !blank {
                out.push('\n');
            }
            blank = true;
            continue;
        }
        blank = false;
        for part in wrap_line(line) {
            out.push_str(&part);
            out.push('\n');
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn wrap_line(line: &str) -> Vec<String> {
    let words = line.trim_start();
    let margin = " ".repeat(line.len() - words.len());
    let (marker, rest) = ["- ", "> "]
        .iter()
        .find_map(|marker| Some((*marker, words.strip_prefix(marker)?)))
        .unwrap_or(("", words));
    let first = format!("{margin}{marker}");
    let next = if marker == "- " { format!("{margin}  ") } else { first.clone() };
    let options = Options::new(WIDTH)
        .initial_indent(&first)
        .subsequent_indent(&next)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation);
    wrap(rest, options).into_iter().map(|part| part.trim_end().to_owned()).collect()
}

/// The HTML without the blank lines that templates leave.
pub(super) fn tidy(html: &str) -> String {
    let lines: Vec<&str> = html.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hang_under_their_marks_and_long_words_stay_whole() {
        let path = "x".repeat(100);
        let text = format!(
            "\n\nfirst\n\n\n\n  - {} end of the item\n  > {} end of it\n{path}\n\n",
            "word ".repeat(15),
            "said ".repeat(15)
        );
        let lines: Vec<String> = wrapped(&text).lines().map(str::to_owned).collect();
        assert_eq!(lines[0..2], ["first", ""]);
        assert!(lines[2].starts_with("  - word") && lines[3].starts_with("    "), "{lines:?}");
        assert!(lines[4].starts_with("  > said") && lines[5].starts_with("  > "), "{lines:?}");
        assert_eq!(lines[6], path);
        assert_eq!(lines.len(), 7);
        assert!(lines[..6].iter().all(|line| line.chars().count() <= WIDTH));
    }

    proptest::proptest! {
        #[test]
        fn wrapping_keeps_every_word(text in "[a-zé>\\- \\n]{0,400}") {
            let words = |text: &str| text.split_whitespace().filter(|word| *word != ">").map(str::to_owned).collect::<Vec<_>>();
            proptest::prop_assert_eq!(words(&wrapped(&text)), words(&text));
        }
    }
}
