//! What a header says of a column of model output.

use crate::read::names;

/// A kind of column of model output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// A ratio of odds, hazards, risks or rates.
    Ratio,
    /// The logarithm of one.
    LogRatio,
    /// A coefficient of whatever model.
    Estimate,
    /// The standard error of an estimate.
    StandardError,
    /// The lower bound of an interval.
    Lower,
    /// Its upper bound.
    Upper,
    /// Both in one cell.
    Interval,
    /// A p-value.
    P,
    /// A statistic of a model with a likelihood, or its p-value by the normal distribution.
    Z,
    /// A t statistic, or its p-value.
    T,
    /// A χ² or Wald statistic.
    ChiSquared,
    /// An F statistic, or a sum or mean of squares.
    Variance,
    /// Residual degrees of freedom.
    DfResidual,
    /// Degrees of freedom of whatever.
    Df,
    /// Degrees of freedom of the model, or of an F's numerator.
    DfModel,
    /// The parameter of a test, which for a t test is its degrees of freedom.
    Parameter,
    /// The name of a test.
    Method,
    /// Observations that the model rests on.
    Observations,
    /// R squared.
    RSquared,
    /// A coefficient of correlation.
    Correlation,
}

const LOWER: &str = "lower lci lc lcl ll lb low lo cilow cil llci lwr lowerci cilower l95 lower95 onder ondergrens \
    inferieure inferieur binf icinf";
const UPPER: &str = "upper uci uc ucl ul ub high hi cihigh ciu ulci upr upperci ciupper u95 upper95 hici boven bovengrens \
    superieure superieur bsup icsup";
const RATIOS: &str = "hr rr irr aor ahr arr airr arrr shr ahrs ors hrs rrs irrs oddsratio hazardratio rateratio riskratio oddsratios hazardratios";
const OF_RATIOS: &str = "odds hazard hazards rate risk incidence prevalence relative likelihood";
const RESIDUAL: &str = "df residual,df residuals,df resid,df res,residual df,residuals df,resid df,res df,df r,ddof2,dfd,den df,\
dendf,denom df,df error,error df,df2,df denom,dfe,residual degrees of freedom,degrees of freedom residual,df den,df within,\
residual dof,dof residual,dof resid,residual d f,degrees of freedom residuals,den dof,vg residu,vg fout,residuele vg,\
vrijheidsgraden residu,vrijheidsgraden residuen,residuele vrijheidsgraden,vrijheidsgraden fout,ddl residu,ddl residus,\
ddl residuel,ddl residuels,ddl erreur,degres de liberte residuels,degres de liberte des residus";
const MODEL: &str =
    "df model,model df,numdf,num df,dfn,ddof1,df1,df num,df regression,df between,df numerator";
const FREE: &str =
    "df,dof,d f,degrees of freedom,deg of freedom,vrijheidsgraden,vg,degres de liberte,ddl,freiheitsgrade";
const SEEN: &str = "nobs,n obs,no observations,observations,number of observations,number of obs,n observations,num obs,sample size,\
n used,obs,no of observations,aantal observaties,nombre d observations,aantal waarnemingen,observaties,waarnemingen,n obs used,\
n of observations";
const ESTIMATES: &str = "estimate,est,coef,coefs,coefficient,coefficients,beta,b,std beta,parameter estimate,effect estimate,coeff,\
emmean,lestimate,estimates,schatting,coefficient estimate,estimation,estimatie,coefficienten,schatter,regression coefficient,\
regressiecoefficient,estimate b,unstandardized b,unstandardized coefficients b";
const ERRORS: &str = "se,std err,std error,stderr,standard error,s e,robust se,se coef,robust std err,std errors,bse,se estimate,\
coef se,estimate se,robust std error,standaardfout,standaard fout,std fout,st fout,sf,erreur type,erreur standard,erreur std,\
err type,ecart type estimation,std error estimate";

fn listed(list: &str, text: &str) -> bool {
    list.split(',').any(|entry| entry == text)
}

/// What a header says, if it speaks of a model.
pub(super) fn head(name: &str) -> Option<Head> {
    if name.is_empty() || name.len() > 80 {
        return None;
    }
    let words = names::words(name);
    let joined = words.join(" ");
    let has = |list: &str| list.split(' ').any(|entry| words.iter().any(|word| word == entry));
    let ratio = is_ratio(&words, &joined);
    let logarithm = has("log ln logit");
    let ended = |last: &str| {
        joined.strip_suffix(last).is_some_and(|before| before.is_empty() || before.ends_with(' '))
    };
    Some(if has(LOWER) || ended("0 025") || ended("2 5") {
        Head::Lower
    } else if has(UPPER) || ended("0 975") || ended("97 5") {
        Head::Upper
    } else if listed(ERRORS, &joined) || ended(" se") || ended(" std error") || ended(" stderr") {
        Head::StandardError
    } else if let Some(told) = freedom(&words, &joined) {
        told
    } else if matches!(
        joined.as_str(),
        "r squared" | "r2" | "r²" | "r sq" | "rsquared" | "r sqr" | "multiple r squared" | "rsq"
    ) {
        Head::RSquared
    } else if ratio && logarithm {
        Head::LogRatio
    } else if ratio {
        Head::Ratio
    } else if let Some(told) = test(&words, &joined) {
        told
    } else if has("ci confint interval confidence ic bi betrouwbaarheidsinterval") {
        Head::Interval
    } else if listed(ESTIMATES, &joined) {
        Head::Estimate
    } else {
        return None;
    })
}

fn is_ratio(words: &[String], joined: &str) -> bool {
    let has = |list: &str| list.split(' ').any(|entry| words.iter().any(|word| word == entry));
    let adjusted = |word: &String| {
        matches!(
            word.as_str(),
            "or" | "adj"
                | "adjusted"
                | "crude"
                | "unadjusted"
                | "ci"
                | "95"
                | "99"
                | "90"
                | "ajuste"
                | "univariable"
                | "multivariable"
                | "a"
                | "log"
        )
    };
    has(RATIOS)
        || has("ratio ratios") && has(OF_RATIOS)
        || matches!(
            joined,
            "exp coef"
                | "exp b"
                | "exp beta"
                | "exp estimate"
                | "expb"
                | "exp coefficient"
                | "ratio"
                | "exponentiated coefficient"
                | "rapport de cotes"
                | "rapport de risques"
                | "rapport des risques"
                | "rapport de taux"
                | "relatief risico"
                | "risque relatif"
        )
        || words.iter().any(|word| word == "or") && words.iter().all(adjusted)
}

/// Degrees of freedom and observations.
fn freedom(words: &[String], joined: &str) -> Option<Head> {
    Some(if listed(RESIDUAL, joined) {
        Head::DfResidual
    } else if listed(MODEL, joined) {
        Head::DfModel
    } else if listed(FREE, joined) {
        Head::Df
    } else if listed(SEEN, joined) {
        Head::Observations
    } else if words == ["parameter"] {
        Head::Parameter
    } else if words == ["method"] || words == ["test"] {
        Head::Method
    } else {
        return None;
    })
}

/// Statistics of tests and their p-values.
fn test(words: &[String], joined: &str) -> Option<Head> {
    let has = |list: &str| list.split(' ').any(|entry| words.iter().any(|word| word == entry));
    Some(match joined {
        "r" | "rho" | "tau" | "correlation" | "correlatie" | "pearson" | "pearson r" | "spearman"
        | "spearman rho" | "cor" | "corr" => Head::Correlation,
        "z" | "z value" | "zvalue" | "z waarde" | "valeur z" | "z ratio" | "p z" | "pr z" | "z score"
        | "z stat" => Head::Z,
        "t" | "t value" | "tvalue" | "t waarde" | "valeur t" | "valeur de t" | "t ratio" | "t stat"
        | "p t" | "pr t" | "t statistic" => Head::T,
        "p" | "pvalue" | "pval" | "p val" | "sig" | "prob" | "pwaarde" => Head::P,
        "f" | "f value" | "fvalue" | "f statistic" | "f stat" | "f ratio" | "pr f" | "p f" | "sumsq"
        | "meansq" | "ss" | "ms" | "ks" | "gks" | "sc" | "cm" | "carre moyen" | "f waarde" | "valeur f" => {
            Head::Variance
        }
        _ if has("chisq chi2 chi χ² wald deviance x2") => Head::ChiSquared,
        _ if has("sq squares square") && has("sum mean") => Head::Variance,
        _ if has("carres kwadraten kwadratensom") && has("somme som gemiddelde kwadratensom") => {
            Head::Variance
        }
        _ if has("p") && has("value val adj holm bh fdr waarde valeur") => Head::P,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_models_are_told() {
        for (name, expected) in [
            ("Odds Ratio", Head::Ratio),
            ("OR", Head::Ratio),
            ("aOR (95% CI)", Head::Ratio),
            ("Adjusted OR", Head::Ratio),
            ("hr", Head::Ratio),
            ("exp(coef)", Head::Ratio),
            ("Rate ratio", Head::Ratio),
            ("log(OR)", Head::LogRatio),
            ("coef", Head::Estimate),
            ("Estimate", Head::Estimate),
            ("std err", Head::StandardError),
            ("Std. Error", Head::StandardError),
            ("[0.025", Head::Lower),
            ("0.975]", Head::Upper),
            ("conf.low", Head::Lower),
            ("uc", Head::Upper),
            ("97.5 %", Head::Upper),
            ("95% CI", Head::Interval),
            ("P>|z|", Head::Z),
            ("z value", Head::Z),
            ("Pr(>|t|)", Head::T),
            ("t value", Head::T),
            ("df.residual", Head::DfResidual),
            ("Df Residuals:", Head::DfResidual),
            ("Resid. Df", Head::DfResidual),
            ("Res.Df", Head::DfResidual),
            ("df_resid", Head::DfResidual),
            ("denDF", Head::DfResidual),
            ("Df", Head::Df),
            ("nobs", Head::Observations),
            ("No. Observations:", Head::Observations),
            ("r.squared", Head::RSquared),
            ("R²", Head::RSquared),
            ("Sum Sq", Head::Variance),
            ("F value", Head::Variance),
            ("Chisq", Head::ChiSquared),
            ("p.value", Head::P),
            ("parameter", Head::Parameter),
            ("Pearson r", Head::Correlation),
        ] {
            assert_eq!(head(name), Some(expected), "{name}");
        }
        for name in ["n", "count", "yes or no", "group", "age", "mean", "rate", "", "term", "Pseudo R-squ."] {
            assert_eq!(head(name), None, "{name}");
        }
    }

    #[test]
    fn headers_of_models_are_told_in_dutch_and_french() {
        for (name, expected) in [
            ("Standaardfout", Head::StandardError),
            ("Erreur type", Head::StandardError),
            ("Schatting", Head::Estimate),
            ("Estimation", Head::Estimate),
            ("BI onder", Head::Lower),
            ("BI boven", Head::Upper),
            ("Borne inférieure", Head::Lower),
            ("Borne supérieure", Head::Upper),
            ("Rapport de cotes", Head::Ratio),
            ("Valeur p", Head::P),
            ("p-waarde", Head::P),
            ("ddl résiduels", Head::DfResidual),
            ("vrijheidsgraden residu", Head::DfResidual),
            ("ddl", Head::Df),
            ("Somme des carrés", Head::Variance),
        ] {
            assert_eq!(head(name), Some(expected), "{name}");
        }
    }
}
