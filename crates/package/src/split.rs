//! Which files go into which part when one package would be too big for a mail.

/// A file that no part can hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} takes {bytes} bytes packed; a part has room for {limit}")]
pub struct TooBig {
    /// Name of the file.
    pub name: String,
    /// What it takes in a package.
    pub bytes: u64,
    /// Room for files in one part.
    pub limit: u64,
}

/// Assigns files (a name and what it takes packed, in bytes) to parts of at most `limit` bytes: each goes into
/// the first part with room for it. The result holds positions in `files`, in their order.
///
/// # Errors
/// A file that takes more than `limit` bytes on its own.
pub fn plan(files: &[(&str, u64)], limit: u64) -> Result<Vec<Vec<usize>>, TooBig> {
    let mut parts: Vec<(u64, Vec<usize>)> = Vec::new();
    for (at, &(name, bytes)) in files.iter().enumerate() {
        let Some(most) = limit.checked_sub(bytes) else {
            return Err(TooBig { name: name.to_owned(), bytes, limit });
        };
        match parts.iter_mut().find(|(taken, _)| *taken <= most) {
            Some((taken, part)) => {
                *taken += bytes;
                part.push(at);
            }
            None => parts.push((bytes, vec![at])),
        }
    }
    Ok(parts.into_iter().map(|(_, part)| part).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop};
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::*;

    #[test]
    fn each_file_goes_into_the_first_part_with_room() {
        let files = [("a", 6), ("b", 5), ("c", 4), ("d", 5), ("e", 1)];
        assert_eq!(plan(&files, 10), Ok(vec![vec![0, 2], vec![1, 3], vec![4]]));
    }

    #[test]
    fn a_file_that_fits_no_part_is_named() {
        assert_eq!(
            plan(&[("a", 1), ("big.csv", 11)], 10),
            Err(TooBig { name: "big.csv".to_owned(), bytes: 11, limit: 10 })
        );
    }

    proptest! {
        #[test]
        fn every_file_is_in_one_part_and_no_part_is_over(
            sizes in prop::collection::vec(0_u64..=1000, 0..60), more in 0_u64..2000,
        ) {
            let limit = 1000 + more;
            let files: Vec<_> = sizes.iter().map(|size| ("f", *size)).collect();
            let parts = plan(&files, limit).unwrap();
            for part in &parts {
                prop_assert!(part.iter().map(|at| sizes[*at]).sum::<u64>() <= limit);
                prop_assert!(part.is_sorted());
            }
            // Two parts that would fit into one are never left apart.
            for pair in parts.windows(2) {
                prop_assert!(pair.concat().iter().map(|at| sizes[*at]).sum::<u64>() > limit);
            }
            let mut all = parts.concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..sizes.len()).collect::<Vec<_>>());
        }

        #[test]
        fn sizes_near_the_end_of_the_range_do_not_overflow(size in any::<u64>(), limit in any::<u64>()) {
            prop_assert_eq!(plan(&[("a", size), ("b", size)], limit).is_ok(), size <= limit);
        }
    }
}
