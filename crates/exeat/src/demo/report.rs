//! What the demo says at its end: where everything lies, and how to look at it.

use std::fmt::Write as _;
use std::path::Path;

use exeat_domain::roster::Role;

use super::open::Opened;
use super::story::Told;
use crate::config::display;

/// The report of the two requests alone.
pub(super) fn once(told: &Told, folder: &Path) -> String {
    let mut text = requests(told);
    let _ = writeln!(text, "\nRemove it all with:\n  rm -r {}", quoted(&display(folder)));
    text
}

/// The report of a demo that stays.
pub(super) fn open(opened: &Opened, folder: &Path, stays: bool) -> String {
    let mut text = requests(&opened.told);
    next(&mut text, &opened.told, folder);
    let _ = writeln!(text, "\nThe web desk is open, with {} requests of the last months:", opened.history);
    let _ = writeln!(text, "\n  {}\n\nSign in as one of these:\n", opened.address);
    for one in &opened.sign_ins {
        let roles: Vec<&str> = one.roles.iter().map(|role| named(*role)).collect();
        let _ = writeln!(text, "  {:<8} {:<26} {}", one.account, one.password, roles.join(", "));
        if let Some(secret) = &one.second_factor {
            let _ = writeln!(text, "  {:<8} {secret}", "");
        }
    }
    let second = if opened.sign_ins.iter().any(|one| one.second_factor.is_some()) {
        "Under each password stands the secret for an app that shows six digits."
    } else {
        "Only this machine reaches it, and the passwords are of this run alone: a second\nfactor beside them on this \
         screen would protect nothing. A real desk asks for one;\nexeat demo --second-factor shows it."
    };
    let _ = writeln!(text, "\n{second}");
    let folder = quoted(&display(folder));
    let _ = if stays {
        writeln!(text, "\nCtrl-C ends it. Remove it all then with:\n  rm -r {folder}")
    } else {
        writeln!(text, "\nCtrl-C ends it and removes {folder}.")
    };
    text
}

fn named(role: Role) -> &'static str {
    match role {
        Role::Requester => "requester",
        Role::Checker => "checker",
        Role::Auditor => "auditor",
        Role::Admin => "admin",
    }
}

fn requests(told: &Told) -> String {
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
    text
}

fn next(text: &mut String, told: &Told, folder: &Path) {
    let config = quoted(&display(&folder.join("exeat.toml")));
    let _ = writeln!(text, "\nTry next, in another terminal (exeat is target/release/exeat after a build):");
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
