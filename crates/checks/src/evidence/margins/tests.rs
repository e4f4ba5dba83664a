//! Tables as text, and what the rules that rest on margins say of them.

use exeat_domain::finding::{FileReport, Finding, Outcome, Severity};
use proptest::prelude::*;

use crate::{Input, Policy, Source, check};

mod linked;
mod wording;

/// The rule of this id with the text of its fixtures.
macro_rules! fixtures {
    ($rule:literal, $folder:literal) => {
        (
            $rule,
            include_str!(concat!("../../../fixtures/", $folder, "/found.csv")),
            include_str!(concat!("../../../fixtures/", $folder, "/clear.csv")),
        )
    };
}

const RULES: [&str; 4] = ["CLS-GRP", "SUP-EXACT", "SUP-INT", "RND-MIX"];

fn reports(preset: &str, files: &[&str]) -> Vec<FileReport> {
    let policy =
        if preset.contains('\n') { Policy::from_toml(preset) } else { Policy::preset(preset) }.unwrap();
    let input = |(at, text): (usize, &&str)| Input {
        path: format!("{at}.csv"),
        supporting: false,
        source: Source::Bytes(text.as_bytes().to_vec()),
    };
    check(files.iter().enumerate().map(input).collect(), &policy)
        .into_iter()
        .map(|checked| checked.report)
        .collect()
}

/// Severity, cell and interval of what one rule finds in the first file.
type Seen = (Severity, [u64; 2], (i64, Option<i64>));

fn hidden(preset: &str, rule: &str, files: &[&str]) -> Vec<Seen> {
    let of = |finding: &Finding| (finding.severity, finding.place.cell.unwrap(), finding.interval.unwrap());
    reports(preset, files).remove(0).findings.iter().filter(|finding| finding.rule == rule).map(of).collect()
}

fn cells(preset: &str, rule: &str, text: &str) -> Vec<(Severity, [u64; 2])> {
    let of = |finding: &Finding| (finding.severity, finding.place.cell.unwrap());
    reports(preset, &[text])
        .remove(0)
        .findings
        .iter()
        .filter(|finding| finding.rule == rule)
        .map(of)
        .collect()
}

/// No rule on margins finds anything, or fails to decide.
fn silent(preset: &str, files: &[&str]) {
    for report in reports(preset, files) {
        let said: Vec<&Finding> =
            report.findings.iter().filter(|finding| RULES[1..].contains(&finding.rule.as_str())).collect();
        assert!(said.is_empty(), "{files:?}\n{said:#?}");
    }
}

use Severity::{Block, Note, Review};

#[test]
fn the_fixtures_are_found_and_clear() {
    for (rule, found, clear) in [
        fixtures!("SUP-EXACT", "sup-exact"),
        fixtures!("SUP-INT", "sup-int"),
        fixtures!("RND-MIX", "rnd-mix"),
        fixtures!("CLS-GRP", "cls-grp"),
    ] {
        assert!(!cells("be-default", rule, found).is_empty(), "{rule}");
        let rest = reports("be-default", &[clear]).remove(0).findings;
        assert!(rest.iter().all(|finding| !RULES.contains(&finding.rule.as_str())), "{rest:#?}");
    }
}

#[test]
fn the_one_hidden_cell_is_what_is_missing() {
    for marker in ["*", "", "[REDACTED]", "s", "<5", "<=7"] {
        let text = format!("group,n\nA,10\nB,15\nC,25\nD,{marker}\nTotal,51\n");
        assert_eq!(hidden("be-default", "SUP-EXACT", &[&text]), [(Block, [3, 1], (1, Some(1)))], "{marker}");
    }
    for total in ["Total", "All", "Totaal", "Ensemble", "Sum"] {
        let text = format!("group,A,B,C,D,{total}\nx,10,15,25,*,51\ny,20,33,41,50,144\n");
        assert_eq!(hidden("acro", "SUP-EXACT", &[&text]), [(Block, [0, 4], (1, Some(1)))], "{total}");
    }
}

#[test]
fn a_wide_interval_protects() {
    silent("be-default", &[",a,b,c,Total\nr,*,*,31,41\ns,*,*,17,37\nt,30,31,32,93\nTotal,40,51,80,171\n"]);
    silent("be-default", &[",a,b,Total\nr,*,*,8\ns,21,32,53\n"]);
    silent("be-default", &[",a,b,Total\nr1,*,*,10\nr2,*,*,20\nTotal,10,20,30\n"]);
}

#[test]
fn what_the_marker_says_narrows() {
    assert_eq!(
        hidden("acro", "SUP-EXACT", &[",a,b,Total\nr,<5,<5,8\ns,21,32,53\n"]),
        [(Block, [0, 1], (4, Some(4))), (Block, [0, 2], (4, Some(4)))]
    );
    let both = ",a,b,Total\nr,<10,<10,10\ns,<10,<10,14\nTotal,12,12,24\n";
    let expected: Vec<Seen> = [(0, 1, 3, 7), (0, 2, 3, 7), (1, 1, 5, 9), (1, 2, 5, 9)]
        .into_iter()
        .map(|(row, column, least, most)| (Review, [row, column], (least, Some(most))))
        .collect();
    assert_eq!(hidden("acro", "SUP-INT", &[both]), expected);
    silent("acro", &[&both.replace("<10", "*")]);
    // What the marker says by itself is nothing new.
    silent("acro", &[",a,b,Total\nr,<5,<5,5\ns,21,32,53\n"]);
}

#[test]
fn a_bridge_is_found_though_every_line_hides_two() {
    let text = ",a,b,c,d,Total\n1,*,*,30,41,87\n2,*,*,*,52,73\n3,60,33,*,*,110\n4,44,38,*,*,103\nTotal,121,88,51,113,373\n";
    assert_eq!(hidden("be-default", "SUP-EXACT", &[text]), [(Block, [1, 3], (3, Some(3)))]);
}

#[test]
fn a_residual_of_two_over_two_cells_is_narrow() {
    let text = ",a,b,c,Total\nr,*,*,40,42\ns,21,32,40,93\n";
    assert_eq!(
        hidden("be-default", "SUP-INT", &[text]),
        [(Block, [0, 1], (0, Some(2))), (Block, [0, 2], (0, Some(2)))]
    );
}

#[test]
fn exact_values_weigh_what_they_are() {
    let table = |total: u32| format!("group,n\nA,11\nB,16\nC,*\nTotal,{total}\n");
    for (preset, total, expected) in [
        ("be-default", 27, Some(Review)),
        ("be-default", 31, Some(Block)),
        ("be-default", 32, Some(Review)),
        ("be-default", 37, Some(Review)),
        ("acro", 36, Some(Block)),
        ("acro", 37, Some(Review)),
        ("opensafely", 27, Some(Review)),
        ("cms", 27, Some(Note)),
        ("cms", 37, Some(Block)),
        ("ima", 32, Some(Review)),
        ("ohdsi", 31, Some(Block)),
    ] {
        let found = hidden(preset, "SUP-EXACT", &[&table(total)]);
        assert_eq!(found.first().map(|found| found.0), expected, "{preset} {total}");
    }
}

#[test]
fn a_threshold_that_is_too_large_is_undecided() {
    let policy = "[rules.SUP-INT]\nthreshold = 100\n";
    let report = reports(policy, &[",a,b,c,Total\nr,*,*,40,130\ns,21,32,40,93\n"]).remove(0);
    let said: Vec<_> = report.findings.iter().filter(|finding| finding.rule == "SUP-INT").collect();
    assert_eq!((said.len(), said[0].outcome), (1, Outcome::Undecided));
}

#[test]
fn missing_cells_are_hidden_only_where_a_margin_says_so() {
    for marker in ["-", "NA", ".."] {
        let shown = format!("group,n\nA,11\nB,16\nC,{marker}\nTotal,30\n");
        assert_eq!(hidden("acro", "SUP-EXACT", &[&shown]), [(Block, [2, 1], (3, Some(3)))], "{marker}");
        silent("acro", &[&format!("group,n\nA,11\nB,16\nC,{marker}\nTotal,27\n")]);
    }
}

#[test]
fn hidden_totals_are_not_judged() {
    silent("acro", &["group,a,b,Total\nx,11,16,*\ny,12,17,29\nTotal,23,33,*\n"]);
}

#[test]
fn a_negative_number_among_counts_is_a_marker() {
    let text = ",a,b,Total\nr,-5,-5,8\ns,21,32,53\n";
    let expected = [(Block, [0, 1], (4, Some(4))), (Block, [0, 2], (4, Some(4)))];
    assert_eq!(hidden("ohdsi", "SUP-EXACT", &[text]), expected);
}

#[test]
fn long_tables_have_margins_too() {
    let text = "sex,age,n\nF,young,12\nF,old,*\nF,Total,15\nM,young,20\nM,old,31\nM,Total,51\nTotal,young,32\nTotal,old,34\nTotal,Total,66\n";
    assert_eq!(hidden("be-default", "SUP-EXACT", &[text]), [(Block, [1, 2], (3, Some(3)))]);
    // Dimensions of whole numbers.
    let numbers = "year,0,1,All\n2010,*,12,14\n2011,25,31,56\nAll,27,43,70\n";
    assert_eq!(hidden("acro", "SUP-EXACT", &[numbers]), [(Block, [0, 1], (2, Some(2)))]);
    let three = "region,sex,young,old,Total\nN,F,*,*,30\nN,M,*,*,43\nN,Total,32,41,73\nS,F,*,*,33\nS,M,*,*,45\nS,Total,33,45,78\nTotal,F,27,36,63\nTotal,M,38,50,88\nTotal,Total,65,86,151\n";
    silent("be-default", &[three]);
}

#[test]
fn headers_of_two_lines_are_two_dimensions() {
    let text = ",F,F,F,M,M,M,All\n,a,b,All,a,b,All,\nx,11,*,14,21,22,43,57\ny,30,31,61,40,41,81,142\nAll,41,34,75,61,63,124,199\n";
    let found = hidden("acro", "SUP-EXACT", &[text]);
    assert_eq!(found, [(Block, [0, 2], (3, Some(3)))]);
}

#[test]
fn subtotals_and_unlabelled_totals_are_found() {
    let subtotals = "area,n,m\nGhent,40,61\nBruges,30,*\nTotal west,70,65\nLiege,51,27\nNamur,33,48\nTotal south,84,75\nTotal,154,140\n";
    assert_eq!(hidden("be-default", "SUP-EXACT", &[subtotals]), [(Block, [1, 2], (4, Some(4)))]);
    let unlabelled = "area,x,y,z\nGhent,40,61,101\nBruges,30,29,59\nLiege,51,*,53\nNamur,33,48,81\n";
    assert_eq!(hidden("be-default", "SUP-EXACT", &[unlabelled]), [(Block, [2, 2], (2, Some(2)))]);
}

#[test]
fn what_does_not_add_up_is_no_margin() {
    silent("be-default", &["outcome,GP,HOSP,Total\nstroke,218,247,380\ndvt,147,162,290\npe,*,120,260\n"]);
    silent("be-default", &["group,n\nA,60\nB,70\nC,*\nTotal,100\n"]);
    silent("be-default", &["area,cases,deaths\nA,60,12\nB,70,*\nC,55,13\n"]);
}

#[test]
fn rounded_cells_are_intervals() {
    silent("be-default", &["group,n\nA,10\nB,15\nC,*\nD,45\nTotal,75\n"]);
    // Each measure of a table by itself.
    silent("be-default", &["group,n,deaths\nA,110,12\nB,115,17\nC,*,13\nD,145,11\nTotal,375,53\n"]);
    let mixed = "group,n,deaths\nA,110,12\nB,115,17\nC,130,13\nTotal,357,42\n";
    assert_eq!(cells("be-default", "RND-MIX", mixed), [(Block, [3, 1])]);
}

#[test]
fn a_margin_that_two_files_share_links_them() {
    let one = "sex,young,old,Total\nF,12,*,*\nM,20,31,51\n";
    let other = "sex,north,south,Total\nF,7,8,15\nM,21,30,51\n";
    silent("be-default", &[one]);
    let reports = reports("be-default", &[one, other]);
    for report in &reports {
        let found: Vec<_> = report.findings.iter().filter(|finding| finding.rule == "SUP-EXACT").collect();
        assert_eq!(found.len(), 1, "{reports:#?}");
        assert_eq!((found[0].severity, found[0].interval), (Block, Some((3, Some(3)))));
    }
    let titles =
        ["Table 1\n\n", "Table 2\n\n"].iter().zip([one, other]).map(|(title, text)| format!("{title}{text}"));
    let titled: Vec<String> = titles.collect();
    let titled: Vec<&str> = titled.iter().map(String::as_str).collect();
    assert_eq!(hidden("acro", "SUP-EXACT", &titled), [(Block, [0, 2], (3, Some(3)))]);
    // Another population is no link.
    silent("be-default", &[one, "sex,north,south,Total\nF,7,8,15\nM,21,35,56\n"]);
}

#[test]
fn totals_that_were_worked_out_again_give_way() {
    // 39 is what is shown; another table says 42.
    let one = "year,A,B,C,All\n2010,*,19,20,39\n2011,25,31,40,96\nAll,25,50,60,135\n";
    let other = "year,n\n2010,42\n2011,96\n";
    let third = "year,F,M,All\n2010,22,20,42\n2011,50,46,96\n";
    assert_eq!(hidden("acro", "SUP-EXACT", &[one, third]), [(Block, [0, 1], (3, Some(3)))]);
    assert_eq!(hidden("acro", "SUP-EXACT", &[one, other]), [(Block, [0, 1], (3, Some(3)))]);
    let columns = "group,n\nA,13\nB,29\nAll,42\n";
    let crossed = "year,A,B,All\n2010,*,19,19\n2011,10,10,20\nAll,10,29,39\n";
    assert_eq!(hidden("acro", "SUP-EXACT", &[crossed, columns]), [(Block, [0, 1], (3, Some(3)))]);
    let within = "year,A,B,All\n2010,*,15,15\n2011,12,12,24\nAll,15,27,42\n";
    assert_eq!(hidden("acro", "SUP-EXACT", &[within]), [(Block, [0, 1], (3, Some(3)))]);
}

#[test]
fn an_exact_total_over_rounded_cells_is_mixed() {
    assert_eq!(cells("be-default", "RND-MIX", "group,n\nA,10\nB,15\nC,25\nTotal,56\n"), [(Block, [3, 1])]);
    for text in [
        "group,n\nA,10\nB,15\nC,25\nTotal,50\n",
        "group,n\nA,11\nB,15\nC,25\nTotal,51\n",
        "group,n\nA,10\nB,15\nC,25\nTotal,70\n",
        "group,n\nA,10\nB,15\nTotal,26\n",
        "group,n\nA,3\nB,9\nC,15\nTotal,27\n",
    ] {
        assert_eq!(cells("be-default", "RND-MIX", text), [], "{text}");
    }
    for (text, at) in [
        ("group,n\nA,9\nB,15\nC,27\nTotal,53\n", [3, 1]),
        ("group,n\nA,14\nB,21\nC,49\nD,70\nTotal,152\n", [4, 1]),
        (",a,b,c,Total\nr,10,15,25,50\ns,20,35,45,102\n", [1, 4]),
    ] {
        assert_eq!(cells("opensafely", "RND-MIX", text), [(Block, at)], "{text}");
    }
}

#[test]
fn a_group_in_one_category_is_told() {
    let text = "diagnosis,yes,no,Total\nA,20,0,20\nB,15,30,45\nC,39,1,40\nD,19,1,20\nE,95,5,100\n";
    let expected = [(Block, [0, 1]), (Block, [2, 1]), (Block, [3, 1]), (Review, [4, 1])];
    assert_eq!(cells("be-default", "CLS-GRP", text), expected);
    assert_eq!(cells("cms", "CLS-GRP", text)[0], (Review, [0, 1]));
    let summed = ",Male,Female\nyoung,20,0\nold,21,34\n";
    assert_eq!(cells("be-default", "CLS-GRP", summed), [(Block, [0, 1]), (Block, [1, 2])]);
    let percentages = "group,pct_yes,pct_no\nA,100,0\nB,40.5,59.5\nC,92.0,8.0\n";
    assert_eq!(cells("be-default", "CLS-GRP", percentages), [(Block, [0, 1]), (Review, [2, 1])]);
    let long = "sex,smoker,n\nF,yes,20\nF,no,0\nM,yes,21\nM,no,34\n";
    assert_eq!(cells("be-default", "CLS-GRP", long), [(Block, [0, 2]), (Block, [3, 2])]);
    let mode = "group,n,mode,freq\nA,20,red,20\nB,20,red,12\n";
    assert_eq!(cells("be-default", "CLS-GRP", mode), [(Block, [0, 2])]);
    assert_eq!(
        cells("be-default", "CLS-GRP", ",sex\ncount,12\nunique,1\ntop,F\nfreq,12\n"),
        [(Block, [2, 1])]
    );
}

#[test]
fn what_is_no_crosstab_is_not_judged_as_one() {
    for text in [
        "practice,numerator,denominator\nA,95,100\nB,20,40\n",
        "region,population,vaccinated\nN,100,98\nS,200,150\n",
        "area,2019,2020\nN,100,2\nS,90,80\n",
        "area,cases,deaths\nN,100,2\nS,90,80\n",
        "sex,n\nF,98\nM,2\n",
        "date,tests,positive\n2020-03-01,100,2\n2020-03-02,100,3\n",
    ] {
        assert_eq!(cells("be-default", "CLS-GRP", text), [], "{text}");
    }
}

#[test]
fn strange_tables_are_survived() {
    for text in [
        "a,b,Total\n",
        "Total\n1\n",
        "a,Total\n*,*\n",
        "a,b,Total\n1,NaN,9999999999999999\n2,1e300,*\n",
        "x,a,b,Total\nr,-1,-2,-3\ns,1,2,3\n",
        "Total,Total,Total\nTotal,1,2\nTotal,3,4\n",
        "x,n\nTotal,*\nTotal,*\nTotal,5\n",
    ] {
        for report in reports("be-default", &[text, text]) {
            assert!(
                report
                    .findings
                    .iter()
                    .all(|finding| finding.outcome == Outcome::Found || !finding.message.is_empty())
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_order_of_rows_does_not_matter(counts in prop::collection::vec(12_i64..90, 6), at in 0_usize..6, turn in 0_usize..3) {
        let mut rows: Vec<String> = (0..3)
            .map(|row| {
                let cell = |column: usize| if row * 2 + column == at { "*".to_owned() } else { counts[row * 2 + column].to_string() };
                format!("r{row},{},{},{}", cell(0), cell(1), counts[row * 2] + counts[row * 2 + 1])
            })
            .collect();
        let table = |rows: &[String]| format!("g,a,b,Total\n{}\n", rows.join("\n"));
        let values = |text: &str| hidden("acro", "SUP-EXACT", &[text]).into_iter().map(|(severity, _, interval)| (severity, interval)).collect::<Vec<_>>();
        let before = values(&table(&rows));
        prop_assert_eq!(&before, &[(Review, (counts[at], Some(counts[at])))]);
        rows.rotate_left(turn);
        prop_assert_eq!(before, values(&table(&rows)));
    }
}
