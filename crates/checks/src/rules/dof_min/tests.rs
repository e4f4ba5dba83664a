//! DOF-MIN on print-outs, tables of coefficients, analyses of variance and ratios with intervals.

use exeat_domain::finding::Severity::{self, Block, Review};
use exeat_domain::finding::{Finding, Outcome};

use crate::{Input, Policy, Source, check};

fn all(preset: &str, text: &str) -> Vec<Finding> {
    let input = Input { path: "a.csv".into(), supporting: false, source: Source::Bytes(text.into()) };
    let report = check(vec![input], &Policy::preset(preset).unwrap()).remove(0).report;
    report.findings.into_iter().filter(|finding| finding.rule == "DOF-MIN").collect()
}

type Short = (Severity, Outcome, Option<u64>, Option<[u64; 2]>);

fn found(text: &str) -> Vec<Short> {
    let short = |finding: Finding| (finding.severity, finding.outcome, finding.place.row, finding.place.cell);
    all("be-default", text).into_iter().map(short).collect()
}

const NOTHING: &[Short] = &[];

#[test]
fn too_few_and_enough() {
    assert_eq!(
        found(include_str!("../../../fixtures/dof-min/found.csv")),
        [(Block, Outcome::Found, Some(1), None)]
    );
    assert_eq!(found(include_str!("../../../fixtures/dof-min/clear.csv")), NOTHING);
}

#[test]
fn print_outs_of_r_are_read() {
    let summary = |df: u32| {
        format!(
            "Call:\nlm(formula = y ~ x)\n\nCoefficients:\n            Estimate Std. Error t value Pr(>|t|)\n(Intercept)  37.2851     1.8776  19.858   <2e-16\nwt           -5.3445     0.5591  -9.559 1.29e-10\n\nResidual standard error: 3.046 on {df} degrees of freedom\nMultiple R-squared:  0.7528\n"
        )
    };
    assert_eq!(found(&summary(30)), NOTHING);
    let few = found(&summary(7));
    assert_eq!(
        few.iter().map(|(severity, outcome, ..)| (*severity, *outcome)).collect::<Vec<_>>(),
        [(Block, Outcome::Found)]
    );
}

#[test]
fn columns_of_residual_degrees_of_freedom_decide() {
    let glance = "model,r.squared,sigma,statistic,p.value,df,df.residual,nobs\na,0.4,1.1,9,0.01,2,120,123\nb,0.5,1.2,8,0.02,3,9,13\nc,1,0,8,0.02,3,0,4\n";
    assert_eq!(
        found(glance),
        [
            (Review, Outcome::Found, Some(2), Some([2, 1])),
            (Block, Outcome::Found, Some(1), Some([1, 6])),
            (Block, Outcome::Found, Some(2), Some([2, 6]))
        ]
    );
    let mixed = "term,Estimate,Std. Error,df,t value,Pr(>|t|)\n(Intercept),251.4,6.8,17,36.8,0.001\nDays,10.5,1.5,9.2,6.8,0.001\n";
    assert_eq!(found(mixed), [(Block, Outcome::Found, Some(1), Some([1, 3]))]);
}

#[test]
fn analyses_of_variance_are_judged_by_their_residual_row() {
    let anova = |df: u32| {
        format!(
            "term,Df,Sum Sq,Mean Sq,F value,Pr(>F)\ngroup,2,3.77,1.88,4.85,0.016\nResiduals,{df},10.49,0.39,,\n"
        )
    };
    assert_eq!(found(&anova(27)), NOTHING);
    assert_eq!(found(&anova(6)), [(Block, Outcome::Found, Some(1), Some([1, 1]))]);
}

#[test]
fn tests_alone_are_not_residual() {
    assert_eq!(found("variable,Chisq,Df,Pr(>Chisq)\nsex,3.1,1,0.07\nregion,9.2,4,0.05\n"), NOTHING);
    assert_eq!(found("variable,statistic,df,p.value\nsex,3.1,1,0.07\nregion,9.2,4,0.05\n"), NOTHING);
    assert_eq!(found("term,Df,F value,Pr(>F)\nsex,1,3.1,0.07\nregion,4,9.2,0.05\n"), NOTHING);
    let paired = "icd,estimate,statistic,p.value,parameter,conf.low,conf.high,method\na,0.1,2.1,0.04,38,0.01,0.2,Paired t-test\nb,0.1,2.1,0.04,7,0.01,0.2,Paired t-test\n";
    assert_eq!(found(paired), [(Block, Outcome::Found, Some(1), Some([1, 4]))]);
}

#[test]
fn observations_less_terms_decide() {
    let model = |n: u32| {
        format!(
            "# No. Observations: {n}\nterm,estimate,std.error,statistic,p.value\n(Intercept),1.2,0.3,4,0.01\nsex,0.5,0.2,2.5,0.02\nage,0.1,0.05,2,0.05\n"
        )
    };
    assert_eq!(found(&model(13)), NOTHING);
    let few = found(&model(12));
    assert_eq!(few.len(), 1);
    assert_eq!((few[0].0, few[0].1), (Block, Outcome::Found));
}

#[test]
fn the_information_bound_decides_ratios_row_by_row() {
    // SE = ln(1.5/0.9)/3.92 = 0.130, 1/SE² = 58.9; SE = ln(9/0.4)/3.92 = 0.794, 1/SE² = 1.6.
    let table = "term,OR,lower,upper\nsex: M,1.16,0.90,1.50\nregion: east,1.90,0.40,9.00\nregion: west,1,,\n(Intercept),0.1,0.01,1.0\n";
    let open = all("be-default", table);
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].severity, open[0].outcome, open[0].place.row), (Review, Outcome::Undecided, Some(1)));
    assert!(open[0].message.contains("row 1.") && open[0].message.contains("binary"), "{}", open[0].message);
    assert_eq!(found("term,OR,lower,upper\nsex: M,1.16,0.90,1.50\n"), NOTHING);
    // 1/SE² of 0.35..3.85 is 2.7: below 10 and 5, and not below 3 for the smallest threshold of any preset.
    let cell = "term,HR (95% CI)\na,1.16 (0.50-2.70)\n";
    assert_eq!((all("acro", cell).len(), all("ima", cell).len()), (1, 0));
}

#[test]
fn counts_in_the_row_decide_and_small_ones_do_not() {
    let table = "term,events,N,OR,lower,upper\na,30,900,1.9,0.40,9.00\nb,12,20,1.9,0.40,9.00\n";
    assert_eq!(found(table), [(Review, Outcome::Undecided, Some(1), None)]);
}

#[test]
fn the_bound_is_silent_on_continuous_terms_robust_errors_and_linear_models() {
    for table in [
        "term,OR,lower,upper\nage (per year),1.02,1.01,1.03\n",
        "# robust standard errors\nterm,OR,lower,upper\nsex: M,1.16,0.90,1.50\n",
        "term,estimate,std.error,statistic,p.value\nsex: M,1.16,0.1,11.6,0.001\n",
    ] {
        let open = found(table);
        assert_eq!(open.len(), 1, "{table}");
        assert_eq!((open[0].0, open[0].1), (Review, Outcome::Undecided), "{table}");
    }
    let logit = ",coef,std err,z,P>|z|\nconst,-2.1,0.1,-21,0\nsmoker,0.7,0.1,7,0\n";
    assert_eq!(found(logit), NOTHING);
}

#[test]
fn other_tables_are_not_models() {
    for table in [
        "group,n\na,120\nb,130\n",
        "group,rate,lower,upper\na,1.2,1.0,1.5\n",
        "term,OR,lower,upper\n",
        "x\n1\n2\n",
    ] {
        assert_eq!(found(table), NOTHING, "{table}");
    }
}

type Table<'a> = (&'a str, bool);

/// Each table of a list, and whether it blocks; those that do not say nothing.
fn blocks(tables: &[Table<'_>]) {
    for (table, blocks) in tables {
        let found = found(table);
        if *blocks {
            assert!(found.iter().any(|(severity, ..)| *severity == Block), "{table}\n{found:?}");
        } else {
            assert_eq!(found, NOTHING, "{table}");
        }
    }
}

#[test]
fn observations_repeated_in_each_row_are_those_of_the_model() {
    let broom = |n: u32| {
        format!(
            "term,estimate,std.error,statistic,p.value,nobs\n(Intercept),1.1,0.2,5.5,0.001,{n}\nx,0.5,0.1,5,0.001,{n}\n"
        )
    };
    let dutch = |n: u32| {
        format!(
            "Term;Schatting;Standaardfout;t;p;Aantal\nIntercept;1,1;0,2;5,5;0,001;{n}\nleeftijd;0,5;0,1;5;0,001;{n}\n"
        )
    };
    let models = |n: u32| {
        format!(
            "model,term,estimate,std.error,p.value,nobs\nm1,(Intercept),1.1,0.2,0.001,15\nm1,x,0.5,0.1,0.001,15\nm2,(Intercept),1.1,0.2,0.001,{n}\nm2,x,0.5,0.1,0.001,{n}\n"
        )
    };
    blocks(&[
        (&broom(11), true),
        (&broom(12), false),
        (&dutch(11), true),
        (&dutch(1200), false),
        (&models(11), true),
        (&models(15), false),
    ]);
}

#[test]
fn footers_state_the_observations() {
    let table = |footer: &str| {
        format!(
            "term,estimate,std.error,statistic,p.value\n(Intercept),1.1,0.2,5.5,0.001\nx,0.5,0.1,5,0.001\n{footer},,,\nR2,0.51,,,\n"
        )
    };
    for label in ["Observations", "Num.Obs.", "N", "Aantal waarnemingen", "Nombre d'observations"] {
        blocks(&[(&table(&format!("{label},11")), true), (&table(&format!("{label},112")), false)]);
    }
}

#[test]
fn models_beside_each_other_are_judged_by_column() {
    let summary = |a: u32, b: u32| {
        format!(
            ",Model 1,Model 2\n(Intercept),1.1***,0.9**\n,(0.2),(0.3)\nx,0.5*,0.4\n,(0.1),(0.1)\nz,,0.2\n,,(0.1)\nNum.Obs.,{a},{b}\nR2,0.5,0.6\n"
        )
    };
    blocks(&[(&summary(11, 40), true), (&summary(40, 12), true), (&summary(1200, 13), false)]);
    let found_in = all("be-default", &summary(40, 12));
    assert_eq!(found_in[0].place.cell, Some([6, 2]));
    assert_eq!(found_in[0].message, "12 observations less 3 terms leave 9 residual degrees of freedom.");
    let behind = ",Model 1,Model 2\n(Intercept),1.1 (0.2)***,0.9 (0.3)**\nx,0.5 (0.1)*,0.4 (0.1)\nN,11,40\nR2,0.5,0.6\n";
    blocks(&[(behind, true)]);
    let open =
        found(",(1),(2)\n(Intercept),1.1***,0.9**\n,(0.2),(0.3)\nx,0.5*,0.4\n,(0.1),(0.1)\nR2,0.5,0.6\n");
    assert_eq!(open, [(Review, Outcome::Undecided, None, None)]);
    // Means with their spread are no models.
    blocks(&[(
        "characteristic,cases,controls\nage,45.1 (12.1),44.2 (11.3)\nbmi,25.1 (3.1),24.9 (2.8)\nN,11,12\n",
        false,
    )]);
}

#[test]
fn a_row_called_r2_is_no_model() {
    blocks(&[
        ("region,n\nr1,120\nr2,1\nr3,130\n", false),
        ("variable,value\nvar1,0.5\nvar2,1\nr2,1\n", false),
    ]);
    let model = found("statistic,value\nobservations,40\nR2,1\ndf residual,38\n");
    assert_eq!(model, [(Review, Outcome::Found, Some(1), None)]);
}

#[test]
fn print_outs_without_blank_edges_keep_their_header() {
    let coefficients = "            Estimate Std. Error z value Pr(>|z|)\n(Intercept)  12.04     0.21  19.858 8.24e-19\nsexM         0.5445     0.1591  3.559 1.29e-10\n";
    blocks(&[(coefficients, false)]);
    let linear = coefficients.replace("z value", "t value").replace("|z|", "|t|");
    assert_eq!(found(&linear)[0].1, Outcome::Undecided);
    let logit = |n: u32| {
        format!(
            "Logistic regression                  Number of obs =    {n}\n                                     LR chi2(2)    =   4.87\nLog likelihood = -114.89927          Pseudo R2     = 0.0207\n\n------------------------------------------------\n         low | Odds ratio   Std. err.      z    P>|z|\n-------------+----------------------------------\n       smoke |   1.997405    .162777     2.15   0.031\n"
        )
    };
    blocks(&[(&logit(12), true), (&logit(1890), false)]);
    let cox = |n: u32| {
        format!(
            "Call:\ncoxph(formula = Surv(time, status) ~ sex, data = d)\n\n  n= {n}, number of events= 7 \n\n       coef exp(coef) se(coef)      z Pr(>|z|)   \nsex -0.5310    0.5880   0.8000 -3.176  0.00149 **\n---\nSignif. codes:  0 '***' 0.001 '**' 0.01 '*' 0.05 '.' 0.1 ' ' 1\n"
        )
    };
    assert_eq!(found(&cox(10)).len(), 1, "{:?}", found(&cox(10)));
    blocks(&[(&cox(10), true), (&cox(11), false)]);
}

#[test]
fn an_analysis_of_variance_decides_for_the_coefficients_beside_it() {
    let spss = |df: u32| {
        format!(
            "ANOVA,,,,,,\nModel,,Sum of Squares,df,Mean Square,F,Sig.\n1,Regression,120.1,2,60.05,4.2,.046\n,Residual,128.7,{df},14.3,,\n,Total,248.8,99,,,\n\nCoefficients,,,,,,\nModel,,B,Std. Error,Beta,t,Sig.\n1,(Constant),1.1,.2,,5.5,.000\n,age,.5,.1,.6,5.0,.001\n,sex,.4,.1,.3,4.0,.003\n"
        )
    };
    blocks(&[(&spss(9), true), (&spss(90), false)]);
}

#[test]
fn correlations_have_two_degrees_of_freedom_less_than_pairs() {
    blocks(&[
        ("var1,var2,r,p,n\nage,bmi,0.4,0.01,11\nage,sbp,0.3,0.03,120\n", true),
        ("var1,var2,r,p,n\nage,bmi,0.4,0.01,12\nage,sbp,0.3,0.03,120\n", false),
        ("pair,r,p,df\na-b,0.4,0.02,8\nc-d,0.2,0.1,120\n", true),
    ]);
}
