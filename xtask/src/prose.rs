//! Holds the pages that are written by hand to what is there: their links, the paths and the tests that they name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::workspace;

/// Folders of the root that hold pages and code.
const FOLDERS: [&str; 4] = ["crates", "docs", "xtask", "."];

/// Files with this extension, below [`FOLDERS`]; of the root itself only what lies there directly.
fn files(extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        walk(&workspace::root().join(folder), folder != ".", &mut found)?;
    }
    found.retain(|file| file.extension().is_some_and(|found| found == extension));
    Ok(found)
}

fn walk(folder: &Path, deep: bool, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in folder.read_dir().with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            found.push(entry.path());
        } else if deep && entry.file_type()?.is_dir() {
            walk(&entry.path(), deep, found)?;
        }
    }
    Ok(())
}

/// The targets of `[text](target)`, without those that lie elsewhere and without `#place`.
fn links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let ours = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    ours.filter_map(|target| target.split('#').next()).collect()
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Paths of the tree that a page names.
fn paths(text: &str) -> Vec<&str> {
    let ours = |word: &&str| FOLDERS.iter().any(|folder| word.starts_with(&format!("{folder}/")));
    quoted(text).filter(|word| !word.contains([' ', '*', '<'])).filter(ours).collect()
}

/// Tests that a page names, as `module::tests::name`: the last part.
fn tests(text: &str) -> Vec<&str> {
    let named = quoted(text).filter(|word| word.contains("::") && !word.contains(' '));
    named
        .filter(|word| word.starts_with(char::is_lowercase))
        .filter_map(|word| word.rsplit("::").next())
        .collect()
}

#[test]
fn every_link_and_path_in_the_pages_leads_somewhere() {
    let mut lost = Vec::new();
    let pages = files("md").unwrap();
    assert!(pages.len() >= 10, "{pages:?}");
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        let folder = page.parent().unwrap();
        let here = links(&text).into_iter().map(|link| (link, folder.join(link)));
        let there = paths(&text).into_iter().map(|path| (path, workspace::root().join(path)));
        lost.extend(
            here.chain(there)
                .filter(|(_, file)| !file.exists())
                .map(|(name, _)| (page.clone(), name.to_owned())),
        );
    }
    assert_eq!(lost, []);
}

#[test]
fn every_test_that_the_architecture_names_is_there() {
    let code: Vec<String> =
        files("rs").unwrap().iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let page = fs::read_to_string(workspace::root().join("ARCHITECTURE.md")).unwrap();
    let named = tests(&page);
    assert!(named.len() > 5, "{named:?}");
    let gone: BTreeSet<_> = named
        .into_iter()
        .filter(|name| !code.iter().any(|text| text.contains(&format!("fn {name}("))))
        .collect();
    assert_eq!(gone, BTreeSet::new());
}

#[test]
fn what_a_page_names() {
    let text = "See [a](b.md#c), [d](https://e.f), [g](#h): `crates/x/y.rs`, `cargo test`, `m::tests::name`, `A::B`.";
    assert_eq!(links(text), ["b.md"]);
    assert_eq!(paths(text), ["crates/x/y.rs"]);
    assert_eq!(tests(text), ["name"]);
}
