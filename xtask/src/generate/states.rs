//! `docs/states.md`: the table of states, owners and moves, as a diagram and as a table.

use anyhow::Result;
use exeat_domain::state::{Action, MOVES, Move, Owner, State};

use super::Pages;

pub(super) fn pages(pages: &mut Pages) -> Result<()> {
    pages.insert("docs/states.md".into(), page());
    Ok(())
}

fn page() -> String {
    format!(
        "# States of a request\n\n\
         What is not in this table cannot happen: the store refuses it, and no page or command offers it.\n\n\
         {}\n{}",
        diagram(),
        table()
    )
}

fn diagram() -> String {
    let ends = State::ALL.into_iter().filter(|state| state.is_final());
    let starts = State::ALL.into_iter().filter(|state| MOVES.iter().all(|step| step.to != *state));
    let mut text = String::from("```mermaid\nstateDiagram-v2\n");
    starts.for_each(|state| text += &format!("    [*] --> {state}\n"));
    for Move { from, action, by, to } in MOVES {
        text += &format!("    {from} --> {to}: {} ({})\n", words(action), owner(by));
    }
    ends.for_each(|state| text += &format!("    {state} --> [*]\n"));
    text + "```\n"
}

fn table() -> String {
    let mut text = String::from("| from | what is done | by | to |\n|---|---|---|---|\n");
    for Move { from, action, by, to } in MOVES {
        text += &format!("| {from} | {} | {} | {to} |\n", words(action), owner(by));
    }
    text
}

/// `HandOver` is "hand over".
fn words(action: Action) -> String {
    let mut words = String::new();
    for letter in format!("{action:?}").chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

const fn owner(owner: Owner) -> &'static str {
    match owner {
        Owner::System => "system",
        Owner::Requester => "requester",
        Owner::Checkers => "checkers",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_move_is_in_the_diagram_and_in_the_table() {
        let page = page();
        for Move { from, action, to, .. } in MOVES {
            assert!(page.contains(&format!("    {from} --> {to}: {}", words(action))), "{from} {to}");
            assert!(page.contains(&format!("| {from} | {} |", words(action))), "{from}");
        }
    }

    #[test]
    fn beginnings_and_ends() {
        let diagram = diagram();
        assert_eq!(diagram.matches("[*] -->").count(), 2, "{diagram}");
        assert_eq!(diagram.matches("--> [*]").count(), 4, "{diagram}");
    }
}
