//! What the measurements share: programs that are timed, and the middle of their times.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use wait4::Wait4 as _;

use crate::workspace;

/// What a program took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    pub(crate) time: Duration,
    /// The most memory that it held, in bytes.
    pub(crate) memory: u64,
}

/// Runs a program to its end without its output; its exit status is handed to `well`.
pub(crate) fn timed(command: &mut Command, well: fn(i32) -> bool) -> Result<Taken> {
    let line = workspace::line(command);
    let start = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let ended = child.wait4()?;
    let time = start.elapsed();
    ensure!(ended.status.code().is_some_and(well), "{line}: {}", ended.status);
    Ok(Taken { time, memory: ended.rusage.maxrss })
}

/// The words that a program prints, if it ends well.
pub(crate) fn words(command: &mut Command) -> Result<Vec<String>> {
    let output = command.stdin(Stdio::null()).output()?;
    let line = workspace::line(command);
    ensure!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).split_whitespace().map(str::to_owned).collect())
}

/// The middle value; the mean of the two in the middle when there is an even number, and 0 of none.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.get(middle) {
        None => 0.0,
        Some(value) if values.len() % 2 == 1 => *value,
        Some(value) => f64::midpoint(values[middle - 1], *value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_counts() {
        assert_eq!(median(&[9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[9.0, 1.0, 2.0, 4.0]), 3.0);
        assert_eq!(median(&[]), 0.0);
    }

    #[test]
    fn a_program_is_timed_and_its_end_is_judged() {
        let taken = timed(&mut workspace::command(&["sleep", "0.05"]), |code| code == 0).unwrap();
        assert!(taken.time >= Duration::from_millis(50) && taken.memory > 0, "{taken:?}");
        assert!(timed(&mut workspace::command(&["false"]), |code| code == 0).is_err());
        assert!(timed(&mut workspace::command(&["false"]), |code| code <= 1).is_ok());
        assert_eq!(words(&mut workspace::command(&["echo", "1.5", "3"])).unwrap(), ["1.5", "3"]);
    }
}
