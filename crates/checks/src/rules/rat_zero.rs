//! RAT-ZERO: an estimate points to an empty or a full cell.

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{Columns, Estimate, Head, Measure, has_intercept};
use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::{Role, Table};

rule! {
    /// ## What it looks for
    /// In tables of models, a ratio of odds, hazards, risks or rates that is infinite or exactly zero (`0.00` alone may be
    /// rounding), a limit of zero with an infinite one, and separation: a coefficient beyond ±10 on the scale of logarithms with
    /// a standard error above 100. Intercepts are left out.
    ///
    /// ## Why it matters
    /// Such an estimate says that nobody, or everybody, in a group has the outcome: the cell behind it is empty or full.
    pub struct ZeroRatio {
        id: "RAT-ZERO", title: "an estimate points to an empty or a full cell", severities: [Review],
        risk: Some(Risk::ClassDisclosure), fix: "Merge the category or drop the term.",
    }
}

/// RAT-ZERO takes no parameters.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

impl Check for ZeroRatio {
    type Params = Params;
    type Evidence = Table;

    fn check(_: &Params, table: &Table) -> Judgement {
        let Some(columns) = Columns::of(table) else { return Judgement::NotApplicable };
        let mut measures = columns.measures(table);
        // A ratio that stands alone is a ratio all the same.
        for at in columns.all(Head::Ratio) {
            if !measures.iter().any(|measure| measure.estimate == at) {
                measures.push(Measure {
                    estimate: at,
                    ratio: true,
                    logarithm: false,
                    lower: None,
                    upper: None,
                    interval: None,
                    error: None,
                    compound: false,
                });
            }
        }
        if measures.is_empty() {
            return Judgement::NotApplicable;
        }
        let linear = columns.has(Head::T) || columns.has(Head::DfResidual) && !columns.has(Head::Z);
        let labels: Vec<usize> = (0..table.columns.len())
            .filter(|at| matches!(table.columns[*at].role, Role::Dimension | Role::Term))
            .collect();
        let mut found = Findings::default();
        let read = table.each_row(|row, cells| {
            if has_intercept(cells, &labels) {
                return;
            }
            for measure in &measures {
                let estimate = measure.read(cells, table.decimal);
                let why = if measure.ratio { of_ratio(estimate) } else { separation(estimate, linear) };
                if let Some(why) = why {
                    let place = table.cell(row, measure.estimate, cells.text(measure.estimate));
                    found.push(Severity::Review, place, why);
                    break;
                }
            }
        });
        read.map_or_else(|error| Judgement::Undecided(error.to_string()), |()| Judgement::Decided(found))
    }
}

/// What is wrong with a ratio.
fn of_ratio(read: Estimate) -> Option<&'static str> {
    let zero = |figure: Option<crate::model::Figure>| figure.is_some_and(crate::model::Figure::is_zero);
    let infinite =
        |figure: Option<crate::model::Figure>| figure.is_some_and(crate::model::Figure::is_infinite);
    let logarithm = read.value.filter(|figure| figure.value > 0.0).map_or(0.0, |figure| figure.value.ln());
    // The error of a ratio is printed on either scale; that on the scale of logarithms is the smaller of the two.
    let error = read.error.map_or(0.0, |figure| {
        figure.value.min(figure.value / read.value.map_or(1.0, |value| value.value.max(1e-300)))
    });
    if infinite(read.value) {
        Some("The ratio is infinite: a cell behind it is empty or full.")
    } else if read.value.is_some_and(crate::model::Figure::is_exactly_zero) {
        Some("The ratio is exactly zero: a cell behind it is empty or full.")
    } else if infinite(read.upper) && (zero(read.lower) || zero(read.value)) {
        Some("The limits of the ratio are zero and infinity: a cell behind it is empty or full.")
    } else if logarithm.abs() > 10.0 && (error > 100.0 || wide(read)) {
        Some("The ratio is separated: its logarithm is beyond ±10 and its standard error above 100.")
    } else {
        None
    }
}

/// Whether the interval of a ratio tells a standard error above 100.
fn wide(read: Estimate) -> bool {
    let (Some(lower), Some(upper)) = (read.lower, read.upper) else { return false };
    lower.value > 0.0 && (upper.value.ln() - lower.value.ln()) / (2.0 * 1.96) > 100.0
}

/// Whether a coefficient is that of a term that separates the outcomes.
fn separation(read: Estimate, linear: bool) -> Option<&'static str> {
    let (Some(value), Some(error)) = (read.value, read.error) else { return None };
    let separated = (10.0..100.0).contains(&value.value.abs())
        && value.value.abs() > 10.0
        && error.value > 100.0
        // In a linear model such numbers are a matter of the unit; there the error is not many times the estimate.
        && (!linear && value.value.abs() / error.value < 0.2);
    separated.then_some("The estimate is separated: it is beyond ±10 and its standard error above 100.")
}

#[cfg(test)]
mod tests {
    use crate::{Input, Policy, Source, check};

    fn found(text: &str) -> Vec<Option<[u64; 2]>> {
        let input = Input { path: "a.csv".into(), supporting: false, source: Source::Bytes(text.into()) };
        let report = check(vec![input], &Policy::preset("be-default").unwrap()).remove(0).report;
        let named = report.findings.into_iter().filter(|finding| finding.rule == "RAT-ZERO");
        named.map(|finding| finding.place.cell).collect()
    }

    #[test]
    fn separation_begins_just_above_its_bounds() {
        let table = |estimate: &str, error: &str| {
            found(&format!(
                "Terme;Estimation;Erreur type;p\n(Constante);-2,1;0,3;0,001\nsexeM;{estimate};{error};0,92\n"
            ))
        };
        assert_eq!(table("-10,01", "100,1"), [Some([1, 1])]);
        assert_eq!(table("-10", "101"), []);
        assert_eq!(table("-10,01", "100"), []);
    }

    #[test]
    fn ratios_of_zero_and_infinity_are_found() {
        assert_eq!(
            found(include_str!("../../fixtures/rat-zero/found.csv")),
            [Some([1, 1]), Some([3, 1]), Some([4, 1])]
        );
        assert_eq!(found(include_str!("../../fixtures/rat-zero/clear.csv")), Vec::<Option<[u64; 2]>>::new());
    }

    #[test]
    fn limits_of_zero_and_infinity_are_found_in_one_cell_too() {
        let table = "term,OR (95% CI)\nsex,1.2 (0.9-1.6)\nage group,\"0.00 (0.00, Inf)\"\nstage,0.00 (0.00-0.31)\nother,\"<0.001 (<0.001, >999.999)\"\n";
        assert_eq!(found(table), [Some([1, 1]), Some([3, 1])]);
        let limits = "term,hr,lower,upper\na,0.5,0,Inf\nb,0.5,0.2,1.1\n";
        assert_eq!(found(limits), [Some([0, 1])]);
    }

    #[test]
    fn separation_is_found_in_models_with_a_likelihood() {
        let logit = ",coef,std err,z,P>|z|\nconst,-25.1,13913,-0.002,0.999\nsmoker,-21.7,13913,-0.00156,0.999\nage,0.02,0.01,2,0.04\n";
        assert_eq!(found(logit), [Some([1, 1])]);
        let tidy = "term,estimate,std.error,statistic,p.value\n(Intercept),-3,0.2,-15,0\nx,-21.7,13913,-0.00156,0.999\n";
        assert_eq!(found(tidy), [Some([1, 1])]);
        let linear = ",Estimate,Std. Error,t value,Pr(>|t|)\nsex,-21.7,13913,-0.00156,0.999\nregion,-11200,3000,-3.7,0.001\n";
        assert_eq!(found(linear), []);
        let ratio = "term,exp(coef),se(coef),z\na,3.8e-10,13913,-0.0016\nb,1.3,0.1,2.6\n";
        assert_eq!(found(ratio), [Some([0, 1])]);
    }

    #[test]
    fn other_tables_are_nothing() {
        assert_eq!(found("group,n,rate\na,120,0\nb,130,0.5\n"), []);
        assert_eq!(found("term,hr,lc,uc\n"), []);
        assert_eq!(found("term,hr,lc,uc\na,,,\nb,1,,\n"), []);
    }
}
