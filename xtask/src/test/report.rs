//! The closing summary: one line a step, and one that cannot be mistaken.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::tally::Tally;

/// What became of each step.
#[derive(Default)]
pub(crate) struct Report {
    steps: Vec<Step>,
    /// The tests that ran.
    pub(crate) tests: Tally,
}

struct Step {
    name: &'static str,
    took: Duration,
    failure: Option<String>,
}

impl Report {
    /// Takes a step and notes how it went; the next one is taken all the same.
    pub(crate) fn step(&mut self, name: &'static str, step: impl FnOnce(&mut Tally) -> Result<()>) {
        println!("\n== {name}");
        let start = Instant::now();
        let failure = step(&mut self.tests).err().map(|error| format!("{error:#}"));
        if let Some(failure) = &failure {
            eprintln!("{name}: {failure}");
        }
        self.steps.push(Step { name, took: start.elapsed(), failure });
    }

    /// Whether no step failed.
    pub(crate) fn passed(&self) -> bool {
        self.steps.iter().all(|step| step.failure.is_none())
    }

    /// The summary, for people.
    pub(crate) fn text(&self) -> String {
        let mut text = String::from("\n== summary\n");
        for Step { name, took, failure } in &self.steps {
            let seconds = took.as_secs_f64();
            let verdict = if failure.is_none() { "passed" } else { "FAILED" };
            text += &format!("{verdict}  {name:<10} {seconds:>7.1} s\n");
        }
        for (name, failure) in self.steps.iter().filter_map(|step| Some((step.name, step.failure.as_ref()?)))
        {
            text += &format!("\n{name}: {failure}\n");
        }
        let Tally { passed, failed, .. } = self.tests;
        let all = self.steps.len();
        let bad = self.steps.iter().filter(|step| step.failure.is_some()).count();
        let verdict = if bad == 0 {
            format!("PASSED: all {all} steps")
        } else {
            format!("FAILED: {bad} of {all} steps")
        };
        text + &format!("\n{verdict}\ntests: {passed} passed, {failed} failed\n")
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn a_step_that_fails_does_not_stop_the_next_and_is_named_at_the_end() {
        let mut report = Report::default();
        report.step("format", |_| bail!("two files differ"));
        report.step("tests", |tests| {
            tests.passed = 12;
            Ok(())
        });
        assert!(!report.passed());
        let text = report.text();
        assert!(text.contains("FAILED  format"), "{text}");
        assert!(text.contains("passed  tests"), "{text}");
        assert!(text.contains("\nformat: two files differ\n"), "{text}");
        assert!(text.ends_with("\nFAILED: 1 of 2 steps\ntests: 12 passed, 0 failed\n"), "{text}");
    }

    #[test]
    fn success_is_one_line() {
        let mut report = Report::default();
        report.step("format", |_| Ok(()));
        assert!(report.passed());
        assert!(report.text().contains("\nPASSED: all 1 steps\n"));
    }
}
