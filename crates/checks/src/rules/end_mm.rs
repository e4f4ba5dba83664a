//! END-MM: a minimum, maximum or range.

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::evidence::{Statistic, wanted};
use crate::read::value::Value;
use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::Table;
use crate::threshold::Threshold;

rule! {
    /// ## What it looks for
    /// Minima, maxima, ranges and the 0 % and 100 % quantiles, by the header or the label of the row, in tables such as those
    /// of `describe()`, in tables that acro's record says to be made with `aggfunc="max"`, and in cells such as `54 [18, 91]` under *Median [Min, Max]*. Where the group is small it blocks
    /// (where `block_below` is set, only below it).
    ///
    /// ## Why it matters
    /// The least and the greatest value are those of one person, who can often be recognised: the oldest, the heaviest.
    pub struct Endpoint {
        id: "END-MM", title: "a minimum or maximum is the value of one person", severities: [Block, Review], risk: Some(Risk::LowCount),
        fix: "Use quantiles that leave as many people as the threshold outside, such as P5 and P95 of a large group.",
    }
}

/// What a policy sets under `[rules.END-MM]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What is small.
    #[serde(flatten)]
    small: Threshold,
}

impl Check for Endpoint {
    type Params = Params;
    type Evidence = Table;

    fn check(params: &Params, table: &Table) -> Judgement {
        let mut found = Findings::default();
        let (groups, grid) = match wanted(table, Statistic::is_endpoint) {
            Ok(found) => found,
            Err(Judgement::NotApplicable) if claimed(table, &mut found) => return Judgement::Decided(found),
            Err(judgement) => return judgement,
        };
        for (column, _) in table.columns.iter().enumerate() {
            let mut last = None;
            for figure in groups.figures(table, grid, column, Statistic::is_endpoint) {
                // A cell with both ends is one finding.
                if last.replace(figure.row) == Some(figure.row) {
                    continue;
                }
                let size = groups.size(table, grid, figure.row, column);
                let small = size.as_ref().filter(|size| params.small.is_small(size.greatest));
                let severity = small.map_or(Severity::Review, |size| params.small.severity(size.greatest));
                let of = size.map(|size| format!(" of {}", size.words(table))).unwrap_or_default();
                let message = format!("The cell shows the {}{of}.", figure.statistic.name());
                let place = table.cell(figure.row as u64, column, grid.text(figure.row, column));
                found.push(severity, place, message);
            }
        }
        Judgement::Decided(found)
    }
}

/// Finds the cells of a table that acro's record says to be minima or maxima, whose headers name levels alone.
fn claimed(table: &Table, found: &mut Findings) -> bool {
    let Some(groups) = table.groups.as_deref() else { return false };
    let (Some(statistic), Some(grid)) = (groups.claimed().filter(|s| s.is_endpoint()), table.grid()) else {
        return false;
    };
    for column in 0..grid.width() {
        if !groups.column(column).is_some_and(|described| described.figures) {
            continue;
        }
        for row in 0..grid.rows() {
            if matches!(grid.value(row, column), Value::Number(_)) {
                let place = table.cell(row as u64, column, grid.text(row, column));
                let name = statistic.name();
                found.push(Severity::Review, place, format!("By acro's record the cell shows a {name}."));
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::trial::{found, found_in};

    const BLOCK: Severity = Severity::Block;
    const REVIEW: Severity = Severity::Review;

    #[test]
    fn ends_are_found_by_header_and_by_label() {
        let all = found::<Endpoint>("", include_str!("../../fixtures/end-mm/found.csv"));
        assert_eq!(
            all,
            [(REVIEW, Some([0, 3])), (BLOCK, Some([1, 3])), (REVIEW, Some([0, 4])), (BLOCK, Some([1, 4]))]
        );
        assert_eq!(found::<Endpoint>("", include_str!("../../fixtures/end-mm/clear.csv")), []);
        for (text, expected) in [
            (
                ",age\ncount,30\nmean,61.2\nstd,5.5\nmin,18\n50%,60\nmax,91\n",
                vec![(REVIEW, Some([3, 1])), (REVIEW, Some([5, 1]))],
            ),
            (
                ",age\ncount,3\nmean,61.2\nstd,5.5\nmin,18\n50%,60\nmax,91\n",
                vec![(BLOCK, Some([3, 1])), (BLOCK, Some([5, 1]))],
            ),
            (
                ",Male (N=120)\nMean (SD),54.1 (6.2)\n\"Median [Min, Max]\",\"54.0 [18.0, 91.0]\"\n",
                vec![(REVIEW, Some([1, 1]))],
            ),
            (
                ",Male (N=4)\nMean (SD),54.1 (6.2)\n\"Median [Min, Max]\",\"54.0 [18.0, 91.0]\"\n",
                vec![(BLOCK, Some([1, 1]))],
            ),
            (
                "sex,n,p0,p50,p100\nF,120,18.5,60.1,91.2\n",
                vec![(REVIEW, Some([0, 2])), (REVIEW, Some([0, 4]))],
            ),
            ("sex,n,étendue\nF,120,73.5\nM,80,70.5\n", vec![(REVIEW, Some([0, 2])), (REVIEW, Some([1, 2]))]),
            ("Region,n,p0,p50,p100\nA,120,18,50,91\n", vec![(REVIEW, Some([0, 2])), (REVIEW, Some([0, 4]))]),
            (
                "Région;Effectif;Étendue\nA;120;73\nB;144;69\n",
                vec![(REVIEW, Some([0, 2])), (REVIEW, Some([1, 2]))],
            ),
            (
                "Region,n,range_age\nA,120,18-91\nB,144,19-88\n",
                vec![(REVIEW, Some([0, 2])), (REVIEW, Some([1, 2]))],
            ),
            ("Region,n,range_age\nA,4,18 to 91\n", vec![(BLOCK, Some([0, 2]))]),
            (
                "sex,statistiek,waarde\nV,aantal,120\nV,gemiddelde,61.2\nV,maximum,91.5\n",
                vec![(REVIEW, Some([2, 2]))],
            ),
            (
                "sex,mean,max\nF,61.2,91.5\nM,60.2,92.5\n",
                vec![(REVIEW, Some([0, 2])), (REVIEW, Some([1, 2]))],
            ),
        ] {
            assert_eq!(found::<Endpoint>("", text), expected, "{text}");
        }
    }

    #[test]
    fn a_small_group_blocks_as_the_policy_says() {
        let text = "sex,n,max\nF,7,91.5\nM,80,92.5\n";
        assert_eq!(found::<Endpoint>("preset = 'acro'", text)[0].0, BLOCK);
        assert_eq!(found::<Endpoint>("", text)[0].0, REVIEW);
        assert_eq!(found::<Endpoint>("", "sex,n,max\nF,<5,91.5\nM,80,92.5\n")[0].0, BLOCK);
        assert_eq!(found::<Endpoint>("preset = 'datashield'", text)[0].0, REVIEW);
    }

    #[test]
    fn a_table_of_maxima_by_acros_record_is_found() {
        let table = "year,G,N\n2010,1200.5,345.1\n2011,,401.0\n";
        let record = |aggfunc: &str| {
            format!(
                "{{\"version\": \"1.0.2\", \"results\": {{\"output_0\": {{\"uid\": \"output_0\", \"status\": \"pass\", \"command\": \
                 \"acro.crosstab(df.year, df.type, values=df.income, aggfunc={aggfunc})\", \"files\": [{{\"name\": \"a.csv\"}}]}}}}}}"
            )
        };
        for (aggfunc, cells) in [("'max'", 3), ("np.min", 3), ("'mean'", 0), ("['max', 'mean']", 0)] {
            let record = record(aggfunc);
            let all = found_in::<Endpoint>("", &[("a.csv", table), ("results.json", &record)]);
            assert_eq!(all.len(), cells, "{aggfunc}");
        }
    }

    #[test]
    fn other_numbers_and_cells_without_one_are_nothing() {
        for text in [
            "sex,n,waiting_min\nF,120,18.5\nM,80,22.5\n",
            "sex,n,max\nF,120,\nM,80,NA\n",
            "age range,n\n18-30,120\n31-50,144\n",
            "sex,age_range,n\nF,18-30,120\nF,31-50,144\nM,18-30,110\nM,31-50,154\n",
            "term,estimate,conf.low,conf.high\nage max,0.12,0.1,0.2\nsex,0.4,0.3,0.5\n",
        ] {
            assert_eq!(found::<Endpoint>("", text), [], "{text}");
        }
    }
}
