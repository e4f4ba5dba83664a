//! What the cells of small tables are, and of how many people.

use super::trial::request as read;
use super::*;

fn request(files: &[(&str, &str)]) -> Vec<Read> {
    read(files, &Policy::preset("be-default").unwrap())
}

/// What a cell is, and the size of its group with where that was read.
fn cell(text: &str, row: usize, column: usize) -> (Option<String>, Option<String>) {
    cell_of(&request(&[("a.csv", text)]), row, column)
}

fn cell_of(files: &[Read], row: usize, column: usize) -> (Option<String>, Option<String>) {
    let table = &files[0].held.tables()[0];
    let (groups, grid) = (table.groups.as_ref().unwrap(), table.grid().unwrap());
    let names: Vec<String> = groups
        .figures(table, grid, column, |_| true)
        .filter(|figure| figure.row == row)
        .map(|figure| figure.statistic.name())
        .collect();
    let size = groups.size(table, grid, row, column).map(|size| size.words(table));
    ((!names.is_empty()).then(|| names.join(", ")), size)
}

#[test]
fn the_size_of_a_group_is_read_where_it_stands() {
    for (text, row, column, kind, size) in [
        ("sex,n,mean_age\nF,120,61.2\nM,340,58.1\n", 0, 2, "mean", "120 (column \"n\")"),
        ("sex,N,gemiddelde,mediaan\nF,120,61.2,60\nM,340,58.1,59\n", 1, 3, "median", "340 (column \"N\")"),
        (
            "var,Male (N=120),Female (n = 45)\n\"Age, mean\",61.2,58.1\n\"Age, sd\",6.2,5.1\n",
            1,
            2,
            "standard deviation",
            "45 (the header)",
        ),
        (
            ",age,cost\ncount,30,28\nmean,61.2,100.5\nstd,5.5,20.1\nmin,18,1.5\n25%,50,80.5\nmax,91,300.2\n",
            4,
            2,
            "25% quantile",
            "28 (the row of counts)",
        ),
        (
            "sex,statistic,value\nF,n,30\nF,mean,61.2\nM,n,45\nM,mean,58.1\nM,min,18.2\n",
            3,
            2,
            "mean",
            "45 (the row of counts)",
        ),
        (
            "group,pct\nyoung (n=45),12.5\nold (n=60),14.5\n",
            1,
            1,
            "percentage or rate",
            "60 (the label of the row)",
        ),
        (
            "age,Male %,Female %\nyoung,40.0,38.5\nold,60.0,61.5\nTotal,120,340\n",
            1,
            2,
            "percentage or rate",
            "340 (the total of the column)",
        ),
        ("Ages of 95 cases (n = 95)\nsex,mean\nF,61.2\nM,58.1\n", 0, 1, "mean", "95 (a title or note)"),
        ("sex,n,mean\nF,<5,61.2\nM,40,58.1\n", 0, 2, "mean", "1 to 4 (column \"n\")"),
        (
            "x,male_n,male_mean,female_n,female_mean\na,12,1.5,13,1.6\nb,14,1.7,15,1.8\n",
            0,
            4,
            "mean",
            "13 (column \"female_n\")",
        ),
    ] {
        let (found, from) = cell(text, row, column);
        assert_eq!((found.as_deref(), from.as_deref()), (Some(kind), Some(size)), "{text}");
    }
}

#[test]
fn compound_cells_hold_each_of_their_statistics() {
    let text = ",Male (N=120),Female (N=7)\nWomen,50,3\nMean (SD),54.1 (6.2),55.0 (7.1)\n\"Median [Min, Max]\",\"54.0 [18.0, 91.0]\",\"50.0 [40.0, 60.0]\"\n";
    assert_eq!(cell(text, 2, 2), (Some("median, minimum, maximum".into()), Some("7 (the header)".into())));
    assert_eq!(cell(text, 1, 1).0.as_deref(), Some("mean, standard deviation"));
}

#[test]
fn counts_of_a_supporting_file_are_those_of_the_same_labels() {
    let figures = ("a.csv", "sex,age,mean\nF,young,61.2\nM,young,58.1\nM,old,58.3\n");
    let long = ("+n.csv", "age,sex,n\nyoung,F,30\nyoung,M,40\nold,M,50\n");
    let wide = ("+n.csv", "age,F,M\nyoung,30,40\nold,20,50\n");
    let files = request(&[figures, long]);
    assert_eq!(cell_of(&files, 2, 2).1.as_deref(), Some("50 (n.csv)"));
    let files = request(&[figures, wide]);
    assert_eq!(cell_of(&files, 1, 2).1.as_deref(), Some("40 (n.csv)"));
    let other = ("b.csv", "sex,n\nX,30\nY,40\n");
    assert_eq!(cell_of(&request(&[figures, other]), 1, 2).1, None);
    // A label in common by chance makes no table speak of the same people.
    let regions = ("a.csv", "region,mean\nnorth,61.2\nsouth,58.1\neast,58.3\nwest,59.0\n");
    let winds = ("+n.csv", "wind,n\nnorth,30\nnortheast,40\nsouthwest,50\n");
    assert_eq!(cell_of(&request(&[regions, winds]), 0, 1).1, None);
}

#[test]
fn percentages_know_what_they_are_out_of() {
    let of = |text: &str, column: usize| {
        let files = request(&[("a.csv", text)]);
        files[0].held.tables()[0].groups.as_ref().unwrap().column(column).unwrap().of
    };
    assert_eq!(of("sex,n,pct\nF,120,26.1\nM,340,73.9\n", 2), Of::Printed);
    assert_eq!(of("sex,cases,population,rate per 1000\nF,12,1000,12.0\nM,31,1900,16.3\n", 3), Of::Printed);
    assert_eq!(of("group,N,pct\nA,120,4.2\nB,1500,0.3\nC,380,1\n", 2), Of::Column(1));
    assert_eq!(of("group,denominator,proportion\nA,120,0.042\nB,1500,0.003\n", 2), Of::Column(1));
    assert_eq!(of("group,cases,pct\nA,3,4.2\nB,80,0.3\n", 2), Of::Unknown);
    assert_eq!(of("group,n,pct\nA,12,4.2\nB,15,0.3\n", 2), Of::Unknown, "no 12th is 4.2 %");
}

#[test]
fn sizes_in_words_are_read() {
    for (text, n) in [
        ("Male (N=120)", Some(120)),
        ("**Moderna**, N = 383,723", Some(383_723)),
        ("n = 45", Some(45)),
        ("N=7.003.980", Some(7_003_980)),
        ("N=1 200", Some(1200)),
        ("mean=45", None),
        ("n", None),
        ("n=", None),
        ("n = few", None),
    ] {
        assert_eq!(written(text), n, "{text}");
    }
}

#[test]
fn scales_are_told_by_headers() {
    for (header, scale) in [
        ("rate_per_1000", Some(1e3)),
        ("rate per 100,000", Some(1e5)),
        ("per100k", Some(1e5)),
        ("rate_ppm", Some(1e6)),
        ("% women", Some(100.0)),
        ("pourcentage", Some(100.0)),
        ("proportion", Some(1.0)),
        ("pour 1000", Some(1e3)),
        ("persons", None),
        ("rate", None),
    ] {
        assert_eq!(share::told(header), scale, "{header}");
    }
}
