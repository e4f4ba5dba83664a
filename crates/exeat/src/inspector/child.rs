//! The child: opens what it was handed, gives everything else up, checks, answers.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use exeat_checks::picture::Picture;
use exeat_checks::{Checked, Input, Policy, Source, check_after, rendition};
use exeat_desk::ports::Before;

use super::answer::Framed;
use super::{Announced, Answer, FIRST, Order, cage};

/// What is said first where nothing gets out, but for want of Landlock.
pub(crate) const NO_LANDLOCK: &str = "no Landlock";

/// Checks the files on descriptors 3, 4, …, as the order on standard input says.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Instead of checking, try to get out: says what was possible, and fails if anything was.
    #[arg(long)]
    try_to_escape: bool,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    let ended = if args.try_to_escape { escape() } else { inspect() };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(io::stderr(), "{error}"));
            ExitCode::FAILURE
        }
    }
}

fn inspect() -> io::Result<()> {
    let mut order = vec![];
    io::stdin().read_to_end(&mut order)?;
    let order: Order = serde_json::from_slice(&order)?;
    let count = order.files.len() + usize::from(order.spooled);
    let files = (FIRST..).take(count).map(|at| File::open(format!("/proc/self/fd/{at}")));
    let mut files = files.collect::<io::Result<Vec<File>>>()?;
    let spool = files.split_off(order.files.len()).pop().map(Arc::new);
    cage::enter(order.seconds, order.memory)?;
    let policy = Policy::from_toml(&order.policy).map_err(io::Error::other)?;
    let input = |(asked, file): (super::Asked, File)| Input {
        path: asked.path,
        supporting: asked.supporting,
        source: Source::File(file),
    };
    let inputs = order.files.into_iter().zip(files).map(input).collect();
    let before = Before { spool, files: order.before };
    answer(check_after(inputs, before.inputs(), &policy))
}

fn answer(checked: Vec<Checked>) -> io::Result<()> {
    let announced = |picture: &Picture| Announced { length: picture.png.len(), drawn: picture.drawn() };
    let answer = Answer {
        reports: checked.iter().map(|one| one.report.clone()).collect(),
        pictures: checked.iter().map(|one| one.picture.as_ref().map(announced)).collect(),
    };
    let mut out = io::stdout().lock();
    out.write_all(&serde_json::to_vec(&answer)?)?;
    out.write_all(b"\n")?;
    checked
        .iter()
        .filter_map(|one| one.picture.as_ref())
        .try_for_each(|picture| out.write_all(&picture.png))?;
    // The tables of a file are let go of as soon as they are written.
    for one in checked {
        let mut framed = Framed::new(&mut out);
        rendition::write(&one, &mut framed)?;
        framed.end()?;
    }
    out.flush()
}

/// For the doctor, and the test of the cage: everything that a hostile file could want is tried.
fn escape() -> io::Result<()> {
    let landlocked = cage::enter(10, 1 << 30)?;
    let own = format!("/tmp/exeat-escaped-{}", std::process::id());
    let tries: [(&str, bool); 5] = [
        ("read a file", File::open("/etc/passwd").is_ok()),
        ("write a file", File::create_new(own).is_ok()),
        ("list a folder", std::fs::read_dir("/").is_ok()),
        ("open a connection", std::net::UdpSocket::bind("127.0.0.1:0").is_ok()),
        ("start a program", std::process::Command::new("/bin/true").status().is_ok()),
    ];
    let possible: Vec<&str> = tries.iter().filter(|(_, done)| *done).map(|(what, _)| *what).collect();
    if possible.is_empty() {
        let kept = if landlocked { "Landlock and seccomp" } else { NO_LANDLOCK };
        writeln!(io::stdout(), "{kept}")
    } else {
        Err(io::Error::other(format!("it could {}", possible.join(", "))))
    }
}
