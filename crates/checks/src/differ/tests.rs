//! Files against files that left before.

use exeat_domain::finding::{Finding, Outcome, Severity};

use crate::{Input, Policy, Source, check_after};

fn input(path: &str, text: &str) -> Input {
    Input { path: path.to_owned(), supporting: false, source: Source::Bytes(text.as_bytes().to_vec()) }
}

/// What differencing says of one file after others.
fn under(preset: &str, name: &str, new: &str, before: &[(&str, &str)]) -> Vec<Finding> {
    let before: Vec<Input> = before.iter().map(|(path, text)| input(path, text)).collect();
    let policy =
        if preset.contains('[') { Policy::from_toml(preset) } else { Policy::preset(preset) }.unwrap();
    let checked = check_after(vec![input(name, new)], before.into_iter(), &policy);
    let findings = checked.into_iter().flat_map(|checked| checked.report.findings);
    findings.filter(|finding| finding.rule.starts_with("DIF-")).collect()
}

fn after(old: &str, new: &str) -> Vec<Finding> {
    under("acro", "new.csv", new, &[("r1/old.csv", old)])
}

type Brief = (&'static str, Severity, Option<[u64; 2]>, Option<(i64, Option<i64>)>);

fn brief(findings: &[Finding]) -> Vec<Brief> {
    let rule = |id: &str| ["DIF-UNMASK", "DIF-CELL", "DIF-LP"].into_iter().find(|rule| *rule == id).unwrap();
    findings.iter().map(|one| (rule(&one.rule), one.severity, one.place.cell, one.interval)).collect()
}

use Severity::{Block, Review};

const OLD: &str =
    "region,sex,n\nLeuven,F,210\nLeuven,M,190\nGent,F,305\nGent,M,287\nMons,F,120\nMons,M,131\n";

#[test]
fn the_fixtures_are_found_and_clear() {
    let cell = |new: &str| after(include_str!("../../fixtures/dif-cell/released.csv"), new);
    let found = cell(include_str!("../../fixtures/dif-cell/found.csv"));
    assert_eq!(brief(&found), [("DIF-CELL", Block, Some([3, 2]), None)]);
    assert!(cell(include_str!("../../fixtures/dif-cell/clear.csv")).is_empty());
    let mask = |new: &str| after(include_str!("../../fixtures/dif-unmask/released.csv"), new);
    let found = mask(include_str!("../../fixtures/dif-unmask/found.csv"));
    assert_eq!(brief(&found), [("DIF-UNMASK", Block, Some([1, 2]), Some((6, Some(6))))]);
    assert!(mask(include_str!("../../fixtures/dif-unmask/clear.csv")).is_empty());
}

#[test]
fn a_few_people_more_or_fewer_block_and_the_release_is_named() {
    let new = OLD.replace("305", "302").replace("131", "151");
    let found = after(OLD, &new);
    assert_eq!(brief(&found), [("DIF-CELL", Block, Some([2, 2]), None)], "{found:?}");
    assert_eq!(found[0].place.baseline.as_deref(), Some("r1/old.csv"));
    assert_eq!(found[0].place.value.as_deref(), Some("302"));
    assert_eq!(found[0].message, "The cell counts 3 fewer people than in r1/old.csv, where it is 305.");
    assert!(after(OLD, OLD).is_empty());
    assert!(after(OLD, &OLD.replace("305", "315")).is_empty(), "10 people may be told apart");
    assert_eq!(brief(&after(OLD, &OLD.replace("305", "314"))), [("DIF-CELL", Block, Some([2, 2]), None)]);
}

#[test]
fn the_default_blocks_below_five_and_shows_the_rest_to_a_person() {
    let with =
        |new: &str| brief(&under("be-default", "new.csv", &OLD.replace("305", new), &[("old.csv", OLD)]));
    assert_eq!(with("309"), [("DIF-CELL", Block, Some([2, 2]), None)]);
    assert_eq!(with("310"), [("DIF-CELL", Review, Some([2, 2]), None)]);
    assert_eq!(with("315"), []);
    assert_eq!(brief(&under("datashield", "new.csv", &OLD.replace("305", "308"), &[("old.csv", OLD)])), []);
    let own = "preset = 'acro'\n[rules.DIF-CELL]\nthreshold = 20\nseverity = 'note'\n";
    let found = under(own, "new.csv", &OLD.replace("305", "320"), &[("old.csv", OLD)]);
    assert_eq!(brief(&found), [("DIF-CELL", Severity::Note, Some([2, 2]), None)]);
}

#[test]
fn rows_columns_spelling_and_layout_make_no_difference() {
    let wide = "Region;Male;Female\nGENT;287;302\nLeuven;190;210\nMons;131;120\n";
    assert_eq!(brief(&after(OLD, wide)), [("DIF-CELL", Block, Some([0, 2]), None)]);
    assert_eq!(brief(&after(wide, OLD)), [("DIF-CELL", Block, Some([2, 2]), None)]);
    let dutch =
        "geslacht,regio,aantal patiënten\nVrouw,Gent,302\nVrouw,Leuven,210\nMan,Leuven,190\nVrouw,Mons,120\n";
    assert_eq!(brief(&after(OLD, dutch)), [("DIF-CELL", Block, Some([0, 2]), None)]);
    let totals =
        "region,F,M,Total\nLeuven,210,190,400\nGent,302,287,589\nMons,120,131,251\nTotal,632,608,1240\n";
    assert_eq!(brief(&after(totals, OLD)), [("DIF-CELL", Block, Some([2, 2]), None)]);
    let with_share =
        "region,sex,n (%)\nLeuven,F,210 (35.1)\nLeuven,M,190 (31.8)\nGent,F,302 (50.1)\nMons,F,120 (20.1)\n";
    assert_eq!(brief(&after(OLD, with_share)), [("DIF-CELL", Block, Some([2, 2]), None)]);
}

#[test]
fn a_new_month_is_no_difference_and_nor_is_another_period() {
    let month = |month: &str, shift: u32| {
        format!("month,region,n\n{month},Leuven,{}\n{month},Gent,{}\n", 120 + shift, 231 + shift)
    };
    let january = month("2026-01", 0);
    assert!(after(&january, &month("2026-02", 3)).is_empty());
    let both = format!("{january}{}", month("2026-02", 4).split_once('\n').unwrap().1);
    assert!(after(&january, &both).is_empty());
    assert_eq!(
        brief(&after(&january, &both.replace("231", "233"))),
        [("DIF-CELL", Block, Some([1, 2]), None)]
    );
    assert!(after("year,n\n2019,120\n2020,130\n", "year,n\n2020,130\n2021,133\n").is_empty());
    assert!(
        after(
            "year,region,n\n2024,Gent,120\n2024,Mons,95\n",
            "month,region,n\n2024-01,Gent,118\n2024-01,Mons,92\n"
        )
        .is_empty()
    );
    // What the names state counts as well; full dates are those of an extraction.
    let named = |old: &str, new: &str| under("acro", new, &OLD.replace("305", "302"), &[(old, OLD)]).len();
    assert_eq!(named("report_2025-01.csv", "report_2025-02.csv"), 0);
    assert_eq!(named("report_20250103.csv", "report_20250204.csv"), 1);
    assert_eq!(named("report.csv", "report_2025-02.csv"), 1);
}

#[test]
fn only_tables_of_the_same_thing_are_compared() {
    let of = |measure: &str| OLD.replace(",n\n", &format!(",{measure}\n"));
    assert!(after(&of("deaths"), &of("births").replace("305", "302")).is_empty());
    assert_eq!(after(&of("deaths"), &of("deaths").replace("305", "302")).len(), 1);
    assert!(after("age,n\n18-44,120\n45-64,130\n", "region,n\nGent,119\nMons,131\n").is_empty());
    // The same keys, but numbers of another world.
    let other = "region,sex,n\nLeuven,F,12\nLeuven,M,15\nGent,F,300\nGent,M,22\nMons,F,11\nMons,M,35\n";
    assert!(after(OLD, other).is_empty());
    assert!(after("mean_age,sd\n48.1,3.2\n", "mean_age,sd\n48.3,3.1\n").is_empty());
    assert_eq!(
        brief(&after("patients,mean_age\n1204,48.1\n", "patients,mean_age\n1207,48.2\n")),
        [("DIF-CELL", Block, Some([0, 0]), None)]
    );
}

#[test]
fn rounded_counts_are_intervals() {
    let old = "region,n\nA,20\nB,45\nC,110\nD,65\n";
    let found = after(old, &old.replace("20", "25"));
    assert_eq!(brief(&found), [("DIF-CELL", Review, Some([0, 1]), Some((1, Some(9))))], "{found:?}");
    assert!(after(old, &old.replace("20", "35")).is_empty());
    assert!(after(old, old).is_empty());
    // The exact counts beside the rounded ones: rounding alone explains it.
    assert!(after(old, "region,n\nA,22\nB,43\nC,111\nD,66\n").is_empty());
    let found = after(old, "region,n\nA,23\nB,43\nC,111\nD,66\n");
    assert_eq!(brief(&found), [("DIF-CELL", Review, Some([0, 1]), Some((1, Some(5))))], "{found:?}");
}

#[test]
fn things_are_for_review() {
    let old = "region,practices\nA,120\nB,45\n";
    assert_eq!(brief(&after(old, &old.replace("45", "43"))), [("DIF-CELL", Review, Some([1, 1]), None)]);
}

#[test]
fn what_is_hidden_in_one_release_and_shown_in_the_other_blocks() {
    let shown = "region,F,M\nLeuven,210,190\nGent,305,7\nMons,120,131\n";
    for marker in ["*", "<10", "[REDACTED]", "", "..", "<=7"] {
        let hidden = shown.replace(",7\n", &format!(",{marker}\n"));
        let (now, before) = (after(shown, &hidden), after(&hidden, shown));
        assert_eq!(
            brief(&now),
            [("DIF-UNMASK", Block, Some([1, 2]), Some((7, Some(7))))],
            "{marker} {now:?}"
        );
        assert_eq!(
            brief(&before),
            [("DIF-UNMASK", Block, Some([1, 2]), Some((7, Some(7))))],
            "{marker} {before:?}"
        );
        assert!(after(&hidden, &hidden).is_empty(), "{marker}");
    }
    let mean = "region,n,mean_age\nLeuven,210,48.1\nGent,305,51.2\n";
    assert_eq!(brief(&after(mean, &mean.replace("51.2", "*"))), [("DIF-UNMASK", Block, Some([1, 2]), None)]);
    // A zero and a dash are the same; a table fills up with time.
    let zero = shown.replace(",7\n", ",0\n");
    assert!(after(&zero, &shown.replace(",7\n", ",-\n")).is_empty());
    assert!(after("region,n\nA,40\nB,\nC,51\n", "region,n\nA,40\nB,45\nC,51\n").is_empty());
    assert_eq!(after("region,n\nA,40\nB,\nC,51\n", "region,n\nA,40\nB,4\nC,51\n").len(), 1);
}

#[test]
fn what_a_release_showed_already_is_nothing_new() {
    let second = OLD.replace("305", "302");
    let found = under("acro", "new.csv", &second, &[("r1/old.csv", OLD), ("r2/old.csv", &second)]);
    assert!(found.is_empty(), "{found:?}");
    let third = OLD.replace("305", "304");
    let found = under("acro", "new.csv", &third, &[("r1/old.csv", OLD), ("r2/old.csv", &second)]);
    assert_eq!(brief(&found), [("DIF-CELL", Block, Some([2, 2]), None)]);
    assert_eq!(found[0].place.baseline.as_deref(), Some("r1/old.csv"), "the closest tells most");
}

#[test]
fn what_cannot_be_read_again_is_undecided_and_named() {
    let gone = Input {
        path: "EX-1/a.csv".to_owned(),
        supporting: false,
        source: Source::Unread { why: "it is gone".to_owned() },
    };
    let broken = input("EX-2/b.csv", "region,n\n\"A,4\n");
    let picture = input("EX-2/c.json", "{}");
    let policy = Policy::preset("acro").unwrap();
    let supporting = Input { supporting: true, ..input("s.csv", OLD) };
    let files = vec![input("new.csv", OLD), input("no.json", "{}"), supporting];
    let checked = check_after(files, [gone, broken, picture].into_iter(), &policy);
    let undecided = |at: usize| -> Vec<(String, Option<String>)> {
        let findings = checked[at].report.findings.iter().filter(|one| one.rule == "DIF-CELL");
        findings
            .map(|one| {
                assert_eq!((one.outcome, one.severity), (Outcome::Undecided, Review));
                (one.message.clone(), one.place.baseline.clone())
            })
            .collect()
    };
    let found = undecided(0);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].0, "what left before as EX-1/a.csv was not compared: it is gone");
    assert_eq!(found[1].1.as_deref(), Some("EX-2/b.csv"));
    assert!(undecided(1).is_empty() && undecided(2).is_empty());
}

#[test]
fn a_supporting_file_never_leaves_and_persons_are_no_groups() {
    let policy = Policy::preset("acro").unwrap();
    let supporting = Input { supporting: true, ..input("s.csv", &OLD.replace("305", "302")) };
    let checked = check_after(vec![supporting], [input("old.csv", OLD)].into_iter(), &policy);
    assert!(checked[0].report.findings.iter().all(|one| !one.rule.starts_with("DIF")));
}

#[test]
fn the_dimensions_that_acro_names_are_used() {
    let record = include_str!("../../fixtures/acro/results.json");
    let policy = Policy::preset("acro").unwrap();
    let new = vec![
        input("o/results.json", record),
        input("o/output_0_0.csv", "year,A,B\n2010,46,27\n2011,56,31\n"),
    ];
    // Every level is another, and only the name of the dimension says that it is the same; the year shows that nothing is.
    let old = "grant,year,n\nA,2010,44\nB,2010,27\nA,2011,56\nB,2011,31\n";
    let checked = check_after(new, [input("old.csv", old)].into_iter(), &policy);
    let found: Vec<Finding> =
        checked[1].report.findings.iter().filter(|one| one.rule == "DIF-CELL").cloned().collect();
    assert_eq!(brief(&found), [("DIF-CELL", Block, Some([0, 1]), None)]);
}

type Group = (Severity, Option<[u64; 2]>, Option<(i64, Option<i64>)>);

fn implied(found: &[Finding]) -> Vec<Group> {
    let lp = found.iter().filter(|one| one.rule == "DIF-LP");
    lp.map(|one| (one.severity, one.place.cell, one.interval)).collect()
}

#[test]
fn bands_cut_at_other_ages_give_what_lies_between() {
    let old = "age,n\n18-24,121\n25-34,242\n35-44,313\n";
    let found = after(old, "age,n\n18-29,125\n30-34,238\n35-44,313\n");
    assert_eq!(implied(&found), [(Block, Some([0, 1]), Some((4, Some(4))))], "{found:?}");
    assert_eq!(found[0].message, "With r1/old.csv it can be worked out that 4 people are in 25-29.");
    assert_eq!(found[0].place.baseline.as_deref(), Some("r1/old.csv"));
    assert!(after(old, "age,n\n18-29,185\n30-34,178\n35-44,313\n").is_empty(), "64 are not few");
    assert!(after(old, "age,n\n18-34,363\n35-44,313\n").is_empty(), "it is coarser");
    let none = after(old, "age,n\n18-29,121\n30-34,242\n35-44,313\n");
    assert_eq!(implied(&none), [(Review, Some([0, 1]), Some((0, Some(0))))], "{none:?}");
    let fine = under("cms", "new.csv", "age,n\n18-29,121\n30-34,242\n35-44,313\n", &[("old.csv", old)]);
    assert_eq!(implied(&fine)[0].0, Severity::Note);
    // By sex, in a wide table, with the totals of both.
    let wide = "age,F,M,Total\n<18,81,92,173\n18-24,61,63,124\n25+,303,311,614\nTotal,445,466,911\n";
    let cut = "age group,sex,n\n0-17,F,81\n0-17,M,92\n18-29,F,64\n18-29,M,98\n30+,F,300\n30+,M,276\n";
    let found = after(wide, cut);
    assert_eq!(implied(&found), [(Block, Some([2, 2]), Some((3, Some(3))))], "{found:?}");
    assert!(found[0].message.ends_with("3 people are in 25-29, female."), "{found:?}");
}

#[test]
fn several_parts_left_over_are_judged_together() {
    let found = after("age,n\n18-24,120\n25-29,*\n30-34,*\n35-44,310\n", "age,n\n18-34,127\n35-44,310\n");
    assert_eq!(implied(&found).iter().filter(|one| one.2 == Some((7, Some(7)))).count(), 1, "{found:?}");
    let default = "age,n\n18-29,126\n30-34,236\n35-44,310\n";
    let old = "age,n\n18-24,120\n25-34,242\n35-44,310\n";
    let found = under("be-default", "new.csv", default, &[("old.csv", old)]);
    assert_eq!(
        implied(&found),
        [(Review, Some([0, 1]), Some((6, Some(6))))],
        "6 of 10 are for a person: {found:?}"
    );
}

#[test]
fn all_people_and_some_of_them_give_the_others() {
    let all = "region,n\nGent,120\nMons,240\nLeuven,95\n";
    let adults = "region,cohort,n\nGent,adults,117\nMons,adults,190\nLeuven,adults,95\n";
    let found = after(all, adults);
    assert_eq!(brief(&found), [("DIF-LP", Block, Some([0, 2]), Some((3, Some(3))))], "{found:?}");
    let found = after(adults, all);
    assert_eq!(brief(&found), [("DIF-LP", Block, Some([0, 1]), Some((3, Some(3))))], "{found:?}");
    let children = "region,cohort,n\nGent,children,117\nMons,children,190\nLeuven,children,95\n";
    assert!(after(adults, children).is_empty());
    // A region and its sexes: two people have none.
    let sexes = "region,sex,n\nGent,F,60\nGent,M,58\nMons,F,120\nMons,M,120\n";
    let found = after(all, sexes);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].severity, found[0].interval), (Block, Some((2, Some(2)))));
    assert!(after(all, &sexes.replace("58", "60")).is_empty(), "it adds up");
}

#[test]
fn levels_that_are_seen_to_be_complete_leave_nobody_over() {
    let all = "region,n\nGent,48\nBrugge,77\n";
    let sexes = "sex,region,n\nM,Gent,45\nF,Gent,*\nM,Brugge,33\nF,Brugge,44\n";
    let exact = |found: Vec<Finding>| {
        implied(&found)
            .iter()
            .map(|(severity, cell, interval)| (*severity, *cell, *interval))
            .collect::<Vec<_>>()
    };
    assert_eq!(exact(after(all, sexes)), [(Block, Some([1, 2]), Some((3, Some(3))))]);
    assert_eq!(exact(after(sexes, all)), [(Block, Some([0, 1]), Some((3, Some(3))))]);
    // Nothing shows that they are complete: from none to three.
    let open = after("region,n\nGent,48\nBrugge,77\n", &sexes.replace("44", "42"));
    assert!(open.iter().all(|one| one.interval != Some((3, Some(3)))), "{open:?}");
    // Two ways to tell them apart at once.
    let both = "sex,age,region,n\nM,young,Gent,20\nM,old,Gent,25\nF,young,Gent,31\nF,old,Gent,<5\nM,young,Brugge,33\nM,old,Brugge,44\nF,young,Brugge,35\nF,old,Brugge,36\n";
    let found = after("region,n\nGent,79\nBrugge,148\n", both);
    assert_eq!(exact(found), [(Block, Some([3, 3]), Some((3, Some(3))))]);
}

#[test]
fn two_ways_to_part_the_same_people_are_no_bound_of_both() {
    let provinces =
        "week,province,n\n1,Antwerp,3\n1,Liege,40\n1,Namur,37\n2,Antwerp,60\n2,Liege,30\n2,Namur,31\n";
    let regions = "week,region,n\n1,Flanders,2\n1,Wallonia,78\n2,Flanders,61\n2,Wallonia,60\n";
    let found = after(provinces, regions);
    assert!(
        implied(&found).iter().all(|(.., interval)| interval.is_some_and(|(least, _)| least > 0)),
        "{found:?}"
    );
}

#[test]
fn what_other_was_made_of_is_known() {
    let old = "drug,n\nA,120\nB,85\nC,64\nother,40\n";
    let found = after(old, "drug,n\nA,120\nB,85\nother,104\n");
    assert!(found.is_empty(), "{found:?}");
    let hidden = old.replace(",64", ",*").replace(",40", ",*");
    assert!(after(&hidden, "drug,n\nA,120\nB,85\nother,104\n").is_empty());
}

#[test]
fn two_suppressions_of_one_table_undo_each_other() {
    let old = "region,F,M,Total\nA,*,*,100\nB,40,60,100\nC,*,*,80\nTotal,90,190,280\n";
    let new = "region,F,M,Total\nA,*,*,100\nB,40,60,100\nC,*,*,80\nTotal,90,190,280\n";
    assert!(after(old, new).is_empty(), "nothing is known that was not known before");
}

#[test]
fn rounded_cells_leave_an_interval() {
    let old = "age,n\n18-24,120\n25-34,240\n35-44,310\n45-54,205\n";
    let new = "age,n\n18-29,125\n30-34,235\n35-44,310\n45-54,205\n";
    let found = after(old, new);
    assert!(implied(&found).is_empty(), "1 to 9 is too wide for ten: {found:?}");
    let own = "preset = 'acro'\n[rules.DIF-LP]\nthreshold = 20\n";
    let found = under(own, "new.csv", new, &[("old.csv", old)]);
    assert_eq!(implied(&found), [(Review, Some([0, 1]), Some((1, Some(9))))], "{found:?}");
}

#[test]
fn the_fixtures_of_implied_groups_are_found_and_clear() {
    let with = |new: &str| after(include_str!("../../fixtures/dif-lp/released.csv"), new);
    let found = with(include_str!("../../fixtures/dif-lp/found.csv"));
    assert_eq!(implied(&found), [(Block, Some([0, 1]), Some((3, Some(3))))], "{found:?}");
    assert!(with(include_str!("../../fixtures/dif-lp/clear.csv")).is_empty());
}

/// Provinces with their regions, so many people in each.
const NESTED: &str = "province,region,n\nAntwerp,Flanders,311\nGhent,Flanders,283\nBruges,Flanders,190\n\
                      Liege,Wallonia,247\nNamur,Wallonia,166\nMons,Wallonia,213\n";

#[test]
fn no_province_is_in_a_region_that_it_is_not_in() {
    for preset in ["acro", "be-default"] {
        let regions = "region,n\nFlanders,784\nWallonia,626\n";
        assert_eq!(brief(&under(preset, "new.csv", regions, &[("old.csv", NESTED)])), []);
        assert_eq!(brief(&under(preset, "new.csv", NESTED, &[("old.csv", regions)])), []);
        let by_sex = "region,sex,n\nFlanders,F,402\nFlanders,M,382\nWallonia,F,305\nWallonia,M,321\n";
        assert_eq!(brief(&under(preset, "new.csv", by_sex, &[("old.csv", NESTED)])), []);
        assert_eq!(brief(&under(preset, "new.csv", NESTED, &[("old.csv", by_sex)])), []);
    }
    let hidden = NESTED.replace(",166", ",*");
    let found = under(
        "acro",
        "new.csv",
        &hidden.replace("*", "<10"),
        &[("old.csv", "region,n\nFlanders,784\nWallonia,463\n")],
    );
    assert!(brief(&found).contains(&("DIF-LP", Block, Some([4, 2]), Some((1, Some(3))))), "{found:?}");
}

#[test]
fn measures_headed_as_totals_are_no_sums_of_levels() {
    let row = |place: &str, at: u32| format!("{place},{},{},{},{}\n", 500 + at, 60 + at, 20 + at, 9 * at);
    let table = |places: &[&str]| {
        let rows = places.iter().zip(10..).map(|(place, at)| row(place, at));
        format!("province,TOTAL_IN,TOTAL_IN_ICU,NEW_IN,NEW_OUT\n{}", rows.collect::<String>())
    };
    let old = table(&["Antwerp", "Ghent", "Bruges", "Liege"]);
    let new = old.replace("province", "province,region").replace("Antwerp", "Antwerp,Flanders");
    let new = new
        .replace("Ghent", "Ghent,Flanders")
        .replace("Bruges", "Bruges,Flanders")
        .replace("Liege", "Liege,Wallonia");
    let found = under("acro", "new.csv", &new, &[("old.csv", &old)]);
    assert_eq!(brief(&found), [], "{found:?}");
}

#[test]
fn levels_that_are_everybody_elsewhere_leave_nobody_over() {
    let new = "region,sex,n\nNorth,F,71\nNorth,M,70\nSouth,F,*\nSouth,M,20\n";
    let found = under("be-default", "new.csv", new, &[("r1/old.csv", "region,n\nNorth,141\nSouth,23\n")]);
    assert_eq!(brief(&found), [("DIF-LP", Block, Some([2, 2]), Some((3, Some(3))))], "{found:?}");
}

#[test]
fn a_grand_total_that_left_before_opens_a_table_without_one() {
    let total = "region,n\nTotal,214\n";
    let hidden = "region,n\nNorth,140\nSouth,<5\nWest,71\n";
    let found = under("be-default", "new.csv", hidden, &[("r1/old.csv", total)]);
    assert_eq!(brief(&found), [("DIF-LP", Block, Some([1, 1]), Some((3, Some(3))))], "{found:?}");
    let found = under("be-default", "new.csv", total, &[("r1/old.csv", hidden)]);
    assert_eq!(brief(&found), [("DIF-LP", Block, Some([0, 1]), Some((3, Some(3))))], "{found:?}");
    // The total of other people, of something else, or of levels of which some are missing tells nothing.
    for other in ["region,n\nTotal,900\n", "sex,n\nTotal,214\n", "region,n\nTotal,211\n"] {
        assert_eq!(brief(&under("be-default", "new.csv", hidden, &[("r1/old.csv", other)])), [], "{other}");
    }
    let shown = "region,n\nNorth,140\nWest,71\n";
    assert_eq!(brief(&under("be-default", "new.csv", shown, &[("r1/old.csv", total)])), []);
}
