//! Files whose size is the attack: each is a finding, and the process that checks them stays small.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use wait4::Wait4 as _;

/// What a check may hold of memory, in bytes.
const MEMORY: u64 = 256_000_000;

/// Writes a file of this name with what `write` puts in.
fn file(folder: &Path, name: &str, write: impl FnOnce(&mut BufWriter<File>)) {
    let mut out = BufWriter::new(File::create(folder.join(name)).unwrap());
    write(&mut out);
    out.flush().unwrap();
}

#[test]
fn a_giant_is_a_finding_in_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mebibyte = vec![b'x'; 1 << 20];
    file(folder.path(), "cell.csv", |out| {
        out.write_all(b"group,n\na,").unwrap();
        (0..300).for_each(|_| out.write_all(&mebibyte).unwrap());
        out.write_all(b"\nb,20\n").unwrap();
    });
    file(folder.path(), "quote.csv", |out| {
        out.write_all(b"group,n\na,\"").unwrap();
        let lines = b"never closed\n".repeat(1 << 16);
        (0..350).for_each(|_| out.write_all(&lines).unwrap());
    });
    file(folder.path(), "columns.csv", |out| {
        (0..1_000_000).for_each(|at| write!(out, "c{at},").unwrap());
    });
    // Empty bytes that take no room on the disk.
    file(folder.path(), "nul.csv", |out| out.get_ref().set_len(300 << 20).unwrap());
    for name in ["cell.csv", "quote.csv", "columns.csv", "nul.csv"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_exeat"));
        command.current_dir(folder.path()).args(["check", "--format", "json", name]);
        let report = File::create(folder.path().join("report.json")).unwrap();
        let ended = command.stdin(Stdio::null()).stdout(report).spawn().unwrap().wait4().unwrap();
        assert_eq!(ended.status.code(), Some(1), "{name}");
        assert!(ended.rusage.maxrss < MEMORY, "{name}: {} bytes", ended.rusage.maxrss);
        let report = std::fs::read_to_string(folder.path().join("report.json")).unwrap();
        assert!(report.contains("\"rule\":\"FMT-TYPE\"") && report.contains("blocked"), "{name}: {report}");
    }
}
