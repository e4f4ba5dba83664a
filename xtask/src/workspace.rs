//! Where the workspace lies, and how a chore starts a program in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use cargo_metadata::MetadataCommand;

/// The folder of the root `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// The folder that cargo builds into, wherever the environment put it.
///
/// # Errors
/// When cargo cannot tell, because a manifest is broken.
pub(crate) fn target() -> Result<PathBuf> {
    Ok(MetadataCommand::new().current_dir(root()).no_deps().exec()?.target_directory.into())
}

/// A program with its arguments, to be started at the root of the workspace.
pub(crate) fn command(words: &[&str]) -> Command {
    let (program, arguments) = words.split_first().unwrap_or((&"true", &[]));
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

/// Says what is started, starts it, and waits.
///
/// # Errors
/// When the program cannot be started or does not end well.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    println!("$ {line}");
    let status = command.status().with_context(|| format!("cannot start {line}"))?;
    ensure!(status.success(), "{line}: {status}");
    Ok(())
}

/// What a person would type for this command.
pub(crate) fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_ends_badly_is_named_with_its_arguments() {
        let error = run(&mut command(&["false", "--all"])).unwrap_err();
        assert!(error.to_string().starts_with("false --all: exit status: 1"), "{error}");
    }
}
