//! Headers of print-outs, whose names hold blanks and stand one blank apart: `Estimate Std. Error t value Pr(>|t|)`.

/// Names of columns, as statistical packages print them, the longer ones first.
const PHRASES: [&str; 54] = [
    "lower 95% CI",
    "upper 95% CI",
    "[95% conf. interval]",
    "Approx Std. Error",
    "Num. Obs.",
    "Std. Error",
    "Std. Err.",
    "Std. err.",
    "Std.Err.",
    "std err",
    "std.err",
    "Std.Error",
    "robust se",
    "Odds ratio",
    "Odds Ratio",
    "Haz. ratio",
    "Haz. Ratio",
    "Coefficient",
    "Coef.",
    "Estimate",
    "t value",
    "z value",
    "F value",
    "t-value",
    "z-value",
    "p-value",
    "p.value",
    "Pr(>|t|)",
    "Pr(>|z|)",
    "Pr(>F)",
    "Pr(>Chisq)",
    "Pr(>Chi)",
    "P>|t|",
    "P>|z|",
    "exp(coef)",
    "exp(-coef)",
    "se(coef)",
    "coef",
    "lower .95",
    "upper .95",
    "Sum Sq",
    "Mean Sq",
    "Resid. Df",
    "Resid. Dev",
    "Deviance",
    "[0.025",
    "0.975]",
    "n.risk",
    "n.event",
    "n.censor",
    "survival",
    "2.5 %",
    "97.5 %",
    "Df",
];
/// Short names, which count beside others only.
const SHORT: [&str; 9] = ["t", "z", "p", "df", "time", "F", "Chisq", "n", "entered"];

/// The names of a line that holds nothing but names of such columns; none for any other line.
pub(super) fn header(line: &[u8]) -> Option<Vec<&str>> {
    // Most lines of a print-out begin with a label or a number that is no such name.
    if line.len() > 300 || !line.iter().any(u8::is_ascii_alphabetic) {
        return None;
    }
    let mut rest = std::str::from_utf8(line).ok()?.trim();
    let (mut names, mut long) = (Vec::new(), 0);
    while !rest.is_empty() {
        let ends = |name: &&&str| {
            rest.strip_prefix(**name)
                .is_some_and(|behind| behind.is_empty() || behind.starts_with([' ', '\t']))
        };
        let name = match PHRASES.iter().find(ends) {
            Some(name) => {
                long += 1;
                name
            }
            None => SHORT.iter().find(ends)?,
        };
        names.push(*name);
        rest = rest.get(name.len()..)?.trim_start();
    }
    (long >= 2 && names.len() >= 3).then_some(names)
}

/// Whether the lone blank before `at` parts two numbers with decimals, as in `-9.559 1.29e-10`: numbers in thousands have none.
pub(super) fn parts_numbers(line: &[u8], at: usize) -> bool {
    let is_decimal = |token: &[u8]| {
        token.iter().any(u8::is_ascii_digit)
            && token.iter().any(|byte| matches!(byte, b'.' | b'e'))
            && token.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'+' | b'-'))
    };
    let before = line[..at.saturating_sub(1)].rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    let behind = line[at..].split(|byte| *byte == b' ').next().unwrap_or_default();
    is_decimal(before) && (is_decimal(behind) || behind.starts_with(b"<"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_stand_one_blank_apart_are_two() {
        for (line, at, apart) in [
            ("19.858 8.24e-19", 7, true),
            ("19.858 <2e-16", 7, true),
            ("12 345", 3, false),
            ("1 234.5", 2, false),
            ("age 1.5", 4, false),
            ("1.29e-10 ***", 9, false),
        ] {
            assert_eq!(parts_numbers(line.as_bytes(), at), apart, "{line}");
        }
    }

    #[test]
    fn lines_of_names_alone_are_headers() {
        for (line, many) in [
            ("            Estimate Std. Error t value Pr(>|t|)    ", 4),
            ("       coef exp(coef) se(coef)      z Pr(>|z|)", 5),
            (" time n.risk n.event survival std.err lower 95% CI upper 95% CI", 7),
            ("            Df Sum Sq Mean Sq F value Pr(>F)", 5),
            ("    exp(coef) exp(-coef) lower .95 upper .95", 4),
            ("                 coef    std err          z      P>|z|      [0.025      0.975]", 6),
        ] {
            assert_eq!(header(line.as_bytes()).map(|names| names.len()), Some(many), "{line}");
        }
        for line in [
            "(Intercept)  37.28  1.87  19.85",
            "t z p",
            "Estimate of the rate",
            "group n",
            "",
            "Estimated Std. Errors t",
        ] {
            assert_eq!(header(line.as_bytes()), None, "{line}");
        }
    }
}
