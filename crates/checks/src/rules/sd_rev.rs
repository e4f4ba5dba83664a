//! SD-REV: the mean and the standard deviation give values of persons away.

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::band::people;
use crate::evidence::{Figure, Groups, Statistic, half, wanted};
use crate::read::Grid;
use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::Table;
use crate::threshold::Threshold;

rule! {
    /// ## What it looks for
    /// A standard deviation that is printed as 0 for a group of more than one: all its values are the same. A group of two
    /// with its mean and standard deviation: the two values are the mean plus and minus the standard deviation divided by
    /// the square root of two. The mean of a small group whose size times the mean, with half of the last digit printed
    /// either way, spans less than 0.25 and holds exactly one whole number: the sum of a count (where `block_below` is set, it
    /// is for review from there).
    ///
    /// ## Why it matters
    /// The values of single persons, or their sum, follow from the two figures.
    pub struct Reversible {
        id: "SD-REV", title: "the mean and standard deviation give the values", severities: [Block, Review], risk: Some(Risk::LowCount),
        fix: "The mean and sd give the values: leave the standard deviation out, or merge the group with another.",
    }
}

/// What a policy sets under `[rules.SD-REV]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What is small.
    #[serde(flatten)]
    small: Threshold,
}

impl Check for Reversible {
    type Params = Params;
    type Evidence = Table;

    fn check(params: &Params, table: &Table) -> Judgement {
        let (groups, grid) = match wanted(table, judged) {
            Ok(found) => found,
            Err(judgement) => return judgement,
        };
        let mut found = Findings::default();
        for (column, _) in table.columns.iter().enumerate() {
            let mut last = None;
            for figure in groups.figures(table, grid, column, judged) {
                let said = groups
                    .size(table, grid, figure.row, column)
                    .and_then(|size| size.known())
                    .and_then(|size| judge(params, groups, table, grid, figure, size));
                let Some((severity, message)) = said.filter(|_| last != Some(figure.row)) else { continue };
                last = Some(figure.row);
                let place = table.cell(figure.row as u64, column, grid.text(figure.row, column));
                found.push(severity, place, message);
            }
        }
        Judgement::Decided(found)
    }
}

fn judged(statistic: Statistic) -> bool {
    matches!(statistic, Statistic::Sd | Statistic::Mean)
}

fn judge(
    params: &Params,
    groups: &Groups,
    table: &Table,
    grid: &Grid,
    figure: Figure,
    size: u64,
) -> Option<(Severity, String)> {
    if figure.statistic == Statistic::Sd {
        if size > 1 && figure.number.value == 0.0 {
            return Some((Severity::Block, format!("All {size} values of the group are the same.")));
        }
        let mean = || groups.beside(table, grid, figure, |statistic| statistic == Statistic::Mean);
        return (size == 2 && mean().is_some()).then(|| {
            (Severity::Block, "Two values follow from their mean and standard deviation.".to_owned())
        });
    }
    if !params.small.is_small(size) {
        return None;
    }
    let n = size as f64;
    let (least, most) =
        (n * (figure.number.value - half(figure.number)), n * (figure.number.value + half(figure.number)));
    let slack = 1e-9 * most.abs().max(1.0);
    let (first, last) = ((least - slack).ceil(), (most + slack).floor());
    let one = most - least + 1e-12 < 0.25 && (first - last).abs() < 0.5;
    one.then(|| {
        (
            params.small.severity(size),
            format!("The mean of {} shows that their sum is {first}.", people(size)),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::trial::found;

    const BLOCK: Severity = Severity::Block;

    #[test]
    fn a_spread_of_nothing_and_two_values_are_found() {
        let all = found::<Reversible>("", include_str!("../../fixtures/sd-rev/found.csv"));
        assert_eq!(all, [(BLOCK, Some([0, 3])), (BLOCK, Some([1, 3]))]);
        assert_eq!(found::<Reversible>("", include_str!("../../fixtures/sd-rev/clear.csv")), []);
        for (text, expected) in [
            (",age\ncount,2\nmean,61.25\nstd,5.53\n", vec![(BLOCK, Some([2, 1]))]),
            (",Male (N=2)\n\"Age, mean (sd)\",54.13 (6.27)\nWomen,30 (40)\n", vec![(BLOCK, Some([0, 1]))]),
            ("sex,n,sd\nF,2,1.53\nM,40,2.13\n", vec![]),
            ("sex,n,sd\nF,1,0\nM,40,2.13\n", vec![]),
            ("sex,sd\nF,0.0\nM,2.13\n", vec![]),
            ("sex,n,sd\nF,30,0.00\nM,40,2.13\n", vec![(BLOCK, Some([0, 2]))]),
        ] {
            assert_eq!(found::<Reversible>("", text), expected, "{text}");
        }
    }

    #[test]
    fn the_mean_of_a_small_group_that_gives_a_sum_is_found() {
        let text = |n: u32, mean: &str| format!("sex,n,mean_visits\nF,{n},{mean}\nM,40,2.131\n");
        for (n, mean, expected) in [
            // 3 * 2.33 is 6.975 to 7.005: 7 and nothing else.
            (3, "2.33", Some(BLOCK)),
            (7, "2.43", Some(Severity::Review)),
            // 3 * 2.3 spans 0.3.
            (3, "2.3", None),
            // 3 * 2.40 is 7.185 to 7.215: no whole number.
            (3, "2.40", None),
            (12, "2.417", None),
            (0, "2.417", None),
        ] {
            let all = found::<Reversible>("", &text(n, mean));
            assert_eq!(all.first().map(|(severity, _)| *severity), expected, "{n} {mean}");
        }
        assert_eq!(found::<Reversible>("preset = 'acro'", &text(7, "2.43")), [(BLOCK, Some([0, 2]))]);
    }
}
