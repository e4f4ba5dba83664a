//! Where a file's name ends: known extensions, and what may follow a name.

/// Extensions that files of a research desktop bear.
const KNOWN: &[&str] = &[
    "csv", "tsv", "txt", "png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp", "svg", "pdf", "xls",
    "xlsx", "xlsm", "ods", "doc", "docx", "odt", "ppt", "pptx", "htm", "html", "md", "rmd", "qmd", "json",
    "xml", "yaml", "yml", "log", "zip", "7z", "gz", "tar", "r", "rds", "rda", "rdata", "py", "ipynb", "sas",
    "sas7bdat", "dta", "do", "sav", "spv", "sps", "mat", "parquet", "feather", "db", "sqlite", "tex", "rtf",
    "eps", "emf", "wmf", "lst", "dat", "smcl", "exe", "bat", "ps1", "lnk",
];

/// Whether a word is an extension.
pub(super) fn known(word: &str) -> bool {
    KNOWN.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Where the first name with an extension, or the first pattern, ends in the text; none where there is none.
pub(super) fn name_end(text: &str) -> Option<usize> {
    let mut before = None;
    for (at, c) in text.char_indices() {
        let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
        match c {
            '.' if before.is_some_and(|c: char| !c.is_whitespace()) => {
                let word: &str = rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
                let end = at + 1 + word.len();
                if known(word) && ends(text.get(end..).unwrap_or_default()) {
                    return Some(end);
                }
            }
            '*' if before
                .is_some_and(|c| matches!(c, '\\' | '/' | '.') || c.is_alphanumeric() || c == '_')
                && ends(rest) =>
            {
                return Some(at + 1);
            }
            _ => {}
        }
        before = Some(c);
    }
    None
}

/// Whether a name may end before this text.
pub(super) fn ends(rest: &str) -> bool {
    let mut chars = rest.chars();
    match chars.next() {
        None => true,
        Some('.') => chars.next().is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '\\' | '/')),
        Some(c) if c.is_whitespace() => true,
        Some(c) => matches!(
            c,
            ',' | ';'
                | ':'
                | '!'
                | '?'
                | ')'
                | ']'
                | '}'
                | '>'
                | '<'
                | '"'
                | '\''
                | '’'
                | '”'
                | '»'
                | '|'
                | '`'
                | '*'
                | '“'
        ),
    }
}
