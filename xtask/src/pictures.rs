//! `cargo xtask pictures`: takes the pictures of the guide anew, with the browser that tests the desk.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::{test, workspace};

/// Where the guide lies, and beneath it the pictures.
const GUIDE: &str = "docs/guide";

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// Runs the browser test, which takes a picture of every page, and keeps those that the guide shows.
pub(crate) fn run(_: &Args) -> Result<()> {
    let python = test::provide()?;
    let taken = workspace::target()?.join("pictures");
    fs::create_dir_all(&taken)?;
    let words = ["cargo", "test", "--locked", "--package", "exeat-testkit", "--test", "it", "browser::"];
    let mut command = workspace::command(&words);
    command.env("EXEAT_TEST_PYTHON", python.program("python")).env("EXEAT_TEST_PICTURES", &taken);
    workspace::run(&mut command)?;
    let guide = workspace::root().join(GUIDE);
    for name in shown(&guide)? {
        let from = taken.join(&name);
        fs::copy(&from, guide.join("pictures").join(&name))
            .with_context(|| format!("the browser test takes no picture {}", from.display()))?;
    }
    println!("{GUIDE}/pictures is as the desk looks now; every other picture lies in {}", taken.display());
    Ok(())
}

/// The names of the pictures that the pages of the guide show.
fn shown(guide: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for page in guide.read_dir().with_context(|| format!("cannot list {}", guide.display()))? {
        let page = page?.path();
        if page.extension().is_some_and(|extension| extension == "md") {
            let text = fs::read_to_string(&page)?;
            let targets = text.split("](pictures/").skip(1).filter_map(|rest| rest.split(')').next());
            names.extend(targets.map(str::to_owned));
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What all of them may weigh, in bytes: everyone who clones the repository carries them.
    const HEAVIEST: u64 = 1_500_000;

    #[test]
    fn the_guide_shows_every_picture_that_is_kept_and_they_are_light() {
        let guide = workspace::root().join(GUIDE);
        let kept: Vec<_> = guide.join("pictures").read_dir().unwrap().map(Result::unwrap).collect();
        let names = kept.iter().map(|file| file.file_name().into_string().unwrap()).collect();
        assert_eq!(shown(&guide).unwrap(), names);
        let weight: u64 = kept.iter().map(|file| file.metadata().unwrap().len()).sum();
        assert!(weight < HEAVIEST, "{weight} bytes");
    }
}
