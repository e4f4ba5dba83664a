//! Plain text as its reader sees it: flowed lines joined, quoted lines known.

use super::line::{Part, View};

/// How the text says that its lines flow (RFC 3676).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flow {
    /// A line that ends in a space goes on in the next.
    pub(super) flowed: bool,
    /// That space was put in for it.
    pub(super) delsp: bool,
}

/// The longest target of a link that is looked at, in characters.
const LONGEST_TARGET: usize = 2000;

/// The lines of a text.
pub(super) fn read(text: &str, flow: Flow, view: &mut View, budget: &mut usize) {
    let mut open: Option<(usize, String)> = None;
    for line in text.lines() {
        if *budget == 0 {
            view.cut = true;
            return;
        }
        if line.len() > *budget {
            (view.cut, *budget) = (true, 0);
            return;
        }
        let (depth, rest) = quoted(line);
        let rest = if flow.flowed { rest.strip_prefix(' ').unwrap_or(rest) } else { rest };
        let soft = flow.flowed && rest.ends_with(' ') && rest.trim_end() != "--";
        let mut whole = match open.take() {
            Some((before, begun)) if before == depth => begun,
            Some((before, begun)) => {
                add(&begun, before, view, budget);
                String::new()
            }
            None => String::new(),
        };
        whole.push_str(if soft && flow.delsp { rest.strip_suffix(' ').unwrap_or(rest) } else { rest });
        if soft && whole.len() < *budget {
            open = Some((depth, whole));
        } else {
            add(&whole, depth, view, budget);
        }
    }
    if let Some((depth, begun)) = open {
        add(&begun, depth, view, budget);
    }
}

fn add(text: &str, depth: usize, view: &mut View, budget: &mut usize) {
    let part = if depth > 0 { Part::Quoted } else { Part::Own };
    view.push(&without_link_targets(text), part, false, budget);
}

/// How deep a line is quoted, and what it says.
fn quoted(line: &str) -> (usize, &str) {
    let mut rest = line;
    let mut depth = 0;
    while let Some(inner) = rest.strip_prefix('>').or_else(|| rest.strip_prefix(" >")) {
        (rest, depth) = (inner, depth + 1);
    }
    (depth, rest)
}

/// The line without the targets that Outlook writes after the words of a link, where they say the same.
fn without_link_targets(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('<') {
        kept.push_str(before);
        let near = after.char_indices().take(LONGEST_TARGET).find(|&(_, c)| c == '>' || c == '<');
        let Some((target, after)) = near
            .filter(|&(_, c)| c == '>')
            .and_then(|(at, _)| Some((after.get(..at)?, after.get(at + 1..)?)))
        else {
            kept.push('<');
            rest = after;
            continue;
        };
        if !says_again(&kept, target) {
            kept.push('<');
            kept.push_str(target);
            kept.push('>');
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}

/// Whether a target repeats the words right before it, or leads to a page or an address that is no file.
fn says_again(before: &str, target: &str) -> bool {
    let plain = |head: &str| target.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head));
    if ["http:", "https:", "mailto:", "tel:"].into_iter().any(plain) {
        return !before.ends_with(char::is_whitespace) && !before.is_empty();
    }
    let target = bare(target);
    let tail: String = {
        let mut tail: Vec<char> = before.chars().rev().take(target.chars().count() * 3 + 8).collect();
        tail.reverse();
        tail.into_iter().collect()
    };
    !target.is_empty() && !before.ends_with(char::is_whitespace) && bare(&tail).ends_with(&target)
}

/// A path or link without scheme, leading slashes, case and the ways of writing a space and a slash.
pub(super) fn bare(path: &str) -> String {
    let path = path.trim().replace('\\', "/").replace("%20", " ").to_lowercase();
    path.strip_prefix("file:").unwrap_or(&path).trim_start_matches('/').to_owned()
}
