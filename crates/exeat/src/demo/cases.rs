//! What the people of the demo asked for, how it ended, and what waits now.

use super::tables::Table;

/// How a request of the history ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// What is not blocked was approved, the rest went back with it.
    Approved,
    /// It went back, and its next round was approved.
    Mended,
    /// It went back, and nothing more was heard of it.
    Returned,
    /// It was rejected.
    Rejected,
    /// Its requester took it back.
    Withdrawn,
}

/// A request of the history.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) who: &'static str,
    pub(super) project: &'static str,
    pub(super) purpose: &'static str,
    pub(super) tables: &'static [Table],
    pub(super) end: End,
    /// Working minutes until it is decided, more or less.
    pub(super) waits: u32,
    /// Whether a checker asks something, and the requester answers.
    pub(super) talks: bool,
    /// What the checker writes where something goes back.
    pub(super) reason: &'static str,
}

const fn case(
    (who, project): (&'static str, &'static str),
    purpose: &'static str,
    tables: &'static [Table],
    end: End,
    waits: u32,
) -> Case {
    Case { who, project, purpose, tables, end, waits, talks: false, reason: "" }
}

impl Case {
    const fn talked(self) -> Self {
        Self { talks: true, ..self }
    }

    const fn because(self, reason: &'static str) -> Self {
        Self { reason, ..self }
    }
}

const ANN: (&str, &str) = ("ann_P", "diabetes");
const BRAM: (&str, &str) = ("bram_P", "complications");
const HEART: (&str, &str) = ("emma_P", "heart failure");
const STROKE: (&str, &str) = ("emma_P", "stroke");
const FINN: (&str, &str) = ("finn_P", "infections");

const MERGE: &str = "Counts below five: merge the age groups from 60 on, or leave out these cells and one more in \
                     each row and column.";
const PERSONS: &str = "These are rows about single patients. Send a table of counts instead.";

/// In turn, over and over.
pub(super) const CASES: [Case; 17] = [
    case(ANN, "Table 1 of the paper", &[Table::Prevalence, Table::Admissions], End::Approved, 95),
    case(BRAM, "Complications by age, first look", &[Table::Small], End::Mended, 150).because(MERGE),
    case(FINN, "Weekly report to the region", &[Table::Admissions], End::Approved, 30),
    case(HEART, "Model 2 for the abstract", &[Table::Model], End::Approved, 70).talked(),
    case(STROKE, "Outcome by sex", &[Table::Suppressed, Table::Prevalence], End::Mended, 210).because(
        "The hidden count can be worked out from the totals: hide the total too, or merge the rows.",
    ),
    case(ANN, "Figure 1 and its counts", &[Table::Figure, Table::Admissions], End::Approved, 120),
    case(BRAM, "Cohort for the annex", &[Table::Persons], End::Rejected, 45).because(PERSONS),
    case(FINN, "Weekly report to the region", &[Table::Admissions], End::Approved, 30),
    case(HEART, "Laboratory values at the start", &[Table::Extremes, Table::Admissions], End::Approved, 160)
        .because(
            "The smallest and the largest value are single patients': give the 5th and 95th percentile.",
        ),
    case(STROKE, "Table 3 for the steering group", &[Table::Admissions], End::Approved, 80),
    case(BRAM, "First diagnoses by day", &[Table::Dates], End::Mended, 130)
        .because("Days of a few patients each: count by quarter."),
    case(ANN, "Counts for a poster", &[Table::Prevalence], End::Withdrawn, 60),
    case(
        HEART,
        "Supplement, tables 1 to 4",
        &[Table::Admissions, Table::Prevalence, Table::Model],
        End::Approved,
        190,
    )
    .talked(),
    case(FINN, "Weekly report to the region", &[Table::Admissions], End::Approved, 30),
    case(BRAM, "Complications, merged age groups", &[Table::Admissions, Table::Small], End::Approved, 110)
        .because(MERGE),
    case(STROKE, "Figure for the annual report", &[Table::Figure], End::Approved, 75),
    case(ANN, "Patients for a linkage", &[Table::Persons, Table::Dates], End::Returned, 140).because(PERSONS),
];

/// What waits now, with the working minutes before this morning since when; below 60, minutes before now.
pub(super) const WAITING: [(Case, u32); 5] = [
    (
        case(
            HEART,
            "Reply to the reviewers, table S2",
            &[Table::Prevalence, Table::Suppressed],
            End::Approved,
            0,
        ),
        640,
    ),
    (case(BRAM, "Complications by age and sex", &[Table::Small, Table::Admissions], End::Approved, 0), 330),
    (
        case(
            ANN,
            "Tables 1 and 2 for the revision",
            &[Table::Prevalence, Table::Admissions, Table::Model],
            End::Approved,
            0,
        ),
        115,
    ),
    (case(STROKE, "Figure 2 with its counts", &[Table::Figure, Table::Admissions], End::Approved, 0), 50),
    (case(BRAM, "Values at the first visit", &[Table::Extremes, Table::Persons], End::Approved, 0), 12),
];
