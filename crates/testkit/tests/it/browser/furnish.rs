//! What the browser looks at: clear tables, small counts, strange words, a million cells, forty columns, many files.

use std::fmt::Write as _;
use std::path::Path;

use exeat_testkit::PAYLOADS;

/// Puts every file into the share.
pub(super) fn furnish(root: &Path) {
    let share = root.join("share");
    for language in ["en", "nl", "fr"] {
        clear(&share, language);
        small(&share, language);
        mended(&share, language);
    }
    strange(&share);
    put(&share, "big/million.csv", &million());
    let long =
        "forty columns with a name that goes on and on, as researchers name them (final, corrected, v3)";
    put(&share, &format!("big/{long}.csv"), &forty());
    for table in 0..200 {
        let text = format!("sex,patients\nF,{}\nM,{}\n", 500 + table, 400 + table);
        put(&share, &format!("many/table_{table:03}_prevalence_by_age_and_sex.csv"), &text);
    }
}

fn put(share: &Path, path: &str, text: &str) {
    let path = share.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Five tables in which nothing is to be found.
fn clear(share: &Path, language: &str) {
    for (at, what) in ["admissions", "deaths", "diabetes", "heart failure", "stroke"].iter().enumerate() {
        let mut text = String::from("region,year,patients\n");
        for row in 0..20 {
            let patients = 210 + row * 37 + at * 11 + language.len();
            writeln!(text, "Region {},{},{patients}", row % 5 + 1, 2019 + row / 5).unwrap();
        }
        put(share, &format!("clear-{language}/table {} {what}.csv", at + 1), &text);
    }
}

/// A table with one small count, and a figure.
fn small(share: &Path, language: &str) {
    let table = "age group,women,men,total\n18-39,120,98,218\n40-59,340,377,717\n60-79,512,488,1000\n80+,88,4,92\n\
                 Total,1060,967,2027\n";
    put(share, &format!("small-{language}/table1.csv"), table);
    let mut figure = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"480\" height=\"280\">\
         <rect width=\"480\" height=\"280\" fill=\"white\"/>\
         <line x1=\"48\" y1=\"240\" x2=\"456\" y2=\"240\" stroke=\"black\"/>\
         <line x1=\"48\" y1=\"24\" x2=\"48\" y2=\"240\" stroke=\"black\"/>",
    );
    for (at, height) in [64, 132, 184, 96].into_iter().enumerate() {
        let (x, y) = (72 + at * 96, 240 - height);
        let bar = "width=\"56\" fill=\"steelblue\"";
        write!(figure, "<rect x=\"{x}\" y=\"{y}\" height=\"{height}\" {bar}/>").unwrap();
    }
    figure += "</svg>";
    put(share, &format!("small-{language}/figure1.svg"), &figure);
}

/// A table that goes back, the same as it was mended, and a figure that carries more than is seen.
fn mended(share: &Path, language: &str) {
    let rows = |small: &str, east: &str| {
        let mut text = String::from("region,note,women,men\n");
        for (at, region) in ["North", "South", "West", "Centre", "Coast", "Hills"].iter().enumerate() {
            let men = if at == 2 { small.to_owned() } else { (210 + 37 * at).to_string() };
            let note = "as agreed with the steering group in March (see the protocol)";
            writeln!(text, "{region},{},{},{men}", if at == 4 { note } else { "" }, 180 + 41 * at).unwrap();
        }
        text + east
    };
    put(share, &format!("mended-{language}/table7.csv"), &rows("4", "East,,61,70\n"));
    let text = rows("<5", "Islands,,75,82\n").replace("note,women", "remark,women");
    put(share, &format!("mended-{language}/table7_v2.csv"), &text);
    let figure = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"480\" height=\"280\">\
        <metadata>made by the statistics office</metadata><title>Admissions</title>\
        <rect width=\"480\" height=\"280\" fill=\"white\"/><circle cx=\"240\" cy=\"140\" r=\"90\" fill=\"teal\"/>\
        <text x=\"2000\" y=\"40\">off the page</text></svg>";
    put(share, &format!("mended-{language}/figure7.svg"), figure);
}

/// What has run elsewhere: in cells, headers, names of files and drawings.
fn strange(share: &Path) {
    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let rows: String = PAYLOADS.iter().map(|payload| format!("{},3\n", cell(payload))).collect();
    put(share, "strange/cells.csv", &format!("{},patients\n{rows}", cell(PAYLOADS[0])));
    let head: Vec<String> = PAYLOADS.iter().map(|payload| cell(payload)).collect();
    let threes = vec!["3"; head.len()].join(",");
    put(share, "strange/headers.csv", &format!("{}\n{threes}\n", head.join(",")));
    for (at, payload) in PAYLOADS.iter().enumerate() {
        let name = format!("strange/{at} {}.csv", payload.replace('/', "∕"));
        put(share, &name, "sex,patients\nF,3\nM,400\n");
    }
    let drawn: String = PAYLOADS.iter().filter(|payload| payload.starts_with("<svg")).copied().collect();
    put(share, "strange/drawing.svg", &drawn);
    let active = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"40\"><script>alert(1)</script>\
                  <rect width=\"40\" height=\"40\" fill=\"teal\" onload=\"alert(1)\"/><foreignObject>\
                  <body xmlns=\"http://www.w3.org/1999/xhtml\"><img src=\"x\" onerror=\"alert(1)\"/></body></foreignObject></svg>";
    put(share, "strange/active.svg", active);
}

/// A hundred thousand rows of ten columns; one count is small.
fn million() -> String {
    let mut text = String::from("region,year,sex,age group,patients,deaths,mean age,sd age,rate,n\n");
    for row in 0..100_000_u32 {
        let patients = if row == 77_777 { 3 } else { 12 + row * 7919 % 900 };
        let (age, sex) = (row % 18 * 5, ["M", "F"][row as usize % 2]);
        write!(text, "R{},{},{sex},{age}-{},", row % 997, 2000 + row % 25, age + 4).unwrap();
        write!(text, "{patients},{},{}.5,{}.2,", 10 + row % 80, 50 + row % 30, 5 + row % 9).unwrap();
        writeln!(text, "{}.1,{}", row % 50, 100 + row % 9000).unwrap();
    }
    text
}

/// Forty columns under long names.
fn forty() -> String {
    let mut text = String::from("municipality");
    (1..40).for_each(|column| write!(text, ",patients with condition {column} in that year").unwrap());
    for row in 0..60 {
        write!(text, "\nMunicipality {row}").unwrap();
        (1..40).for_each(|column| write!(text, ",{}", 20 + row * column % 400).unwrap());
    }
    text
}
