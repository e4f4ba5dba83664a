//! Headers in English, Dutch and French are told for what they are, in the tables that they stand in.

use exeat_domain::finding::Severity::{Block, Review};

use crate::table::Role::{
    self, Base, Bound, Count, Dimension, Estimate, PValue, Percentage, Period, StandardError, Statistic, Term,
};
use crate::{Input, Policy, Source, check, read};

fn columns(text: &str) -> Vec<(String, Role)> {
    let policy = Policy::preset("be-default").unwrap();
    let views = read::tables(Source::Bytes(text.into()), "a.csv", &policy, 0).unwrap();
    views[0].table.columns.iter().map(|column| (column.name.clone(), column.role)).collect()
}

type Cells = Vec<[u64; 2]>;

/// Cells of CNT-MIN that block and that are for review.
fn small(text: &str) -> [Cells; 2] {
    let input = Input { path: "a.csv".into(), supporting: false, source: Source::Bytes(text.into()) };
    let report = check(vec![input], &Policy::preset("be-default").unwrap()).remove(0).report;
    [Block, Review].map(|severity| {
        let ours = report.findings.iter().filter(|f| f.rule == "CNT-MIN" && f.severity == severity);
        ours.filter_map(|finding| finding.place.cell).collect()
    })
}

/// A file of a desktop that writes `;` and decimal commas.
fn file(columns: &[(&str, [&str; 4])]) -> String {
    let line = |cells: Vec<&str>| cells.join(";") + "\n";
    let header = line(columns.iter().map(|(name, _)| *name).collect());
    header
        + &(0..4).map(|row| line(columns.iter().map(|(_, cells)| cells[row]).collect())).collect::<String>()
}

const TIMES: (&str, [&str; 4]) = ("time", ["0", "30", "60", "90"]);
const AT_RISK: (&str, [&str; 4]) = ("n.risk", ["523", "498", "467", "441"]);
const TERMS: (&str, [&str; 4]) = ("Terme", ["(Intercept)", "age", "sex: F", "smoker: yes"]);
const ESTIMATES: (&str, [&str; 4]) = ("Estimation", ["0,412", "1,303", "-0,206", "2,105"]);
const ERRORS: (&str, [&str; 4]) = ("Erreur type", ["0,121", "0,203", "0,106", "0,305"]);
const VALUES: (&str, [&str; 4]) = ("p", ["0,001", "0,203", "0,046", "0,805"]);
const REGIONS: (&str, [&str; 4]) = ("regio", ["A", "B", "C", "D"]);
const COUNTS: [&str; 4] = ["31", "120", "45", "88"];

/// Each header, between bars, in a table of its kind, has one of these roles.
fn hold(headers: &str, roles: &[Role], table: impl Fn(&str) -> String) -> usize {
    let all = headers.split('|').map(str::trim);
    all.inspect(|header| {
        let columns = columns(&table(header));
        let found = columns.iter().find(|(name, _)| name == header).map(|(_, role)| *role);
        assert!(found.is_some_and(|role| roles.contains(&role)), "{header}: {found:?} of {columns:?}");
    })
    .count()
}

#[test]
fn headers_of_life_tables_and_models_are_told_in_three_languages() {
    let survival = "Survie|Survival|Overleving|Probabilité de survie|Overlevingskans|Taux de survie|Survie cumulée|\
        Survival probability|Cumulatieve overleving|Incidence cumulée|Cumulatieve incidentie";
    let share = ["1,000", "0,951", "0,902", "0,853"];
    let mut all = hold(survival, &[Percentage], |header| file(&[TIMES, (header, share), AT_RISK]));
    let at_risk = "Nombre à risque|Aantal at risk|N at risk|Number at risk|Aantal onder risico|Effectif à risque|\
        Sujets à risque|Personen at risk|À risque|Patients à risque|n.risk";
    all += hold(at_risk, &[Count], |header| file(&[TIMES, (header, AT_RISK.1), ("survival", share)]));
    let events =
        "Décès|Événements|Gebeurtenissen|Events|n.event|Censures|Gecensureerd|Nombre d'événements|Overleden";
    let happened = ["0", "25", "49", "75"];
    all += hold(events, &[Count], |header| file(&[TIMES, AT_RISK, (header, happened)]));
    let times = "Temps|Tijd|Temps (jours)|Tijd (dagen)|Mois|Maand|Délai";
    all +=
        hold(times, &[Period, Dimension], |header| file(&[(header, TIMES.1), AT_RISK, ("survival", share)]));
    let estimates = "Estimation|Schatting|Estimate|Coëfficiënt|Odds ratio|OR|Rapport de cotes|Risque relatif|HR|\
        Relatief risico|Rapport des taux|Kansverhouding|HR ajusté|Gecorrigeerde OR|exp(B)|Risicoratio";
    all += hold(estimates, &[Estimate], |header| file(&[TERMS, (header, ESTIMATES.1), ERRORS, VALUES]));
    let errors = "Erreur type|Erreur standard|Standaardfout|Std. Error|Std. fout|SE|s.e.|Erreur-type";
    all += hold(errors, &[StandardError], |header| file(&[TERMS, ESTIMATES, (header, ERRORS.1), VALUES]));
    let values = "p|Valeur p|P-waarde|p-value|Valeur de p|Pr(>|t|)".replace("|t|", "t");
    all += hold(&values, &[PValue], |header| file(&[TERMS, ESTIMATES, ERRORS, (header, VALUES.1)]));
    let bounds = "BI onder|BI boven|IC 95% inf|IC 95% sup|BI ondergrens|95% BI boven|borne inférieure|Borne sup.|\
        IC inf|ondergrens|bovengrens|95% CI lower|Limite inférieure|BI laag|IC haut|2,5 %|97,5 %|upper.95";
    let (end, other) = (["0,312", "1,203", "-0,306", "1,905"], ["1,3", "2,2", "1,4", "2,9"]);
    all += hold(bounds, &[Bound], |header| file(&[TERMS, ESTIMATES, (header, end), ("x", other), VALUES]));
    let terms = "Terme|Term|Variabele|Paramètre|Predictor|Facteur|Covariaat";
    all += hold(terms, &[Term, Dimension], |header| file(&[(header, TERMS.1), ESTIMATES, ERRORS, VALUES]));
    assert!(all >= 80, "{all}");
}

#[test]
fn headers_of_tables_of_groups_are_told_in_three_languages() {
    let statistics = "écart-type|standaardafwijking|SD|standaarddeviatie|Mediaan|Médiane|Kwartiel 1|1e kwartiel|\
        Premier quartile|Q3|Gemiddelde|Âge moyen|IQR|Écart interquartile|Percentiel 90|P90|Gemiddelde ligduur|\
        Étendue|Minimum|Somme|Décile 9|Levensverwachting";
    let counts = ("n", COUNTS);
    let mut all = hold(statistics, &[Statistic], |header| {
        file(&[REGIONS, counts, (header, ["41,2", "43,5", "40,1", "38,7"])])
    });
    let counted = "Effectif|N patients|Aantal patiënten|Nombre de patients|N|Aantal|Nombre|Freq.|Fréquence|Cas|\
        Gevallen|Décès|Sterfgevallen|Patiënten|Bezoeken|Visites|Opnames|Séjours|Témoins|Controles|Case|Cases|\
        Controls|Non-cases|Visit|Visits|Event|Death|Deaths|Hommes|Vrouwen|Naissances|Population|Noemer|Totaal|\
        Inwoners|Deaths per week|Décès par semaine|Sterfgevallen per maand|Cas 2020|Hoog risico|Haut risque|Teller";
    all += hold(counted, &[Count, Base], |header| file(&[REGIONS, (header, COUNTS)]));
    let shares = "Pourcentage|Proportie|Aandeel|%|Taux pour 1000|Prevalentie|Prévalence|Incidentie|procent|\
        Dekkingsgraad|Couverture vaccinale|Vaccinatiegraad|Aantal per 1000|Nombre pour 1000 habitants|Sterftecijfer";
    all += hold(shares, &[Percentage], |header| {
        file(&[REGIONS, counts, (header, ["12,4", "31,1", "17,9", "38,6"])])
    });
    let groups = "Région|Gewest|Geslacht|Groupe d’âge|Leeftijdsgroep|Diagnose|Maladie|Groep|Dienst";
    all += hold(groups, &[Dimension], |header| file(&[(header, REGIONS.1), counts]));
    assert!(all >= 80, "{all}");
}

#[test]
fn small_counts_are_found_whatever_heads_them() {
    for header in [
        "case",
        "cases",
        "control",
        "non-case",
        "event",
        "events",
        "death",
        "deaths",
        "gevallen",
        "controles",
        "cas",
        "témoins",
        "décès",
        "exposed",
        "record",
        "key workers",
        "arm A",
        "stage I",
        "grade 3",
        "missing",
        "x",
        "yes",
        "high risk",
        "deaths per week",
        "astma",
        "group",
        "level",
    ] {
        for (cells, at) in [([3, 14, 25, 41], 0), ([41, 3, 40, 12], 1)] {
            let rows = |total: &str| {
                let rows = cells.iter().zip(["North", "South", "East", "West"]);
                let lines = rows.map(|(cell, region)| format!("{region},{cell},{}\n", 100 + cell));
                format!("region,{header},{total}\n{}", lines.collect::<String>())
            };
            for total in ["control", "n"] {
                assert_eq!(small(&rows(total))[0], [[at, 1]], "{header} beside {total}");
            }
        }
    }
    for header in ["visit", "visits", "bezoeken", "visites"] {
        let visits = format!("region,{header}\nNorth,3\nSouth,14\nEast,25\n");
        assert_eq!(small(&visits), [Cells::new(), vec![[0, 1]]], "{header} counts contacts, for review");
    }
    for (text, at) in [
        ("regio;laag;midden;hoog\nA;3;20;30\nB;40;50;60\n", [0, 1]),
        ("region,low,mid,high\nA,3,20,30\nB,40,50,60\n", [0, 1]),
        (",sex,sex\n,F,M\nyes,3,40\nno,50,60\n", [0, 1]),
        ("region,0,total\nA,3,120\nB,14,130\n", [0, 1]),
        ("region,2018,2019\nA,3,50\nB,60,80\n", [0, 1]),
        ("teller;noemer;proportie\n3;120;0,025\n40;130;0,308\n", [0, 0]),
        ("man;3;40\nvrouw;50;60\n", [0, 1]),
        ("gemeente;diabetes;index\nA;90;1,2\nB;50;3,4\nC;20;2,2\nD;3;1,1\n", [3, 1]),
    ] {
        assert_eq!(small(text)[0], [at], "{text}");
    }
    assert_eq!(small("region,case,control\nA,1,30\nB,2,40\nC,3,50\n")[0], [[0, 1], [1, 1], [2, 1]]);
    assert_eq!(small("region,case,control\nA,0,30\nB,1,40\nC,0,50\nD,0,12\n")[0], [[1, 1]]);
}

#[test]
fn codes_levels_keys_and_measures_count_nobody() {
    for text in [
        "disease,stage,n\nA,1,120\nA,2,130\nB,1,140\nB,2,150\n",
        "region,code,n\nA,3,120\nB,14,130\nC,25,140\n",
        "site_id,site,n\n4,A,120\n7,B,130\n9,C,140\n",
        "sex,case,n\nF,0,41\nF,1,52\nM,0,43\nM,1,51\n",
        "commune,NIS5,n\nA,11001,120\nB,11002,130\nC,11003,140\n",
        "region,week,n\nA,1,120\nA,2,130\nB,1,140\nB,2,150\n",
        "region,urban,n\nA,0,120\nB,1,130\nC,1,140\nD,0,150\n",
        "region,month of deaths,n\nA,1,120\nA,2,130\nB,1,140\nB,2,150\n",
        "region,n,median days\nA,120,3\nB,130,4\nC,140,8\n",
        "quintile,n\n1,120\n2,130\n3,140\n4,150\n5,160\n",
        "country,life_expectancy,n\nA,8,120\nB,9,130\n",
        "dosis;regio;n\n1;A;120\n2;A;130\n1;B;140\n2;B;150\n",
        "Source;ddl;F;p\nx;3;4,1;0,01\nRésidus;120;;\n",
        "bron;vrijheidsgraden;F;p\nx;3;4,1;0,01\nresidu;120;;\n",
        "regio;n;ligdagen\nA;120;3\nB;130;4\n",
        "test,statistic,df,p\nchi2,10.2,3,0.01\n",
    ] {
        assert_eq!(small(text), [Cells::new(), Cells::new()], "{text}");
    }
}

#[test]
fn a_rare_level_of_a_long_crosstab_counts() {
    let rows = |header: &str| {
        let rows =
            (0..40).map(|row| format!("area {row},{},{},{}\n", 60 + row, 20 + row % 9, u8::from(row == 7)));
        format!("{header}\n{}", rows.collect::<String>())
    };
    assert_eq!(small(&rows("area,white,black,roma"))[0], [[7, 3]], "few ones beside other levels");
    assert_eq!(small(&rows("area,patients,n_admitted,teaching"))[0], Cells::new(), "a flag");
    let answers = (0..40).map(|row| format!("area {row},{},{}\n", 60 + row, u8::from(row == 7)));
    assert_eq!(small(&format!("area,no,yes\n{}", answers.collect::<String>()))[0], [[7, 2]]);
}

#[test]
fn thousands_are_grouped_by_blanks_and_apostrophes() {
    for mark in ["'", "’", "\u{202f}", "\u{a0}", "\u{2009}", " "] {
        let text =
            format!("regio;cas;taux\nA;1{mark}204;1,5\nB;3;2,5\nC;12{mark}345{mark}678;1{mark}204,5\n");
        assert_eq!(
            columns(&text).iter().map(|(_, role)| *role).collect::<Vec<_>>(),
            [Dimension, Count, Percentage]
        );
        assert_eq!(small(&text)[0], [[1, 1]], "{mark:?}");
    }
}

#[test]
fn a_header_may_name_missing_values_and_levels_in_percent() {
    for header in ["sex,yes,no,missing", "sex,yes,no,NA", "sex,none,one,two"] {
        let text = format!("{header}\nF,40,30,20\nM,41,31,21\n");
        assert_eq!(columns(&text)[0].0, "sex", "{header}");
    }
    assert_eq!(columns("sex,n,2.5%,97.5%\nF,40,3.1,9.2\nM,41,3.2,9.3\n")[2], ("2.5%".to_owned(), Statistic));
    assert_eq!(columns("M,40,12.5%\nF,41,13.5%\n")[0].0, "", "a first row of figures is none");
}
