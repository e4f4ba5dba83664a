//! `docs/states.md`: the table of states, owners and moves, as a diagram and as a table, and the steps of a release.

use anyhow::Result;
use exeat_domain::release::Step;
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
         {}\n{}\n\
         ## Steps of a release\n\n\
         While a request is *approved*, its release is taken through these steps, each journalled before the next and taken up\n\
         again after a stop. Its package exists from *package* to *wipe* and nowhere else.\n\n\
         {}",
        diagram(),
        table(),
        steps()
    )
}

fn steps() -> String {
    let mut text = String::from("| step | what is done | then |\n|---|---|---|\n");
    for step in Step::ALL {
        let (what, then) = match step {
            Step::Archive => ("put the archive copy down", "package"),
            Step::Package => {
                ("make the protected package, and settle whether it is mailed or picked up", "verify")
            }
            Step::Verify => (
                "open it without, with a wrong and with the right password",
                "deliver; package, if it does not pass",
            ),
            Step::Deliver => ("send it, or the link to it", "wipe; pickup, if only the link was sent"),
            Step::Pickup => (
                "keep it until its requester has it and its download can be continued no more, or its time is over",
                "wipe; verify, for a new link",
            ),
            Step::Wipe => {
                ("remove every temporary path and every sealed copy, and see that they are gone", "done")
            }
            Step::Done => ("nothing: the request is *released*", ""),
        };
        text += &format!("| {} | {what} | {then} |\n", step.name());
    }
    text
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
