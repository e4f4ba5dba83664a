//! How long the suppression audit of a table of 200 by 200 takes, one cell in ten hidden, and how long HiGHS takes for a few of its
//! cells: both ends of each are a linear program there.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::python::Python;
use crate::workspace;

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often the table is worked out.
    #[arg(long, default_value_t = 21, value_parser = clap::value_parser!(u8).range(1..))]
    rounds: u8,
}

/// What the project promises, in milliseconds.
const PROMISED: f64 = 100.0;

/// Milliseconds that HiGHS takes for both ends of one cell, in the mean over some.
const HIGHS: &str = "
import json, sys, time
import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array
system = json.load(sys.stdin)
cells = system['cells']
places = [(row, cell) for row, (terms, _) in enumerate(system['relations']) for cell in terms]
matrix = csr_array((np.ones(len(places)), tuple(np.array(places).T)), shape=(len(system['relations']), cells))
sums = [sum for _, sum in system['relations']]
looked_at = range(0, cells, max(cells // 10, 1))
start = time.perf_counter()
for cell in looked_at:
    for sign in (1, -1):
        aim = np.zeros(cells)
        aim[cell] = sign
        assert linprog(aim, A_eq=matrix, b_eq=sums, bounds=(0, None), method='highs').status == 0
print((time.perf_counter() - start) * 1000 / len(looked_at))
";

/// Measures both, and says how they compare.
pub(crate) fn run(args: &Args) -> Result<()> {
    let ours = build()?;
    let said = output(Command::new(&ours).args(["time", &args.rounds.to_string()]))?;
    let mut lines = said.lines();
    let cells: f64 = lines.next().context("it said nothing")?.parse()?;
    let times: Vec<f64> = lines.map(str::parse).collect::<Result<_, _>>()?;
    let median = median(times);
    let system = tempfile::NamedTempFile::new_in(workspace::target()?)?;
    std::fs::write(system.path(), output(Command::new(&ours).arg("system"))?)?;
    let python = Python::provide()?.program("python");
    let mut highs = Command::new(python);
    highs.args(["-c", HIGHS]).stdin(std::fs::File::open(system.path())?);
    let each: f64 = output(&mut highs)?.trim().parse()?;
    println!("{}", verdict(cells, median, each));
    ensure!(median < PROMISED, "it took {median:.1} ms, not less than {PROMISED}");
    Ok(())
}

fn verdict(cells: f64, median: f64, each: f64) -> String {
    let all = cells * each / 1e3;
    format!(
        "{cells} hidden cells in {median:.1} ms; HiGHS takes {each:.1} ms a cell, {all:.0} s for all: {:.0}x",
        all * 1e3 / median
    )
}

/// Builds our side as it is shipped, whatever this program was built as.
fn build() -> Result<PathBuf> {
    let cargo = ["cargo", "build", "--quiet", "--release", "--locked"];
    let example = ["--package", "exeat-checks", "--example", "audit"];
    workspace::run(&mut workspace::command(&[&cargo[..], &example].concat()))?;
    Ok(workspace::target()?.join("release").join("examples").join("audit"))
}

/// What a program prints, if it ends well.
fn output(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "{} did not end well", workspace::line(command));
    Ok(String::from_utf8(output.stdout)?)
}

/// The middle value.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verdict_reads_as_it_is_quoted() {
        assert_eq!(
            verdict(4000.0, 40.0, 15.0),
            "4000 hidden cells in 40.0 ms; HiGHS takes 15.0 ms a cell, 60 s for all: 1500x"
        );
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
    }
}
