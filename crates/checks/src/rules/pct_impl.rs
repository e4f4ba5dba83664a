//! PCT-IMPL: a percentage of a known base stands for too few people.

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::band::people;
use crate::evidence::{Figure, Groups, Of, Source, Statistic, wanted, within};
use crate::read::Grid;
use crate::rule::{Check, Findings, Judgement, Said, rule};
use crate::table::Table;
use crate::threshold::Threshold;

rule! {
    /// ## What it looks for
    /// Percentages, proportions and rates whose base is known and whose count is not printed: every whole number of people
    /// that gives the percentage as it is printed, and likewise the rest of the base. Where all of them are small it blocks;
    /// where some are, it is for review; where none may be there, it is nothing. A percentage that no whole number gives is
    /// noted. Where `block_below` is set, what is wholly below it blocks and the rest is for review. Where
    /// `none_or_all` is set, percentages of exactly 0 or 100 are for review.
    ///
    /// ## Why it matters
    /// A percentage of a known number is a count: 4.2 % of 120 is 5 people.
    pub struct Implied {
        id: "PCT-IMPL", title: "a percentage stands for too few people", severities: [Block, Review, Note], risk: Some(Risk::LowCount),
        fix: "The percentage shows a small number of people: merge categories, or round until the number no longer follows from it.",
    }
}

/// What a policy sets under `[rules.PCT-IMPL]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What is small.
    #[serde(flatten)]
    small: Threshold,
    /// Whether percentages of exactly 0 or 100 are for review.
    #[serde(default)]
    none_or_all: bool,
}

impl Check for Implied {
    type Params = Params;
    type Evidence = Table;

    fn check(params: &Params, table: &Table) -> Judgement {
        let (groups, grid) = match wanted(table, is_share) {
            Ok(found) => found,
            Err(judgement) => return judgement,
        };
        let mut found = Findings::default();
        for (at, _) in table.columns.iter().enumerate() {
            for figure in groups.figures(table, grid, at, is_share) {
                if let Some(said) = judge(params, groups, table, grid, &figure) {
                    found.say(said);
                }
            }
        }
        Judgement::Decided(found)
    }
}

fn is_share(statistic: Statistic) -> bool {
    matches!(statistic, Statistic::Share(_))
}

fn judge(params: &Params, groups: &Groups, table: &Table, grid: &Grid, figure: &Figure) -> Option<Said> {
    let Figure { row, column, statistic: Statistic::Share(Some(scale)), number } = *figure else {
        return None;
    };
    let place = || table.cell(row as u64, column, grid.text(row, column));
    let say =
        |severity, message: String, interval| Some(Said { severity, message, place: place(), interval });
    let near = |value: f64| (number.value - value).abs() < 1e-12;
    if params.none_or_all && (near(0.0) || near(scale) && scale < 1000.0) {
        let who = if near(0.0) { "Nobody" } else { "Everybody" };
        return say(Severity::Review, format!("{who} of the group is counted."), None);
    }
    let printed =
        !groups.has_kinds() && groups.column(column).is_some_and(|described| described.of == Of::Printed);
    if printed || number.value < 0.0 || number.value > scale {
        return None;
    }
    let size = groups.size(table, grid, row, column)?;
    // Beside a row of counts, that is the numerator; a percentage and its count, and nothing is hidden.
    if size.source == Source::CountRow && groups.is_named(row) {
        return None;
    }
    let of = size.known().filter(|of| (1..1 << 52).contains(of))?;
    let of_text = size.words(table);
    let Some((least, greatest)) = within(number, scale, of as f64) else {
        return say(Severity::Note, format!("No whole number of {of_text} gives this percentage."), None);
    };
    let rest = (scale < 1000.0).then_some((of - greatest, of - least));
    let worst = [Some((least, greatest)), rest]
        .into_iter()
        .enumerate()
        .filter_map(|(side, set)| Some((weigh(params, set?)?, side, set?)))
        .max_by_key(|(severity, ..)| *severity)?;
    let (severity, side, (least, greatest)) = worst;
    let people = if least == greatest { people(least) } else { format!("{least} to {greatest} people") };
    let which = if side == 0 { "stands for" } else { "leaves out" };
    let share = if scale < 1000.0 { "percentage" } else { "rate" };
    let message = format!("The {share} {which} {people} of {of_text}.");
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    say(severity, message, Some((whole(least), Some(whole(greatest)))))
}

/// What a set of possible counts weighs; nothing where it holds 0 or no small one.
fn weigh(params: &Params, (least, greatest): (u64, u64)) -> Option<Severity> {
    if !params.small.is_small(least) {
        return None;
    }
    Some(if params.small.is_small(greatest) { params.small.severity(greatest) } else { Severity::Review })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::trial::{found, intervals};

    #[test]
    fn a_percentage_of_a_known_base_is_the_set_of_counts_that_give_it() {
        let text = include_str!("../../fixtures/pct-impl/found.csv");
        assert_eq!(intervals::<Implied>("preset = 'acro'", text), [(5, Some(5)), (4, Some(5)), (2, Some(5))]);
        assert_eq!(
            found::<Implied>("preset = 'acro'", text).iter().filter(|(s, _)| *s == Severity::Block).count(),
            3
        );
        assert_eq!(
            found::<Implied>("", text),
            [
                (Severity::Review, Some([0, 2])),
                (Severity::Review, Some([1, 2])),
                (Severity::Review, Some([2, 2]))
            ],
            "5 is not below 5"
        );
        assert_eq!(found::<Implied>("", include_str!("../../fixtures/pct-impl/clear.csv")), []);
    }

    #[test]
    fn all_small_blocks_and_some_small_is_for_review_and_a_set_with_nobody_is_nothing() {
        for (text, expected) in [
            ("group,N,pct\nA,200,1.0\n", vec![(Severity::Block, Some([0, 2]))]),
            ("group,N,pct\nA,1000,1\n", vec![(Severity::Review, Some([0, 2]))]),
            ("group,N,pct\nA,1000,0\n", vec![]),
            ("group,N,pct\nA,5000,0.0\n", vec![]),
            // The rest of the base counts likewise.
            ("group,N,pct\nA,200,99.0\n", vec![(Severity::Block, Some([0, 2]))]),
            ("group,N,pct\nA,200,100.0\n", vec![]),
            // No whole number of 30 gives it.
            (
                "group,denominator,pct\nA,30,4.5\nB,200,50.0\nC,210,50.0\nD,220,50.0\nE,230,60.0\nF,240,55.0\n",
                vec![(Severity::Note, Some([0, 2]))],
            ),
            ("Group,N,Percent\nA,20,33.3\nB,130,50.0\nC,140,40.0\n", vec![(Severity::Note, Some([0, 2]))]),
            ("Group,N,Percent\nA,20,33.3\n", vec![(Severity::Note, Some([0, 2]))]),
            ("Group,N,Percent\nA,20,33.3\nB,130,51.2\nC,140,41.2\n", vec![]),
            (
                "group,denominator,proportion\nA,200,0.010\nB,300,0.500\n",
                vec![(Severity::Block, Some([0, 2]))],
            ),
            (
                "area,population,rate per 1000\nA,1000,3.0\nB,90000,4.0\n",
                vec![(Severity::Block, Some([0, 2]))],
            ),
            (
                "group,Male % (N=200),Female % (N=300)\nyoung,1.0,40.0\nold,62.5,60.0\n",
                vec![(Severity::Block, Some([0, 1]))],
            ),
            // Headers that name levels alone: the columns, or the rows, sum to 100.
            (
                "answer,Male,Female\nyes,6.7%,50.0%\nno,93.3%,50.0%\nTotal,45,44\n",
                vec![(Severity::Block, Some([0, 1])), (Severity::Block, Some([1, 1]))],
            ),
            (
                "answer,Male,Female\nyes,6.7,50.5\nno,93.3,49.5\nTotal,45,440\n",
                vec![(Severity::Block, Some([0, 1])), (Severity::Block, Some([1, 1]))],
            ),
            (
                "group,N,never,past,current\nA,30,10.0,40.0,50.0\nB,400,30.2,40.1,29.7\n",
                vec![(Severity::Block, Some([0, 2]))],
            ),
            ("group;N;pct\nA;200;1,0\nB;250;40,0\n", vec![(Severity::Block, Some([0, 2]))]),
        ] {
            assert_eq!(found::<Implied>("", text), expected, "{text}");
        }
    }

    #[test]
    fn rows_of_percentages_are_judged_of_what_the_rows_of_counts_say() {
        let hidden = "sex,measure,yes,no,total\nM,n,<5,,263\nM,%,1.1,98.9,100.0\nF,n,91,304,395\nF,%,23.0,77.0,100.0\n";
        assert_eq!(
            found::<Implied>("", hidden),
            [(Severity::Block, Some([1, 2])), (Severity::Block, Some([1, 3]))]
        );
        let base = "group,measure,ill\nA,N,120\nA,%,2.5\nB,N,300\nB,%,40.0\n";
        assert_eq!(found::<Implied>("", base), [(Severity::Block, Some([1, 2]))], "3 of 120");
        for printed in [
            "sex,measure,yes,no\nM,n,3,260\nM,%,1.1,98.9\nF,n,91,304\nF,%,23.0,77.0\n",
            "answer,measure,M,F\nyes,N,3,91\nyes,col %,1.1,23.0\nno,N,260,304\nno,col %,98.9,77.0\n",
            "cause,measure,all\nA,N,3\nA,%,0.3\nB,N,40\nB,%,4.0\n",
        ] {
            assert_eq!(found::<Implied>("", printed), [], "{printed}");
        }
    }

    #[test]
    fn a_printed_count_and_an_unknown_base_imply_nothing() {
        for text in [
            "sex,n,pct\nF,3,1.0\nM,297,99.0\n",
            "sex,cases,N,pct\nF,3,300,1.0\nM,30,300,10.0\n",
            "sex,n (%)\nF,3 (1.0)\nM,297 (99.0)\n",
            "sex,pct\nF,1.0\nM,99.0\n",
            "sex,N,pct\nF,0,\nM,0,0\n",
            "sex,N,pct\nF,<5,1.0\nM,*,2.0\n",
            "sex,N,change in percent\nF,200,-1.0\nM,300,140.0\n",
        ] {
            assert_eq!(found::<Implied>("", text), [], "{text}");
        }
    }

    #[test]
    fn none_and_all_are_for_review_where_the_policy_says_so() {
        let text = "group,pct\nA,0.0\nB,100.0\nC,40.0\n";
        assert_eq!(found::<Implied>("", text), []);
        assert_eq!(found::<Implied>("preset = 'opensafely'", text).len(), 2);
    }
}
