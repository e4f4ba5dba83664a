//! KM-STEP: a step of a survival curve, or of another curve with a step a person, stands for too few people.

mod curve;
mod life;

use exeat_domain::finding::{Risk, Severity};

use crate::band::Params;
use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::Table;

rule! {
    /// ## What it looks for
    /// In life tables, events, censored persons or persons at risk from 1 to `threshold - 1`. Where survival stands beside the
    /// number at risk and the events are not printed, those that follow from both: `n × (1 - S / S of the row before)`; and
    /// where numbers at risk are kept beside a rounded curve, the persons that left between two rows. In curves with a step a
    /// person (ECDF, Lorenz, ROC, running totals, survival without numbers at risk), the smallest steps: where they are equal
    /// to 1/n there are n persons, and each such step is one of them. A regular grid (deciles, percentiles) is no step of
    /// persons. Where `block_below` is set, what is below it blocks and the rest is for review.
    ///
    /// ## Why it matters
    /// From the steps and the numbers at risk, single events can be counted and dated.
    pub struct SmallStep {
        id: "KM-STEP", title: "a step of a curve stands for too few people", severities: [Block, Review],
        risk: Some(Risk::ImplicitTables), fix: "Report where at least T events have accumulated.",
    }
}

impl Check for SmallStep {
    type Params = Params;
    type Evidence = Table;

    fn check(params: &Params, table: &Table) -> Judgement {
        if table.statistic_rows {
            return Judgement::NotApplicable;
        }
        let mut found = Findings::default();
        // A curve over persons has a row a person, and is a curve all the same.
        let lives = if table.is_record_level() { Ok(Vec::new()) } else { life::LifeTable::all(table) };
        let judged = match lives {
            Ok(lives) if lives.is_empty() => curve::judge(params, table, &mut found),
            Ok(lives) => lives.iter().try_for_each(|life| life.judge(params, &mut found)).map(|()| true),
            Err(error) => Err(error),
        };
        match judged {
            Ok(true) => Judgement::Decided(found),
            Ok(false) => Judgement::NotApplicable,
            Err(error) => Judgement::Undecided(error.to_string()),
        }
    }
}

/// The worse of two severities, where there are any.
fn worse(one: Option<Severity>, other: Option<Severity>) -> Option<Severity> {
    one.max(other)
}

#[cfg(test)]
mod tests {
    use exeat_domain::finding::Severity::{self, Block, Review};

    use crate::{Input, Policy, Source, check};

    type Short = (Severity, Option<u64>, Option<u64>);

    fn of(preset: &str, text: &str) -> Vec<Short> {
        let input = Input { path: "a.csv".into(), supporting: false, source: Source::Bytes(text.into()) };
        let report = check(vec![input], &Policy::preset(preset).unwrap()).remove(0).report;
        let named = report.findings.into_iter().filter(|finding| finding.rule == "KM-STEP");
        named
            .map(|finding| {
                (finding.severity, finding.place.row, finding.place.cell.map(|[_, column]| column))
            })
            .collect()
    }

    fn found(text: &str) -> Vec<Short> {
        of("be-default", text)
    }

    #[test]
    fn small_numbers_of_a_life_table_are_found() {
        assert_eq!(
            found(include_str!("../../fixtures/km-step/found.csv")),
            [(Block, Some(1), Some(2)), (Review, Some(2), Some(3)), (Review, Some(4), Some(1))]
        );
        assert_eq!(found(include_str!("../../fixtures/km-step/clear.csv")), []);
        assert_eq!(of("ima", include_str!("../../fixtures/km-step/found.csv")).len(), 1);
    }

    #[test]
    fn events_follow_from_survival_and_the_number_at_risk() {
        let table = "time,n.risk,surv\n0,500,1\n30,500,0.98\n60,480,0.9716666667\n90,400,0.9\n";
        // 10, then 480 × (1 - 0.97167/0.98) = 4.08, then 29.5
        assert_eq!(found(table), [(Block, Some(2), None)]);
        // Printed to two digits, a step of 0.01 can be of nobody.
        assert_eq!(found("time,n.risk,surv\n0,5000,1\n30,5000,0.98\n60,4800,0.97\n90,4000,0.90\n"), []);
        assert_eq!(found("time,n.risk,surv\n0,300,1\n30,300,0.97\n60,290,0.92\n"), [(Review, Some(1), None)]);
    }

    #[test]
    fn numbers_at_risk_beside_a_rounded_curve_tell_who_left() {
        let table = "Time,num at risk,rounded num at risk,rounded survival fun\n51,228,228,1.0\n60,227,228,1.0\n61,224,228,1.0\n70,211,211,0.93\n";
        assert_eq!(found(table), [(Block, Some(1), None), (Block, Some(2), None)]);
    }

    #[test]
    fn life_tables_are_told_in_three_languages() {
        for header in [
            "time,n.risk,n.event,n.censor,surv",
            "tijd,risico,gebeurtenissen,gecensureerd,overleving",
            "temps,a_risque,evenements,censures,survie",
        ] {
            let table = format!("{header}\n30,500,20,30,0.960\n60,450,25,40,0.907\n90,385,3,12,0.900\n");
            assert_eq!(found(&table), [(Block, Some(2), Some(2))], "{header}");
        }
    }

    #[test]
    fn arms_beside_each_other_are_life_tables_of_their_own() {
        for header in [
            "time,n.risk.A,n.risk.B,surv.A,surv.B",
            "time,A n.risk,B n.risk,A survival,B survival",
            "months,at risk placebo,at risk drug,survival placebo,survival drug",
            "maand,risico behandeld,risico controle,overleving behandeld,overleving controle",
        ] {
            let table = format!("{header}\n0,500,400,1.000,1.000\n6,480,390,0.970,0.9923\n");
            assert_eq!(found(&table), [(Block, Some(1), Some(4))], "{header}");
            let table = format!("{header}\n0,500,400,1.000,1.000\n6,480,360,0.940,0.9000\n");
            assert_eq!(found(&table), [], "{header}");
        }
    }

    #[test]
    fn groups_start_again() {
        let table = "strata,time,n.risk,surv\na,0,500,1\na,30,480,0.96\nb,0,478,1\nb,30,450,0.94\n";
        assert_eq!(found(table), []);
    }

    #[test]
    fn equal_smallest_steps_are_persons() {
        let rows = |n: u32, jumps: &[u32]| {
            let mut sum = 0;
            let mut text = String::new();
            for (at, jump) in jumps.iter().enumerate() {
                sum += jump;
                text.push_str(&format!("{},{:.6}\n", at * at * 3 + 40, f64::from(sum) / f64::from(n)));
            }
            text
        };
        let persons = rows(37, &[1, 2, 1, 1, 3, 1, 5, 1, 2, 1, 4, 15]);
        for header in ["x,ecdf", "threshold,tpr", "share_of_people,lorenz", "value,cumulative_proportion"] {
            assert_eq!(found(&format!("{header}\n{persons}")), [(Block, Some(0), None)], "{header}");
        }
        let survival: String =
            (0..8).map(|at| format!("{},{:.5}\n", at * 30, 1.0 - f64::from(at) / 41.0)).collect();
        assert_eq!(found(&format!("time,survival\n{survival}")), [(Block, Some(1), None)]);
        // Shares of groups: no step is the size of another.
        assert_eq!(
            found("share_of_people,lorenz\n0.0,0\n0.1,0.0213\n0.2,0.0587\n0.3,0.1199\n0.5,0.3011\n1,1\n"),
            []
        );
    }

    #[test]
    fn equal_steps_at_uneven_times_are_persons() {
        let times = [3, 7, 8, 15, 21, 40, 41, 66, 90, 120, 121];
        let curve = |head: &str, n: usize, decimals: usize| {
            let value = |at: usize| format!("{:.decimals$}", 1.0 - (at + 1) as f64 / n as f64);
            let rows: String =
                times.iter().enumerate().map(|(at, time)| format!("{time};{}\n", value(at))).collect();
            format!("{head}\n0;1\n{rows}").replace('.', ",")
        };
        for (n, decimals) in [(12, 4), (20, 2), (25, 2), (30, 4), (50, 4)] {
            for head in ["time;survival", "tijd;overleving", "temps;probabilité de survie"] {
                assert_eq!(found(&curve(head, n, decimals)), [(Block, Some(1), None)], "{head} {n}");
            }
        }
        let incidence: String = times
            .iter()
            .enumerate()
            .map(|(at, time)| format!("{time},{:.5}\n", (at + 1) as f64 / 41.0))
            .collect();
        assert_eq!(found(&format!("time,cumulative incidence\n{incidence}")), [(Block, Some(0), None)]);
        // Rounded numbers have equal steps too.
        assert_eq!(found("time,survival\n0,1.00\n3,0.95\n7,0.95\n10,0.90\n14,0.80\n20,0.80\n30,0.75\n"), []);
        let smooth: String =
            (0..20).map(|at| format!("{},{:.2}\n", at * 6, 0.97_f64.powf(f64::from(at) / 2.0))).collect();
        assert_eq!(found(&format!("time,survival\n{smooth}")), []);
    }

    #[test]
    fn a_curve_of_sensitivity_is_one_over_persons() {
        let (mut sick, mut well) = (17, 33);
        let mut rows = String::new();
        for at in 0..20 {
            let line = format!(
                "{:.3};{:.4};{:.4}\n",
                f64::from(at * at) / 500.0,
                f64::from(sick) / 17.0,
                f64::from(33 - well) / 33.0
            );
            rows.push_str(&line.replace('.', ","));
            if at % 2 == 0 { sick -= 1 } else { well -= 1 + at % 3 }
        }
        for head in [
            "threshold;sensitivity;specificity",
            "drempel;sensitiviteit;specificiteit",
            "seuil;sensibilité;spécificité",
        ] {
            assert_eq!(found(&format!("{head}\n{rows}"))[0].0, Block, "{head}");
        }
        let smooth: String = (0..=20)
            .map(|at| format!("{:.2},{:.3}\n", f64::from(at) / 20.0, (f64::from(at) / 20.0).powf(0.4)))
            .collect();
        assert_eq!(found(&format!("fpr,tpr\n{smooth}")), []);
    }

    #[test]
    fn life_tables_of_packages_are_read() {
        let lifelines = "event_at,removed,observed,censored,entrance,at_risk\n0,0,0,0,163,163\n6,12,12,0,0,163\n7,13,12,1,0,151\n";
        assert_eq!(found(lifelines), [(Block, Some(2), Some(3))]);
        let survfit = " time n.risk n.event survival std.err lower 95% CI upper 95% CI\n    5    228      18   0.9211 0.00438       0.9171        0.930\n   11    210       3   0.9079 0.00869       0.8956        0.910\n   12    207      17   0.8333 0.00970       0.8092        0.847\n";
        assert_eq!(found(survfit), [(Block, Some(1), Some(2))]);
        let french = "mois;personnes à risque;décès;perdus de vue;probabilité de survie\n30;500;20;30;0,960\n60;450;25;40;0,907\n90;385;12;3;0,900\n";
        assert_eq!(found(french), [(Block, Some(2), Some(3))]);
        // 480 × (0.0483333 - 0.04) = 4
        let hazard = "time,n.risk,cumhaz\n0,500,0\n30,500,0.0400000\n60,480,0.0483333\n90,400,0.1200000\n";
        assert_eq!(found(hazard), [(Block, Some(2), None)]);
    }

    #[test]
    fn the_worse_of_two_ways_to_tell_is_said() {
        // The rounded curve gives 3 to 6, the numbers at risk give 4.
        let table = "Time,Surv prob,num at risk\n1,0.98,228\n5,0.96,223\n12,0.94,219\n20,0.90,214\n";
        assert!(found(table).contains(&(Block, Some(2), None)), "{:?}", found(table));
    }

    #[test]
    fn a_regular_grid_is_no_step_of_persons() {
        let deciles: String = (0..=10)
            .map(|at| {
                format!("{},{:.1},{:.4}\n", at, f64::from(at) / 10.0, f64::from(at * at) / 100.0 + 0.0017)
            })
            .collect();
        assert_eq!(found(&format!("decile,cumulative_share,value\n{deciles}")), []);
        let percentiles: String =
            (1..=100).map(|at| format!("{:.2},{}\n", f64::from(at) / 100.0, 300 + at * at)).collect();
        assert_eq!(found(&format!("cdf,income\n{percentiles}")), []);
    }

    #[test]
    fn running_totals_count_by_their_steps() {
        assert_eq!(found("day,cumulative_cases\n1,120\n2,140\n3,143\n4,180\n"), [(Block, Some(2), None)]);
        assert_eq!(found("day,cumulative_cases\n1,120\n2,140\n3,160\n4,180\n"), []);
        assert_eq!(found("day,cumulative_cases\n"), []);
    }
}
