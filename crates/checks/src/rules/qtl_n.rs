//! QTL-N: too few people lie beyond a quantile.

use std::num::NonZeroU32;

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::evidence::{Statistic, wanted};
use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::Table;

rule! {
    /// ## What it looks for
    /// Quantiles strictly between 0 and 1, the median among them, of a group whose size is known, where fewer people than
    /// the threshold lie on one side: the size times the smaller of p and 1 - p.
    ///
    /// ## Why it matters
    /// A quantile with a handful of people beyond it is close to the value of one of them.
    pub struct Quantiles {
        id: "QTL-N", title: "too few people lie beyond a quantile", severities: [Review], risk: Some(Risk::LowCount),
        fix: "Use a quantile nearer to the median, beyond which as many people lie as the threshold asks, or leave it out.",
    }
}

/// What a policy sets under `[rules.QTL-N]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Smallest number of people that must lie beyond a quantile.
    threshold: NonZeroU32,
}

impl Check for Quantiles {
    type Params = Params;
    type Evidence = Table;

    fn check(params: &Params, table: &Table) -> Judgement {
        let (groups, grid) = match wanted(table, |statistic| side(statistic).is_some()) {
            Ok(found) => found,
            Err(judgement) => return judgement,
        };
        let mut found = Findings::default();
        for (column, _) in table.columns.iter().enumerate() {
            let mut last = None;
            for figure in groups.figures(table, grid, column, |statistic| side(statistic).is_some()) {
                let Some(side) = side(figure.statistic).filter(|_| last != Some(figure.row)) else {
                    continue;
                };
                let size = groups.size(table, grid, figure.row, column);
                let Some(size) = size.filter(|size| (1..u64::MAX).contains(&size.greatest)) else { continue };
                let beyond = size.greatest as f64 * side;
                if beyond + 1e-9 < f64::from(params.threshold.get()) {
                    last = Some(figure.row);
                    let beyond = ((beyond * 10.0).round() / 10.0).to_string();
                    let (name, of) = (figure.statistic.name(), size.words(table));
                    let message = match beyond.as_str() {
                        "1" => format!("1 person lies beyond the {name} of {of}."),
                        _ => format!("{beyond} people lie beyond the {name} of {of}."),
                    };
                    let place = table.cell(figure.row as u64, column, grid.text(figure.row, column));
                    found.push(Severity::Review, place, message);
                }
            }
        }
        Judgement::Decided(found)
    }
}

/// The smaller side of a quantile.
fn side(statistic: Statistic) -> Option<f64> {
    match statistic {
        Statistic::Quantile(p) => Some(p.min(1.0 - p)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::trial::found;

    fn cells(policy: &str, text: &str) -> Vec<[u64; 2]> {
        let all = found::<Quantiles>(policy, text);
        assert!(all.iter().all(|(severity, _)| *severity == Severity::Review));
        all.into_iter().filter_map(|(_, cell)| cell).collect()
    }

    #[test]
    fn a_quantile_with_too_few_beyond_it_is_for_review() {
        assert_eq!(cells("", include_str!("../../fixtures/qtl-n/found.csv")), [[0, 2], [0, 4]]);
        assert_eq!(cells("", include_str!("../../fixtures/qtl-n/clear.csv")), [[0_u64; 2]; 0]);
        for (text, expected) in [
            ("sex,n,median\nF,19,61.2\nM,20,60.5\n", vec![[0, 2]]),
            ("sex,n,p90\nF,99,61.2\nM,100,60.5\n", vec![[0, 2]]),
            (",age\ncount,30\nmean,50.2\n25%,40\n50%,50\n75%,60\n", vec![[2, 1], [4, 1]]),
            (",Male (N=30)\nMean (SD),54.1 (6.2)\n\"Median [IQR]\",\"54.0 [48.0, 61.0]\"\n", vec![[1, 1]]),
            (
                "Region,quantile,n,value\nA,0.05,199,20.1\nA,0.5,199,40.2\nA,0.95,199,60.4\n",
                vec![[0, 3], [2, 3]],
            ),
            ("Region,quantile,n,value\nA,0.05,200,20.1\nA,0.5,200,40.2\nA,0.95,200,60.4\n", vec![]),
            ("Region,percentile,n,value\nA,5,199,20.1\nA,95,199,60.4\n", vec![[0, 3], [1, 3]]),
            ("Region,p,n,value\nA,0.05,199,20.1\nA,0.95,199,60.4\n", vec![[0, 3], [1, 3]]),
            ("Region,tau,n,value\nA,0.05,199,20.1\nA,0.95,199,60.4\n", vec![[0, 3], [1, 3]]),
            ("sex,n,q1\nF,<5,61.2\nM,200,60.5\n", vec![[0, 2]]),
        ] {
            assert_eq!(cells("", text), expected, "{text}");
        }
        assert_eq!(cells("preset = 'datashield'", "sex,n,median\nF,5,61.2\nM,6,60.5\n"), [[0, 2]]);
    }

    #[test]
    fn a_quantile_of_a_group_of_unknown_size_is_not_judged() {
        for text in [
            "sex,median\nF,61.2\nM,60.5\n",
            "sex,n,median\nF,,61.2\nM,*,60.5\n",
            "sex,n,iqr\nF,12,61.2\nM,13,60.5\n",
        ] {
            assert_eq!(cells("", text), [[0_u64; 2]; 0], "{text}");
        }
    }
}
