//! Counts what cargo's test runner says as it says it.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::workspace;

/// How many tests passed, failed and were left out.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) ignored: usize,
}

impl Tally {
    /// Adds a line of the runner's output, if it is a closing line:
    /// `test result: ok. 5 passed; 0 failed; 0 ignored; …`.
    fn add(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            match count.split_once(' ').map(|(number, what)| (number.parse::<usize>(), what)) {
                Some((Ok(number), "passed")) => self.passed += number,
                Some((Ok(number), "failed")) => self.failed += number,
                Some((Ok(number), "ignored")) => self.ignored += number,
                _ => {}
            }
        }
    }

    /// Starts the runner, shows its output and counts; the second value says whether all is well.
    pub(crate) fn of(command: &mut Command) -> (Self, Result<()>) {
        let mut tally = Self::default();
        let run = tally.watch(command);
        (tally, run.and_then(|()| tally.judge()))
    }

    fn watch(&mut self, command: &mut Command) -> Result<()> {
        let line = workspace::line(command);
        println!("$ {line}");
        let mut child =
            command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {line}"))?;
        let output = child.stdout.take().context("no output to read")?;
        for line in BufReader::new(output).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            println!("{line}");
            self.add(&line);
        }
        let status = child.wait()?;
        ensure!(status.success(), "{line}: {status}");
        Ok(())
    }

    /// A run in which nothing ran, or something was left out, is not one that passed.
    fn judge(self) -> Result<()> {
        ensure!(self.passed > 0, "no test ran");
        ensure!(self.ignored == 0, "{} tests were left out", self.ignored);
        ensure!(self.failed == 0, "{} tests failed", self.failed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str], passed: usize, failed: usize, ignored: usize) {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.add(line));
        assert_eq!(tally, Tally { passed, failed, ignored });
    }

    #[test]
    fn closing_lines_add_up_and_others_count_for_nothing() {
        let ok =
            "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        let bad =
            "test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 7 filtered out; finished in 1s";
        check(&["running 5 tests", "test a ... ok", ok, bad, "12 passed; 1 failed"], 8, 2, 1);
    }

    #[test]
    fn nothing_run_or_left_out_is_no_success() {
        let judge = |passed, failed, ignored| Tally { passed, failed, ignored }.judge();
        assert!(judge(1, 0, 0).is_ok());
        assert_eq!(judge(0, 0, 0).unwrap_err().to_string(), "no test ran");
        assert_eq!(judge(9, 0, 2).unwrap_err().to_string(), "2 tests were left out");
    }

    #[test]
    fn a_runner_is_watched_to_its_end() {
        let words = ["sh", "-c", "echo 'test result: ok. 2 passed; 0 failed; 0 ignored'; exit 3"];
        let (tally, run) = Tally::of(&mut workspace::command(&words));
        assert_eq!(tally.passed, 2);
        assert!(run.unwrap_err().to_string().contains("exit status: 3"));
    }
}
