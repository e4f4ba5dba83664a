//! What `cargo xtask fit` learns the points of REC-LEVEL from: the signs that each table of a file shows.

use crate::input::Input;
use crate::policy::Policy;
use crate::read::{self, Held, persons};

/// A sign as the fitting sees it.
#[derive(Clone, Copy, Debug)]
pub struct Sign {
    /// Its name in the file of weights.
    pub key: &'static str,
    /// What it says, for people.
    pub words: &'static str,
    /// Whether it speaks for persons; its points are never on the other side.
    pub for_persons: bool,
}

/// One table, or one table on its side.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Rows; columns of a table on its side.
    pub rows: u64,
    /// Whether each column would be a person.
    pub on_its_side: bool,
    /// Whether what names persons tells of its rows without any points, and whether for sure; then they block, and else
    /// they are for review at least.
    pub told: Option<bool>,
    /// Whether each sign holds, in the order of [`signs`].
    pub holds: Vec<bool>,
}

/// Every sign.
#[must_use]
pub fn signs() -> Vec<Sign> {
    let all = persons::SIGNS.iter();
    all.map(|sign| Sign {
        key: sign.key,
        words: sign.words,
        for_persons: sign.side == persons::Side::Persons,
    })
    .collect()
}

/// The scores in force from which a table blocks and from which it is for review.
#[must_use]
pub fn thresholds() -> (i32, i32) {
    persons::weights()
}

/// The signs that the tables of a file show.
#[must_use]
pub fn seen(input: Input, policy: &Policy) -> Vec<Seen> {
    let mut seen = Vec::new();
    let Held::Tables { tables, .. } = read::read(input, policy).held else { return seen };
    for table in &tables {
        seen.push(one(table.rows, false, &table.likeness));
        if let Some(likeness) = &table.transposed {
            let rows = (table.columns.len() as u64).saturating_sub(1);
            seen.push(one(rows, true, likeness));
        }
    }
    seen
}

fn one(rows: u64, on_its_side: bool, likeness: &persons::Likeness) -> Seen {
    let holds = (0..persons::SIGNS.len()).map(|at| likeness.signs >> at & 1 == 1).collect();
    Seen { rows, on_its_side, told: likeness.told.map(|told| told.sure), holds }
}
