//! A table as it was understood: columns with their roles, and rows that can be read again.

use std::sync::OnceLock;

use exeat_domain::finding::{ColumnSummary, Place, TableSummary};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evidence::{Groups, statbarn};
use crate::identifier::Tally;
use crate::read::persons::Likeness;
use crate::read::profile::Profile;
use crate::read::value::Decimal;
use crate::read::{Grid, Rows};

/// What a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Names a group: a category, an area, an age band.
    Dimension,
    /// Names a time.
    Period,
    /// How many people, events or things a row or cell holds.
    Count,
    /// The number that a count or percentage is out of.
    Base,
    /// A percentage or proportion, or a rate.
    Percentage,
    /// A mean, median, standard deviation, quantile, minimum, maximum or the like.
    Statistic,
    /// A term of a model.
    Term,
    /// A coefficient, ratio or test statistic.
    Estimate,
    /// The standard error of an estimate.
    StandardError,
    /// A p-value.
    PValue,
    /// A bound of a confidence interval.
    Bound,
    /// Identifies a person, by its header.
    Identifier,
    /// Running text.
    FreeText,
    /// Numbers the rows.
    RowNumber,
    /// A value that may be one person's: nothing says that it is a count or a statistic.
    Value,
    /// Holds nothing.
    Empty,
}

impl Role {
    /// The name that the report gives.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dimension => "dimension",
            Self::Period => "period",
            Self::Count => "count",
            Self::Base => "base",
            Self::Percentage => "percentage",
            Self::Statistic => "statistic",
            Self::Term => "term",
            Self::Estimate => "estimate",
            Self::StandardError => "standard-error",
            Self::PValue => "p-value",
            Self::Bound => "bound",
            Self::Identifier => "identifier",
            Self::FreeText => "free-text",
            Self::RowNumber => "row-number",
            Self::Value => "value",
            Self::Empty => "empty",
        }
    }

    /// Whether a column of this role speaks of groups: counts, or statistics of any kind.
    #[must_use]
    pub fn is_aggregate(self) -> bool {
        match self {
            Self::Count
            | Self::Base
            | Self::Percentage
            | Self::Statistic
            | Self::Estimate
            | Self::StandardError
            | Self::PValue
            | Self::Bound => true,
            Self::Dimension
            | Self::Period
            | Self::Term
            | Self::Identifier
            | Self::FreeText
            | Self::RowNumber
            | Self::Value
            | Self::Empty => false,
        }
    }
}

/// One column of a [`Table`].
#[derive(Clone, Debug)]
pub struct Column {
    /// Its header, as written; empty where it has none.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// Why it was taken for that, for people.
    pub reason: String,
    /// Cells that are not blank.
    pub filled: u64,
    /// Different values among them; a lower bound above a hundred thousand.
    pub distinct: u64,
}

/// A table of a file.
#[derive(Debug)]
pub struct Table {
    /// Which table of the file, from 0.
    pub index: u32,
    /// Whether the file holds several, so that places must say which.
    pub one_of_several: bool,
    /// Its columns, in the order of the file, labels and index included.
    pub columns: Vec<Column>,
    /// Rows of the body.
    pub rows: u64,
    /// How its numbers separate decimals.
    pub decimal: Decimal,
    /// How much it looks like one row a person, and like one column a person.
    pub(crate) likeness: Likeness,
    pub(crate) transposed: Option<Likeness>,
    /// Its rows are named as statistics (`count`, `mean`, `std`), as those of `describe()` are.
    pub(crate) statistic_rows: bool,
    /// What each column holds.
    pub(crate) profiles: Vec<Profile>,
    /// What was seen of identifiers in each column.
    pub(crate) tallies: Vec<Tally>,
    /// What its numbers are, and of how many people; none where it holds no figures of groups.
    pub(crate) groups: Option<Box<Groups>>,
    /// The cells, read when first asked for.
    pub(crate) grid: OnceLock<Option<Grid>>,
    /// The rows, to be read again.
    pub(crate) body: Rows,
}

impl Table {
    /// The place of one cell.
    #[must_use]
    pub fn cell(&self, row: u64, column: usize, value: &str) -> Place {
        Place {
            row: Some(row),
            cell: Some([row, column as u64]),
            value: Some(shown(value)),
            ..self.column(column)
        }
    }

    /// The place of a column.
    #[must_use]
    pub fn column(&self, column: usize) -> Place {
        let name = self.columns.get(column).map(|column| shown(&column.name));
        Place { column: name, ..self.whole() }
    }

    /// The place of a row.
    #[must_use]
    pub fn row(&self, row: u64) -> Place {
        Place { row: Some(row), ..self.whole() }
    }

    /// The place of the table itself.
    #[must_use]
    pub fn whole(&self) -> Place {
        Place { table: self.one_of_several.then_some(self.index), ..Place::default() }
    }

    /// The cells, where they are few enough to be held.
    pub(crate) fn grid(&self) -> Option<&Grid> {
        let read = || Grid::read(&self.body, self.rows, self.columns.len(), self.decimal);
        self.grid.get_or_init(read).as_ref()
    }

    /// Whether its lines are held in memory.
    pub(crate) fn is_held(&self) -> bool {
        self.body.lines.kept.is_some()
    }

    /// Whether its rows look like persons or events: rules on groups are not applicable then, REC-LEVEL is.
    #[must_use]
    pub fn is_record_level(&self) -> bool {
        self.likeness.persons
    }

    /// Whether any column holds counts or statistics.
    #[must_use]
    pub fn has_aggregates(&self) -> bool {
        self.columns.iter().any(|column| column.role.is_aggregate())
    }

    /// The summary that the report gives.
    #[must_use]
    pub fn summary(&self) -> TableSummary {
        let columns = self
            .columns
            .iter()
            .map(|column| ColumnSummary { name: shown(&column.name), role: column.role.name().to_owned() })
            .collect();
        TableSummary { rows: self.rows, columns, statbarns: statbarn::of(self) }
    }
}

/// A value as it may be shown: control and format characters escaped, cut to 120 characters.
#[must_use]
pub fn shown(value: &str) -> String {
    let mut out = String::new();
    for (at, character) in value.chars().enumerate() {
        if at == 120 {
            break;
        }
        if hidden(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out.chars().take(120).collect()
}

/// Whether a character is a control or format character, which a person does not see.
pub(crate) fn hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_escaped_and_what_is_long_is_cut() {
        assert_eq!(shown("a\u{202e}b\u{1b}[31m"), "a\\u{202e}b\\u{1b}[31m");
        assert_eq!(shown(&"é".repeat(500)).chars().count(), 120);
        assert_eq!(shown(&"\0".repeat(500)).chars().count(), 120);
    }
}
