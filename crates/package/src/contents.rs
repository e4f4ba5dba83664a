//! What goes into a package: files as they were reviewed, under names that are safe to unpack anywhere.

use std::collections::HashSet;

use exeat_domain::digest::Sha256;

/// A file as it was reviewed: only exactly these bytes may be packed under this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewed {
    /// Path inside the package, with `/` between folders.
    pub name: String,
    /// Digest of the reviewed bytes.
    pub sha256: Sha256,
    /// Length of the reviewed bytes.
    pub bytes: u64,
}

/// A name that may not be written to a package, because unpacking it could write somewhere else.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} cannot be a name in a package: {problem}")]
pub struct BadName {
    /// The name as it was given.
    pub name: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

/// Checks that every name is relative, stays inside the folder it is unpacked to, and occurs once.
///
/// # Errors
/// The first name that is empty, absolute, too long or double, or that holds `.`, `..`, an empty component,
/// `\`, `:` (a drive or a stream) or a control character.
pub fn check_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<(), BadName> {
    let mut seen = HashSet::new();
    for name in names {
        let bad = |problem| Err(BadName { name: name.to_owned(), problem });
        if let Some(problem) = problem_of(name) {
            return bad(problem);
        }
        if !seen.insert(name) {
            return bad("two files have this name");
        }
    }
    Ok(())
}

fn problem_of(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("it is empty");
    }
    // APPNOTE 4.4.10: the length of a name is a 16-bit field.
    if name.len() > usize::from(u16::MAX) {
        return Some("it is longer than 65535 bytes");
    }
    if name.starts_with('/') {
        return Some("it is absolute");
    }
    // APPNOTE 4.4.17.1: no drive, no device, forward slashes only.
    if name.contains(['\\', ':']) {
        return Some(r"it holds \ or :");
    }
    if name.chars().any(char::is_control) {
        return Some("it holds a control character");
    }
    name.split('/').any(|part| matches!(part, "" | "." | "..")).then_some("a component is empty, . or ..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_stay_inside_are_accepted() {
        let names = ["a.csv", "tables/a.csv", "tables/été 2026.csv", "..a", "a..", ".hidden", "表.png"];
        assert_eq!(check_names(names), Ok(()));
    }

    #[test]
    fn names_that_could_lead_out_are_refused() {
        let long = "a".repeat(65_536);
        for name in [
            "",
            "/a",
            "a//b",
            "a/",
            ".",
            "./a",
            "..",
            "../a",
            "a/../b",
            r"a\b",
            r"\\server\a",
            "C:a",
            "C:/a",
            "a:stream",
            "a\0b",
            "a\nb",
            &long,
        ] {
            assert!(check_names([name]).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_name_occurs_once() {
        assert_eq!(
            check_names(["a", "b", "a"]),
            Err(BadName { name: "a".to_owned(), problem: "two files have this name" })
        );
    }
}
