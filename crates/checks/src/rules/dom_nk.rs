//! DOM-NK: a few contributors hold most of a total.

use std::num::NonZeroU32;

use exeat_domain::finding::Risk;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::evidence::parts::{Parts, Weighed, judge};
use crate::rule::{Check, Judgement, rule};
use crate::table::Table;

rule! {
    /// ## What it looks for
    /// Totals of which the largest contributors hold at least a share that the policy sets: columns or rows of the largest
    /// and the second largest part beside the total, or a maximum that is out of the size times the mean of something that
    /// adds up, such as costs.
    ///
    /// ## Why it matters
    /// A contributor who knows their own part learns the other's from the total; everybody else learns it nearly.
    pub struct Dominance {
        id: "DOM-NK", title: "a few contributors hold most of a total", severities: [Block], risk: Some(Risk::Dominance),
        fix: "Merge the cell with another, or leave it out.",
    }
}

/// What a policy sets under `[rules.DOM-NK]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What so many contributors may hold; any of them decides.
    nk: Vec<Most>,
}

/// What so many contributors may hold.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Most {
    /// Largest contributors, together.
    n: NonZeroU32,
    /// Share of the total, from 0 to 1, from which they dominate.
    k: f64,
}

impl Check for Dominance {
    type Params = Params;
    type Evidence = Table;

    fn check(params: &Params, table: &Table) -> Judgement {
        let weigh = |parts: &Parts| {
            let judged: Vec<(Most, Held)> =
                params.nk.iter().map(|most| (*most, held(parts, *most))).collect();
            match judged.iter().find(|(most, held)| held.least >= most.k - 1e-12) {
                Some((most, held)) => Weighed::Found(says(*most, held)),
                None if parts.printed && judged.iter().any(|(most, held)| held.greatest >= most.k) => {
                    Weighed::Open
                }
                None => Weighed::Nothing,
            }
        };
        judge(table, weigh, |open| {
            format!(
                "of {open} totals the largest part is printed, and not enough of the next to tell what they hold together"
            )
        })
    }
}

/// What the largest contributors hold, for people.
fn says(most: Most, held: &Held) -> String {
    let share = (held.least.min(1.0) * 1000.0).round() / 10.0;
    let at_least = if held.least < held.greatest { "at least " } else { "" };
    let who = match most.n.get() {
        1 => "The largest contributor holds".to_owned(),
        n => format!("The {n} largest contributors hold"),
    };
    format!("{who} {at_least}{share} % of the total.")
}

/// The share that the largest contributors hold: at least, at most.
struct Held {
    least: f64,
    greatest: f64,
}

fn held(parts: &Parts, most: Most) -> Held {
    let n = f64::from(most.n.get());
    let (first, second) = (parts.largest / parts.total, parts.second.map(|second| second / parts.total));
    let all = parts.contributors.is_some_and(|all| all <= u64::from(most.n.get()));
    match (n > 1.0, second) {
        _ if all && parts.printed => Held { least: 1.0, greatest: 1.0 },
        (false, _) => Held { least: first, greatest: first },
        // Each further part is at most the last one that is known.
        (true, Some(second)) => Held {
            least: first + second,
            greatest: (first + second + (n - 2.0) * second).min(1.0).max(first + second),
        },
        (true, None) => Held { least: first, greatest: (first * n).min(1.0).max(first) },
    }
}

#[cfg(test)]
mod tests {
    use exeat_domain::finding::Severity;

    use super::*;
    use crate::evidence::trial::found;

    #[test]
    fn the_two_largest_of_a_total_are_found() {
        let all = found::<Dominance>("", include_str!("../../fixtures/dom-nk/found.csv"));
        assert_eq!(all, [(Severity::Block, Some([1, 1]))]);
        assert_eq!(found::<Dominance>("", include_str!("../../fixtures/dom-nk/clear.csv")), []);
        for text in [
            "regio,totaal,grootste,tweede\nA,1000,700,200\nB,1000,200,100\n",
            "région,total,plus grand,deuxième\nA,1000,700,200\nB,1000,200,100\n",
            "region,turnover,top1,top2\nA,1000.5,700.2,220.1\nB,1000.2,200.3,100.4\n",
            "region;omzet som;top1;top2\nA;1.000,5;700,2;220,1\nB;1.000,2;200,3;100,4\n",
            "region,statistic,value\nA,total,1000\nA,largest,700\nA,second largest,200\nB,total,1000\nB,largest,300\nB,second largest,200\n",
        ] {
            let cell = if text.contains("statistic") { [0, 2] } else { [0, 1] };
            assert_eq!(found::<Dominance>("", text), [(Severity::Block, Some(cell))], "{text}");
        }
    }

    #[test]
    fn a_maximum_of_what_adds_up_is_a_part_of_size_times_mean() {
        let text = "region,n,mean_cost,max_cost\nA,30,10.0,290.0\nB,30,10.0,90.0\n";
        assert_eq!(found::<Dominance>("", text), [(Severity::Block, Some([0, 3]))]);
        let described = ",cost\ncount,30\nmean,10\nstd,50\nmin,0.5\n50%,0.7\nmax,295\n";
        assert_eq!(found::<Dominance>("", described), [(Severity::Block, Some([5, 1]))]);
        for text in [
            "region,n,mean_age,max_age\nA,2,10.0,20.0\nB,30,10.0,90.0\n",
            "region,n,mean,min,max\nA,30,10.0,-500.0,290.0\n",
            "region,mean_cost,max_cost\nA,10.0,290.0\nB,10.0,90.0\n",
            "region,n,mean_cost,max_cost\nA,0,0.0,0.0\nB,,10.0,90.0\n",
        ] {
            assert_eq!(found::<Dominance>("", text), [], "{text}");
        }
    }

    #[test]
    fn presets_say_how_many_hold_how_much() {
        let text = "region,total,largest,second\nA,1000,510,100\nB,1000,400,280\nC,1000,300,200\n";
        assert_eq!(found::<Dominance>("preset = 'acro'", text), []);
        assert_eq!(
            found::<Dominance>("preset = 'abs'", text),
            [(Severity::Block, Some([0, 1])), (Severity::Block, Some([1, 1]))]
        );
    }

    #[test]
    fn what_the_parts_do_not_tell_is_undecided_or_nothing() {
        let lone = |largest: u32| format!("region,total,largest\nA,1000,{largest}\n");
        assert_eq!(found::<Dominance>("", &lone(950)), [(Severity::Block, Some([0, 1]))]);
        assert_eq!(found::<Dominance>("", &lone(600)), [(Severity::Review, None)], "the second may hold 400");
        assert_eq!(found::<Dominance>("", &lone(300)), []);
        for text in [
            "region,total,largest,second\nA,0,0,0\nB,-5,-3,-1\nC,100,300,10\n",
            "region,total,largest,second\nA,,300,200\nB,*,300,200\n",
            "dose,n\nfirst,300\nsecond,200\n",
        ] {
            assert_eq!(found::<Dominance>("", text), [], "{text}");
        }
    }
}
