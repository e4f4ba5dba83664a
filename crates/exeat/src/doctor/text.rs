//! What was found, for people: 80 columns, the worst told by its word.

use exeat_desk::ports::{Health, Sign};
use exeat_desk::{Checkup, Examined};
use exeat_domain::path::shown;

use crate::words;

/// How wide a line is.
const WIDTH: usize = 80;
/// Where what was seen begins.
const INDENT: &str = "           ";

/// Every connection, and how many do well.
pub(super) fn written(checkup: &Checkup) -> String {
    let mut text: String = checkup.connections.iter().map(examined).collect();
    let of = |health: Health| format!("{} {}", checkup.count(health), health.word());
    text.push_str(&format!(
        "{}: {}, {}, {}.",
        words::count(checkup.connections.len(), "connection"),
        of(Health::Fine),
        of(Health::Warning),
        of(Health::Broken)
    ));
    text
}

fn examined(one: &Examined) -> String {
    let mut text = format!("{:<9}  {}  {}\n", one.health.word(), one.name, shown(&one.place));
    // Where not all is fine, each sign says what it is.
    let mixed = one.health != Health::Fine;
    one.signs.iter().for_each(|sign| text.push_str(&told(sign, mixed)));
    text.push('\n');
    text
}

fn told(sign: &Sign, mixed: bool) -> String {
    let word = if mixed { format!("{}: ", sign.health.word()) } else { String::new() };
    let mut text = filled(&format!("{word}{}", sign.saw), INDENT);
    if let Some(mend) = &sign.mend {
        text.push_str(&filled(&format!("To mend: {mend}"), &format!("{INDENT}  ")));
    }
    if let Some(detail) = &sign.detail {
        text.push_str(&filled(&format!("({detail})"), &format!("{INDENT}  ")));
    }
    text
}

fn filled(text: &str, indent: &str) -> String {
    let options = textwrap::Options::new(WIDTH).initial_indent(indent).subsequent_indent(indent);
    let mut filled = textwrap::fill(&shown(text), options);
    filled.push('\n');
    filled
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn it_reads_in_eighty_columns_and_controls_no_terminal() {
        let gone = Sign::broken(
            "There is no folder /srv/archive for the archive. Mount or make it, or mend its path in the configuration.",
            "Mount it.",
        )
        .because("No such file\u{1b}[2J or directory (os error 2)");
        let one = |name: &str, health, signs| Examined {
            name: name.into(),
            place: format!("/srv/{name}"),
            health,
            signs,
        };
        let checkup = Checkup {
            at: DateTime::UNIX_EPOCH,
            health: Health::Broken,
            connections: vec![
                one("share", Health::Fine, vec![Sign::fine("Nothing can be put into it.")]),
                one("archive", Health::Broken, vec![Sign::fine("It is there."), gone]),
            ],
        };
        let text = written(&checkup);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH && !line.contains('\u{1b}')), "{text}");
        insta::assert_snapshot!(text);
    }
}
