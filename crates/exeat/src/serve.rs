//! `exeat serve`: does the desk's work, and opens the web desk beside it, until it is stopped.

use std::path::PathBuf;
use std::time::Duration;

use exeat_channels::mailbox::{Inbox, Passed};
use exeat_channels::tickets::{Seen, Watch};
use exeat_desk::Worked;
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;

use crate::cli::{Ended, Format};
use crate::out::{self, Failed};
use crate::web::Open;
use crate::wiring::Site;
use crate::{mailbox, tickets, words};

/// How long to wait when nothing is due.
const IDLE: Duration = Duration::from_secs(2);

/// Do the desk's work: seal, check, release, send; and open the web desk.
///
/// The web desk is open while it works, if the configuration has a `[web]` section.
///
/// At its start it sweeps what a stop has left behind, planned or not. It ends after the job in hand when it is
/// interrupted or terminated.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Args {
    /// End when nothing is due; exit 1 if a job failed.
    #[arg(long)]
    once: bool,
    /// For people, or for scripts.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    pub(crate) fn format(&self) -> Format {
        self.format
    }
}

pub(crate) fn run(args: Args, config: Option<PathBuf>) -> Ended {
    let site = Site::open(config)?;
    let Some(_lock) = site.lock()? else {
        return Err(Failed::refused(
            "busy",
            "another process does this desk's work already (desk.lock is held)",
        ));
    };
    site.block_on(async {
        let mut stop = Stop::new()?;
        let doors = Doors { inbox: mailbox::of(&site)?, tickets: tickets::of(&site)? };
        let web = if args.once { None } else { Open::of(&site).await? };
        site.desk.retry(None).await?;
        let waiting = site.desk.jobs(None).await?.len();
        site.sweep().await;
        if !args.once {
            out::progress(&format!(
                "swept; {} waiting. Working until stopped.",
                words::count(waiting, "job")
            ));
            web.iter().for_each(|web| out::progress(&format!("the web desk is open: {}", web.url())));
        }
        let watched = if args.once {
            doors.look().await;
            vec![]
        } else {
            doors.watch()
        };
        let (done, failed) = work(&site, &mut stop, web, args.once).await?;
        drop(watched);
        if !args.once {
            out::progress(&format!("stopped; {} done.", words::count(done, "job")));
            return Ok(());
        }
        report(args.format, done, failed)
    })
}

/// The doors that are looked at, beside the web desk.
struct Doors {
    inbox: Option<Inbox>,
    tickets: Vec<Watch>,
}

impl Doors {
    /// Looks through each once; what fails is said, and the rest of the work is done all the same.
    async fn look(&self) {
        if let Some(inbox) = &self.inbox {
            match inbox.pass().await {
                Ok(passed) if passed == Passed::default() => {}
                Ok(Passed { done, parked, later }) => taken("mail", [done, parked, later]),
                Err(failure) => out::progress(&failure.message),
            }
        }
        for watch in &self.tickets {
            match watch.pass().await {
                Ok(seen) if seen == Seen::default() => {}
                Ok(Seen { done, parked, later }) => taken("ticket text", [done, parked, later]),
                Err(failure) => out::progress(&failure.message),
            }
        }
    }

    /// Watches each until what this gives is dropped.
    fn watch(self) -> Vec<Watched> {
        let mut watched = vec![];
        if let Some(inbox) = self.inbox {
            out::progress(&format!("the mailbox is watched: {}", inbox.place()));
            watched.push(Watched(tokio::spawn(async move { inbox.watch().await })));
        }
        for watch in self.tickets {
            out::progress(&format!("tickets are watched: {}", watch.place));
            watched.push(Watched(tokio::spawn(async move { watch.watch().await })));
        }
        watched
    }
}

fn taken(what: &str, [done, parked, later]: [usize; 3]) {
    let all = words::count(done + parked + later, what);
    out::progress(&format!("{all}: {done} taken in or refused, {parked} for a person, {later} for later"));
}

/// A door, watched until this is dropped; a message in hand is then left as it is and comes to the same next time.
struct Watched(JoinHandle<()>);

impl Drop for Watched {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Works until it is told to stop, or the web desk has ended by itself; `once`, until nothing is due. Gives how many jobs
/// were done and, `once`, those that failed.
///
/// # Errors
/// [`Failed`] where the store fails, or the web desk has.
pub(crate) async fn work(
    site: &Site,
    stop: &mut Stop,
    web: Option<Open>,
    once: bool,
) -> Result<(usize, Vec<serde_json::Value>), Failed> {
    let (mut done, mut failed) = (0_usize, vec![]);
    while !stop.told_within(Duration::ZERO).await && web.as_ref().is_none_or(Open::is_open) {
        match site.desk.work(None).await? {
            Worked::Done(_) => done += 1,
            Worked::Failed(task, cause) => {
                out::progress(&format!("{} failed: {cause}", task.request()));
                // What runs for months tells each failure when it happens and keeps no list.
                if once {
                    failed.push(json!({ "task": task, "cause": cause }));
                }
            }
            Worked::Idle if once => break,
            Worked::Idle if stop.told_within(IDLE).await => break,
            Worked::Idle => {}
        }
    }
    if let Some(web) = web {
        web.close().await?;
    }
    Ok((done, failed))
}

fn report(format: Format, done: usize, failed: Vec<serde_json::Value>) -> Ended {
    if failed.is_empty() && format == Format::Json {
        return out::json(&json!({ "done": done, "failed": failed }));
    }
    if format == Format::Text {
        out::text(&format!("{} done, {} failed.", words::count(done, "job"), failed.len()))?;
    }
    if failed.is_empty() {
        return Ok(());
    }
    let why = "not every job could be done; each waits with its cause and is tried again";
    Err(Failed::refused("jobs-failed", why).beside("done", done.into()).beside("failed", failed.into()))
}

/// Whether it is time to stop. It listens from the start on, so that nothing said during a job is lost.
pub(crate) struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    /// Listens from now on.
    ///
    /// # Errors
    /// [`Failed`] where the system does not let it.
    pub(crate) fn new() -> Result<Self, Failed> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits to be told.
    pub(crate) async fn told(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Waits so long at most to be told.
    async fn told_within(&mut self, patience: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.told() => true,
            () = tokio::time::sleep(patience) => false,
        }
    }
}
