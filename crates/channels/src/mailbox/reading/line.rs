//! The lines of a mail as a person sees them, and whose words each of them is.

/// Whose words a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The sender's own.
    Own,
    /// Under the closing of the sender's own words, where a name stands, and sometimes more.
    Signed,
    /// A signature.
    Signature,
    /// Of an earlier mail, quoted in an answer.
    Quoted,
    /// Of a mail that was passed on.
    Forwarded,
}

/// One line; an empty one ends a paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) part: Part,
    /// Whether it begins an item of a list.
    pub(super) item: bool,
}

/// What a mail shows in one of its forms.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    pub(super) lines: Vec<Line>,
    /// Links whose words say something else than their target: the words, and the target.
    pub(super) astray: Vec<(String, String)>,
    /// Whether something was too long, too deep or too garbled to be read.
    pub(super) cut: bool,
}

/// The most bytes of words that are read of one mail.
pub(super) const MOST_WORDS: usize = 256 * 1024;

impl View {
    /// Adds a line of text; what is beyond the limit is left out, and known to be.
    pub(super) fn push(&mut self, text: &str, part: Part, item: bool, budget: &mut usize) {
        let text = tidied(text);
        if *budget < text.len() + 1 {
            (self.cut, *budget) = (true, 0);
            return;
        }
        *budget -= text.len() + 1;
        let (text, marked) = without_bullet(&text);
        self.lines.push(Line { text: text.to_owned(), part, item: item || marked });
    }

    /// The paragraphs of one part: whole text, and whether each is an item of a list.
    pub(super) fn paragraphs(&self, of: impl Fn(Part) -> bool) -> Vec<(String, bool)> {
        let mut paragraphs: Vec<(String, bool)> = vec![];
        let mut open = false;
        for line in &self.lines {
            let counts = of(line.part) && !line.text.is_empty();
            if counts && open && !line.item {
                if let Some((text, _)) = paragraphs.last_mut() {
                    text.push('\n');
                    text.push_str(&line.text);
                }
            } else if counts {
                paragraphs.push((line.text.clone(), line.item));
            }
            open = counts;
        }
        paragraphs
    }
}

/// A line without what cannot be seen, with plain spaces, and without the space around it.
fn tidied(text: &str) -> String {
    let seen = text.chars().filter_map(|c| match c {
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{2009}' | '\u{3000}' => Some(' '),
        '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}' | '\u{2060}' | '\u{202a}' | '\u{202c}' => None,
        other => Some(other),
    });
    seen.collect::<String>().trim().to_owned()
}

/// The line without the mark of a list's item, and whether it had one.
fn without_bullet(text: &str) -> (&str, bool) {
    let mut chars = text.chars();
    let first = chars.next();
    let rest = chars.as_str();
    if matches!(
        first,
        Some(
            '-' | '*'
                | '+'
                | '•'
                | '·'
                | '–'
                | '—'
                | '▪'
                | '◦'
                | '●'
                | '○'
                | '►'
                | '§'
                | 'o'
                | '→'
                | '\u{f0b7}'
        )
    ) && (rest.starts_with(char::is_whitespace)
        || matches!(first, Some('•' | '·' | '▪' | '●' | '\u{f0b7}')))
    {
        return (rest.trim_start(), true);
    }
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let label = if digits == 0 { usize::from(first.is_some_and(|c| c.is_ascii_lowercase())) } else { digits };
    let rest = text.get(label..).unwrap_or_default();
    match rest.strip_prefix(['.', ')']) {
        Some(rest) if (1..=2).contains(&label) && rest.starts_with(char::is_whitespace) => {
            (rest.trim_start(), true)
        }
        _ => (text, false),
    }
}
