//! Cells that hold several statistics, such as `54 [40, 67]`, and the headers and labels that say which: `Median [Min, Max]`.

use super::statistic::Statistic;
use crate::read::names::{self, Meaning};
use crate::read::value::{Decimal, Number, number};

/// Brackets and signs that set off what stands beside the first number.
const OPEN: [char; 4] = ['(', '[', '{', '±'];
const CLOSE: [char; 3] = [')', ']', '}'];

/// What the numbers of a cell are: the first, and those in brackets behind it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Spec {
    /// The first number.
    pub(crate) first: Option<Statistic>,
    /// Those in brackets, in their order.
    pub(crate) inner: Vec<Statistic>,
}

impl Spec {
    /// A cell of one number.
    pub(super) fn single(statistic: Statistic) -> Self {
        Self { first: Some(statistic), inner: Vec::new() }
    }

    /// What a header or label says of its cells; none where it names no statistic.
    pub(super) fn of(label: &str) -> Option<Self> {
        Self::pattern(label).or_else(|| Statistic::named(label).map(Self::single))
    }

    /// `Median [Min, Max]`, `mean (sd)`, `mean ± sd`: a statistic with others in the last brackets.
    fn pattern(label: &str) -> Option<Self> {
        let open = label.rfind(OPEN)?;
        let (before, behind) = label.split_at(open);
        let first = Statistic::named(before)
            .or_else(|| counts(before.rsplit([',', ':', ';']).next()?).then_some(Statistic::Count));
        let inside = behind.trim_start_matches(OPEN).trim().trim_end_matches(CLOSE);
        let inner: Vec<Statistic> = parts(inside).into_iter().filter_map(Statistic::named).collect();
        let inner = match inner.as_slice() {
            [Statistic::InterquartileRange] => vec![Statistic::Quantile(0.25), Statistic::Quantile(0.75)],
            [Statistic::Range] => vec![Statistic::Min, Statistic::Max],
            _ => inner,
        };
        // Brackets that name no statistic are a unit or a group: `mean (years)`.
        (first.is_some() && !inner.is_empty()).then_some(Self { first, inner })
    }

    /// Whether any number of the cell is a statistic that `is`.
    pub(crate) fn any(&self, is: impl Fn(Statistic) -> bool) -> bool {
        self.first.into_iter().chain(self.inner.iter().copied()).any(is)
    }
}

/// Whether a label says that its number counts.
fn counts(label: &str) -> bool {
    names::meaning(label).is_some_and(|(meaning, _)| meaning == Meaning::Count)
}

/// What stands in brackets, at its separators.
fn parts(inside: &str) -> Vec<&str> {
    let by = |mark: &'static str| inside.contains(mark).then(|| inside.split(mark).collect::<Vec<_>>());
    let spaced = [";", ",", " - ", " – ", " to ", " tot ", "–", "-", "/"];
    spaced.into_iter().find_map(by).unwrap_or_else(|| vec![inside]).into_iter().map(str::trim).collect()
}

/// The numbers of a cell: the first, and those in brackets; none where it does not start with one.
pub(super) fn numbers(cell: &str, decimal: Decimal) -> Option<(Number, Vec<Number>)> {
    let cell = cell.trim();
    let Some(open) = cell.find(OPEN).filter(|open| *open > 0) else {
        return Some((number(cell, decimal)?, Vec::new()));
    };
    let (before, behind) = cell.split_at(open);
    let first = number(before.trim().trim_end_matches([';', ',']).trim(), decimal)?;
    let inside = behind.trim_start_matches(OPEN).trim().trim_end_matches(CLOSE).trim();
    if let Some(one) = number(inside, decimal) {
        return Some((first, vec![one]));
    }
    let marks: &[&str] = match decimal {
        Decimal::Point => &[";", ", ", " - ", " – ", " to ", "–", ",", "-", "/"],
        Decimal::Comma => &[";", ", ", " - ", " – ", " tot ", " à ", "–", "-", "/"],
    };
    let inner = marks.iter().find_map(|mark| {
        let all: Option<Vec<Number>> = inside.split(mark).map(|part| number(part.trim(), decimal)).collect();
        all.filter(|numbers| numbers.len() > 1)
    });
    Some((first, inner.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Statistic::{Count, Max, Mean, Min, Quantile, Sd};

    #[test]
    fn labels_say_what_the_numbers_of_a_cell_are() {
        let of = |first, inner: &[Statistic]| Some(Spec { first: Some(first), inner: inner.to_vec() });
        for (label, expected) in [
            ("Median [Min, Max]", of(Quantile(0.5), &[Min, Max])),
            ("Age (years), median [IQR]", of(Quantile(0.5), &[Quantile(0.25), Quantile(0.75)])),
            ("Mean (SD)", of(Mean, &[Sd])),
            ("mean ± sd", of(Mean, &[Sd])),
            ("Médiane (Q1 ; Q3)", of(Quantile(0.5), &[Quantile(0.25), Quantile(0.75)])),
            ("mediaan (25% - 75%)", of(Quantile(0.5), &[Quantile(0.25), Quantile(0.75)])),
            ("Age, median (range)", of(Quantile(0.5), &[Min, Max])),
            ("mean (years)", of(Mean, &[])),
            ("sex", None),
            ("Female (N=120)", None),
            ("", None),
        ] {
            assert_eq!(Spec::of(label), expected, "{label}");
        }
        assert_eq!(Spec::of("n [min]"), of(Count, &[Min]));
    }

    #[test]
    fn cells_give_their_numbers() {
        let read = |cell: &str, decimal| {
            numbers(cell, decimal)
                .map(|(first, inner)| (first.value, inner.iter().map(|n| n.value).collect()))
        };
        for (cell, expected) in [
            ("54 [40, 67]", Some((54.0, vec![40.0, 67.0]))),
            ("54.0 [18.0, 91.0]", Some((54.0, vec![18.0, 91.0]))),
            ("54 (18-91)", Some((54.0, vec![18.0, 91.0]))),
            ("54 (18 to 91)", Some((54.0, vec![18.0, 91.0]))),
            ("-1.5 (-3; -0.5)", Some((-1.5, vec![-3.0, -0.5]))),
            ("3.2 ± 1.1", Some((3.2, vec![1.1]))),
            ("3.2 (1.1)", Some((3.2, vec![1.1]))),
            ("12", Some((12.0, vec![]))),
            ("54 [NA]", Some((54.0, vec![]))),
            ("(12", None),
            ("", None),
            ("a (1)", None),
        ] {
            assert_eq!(read(cell, Decimal::Point), expected, "{cell}");
        }
        assert_eq!(read("54,5 [40,1; 67,2]", Decimal::Comma), Some((54.5, vec![40.1, 67.2])));
        assert_eq!(read("54,5 [40,1 - 67,2]", Decimal::Comma), Some((54.5, vec![40.1, 67.2])));
    }
}
