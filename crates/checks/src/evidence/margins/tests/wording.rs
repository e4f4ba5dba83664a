//! What words in a column of counts, or at its head, make of its cells.

use exeat_domain::finding::Severity::{Block, Review};

use super::{hidden, reports};

/// Severity and cell of what one rule finds in one file.
fn found(policy: &str, rule: &str, text: &str) -> Vec<(exeat_domain::finding::Severity, [u64; 2])> {
    let reports = reports(policy, &[text]);
    let findings = reports.into_iter().flat_map(|report| report.findings);
    let named = findings.filter(|finding| finding.rule == rule);
    named.filter_map(|finding| Some((finding.severity, finding.place.cell?))).collect()
}

#[test]
fn whatever_stands_where_a_count_would_is_hidden() {
    for word in [
        "fewer than 5",
        "minder dan 5",
        "moins de 5",
        "under 10",
        "<5 patients",
        "n<5",
        "(<5)",
        "<5*",
        "1-4",
        "1 to 4",
        "1 bis 4",
        "onderdrukt",
        "confidential",
        "np",
        "n.p.",
        "†",
        "c.s.",
        "/",
        "&lt;5",
        "<five",
        "5<",
        "too rare",
        "see note",
        "petit effectif",
    ] {
        let table = format!("region,n\nA,{word}\nB,30\nC,41\nTotal,74\n");
        let seen = hidden("be-default", "SUP-EXACT", &[&table]);
        assert_eq!(seen, [(Block, [0, 1], (3, Some(3)))], "{word}");
        // Words alone tell nothing, and beside a total of what is shown they stand for nobody.
        let bare = format!("region,n\nA,{word}\nB,30\nC,41\n");
        assert_eq!(hidden("be-default", "SUP-EXACT", &[&bare]), [], "{word}");
    }
    for (word, seen) in
        [(">5", vec![(Review, [0, 1], (9, Some(9)))]), ("see note", vec![(Review, [0, 1], (9, Some(9)))])]
    {
        let table = format!("region;aantal\nA;{word}\nB;30\nC;41\nTotaal;80\n");
        assert_eq!(hidden("be-default", "SUP-EXACT", &[&table]), seen, "{word}");
    }
    let none = "region,n\nA,see note\nB,30\nC,41\nTotal,71\n";
    assert_eq!(hidden("be-default", "SUP-EXACT", &[none]), []);
    let wide = "region,F,M,Total\nA,fewer than 5,30,33\nB,40,35,75\nC,22,31,53\n";
    assert_eq!(hidden("be-default", "SUP-EXACT", &[wide]), [(Block, [0, 1], (3, Some(3)))]);
}

#[test]
fn answers_and_cases_beside_controls_are_levels() {
    for header in [
        "Yes,No",
        "NO,YES",
        "yes,no",
        "Nee,Ja",
        "cases,controls",
        "Cases,Non-cases",
        "Patients,Controls",
        "Controls,Cases",
        "Gevallen,Controles",
        "Cas,Témoins",
    ] {
        let table = format!("sex,{header}\nF,0,120\nM,80,60\n");
        assert_eq!(found("be-default", "CLS-GRP", &table), [(Block, [0, 2]), (Block, [1, 1])], "{header}");
        let table = format!("sex;{header}\nF;99;120\nM;1;80\n", header = header.replace(',', ";"));
        assert_eq!(found("be-default", "CLS-GRP", &table), [(Block, [0, 1]), (Block, [1, 2])], "{header}");
    }
    for header in ["cases,tested", "patients,visits", "patients,population", "deaths,cases"] {
        let table = format!("sex,{header}\nF,10,920\nM,80,860\n");
        assert_eq!(found("be-default", "CLS-GRP", &table), [], "{header}");
    }
}

#[test]
fn a_margin_that_a_declared_zero_fills_says_nothing() {
    let policy = "preset = 'be-default'\nstructural_zeros = [{ row = 'M', column = 'pregnant' }]\n";
    for table in [
        "sex,pregnant,not pregnant\nM,0,150\nF,40,160\n",
        "sex,pregnant,not pregnant,Total\nM,0,150,150\nF,40,160,200\n",
    ] {
        assert_eq!(found(policy, "CLS-GRP", table), [], "{table}");
        assert!(!found("be-default", "CLS-GRP", table).is_empty(), "{table}");
    }
}

#[test]
fn rows_named_by_what_people_have_may_overlap() {
    let table = |one: &str, two: &str| format!("item,n\nPatients,276\n  {one},150\n  {two},*\n");
    for (one, two) in [
        ("with asthma", "with COPD"),
        ("of which asthma", "of which COPD"),
        ("waarvan astma", "waarvan COPD"),
    ] {
        assert_eq!(hidden("be-default", "SUP-EXACT", &[&table(one, two)]), [], "{one}");
    }
    for (one, two) in [("with asthma", "without asthma"), ("Female", "Male")] {
        let seen = hidden("be-default", "SUP-EXACT", &[&table(one, two)]);
        assert_eq!(seen, [(Review, [2, 1], (126, Some(126)))], "{one}");
    }
}

#[test]
fn a_most_frequent_value_of_everybody_is_found_by_its_share_too() {
    for header in ["n,mode,mode_count", "n,mode,freq of mode", "aantal,modus,aantal modus"] {
        let table = format!("group,{header}\nA,40,I10,40\nB,55,E11,24\n");
        assert_eq!(found("be-default", "CLS-GRP", &table), [(Block, [0, 2])], "{header}");
    }
    let share = "group,n,mode,mode_share\nA,40,I10,1.00\nB,55,E11,0.44\n";
    assert_eq!(found("be-default", "CLS-GRP", share), [(Block, [0, 2])]);
    let share = "groep;n;modus;percentage modus\nA;40;I10;100,0\nB;55;E11;43,6\n";
    assert_eq!(found("be-default", "CLS-GRP", share), [(Block, [0, 2])]);
}

#[test]
fn a_table_of_levels_alone_counts_in_its_first_column_too() {
    for table in ["18-39,40-59,60-79\n3,120,77\n", "18-39;40-59;60+\n3;120;77\n"] {
        assert_eq!(found("be-default", "CNT-MIN", table), [(Block, [0, 0])], "{table}");
    }
}
