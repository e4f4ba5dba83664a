//! Opens a site and works until nothing is due, ending like a machine that loses power at the Nth passage of a gate.
#![allow(clippy::print_stdout, reason = "the parent test reads how far it came")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use exeat_desk::ports::{Failure, Port};
use exeat_testkit::gate::{Gate, Moment, gated};
use exeat_testkit::site::{Oops, Site, run};

/// Aborts at one passage: before or after one call of one port.
struct Cut {
    left: AtomicU64,
}

impl Gate for Cut {
    fn pass(&self, _: Port, _: &'static str, _: Moment) -> Result<(), Failure> {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            std::process::abort();
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Oops> {
    let mut args = std::env::args().skip(1);
    let root = PathBuf::from(args.next().ok_or("which site?")?);
    let at: u64 = args.next().ok_or("at which passage?")?.parse()?;
    let cut = Arc::new(Cut { left: AtomicU64::new(at) });
    let gate: Arc<dyn Gate> = Arc::<Cut>::clone(&cut);
    let desk = Site::at(&root).desk(|ports| gated(ports, &gate)).await?;
    let causes = run(&desk).await?;
    println!("{} passages", at - cut.left.load(Ordering::SeqCst));
    if causes.is_empty() { Ok(()) } else { Err(causes.join("; ").into()) }
}
