//! STA-N: a statistic of a group whose size is known from nowhere.

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::evidence::{Of, Statistic, wanted};
use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::Table;

rule! {
    /// ## What it looks for
    /// Means, medians, quantiles, standard deviations, rates and percentages of groups whose size stands neither in their row,
    /// nor in a header, a label, a margin or a title, nor in a supporting file or another file of the request.
    ///
    /// ## Why it matters
    /// Without the number of people behind it nobody can tell whether a statistic is safe. A tenth of the rejections at
    /// OpenSAFELY are for this.
    pub struct NoSize {
        id: "STA-N", title: "a statistic has no group size", severities: [Note], risk: Some(Risk::LowCount),
        fix: "Add the counts as a supporting file.",
    }
}

/// What a policy sets under `[rules.STA-N]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

impl Check for NoSize {
    type Params = Params;
    type Evidence = Table;

    fn check(_: &Params, table: &Table) -> Judgement {
        let (groups, grid) = match wanted(table, needs_size) {
            Ok(found) => found,
            Err(judgement) => return judgement,
        };
        let mut found = Findings::default();
        for (at, _) in table.columns.iter().enumerate() {
            let printed = groups.column(at).is_some_and(|column| column.of == Of::Printed);
            if printed {
                continue;
            }
            let mut lacking = groups
                .figures(table, grid, at, needs_size)
                .filter(|figure| groups.size(table, grid, figure.row, at).is_none());
            if let Some(first) = lacking.next() {
                let rows = 1 + lacking.count();
                let name = first.statistic.name();
                let of = if rows == 1 { "1 number".to_owned() } else { format!("{rows} numbers") };
                let message = format!("It is not known of how many people the {name} is ({of}).");
                found.push(Severity::Note, table.column(at), message);
            }
        }
        Judgement::Decided(found)
    }
}

fn needs_size(statistic: Statistic) -> bool {
    matches!(
        statistic,
        Statistic::Mean
            | Statistic::Quantile(_)
            | Statistic::InterquartileRange
            | Statistic::Sd
            | Statistic::Variance
            | Statistic::Share(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::trial::{found, found_in};

    #[test]
    fn statistics_without_a_size_are_noted_once_a_column() {
        let all = found::<NoSize>("", include_str!("../../fixtures/sta-n/found.csv"));
        assert_eq!(all, [(Severity::Note, None), (Severity::Note, None)]);
        assert_eq!(found::<NoSize>("", include_str!("../../fixtures/sta-n/clear.csv")), []);
        for text in [
            "sex,pct\nF,26.1\nM,73.9\n",
            "area,rate per 1000\nA,26.1\nB,73.9\n",
            ",age\nmean,61.2\nstd,5.5\n",
        ] {
            assert_eq!(found::<NoSize>("", text), [(Severity::Note, None)], "{text}");
        }
    }

    #[test]
    fn sizes_are_known_from_everywhere() {
        for text in [
            "sex,n,mean\nF,120,61.2\nM,340,58.1\n",
            "sex,n,pct\nF,120,26.1\nM,340,73.9\n",
            "age,Male (N=120),Female (N=340)\nmean,61.2,58.1\nsd,5.5,6.5\n",
            ",age\ncount,30\nmean,61.2\nstd,5.5\n",
            "term,estimate,std.error,p.value\nage,0.12,0.03,0.001\nsex,-0.4,0.11,0.0004\n",
            "sex,n\nF,120\nM,340\n",
        ] {
            assert_eq!(found::<NoSize>("", text), [], "{text}");
        }
        let mean = ("a.csv", "sex,mean\nF,61.2\nM,58.1\n");
        assert_eq!(found_in::<NoSize>("", &[mean, ("+n.csv", "sex,n\nF,120\nM,340\n")]), []);
        assert_eq!(found_in::<NoSize>("", &[mean, ("+n.csv", "age,n\n1,120\n2,340\n")]).len(), 1);
    }
}
