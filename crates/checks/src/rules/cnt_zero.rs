//! CNT-ZERO: a cell of a table counts nobody.

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::evidence::{Groups, Statistic};
use crate::read::profile::Profile;
use crate::read::value::{Number, Value, value};
use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::Table;
use crate::threshold::Zeros;

rule! {
    /// ## What it looks for
    /// Counts of people that are 0, where the policy calls zeros disclosive or wants them looked at. A zero in a column that
    /// is rounded to 5, 6, 7 or 10 may stand for someone and is nothing; nor are counts of practices, sites or
    /// codes, zeros of an empty group (`0/0`), and columns of noughts and ones, which are codes. Zeros
    /// that the policy declares under `structural_zeros` are exempt.
    ///
    /// ## Why it matters
    /// That nobody of a group is in a cell says something of everybody in the group: that none of them has the attribute, or
    /// that all of them have another.
    pub struct Zero {
        id: "CNT-ZERO", title: "a cell counts nobody", severities: [Review], risk: Some(Risk::ClassDisclosure),
        fix: "Confirm that the combination is impossible, else merge the category with another.",
    }
}

/// What a policy sets under `[rules.CNT-ZERO]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What it means that a cell counts nobody.
    zeros: Zeros,
}

impl Check for Zero {
    type Params = Params;
    type Evidence = Table;

    fn check(params: &Params, table: &Table) -> Judgement {
        let Some(groups) = table.groups.as_deref().filter(|groups| groups.any(is_count)) else {
            return Judgement::NotApplicable;
        };
        let mut found = Findings::default();
        if params.zeros == Zeros::Fine {
            return Judgement::Decided(found);
        }
        let columns: Vec<usize> = (0..table.columns.len()).filter(|at| may_hold(table, *at)).collect();
        if columns.is_empty() {
            return Judgement::Decided(found);
        }
        let mut say = |row: usize, column: usize, text: &str| {
            if !groups.is_structural(row, column) {
                let place = table.cell(row as u64, column, text);
                found.push(Severity::Review, place, "The cell counts nobody.");
            }
        };
        if let Some(grid) = table.grid() {
            for column in columns {
                for figure in groups.figures(table, grid, column, is_count) {
                    let text = grid.text(figure.row, column);
                    if figure.number.count() == Some(0) && !is_of_nobody(grid.value(figure.row, column), text)
                    {
                        say(figure.row, column, text);
                    }
                }
            }
            return Judgement::Decided(found);
        }
        let own = |at: &usize| {
            groups.column(*at).is_some_and(|column| column.spec.as_ref().is_some_and(|s| s.any(is_count)))
        };
        let columns: Vec<usize> = columns.into_iter().filter(own).collect();
        let read = table.body.each(|row, record| {
            for &column in &columns {
                let text = record.get(column);
                if count(value(text, table.decimal)) == Some(0) {
                    say(usize::try_from(row).unwrap_or(usize::MAX), column, text);
                }
            }
        });
        read.map_or_else(|error| Judgement::Undecided(error.to_string()), |()| Judgement::Decided(found))
    }
}

fn is_count(statistic: Statistic) -> bool {
    matches!(statistic, Statistic::Count | Statistic::Base)
}

fn count(value: Value) -> Option<u64> {
    match value {
        Value::Number(number) | Value::CountWith(number) | Value::OutOf(number, _) => Number::count(&number),
        Value::Blank | Value::Marker(_) | Value::Estimate(_) | Value::Date | Value::Text => None,
    }
}

/// Whether the group itself is empty, as that of `0/0` and `0 (NA%)` is: its zero says nothing of anybody.
fn is_of_nobody(value: Value, text: &str) -> bool {
    match value {
        Value::OutOf(_, of) => of.value == 0.0,
        Value::CountWith(_) => {
            !text.split_once(['(', '[']).is_none_or(|(_, rest)| rest.contains(|c: char| c.is_ascii_digit()))
        }
        _ => false,
    }
}

/// Whether a column can hold a zero that says that nobody is there.
fn may_hold(table: &Table, at: usize) -> bool {
    let Some(profile) = table.profiles.get(at) else { return false };
    let zero = profile.min <= 0.0 && profile.numbers > 0 || profile.with + profile.out_of > 0;
    zero && !Groups::of_things(table, at) && (table.statistic_rows || !is_rounded(profile))
}

/// Whether its counts are rounded so that a zero may stand for someone.
fn is_rounded(profile: &Profile) -> bool {
    let rounded = &profile.rounding;
    rounded.nonzero >= 3 && !(rounded.not_five && rounded.not_six && rounded.not_seven && rounded.not_ten)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::trial::found;

    #[test]
    fn a_count_of_nobody_is_found_and_others_are_not() {
        let all = found::<Zero>("", include_str!("../../fixtures/cnt-zero/found.csv"));
        assert_eq!(all, [(Severity::Review, Some([1, 2]))]);
        assert_eq!(found::<Zero>("", include_str!("../../fixtures/cnt-zero/clear.csv")), []);
        assert_eq!(found::<Zero>("", "sex,n (%)\nF,0 (0)\nM,21 (100)\n"), [(Severity::Review, Some([0, 1]))]);
        assert_eq!(
            found::<Zero>("", "sex,responders\nF,0/17\nM,20/40\n"),
            [(Severity::Review, Some([0, 1]))]
        );
        assert_eq!(found::<Zero>("", "sex,n\nF,0.0\nM,\nX,12.0\n"), [(Severity::Review, Some([0, 1]))]);
    }

    #[test]
    fn presets_and_policies_say_what_zeros_mean() {
        let text = "sex,pregnant,other\nF,21,43\nM,0,51\n";
        let zeros = |policy: &str| found::<Zero>(policy, text).len();
        for (preset, many) in [
            ("acro", 1),
            ("be-default", 1),
            ("opensafely", 1),
            ("nhs-hes", 0),
            ("abs", 0),
            ("cms", 0),
            ("ima", 0),
            ("ohdsi", 0),
            ("datashield", 0),
        ] {
            assert_eq!(zeros(&format!("preset = '{preset}'")), many, "{preset}");
        }
        assert_eq!(zeros("structural_zeros = [{ row = 'M', column = 'pregnant' }]"), 0);
        assert_eq!(zeros("structural_zeros = [{ row = 'F', column = 'pregnant' }]"), 1);
        let long = "sex,status,n\nF,pregnant,21\nM,pregnant,0\nM,other,51\n";
        assert_eq!(found::<Zero>("structural_zeros = [{ row = 'M', column = 'pregnant' }]", long), []);
    }

    #[test]
    fn rounded_zeros_and_zeros_of_things_and_statistics_are_nothing() {
        for text in [
            "sex,n\nF,0\nM,10\nX,25\nU,35\n",
            "region,n_practices\nA,0\nB,41\nC,52\n",
            "region,n,mean\nA,17,0\nB,41,1.5\n",
            ",age\ncount,30\nmean,0\nmin,0\n",
            "sex,case,n\nF,0,41\nF,1,52\nM,0,43\nM,1,51\n",
            "sex,n (%)\nF,0 (NA%)\nM,21 (100%)\n",
            "sex,responders\nF,0/0\nM,20/40\n",
            "region,n,share\nA,17,0.0\nB,41,100.0\n",
        ] {
            assert_eq!(found::<Zero>("", text), [], "{text}");
        }
        // Unless the header or the policy says that it is a count.
        let declared = "[columns]\ncase = 'count'\n";
        assert_eq!(found::<Zero>(declared, "sex,case,n\nF,0,41\nF,1,52\nM,0,43\nM,1,51\n").len(), 2);
        assert_eq!(found::<Zero>("", "region,n\nA,0\nB,1\nC,0\nD,1\n").len(), 2);
        // Rounded to the middle of six, 0 is 0.
        let midpoints = "sex,n\nF,3\nM,9\nX,27\nU,0\n";
        assert_eq!(found::<Zero>("", midpoints), [(Severity::Review, Some([3, 1]))]);
        assert_eq!(
            found::<Zero>("", ",age\ncount,0\nmean,61.5\nstd,3.5\n"),
            [(Severity::Review, Some([0, 1]))]
        );
    }
}
