//! CON-HHI: a measure of concentration shows the largest share.

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::evidence::{Figure, Groups, Statistic, wanted};
use crate::read::Grid;
use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::Table;
use crate::threshold::Threshold;

rule! {
    /// ## What it looks for
    /// Herfindahl indices, on a scale of 0 to 1 or 0 to 10,000, Gini coefficients, and shares of the largest contributors. An
    /// index or share of `share` or more blocks; so does any of these where few contribute (where `block_below` is set, only
    /// below it, and the rest is for review). Where it is not known how many contribute, it is for review.
    ///
    /// ## Why it matters
    /// The largest share lies between the index and its root: an index of 0.9 or more shows that one contributor holds at
    /// least that much.
    pub struct Concentration {
        id: "CON-HHI", title: "a measure of concentration shows the largest share", severities: [Block, Review], risk: Some(Risk::Dominance),
        fix: "Merge groups, or leave the measure out.",
    }
}

/// What a policy sets under `[rules.CON-HHI]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What is small.
    #[serde(flatten)]
    small: Threshold,
    /// Index or share, from 0 to 1, from which it blocks.
    #[serde(default = "most")]
    share: f64,
}

fn most() -> f64 {
    0.9
}

impl Check for Concentration {
    type Params = Params;
    type Evidence = Table;

    fn check(params: &Params, table: &Table) -> Judgement {
        let (groups, grid) = match wanted(table, is_concentration) {
            Ok(found) => found,
            Err(judgement) => return judgement,
        };
        let mut found = Findings::default();
        for (column, _) in table.columns.iter().enumerate() {
            let figures: Vec<Figure> = groups.figures(table, grid, column, is_concentration).collect();
            let greatest = |of: fn(Statistic) -> bool| {
                figures.iter().filter(|f| of(f.statistic)).map(|f| f.number.value).fold(0.0, f64::max)
            };
            let index = if greatest(|s| s == Statistic::Herfindahl) > 1.0 { 10_000.0 } else { 1.0 };
            let share = if greatest(|s| matches!(s, Statistic::TopShare(_))) > 1.0 { 100.0 } else { 1.0 };
            for figure in figures {
                let scale = match figure.statistic {
                    Statistic::Herfindahl => index,
                    _ if figure.number.percent => 100.0,
                    _ => share,
                };
                if let Some((severity, message)) = judge(params, groups, table, grid, figure, scale) {
                    let place = table.cell(figure.row as u64, column, grid.text(figure.row, column));
                    found.push(severity, place, message);
                }
            }
        }
        Judgement::Decided(found)
    }
}

fn is_concentration(statistic: Statistic) -> bool {
    matches!(statistic, Statistic::Herfindahl | Statistic::Gini | Statistic::TopShare(_))
}

fn judge(
    params: &Params,
    groups: &Groups,
    table: &Table,
    grid: &Grid,
    figure: Figure,
    scale: f64,
) -> Option<(Severity, String)> {
    let (name, held) = (figure.statistic.name(), figure.number.value / scale);
    if figure.statistic != Statistic::Gini && held + 1e-12 >= params.share {
        let percent = (held * 1000.0).round() / 10.0;
        return Some((
            Severity::Block,
            format!("The {name} shows that {percent} % or more is held by the largest."),
        ));
    }
    let counted = groups.contributors(table).and_then(|at| Groups::count(grid, figure.row, at));
    let size = groups.size(table, grid, figure.row, figure.column);
    let n = counted.or_else(|| size.filter(|size| size.greatest < u64::MAX).map(|size| size.greatest));
    match n {
        None => Some((Severity::Review, format!("It is not known how many contribute to the {name}."))),
        Some(n) if params.small.is_small(n) => {
            Some((params.small.severity(n), format!("{n} contribute to the {name}.")))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::trial::found;

    const BLOCK: Severity = Severity::Block;
    const REVIEW: Severity = Severity::Review;

    #[test]
    fn concentrated_small_and_uncounted_are_found() {
        let all = found::<Concentration>("", include_str!("../../fixtures/con-hhi/found.csv"));
        assert_eq!(all, [(BLOCK, Some([0, 2])), (BLOCK, Some([1, 2]))]);
        assert_eq!(found::<Concentration>("", include_str!("../../fixtures/con-hhi/clear.csv")), []);
        for (text, expected) in [
            (
                "region,n,HHI\nA,40,9100\nB,30,1800\nC,7,2500\n",
                vec![(BLOCK, Some([0, 2])), (REVIEW, Some([2, 2]))],
            ),
            ("region,n_firms,herfindahl\nA,40,0.89\nB,3,0.21\n", vec![(BLOCK, Some([1, 2]))]),
            ("region,gini\nA,0.41\nB,0.95\n", vec![(REVIEW, Some([0, 1])), (REVIEW, Some([1, 1]))]),
            ("region,n,gini\nA,40,0.95\nB,4,0.35\n", vec![(BLOCK, Some([1, 2]))]),
            ("region,n,top3_share\nA,40,0.91\nB,30,0.35\n", vec![(BLOCK, Some([0, 2]))]),
            ("region,n,CR4\nA,40,91.5\nB,30,35.2\n", vec![(BLOCK, Some([0, 2]))]),
            ("region,n,aandeel grootste\nA,40,95%\nB,30,35%\n", vec![(BLOCK, Some([0, 2]))]),
            ("region,n,gini\nA,40,\nB,,0.35\n", vec![(REVIEW, Some([1, 2]))]),
        ] {
            assert_eq!(found::<Concentration>("", text), expected, "{text}");
        }
        assert_eq!(found::<Concentration>("preset = 'acro'", "region,n,gini\nA,7,0.5\n")[0].0, BLOCK);
    }
}
