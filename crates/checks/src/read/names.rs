//! What a header says of its column, in English, Dutch, French and German.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// What a header's words mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    PValue,
    Bound,
    StandardError,
    Estimate,
    Statistic,
    Percentage,
    Base,
    /// Counts people or events, whatever the table.
    Count,
    /// Counts things: in a table of groups it is a count, in a table of persons an attribute.
    CountOfThings,
    /// An attribute of a person or a measurement, even where it is a whole number.
    Attribute,
    Period,
    Term,
    Label,
    RowNumber,
}

/// The words of a header: lower case, without accents, split at camel case and at whatever is no letter or digit.
pub(crate) fn words(header: &str) -> Vec<String> {
    let bare: Vec<char> = header.nfd().filter(|&c| !is_combining_mark(c)).collect();
    let mut words = vec![String::new()];
    for (at, &character) in bare.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| bare[at]);
        let after = bare.get(at + 1).copied();
        let hump = character.is_uppercase()
            && (before.is_some_and(char::is_lowercase) || before.is_some_and(char::is_uppercase) && after.is_some_and(char::is_lowercase));
        if !character.is_alphanumeric() || hump {
            words.push(String::new());
        }
        if character.is_alphanumeric() {
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Headers that mean this as a whole, joined by blanks.
const WHOLE: &[(Meaning, &[&str])] = &[
    (Meaning::PValue, &["p", "pvalue", "p value", "pval", "p val", "p t", "p z", "pr z", "pr t", "pr chisq", "pr chi", "pr f", "prob", "sig", "significance", "padj", "fdr"]),
    (
        Meaning::Bound,
        &["lci", "uci", "lc", "uc", "ll", "ul", "lcl", "ucl", "lb", "ub", "lower", "upper", "ci", "cilow", "cihigh", "ci low", "ci high", "ci lower", "ci upper", "low", "high", "2 5", "97 5", "0 025", "0 975", "5", "95", "conf low", "conf high", "ci lo", "ci hi", "cil", "ciu", "95 ci"],
    ),
    (Meaning::StandardError, &["se", "std error", "stderr", "std err", "standard error", "robust se", "se coef", "sem", "s e"]),
    (
        Meaning::Estimate,
        &["estimate", "est", "coef", "coefficient", "beta", "b", "hr", "or", "rr", "irr", "arr", "ahr", "aor", "exp coef", "z", "t", "z value", "t value", "statistic", "chisq", "f", "f value", "r", "rho", "shr", "smr", "sir", "vif", "md", "smd", "auc", "aic", "bic", "effect"],
    ),
    (Meaning::Count, &["n", "nn", "ns", "no of", "number", "nombre", "nobs", "tot"]),
    (Meaning::Label, &["level", "levels", "label", "category", "group", "variable", "characteristic", "name"]),
    (Meaning::Period, &["t", "time period", "wk", "jaar", "annee", "jahr"]),
    (Meaning::RowNumber, &["rownames", "row names", "row", "rowid", "row id", "row number", "x1", "unnamed 0", "index", "rownum", "row num"]),
];

/// Words that mean this wherever they stand in a header; the first list that has one decides.
const WORD: &[(Meaning, &[&str])] = &[
    (Meaning::PValue, &["pvalue", "pval", "pvalues"]),
    (Meaning::StandardError, &["stderr", "se"]),
    (Meaning::Bound, &["lci", "uci", "lcl", "ucl", "llci", "ulci", "ci", "lc", "uc", "ci95", "cilower", "ciupper", "conf", "confint"]),
    (Meaning::Estimate, &["ratio", "coef", "coefficient", "coefficients", "estimate", "estimates", "irr", "correlation", "loglik", "squared", "odds", "hazard"]),
    (Meaning::Period, &["date", "month", "week", "year", "quarter", "maand", "week", "kwartaal", "datum", "mois", "semaine", "trimestre", "monat", "woche", "quartal", "period", "periode", "yearmonth", "yr", "yearweek", "startdate", "enddate", "startmonth", "day"]),
    (
        Meaning::Percentage,
        &["pct", "perc", "percent", "percentage", "percentages", "prop", "proportion", "proportions", "rate", "rates", "share", "coverage", "prevalence", "incidence", "ppm", "per", "fraction", "taux", "pourcentage", "aandeel", "prozent", "anteil", "positivity", "vaccinationrate", "prob", "probability", "survival", "cuminc", "risk"],
    ),
    (
        Meaning::Statistic,
        &["mean", "avg", "average", "median", "sd", "std", "stdev", "stddev", "variance", "min", "max", "minimum", "maximum", "iqr", "q1", "q2", "q3", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99", "quantile", "quartile", "percentile", "gemiddelde", "mediaan", "moyenne", "mediane", "mittelwert", "standaardafwijking", "ecart", "mode", "skew", "skewness", "kurtosis", "gini", "herfindahl", "hhi", "entropy", "std.dev", "q25", "q75", "lq", "uq", "personyears", "persontime", "pyears", "py", "sum", "som", "somme", "summe"],
    ),
    (Meaning::Base, &["denominator", "denom", "population", "pop", "bevolking", "noemer", "denominateur", "bevolkerung", "nenner", "base"]),
    (
        Meaning::Count,
        &["n", "count", "counts", "freq", "frequency", "frequencies", "frequentie", "num", "nobs", "aantal", "aantallen", "effectif", "effectifs", "anzahl", "haufigkeit", "frequence", "total", "totals", "totaal", "gesamt", "patients", "persons", "people", "subjects", "participants", "individuals", "patienten", "personen", "personnes", "cases", "gevallen", "cas", "deaths", "sterfgevallen", "overlijdens", "deces", "falle", "todesfalle", "numerator", "npatients", "nevents", "ncases", "ndeaths", "observations", "obs", "respondents", "samplesize", "registered", "women", "men", "males", "females", "inhabitants", "nb", "hospitalisations", "hospitalizations", "confirmed", "recovered", "cumulative", "cumul", "numevents", "numpatients", "casenum", "ncas"],
    ),
    (
        Meaning::CountOfThings,
        &["tests", "events", "admissions", "visits", "doses", "consultations", "practices", "practice", "sites", "site", "contacts", "codes", "prescriptions", "items", "households", "births", "number", "nombre", "nr", "no", "size", "records", "rows", "issues", "vaccinated", "hospitals", "centres", "labs", "praktijken", "bezoeken", "contacten", "visites", "besuche", "opnames", "episodes", "referrals", "appointments", "attendances"],
    ),
    (
        Meaning::Attribute,
        &["age", "leeftijd", "alter", "weight", "height", "bmi", "gewicht", "lengte", "poids", "taille", "score", "grade", "income", "salary", "dose", "days", "hours", "minutes", "mins", "duration", "length", "time", "pressure", "bp", "sbp", "dbp", "temperature", "glucose", "cholesterol", "postcode", "zip", "birthyear", "dob", "lat", "lon", "latitude", "longitude", "width", "speed", "distance", "price", "amount", "status", "stage", "wave", "trial", "visit"],
    ),
    (Meaning::Term, &["term", "predictor", "covariate", "parameter", "contrast", "comparison", "comparator"]),
];

/// What the header means, and the word that says so.
pub(crate) fn meaning(header: &str) -> Option<(Meaning, String)> {
    let words = words(header);
    let whole = words.join(" ");
    let known = |list: &[&str], word: &str| list.contains(&word);
    if let Some((meaning, _)) = WHOLE.iter().find(|(_, list)| known(list, &whole)) {
        return Some((*meaning, whole));
    }
    if quantile(header) {
        return Some((Meaning::Statistic, whole));
    }
    if header.contains('%') {
        return Some((Meaning::Percentage, "%".to_owned()));
    }
    let phrase = |text: &str| format!(" {whole} ").contains(&format!(" {text} "));
    for (meaning, list) in [
        (Meaning::StandardError, ["std error", "standard error", "std err", "robust se"].as_slice()),
        (Meaning::Bound, &["conf low", "conf high", "lower ci", "upper ci", "95 ci", "lower bound", "upper bound", "ci low", "confidence interval", "lower limit", "upper limit"]),
        (Meaning::PValue, &["p value", "pr z", "pr t"]),
        (Meaning::Count, &["at risk", "n risk", "n event", "n censor", "list size", "sample size"]),
        (Meaning::Statistic, &["std dev", "standard deviation", "person years", "person time", "follow up time", "person days"]),
    ] {
        if let Some(found) = list.iter().find(|text| phrase(text)) {
            return Some((meaning, (*found).to_owned()));
        }
    }
    WORD.iter().find_map(|(meaning, list)| words.iter().find(|word| known(list, word)).map(|word| (*meaning, word.clone())))
}

/// Whether a header is that of a quantile: `25%` is one, `% vaccinated` is not.
fn quantile(header: &str) -> bool {
    let bare = header.trim().trim_end_matches('%').trim();
    header.trim().ends_with('%') && bare.parse::<f64>().is_ok()
}

/// Whether a header or label says that it counts practices, sites, contacts or codes: things, not people.
pub(crate) fn counts_things(header: &str) -> Option<String> {
    const THINGS: &[&str] = &[
        "practice", "practices", "site", "sites", "hospital", "hospitals", "centre", "centres", "center", "centers", "lab", "labs", "contact", "contacts", "code", "codes", "snomed", "icd", "gps", "trusts", "praktijk", "praktijken",
        "contacten", "cabinets", "sites", "ziekenhuizen", "hopitaux", "praxen", "kontakte", "wards", "pharmacies", "facilities", "consultations", "raadplegingen", "visits", "laboratories", "providers", "clinics", "households",
        "ccgs", "stps", "prescriptions", "tests", "appointments", "items", "doses",
    ];
    const PEOPLE: &[&str] = &["patient", "patients", "people", "persons", "participants", "subjects", "individuals", "women", "men", "children", "patienten", "personen", "personnes", "deaths", "cases"];
    let words = words(header);
    if words.iter().any(|word| PEOPLE.contains(&word.as_str())) {
        return None;
    }
    words.into_iter().find(|word| THINGS.contains(&word.as_str()))
}

/// Whether a label names a total.
pub(crate) fn is_total(label: &str) -> bool {
    const TOTALS: &[&str] = &["total", "totals", "all", "overall", "totaal", "ensemble", "sum", "gesamt", "alle", "tous", "tout", "somme", "som", "grand", "subtotal", "full", "both", "allemaal", "insgesamt", "summe"];
    let words = words(label);
    words.len() <= 3 && words.first().is_some_and(|word| TOTALS.contains(&word.as_str())) || words.len() <= 3 && words.last().is_some_and(|word| matches!(word.as_str(), "total" | "totaal" | "totals"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_split_into_words() {
        assert_eq!(words("numEvents"), ["num", "events"]);
        assert_eq!(words("NEW_IN"), ["new", "in"]);
        assert_eq!(words("Écart-type (%)"), ["ecart", "type"]);
        assert_eq!(words("HTTPStatus"), ["http", "status"]);
    }

    #[test]
    fn headers_mean_what_they_say() {
        for (header, expected) in [
            ("n", Meaning::Count),
            ("numEvents", Meaning::Count),
            ("aantal patiënten", Meaning::Count),
            ("CASES", Meaning::Count),
            ("rate_per_1000", Meaning::Percentage),
            ("propDeaths", Meaning::Percentage),
            ("% women", Meaning::Percentage),
            ("25%", Meaning::Statistic),
            ("mean_age", Meaning::Statistic),
            ("Std. Error", Meaning::StandardError),
            ("Pr(>|z|)", Meaning::PValue),
            ("lci", Meaning::Bound),
            ("Adjusted Rate Ratio", Meaning::Estimate),
            ("denominator", Meaning::Base),
            ("age", Meaning::Attribute),
            ("practice_count", Meaning::Count),
            ("date_report", Meaning::Period),
            ("rownames", Meaning::RowNumber),
        ] {
            assert_eq!(meaning(header).map(|(meaning, _)| meaning), Some(expected), "{header}");
        }
        assert!(meaning("Flanders").is_none());
        assert!(counts_things("practice_count").is_some() && counts_things("patients per practice").is_none());
        assert!(is_total("All") && is_total("Totaal") && is_total("Grand Total") && !is_total("Allergy"));
    }
}
