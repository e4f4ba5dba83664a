//! What was released before, as folders of files: found at once, opened one at a time.
#![allow(clippy::disallowed_methods, reason = "the binary opens the files that were named to it")]

use std::fs;
use std::path::{Path, PathBuf};

use exeat_checks::{Input, Source};

use super::walk::{opened, why};

/// Folders within folders that are followed.
const DEEPEST: usize = 64;

/// Files that were released before.
#[derive(Debug, Default)]
pub(super) struct Baseline {
    files: Vec<Earlier>,
    /// Folders that are missing or may not be opened.
    pub(super) problems: Vec<String>,
    /// The folders as the file system knows them, so that nobody takes what is in them for what asks to leave.
    pub(super) folders: Vec<PathBuf>,
}

#[derive(Debug)]
struct Earlier {
    /// Its path within the folder that was named.
    label: String,
    /// Where it lies; or why it cannot be read.
    path: Result<PathBuf, String>,
}

impl Baseline {
    /// Finds every file in these folders that may hold a table.
    pub(super) fn find(folders: &[PathBuf]) -> Self {
        let mut baseline = Self::default();
        for folder in folders {
            baseline.argument(folder);
        }
        baseline
    }

    /// A folder that somebody typed. Where it cannot be read nothing is compared with it, and every file says so.
    fn argument(&mut self, folder: &Path) {
        let name = folder.to_string_lossy().into_owned();
        match fs::metadata(folder) {
            Ok(metadata) if metadata.is_dir() => {
                self.folders.extend(fs::canonicalize(folder));
                self.folder(folder, folder, 0);
            }
            Ok(metadata) if metadata.is_file() => {
                let label = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
                self.files.push(Earlier { label, path: Ok(folder.to_owned()) });
            }
            Ok(_) => self.lost(&name, name.clone(), "it is not a folder"),
            Err(error) => self.lost(&name, name.clone(), &why(&error)),
        }
    }

    fn folder(&mut self, root: &Path, folder: &Path, depth: usize) {
        let label = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
        let listed = fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
        let mut entries = match listed {
            Ok(entries) if depth < DEEPEST => entries,
            Ok(_) => return self.lost(&folder.to_string_lossy(), label(folder), "its folders lie too deep"),
            Err(error) => return self.lost(&folder.to_string_lossy(), label(folder), &why(&error)),
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = folder.join(entry.file_name());
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.folder(root, &path, depth + 1);
            } else if may_hold_a_table(&path) {
                self.files.push(Earlier { label: label(&path), path: Ok(path) });
            }
        }
    }

    fn lost(&mut self, shown: &str, label: String, why: &str) {
        self.problems.push(format!("--baseline {shown}: {why}"));
        let label = if label.is_empty() { shown.to_owned() } else { label };
        self.files.push(Earlier { label, path: Err(why.to_owned()) });
    }

    /// The files, each opened when it is asked for.
    pub(super) fn inputs(self) -> impl Iterator<Item = Input> + Send {
        self.files.into_iter().map(|Earlier { label, path }| {
            let source = path.and_then(|path| {
                let kind = fs::symlink_metadata(&path).map_err(|error| why(&error))?.file_type();
                opened(&path, kind).map_err(|error| why(&error))
            });
            let source = source.unwrap_or_else(|why| Source::Unread { why });
            Input { path: label, supporting: false, source }
        })
    }
}

/// Whether a file has a name that tables are released under.
fn may_hold_a_table(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    matches!(extension.as_deref(), Some("csv" | "tsv" | "txt"))
}
