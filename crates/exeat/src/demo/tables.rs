//! The tables and figures of the demo's history: what researchers ask for, and what goes back.

use std::fmt::Write as _;

/// A kind of result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    /// Counts by region and year; nothing is to be found.
    Admissions,
    /// Counts and shares by age; nothing is to be found.
    Prevalence,
    /// What a regression gave.
    Model,
    /// A figure.
    Figure,
    /// Counts of a few people.
    Small,
    /// A row for every patient.
    Persons,
    /// Days on which something happened to someone.
    Dates,
    /// A count that was left out, and that its totals give away.
    Suppressed,
    /// The smallest and the largest of what was measured.
    Extremes,
}

impl Table {
    /// The name of its file.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Admissions => "admissions_by_region.csv",
            Self::Prevalence => "prevalence_by_age.csv",
            Self::Model => "odds_ratios.csv",
            Self::Figure => "figure_1.svg",
            Self::Small => "complications_by_age.csv",
            Self::Persons => "patients.csv",
            Self::Dates => "first_diagnosis.csv",
            Self::Suppressed => "outcome_by_sex.csv",
            Self::Extremes => "laboratory.csv",
        }
    }

    /// Its content; another number gives other counts.
    pub(super) fn text(self, number: u32) -> String {
        match self {
            Self::Admissions => admissions(number),
            Self::Prevalence => prevalence(number),
            Self::Model => model(number),
            Self::Figure => include_str!("files/diabetes/new_cases.svg").to_owned(),
            Self::Small => include_str!("files/cohort/complications.csv").to_owned(),
            Self::Persons => include_str!("files/cohort/patients.csv").to_owned(),
            Self::Dates => dates(number),
            Self::Suppressed => suppressed(number),
            Self::Extremes => extremes(number),
        }
    }
}

/// A count that looks like one, and always is the same one.
fn count(number: u32, row: u32) -> u32 {
    210 + (number * 389 + row * 613 + number * row * 17) % 1700
}

fn admissions(number: u32) -> String {
    let mut text = String::from("district,year,admissions\n");
    for row in 0..15 {
        // Districts of its own: earlier tables of a project say nothing about them.
        let (district, year) = (100 + number * 5 + row % 5, 2022 + row / 5);
        let _ = writeln!(text, "District {district},{year},{}", count(number, row));
    }
    text
}

fn prevalence(number: u32) -> String {
    let mut text = String::from("age group,sex,patients,registered,prevalence (%)\n");
    for row in 0..8 {
        let (age, sex) = (40 + row / 2 * 10, ["F", "M"][row as usize % 2]);
        let (patients, registered) = (count(number, row), 14_000 + count(number + 1, row) * 3);
        let share = f64::from(patients) * 100.0 / f64::from(registered);
        let _ = writeln!(text, "{age}-{},{sex},{patients},{registered},{share:.1}", age + 9);
    }
    text
}

fn model(number: u32) -> String {
    let mut text = String::from("term,odds ratio,95% CI low,95% CI high,p\n");
    for (row, term) in (0_u32..).zip(["age (per 10 years)", "female sex", "smoking", "statin use"]) {
        let ratio = 0.7 + f64::from(count(number, row) % 140) / 100.0;
        let p = f64::from(count(number, row + 9) % 90 + 2) / 1000.0;
        let _ = writeln!(text, "{term},{ratio:.2},{:.2},{:.2},{p:.3}", ratio * 0.84, ratio * 1.19);
    }
    let _ = writeln!(text, "number of patients,{},,,", 4000 + count(number, 7));
    text
}

fn dates(number: u32) -> String {
    let mut text = String::from("date of first diagnosis,patients\n");
    for row in 0..9 {
        let _ = writeln!(text, "2024-{:02}-{:02},{}", row + 1, 3 + row * 2, 1 + (number + row) % 4);
    }
    text
}

fn suppressed(number: u32) -> String {
    let (a, b, c) = (count(number, 1), count(number, 2), count(number, 3));
    format!(
        "outcome,women,men,total\nrecovered,{a},{b},{}\ntransferred,{c},<5,{}\ntotal,{},{},{}\n",
        a + b,
        c + 3,
        a + c,
        b + 3,
        a + b + c + 3
    )
}

fn extremes(number: u32) -> String {
    let mut text = String::from("measure,n,mean,sd,minimum,maximum\n");
    for (row, measure) in (0_u32..).zip(["HbA1c (%)", "LDL (mg/dL)", "creatinine (mg/dL)"]) {
        let mean = f64::from(60 + count(number, row) % 60) / 10.0;
        let _ = writeln!(
            text,
            "{measure},{},{mean:.1},{:.1},{:.1},{:.1}",
            count(number, row + 4),
            mean / 5.0,
            mean / 2.0,
            mean * 2.4
        );
    }
    text
}
