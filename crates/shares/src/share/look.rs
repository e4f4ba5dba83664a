//! Showing one folder: its folders and files by name, a window at a time, whatever else lies there.
//!
//! A folder may hold a million names. They are read once, and only those of the window are held.

use std::collections::BTreeMap;
use std::ffi::OsStr;

use chrono::DateTime;
use exeat_desk::ports::{Failure, FileProblem, Leaf, Listing, Look, Shown};
use exeat_domain::path::{SharePath, leads_to, under};

use super::find::is_helper;
use super::{Halt, enter, joined, share_path};
use crate::entry::Kind;
use crate::tree::{Base, Folder};

/// The most that one window holds.
const MOST: usize = 1000;

/// What the window shows.
pub(crate) fn look(
    root: &impl Base,
    folder: Option<&SharePath>,
    look: &Look,
) -> Result<Result<Listing, FileProblem>, Failure> {
    let at = folder.map_or("", SharePath::as_str);
    let shown = show(root, root.still()?, at, look);
    root.still()?;
    match shown {
        Ok(listing) => Ok(Ok(listing)),
        Err(Halt::Trouble(trouble)) => Ok(Err(trouble.with(at))),
        Err(Halt::Failed(failure)) => Err(failure),
    }
}

fn show<B: Base>(root: &B, top: &B::Folder, at: &str, look: &Look) -> Result<Listing, Halt> {
    let said = |error: std::io::Error| Halt::said(root, at, &error);
    let opened = open(root, top, at)?;
    let dir = opened.as_ref().unwrap_or(top);
    let holding = look.holding.to_lowercase();
    let most = look.most.clamp(1, MOST);
    let mut listing = Listing::default();
    let mut window: BTreeMap<(Leaf, String), Option<(u64, i64)>> = BTreeMap::new();
    for entry in dir.entries().map_err(said)? {
        let entry = entry.map_err(said)?;
        let leaf = match entry.kind {
            Kind::Folder => Leaf::Folder,
            Kind::File => Leaf::File,
            _ => {
                listing.left_out += 1;
                continue;
            }
        };
        let Some(name) = askable(at, &entry.name) else {
            listing.left_out += 1;
            continue;
        };
        if !within(&look.within, &joined(at, &name), leaf) || !name.to_lowercase().contains(&holding) {
            continue;
        }
        listing.total += 1;
        let key = (leaf, name);
        if look.after.as_ref().is_some_and(|after| key <= *after) {
            continue;
        }
        window.insert(key, entry.size);
        if window.len() > most {
            window.pop_last();
            listing.more = true;
        }
    }
    for ((leaf, name), size) in window {
        if let Some(entry) = entry(dir, at, leaf, &name, size) {
            listing.entries.push(entry);
        }
    }
    Ok(listing)
}

/// One line of the window; none where it has gone, or become something else, since the folder was read.
fn entry(dir: &impl Folder, at: &str, leaf: Leaf, name: &str, size: Option<(u64, i64)>) -> Option<Shown> {
    let path = SharePath::new(&joined(at, name)).ok()?;
    if leaf == Leaf::Folder {
        return Some(Shown { leaf, path, file: None });
    }
    let (bytes, second) = size.or_else(|| {
        let about = dir.about(OsStr::new(name)).ok().filter(|about| about.kind == Kind::File)?;
        Some((about.stamp.bytes, about.stamp.modified.0))
    })?;
    let file = Some((bytes, DateTime::from_timestamp(second, 0)?));
    Some(Shown { leaf, path, file })
}

/// The folder at this path, name by name; none for the share itself.
fn open<B: Base>(root: &B, top: &B::Folder, at: &str) -> Result<Option<B::Folder>, Halt> {
    let mut opened: Option<B::Folder> = None;
    let mut so_far = String::new();
    for name in at.split('/').filter(|name| !name.is_empty()) {
        so_far = joined(&so_far, name);
        opened = Some(enter(root, opened.as_ref().unwrap_or(top), OsStr::new(name), &so_far)?);
    }
    Ok(opened)
}

/// The name, if it is one that a person would ask for and that a request can name: not hidden, left by no program,
/// no pattern, and plainly a name.
fn askable(at: &str, name: &OsStr) -> Option<String> {
    if is_helper(name) {
        return None;
    }
    let text = name.to_str().filter(|text| !text.starts_with('.') && !text.contains(['*', '?']))?;
    share_path(at, name).is_ok().then(|| text.to_owned())
}

fn within(patterns: &[String], path: &str, leaf: Leaf) -> bool {
    patterns.is_empty()
        || patterns
            .iter()
            .any(|pattern| under(pattern, path) || (leaf == Leaf::Folder && leads_to(pattern, path)))
}
