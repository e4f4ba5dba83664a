//! Where a finding lies, in words: rows and columns from 1, rows under the header.

use exeat_domain::finding::Place;
use exeat_domain::path::shown;
use exeat_domain::roster::Language;

use super::fill;

/// The longest name of another table that is repeated, in characters.
const LONGEST: usize = 120;

struct Words {
    whole: &'static str,
    row: &'static str,
    column: &'static str,
    named: &'static str,
    nameless: &'static str,
    line: &'static str,
    table: &'static str,
    area: &'static str,
    beside: &'static str,
    quotes: [&'static str; 2],
}

static EN: Words = Words {
    whole: "the file as a whole",
    row: "row {n}",
    column: "column {n}",
    named: "column {name}",
    nameless: "a column",
    line: "line {n} of the file",
    table: "table {n}",
    area: "the area of {w} × {h} pixels at {x}, {y} from the top left",
    beside: "compared with {name}",
    quotes: ["“", "”"],
};

static NL: Words = Words {
    whole: "het bestand als geheel",
    row: "rij {n}",
    column: "kolom {n}",
    named: "kolom {name}",
    nameless: "een kolom",
    line: "regel {n} van het bestand",
    table: "tabel {n}",
    area: "het gebied van {w} × {h} pixels op {x}, {y} vanaf linksboven",
    beside: "vergeleken met {name}",
    quotes: ["“", "”"],
};

static FR: Words = Words {
    whole: "le fichier dans son ensemble",
    row: "ligne {n}",
    column: "colonne {n}",
    named: "colonne {name}",
    nameless: "une colonne",
    line: "ligne {n} du fichier",
    table: "tableau {n}",
    area: "la zone de {w} × {h} pixels à {x}, {y} du coin supérieur gauche",
    beside: "comparé à {name}",
    quotes: ["«\u{a0}", "\u{a0}»"],
};

fn words(language: Language) -> &'static Words {
    match language {
        Language::En => &EN,
        Language::Nl => &NL,
        Language::Fr => &FR,
    }
}

/// A name in the language's quotation marks.
#[must_use]
pub fn quoted(language: Language, name: &str) -> String {
    let [open, close] = words(language).quotes;
    format!("{open}{name}{close}")
}

/// The place in words. `header` says how the header of a column may be repeated, if it may.
#[must_use]
pub fn place(language: Language, place: &Place, header: impl Fn(&str) -> Option<String>) -> String {
    let words = words(language);
    let mut parts = vec![];
    if let Some(table) = place.table {
        parts.push(fill(words.table, &[("n", &(u64::from(table) + 1))]));
    }
    if let Some(row) = place.cell.map(|[row, _]| row).or(place.row) {
        parts.push(fill(words.row, &[("n", &row.saturating_add(1))]));
    }
    let name = place.column.as_deref().and_then(header).map(|name| quoted(language, &name));
    parts.extend(column(place, name, words));
    if let Some(line) = place.line {
        parts.push(fill(words.line, &[("n", &line)]));
    }
    if let Some([x, y, width, height]) = place.pixels {
        parts.push(fill(words.area, &[("x", &x), ("y", &y), ("w", &width), ("h", &height)]));
    }
    if let Some(baseline) = &place.baseline {
        let name: String = shown(baseline).chars().take(LONGEST).collect();
        parts.push(fill(words.beside, &[("name", &quoted(language, &name))]));
    }
    if parts.is_empty() { words.whole.to_owned() } else { parts.join(", ") }
}

fn column(place: &Place, name: Option<String>, words: &Words) -> Option<String> {
    let number = place.cell.map(|[_, column]| column.saturating_add(1));
    match (number, name) {
        (Some(number), Some(name)) => Some(format!("{} ({name})", fill(words.column, &[("n", &number)]))),
        (Some(number), None) => Some(fill(words.column, &[("n", &number)])),
        (None, Some(name)) => Some(fill(words.named, &[("name", &name)])),
        (None, None) => place.column.as_ref().map(|_| words.nameless.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_in_each_language() {
        let cell = Place { column: Some("n".into()), cell: Some([3, 2]), ..Place::default() };
        let told = |language| place(language, &cell, |name| Some(name.to_owned()));
        assert_eq!(told(Language::En), "row 4, column 3 (“n”)");
        assert_eq!(told(Language::Nl), "rij 4, kolom 3 (“n”)");
        assert_eq!(told(Language::Fr), "ligne 4, colonne 3 («\u{a0}n\u{a0}»)");
        assert_eq!(place(Language::En, &cell, |_| None), "row 4, column 3");
        assert_eq!(place(Language::Fr, &Place::default(), |_| None), "le fichier dans son ensemble");
    }
}
