//! What a file states of its models in labels and lines: residual degrees of freedom, observations, R squared.

use exeat_domain::finding::Place;

use crate::read::value::{Decimal, number};
use crate::read::{Held, Read};
use crate::table::{Table, shown};

/// What is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stated {
    /// Residual degrees of freedom.
    ResidualDf,
    /// Observations that a model rests on.
    Observations,
    /// Degrees of freedom of the model.
    ModelDf,
    /// R squared.
    RSquared,
}

/// One number that is stated, and where.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) stated: Stated,
    pub(crate) value: f64,
    pub(crate) place: Place,
}

/// What a file states of its models.
#[derive(Debug, Default)]
pub(crate) struct Fit {
    pub(crate) facts: Vec<Fact>,
    /// It says that the errors are robust or clustered.
    pub(crate) robust: bool,
    /// It says that the model is logistic, Poisson, Cox or the like.
    pub(crate) likelihood: bool,
    /// It says that the model is one of survival, which has no intercept.
    pub(crate) survival: bool,
}

impl Fit {
    /// The smallest number that is stated of this kind.
    pub(crate) fn least(&self, stated: Stated) -> Option<&Fact> {
        let of = self.facts.iter().filter(|fact| fact.stated == stated);
        of.min_by(|one, other| one.value.total_cmp(&other.value))
    }
}

/// Rows of a table that is looked at for labels.
const MOST: u64 = 400;

/// Labels, in small letters, and what stands behind them.
const LABELS: [(&str, Stated); 43] = [
    ("df residuals", Stated::ResidualDf),
    ("df residual", Stated::ResidualDf),
    ("df.residual", Stated::ResidualDf),
    ("df_residual", Stated::ResidualDf),
    ("df_resid", Stated::ResidualDf),
    ("df.resid", Stated::ResidualDf),
    ("df resid", Stated::ResidualDf),
    ("residual df", Stated::ResidualDf),
    ("residuals df", Stated::ResidualDf),
    ("resid. df", Stated::ResidualDf),
    ("resid df", Stated::ResidualDf),
    ("residual degrees of freedom", Stated::ResidualDf),
    ("degrees of freedom (residual)", Stated::ResidualDf),
    ("df error", Stated::ResidualDf),
    ("error df", Stated::ResidualDf),
    ("residual dof", Stated::ResidualDf),
    ("vrijheidsgraden residu", Stated::ResidualDf),
    ("residuele vrijheidsgraden", Stated::ResidualDf),
    ("ddl résiduels", Stated::ResidualDf),
    ("ddl residuels", Stated::ResidualDf),
    ("degrés de liberté résiduels", Stated::ResidualDf),
    ("no. observations", Stated::Observations),
    ("number of observations", Stated::Observations),
    ("number of obs", Stated::Observations),
    ("num.obs.", Stated::Observations),
    ("n observations", Stated::Observations),
    ("nobs", Stated::Observations),
    ("num. obs.", Stated::Observations),
    ("num obs", Stated::Observations),
    ("n. obs.", Stated::Observations),
    ("n obs", Stated::Observations),
    ("no. of obs", Stated::Observations),
    ("no. of subjects", Stated::Observations),
    ("aantal observaties", Stated::Observations),
    ("aantal waarnemingen", Stated::Observations),
    ("nombre d'observations", Stated::Observations),
    ("nombre d’observations", Stated::Observations),
    ("number of observations used", Stated::Observations),
    ("observations", Stated::Observations),
    ("df model", Stated::ModelDf),
    ("r-squared", Stated::RSquared),
    ("r squared", Stated::RSquared),
    ("r2", Stated::RSquared),
];

/// Reads what a file states.
pub(crate) fn statements(read: &Read) -> Fit {
    let mut fit = Fit::default();
    let Held::Tables { tables, outside } = &read.held else { return fit };
    for line in outside {
        let place = || Place { line: Some(line.line), value: Some(shown(&line.text)), ..Place::default() };
        fit.line(&line.text, Decimal::Point, place);
    }
    for table in tables.iter().filter(|table| table.rows <= MOST && !table.is_record_level()) {
        of_table(table, &mut fit);
    }
    fit
}

fn of_table(table: &Table, fit: &mut Fit) {
    let columns = super::Columns::of(table);
    let model = columns.is_some();
    // A bare `N` below a table of coefficients counts the observations of its model.
    let bare = columns.is_some_and(|columns| columns.measures(table).iter().any(super::Measure::is_told));
    let before = fit.facts.len();
    let header: Vec<&str> =
        table.columns.iter().map(|column| column.name.as_str()).filter(|name| !name.is_empty()).collect();
    if header.iter().any(|name| hints(name)) {
        fit.line(&header.join(" "), table.decimal, || table.whole());
    }
    let width = table.columns.len().min(if model { 40 } else { 6 });
    // An error of reading is the reader's to tell; the other rules say it.
    let _ = table.each_row(|row, cells| {
        if (0..width).any(|at| hints(cells.text(at))) {
            let texts: Vec<&str> =
                (0..table.columns.len()).map(|at| cells.text(at)).filter(|text| !text.is_empty()).collect();
            fit.line(&texts.join(" "), table.decimal, || table.row(row));
        } else if bare && is_bare(cells.text(0)) {
            let value = (1..table.columns.len()).find_map(|at| cells.number(at));
            let fact = |value| Fact { stated: Stated::Observations, value, place: table.row(row) };
            fit.facts.extend(value.filter(|value| value.fract() == 0.0).map(fact));
        }
    });
    // A row that is called `r2` is no R² unless something else speaks of a model.
    if !model && fit.facts.iter().skip(before).all(|fact| fact.stated == Stated::RSquared) {
        fit.facts.truncate(before);
    }
}

/// Whether a label is that of the observations in a footer.
fn is_bare(label: &str) -> bool {
    matches!(label.trim_end_matches([':', '.', '=', ' ']), "n" | "N" | "Obs" | "obs" | "Aantal" | "Effectif")
}

/// Whether a text may hold a label: a short way out for most.
fn hints(text: &str) -> bool {
    const HINTS: [&str; 17] = [
        "df", "freedom", "obs", "resid", "r2", "r-sq", "r sq", "f(", "robust", "logi", "poisson", "cox",
        "ddl", "waarnem", "vrijheid", "n=", "chi2(",
    ];
    let bytes = text.as_bytes();
    bytes.len() <= 300
        && bytes.first().is_some_and(|byte| !byte.is_ascii_digit())
        && HINTS
            .iter()
            .any(|hint| bytes.windows(hint.len()).any(|window| window.eq_ignore_ascii_case(hint.as_bytes())))
}

impl Fit {
    /// Reads one line.
    fn line(&mut self, line: &str, decimal: Decimal, place: impl Fn() -> Place) {
        if !hints(line.trim_start()) && !line.contains("Model") {
            return;
        }
        let lower = line.to_lowercase();
        let plain = lower.replace("nonrobust", "").replace("non-robust", "");
        self.robust |= ["robust", "sandwich", "clustered", "type: hc", "type hc"]
            .iter()
            .any(|word| plain.contains(word));
        self.likelihood |=
            ["logit", "logistic", "probit", "poisson", "cox", "binomial", "proportional hazard"]
                .iter()
                .any(|word| lower.contains(word));
        self.survival |= lower.contains("cox") || lower.contains("number of events=");
        let mut add = |stated, value| {
            if let Some(value) = value {
                self.facts.push(Fact { stated, value, place: place() });
            }
        };
        let labels =
            LABELS.iter().filter_map(|(label, stated)| Some((word_at(&lower, label)?, label, *stated)));
        // Of labels that overlap, the longest at the first place says it.
        let mut found: Vec<(usize, &&str, Stated)> = labels.collect();
        found.sort_by_key(|(at, label, _)| (*at, usize::MAX - label.len()));
        let mut end = 0;
        for (at, label, stated) in found {
            if at >= end {
                end = at + label.len();
                behind(&lower[end..], decimal).into_iter().for_each(|value| add(stated, Some(value)));
            }
        }
        add(Stated::Observations, of_survival(&lower));
        add(Stated::ModelDf, of_chi(&lower));
        add(Stated::ResidualDf, residual_words(&lower));
        add(Stated::ResidualDf, of_f(&lower));
    }
}

/// Where a label stands in a line, as words of their own.
fn word_at(line: &str, label: &str) -> Option<usize> {
    let at = line.find(label)?;
    let apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    let ends = label.ends_with('.') || apart(line[at + label.len()..].chars().next().filter(|c| *c != 's'));
    (apart(line[..at].chars().next_back()) && ends).then_some(at)
}

/// `n= 228, number of events= 165`.
fn of_survival(lower: &str) -> Option<f64> {
    let rest = lower.trim_start().strip_prefix("n=").filter(|rest| rest.contains("number of events"))?;
    rest.split(',').next().and_then(|n| plain(n.trim()))
}

/// The terms that a test of the whole model counts: `LR chi2(2)`, `Wald chi2(3)`.
fn of_chi(lower: &str) -> Option<f64> {
    let at = ["lr chi2(", "wald chi2("].iter().find_map(|label| Some(lower.find(label)? + label.len()))?;
    lower[at..].split(')').next().and_then(|inner| plain(inner.trim()))
}

/// The numbers behind a label, one a model.
fn behind(rest: &str, decimal: Decimal) -> Vec<f64> {
    let rest = rest.trim_start_matches([':', '=', '.', ' ', '\t', ')', ']']);
    let mut found = Vec::new();
    for word in rest.split([' ', '\t', '|']).filter(|word| !word.is_empty()) {
        match number(word.trim_end_matches([',', ';']), decimal).map(|number| number.value) {
            Some(value) => found.push(value),
            None => break,
        }
    }
    found
}

/// A number of a print-out, with a point.
fn plain(word: &str) -> Option<f64> {
    number(word.trim_end_matches([',', ';']), Decimal::Point).map(|number| number.value)
}

/// `… on 30 degrees of freedom` in a line that speaks of residuals, and `(df = 29)` in one.
fn residual_words(lower: &str) -> Option<f64> {
    if !lower.contains("residual") {
        return None;
    }
    if let Some(at) = lower.find("degrees of freedom") {
        return lower[..at].split_whitespace().next_back().and_then(plain);
    }
    let at = lower.find("(df =").map(|at| at + 5).or_else(|| lower.find("(df=").map(|at| at + 4))?;
    lower[at..].split(')').next().and_then(|inner| plain(inner.trim()))
}

/// The second degrees of freedom of an F: `on 1 and 30 DF`, `F(2, 71)`, `(df = 2; 29)`.
fn of_f(lower: &str) -> Option<f64> {
    if let Some(at) = lower.find(" df").filter(|at| lower[..*at].contains(" and "))
        && lower.contains("f-statistic")
    {
        return lower[..at].split_whitespace().next_back().and_then(plain);
    }
    let f =
        lower.find("f(").filter(|at| *at == 0 || lower[..*at].ends_with([' ', ',', ';'])).map(|at| at + 2);
    let df = || lower.find("(df =").filter(|_| lower.contains("f stat")).map(|at| at + 5);
    let inner = lower[f.or_else(df)?..].split(')').next()?;
    let (_, second) = inner.split_once([',', ';'])?;
    plain(second.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(line: &str) -> Vec<(Stated, f64)> {
        let mut fit = Fit::default();
        fit.line(line, Decimal::Point, Place::default);
        fit.facts.iter().map(|fact| (fact.stated, fact.value)).collect()
    }

    #[test]
    fn lines_of_print_outs_are_read() {
        use Stated::{ModelDf, Observations, RSquared, ResidualDf};
        for (line, expected) in [
            ("Df Residuals: 806.0", vec![(ResidualDf, 806.0)]),
            ("Model: Probit Df Residuals: 806", vec![(ResidualDf, 806.0)]),
            ("Dep. Variable: y No. Observations: 811", vec![(Observations, 811.0)]),
            ("Method: MLE Df Model: 4.0", vec![(ModelDf, 4.0)]),
            ("Residual standard error: 3.046 on 30 degrees of freedom", vec![(ResidualDf, 30.0)]),
            ("F-statistic: 89.33 on 1 and 30 DF,  p-value: 1.294e-10", vec![(ResidualDf, 30.0)]),
            ("Residual deviance: 19.176  on 7  degrees of freedom", vec![(ResidualDf, 7.0)]),
            ("Null deviance: 43.860  on 31  degrees of freedom", vec![]),
            ("Number of obs   =        74", vec![(Observations, 74.0)]),
            ("F(2, 71)        =     69.75", vec![(ResidualDf, 71.0)]),
            ("Residual Std. Error 3.046 (df = 29)", vec![(ResidualDf, 29.0)]),
            ("F Statistic 45.4*** (df = 2; 29)", vec![(ResidualDf, 29.0)]),
            (
                "Observations 120 95 88",
                vec![(Observations, 120.0), (Observations, 95.0), (Observations, 88.0)],
            ),
            ("Multiple R-squared:  1", vec![(RSquared, 1.0)]),
            ("Likelihood ratio test= 12.6 on 1 df, p=0.0004", vec![]),
            ("df.residual nobs", vec![]),
            ("we made some observations of them", vec![]),
            ("var2 1", vec![]),
            ("  n= 228, number of events= 165", vec![(Observations, 228.0)]),
            ("Num.Obs. 11 40", vec![(Observations, 11.0), (Observations, 40.0)]),
            ("Aantal waarnemingen 11", vec![(Observations, 11.0)]),
        ] {
            assert_eq!(facts(line), expected, "{line}");
        }
    }

    #[test]
    fn robust_errors_and_likelihoods_are_told() {
        let fit = |line: &str| {
            let mut fit = Fit::default();
            fit.line(line, Decimal::Point, Place::default);
            (fit.robust, fit.likelihood)
        };
        assert_eq!(fit("Covariance Type: nonrobust Df Model: 3"), (false, false));
        assert_eq!(fit("robust standard errors"), (true, false));
        assert_eq!(fit("Model: Logit Df Residuals: 80"), (false, true));
    }
}
