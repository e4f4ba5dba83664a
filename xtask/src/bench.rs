//! `cargo xtask bench NAME`: measures a part of Exeat against its peer; without a name it lists what it can.

mod audit;
mod checks;
mod desk;
mod figures;
mod mailbox;
mod package;
mod smb;

#[cfg(test)]
pub(crate) use checks::PYTHON;

use anyhow::Result;
use clap::Subcommand as _;

/// What the command line says.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    bench: Option<Bench>,
}

/// The measurements by name.
#[derive(clap::Subcommand)]
enum Bench {
    /// Work out what totals leave for the hidden cells of a big table, against HiGHS.
    Audit(audit::Args),
    /// Check a big table and a whole corpus, against DuckDB, pandas and a bare SIMD parse.
    Checks(checks::Args),
    /// Look at the pages of a desk with very many requests, many people at once.
    Desk(desk::Args),
    /// Make requests of the mails in a mailbox.
    Mailbox(mailbox::Args),
    /// Write a protected ZIP of a big table, against 7-Zip.
    Package(package::Args),
    /// Seal a large file from a file server, against smbclient.
    Smb(smb::Args),
}

/// Runs one measurement, or lists them.
pub(crate) fn run(args: &Args) -> Result<()> {
    match &args.bench {
        Some(Bench::Audit(args)) => audit::run(args),
        Some(Bench::Checks(args)) => checks::run(args),
        Some(Bench::Desk(args)) => desk::run(args),
        Some(Bench::Mailbox(args)) => mailbox::run(args),
        Some(Bench::Package(args)) => package::run(args),
        Some(Bench::Smb(args)) => smb::run(args),
        None => {
            print!("{}", list());
            Ok(())
        }
    }
}

fn list() -> String {
    let benches = Bench::augment_subcommands(clap::Command::new("bench"));
    let line = |bench: &clap::Command| {
        format!("{}: {}\n", bench.get_name(), bench.get_about().map(ToString::to_string).unwrap_or_default())
    };
    benches.get_subcommands().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measurement_says_what_it_is() {
        assert!(list().ends_with("smb: Seal a large file from a file server, against smbclient\n"));
        assert!(list().starts_with("audit: Work out what totals leave"));
        assert!(list().contains("checks: Check a big table"));
    }
}
