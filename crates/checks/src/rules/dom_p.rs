//! DOM-P: the second largest contributor can estimate the largest closely.

use exeat_domain::finding::Risk;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::evidence::parts::{Parts, Weighed, judge};
use crate::rule::{Check, Judgement, rule};
use crate::table::Table;

rule! {
    /// ## What it looks for
    /// Totals of which so little is left beside the largest and the second largest part that it is less than the share `p`
    /// of the largest. What is read as a largest part is told under DOM-NK.
    ///
    /// ## Why it matters
    /// The second largest contributor subtracts their own part from the total, and is off by what is left at most.
    pub struct Estimable {
        id: "DOM-P", title: "the largest contributor can be estimated closely", severities: [Block], risk: Some(Risk::Dominance),
        fix: "Merge the cell with another, or leave it out.",
    }
}

/// What a policy sets under `[rules.DOM-P]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Share of the largest part by which an estimate of it must be off.
    p: f64,
}

impl Check for Estimable {
    type Params = Params;
    type Evidence = Table;

    fn check(params: &Params, table: &Table) -> Judgement {
        let weigh = |parts: &Parts| {
            // Without the second, what is left is at most all beside the largest.
            let left = (parts.total - parts.largest - parts.second.unwrap_or(0.0)).max(0.0) / parts.largest;
            // The second is at most as large as the largest, and at most what is left.
            let least = (parts.total - 2.0 * parts.largest).max(0.0) / parts.largest;
            if left + 1e-12 < params.p {
                let off = (left * 1000.0).round() / 10.0;
                Weighed::Found(format!("The largest part can be estimated to within {off} % by the second."))
            } else if parts.printed && parts.second.is_none() && least < params.p {
                Weighed::Open
            } else {
                Weighed::Nothing
            }
        };
        judge(table, weigh, |open| {
            format!("of {open} totals the largest part is printed without the second, on which it depends")
        })
    }
}

#[cfg(test)]
mod tests {
    use exeat_domain::finding::Severity;

    use super::*;
    use crate::evidence::trial::found;

    #[test]
    fn a_largest_part_that_the_second_can_estimate_is_found() {
        let all = found::<Estimable>("", include_str!("../../fixtures/dom-p/found.csv"));
        assert_eq!(all, [(Severity::Block, Some([1, 1]))]);
        assert_eq!(found::<Estimable>("", include_str!("../../fixtures/dom-p/clear.csv")), []);
        // (1000 - 500 - 450) / 500 is 0.1, which is not below 0.1; 451 makes it so.
        let text = |second: u32| format!("region,total,largest,second\nA,1000,500,{second}\n");
        assert_eq!(found::<Estimable>("", &text(450)), []);
        assert_eq!(found::<Estimable>("", &text(451)).len(), 1);
        assert_eq!(found::<Estimable>("[rules.DOM-P]\np = 0.05\n", &text(451)), []);
    }

    #[test]
    fn without_the_second_it_is_found_where_it_cannot_be_otherwise() {
        assert_eq!(found::<Estimable>("", "region,total,largest\nA,1000,950\n").len(), 1);
        assert_eq!(found::<Estimable>("", "region,total,largest\nA,1000,600\n"), [(Severity::Review, None)]);
        assert_eq!(found::<Estimable>("", "region,total,largest\nA,1000,300\n"), []);
        assert_eq!(
            found::<Estimable>("", "region,n,mean_cost,max_cost\nA,30,10.0,290.0\nB,30,10.0,90.0\n").len(),
            1
        );
        assert_eq!(found::<Estimable>("", "sex,n,mean\nF,120,61.2\nM,340,58.1\n"), []);
        assert_eq!(found::<Estimable>("", "region,total,largest,second\nA,0,0,0\nB,,10,5\n"), []);
    }
}
