//! A Python of our own, under cargo's target folder, with the packages of `requirements.txt` or another list.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::workspace;

/// What the tests take; a copy in the environment tells what was installed from a list.
const TESTS: &str = "xtask/requirements.txt";

/// The environment.
#[derive(Debug)]
pub(crate) struct Python {
    folder: PathBuf,
}

impl Python {
    /// Makes the environment of the tests, or takes the one that an earlier run made from the same list.
    ///
    /// # Errors
    /// When Python or one of the packages cannot be had.
    pub(crate) fn provide() -> Result<Self> {
        Self::provide_with("python", TESTS)
    }

    /// Makes the environment of this name with the packages of a list, or takes the one that is there.
    ///
    /// # Errors
    /// When Python or one of the packages cannot be had.
    pub(crate) fn provide_with(name: &str, list: &str) -> Result<Self> {
        let python = Self { folder: workspace::target()?.join(name) };
        let wanted = workspace::root().join(list);
        let done = python.folder.join("installed.txt");
        if !same(&wanted, &done) {
            println!("installing from PyPI into {}: what {list} lists", python.folder.display());
            python.make(list).with_context(|| format!("the Python packages of {list} are needed"))?;
            std::fs::copy(&wanted, &done)?;
        }
        Ok(python)
    }

    /// A program of the environment.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    fn make(&self, list: &str) -> Result<()> {
        let folder = self.folder.display().to_string();
        workspace::run(&mut workspace::command(&["python3", "-m", "venv", "--clear", &folder]))?;
        let pip = self.program("pip").display().to_string();
        let words = [&pip, "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", list];
        workspace::run(&mut workspace::command(&words))
    }
}

/// Whether two files are there and hold the same.
fn same(one: &Path, other: &Path) -> bool {
    matches!((std::fs::read(one), std::fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_there_is_never_the_same() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(same(&here.join("Cargo.toml"), &here.join("Cargo.toml")));
        assert!(!same(&here.join("Cargo.toml"), &here.join("requirements.txt")));
        assert!(!same(&here.join("no-such-file"), &here.join("no-such-file")));
    }

    #[test]
    fn every_package_is_pinned() {
        for list in [TESTS, crate::bench::PYTHON] {
            let list = std::fs::read_to_string(workspace::root().join(list)).unwrap();
            let packages: Vec<_> = list.lines().filter(|line| !line.starts_with('#')).collect();
            assert!(!packages.is_empty());
            assert!(packages.iter().all(|line| line.contains("==")), "{packages:?}");
        }
    }
}
