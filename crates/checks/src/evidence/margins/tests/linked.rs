//! What several tables, several runs of one table and percentages tell of hidden cells; and groups in one category.

use super::*;

/// A cell, and what it can be.
type Told = ([u64; 2], (i64, Option<i64>));

/// What is hidden in the first of several files, or of several tables of one.
fn exact(files: &[&str]) -> Vec<Told> {
    hidden("be-default", "SUP-EXACT", files).into_iter().map(|(_, cell, interval)| (cell, interval)).collect()
}

const CROSSED: &str =
    "sex,region,n\nM,Gent,23\nM,Brugge,31\nM,Leuven,47\nF,Gent,38\nF,Brugge,44\nF,Leuven,*\n";
const MARGIN: &str = "region,n\nGent,61\nBrugge,75\nLeuven,50\n";

#[test]
fn a_margin_that_the_cells_imply_links_them() {
    let found = [([5, 2], (3, Some(3)))];
    assert_eq!(exact(&[CROSSED, MARGIN]), found);
    let other = reports("be-default", &[CROSSED, MARGIN]).remove(1);
    assert!(other.findings.iter().any(|finding| finding.rule == "SUP-EXACT"), "it is said of both files");
    let wide = "Regio;M;F\nGent;23;38\nBrugge;31;44\nLeuven;47;*\n";
    assert_eq!(exact(&[wide, "regio;aantal\nGent;61\nBrugge;75\nLeuven;50\n"]), [([2, 2], (3, Some(3)))]);
    // Two cells of a column, and a margin of each of two files.
    let two = CROSSED.replace("F,Gent,38", "F,Gent,*");
    assert_eq!(exact(&[&two, MARGIN]), [([3, 2], (38, Some(38))), ([5, 2], (3, Some(3)))]);
    let column = CROSSED.replace("M,Leuven,47", "M,Leuven,*");
    assert_eq!(exact(&[&column, MARGIN]), []);
    assert_eq!(
        exact(&[&column, MARGIN, "sex,n\nM,101\nF,85\n"]),
        [([2, 2], (47, Some(47))), ([5, 2], (3, Some(3)))]
    );
    // Tables of one file, titled.
    let titled = format!("Table 1. By sex and region\n{CROSSED}\nTable 2. By region\n{MARGIN}");
    assert_eq!(exact(&[&titled]), found);
}

#[test]
fn another_population_is_no_link() {
    silent("be-default", &[CROSSED, "region,n\nGent,61\nBrugge,76\nLeuven,50\n"]);
    silent("be-default", &[CROSSED, "region,n\nGent,61\nBrugge,75\nHasselt,50\n"]);
    silent("be-default", &[CROSSED, "region,deaths\nGent,11\nBrugge,12\nLeuven,13\n"]);
    // The wrong total is far off, or one among many.
    silent("be-default", &["region,n\nGent,*\nBrugge,120\nLeuven,130\n", "sex,n\nM,400\nF,312\n"]);
    silent("be-default", &["region,deaths\nGent,*\nBrugge,120\nLeuven,130\n", "sex,n\nM,140\nF,113\n"]);
}

#[test]
fn a_total_that_another_file_shows_links_them() {
    let regions = "region,n\nGent,*\nBrugge,44\nLeuven,57\n";
    assert_eq!(exact(&[regions, "age,patients\n0-39,63\n40+,41\n"]), [([0, 1], (3, Some(3)))]);
    assert_eq!(exact(&[regions, "sex,n\nM,60\nF,44\nTotal,104\n"]), [([0, 1], (3, Some(3)))]);
    let both = "region,n\nGent,*\nBrugge,44\nLeuven,57\nTotal,*\n";
    assert_eq!(exact(&[both, "sex,n\nM,60\nF,44\nTotal,104\n"]), [([0, 1], (3, Some(3)))]);
}

#[test]
fn the_levels_of_each_characteristic_are_the_same_people() {
    let at = |row: u64, column: u64| [([row, column], (3, Some(3)))];
    for (text, row, column) in [
        (
            "Characteristic,N\nTotal,143\nSex,\n  Male,63\n  Female,80\nAge,\n  18-39,*\n  40-64,54\n  65+,86\n",
            5,
            1,
        ),
        ("Characteristic,N\nSex,\nMale,63\nFemale,80\nAge,\n18-39,*\n40-64,54\n65+,86\n", 4, 1),
        (
            "Kenmerk;Aantal\nGeslacht;\n  Man;63\n  Vrouw;80\nLeeftijd;\n  18-39;*\n  40-64;54\n  65+;86\nTotaal;143\n",
            4,
            1,
        ),
        ("characteristic,level,n\nSex,Male,63\nSex,Female,80\nAge,18-39,*\nAge,40-64,54\nAge,65+,86\n", 2, 2),
        ("variable,level,n\nOverall,,143\nsex,Male,63\n,Female,80\nage,18-39,*\n,40-64,54\n,65+,86\n", 3, 2),
        (
            "Characteristic,N\nAll patients,143\nMale,63\nFemale,80\nAge 18-39,*\nAge 40-64,54\nAge 65+,86\n",
            3,
            1,
        ),
    ] {
        assert_eq!(exact(&[text]), at(row, column), "{text}");
    }
    let table = "Characteristic,\"Cases (N=143), n (%)\",\"Controls (N=160), n (%)\"\nSex,,\n  Male,63 (44.1),70 (43.8)\n  Female,80 (55.9),90 (56.2)\nAge,,\n  18-39,*,31 (19.4)\n  40-64,54 (37.8),60 (37.5)\n  65+,86 (60.1),69 (43.1)\n";
    assert_eq!(exact(&[table]), at(4, 1));
    // Two are hidden, so that neither is known; and what does not come to the same is no such table.
    silent(
        "acro",
        &[
            "Characteristic,N\nTotal,143\nSex,\n  Male,63\n  Female,80\nAge,\n  18-39,*\n  40-64,*\n  65+,86\n",
        ],
    );
    silent("acro", &["province,hospital,n\nWest,A,63\nWest,B,80\nEast,C,*\nEast,D,54\nEast,E,86\n"]);
}

#[test]
fn groups_are_the_sum_of_what_is_set_in_under_them() {
    let text = "group,n\nMale,61\n  18-39,*\n  40-64,24\n  65+,34\nFemale,81\n  18-39,20\n  40-64,26\n  65+,35\nTotal,142\n";
    assert_eq!(exact(&[text]), [([1, 1], (3, Some(3)))]);
    let hidden = "group,n\nMale,*\n  18-39,14\n  40-64,24\nFemale,*\n  18-39,20\n  40-64,*\nTotal,81\n";
    assert_eq!(exact(&[hidden]), [([5, 1], (23, Some(23)))]);
    let subtotals =
        "region,n\nWest,\n  A,41\n  B,*\n  Subtotal,44\nEast,\n  C,51\n  D,59\n  Subtotal,*\nTotal,154\n";
    assert_eq!(exact(&[subtotals]), [([2, 1], (3, Some(3)))]);
    let blanks = "region,hospital,n\nWest,,71\nWest,A,41\nWest,B,*\nEast,,110\nEast,C,51\nEast,D,59\n";
    assert_eq!(exact(&[blanks]), [([2, 2], (30, Some(30)))]);
}

#[test]
fn a_percentage_tells_what_is_hidden_beside_it() {
    let beside = "age,n,pct\na,*,1.9\nb,31,29.8\nc,45,43.3\nd,26,25.0\n";
    assert_eq!(exact(&[beside]), [([0, 1], (2, Some(2)))]);
    let behind = "age,\"n (%)\"\na,* (1.9)\nb,31 (29.8)\nc,45 (43.3)\nd,26 (25.0)\n";
    assert_eq!(exact(&[behind]), [([0, 1], (2, Some(2)))]);
    let base = "area,cases,population,pct\na,*,104,1.9\nb,31,240,12.9\nc,45,180,25.0\n";
    assert_eq!(exact(&[base]), [([0, 1], (2, Some(2)))]);
    silent("acro", &["age,n,pct\na,*,\nb,31,29.8\nc,45,43.3\n"]);
}

#[test]
fn a_full_cell_blocks_in_a_small_table_of_round_numbers_too() {
    let full = "sex,HIV+,HIV-\nM,0,50\nF,30,40\n";
    assert_eq!(cells("be-default", "CLS-GRP", full), [(Block, [0, 2]), (Block, [1, 1])]);
    assert_eq!(cells("ohdsi", "CLS-GRP", full), [(Review, [0, 2]), (Review, [1, 1])]);
    let two = "group,a,b,c\nx,0,0,60\ny,13,24,35\nz,22,17,19\n";
    assert_eq!(cells("be-default", "CLS-GRP", two), [(Block, [0, 3])]);
    let dutch = "Geslacht;Positief;Negatief;Totaal\nMan;0;50;50\nVrouw;30;40;70\nTotaal;30;90;120\n";
    assert_eq!(cells("be-default", "CLS-GRP", dutch), [(Block, [0, 2]), (Block, [1, 1])]);
    // A combination that a long table leaves out.
    assert_eq!(
        cells("be-default", "CLS-GRP", "sex,status,n\nM,neg,60\nF,pos,30\nF,neg,40\n"),
        [(Review, [0, 2]), (Review, [1, 2])]
    );
}

#[test]
fn categories_that_overlap_are_no_margin() {
    let text = "outcome,found in,n\nstroke,Overall,281\nstroke,GP,181\nstroke,HOSP,190\npe,Overall,127\npe,GP,93\npe,HOSP,88\nmi,Overall,94\nmi,GP,90\nmi,HOSP,9\n";
    assert_eq!(cells("be-default", "CLS-GRP", text), []);
}

#[test]
fn a_most_frequent_value_without_its_count_is_undecided() {
    for (text, expected) in [
        ("group,n,mode\nA,20,3\nB,40,2\n", 1),
        ("region,mean age,mode age,n\nA,40.2,39,90\nB,44.1,45,80\n", 1),
        (",mode,mode\nsex,F,M\n2010,95.5,87.1\n2011,99.5,91.2\n", 1),
        ("group,n,mode,mode_count\nA,20,3,14\nB,40,2,22\n", 0),
        ("travel mode,n\ncar,201\nbus,144\n", 0),
        ("mode,n\n1,201\n2,144\n3,33\n", 0),
    ] {
        let report = reports("be-default", &[text]).remove(0);
        let open = report.findings.iter().filter(|finding| finding.rule == "CLS-GRP");
        let open = open.filter(|finding| finding.outcome == Outcome::Undecided).count();
        assert_eq!(open, expected, "{text}\n{:#?}", report.findings);
    }
}

#[test]
fn a_band_of_small_counts_is_a_marker() {
    assert_eq!(
        exact(&["g,n\na,1-4\nb,1-4\nc,20\nd,31\nTotal,59\n"]),
        [([0, 1], (4, Some(4))), ([1, 1], (4, Some(4)))]
    );
    assert_eq!(exact(&["g;n\na;·\nb;17\nc;20\nd;31\nTotaal;71\n"]), [([0, 1], (3, Some(3)))]);
}

#[test]
fn margins_of_rows_and_columns_in_files_of_their_own() {
    let wide = "regio,A,B,C\nx,65,18,*\ny,60,*,32\nz,*,35,38\n";
    let rows = "regio,n\nx,87\ny,95\nz,77\n";
    let columns = "groep,n\nA,129\nB,56\nC,74\n";
    let found = [([0, 3], (4, Some(4))), ([1, 2], (3, Some(3))), ([2, 1], (4, Some(4)))];
    assert_eq!(exact(&[wide, rows]), found);
    assert_eq!(exact(&[wide, columns]), found);
    assert_eq!(exact(&[wide, rows, columns]), found);
}

#[test]
fn a_command_that_asks_for_modes_is_enough() {
    let record = r#"{"version": "1.0.2", "results": {"a": {"uid": "a", "status": "pass", "type": "table", "command":
        "acro.crosstab(df.year, df.sex, values=df.bmi, aggfunc='mode')", "files": [{"name": "a.csv"}]}}}"#;
    let input = |path: &str, text: &str| Input {
        path: path.to_owned(),
        supporting: false,
        source: Source::Bytes(text.as_bytes().to_vec()),
    };
    let inputs =
        vec![input("a.csv", "year,F,M\n2010,95.5,87.1\n2011,99.0,91.2\n"), input("results.json", record)];
    let report = check(inputs, &Policy::preset("acro").unwrap()).remove(0).report;
    let found: Vec<_> = report.findings.iter().filter(|finding| finding.rule == "CLS-GRP").collect();
    assert_eq!((found.len(), found[0].outcome), (1, Outcome::Undecided));
}

#[test]
fn a_total_of_what_is_shown_makes_no_cell_full() {
    let text = "age,A,B,All\n18-39,,20,20\n40-64,17,19,36\n65+,22,21,43\nAll,39,60,99\n";
    assert_eq!(cells("be-default", "CLS-GRP", text), [(Review, [0, 2])]);
}
