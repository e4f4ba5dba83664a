//! Persons in every disguise are found, and groups are not.

use exeat_domain::finding::Severity::{self, Block};

use crate::{Input, Policy, Source, check};

type Lines = Vec<Vec<String>>;

/// Severities and messages of REC-LEVEL, file by file.
fn found_in(files: &[String]) -> Vec<Vec<(Severity, String)>> {
    let inputs = files.iter().enumerate().map(|(at, text)| {
        let bytes = text.clone().into_bytes();
        Input { path: format!("{at}.csv"), supporting: false, source: Source::Bytes(bytes) }
    });
    let checked = check(inputs.collect(), &Policy::preset("be-default").unwrap());
    let ours = checked.into_iter().map(|checked| {
        let findings = checked.report.findings.into_iter().filter(|finding| finding.rule == "REC-LEVEL");
        findings.map(|finding| (finding.severity, finding.message)).collect()
    });
    ours.collect()
}

fn found(text: &str) -> Vec<(Severity, String)> {
    found_in(&[text.to_owned()]).remove(0)
}

fn blocks(lines: &Lines) -> bool {
    found(&written(lines)).iter().any(|(severity, _)| *severity == Block)
}

fn written(lines: &Lines) -> String {
    lines.iter().map(|line| line.join(",") + "\n").collect()
}

/// A header, and made-up people under it.
fn people(count: u32) -> Lines {
    let header = ["id", "sex", "age", "region", "smoker", "sbp", "diabetes"];
    let mut lines: Lines = vec![header.map(str::to_owned).to_vec()];
    let mut seed = 12_345_u32;
    let mut below = |end: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) % end
    };
    for number in 0..count {
        lines.push(vec![
            format!("P{}", 7_000 + number * 13),
            ["M", "F"][below(2) as usize].to_owned(),
            (18 + below(70)).to_string(),
            ["north", "south", "east", "west"][below(4) as usize].to_owned(),
            below(2).to_string(),
            (95 + below(80)).to_string(),
            below(2).to_string(),
        ]);
    }
    lines
}

fn without_first(lines: &Lines) -> Lines {
    lines.iter().map(|line| line[1..].to_vec()).collect()
}

fn turned(lines: &Lines) -> Lines {
    (0..lines[0].len()).map(|at| lines.iter().map(|line| line[at].clone()).collect()).collect()
}

fn banded(mut lines: Lines, column: usize) -> Lines {
    for line in &mut lines[1..] {
        let low = line[column].parse::<u32>().unwrap() / 10 * 10;
        line[column] = format!("{low}-{}", low + 9);
    }
    lines
}

fn sorted(mut lines: Lines) -> Lines {
    lines[1..].sort();
    lines
}

#[test]
fn persons_are_found_and_groups_are_not() {
    assert_eq!(found(include_str!("../../../fixtures/rec-level/clear.csv")), []);
    let found = found(include_str!("../../../fixtures/rec-level/found.csv"));
    let [(Block, message)] = &found[..] else { panic!("{found:?}") };
    assert!(
        message.starts_with("Each row looks like one person or event (") && message.contains("+"),
        "{message}"
    );
}

#[test]
fn disguises_of_rows_are_seen_through() {
    let people = people(120);
    let bare = without_first(&people);
    let mut with_ones = people.clone();
    for (at, line) in with_ones.iter_mut().enumerate() {
        line.push(if at == 0 { "n".to_owned() } else { "1".to_owned() });
    }
    for (disguise, lines) in [
        ("none", people.clone()),
        ("ids dropped", bare.clone()),
        ("a column of ones", with_ones.clone()),
        ("ids dropped and ones", without_first(&with_ones)),
        ("sorted", sorted(bare.clone())),
        ("ages banded", banded(bare.clone(), 1)),
        ("banded and sorted", sorted(banded(banded(bare, 1), 4))),
        ("on its side", turned(&people)),
        ("on its side, banded", turned(&banded(people.clone(), 2))),
    ] {
        assert!(blocks(&lines), "{disguise}: {:?}", found(&written(&lines)));
    }
    assert!(blocks(&turned(&self::people(30))), "thirty people");
}

#[test]
fn a_cell_of_many_persons_is_found() {
    for cell in [
        r#""[{""age"":41,""sex"":""M""},{""age"":52,""sex"":""F""}]""#,
        r#""[41,52,38,41,60,33,29,47,55,61]""#,
        r#""41;52;38;41;60;33;29;47;55;61""#,
        "41 52 38 41 60 33 29 47 55 61",
    ] {
        let table = format!("group,values,n\nA,{cell},10\n");
        assert!(found(&table).iter().any(|(severity, _)| *severity == Block), "{cell}");
    }
    for cell in [
        "\"1,2,3\"",
        "E10 E11 E12 E13 E14 E10 E11 E12 E13 E14",
        "\"123456 234567 345678 456789 567890 678901 789012 890123 901234 112345\"",
    ] {
        assert_eq!(found(&format!("group,codes,n\nA,{cell},100\n")), [], "{cell}");
    }
}

#[test]
fn one_file_a_person_is_found_across_a_request() {
    let people = people(40);
    let wide: Vec<String> =
        people[1..].iter().map(|line| written(&vec![people[0].clone(), line.clone()])).collect();
    let long: Vec<String> = people[1..]
        .iter()
        .map(|line| {
            let pairs = people[0].iter().zip(line).map(|(label, value)| format!("{label},{value}\n"));
            format!("variable,value\n{}", pairs.collect::<String>())
        })
        .collect();
    for (layout, files) in [("a row", wide), ("a column", long)] {
        let found = found_in(&files);
        assert!(
            found.iter().all(|found| found.iter().any(|(severity, _)| *severity == Block)),
            "{layout}: {:?}",
            found[0]
        );
        assert!(found[0][0].1.contains("40 files"), "{}", found[0][0].1);
        assert!(found_in(&files[..4]).iter().all(Vec::is_empty), "too few to tell");
    }
}

#[test]
fn one_file_a_group_is_clear() {
    let files: Vec<String> = (0..30)
        .map(|region| {
            format!(
                "sex,n,mean_age,sd_age\nM,{},{}.2,9.1\nF,{},{}.4,8.7\n",
                200 + region * 7,
                40 + region % 5,
                300 + region * 3,
                41 + region % 7
            )
        })
        .collect();
    assert!(found_in(&files).iter().all(Vec::is_empty), "{:?}", found_in(&files)[0]);
}

#[test]
fn below_twenty_rows_a_person_decides_and_below_eight_others() {
    assert!(matches!(found(&written(&people(19))).as_slice(), [(Severity::Review, _)]));
    assert_eq!(found(&written(&people(7))), []);
    assert_eq!(found(""), []);
    assert_eq!(found("id,sex,age\n"), []);
}

#[test]
fn visits_of_one_person_a_file_are_found() {
    let days = |start: u32, step: u32| -> String {
        let day = |visit: u32| (visit * visit * step + start) % 27 + 1;
        (0..6)
            .map(|visit| {
                format!("2021-{:02}-{:02},{},{}\n", visit + 1, day(visit), 120 + day(visit), 70 + visit)
            })
            .collect()
    };
    let visits = |file: u32| format!("date,sbp,dbp\n{}", days(file * 5, 3 + file));
    let files: Vec<String> = (0..4).map(visits).collect();
    for found in found_in(&files) {
        assert!(matches!(found.as_slice(), [(Block, message)] if message.contains("4 files")), "{found:?}");
    }
    assert!(found_in(&files[..2]).iter().all(Vec::is_empty), "two files tell too little");
    // Rounds of a survey, the same days everywhere; and values that are said to be means.
    let rounds: Vec<String> = (0..4).map(|_| format!("date,sbp,dbp\n{}", days(5, 3))).collect();
    assert!(found_in(&rounds).iter().all(Vec::is_empty), "{:?}", found_in(&rounds)[0]);
    let means: Vec<String> = files.iter().map(|file| file.replace("sbp,dbp", "mean_sbp,n")).collect();
    assert!(found_in(&means).iter().all(Vec::is_empty), "{:?}", found_in(&means)[0]);
}

/// A table of so many rows, with a plain generator of numbers below a bound.
fn table(header: &str, rows: u32, row: impl Fn(u32, &mut dyn FnMut(u32) -> u32) -> String) -> String {
    let mut seed = 99_u32;
    let mut below = |end: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) % end
    };
    std::iter::once(header.to_owned())
        .chain((0..rows).map(|at| row(at, &mut below)))
        .map(|line| line + "\n")
        .collect()
}

#[test]
fn a_key_that_names_a_person_makes_rows_persons_whatever_was_computed() {
    for (header, key) in [
        ("patient,total_cost,n_visits", 1000),
        ("subject,mean_hr,sd_hr", 1),
        ("persoon,aantal consultaties,gemiddelde kost", 1),
        ("bénéficiaire,nombre de contacts,montant moyen", 20),
        ("Versicherter,Anzahl Kontakte,mittlere Kosten", 5000),
        ("admission,mean_cost,los", 310),
        ("encounter_no,n_tests,total_charge", 1),
        ("lidnummer,aantal contacten,totale kost", 300),
        ("specimen,mean_ct,sd_ct", 7001),
    ] {
        for rows in [25, 300] {
            let numbers =
                table(header, rows, |at, below| format!("{},{},{}", key + at, 10 + below(90), below(900)));
            assert!(found(&numbers).iter().any(|(severity, _)| *severity == Block), "{header} {rows}");
            let labels = table(header, rows, |at, below| {
                format!("A{:04},{},{}", key + at, 10 + below(90), below(900))
            });
            assert!(found(&labels).iter().any(|(severity, _)| *severity == Block), "{header} {rows}, labels");
        }
        let visits =
            table(header, 120, |at, below| format!("{},{},{}", key + at / 3, 10 + below(90), below(900)));
        assert!(found(&visits).iter().any(|(severity, _)| *severity == Block), "{header}, three rows each");
    }
}

#[test]
fn a_key_that_names_a_group_does_not() {
    for (header, key) in [
        ("practice,total_cost,n_visits", 1000),
        ("hospital_id,mean_los,n", 1),
        ("postcode,aantal patiënten,gemiddelde kost", 2000),
        ("icd10_code,n_patients,mean_age", 100),
        ("maand,aantal consultaties,totale kost", 1),
        ("cost_per_patient,n,mean_age", 100),
        ("visit,n,mean_sbp", 1),
        ("stay,n,mean_cost", 1),
        ("household size,n,mean_income", 1),
    ] {
        let text =
            table(header, 30, |at, below| format!("{},{},{}", key + at, 100 + below(900), 20 + below(60)));
        assert_eq!(found(&text), [], "{header}");
    }
    let kinds = table("patient group,n,mean_age", 30, |at, below| {
        format!("G{at},{},{}", 100 + below(900), below(90))
    });
    assert_eq!(found(&kinds), []);
    let effects = table("grp,term,condval,condsd", 40, |at, below| {
        format!("practice{at:03},(Intercept),-0.{:04},0.2{}", 1000 + below(8000), 100 + below(800))
    });
    assert_eq!(found(&effects), []);
}

#[test]
fn effects_of_persons_and_what_a_model_gives_each_are_found() {
    let effects = table("grp,term,condval,condsd", 40, |at, below| {
        format!("pat{at:03},(Intercept),-0.{:04},0.2{}", 1000 + below(8000), 100 + below(800))
    });
    assert!(found(&effects).iter().any(|(severity, _)| *severity == Block));
    for header in ["fitted,std_resid,leverage", "predicted,residual,cooks_d", "voorspelde waarde,residu,hat"]
    {
        let text = table(header, 100, |_, below| {
            format!("1{}.{},-0.{:04},0.0{:04}", 10 + below(80), below(10), below(10_000), below(10_000))
        });
        assert!(found(&text).iter().any(|(severity, _)| *severity == Block), "{header}");
        let by_month = text.lines().enumerate().map(|(at, line)| match at {
            0 => format!("month,n,{line}\n"),
            _ => format!("{}-{:02},{},{line}\n", 2010 + (at - 1) / 12, (at - 1) % 12 + 1, 400 + at),
        });
        assert_eq!(found(&by_month.collect::<String>()), [], "{header} by month");
    }
    let predicted =
        table("y_true,y_prob", 100, |_, below| format!("{},0.{:06}", below(2), 1 + below(999_999)));
    assert!(found(&predicted).iter().any(|(severity, _)| *severity == Block));
}

#[test]
fn statistics_of_groups_that_nothing_names_are_for_review() {
    let bare = table("mean_hr,mean_sbp,mean_spo2", 60, |_, below| {
        format!(
            "{}.{},{}.{},9{}.{}",
            60 + below(40),
            below(10),
            100 + below(70),
            below(10),
            below(10),
            below(10)
        )
    });
    assert!(
        matches!(found(&bare).as_slice(), [(Severity::Review, message)] if message.contains("nothing names"))
    );
    let bands = table("adherence_pct,age_band", 200, |_, below| {
        format!("{}.{},{}", 40 + below(60), below(10), ["18-39", "40-64", "65+"][below(3) as usize])
    });
    let repeats = "repeat the groups";
    assert!(matches!(found(&bands).as_slice(), [(Block, message)] if message.contains(repeats)));
    let counted = table("mean_hr,mean_sbp,n", 60, |_, below| {
        format!("{}.{},{}.{},{}", 60 + below(40), below(10), 100 + below(70), below(10), 100 + below(900))
    });
    assert_eq!(found(&counted), []);
    let unknown =
        table("grp,BLUP,SE", 60, |at, below| format!("{},0.{:04},0.2{}", 1000 + at, below(9999), below(9)));
    assert!(matches!(found(&unknown).as_slice(), [(Severity::Review, _)]));
}

#[test]
fn items_of_a_questionnaire_are_no_quantiles() {
    for header in ["Q1,Q2,Q3,Q4,Q5", "q1,q2,q3,p1,p2", "p1,p2,p5,p10,p25"] {
        let answers = table(header, 150, |_, below| {
            let mut answer = || 1 + below(5);
            format!("{},{},{},{},{}", answer(), answer(), answer(), answer(), answer())
        });
        assert!(
            found(&answers).iter().any(|(severity, _)| *severity == Block),
            "{header}: {:?}",
            found(&answers)
        );
    }
    let quartiles = table("region,n,Q1,Q2,Q3", 40, |at, below| {
        let low = 20 + below(20);
        format!("R{at},{},{low},{},{}", 200 + below(300), low + below(20), low + 20 + below(20))
    });
    assert_eq!(found(&quartiles), []);
}

#[test]
fn readings_and_lists_of_codes_are_those_of_persons() {
    for header in ["bloeddruk", "bloeddruk;pols", "age;bp"] {
        let text = table(header, 70, |_, below| {
            let (reading, pulse) = (format!("{}/{}", 105 + below(80), 60 + below(40)), 50 + below(60));
            match header {
                "age;bp" => format!("{pulse};{reading}"),
                "bloeddruk" => reading,
                _ => format!("{reading};{pulse}"),
            }
        });
        assert!(found(&text).iter().any(|(severity, _)| *severity == Block), "{header}: {:?}", found(&text));
    }
    let codes = |below: &mut dyn FnMut(u32) -> u32| {
        (0..1 + below(4))
            .map(|_| format!("{}{}", ["K", "R", "T"][below(3) as usize], 70 + below(29)))
            .collect::<Vec<_>>()
    };
    let listed = table("age,codes", 90, |_, below| format!("{},{}", 20 + below(70), codes(below).join(" ")));
    assert!(found(&listed).iter().any(|(severity, _)| *severity == Block), "{:?}", found(&listed));
    let lists = table("list,codes,n", 40, |at, below| {
        format!("name {at},{},{}", codes(below).join(" "), 100 + below(900))
    });
    assert_eq!(found(&lists), []);
}

#[test]
fn a_population_by_year_of_age_and_sex_is_one_of_groups() {
    for header in [
        "Age,Male,Female",
        "Alter,männlich,weiblich",
        "leeftijd,mannen,vrouwen",
        "âge,hommes,femmes",
        "age,m,f",
    ] {
        for width in [100, 500] {
            let counts =
                table(header, 101, |at, below| format!("{at},{},{}", 400 + below(width), 400 + below(width)));
            assert_eq!(found(&counts), [], "{header}");
        }
    }
}
