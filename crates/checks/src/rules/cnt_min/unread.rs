//! Cells that may count people and were not read: CNT-MIN is open then, never silent.

use crate::read::names::{self, Meaning};
use crate::rule::{Findings, Judgement};
use crate::table::{Role, Table};

/// Why it is open what a table counts; none where every cell that may be a count was read.
pub(super) fn why(table: &Table) -> Option<String> {
    (0..table.columns.len()).find(|at| is_left_unread(table, *at)).map(|at| why_open(table, at))
}

/// What was found, or that it is open where nothing was and cells were not read.
pub(super) fn settled(table: &Table, found: Findings) -> Judgement {
    match why(table) {
        Some(why) if found.is_empty() => Judgement::Undecided(why),
        _ => Judgement::Decided(found),
    }
}

/// Whether cells of this column may be counts that were not read.
fn is_left_unread(table: &Table, at: usize) -> bool {
    let (column, profile) = (&table.columns[at], &table.profiles[at]);
    let counted = || matches!(names::meaning(&column.name), Some((Meaning::Count | Meaning::Base, _)));
    profile.unread + profile.unsplit > 0
        && !table.is_record_level()
        && profile.left_unread(column.role == Role::Count || counted())
}

/// Why what this column counts is open.
fn why_open(table: &Table, at: usize) -> String {
    let (name, profile) = (&table.columns[at].name, &table.profiles[at]);
    if profile.unsplit > 0 {
        "cells hold several numbers with blanks between them, which were not told apart".to_owned()
    } else {
        format!("{} numbers of {name:?} have a mark behind them that is not known", profile.unread)
    }
}

#[cfg(test)]
mod tests {
    use exeat_domain::finding::Outcome;

    use crate::{Input, Policy, Source, check};

    #[test]
    fn counts_that_were_not_read_are_open() {
        let said = |name: &str, text: &str| {
            let input = Input { path: name.into(), supporting: false, source: Source::Bytes(text.into()) };
            let report = check(vec![input], &Policy::preset("be-default").unwrap()).remove(0).report;
            let of_rule = report.findings.into_iter().filter(|finding| finding.rule == "CNT-MIN");
            of_rule.map(|finding| finding.outcome).collect::<Vec<_>>()
        };
        for open in ["Region,n\nA,120 d\nB,4 d\nC,210\n", "Region,Cases\nA,120\nB,410 (bu)\nC,210\n"] {
            assert_eq!(said("a.csv", open), [Outcome::Undecided], "{open}");
        }
        assert_eq!(said("a.csv", "Regio;totaal\nA;F     120   40\nB;M     130  88\n"), [Outcome::Undecided]);
        for read in ["Region,n\nA,120 b\nB,4 p\nC,210\n", "Region;n\nA;120\nB;4²\nC;210*\n"] {
            assert_eq!(said("a.csv", read), [Outcome::Found], "{read}");
        }
        for clear in ["dose,n\n3 d,120\n7 d,410\n14 d,210\n", "stage,n\n1,120\n2,410\n3 a,210\n"] {
            assert_eq!(said("a.csv", clear), [], "{clear}");
        }
        let crossed = "           |          sex\n    agegrp |    Female       Male |     Total\n-----------+----------------------+----------\n      0-17 |       150          3 |       153 \n     18-44 |       220        182 |       402 \n";
        let table = "     agegrp\nsex   young old\n  F     120   4\n  M     130  88\n";
        for printed in [crossed, table] {
            assert_eq!(said("a.txt", printed), [Outcome::Found], "{printed}");
        }
    }
}
