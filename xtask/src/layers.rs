//! `cargo xtask layers`: holds the arrows of ARCHITECTURE.md against what every crate's manifest names.

use anyhow::{Result, bail};
use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::workspace;

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// Every crate of the workspace, and the crates of the workspace that it may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    ("exeat-domain", &[]),
    ("exeat-checks", &["exeat-domain"]),
    ("exeat-package", &["exeat-domain"]),
    ("exeat-desk", &["exeat-checks", "exeat-domain", "exeat-package"]),
    ("exeat-store", &["exeat-desk", "exeat-domain"]),
    ("exeat-shares", &["exeat-desk", "exeat-domain"]),
    ("exeat-channels", &["exeat-desk", "exeat-domain"]),
    ("exeat-web", &["exeat-desk", "exeat-domain"]),
    ("exeat", &PRODUCT),
    (TESTS_ONLY, &[]),
    ("exeat-fuzz", &["exeat-checks", "exeat-domain"]),
    ("xtask", &["exeat-checks", "exeat-domain", "exeat-package"]),
];

/// The libraries of the product, which only the binary may see all of.
const PRODUCT: [&str; 8] = [
    "exeat-channels",
    "exeat-checks",
    "exeat-desk",
    "exeat-domain",
    "exeat-package",
    "exeat-shares",
    "exeat-store",
    "exeat-web",
];

/// Libraries that are one crate's business: who may name them outside its tests.
const ONLY: &[(&str, &[&str])] = &[
    ("anyhow", &["exeat", "xtask"]),
    ("askama", &["exeat-channels", "exeat-web"]),
    ("axum", &["exeat-web"]),
    ("cap-std", &["exeat-shares"]),
    ("clap", &["exeat", "xtask"]),
    ("csv", &["exeat-checks"]),
    ("ed25519-dalek", &["exeat-store"]),
    ("image", &["exeat-checks"]),
    ("keepass", &["exeat-package"]),
    ("ldap3", &["exeat-channels"]),
    ("lettre", &["exeat-channels"]),
    ("mail-auth", &["exeat-channels"]),
    ("mail-parser", &["exeat-channels"]),
    ("resvg", &["exeat-checks"]),
    ("sea-orm", &["exeat-store"]),
    ("sea-orm-migration", &["exeat-store"]),
    ("smb2", &["exeat-shares"]),
    ("ureq", &["exeat", "exeat-channels"]),
    ("zip", &["exeat-package"]),
];

/// The core: all that it may name from outside. No runtime, no database, no file system, nothing that reads bytes.
const CORE: (&str, &[&str]) =
    ("exeat-domain", &["chrono", "schemars", "serde", "thiserror", "unicode-normalization"]);

/// The crate that only tests may depend on, and that may depend on anything itself.
const TESTS_ONLY: &str = "exeat-testkit";

/// One line of a manifest: a crate names another.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edge {
    from: String,
    to: String,
    in_tests: bool,
}

/// Prints nothing but that all is well, or fails with every arrow that points the wrong way.
pub(crate) fn run(_: &Args) -> Result<()> {
    let edges = edges()?;
    let wrong = violations(&edges);
    if !wrong.is_empty() {
        bail!("the layers of ARCHITECTURE.md do not hold:\n  {}", wrong.join("\n  "));
    }
    println!("layers: {} dependencies, every one as ARCHITECTURE.md says", edges.len());
    Ok(())
}

/// What the manifests say, direct dependencies only.
fn edges() -> Result<Vec<Edge>> {
    let metadata = MetadataCommand::new().current_dir(workspace::root()).no_deps().exec()?;
    Ok(metadata
        .packages
        .iter()
        .flat_map(|package| package.dependencies.iter().map(move |dependency| (package, dependency)))
        .map(|(package, dependency)| Edge {
            from: package.name.to_string(),
            to: dependency.name.clone(),
            in_tests: dependency.kind == DependencyKind::Development,
        })
        .collect())
}

/// Every edge that breaks a rule, in words.
fn violations(edges: &[Edge]) -> Vec<String> {
    edges.iter().filter_map(|edge| Some(format!("{} -> {}: {}", edge.from, edge.to, wrong(edge)?))).collect()
}

/// Why this edge may not be, if it may not.
fn wrong(edge: &Edge) -> Option<String> {
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == edge.from) else {
        return Some("this crate is not in the table of xtask/src/layers.rs".into());
    };
    if edge.in_tests || edge.from == TESTS_ONLY {
        return None;
    }
    if edge.to == TESTS_ONLY {
        return Some("only tests may depend on it".into());
    }
    if ARROWS.iter().any(|(name, _)| *name == edge.to) && !allowed.contains(&edge.to.as_str()) {
        return Some(format!("the arrow points the wrong way; allowed are {allowed:?}"));
    }
    if edge.from == CORE.0 && !CORE.1.contains(&edge.to.as_str()) {
        return Some(format!("the core may name only {}", CORE.1.join(", ")));
    }
    let (_, owners) = ONLY.iter().find(|(library, _)| *library == edge.to)?;
    (!owners.contains(&edge.from.as_str())).then(|| format!("only {} may name it", owners.join(" and ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: &str, to: &str, in_tests: bool, expected: Option<&str>) {
        let edge = Edge { from: from.into(), to: to.into(), in_tests };
        let found = violations(&[edge]);
        assert_eq!(found.len(), usize::from(expected.is_some()), "{found:?}");
        assert!(found.iter().all(|line| line.contains(expected.unwrap_or_default())), "{found:?}");
    }

    #[test]
    fn the_workspace_keeps_its_layers() {
        let edges = edges().unwrap();
        assert!(edges.len() > ARROWS.len(), "cargo metadata told too little: {edges:?}");
        assert_eq!(violations(&edges), Vec::<String>::new());
    }

    #[test]
    fn an_arrow_that_points_back_is_found() {
        check("exeat-domain", "exeat-desk", false, Some("wrong way"));
        check("exeat-store", "exeat-channels", false, Some("wrong way"));
        check("exeat-desk", "exeat-checks", false, None);
    }

    #[test]
    fn a_library_stays_with_its_crate() {
        check("exeat-desk", "lettre", false, Some("only exeat-channels may name it"));
        check("exeat-desk", "lettre", true, None);
        check("exeat-channels", "lettre", false, None);
    }

    #[test]
    fn the_core_stays_bare() {
        check("exeat-domain", "tokio", false, Some("the core may name only"));
        check("exeat-domain", "serde", false, None);
        check("exeat-desk", "tokio", false, None);
    }

    #[test]
    fn the_testkit_is_for_tests() {
        check("exeat", "exeat-testkit", false, Some("only tests"));
        check("exeat", "exeat-testkit", true, None);
        check("exeat-testkit", "zip", false, None);
    }

    #[test]
    fn a_crate_that_the_table_forgot_is_found() {
        check("exeat-attic", "serde", false, Some("not in the table"));
    }
}
