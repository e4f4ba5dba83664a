//! What a file states of its models in labels and lines: residual degrees of freedom, observations, R squared.

use exeat_domain::finding::Place;

use crate::read::value::number;
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
const LABELS: [(&str, Stated); 26] = [
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
    ("no. observations", Stated::Observations),
    ("number of observations", Stated::Observations),
    ("number of obs", Stated::Observations),
    ("num.obs.", Stated::Observations),
    ("n observations", Stated::Observations),
    ("nobs", Stated::Observations),
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
        fit.line(&line.text, place);
    }
    for table in tables.iter().filter(|table| table.rows <= MOST && !table.is_record_level()) {
        of_table(table, &mut fit);
    }
    fit
}

fn of_table(table: &Table, fit: &mut Fit) {
    let model = super::Columns::of(table).is_some();
    let header: Vec<&str> =
        table.columns.iter().map(|column| column.name.as_str()).filter(|name| !name.is_empty()).collect();
    if header.iter().any(|name| hints(name)) {
        fit.line(&header.join(" "), || table.whole());
    }
    let width = table.columns.len().min(if model { 40 } else { 6 });
    // An error of reading is the reader's to tell; the other rules say it.
    let _ = table.each_row(|row, cells| {
        if (0..width).any(|at| hints(cells.text(at))) {
            let texts: Vec<&str> =
                (0..table.columns.len()).map(|at| cells.text(at)).filter(|text| !text.is_empty()).collect();
            fit.line(&texts.join(" "), || table.row(row));
        }
    });
}

/// Whether a text may hold a label: a short way out for most.
fn hints(text: &str) -> bool {
    const HINTS: [&str; 12] =
        ["df", "freedom", "obs", "resid", "r2", "r-sq", "r sq", "f(", "robust", "logi", "poisson", "cox"];
    let bytes = text.as_bytes();
    bytes.len() <= 300
        && bytes.first().is_some_and(|byte| !byte.is_ascii_digit())
        && HINTS
            .iter()
            .any(|hint| bytes.windows(hint.len()).any(|window| window.eq_ignore_ascii_case(hint.as_bytes())))
}

impl Fit {
    /// Reads one line.
    fn line(&mut self, line: &str, place: impl Fn() -> Place) {
        if !hints(line) && !line.contains("Model") {
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
        let mut add = |stated, value| {
            if let Some(value) = value {
                self.facts.push(Fact { stated, value, place: place() });
            }
        };
        let labels = LABELS.iter().filter_map(|(label, stated)| Some((lower.find(label)?, label, *stated)));
        // Of labels that overlap, the longest at the first place says it.
        let mut found: Vec<(usize, &&str, Stated)> = labels.collect();
        found.sort_by_key(|(at, label, _)| (*at, usize::MAX - label.len()));
        let mut end = 0;
        for (at, label, stated) in found {
            if at >= end {
                end = at + label.len();
                behind(&lower[end..]).into_iter().for_each(|value| add(stated, Some(value)));
            }
        }
        add(Stated::ResidualDf, residual_words(&lower));
        add(Stated::ResidualDf, of_f(&lower));
    }
}

/// The numbers behind a label, one a model.
fn behind(rest: &str) -> Vec<f64> {
    let rest = rest.trim_start_matches([':', '=', '.', ' ', '\t', ')', ']']);
    let mut found = Vec::new();
    for word in rest.split([' ', '\t', '|']).filter(|word| !word.is_empty()) {
        match plain(word) {
            Some(value) => found.push(value),
            None => break,
        }
    }
    found
}

/// A number of a print-out, with a point.
fn plain(word: &str) -> Option<f64> {
    number(word.trim_end_matches([',', ';']), crate::read::value::Decimal::Point).map(|number| number.value)
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
        fit.line(line, Place::default);
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
        ] {
            assert_eq!(facts(line), expected, "{line}");
        }
    }

    #[test]
    fn robust_errors_and_likelihoods_are_told() {
        let fit = |line: &str| {
            let mut fit = Fit::default();
            fit.line(line, Place::default);
            (fit.robust, fit.likelihood)
        };
        assert_eq!(fit("Covariance Type: nonrobust Df Model: 3"), (false, false));
        assert_eq!(fit("robust standard errors"), (true, false));
        assert_eq!(fit("Model: Logit Df Residuals: 80"), (false, true));
    }
}
