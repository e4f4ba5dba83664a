//! CNT-MIN: a cell of a table counts too few people.

mod unread;

use std::collections::HashMap;

use exeat_domain::finding::{Risk, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::cells::Row;
use crate::read::names::{self, Meaning};
use crate::read::profile::Rounded;
use crate::read::value::{Marker, Number, Value};
use crate::rule::{Check, Findings, Judgement, Said, rule};
use crate::table::{Role, Table};
use crate::threshold::Threshold;

rule! {
    /// ## What it looks for
    /// Counts of people from 1 to `threshold - 1`; of `n/N`, the numerator. Where `block_below` is set, what is wholly below
    /// it blocks and the rest is for review. Counts of practices, sites, contacts or codes are for review. A column of
    /// rounded counts is judged by what each can hide: all small is a finding; some small is one for review, unless the
    /// policy names that rounding. A mean, quantile or standard deviation of a group whose count is hidden as small is a
    /// finding too.
    ///
    /// ## Why it matters
    /// Someone who knows a person in the cell learns the rest of the row.
    pub struct SmallCount {
        id: "CNT-MIN", title: "a cell counts too few people", severities: [Block, Review], risk: Some(Risk::LowCount),
        fix: "Merge categories, or suppress this cell and one more in its row and column.",
    }
}

/// What a policy sets under `[rules.CNT-MIN]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What is small.
    #[serde(flatten)]
    small: Threshold,
    /// Roundings that the data owner prescribes or allows: a rounded count that may hide a small one is fine there.
    #[serde(default)]
    rounding: Vec<Rounding>,
}

/// A rounding of counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub(crate) enum Rounding {
    /// To the nearest multiple of 5.
    #[serde(rename = "5")]
    Five,
    /// To the nearest multiple of 6.
    #[serde(rename = "6")]
    Six,
    /// To the nearest multiple of 7.
    #[serde(rename = "7")]
    Seven,
    /// To the nearest multiple of 10.
    #[serde(rename = "10")]
    Ten,
    /// To the middle of each run of six: 1 to 6 is 3, 7 to 12 is 9.
    #[serde(rename = "midpoint-6")]
    MidpointSix,
}

impl Rounding {
    /// All of them, the widest first.
    pub(crate) const ALL: [Self; 5] = [Self::Ten, Self::Seven, Self::Six, Self::MidpointSix, Self::Five];

    pub(crate) fn fits(self, rounded: &Rounded) -> bool {
        rounded.nonzero >= 3
            && !match self {
                Self::Five => rounded.not_five,
                Self::Six => rounded.not_six,
                Self::Seven => rounded.not_seven,
                Self::Ten => rounded.not_ten,
                Self::MidpointSix => rounded.not_midpoint_six,
            }
    }

    /// The least and the greatest count that this one can stand for.
    pub(crate) fn hides(self, count: u64) -> (u64, u64) {
        let (below, above) = match self {
            Self::Five => (2, 2),
            Self::Six | Self::Seven => (3, 3),
            Self::Ten => (5, 5),
            Self::MidpointSix if count == 0 => (0, 0),
            Self::MidpointSix => (2, 3),
        };
        (count.saturating_sub(below), count + above)
    }
}

impl Check for SmallCount {
    type Params = Params;
    type Evidence = Table;

    fn check(params: &Params, table: &Table) -> Judgement {
        let by_label = labels_count(table);
        let counts: Vec<CountColumn> =
            (0..table.columns.len()).filter_map(|at| CountColumn::of(table, at, by_label, params)).collect();
        if counts.is_empty() {
            return unread::why(table).map_or(Judgement::NotApplicable, Judgement::Undecided);
        }
        let small: Vec<&CountColumn> =
            counts.iter().filter(|column| column.can_be_small(params, table)).collect();
        let hidden = Hidden::of(table, &counts);
        let mut found = Findings::default();
        if small.is_empty() && hidden.is_none() {
            return unread::settled(table, found);
        }
        let mut labels = Labels::of(table);
        let read = table.each_row(|row, cells| {
            for column in small.iter().filter(|column| column.counts(table, row, cells)) {
                column.judge(params, table, row, cells, &mut labels, &mut found);
            }
            if let Some(hidden) = &hidden {
                hidden.judge(params, table, row, cells, &mut found);
            }
        });
        read.map_or_else(|error| Judgement::Undecided(error.to_string()), |()| unread::settled(table, found))
    }
}

/// A column whose cells are counts.
struct CountColumn {
    at: usize,
    /// The word of its header by which it counts things rather than people.
    things: Option<String>,
    /// The rounding of its cells, and whether the policy names it.
    rounding: Option<(Rounding, bool)>,
    /// Only the rows count whose label says so.
    by_label: bool,
}

/// Whether labels of rows say which numbers count people, and which are statistics of them.
fn labels_count(table: &Table) -> bool {
    let labels =
        table.columns.first().is_some_and(|column| matches!(column.role, Role::Dimension | Role::Term));
    let mixed = || {
        let grid = table.grid().filter(|grid| labels && grid.rows() <= LABELLED)?;
        let any = |wanted: Meaning| {
            (0..grid.rows())
                .any(|row| names::meaning(grid.text(row, 0)).is_some_and(|(meaning, _)| meaning == wanted))
        };
        Some(any(Meaning::Statistic) && any(Meaning::Count))
    };
    let statistics = table.columns.iter().any(|column| column.role == Role::Statistic);
    table.statistic_rows || statistics && mixed().unwrap_or(false)
}

/// Rows of a table whose labels may say what each of them is.
const LABELLED: usize = 300;

impl CountColumn {
    fn of(table: &Table, at: usize, by_label: bool, params: &Params) -> Option<Self> {
        let column = &table.columns[at];
        let plain = || {
            table.statistic_rows
                || !matches!(
                    names::meaning(&column.name),
                    Some((Meaning::Statistic | Meaning::Percentage, _))
                )
        };
        let kinds = table.groups.as_ref().is_some_and(|groups| groups.has_kinds());
        let by_row = kinds && matches!(column.role, Role::Statistic | Role::Percentage);
        let labelled = by_label && column.role == Role::Statistic && plain() && !kinds;
        if !matches!(column.role, Role::Count | Role::Base) && !labelled && !by_row {
            return None;
        }
        let own = kinds.then(|| rounding_of_counts(table, at));
        let rounded = own.as_ref().unwrap_or(&table.profiles[at].rounding);
        let named =
            params.rounding.iter().find(|rounding| rounding.fits(rounded)).map(|rounding| (*rounding, true));
        let rounding = named.or_else(|| {
            Rounding::ALL
                .into_iter()
                .find(|rounding| rounding.fits(rounded))
                .map(|rounding| (rounding, false))
        });
        Some(Self {
            at,
            things: names::counts_things(&column.name),
            rounding: rounding.filter(|_| !labelled),
            by_label: labelled,
        })
    }

    /// Whether the cell of this row counts: not where the label of the row, or the header, names another statistic.
    fn counts(&self, table: &Table, row: u64, cells: &Row<'_>) -> bool {
        let labelled = self.by_label
            && names::meaning(cells.text(0)).is_some_and(|(meaning, _)| meaning == Meaning::Count);
        let row = usize::try_from(row).unwrap_or(usize::MAX);
        table
            .groups
            .as_ref()
            .is_none_or(|groups| groups.counts(row, self.at) || labelled && !groups.is_named(row))
    }

    /// Whether any of its cells can be small, as far as its profile tells.
    fn can_be_small(&self, params: &Params, table: &Table) -> bool {
        let profile = &table.profiles[self.at];
        let most = params.small.least() as f64 + 5.0;
        profile.with + profile.out_of > 0 || profile.numbers > 0 && profile.min < most
    }

    fn judge(
        &self,
        params: &Params,
        table: &Table,
        row: u64,
        cells: &Row<'_>,
        labels: &mut Labels,
        found: &mut Findings,
    ) {
        let Some(count) = count(cells.value(self.at)) else { return };
        let (least, greatest) = self.rounding.map_or((count, count), |(rounding, _)| rounding.hides(count));
        let threshold = params.small.least();
        if least >= threshold || greatest == 0 {
            return;
        }
        let things = self.things.clone().or_else(|| labels.things(self.at, cells));
        let what = things.clone().unwrap_or_else(|| "people".to_owned());
        let all_small = least >= 1 && greatest < threshold;
        let severity = match (all_small, self.rounding) {
            (true, _) if things.is_none() => params.small.severity(greatest),
            (false, Some((_, true))) => return,
            _ => Severity::Review,
        };
        let message = match self.rounding {
            None if count == 1 && things.is_none() => "The cell counts 1 person.".to_owned(),
            None => format!("The cell counts {count} {what}."),
            Some(_) => format!("The cell is rounded and stands for {least} to {greatest} {what}."),
        };
        let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let interval = self.rounding.is_some().then(|| (whole(least), Some(whole(greatest))));
        found.say(Said { severity, message, place: table.cell(row, self.at, cells.text(self.at)), interval });
    }
}

/// How the counts of a column are rounded, whose other rows hold percentages.
fn rounding_of_counts(table: &Table, column: usize) -> Rounded {
    let mut rounded = Rounded::default();
    let (Some(grid), Some(groups)) = (table.grid(), table.groups.as_ref()) else { return rounded };
    for row in (0..grid.rows()).filter(|row| groups.counts(*row, column)) {
        if let Some(count) = count(grid.value(row, column)) {
            rounded.add(count, 1);
        }
    }
    rounded
}

/// The count that a cell holds.
fn count(value: Value) -> Option<u64> {
    match value {
        Value::Number(number) | Value::CountWith(number) | Value::OutOf(number, _) => Number::count(&number),
        Value::Blank | Value::Marker(_) | Value::Estimate(_) | Value::Date | Value::Text => None,
    }
}

/// The words of row labels by which rows count things, each label read once.
struct Labels {
    /// Columns of labels.
    columns: Vec<usize>,
    known: HashMap<String, Option<String>>,
}

/// Labels that are remembered.
const REMEMBERED: usize = 10_000;

impl Labels {
    fn of(table: &Table) -> Self {
        let labels = |at: &usize| table.columns[*at].role == Role::Dimension;
        Self { columns: (0..table.columns.len()).filter(labels).collect(), known: HashMap::new() }
    }

    /// The word by which a label before this column counts things.
    fn things(&mut self, before: usize, cells: &Row<'_>) -> Option<String> {
        let columns = self.columns.iter().take_while(|&&at| at < before);
        let mut told = columns.filter_map(|&at| {
            let label = cells.text(at);
            if let Some(known) = self.known.get(label) {
                return known.clone();
            }
            let things = names::counts_things(label);
            if self.known.len() < REMEMBERED {
                self.known.insert(label.to_owned(), things.clone());
            }
            things
        });
        told.next()
    }
}

/// Means, quantiles and standard deviations of groups whose counts may be hidden as small.
struct Hidden {
    /// Columns that count people.
    counts: Vec<usize>,
    /// Columns of means, quantiles and standard deviations.
    averages: Vec<usize>,
}

impl Hidden {
    /// None where no count is hidden, or nothing is averaged.
    fn of(table: &Table, counts: &[CountColumn]) -> Option<Self> {
        let counts: Vec<usize> =
            counts.iter().filter(|column| column.things.is_none()).map(|column| column.at).collect();
        let hides = |at: &usize| {
            let profile = &table.profiles[*at];
            profile.suppressed + profile.at_most > 0 || profile.min == OHDSI
        };
        let averages = |at: &usize| {
            let column = &table.columns[*at];
            column.role == Role::Statistic
                && names::words(&column.name).iter().any(|word| names::lists("averages", word))
        };
        let averages: Vec<usize> = (0..table.columns.len()).filter(averages).collect();
        (counts.iter().any(hides) && !averages.is_empty()).then_some(Self { counts, averages })
    }

    fn judge(&self, params: &Params, table: &Table, row: u64, cells: &Row<'_>, found: &mut Findings) {
        let mut greatest = None;
        for &at in &self.counts {
            greatest = greatest.max(match cells.value(at) {
                Value::Marker(Marker::AtMost(most)) if u64::from(most) < params.small.least() => {
                    Some(u64::from(most))
                }
                Value::Marker(Marker::Suppressed) => Some(params.small.least() - 1),
                Value::Number(number) if number.value == OHDSI => Some(4),
                Value::Blank | Value::Marker(_) => None,
                // Another count of the row is shown: which of them the statistic is of cannot be told.
                Value::Number(_)
                | Value::CountWith(_)
                | Value::OutOf(..)
                | Value::Estimate(_)
                | Value::Date
                | Value::Text => return,
            });
        }
        let Some(greatest) = greatest else { return };
        for &at in &self.averages {
            if matches!(cells.value(at), Value::Number(_) | Value::Estimate(_)) {
                let message = "The group's count is hidden as small, but its statistic is shown.";
                found.push(params.small.severity(greatest), table.cell(row, at, cells.text(at)), message);
            }
        }
    }
}

/// How OHDSI writes a count below five.
const OHDSI: f64 = -5.0;

#[cfg(test)]
mod tests {
    use exeat_domain::finding::Severity::{self, Block, Review};

    use crate::{Input, Policy, Source, check};

    fn found(policy: &str, table: &str) -> Vec<(Severity, Option<[u64; 2]>)> {
        let input = Input { path: "a.csv".into(), supporting: false, source: Source::Bytes(table.into()) };
        let report = check(vec![input], &Policy::from_toml(policy).unwrap()).remove(0).report;
        let ours = report.findings.into_iter().filter(|finding| finding.rule == "CNT-MIN");
        ours.map(|finding| (finding.severity, finding.place.cell)).collect()
    }

    #[test]
    fn small_counts_of_people_are_found() {
        let table = include_str!("../../fixtures/cnt-min/found.csv");
        assert_eq!(found("", table), [(Block, Some([1, 1])), (Review, Some([2, 2]))]);
        assert_eq!(found("", include_str!("../../fixtures/cnt-min/clear.csv")), []);
        assert_eq!(found("", "sex,n\n"), []);
        assert_eq!(found("", "sex,n\nM,0\nF,-3\nX,1e300\nY,NaN\nZ,\n"), []);
    }

    #[test]
    fn codes_ranks_and_numbers_of_another_kind_are_no_counts() {
        let coded: String =
            (0..24).map(|row| format!("ward {row},{},{}\n", row % 2, 100 + row * 7)).collect();
        assert_eq!(found("", &format!("ward,treated,cases\n{coded}")), [], "0 and 1 by turns");
        let bands: String =
            (0..36).map(|row| format!("area {},{},{}\n", row / 3, 1 + row % 3, 50 + row)).collect();
        assert_eq!(found("", &format!("area,band,cases\n{bands}")), [], "1, 2 and 3 of each area");
        let ranks: String =
            (0..30).map(|row| format!("town {row},{},{}.5\n", 1 + (row * 7) % 30, row + 60)).collect();
        assert_eq!(found("", &format!("town,commerce,rainfall\n{ranks}")), [], "a rank each");
        let lands: String =
            (0..30).map(|row| format!("land {row},{},{}.25\n", 3 + (row * 11) % 40, row)).collect();
        assert_eq!(found("", &format!("land,clergy,growth\n{lands}")), [], "nothing says that it counts");
        assert_eq!(found("", "num_of_adults,share\n1,0.31\n2,0.52\n3,0.17\n"), [], "labels that count up");
    }

    #[test]
    fn crosstabs_without_a_word_for_counts_are_counts() {
        let rare: String =
            (0..30).map(|row| format!("area {row},{},{}\n", 200 + row * 3, (row * 5) % 4)).collect();
        let found = found("", &format!("area,yes,no\n{rare}"));
        assert!(
            found.len() > 15
                && found.iter().all(|(severity, cell)| {
                    *severity == Block && cell.is_some_and(|[_, column]| column == 2)
                }),
            "{found:?}"
        );
    }

    #[test]
    fn statistics_of_hidden_groups_are_found_and_sums_are_not() {
        let table = "sex,n,mean_age,person_years\nM,<5,41.2,17\nF,120,44.1,900\n";
        assert_eq!(found("", table), [(Block, Some([0, 2]))]);
        let ohdsi = "sex,n,median_age\nM,-5,41\nF,120,44\n";
        assert_eq!(found("preset = 'ohdsi'", ohdsi), [(Block, Some([0, 2]))]);
        assert_eq!(found("", "sex,n,total,mean_age\nM,<5,300,41.2\n"), [], "another count is shown");
    }

    #[test]
    fn sums_of_money_and_time_are_no_counts() {
        for header in ["total_cost", "Totale kost", "revenue", "omzet", "montant", "days", "duration"] {
            let table = format!("Region,n,{header}\nA,120,4\nB,130,3\nC,90,8\n");
            assert_eq!(found("", &table), [], "{header}");
            let rising = format!("Region,n,{header}\nA,120,3\nB,130,4\nC,90,8\n");
            assert_eq!(found("", &rising), [], "{header}");
        }
        assert_eq!(found("", "Region,n,total\nA,120,400\nB,3,8\n").len(), 2);
    }

    #[test]
    fn a_row_that_says_it_counts_people_is_a_count() {
        let table = "Measure,Value\nNumber of deaths,4\nMean age,54.2\n";
        assert_eq!(found("", table), [(Block, Some([0, 1]))]);
        assert_eq!(found("", "Measure,Value\nTotal cost,4\nMean age,54.2\nNumber of deaths,40\n"), []);
        assert_eq!(found("", "Measure,Mean\nDeaths,4\nMean age,54.2\n"), []);
    }

    #[test]
    fn the_sum_of_counts_is_a_count() {
        for header in ["Som van Patiënten", "Sum of n", "Somme de Patients", "Summe von Patienten", "sum_n"]
        {
            assert_eq!(found("", &format!("Regio;{header}\nNoord;120\nZuid;3\n")), [(Block, Some([1, 1]))]);
        }
        assert_eq!(found("", "Region,n,Sum of cost\nNorth,120,4\nSouth,30,3\n"), []);
    }

    #[test]
    fn degrees_of_freedom_and_parameters_are_nobody() {
        for header in ["df", "d.f.", "ddl", "vrijheidsgraden", "FG", "#Df"] {
            let tests = format!("test;chi2;{header};p\nsex;4,21;1;0,040\nage;8,1;3;0,044\n");
            assert_eq!(found("", &tests), [], "{header}");
        }
        for header in ["npar", "n_parameters", "No. of parameters", "aantal parameters", "nb_parametres"] {
            let models = format!("model;{header};AIC\nA;3;410,1\nB;5;405,2\n");
            assert_eq!(found("", &models), [], "{header}");
        }
    }

    #[test]
    fn the_labels_of_rows_say_which_of_them_count() {
        for [count, share] in [
            ["n", "%"],
            ["Aantal", "Rij %"],
            ["Effectif", "% ligne"],
            ["Anzahl", "Prozent"],
            ["Count", "% within sex"],
        ] {
            let table = format!(
                "sex;measure;yes;no;total\nM;{count};3;260;263\nM;{share};1,1;98,9;100,0\n\
                 F;{count};91;304;395\nF;{share};23,0;77,0;100,0\n"
            );
            assert_eq!(found("", &table), [(Block, Some([0, 2]))], "{count} {share}");
            let whole = table.replace("1,1", "1").replace("98,9", "99").replace(",0", "");
            assert_eq!(found("", &whole), [(Block, Some([0, 2]))], "{count} {share}");
            let many = whole.replace(";3;260;", ";63;200;");
            assert_eq!(found("", &many), [], "{count} {share}");
        }
        let expected = "sex,measure,yes,no\nM,Observed,30,260\nM,Expected,3,225.4\nF,Observed,91,304\nF,Expected,8,338.6\n";
        assert_eq!(found("", expected), []);
        let rounded = "sex,measure,yes,no\nM,n,5,260\nM,%,1.9,98.1\nF,n,90,305\nF,%,22.8,77.2\n";
        assert_eq!(found("", rounded), [(Review, Some([0, 2]))], "5 stands for 3 to 7");
    }

    #[test]
    fn a_crosstab_as_spss_prints_it_is_read_by_its_rows() {
        let table = ",,,smoking,,Total\n,,,Never,Current,\nsex,Male,Count,260,3,263\n,,% within sex,98.9%,1.1%,100.0%\n\
                     ,Female,Count,304,91,395\n,,% within sex,77.0%,23.0%,100.0%\nTotal,,Count,564,94,658\n\
                     ,,% within sex,85.7%,14.3%,100.0%\n";
        let input = Input { path: "a.csv".into(), supporting: false, source: Source::Bytes(table.into()) };
        let report = check(vec![input], &Policy::preset("be-default").unwrap()).remove(0).report;
        let found: Vec<_> = report.findings.iter().map(|f| (f.rule.as_str(), f.place.cell)).collect();
        assert_eq!(found, [("CNT-MIN", Some([0, 4]))]);
    }

    #[test]
    fn a_declared_role_holds() {
        let table = "sex,units\nM,3\nF,40\n";
        assert_eq!(found("[columns]\nunits = 'statistic'", table), []);
        assert_eq!(found("[columns]\nunits = 'count'", table), [(Block, Some([0, 1]))]);
    }
}
