//! What the numbers of a table are, and how many people stand behind each: worked out once, so that rules only judge.

mod compound;
mod counts;
mod kinds;
mod label;
pub(crate) mod levels;
pub(crate) mod margins;
pub(crate) mod parts;
mod ranges;
mod share;
mod size;
pub(crate) mod statbarn;
mod statistic;
mod words;

use std::collections::HashSet;

use exeat_domain::finding::Claim;
use rayon::prelude::*;

use crate::policy::{Policy, StructuralZero};
use crate::read::names::{self, Meaning};
use crate::read::value::{Number, Value};
use crate::read::{Grid, Held, Read, TextLine};
use crate::rule::Judgement;
use crate::table::{Role, Table};
pub(crate) use compound::Spec;
use counts::Elsewhere;
pub(crate) use share::Of;
pub(crate) use share::{half, is_total, sums_to, within};
pub(crate) use size::Source;
use size::written;
pub(crate) use statistic::Statistic;

/// What is known of the statistics of one table.
#[derive(Debug)]
pub(crate) struct Groups {
    columns: Vec<Described>,
    label: Option<label::Label>,
    /// The levels of quantiles, where a column gives them.
    levels: Option<levels::Levels>,
    /// Rows that count the group of others, by what else names them.
    count_rows: size::CountRows,
    /// A group's size in a title or note of the file.
    noted: Option<u64>,
    /// Counts of other tables of the request, those of supporting files first.
    elsewhere: Option<Elsewhere>,
    /// Zeros that the policy says cannot be otherwise.
    structural: HashSet<(usize, usize)>,
    /// The statistic of every cell by the command that is said to have made the table.
    claimed: Option<Statistic>,
}

/// What is known of one column.
#[derive(Debug, Default)]
pub(crate) struct Described {
    /// What its numbers are, where its header says it.
    pub(crate) spec: Option<Spec>,
    /// Whether it holds figures at all, which labels of rows may name.
    pub(crate) figures: bool,
    /// The size of its group, where the header says it.
    noted: Option<u64>,
    /// The column that counts the groups of its rows.
    beside: Option<usize>,
    /// Of a percentage: what it is out of.
    pub(crate) of: Of,
    /// The count in the row of totals, and that row.
    margin: Option<(u64, usize)>,
    /// The words of its header that name no statistic.
    stem: Vec<String>,
}

/// One number of a table, and what it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    pub(crate) row: usize,
    pub(crate) column: usize,
    pub(crate) statistic: Statistic,
    pub(crate) number: Number,
}

/// Works out the statistics of every table of a request; `claims` are those of acro's records, by the number of the file.
pub(crate) fn gather(files: &mut [Read], claims: &[Option<Claim>], policy: &Policy) {
    files.par_iter_mut().enumerate().for_each(|(file, read)| {
        let claimed = claims.get(file).and_then(Option::as_ref).and_then(|claim| claimed(&claim.command));
        let Held::Tables { tables, outside } = &mut read.held else { return };
        for table in tables {
            table.groups = Groups::of(table, outside, policy.structural_zeros()).map(Box::new);
            if let Some(groups) = &mut table.groups {
                groups.claimed = claimed;
            }
        }
    });
    counts::share(files);
}

/// The statistic that a command works out for each cell: `aggfunc="max"`. Of a list, the headers tell.
fn claimed(command: &str) -> Option<Statistic> {
    let (_, behind) = command.split_once("aggfunc")?;
    let value = behind.trim_start().strip_prefix('=')?.trim_start();
    let name: String = value
        .trim_start_matches(['\'', '"'])
        .chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '_'))
        .collect();
    Statistic::named(name.rsplit('.').next()?)
}

impl Groups {
    fn of(table: &Table, outside: &[TextLine], zeros: &[StructuralZero]) -> Option<Self> {
        let figures = table.columns.iter().any(|column| holds_figures(column.role));
        if table.is_record_level() || !figures {
            return None;
        }
        let mut columns: Vec<Described> = (0..table.columns.len()).map(|at| describe(table, at)).collect();
        totals(table, &mut columns);
        ranges::mark(table, &mut columns);
        let label = label::find(table);
        if label.is_none() {
            share::unnamed(table, &mut columns);
        }
        share::bases(table, &mut columns);
        size::margins(table, &mut columns);
        size::beside(table, &mut columns);
        let levels = levels::find(table, &columns);
        let count_rows = size::count_rows(table, label.as_ref());
        let noted = outside.iter().find_map(|line| written(&line.text));
        let structural = structural(table, zeros);
        Some(Self { columns, label, levels, count_rows, noted, elsewhere: None, structural, claimed: None })
    }

    /// The statistic of every cell by the command that is said to have made the table: a hint, which adds to what the table says.
    pub(crate) fn claimed(&self) -> Option<Statistic> {
        self.claimed
    }

    /// Whether the number in a cell counts people, or is a base.
    pub(crate) fn counts(&self, row: usize, column: usize) -> bool {
        let first = self.spec(row, column).and_then(|spec| spec.first);
        matches!(first, Some(Statistic::Count | Statistic::Base))
    }

    /// What is known of a column.
    pub(crate) fn column(&self, at: usize) -> Option<&Described> {
        self.columns.get(at)
    }

    /// What the numbers of a cell are.
    fn spec(&self, row: usize, column: usize) -> Option<&Spec> {
        let described = self.columns.get(column).filter(|described| described.figures)?;
        let labelled = self.label.as_ref().filter(|label| label.column != column);
        let level = || self.levels.as_ref().and_then(|levels| levels.cell(row, column));
        labelled.and_then(|label| label.row(row)).or_else(level).or(described.spec.as_ref())
    }

    /// Every statistic that its headers and labels name.
    pub(crate) fn all(&self) -> impl Iterator<Item = Statistic> {
        let columns = self.columns.iter().filter_map(|column| column.spec.as_ref());
        let used = self.label.iter().flat_map(label::Label::used);
        columns.chain(used).flat_map(|spec| spec.first.into_iter().chain(spec.inner.iter().copied()))
    }

    /// Whether any cell can hold a statistic that `is` wanted.
    pub(crate) fn any(&self, is: impl Fn(Statistic) -> bool + Copy) -> bool {
        let specs = self.columns.iter().filter_map(|column| column.spec.as_ref());
        let levels = self.levels.iter().flat_map(levels::Levels::specs);
        specs.chain(self.label.iter().flat_map(|label| &label.specs)).chain(levels).any(|spec| spec.any(is))
    }

    /// The figures of one column that are wanted, from the top.
    pub(crate) fn figures<'a>(
        &'a self,
        table: &'a Table,
        grid: &'a Grid,
        column: usize,
        is: impl Fn(Statistic) -> bool + Copy + 'a,
    ) -> impl Iterator<Item = Figure> + 'a {
        let own = self.columns.get(column).is_some_and(|described| {
            described.figures
                && (self.label.is_some()
                    || self.levels.is_some()
                    || described.spec.as_ref().is_some_and(|spec| spec.any(is)))
        });
        let rows = if own { grid.rows() } else { 0 };
        (0..rows).flat_map(move |row| {
            let spec = self.spec(row, column).filter(|spec| spec.any(is));
            let cell = spec.map(|spec| numbers(table, grid, (row, column), spec)).unwrap_or_default();
            cell.into_iter()
                .filter(move |(statistic, _)| is(*statistic))
                .map(move |(statistic, number)| Figure { row, column, statistic, number })
        })
    }

    /// The statistic of this kind in the same row, or of the same group, as `near`.
    pub(crate) fn beside(
        &self,
        table: &Table,
        grid: &Grid,
        near: Figure,
        is: impl Fn(Statistic) -> bool + Copy,
    ) -> Option<Figure> {
        // A compound cell holds it itself.
        let at = |row: usize, column: usize| {
            let spec = self.spec(row, column).filter(|spec| spec.any(is))?;
            let mut cell = numbers(table, grid, (row, column), spec).into_iter();
            let (statistic, number) = cell.find(|(statistic, _)| is(*statistic))?;
            Some(Figure { row, column, statistic, number })
        };
        if let Some(found) = at(near.row, near.column) {
            return Some(found);
        }
        if let Some(label) = self.label.as_ref().filter(|label| label.row(near.row).is_some()) {
            return label.group(grid, near.row).find_map(|row| at(row, near.column));
        }
        let stem = |column: usize| self.columns.get(column).map(|described| &described.stem);
        let all = || (0..grid.width()).filter(|column| *column != near.column);
        let same = all().filter(|column| stem(*column) == stem(near.column));
        let plain = all().filter(|column| stem(*column).is_some_and(Vec::is_empty));
        same.chain(plain).chain(all()).find_map(|column| at(near.row, column))
    }

    /// The column that counts those who contribute to a sum or a share.
    pub(crate) fn contributors(&self, table: &Table) -> Option<usize> {
        let counts = |at: &usize| {
            self.columns
                .get(*at)
                .and_then(|column| column.spec.as_ref()?.first)
                .is_some_and(|statistic| matches!(statistic, Statistic::Count | Statistic::Base))
        };
        let named = |at: &usize| {
            table.columns.get(*at).is_some_and(|column| words::Words::of(&column.name).any("contributors"))
        };
        (0..self.columns.len()).filter(counts).find(named)
    }

    /// The count that a cell holds, where it is told exactly.
    pub(crate) fn count(grid: &Grid, row: usize, column: usize) -> Option<u64> {
        size::count(grid, row, column).filter(|(least, most)| least == most).map(|(n, _)| n)
    }

    /// Whether what is measured in a cell can be added up over the members of a group: costs can, ages cannot.
    pub(crate) fn adds_up(&self, table: &Table, grid: &Grid, row: usize, column: usize) -> bool {
        let header = table.columns.get(column).map_or("", |column| column.name.as_str());
        let labels = (0..grid.width()).filter(|at| {
            table.columns.get(*at).is_some_and(|column| matches!(column.role, Role::Dimension | Role::Term))
        });
        let mut texts = std::iter::once(header).chain(labels.map(|at| grid.text(row, at)));
        !texts.any(|text| words::Words::of(text).any("not-additive"))
    }

    /// Whether a column counts things rather than people.
    pub(crate) fn of_things(table: &Table, column: usize) -> bool {
        table.columns.get(column).is_some_and(|column| names::counts_things(&column.name).is_some())
    }

    /// Whether a row is named as a statistic.
    pub(crate) fn is_named(&self, row: usize) -> bool {
        self.label.as_ref().is_some_and(|label| label.row(row).is_some())
    }

    /// Whether the labels of rows say which of them count and which hold percentages of those.
    pub(crate) fn has_kinds(&self) -> bool {
        self.label.as_ref().is_some_and(|label| label.kinds)
    }

    /// Whether the label of a row says that its numbers do not count.
    pub(crate) fn counts_nobody(&self, row: usize) -> bool {
        let kinds = self.label.as_ref().filter(|label| label.kinds);
        let spec = kinds.and_then(|label| label.row(row));
        spec.is_some_and(|spec| !matches!(spec.first, Some(Statistic::Count | Statistic::Base)))
    }

    /// Whether a cell holds a percentage.
    pub(crate) fn holds_share(&self, row: usize, column: usize) -> bool {
        self.spec(row, column).is_some_and(|spec| matches!(spec.first, Some(Statistic::Share(_))))
    }

    /// Whether a zero cannot be otherwise.
    pub(crate) fn is_structural(&self, row: usize, column: usize) -> bool {
        self.structural.contains(&(row, column))
    }

    /// Whether a column holds statistics whose group's size no column or header of the table tells.
    fn lacks(&self, table: &Table) -> bool {
        let Some(grid) = table.grid() else { return false };
        (0..self.columns.len()).any(|at| {
            self.figures(table, grid, at, is_of_a_group)
                .next()
                .is_some_and(|figure| self.size(table, grid, figure.row, figure.column).is_none())
        })
    }
}

/// The statistics of a table that a rule wants, and its cells; else what the rule says of the table.
pub(crate) fn wanted(
    table: &Table,
    is: impl Fn(Statistic) -> bool + Copy,
) -> Result<(&Groups, &Grid), Judgement> {
    let groups = table.groups.as_deref().filter(|groups| groups.any(is));
    let groups = groups.ok_or(Judgement::NotApplicable)?;
    let grid = table.grid().ok_or_else(|| {
        Judgement::Undecided("it has too many cells for its statistics to be looked at one by one".to_owned())
    })?;
    Ok((groups, grid))
}

/// Whether a statistic speaks of a group whose size should be known.
pub(crate) fn is_of_a_group(statistic: Statistic) -> bool {
    !matches!(statistic, Statistic::Count | Statistic::Base)
}

/// Whether a column of this role can hold figures of groups.
fn holds_figures(role: Role) -> bool {
    matches!(role, Role::Count | Role::Base | Role::Percentage | Role::Statistic | Role::Estimate)
}

/// Whether a header says that its column counts.
fn says_count(header: &str) -> bool {
    names::meaning(header).is_some_and(|(meaning, _)| {
        matches!(meaning, Meaning::Count | Meaning::Base | Meaning::CountOfThings)
    })
}

/// What a column's header and role say of it.
fn describe(table: &Table, at: usize) -> Described {
    let Some(column) = table.columns.get(at) else {
        return Described::default();
    };
    let name = column.name.as_str();
    let contributor = |statistic: &Statistic| {
        matches!(
            statistic,
            Statistic::Largest
                | Statistic::Second
                | Statistic::TopShare(_)
                | Statistic::Herfindahl
                | Statistic::Gini
        )
    };
    // What the policy says of a column is not doubted.
    let declared = column.reason == crate::read::DECLARED;
    let spec = match column.role {
        Role::Count | Role::Base => Some(Spec::single(match Statistic::named(name).filter(|_| !declared) {
            Some(statistic)
                if contributor(&statistic)
                    || statistic == Statistic::Sum && !names::sums_counts(name)
                    || !says_count(name) =>
            {
                statistic
            }
            _ if column.role == Role::Base => Statistic::Base,
            _ => Statistic::Count,
        })),
        Role::Percentage => Some(Spec::single(
            Statistic::named(name)
                .filter(contributor)
                .unwrap_or_else(|| Statistic::Share(share::scale(table, at))),
        )),
        Role::Statistic => Spec::of(name).or_else(|| {
            let percents =
                table.profiles.get(at).is_some_and(|profile| profile.percents * 2 > profile.numbers);
            percents.then(|| Spec::single(Statistic::Share(Some(100.0))))
        }),
        Role::Estimate => Spec::of(name).filter(|spec| !spec.inner.is_empty()),
        _ => None,
    };
    let figures = holds_figures(column.role);
    Described { spec, figures, noted: written(name), stem: size::stem(name), ..Described::default() }
}

/// Beside a column of largest parts, a total is the sum of all parts rather than a count.
fn totals(table: &Table, columns: &mut [Described]) {
    let parts = |described: &Described| {
        described
            .spec
            .as_ref()
            .is_some_and(|spec| spec.any(|s| matches!(s, Statistic::Largest | Statistic::Second)))
    };
    if !columns.iter().any(parts) {
        return;
    }
    for (described, column) in columns.iter_mut().zip(&table.columns) {
        let plain = described
            .spec
            .as_ref()
            .is_none_or(|spec| matches!(spec.first, None | Some(Statistic::Count | Statistic::Base)));
        let words = words::Words::of(&column.name);
        if described.figures && plain && (words.any("total") || words.any("magnitude")) {
            described.spec = Some(Spec::single(Statistic::Sum));
        }
    }
}

/// The numbers of one cell, each with what it is.
fn numbers(
    table: &Table,
    grid: &Grid,
    (row, column): (usize, usize),
    spec: &Spec,
) -> Vec<(Statistic, Number)> {
    let first = |number: Number| spec.first.map(|statistic| (statistic, number));
    match grid.value(row, column) {
        Value::Number(number) => first(number).into_iter().collect(),
        Value::CountWith(number) | Value::Estimate(number) | Value::OutOf(number, _)
            if spec.inner.is_empty() =>
        {
            first(number).into_iter().collect()
        }
        Value::CountWith(_) | Value::Estimate(_) | Value::Text => {
            let Some((number, inner)) = compound::numbers(grid.text(row, column), table.decimal) else {
                let ends = ranges::ends(grid.text(row, column), table.decimal);
                let ends = ends.filter(|_| spec.first == Some(Statistic::Range));
                return ends.and_then(|(_, greatest)| first(greatest)).into_iter().collect();
            };
            first(number).into_iter().chain(spec.inner.iter().copied().zip(inner)).collect()
        }
        Value::Blank | Value::Marker(_) | Value::OutOf(..) | Value::Date => Vec::new(),
    }
}

/// The cells that the policy declares as zeros that cannot be otherwise: a label of the row, and the header or another label.
fn structural(table: &Table, zeros: &[StructuralZero]) -> HashSet<(usize, usize)> {
    let mut cells = HashSet::new();
    let Some(grid) = table.grid().filter(|_| !zeros.is_empty()) else { return cells };
    let same = |one: &str, other: &str| one.trim().eq_ignore_ascii_case(other.trim());
    let labels: Vec<usize> = (0..grid.width())
        .filter(|at| table.columns.get(*at).is_some_and(|c| !holds_figures(c.role)))
        .collect();
    for row in 0..grid.rows() {
        for zero in zeros {
            let labelled = |text: &str| labels.iter().any(|at| same(grid.text(row, *at), text));
            if !labelled(&zero.row) {
                continue;
            }
            let by_label = labelled(&zero.column);
            for (at, column) in table.columns.iter().enumerate().filter(|(_, c)| holds_figures(c.role)) {
                let level = column.name.rsplit(" / ").next().unwrap_or_default();
                if by_label || same(&column.name, &zero.column) || same(level, &zero.column) {
                    cells.insert((row, at));
                }
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod trial;
