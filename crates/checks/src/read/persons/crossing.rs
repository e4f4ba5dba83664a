//! How the groupings of a table name its rows: whether combinations repeat, and how many of those that could be are there.

/// How the keys of a table name its rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Crossing {
    /// Share of the rows whose combination of all keys stood in a row before.
    pub(crate) repeats: f64,
    /// Keys that it takes to tell the rows apart, those that others determine left out.
    pub(crate) needed: usize,
    /// Rows as a share of all the combinations that these keys could form: near 1 where groups are crossed.
    pub(crate) density: f64,
}

impl Default for Crossing {
    fn default() -> Self {
        Self { repeats: 0.0, needed: 0, density: 1.0 }
    }
}

impl Crossing {
    /// Takes the keys one after the other until they tell the rows apart; `keys[k][row]` is a digest of a cell.
    pub(super) fn of(keys: &[Vec<u64>]) -> Self {
        let rows = keys.first().map_or(0, Vec::len);
        if rows == 0 {
            return Self::default();
        }
        let mut prefix = vec![0_u64; rows];
        let (mut combinations, mut product, mut needed) = (1, 1.0_f64, 0);
        for key in keys {
            if combinations == rows {
                break;
            }
            let joined: Vec<u64> = prefix
                .iter()
                .zip(key)
                .map(|(before, cell)| before.rotate_left(7).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ cell)
                .collect();
            let now = distinct(joined.clone());
            if now > combinations {
                product *= distinct(key.clone()) as f64;
                (combinations, prefix, needed) = (now, joined, needed + 1);
            }
        }
        Self {
            repeats: 1.0 - combinations as f64 / rows as f64,
            needed,
            density: combinations as f64 / product,
        }
    }
}

/// How many different ones there are.
pub(super) fn distinct(mut digests: Vec<u64>) -> usize {
    digests.sort_unstable();
    digests.dedup();
    digests.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crossed_groups_fill_their_combinations_and_persons_repeat_them() {
        let crossed = Crossing::of(&[vec![1, 1, 2, 2], vec![3, 4, 3, 4], vec![5, 5, 5, 5]]);
        assert_eq!(crossed, Crossing { repeats: 0.0, needed: 2, density: 1.0 });
        let persons = Crossing::of(&[vec![1, 1, 1, 2], vec![3, 3, 3, 4]]);
        assert_eq!(persons, Crossing { repeats: 0.5, needed: 1, density: 1.0 });
        assert_eq!(Crossing::of(&[]), Crossing::default());
    }
}
