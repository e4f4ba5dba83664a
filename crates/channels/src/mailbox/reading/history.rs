//! Where the sender's own words end: quoted history, forwarded mails, closings and signatures.

use super::line::{Line, Part, View};
use super::prose::among;
use super::vocabulary::{CLOSING, CLOSING_BEGINS, POSTSCRIPT, PROGRAM};

/// Marks every line that is not the sender's own words.
pub(super) fn mark(view: &mut View, name: &str) {
    let texts: Vec<String> = view.lines.iter().map(|line| plain(&line.text)).collect();
    let mut part = Part::Own;
    for at in 0..view.lines.len() {
        let here = texts.get(at).map_or("", String::as_str);
        if !matches!(part, Part::Quoted | Part::Forwarded) {
            if is_forward(here) {
                part = Part::Forwarded;
            } else if is_original(here) || is_header(&texts, at) {
                part = Part::Quoted;
            } else if let Some(lines) = attribution(&texts, at) {
                let quoted = next_words(&view.lines, &texts, at + lines - 1);
                if quoted.is_none_or(|line| line.part == Part::Own) {
                    part = Part::Quoted;
                } else {
                    view.lines.iter_mut().skip(at).take(lines).for_each(|line| line.part = Part::Quoted);
                }
            } else if here == "--" {
                part = Part::Signature;
            } else if part == Part::Own && is_closing(here) {
                part = Part::Signed;
                if let Some(line) = view.lines.get_mut(at) {
                    line.part = Part::Signed;
                }
                continue;
            } else if part == Part::Signed && is_postscript(here) {
                part = Part::Own;
            }
        }
        let lone = is_program(here);
        let Some(line) = view.lines.get_mut(at) else { continue };
        if line.part == Part::Own {
            line.part = if lone && part == Part::Own { Part::Signature } else { part };
        }
    }
    // A name alone, with nothing of the sender's after it, is how many people close.
    let named = |at: usize| texts.get(at).is_some_and(|text| is_name(text, name));
    let last = view.lines.iter().rposition(|line| line.part == Part::Own && !line.text.is_empty());
    if let Some(line) = last.filter(|&at| named(at)).and_then(|at| view.lines.get_mut(at)) {
        line.part = Part::Signature;
    }
}

/// The next line with words after this one.
fn next_words<'l>(lines: &'l [Line], texts: &[String], at: usize) -> Option<&'l Line> {
    let found = texts.iter().skip(at + 1).take(20).position(|text| !text.is_empty())?;
    lines.get(at + 1 + found)
}

fn plain(text: &str) -> String {
    let head: String = text.chars().take(400).collect();
    head.replace('’', "'").replace(['*', '_'], "").trim().to_lowercase()
}

fn starts(text: &str, heads: &str) -> bool {
    heads.split('|').any(|head| text.starts_with(head))
}

fn is_forward(text: &str) -> bool {
    let inner = text.trim_matches(['-', ' ', ':']);
    matches!(
        inner,
        "forwarded message"
            | "begin forwarded message"
            | "doorgestuurd bericht"
            | "begin doorgestuurd bericht"
            | "message transféré"
            | "début du message transféré"
            | "début du message réexpédié"
            | "weitergeleitete nachricht"
            | "doorgestuurde e-mail"
            | "message réexpédié"
            | "forwarded mail"
    )
}

fn is_original(text: &str) -> bool {
    let inner = text.trim_matches(['-', ' ', ':']);
    text.starts_with("--")
        && matches!(
            inner,
            "original message"
                | "oorspronkelijk bericht"
                | "originele bericht"
                | "origineel bericht"
                | "message d'origine"
                | "message original"
                | "ursprüngliche nachricht"
                | "reply message"
                | "original e-mail"
                | "original appointment"
        )
        || text.starts_with("--")
            && starts(inner, "original message|oorspronkelijk bericht|message d'origine")
}

/// Whether the block of `From:`, `Sent:`, `To:` of an earlier mail begins here.
fn is_header(texts: &[String], at: usize) -> bool {
    let labelled = |text: &str, labels: &[&str]| {
        text.split_once(':').is_some_and(|(label, _)| labels.contains(&label.trim()))
    };
    let here = texts.get(at).map_or("", String::as_str);
    if !labelled(here, &["from", "van", "de", "von", "expéditeur", "afzender"]) {
        return false;
    }
    let next = || texts.iter().skip(at + 1).filter(|text| !text.is_empty()).take(5);
    next().any(|text| {
        labelled(
            text,
            &["sent", "date", "verzonden", "datum", "envoyé", "gesendet", "verstuurd", "date d'envoi"],
        )
    }) && next().any(|text| {
        labelled(text, &["to", "aan", "à", "an", "subject", "onderwerp", "objet", "betreff", "sujet"])
    })
}

/// How many lines from here say that somebody wrote, if these do: "On … wrote:".
fn attribution(texts: &[String], at: usize) -> Option<usize> {
    let here = texts.get(at)?;
    if !starts(here, "on |op |le |am |den |in een bericht|in a message") {
        return None;
    }
    let mut whole = String::new();
    for lines in 1..=3 {
        let text = texts.get(at + lines - 1)?;
        if text.is_empty() || whole.len() > 600 {
            return None;
        }
        whole.push(' ');
        whole.push_str(text);
        let said = [" wrote", " schreef", " a écrit", " schrieb", " écrivait", " het volgende geschreven"]
            .iter()
            .any(|verb| whole.contains(verb));
        let dated = whole.chars().any(|c| c.is_ascii_digit());
        let ends = whole.ends_with([':', '>']) || whole.ends_with("wrote") || whole.ends_with("a écrit");
        if said && dated && ends {
            return Some(lines);
        }
    }
    None
}

/// Whether the line closes a mail, so that a name and its titles follow.
fn is_closing(text: &str) -> bool {
    let text = text.trim_end_matches([',', '.', '!', ' ']);
    if text.chars().count() > 60 || text.contains(['\\', '/', '?']) {
        return text.chars().count() <= 60 && text.contains(" / ") && starts(text, CLOSING_BEGINS);
    }
    among(CLOSING, text) || starts(text, CLOSING_BEGINS)
}

fn is_postscript(text: &str) -> bool {
    starts(text, POSTSCRIPT)
}

/// Whether a program wrote the line.
fn is_program(text: &str) -> bool {
    let sent = starts(text, PROGRAM);
    sent && text.chars().count() <= 120
}

/// Whether the line is the sender's name, or the first letters of it.
fn is_name(text: &str, name: &str) -> bool {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let name = name.to_lowercase();
    let known: Vec<&str> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let initials: String = known.iter().filter_map(|word| word.chars().next()).collect();
    let one = |word: &&str| known.contains(word);
    !words.is_empty()
        && words.len() <= 6
        && (words.iter().all(one) || (initials.chars().count() > 1 && words.concat() == initials))
}
