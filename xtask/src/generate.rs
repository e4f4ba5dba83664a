//! `cargo xtask generate [--check]`: the pages of `docs/` that are written from code, so that they cannot drift from it.

mod binary;
mod coverage;
mod rules;
mod schema;
mod states;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::workspace;

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write nothing; fail if a page differs from what the code says.
    #[arg(long)]
    check: bool,
}

/// Pages by their path from the root of the workspace.
type Pages = BTreeMap<String, String>;

/// Everything that pages are written from; each adds its own.
const SOURCES: &[fn(&mut Pages) -> Result<()>] =
    &[binary::pages, coverage::pages, rules::pages, states::pages];

/// The first line of every page here, by which one that nothing writes any more is found.
const MARK: &str = "<!-- Written from code by `cargo xtask generate`; do not edit. -->\n";

/// Writes the pages, or compares them.
pub(crate) fn run(args: &Args) -> Result<()> {
    if args.check {
        return check();
    }
    let pages = pages()?;
    for path in differing(workspace::root(), &pages)? {
        let file = workspace::root().join(&path);
        match pages.get(&path) {
            Some(text) => write(&file, text)?,
            None => fs::remove_file(&file)?,
        }
        println!("generate: {path}");
    }
    Ok(())
}

/// Fails with every page that is not as the code says.
pub(crate) fn check() -> Result<()> {
    let pages = pages()?;
    let differing = differing(workspace::root(), &pages)?;
    ensure!(
        differing.is_empty(),
        "not as the code says; run `cargo xtask generate`:\n  {}",
        differing.join("\n  ")
    );
    println!("generate: {} pages, every one as the code says", pages.len());
    Ok(())
}

fn pages() -> Result<Pages> {
    let mut pages = Pages::new();
    SOURCES.iter().try_for_each(|source| source(&mut pages))?;
    // JSON has no place for a mark.
    let marked = |path: &str, text: String| {
        if Path::new(path).extension().is_some_and(|extension| extension == "json") {
            text
        } else {
            format!("{MARK}\n{text}")
        }
    };
    Ok(pages
        .into_iter()
        .map(|(path, text)| {
            let text = marked(&path, text);
            (path, text)
        })
        .collect())
}

/// The pages to write, and those that nothing writes any more.
fn differing(root: &Path, pages: &Pages) -> Result<Vec<String>> {
    let changed =
        pages.iter().filter(|(path, text)| fs::read_to_string(root.join(path)).ok().as_ref() != Some(text));
    let mut paths: Vec<String> = changed.map(|(path, _)| path.clone()).collect();
    let mut marked = Vec::new();
    find_marked(root, "docs", &mut marked)?;
    paths.extend(marked.into_iter().filter(|path| !pages.contains_key(path)));
    Ok(paths)
}

/// Every file below `folder` that starts with the mark.
fn find_marked(root: &Path, folder: &str, found: &mut Vec<String>) -> Result<()> {
    let entries = root.join(folder).read_dir().with_context(|| format!("cannot list {folder}"))?;
    for entry in entries {
        let entry = entry?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            find_marked(root, &path, found)?;
        } else if fs::read(entry.path())?.starts_with(MARK.as_bytes()) {
            found.push(path);
        }
    }
    Ok(())
}

fn write(file: &Path, text: &str) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_differs_is_missing_or_is_left_over_is_named() {
        let root = tempfile::tempdir().unwrap();
        let page = |text: &str| format!("{MARK}\n{text}");
        for (path, text) in [("same", "1"), ("changed", "old"), ("left/over", "3")] {
            write(&root.path().join("docs").join(path), &page(text)).unwrap();
        }
        write(&root.path().join("docs/by-hand.md"), "# Written by hand\n").unwrap();
        let pages = [("docs/same", "1"), ("docs/changed", "2"), ("docs/missing", "4")];
        let pages = pages.map(|(path, text)| (path.to_owned(), page(text))).into();
        let differing = differing(root.path(), &pages).unwrap();
        assert_eq!(differing, ["docs/changed", "docs/missing", "docs/left/over"]);
    }
}
