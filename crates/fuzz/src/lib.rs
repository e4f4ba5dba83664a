//! Strange files for the checks: what one input of the fuzzer is, and how a table is changed for the worse.

mod cells;
pub mod mutate;

use exeat_checks::{Input, Policy, Source};
use exeat_domain::finding::{FileReport, Verdict};

/// Between the files of one request: the character that no table has for anything.
pub const NEXT_FILE: u8 = 0x1e;
/// Files of one request at most; what follows belongs to the last.
const MOST_FILES: usize = 4;

/// Reads one input as the files of a request, and checks them under a preset that its length names.
///
/// # Panics
/// Where a promise of the engine is broken: a report for each file, a digest for what was read, not clear where undecided.
#[allow(clippy::panic, reason = "a panic is how the fuzzer learns of a broken promise")]
pub fn one(bytes: &[u8]) {
    let presets: Vec<&str> = Policy::presets().collect();
    let preset = presets.get(bytes.len() % presets.len()).copied().unwrap_or_default();
    let Ok(policy) = Policy::preset(preset) else { panic!("the preset {preset} is gone") };
    let files: Vec<&[u8]> = bytes.splitn(MOST_FILES, |byte| *byte == NEXT_FILE).collect();
    let inputs: Vec<Input> = files.iter().enumerate().map(|(at, bytes)| input(at, bytes)).collect();
    let checked = exeat_checks::check(inputs, &policy);
    assert_eq!(checked.len(), files.len(), "a report for each file");
    for checked in checked {
        let report = checked.report;
        assert!(report.sha256.is_some(), "what was read has a digest");
        assert_eq!(report.verdict, due(&report), "the verdict is that of the findings");
    }
}

/// The verdict that the findings of a report come to.
fn due(report: &FileReport) -> Verdict {
    Verdict::of(&report.findings)
}

/// One file, under a name that its content may bear.
fn input(at: usize, bytes: &[u8]) -> Input {
    let extension = match bytes {
        [0x89, b'P', ..] => "png",
        [0xff, 0xd8, ..] => "jpg",
        [b'G', b'I', b'F', ..] => "gif",
        [b'B', b'M', ..] => "bmp",
        [b'I', b'I', ..] | [b'M', b'M', 0, ..] => "tif",
        [b'R', b'I', b'F', b'F', ..] => "webp",
        [b'<', ..] => "svg",
        _ if bytes.contains(&b'\t') => "tsv",
        _ if bytes.len().is_multiple_of(5) => "txt",
        _ => "csv",
    };
    let supporting = at > 0 && bytes.len().is_multiple_of(7);
    Input { path: format!("file{at}.{extension}"), supporting, source: Source::Bytes(bytes.to_vec()) }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the seeds are files of this crate")]
mod tests {
    use super::*;

    /// Every seed, and what twenty changes make of each of them: the same on every run.
    #[test]
    fn seeds_and_what_becomes_of_them_are_judged() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
        let mut seeds = 0;
        for entry in folder.read_dir().unwrap() {
            let mut bytes = std::fs::read(entry.unwrap().path()).unwrap();
            seeds += 1;
            one(&bytes);
            for seed in 0..20 {
                bytes = mutate::table(&bytes, seed, 8192).unwrap_or(bytes);
                one(&bytes);
            }
        }
        assert!(seeds > 10, "only {seeds} seeds");
    }
}
