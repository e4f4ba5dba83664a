//! Cells, headers and lines that have meant something to a reader of tables, or that have broken one.

/// What a cell may say.
pub(crate) const CELLS: &[&str] = &[
    "", " ", "0", "1", "4", "5", "9", "10", "12", "56", "100", "1000000", "-1", "-5", "-0", "+7", "0.0", "0.00",
    "1.5", "12.34", "99.9", "1e308", "-1e308", "1e-300", "1e999", "NaN", "nan", "Inf", "-inf", "NA", "N/A", "NULL",
    "None", "*", "**", "<5", "< 5", "<=7", "<10", "<", "<0", "<99999999999999999999", ">5", "..", "-", "s", "c", "x",
    "[REDACTED]", "[c]", "1-4", "5-9", "1,5", "1.234,5", "1,234.5", "1 234", "1'234", "12 (3.4)", "12 (3.4%)",
    "3/17", "3/0", "0/0", "4.2%", "100%", "0%", "101 %", "1.5 (1.1-2.0)", "1.5 [1.1, 2.0]", "60 [18, 99]",
    "61.2 ± 3.4", "p<0.001", "<0.001", "***", "0.05*", "18446744073709551616", "9223372036854775807",
    "99999999999999999999999999999999999999", "0.000000000000000000000000001", "٣", "１２", "½", "²", "TRUE", "false",
    "2020", "2020-01-31", "31/01/2020", "01/31/20", "2020-01-31T12:00:00Z", "2020Q1", "Jan 2020", "9999-99-99",
    "85073003328", "85.07.30-033.28", "9434765919", "111222333", "BE68539007547034", "A123456780",
    "an@example.org", "+32 475 12 34 56", "192.168.0.1", "550e8400-e29b-41d4-a716-446655440000", "Dr. Peeters",
    "Total", "All", "Totaal", "Ensemble", "Sum", "Other", "Unknown", "M", "F", "male", "18-24", "85+", "[0,10)",
    "(Intercept)", "sexM", "age:sex", "=1+1", "@SUM(A1)", "+cmd", "a\u{200b}b", "\u{202e}txt", "\u{feff}", "é", "\u{e9}",
    "{\"a\": [1, 2]}", "[1,2,3,4,5,6,7,8,9,10,11]", "1;2;3;4;5;6;7;8;9;10", "\"", "\"\"", "\"a", "'", "\\", "#", "--",
];

/// What a header may say.
pub(crate) const HEADERS: &[&str] = &[
    "n", "N", "count", "aantal", "effectif", "n (%)", "total", "Total", "%", "percent", "proportion", "rate", "mean",
    "sd", "std", "median", "min", "max", "p25", "25%", "q1", "iqr", "var", "sum", "base", "denominator", "population",
    "term", "variable", "coef", "estimate", "std err", "SE", "t", "z", "P>|t|", "p.value", "[0.025", "0.975]", "OR",
    "HR", "lower", "upper", "df", "Df Residuals", "R-squared", "nobs", "F value", "Pr(>F)", "time", "n.risk",
    "n.event", "survival", "num at risk", "bin", "from", "to", "lower edge", "top1", "top2", "largest", "second", "hhi",
    "gini", "year", "month", "date", "week", "sex", "age", "region", "postcode", "id", "patient_id", "INSZ", "naam",
    "n_practices", "contacts", "release", "x", "y", "", " ", "Unnamed: 0", "index", "mode", "range",
];

/// Lines that stand around or within a table.
pub(crate) const LINES: &[&str] = &[
    "", "# note", "sep=;", "Table 1. Patients by sex", "Source: register", "======================", "---+---+---",
    "                 OLS Regression Results", "Dep. Variable:      y   R-squared:   0.5", "No. Observations:   12",
    "Call:", "lm(formula = y ~ x)", "Residual standard error: 1.2 on 7 degrees of freedom", "group,n", ",,,,,,,",
    "count,12", "mean,3.5", "std,0", "25%,1", "Total,10,20,30", "a,b,c\nd", "\"open", "\u{feff}a,b",
];
