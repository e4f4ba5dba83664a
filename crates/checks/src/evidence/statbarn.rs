//! Which of the StatbarnsSDC ontology's classes of statistics a table can be said to hold.

use std::collections::BTreeSet;

use super::Statistic;
use super::words::Words;
use crate::coverage::Statbarn;
use crate::table::{Column, Role, Table};

/// Their names, in alphabetical order.
pub(crate) fn of(table: &Table) -> Vec<String> {
    let mut barns: BTreeSet<&str> = BTreeSet::new();
    for (at, column) in table.columns.iter().enumerate() {
        let known =
            table.groups.as_ref().and_then(|groups| groups.column(at)).is_some_and(|c| c.spec.is_some());
        barns.extend(by_role(column, known).map(Statbarn::name));
        barns.extend(by_name(column).map(Statbarn::name));
    }
    if let Some(groups) = &table.groups {
        barns.extend(groups.all().map(|statistic| by_statistic(statistic).name()));
    }
    if is_multilevel(table) && barns.iter().any(|name| matches!(*name, "Frequencies" | "LinearAggregations"))
    {
        barns.insert(Statbarn::LinkedMultilevelTables.name());
    }
    barns.into_iter().map(str::to_owned).collect()
}

/// What the role of a column says, where its statistic is not `known`.
fn by_role(column: &Column, known: bool) -> Option<Statbarn> {
    match column.role {
        Role::Count | Role::Base | Role::Percentage if !known => Some(Statbarn::Frequencies),
        Role::Statistic if !known => Some(Statbarn::LinearAggregations),
        Role::Estimate if !known => Some(estimate(&Words::of(&column.name))),
        Role::StandardError | Role::PValue | Role::Bound => Some(Statbarn::StatisticalHypothesisTests),
        _ => None,
    }
}

/// What an estimate is of: a ratio, a test, or else a coefficient.
fn estimate(words: &Words) -> Statbarn {
    let test = |word: &String| {
        matches!(
            word.as_str(),
            "t" | "z" | "f" | "chisq" | "chi" | "statistic" | "wald" | "aic" | "bic" | "squared"
        )
    };
    if words.any("ratio") {
        Statbarn::CalculatedRatios
    } else if words.words.iter().any(test) {
        Statbarn::StatisticalHypothesisTests
    } else {
        Statbarn::CorrelationCoefficients
    }
}

/// What the header of a column of numbers or labels says beside its role.
fn by_name(column: &Column) -> Option<Statbarn> {
    let words = || Words::of(&column.name);
    match column.role {
        Role::Percentage | Role::Statistic | Role::Count | Role::Base => {
            let words = words();
            if words.any("survival") || words.run("survival-of") {
                Some(Statbarn::HazardSurvivalTables)
            } else if column.role == Role::Statistic && words.any("correlation") {
                Some(Statbarn::CorrelationCoefficients)
            } else if column.role == Role::Statistic && words.any("ratio") {
                Some(Statbarn::CalculatedRatios)
            } else {
                None
            }
        }
        Role::Dimension => words().any("cluster").then_some(Statbarn::Clusters),
        _ => None,
    }
}

fn by_statistic(statistic: Statistic) -> Statbarn {
    match statistic {
        Statistic::Count | Statistic::Base | Statistic::Share(_) => Statbarn::Frequencies,
        Statistic::Mean
        | Statistic::Sum
        | Statistic::Largest
        | Statistic::Second
        | Statistic::TopShare(_) => Statbarn::LinearAggregations,
        Statistic::Quantile(_) | Statistic::InterquartileRange => Statbarn::Position,
        Statistic::Min | Statistic::Max | Statistic::Range => Statbarn::Endpoints,
        Statistic::Sd | Statistic::Variance | Statistic::Shape => Statbarn::Shape,
        Statistic::Mode => Statbarn::Mode,
        Statistic::Herfindahl => Statbarn::NonLinearConcentrationRatios,
        Statistic::Gini => Statbarn::GiniCoefficient,
    }
}

/// Whether its groups are crossed or nested over three categories or more.
fn is_multilevel(table: &Table) -> bool {
    let levels = table.columns.iter().zip(&table.profiles);
    let dimensions = levels
        .filter(|(column, profile)| {
            let recurs = profile.distinct * 2 <= table.rows.max(2);
            column.role == Role::Dimension && profile.distinct > 1 && recurs
        })
        .count();
    let nested = table.columns.iter().filter(|column| column.name.contains(" / ")).count() > 1;
    dimensions + 2 * usize::from(nested) >= 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::trial::request;
    use crate::policy::Policy;

    #[test]
    fn tables_hold_what_their_columns_and_rows_say() {
        for (text, expected) in [
            ("sex,n,pct\nF,120,26.1\nM,340,73.9\n", vec!["Frequencies"]),
            (
                "sex,n,mean,sd\nF,120,26.1,3.2\nM,340,73.9,2.2\n",
                vec!["Frequencies", "LinearAggregations", "Shape"],
            ),
            (
                ",age\ncount,30\nmean,61.2\nmin,18\n50%,60\nmax,91\n",
                vec!["Endpoints", "Frequencies", "LinearAggregations", "Position"],
            ),
            (
                "term,estimate,std.error,p.value\nage,0.12,0.03,0.001\nsex,-0.4,0.11,0.0004\n",
                vec!["CorrelationCoefficients", "StatisticalHypothesisTests"],
            ),
            (
                "comparison,odds ratio,lci,uci\nage,1.12,1.03,1.41\nsex,1.4,1.11,1.74\n",
                vec!["CalculatedRatios", "StatisticalHypothesisTests"],
            ),
            (
                "region,n,gini,hhi\nA,40,0.41,0.2\nB,30,0.35,0.1\n",
                vec!["Frequencies", "GiniCoefficient", "NonLinearConcentrationRatios"],
            ),
            ("sex,n,mode_age\nF,120,61.5\nM,340,58.5\n", vec!["Frequencies", "Mode"]),
            (
                "time,n_risk,survival\n0,120,1.0\n12,100,0.91\n24,90,0.85\n",
                vec!["Frequencies", "HazardSurvivalTables"],
            ),
            (
                "cluster,n,mean_age\nc1,120,61.5\nc2,340,58.5\n",
                vec!["Clusters", "Frequencies", "LinearAggregations"],
            ),
            (
                "sex,age,region,n\nF,young,A,20\nF,young,B,21\nF,old,A,22\nF,old,B,23\nM,young,A,24\nM,young,B,25\nM,old,A,26\nM,old,B,27\n",
                vec!["Frequencies", "LinkedMultilevelTables"],
            ),
        ] {
            let files = request(&[("a.csv", text)], &Policy::preset("be-default").unwrap());
            assert_eq!(of(&files[0].held.tables()[0]), expected, "{text}");
        }
    }
}
