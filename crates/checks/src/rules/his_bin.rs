//! HIS-BIN: the bins of a histogram give few people away.

mod bins;

use exeat_domain::finding::{Place, Risk, Severity};

use crate::band::{self, Params, people};
use crate::read::record::RecordError;
use crate::read::{Held, Read, TextLine, names};
use crate::rule::{Check, Findings, Judgement, rule};
use crate::table::{Role, Table};
use bins::{Bins, Edge};

rule! {
    /// ## What it looks for
    /// The table behind a histogram: bins that follow one another, as intervals (`[10, 20)`), as two columns of edges or as
    /// one of edges or midpoints, with the count of each. A bin that counts from 1 to `threshold - 1` people is found; where
    /// `block_below` is set, what is below it blocks and the rest is for review. An outer edge that equals a minimum or a
    /// maximum printed in the same file, or lies off the grid of the inner edges, is for review.
    ///
    /// ## Why it matters
    /// A small bin is a small count, and an outer edge can be the exact value of the smallest or the largest person.
    pub struct SmallBin {
        id: "HIS-BIN", title: "a bin or an outer edge gives few people away", severities: [Block, Review],
        risk: Some(Risk::LowCount), fix: "Merge the tails.",
    }
}

impl Check for SmallBin {
    type Params = Params;
    type Evidence = Read;

    fn check(params: &Params, read: &Read) -> Judgement {
        let Held::Tables { tables, outside } = &read.held else { return Judgement::NotApplicable };
        let (mut found, mut any) = (Findings::default(), false);
        for table in tables.iter().filter(|table| !table.is_record_level()) {
            let judged = bins::of(table).and_then(|bins| {
                let Some(bins) = bins else { return Ok(()) };
                any = true;
                small(params, table, &bins, &mut found)?;
                edges(table, &bins, &extremes(tables, table.index, outside)?, &mut found);
                Ok(())
            });
            if let Err(error) = judged {
                return Judgement::Undecided(error.to_string());
            }
        }
        if any { Judgement::Decided(found) } else { Judgement::NotApplicable }
    }
}

/// Bins that count few people.
fn small(params: &Params, table: &Table, bins: &Bins, found: &mut Findings) -> Result<(), RecordError> {
    let counts: Vec<usize> = (0..table.columns.len())
        .filter(|&at| {
            matches!(table.columns[at].role, Role::Count | Role::Base)
                && !bins.columns.contains(&at)
                && names::counts_things(&table.columns[at].name).is_none()
        })
        .collect();
    table.each_row(|row, cells| {
        for &at in &counts {
            let Some(count) = band::count(cells.value(at)) else { continue };
            let greatest = table.profiles.get(at).map_or(count, |of| band::greatest(count, &of.rounding));
            if let Some(severity) = params.severity(greatest) {
                let message = format!("The bin counts {}.", people(count));
                found.push(severity, table.cell(row, at, cells.text(at)), message);
            }
        }
    })
}

/// Outer edges that tell an extreme: one finding a side, however many groups share it.
fn edges(table: &Table, bins: &Bins, extremes: &[f64], found: &mut Findings) {
    for (edges, side) in [(&bins.first, "lowest"), (&bins.last, "highest")] {
        let why = |edge: &Edge| {
            let same = |extreme: &f64| (extreme - edge.value).abs() <= 1e-9 * edge.value.abs().max(1.0);
            if extremes.iter().any(same) {
                Some("equals a minimum or maximum that is printed in the file")
            } else {
                edge.off_grid.then_some("lies off the grid of the inner edges")
            }
        };
        let mut told = edges.iter().filter_map(|edge| Some((edge, why(edge)?)));
        let Some((Edge { row, column, text, .. }, why)) = told.next() else { continue };
        let more = match told.count() {
            0 => String::new(),
            more => format!(" So it is in {more} more groups."),
        };
        let place: Place = table.cell(*row, *column, text);
        found.push(
            Severity::Review,
            place,
            format!("The {side} edge {why}: it may be one person's value.{more}"),
        );
    }
}

/// Minima and maxima that the file prints: by header, by row label, or in the lines around its tables.
fn extremes(tables: &[Table], own: u32, outside: &[TextLine]) -> Result<Vec<f64>, RecordError> {
    let mut all: Vec<f64> = outside.iter().flat_map(|line| in_line(&line.text)).collect();
    for table in tables {
        let headed: Vec<usize> = (0..table.columns.len())
            .filter(|&at| table.index != own && is_extreme(&table.columns[at].name))
            .collect();
        let named = table.statistic_rows || table.index != own;
        table.each_row(|_, cells| {
            all.extend(headed.iter().filter_map(|at| cells.number(*at)));
            if named && is_extreme(cells.text(0)) {
                all.extend((1..table.columns.len()).filter_map(|at| cells.number(at)));
            }
        })?;
    }
    Ok(all)
}

fn is_extreme(label: &str) -> bool {
    label.len() <= 40
        && names::words(label).iter().any(|word| {
            matches!(
                word.as_str(),
                "min" | "max" | "minimum" | "maximum" | "smallest" | "largest" | "p0" | "p100"
            )
        })
}

/// Numbers behind the words for a minimum or a maximum.
fn in_line(line: &str) -> Vec<f64> {
    let mut behind = false;
    let mut found = Vec::new();
    for word in line.split(|c: char| c.is_whitespace() || matches!(c, '=' | ':' | ',' | ';' | '(' | ')')) {
        if is_extreme(word) {
            behind = true;
        } else if behind && let Ok(number) = word.trim_end_matches('.').parse::<f64>() {
            found.push(number);
            behind = false;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use exeat_domain::finding::Severity::{self, Block, Review};

    use crate::{Input, Policy, Source, check};

    fn found(text: &str) -> Vec<(Severity, Option<[u64; 2]>)> {
        let input = Input { path: "a.csv".into(), supporting: false, source: Source::Bytes(text.into()) };
        let report = check(vec![input], &Policy::preset("be-default").unwrap()).remove(0).report;
        let named = report.findings.into_iter().filter(|finding| finding.rule == "HIS-BIN");
        named.map(|finding| (finding.severity, finding.place.cell)).collect()
    }

    #[test]
    fn small_bins_are_found_and_large_ones_are_clear() {
        assert_eq!(
            found(include_str!("../../fixtures/his-bin/found.csv")),
            [(Review, Some([0, 1])), (Block, Some([5, 1]))]
        );
        assert_eq!(found(include_str!("../../fixtures/his-bin/clear.csv")), []);
    }

    #[test]
    fn bins_are_read_from_edges_and_from_midpoints() {
        let edges = "xmin,xmax,count\n0,10,120\n10,20,140\n20,30,3\n30,40,130\n";
        assert_eq!(found(edges), [(Block, Some([2, 2]))]);
        let mids = "mids,counts\n5,120\n15,140\n25,3\n35,130\n";
        assert_eq!(found(mids), [(Block, Some([2, 1]))]);
        let breaks = "bin_edge,count\n0,120\n10,140\n20,4\n30,160\n40,\n";
        assert_eq!(found(breaks), [(Block, Some([2, 1]))]);
        // Not a histogram: CNT-MIN speaks of these.
        assert_eq!(found("area,count\nA,120\nB,3\nC,40\nD,50\n"), []);
        assert_eq!(found("term,lower,upper,n\na,0.5,0.9,120\nb,1.1,1.9,3\nc,0.2,0.4,50\n"), []);
    }

    #[test]
    fn bins_that_begin_again_for_each_group_are_judged_together() {
        let rows = |count: fn(usize) -> usize| -> String {
            let edges = ["13.7,20", "20,30", "30,40", "40,52.9"];
            (0..24).map(|at| format!("{},{},{}\n", at / 4, edges[at % 4], count(at))).collect()
        };
        let table = |count| format!("group,bin_left,bin_right,count\n{}", rows(count));
        // One finding a side, not one a group.
        assert_eq!(found(&table(|at| 30 + at)), [(Review, Some([0, 1])), (Review, Some([3, 2]))]);
        let small = found(&table(|at| if at == 9 { 3 } else { 40 }));
        assert!(small.contains(&(Block, Some([9, 3]))), "{small:?}");
        let single = "sex,bin,count\nF,0,120\nF,10,130\nF,20,3\nM,0,120\nM,10,130\nM,20,110\n";
        assert_eq!(found(single), [(Block, Some([2, 2]))]);
    }

    #[test]
    fn an_outer_edge_off_the_grid_is_for_review() {
        let table = "bin,count\n\"(17.925, 32.5]\",120\n\"(32.5, 47.0]\",140\n\"(47.0, 61.5]\",110\n\"(61.5, 76.0]\",90\n";
        assert_eq!(found(table), [(Review, Some([0, 0]))]);
        // A merged tail lies on the grid, and an open one tells nothing.
        let merged =
            "bin,count\n\"[0,20)\",120\n\"[20,30)\",140\n\"[30,40)\",110\n\"[40,50)\",110\n\"[50,90)\",90\n";
        assert_eq!(found(merged), []);
        let open = "bin,count\n\"(-inf,20)\",120\n\"[20,30)\",140\n\"[30,40)\",110\n\"[40,50)\",110\n\"[50,inf)\",90\n";
        assert_eq!(found(open), []);
    }

    #[test]
    fn an_outer_edge_that_is_printed_as_a_minimum_is_for_review() {
        let bins = "xmin,xmax,count\n17.5,30,120\n30,42.5,140\n42.5,55,130\n55,67.5,110\n";
        assert_eq!(found(bins), []);
        assert_eq!(found(&format!("# min = 17.5, max = 66\n{bins}")), [(Review, Some([0, 0]))]);
    }
}
