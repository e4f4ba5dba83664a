//! What a style hides: enough of CSS to know which words a person does not see.

use std::collections::BTreeMap;

/// A colour as red, green and blue.
pub(super) type Rgb = [u8; 3];

/// What a style says about being seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) hidden: bool,
    pub(super) kept_lines: bool,
    pub(super) borderless: bool,
    pub(super) color: Option<Rgb>,
    pub(super) background: Option<Rgb>,
}

impl Look {
    /// What the declarations of a style say.
    pub(super) fn of(style: &str) -> Self {
        let mut look = Self::default();
        for (name, value) in style.split(';').filter_map(|declared| declared.split_once(':')) {
            let value = value.trim().to_ascii_lowercase();
            let value = value.trim_end_matches("!important").trim();
            look.hidden |= hides(name.trim(), value);
            match name.trim().to_ascii_lowercase().as_str() {
                "color" => look.color = color(value),
                "background" | "background-color" => look.background = color(value),
                "white-space" => look.kept_lines = value.starts_with("pre") || value == "break-spaces",
                "border" | "border-left" => {
                    look.borderless = value.starts_with("none") || value.starts_with('0');
                }
                _ => {}
            }
        }
        look
    }

    /// Both together; what the other says of colours holds.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            hidden: self.hidden || other.hidden,
            kept_lines: self.kept_lines || other.kept_lines,
            borderless: self.borderless || other.borderless,
            color: other.color.or(self.color),
            background: other.background.or(self.background),
        }
    }
}

/// Whether one declaration takes words from sight.
fn hides(name: &str, value: &str) -> bool {
    let nothing = || {
        let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%').trim();
        number.parse::<f32>().is_ok_and(|number| number.abs() < 0.05)
    };
    let tiny = || nothing() || matches!(value, "1px" | "1pt" | ".1px" | "0.1px");
    match name.to_ascii_lowercase().as_str() {
        "display" => value == "none",
        "visibility" => matches!(value, "hidden" | "collapse"),
        "mso-hide" => value == "all",
        "font-size" => tiny(),
        "font" => value.split_whitespace().any(|word| matches!(word, "0" | "0px" | "0pt" | "0/0")),
        // What is struck out shows, and is taken back by its writer.
        "text-decoration" | "text-decoration-line" => value.contains("line-through"),
        "opacity" | "max-height" | "max-width" => nothing(),
        "text-indent" | "left" | "top" | "margin-left" => {
            value.starts_with("-999") || value.starts_with("-1000")
        }
        _ => false,
    }
}

/// Whether words of this colour cannot be told from what is behind them.
pub(super) fn alike(one: Rgb, other: Rgb) -> bool {
    one.iter().zip(other).all(|(one, other)| one.abs_diff(other) <= 24)
}

/// A colour as styles and attributes write it; none where it is written otherwise.
pub(super) fn color(value: &str) -> Option<Rgb> {
    let value = value.trim().to_ascii_lowercase();
    let named = match value.split_whitespace().next()? {
        "white" | "window" => Some([255, 255, 255]),
        "snow" | "ivory" | "ghostwhite" | "floralwhite" | "whitesmoke" | "mintcream" | "azure" => {
            Some([250, 250, 250])
        }
        "black" | "windowtext" => Some([0, 0, 0]),
        "transparent" => Some([255, 255, 255]),
        _ => None,
    };
    if named.is_some() {
        return named;
    }
    if let Some(inner) = value.strip_prefix("rgb").and_then(|rest| rest.split_once('(')) {
        let mut parts = inner.1.split([',', ' ', ')', '/']).filter(|part| !part.is_empty());
        let mut next = || parts.next()?.parse::<u8>().ok();
        return Some([next()?, next()?, next()?]);
    }
    let hex = value.strip_prefix('#').unwrap_or(&value).split_whitespace().next()?;
    let digits: Vec<u8> =
        hex.chars().map_while(|c| c.to_digit(16)).filter_map(|digit| u8::try_from(digit).ok()).collect();
    match *digits.as_slice() {
        [r, g, b] => Some([r * 17, g * 17, b * 17]),
        [r, s, g, h, b, c] => Some([r * 16 + s, g * 16 + h, b * 16 + c]),
        _ => None,
    }
}

/// The rules of a mail's style sheets, by the last class, id or tag that they are for.
#[derive(Debug, Default)]
pub(super) struct Sheet(BTreeMap<String, Look>);

/// The most rules that are kept.
const MOST_RULES: usize = 2000;

impl Sheet {
    /// Reads the text of a `style` element. What is inside `@media` and its like is for other occasions.
    pub(super) fn read(&mut self, css: &str) {
        let css = css.replace("<!--", " ").replace("-->", " ");
        let css = without_comments(&css);
        let (mut depth, mut from, mut selector) = (0_usize, 0, "");
        for (at, c) in css.char_indices() {
            match c {
                '{' => {
                    if depth == 0 {
                        selector = css.get(from..at).unwrap_or_default();
                    }
                    (depth, from) = (depth + 1, at + 1);
                }
                '}' => {
                    if depth == 1 && !selector.trim_start().starts_with('@') {
                        self.rule(selector, Look::of(css.get(from..at).unwrap_or_default()));
                    }
                    (depth, from) = (depth.saturating_sub(1), at + 1);
                }
                ';' if depth == 0 => from = at + 1,
                _ => {}
            }
        }
    }

    fn rule(&mut self, selectors: &str, look: Look) {
        if look == Look::default() {
            return;
        }
        for selector in selectors.split(',').filter_map(|selector| selector.split_whitespace().last()) {
            // Of links that were visited and the like nothing is known.
            if selector.contains(':') || self.0.len() >= MOST_RULES {
                continue;
            }
            let key = selector.rfind(['.', '#']).and_then(|at| selector.get(at..)).unwrap_or(selector);
            let known = self.0.entry(key.to_ascii_lowercase()).or_default();
            *known = known.and(look);
        }
    }

    /// What the sheets say of an element.
    pub(super) fn look(&self, tag: &str, id: &str, classes: &str) -> Look {
        if self.0.is_empty() {
            return Look::default();
        }
        let of = |key: &str| self.0.get(&key.to_ascii_lowercase()).copied().unwrap_or_default();
        let classes = classes.split_whitespace().take(50).map(|class| of(&format!(".{class}")));
        classes.fold(of(tag).and(of(&format!("#{id}"))), Look::and)
    }
}

fn without_comments(css: &str) -> String {
    let mut kept = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}
