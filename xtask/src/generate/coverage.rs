//! `docs/coverage.md`: classes of statistics by risk, with the rules that answer each and what a file alone cannot tell.

use anyhow::{Result, ensure};
use exeat_checks::coverage::{COVERAGE, Covered, Statbarn};
use exeat_checks::rules;
use exeat_domain::finding::Risk;

use super::Pages;

/// The risks, in the order of the ontology.
const RISKS: [Risk; 7] = [
    Risk::LowCount,
    Risk::ClassDisclosure,
    Risk::Differencing,
    Risk::Dominance,
    Risk::LowDOF,
    Risk::ImplicitTables,
    Risk::AuxiliaryInformation,
];

pub(super) fn pages(pages: &mut Pages) -> Result<()> {
    for id in COVERAGE.iter().flat_map(|covered| covered.rules) {
        ensure!(rules::find(id).is_some(), "the coverage names {id}, which is no rule");
    }
    pages.insert("docs/coverage.md".into(), page());
    Ok(())
}

fn page() -> String {
    let mut text = String::from(
        "# Coverage\n\nClasses of statistics and their risks, by the names of the \
         [StatbarnsSDC ontology](https://www.w3id.org/statbarnsdc#), and the rules that answer each pair that matters. \
         The checks see the released file alone: what that leaves open is told below.\n\n| class |",
    );
    text += &RISKS.map(|risk| format!(" {risk:?} |")).concat();
    text += "\n|---|---|---|---|---|---|---|---|\n";
    for statbarn in Statbarn::ALL {
        let cells = RISKS.map(|risk| format!(" {} |", cell(statbarn, risk)));
        text += &format!("| {} |{}\n", statbarn.name(), cells.concat());
    }
    text += "\n## What a file alone leaves open\n\n| class | risk | open |\n|---|---|---|\n";
    for covered in COVERAGE {
        text += &format!("| {} | {:?} | {} |\n", covered.statbarn.name(), covered.risk, covered.open);
    }
    text
}

fn cell(statbarn: Statbarn, risk: Risk) -> String {
    let pair = |covered: &&Covered| covered.statbarn == statbarn && covered.risk == risk;
    match COVERAGE.iter().find(pair) {
        None => "–".to_owned(),
        Some(covered) if covered.rules.is_empty() => "the file alone cannot tell".to_owned(),
        Some(covered) => {
            let links = covered.rules.iter().map(|id| format!("[{id}](rules/{id}.md)"));
            links.collect::<Vec<_>>().join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_its_line_and_every_pair_its_cell() {
        let page = page();
        for statbarn in Statbarn::ALL {
            assert!(page.contains(&format!("| {} |", statbarn.name())), "{}", statbarn.name());
        }
        for covered in COVERAGE {
            let cell = cell(covered.statbarn, covered.risk);
            assert!(cell != "–" && page.contains(&cell) && page.contains(covered.open), "{covered:?}");
        }
        assert_eq!(cell(Statbarn::Mode, Risk::Differencing), "the file alone cannot tell");
        assert_eq!(cell(Statbarn::Shape, Risk::Dominance), "–");
    }
}
