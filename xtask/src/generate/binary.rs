//! Pages from what the binary says of itself: `docs/cli.md`, the help of every command; `docs/config.md`, the settings;
//! `docs/openapi.json`, the API.

use anyhow::{Context as _, Result, ensure};

use super::{Pages, schema};
use crate::workspace;

pub(super) fn pages(pages: &mut Pages) -> Result<()> {
    // The binary as the tests build it: another choice of packages would build half the tree with other features.
    let words = ["cargo", "test", "--quiet", "--workspace", "--no-run"];
    workspace::run(&mut workspace::command(&words))?;
    let mut commands = String::from("# Commands\n\nWhat `--help` says, at 80 columns.\n");
    help(&[], &mut commands)?;
    pages.insert("docs/cli.md".into(), commands);
    let settings = serde_json::from_str(&exeat(&["config", "schema"])?)?;
    pages.insert("docs/config.md".into(), config(&schema::sections(&settings)));
    let api: serde_json::Value = serde_json::from_str(&exeat(&["config", "api"])?)?;
    pages.insert("docs/openapi.json".into(), serde_json::to_string_pretty(&api)? + "\n");
    Ok(())
}

fn config(sections: &str) -> String {
    format!(
        "# Configuration\n\nWhat `exeat.toml` can say. It is strict: a key that is not here is an error that names it.\n\
         `exeat init` writes one with comments, and `exeat config check` tells what is wrong with yours.\n{sections}"
    )
}

/// Appends the help of a command, then that of the commands under it.
fn help(command: &[String], text: &mut String) -> Result<()> {
    let mut words: Vec<&str> = command.iter().map(String::as_str).collect();
    words.push("--help");
    let said = exeat(&words)?;
    let name = [&["exeat".to_owned()], command].concat().join(" ");
    *text += &format!("\n## {name}\n\n```text\n{}```\n", trimmed(&said));
    for below in commands(&said) {
        help(&[command, &[below]].concat(), text)?;
    }
    Ok(())
}

/// The text with nothing at the ends of its lines or below its last.
fn trimmed(text: &str) -> String {
    text.trim_end().lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// The commands that a help text lists under `Commands:`.
fn commands(help: &str) -> Vec<String> {
    let listed =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter_map(|line| {
        line.strip_prefix("  ")?.split_whitespace().next().filter(|_| !line.starts_with("   "))
    });
    names.filter(|name| *name != "help").map(ToOwned::to_owned).collect()
}

/// What the binary prints.
fn exeat(arguments: &[&str]) -> Result<String> {
    let program = workspace::target()?.join("debug/exeat").display().to_string();
    let mut command = workspace::command(&[&[program.as_str()], arguments].concat());
    command.env("COLUMNS", "80").env("NO_COLOR", "1");
    let line = workspace::line(&command);
    let output = command.output().with_context(|| format!("cannot start {line}"))?;
    ensure!(
        output.status.success(),
        "{line}: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_of_a_help_text() {
        let help = "Does it.\n\nUsage: x\n\nCommands:\n  check  Looks\n           at length\n  demo   Shows\n  help   Print\n\nOptions:\n  -h  x\n";
        assert_eq!(commands(help), ["check", "demo"]);
        assert_eq!(trimmed("a  \n   \n  b\n\n"), "a\n\n  b\n");
        assert!(commands("Usage: x\n\nOptions:\n  -h  x\n").is_empty());
    }
}
