//! How a terminal is written to: its width, its colours, and text that fits it.

use std::io::IsTerminal as _;

use anstyle::{AnsiColor, Style};
use exeat_domain::finding::{Severity, Verdict};
use exeat_domain::path::shown;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Columns of a terminal that does not say how many it has, and of what is no terminal.
const USUAL: usize = 80;
/// Wider lines are hard to read.
const WIDEST: usize = 140;
/// Narrower ones cannot hold a table.
const NARROWEST: usize = 40;

/// What a piece of text means, which colour repeats and never says alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Blocked,
    Review,
    Clear,
    Quiet,
    Strong,
}

impl From<Verdict> for Tone {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Blocked => Self::Blocked,
            Verdict::Review => Self::Review,
            Verdict::Clear => Self::Clear,
        }
    }
}

impl From<Severity> for Tone {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Block => Self::Blocked,
            Severity::Review => Self::Review,
            Severity::Note => Self::Quiet,
        }
    }
}

/// How wide, and whether in colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// Columns to fill at most.
    pub(crate) width: usize,
    /// Whether colours are understood and wanted.
    pub(crate) colour: bool,
}

impl Look {
    /// Without colour, 80 columns wide.
    pub(crate) const PLAIN: Self = Self { width: USUAL, colour: false };

    /// What standard output asks for: colour only on a terminal, and not where `NO_COLOR` is set.
    #[allow(clippy::disallowed_methods, reason = "NO_COLOR and TERM are how a terminal says what it wants")]
    pub(crate) fn of_stdout() -> Self {
        let out = std::io::stdout();
        if !out.is_terminal() {
            return Self::PLAIN;
        }
        let width = terminal_size::terminal_size_of(&out).map_or(USUAL, |(width, _)| usize::from(width.0));
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        Self { width: width.clamp(NARROWEST, WIDEST), colour: !unwanted && !dumb }
    }

    /// The text in the colour of what it means.
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let style = match tone {
            Tone::Blocked => AnsiColor::Red.on_default().bold(),
            Tone::Review => AnsiColor::Yellow.on_default().bold(),
            Tone::Clear => AnsiColor::Green.on_default(),
            Tone::Quiet => Style::new().dimmed(),
            Tone::Strong => Style::new().bold(),
        };
        format!("{style}{text}{style:#}")
    }

    /// A paragraph, wrapped: its first line begins with `first`, the others are indented as far.
    pub(crate) fn paragraph(self, first: &str, text: &str) -> String {
        let rest = " ".repeat(first.width());
        let options = textwrap::Options::new(self.width).initial_indent(first).subsequent_indent(&rest);
        let mut filled = textwrap::fill(&shown(text), options);
        filled.push('\n');
        filled
    }
}

/// The sign and word of a verdict.
pub(crate) fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Clear => "✓ clear",
        Verdict::Review => "? review",
        Verdict::Blocked => "✗ blocked",
    }
}

/// Columns that a text takes on a terminal.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The text without control characters, cut to so many columns.
pub(crate) fn cut(text: &str, most: usize) -> String {
    let text = shown(text);
    if text.width() <= most {
        return text;
    }
    let (mut kept, mut taken) = (String::new(), 0);
    for character in text.chars() {
        taken += character.width().unwrap_or(0);
        if taken + 1 > most {
            break;
        }
        kept.push(character);
    }
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wide_is_cut_by_the_columns_it_takes() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
        assert_eq!(cut("患者番号一覧", 7), "患者番…");
        assert_eq!(width(&cut("患者番号一覧", 8)), 7, "half of a wide character is not shown");
        assert_eq!(cut("a\u{1b}[31mb", 20), "a\\u{1b}[31mb");
    }

    #[test]
    fn colour_is_only_put_where_it_is_wanted() {
        assert_eq!(Look::PLAIN.paint(Tone::Blocked, "x"), "x");
        let painted = Look { colour: true, ..Look::PLAIN }.paint(Tone::Blocked, "x");
        assert!(painted.starts_with("\u{1b}[") && painted.ends_with("\u{1b}[0m"), "{painted:?}");
    }

    #[test]
    fn a_paragraph_is_wrapped_and_indented() {
        let look = Look { width: 20, colour: false };
        assert_eq!(
            look.paragraph("  fix: ", "Merge the two cells."),
            "  fix: Merge the two\n       cells.\n"
        );
    }
}
