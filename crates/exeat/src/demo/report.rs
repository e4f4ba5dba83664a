//! What the demo says at its end: where everything lies, and how to look at it.

use std::fmt::Write as _;
use std::path::Path;

use super::story::Told;
use crate::config::display;

/// The report for people.
pub(super) fn text(told: &Told, folder: &Path, once: bool) -> String {
    let mut text = String::new();
    for released in &told.released {
        let _ = writeln!(text, "\n{} was released.", released.request);
        let _ = writeln!(text, "  archive copy  {}", released.archive);
        let _ = writeln!(text, "  message       {}", released.mail);
        let _ = writeln!(text, "  package       {}", released.package);
        let _ = writeln!(text, "  password      {}  (from the vault; this is a demo)", released.password);
        for (name, digest) in &released.sha256 {
            let _ = writeln!(text, "    {name}\n      {digest}");
        }
    }
    for returned in &told.returned {
        let _ = writeln!(text, "\n{} went back.", returned.request);
        let _ = writeln!(text, "  message       {}\n  It says:\n", returned.mail);
        for line in returned.text.trim_end().lines() {
            let _ = writeln!(text, "{}", format!("  | {line}").trim_end());
        }
    }
    let _ = match told.left_behind.as_slice() {
        [] => writeln!(text, "\nNothing temporary is left behind."),
        left => writeln!(text, "\nLeft behind: {}", left.join(", ")),
    };
    if !once {
        next(&mut text, told, folder);
    }
    let _ = writeln!(text, "\nRemove it all with:\n  rm -r {}", quoted(&display(folder)));
    text
}

fn next(text: &mut String, told: &Told, folder: &Path) {
    let config = quoted(&display(&folder.join("exeat.toml")));
    let _ = writeln!(text, "\nTry next (exeat is target/release/exeat after a build):");
    if let Some(released) = told.released.first() {
        let _ = writeln!(text, "  7z t {}", quoted(&released.package));
    }
    if let Some(returned) = told.returned.first() {
        let _ =
            writeln!(text, "  exeat --config {config} \\\n    review show {} --as cleo", returned.request);
    }
    let _ = writeln!(text, "  exeat --config {config} \\\n    ledger verify");
    let _ = writeln!(text, "  exeat check {}", quoted(&display(&folder.join("share/Users"))));
}

fn quoted(path: &str) -> String {
    let plain = path.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+".contains(c));
    if plain { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}
