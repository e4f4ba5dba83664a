//! The labels of the corpus, and which of its sources are held out.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// One line of the manifest.
#[derive(Clone, Debug)]
pub(crate) struct Labelled {
    /// What it is: `aggregated`, `microdata` or `image`.
    pub(crate) class: String,
    /// Where files of this sort come from.
    pub(crate) kind: String,
    /// Whose it is.
    pub(crate) source: String,
    /// Its path in the archive.
    pub(crate) file: String,
    /// The folder that it had in its source: files of one folder are alike.
    pub(crate) folder: String,
}

impl Labelled {
    /// Whether its source is held out of all fitting: a third of the sources, by their names.
    pub(crate) fn held_out(&self) -> bool {
        crc32fast::hash(self.source.as_bytes()).is_multiple_of(3)
    }
}

/// The folder that the manifest's paths start from.
pub(crate) fn unpack(dir: &Path, into: &Path) -> Result<PathBuf> {
    let archive = dir.join("files.tar.gz");
    if !archive.exists() {
        return Ok(dir.to_owned());
    }
    let status = Command::new("tar")
        .arg("-xzf")
        .arg(&archive)
        .arg("-C")
        .arg(into)
        .status()
        .context("cannot start tar")?;
    ensure!(status.success(), "tar could not unpack {}", archive.display());
    Ok(into.to_owned())
}

/// Reads the manifest.
pub(crate) fn read(path: &Path) -> Result<Vec<Labelled>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| {
        header
            .iter()
            .position(|column| *column == name)
            .with_context(|| format!("{} has no column {name}", path.display()))
    };
    let (class, kind, source) = (column("class")?, column("kind")?, column("source")?);
    let (file, origin) = (column("file")?, column("path")?);
    let field = |line: &str, at: usize| line.split('\t').nth(at).unwrap_or_default().to_owned();
    Ok(lines
        .map(|line| Labelled {
            class: field(line, class),
            kind: field(line, kind),
            source: field(line, source),
            file: field(line, file),
            folder: field(line, origin)
                .rsplit_once('/')
                .map_or_else(String::new, |(folder, _)| folder.to_owned()),
        })
        .collect())
}
